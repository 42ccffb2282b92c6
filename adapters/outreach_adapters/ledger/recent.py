"""What the last runs wrote, field by field: whether a field is written to and fro is seen in it.

The rule: only fields that were written often enough to tell are read; usually there are none.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, select

from outreach_adapters.ledger.runs import RUNNING
from outreach_adapters.ledger.schema import change, run
from outreach_core.model import FieldValue, Side, Why
from outreach_core.model.recent import FEWEST, RUNS, RecentWrite


def recent_writes(connection: Connection) -> dict[tuple[str, str], tuple[RecentWrite, ...]]:
    """Return, by row id and field, the writes of the last runs, the oldest first."""
    ended = run.c.status != RUNNING
    newest = (
        select(run.c.run_id).where(ended).order_by(run.c.started_at.desc(), run.c.run_id.desc())
    )
    runs = list(connection.execute(newest.limit(RUNS)).scalars())
    of_late = change.c.run_id.in_(runs)
    often = (
        select(change.c.rid, change.c.field)
        .where(of_late)
        .group_by(change.c.rid, change.c.field)
        .having(func.count() >= FEWEST)
        .subquery()
    )
    same = and_(change.c.rid == often.c.rid, change.c.field == often.c.field)
    columns = (change.c.rid, change.c.field, change.c.side, change.c.new, change.c.why)
    query = select(*columns).join(often, same).where(of_late).order_by(change.c.seq)
    found: dict[tuple[str, str], list[RecentWrite]] = {}
    for row in connection.execute(query):
        write = RecentWrite(Side(row.side), FieldValue.from_json(row.new).key, Why(row.why))
        found.setdefault((row.rid, row.field), []).append(write)
    return {where: tuple(writes) for where, writes in found.items()}
