"""What a value may look like, and everything in which one does not.

The one rule: a violation names a place and two shapes and never a value, so that it can stand in
any log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

# of a long list so many members are looked at, spread over all of it
LOOKED_AT = 10
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
TYPES |= {list: "array", dict: "object"}

PYTHON = {"string": str, "boolean": bool, "integer": int}


@dataclass(frozen=True)
class Shape:
    """One kind of value.

    Attributes:
        type: A JSON type, `any`, `map` (an object with free names), or `ref`.
        inner: What a list or a map holds.
        name: Which shape a `ref` means.
        closed: Whether an object has no other properties.
    """

    type: str = "any"
    properties: Mapping[str, Shape] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    inner: Shape | None = None
    name: str = ""
    values: frozenset[str] = frozenset()
    nullable: bool = False
    closed: bool = True

    def or_null(self) -> Shape:
        """The same, or null."""
        return replace(self, nullable=True)


@dataclass(frozen=True)
class Violation:
    """One place that is not as it may be; `*` stands for a place in a list or a free name."""

    kind: str
    where: str
    shape: str

    def __str__(self) -> str:
        return f"{self.kind} {self.where}: {self.shape}"


Named = Callable[[str], Shape]


def violations(shape: Shape, value: Any, named: Named, where: str = "") -> Iterator[Violation]:
    """Everything in which the value does not have the shape."""
    if shape.type == "ref":
        meant = named(shape.name)
        shape = meant.or_null() if shape.nullable else meant
    if shape.type == "any" or (value is None and shape.nullable):
        return
    found = TYPES.get(type(value), "unknown")
    if shape.type in ("object", "map") and found == "object":
        yield from _object(shape, value, named, where)
    elif shape.type == "array" and found == "array":
        inner = shape.inner or Shape()
        for item in _chosen(value):
            yield from violations(inner, item, named, f"{where}/*")
    elif not _fits(shape.type, found):
        yield Violation("type", where or "/", f"expected {shape.type}, found {found}")
    elif shape.values and value not in shape.values:
        yield Violation("enum", where or "/", f"expected one of {len(shape.values)} words")


def _object(
    shape: Shape, value: Mapping[str, Any], named: Named, where: str
) -> Iterator[Violation]:
    for name in shape.required - value.keys():
        yield Violation("missing", f"{where}/{name}", "is required")
    inner = PYTHON.get(shape.inner.type) if shape.inner else None
    for name, item in value.items():
        known = shape.properties.get(name)
        if (
            type(item) is (inner if known is None else PYTHON.get(known.type))
            and not (known or shape.inner or shape).values
        ):
            continue  # most are: no need to look closer
        if known is not None:
            yield from violations(known, item, named, f"{where}/{name}")
        elif shape.type == "map":
            yield from violations(shape.inner or Shape(), item, named, f"{where}/*")
        elif shape.closed:
            yield Violation(
                "unknown", f"{where}/{name}", f"a {TYPES.get(type(item))} nobody described"
            )


def _fits(expected: str, found: str) -> bool:
    return expected == found or (expected == "number" and found == "integer")


def _chosen(items: list[Any]) -> list[Any]:
    if len(items) <= LOOKED_AT:
        return items
    return items[:: len(items) // LOOKED_AT]
