"""Writes docs/reference/settings.md, so that no setting is documented twice or not at all.

The rule: the page is made from the plugin definitions alone; `make reference` writes it anew and a
test compares.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "settings.md"
KINDS = {"extractors": "tap", "loaders": "target", "mappers": "mapper", "utilities": "utility"}
HEAD = """\
# Settings

Made by `make reference` from every plugin's `plugin.meltano.yml`.

A setting is read, first hit wins, from the process environment, `.env`, `meltano.yml`, the default.
Its variable is `<PLUGIN>_<SETTING>` in capitals (`TAP_OUTREACH_SHEETS_TAB`). All plugins share the
namespace `outreach`, so `OUTREACH_<SETTING>` sets it for every plugin that has it, and a credential's
second name keeps two vendors apart (`OUTREACH_HUBSPOT_ACCESS_TOKEN`). An empty value hides the default:
leave the variable out instead. *Secret* settings are masked by Meltano; keep them in `.env` or the environment.
"""


def definitions() -> list[tuple[str, dict[str, Any]]]:
    """Every plugin definition with its kind, in the order of the folders."""
    paths = sorted(
        [*ROOT.glob("*/plugin.meltano.yml"), *ROOT.glob("transforms/*/plugin.meltano.yml")]
    )
    return [
        (KINDS[kind], plugin)
        for path in paths
        for kind, plugins in yaml.safe_load(path.read_text(encoding="utf-8"))["plugins"].items()
        for plugin in plugins
    ]


def default(setting: dict[str, Any]) -> str:
    value = setting.get("value")
    return "" if value is None else f"`{str(value).replace('$MELTANO_PROJECT_ROOT/', '')}`"


def row(setting: dict[str, Any]) -> str:
    kind = setting["kind"].removesuffix("_iso8601")
    if kind == "options":
        kind = " · ".join(f"`{option['value']}`" for option in setting["options"])
    secret = ", secret" if setting.get("sensitive") else ""
    names = ", ".join(f"`{name}`" for name in [setting["name"], *setting.get("aliases", [])])
    return f"| {names} | {kind}{secret} | {default(setting)} | {setting['description'].strip()} |"


def section(kind: str, plugin: dict[str, Any]) -> list[str]:
    if "inherit_from" in plugin:
        fixed = ", ".join(f"`{key}: {value}`" for key, value in plugin["config"].items())
        return ["", f"## {plugin['name']}", "", f"`{plugin['inherit_from']}` with {fixed}."]
    lines = ["", f"## {plugin['name']}", "", f"{kind.capitalize()}: {plugin['description']}."]
    lines += ["", "| setting | kind | default | meaning |", "|---|---|---|---|"]
    lines += [row(setting) for setting in plugin["settings"]]
    for mapping in plugin.get("mappings", []):
        fixed = ", ".join(f"`{key}: {value}`" for key, value in mapping["config"].items())
        lines += ["", f"Mapping `{mapping['name']}`: {fixed}."]
    return lines


def page() -> str:
    lines = [line for kind, plugin in definitions() for line in section(kind, plugin)]
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()
