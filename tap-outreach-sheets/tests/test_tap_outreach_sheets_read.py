"""What the tap makes of a sheet: by header, whole or not at all, and only when something changed."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from outreach_core.errors import ConfigError, Retriable

DRIVE, READ, FACTS = (
    "drive.files.get",
    "sheets.spreadsheets.values.batchGet",
    "sheets.spreadsheets.get",
)
HEADER = ["Business Name", "Email", "Phone", "Status"]


def records(messages: list[dict[str, Any]], stream: str) -> list[dict[str, Any]]:
    return [m["record"] for m in messages if m["type"] == "RECORD" and m["stream"] == stream]


def state(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return [m["value"] for m in messages if m["type"] == "STATE"][-1]


def test_a_read_is_three_calls_and_ends_with_its_mark(desk: Any) -> None:
    """Version first, then the cells, then the tab's facts; the mark counts what was emitted."""
    messages = desk.run()

    assert [DRIVE, READ, FACTS] == desk.calls()
    first, _ = records(messages, "businesses")
    cells = dict(zip(HEADER, ["Ada", "ada@example.com", "+1 555 0101", "Draft"], strict=True))
    assert (2, None, cells) == (first["row"], first["sync_id"], first["cells"])
    (mark,) = records(messages, "sheet_snapshots")
    assert (2, 0, True, 0) == (mark["rows"], mark["blank_rows"], mark["complete"], mark["gid"])
    assert ("Businesses", "Europe/Istanbul", HEADER) == (
        mark["title"], mark["time_zone"], mark["header"],
    )  # fmt: skip


def test_gate_holds_for_one_call(desk: Any) -> None:
    """An unchanged file costs one Drive call, emits no snapshot, but a new state."""
    given = state(desk.run())
    desk.calls()
    desk.later(14)

    messages = desk.run(given)

    assert [DRIVE] == desk.calls()
    assert [] == records(messages, "businesses") + records(messages, "sheet_snapshots")
    assert ["ok"] == [r["state"] for r in records(messages, "side_status")]
    assert 2 == state(messages)["bookmarks"]["gather"]["seq"]


def test_gate_opens_after_a_quarter_of_an_hour(desk: Any) -> None:
    """The sheet is read at least every 15 minutes, with the facts still known."""
    given = state(desk.run())
    desk.calls()
    desk.later(15)

    desk.run(given)

    assert [DRIVE, READ] == desk.calls()


def test_gate_opens_on_an_edit_and_on_other_rules(desk: Any) -> None:
    """An edit opens the gate, and so does a rule file that means something else."""
    given = state(desk.run())
    desk.control.people("google", "type", row=3, header="Phone", value="x")
    desk.calls()

    after_edit = desk.run(given)
    edited = desk.calls()
    with Path(desk.config["rules_file"]).open("a") as file:
        file.write("  status: {column: Status, type: text}\n")
    desk.run(state(after_edit))

    assert [DRIVE, READ] == edited
    assert READ in desk.calls()


def test_gate_opens_on_other_reply_rules(desk: Any) -> None:
    """Answers are judged as they are read, so that a plan under other rules must not see old verdicts."""
    replies = Path(desk.config["rules_file"]).with_name("replies.yml")
    replies.write_text("positive: {en: [yes please]}\n")
    given = state(desk.run())
    desk.calls()
    same = desk.run(given)
    held = desk.calls()
    replies.write_text("positive: {en: [yes please, go ahead]}\n")
    desk.run(state(same))

    assert [DRIVE] == held
    assert READ in desk.calls()


def test_gate_never_holds_a_version_of_after_the_read(desk: Any) -> None:
    """An edit between Drive's answer and the read is read again by the next run."""
    given = state(desk.run())
    desk.control.people("google", "type", row=3, header="Phone", value="1")
    desk.control.queue_faults({"operation": READ, "status": 503})
    desk.calls()

    messages = desk.run(given)
    version = records(messages, "sheet_snapshots")[0]["version"]
    desk.control.people("google", "type", row=3, header="Phone", value="2")
    desk.calls()
    desk.run(state(messages))

    assert version == state(messages)["bookmarks"]["sheet_snapshots"]["version"]
    assert READ in desk.calls()


def test_renamed_tab_drops_the_facts(desk: Any) -> None:
    """Facts that do not fit what was read are fetched again."""
    given = state(desk.run())
    desk.control.people("google", "rename_tab", to="Kunden")
    desk.calls()

    messages = desk.run(given)

    assert [DRIVE, READ, FACTS] == desk.calls()
    assert "Kunden" == records(messages, "sheet_snapshots")[0]["title"]


def test_people_s_columns_blank_rows_and_our_cells(desk: Any) -> None:
    """Blank and repeated headers of people's are told apart; a row with only our cells is blank."""
    filler = [""] * 12
    header = [*HEADER, "Mine", "Mine", "", *filler[:10], "Sync Status", "Pause Sync", "_sync_id"]
    desk.seed(
        header,
        ["Ada", "", "", "", "a", "b", "c", *filler[:10], "Synced", True, "id-1"],
        [],
        [*[""] * 17, "Synced", False, "id-2"],
        ["Bo"],
    )

    messages = desk.run()

    first, second = records(messages, "businesses")
    assert {"Business Name": "Ada", "[E]": "a", "[F]": "b", "[G]": "c"} == first["cells"]
    assert ("id-1", {"Sync Status": "Synced"}) == (first["sync_id"], first["system"])
    assert (5, {"Business Name": "Bo"}) == (second["row"], second["cells"])
    decided = [{"kind": "pause", "sync_id": "id-1", "row": 2, "value": True}]
    assert decided == records(messages, "decisions")
    (mark,) = records(messages, "sheet_snapshots")
    assert (2, 2) == (mark["rows"], mark["blank_rows"])


def test_fingerprint_ignores_our_cells_and_the_order_of_columns(desk: Any) -> None:
    """A row keeps its fingerprint when columns are moved and our cells change."""
    before = [r["fingerprint"] for r in records(desk.run(), "businesses")]
    desk.control.people("google", "move_column", header="Status", before="Business Name")

    assert before == [r["fingerprint"] for r in records(desk.run(), "businesses")]


@pytest.mark.parametrize(
    ("values", "code", "word"),
    [
        ([["Business Name", "Email", "Status"]], "missing_header", "`Phone`"),
        ([["Business Name", "Email", "phone"]], "missing_header", "there is `phone`"),
        ([[*HEADER, "Email"]], "duplicate_header", "`Email`"),
        ([["My list"], HEADER, ["Ada"]], "header_not_first", "row 2"),
        ([], "missing_header", "`Email`"),
        ([["HubSpot", *HEADER]], "our_header_in_use", "`HubSpot`"),
    ],
)
def test_bad_headers_are_named(desk: Any, values: list[Any], code: str, word: str) -> None:
    """A header that cannot be worked with stops the tap with its name and the remedy."""
    desk.seed(*values)

    with pytest.raises(ConfigError) as caught:
        desk.run()

    assert code == caught.value.code
    assert word in str(caught.value)


def test_reported_instead_of_failed(desk: Any) -> None:
    """With `on_unreachable: report` a bad header is said in `side_status`, and the state stays."""
    desk.seed(["Business Name"])

    messages = desk.run({"bookmarks": {}}, on_unreachable="report")

    (status,) = records(messages, "side_status")
    assert ("misconfigured", "missing_header") == (status["state"], status["code"])
    assert [] == records(messages, "sheet_snapshots")
    assert {"bookmarks": {}} == state(messages)


@pytest.mark.parametrize(
    "fault",
    [{"status": 429}, {"status": 503}, {"status": 502}, {"reset": True}, {"truncate": True}],
)
@pytest.mark.parametrize("operation", [DRIVE, READ])
def test_passing_failures_are_waited_out(
    desk: Any, names: Any, operation: str, fault: dict[str, Any]
) -> None:
    """A failure that passes costs a wait and loses nothing."""
    desk.control.queue_faults({"operation": operation, "kind": "before", **fault})

    messages = desk.run()

    assert all(queued["consumed"] for queued in desk.control.faults())
    assert ["Ada", "Bo"] == names(messages)


def test_a_token_that_ran_out_is_renewed(desk: Any, names: Any) -> None:
    """401 in the middle of a run is answered with a new token."""
    desk.control.queue_faults({"operation": READ, "status": 401})

    assert ["Ada", "Bo"] == names(desk.run())


@pytest.mark.parametrize(
    ("switch", "code"),
    [("google.not_shared", "sheet_not_found"), ("google.revoked", "google_not_authorised")],
)
def test_refusals_name_the_remedy_without_an_address(desk: Any, switch: str, code: str) -> None:
    """A refusal says what to do and names nobody."""
    desk.control.reset({"google": {"spreadsheets": []}, "switches": {switch: True}})

    with pytest.raises(ConfigError) as caught:
        desk.run()

    assert code == caught.value.code
    assert "@" not in str(caught.value)


def test_a_service_that_stays_down_is_unreachable(desk: Any) -> None:
    """After all waits the tap says so and keeps its state."""
    desk.control.queue_faults({"operation": READ, "status": 503, "times": 50})

    with contextlib.suppress(Retriable):
        desk.run()
    messages = desk.run(on_unreachable="report")

    assert ["unreachable"] == [r["state"] for r in records(messages, "side_status")]
    desk.control.forget_faults()


def test_sandbox_refuses_to_leave_the_machine(desk: Any) -> None:
    """In the sandbox an address elsewhere is refused before anything is sent."""
    with pytest.raises(ConfigError) as caught:
        desk.run(api_base_url="https://sheets.googleapis.com")

    assert "not_loopback" == caught.value.code
