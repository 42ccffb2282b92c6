"""Who may import whom: the contracts in pyproject.toml, and the purity no contract can state."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import ROOT, modules, name, text

IMPURE_MODULES = {"os", "random", "secrets", "shutil", "socket", "subprocess", "threading", "time"}
IMPURE_CALLS = {"now", "today", "utcnow", "uuid1", "uuid4", "getenv", "environ", "open", "print"}
CORE = [p for p in modules() if name(p).startswith("core/outreach_core/")]


def test_contracts_hold() -> None:
    """Every import contract of pyproject.toml is kept."""
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [linter, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_package_is_under_contract() -> None:
    """A package that is added is added to the import contracts too."""
    roots = {p.parent.name for p in modules() if (p.parent / "py.typed").is_file()}
    listed = set(pyproject()["tool"]["importlinter"]["root_packages"])

    assert roots == listed


def test_every_package_is_type_checked() -> None:
    """A package that is added is added to what mypy checks too."""
    tools = pyproject()["tool"]

    assert tools["importlinter"]["root_packages"] == tools["mypy"]["packages"]


@pytest.mark.parametrize("path", CORE, ids=name)
def test_core_is_pure(path: Path) -> None:
    """The core imports nothing that touches the world, and never asks for the time or an id."""
    found = [
        node.lineno
        for node in ast.walk(ast.parse(text(path)))
        if imported(node) & IMPURE_MODULES or called(node) in IMPURE_CALLS
    ]

    assert found == []


def imported(node: ast.AST) -> set[str]:
    """Top-level modules that an import statement names."""
    match node:
        case ast.Import(names=aliases):
            return {alias.name.split(".")[0] for alias in aliases}
        case ast.ImportFrom(module=str(module), level=0):
            return {module.split(".")[0]}
    return set()


def called(node: ast.AST) -> str:
    """Name of what a call expression calls."""
    match node:
        case (
            ast.Call(func=ast.Name(id=called_name)) | ast.Call(func=ast.Attribute(attr=called_name))
        ):
            return called_name
    return ""


def pyproject() -> dict[str, Any]:
    """The workspace's own pyproject.toml."""
    return tomllib.loads(text(ROOT / "pyproject.toml"))
