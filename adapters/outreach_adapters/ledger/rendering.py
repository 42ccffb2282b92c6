"""What our own columns of a row say, computed from what the ledger knows of it now (pure).

The rule: level-triggered. The words depend on the present state alone, never on what just happened.

    Sync Status     1 write refused       Error
                    2 plan's word says it is done, a write of it is not settled     Pending
                    3 else                the plan's word
    Sync Note       1 write refused       what is wrong and what to do
                    2 question open       the plan's sentence (it names the fields)
                    3 else                the plan's sentence
    HubSpot,        link active or duplicate: where the record is; else nothing
    Salesforce
    CRM Status,     the CRM's own words, of the first CRM that has the row's record
    Last Contacted
    Last Synced     when the last write of this row was planned; moves with a write only
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outreach_core.model import CRM_SIDES, CrmRecord, LinkState, Side
from outreach_core.model.planning import Conflict, Link, Retry, RowState, RowVerdict

SYNC_STATUS = "Sync Status"
CRM_STATUS = "CRM Status"
LAST_CONTACTED = "Last Contacted"
LAST_SYNCED = "Last Synced"
SYNC_NOTE = "Sync Note"
NAMES = {Side.HUBSPOT: "HubSpot", Side.SALESFORCE: "Salesforce", Side.SHEET: "the sheet"}
LINK_COLUMNS = {side: NAMES[side] for side in CRM_SIDES}

_SHOWN_LINKS = (LinkState.ACTIVE, LinkState.DUPLICATE)
_UNSETTLED_NOTE = "The last write is not confirmed yet; it is settled with the next run."


@dataclass(frozen=True, slots=True)
class RowKnowledge:
    """What the ledger knows of a row.

    Attributes:
        unsettled: A write of it was planned and did not come to an end as planned.
        written_at: When the last write of it was planned.
    """

    verdict: RowVerdict
    links: tuple[Link, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    retries: tuple[Retry, ...] = ()
    records: Mapping[Side, CrmRecord] = field(default_factory=dict)
    unsettled: bool = False
    written_at: datetime | None = None


def render(known: RowKnowledge, portals: Mapping[Side, str], time_zone: str) -> dict[str, str]:
    """Return the text of each of our columns for one row.

    Args:
        known: What the ledger knows of it.
        portals: The account of each CRM, for links.
        time_zone: The spreadsheet's.
    """
    state, note = state_of(known)
    links = {link.side: link for link in known.links if link.state in _SHOWN_LINKS}
    texts = {SYNC_STATUS: str(state), SYNC_NOTE: note}
    for side, column in LINK_COLUMNS.items():
        if side in links or side in portals:
            texts[column] = address_of(links.get(side), portals.get(side, ""))
    record = next((known.records[side] for side in CRM_SIDES if side in known.records), None)
    extra = record.extra if record else {}
    texts[CRM_STATUS] = extra.get("crm_status") or ""
    contacted = moment_of(extra.get("last_contacted"))
    texts[LAST_CONTACTED] = local_time(contacted, time_zone, seconds=True)
    texts[LAST_SYNCED] = local_time(known.written_at, time_zone)
    return texts


def state_of(known: RowKnowledge) -> tuple[RowState, str]:
    """Return the word of a row's state, and the sentence why."""
    said = known.verdict
    if known.retries and said.state not in (RowState.ARCHIVED, RowState.DUPLICATE, RowState.PAUSED):
        refused = min(known.retries, key=lambda retry: retry.side)
        return (
            RowState.ERROR,
            f"{_capital(NAMES[refused.side])} refused: {refused.error_text}".strip(),
        )
    if known.unsettled and said.state is RowState.SYNCED:
        return RowState.PENDING, _UNSETTLED_NOTE
    return said.state, said.note


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def address_of(link: Link | None, portal: str) -> str:
    """Return where a record is seen in the CRM.

    https://developers.hubspot.com/docs/guides/crm/understanding-the-crm (object type id 0-1: contacts)
    https://help.salesforce.com/s/articleView?id=000386839: an org's address and an id lead to the record
    """
    if link is None or not portal:
        return ""
    if link.side is Side.HUBSPOT:
        return f"https://app.hubspot.com/contacts/{portal}/record/0-1/{link.record_id}"
    return f"{portal}/{link.record_id}" if portal.startswith(("https://", "http://127.")) else ""


def moment_of(text: str | None) -> datetime | None:
    """Return the moment a CRM names: ISO text, or milliseconds since the epoch."""
    if not text:
        return None
    if text.isdecimal():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def local_time(moment: datetime | None, time_zone: str, *, seconds: bool = False) -> str:
    """Return a moment as the spreadsheet's people read it; to the second as ``Date Sent`` has it."""
    if moment is None:
        return ""
    try:
        zone = ZoneInfo(time_zone) if time_zone else ZoneInfo("UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return f"{moment.astimezone(zone):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}"
