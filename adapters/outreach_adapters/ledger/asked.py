"""The questions that are not closed yet, as they lie in the ledger.

The rule: one open question per row and field; the values a person is shown are kept with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from outreach_adapters.ledger.conversions import time_from_text, time_to_text, value_of
from outreach_adapters.ledger.schema import conflict, conflict_value
from outreach_core.model import FieldValue, Side
from outreach_core.model.planning import (
    Candidate,
    Choice,
    Conflict,
    ConflictKind,
    Edited,
    QuestionStatus,
)

OPEN = "open"


def open_conflicts(connection: Connection) -> tuple[Conflict, ...]:
    """Return the questions that are not closed, the oldest first."""
    values: dict[str, dict[Side, FieldValue]] = {}
    edited: dict[str, dict[Side, Edited]] = {}
    is_open = conflict.c.status == OPEN
    for row in connection.execute(select(conflict_value).join(conflict).where(is_open)):
        values.setdefault(row.conflict_id, {})[Side(row.side)] = value_of(row)
        known = Edited(time_from_text(row.not_before), time_from_text(row.not_after), row.by)
        if known != Edited():
            edited.setdefault(row.conflict_id, {})[Side(row.side)] = known
    query = select(conflict).where(is_open).order_by(conflict.c.opened_at, conflict.c.conflict_id)
    return tuple(
        conflict_row(row, values.get(row.conflict_id, {}), edited.get(row.conflict_id, {}))
        for row in connection.execute(query)
    )


def conflict_row(
    row: Any, values: Mapping[Side, FieldValue], edited: Mapping[Side, Edited]
) -> Conflict:
    """Return a question of its row and what each side showed."""
    return Conflict(
        rid=row.rid,
        field=row.field,
        kind=ConflictKind(row.kind),
        values=values,
        evidence_hash=row.evidence_hash,
        choice=Choice(row.choice) if row.choice else None,
        conflict_id=row.conflict_id,
        note=row.note,
        status=QuestionStatus(row.phase),
        custom=row.custom,
        picked=row.picked,
        agreed=FieldValue.from_json(row.agreed),
        edited=edited,
        candidates=tuple(candidate_of(one) for one in row.candidates or ()),
    )


def candidate_of(data: Mapping[str, Any]) -> Candidate:
    """Return a record that a row may belong to."""
    return Candidate(
        Side(data["side"]), str(data["object"]), str(data["record_id"]), str(data["label"])
    )


def candidate_json(one: Candidate) -> dict[str, str]:
    """Return the form a candidate is kept in."""
    return {
        "side": str(one.side),
        "object": one.object,
        "record_id": one.record_id,
        "label": one.label,
    }


def edited_columns(edited: Edited) -> dict[str, Any]:
    """Return when and by whom a value was made as columns."""
    return {
        "not_before": time_to_text(edited.not_before),
        "not_after": time_to_text(edited.not_after),
        "by": edited.by,
    }
