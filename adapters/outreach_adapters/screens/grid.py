"""Reads one of our tabs from its cells: which column is which, which line stands where.

The rule: columns are found by header and lines by their id; a tab that people sorted, filtered or widened
reads the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach_adapters.sheets.rows import cell_at, shown_text
from outreach_adapters.sheets.sansio import Cell, is_blank
from outreach_core.model.screens import (
    EVIDENCE,
    FRAMES,
    HEADER_ROW,
    ITEM,
    Screen,
    ShownLine,
    ShownScreen,
)

_LAST_HEADER_ROW = 10


@dataclass(frozen=True, slots=True)
class ScreenGrid:
    """A tab's cells with what they mean.

    Attributes:
        header_row: Where the headers stand; where they belong if they are gone.
        columns: Column by header, those of the frame alone.
        width: How many columns hold anything.
        height: The last row that holds anything.
    """

    shown: ShownScreen
    header_row: int
    columns: Mapping[str, int]
    width: int
    height: int


def read_screen(screen: Screen, gid: int, title: str, grid: Sequence[Sequence[Cell]]) -> ScreenGrid:
    """Read one tab."""
    number, columns = _header(screen, grid)
    lines = tuple(_lines(columns, number, grid))
    headline = _text(grid, 1, 0) if number > 1 else ""
    height = max(
        (n for n, row in enumerate(grid, 1) if any(not is_blank(c) for c in row)), default=0
    )
    width = max((len(row) for row in grid), default=0)
    shown = ShownScreen(screen, gid, title, headline, lines)
    return ScreenGrid(shown, number, columns, width, height)


def _header(screen: Screen, grid: Sequence[Sequence[Cell]]) -> tuple[int, dict[str, int]]:
    """Find the row with the most of our headers; people may have put rows above it."""
    wanted = FRAMES[screen].columns
    best: tuple[int, dict[str, int]] = (HEADER_ROW, {})
    for number, row in enumerate(grid[:_LAST_HEADER_ROW], 1):
        texts = [str(cell).strip() if cell is not None else "" for cell in row]
        found = {name: texts.index(name) for name in wanted if name in texts}
        if len(found) > max(1, len(best[1])):
            best = (number, found)
    return best


def _lines(
    columns: Mapping[str, int], header_row: int, grid: Sequence[Sequence[Cell]]
) -> list[ShownLine]:
    found = []
    for number in range(header_row + 1, len(grid) + 1):
        cells = {name: _text(grid, number, column) for name, column in columns.items()}
        item, evidence = cells.pop(ITEM, ""), cells.pop(EVIDENCE, "")
        if item:
            found.append(ShownLine(item, number, cells, evidence))
    return found


def _text(grid: Sequence[Sequence[Cell]], row: int, column: int) -> str:
    cell = cell_at(grid, row, column)
    return "" if is_blank(cell) else shown_text(cell)
