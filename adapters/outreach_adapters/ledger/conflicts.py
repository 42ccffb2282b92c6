"""Opens, refreshes and closes the questions of a plan.

The rule: one open question per row and field; the values a person is shown are kept with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from outreach_adapters.ledger.asked import OPEN, candidate_json, edited_columns
from outreach_adapters.ledger.conversions import intent_of, value_columns
from outreach_adapters.ledger.schema import conflict, conflict_value, intent
from outreach_core.model import (
    FieldValue,
    Intent,
    IntentState,
    Operation,
    Outcome,
    OutcomeKind,
    Side,
    Why,
)
from outreach_core.model.planning import (
    Conflict,
    ConflictKind,
    Edited,
    Plan,
    QuestionStatus,
    record_field,
)

RESOLVED = "resolved"


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
            "custom": question.custom,
            "picked": question.picked,
            "phase": str(question.status),
            "decided_at": None,
            "decided_by": "",
            "note": question.note,
            "agreed": question.agreed.to_json(),
            "candidates": [candidate_json(one) for one in question.candidates],
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


def settle_answers(
    connection: Connection, planned: Intent, outcome: Outcome, run_id: str, stamp: str
) -> None:
    """Bring the questions up to date that a write carried an answer to.

    | # | the write                                            | the question                        |
    |---|------------------------------------------------------|-------------------------------------|
    | 1 | was acknowledged, and no other of the answer is left | resolved                            |
    | 2 | … another one is left                                | as it was                           |
    | 3 | was refused, or its value does not fit               | failed, in the words of who refused |
    | 4 | made the record that was to be made anew             | resolved                            |
    """
    refused = outcome.kind is OutcomeKind.REJECTED
    for name in decided_fields(planned):
        if refused or name in outcome.unfit:
            _fail(connection, planned, name, outcome)  # 3
        elif name in _landed(outcome, planned) and not _left(connection, planned, name):
            _resolve(connection, planned.rid, name, run_id, stamp)  # 1
    if planned.operation is Operation.CREATE and outcome.record_id:
        _resolve(connection, planned.rid, record_field(planned.side), run_id, stamp)  # 4


def _landed(outcome: Outcome, planned: Intent) -> set[str]:
    done = outcome.kind in (OutcomeKind.WRITTEN, OutcomeKind.ADOPTED)
    return set(planned.changes) - set(outcome.skipped) if done else set()


def decided_fields(planned: Intent) -> list[str]:
    """Return the fields of a write whose value a person decided."""
    return [name for name, change in planned.changes.items() if change.why is Why.DECIDED]


def _left(connection: Connection, planned: Intent, name: str) -> bool:
    """Tell whether another write of the same plan has yet to carry the answer."""
    others = select(intent).where(
        intent.c.plan_id == planned.plan_id,
        intent.c.rid == planned.rid,
        intent.c.intent_id != planned.intent_id,
        intent.c.state != str(IntentState.DONE),
    )
    return any(name in decided_fields(intent_of(row)) for row in connection.execute(others))


def _resolve(connection: Connection, rid: str, name: str, run_id: str, stamp: str) -> None:
    chosen = (conflict.c.status == OPEN) & (conflict.c.phase == str(QuestionStatus.CHOSEN))
    connection.execute(
        update(conflict)
        .where(conflict.c.rid == rid, conflict.c.field == name, chosen)
        .values(status=RESOLVED, closed_run=run_id, closed_at=stamp)
    )


def _fail(connection: Connection, planned: Intent, name: str, outcome: Outcome) -> None:
    """Ask again: the choice is dropped, so that the refused value holds back nothing else."""
    problem = outcome.problem
    note = f"{problem.message} {problem.remedy}".strip() if problem else ""
    columns = {"phase": str(QuestionStatus.FAILED), "choice": None, "custom": None, "note": note}
    connection.execute(
        update(conflict)
        .where(conflict.c.rid == planned.rid, conflict.c.field == name, conflict.c.status == OPEN)
        .values(**columns)
    )


def _keep_values(connection: Connection, conflict_id: str, question: Conflict) -> None:
    connection.execute(delete(conflict_value).where(conflict_value.c.conflict_id == conflict_id))
    rows = [
        {
            "conflict_id": conflict_id,
            "side": str(side),
            **value_columns(value),
            **edited_columns(question.edited.get(side, Edited())),
        }
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
