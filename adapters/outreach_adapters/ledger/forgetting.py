"""Forgets people whom a CRM was asked to forget (RECONCILE B8, risk 17).

The rule: what is forgotten is what this ledger remembered of them; the spreadsheet is its owner's: the row stays,
archived, and so do lines of *Sync Log* that were written into it. That a change was made, when and by which run stays known, without its values. Nothing is forgotten
before the CRM itself showed, in a run, that the record is gone: an event alone may be forged.

| # | what is kept of the person                        | becomes                                       |
|---|---------------------------------------------------|-----------------------------------------------|
| 1 | the record as it was read, what was looked up     | nothing                                       |
| 2 | what the row and the record agreed on             | nothing                                       |
| 3 | the history's old and new values                  | the word (erased)                             |
| 4 | values of questions, closed or open               | nothing; what a person typed as answer too    |
| 5 | what was planned, sent and waits                  | nothing of its values                         |
| 6 | e-mails and answers, their subjects and texts     | nothing; that and when they were stays        |
| 7 | a vendor's words about what it refused            | nothing                                       |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.schema import (
    base,
    change,
    conflict,
    conflict_value,
    crm_record,
    erasure,
    intent,
    link,
    lookup,
    plan,
    retry,
)
from outreach_adapters.ledger.schema_effects import effect, happening
from outreach_core.model import BLANK, FieldValue, LinkState

ERASED = FieldValue("(erased)", "(erased)", "(erased)")
_GONE = (str(LinkState.ARCHIVED), str(LinkState.DETACHED))


class Forgetting:
    """Carries out what CRMs were asked to forget."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def carry_out(self) -> int:
        """Forget whoever is known to be gone by now; return how many that were."""
        with self._store.write() as connection:
            due = [row for row in _open(connection) if _is_gone(connection, row)]
            for row in due:
                _forget(connection, row)
                connection.execute(
                    update(erasure).where(*_same(erasure, row)).values(done_at=self._store.stamp())
                )
        return len(due)


def _open(connection: Connection) -> Sequence[Any]:
    return connection.execute(select(erasure).where(erasure.c.done_at.is_(None))).all()


def _same(table: Table, row: Any) -> list[Any]:
    named = ("side", "object", "record_id")
    return [table.c[name] == getattr(row, name) for name in named]


def _is_gone(connection: Connection, row: Any) -> bool:
    """Whether the record's links say so; a record nobody is linked to is nobody's here."""
    states = connection.execute(select(link.c.state).where(*_same(link, row))).scalars().all()
    return all(state in _GONE for state in states)


def _forget(connection: Connection, row: Any) -> None:
    rids = list(connection.execute(select(link.c.rid).where(*_same(link, row))).scalars())
    _forget_record(connection, row)
    for rid in rids:
        _forget_row(connection, rid, str(row.side))


def _forget_record(connection: Connection, row: Any) -> None:
    """Forget what was read and looked up (case 1)."""
    emails = connection.execute(select(crm_record.c.emails).where(*_same(crm_record, row))).scalar()
    connection.execute(delete(crm_record).where(*_same(crm_record, row)))
    keys = [row.record_id, *(emails or [])]
    connection.execute(delete(lookup).where(lookup.c.side == row.side, lookup.c.key.in_(keys)))


def _forget_row(connection: Connection, rid: str, side: str) -> None:
    _forget_agreements(connection, rid, side)
    said = ERASED.to_json()
    connection.execute(update(change).where(change.c.rid == rid).values(old=said, new=said))  # 3
    _forget_questions(connection, rid)
    connection.execute(  # 5
        update(intent).where(intent.c.rid == rid).values(changes={}, payload={})
    )
    connection.execute(  # 6
        update(happening).where(happening.c.rid == rid).values(subject="", body="")
    )
    for refused in (retry, effect):  # 7
        connection.execute(
            update(refused).where(refused.c.rid == rid).values(error_text="", vendor_message="")
        )


def _forget_agreements(connection: Connection, rid: str, side: str) -> None:
    """Forget what the row and this record agreed on; what it agrees on with another CRM is needed (case 2)."""
    others = select(link.c.rid).where(
        link.c.rid == rid, link.c.side != side, link.c.state == str(LinkState.ACTIVE)
    )
    gone = base.c.rid == rid
    if connection.execute(others).first():
        gone &= base.c.side == side
    connection.execute(delete(base).where(gone))


def _forget_questions(connection: Connection, rid: str) -> None:
    """Forget what questions about a row showed, also in plans that are kept (case 4)."""
    asked = select(conflict.c.conflict_id).where(conflict.c.rid == rid)
    connection.execute(
        update(conflict_value)
        .where(conflict_value.c.conflict_id.in_(asked))
        .values(raw=None, value=None, key=None, by="")
    )
    connection.execute(
        update(conflict)
        .where(conflict.c.rid == rid)
        .values(custom=None, agreed=BLANK.to_json(), candidates=[], note="")
    )
    kept = select(plan.c.plan_id, plan.c.conflicts).where(plan.c.conflicts.is_not(None))
    for plan_id, conflicts in connection.execute(kept).all():
        left = [one for one in conflicts or [] if one.get("rid") != rid]
        if left != (conflicts or []):
            connection.execute(update(plan).where(plan.c.plan_id == plan_id).values(conflicts=left))
