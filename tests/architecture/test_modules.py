"""Modules stay short, say why they exist, and are named for what they do."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import quantiles

import pytest

from tests.architecture.tree import modules, name, text

MOST_LINES = 400
USUAL_FUNCTION = 30
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
CODE = [p for p in modules() if "migrations" not in p.parts]


@pytest.mark.parametrize("path", modules(), ids=name)
def test_module_is_short_enough(path: Path) -> None:
    """No module grows past the hard stop."""
    assert len(text(path).splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", modules(), ids=name)
def test_module_says_why_it_exists(path: Path) -> None:
    """Every module opens with a docstring."""
    assert ast.get_docstring(ast.parse(text(path)))


def test_nothing_is_named_for_what_was_left_over() -> None:
    """No module or folder has one of the names that mean nothing."""
    named = [name(p) for p in modules() if EMPTY_NAMES & {p.stem, *p.parts}]

    assert named == []


def test_functions_are_short() -> None:
    """Nine functions in ten fit on a screen."""
    lengths = {
        f"{name(path)}:{node.lineno}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in CODE
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    ninth = quantiles(lengths.values(), n=10)[-1]
    longest = sorted(lengths, key=lambda place: -lengths[place])[:10]

    assert ninth <= USUAL_FUNCTION, longest


def test_plugins_do_not_print() -> None:
    """Standard output of a tap, mapper or target belongs to Singer messages alone."""
    plugins = ("tap-", "target-", "ledger/", "transforms/mapper-fields/", "adapters/", "core/")
    printing = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if name(path).startswith(plugins)
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]

    assert printing == []
