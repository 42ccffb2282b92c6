"""How long a person's approval holds.

The rule: until a run that may use it has delivered everything it planned for the CRM, and the rows of an
import. A run that was killed, or met an outage half-way, is finished by the next one without asking again;
what was not shown is asked about. (Cells do not count: one with a formula in it is held for ever.)
"""

from __future__ import annotations

from sqlalchemy import Connection, or_, select, update

from outreach_adapters.ledger.schema import approval, intent, plan
from outreach_adapters.ledger.writes import read_meta, write_meta
from outreach_core.model import IntentKind, IntentState, OutcomeKind
from outreach_core.model.planning import PlanStatus

FIRST_SYNC_PLANNED = "first_sync_planned"  # a first plan was approved: delivery has begun
FIRST_SYNC_DONE = "first_sync_done"  # ... and has come to its end: no more previews

_UNSETTLED = (str(IntentState.OPEN), str(IntentState.IN_DOUBT))


def use_up(connection: Connection, run_id: str) -> None:
    """End what a person allowed, if this run has delivered all of its plan."""
    made = connection.execute(select(plan).order_by(plan.c.seq.desc()).limit(1)).first()
    if made is None or made.run_id != run_id or made.status != str(PlanStatus.DELIVERABLE):
        return
    left = select(intent.c.intent_id).where(
        intent.c.plan_id == made.plan_id,
        intent.c.kind.in_((str(IntentKind.RECORD), str(IntentKind.ROWS))),
        or_(intent.c.state.in_(_UNSETTLED), intent.c.outcome == str(OutcomeKind.HELD)),
    )
    if connection.execute(left.limit(1)).first() is not None:
        return
    unused = approval.c.used_by_plan == ""
    connection.execute(update(approval).where(unused).values(used_by_plan=made.plan_id))
    if read_meta(connection, FIRST_SYNC_PLANNED):
        write_meta(connection, FIRST_SYNC_DONE, "yes")
