"""Splits off records whose key came before.

Rule: Salesforce refuses a key that stands twice in a call for all its records, so a key stands in a call once,
and order is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def first_per(items: Sequence[T], *keys: Callable[[T], str]) -> tuple[list[T], list[T]]:
    """Return the first record of every key, and those that share one with it; a blank key is nobody's."""
    seen: set[tuple[int, str]] = set()
    first: list[T] = []
    others: list[T] = []
    for item in items:
        found = {(place, text) for place, key in enumerate(keys) if (text := key(item))}
        if found & seen:
            others.append(item)
        else:
            first.append(item)
            seen |= found
    return first, others


def rounds(items: Sequence[T], key: Callable[[T], str]) -> Iterator[list[T]]:
    """Yield the records in as many rounds as the most repeated key needs."""
    left: Sequence[T] = items
    while left:
        now, left = first_per(left, key)
        yield now
