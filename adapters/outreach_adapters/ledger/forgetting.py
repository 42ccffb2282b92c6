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

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.hints import Erasure, open_erasures
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


class Forgetting:
    """Carries out what CRMs were asked to forget."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def carry_out(self) -> int:
        """Forget whoever is known to be gone by now; return how many that were."""
        with self._store.write() as connection:
            due = [one for one in open_erasures(connection) if _is_gone(connection, one)]
            for one in due:
                _forget(connection, one)
                connection.execute(
                    update(erasure).where(*_same(erasure, one)).values(done_at=self._store.stamp())
                )
        return len(due)


def _same(table: Table, whom: Erasure) -> list[ColumnElement[bool]]:
    named = {"side": str(whom.side), "object": whom.object, "record_id": whom.record_id}
    return [table.c[name] == value for name, value in named.items()]


def _is_gone(connection: Connection, whom: Erasure) -> bool:
    """Whether no row is kept in step with the record; one that nobody is linked to is nobody's here."""
    states = connection.execute(select(link.c.state).where(*_same(link, whom))).scalars()
    return str(LinkState.ACTIVE) not in set(states)


def _forget(connection: Connection, whom: Erasure) -> None:
    rids = list(connection.execute(select(link.c.rid).where(*_same(link, whom))).scalars())
    _forget_record(connection, whom)
    for rid in rids:
        _forget_row(connection, rid, str(whom.side))


def _forget_record(connection: Connection, whom: Erasure) -> None:
    """Forget what was read and looked up (case 1)."""
    read = _same(crm_record, whom)
    emails = connection.execute(select(crm_record.c.emails).where(*read)).scalar()
    connection.execute(delete(crm_record).where(*read))
    keys = [whom.record_id, *(emails or [])]
    asked = (lookup.c.side == str(whom.side)) & lookup.c.key.in_(keys)
    connection.execute(delete(lookup).where(asked))


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
