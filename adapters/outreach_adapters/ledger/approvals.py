"""How long a person's approval holds.

The rule: until a run that may use it, with every CRM it is about, has delivered everything it planned for
them, and the rows of an import. A run that was killed, or met an outage half-way, is finished by the next
one without asking again; what was not shown is asked about. (Cells do not count: one with a formula in it
is held for ever.)
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select, update

from outreach_adapters.ledger.schema import approval, intent, plan, run, side_status
from outreach_adapters.ledger.writes import read_meta, write_meta
from outreach_core.model import IntentKind, IntentState, OutcomeKind, SideState
from outreach_core.model.importing import IMPORTED, ITEM
from outreach_core.model.planning import BEYOND, PlanStatus

FIRST_SYNC_PLANNED = "first_sync_planned"  # a first plan was approved: delivery has begun
FIRST_SYNC_DONE = "first_sync_done"  # ... and has come to its end: no more previews

# of what is told, only what is not settled counts: an e-mail to somebody who was refused is held for ever
_RECORDS = (str(IntentKind.RECORD), str(IntentKind.ROWS))
_TOLD = (str(IntentKind.COMPANY), str(IntentKind.EFFECT))
_UNSETTLED = (str(IntentState.OPEN), str(IntentState.IN_DOUBT))


def use_up(connection: Connection, run_id: str) -> None:
    """End what a person allowed, if this run has delivered all of its plan."""
    made = connection.execute(select(plan).order_by(plan.c.seq.desc()).limit(1)).first()
    if made is None or made.run_id != run_id or made.status != str(PlanStatus.DELIVERABLE):
        return
    if _left_out(connection, run_id) or _left_over(connection, made.plan_id):
        return
    if (made.summary or {}).get(BEYOND):
        return  # more was allowed than one run may write
    unused = select(approval).where(approval.c.used_by_plan == "")
    for given in connection.execute(unused).all():
        if IMPORTED in (made.summary or {}) and not _is_of_import(given.guarded):
            continue  # a sync's: an import delivers nothing of what it allowed
        used = update(approval).where(approval.c.plan_id == given.plan_id)
        connection.execute(used.values(used_by_plan=made.plan_id))
    if read_meta(connection, FIRST_SYNC_PLANNED):
        write_meta(connection, FIRST_SYNC_DONE, "yes")


def note_reason(connection: Connection, run_id: str) -> None:
    """Keep with a run why a person let it pass its guards."""
    newest = select(approval.c.reason).where(approval.c.used_by_plan == "", approval.c.force)
    reason = connection.execute(newest.order_by(approval.c.at.desc()).limit(1)).scalar()
    if reason:
        connection.execute(update(run).where(run.c.run_id == run_id).values(reason=reason))


def _left_out(connection: Connection, run_id: str) -> bool:
    """Tell whether a side could not be used in this run, so that nothing was planned for it."""
    failed = select(side_status.c.side).where(
        side_status.c.run_id == run_id, side_status.c.state != str(SideState.OK)
    )
    return connection.execute(failed.limit(1)).first() is not None


def _left_over(connection: Connection, plan_id: str) -> bool:
    """Tell whether a plan has writes that did not come to their end."""
    held = intent.c.kind.in_(_RECORDS) & (intent.c.outcome == str(OutcomeKind.HELD))
    unsettled = intent.c.kind.in_((*_RECORDS, *_TOLD)) & intent.c.state.in_(_UNSETTLED)
    left = select(intent.c.intent_id).where(intent.c.plan_id == plan_id, or_(held, unsettled))
    return connection.execute(left.limit(1)).first() is not None


def _is_of_import(guarded: Sequence[str] | None) -> bool:
    return any(item.endswith(ITEM) for item in guarded or ())
