"""Our own tabs as the tap reads them: in the same call, found again, and what people answered in them."""

from __future__ import annotations

from typing import Any

import pytest

from outreach_core.model.screens import FRAMES, Screen

DRIVE, READ, FACTS = (
    "drive.files.get",
    "sheets.spreadsheets.values.batchGet",
    "sheets.spreadsheets.get",
)
OURS = ["Business Name", "Email", "Phone", "Status", *[""] * 13, "_sync_id"]


def tab(screen: Screen, *lines: dict[str, str], headline: str = "h") -> dict[str, Any]:
    """One of our tabs with these lines."""
    frame = FRAMES[screen]
    values = [[headline], list(frame.columns)]
    values += [[line.get(name, "") for name in frame.columns] for line in lines]
    columns = len(frame.columns)
    return {"title": frame.title, "rows": 100, "columns": columns, "values": values}


def seed(desk: Any, *tabs: dict[str, Any]) -> None:
    """A sheet with our columns and these tabs."""
    business = ["Ada", "ada@example.com", "", "Draft", *[""] * 13, "r1"]
    first = {"title": "Businesses", "rows": 100, "columns": 30, "values": [OURS, business]}
    desk.seed(OURS, sheets=[first, *tabs])


def records(messages: list[dict[str, Any]], stream: str) -> list[dict[str, Any]]:
    return [m["record"] for m in messages if m["type"] == "RECORD" and m["stream"] == stream]


def state(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return [m["value"] for m in messages if m["type"] == "STATE"][-1]


def edit(desk: Any, **where: str) -> None:
    desk.control.people("google", "type", **where)


@pytest.fixture
def known(desk: Any) -> dict[str, Any]:
    """All three tabs, read once; the journal is empty."""
    needs = tab(Screen.NEEDS_YOU, {"_id": "q1", "_evidence": "e1", "Sheet": "Lima"})
    seed(desk, tab(Screen.STATUS), needs, tab(Screen.LOG, {"_id": "7", "New": "x"}))
    given = state(desk.run())
    desk.calls()
    return given


def test_known_tabs_cost_no_further_call(desk: Any, known: dict[str, Any]) -> None:
    """They are read together with the outreach tab, and only when the file changed."""
    held = desk.run(known)
    assert [DRIVE] == desk.calls()
    edit(desk, sheet="Needs You", cell="K3", value="Keep sheet")
    desk.calls()

    found = desk.run(known)

    assert [DRIVE, READ] == desk.calls()
    assert [] == records(held, "screens_shown")
    assert ["sync_status", "needs_you", "sync_log"] == [
        r["screen"] for r in records(found, "screens_shown")
    ]


def test_answers_are_told_as_people_left_them(desk: Any, known: dict[str, Any]) -> None:
    """Each with its line and what was shown in it; a tab without an answer tells none."""
    edit(desk, sheet="Needs You", cell="K3", value=" use CUSTOM value")
    edit(desk, sheet="Needs You", cell="L3", value="Cusco")
    edit(desk, sheet="Sync Log", cell="J3", value="undo")

    found = [
        {name: r[name] for name in ("screen", "item", "evidence", "decision", "custom_value")}
        for r in records(desk.run(known), "decisions")
    ]

    assert [
        {
            "screen": "needs_you",
            "item": "q1",
            "evidence": "e1",
            "decision": " use CUSTOM value",
            "custom_value": "Cusco",
        },
        {
            "screen": "sync_log",
            "item": "7",
            "evidence": "",
            "decision": "undo",
            "custom_value": None,
        },
    ] == found


def test_a_tab_that_was_sorted_reads_the_same(desk: Any) -> None:
    """Columns are found by their header and lines by their id, wherever people moved them."""
    lines = ({"_id": "q1", "Business": "Ada", "Decision": "yes"}, {"_id": "q2", "Business": "Zoe"})
    seed(desk, tab(Screen.NEEDS_YOU, *lines))
    desk.control.people("google", "sort", sheet="Needs You", by="B", descending=True, from_row=3)
    desk.control.people("google", "move_column", sheet="Needs You", header="K", before="A")

    messages = desk.run()

    (shown,) = [r for r in records(messages, "screens_shown") if r["screen"] == "needs_you"]
    assert ["q2", "q1"] == [line["item"] for line in shown["lines"]]
    assert [("q1", "yes")] == [(r["item"], r["decision"]) for r in records(messages, "decisions")]


def test_a_log_is_told_by_its_ids_alone(desk: Any, known: dict[str, Any]) -> None:
    """Five thousand lines never change: only what people typed into them travels."""
    edit(desk, sheet="Sync Log", cell="J3", value="undo")

    (log,) = [r for r in records(desk.run(known), "screens_shown") if r["screen"] == "sync_log"]

    assert [("7", {"Undo": "undo"})] == [(line["item"], line["cells"]) for line in log["lines"]]


def test_a_deleted_tab_is_said_to_be_gone(desk: Any, known: dict[str, Any]) -> None:
    """The others are read all the same."""
    desk.control.people("google", "delete_tab", sheet="Needs You")

    found = {r["screen"]: r["gid"] for r in records(desk.run(known), "screens_shown")}

    assert found["needs_you"] is None
    assert None not in (found["sync_status"], found["sync_log"])


def test_a_renamed_tab_is_still_ours(desk: Any, known: dict[str, Any]) -> None:
    """It is known by its id, and the next read costs no further call again."""
    desk.control.people("google", "rename_tab", sheet="Needs You", to="Inbox")
    first = desk.run(known)
    edit(desk, sheet="Inbox", cell="K3", value="Keep sheet")
    desk.calls()

    second = desk.run(state(first))

    assert [DRIVE, READ] == desk.calls()
    assert ["Inbox"] == [
        r["title"] for r in records(second, "screens_shown") if r["screen"] == "needs_you"
    ]
    assert ["Keep sheet"] == [r["decision"] for r in records(second, "decisions")]


def test_a_tab_that_was_made_since_is_found(desk: Any) -> None:
    """While one is missing, the tabs are looked at whenever the sheet is read."""
    seed(desk)
    given = state(desk.run())
    seed(desk, tab(Screen.STATUS, {"_id": "approve", "_evidence": "e9", "Your choice": "approve"}))
    edit(desk, cell="C2", value="x")

    messages = desk.run(given)

    (answer,) = records(messages, "decisions")
    assert ("sync_status", "approve", "e9") == (
        answer["screen"],
        answer["item"],
        answer["evidence"],
    )


def test_a_sheet_that_nobody_syncs_is_not_searched_for_tabs(desk: Any) -> None:
    """Used alone the tap costs what it cost, and says nothing of tabs after the first look."""
    given = state(desk.run())
    edit(desk, cell="C3", value="x")
    desk.calls()

    messages = desk.run(given)

    assert [DRIVE, READ] == desk.calls()
    assert [] == records(messages, "screens_shown")
