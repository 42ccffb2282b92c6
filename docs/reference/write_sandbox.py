"""Writes docs/reference/sandbox.md: what the sandbox has, and the evidence for each piece of it.

The rule: endpoints come from the services themselves, so that none is missing from the page;
`make reference` writes it anew and a test compares.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fidelity import discovery, models
from fidelity.witness import oldest
from outreach_sandbox.kernel.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "sandbox.md"
TESTS = ROOT / "sandbox" / "tests"
RECORDED = ROOT / "tests" / "fidelity" / "recorded.toml"
VENDORS = {"google": "Google", "hubspot": "HubSpot", "salesforce": "Salesforce"}
HEAD = """\
# What the sandbox has, and how it is known to be right

Made by `make reference` from the sandbox's own endpoints and the tables beside its tests. Anything else answers 501
and says so. How to run it, and where it differs: [sandbox/README.md](../../sandbox/README.md); how it is held to the
vendors: [the sandbox as a witness](../explain/sandbox-as-witness.md).

An endpoint stands here once, under its first path; HubSpot's answer alike on the legacy and the dated paths
(`/crm/v3/…`, `/crm/objects/2026-03/…`). *Source* is the vendor's description, *test* calls it with success. *Recorded*
counts the recorded answers of the real service that `make fidelity` plays against it; *published* says which messages
of it are held against a schema of the vendor's in every test: what goes in, what comes out.
"""
DETAILS = """
## The odd details

| vendor | detail | evidence | test |
|---|---|---|---|
"""
FAULTS = """
## What can go wrong

| what | how the sandbox does it | a test of the plugins |
|---|---|---|
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


def table(name: str) -> dict[str, Any]:
    """One of the tables beside the sandbox's tests."""
    found: dict[str, Any] = tomllib.loads((TESTS / name).read_text(encoding="utf-8"))
    return found


def recorded() -> dict[str, dict[str, int]]:
    """How many recorded answers were matched, by vendor and endpoint."""
    found: dict[str, dict[str, int]] = tomllib.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def section(vendor: str) -> Iterator[str]:
    yield from (
        "",
        f"## {VENDORS[vendor]}",
        "",
        "| endpoint | | source | recorded | published | test |",
        "|---|---|---|---|---|---|",
    )
    rows, counts = covered()[vendor], recorded()[vendor]
    for name, (method, path) in endpoints(vendor).items():
        link = linked("sandbox/tests/" + rows[name]["test"])
        source = f"[{source_name(rows[name]['source'])}]({rows[name]['source']})"
        seen, sides = counts.get(name, "–"), published(vendor, name, method, path)
        yield f"| `{name}` | {method} `{path}` | {source} | {seen} | {sides} | {link} |"


def published(vendor: str, name: str, method: str, path: str) -> str:
    """Which sides of an endpoint are held against a published schema."""
    if vendor == "google":
        found = discovery.method_of(name)
        sides = [side for side in ("request", "response") if found and side in found[1]]
    elif vendor == "hubspot":
        known = models.published(method, oldest(path))
        sides = ["request"] * any(o.body for o in known) + ["response"] * any(
            o.answers for o in known
        )
    else:
        sides = (
            ["records"] if name.startswith(("sobjects", "collections", "query", "compos")) else []
        )
    return (
        " and ".join({"request": "in", "response": "out"}.get(side, side) for side in sides) or "–"
    )


def linked(test: str) -> str:
    """A test as a link to its file."""
    file, _, name = test.partition("::")
    return f"[{name}](../../{file})"


def details() -> Iterator[str]:
    """Every odd detail and the test that holds the sandbox to it."""
    for vendor, rows in table("details.toml").items():
        for detail, (evidence, test) in rows.items():
            shown = linked(f"sandbox/tests/{test}") if test else "*not in the sandbox*"
            yield f"| {VENDORS[vendor]} | {detail} | {evidence} | {shown} |"


def faults() -> Iterator[str]:
    """Every fault and the test of the plugins that meets it."""
    for what, (how, test) in table("faults.toml").items():
        yield f"| {what} | {how} | {linked(test)} |"


def source_name(url: str) -> str:
    """The last part of an address, which is what it is about."""
    return url.partition("#")[0].rstrip("/").rpartition("/")[2]


def page() -> str:
    lines = [line for vendor in VENDORS if endpoints(vendor) for line in section(vendor)]
    parts = [HEAD + "\n".join(lines), DETAILS + "\n".join(details()), FAULTS + "\n".join(faults())]
    return "\n".join(parts) + "\n"


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()
