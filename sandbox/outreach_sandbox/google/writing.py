"""From values to cells, and where an append lands.

Rule: `null` leaves a cell alone and `""` clears it; everything is checked before anything is
written.

Where an append lands (https://developers.google.com/workspace/sheets/api/guides/values#append):

| # | in the given range         | lands                                                        |
|---|----------------------------|--------------------------------------------------------------|
| 1 | nothing is filled          | at the start of the range, no `tableRange` in the answer     |
| 2 | something is filled        | below the block around the last filled cell, at its left edge |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import a1, wire
from outreach_sandbox.google.a1 import Box
from outreach_sandbox.google.cells import EMPTY, Cell, written
from outreach_sandbox.google.reading import beyond

if TYPE_CHECKING:
    from outreach_sandbox.google.grid import Row, Sheet


@dataclass(frozen=True)
class Planned:
    """A checked write: which cells of which rows become what is known only when it is done."""

    sheet: Sheet
    box: Box
    rows: list[list[Any]]

    @property
    def touched(self) -> set[tuple[int, int]]:
        """The cells that are really written."""
        return {
            (self.box.top + r, self.box.left + c)
            for r, row in enumerate(self.rows)
            for c, value in enumerate(row)
            if value is not None
        }


def checked_rows(values: Any, dimension: str | None, field: str = "data.values") -> list[list[Any]]:
    """The values as rows, or 400 for JSON of the wrong type."""
    if values is None:
        return []
    if not isinstance(values, list):
        raise wire.wrong_type(field, "type.googleapis.com/google.protobuf.ListValue", _said(values))
    for number, row in enumerate(values):
        if not isinstance(row, list):
            raise wire.wrong_type(
                f"{field}[{number}]", "type.googleapis.com/google.protobuf.ListValue", _said(row)
            )
        for value in row:
            if isinstance(value, dict | list):
                kind = "struct_value" if isinstance(value, dict) else "list_value"
                raise wire.invalid(f"Invalid values[{number}][{row.index(value)}]: {kind} {{\n}}\n")
    return _turned(values) if dimension == "COLUMNS" else values


def _said(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _turned(columns: list[list[Any]]) -> list[list[Any]]:
    height = max((len(column) for column in columns), default=0)
    return [[column[r] if r < len(column) else None for column in columns] for r in range(height)]


def plan(sheet: Sheet, box: Box, rows: list[list[Any]], prefix: str = "") -> Planned:
    """Check that the values fit; a single cell is the corner of a block of any size."""
    height, width = len(rows), max((len(row) for row in rows), default=0)
    bottom = box.bottom if box.bottom is not None else sheet.row_count
    right = box.right if box.right is not None else sheet.column_count
    named = Box(box.top, box.left, max(bottom, box.top + 1), max(right, box.left + 1))
    if not box.is_one_cell:
        _fits(sheet, named, height, width, prefix)
    end = Box(box.top, box.left, box.top + max(height, 1), box.left + max(width, 1))
    too_far = (end.bottom or 0) > sheet.row_count or (end.right or 0) > sheet.column_count
    if too_far or (
        not box.is_one_cell and (bottom > sheet.row_count or right > sheet.column_count)
    ):
        raise beyond(sheet, end if box.is_one_cell else named, prefix)
    return Planned(sheet, end, rows)


def _fits(sheet: Sheet, box: Box, height: int, width: int, prefix: str) -> None:
    name = a1.full_name(sheet.title, box)
    if box.top + height > (box.bottom or 0):
        raise wire.invalid(
            f"{prefix}Requested writing within range [{name}], "
            f"but tried writing to row [{(box.bottom or 0) + 1}]"
        )
    if box.left + width > (box.right or 0):
        letters = a1.column_letters(box.right or 0)
        raise wire.invalid(
            f"{prefix}Requested writing within range [{name}], "
            f"but tried writing to column [{letters}]"
        )


def perform(planned: Planned, *, typed: bool, locale: str) -> None:
    """Write what was planned."""
    for offset, values in enumerate(planned.rows):
        number = planned.box.top + offset
        old = planned.sheet.row(number)
        changed: Row = {}
        for column, value in enumerate(values, planned.box.left):
            if value is not None:
                changed[column] = written(old.get(column, EMPTY), value, typed=typed, locale=locale)
        if changed:
            planned.sheet.put(number, changed)


def counts(planned: Planned) -> dict[str, int]:
    """`updatedRows`, `updatedColumns`, `updatedCells`: only what was really written."""
    touched = planned.touched
    if not touched:
        return {}
    return {
        "updatedRows": len({row for row, _ in touched}),
        "updatedColumns": len({column for _, column in touched}),
        "updatedCells": len(touched),
    }


def clear(sheet: Sheet, box: Box) -> None:
    """Take the values of a clipped box away; formats, notes and validations stay."""
    for number in range(box.top, min(box.bottom or 0, len(sheet.rows))):
        row = sheet.rows[number]
        blanked = {
            column: Cell(format=cell.format, note=cell.note, validation=cell.validation)
            for column, cell in row.items()
            if box.left <= column < (box.right or 0) and not cell.is_blank
        }
        if blanked:
            sheet.put(number, blanked)


def table_in(sheet: Sheet, box: Box) -> Box | None:
    """The block of filled cells around the last filled cell of a clipped box (cases 1 and 2)."""
    last = _last_filled(sheet, box)
    if last is None:
        return None
    top, left = last
    bottom, right = top + 1, left + 1
    while True:
        before = (top, left, bottom, right)
        low, high = max(left - 1, 0), right + 1
        while top > 0 and sheet.has_content(top - 1, low, high):
            top -= 1
        while sheet.has_content(bottom, low, high):
            bottom += 1
        span = range(max(top - 1, 0), bottom + 1)
        if left > 0 and any(sheet.has_content(row, left - 1, left) for row in span):
            left -= 1
        if any(sheet.has_content(row, right, right + 1) for row in span):
            right += 1
        if before == (top, left, bottom, right):
            return Box(top, left, bottom, right)


def _last_filled(sheet: Sheet, box: Box) -> tuple[int, int] | None:
    for number in range(min(box.bottom or 0, len(sheet.rows)) - 1, box.top - 1, -1):
        filled = [
            column
            for column, cell in sheet.rows[number].items()
            if box.left <= column < (box.right or 0) and not cell.is_blank
        ]
        if filled:
            return number, max(filled)
    return None


def make_room(sheet: Sheet, row: int, height: int, width: int) -> None:
    """Grow the grid so that an append fits."""
    if row + height > sheet.row_count:
        sheet.append("ROWS", row + height - sheet.row_count)
    if width > sheet.column_count:
        sheet.append("COLUMNS", width - sheet.column_count)
