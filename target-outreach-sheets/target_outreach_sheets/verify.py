"""Whether cells we wrote are on another row than they were meant for, and what was there before.

The rule: Sheets has no compare-and-set, so rows can move between the read and the write; whatever hit
another row is put back, and nothing more is written in that run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outreach_adapters.sheets.rows import cell_at
from outreach_adapters.sheets.sansio import CellWrite, same_cell
from target_outreach_sheets.tab import View


@dataclass(frozen=True, slots=True)
class Sent:
    """A cell as it was sent, and the row id it was meant for."""

    rid: str
    write: CellWrite


def damaged_cells(sent: Sequence[Sent], before: View, after: View) -> list[CellWrite]:
    """Return the writes that put back what other rows held.

    | # | after the write                                       |                                  |
    |---|-------------------------------------------------------|----------------------------------|
    | 1 | the id's row shows what was sent                      | landed                           |
    | 2 | the id is still on the row that was written to        | edited since; not ours to touch  |
    | 3 | another row shows it, and did not before              | put back what that row showed    |
    | 4 | a row without an id shows it where we wrote           | clear it: what it held is unknown |
    """
    places = after.rows_of
    lost = [item for item in sent if not _landed(item, places.get(item.rid, []), after)]
    if not lost:
        return []
    meant = {(item.rid, item.write.column): item.write for item in sent}
    rows_before = {rid: rows[0] for rid, rows in before.rows_of.items()}
    repairs: dict[tuple[int, int], CellWrite] = {}
    for item in lost:
        column = item.write.column
        for row, rid in _candidates(after, item.write.row):
            if rid and (rid, column) in meant and _same(after, row, meant[rid, column]):
                continue
            if not _same(after, row, item.write):
                continue
            old = cell_at(before.grid, rows_before[rid], column) if rid in rows_before else None
            if rid is None or rid not in rows_before or not same_cell(old, item.write.sent):
                repairs[row, column] = CellWrite(row, column, item.write.header, old)
    return list(repairs.values())


def _landed(item: Sent, rows: Sequence[int], after: View) -> bool:
    return item.write.row in rows or any(_same(after, row, item.write) for row in rows)


def _same(view: View, row: int, write: CellWrite) -> bool:
    return same_cell(cell_at(view.grid, row, write.column), write.sent)


def _candidates(after: View, written: int) -> list[tuple[int, str | None]]:
    """Return every row with an id, and the row we wrote to if it has none."""
    ids = after.ids
    found: list[tuple[int, str | None]] = list(ids.items())
    if written not in ids:
        found.append((written, None))
    return found
