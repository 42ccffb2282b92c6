"""Single cells of rows found by id: what is written, what is left alone, what counts."""

from __future__ import annotations

from typing import Any

import pytest

from outreach_core.model import OutcomeKind, Problem
from target_outreach_sheets.cells import CellsWrite, write_cells
from target_outreach_sheets.jobs import CellsJob
from target_outreach_sheets.row_ids import write_ids

WRITTEN, HELD, GONE = OutcomeKind.WRITTEN, OutcomeKind.HELD, OutcomeKind.GONE


@pytest.fixture
def ready(desk: Any) -> Any:
    """The tab with ids on its rows."""
    tab = desk.tab
    write_ids(tab, desk.jobs(), lambda _: None)
    desk.sandbox.control.forget_calls()
    return desk


def job(name: str, cells: dict[str, Any], expected: Any = None, **more: Any) -> CellsJob:
    """A planned write; every header is its own field."""
    fields = {header.lower(): (header,) for header in cells}
    blank = dict.fromkeys(cells) if expected is None else expected
    return CellsJob(f"i-{name}", f"id-{name}", None, cells, blank, fields, **more)


def write(desk: Any, *jobs: CellsJob) -> CellsWrite:
    """Write through the real client."""
    tab = desk.tab
    return tab.client.again(lambda: write_cells(tab, jobs, lambda _: None))


def changed(before: list[list[Any]], after: list[list[Any]]) -> set[tuple[int, int]]:
    """Where two grids differ (row from 1, column from 0)."""
    width = max(len(row) for row in [*before, *after])
    found = set()
    for number, (one, other) in enumerate(zip(before, after, strict=True), start=1):
        full_one, full_other = [*one, *[""] * width], [*other, *[""] * width]
        found |= {(number, c) for c in range(width) if full_one[c] != full_other[c]}
    return found


def test_only_the_decided_cell_changes(ready: Any) -> None:
    """A phone reaches its row after a sort; no other cell of the tab changes; four calls."""
    ready.person("sort", by="Business Name", descending=True)
    before = ready.grid()
    ready.sandbox.control.forget_calls()

    done = write(ready, job("Ada", {"Phone": "+1 555 0142"}))

    assert {(4, 3)} == changed(before, ready.grid())
    assert "+1 555 0142" == ready.row("id-Ada")["Phone"]
    assert [(WRITTEN, 4, {"Phone": "+1 555 0142"})] == [
        (r.kind, r.row, r.shown) for r in done.results
    ]
    values = "sheets.spreadsheets.values"
    assert [
        f"{values}.batchGet", f"{values}.batchGet", f"{values}.batchUpdate", f"{values}.batchGet",
    ] == ready.calls()  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+1 555 0101", "-5", "@here", "0042", "TRUE", "1/2"])
def test_texts_stay_texts(ready: Any, text: str) -> None:
    """What looks like a formula, a number or a date is stored as the text it is."""
    write(ready, job("Bo", {"Website": text}))

    assert text == ready.row("id-Bo")["Website"]


@pytest.mark.parametrize("text", ["Approved", " APPROVED ", "approved"])
def test_status_is_never_approved_by_us(ready: Any, text: str) -> None:
    """An approval comes out as Draft, and Draft is what counts."""
    done = write(ready, job("Bo", {"Status": text}, {"Status": "Draft"}))

    assert "Draft" == ready.row("id-Bo")["Status"]
    assert {"Status": "Draft"} == done.results[0].shown


def test_renamed_status_column_is_never_approved_by_us(ready: Any) -> None:
    """The outreach system reads column J whatever its header is."""
    ready.person("rename_header", **{"from": "Status", "to": "Durum"})

    write(ready, job("Bo", {"Durum": "Approved"}, {"Durum": "Draft"}))

    assert "Draft" == ready.row("id-Bo")["Durum"]


def test_blank_clears(ready: Any) -> None:
    """A value of nothing clears its cell and is blank when it counts."""
    done = write(ready, job("Bo", {"Email": None}, {"Email": "bo@example.com"}))

    assert "" == ready.row("id-Bo")["Email"]
    assert {"Email": None} == done.results[0].shown


def test_moved_cell_is_left_alone(ready: Any) -> None:
    """A cell a person typed into since the plan is skipped; the row's others are written."""
    ready.person("type", row=3, header="Phone", value="typed")

    done = write(ready, job("Bo", {"Phone": "+1 555 0101", "Location": "Bonn"}))

    assert "typed" == ready.row("id-Bo")["Phone"]
    assert "Bonn" == ready.row("id-Bo")["Location"]
    assert (WRITTEN, {"phone": "moved"}) == (done.results[0].kind, done.results[0].skipped)


def test_wholly_moved_row_is_held(ready: Any) -> None:
    """With nothing left to write the job is held, and nothing is called written."""
    ready.person("type", row=3, header="Phone", value="typed")
    ready.sandbox.control.forget_calls()

    done = write(ready, job("Bo", {"Phone": "+1 555 0101"}))

    assert [(HELD, {})] == [(r.kind, r.shown) for r in done.results]
    assert "sheets.spreadsheets.values.batchUpdate" not in ready.calls()


def test_formula_is_never_overwritten(ready: Any) -> None:
    """A cell with a formula stays one, even if it shows what the plan was made from."""
    ready.person("type", row=3, header="Location", value="=4/2")

    done = write(ready, job("Bo", {"Location": "Bonn"}, {"Location": 2}))

    assert {"location": "formula"} == done.results[0].skipped
    assert 2 == ready.row("id-Bo")["Location"]


def test_text_that_looks_like_a_formula_is_no_formula(ready: Any) -> None:
    """A text we wrote ourselves can be written over."""
    write(ready, job("Bo", {"Location": "=A1"}))

    done = write(ready, job("Bo", {"Location": "Bonn"}, {"Location": "=A1"}))

    assert WRITTEN == done.results[0].kind
    assert "Bonn" == ready.row("id-Bo")["Location"]


def test_fields_of_several_cells_go_together(ready: Any) -> None:
    """If one cell of a field moved, none of it is written."""
    ready.person("type", row=3, header="Phone", value="typed")
    planned = CellsJob(
        "i", "id-Bo", 3, {"Location": "Bonn", "Phone": "5"}, {"Location": None, "Phone": None},
        {"both": ("Location", "Phone")},
    )  # fmt: skip

    done = write(ready, planned)

    assert {"both": "moved"} == done.results[0].skipped
    assert "" == ready.row("id-Bo")["Location"]


def test_gone_and_copied_rows(ready: Any) -> None:
    """A deleted row is gone; a copied one is written only where it was planned."""
    ready.person("delete_row", row=2)
    ready.person("paste", from_row=3)

    done = write(ready, job("Ada", {"Phone": "1"}), job("Cy", {"Phone": "2"}))

    assert [GONE, HELD] == [r.kind for r in done.results]


def test_missing_header_skips_its_field(ready: Any) -> None:
    """A renamed column costs its own field only."""
    ready.person("rename_header", **{"from": "Phone", "to": "Tel"})

    done = write(ready, job("Bo", {"Phone": "1", "Location": "Bonn"}))

    assert {"phone": "no_column"} == done.results[0].skipped
    assert "Bonn" == ready.row("id-Bo")["Location"]


def test_own_columns_are_written_only_where_they_differ(ready: Any) -> None:
    """Our cells need no plan, are confirmed as shown, and cost no write the second time."""
    status = CellsJob(None, "id-Bo", system={"Sync Status": "Synced", "Sync Note": "=x"})

    first = write(ready, status)
    ready.sandbox.control.forget_calls()
    second = write(ready, status)

    assert "Synced" == ready.row("id-Bo")["Sync Status"]
    assert "=x" == ready.row("id-Bo")["Sync Note"]
    assert {"Sync Status": "Synced", "Sync Note": "=x"} == first.results[0].confirmed
    assert first.results[0].confirmed == second.results[0].confirmed
    assert "sheets.spreadsheets.values.batchUpdate" not in ready.calls()


def test_the_id_is_never_written_as_a_system_cell(ready: Any) -> None:
    """No record can change an id."""
    write(ready, CellsJob(None, "id-Bo", system={"_sync_id": "other"}))

    assert "Bo" == ready.row("id-Bo")["Business Name"]


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("sort", {"by": "Business Name", "descending": True}),
        ("insert_row", {"at": 2}),
        ("delete_row", {"row": 3}),
    ],
)
def test_rows_that_move_in_the_gap_are_put_right(ready: Any, door: str, body: Any) -> None:
    """What hit another row is put back as it was; the job is held, its own row untouched."""
    ready.person("type", row=2, header="Location", value="Ankara")
    ready.person("type", row=4, header="Location", value="Cadiz")
    ready.before_write = [lambda: ready.person(door, **body)]

    done = write(ready, job("Ada", {"Location": "Bonn"}, {"Location": "Ankara"}))

    landed = ready.row("id-Ada")["Location"]
    assert "Cadiz" == ready.row("id-Cy")["Location"]
    assert (WRITTEN if landed == "Bonn" else HELD) == done.results[0].kind
    assert done.wrong_row is (landed != "Bonn")
    shown = [row[1] for row in ready.grid()[1:] if len(row) > 1]
    assert (1 if landed == "Bonn" else 0) == shown.count("Bonn")


def test_swapped_targets_are_put_right(ready: Any) -> None:
    """Two rows that are both written and change places end with their own values or none."""
    ready.person("type", row=2, header="Location", value="Ankara")
    ready.person("type", row=4, header="Location", value="Cadiz")
    flip = lambda: ready.person("sort", by="Business Name", descending=True)  # noqa: E731
    ready.before_write = [flip]

    done = write(
        ready,
        job("Ada", {"Location": "Bonn"}, {"Location": "Ankara"}),
        job("Cy", {"Location": "Dover"}, {"Location": "Cadiz"}),
    )

    assert done.wrong_row
    assert ready.row("id-Ada")["Location"] in ("Ankara", "Bonn")
    assert ready.row("id-Cy")["Location"] in ("Cadiz", "Dover")


@pytest.mark.parametrize("fault", [{"reset": True}, {"status": 503}, {"truncate": True}])
@pytest.mark.parametrize("kind", ["before", "after"])
def test_lost_write_counts_once(ready: Any, kind: str, fault: dict[str, Any]) -> None:
    """A write without an answer that landed is recognised; one that did not is repeated."""
    operation = "sheets.spreadsheets.values.batchUpdate"
    ready.sandbox.control.queue_faults({"operation": operation, "kind": kind, **fault})

    done = write(ready, job("Ada", {"Location": "Bonn"}))

    assert all(fault["consumed"] for fault in ready.sandbox.control.faults())
    assert [(WRITTEN, {"Location": "Bonn"})] == [(r.kind, r.shown) for r in done.results]
    assert "Bonn" == ready.row("id-Ada")["Location"]


def test_edit_right_after_the_write_stays_an_edit(ready: Any) -> None:
    """What counts is what was sent, so that a person's later edit is seen as a change."""
    client = ready.tab.client
    real = type(client).write

    def then_typed(self: Any, writes: Any) -> None:
        real(self, writes)
        ready.person("type", row=2, header="Location", value="typed")

    tab = ready.tab
    object.__setattr__(tab.client, "write", lambda writes: then_typed(tab.client, writes))

    done = write_cells(tab, [job("Ada", {"Location": "Bonn"})], lambda _: None)

    assert {"Location": "Bonn"} == done.results[0].shown
    assert not done.wrong_row
    assert "typed" == ready.row("id-Ada")["Location"]


def test_too_long_text_costs_only_its_own_row(ready: Any) -> None:
    """A text no cell can hold is rejected and the others are written."""
    done = write(ready, job("Ada", {"Location": "x" * 50_001}), job("Bo", {"Location": "Bonn"}))

    assert [OutcomeKind.REJECTED, WRITTEN] == [r.kind for r in done.results]


def test_a_value_no_cell_can_hold_costs_its_own_field(ready: Any) -> None:
    """The other cells are written; a job with nothing else is rejected."""
    problems = {"number": Problem("not_a_number", "number", "This is no number.")}

    done = write(
        ready,
        job("Bo", {"Phone": "+1 555 0142"}, problems=problems),
        job("Cy", {}, problems=problems),
    )

    assert [WRITTEN, OutcomeKind.REJECTED] == [result.kind for result in done.results]
    assert "+1 555 0142" == ready.row("id-Bo")["Phone"]
    rejected = done.results[1].outcome("i-Cy", {}).leaving_out(problems)
    assert "Number: This is no number." == rejected.problem.message
