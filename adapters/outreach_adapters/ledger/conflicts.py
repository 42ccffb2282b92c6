"""Opens, refreshes and closes the questions of a plan.

The rule: one open question per row and field; the values a person is shown are kept with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from outreach_adapters.ledger.conversions import value_columns
from outreach_adapters.ledger.planning import OPEN
from outreach_adapters.ledger.schema import conflict, conflict_value
from outreach_core.model import FieldValue, Side
from outreach_core.model.planning import Conflict, ConflictKind, Plan


def open_conflicts_of(
    connection: Connection,
    new_id: Callable[[], str],
    run_id: str,
    asked: Sequence[Conflict],
    stamp: str,
) -> None:
    """Open the questions of a plan, or bring those that are open up to date."""
    for question in asked:
        where = (conflict.c.rid == question.rid) & (conflict.c.field == question.field)
        found = connection.execute(select(conflict).where(where, conflict.c.status == OPEN)).first()
        columns = {
            "kind": str(question.kind),
            "evidence_hash": question.evidence_hash,
            "choice": str(question.choice) if question.choice else None,
            "note": question.note,
        }
        if found is None:
            conflict_id = new_id()
            opened = {"status": OPEN, "opened_run": run_id, "opened_at": stamp}
            names = {"conflict_id": conflict_id, "rid": question.rid, "field": question.field}
            connection.execute(insert(conflict).values(**names, **opened, **columns))
        else:
            conflict_id = found.conflict_id
            own = conflict.c.conflict_id == conflict_id
            connection.execute(update(conflict).where(own).values(**columns))
        _keep_values(connection, conflict_id, question)


def close_conflicts(connection: Connection, run_id: str, made: Plan, stamp: str) -> None:
    """Close the questions that a plan answers."""
    for closed in made.closed:
        where = (conflict.c.rid == closed.rid) & (conflict.c.field == closed.field)
        connection.execute(
            update(conflict)
            .where(where, conflict.c.status == OPEN)
            .values(status=closed.status, closed_run=run_id, closed_at=stamp)
        )


def _keep_values(connection: Connection, conflict_id: str, question: Conflict) -> None:
    connection.execute(delete(conflict_value).where(conflict_value.c.conflict_id == conflict_id))
    rows = [
        {"conflict_id": conflict_id, "side": str(side), **value_columns(value)}
        for side, value in question.values.items()
    ]
    if rows:
        connection.execute(insert(conflict_value), rows)


def conflict_json(question: Conflict) -> dict[str, Any]:
    """Return the form a question has in a stored plan."""
    return {
        "rid": question.rid,
        "field": question.field,
        "kind": str(question.kind),
        "evidence_hash": question.evidence_hash,
        "values": {str(side): value.to_json() for side, value in question.values.items()},
    }


def conflict_of(data: Mapping[str, Any]) -> Conflict:
    """Return a question of a stored plan."""
    values = {Side(s): FieldValue.from_json(v) for s, v in data["values"].items()}
    kind = ConflictKind(data["kind"])
    return Conflict(data["rid"], data["field"], kind, values, data["evidence_hash"])
