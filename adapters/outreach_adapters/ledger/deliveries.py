"""Hands out planned writes and takes in what became of them.

The rule: the only place, besides a plan that says the sides agree, where a base moves; it moves to what
the destination returned. An outcome that was recorded already changes nothing.

    written    bases, changes, link of a create, staged copy; retry forgotten, and kept anew for
               fields whose values the destination cannot hold
    adopted    as written, but the base becomes what was sent: a person may have edited since
    held       nothing; the next run plans again
    rejected   kept for retry until its input changes
    gone       nothing; the record is looked up with the next run, a company too
    taken      nothing; the record it names is looked up with the next run
    unknown    stays in doubt; the next run looks it up and settles it
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, delete, or_, select, update

from outreach_adapters.ledger.bookkeeping import Bookkeeping
from outreach_adapters.ledger.conflicts import decided_fields, settle_answers
from outreach_adapters.ledger.conversions import intent_of, time_from_text
from outreach_adapters.ledger.effects import (
    company_ids,
    forget_company,
    linked_ids,
    note_doubt,
    note_refused,
)
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.importing import note_end
from outreach_adapters.ledger.plans import newest_plan
from outreach_adapters.ledger.renderings import Wanted, confirm, dirty
from outreach_adapters.ledger.runs import current_run_id
from outreach_adapters.ledger.schema import crm_record, hint, intent, link, plan, retry, row_id
from outreach_adapters.ledger.upgrade import GENERATION
from outreach_adapters.ledger.writes import chunks, read_meta, upsert
from outreach_core.errors import Fatal
from outreach_core.model import (
    Intent,
    IntentKind,
    IntentState,
    Outcome,
    OutcomeKind,
    Side,
)
from outreach_core.model.hashing import input_hash
from outreach_core.model.planning import PlanStatus

PLAN_MAX_AGE_SECONDS = 3600

_CLOSED_AS = {
    OutcomeKind.WRITTEN: IntentState.DONE,
    OutcomeKind.ADOPTED: IntentState.DONE,
    OutcomeKind.HELD: IntentState.DROPPED,
    OutcomeKind.REJECTED: IntentState.FAILED,
    OutcomeKind.GONE: IntentState.DROPPED,
    OutcomeKind.TAKEN: IntentState.DROPPED,
}
_ROWS_OWN = (IntentKind.ROW_ID, IntentKind.RECORD, IntentKind.CELLS, IntentKind.ROWS)
_COMPANIES = (IntentKind.COMPANY,)
_UNSETTLED = [str(IntentState.OPEN), str(IntentState.IN_DOUBT)]


class Deliveries:
    """Hands out planned writes and takes in what became of them."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def open_intents(
        self,
        side: Side,
        kind: IntentKind,
        after_seq: int = 0,
        limit: int = 500,
        max_age_seconds: float = PLAN_MAX_AGE_SECONDS,
        objects: Sequence[str] = (),
    ) -> list[Intent]:
        """Return a page of open intents of the newest plan, as far as it may be delivered.

        `objects` names the objects they are about; all unless given.

        Raises:
            Fatal: ``plan_too_old`` or ``other_generation``; a new plan has to be made.
        """
        with self._store.read() as connection:
            made = newest_plan(connection)
            if made is None or not _deliverable(made.status, kind):
                return []
            confirmed = select(row_id.c.rid).where(row_id.c.confirmed)
            query = (
                select(intent)
                .where(intent.c.plan_id == made.plan_id, intent.c.seq > after_seq)
                .where(intent.c.side == str(side), intent.c.kind == str(kind))
                .where(intent.c.state == str(IntentState.OPEN))
                .where(or_(~intent.c.needs_row_id, intent.c.rid.in_(confirmed)))
                .order_by(intent.c.seq)
                .limit(limit)
            )
            if objects:
                query = query.where(intent.c.object.in_(list(objects)))
            page = list(map(intent_of, connection.execute(query)))
            if page:
                self._refuse_stale(connection, made, max_age_seconds)
        return page

    def _refuse_stale(self, connection: Connection, made: object, max_age: float) -> None:
        if made.generation != read_meta(connection, GENERATION):  # type: ignore[attr-defined]
            raise Fatal(
                "The plan belongs to another ledger.",
                code="other_generation",
                remedy="Run the whole job.",
            )
        created = time_from_text(made.created_at)  # type: ignore[attr-defined]
        if created is None or self._store.now() - created > timedelta(seconds=max_age):
            raise Fatal(
                "The plan is too old: what it was made from may have changed.",
                code="plan_too_old",
                remedy="Run the whole job.",
            )

    def mark_in_doubt(self, intent_ids: Sequence[str]) -> None:
        """Note, before a call, which intents it carries out."""
        stamp = self._store.stamp()
        with self._store.write() as connection:
            for some in chunks(list(intent_ids)):
                connection.execute(
                    update(intent)
                    .where(intent.c.intent_id.in_(some))
                    .where(intent.c.state == str(IntentState.OPEN))
                    .values(state=str(IntentState.IN_DOUBT), marked_at=stamp)
                )
                told = select(intent).where(intent.c.intent_id.in_(some), intent.c.event_key != "")
                doubtful = list(map(intent_of, connection.execute(told)))
                note_doubt(connection, doubtful, current_run_id(connection), stamp)

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Note, after a call, what became of its intents; all in one transaction."""
        if not outcomes:
            return
        stamp = self._store.stamp()
        with self._store.write() as connection:
            books = Bookkeeping(connection, current_run_id(connection), stamp)
            closed: list[Intent] = []
            for outcome in outcomes:
                row = connection.execute(
                    select(intent).where(intent.c.intent_id == outcome.intent_id)
                ).first()
                if row is not None and row.state in _UNSETTLED:
                    closed.append(intent_of(row))
                    self._close(connection, books, closed[-1], outcome, stamp)
            note_end(connection, closed)

    def _close(
        self,
        connection: Connection,
        books: Bookkeeping,
        planned: Intent,
        outcome: Outcome,
        stamp: str,
    ) -> None:
        match outcome.kind:
            case OutcomeKind.WRITTEN | OutcomeKind.ADOPTED:
                books.acknowledge(planned, outcome, _planned_at(connection, planned))
                if planned.kind in _ROWS_OWN:
                    _forget_retry(connection, planned)
                if outcome.unfit and not _is_asked_again(planned, outcome.unfit):
                    _keep_for_retry(connection, _left_out(planned, outcome), outcome, stamp)
            case OutcomeKind.REJECTED if _is_asked_again(planned, planned.changes):
                pass  # the question says it, in the same words
            case OutcomeKind.REJECTED if planned.kind in _ROWS_OWN:
                _keep_for_retry(connection, planned, outcome, stamp)
            case OutcomeKind.REJECTED:
                note_refused(connection, planned, outcome, _fingerprint(connection, planned), stamp)
            case OutcomeKind.GONE if "company" in outcome.skipped or planned.kind in _COMPANIES:
                forget_company(connection, planned.side, outcome.record_id or "", stamp)
            case OutcomeKind.GONE | OutcomeKind.TAKEN:
                _look_up_later(connection, planned, outcome, stamp)
        state = _CLOSED_AS.get(outcome.kind, IntentState.IN_DOUBT)
        settle_answers(connection, planned, outcome, books.run_id, stamp)
        connection.execute(
            update(intent)
            .where(intent.c.intent_id == planned.intent_id)
            .values(
                state=str(state),
                outcome=str(outcome.kind),
                problem=outcome.problem.message if outcome.problem else "",
                **({} if state is IntentState.IN_DOUBT else {"closed_at": stamp, "payload": None}),
            )
        )

    def linked_ids(self, side: Side, rids: Sequence[str]) -> dict[str, str]:
        """Return the record each row is linked to, as acknowledged until now."""
        with self._store.read() as connection:
            return linked_ids(connection, side, rids)

    def company_ids(self, side: Side, hosts: Sequence[str]) -> dict[str, str]:
        """Return the company of each website host, as acknowledged until now."""
        with self._store.read() as connection:
            return company_ids(connection, side, hosts)

    def unclaimed(self, side: Side) -> frozenset[str]:
        """Return the staged records of a side that carry no row id yet."""
        query = select(crm_record.c.record_id).where(
            crm_record.c.side == str(side), crm_record.c.external_id.is_(None)
        )
        with self._store.read() as connection:
            return frozenset(connection.execute(query).scalars())

    # -- our own columns ------------------------------------------------------------------------

    def dirty_renderings(self) -> dict[str, Wanted]:
        """Return, by row id, what our own columns should show and do not."""
        with self._store.read() as connection:
            return dirty(connection)

    def confirm_renderings(self, shown: Mapping[str, Mapping[str, str]]) -> None:
        """Note what our own columns of rows show now, by row id; all in one transaction."""
        with self._store.write() as connection:
            confirm(connection, shown, self._store.stamp())


def _deliverable(status: str, kind: IntentKind) -> bool:
    """Row ids may be written while a plan waits; a blocked plan delivers nothing."""
    if status == str(PlanStatus.WAITING):
        return kind is IntentKind.ROW_ID
    return status == str(PlanStatus.DELIVERABLE)


def _person_object(connection: Connection, planned: Intent) -> str:
    query = select(link.c.object).where(link.c.rid == planned.rid, link.c.side == str(planned.side))
    return connection.execute(query).scalar() or planned.object


def _planned_at(connection: Connection, planned: Intent) -> str:
    query = select(plan.c.created_at).where(plan.c.plan_id == planned.plan_id)
    return connection.execute(query).scalar() or ""


def _left_out(planned: Intent, outcome: Outcome) -> Intent:
    """Return the write that is still wanted: the next plan holds just these fields."""
    left = {n: c for n, c in planned.changes.items() if n in outcome.unfit}
    return replace(planned, changes=left)


def _is_asked_again(planned: Intent, refused: Collection[str]) -> bool:
    """Tell whether all that was refused is the answer to a question, which stays open."""
    return bool(refused) and set(refused) <= set(decided_fields(planned))


def _forget_retry(connection: Connection, planned: Intent) -> None:
    connection.execute(
        delete(retry).where(retry.c.rid == planned.rid, retry.c.side == str(planned.side))
    )


def _keep_for_retry(connection: Connection, planned: Intent, outcome: Outcome, stamp: str) -> None:
    where = (retry.c.rid == planned.rid) & (retry.c.side == str(planned.side))
    known = connection.execute(select(retry).where(where)).first()
    fingerprint = _fingerprint(connection, planned)
    problem = outcome.problem
    columns = {
        "rid": planned.rid,
        "side": str(planned.side),
        "attempts": (known.attempts if known else 0) + 1,
        "input_hash": input_hash(planned.changes, fingerprint),
        "error_code": problem.code if problem else "rejected",
        "error_text": f"{problem.message} {problem.remedy}".strip() if problem else "",
        "vendor_message": outcome.vendor_message,
        "first_failed": known.first_failed if known else stamp,
        "last_failed": stamp,
        "ignored": False,
    }
    upsert(connection, retry, [columns])


def _fingerprint(connection: Connection, planned: Intent) -> str:
    query = select(plan.c.fingerprint).where(plan.c.plan_id == planned.plan_id)
    return connection.execute(query).scalar() or ""


def _look_up_later(connection: Connection, planned: Intent, outcome: Outcome, stamp: str) -> None:
    record_id = outcome.record_id or planned.record_id
    if not record_id or planned.side is Side.SHEET:
        return
    obj = planned.object if planned.kind in _ROWS_OWN else _person_object(connection, planned)
    columns = {"side": str(planned.side), "object": obj, "record_id": record_id}
    upsert(connection, hint, [{**columns, "at": stamp}])
