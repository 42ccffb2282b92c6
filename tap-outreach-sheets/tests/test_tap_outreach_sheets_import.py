"""The tab an import goes into: what is there is told, and nobody's data with it."""

from __future__ import annotations

from typing import Any

import pytest

RID = "01900000-0000-7000-8000-00000000000a"
HEADER = ["Business Name", "Location", "Email"]


def told(desk: Any) -> dict[str, Any]:
    """The one record."""
    messages = desk.run(mode="import")
    (found,) = [
        m["record"] for m in messages if m.get("stream") == "import_tabs" and m["type"] == "RECORD"
    ]
    return found


def test_an_empty_tab(desk: Any) -> None:
    """Nothing in it: no header, no rows, and where it is."""
    desk.seed()
    found = told(desk)

    assert ([], 0, 1, {}) == (found["header"], found["rows"], found["last_row"], found["ids"])
    assert ("Businesses", 0, "Europe/Istanbul") == (
        found["title"],
        found["gid"],
        found["time_zone"],
    )
    assert "sandbox-outreach-sheet" == found["spreadsheet_id"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([HEADER], (HEADER, 0, 1)),
        ([HEADER, [], ["Ada"]], (HEADER, 1, 3)),
        ([["whatever"], ["a note"]], (["whatever"], 1, 2)),
        ([[], [], ["a note"]], ([], 1, 3)),
    ],
)
def test_any_tab_can_be_told_of(desk: Any, rows: list[list[Any]], said: tuple[Any, ...]) -> None:
    """A header, rows below blank ones, something that is no campaign at all."""
    desk.seed(*rows)
    found = told(desk)

    assert said == (found["header"], found["rows"], found["last_row"])


def test_row_ids_are_told_with_their_rows(desk: Any) -> None:
    """Ids are found by their header; a row with nothing but our cells holds nothing of people's."""
    ours = ["Sync Status", "_sync_id"]
    blank = [""] * 14
    desk.seed(
        [*HEADER, *blank, *ours],
        ["Ada", "", "", *blank, "Synced", RID],
        ["", *["", ""], *blank, "", "x"],
    )
    found = told(desk)

    assert (1, 3, {RID: 2, "x": 3}) == (found["rows"], found["last_row"], found["ids"])


def test_the_tab_is_read_anew_every_time(desk: Any) -> None:
    """No gate holds and no bookmark is kept; nothing of a row is in any record."""
    desk.seed(HEADER, ["Ada", "Porto", "ada@example.com"])
    first = desk.run(mode="import")
    desk.calls()
    again = desk.run([m["value"] for m in first if m["type"] == "STATE"][-1], mode="import")

    assert ["sheets.spreadsheets.values.batchGet", "sheets.spreadsheets.get"] == desk.calls()
    assert [{"bookmarks": {}}] * 2 == [m["value"] for m in again if m["type"] == "STATE"]
    assert "ada" not in str(first + again).casefold()
