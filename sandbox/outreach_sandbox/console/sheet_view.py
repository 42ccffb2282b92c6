"""The spreadsheet as its pane shows it: tabs, a window of rows, and what a cell hints at.

Rule: texts go out as they are; the page, which never reads them as markup, is what makes them harmless.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google.a1 import column_letters
from outreach_sandbox.google.cells import shown
from outreach_sandbox.google.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outreach_sandbox.google.cells import Cell
    from outreach_sandbox.google.grid import Sheet
    from outreach_sandbox.google.store import Book, Store

View = dict[str, Any]
MOST_ROWS = 200
SPARE_ROWS, SPARE_COLUMNS = 6, 2
LEAST_COLUMNS = 14
DEFAULT_WIDTH = 100
LONGEST = 5000


def look(store: Store, title: str | None, start: int) -> View:
    """The tab of this title, or the first one, from row number `start` (1-based) on."""
    book = next((b for b in store.books.values() if not b.trashed), None)
    if book is None:
        return {"title": None, "tabs": [], "rows": [], "columns": []}
    visible = [s for s in book.sheets if not s.properties.get("hidden")]
    sheet = (book.sheet_by_title(title) if title else None) or visible[0]
    last = len(sheet.rows)  # formats and dropdowns alone make no row a used one
    while last and all(cell.is_blank for cell in sheet.rows[last - 1].values()):
        last -= 1
    top = max(0, min(start - 1, max(last - 1, 0)) // MOST_ROWS * MOST_ROWS)
    bottom = min(top + MOST_ROWS, sheet.row_count, max(last, 1) + SPARE_ROWS)
    columns = _columns(sheet)
    return {
        "id": book.id,
        "title": book.title,
        "zone": book.time_zone,
        "version": book.version,
        "last_user": book.last_user,
        "undo": book.steps[-1].door if book.steps else None,
        "tabs": [_tab(s) for s in book.sheets],
        "tab": sheet.title,
        "first": top + 1,
        "used_rows": last,
        "row_count": sheet.row_count,
        "page": MOST_ROWS,
        "filtered": sheet.basic_filter is not None,
        "protected": any(_whole(item["range"]) for item in sheet.protected),
        "columns": columns,
        "rows": [_row(book, sheet, number, len(columns)) for number in range(top, bottom)],
    }


def _tab(sheet: Sheet) -> View:
    color = sheet.properties.get("tabColor")
    return {
        "title": sheet.title,
        "mark": _mark(sheet),
        "hidden": bool(sheet.properties.get("hidden")),
        "color": _hex(color) if color else None,
    }


def _mark(sheet: Sheet) -> int:
    """Differs where the first rows of a tab do: enough to point at a tab that is not shown."""
    texts = [[(c, cell.value) for c, cell in row.items()] for row in sheet.rows[:MOST_ROWS]]
    return zlib.crc32(repr(texts).encode("utf-8", "backslashreplace"))


def _columns(sheet: Sheet) -> list[View]:
    used = max((max(row, default=-1) for row in sheet.rows[:MOST_ROWS]), default=-1) + 1
    count = min(sheet.column_count, max(used + SPARE_COLUMNS, LEAST_COLUMNS))
    return [
        {
            "letters": column_letters(column),
            "width": own.get("pixelSize", DEFAULT_WIDTH),
            "hidden": bool(own.get("hiddenByUser")),
            "protected": any(_covers(item["range"], column) for item in sheet.protected),
        }
        for column in range(count)
        for own in (sheet.column_properties.get(column, {}),)
    ]


def _covers(span: View, column: int) -> bool:
    return not _whole(span) and (
        span.get("startColumnIndex", 0) <= column < span.get("endColumnIndex", 1 << 30)
        and span.get("startRowIndex", 0) <= 1
    )


def _whole(span: View) -> bool:
    return not any(key.endswith("Index") for key in span)


def _row(book: Book, sheet: Sheet, number: int, width: int) -> View:
    own = sheet.row_properties.get(number, {})
    reader = Reader(book)
    row = sheet.row(number)
    cells = {c: _cell(reader, sheet, number, c, row[c]) for c in sorted(row) if c < width}
    found: View = {"n": number + 1, "cells": cells}
    if own.get("hiddenByUser") or own.get("hiddenByFilter"):
        found["hidden"] = True
    return found


def _cell(reader: Reader, sheet: Sheet, row: int, column: int, cell: Cell) -> View:
    value = reader.effective(sheet, row, column)
    found: View = {"v": shown(value, cell, reader.book.locale)[:LONGEST]}
    if cell.formula is not None:
        found["f"] = cell.formula
    if isinstance(value, int | float) and not isinstance(value, bool):
        found["num"] = True
    if cell.note:
        found["note"] = cell.note
    found.update(_format(cell.format or {}))
    found.update(_choice(cell.validation or {}))
    return found


def _format(given: View) -> Iterator[tuple[str, Any]]:
    if given.get("backgroundColor") is not None:
        yield "bg", _hex(given["backgroundColor"])
    text = given.get("textFormat") or {}
    if text.get("foregroundColor"):
        yield "fg", _hex(text["foregroundColor"])
    for name in ("bold", "italic", "strikethrough"):
        if text.get(name):
            yield name, True


def _choice(validation: View) -> Iterator[tuple[str, Any]]:
    condition = validation.get("condition") or {}
    if condition.get("type") == "BOOLEAN":
        yield "box", True
    if condition.get("type") == "ONE_OF_LIST":
        yield "list", [str(v.get("userEnteredValue", "")) for v in condition.get("values", ())]


def _hex(color: View) -> str:
    return "#" + "".join(
        f"{round(float(color.get(name) or 0) * 255):02x}" for name in ("red", "green", "blue")
    )
