"""The ledger's plugins as programs: what a pipe commits, what it refuses, what it emits."""

from __future__ import annotations

import io
import json
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import Ledger, ProcessMark, open_ledger
from outreach_core.errors import Fatal, ResyncRequired
from outreach_core.model import (
    FieldChange,
    FieldValue,
    Intent,
    IntentKind,
    Operation,
    Outcome,
    OutcomeKind,
    Side,
)
from outreach_core.model.planning import (
    Bucket,
    KnownRow,
    Link,
    Plan,
    PlanStatus,
    RowState,
    RowVerdict,
)
from tap_outreach_ledger.tap import TapOutreachLedger
from target_outreach_ledger.target import TargetOutreachLedger

RID = "01900000-0000-7000-8000-000000000001"
AT = "2026-01-05T09:00:00+00:00"
DONE = {"bookmarks": {"gather": {"seq": 1}}}


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A ledger that is not there yet."""
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """The ledger the plugins work on."""
    opened = open_ledger(url, now=utc_now, new_id=new_id)
    yield opened
    opened.close()


def state(value: dict[str, Any]) -> str:
    """A STATE line."""
    return json.dumps({"type": "STATE", "value": value})


def stream(name: str, *records: dict[str, Any]) -> list[str]:
    """A stream's SCHEMA and RECORD lines."""
    schema = {"type": "SCHEMA", "stream": name, "schema": {"properties": {}}, "key_properties": []}
    lines = [{"type": "RECORD", "stream": name, "record": record} for record in records]
    return [json.dumps(line) for line in (schema, *lines)]


def status(side: str = "sheet", word: str = "ok") -> list[str]:
    """The stream that says whether a side could be read."""
    return stream("side_status", {"side": side, "state": word, "code": "", "message": "", "at": AT})


def value(raw: object) -> dict[str, object]:
    """A canonical field."""
    return {"raw": raw, "value": str(raw), "key": str(raw)}


def businesses(*numbers: int) -> list[str]:
    """A complete read of the sheet."""
    rows = [
        {
            "row": number,
            "sync_id": None,
            "fingerprint": "f",
            "system": {},
            "fields": {"email": value(f"p{number}@example.com"), "size": value(1.5)},
            "problems": {},
        }
        for number in numbers
    ]
    mark = {
        "spreadsheet_id": "s",
        "gid": 0,
        "time_zone": "Europe/Berlin",
        "header": ["Email"],
        "version": "1",
        "rows": len(numbers),
        "read_at": AT,
    }
    return [*stream("businesses", *rows), *stream("sheet_snapshots", mark)]


def load(url: str, lines: list[str], **config: str) -> list[dict[str, Any]]:
    """Feed lines to the target; return the states it emitted."""
    target = TargetOutreachLedger(config={"ledger_url": url, **config})
    out = io.StringIO()
    with redirect_stdout(out):
        target.listen(io.StringIO("\n".join(lines) + "\n"))
    return [json.loads(line) for line in out.getvalue().splitlines()]


def extract(url: str, **config: Any) -> list[dict[str, Any]]:
    """Run the tap; return its messages."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    given = {"bookmarks": {"row_ids": {"replication_key_value": "9"}}, "barrier": 7}
    with redirect_stdout(out):
        TapOutreachLedger(config={"ledger_url": url, **config}, state=given).sync_all()
    out.seek(0)
    return [json.loads(line) for line in out]


def test_rows_are_staged_with_their_bookmark(url: str, ledger: Ledger) -> None:
    """A complete pipe stages its rows, keeps the number types and hands its state on."""
    emitted = load(url, [state({}), *businesses(2, 3), *status(), state(DONE)])

    given = ledger.plans.planning_input()
    assert [2, 3] == [row.row for row in given.rows]
    assert isinstance(given.rows[0].fields["size"].raw, float)
    assert emitted[-1] == DONE


def test_pipe_cut_off_stages_nothing(url: str, ledger: Ledger) -> None:
    """A tap that died before its last state leaves the old snapshot as it was."""
    load(url, [state({}), *businesses(2), *status(), state(DONE)])
    emitted = load(url, [state(DONE), *businesses(2, 3, 4)])

    assert [2] == [row.row for row in ledger.plans.planning_input().rows]
    assert all(line == DONE for line in emitted)


def test_unreachable_side_is_noted_and_nothing_else(url: str, ledger: Ledger) -> None:
    """Of a side that could not be read only that is kept."""
    load(url, [state({}), *businesses(2), *status("sheet", "unreachable")])

    given = ledger.plans.planning_input()
    assert ((), "unreachable") == (given.rows, str(given.statuses[Side.SHEET].state))


def test_pause_decision_reaches_its_row(url: str, ledger: Ledger) -> None:
    """A ticked box pauses its row and no other."""
    tick = {"kind": "pause", "sync_id": None, "row": 3, "value": True}
    load(url, [state({}), *businesses(2, 3), *stream("decisions", tick), *status(), state(DONE)])

    assert [False, True] == [row.paused for row in ledger.plans.planning_input().rows]


def test_bookmark_ahead_stops_the_run_and_is_noted(url: str, ledger: Ledger) -> None:
    """A bookmark this ledger never committed is refused, and the reason is kept for people."""
    ahead = {"bookmarks": {"gather": {"seq": 4}}}

    with pytest.raises(ResyncRequired):
        load(url, [state(ahead), *businesses(2), *status(), state(DONE)])

    (noted,) = ledger.history.statuses()
    assert ("resync_required", ()) == (noted.code, ledger.plans.planning_input().rows)


def test_resync_exits_with_seven(url: str, tmp_path: Path) -> None:
    """On the command line that refusal is exit code 7."""
    config, lines = tmp_path / "config.json", tmp_path / "lines.jsonl"
    config.write_text(json.dumps({"ledger_url": url}))
    ahead = {"bookmarks": {"gather": {"seq": 4}}}
    lines.write_text("\n".join([state(ahead), *businesses(2), *status(), state(DONE)]) + "\n")

    with pytest.raises(SystemExit) as stopped, redirect_stdout(io.StringIO()):
        TargetOutreachLedger.cli(["--config", str(config), "--input", str(lines)])

    assert stopped.value.code == 7


def test_lookups_file_is_private_and_complete(url: str, tmp_path: Path) -> None:
    """The look-ups file asks for the unlinked rows and is its owner's alone."""
    path = tmp_path / "state" / "lookups.json"
    load(url, [state({}), *businesses(2), *status(), state(DONE)], lookups_file=str(path))

    wanted = json.loads(path.read_text())["hubspot"]["contacts"]
    assert wanted["emails"] == ["p2@example.com"]
    assert (0o600, 0o700) == (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777)
    assert [path] == list(path.parent.iterdir())


def test_unknown_stream_fails_after_the_known_ones_were_staged(url: str, ledger: Ledger) -> None:
    """A stream nobody knows is an error, but not at the cost of those that are known."""
    lines = [state({}), *businesses(2), *stream("deals", {"id": 1}), *status(), state(DONE)]

    with pytest.raises(Fatal) as stopped:
        load(url, lines)

    assert ("unknown_streams", 1) == (stopped.value.code, len(ledger.plans.planning_input().rows))


def test_unreadable_record_is_rejected_not_dropped(url: str, tmp_path: Path) -> None:
    """A record that lacks what it needs is kept aside."""
    rejected = tmp_path / "rejected.jsonl"
    bad = stream("contacts", {"side": "hubspot", "object": "contacts"})
    load(url, [state({}), *bad, *status("hubspot"), state(DONE)], rejected_file=str(rejected))

    (line,) = [json.loads(text) for text in rejected.read_text().splitlines()]
    assert ("contacts", "unreadable_record") == (line["stream"], line["reason"]["code"])


def make_plan(ledger: Ledger, *intents: Intent, **given: Any) -> None:
    """Store a deliverable plan."""
    ledger.plans.store("", Plan("p", PlanStatus.DELIVERABLE, intents, **given))


def update(seq: int, **given: Any) -> Intent:
    """An update of a contact, or what else is said."""
    changes = {"city": FieldChange(FieldValue("a", "a", "a"), FieldValue("b", "b", "b"))}
    made: dict[str, Any] = {
        "side": Side.HUBSPOT,
        "kind": IntentKind.RECORD,
        "operation": Operation.UPDATE,
        "object": "contacts",
        "rid": f"r{seq}",
        "record_id": str(seq),
        "row": seq,
        "changes": changes,
    }
    return Intent(f"p-{seq}", "p", seq, **{**made, **given})


def test_tap_numbers_its_barriers_in_its_own_order(url: str, ledger: Ledger) -> None:
    """Streams come in the order of delivery, each with its own number, whatever state was given."""
    cells = update(10, side=Side.SHEET, kind=IntentKind.CELLS, object="row")
    ids = update(1, side=Side.SHEET, kind=IntentKind.ROW_ID, object="row")
    lead = update(7, side=Side.SALESFORCE, object="leads")
    told = [
        update(
            number,
            side=side,
            kind=IntentKind.EFFECT,
            object=obj,
            event_key=obj,
            payload={"host": "h", "n": 1},
        )
        for number, side, obj in (
            (4, Side.HUBSPOT, "associations"),
            (5, Side.HUBSPOT, "emails"),
            (6, Side.HUBSPOT, "deals"),
            (8, Side.SALESFORCE, "tasks"),
            (9, Side.SALESFORCE, "opportunities"),
        )
    ]
    company = update(
        2, kind=IntentKind.COMPANY, object="companies", payload={"host": "h", "name": "H"}
    )
    make_plan(ledger, ids, company, update(3), *told, lead, cells)

    messages = extract(url)

    order = [
        m["stream"] if m["type"] == "RECORD" else m["value"]
        for m in messages
        if m["type"] != "SCHEMA"
    ]
    names = (
        *("row_ids", "rows", "companies", "contacts", "associations", "emails", "deals"),
        *("leads", "tasks", "opportunities", "cells", "screens"),
    )
    shown = {"rows": 0, "screens": 3}
    expected = [
        each
        for number, name in enumerate(names, 1)
        for each in [name] * shown.get(name, 1) + [{"bookmarks": {}, "barrier": number}]
    ]
    assert expected == order


def test_cells_carry_our_own_columns(url: str, ledger: Ledger) -> None:
    """A row with planned cells and a row without both say what they should."""
    load(url, [state({}), *businesses(2, 3), *status(), state(DONE)])
    said = tuple(RowVerdict(f"r{n}", n, Bucket.UNCHANGED, RowState.SYNCED) for n in (2, 3))
    for number in (2, 3):
        minted = update(number, side=Side.SHEET, kind=IntentKind.ROW_ID, object="row")
        ledger.plans.store("", Plan(f"i{number}", PlanStatus.DELIVERABLE, (minted,)))
        ledger.deliveries.record([Outcome(f"p-{number}", OutcomeKind.WRITTEN, row=number)])
    cells = update(9, side=Side.SHEET, kind=IntentKind.CELLS, object="row", rid="r2", row=2)
    make_plan(ledger, cells, verdicts=said, links=(Link("r2", Side.HUBSPOT, "contacts", "1"),))

    messages = [m for m in extract(url, side="sheet", kind="cells") if m["type"] == "RECORD"]
    records = [m["record"] for m in messages if m["stream"] == "cells"]

    tabs = [m["record"]["screen"] for m in messages if m["stream"] == "screens"]
    assert ["sync_status", "needs_you", "sync_log"] == tabs
    assert [("p-9", "r2"), (None, "r3")] == [(r["intent_id"], r["rid"]) for r in records]
    assert ({"city": "b"}, {"city": "a"}) == (records[0]["fields"], records[0]["expected"])
    assert ["Synced", "Synced"] == [r["system"]["Sync Status"] for r in records]


def test_claim_is_made_where_the_record_carries_no_id(url: str, ledger: Ledger) -> None:
    """An update writes our id only into a record that has none."""
    make_plan(
        ledger,
        links=(
            Link("r1", Side.HUBSPOT, "contacts", "1"),
            Link("r2", Side.HUBSPOT, "contacts", "2"),
        ),
    )
    record = {"side": "hubspot", "object": "contacts", "fields": {}, "problems": {}}
    own = {**record, "record_id": "1", "external_id": "r1"}
    other = {**record, "record_id": "2", "external_id": None}
    load(url, [state({}), *stream("contacts", own, other), *status("hubspot"), state(DONE)])
    intents = tuple(replace(update(n), plan_id="q") for n in (1, 2))
    ledger.plans.store("", Plan("q", PlanStatus.DELIVERABLE, intents))

    claims = [m["record"]["claim"] for m in extract(url, side="hubspot") if m["type"] == "RECORD"]

    assert [False, True] == claims


def _write_for_a_while(url: str, start: Any, failures: Any) -> None:
    ledger = open_ledger(url, now=utc_now, new_id=new_id)
    start.wait()
    for number in range(60):
        try:
            ledger.history.set_meta(f"writer-{number}", "x")
        except Exception as error:  # noqa: BLE001 - any failure is what is looked for
            failures.put(repr(error))
    ledger.close()


def test_slow_consumer_and_writers_do_not_block_each_other(url: str, ledger: Ledger) -> None:
    """10,000 open intents are read page by page while other processes write: no lock error."""
    make_plan(ledger, *(update(n) for n in range(1, 10_001)))
    context = multiprocessing.get_context("fork")
    start, failures = context.Event(), context.Queue()
    writers = [
        context.Process(target=_write_for_a_while, args=(url, start, failures)) for _ in range(3)
    ]
    for writer in writers:
        writer.start()
    start.set()
    emitted = 0
    while page := ledger.deliveries.open_intents(Side.HUBSPOT, IntentKind.RECORD, emitted, 500):
        emitted = page[-1].seq
        ledger.deliveries.mark_in_doubt([intent.intent_id for intent in page[:5]])
    for writer in writers:
        writer.join(60)

    assert (10_000, [0, 0, 0]) == (emitted, [writer.exitcode for writer in writers])
    assert failures.empty()


def test_run_of_a_dead_process_is_taken_over(ledger: Ledger) -> None:
    """The process named in a lease is really looked at."""
    context = multiprocessing.get_context("fork")
    child = context.Process(target=int)
    child.start()
    child.join()
    ledger.runs.begin("job", ProcessMark(socket.gethostname(), child.pid or 0, 1.0))

    again = ledger.runs.begin("job", ProcessMark(socket.gethostname(), child.pid or 0, 1.0))

    assert ["running", "abandoned"] == [run.status for run in ledger.runs.recent(2)]
    assert again.run_id == ledger.runs.recent(1)[0].run_id


def test_row_known_by_the_plan_only(ledger: Ledger) -> None:
    """A row id that was minted and not read back is known, unconfirmed."""
    minted = update(1, side=Side.SHEET, kind=IntentKind.ROW_ID, object="row", rid=RID)
    make_plan(ledger, minted)

    known = KnownRow(RID, confirmed=False, present=False, created_seq=1, minted=True)
    assert known == ledger.plans.planning_input().known_rows[RID]
