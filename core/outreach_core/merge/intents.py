"""Turn findings into intents, in the order they are delivered (pure).

Row ids first, then companies, CRM updates, CRM creates, effects, sheet cells (RECONCILE B2.7). Two rules are kept here for
every path that leads to a write: Status never becomes ``Approved``, and a write the destination has
refused is not repeated until the row or the rules changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from outreach_core.merge.state import Findings, IdentifiedRow, Observed, refused_verdict
from outreach_core.model import (
    BLANK,
    EffectKind,
    FieldChange,
    FieldValue,
    Intent,
    IntentKind,
    Json,
    Operation,
    Side,
    Why,
)
from outreach_core.model.hashing import input_hash

SYNC_ID = "_sync_id"
STATUS = "status"
ARCHIVED = "Archived"


def leave_out_refused(observed: Observed, found: Findings) -> None:
    """Make no record that the CRM refused, nor tell of it, until its row or the rules change."""
    for (rid, side), changes in sorted(found.creates.items()):
        if not _worth_trying(observed, found, rid, side, changes):
            del found.creates[rid, side]


def build_intents(observed: Observed, found: Findings, plan_id: str) -> tuple[Intent, ...]:
    """Return the plan's intents, numbered in delivery order."""
    rows = {row.rid: row for row in found.rows}
    drafts = [
        *_row_ids(found),
        *_companies(observed, found, rows),
        *_updates(observed, found, rows),
        *_creates(observed, found, rows),
        *_effects(observed, found, rows),
        *_cells(observed, found, rows),
    ]
    return tuple(
        replace(draft, intent_id=f"{plan_id}-{seq}", plan_id=plan_id, seq=seq)
        for seq, draft in enumerate(drafts, 1)
    )


def _draft(
    row: IdentifiedRow, side: Side, kind: IntentKind, operation: Operation, obj: str
) -> Intent:
    return Intent(
        intent_id="",
        plan_id="",
        seq=0,
        side=side,
        kind=kind,
        operation=operation,
        object=obj,
        rid=row.rid,
        row=row.shown.row,
        needs_row_id=row.new_id and kind is not IntentKind.ROW_ID,
    )


def _row_ids(found: Findings) -> Iterator[Intent]:
    for row in found.rows:
        if not row.new_id:
            continue
        draft = _draft(row, Side.SHEET, IntentKind.ROW_ID, Operation.ASSIGN_ID, "row")
        old = FieldValue(row.replaces, row.replaces, row.replaces) if row.replaces else BLANK
        new = FieldValue(row.rid, row.rid, row.rid)
        yield replace(
            draft, fingerprint=row.shown.fingerprint, changes={SYNC_ID: FieldChange(old, new)}
        )


def _updates(
    observed: Observed, found: Findings, rows: Mapping[str, IdentifiedRow]
) -> Iterator[Intent]:
    for side in observed.rules.crm_sides:
        for (rid, where), changes in sorted(found.updates.items()):
            if where is not side or not _worth_trying(observed, found, rid, side, changes):
                continue
            link = found.links[rid, side]
            draft = _draft(rows[rid], side, IntentKind.RECORD, Operation.UPDATE, link.object)
            yield replace(draft, record_id=link.record_id, changes=changes)


def _creates(
    observed: Observed, found: Findings, rows: Mapping[str, IdentifiedRow]
) -> Iterator[Intent]:
    companies = _companies_of_creates(found)
    for side in observed.rules.crm_sides:
        mine = [(rows[rid], c) for (rid, where), c in found.creates.items() if where is side]
        for row, changes in sorted(mine, key=lambda pair: pair[0].shown.row):
            obj = observed.rules.objects[side]
            draft = _draft(row, side, IntentKind.RECORD, Operation.CREATE, obj)
            yield replace(draft, changes=changes, payload=companies.get((row.rid, side), {}))


def _companies(
    observed: Observed, found: Findings, rows: Mapping[str, IdentifiedRow]
) -> Iterator[Intent]:
    for (side, host), write in sorted(found.company_writes.items()):
        operation = Operation.UPDATE if write.record_id else Operation.CREATE
        obj = observed.rules.effects[side].company_object
        draft = _draft(rows[write.rid], side, IntentKind.COMPANY, operation, obj)
        yield replace(
            draft,
            record_id=write.record_id,
            event_key=host,
            payload=write.payload(),
        )


def _effects(
    observed: Observed, found: Findings, rows: Mapping[str, IdentifiedRow]
) -> Iterator[Intent]:
    """Yield what CRMs are told, grouped in the order in which one needs the other."""
    order = list(EffectKind)
    for told in sorted(found.tellings, key=lambda t: (t.side, order.index(t.kind), t.rid, t.n)):
        if told.kind is EffectKind.COMPANY and (told.rid, told.side) in found.creates:
            continue  # goes along with the record that is made
        obj = observed.rules.effects[told.side].objects[told.kind]
        associates = told.kind is EffectKind.COMPANY
        operation = Operation.ASSOCIATE if associates else Operation.CREATE
        draft = _draft(rows[told.rid], told.side, IntentKind.EFFECT, operation, obj)
        payload = {**told.payload, "kind": str(told.kind), "n": told.n}
        yield replace(draft, event_key=told.event_key, payload=payload)


def _companies_of_creates(found: Findings) -> dict[tuple[str, Side], Mapping[str, Json]]:
    return {
        (told.rid, told.side): {"company": told.payload["host"], "company_key": told.event_key}
        for told in found.tellings
        if told.kind is EffectKind.COMPANY
    }


def _cells(
    observed: Observed, found: Findings, rows: Mapping[str, IdentifiedRow]
) -> Iterator[Intent]:
    changes: dict[str, dict[str, FieldChange]] = {}
    for (rid, side), fields in found.updates.items():
        if side is Side.SHEET:
            changes[rid] = {n: _never_approved(n, c) for n, c in fields.items()}
    for rid in found.archived:
        if rows[rid].shown.paused:
            continue
        status = _archived_status(observed, rows[rid])
        if status is not None:
            changes.setdefault(rid, {})[STATUS] = status
    for row in sorted((rows[rid] for rid in changes), key=lambda row: row.shown.row):
        if not _worth_trying(observed, found, row.rid, Side.SHEET, changes[row.rid]):
            continue
        draft = _draft(row, Side.SHEET, IntentKind.CELLS, Operation.UPDATE, "row")
        yield replace(draft, changes=changes[row.rid])


def _archived_status(observed: Observed, row: IdentifiedRow) -> FieldChange | None:
    if STATUS not in observed.rules.specs or STATUS in row.shown.problems:
        return None
    shown = row.shown.fields.get(STATUS, BLANK)
    if shown.value == ARCHIVED:
        return None
    return FieldChange(shown, FieldValue(ARCHIVED, ARCHIVED, ARCHIVED), {}, Why.ARCHIVED)


def _never_approved(name: str, change: FieldChange) -> FieldChange:
    if name != STATUS or (change.new.value or "").strip().casefold() != "approved":
        return change
    return replace(change, new=FieldValue("Draft", "Draft", "Draft"))


def _worth_trying(
    observed: Observed,
    found: Findings,
    rid: str,
    side: Side,
    changes: Mapping[str, FieldChange],
) -> bool:
    known = observed.refusals.get((rid, side))
    if known is None or known.input_hash != input_hash(changes, observed.rules.fingerprint):
        return True
    found.judge(rid, refused_verdict(known.error_text, ignored=known.ignored))
    return False
