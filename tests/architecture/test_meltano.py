"""meltano.yml and the plugins agree, and pipelines cannot mix up each other's bookmarks."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import meltano.schemas
import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from catalogs.write import discover, taps
from tests.architecture.tree import ROOT, modules, text

FILES = [ROOT / "meltano.yml", *sorted(ROOT.glob("**/plugin.meltano.yml"))]
FILES = [path for path in FILES if not {".venv", ".meltano"} & set(path.parts)]
# added to every plugin by the SDK; nobody needs them here, so no definition repeats them
BUILT_IN = {
    "add_record_metadata", "batch_config", "batch_size_rows", "batch_wait_limit_seconds",
    "faker_config", "flattening_enabled", "flattening_key_separator", "flattening_max_depth",
    "flattening_max_key_length", "flattening_separator", "load_method", "process_activate_version_messages",
    "stream_map_config", "stream_maps", "validate_records",
}  # fmt: skip


def read(path: Path) -> dict[str, Any]:
    """A YAML file as plain data."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def plugins() -> dict[str, dict[str, Any]]:
    """Every defined plugin by name, with its kind."""
    return {
        plugin["name"]: {"kind": kind, **plugin}
        for path in FILES[1:]
        for kind, found in read(path)["plugins"].items()
        for plugin in found
    }


def jobs() -> dict[str, list[list[str]]]:
    """Every job's tasks, split into words."""
    return {job["name"]: [t.split() for t in job["tasks"]] for job in read(FILES[0])["jobs"]}


SINGER = sorted(n for n, p in plugins().items() if p["kind"] != "utilities" and "settings" in p)

UTILITIES = sorted(n for n, p in plugins().items() if p["kind"] == "utilities")


def plugin_class(name: str) -> Any:
    """The plugin's class, by its executable's entry point; skips while it is not written."""
    (entry,) = [
        e for e in importlib.metadata.entry_points(group="console_scripts") if e.name == name
    ]
    if importlib.util.find_spec(entry.module) is None:
        pytest.skip(f"{entry.module} is not written yet")
    return getattr(importlib.import_module(entry.module), entry.attr.split(".")[0])


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_file_is_valid(path: Path) -> None:
    """Meltano's own schema accepts the file."""
    schema = Path(meltano.schemas.__file__).parent / "meltano.schema.json"
    outcome = CliRunner().invoke(check_jsonschema, ["--schemafile", str(schema), str(path)])

    assert outcome.exit_code == 0, outcome.output


@pytest.mark.parametrize("job", jobs())
def test_no_pair_stands_twice(job: str) -> None:
    """Within a job a tap meets a target once, as their bookmark does not know the mapping."""
    pairs = Counter((task[0], task[-1]) for task in jobs()[job] if len(task) > 1)

    assert [pair for pair, times in pairs.items() if times > 1] == []


@pytest.mark.parametrize("job", jobs())
def test_job_names_only_what_is_defined(job: str) -> None:
    """Every word of a task is a plugin, a mapping or a utility's command."""
    mappings = [m["name"] for p in plugins().values() for m in p.get("mappings", [])]
    commands = [f"{n}:{c}" for n, p in plugins().items() for c in p.get("commands", {})]
    words = {word for task in jobs()[job] for word in task}

    assert words - {*plugins(), *mappings, *commands} == set()


@pytest.mark.parametrize("job", jobs())
def test_job_opens_and_closes_its_run(job: str) -> None:
    """A job takes the lease first and releases it last."""
    tasks = jobs()[job]

    assert (tasks[0], tasks[-1]) == (["outreach:begin"], ["outreach:finish"])


def test_mapping_names_are_unique() -> None:
    """No mapping is named like another one or like a plugin."""
    names = [m["name"] for p in plugins().values() for m in p.get("mappings", [])] + [*plugins()]

    assert len(names) == len(set(names))


def test_no_optional_setting_is_expanded() -> None:
    """Under strict expansion an unset variable stops the run, so defaults only use the project's root."""
    expanded = [
        f"{plugin}.{setting['name']}"
        for plugin, definition in plugins().items()
        for setting in definition.get("settings", [])
        if "$" in str(setting.get("value", "")).replace("$MELTANO_PROJECT_ROOT", "")
    ]

    assert expanded == []


def test_every_sandbox_url_is_replaced() -> None:
    """In the sandbox environment no plugin keeps a base URL or token URL of a real vendor."""
    (sandbox,) = [e for e in read(FILES[0])["environments"] if e["name"] == "sandbox"]
    replaced = {
        (plugin["name"], setting)
        for found in sandbox["config"]["plugins"].values()
        for plugin in found
        for setting in [*plugin["config"]]
    }
    real = {
        (name, setting["name"])
        for name, plugin in plugins().items()
        for setting in plugin.get("settings", [])
        if str(setting.get("value", "")).startswith("https://")
    }

    assert real - replaced == set()


@pytest.mark.parametrize("name", SINGER)
def test_settings_are_those_of_the_plugin(name: str) -> None:
    """A plugin's definition lists every setting of its class and no other."""
    schema = set(plugin_class(name).config_jsonschema["properties"])
    defined = {setting["name"] for setting in plugins()[name]["settings"]}

    assert schema - BUILT_IN == defined - BUILT_IN


@pytest.mark.parametrize("name", UTILITIES)
def test_settings_are_those_of_the_utility(name: str) -> None:
    """A utility reads every variable its definition sets, and no other of ours."""
    folder = ROOT / str(plugins()[name]["pip_url"]).removeprefix("-e ./")
    code = "".join(text(path) for path in modules() if folder in path.parents)
    read_here = set(re.findall(r'"(OUTREACH_[A-Z_]+)"', code))
    settings = plugins()[name]["settings"]
    names = {s["name"] for s in settings} | {n for s in settings for n in s.get("aliases", [])}

    assert {f"OUTREACH_{name.upper()}" for name in names} == read_here


@pytest.mark.parametrize("name", SINGER)
def test_secrets_are_masked(name: str) -> None:
    """What the plugin's class calls a secret is sensitive in its definition, and the other way."""
    properties = plugin_class(name).config_jsonschema["properties"]
    secret = {key for key, value in properties.items() if value.get("secret")}
    masked = {s["name"] for s in plugins()[name]["settings"] if s.get("sensitive")}

    assert secret == masked


@pytest.mark.parametrize("name", [n for n, tap in taps().items() if "catalog" in tap])
def test_catalog_is_current(name: str) -> None:
    """The committed catalog is what the tap discovers (`make catalogs`)."""
    tap = taps()[name]
    plugin_class(tap["executable"])

    assert (ROOT / tap["catalog"]).read_text(encoding="utf-8") == discover(tap)
