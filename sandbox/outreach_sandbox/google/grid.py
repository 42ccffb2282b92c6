"""One sheet: rows of cells and what hangs on them.

Rule: a row is never changed in place, only replaced, so `copy` is cheap however large the sheet.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from outreach_sandbox.google.cells import EMPTY, Cell

if TYPE_CHECKING:
    from outreach_sandbox.google.a1 import Box

T = TypeVar("T")
Dimension = Literal["ROWS", "COLUMNS"]
Row = dict[int, Cell]
GridRange = dict[str, Any]


@dataclass
class Sheet:
    """A tab; `rows` may be shorter than `row_count`, never longer."""

    id: int
    title: str
    row_count: int = 1000
    column_count: int = 26
    rows: list[Row] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)
    grid_properties: dict[str, Any] = field(default_factory=dict)
    merges: list[GridRange] = field(default_factory=list)
    protected: list[dict[str, Any]] = field(default_factory=list)
    conditional_formats: list[dict[str, Any]] = field(default_factory=list)
    basic_filter: dict[str, Any] | None = None
    groups: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"ROWS": [], "COLUMNS": []}
    )
    row_properties: dict[int, dict[str, Any]] = field(default_factory=dict)
    column_properties: dict[int, dict[str, Any]] = field(default_factory=dict)

    def copy(self) -> Sheet:
        """The sheet as it is now; later changes of either leave the other alone."""
        return replace(
            self,
            rows=list(self.rows),
            properties=copy.deepcopy(self.properties),
            grid_properties=dict(self.grid_properties),
            merges=copy.deepcopy(self.merges),
            protected=copy.deepcopy(self.protected),
            conditional_formats=copy.deepcopy(self.conditional_formats),
            basic_filter=copy.deepcopy(self.basic_filter),
            groups=copy.deepcopy(self.groups),
            row_properties=copy.deepcopy(self.row_properties),
            column_properties=copy.deepcopy(self.column_properties),
        )

    def cell(self, row: int, column: int) -> Cell:
        """The cell at this place; an empty one where nothing is."""
        return self.row(row).get(column, EMPTY)

    def row(self, row: int) -> Row:
        """The cells of a row by column; read only."""
        return self.rows[row] if row < len(self.rows) else {}

    def put(self, row: int, cells: Row) -> None:
        """Replace these cells of one row; empty ones disappear."""
        while len(self.rows) <= row:
            self.rows.append({})
        changed = {**self.rows[row], **cells}
        self.rows[row] = {column: cell for column, cell in changed.items() if not cell.is_empty}

    def clip(self, box: Box) -> Box:
        """The box inside this grid."""
        return box.clip(self.row_count, self.column_count)

    def resize(self, rows: int, columns: int) -> None:
        """Grow or shrink; what no longer fits is gone."""
        self.row_count, self.column_count = rows, columns
        del self.rows[rows:]
        for number, row in enumerate(self.rows):
            if any(column >= columns for column in row):
                self.rows[number] = {c: cell for c, cell in row.items() if c < columns}

    def insert(self, dimension: Dimension, at: int, count: int, *, inherit: bool) -> None:
        """Make room; new cells take the format of the neighbour they inherit from."""
        if dimension == "ROWS":
            self.row_count += count
            source = self.row(at - 1 if inherit else at)
            blank = {c: Cell(format=cell.format) for c, cell in source.items() if cell.format}
            if at < len(self.rows) or blank:
                self.rows += [{} for _ in range(at - len(self.rows))]
                self.rows[at:at] = [dict(blank) for _ in range(count)]
            self.row_properties = _moved(self.row_properties, at, count)
        else:
            self.column_count += count
            self.rows = [_moved(row, at, count) for row in self.rows]
            self.column_properties = _moved(self.column_properties, at, count)

    def delete(self, dimension: Dimension, start: int, end: int) -> None:
        """Take rows or columns out; what follows moves up or left."""
        if dimension == "ROWS":
            self.row_count -= end - start
            del self.rows[start:end]
            self.row_properties = _moved(self.row_properties, start, start - end)
        else:
            self.column_count -= end - start
            self.rows = [_moved(row, start, start - end) for row in self.rows]
            self.column_properties = _moved(self.column_properties, start, start - end)

    def append(self, dimension: Dimension, count: int) -> None:
        """Grow at the end."""
        if dimension == "ROWS":
            self.row_count += count
        else:
            self.column_count += count

    def size(self, dimension: Dimension) -> int:
        """How many rows or columns there are."""
        return self.row_count if dimension == "ROWS" else self.column_count

    def has_content(self, row: int, left: int, right: int) -> bool:
        """Whether a row shows something between these columns."""
        cells = self.row(row)
        for column in cells if len(cells) <= right - left else range(left, right):
            if left <= column < right and column in cells and not cells[column].is_blank:
                return True
        return False


def _moved(items: dict[int, T], at: int, count: int) -> dict[int, T]:
    """Keys from `at` on move by `count`; a negative count drops what it passes over."""
    if count >= 0:
        return {key + count if key >= at else key: item for key, item in items.items()}
    gone = range(at, at - count)
    return {
        key + count if key >= at - count else key: item
        for key, item in items.items()
        if key not in gone
    }


def shift_range(found: GridRange, dimension: Dimension, at: int, count: int) -> GridRange | None:
    """A range after rows or columns came or went before or inside it; None when nothing is left."""
    word = "Row" if dimension == "ROWS" else "Column"
    result = dict(found)
    for key, is_end in ((f"start{word}Index", False), (f"end{word}Index", True)):
        if key in result:
            result[key] = shift_index(int(result[key]), at, count, is_end=is_end)
    start, end = result.get(f"start{word}Index", 0), result.get(f"end{word}Index")
    return None if end is not None and end <= start else result


def shift_index(index: int, at: int, count: int, *, is_end: bool) -> int:
    """Where a border is after the change."""
    if count >= 0:
        return index + count if (index > at if is_end else index >= at) else index
    if index >= at - count:
        return index + count
    return min(index, at)
