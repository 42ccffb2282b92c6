"""Rows of the ledger to the shared dataclasses and back.

The rule: the only place that knows both forms; everything else handles dataclasses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

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
    Problem,
    SheetRow,
    SheetSnapshot,
    ShownEmail,
    ShownReply,
    Side,
    Why,
    fields_from_json,
    fields_to_json,
    problems_from_json,
)
from outreach_core.model.evidence import edits_from_json, edits_to_json
from outreach_core.model.planning import Link

Row = Any  # a SQLAlchemy row; its attributes are the table's columns
Values = dict[str, Any]


def time_to_text(moment: datetime | None) -> str | None:
    """Return a moment as UTC text that sorts in order of time."""
    if moment is None:
        return None
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return known.astimezone(UTC).isoformat(timespec="microseconds")


def time_from_text(text: str | None) -> datetime | None:
    """Return the moment of a text."""
    return datetime.fromisoformat(text) if text else None


def value_columns(value: FieldValue) -> Values:
    """Return a field's three forms as columns."""
    return {"raw": value.raw, "value": value.value, "key": value.key}


def value_of(row: Row) -> FieldValue:
    """Return the field of a row with ``raw``, ``value`` and ``key``."""
    return FieldValue(row.raw, row.value, row.key)


def _problems_to_json(problems: Mapping[str, Problem]) -> Values:
    return {name: problem.to_json() for name, problem in problems.items()}


def sheet_row_columns(row: SheetRow, slot: str) -> Values:
    """Return the columns of a staged sheet row."""
    return {
        "slot": slot,
        "row": row.row,
        "sync_id": row.sync_id,
        "fingerprint": row.fingerprint,
        "fields": fields_to_json(row.fields),
        "problems": _problems_to_json(row.problems),
        "system": dict(row.system),
        "paused": row.paused,
        "host": row.host,
        "sent": row.sent.to_json() if row.sent else None,
        "reply": row.reply.to_json() if row.reply else None,
        "edits": edits_to_json(row.edits),
    }


def sheet_row_of(row: Row) -> SheetRow:
    """Return a staged sheet row."""
    return SheetRow(
        row=row.row,
        sync_id=row.sync_id,
        fingerprint=row.fingerprint,
        fields=fields_from_json(row.fields),
        problems=problems_from_json(row.problems),
        system=dict(row.system or {}),
        paused=row.paused,
        host=row.host,
        sent=ShownEmail.from_json(row.sent) if row.sent else None,
        reply=ShownReply.from_json(row.reply) if row.reply else None,
        edits=edits_from_json(row.edits),
    )


def record_columns(record: CrmRecord, run_id: str) -> Values:
    """Return the columns of a staged CRM record."""
    return {
        "side": str(record.side),
        "object": record.object,
        "record_id": record.record_id,
        "external_id": record.external_id,
        "emails": list(record.emails),
        "archived": record.archived,
        "merged_ids": list(record.merged_ids),
        "fields": fields_to_json(record.fields),
        "problems": _problems_to_json(record.problems),
        "updated_at": time_to_text(record.updated_at),
        "observed_at": time_to_text(record.observed_at),
        "extra": dict(record.extra),
        "converted_to": record.converted_to,
        "rules": record.rules,
        "edits": edits_to_json(record.edits),
        "run_id": run_id,
    }


def record_of(row: Row) -> CrmRecord:
    """Return a staged CRM record."""
    return CrmRecord(
        side=Side(row.side),
        object=row.object,
        record_id=row.record_id,
        fields=fields_from_json(row.fields),
        external_id=row.external_id,
        emails=tuple(row.emails or ()),
        archived=row.archived,
        merged_ids=tuple(row.merged_ids or ()),
        problems=problems_from_json(row.problems),
        updated_at=time_from_text(row.updated_at),
        observed_at=time_from_text(row.observed_at),
        extra=dict(row.extra or {}),
        converted_to=row.converted_to,
        rules=row.rules,
        edits=edits_from_json(row.edits),
    )


def lookup_columns(answer: Lookup, at: str, run_id: str) -> Values:
    """Return the columns of an answered look-up."""
    return {
        "side": str(answer.side),
        "object": answer.object,
        "kind": answer.kind,
        "key": answer.key,
        "status": str(answer.status),
        "record_ids": list(answer.record_ids),
        "at": time_to_text(answer.at) or at,
        "staged_at": at,
        "run_id": run_id,
    }


def lookup_of(row: Row) -> Lookup:
    """Return an answered look-up."""
    status, ids = LookupStatus(row.status), tuple(row.record_ids or ())
    at = time_from_text(row.at)
    return Lookup(Side(row.side), row.object, row.kind, row.key, status, ids, at)


def snapshot_of(row: Row) -> SheetSnapshot:
    """Return the end mark of the last complete read."""
    read_at = time_from_text(row.read_at)
    assert read_at is not None  # noqa: S101 - the column is not null
    return SheetSnapshot(
        spreadsheet_id=row.spreadsheet_id,
        gid=row.gid,
        title=row.title,
        time_zone=row.time_zone,
        header=tuple(row.header or ()),
        version=row.version,
        rows=row.rows,
        read_at=read_at,
        previous_read_at=time_from_text(row.previous_read_at),
    )


def link_of(row: Row) -> Link:
    """Return a link."""
    state, history = LinkState(row.state), tuple(row.history or ())
    return Link(row.rid, Side(row.side), row.object, row.record_id, state, history)


def change_columns(planned: Intent, name: str, stored: FieldValue) -> Values:
    """Return the columns of a written field's history: what was replaced, by what and why."""
    change = planned.changes[name]
    return {
        "intent_id": planned.intent_id,
        "rid": planned.rid,
        "field": name,
        "side": str(planned.side),
        "old": change.expected.to_json(),
        "new": stored.to_json(),
        "why": str(change.why),
        "evidence": change.evidence,
    }


def told_columns(planned: Intent, run_id: str, at: str) -> Values:
    """Return the history of an effect or a company: what a CRM was told, without the text itself."""
    kind = str(planned.payload.get("kind") or "company")
    told = planned.payload.get("at") or planned.payload.get("host")
    new = FieldValue(told, str(told or ""), str(told or ""))
    return {
        "run_id": run_id,
        "intent_id": planned.intent_id,
        "rid": planned.rid,
        "field": f"({kind})",
        "side": str(planned.side),
        "old": FieldValue().to_json(),
        "new": new.to_json(),
        "why": str(Why.TOLD),
        "evidence": "",
        "at": at,
    }


def intent_columns(intent: Intent) -> Values:
    """Return the columns of an intent."""
    return {
        "intent_id": intent.intent_id,
        "plan_id": intent.plan_id,
        "seq": intent.seq,
        "side": str(intent.side),
        "kind": str(intent.kind),
        "operation": str(intent.operation),
        "object": intent.object,
        "rid": intent.rid,
        "row": intent.row,
        "fingerprint": intent.fingerprint,
        "record_id": intent.record_id,
        "changes": {name: change.to_json() for name, change in intent.changes.items()},
        "needs_row_id": intent.needs_row_id,
        "state": str(intent.state),
        "event_key": intent.event_key,
        "payload": dict(intent.payload) or None,
    }


def intent_of(row: Row) -> Intent:
    """Return an intent."""
    return Intent(
        intent_id=row.intent_id,
        plan_id=row.plan_id,
        seq=row.seq,
        side=Side(row.side),
        kind=IntentKind(row.kind),
        operation=Operation(row.operation),
        object=row.object,
        rid=row.rid,
        row=row.row,
        fingerprint=row.fingerprint,
        record_id=row.record_id,
        changes={n: FieldChange.from_json(c) for n, c in (row.changes or {}).items()},
        needs_row_id=row.needs_row_id,
        state=IntentState(row.state),
        event_key=row.event_key,
        payload=dict(row.payload or {}),
    )
