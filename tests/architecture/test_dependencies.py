"""Each distribution declares what it imports, so that it installs alone."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.test_imports import imported
from tests.architecture.tree import ROOT, modules, name, text

PROJECTS = sorted([*ROOT.glob("*/pyproject.toml"), *ROOT.glob("transforms/*/pyproject.toml")])
PINS = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", re.MULTILINE)


def plain(requirement: str) -> str:
    """A requirement's distribution, spelled the one way names compare."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ;]", requirement)[0]).lower()


def declared(project: Path) -> set[str]:
    """Distributions a package asks for, its extras and itself included."""
    table = tomllib.loads(text(project))["project"]
    extras = table.get("optional-dependencies", {}).values()
    asked = [*table["dependencies"], *(one for extra in extras for one in extra)]
    return {plain(requirement) for requirement in [table["name"], *asked]}


@pytest.mark.parametrize("project", PROJECTS, ids=name)
def test_imports_are_declared(project: Path) -> None:
    """Every library that a package imports stands in its pyproject.toml."""
    known = packages_distributions()
    used = {
        module
        for path in modules()
        if project.parent in path.parents
        for node in ast.walk(ast.parse(text(path)))
        for module in imported(node)
        if module not in sys.stdlib_module_names and module != "__future__"
    }
    asked = declared(project)
    missing = {m for m in used if not {plain(d) for d in known.get(m, [m])} & asked}

    assert missing == set()


def test_everything_declared_is_pinned() -> None:
    """constraints.txt holds one version of every library that is asked for (`.ci/constraints`)."""
    ours = {plain(tomllib.loads(text(p))["project"]["name"]) for p in PROJECTS}
    asked = {one for project in PROJECTS for one in declared(project)} - ours
    pinned = {plain(found) for found in PINS.findall(text(ROOT / "constraints.txt"))}

    assert asked - pinned == set()
