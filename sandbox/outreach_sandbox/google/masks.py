"""Field masks: which part of an answer is wanted, which part of a cell is changed.

Rule: `.` and `/` mean the same, parentheses group, `*` is everything.
"""

from __future__ import annotations

from typing import Any

Tree = dict[str, Any]

# https://developers.google.com/workspace/sheets/api/guides/field-masks


def parse(text: str) -> Tree:
    """`a,b(c,d/e)` as nested dicts; an empty dict is a leaf: everything below it."""
    tree: Tree = {}
    _parse_into(tree, text.replace(" ", ""), 0)
    return tree


def _parse_into(tree: Tree, text: str, at: int) -> int:
    node, name = tree, ""
    while at < len(text):
        letter = text[at]
        if letter in "./":
            node, name = node.setdefault(name, {}), ""
        elif letter == "(":
            at = _parse_into(node.setdefault(name, {}), text, at + 1)
            name, node = "", tree
        elif letter in ",)":
            if name:
                node.setdefault(name, {})
            name, node = "", tree
            if letter == ")":
                return at
        else:
            name += letter
        at += 1
    if name:
        node.setdefault(name, {})
    return at


def pick(value: Any, tree: Tree) -> Any:
    """The part of an answer the mask names; a list keeps its length."""
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [pick(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: pick(value[key], below) for key, below in tree.items() if key in value}


def mentions(tree: Tree, *path: str) -> bool:
    """Whether the mask asks for something at or below this path."""
    node = tree
    for name in path:
        if not node or "*" in node:
            return True
        if name not in node:
            return False
        node = node[name]
    return True


def paths(tree: Tree, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every leaf as a path."""
    found: list[tuple[str, ...]] = []
    for name, below in tree.items():
        found += paths(below, (*before, name)) if below else [(*before, name)]
    return found


def copy_path(source: Any, target: dict[str, Any], path: tuple[str, ...]) -> None:
    """Make one leaf of `target` what it is in `source`; absent there means gone here."""
    for name in path[:-1]:
        source = source.get(name) if isinstance(source, dict) else None
        target = target.setdefault(name, {})
    if isinstance(source, dict) and source.get(path[-1]) is not None:
        target[path[-1]] = source[path[-1]]
    else:
        target.pop(path[-1], None)
