"""The rows of an import: each once, below what is there, in a tab that is a campaign's afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from outreach_core.errors import ConfigError, Retriable
from outreach_core.mapping import parse_rules
from outreach_core.model import OutcomeKind
from target_outreach_sheets.jobs import CellsJob
from target_outreach_sheets.new_rows import RowsWrite, frame_of, write_rows
from target_outreach_sheets.target import TargetOutreachSheets

WRITTEN, HELD, REJECTED = OutcomeKind.WRITTEN, OutcomeKind.HELD, OutcomeKind.REJECTED
BOOK = "sandbox-outreach-sheet"
OURS = [
    "Sync Status", "HubSpot", "Salesforce", "CRM Status", "Last Contacted", "Last Synced",
    "Sync Note", "Pause Sync", "_sync_id",
]  # fmt: skip
HEADER = [
    "Business Name", "Location", "Email", "Phone", "Website", "Contact Person",
    "Generated Subject", "Generated Body", "Your Notes", "Status", "Date Approved", "Date Sent",
    "Last Response", "Response Details",
]  # fmt: skip
WRITE = "sheets.spreadsheets.values.batchUpdate"


def job(name: str, **cells: Any) -> CellsJob:
    """A planned row, as it comes from the mapper."""
    filled = {
        "Business Name": name,
        "Email": f"{name.lower()}@example.com",
        "Status": "Draft",
        **cells,
    }
    fields = {header.lower().replace(" ", "_"): [header] for header in filled}
    record = {
        "intent_id": f"i-{name}",
        "rid": f"id-{name}",
        "row": 2,
        "cells": filled,
        "fields": fields,
        "system": {"Sync Status": "Synced", "HubSpot": "https://app.hubspot.com/x"},
    }
    return CellsJob.of(record)


@pytest.fixture
def empty(desk: Any) -> Any:
    """A tab with nothing in it."""
    desk.sandbox.control.reset(
        {
            "google": {
                "spreadsheets": [{"id": BOOK, "title": "Outreach", "sheets": [{"title": "Tab"}]}]
            }
        }
    )
    desk.sandbox.control.forget_calls()
    return desk


def write(
    desk: Any, *jobs: CellsJob, rules: Any = None, marked: list[str] | None = None
) -> RowsWrite:
    """Write rows."""
    tab, noted = desk.tab, [] if marked is None else marked
    return tab.client.again(
        lambda: write_rows(
            tab, jobs, frame_of(rules), lambda todo: noted.extend(str(j.intent_id) for j in todo)
        )
    )


def drafts(desk: Any) -> list[str]:
    """The businesses that the outreach system's own reader finds: A2:N, column J, any case."""
    answer = desk.tab.client.http.values_batch_get(BOOK, ["A2:N"], {})
    rows = answer["valueRanges"][0].get("values", [])
    return [row[0] for row in rows if len(row) > 9 and row[9].strip().lower() == "draft"]


def test_an_empty_tab_becomes_a_campaign(empty: Any) -> None:
    """Header, our columns and rows; the outreach system's reader finds them."""
    done = write(empty, job("Ada"), job("Bo"))

    assert [(WRITTEN, 2), (WRITTEN, 3)] == [(r.kind, r.row) for r in done.results]
    header = empty.grid()[0]
    assert (HEADER, ["", "", ""], OURS) == (header[:14], header[14:17], header[17:])
    assert ["Ada", "Bo"] == drafts(empty)
    row = empty.row("id-Bo")
    assert ("Synced", False, "id-Bo") == (row["Sync Status"], row["Pause Sync"], row["_sync_id"])
    assert {"Sync Status", "HubSpot"} == set(done.results[1].confirmed)


def test_the_tab_is_set_up_once_and_whole(empty: Any) -> None:
    """One structural change with the header, one for the boxes; a second batch only adds boxes."""
    write(empty, job("Ada"))
    assert [
        "sheets.spreadsheets.values.batchGet",
        "sheets.spreadsheets.get",
        "sheets.spreadsheets.batchUpdate",
        WRITE,
        "sheets.spreadsheets.values.batchGet",
        "sheets.spreadsheets.batchUpdate",
    ] == empty.calls()
    assert ["Ada"] == drafts(empty)


def facts(desk: Any) -> dict[str, Any]:
    """The tab with its cells, as the API describes it."""
    params = {"includeGridData": "true"}
    return desk.tab.client.http.spreadsheets_get(BOOK, params=params)["sheets"][0]


def test_status_has_a_dropdown_that_lets_others_pass(empty: Any) -> None:
    """Six words to choose from, down the whole column; a person may type another one."""
    write(empty, job("Ada"))
    rows = facts(empty)["data"][0]["rowData"]

    rule = rows[1]["values"][9]["dataValidation"]
    words = [value["userEnteredValue"] for value in rule["condition"]["values"]]
    assert ["Draft", "Approved", "Sent", "Replied", "Bounced", "Auto-Reply"] == words
    assert not rule.get("strict")
    assert rule == rows[500]["values"][9]["dataValidation"]
    assert "dataValidation" not in rows[0]["values"][9]


def test_times_phones_and_ids_are_text(empty: Any) -> None:
    """What is typed there is taken for no number; the id column is hidden and warned; row 1 stays."""
    write(empty, job("Ada"))
    found = facts(empty)
    second = found["data"][0]["rowData"][1]["values"]

    kinds = {
        column: cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type")
        for column, cell in enumerate(second)
    }
    assert [3, 10, 11, 12, 25] == [column for column, kind in kinds.items() if kind == "TEXT"]
    assert found["data"][0]["columnMetadata"][25]["hiddenByUser"]
    assert [25] == [p["range"]["startColumnIndex"] for p in found["protectedRanges"]]
    assert 1 == found["properties"]["gridProperties"]["frozenRowCount"]
    assert found["data"][0]["rowData"][0]["values"][0]["userEnteredFormat"]["textFormat"]["bold"]


def test_only_rows_with_data_have_a_box(empty: Any) -> None:
    """A box below would send the outreach system's append to the end of the grid."""
    write(empty, job("Ada"), job("Bo"))
    assert [False, False] == [row[24] for row in empty.grid()[1:]]

    empty.person("outreach_append", rows=[{"Business Name": "Cy", "Email": "cy@example.com"}])
    assert "Cy" == empty.grid()[3][0]


def test_a_header_that_is_there_stays_as_it_is(desk: Any) -> None:
    """People's own columns keep their place; ours come right of them, from R on."""
    desk.seed(header=[*HEADER, "", "", "", "Mine"])
    write(desk, job("Ada"))

    header = desk.grid()[0]
    assert ([*HEADER, "", "", "", "Mine"], OURS) == (header[:18], header[18:])


def test_a_dropdown_of_a_persons_own_is_not_written_over(desk: Any) -> None:
    """Writing a rule again would wipe its colours."""
    desk.seed(header=HEADER)
    own = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Draft"}]}}
    place = {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 9, "endColumnIndex": 10}
    desk.tab.client.change([{"setDataValidation": {"range": place, "rule": own}}])
    write(desk, job("Ada"))

    kept = facts(desk)["data"][0]["rowData"][1]["values"][9]["dataValidation"]
    assert ["Draft"] == [value["userEnteredValue"] for value in kept["condition"]["values"]]


def test_another_header_is_refused(desk: Any) -> None:
    """The outreach system writes by letter: rows under another header would be torn apart."""
    desk.seed(header=["Name", *HEADER[1:]])

    with pytest.raises(ConfigError) as error:
        write(desk, job("Ada"))

    assert "other_header" == error.value.code
    assert WRITE not in desk.calls()


def test_rows_go_below_whatever_is_there(desk: Any) -> None:
    """Nothing that is there is touched, be it a row without an id that just came."""
    before = [row[:14] for row in desk.grid()]
    done = write(desk, job("Di"))

    assert [5] == [r.row for r in done.results]
    assert before == [row[:14] for row in desk.grid()[:4]]
    assert ["Ada", "Bo", "Cy", "Di"] == drafts(desk)


def test_the_grid_grows_for_more_rows_than_it_has(empty: Any) -> None:
    """A new spreadsheet has 1,000 rows; 1,500 contacts fit all the same."""
    first = write(empty, *(job(f"A{n}") for n in range(1000)))
    second = write(empty, *(job(f"B{n}") for n in range(500)))

    assert 1500 == len(drafts(empty))
    assert (1001, 1501) == (first.results[-1].row, second.results[-1].row)


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("https://example.com")', "+1 555 0100", "-1", "@sum", "007", "Blue ☕\n2nd line",
     "'quoted", "1/2", "TRUE", "٣ مقهى", "#ERROR! said the sign"],
)  # fmt: skip
def test_texts_arrive_as_they_are(empty: Any, text: str) -> None:
    """Nothing becomes a formula, a number, a date or a box."""
    write(empty, job("Ada", **{"Contact Person": text}))

    assert text == empty.row("id-Ada")["Contact Person"]
    (typed,) = empty.tab.client.read(["F2"], formulas=True)
    assert [[text]] == typed["values"]


def test_status_is_never_approved_by_us(empty: Any) -> None:
    """Whatever is asked for, a person approves."""
    write(empty, job("Ada", Status=" APPROVED "))

    assert "Draft" == empty.row("id-Ada")["Status"]


def test_a_row_that_is_there_is_not_written_again(empty: Any) -> None:
    """Told by its id, wherever it is by now; what a person typed since stays, what was sent counts."""
    write(empty, job("Ada"), job("Bo"))
    empty.person("sort", by="Business Name", descending=True)
    empty.person("type", row=3, header="Location", value="Faro")
    marked: list[str] = []
    done = write(empty, job("Ada", Location="Porto"), job("Cy"), marked=marked)

    assert ["Bo", "Ada", "Cy"] == drafts(empty)
    assert [(WRITTEN, 3), (WRITTEN, 4)] == [(r.kind, r.row) for r in done.results]
    assert "Porto" == done.results[0].shown["Location"]
    assert "Faro" == empty.row("id-Ada")["Location"]
    assert ["i-Cy"] == marked


@pytest.mark.parametrize(
    ("kind", "fault"),
    [("before", {"status": 503}), ("after", {"status": 503}), ("after", {"reset": True})],
)
@pytest.mark.parametrize("operation", [WRITE, "sheets.spreadsheets.batchUpdate"])
def test_a_lost_answer_writes_nothing_twice(
    empty: Any, kind: str, fault: dict[str, Any], operation: str
) -> None:
    """It happened or it did not: one header, one row each, one box each."""
    empty.sandbox.control.queue_faults(
        {"vendor": "google", "operation": operation, "kind": kind, **fault}
    )
    done = write(empty, job("Ada"), job("Bo"))

    assert [WRITTEN, WRITTEN] == [r.kind for r in done.results]
    assert ["Ada", "Bo"] == drafts(empty)
    assert 3 == len(empty.grid())
    assert OURS == empty.grid()[0][17:]


def test_an_outage_ends_in_one_error(empty: Any) -> None:
    """What is not known stays in doubt: nothing is reported."""
    faults = [{"vendor": "google", "operation": WRITE, "kind": "before", "status": 503}] * 20
    empty.sandbox.control.queue_faults(*faults)

    with pytest.raises(Retriable):
        write(empty, job("Ada"))
    empty.sandbox.control.forget_faults()


def test_rows_that_move_in_the_gap_are_put_back(desk: Any) -> None:
    """Somebody inserts a row while ours are written: what was hit is put back, ours wait."""
    desk.seed(header=HEADER)
    write(desk, job("Ada"), job("Bo", Location="Braga", Phone="+1 555 0100"))
    tab = desk.tab
    tab._row_count = 1000
    desk.before_write[:] = [lambda: desk.person("insert_row", at=2)]
    done = write_rows(tab, [job("Cy"), job("Di")], frame_of(None), lambda _todo: None)

    assert done.wrong_row
    assert [(HELD, None), (WRITTEN, 5)] == [(r.kind, r.row) for r in done.results]
    bo = desk.row("id-Bo")
    assert ("Bo", "Braga", "+1 555 0100", "bo@example.com") == (
        bo["Business Name"], bo["Location"], bo["Phone"], bo["Email"],
    )  # fmt: skip
    assert ["Ada", "Bo", "Di"] == drafts(desk)


def test_what_no_cell_can_hold_costs_only_its_own_row(empty: Any) -> None:
    """The others are written."""
    done = write(empty, job("Ada", **{"Your Notes": "x" * 50_001}), job("Bo"))

    assert [REJECTED, WRITTEN] == [r.kind for r in done.results]
    assert ["Bo"] == drafts(empty)


RENAMED = """
side: sheet
fields:
  business_name: {column: Firma, type: text}
  email: {column: Email, type: email}
  loyalty: {column: Loyalty, type: text}
  status: {column: Zustand, type: text}
"""


def test_renamed_and_further_columns_of_the_rule_file(empty: Any) -> None:
    """A renamed column keeps its letter; one that the layout lacks stands at R, before ours."""
    rules = parse_rules(RENAMED)
    cells = {"Firma": "Ada", "Email": "a@example.com", "Loyalty": "gold", "Zustand": "Draft"}
    fields = {
        "business_name": ["Firma"],
        "email": ["Email"],
        "loyalty": ["Loyalty"],
        "status": ["Zustand"],
    }
    record = {
        "intent_id": "i",
        "rid": "id-Ada",
        "row": 2,
        "cells": cells,
        "fields": fields,
        "system": {},
    }
    write(empty, CellsJob.of(record), rules=rules)

    header = empty.grid()[0]
    assert ("Firma", "Zustand", "Loyalty", "Sync Status") == (
        header[0],
        header[9],
        header[17],
        header[18],
    )
    assert ["Ada"] == drafts(empty)
    assert "gold" == empty.row("id-Ada")["Loyalty"]
    assert facts(empty)["data"][0]["rowData"][1]["values"][9]["dataValidation"]


def test_a_row_without_an_id_is_rejected(empty: Any, tmp_path: Path) -> None:
    """Alone, without a ledger: rows that could not be told from others are not written."""
    lines, bucket = tmp_path / "rows.jsonl", tmp_path / "rejected.jsonl"
    messages = [
        {"type": "SCHEMA", "stream": "rows", "schema": {"properties": {}}, "key_properties": []},
        {"type": "RECORD", "stream": "rows", "record": {"Business Name": "Ada"}},
    ]
    lines.write_text("".join(json.dumps(message) + "\n" for message in messages))
    target = TargetOutreachSheets(config={**empty.config, "rejected_file": str(bucket)})
    with lines.open() as source:
        target.listen(source)

    assert "no_row_id" == json.loads(bucket.read_text())["reason"]["code"]
    assert [] == drafts(empty)
