"""A person's undo: it takes back what the person did, and nothing that others did since.

Rule: the steps of one spreadsheet are kept in order and bounded; an undone step is gone.

| # | since the step                                      | undo                                |
|---|-----------------------------------------------------|-------------------------------------|
| 1 | nobody changed the spreadsheet                      | everything is as before the step    |
| 2 | others did, and the step changed cells alone        | those cells, where they still show  |
|   |                                                     | what the step left there            |
| 3 | others did, and the step moved rows, columns, tabs  | refused                             |
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google.cells import EMPTY
from outreach_sandbox.kernel.service import BadDoorCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outreach_sandbox.google.grid import Row, Sheet
    from outreach_sandbox.google.store import Book

MOST_STEPS = 50
CELLS_ALONE = frozenset({"type", "paste_block", "cut", "rename_header"})


@dataclass(frozen=True)
class Step:
    """One thing a person did: the spreadsheet before it, its rows after it, the versions of both."""

    door: str
    before: dict[str, Any]
    began_at: int
    after: dict[int, list[Row]]
    version: int


def remember(book: Book, door: str, before: dict[str, Any], began_at: int) -> None:
    """Keep what a person just did to the spreadsheet of version `began_at`."""
    after = {sheet.id: list(sheet.rows) for sheet in book.sheets}
    book.steps.append(Step(door, before, began_at, after, book.version))
    del book.steps[:-MOST_STEPS]


def undo(book: Book) -> Step:
    """Take the last step back; returns it."""
    if not book.steps:
        raise BadDoorCall("there is nothing to undo")
    step = book.steps[-1]
    if book.version == step.version:  # (1)
        book.restore(step.before)
    elif step.door in CELLS_ALONE:  # (2)
        for sheet in step.before["sheets"]:
            _take_back(book.sheet_by_id(sheet.id), sheet.rows, step.after.get(sheet.id, []))
    else:  # (3)
        raise BadDoorCall("others have changed the spreadsheet since")
    book.steps.pop()
    return step


def settle(book: Book, undone: Step, present: int) -> None:
    """Nobody came between two steps: with the later one undone, the earlier is the last change.

    `present` is the version before the undo, which itself is a change.
    """
    if book.steps and undone.version == present and book.steps[-1].version == undone.began_at:
        book.steps[-1] = replace(book.steps[-1], version=book.version)


def _take_back(sheet: Sheet | None, before: list[Row], after: list[Row]) -> None:
    if sheet is None:
        return
    for number, old, new in _changed(before, after):
        present = sheet.row(number)
        columns = [c for c in {*old, *new} if old.get(c, EMPTY) != new.get(c, EMPTY)]
        back = {
            c: old.get(c, EMPTY)
            for c in columns
            if present.get(c, EMPTY) == new.get(c, EMPTY)  # nobody typed over it since
        }
        if back:
            sheet.put(number, back)


def _changed(before: list[Row], after: list[Row]) -> Iterator[tuple[int, Row, Row]]:
    for number in range(max(len(before), len(after))):
        old = before[number] if number < len(before) else {}
        new = after[number] if number < len(after) else {}
        if old is not new:  # a row is replaced, never changed
            yield number, old, new
