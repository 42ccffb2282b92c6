"""Marks cells of the outreach tab that are asked about: an amber fill and a note.

The rule: only fill and note of these very cells change, and a cell gets back what people had given it. Rows
are found by their id, before the write and after it.

| # | the cell                                        | what follows                                      |
|---|-------------------------------------------------|---------------------------------------------------|
| 1 | its row or column is not there                  | nothing to mark; a mark of it is forgotten        |
| 2 | is to be marked                                 | amber, and our note below what people noted       |
| 3 | is not any more, and shows our fill or note     | it gets back what it had; what people changed since stays |
| 4 | after the write another row shows our mark      | that row gets back what it had; tried again next run |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outreach_adapters.ledger.marks import Mark
from outreach_adapters.sheets.sansio import column_letters, on_tab
from target_outreach_sheets.tab import Tab, View, find_row

# https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#Color
AMBER = {"red": 1.0, "green": 0.8, "blue": 0.4}
FIELDS = "sheets.data.rowData.values(note,userEnteredFormat.backgroundColor)"
_STEPS = 255  # Google keeps colours in so many steps
Looks = dict[tuple[int, int], dict[str, Any]]  # (row, column) → note and fill


@dataclass(frozen=True)
class _Sent:
    """A mark that was written into a cell."""

    mark: Mark
    row: int
    column: int
    look: Mapping[str, Any]


def write_marks(tab: Tab, wanted: Sequence[Mark]) -> list[Mark]:
    """Set and take away marks; return those that are as they should be."""
    if not wanted:
        return []
    view = tab.whole()
    gid = tab.gid(view.title)
    columns = {
        m.header: view.layout.named[m.header] for m in wanted if m.header in view.layout.named
    }
    looks = _looks(tab, view, columns)
    done: list[Mark] = []
    sent: list[_Sent] = []
    for mark in wanted:
        row, column = find_row(view.rows_of, mark.rid, mark.row), columns.get(mark.header)
        if row is None or column is None:  # 1
            done += [] if mark.note else [mark]
            continue
        sent.append(_wanted(mark, row, column, looks.get((row, column), {})))
    if not sent:
        return done
    tab.check()
    tab.client.change([_request(gid, one.row, one.column, one.look) for one in sent])
    return done + _read_back(tab, view, columns, looks, sent)


def _wanted(mark: Mark, row: int, column: int, now: Mapping[str, Any]) -> _Sent:
    """Return how a cell is to look (cases 2 and 3)."""
    before = dict(mark.before) if mark.shown else dict(now)
    if mark.note:
        told = "\n".join(text for text in (before.get("note", ""), mark.note) if text)
        kept = replace(mark, before=before)
        return _Sent(kept, row, column, {"note": told, "fill": AMBER})
    ours = str(now.get("note", "")).endswith(mark.shown)
    look = {
        "note": before.get("note", "") if ours else now.get("note", ""),
        "fill": before.get("fill") if _same_fill(now.get("fill"), AMBER) else now.get("fill"),
    }
    return _Sent(mark, row, column, look)


def _read_back(
    tab: Tab, before: View, columns: Mapping[str, int], looks: Looks, sent: Sequence[_Sent]
) -> list[Mark]:
    """Return what landed; put back what landed on another row (case 4)."""
    after = tab.whole()
    if after.ids == before.ids:
        return [one.mark for one in sent]
    now, rows_before = _looks(tab, after, columns), before.rows_of
    meant = {(one.mark.rid, one.column): one for one in sent}
    repairs = []
    landed = []
    gid = tab.gid(after.title)
    for row, rid in after.ids.items():
        for column in set(columns.values()):
            look = now.get((row, column), {})
            own = meant.get((rid, column))
            if own is not None and _same(look, own.look):
                landed.append(own.mark)
            elif any(_same(look, one.look) for one in sent if one.column == column):
                first = rows_before.get(rid, [row])[0]
                repairs.append(_request(gid, row, column, looks.get((first, column), {})))
    if repairs:
        tab.check()
        tab.client.change(repairs)
    return landed


def _looks(tab: Tab, view: View, columns: Mapping[str, int]) -> Looks:
    """Read fill and note of these columns."""
    wanted = sorted(set(columns.values()))
    letters = [column_letters(column) for column in wanted]
    last = max(2, len(view.grid))
    found: Looks = {}
    for column, letter in zip(wanted, letters, strict=True):
        cells = tab.client.cells(on_tab(view.title, f"{letter}2:{letter}{last}"), FIELDS)
        for row, cell in enumerate(cells, 2):
            fill = cell.get("userEnteredFormat", {}).get("backgroundColor")
            look = {"note": cell.get("note", ""), "fill": fill}
            found[row, column] = {name: value for name, value in look.items() if value}
    return found


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    notes = one.get("note", "") == other.get("note", "")
    return notes and _same_fill(one.get("fill"), other.get("fill"))


def _same_fill(one: Mapping[str, float] | None, other: Mapping[str, float] | None) -> bool:
    if not one or not other:
        return not one and not other
    names = ("red", "green", "blue")
    return all(round(one.get(n, 0) * _STEPS) == round(other.get(n, 0) * _STEPS) for n in names)


def _request(gid: int, row: int, column: int, look: Mapping[str, Any]) -> dict[str, Any]:
    cell: dict[str, Any] = {"note": look["note"]} if look.get("note") else {}
    if look.get("fill"):
        cell["userEnteredFormat"] = {"backgroundColor": dict(look["fill"])}
    return {
        "updateCells": {
            "start": {"sheetId": gid, "rowIndex": row - 1, "columnIndex": column},
            "rows": [{"values": [cell]}],
            "fields": "note,userEnteredFormat.backgroundColor",
        }
    }
