"""When cells were edited: what the sheet's script noted, and what Drive knows of the file."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from outreach_adapters.sheets.client import SheetsClient
from outreach_adapters.sheets.rows import read_noted

HEADER = ["Business Name", "Email", "Phone", "Status"]
ROW = ["Ada", "ada@example.com", "+1 555 0101", "Draft"]
AT = "2026-11-23T11:59:00Z"
DRIVE = "drive.files.get"


def records(messages: list[dict[str, Any]], stream: str) -> list[dict[str, Any]]:
    return [m["record"] for m in messages if m["type"] == "RECORD" and m["stream"] == stream]


def state(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return [m["value"] for m in messages if m["type"] == "STATE"][-1]


def test_noted_times_travel_beside_the_cells(desk: Any) -> None:
    """The script's column is nobody's value, and changes no row's fingerprint."""
    desk.seed(HEADER, ROW)
    (plain,) = records(desk.run(), "businesses")
    desk.seed([*HEADER, "_edited"], [*ROW, json.dumps({"Phone": [AT, "a@example.com"]})])
    (noted,) = records(desk.run(), "businesses")

    assert {"Phone": {"at": AT, "by": "a@example.com"}} == noted["edited"]
    assert (plain["cells"], plain["fingerprint"]) == (noted["cells"], noted["fingerprint"])


def test_a_row_with_notes_alone_is_blank(desk: Any) -> None:
    """Notes that outlived their row make no business of it."""
    desk.seed([*HEADER, "_edited"], ROW, ["", "", "", "", json.dumps({"Phone": [AT, ""]})])

    assert [2] == [r["row"] for r in records(desk.run(), "businesses")]


def test_one_time_for_the_whole_row_is_told_as_such(desk: Any) -> None:
    """A simpler script says no more than that something of the row was edited."""
    desk.seed([*HEADER, "updated_at"], [*ROW, AT])
    (row,) = records(desk.run(), "businesses")

    assert {"": {"at": AT, "by": ""}} == row["edited"]


@pytest.mark.parametrize(
    "cell",
    ["", "yesterday", "[1]", '{"Phone": "now"}', '{"Phone": ["2026-01-01T00:00:00", ""]}', 7],
)
def test_what_is_no_note_is_not_one(cell: Any) -> None:
    """People may write anything into any cell; a time without its zone is no time."""
    assert {} == read_noted(cell)


@pytest.mark.parametrize("sharpen", [True, False])
def test_drive_is_asked_again_only_where_rows_changed(desk: Any, *, sharpen: bool) -> None:
    """And only if somebody wants to know it better; what we wrote beside the rows is no change."""
    given = state(desk.run(sharpen_edit_times=sharpen))
    desk.control.people("google", "type", row=3, header="Phone", value="x")
    desk.calls()
    messages = desk.run(given, sharpen_edit_times=sharpen)
    calls = desk.calls()
    (mark,) = records(messages, "sheet_snapshots")
    desk.later(15)
    desk.run(state(messages), sharpen_edit_times=sharpen)

    assert (2 if sharpen else 1) == calls.count(DRIVE)
    assert (mark["modified_time"] if sharpen else None) == mark["edited_at"]
    assert 1 == desk.calls().count(DRIVE)


def test_an_edit_while_reading_leaves_the_time_open(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the file's time of before the read says nothing about what was read."""
    given = state(desk.run(sharpen_edit_times=True))
    desk.control.people("google", "type", row=3, header="Phone", value="x")
    plain = SheetsClient.file_version

    def then_edited(client: SheetsClient) -> dict[str, str]:
        found = plain(client)
        desk.control.people("google", "type", row=3, header="Phone", value="y")
        return found

    monkeypatch.setattr(SheetsClient, "file_version", then_edited)
    (mark,) = records(desk.run(given, sharpen_edit_times=True), "sheet_snapshots")

    assert mark["edited_at"] is None


def test_a_read_carries_the_time_of_google_and_not_of_this_machine(desk: Any) -> None:
    """Edits of two vendors are ordered by the clocks of vendors; ours may be wrong by hours."""
    desk.control.advance(7200)
    (mark,) = records(desk.run(), "sheet_snapshots")

    theirs = datetime.fromisoformat(desk.control.now())
    assert abs(datetime.fromisoformat(mark["read_at"]) - theirs) < timedelta(seconds=5)
