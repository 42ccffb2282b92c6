"""Writes docs/reference/sandbox.md: every endpoint of the sandbox, its source and its test.

The rule: endpoints come from the services themselves, so that none is missing from the page;
`make reference` writes it anew and a test compares.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from outreach_sandbox.kernel.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "sandbox.md"
TESTS = ROOT / "sandbox" / "tests"
VENDORS = {"google": "Google", "hubspot": "HubSpot", "salesforce": "Salesforce"}
HEAD = """\
# What the sandbox has

Made by `make reference` from the sandbox's own endpoints. Anything else answers 501 and says so; a vendor without
a section answers 501 to everything. How to run it, and where it differs: [sandbox/README.md](../../sandbox/README.md).

An endpoint stands here once, under its first path; HubSpot's answer alike on the legacy and the dated
paths (`/crm/v3/…`, `/crm/objects/2026-03/…`). *Source* is the vendor's description, *test* calls it with success.
"""


def endpoints(vendor: str) -> dict[str, tuple[str, str]]:
    """Every operation of a vendor with its method and first path."""
    found: dict[str, tuple[str, str]] = {}
    for operation in World().services[vendor].operations():
        found.setdefault(operation.id, (operation.method, operation.path))
    return found


def covered() -> dict[str, dict[str, Any]]:
    """Source and test of each operation, by vendor."""
    found: dict[str, dict[str, Any]] = tomllib.loads(
        (TESTS / "covered.toml").read_text(encoding="utf-8")
    )
    return found


def section(vendor: str) -> Iterator[str]:
    yield from (
        "",
        f"## {VENDORS[vendor]}",
        "",
        "| endpoint | | source | test |",
        "|---|---|---|---|",
    )
    rows = covered()[vendor]
    for name, (method, path) in endpoints(vendor).items():
        file, _, test = rows[name]["test"].partition("::")
        link = f"[{test}](../../sandbox/tests/{file})"
        yield f"| `{name}` | {method} `{path}` | [{source_name(rows[name]['source'])}]({rows[name]['source']}) | {link} |"


def source_name(url: str) -> str:
    """The last part of an address, which is what it is about."""
    return url.partition("#")[0].rstrip("/").rpartition("/")[2]


def page() -> str:
    lines = [line for vendor in VENDORS if endpoints(vendor) for line in section(vendor)]
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()
