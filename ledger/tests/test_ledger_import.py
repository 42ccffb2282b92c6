"""Imports as the ledger's programs see them: gathered without a bookmark, handed out with our own columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.tests.test_ledger_pipes import AT, DONE, extract, load, state, status, stream
from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import Ledger, ProcessMark, open_ledger
from outreach_core.errors import ConfigError
from outreach_core.model import (
    BLANK,
    FieldChange,
    FieldValue,
    ImportedRow,
    Intent,
    IntentKind,
    IntentState,
    LinkState,
    Operation,
    Outcome,
    OutcomeKind,
    Side,
    Why,
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

RID = "01900000-0000-7000-8000-00000000000a"
OTHER = "01900000-0000-7000-8000-00000000000b"
NOTHING = state({"bookmarks": {}})


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A ledger that is not there yet."""
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """The ledger, with a run that holds the lease."""
    opened = open_ledger(url, now=utc_now, new_id=new_id)
    opened.runs.begin("hubspot-import", ProcessMark("here", 1, 1.0))
    yield opened
    opened.close()


def contact(record_id: str, **given: Any) -> dict[str, Any]:
    """A canonical contact."""
    usual = {
        "side": "hubspot",
        "object": "contacts",
        "fields": {},
        "problems": {},
        "external_id": None,
    }
    return {**usual, "record_id": record_id, **given}


def people(*ids: str) -> list[str]:
    """What the CRM's tap brings for an import."""
    asked = {"side": "hubspot", "object": "contacts", "criteria": "these", "record_ids": [*ids]}
    extra = {"crm_status": "OPEN", "last_contacted": "2026-01-04T08:00:00Z"}
    counted = {"side": "hubspot", "object": "contacts", "portal_id": "77", "linked_total": 0}
    return [
        *stream("contacts", *(contact(record_id, extra=extra) for record_id in ids)),
        *stream("imports", asked),
        *stream("crm_snapshots", {**counted, "read_at": AT}),
        *status("hubspot"),
    ]


def tab(**given: Any) -> list[str]:
    """What the sheet's tap brings for an import."""
    found = {"spreadsheet_id": "s", "gid": 4, "title": "T", "time_zone": "Europe/Istanbul"}
    rest = {"header": [], "rows": 0, "last_row": 1, "ids": {}, "read_at": AT}
    return [*stream("import_tabs", {**found, **rest, **given}), *status()]


def gather(url: str, *ids: str) -> None:
    """Run both gather pipes of an import."""
    load(url, [state({}), *people(*ids), NOTHING])
    load(url, [state({}), *tab(), NOTHING])


def text(value: str) -> FieldValue:
    """A text field."""
    return FieldValue(value, value, value.lower())


def row(seq: int = 1, rid: str = RID, record_id: str = "11", **given: Any) -> Intent:
    """A planned row of an import."""
    shown = {"city": text("Faro"), "phone": BLANK, "status": BLANK, "status:sheet": text("Draft")}
    stands_for = ImportedRow(
        Side.HUBSPOT, "contacts", record_id, shown, ("city", "phone"), f"key-{seq}"
    )
    changes = {
        "city": FieldChange(BLANK, text("Faro"), {Side.HUBSPOT: text("Faro")}, Why.IMPORTED),
        "status": FieldChange(BLANK, text("Draft"), why=Why.IMPORTED),
    }
    made = Intent(
        f"p-{seq}",
        "p",
        seq,
        Side.SHEET,
        IntentKind.ROWS,
        Operation.CREATE,
        "row",
        rid,
        row=seq + 1,
        changes=changes,
        payload=stands_for.to_json(),
    )
    return replace(made, **given)


def claim(seq: int, rid: str = RID, record_id: str = "11") -> Intent:
    """The claim of a row's record."""
    return Intent(
        f"p-{seq}",
        "p",
        seq,
        Side.HUBSPOT,
        IntentKind.RECORD,
        Operation.UPDATE,
        "contacts",
        rid,
        record_id=record_id,
        needs_row_id=True,
    )


def store(ledger: Ledger, *intents: Intent) -> None:
    """Keep a deliverable plan of this run."""
    run = ledger.runs.current()
    ledger.plans.store(run.run_id if run else "", Plan("p", PlanStatus.DELIVERABLE, intents))


def wrote(seq: int = 1, kind: OutcomeKind = OutcomeKind.WRITTEN) -> Outcome:
    """A row that was read back."""
    returned = (
        {"city": text("Faro"), "status": text("Draft")} if kind is OutcomeKind.WRITTEN else {}
    )
    return Outcome(f"p-{seq}", kind, returned=returned, row=seq + 1)


def test_an_import_moves_nobodys_bookmark(url: str, ledger: Ledger) -> None:
    """What the sync's taps committed stays, no reading anew is asked for, and none is refused."""
    load(url, [state({}), *stream("contacts", contact("1")), *status("hubspot"), state(DONE)])
    load(url, [state({}), *stream("lookups"), *status("hubspot"), state(DONE)])
    gather(url, "11", "12")

    for source in ("hubspot", "hubspot-lookups"):
        ledger.staging.check_bookmark(source, DONE)
    for source in ("sheet", "hubspot-import", "sheet-import"):
        ledger.staging.check_bookmark(source, {})
    wanted = ledger.staging.lookups_wanted()["hubspot"]["contacts"]
    assert [] == wanted["verify_ids"]


def test_who_is_asked_for_is_kept_and_nobody_else(url: str, ledger: Ledger) -> None:
    """The contacts of an import are staged although no row has anything to do with them."""
    lines = [state({}), *stream("contacts", contact("99")), *people("11"), NOTHING]
    load(url, lines)
    load(url, [state({}), *tab(ids={RID: 2}, rows=1, last_row=2), NOTHING])

    assert {"11"} == {key[2] for key in ledger.plans.planning_input().records}
    request = ledger.imports.request()
    assert (("11",), "these", "") == (
        request.people.record_ids,
        request.people.criteria,
        request.begun,
    )
    assert ("s", 4, "Europe/Istanbul", {RID: 2}) == (
        request.tab.spreadsheet_id,
        request.tab.gid,
        request.tab.time_zone,
        dict(request.tab.ids),
    )


def test_what_an_earlier_run_gathered_does_not_count(url: str, ledger: Ledger) -> None:
    """An import is planned from what its own run found, or not at all."""
    gather(url, "11")
    run = ledger.runs.current()
    assert run is not None
    ledger.runs.finish(run.run_id, "clean", {})
    ledger.runs.begin("hubspot-import", ProcessMark("here", 1, 1.0))

    with pytest.raises(ConfigError) as refused:
        ledger.imports.request()

    assert "nothing_gathered" == refused.value.code


def test_rows_carry_what_our_columns_will_say(url: str, ledger: Ledger) -> None:
    """A row comes with link, the CRM's status and times in the spreadsheet's zone."""
    gather(url, "11")
    store(ledger, row())

    messages = extract(url, side="sheet", kind="rows")

    (record,) = [m["record"] for m in messages if m["type"] == "RECORD"]
    assert ("p-1", RID, 2) == (record["intent_id"], record["rid"], record["row"])
    assert {"city": "Faro", "status": "Draft"} == record["fields"]
    shown = record["system"]
    assert ("Synced", "OPEN") == (shown["Sync Status"], shown["CRM Status"])
    assert "https://app.hubspot.com/contacts/77/record/0-1/11" == shown["HubSpot"]
    assert "2026-01-04 11:00:00" == shown["Last Contacted"]
    assert {"Sync Status", "HubSpot", "CRM Status", "Last Contacted", "Last Synced"} == set(shown)


def test_a_written_row_is_linked_and_based_on_both_sides(url: str, ledger: Ledger) -> None:
    """The acknowledgement leaves nothing to agree on, and the record is looked up once more."""
    gather(url, "11")
    store(ledger, row())
    ledger.deliveries.mark_in_doubt(["p-1"])
    ledger.deliveries.record([wrote()])

    given = ledger.plans.planning_input()
    assert (Link(RID, Side.HUBSPOT, "contacts", "11"),) == given.links
    assert KnownRow(RID, True, True, 1, True) == given.known_rows[RID]
    assert {"city": "Faro", "phone": None} == {
        name: value.value for name, value in given.bases[RID, Side.SHEET].items()
    }
    assert {"city", "phone", "status", "status:sheet"} == set(given.bases[RID, Side.HUBSPOT])
    assert [("key-1", "done")] == [(told.event_key, told.state) for told in given.effects]
    assert ["11"] == ledger.staging.lookups_wanted()["hubspot"]["contacts"]["ids"]
    assert ["imported", "imported"] == [str(c.why) for c in ledger.history.changes()]


def test_a_claim_waits_for_its_row(url: str, ledger: Ledger) -> None:
    """Nothing is said to the CRM of a row that was not read back."""
    gather(url, "11", "12")
    store(ledger, row(), row(2, OTHER, "12"), claim(3), claim(4, OTHER, "12"))
    ledger.deliveries.record([wrote(), wrote(2, OutcomeKind.HELD)])

    messages = extract(url, side="hubspot", kind="records")

    records = [m["record"] for m in messages if m["type"] == "RECORD"]
    assert [("11", True)] == [(r["record_id"], r["claim"]) for r in records]


def test_an_import_has_ended_when_every_row_is_written(url: str, ledger: Ledger) -> None:
    """Until then the same one may go on; a row that was held keeps it open."""
    gather(url, "11", "12")
    ledger.imports.begin(ledger.imports.request())
    store(ledger, row(), row(2, OTHER, "12"))
    assert ("s", 4) == (
        ledger.plans.planning_input().spreadsheet_id,
        ledger.plans.planning_input().gid,
    )

    ledger.deliveries.record([wrote()])
    assert "these" == ledger.imports.request().begun
    ledger.deliveries.record([wrote(2, OutcomeKind.HELD)])
    assert "these" == ledger.imports.request().begun


def test_all_rows_written_ends_it(url: str, ledger: Ledger) -> None:
    """The last acknowledgement ends the import, in the same transaction."""
    gather(url, "11")
    ledger.imports.begin(ledger.imports.request())
    store(ledger, row())
    ledger.deliveries.record([wrote()])

    assert "" == ledger.imports.request().begun


def test_a_record_that_another_row_owns_is_not_taken_from_it(url: str, ledger: Ledger) -> None:
    """One active link a record: a second row is a duplicate."""
    gather(url, "11")
    store(ledger, row(), row(2, OTHER))
    ledger.deliveries.record([wrote(), wrote(2)])

    states = {link.rid: link.state for link in ledger.plans.planning_input().links}
    assert {RID: LinkState.ACTIVE, OTHER: LinkState.DUPLICATE} == states


def test_an_unanswered_row_stays_in_doubt(url: str, ledger: Ledger) -> None:
    """Without an answer nothing is linked; a plan settles it."""
    gather(url, "11")
    store(ledger, row())
    ledger.deliveries.mark_in_doubt(["p-1"])
    ledger.deliveries.record([wrote(kind=OutcomeKind.UNKNOWN)])

    given = ledger.plans.planning_input()
    assert ((), ["p-1"]) == (given.links, [intent.intent_id for intent in given.left_over])
    assert [IntentState.IN_DOUBT] == [intent.state for intent in given.left_over]
    assert "12" not in {ImportedRow.of(intent).record_id for intent in given.left_over}


@pytest.mark.parametrize("confirmed", [True, False])
def test_our_columns_count_as_shown(url: str, ledger: Ledger, confirmed: bool) -> None:
    """What was confirmed with the rows is what the next sync wants them to show, to the letter."""
    gather(url, "11")
    store(ledger, row())
    texts = ledger.imports.texts(ledger.plans.intents("p"))
    ledger.deliveries.record([wrote()])
    if confirmed:
        ledger.imports.confirm(texts)
    mark = {
        "spreadsheet_id": "s",
        "gid": 4,
        "time_zone": "Europe/Istanbul",
        "rows": 1,
        "read_at": AT,
    }
    read = [*stream("businesses", {"row": 2, "sync_id": RID}), *stream("sheet_snapshots", mark)]
    load(url, [state({}), *read, *status(), state(DONE)])
    said = RowVerdict(RID, 2, Bucket.UNCHANGED, RowState.SYNCED)
    ledger.plans.store("", Plan("q", PlanStatus.DELIVERABLE, verdicts=(said,)))

    dirty = ledger.deliveries.dirty_renderings()
    assert ([] if confirmed else [texts[RID]]) == [wanted.cells for wanted in dirty.values()]


def test_an_import_uses_up_no_approval_of_a_sync(url: str, ledger: Ledger) -> None:
    """What a person allowed a sync to do is still allowed after an import; its own approval is used."""
    waiting = Plan("w", PlanStatus.WAITING, guarded=("r1:create:hubspot",))
    preview = Plan("v", PlanStatus.WAITING, guarded=("hubspot:11:import",), summary={"imported": 1})
    run = ledger.runs.current()
    assert run is not None
    for made in (waiting, preview):
        ledger.plans.store(run.run_id, made)
        ledger.plans.approve(made.plan_id, "ask", "me")
    ledger.plans.store(run.run_id, Plan("x", PlanStatus.DELIVERABLE, summary={"imported": 0}))
    ledger.runs.finish(run.run_id, "clean", {})

    left = ledger.plans.planning_input().approval
    assert left is not None
    assert "w" == left.plan_id
