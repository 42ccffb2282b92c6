"""Small worlds for planner tests: a sheet row, a contact and the ledger's memory of them, in a line each."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime

from outreach_core.merge import Rules, make_plan
from outreach_core.model import (
    CrmRecord,
    FieldChange,
    FieldValue,
    Intent,
    IntentKind,
    IntentState,
    LinkState,
    Lookup,
    LookupStatus,
    Operation,
    SheetRow,
    SheetSnapshot,
    Side,
)
from outreach_core.model.fields import FieldSpec, FieldType
from outreach_core.model.planning import (
    KnownRow,
    Link,
    PlanningInput,
)
from outreach_core.model.policy import Policy

BOTH = (Side.SHEET, Side.HUBSPOT)
SPECS = {
    "email": FieldSpec("email", FieldType.EMAIL, BOTH),
    "phone": FieldSpec("phone", FieldType.PHONE, BOTH),
    "city": FieldSpec("city", FieldType.TEXT, BOTH),
    "status": FieldSpec("status", FieldType.TEXT, (Side.SHEET,)),
}
RULES = Rules(SPECS, Policy(), (Side.HUBSPOT,), {Side.HUBSPOT: "contacts"}, "rules-1")
SNAPSHOT = SheetSnapshot("sheet", 0, "T", "UTC", (), "1", 1, datetime(2026, 11, 1, tzinfo=UTC))


def rid(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012d}"


def fields(**values: str | None) -> dict[str, FieldValue]:
    return {name: FieldValue(text, text, text) for name, text in values.items()}


def row(number: int, **values: str | None) -> SheetRow:
    values = {"email": f"b{number}@example.com", "phone": "1", "city": "A", **values}
    return SheetRow(number + 1, rid(number), f"print-{number}", fields(**values))


def new_row(number: int, **values: str | None) -> SheetRow:
    return replace(row(number, **values), sync_id=None)


def contact(number: int, record_id: str | None = None, **values: str | None) -> CrmRecord:
    values = {"email": f"b{number}@example.com", "phone": "1", "city": "A", **values}
    return CrmRecord(
        Side.HUBSPOT,
        "contacts",
        record_id or str(100 + number),
        fields(**values),
        external_id=rid(number),
        emails=(values["email"],) if values["email"] else (),
    )


def linked(number: int, state: LinkState = LinkState.ACTIVE) -> Link:
    return Link(rid(number), Side.HUBSPOT, "contacts", str(100 + number), state)


def given(rows=(), records=(), links=(), **more) -> PlanningInput:
    """A ledger after the first sync in which every linked row agreed when it was last planned."""
    past = fields(phone="1", city="A")
    bases = {}
    for link in links:
        number = int(link.rid[-12:])
        base = {**past, **fields(email=f"b{number}@example.com", status=None)}
        bases[link.rid, Side.SHEET] = base
        bases[link.rid, Side.HUBSPOT] = {k: v for k, v in base.items() if k != "status"}
    known = {link.rid: KnownRow(link.rid, confirmed=True, present=True) for link in links}
    usual = {
        "snapshot": SNAPSHOT,
        "rows": tuple(rows),
        "records": {(r.side, r.object, r.record_id): r for r in records},
        "lookups": (),
        "links": tuple(links),
        "known_rows": known,
        "bases": bases,
        "first_sync_done": True,
        "fingerprint": "rules-1",
    }
    return PlanningInput(**{**usual, **more})


def plan(world: PlanningInput, rules: Rules = RULES, minted: int = 900):
    counter = itertools.count(minted)
    return make_plan(world, rules, lambda: rid(next(counter)), "p")


def absent(*numbers: int) -> tuple[Lookup, ...]:
    return tuple(
        Lookup(Side.HUBSPOT, "contacts", "email", f"b{n}@example.com", LookupStatus.MISSING)
        for n in numbers
    )


def writes(made) -> list[tuple[str, str, dict[str, str | None]]]:
    return [
        (str(i.side), i.rid, {n: c.new.value for n, c in i.changes.items()})
        for i in made.intents
        if i.kind is not IntentKind.ROW_ID
    ]


def verdict(made, number: int):
    return next(v for v in made.verdicts if v.row == number + 1)


def deleted(number: int) -> tuple[Lookup, ...]:
    return (Lookup(Side.HUBSPOT, "contacts", "id", str(100 + number), LookupStatus.DELETED),)


def left_over(operation=Operation.UPDATE, **changes: str) -> Intent:
    now = fields(**changes)
    return Intent(
        "old-1",
        "old",
        1,
        Side.HUBSPOT,
        IntentKind.RECORD,
        operation,
        "contacts",
        rid(1),
        record_id="101" if operation is Operation.UPDATE else None,
        changes={
            n: FieldChange(FieldValue("1", "1", "1"), v, {Side.SHEET: v}) for n, v in now.items()
        },
        state=IntentState.IN_DOUBT,
    )


def first_sync(rows, **more) -> PlanningInput:
    return given(rows, first_sync_done=False, fingerprint="", **more)


def many(count: int, **values):
    return given(
        [row(n, **values) for n in range(1, count + 1)],
        [contact(n) for n in range(1, count + 1)],
        [linked(n) for n in range(1, count + 1)],
    )
