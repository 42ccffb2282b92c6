"""Everything our tabs are computed from, read once in one state of the database.

The rule: facts only; what a person reads of them is decided in the views, which are pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from outreach_adapters.ledger.calls import Calls, read_calls
from outreach_adapters.ledger.conversions import time_from_text
from outreach_adapters.ledger.importing import TAB
from outreach_adapters.ledger.plans import StoredPlan, newest_plan, stored_plan
from outreach_adapters.ledger.questions import read_questions
from outreach_adapters.ledger.rendering import address_of
from outreach_adapters.ledger.renderings import portals_of, row_states
from outreach_adapters.ledger.schema import (
    base,
    change,
    conflict,
    link,
    run,
    sheet_row,
    side_status,
    snapshot,
)
from outreach_adapters.ledger.schema_imports import import_fact
from outreach_adapters.ledger.screens_shown import ledger_in_charge
from outreach_adapters.ledger.switches import read_pause
from outreach_adapters.ledger.upgrade import GENERATION
from outreach_adapters.ledger.writes import read_meta
from outreach_core.model import (
    CRM_SIDES,
    FieldValue,
    LinkState,
    Side,
    SideState,
    SideStatus,
    fields_from_json,
)
from outreach_core.model.planning import Link, Pause, RowState
from outreach_core.model.questions import Question
from outreach_core.model.screens import MOST_LOG_LINES

RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Ended:
    """How and when a question was closed."""

    status: str
    at: datetime | None
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that was written."""

    seq: int
    run_id: str
    rid: str
    field: str
    side: Side
    old: FieldValue
    new: FieldValue
    why: str
    evidence: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangedRun:
    """A run that changed something, and how many fields where."""

    run_id: str
    job: str
    started: datetime | None
    counts: Mapping[Side, int]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the views are computed from."""

    labels: Mapping[str, str]
    time_zone: str
    spreadsheet_id: str
    gid: int | None
    names: Mapping[str, str]  # what to call a row, by its id
    rows: Mapping[str, int]
    plan: StoredPlan | None
    states: Mapping[RowState, int]
    questions: tuple[Question, ...] = ()
    paused: Pause | None = None
    ended: Mapping[str, Ended] = field(default_factory=dict)
    addresses: Mapping[tuple[str, Side], str] = field(default_factory=dict)
    statuses: Mapping[Side, SideStatus] = field(default_factory=dict)
    calls: Mapping[Side, Calls] = field(default_factory=dict)
    generation: str = ""  # of this ledger
    in_charge: str = ""  # of the ledger that the tab names
    crms: tuple[Side, ...] = ()
    last_change: datetime | None = None
    runs: tuple[ChangedRun, ...] = ()
    changes: tuple[Changed, ...] = ()  # newest first
    run_names: Mapping[str, tuple[str, datetime | None]] = field(default_factory=dict)


def facts_of(connection: Connection, labels: Mapping[str, str]) -> Facts:
    """Read them."""
    tab = _tab(connection)
    made = newest_plan(connection)
    names, rows = _rows(connection)
    portals = portals_of(connection)
    statuses = _statuses(connection)
    run_names = _run_names(connection)
    newest = select(change).order_by(change.c.seq.desc()).limit(MOST_LOG_LINES)
    changes = tuple(map(_changed, connection.execute(newest)))
    return Facts(
        labels=labels,
        time_zone=str(tab.get("time_zone") or ""),
        spreadsheet_id=str(tab.get("spreadsheet_id") or ""),
        gid=tab.get("gid"),
        names=names,
        rows=rows,
        plan=stored_plan(connection, made) if made else None,
        states=Counter(row_states(connection).values()),
        questions=read_questions(connection, names),
        paused=read_pause(connection),
        ended=_ended(connection),
        addresses=_addresses(connection, portals),
        statuses=statuses,
        calls=read_calls(connection),
        generation=read_meta(connection, GENERATION),
        in_charge=ledger_in_charge(connection),
        crms=tuple(side for side in CRM_SIDES if side in portals or side in statuses),
        last_change=changes[0].at if changes else None,
        runs=_changed_runs(connection, run_names),
        changes=changes,
        run_names=run_names,
    )


def _tab(connection: Connection) -> Mapping[str, Any]:
    """Return where the outreach tab is; an import knows before a sync has read it."""
    shown: Any = connection.execute(select(snapshot)).mappings().first()
    if shown is not None:
        return dict(shown)
    found = connection.execute(select(import_fact.c.content).where(import_fact.c.name == TAB))
    return found.scalar() or {}


def _rows(connection: Connection) -> tuple[dict[str, str], dict[str, int]]:
    """Return what to call each row, and where it was read; who was not read is called as last agreed."""
    query = select(sheet_row).where(sheet_row.c.slot == "current", sheet_row.c.sync_id.is_not(None))
    names, rows = _agreed_names(connection), dict[str, int]()
    for row in connection.execute(query.order_by(sheet_row.c.row.desc())):
        shown = fields_from_json(row.fields)
        found = [shown[n].value for n in _NAMED_BY if n in shown and not shown[n].blank]
        names[row.sync_id] = " ".join(str(found[0]).split()) if found else f"row {row.row}"
        rows[row.sync_id] = row.row
    return names, rows


def _agreed_names(connection: Connection) -> dict[str, str]:
    """Return the names that both sides agreed on last, by row id."""
    agreed = select(base.c.rid, base.c.field, base.c.value).where(
        base.c.side == str(Side.SHEET), base.c.field.in_(_NAMED_BY), base.c.value.is_not(None)
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(agreed):
        found[row.rid][row.field] = " ".join(row.value.split())
    return {
        rid: next(names[field] for field in _NAMED_BY if field in names)
        for rid, names in found.items()
    }


_NAMED_BY = ("business_name", "email", "contact_person")


def _ended(connection: Connection) -> dict[str, Ended]:
    query = select(conflict).where(conflict.c.status != "open")
    return {
        row.conflict_id: Ended(row.status, time_from_text(row.closed_at), row.choice or "")
        for row in connection.execute(query)
    }


def _addresses(connection: Connection, portals: Mapping[Side, str]) -> dict[tuple[str, Side], str]:
    """Return where each row's record is seen, by row id and CRM."""
    query = select(link).where(link.c.state == str(LinkState.ACTIVE))
    found = {}
    for row in connection.execute(query):
        side = Side(row.side)
        own = Link(row.rid, side, row.object, row.record_id)
        address = address_of(own, portals.get(side, ""))
        if address:
            found[row.rid, side] = address
    return found


def _statuses(connection: Connection) -> dict[Side, SideStatus]:
    return {
        Side(row.side): SideStatus(Side(row.side), SideState(row.state), row.code, row.message)
        for row in connection.execute(select(side_status))
    }


def _run_names(connection: Connection) -> dict[str, tuple[str, datetime | None]]:
    query = select(run.c.run_id, run.c.job, run.c.started_at)
    return {
        row.run_id: (row.job, time_from_text(row.started_at)) for row in connection.execute(query)
    }


def _changed(row: Any) -> Changed:
    return Changed(
        row.seq,
        row.run_id,
        row.rid,
        row.field,
        Side(row.side),
        FieldValue.from_json(row.old),
        FieldValue.from_json(row.new),
        row.why,
        row.evidence,
        time_from_text(row.at),
    )


def _changed_runs(
    connection: Connection, names: Mapping[str, tuple[str, datetime | None]]
) -> tuple[ChangedRun, ...]:
    """Return the last runs that changed something, newest first."""
    newest = (
        select(change.c.run_id, func.max(change.c.seq).label("last"))
        .group_by(change.c.run_id)
        .order_by(func.max(change.c.seq).desc())
        .limit(RUNS_SHOWN)
    )
    ids = [row.run_id for row in connection.execute(newest)]
    counted = (
        select(change.c.run_id, change.c.side, func.count().label("n"))
        .where(change.c.run_id.in_(ids))
        .group_by(change.c.run_id, change.c.side)
    )
    counts: dict[str, dict[Side, int]] = defaultdict(dict)
    row: Any
    for row in connection.execute(counted):
        counts[row.run_id][Side(row.side)] = row.n
    return tuple(
        ChangedRun(run_id, *names.get(run_id, ("", None)), counts[run_id]) for run_id in ids
    )
