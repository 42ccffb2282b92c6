"""Cells that are asked about: amber with a note, and as they were when the question is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outreach_adapters.ledger.marks import Mark
from target_outreach_sheets.marks import AMBER, write_marks
from target_outreach_sheets.row_ids import write_ids

NOTE = "HubSpot has: Basel — see Needs You"
LOCATION = 1


@pytest.fixture
def ready(desk: Any) -> Any:
    """The tab with ids on its rows."""
    write_ids(desk.tab, desk.jobs(), lambda _: None)
    return desk


@pytest.fixture
def write(ready: Any) -> Callable[..., list[Mark]]:
    """Write through the real client."""

    def mark(*wanted: Mark) -> list[Mark]:
        tab = ready.tab
        return tab.client.again(lambda: write_marks(tab, wanted))

    return mark


def looks(desk: Any) -> dict[tuple[str, int], dict[str, Any]]:
    """Fill and note of every cell that has any, by business and column."""
    params = {"includeGridData": "true", "ranges": "A2:N10"}
    answer = desk.tab.client.http.spreadsheets_get(desk.config["spreadsheet_id"], params=params)
    found = {}
    for row in answer["sheets"][0]["data"][0].get("rowData", []):
        cells = row.get("values", [])
        name = cells[0].get("formattedValue", "") if cells else ""
        for column, cell in enumerate(cells):
            fill = cell.get("userEnteredFormat", {}).get("backgroundColor")
            if fill or cell.get("note"):
                found[name, column] = {"fill": fill, "note": cell.get("note", "")}
    return found


def dress(desk: Any, row: int, column: int, note: str, fill: dict[str, float]) -> None:
    """What a person did to a cell before us."""
    cell = {"note": note, "userEnteredFormat": {"backgroundColor": fill}}
    start = {"sheetId": 0, "rowIndex": row - 1, "columnIndex": column}
    fields = "note,userEnteredFormat.backgroundColor"
    gid = desk.tab.client.tabs()[0].gid
    start["sheetId"] = gid
    desk.tab.client.change(
        [{"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": fields}}]
    )


def amber(fill: dict[str, float]) -> bool:
    return all(abs(fill.get(name, 0) - value) < 0.01 for name, value in AMBER.items())


def test_only_the_cell_that_is_asked_about_is_marked(ready: Any, write: Any) -> None:
    """Its fill and its note; no value, and no other cell's format."""
    before = ready.grid()

    done = write(Mark("id-Bo", "Location", 3, NOTE))

    ((place, look),) = looks(ready).items()
    assert (("Bo", LOCATION), NOTE) == (place, look["note"])
    assert amber(look["fill"])
    assert before == ready.grid()
    assert [("id-Bo", NOTE)] == [(mark.rid, mark.note) for mark in done]


def test_a_closed_question_leaves_the_cell_as_it_was(ready: Any, write: Any) -> None:
    """What a person had noted and painted comes back, and stays readable meanwhile."""
    dress(ready, 3, LOCATION, "call first", {"green": 1.0})
    before = looks(ready)
    (set_,) = write(Mark("id-Bo", "Location", 3, NOTE))
    during = looks(ready)["Bo", LOCATION]["note"]

    done = write(Mark("id-Bo", "Location", 3, "", NOTE, set_.before))

    assert f"call first\n{NOTE}" == during
    assert before == looks(ready)
    assert [""] == [mark.note for mark in done]


def test_what_people_changed_since_is_theirs(ready: Any, write: Any) -> None:
    """Another fill and another note than ours stay when the question is closed."""
    (set_,) = write(Mark("id-Bo", "Location", 3, NOTE))
    dress(ready, 3, LOCATION, "mine now", {"blue": 1.0})
    before = looks(ready)

    write(Mark("id-Bo", "Location", 3, "", NOTE, set_.before))

    assert before == looks(ready)


def test_a_mark_follows_its_row(ready: Any, write: Any) -> None:
    """After a sort the note is changed in the row that has the id, and keeps what was before it."""
    (set_,) = write(Mark("id-Bo", "Location", 3, NOTE))
    ready.person("sort", by="Business Name", descending=True)
    newer = NOTE.replace("Basel", "Bern")

    (done,) = write(Mark("id-Bo", "Location", 3, newer, NOTE, set_.before))

    assert [("Bo", LOCATION)] == list(looks(ready))
    assert newer == looks(ready)["Bo", LOCATION]["note"]
    assert set_.before == done.before


def test_a_sort_during_the_write_marks_nobody_else(ready: Any, write: Any) -> None:
    """A mark that landed on another row is taken away, and counts only where its row shows it."""
    ready.before_write.append(lambda: ready.person("sort", by="Business Name", descending=True))

    done = write(Mark("id-Ada", "Location", 2, NOTE))

    assert {} == looks(ready)
    assert [] == done


@pytest.mark.parametrize("mark", [Mark("gone", "Location", 2, ""), Mark("id-Bo", "Nowhere", 3, "")])
def test_a_mark_of_what_is_gone_is_forgotten(ready: Any, write: Any, mark: Mark) -> None:
    """Without a row or a column there is nothing to put back."""
    assert [mark] == write(mark)
    assert {} == looks(ready)


def test_nothing_to_mark_costs_nothing(ready: Any, write: Any) -> None:
    """A quiet run makes no call for marks."""
    ready.sandbox.control.forget_calls()

    assert [] == write()
    assert [] == ready.calls()
