"""What Google's documents say about ranges and write bodies, without any I/O.

The rule: every value travels RAW, in single cells or adjoining cells of one row, and no text that the
outreach system takes for an approval is ever among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
Cell = Any  # str | int | float | bool | None, as Google's JSON has it

# the widest tab there can be ends here
# https://support.google.com/drive/answer/37603
LAST_COLUMN = "ZZZ"
# the outreach system finds Status by its letter (J), people and rules by its header
STATUS_HEADER = "status"
STATUS_COLUMN = 9
APPROVED = "approved"
DRAFT = "Draft"
MOST_CELL_CHARACTERS = 50_000


def column_letters(index: int) -> str:
    """Return a column's letters.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    left = index + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def quoted(title: str) -> str:
    """Return a tab title as a range needs it.

    >>> quoted("Ada's list")
    "'Ada''s list'"
    """
    return "'" + title.replace("'", "''") + "'"


def on_tab(tab: str | None, cells: str) -> str:
    """Return a range of this tab; without a title Google takes the first visible tab.

    https://developers.google.com/workspace/sheets/api/guides/concepts#a1_notation
    """
    return f"{quoted(tab)}!{cells}" if tab else cells


def whole_tab(tab: str | None) -> str:
    """Return the range of everything in the tab; its end is clipped to the grid."""
    return on_tab(tab, f"A:{LAST_COLUMN}")


def title_of(answered_range: str) -> str:
    """Return the tab title from the range that Google's answer names.

    >>> title_of("Sheet1!A1:Z1000"), title_of("'Ada''s list'!A1:B2")
    ('Sheet1', "Ada's list")
    """
    title = answered_range.rpartition("!")[0]
    if title.startswith("'") and title.endswith("'"):
        return title[1:-1].replace("''", "'")
    return title


def effective_cell(data: Mapping[str, Any]) -> Cell:
    """Return a ``CellData`` with its ``effectiveValue`` as a read of values has it; blank is ``""``.

    https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ExtendedValue

    >>> effective_cell({"effectiveValue": {"numberValue": 7}}), effective_cell({})
    (7, '')
    """
    value = data.get("effectiveValue", {})
    if "errorValue" in value:
        return _ERRORS.get(str(value["errorValue"].get("type")), "#ERROR!")
    return next(iter(value.values()), "")


def trimmed(items: Iterable[T]) -> list[T]:
    """Return a list without the blanks at its end, as a read of values answers rows and cells.

    >>> trimmed([[], ["a"], []]), trimmed(["", 0, ""])
    ([[], ['a']], ['', 0])
    """
    found = list(items)
    while found and found[-1] in ("", []):
        found.pop()
    return found


# https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ErrorType
_ERRORS = {
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "Loading...",
}


def is_blank(cell: Cell) -> bool:
    """Whether a cell shows nothing."""
    return cell is None or cell == ""


def same_cell(one: Cell, other: Cell) -> bool:
    """Whether two cells show the same; ``TRUE`` is not ``1``, blanks are alike."""
    if is_blank(one) or is_blank(other):
        return is_blank(one) and is_blank(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def never_approved(cell: Cell) -> Cell:
    """Return the cell for the Status column: an approval is a person's alone.

    >>> never_approved(" APPROVED "), never_approved("Sent")
    ('Draft', 'Sent')
    """
    text = cell.strip().casefold() if isinstance(cell, str) else ""
    return DRAFT if text == APPROVED else cell


@dataclass(frozen=True, slots=True)
class CellWrite:
    """One cell to be written: 1-based row, 0-based column, its header, its value (``None`` clears)."""

    row: int
    column: int
    header: str
    value: Cell
    status: bool = False  # the rules call this column the status

    @property
    def sent(self) -> Cell:
        """What goes over the wire: ``""`` clears, ``null`` would leave the cell as it is.

        https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values
        """
        if self.value is None:
            return ""
        if self.status or self.column == STATUS_COLUMN:
            return never_approved(self.value)
        if self.header.strip().casefold() == STATUS_HEADER:
            return never_approved(self.value)
        return self.value


def values_body(tab: str | None, writes: Iterable[CellWrite]) -> dict[str, Any]:
    """Return the body of one ``values:batchUpdate``; adjoining cells of a row share a range.

    RAW is what keeps a text that begins with ``=``, ``+``, ``-`` or ``@`` a text:
    https://developers.google.com/workspace/sheets/api/reference/rest/v4/ValueInputOption
    """
    runs: list[list[CellWrite]] = []
    for write in sorted(writes, key=lambda w: (w.row, w.column)):
        last = runs[-1][-1] if runs else None
        if last and (last.row, last.column + 1) == (write.row, write.column):
            runs[-1].append(write)
        else:
            runs.append([write])
    return {"valueInputOption": "RAW", "data": [_range_of(tab, run) for run in runs]}


def _range_of(tab: str | None, run: Sequence[CellWrite]) -> dict[str, Any]:
    first = f"{column_letters(run[0].column)}{run[0].row}"
    last = f"{column_letters(run[-1].column)}{run[-1].row}"
    return {
        "range": on_tab(tab, first if first == last else f"{first}:{last}"),
        "majorDimension": "ROWS",
        "values": [[write.sent for write in run]],
    }


def column_ranges(tab: str | None, columns: Iterable[int]) -> list[str]:
    """Return the header row and these columns as ranges of one ``values:batchGet``."""
    wanted = sorted(set(columns))
    return [
        on_tab(tab, "1:1"),
        *(on_tab(tab, f"{column_letters(c)}:{column_letters(c)}") for c in wanted),
    ]


def joined_columns(
    columns: Sequence[int], value_ranges: Sequence[Mapping[str, Any]]
) -> list[list[Cell]]:
    """Return what ``column_ranges`` read as rows of the tab; columns not read are blank."""
    header, *read = [found.get("values", []) for found in value_ranges]
    height = max([1, *(len(column) for column in read)])
    width = max([len(header[0]) if header else 0, *(c + 1 for c in columns)])
    rows: list[list[Cell]] = [[""] * width for _ in range(height)]
    for column, cells in zip(sorted(set(columns)), read, strict=True):
        for number, cell in enumerate(cells):
            rows[number][column] = cell[0] if cell else ""
    rows[0] = [*(header[0] if header else []), *[""] * width][:width]
    return rows
