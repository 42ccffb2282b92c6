"""Reads everything a plan depends on, in one state of the database.

The rule: look-ups count only in the run that asked them; memory ages, and a create needs a fresh answer.
The one exception is said where it is made.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from outreach_adapters.ledger.approvals import FIRST_SYNC_DONE
from outreach_adapters.ledger.asked import open_conflicts
from outreach_adapters.ledger.calls import read_calls
from outreach_adapters.ledger.conversions import (
    intent_of,
    link_of,
    lookup_of,
    record_of,
    sheet_row_of,
    snapshot_of,
    time_to_text,
    value_of,
)
from outreach_adapters.ledger.effects import (
    read_companies,
    read_effects,
    read_happenings,
    read_watches,
)
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.recent import recent_writes
from outreach_adapters.ledger.runs import current_run_id
from outreach_adapters.ledger.schema import (
    approval,
    base,
    crm_record,
    intent,
    link,
    lookup,
    retry,
    row_id,
    sheet_row,
    side_status,
    snapshot,
)
from outreach_adapters.ledger.screens_shown import ledger_in_charge
from outreach_adapters.ledger.switches import read_pause
from outreach_adapters.ledger.undo import open_undos
from outreach_adapters.ledger.upgrade import GENERATION
from outreach_adapters.ledger.writes import read_meta
from outreach_core.model import (
    FieldValue,
    IntentState,
    LookupStatus,
    Side,
    SideState,
    SideStatus,
)
from outreach_core.model.planning import (
    Approval,
    KnownRow,
    PlanningInput,
    Retry,
)

FINGERPRINT = "fingerprint"
SPREADSHEET_ID = "spreadsheet_id"
GID = "gid"
HEADER = "header"
ABSENT_FOR = timedelta(hours=1)
_SEPARATOR = "\x1f"


def read_input(store: Store) -> PlanningInput:
    """Return the planning input as it is now."""
    with store.read() as connection:
        found = connection.execute(select(snapshot)).first()
        shown = snapshot_of(found) if found else None
        gid = read_meta(connection, GID)
        return PlanningInput(
            snapshot=shown,
            rows=_rows(connection),
            records={(r.side, r.object, r.record_id): r for r in _records(connection)},
            lookups=_lookups(connection, store.now()),
            links=tuple(map(link_of, connection.execute(select(link)))),
            known_rows=_known_rows(connection),
            bases=_bases(connection),
            conflicts=open_conflicts(connection),
            left_over=_left_over(connection),
            retries=_retries(connection),
            statuses=_statuses(connection),
            approval=_approval(connection),
            first_sync_done=bool(read_meta(connection, FIRST_SYNC_DONE)),
            fingerprint=read_meta(connection, FINGERPRINT),
            generation=read_meta(connection, GENERATION),
            in_charge=ledger_in_charge(connection),
            spreadsheet_id=read_meta(connection, SPREADSHEET_ID),
            gid=int(gid) if gid else None,
            header=header_of(read_meta(connection, HEADER)),
            previous_read_at=shown.previous_read_at if shown else None,
            recent=recent_writes(connection),
            happenings=read_happenings(connection),
            watches=read_watches(connection),
            effects=read_effects(connection),
            companies=read_companies(connection),
            undos=open_undos(connection),
            paused=read_pause(connection),
            calls={side: calls.used for side, calls in read_calls(connection).items()},
            now=store.now(),
        )


def header_of(text: str) -> tuple[str, ...]:
    """Return the header kept as one text."""
    return tuple(text.split(_SEPARATOR)) if text else ()


def header_text(header: tuple[str, ...]) -> str:
    """Return a header as one text."""
    return _SEPARATOR.join(header)


def _rows(connection: Connection) -> Any:
    query = select(sheet_row).where(sheet_row.c.slot == "current").order_by(sheet_row.c.row)
    return tuple(map(sheet_row_of, connection.execute(query)))


def _records(connection: Connection) -> Any:
    return map(record_of, connection.execute(select(crm_record)))


def _lookups(connection: Connection, now: datetime) -> Any:
    own = lookup.c.run_id == current_run_id(connection)
    query = select(lookup).where(or_(own, still_absent(now)))
    return tuple(map(lookup_of, connection.execute(query.order_by(lookup.c.kind, lookup.c.key))))


def still_absent(now: datetime) -> Any:
    """Select the answers that nobody has an e-mail which are good for an hour.

    HubSpot itself refuses a second contact with an e-mail, so that an old answer costs at most one
    refused create, which names the contact to look up.
    https://developers.hubspot.com/docs/guides/api/crm/objects/contacts
    """
    return and_(
        lookup.c.side == str(Side.HUBSPOT),
        lookup.c.kind == "email",
        lookup.c.status == str(LookupStatus.MISSING),
        lookup.c.staged_at >= time_to_text(now - ABSENT_FOR),
    )


def _known_rows(connection: Connection) -> dict[str, KnownRow]:
    return {
        row.rid: KnownRow(row.rid, row.confirmed, row.present, row.created_seq, row.minted)
        for row in connection.execute(select(row_id))
    }


def _bases(connection: Connection) -> dict[tuple[str, Side], dict[str, FieldValue]]:
    found: dict[tuple[str, Side], dict[str, FieldValue]] = {}
    for row in connection.execute(select(base)):
        found.setdefault((row.rid, Side(row.side)), {})[row.field] = value_of(row)
    return found


def _left_over(connection: Connection) -> Any:
    query = select(intent).where(intent.c.state == str(IntentState.IN_DOUBT))
    return tuple(map(intent_of, connection.execute(query.order_by(intent.c.intent_id))))


def _retries(connection: Connection) -> tuple[Retry, ...]:
    return tuple(
        Retry(
            row.rid,
            Side(row.side),
            row.attempts,
            row.input_hash,
            row.error_code,
            row.error_text,
            ignored=row.ignored,
        )
        for row in connection.execute(select(retry))
    )


def _statuses(connection: Connection) -> dict[Side, SideStatus]:
    return {
        Side(row.side): SideStatus(Side(row.side), SideState(row.state), row.code, row.message)
        for row in connection.execute(select(side_status))
    }


def _approval(connection: Connection) -> Approval | None:
    query = select(approval).where(approval.c.used_by_plan == "").order_by(approval.c.at.desc())
    row = connection.execute(query).first()
    if row is None:
        return None
    return Approval(row.plan_id, frozenset(row.guarded or ()), row.keep, row.force)
