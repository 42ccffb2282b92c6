"""Works out which particular CRM records this run has to read (the look-ups file).

The rule: cheap when nothing happens. A row with a link asks nothing by e-mail; a row without one asks in
every run, because a record may only be created on an answer of the same run.

    1  unlinked row with an e-mail, not paused            emails, unless nobody had it an hour ago
    2  unlinked row whose id this ledger did not make     external_ids (a lost ledger)
    3  create left in doubt                               external_ids
    4  update left in doubt; hinted record                ids
    5  the sheet's gate held, or one is overdue (20 h)    verify_ids: the 100 longest not verified
    6  a bookmark was reset                               verify_ids: all linked
    7  read with other rules than now                     verify_ids: all of them
    8  the CRM counted too few in two runs running        suspect_ids: all linked
    9  row in need of a company nobody knows yet          companies: hosts
   10  company or deal left in doubt                      companies, deals: events
   11  e-mail left in doubt; linked row older than this
       ledger, the first time                             emails: told_of (people's records)
   11  a field that the row and its record changed both,
       once for each change of the record                 history_of
   12  of 5 and 7, those known to be deleted              known_gone: not to be asked about as erased
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from outreach_adapters.ledger.conversions import time_to_text
from outreach_adapters.ledger.disputes import disputed_records
from outreach_adapters.ledger.planning import still_absent
from outreach_adapters.ledger.rows import sheet_emails, unlinked_rows
from outreach_adapters.ledger.runs import current_run_id
from outreach_adapters.ledger.schema import (
    bookmark,
    conflict,
    crm_count,
    crm_record,
    hint,
    intent,
    link,
    lookup,
    row_id,
    snapshot,
)
from outreach_adapters.ledger.wanted_effects import about_effects
from outreach_adapters.ledger.writes import READ_WITH, read_meta
from outreach_core.model import CRM_SIDES, IntentState, LinkState, Operation, Side
from outreach_core.model.planning import ConflictKind

VERSION = 1
VERIFY_AT_MOST = 100
OVERDUE = timedelta(hours=20)
LOW_RUNS = 2
_ABOUT_DELETION = (str(ConflictKind.EDITED_AFTER_DELETE), str(ConflictKind.DELETED))
OBJECTS = {Side.HUBSPOT: ("contacts",), Side.SALESFORCE: ("leads", "contacts")}


def lookups_wanted(connection: Connection, now: datetime) -> dict[str, Any]:
    """Return the content of the look-ups file."""
    found: dict[str, Any] = {"version": VERSION}
    for side in CRM_SIDES:
        found[str(side)] = {
            **{obj: _of_side(connection, side, obj, now) for obj in OBJECTS[side]},
            **about_effects(connection, side),
        }
    return found


def _of_side(connection: Connection, side: Side, obj: str, now: datetime) -> dict[str, list[str]]:
    rows = [row for row in unlinked_rows(connection, side) if not row.paused]
    linked = _linked(connection, side, obj)
    suspect = linked if _counted_low(connection, side, obj) else []
    due = [] if suspect else _due(connection, side, obj, linked, now)
    return {
        "emails": sorted(sheet_emails(rows) - _absent(connection, side, now)),
        "external_ids": sorted({*_foreign(connection, rows), *_creates(connection, side, obj)}),
        "ids": sorted({*_updates(connection, side, obj), *_hints(connection, side, obj)}),
        "verify_ids": due,
        "known_gone": sorted(_gone(connection, side, obj) & set(due)),
        "suspect_ids": suspect,
        "history_of": disputed_records(connection, side, obj),
    }


def _absent(connection: Connection, side: Side, now: datetime) -> set[str]:
    """Return the e-mails that nobody had a short while ago."""
    query = select(lookup.c.key).where(still_absent(now), lookup.c.side == str(side))
    return set(connection.execute(query).scalars())


def _foreign(connection: Connection, rows: Iterable[Any]) -> set[str]:
    rids = {row.sync_id for row in rows if row.sync_id}
    if not rids:
        return set()
    return rids - set(connection.execute(select(row_id.c.rid).where(row_id.c.minted)).scalars())


def _in_doubt(side: Side, obj: str) -> Any:
    return (
        (intent.c.state == str(IntentState.IN_DOUBT))
        & (intent.c.side == str(side))
        & (intent.c.object == obj)
    )


def _creates(connection: Connection, side: Side, obj: str) -> list[str]:
    is_create = intent.c.operation == str(Operation.CREATE)
    query = select(intent.c.rid).where(_in_doubt(side, obj), is_create)
    return list(connection.execute(query).scalars())


def _updates(connection: Connection, side: Side, obj: str) -> list[str]:
    query = select(intent.c.record_id).where(_in_doubt(side, obj), intent.c.record_id.is_not(None))
    return [found for found in connection.execute(query).scalars() if found]


def _hints(connection: Connection, side: Side, obj: str) -> list[str]:
    query = select(hint.c.record_id).where(hint.c.side == str(side), hint.c.object == obj)
    return list(connection.execute(query).scalars())


def _linked(connection: Connection, side: Side, obj: str) -> list[str]:
    """Return the linked ids, the longest not verified first."""
    states = [str(LinkState.ACTIVE), str(LinkState.ARCHIVED)]
    query = (
        select(link.c.record_id)
        .where(link.c.side == str(side), link.c.object == obj, link.c.state.in_(states))
        .order_by(link.c.verified_at.is_not(None), link.c.verified_at, link.c.record_id)
    )
    return list(dict.fromkeys(connection.execute(query).scalars()))


def _counted_low(connection: Connection, side: Side, obj: str) -> bool:
    query = select(crm_count.c.low_runs).where(
        crm_count.c.side == str(side), crm_count.c.object == obj
    )
    return (connection.execute(query).scalar() or 0) >= LOW_RUNS


def _due(
    connection: Connection, side: Side, obj: str, linked: list[str], now: datetime
) -> list[str]:
    if _was_reset(connection, side):
        return linked
    stale = _read_with_other_rules(connection, side, obj)
    if stale:
        return [record_id for record_id in linked if record_id in stale]
    if linked and (_gate_held(connection) or _overdue(connection, side, obj, now)):
        return linked[:VERIFY_AT_MOST]
    return []


def _was_reset(connection: Connection, side: Side) -> bool:
    query = select(bookmark.c.source).where(bookmark.c.reset, bookmark.c.source.like(f"%{side}%"))
    return connection.execute(query).first() is not None


def _gone(connection: Connection, side: Side, obj: str) -> set[str]:
    """Return the linked ids that are planned for as deleted; a full refresh looks into each again."""
    if _was_reset(connection, side):
        return set()
    asked = select(conflict.c.rid).where(
        conflict.c.status == "open", conflict.c.kind.in_(_ABOUT_DELETION)
    )
    query = select(link.c.record_id).where(
        link.c.side == str(side),
        link.c.object == obj,
        (link.c.state == str(LinkState.ARCHIVED)) | link.c.rid.in_(asked),
    )
    return set(connection.execute(query).scalars())


def _read_with_other_rules(connection: Connection, side: Side, obj: str) -> set[str]:
    current = read_meta(connection, f"{READ_WITH}{side}")
    if not current:
        return set()
    query = select(crm_record.c.record_id).where(
        crm_record.c.side == str(side),
        crm_record.c.object == obj,
        crm_record.c.rules.not_in(("", current)),
        ~crm_record.c.archived,
    )
    return set(connection.execute(query).scalars())


def _gate_held(connection: Connection) -> bool:
    """Tell whether the sheet was not read anew in this run."""
    run_id = current_run_id(connection)
    return bool(run_id) and connection.execute(select(snapshot.c.run_id)).scalar() != run_id


def _overdue(connection: Connection, side: Side, obj: str, now: datetime) -> bool:
    limit = time_to_text(now - OVERDUE)
    query = select(link.c.rid).where(
        link.c.side == str(side),
        link.c.object == obj,
        link.c.state == str(LinkState.ACTIVE),
        (link.c.verified_at.is_(None)) | (link.c.verified_at < limit),
    )
    return connection.execute(query).first() is not None
