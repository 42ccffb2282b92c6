"""From a range to values: resolving, evaluating, rendering, trimming.

Rule: nothing here changes a spreadsheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import a1, wire
from outreach_sandbox.google.a1 import Box
from outreach_sandbox.google.cells import Cell, Value, shown
from outreach_sandbox.google.formulas import evaluate

if TYPE_CHECKING:
    from outreach_sandbox.google.grid import Sheet
    from outreach_sandbox.google.store import Book

RENDER = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")


def resolve(book: Book, text: str, prefix: str = "") -> tuple[Sheet, Box]:
    """The tab and the box a range names; the box may still be open ended."""
    try:
        title, cells = a1.split(text)
        if title is not None:
            sheet = book.sheet_by_title(title)
            if sheet is not None:
                return sheet, a1.parse_cells(cells) if cells else Box(0, 0, None, None)
        elif (named := _by_name(book, text)) is not None:
            return named
        else:
            return book.sheets[0], a1.parse_cells(cells)
    except a1.NotA1:
        pass
    raise wire.invalid(f"{prefix}Unable to parse range: {text}")


def _by_name(book: Book, text: str) -> tuple[Sheet, Box] | None:
    """A bare title or the name of a named range; cells win over a title that looks like cells."""
    try:
        a1.parse_cells(text)
    except a1.NotA1:
        sheet = book.sheet_by_title(text)
        if sheet is not None:
            return sheet, Box(0, 0, None, None)
        for named in book.named_ranges:
            if named["name"] == text:
                return box_of(book, named["range"])
    return None


def box_of(book: Book, grid_range: dict[str, Any]) -> tuple[Sheet, Box]:
    """The tab and the box of a GridRange."""
    sheet = book.sheet_by_id(int(grid_range.get("sheetId") or 0))
    if sheet is None:
        raise wire.invalid(f"No grid with id: {grid_range.get('sheetId') or 0}")
    return sheet, Box(
        int(grid_range.get("startRowIndex") or 0),
        int(grid_range.get("startColumnIndex") or 0),
        _end(grid_range, "endRowIndex"),
        _end(grid_range, "endColumnIndex"),
    )


def _end(grid_range: dict[str, Any], key: str) -> int | None:
    return int(grid_range[key]) if grid_range.get(key) is not None else None


def inside(sheet: Sheet, box: Box, prefix: str = "") -> Box:
    """The box clipped to the grid; one that starts outside is refused."""
    if box.top >= sheet.row_count or box.left >= sheet.column_count:
        end = Box(box.top, box.left, box.bottom or box.top + 1, box.right or box.left + 1)
        raise beyond(sheet, end, prefix)
    return sheet.clip(box)


def beyond(sheet: Sheet, box: Box, prefix: str = "") -> wire.Refused:
    """400 for a range outside the grid."""
    return wire.invalid(
        f"{prefix}Range ({a1.full_name(sheet.title, box)}) exceeds grid limits. "
        f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    )


class Reader:
    """Reads values of one spreadsheet with one pair of options."""

    def __init__(
        self, book: Book, render: str = "FORMATTED_VALUE", moments: str = "SERIAL_NUMBER"
    ) -> None:
        self.book = book
        self.render = render
        self.moments = moments
        self._open: set[tuple[int, int, int]] = set()

    def effective(self, sheet: Sheet, row: int, column: int) -> Value:
        """The value a formula gives, or the value itself."""
        cell = sheet.cell(row, column)
        if cell.formula is None:
            return cell.value
        place = (sheet.id, row, column)
        if place in self._open:
            return "#REF!"
        self._open.add(place)
        try:
            return evaluate(cell.formula, lambda box: self._values(sheet, box))
        finally:
            self._open.discard(place)

    def _values(self, sheet: Sheet, box: Box) -> list[Value]:
        inner = sheet.clip(box)
        bottom = min(inner.bottom or 0, max(len(sheet.rows), inner.top + 1))
        return [
            self.effective(sheet, row, column)
            for row in range(inner.top, bottom)
            for column in range(inner.left, inner.right or 0)
        ] or [None]

    def rendered(self, sheet: Sheet, row: int, column: int, cell: Cell) -> Any:
        """One cell as the options ask for it."""
        if self.render == "FORMULA" and cell.formula is not None:
            return cell.formula
        value = self.effective(sheet, row, column)
        dated = cell.number_format.get("type") in ("DATE", "DATE_TIME", "TIME")
        as_text = self.render == "FORMATTED_VALUE" or (
            dated and self.moments == "FORMATTED_STRING" and isinstance(value, int | float)
        )
        if as_text:
            return shown(value, cell, self.book.locale)
        return "" if value is None else value

    def block(self, sheet: Sheet, box: Box, dimension: str = "ROWS") -> list[list[Any]]:
        """The values of a clipped box; empty ends are dropped, holes are empty strings."""
        right = box.right or 0
        rows: list[list[Any]] = []
        for number in range(box.top, min(box.bottom or 0, len(sheet.rows))):
            cells = sheet.rows[number]
            line: list[Any] = []
            for column in sorted(c for c in cells if box.left <= c < right):
                cell = cells[column]
                if cell.formula is None and isinstance(cell.value, str):
                    value: Any = cell.value  # text looks the same under every option
                elif cell.is_blank:
                    continue
                else:
                    value = self.rendered(sheet, number, column, cell)
                if value != "" or self.render == "FORMULA":
                    line += [""] * (column - box.left - len(line))
                    line.append(value)
            rows.append(line)
        return _trimmed(rows if dimension != "COLUMNS" else _turned(rows))


def _trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _turned(rows: list[list[Any]]) -> list[list[Any]]:
    width = max((len(row) for row in rows), default=0)
    return [[row[c] if c < len(row) else "" for row in rows] for c in range(width)]
