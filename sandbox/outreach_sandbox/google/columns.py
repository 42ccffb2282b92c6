"""Columns as people name them, and room for what they type.

Rule: a header wins over letters, as people read the first row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_sandbox.google import a1
from outreach_sandbox.kernel.service import BadDoorCall

if TYPE_CHECKING:
    from outreach_sandbox.google.grid import Sheet


def find_header(sheet: Sheet, header: str) -> int | None:
    """The column with this header in row 1."""
    for column, cell in sorted(sheet.row(0).items()):
        if str(cell.value).strip().casefold() == header.strip().casefold():
            return column
    return None


def column_of(sheet: Sheet, name: str) -> int:
    """A column by its header, else by its letters."""
    found = find_header(sheet, name)
    if found is not None:
        return found
    if name.isascii() and name.isalpha() and len(name) <= 3 and name.upper() == name:
        return a1.column_index(name)
    raise BadDoorCall(f"no column {name!r}")


def grow(sheet: Sheet, rows: int, columns: int) -> None:
    """Make the grid at least this large."""
    sheet.resize(max(sheet.row_count, rows), max(sheet.column_count, columns))
