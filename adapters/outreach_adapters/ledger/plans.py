"""Keeps plans, and lets a deliverable one take effect on links, bases and conflicts.

The rule: a plan that waits or is blocked takes effect on nothing but the row ids it saw and mints; what
it would do is kept with it, to be shown and approved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from outreach_adapters.ledger.approvals import FIRST_SYNC_PLANNED, note_reason
from outreach_adapters.ledger.conflicts import (
    close_conflicts,
    conflict_json,
    conflict_of,
    open_conflicts_of,
)
from outreach_adapters.ledger.conversions import (
    change_columns,
    intent_columns,
    intent_of,
    time_from_text,
    told_columns,
    value_columns,
)
from outreach_adapters.ledger.effects import (
    know_companies,
    note_done,
    note_happenings,
    note_missed,
    note_pulled,
    note_watches,
)
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.planning import (
    FINGERPRINT,
    GID,
    HEADER,
    SPREADSHEET_ID,
    header_text,
    read_input,
)
from outreach_adapters.ledger.schema import (
    approval,
    base,
    change,
    crm_record,
    hint,
    intent,
    link,
    plan,
    retry,
    row_id,
    side_status,
    snapshot,
)
from outreach_adapters.ledger.undo import end_undos
from outreach_adapters.ledger.upgrade import GENERATION
from outreach_adapters.ledger.writes import read_meta, upsert, write_meta
from outreach_core.errors import ConfigError
from outreach_core.model import (
    Intent,
    IntentKind,
    IntentState,
    LinkState,
    SideState,
)
from outreach_core.model.importing import IMPORTED
from outreach_core.model.planning import (
    BaseMove,
    Bucket,
    Conflict,
    GuardTrip,
    KnownRow,
    Link,
    Plan,
    PlanningInput,
    PlanStatus,
    RowState,
    RowVerdict,
)


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan as it was stored; its intents are read with ``Plans.intents``."""

    plan_id: str
    run_id: str
    status: PlanStatus
    created_at: datetime | None
    hash: str = ""
    fingerprint: str = ""
    generation: str = ""
    guards: tuple[GuardTrip, ...] = ()
    guarded: tuple[str, ...] = ()
    summary: Mapping[str, int] = field(default_factory=dict)
    verdicts: tuple[RowVerdict, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    approved: bool = False


class Plans:
    """Reads what a plan depends on, and keeps what was planned."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def planning_input(self) -> PlanningInput:
        """Return everything a plan depends on."""
        return read_input(self._store)

    def store(self, run_id: str, made: Plan) -> None:
        """Keep a plan, in one transaction with what it changes at once."""
        stamp = self._store.stamp()
        with self._store.write() as connection:
            _supersede(connection, stamp)
            _insert_plan(connection, run_id, made, stamp)
            _note_rows(connection, made)
            note_happenings(connection, made.happenings, run_id, stamp)
            note_watches(connection, made.watches)
            if made.intents:
                connection.execute(insert(intent), [intent_columns(i) for i in made.intents])
            _know_spreadsheet(connection)
            if made.status is PlanStatus.DELIVERABLE:
                note_reason(connection, run_id)
                self._take_effect(connection, run_id, made, stamp)

    def newest(self) -> StoredPlan | None:
        """Return the plan stored last."""
        with self._store.read() as connection:
            row = newest_plan(connection)
            return stored_plan(connection, row) if row else None

    def intents(self, plan_id: str) -> tuple[Intent, ...]:
        """Return a plan's intents in delivery order."""
        query = select(intent).where(intent.c.plan_id == plan_id).order_by(intent.c.seq)
        with self._store.read() as connection:
            return tuple(map(intent_of, connection.execute(query)))

    def approve(self, plan_id: str, keep: str, by: str, *, reason: str = "") -> None:
        """Let the next plan pass that does no more than this one shows.

        Args:
            plan_id: The plan that waits.
            keep: Who is right where both sides differed when first matched.
            by: Whose answer it is.
            reason: Given, the next plan passes whatever it shows; kept with the run that it passes in.

        Raises:
            ConfigError: ``plan_not_waiting``; there is nothing to approve.
        """
        with self._store.write() as connection:
            row = newest_plan(connection)
            if row is None or row.plan_id != plan_id or row.status != str(PlanStatus.WAITING):
                raise ConfigError(
                    "This plan does not wait for an approval.",
                    code="plan_not_waiting",
                    remedy="Look at the newest plan with `outreach plan`.",
                )
            columns = {"guarded": row.guarded, "keep": keep, "by": by, "used_by_plan": ""}
            columns |= {"force": bool(reason), "reason": reason, "at": self._store.stamp()}
            upsert(connection, approval, [{"plan_id": plan_id, **columns}])

    def _take_effect(self, connection: Connection, run_id: str, made: Plan, stamp: str) -> None:
        _settle(connection, run_id, made, stamp)
        note_done(connection, made.effects, run_id, stamp)
        note_missed(connection, made.missed, stamp)
        note_pulled(connection, made.pulled)
        know_companies(connection, made.companies, stamp)
        _change_links(connection, run_id, made.links, stamp)
        _forget_bases(connection, made)
        _move_bases(connection, run_id, made.base_moves, stamp)
        close_conflicts(connection, run_id, made, stamp)
        _forget_retries(connection, made)
        end_undos(connection, made.undone, run_id, stamp)
        open_conflicts_of(connection, self._store.new_id, run_id, made.conflicts, stamp)
        write_meta(connection, FINGERPRINT, made.fingerprint)
        header = connection.execute(select(snapshot.c.header)).scalar()
        write_meta(connection, HEADER, header_text(tuple(header or ())))
        if made.links or any(i.kind is not IntentKind.ROW_ID for i in made.intents):
            write_meta(connection, FIRST_SYNC_PLANNED, "yes")


def newest_plan(connection: Connection, *, of_a_sync: bool = False) -> Any:
    """Return the row of the plan stored last, an import's too unless one of a sync is asked for."""
    query = select(plan).order_by(plan.c.seq.desc())
    if not of_a_sync:
        return connection.execute(query.limit(1)).first()
    return next((row for row in connection.execute(query) if not is_import(row)), None)


def is_import(row: Any) -> bool:
    """Tell whether a stored plan is one of an import."""
    return IMPORTED in (row.summary or {})


def _supersede(connection: Connection, stamp: str) -> None:
    """Drop what older plans left open; what is in doubt stays until a plan settles it."""
    connection.execute(
        update(intent)
        .where(intent.c.state == str(IntentState.OPEN))
        .values(state=str(IntentState.DROPPED), outcome="superseded", closed_at=stamp, payload=None)
    )


def _insert_plan(connection: Connection, run_id: str, made: Plan, stamp: str) -> None:
    connection.execute(
        insert(plan).values(
            plan_id=made.plan_id,
            run_id=run_id,
            status=str(made.status),
            created_at=stamp,
            generation=read_meta(connection, GENERATION),
            fingerprint=made.fingerprint,
            hash=made.hash,
            guards=[
                {"guard": g.guard, "message": g.message, "items": g.items, "clearable": g.clearable}
                for g in made.guards
            ],
            guarded=list(made.guarded),
            summary=dict(made.summary),
            verdicts=[[v.rid, v.row, str(v.bucket), str(v.state), v.note] for v in made.verdicts],
            conflicts=[conflict_json(c) for c in made.conflicts],
        )
    )


def _note_rows(connection: Connection, made: Plan) -> None:
    """Note ids that were read back, and those minted; that a row went counts when it takes effect."""
    minted = {i.rid for i in made.intents if i.kind in (IntentKind.ROW_ID, IntentKind.ROWS)}
    number = connection.execute(select(func.count()).select_from(row_id)).scalar() or 0
    known = set(connection.execute(select(row_id.c.rid)).scalars())
    effective = made.status is PlanStatus.DELIVERABLE
    changed = [row for row in made.rows if effective or row.present]
    changed += [KnownRow(rid, confirmed=False, present=False) for rid in sorted(minted - known)]
    for row in changed:
        columns: dict[str, Any] = {
            "rid": row.rid,
            "confirmed": row.confirmed,
            "present": row.present,
        }
        if row.rid not in known:
            number += 1
            columns |= {"created_seq": number, "minted": row.rid in minted}
        upsert(connection, row_id, [columns])


def _know_spreadsheet(connection: Connection) -> None:
    """Remember the first spreadsheet and tab that were planned; another one is a copy."""
    shown = connection.execute(select(snapshot.c.spreadsheet_id, snapshot.c.gid)).first()
    if shown is not None and not read_meta(connection, SPREADSHEET_ID):
        write_meta(connection, SPREADSHEET_ID, shown.spreadsheet_id)
        write_meta(connection, GID, str(shown.gid) if shown.gid is not None else "")


def _settle(connection: Connection, run_id: str, made: Plan, stamp: str) -> None:
    """Close the writes whose acknowledgement was lost; those that landed go into the history."""
    moved = {(move.rid, move.side, move.field): move.value for move in made.base_moves}
    for intent_id, state in made.settled.items():
        doubtful = (intent.c.intent_id == intent_id) & (intent.c.state == str(IntentState.IN_DOUBT))
        found = connection.execute(select(intent).where(doubtful)).first()
        if found is None:
            continue
        closed = {"state": str(state), "outcome": "settled", "closed_at": stamp, "payload": None}
        connection.execute(update(intent).where(doubtful).values(**closed))
        planned = intent_of(found)
        if state is IntentState.DONE:
            if planned.event_key:
                connection.execute(insert(change), [told_columns(planned, run_id, stamp)])
            landed = {n: moved.get((planned.rid, planned.side, n)) for n in planned.changes}
            rows = [
                {**change_columns(planned, name, value), "run_id": run_id, "at": stamp}
                for name, value in landed.items()
                if value is not None
            ]
            if rows:
                connection.execute(insert(change), rows)


def _change_links(connection: Connection, run_id: str, links: Sequence[Link], stamp: str) -> None:
    """Let go of records before others take them: the database allows one active link each."""
    for changed in sorted(links, key=lambda found: found.state is LinkState.ACTIVE):
        put_link(connection, changed, run_id, stamp)
        if changed.history and changed.state is LinkState.ACTIVE:
            _look_at(connection, changed, stamp)


def _look_at(connection: Connection, changed: Link, stamp: str) -> None:
    """Have a record that a link was moved to looked up, unless it was read with this run."""
    where = {"side": str(changed.side), "object": changed.object, "record_id": changed.record_id}
    known = select(crm_record.c.record_id).filter_by(**where)
    if connection.execute(known).first() is None:
        upsert(connection, hint, [{**where, "at": stamp}])


def put_link(connection: Connection, changed: Link, run_id: str, stamp: str) -> None:
    """Make or change a link."""
    where = (link.c.rid == changed.rid) & (link.c.side == str(changed.side))
    columns = {
        "object": changed.object,
        "record_id": changed.record_id,
        "state": str(changed.state),
        "history": list(changed.history),
        "changed_at": stamp,
    }
    if connection.execute(update(link).where(where).values(**columns)).rowcount:
        return
    key = {"rid": changed.rid, "side": str(changed.side)}
    made = {"created_run": run_id, "verified_at": stamp}
    connection.execute(insert(link).values(**key, **columns, **made))


def _forget_bases(connection: Connection, made: Plan) -> None:
    """Forget what rows and sides agreed on that meet anew."""
    for rid, side in made.forgotten:
        connection.execute(delete(base).where(base.c.rid == rid, base.c.side == str(side)))


def _move_bases(connection: Connection, run_id: str, moves: Sequence[BaseMove], stamp: str) -> None:
    rows = {
        (m.rid, m.side, m.field): {
            "rid": m.rid,
            "side": str(m.side),
            "field": m.field,
            **value_columns(m.value),
            "at": stamp,
            "run_id": run_id,
        }
        for m in moves
    }
    upsert(connection, base, list(rows.values()))


def _forget_retries(connection: Connection, made: Plan) -> None:
    """Forget refusals of writes that are not wanted any more: the row is fine without them."""
    planned = {(i.rid, str(i.side)) for i in made.intents}
    fine = {v.rid for v in made.verdicts if v.bucket in (Bucket.UNCHANGED, Bucket.WRITTEN)}
    failing = select(side_status.c.side).where(side_status.c.state != str(SideState.OK))
    left_alone = set(connection.execute(failing).scalars())
    for row in connection.execute(select(retry.c.rid, retry.c.side)).all():
        if row.rid in fine and (row.rid, row.side) not in planned and row.side not in left_alone:
            connection.execute(
                delete(retry).where(retry.c.rid == row.rid, retry.c.side == row.side)
            )


def stored_plan(connection: Connection, row: Any) -> StoredPlan:
    """Return a plan as it was stored."""
    approved = select(approval.c.plan_id).where(approval.c.plan_id == row.plan_id)
    return StoredPlan(
        plan_id=row.plan_id,
        run_id=row.run_id,
        status=PlanStatus(row.status),
        created_at=time_from_text(row.created_at),
        hash=row.hash,
        fingerprint=row.fingerprint,
        generation=row.generation,
        guards=tuple(
            GuardTrip(g["guard"], g["message"], tuple(g["items"]), g["clearable"])
            for g in row.guards or ()
        ),
        guarded=tuple(row.guarded or ()),
        summary=dict(row.summary or {}),
        verdicts=verdicts_of(row),
        conflicts=tuple(conflict_of(c) for c in row.conflicts or ()),
        approved=connection.execute(approved).first() is not None,
    )


def verdicts_of(row: Any) -> tuple[RowVerdict, ...]:
    """Return what a stored plan says of each row."""
    return tuple(
        RowVerdict(rid, number, Bucket(bucket), RowState(state), note)
        for rid, number, bucket, state, note in row.verdicts or ()
    )
