"""Minted ids reach the row they were minted for, whatever people do meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from outreach_adapters.sheets.rows import read_rows
from outreach_core.errors import ConfigError, Retriable
from outreach_core.model import OutcomeKind
from target_outreach_sheets.jobs import IdJob
from target_outreach_sheets.row_ids import IdWrite, write_ids

WRITTEN, HELD = OutcomeKind.WRITTEN, OutcomeKind.HELD
OURS = [
    "Sync Status", "HubSpot", "Salesforce", "CRM Status", "Last Contacted", "Last Synced",
    "Sync Note", "Pause Sync", "_sync_id",
]  # fmt: skip


def write(desk: Any, jobs: Any = None) -> IdWrite:
    """Write ids to all rows that have none."""
    tab = desk.tab
    jobs = jobs or desk.jobs()
    return tab.client.again(lambda: write_ids(tab, jobs, lambda _: None))


def named(desk: Any) -> dict[str, str]:
    """Business name by row id, as the tab shows them."""
    header, *rows = desk.grid()
    if "_sync_id" not in header:
        return {}
    column = header.index("_sync_id")
    return {row[column]: row[0] for row in rows if len(row) > column and row[column]}


ALL = {"id-Ada": "Ada", "id-Bo": "Bo", "id-Cy": "Cy"}


def test_columns_are_added_once_from_r_on(desk: Any) -> None:
    """The first run adds our columns at R and sets ids; nothing of A to N changes."""
    before = [[*row, *[""] * 14][:14] for row in desk.grid()]

    done = write(desk)

    after = desk.grid()
    assert [WRITTEN] * 3 == [r.kind for r in done.results]
    assert [2, 3, 4] == [r.row for r in done.results]
    assert OURS == after[0][17:26]
    assert before == [[*row, *[""] * 14][:14] for row in after]
    assert ALL == named(desk)


def test_later_ids_cost_three_calls_and_the_box(desk: Any) -> None:
    """With the columns there, ids take a read, a write and a read; two more give new rows a box."""
    write(desk)
    desk.person("outreach_append", rows=[{"Business Name": "Di", "Email": "di@example.com"}])
    jobs = desk.jobs()

    done = write(desk, jobs)

    assert [5] == [r.row for r in done.results]
    values = "sheets.spreadsheets.values"
    assert [
        f"{values}.batchGet",
        f"{values}.batchUpdate",
        f"{values}.batchGet",
        "sheets.spreadsheets.get",
        "sheets.spreadsheets.batchUpdate",
    ] == desk.calls()


def test_append_of_the_outreach_system_lands_under_the_last_row(desk: Any) -> None:
    """Our columns and boxes do not move where the outreach system's append lands."""
    write(desk)

    desk.person("outreach_append", rows=[{"Business Name": "Di", "Email": "di@example.com"}])

    assert "Di" == desk.grid()[4][0]
    assert 5 == len(desk.grid())


def test_people_s_own_columns_push_ours_right(desk: Any) -> None:
    """Our columns start right of what people added, and the grid grows at its end."""
    header = [*desk.grid()[0], *[f"Mine {n}" for n in range(10)]]
    desk.seed([*["x"] * 24], header=header, columns=24)

    write(desk)

    assert header == desk.grid()[0][:24]
    assert OURS == desk.grid()[0][24:33]


def test_id_column_is_text_hidden_and_warned(desk: Any) -> None:
    """The id column is TEXT, hidden, and protected by a warning only."""
    write(desk)

    mask = (
        "sheets(protectedRanges(range,warningOnly),"
        "data(columnMetadata(hiddenByUser,pixelSize),rowData.values.userEnteredFormat.numberFormat))"
    )
    tab = desk.tab.client.http.spreadsheets_get(desk.config["spreadsheet_id"], {"fields": mask})
    (sheet,) = tab["sheets"]
    assert [True] == [p["warningOnly"] for p in sheet["protectedRanges"]]
    assert sheet["data"][0]["columnMetadata"][25]["hiddenByUser"] is True
    assert (
        "TEXT"
        == sheet["data"][0]["rowData"][1]["values"][25]["userEnteredFormat"]["numberFormat"]["type"]
    )


def test_sorted_before_the_read(desk: Any) -> None:
    """Rows sorted after the plan are found by content."""
    jobs = desk.jobs()
    desk.person("sort", by="Business Name", descending=True)

    done = write(desk, jobs)

    assert [4, 3, 2] == [r.row for r in done.results]
    assert ALL == named(desk)


def test_changed_row_is_held(desk: Any) -> None:
    """A row whose content changed since the plan gets no id."""
    jobs = desk.jobs()
    desk.person("type", row=3, header="Location", value="Bursa")

    done = write(desk, jobs)

    assert [WRITTEN, HELD, WRITTEN] == [r.kind for r in done.results]
    assert {"id-Ada": "Ada", "id-Cy": "Cy"} == named(desk)


def test_equal_rows_elsewhere_are_held(desk: Any) -> None:
    """Of two equal rows on other places than planned neither is guessed."""
    jobs = desk.jobs()[:1]
    desk.person("sort", by="Business Name", descending=True)
    desk.person("paste", from_row=4)

    done = write(desk, jobs)

    assert [HELD] == [r.kind for r in done.results]
    assert {} == named(desk)


def test_sort_between_read_and_write_is_put_right(desk: Any) -> None:
    """Ids that hit other rows are taken back and the run stops writing."""
    write(desk, desk.jobs()[:1])
    jobs = desk.jobs()
    desk.before_write = [lambda: desk.person("sort", by="Business Name", descending=True)]

    done = write(desk, jobs)

    assert done.wrong_row
    found = named(desk)
    assert "Ada" == found["id-Ada"]
    assert all(ALL[rid] == name for rid, name in found.items())


def test_row_inserted_between_read_and_write(desk: Any) -> None:
    """A row inserted in the gap keeps no id of another row."""
    write(desk, desk.jobs()[:1])
    jobs = desk.jobs()
    desk.before_write = [lambda: desk.person("insert_row", at=2)]

    done = write(desk, jobs)

    assert done.wrong_row
    assert all(ALL[rid] == name for rid, name in named(desk).items())


def test_sort_after_the_write_is_no_error(desk: Any) -> None:
    """Rows that move after the write took their ids along."""
    write(desk, desk.jobs()[:1])
    jobs = desk.jobs()
    desk.before_write = [lambda: None, lambda: None]

    done = write(desk, jobs)
    desk.person("sort", by="Business Name", descending=True)

    assert not done.wrong_row
    assert ALL == named(desk)


def test_an_id_is_never_overwritten(desk: Any) -> None:
    """A row that got another id meanwhile keeps it."""
    jobs = desk.jobs()
    write(desk, jobs)
    other = [type(j)(j.intent_id, f"new-{j.rid}", j.row, j.fingerprint) for j in jobs]

    done = write(desk, other)

    assert [HELD] * 3 == [r.kind for r in done.results]
    assert ALL == named(desk)


@pytest.mark.parametrize("fault", [{"reset": True}, {"status": 503}, {"status": 502}])
@pytest.mark.parametrize("kind", ["before", "after"])
def test_lost_write_is_settled_by_reading(desk: Any, kind: str, fault: dict[str, Any]) -> None:
    """A write without an answer is repeated only after the tab was read again."""
    write(desk, desk.jobs()[:1])
    jobs = desk.jobs()
    operation = "sheets.spreadsheets.values.batchUpdate"
    desk.sandbox.control.queue_faults({"operation": operation, "kind": kind, **fault})

    done = write(desk, jobs)

    assert all(fault["consumed"] for fault in desk.sandbox.control.faults())
    assert [WRITTEN] * 2 == [r.kind for r in done.results]
    assert ALL == named(desk)
    writes = [op for op in desk.calls() if op == operation]
    assert (1 if kind == "after" else 2) == len(writes)


@pytest.mark.parametrize("kind", ["before", "after"])
def test_lost_set_up_happens_once(desk: Any, kind: str) -> None:
    """A set-up without an answer does not add the columns twice."""
    jobs = desk.jobs()
    operation = "sheets.spreadsheets.batchUpdate"
    desk.sandbox.control.queue_faults({"operation": operation, "kind": kind, "reset": True})

    write(desk, jobs)

    assert all(fault["consumed"] for fault in desk.sandbox.control.faults())
    assert OURS == desk.grid()[0][17:]
    assert ALL == named(desk)


def test_rate_limit_waits_and_goes_on(desk: Any) -> None:
    """429 without Retry-After is waited for."""
    desk.sandbox.control.queue_faults(
        {"operation": "sheets.spreadsheets.values.*", "status": 429, "times": 2}
    )

    write(desk, desk.jobs())

    assert 2 == len(desk.waits)
    assert ALL == named(desk)


def test_gives_up_with_what_to_wait_for(desk: Any) -> None:
    """A service that stays down ends as a retriable error without any text of the answer."""
    jobs = desk.jobs()
    desk.sandbox.control.queue_faults(
        {"operation": "sheets.spreadsheets.values.*", "status": 503, "times": 50}
    )

    with pytest.raises(Retriable) as caught:
        write(desk, jobs)

    assert "google_unavailable" == caught.value.code
    desk.sandbox.control.forget_faults()


def test_a_person_s_header_of_our_name_stops_the_set_up(desk: Any) -> None:
    """A column of people's that goes by one of our names is not taken over."""
    header = desk.grid()[0]
    header[8] = "HubSpot"
    desk.seed(["x"], header=header)

    with pytest.raises(ConfigError) as caught:
        write(desk, desk.jobs())

    assert "our_header_in_use" == caught.value.code


def copy_of_ada(desk: Any) -> tuple[IdJob, int]:
    """Let a person copy Ada's row below itself; return the job for the copy and its row."""
    write(desk)
    desk.person("paste", from_row=2)
    view = desk.tab.whole()
    (copy,) = [r for r in read_rows(view.layout, view.grid) if r.number == 3]
    return IdJob("i-copy", "id-copy", 3, copy.fingerprint, replaces="id-Ada"), 3


def test_a_copied_row_gets_its_own_id(desk: Any) -> None:
    """It is written over the id it was copied with; the original keeps that one."""
    job, row = copy_of_ada(desk)

    done = write(desk, [job])

    assert [(WRITTEN, row)] == [(r.kind, r.row) for r in done.results]
    assert {**ALL, "id-copy": "Ada"} == named(desk)


def test_the_last_row_of_an_id_keeps_it(desk: Any) -> None:
    """The original was deleted meanwhile: the copy is all that is left of it, and nothing is written."""
    job, _ = copy_of_ada(desk)
    desk.person("insert_row", at=3)
    desk.person("delete_row", row=2)
    desk.person("delete_row", row=2)
    desk.person("insert_row", at=2)

    done = write(desk, [job])

    assert [HELD] == [r.kind for r in done.results]
    assert ALL == named(desk)
