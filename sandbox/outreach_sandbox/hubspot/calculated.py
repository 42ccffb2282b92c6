"""Values HubSpot calculates for a record from what is associated with it.

The one rule: they are never computed by the request that causes them; some seconds later the
timeline computes them anew from all there is, and only a changed value touches the record.

https://knowledge.hubspot.com/properties/hubspots-default-contact-properties
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from outreach_sandbox.hubspot.links import primary
from outreach_sandbox.hubspot.store import Source
from outreach_sandbox.hubspot.timeline import BUMP_SECONDS
from outreach_sandbox.hubspot.wire import epoch_ms, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.store import Record

CALCULATED = Source("CALCULATED", "")
# property -> the object type whose live associated records it counts
DEAL = "0-3"
COUNTS = {"num_associated_contacts": "0-1", "num_associated_deals": DEAL}
LOGGED = ("hs_last_logged_call_date", "hs_last_logged_outgoing_email_date")
ACTIVITY = "notes_last_updated"


def expect(portal: Portal, type_id: str, record_id: int, now_ms: int) -> None:
    """Something about this record may have to be calculated anew.

    What is awaited already, and not at once, will see this too.
    """
    kind, key = portal.kinds[type_id], (type_id, record_id)
    awaited = portal.expected.get(key, 0) >= now_ms + round(BUMP_SECONDS[0] * 1000)
    if ACTIVITY in kind.schema.properties and not awaited:
        arrive = partial(_arrive, portal, kind, record_id)
        portal.expected[key] = kind.timeline.later(record_id, now_ms, arrive)


def heard(portal: Portal, kind: Kind, record_id: int, now_ms: int) -> None:
    """A record was written or went away: those it is associated with may have to be calculated."""
    record = kind.store.records.get(record_id)
    if not kind.type.counted and record is not None and record.live:
        return
    _around(portal, kind, record_id, now_ms)


def came_back(portal: Portal, kind: Kind, record_id: int, now_ms: int) -> None:
    """A record is out of the recycle bin: it and those around it have to be calculated."""
    expect(portal, kind.type.type_id, record_id, now_ms)
    _around(portal, kind, record_id, now_ms)


def _around(portal: Portal, kind: Kind, record_id: int, now_ms: int) -> None:
    for link, other in portal.links.everything(kind.type.type_id, record_id):
        expect(portal, link.to_type, other, now_ms)


def values(portal: Portal, kind: Kind, record: Record, now_ms: int) -> dict[str, str]:
    """Everything calculated for one record as things are now.

    | # | property | from live associated activities |
    |---|---|---|
    | 1 | notes_last_contacted | the latest past hs_timestamp that counts as contact |
    | 2 | num_contacted_notes | how many count as contact |
    | 3 | notes_last_updated | the latest past hs_timestamp of any activity |
    | 4 | notes_next_activity_date | the earliest hs_timestamp to come |
    | 5 | num_notes | how many activities |
    | 6 | hs_last_logged_... | the latest past hs_timestamp of one kind |
    """
    seen = list(_activities(portal, kind, record))
    past = [done for done in seen if done.at_ms <= now_ms]
    to_come = [done.at_ms for done in seen if done.at_ms > now_ms]
    found = {
        "notes_last_contacted": _latest(done for done in past if done.contacted),
        "num_contacted_notes": str(sum(done.contacted for done in seen)),
        "notes_last_updated": _latest(past),
        "notes_next_activity_date": _moment(min(to_come, default=None)),
        "num_notes": str(len(seen)),
    }
    found |= {name: _latest(done for done in past if done.logged_as == name) for name in LOGGED}
    found |= {name: str(len(_live(portal, kind, record, to))) for name, to in COUNTS.items()}
    found["hs_num_open_deals"] = str(_open_deals(portal, kind, record))
    found |= _main_company(portal, kind, record)
    return {
        name: value
        for name, value in found.items()
        if name in kind.schema.properties
        and record.properties.get(name, "") != value
        and not (name not in record.properties and value == "0")
    }


def _arrive(portal: Portal, kind: Kind, record_id: int, at_ms: int) -> None:
    record = kind.store.records.get(record_id)
    if record is None or not record.live:
        return
    changes = values(portal, kind, record, at_ms)
    if changes:
        record.updated_ms = max(at_ms, record.updated_ms)
        stamp = {kind.type.modified_property: iso(record.updated_ms)}
        kind.store.change(record, changes | stamp, at_ms, CALCULATED, remember=changes)
        kind.timeline.noticed(record_id, at_ms)
    following = epoch_ms(record.properties.get("notes_next_activity_date") or "")
    if following is not None and following > at_ms:
        again = partial(_arrive, portal, kind, record_id)
        kind.timeline.at(following, record_id, again)


@dataclass(frozen=True)
class _Done:
    """What one activity means for those it is about."""

    at_ms: int
    contacted: bool
    logged_as: str


def _activities(portal: Portal, kind: Kind, record: Record) -> Iterator[_Done]:
    for other in portal.kinds.values():
        contacted, logged_as = other.type.contacted, other.type.logged_as
        if contacted is None:
            continue
        for activity in _live(portal, kind, record, other.type.type_id):
            own = activity.properties
            at_ms = epoch_ms(own.get("hs_timestamp") or "")
            if at_ms is not None:
                name = logged_as(own) if logged_as else ""
                yield _Done(at_ms, contacted(own, portal.switches), name)


def _open_deals(portal: Portal, kind: Kind, record: Record) -> int:
    deals = _live(portal, kind, record, DEAL)
    return sum(deal.properties.get("hs_is_closed") != "true" for deal in deals)


def _live(portal: Portal, kind: Kind, record: Record, to_type: str) -> list[Record]:
    records = portal.kinds[to_type].store.records
    ends = portal.links.of(kind.type.type_id, record.id, to_type)
    return [records[i] for i in ends if i in records and records[i].live]


def _main_company(portal: Portal, kind: Kind, record: Record) -> dict[str, str]:
    main = primary(kind.type.type_id, "0-2")
    if main is None or kind.type.main_company is None:
        return {}
    ends = portal.links.of(kind.type.type_id, record.id, main.to_type)
    live = {company.id for company in _live(portal, kind, record, main.to_type)}
    found = next((i for i, held in ends.items() if main.id in held and i in live), None)
    return {kind.type.main_company: "" if found is None else str(found)}


def _latest(found: Iterable[_Done]) -> str:
    return _moment(max((done.at_ms for done in found), default=None))


def _moment(milliseconds: int | None) -> str:
    return "" if milliseconds is None else iso(milliseconds)
