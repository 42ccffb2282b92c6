"""Inserting, deleting and sorting rows and columns with everything that hangs on them.

Rule: what follows its row at Google follows it here; row metadata does, formulas are not rewritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.google.cells import EMPTY, Value
from outreach_sandbox.google.grid import Dimension, Row, Sheet, shift_index, shift_range
from outreach_sandbox.google.reading import Reader

if TYPE_CHECKING:
    from outreach_sandbox.google.a1 import Box
    from outreach_sandbox.google.store import Book


def insert_dimension(
    book: Book, sheet: Sheet, dimension: Dimension, at: int, count: int, *, inherit: bool
) -> None:
    """Insert rows or columns."""
    sheet.insert(dimension, at, count, inherit=inherit)
    _shift(book, sheet, dimension, at, count)


def delete_dimension(book: Book, sheet: Sheet, dimension: Dimension, start: int, end: int) -> None:
    """Delete rows or columns; their metadata goes with them."""
    sheet.delete(dimension, start, end)
    _shift(book, sheet, dimension, start, start - end)


def _shift(book: Book, sheet: Sheet, dimension: Dimension, at: int, count: int) -> None:
    sheet.merges = _kept(sheet.merges, dimension, at, count)
    sheet.protected = _kept_under(sheet.protected, "range", dimension, at, count)
    named = [n for n in book.named_ranges if n["range"].get("sheetId", 0) == sheet.id]
    moved = _kept_under(named, "range", dimension, at, count)
    book.named_ranges = [n for n in book.named_ranges if n not in named] + moved
    for rule in sheet.conditional_formats:
        rule["ranges"] = _kept(rule.get("ranges", []), dimension, at, count)
    if sheet.basic_filter and "range" in sheet.basic_filter:
        moved_filter = shift_range(sheet.basic_filter["range"], dimension, at, count)
        sheet.basic_filter = {**sheet.basic_filter, "range": moved_filter} if moved_filter else None
    book.metadata = [m for m in book.metadata if _shift_metadata(m, sheet, dimension, at, count)]


def _kept(
    ranges: list[dict[str, Any]], dimension: Dimension, at: int, count: int
) -> list[dict[str, Any]]:
    moved = [shift_range(found, dimension, at, count) for found in ranges]
    return [found for found in moved if found is not None]


def _kept_under(
    items: list[dict[str, Any]], key: str, dimension: Dimension, at: int, count: int
) -> list[dict[str, Any]]:
    kept = []
    for item in items:
        moved = shift_range(item.get(key, {}), dimension, at, count)
        if moved is not None:
            kept.append({**item, key: moved})
    return kept


def _shift_metadata(
    entry: dict[str, Any], sheet: Sheet, dimension: Dimension, at: int, count: int
) -> bool:
    """Move an entry that hangs on a row or column; False when its row or column is gone."""
    place = entry["location"].get("dimensionRange")
    if not place or place.get("sheetId", 0) != sheet.id or place["dimension"] != dimension:
        return True
    start = int(place.get("startIndex", 0))
    if count < 0 and at <= start < at - count:
        return False
    place["startIndex"] = shift_index(start, at, count, is_end=False)
    place["endIndex"] = place["startIndex"] + 1
    return True


def sort_range(book: Book, sheet: Sheet, box: Box, keys: list[tuple[int, bool]]) -> None:
    """Sort the rows of a clipped box by (column, descending); only its columns move.

    Whole cells move (value, format, note, validation) and so does the rows' metadata.
    """
    reader = Reader(book, "UNFORMATTED_VALUE")
    numbers = list(range(box.top, min(box.bottom or 0, len(sheet.rows))))
    order = list(numbers)
    for column, descending in reversed(keys):
        values = {row: reader.effective(sheet, row, column) for row in numbers}
        filled = [row for row in order if values[row] is not None]
        blank = [row for row in order if values[row] is None]
        filled.sort(key=lambda row, v=values: _rank(v[row]), reverse=descending)  # type: ignore[misc]
        order = filled + blank
    before = [sheet.rows[row] for row in order]
    columns = range(box.left, box.right or 0)
    for number, source in zip(numbers, before, strict=True):
        changed: Row = {column: source.get(column, EMPTY) for column in columns}
        sheet.put(number, changed)
    _sort_metadata(book, sheet, dict(zip(order, numbers, strict=True)))


def _rank(value: Value) -> tuple[int, float | str]:
    """Numbers before text before booleans."""
    if isinstance(value, bool):
        return 2, float(value)
    if isinstance(value, int | float):
        return 0, float(value)
    return 1, str(value).casefold()


def _sort_metadata(book: Book, sheet: Sheet, moved: dict[int, int]) -> None:
    for entry in book.metadata:
        place = entry["location"].get("dimensionRange")
        if place and place.get("sheetId", 0) == sheet.id and place["dimension"] == "ROWS":
            start = moved.get(int(place.get("startIndex", 0)))
            if start is not None:
                place["startIndex"], place["endIndex"] = start, start + 1


def move_row(book: Book, sheet: Sheet, source: int, target: int) -> None:
    """Take a row out and put it where `target` is; the rows between move by one."""
    last = max(source, target, len(sheet.rows) - 1)
    order = list(range(last + 1))
    order.insert(target, order.pop(source))
    places = {old: new for new, old in enumerate(order)}
    sheet.rows = [sheet.row(old) for old in order]
    sheet.row_properties = {places.get(n, n): own for n, own in sheet.row_properties.items()}
    move_marks(book, sheet, "ROWS", places)


def move_marks(book: Book, sheet: Sheet, dimension: Dimension, places: dict[int, int]) -> None:
    """Metadata and protections of one row or column follow it to its new place."""
    for entry in book.metadata:
        place = entry["location"].get("dimensionRange")
        if place and place.get("sheetId", 0) == sheet.id and place["dimension"] == dimension:
            start = int(place.get("startIndex", 0))
            place["startIndex"] = places.get(start, start)
            place["endIndex"] = place["startIndex"] + 1
    word = "Row" if dimension == "ROWS" else "Column"
    for item in sheet.protected:
        found = item["range"]
        start, end = found.get(f"start{word}Index"), found.get(f"end{word}Index")
        if start is not None and end == start + 1:
            found[f"start{word}Index"] = places.get(start, start)
            found[f"end{word}Index"] = found[f"start{word}Index"] + 1
