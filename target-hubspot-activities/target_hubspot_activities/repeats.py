"""Splits off records whose key came before.

Rule: HubSpot refuses a whole batch for one repetition, so a key stands in a batch once, and order is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def first_per(items: Sequence[T], key: Callable[[T], str]) -> tuple[list[T], list[T]]:
    """Return the first record of every key, and the others; a blank key is nobody's."""
    seen: set[str] = set()
    first: list[T] = []
    others: list[T] = []
    for item in items:
        found = key(item)
        (others if found and found in seen else first).append(item)
        seen.add(found)
    return first, others


def rounds(items: Sequence[T], key: Callable[[T], str]) -> Iterator[list[T]]:
    """Yield the records in as many batches as the most repeated key needs."""
    left: Sequence[T] = items
    while left:
        now, left = first_per(left, key)
        yield now
