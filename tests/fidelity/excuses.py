"""The reviewed list of differences that are not the sandbox's fault, each with its reason.

The one rule: an excuse covers only what it names, says why in words, and one that covers nothing
any more is an error, so that the list never outlives what it is about.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("excused.toml")
FIELDS = {"vendor", "session", "endpoint", "kind", "where", "reason"}


@dataclass(frozen=True)
class Place:
    """Where something differs: what an excuse is compared with."""

    vendor: str
    session: str
    endpoint: str
    kind: str
    where: str


@dataclass(frozen=True)
class Excuse:
    """One line of the list; every field but the reason is a shell pattern."""

    vendor: str
    kind: str
    where: str
    reason: str
    session: str = "*"
    endpoint: str = "*"

    def covers(self, place: Place) -> bool:
        """Whether this line is about that place."""
        return all(
            fnmatchcase(getattr(place, name), getattr(self, name))
            for name in ("vendor", "session", "endpoint", "kind", "where")
        )


class Excuses:
    """The list, and which of its lines were needed."""

    def __init__(self, lines: Iterable[Excuse]) -> None:
        self.lines = list(lines)
        self._used: set[Excuse] = set()
        self._known: dict[Place, bool] = {}

    def cover(self, place: Place) -> bool:
        """Whether a line covers this place; remembers which."""
        if place not in self._known:  # the same few places come by thousands of times
            found = [line for line in self.lines if line.covers(place)]
            self._used.update(found)
            self._known[place] = bool(found)
        return self._known[place]

    def unneeded(self, vendors: Iterable[str]) -> list[Excuse]:
        """Lines about these vendors that covered nothing."""
        asked = set(vendors)
        return [x for x in self.lines if x.vendor in asked and x not in self._used]


def load(table: str, path: Path = FILE) -> Excuses:
    """Read one table of the list; a line with a field too many or without a reason is an error."""
    listed: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))[table]
    return Excuses(_line(row) for row in listed)


def _line(row: dict[str, Any]) -> Excuse:
    unknown = set(row) - FIELDS
    if unknown or not str(row.get("reason", "")).strip():
        raise ValueError(f"an excuse has unknown fields {sorted(unknown)} or no reason: {row}")
    return Excuse(**row)
