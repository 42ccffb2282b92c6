"""What the panes of both CRMs have in common: a list with columns, a record with fields and a story.

Rule: the page knows these shapes and no vendor's own; what differs is said in the data.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

MOST_ROWS = 100
MOST_EVENTS = 60


@dataclass(frozen=True)
class Row:
    """One record in a list; `badge` is a word about its state."""

    id: str
    cells: list[str]
    badge: str = ""
    gone: bool = False


@dataclass(frozen=True)
class Listing:
    """A list of records; `total` counts the matches that are not shown too."""

    object: str
    columns: list[dict[str, str]]
    rows: list[Row]
    total: int
    deleted: int

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return asdict(self)


@dataclass(frozen=True)
class Field:
    """One value of a record and how a person edits it."""

    name: str
    label: str
    value: str
    kind: str = "text"
    options: list[dict[str, str]] = field(default_factory=list)
    read_only: bool = False


@dataclass(frozen=True)
class Event:
    """Something in a record's story; `link` leads to another record as [object, id]."""

    kind: str
    at: str
    title: str
    text: str = ""
    link: list[str] | None = None


@dataclass(frozen=True)
class Related:
    """Another record that this one is tied to."""

    object: str
    id: str
    title: str
    text: str = ""


@dataclass(frozen=True)
class Page:
    """One record."""

    object: str
    id: str
    title: str
    subtitle: str
    badge: str
    gone: bool
    doors: list[str]
    main: list[Field]
    more: list[Field]
    related: list[Related]
    story: list[Event]

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return asdict(self)


class NoSuchRecord(LookupError):
    """The page asked for a record that is not there, or not any more."""


def matches(words: str, texts: list[str]) -> bool:
    """Whether every word is somewhere in these texts, upper and lower case alike."""
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in words.casefold().split())
