"""Associating records: which associations are allowed, and what follows from one.

The one rule: `plan_*` checks and changes nothing; a record has at most one primary company, and
with it always the association without a label.

https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import calculated
from outreach_sandbox.hubspot.links import (
    BY_ID,
    CATEGORY,
    HAS_PRIMARY,
    LinkType,
    primary,
    unlabelled,
)
from outreach_sandbox.hubspot.wire import NotBuiltError, Problem, RefusedError, bad_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.store import Record

COMPANY = "0-2"


@dataclass(frozen=True)
class PlannedLink:
    """A checked association to an existing record."""

    type: LinkType
    to_id: int


def plan_inline(portal: Portal, kind: Kind, raw: Any) -> tuple[PlannedLink, ...]:
    """Check the `associations` of a record that is about to be made."""
    if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
        raise RefusedError(bad_json("associations"))
    planned: list[PlannedLink] = []
    for item in raw:
        for kind_of_link in asked_types(kind, None, item.get("types")):
            other = portal.kinds[kind_of_link.to_type]
            record = live(portal, other, (item.get("to") or {}).get("id"))
            planned.append(PlannedLink(kind_of_link, record.id))
    return tuple(planned)


def plan_main_company(
    portal: Portal, kind: Kind, values: Mapping[str, str]
) -> tuple[PlannedLink, ...]:
    """A company's id among the written values: it becomes the primary company.

    The property is not read only, and writing it associates:
    https://github.com/skarpdev/dotnetcore-hubspot-client/issues/59
    """
    text = values.get(kind.type.main_company or "")
    main = primary(kind.type.type_id, COMPANY)
    if not text or main is None:
        return ()
    return (PlannedLink(main, live(portal, portal.kinds[COMPANY], text).id),)


def let_main_company_go(portal: Portal, kind: Kind, record_id: int, now_ms: int) -> None:
    """The property was emptied: the company stays associated without being the primary one."""
    main = primary(kind.type.type_id, COMPANY)
    if main is None:
        return
    for company_id, held in list(portal.links.of(kind.type.type_id, record_id, COMPANY).items()):
        if main.id in held:
            disconnect(portal, kind.type.type_id, record_id, [main], company_id, now_ms)


def asked_types(kind: Kind, other: Kind | None, raw: Any) -> list[LinkType]:
    """The types a request names; each must lead from the one object type to the other."""
    if not isinstance(raw, list) or not raw or not all(isinstance(item, dict) for item in raw):
        raise RefusedError(bad_json("association types"))
    return [_asked(kind, other, item) for item in raw]


def _asked(kind: Kind, other: Kind | None, item: dict[str, Any]) -> LinkType:
    category, number = str(item.get("associationCategory")), str(item.get("associationTypeId"))
    if category in ("USER_DEFINED", "INTEGRATOR_DEFINED"):
        raise NotBuiltError("association labels of the account's own")
    found = BY_ID.get((kind.type.type_id, int(number))) if number.isdigit() else None
    wrong_way = other is not None and found is not None and found.to_type != other.type.type_id
    if found is None or wrong_way or category != CATEGORY:
        raise RefusedError(
            Problem(
                400,
                f"{number} is not a valid association type id of category {category} "
                f"from {kind.label}",
            )
        )
    return found


def live(portal: Portal, kind: Kind, raw_id: Any) -> Record:
    """The live record of an id in a request; recorded words where there is none."""
    text = str(raw_id)
    if not text.isdigit():
        raise RefusedError(
            Problem(
                400,
                f"{text} is not a valid ID",
                sub_category="crm.associations.INVALID_IDENTIFIER",
                context={"id": [text]},
            )
        )
    follows = portal.switches.merged_ids_associate
    record = kind.store.resolve(int(text)) if follows else kind.store.records.get(int(text))
    if record is None or not record.live:
        raise RefusedError(Problem(400, f"{kind.label}={text} is not valid"))
    return record


def refuse_itself(kind: Kind, record: Record, other_kind: Kind, other: Record) -> None:
    """A record is not associated with itself (recorded words)."""
    if kind.type.type_id == other_kind.type.type_id and record.id == other.id:
        message = f"Object {record.id} cannot be associated to itself ({record.id})"
        raise RefusedError(Problem(400, message))


def connect(portal: Portal, record_id: int, links: Iterable[PlannedLink], now_ms: int) -> None:
    """Make associations of one record, with what follows from them."""
    for link in links:
        portal.links.add(link.type, record_id, link.to_id)
        _complete(portal, link.type, record_id, link.to_id)
        calculated.expect(portal, link.type.from_type, record_id, now_ms)
        calculated.expect(portal, link.type.to_type, link.to_id, now_ms)
        for listener in portal.link_listeners:
            listener(link.type, record_id, link.to_id, now_ms)


def disconnect(
    portal: Portal, from_type: str, from_id: int, kinds: Iterable[LinkType], to_id: int, now_ms: int
) -> None:
    """Take associations away; those that are not there are ignored.

    Without the unlabelled one no labelled one stays:
    https://developers.hubspot.com/docs/api-reference/crm-associations-v4/batch/post-crm-v4-associations-fromObjectType-toObjectType-batch-labels-archive
    """
    kinds = list(kinds)
    for plain in [kind for kind in kinds if not kind.primary]:
        kinds += portal.links.between(from_type, from_id, plain.to_type, to_id)
    for kind in kinds:
        portal.links.drop(kind, from_id, to_id)
        calculated.expect(portal, from_type, from_id, now_ms)
        calculated.expect(portal, kind.to_type, to_id, now_ms)


def _complete(portal: Portal, kind: LinkType, from_id: int, to_id: int) -> None:
    """Primary and unlabelled associations follow from one another.

    | # | made | follows |
    |---|---|---|
    | 1 | a primary one | the unlabelled one too; the former primary keeps only that |
    | 2 | the first unlabelled one to a company | the primary one too (switch) |

    https://knowledge.hubspot.com/records/associate-records (primary company)
    """
    if (kind.from_type, kind.to_type) not in HAS_PRIMARY:
        if (kind.to_type, kind.from_type) not in HAS_PRIMARY:
            return
        kind, from_id, to_id = BY_ID[kind.to_type, kind.back], to_id, from_id
    main, plain = primary(kind.from_type, kind.to_type), unlabelled(kind.from_type, kind.to_type)
    if main is None or plain is None:
        return
    holders = portal.links.of(kind.from_type, from_id, kind.to_type)
    mains = [other for other, held in holders.items() if main.id in held]
    if kind.primary:  # (1)
        portal.links.add(plain, from_id, to_id)
        for other in mains:
            if other != to_id:
                portal.links.drop(main, from_id, other)
    elif not mains and portal.switches.first_company_is_primary:  # (2)
        portal.links.add(main, from_id, to_id)


def inherit(portal: Portal, kind: Kind, losers: Iterable[Record], survivor: Record) -> None:
    """Give a merged record the associations of both; the primary record's company stays primary."""
    type_id = kind.type.type_id
    for loser in losers:
        for link, other in portal.links.everything(type_id, loser.id):
            portal.links.drop(link, loser.id, other)
            held = portal.links.of(type_id, survivor.id, link.to_type).values()
            second = link.primary and any(link.id in ids for ids in held)
            if second and (link.from_type, link.to_type) in HAS_PRIMARY:
                continue
            if (link.to_type, other) != (type_id, survivor.id):
                portal.links.add(link, survivor.id, other)
