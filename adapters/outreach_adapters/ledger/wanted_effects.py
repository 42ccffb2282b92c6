"""Works out what must be looked up about companies, deals and e-mails (cases 8 to 10 of ``wanted.py``).

The rule: nothing is asked for a row that has its company, and an e-mail is asked about only where it is not
known whether the CRM was told of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, exists, select

from outreach_adapters.ledger.effects import DONE
from outreach_adapters.ledger.rows import unlinked_rows
from outreach_adapters.ledger.schema import crm_record, intent, link, row_id, sheet_row
from outreach_adapters.ledger.schema_effects import company, effect, row_watch
from outreach_adapters.ledger.writes import read_meta
from outreach_core.model import EffectKind, IntentKind, IntentState, LinkState, Operation, Side

EFFECTS_OFF = "effects_off:"  # + side: what the rules of the last plan switch off
COMPANY_ID = "company_id"
_EMAILS = {Side.HUBSPOT: "emails"}
_KEYED = {Side.HUBSPOT: ("deals",), Side.SALESFORCE: ("tasks", "opportunities")}


def about_effects(connection: Connection, side: Side) -> dict[str, Any]:
    """Return the questions of one side by object; only HubSpot has companies and unkeyed e-mails."""
    keyed = {
        obj: {"events": _doubtful(connection, side, IntentKind.EFFECT, obj)} for obj in _KEYED[side]
    }
    if side is not Side.HUBSPOT:
        return keyed
    off = read_meta(connection, f"{EFFECTS_OFF}{side}").split(",")
    hosts = [] if EffectKind.COMPANY in off else sorted(_hosts(connection, side))
    return {
        "companies": {"hosts": hosts, "events": _doubtful(connection, side, IntentKind.COMPANY)},
        **keyed,
        "emails": {
            "told_of": sorted({*_in_doubt(connection, side), *_unchecked(connection, side)})
        },
    }


def _hosts(connection: Connection, side: Side) -> set[str]:
    known = select(company.c.host).where(
        company.c.side == str(side), company.c.record_id.is_not(None)
    )
    wanted = {row.host for row in unlinked_rows(connection, side) if _may_be_made(row)}
    wanted |= set(_of_people_without(connection, side))
    return wanted - set(connection.execute(known).scalars())


def _may_be_made(row: Any) -> bool:
    has_email = bool((row.fields or {}).get("email", {}).get("key"))
    return bool(row.host) and has_email and not row.paused


def _of_people_without(connection: Connection, side: Side) -> Iterator[str]:
    """Yield the hosts of linked rows whose person is in no company and was never put into one."""
    placed = exists().where(
        effect.c.rid == link.c.rid,
        effect.c.side == str(side),
        effect.c.kind == str(EffectKind.COMPANY),
        effect.c.state == DONE,
    )
    query = (
        select(sheet_row.c.host, crm_record.c.extra)
        .join(link, link.c.rid == sheet_row.c.sync_id)
        .join(
            crm_record,
            (crm_record.c.side == link.c.side)
            & (crm_record.c.object == link.c.object)
            & (crm_record.c.record_id == link.c.record_id),
        )
        .where(link.c.side == str(side), link.c.state == str(LinkState.ACTIVE), ~placed)
        .where(sheet_row.c.slot == "current", sheet_row.c.host.is_not(None), ~sheet_row.c.paused)
        .where(~crm_record.c.archived)
    )
    for row in connection.execute(query):
        if not (row.extra or {}).get(COMPANY_ID):
            yield row.host


def _doubtful(connection: Connection, side: Side, kind: IntentKind, obj: str = "") -> list[str]:
    query = select(intent.c.event_key).where(
        intent.c.side == str(side),
        intent.c.kind == str(kind),
        intent.c.operation == str(Operation.CREATE),
        intent.c.state == str(IntentState.IN_DOUBT),
    )
    if obj:
        query = query.where(intent.c.object == obj)
    return sorted(set(connection.execute(query).scalars()))


def _in_doubt(connection: Connection, side: Side) -> set[str]:
    """Return the people of e-mails that may have been logged."""
    query = (
        select(link.c.record_id)
        .join(intent, (intent.c.rid == link.c.rid) & (intent.c.side == link.c.side))
        .where(intent.c.side == str(side), intent.c.object == _EMAILS[side])
        .where(intent.c.state == str(IntentState.IN_DOUBT))
        .where(link.c.state == str(LinkState.ACTIVE))
    )
    return set(connection.execute(query).scalars())


def _unchecked(connection: Connection, side: Side) -> set[str]:
    """Return the people of rows that had their id before this ledger was made."""
    checked = exists().where(row_watch.c.rid == link.c.rid, row_watch.c.checked.like(f"%{side}%"))
    query = (
        select(link.c.record_id)
        .join(row_id, row_id.c.rid == link.c.rid)
        .where(link.c.side == str(side), link.c.state == str(LinkState.ACTIVE))
        .where(~row_id.c.minted, ~checked)
    )
    return set(connection.execute(query).scalars())
