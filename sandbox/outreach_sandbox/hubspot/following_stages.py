"""Lifecycle stages that follow a deal or the primary company, where the account says so.

The one rule: a stage is moved once per event and only forward, so that a person's choice stays.

https://knowledge.hubspot.com/crm-setup/manage-how-lifecycle-stages-sync-between-objects
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from outreach_sandbox.hubspot.links import primary
from outreach_sandbox.hubspot.store import Source
from outreach_sandbox.hubspot.writes import commit, plan_update

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.links import LinkType
    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.store import Record

CONTACT, COMPANY, DEAL = "0-1", "0-2", "0-3"
# whose stage leads -> whose stages follow
FOLLOWERS = {DEAL: (CONTACT, COMPANY), COMPANY: (CONTACT,)}


def heard(portal: Portal, kind: Kind, record_id: int, now_ms: int) -> None:
    """A record was written: if its stage is another one, those who follow it move."""
    type_id, record = kind.type.type_id, kind.store.records.get(record_id)
    if type_id not in FOLLOWERS or record is None or not record.live:
        return
    stage = _leads_to(type_id, record)
    if portal.stages_seen.get((type_id, record_id)) == stage:
        return
    portal.stages_seen[type_id, record_id] = stage
    for follower in FOLLOWERS[type_id]:
        for other in list(portal.links.of(type_id, record_id, follower)):
            _expect(portal, (type_id, record_id), (follower, other), now_ms)


def remember(portal: Portal) -> None:
    """What is there moved whom it had to move long ago."""
    for type_id in FOLLOWERS:
        for record_id, record in portal.kinds[type_id].store.records.items():
            portal.stages_seen[type_id, record_id] = _leads_to(type_id, record)


def linked(portal: Portal, link: LinkType, from_id: int, to_id: int, now_ms: int) -> None:
    """Two records were associated: one may follow the other."""
    ends = (link.from_type, from_id), (link.to_type, to_id)
    for leader, follower in (ends, ends[::-1]):
        if follower[0] in FOLLOWERS.get(leader[0], ()):
            _expect(portal, leader, follower, now_ms)


def _expect(
    portal: Portal, leader: tuple[str, int], follower: tuple[str, int], now_ms: int
) -> None:
    on = portal.switches.deals_move_stages, portal.switches.companies_move_stages
    if on[0] if leader[0] == DEAL else on[1]:
        timeline = portal.kinds[follower[0]].timeline
        timeline.later(follower[1], now_ms, partial(_arrive, portal, leader, follower))


def _arrive(portal: Portal, leader: tuple[str, int], follower: tuple[str, int], at_ms: int) -> None:
    kind = portal.kinds[follower[0]]
    record = kind.store.records.get(follower[1])
    led_by = portal.kinds[leader[0]].store.records.get(leader[1])
    if record is None or not record.live or led_by is None or not led_by.live:
        return
    if not _follows(portal, leader, follower):
        return
    stage = _leads_to(leader[0], led_by)
    if _forward(kind, record, stage):
        plan = plan_update(portal, kind, record, {"lifecyclestage": stage})
        source = Source("DEALS" if leader[0] == DEAL else "COMPANIES", str(leader[1]))
        commit(portal, kind, plan, at_ms, source)


def _follows(portal: Portal, leader: tuple[str, int], follower: tuple[str, int]) -> bool:
    held = portal.links.of(follower[0], follower[1], leader[0]).get(leader[1], set())
    main = primary(follower[0], leader[0]) if leader[0] == COMPANY else None
    return main.id in held if main is not None else bool(held)


def _leads_to(type_id: str, record: Record) -> str:
    """The stage this record asks of those who follow it."""
    if type_id == DEAL:
        won = record.properties.get("hs_is_closed_won") == "true"
        return "customer" if won else "opportunity"
    return record.properties.get("lifecyclestage") or ""


def _forward(kind: Kind, record: Record, stage: str) -> bool:
    order = ("", *(kind.type.forward_only or ("", ()))[1])
    present = record.properties.get("lifecyclestage") or ""
    return stage in order and present in order and order.index(stage) > order.index(present)
