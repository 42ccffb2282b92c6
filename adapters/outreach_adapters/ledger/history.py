"""What people ask the ledger: open questions, changes, refusals, counts.

The rule: it only reads, besides the few remembered texts; the counts of a run add up to the rows read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from outreach_adapters.ledger.asked import open_conflicts
from outreach_adapters.ledger.calls import Calls, read_calls
from outreach_adapters.ledger.conversions import time_from_text
from outreach_adapters.ledger.effects import Refused, refused_effects
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.plans import verdicts_of
from outreach_adapters.ledger.schema import change, conflict, intent, plan, retry, side_status
from outreach_adapters.ledger.writes import chunks, read_meta, write_meta
from outreach_core.model import (
    FieldValue,
    IntentKind,
    IntentState,
    Side,
    SideState,
    SideStatus,
    Why,
)
from outreach_core.model.planning import Bucket, Choice, Conflict, QuestionStatus


@dataclass(frozen=True, slots=True)
class Change:
    """One field that was written.

    ``sources`` are the sides that showed the value then; empty where the write was not planned by them.
    """

    seq: int
    run_id: str
    rid: str
    field: str
    side: Side
    old: FieldValue
    new: FieldValue
    why: Why
    evidence: str
    at: datetime | None
    sources: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A write a destination refused; kept until its input changes."""

    rid: str
    side: Side
    attempts: int
    error_code: str
    error_text: str
    vendor_message: str
    first_failed: datetime | None
    last_failed: datetime | None


class History:
    """Answers people's questions."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def conflicts_open(self) -> list[Conflict]:
        """Return the questions that wait for an answer or for being carried out, the oldest first."""
        with self._store.read() as connection:
            found = open_conflicts(connection)
        return [asked for asked in found if asked.status is not QuestionStatus.LEFT]

    def decide(self, conflict_id: str, choice: Choice) -> None:
        """Keep a person's answer; the next plan applies it."""
        with self._store.write() as connection:
            connection.execute(
                update(conflict)
                .where(conflict.c.conflict_id == conflict_id, conflict.c.status == "open")
                .values(choice=str(choice), phase=str(QuestionStatus.CHOSEN))
            )

    def changes(
        self,
        limit: int = 100,
        rid: str | None = None,
        *,
        rids: Collection[str] | None = None,
        field: str | None = None,
        run_id: str | None = None,
    ) -> list[Change]:
        """Return written fields, newest first; each filter narrows them further."""
        query = select(change).order_by(change.c.seq.desc()).limit(limit)
        if rid is not None:
            query = query.where(change.c.rid == rid)
        if rids is not None:
            query = query.where(change.c.rid.in_(list(rids)))
        if field is not None:
            query = query.where(change.c.field == field)
        if run_id is not None:
            query = query.where(change.c.run_id == run_id)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
            planned = _planned(connection, [row.intent_id for row in rows])
            return [_change_of(row, planned.get(row.intent_id, {})) for row in rows]

    def change(self, seq: int) -> Change | None:
        """Return one written field by its number."""
        with self._store.read() as connection:
            row = connection.execute(select(change).where(change.c.seq == seq)).first()
            planned = _planned(connection, [row.intent_id]) if row else {}
            return _change_of(row, planned.get(row.intent_id, {})) if row else None

    def rejected(self) -> list[Rejected]:
        """Return refused writes, the oldest first."""
        with self._store.read() as connection:
            query = select(retry).where(~retry.c.ignored)
            query = query.order_by(retry.c.first_failed, retry.c.rid)
            own = [_rejected_of(row) for row in connection.execute(query)]
            return own + [_rejected_effect(told) for told in refused_effects(connection)]

    def statuses(self) -> list[SideStatus]:
        """Return what is known of each side."""
        with self._store.read() as connection:
            query = select(side_status).order_by(side_status.c.side)
            return [
                SideStatus(Side(row.side), SideState(row.state), row.code, row.message)
                for row in connection.execute(query)
            ]

    def calls(self) -> dict[Side, Calls]:
        """Return how many API calls each CRM has counted today, where it told."""
        with self._store.read() as connection:
            return read_calls(connection)

    def counters(self, run_id: str) -> dict[str, int]:
        """Return how many rows a run read, and in which bucket each ended; they add up."""
        with self._store.read() as connection:
            made = connection.execute(
                select(plan).where(plan.c.run_id == run_id).order_by(plan.c.seq.desc())
            ).first()
            if made is None:
                return {"read": 0, **{str(bucket): 0 for bucket in Bucket}}
            ends = _ends(connection, made.plan_id)
            refused = set(connection.execute(select(retry.c.rid).where(~retry.c.ignored)).scalars())
            refused |= {told.rid for told in refused_effects(connection)}
        counts = Counter(
            str(_bucket(verdict.bucket, ends.get(verdict.rid, set()), verdict.rid in refused))
            for verdict in verdicts_of(made)
        )
        return {"read": counts.total(), **{str(bucket): counts[bucket] for bucket in Bucket}}

    def get_meta(self, key: str, default: str = "") -> str:
        """Return a remembered text."""
        with self._store.read() as connection:
            return read_meta(connection, key, default)

    def set_meta(self, key: str, value: str) -> None:
        """Remember a text."""
        with self._store.write() as connection:
            write_meta(connection, key, value)


def _ends(connection: Connection, plan_id: str) -> dict[str, set[str]]:
    """Return, by row id, the states its writes are in; row ids are no news of the row."""
    query = select(intent.c.rid, intent.c.state).where(
        intent.c.plan_id == plan_id, intent.c.kind != str(IntentKind.ROW_ID)
    )
    ends: dict[str, set[str]] = {}
    for row in connection.execute(query):
        ends.setdefault(row.rid, set()).add(row.state)
    return ends


def _bucket(planned: Bucket, ends: set[str], refused: bool) -> Bucket:
    """Return where a row that was to be written really ended.

    1  not to be written, or nothing of it had to be delivered     as planned
    2  a write was refused, or a field of one                      failed
    3  all writes are done                                         written
    4  else                                                        held
    """
    if planned is not Bucket.WRITTEN or not ends:
        return planned
    if refused or str(IntentState.FAILED) in ends:
        return Bucket.FAILED
    return Bucket.WRITTEN if ends == {str(IntentState.DONE)} else Bucket.HELD


def _planned(connection: Connection, intent_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return, by intent, what was planned for each field."""
    found: dict[str, dict[str, Any]] = {}
    for some in chunks(sorted(set(intent_ids))):
        query = select(intent.c.intent_id, intent.c.changes).where(intent.c.intent_id.in_(some))
        found.update({row.intent_id: row.changes or {} for row in connection.execute(query)})
    return found


def _change_of(row: Any, planned: Mapping[str, Any]) -> Change:
    sources = (planned.get(row.field) or {}).get("sources") or {}
    return Change(
        row.seq,
        row.run_id,
        row.rid,
        row.field,
        Side(row.side),
        FieldValue.from_json(row.old),
        FieldValue.from_json(row.new),
        Why(row.why),
        row.evidence,
        time_from_text(row.at),
        tuple(sorted(Side(side) for side in sources)),
    )


def _rejected_effect(told: Refused) -> Rejected:
    return Rejected(
        told.rid,
        told.side,
        told.attempts,
        told.error_code,
        told.error_text,
        told.vendor_message,
        time_from_text(told.first_failed),
        time_from_text(told.last_failed),
    )


def _rejected_of(row: Any) -> Rejected:
    return Rejected(
        row.rid,
        Side(row.side),
        row.attempts,
        row.error_code,
        row.error_text,
        row.vendor_message,
        time_from_text(row.first_failed),
        time_from_text(row.last_failed),
    )
