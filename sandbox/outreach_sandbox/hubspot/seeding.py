"""What an account starts with.

The one rule: seeded records were there long ago: searchable at once, nothing pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import (
    calculated,
    following_stages,
    links,
    lists,
    owners,
    pipelines,
    properties,
)
from outreach_sandbox.hubspot.objects import Judgement, derived, type_id_of
from outreach_sandbox.hubspot.store import Record, Source
from outreach_sandbox.hubspot.wire import epoch_ms, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from outreach_sandbox.hubspot.portal import Kind, Portal

AGO_MS = 30 * 86_400_000
STEP_MS = 1000
SEEDED_BY = Source("CRM_UI", "userId:1")


def plant(portal: Portal, seed: Mapping[str, Any]) -> None:
    """Bring an empty account to the state the seed describes."""
    portal.id = int(seed.get("portal_id", portal.id))
    portal.app_id = int(seed.get("app_id", portal.app_id))
    portal.account = _account(portal)
    lacking = (seed.get("auth") or {}).get("missing_scopes") or ()
    portal.missing_scopes = frozenset(str(scope) for scope in lacking)
    now_ms = portal.now()
    for group in seed.get("property_groups") or ():
        schema = portal.kind(str(group.get("object", "contacts"))).schema
        schema.add_group(str(group["name"]), str(group.get("label", group["name"])))
    for definition in seed.get("custom_properties") or ():
        properties.define(
            portal.kind(str(definition.get("object", "contacts"))), definition, now_ms
        )
    for name, listed in (seed.get("pipelines") or {}).items():
        present = portal.pipelines[type_id_of(name)]
        present += [pipelines.described(p, n) for n, p in enumerate(listed, len(present))]
    portal.owners = [owners.described(owner) for owner in seed.get("owners") or ()]
    for kind in portal.kinds.values():
        for order, described in enumerate(seed.get(kind.type.name) or ()):
            _plant(portal, kind, described, now_ms - AGO_MS + order * STEP_MS)
    _associate(portal, seed.get("associations") or (), now_ms)
    following_stages.remember(portal)
    lists.plant(portal, seed.get("lists") or (), now_ms - AGO_MS)


def _associate(portal: Portal, described: Iterable[Mapping[str, Any]], now_ms: int) -> None:
    """Associations a seed brings: `{object, id, to_object, to_id, primary?}`.

    What follows from them was calculated long ago too.
    """
    touched: dict[tuple[str, int], None] = {}
    for item in described:
        start, end = portal.kind(str(item["object"])), portal.kind(str(item["to_object"]))
        pair = start.type.type_id, end.type.type_id
        link = links.primary(*pair) if item.get("primary") else links.unlabelled(*pair)
        ids = int(item["id"]), int(item["to_id"])
        if link is None or ids[0] not in start.store.records or ids[1] not in end.store.records:
            raise ValueError(f"the seed associates what cannot be: {dict(item)}")
        portal.links.add(link, *ids)
        if link.primary:
            plain = links.unlabelled(*pair)
            if plain is not None:
                portal.links.add(plain, *ids)
        touched |= {(pair[0], ids[0]): None, (pair[1], ids[1]): None}
    for type_id, record_id in touched:
        kind = portal.kinds[type_id]
        record = kind.store.records[record_id]
        changes = calculated.values(portal, kind, record, now_ms)
        kind.store.change(record, changes, record.updated_ms, calculated.CALCULATED)
        kind.index.put(record_id, record.properties)


def _plant(portal: Portal, kind: Kind, described: Mapping[str, Any], default_ms: int) -> None:
    sent = {str(k): str(v) for k, v in (described.get("properties") or {}).items()}
    key = kind.type.natural_key
    if key and sent.get(key):
        sent[key] = sent[key].strip().lower()
    record_id = int(described["id"]) if "id" in described else kind.store.new_id()
    if record_id in kind.store.records:
        raise ValueError(f"the seed has the id {record_id} twice")
    for name, _, value in kind.store.unique_values(sent):
        if kind.store.owner(name, value) is not None:
            raise ValueError(f"the seed has one {name} twice (record {record_id})")
    created_ms = epoch_ms(str(described.get("createdate", default_ms)))
    created_ms = default_ms if created_ms is None else created_ms
    modified_ms = epoch_ms(sent.get(kind.type.modified_property, "")) or created_ms
    own = {**kind.type.at_creation(str(record_id)), **_source(), **sent}
    stamps = {
        "hs_object_id": str(record_id),
        kind.type.created_property: iso(created_ms),
        kind.type.modified_property: iso(modified_ms),
    }
    record = Record(record_id, {}, created_ms, modified_ms)
    judged = kind.type.judge(portal, {}, own) if kind.type.judge else Judgement()
    if judged.faults:
        raise ValueError(f"the seed has a bad record {record_id}: {judged.faults[0]['message']}")
    values = {**own, **derived(kind.type, own), **judged.values, **stamps}
    kind.store.change(record, values, created_ms, SEEDED_BY)
    kind.store.insert(record)
    kind.index.put(record_id, record.properties)


def _source() -> dict[str, str]:
    return {
        "hs_object_source": SEEDED_BY.type,
        "hs_object_source_id": SEEDED_BY.id,
        "hs_object_source_label": SEEDED_BY.type,
    }


def _account(portal: Portal) -> dict[str, Any]:
    # https://developers.hubspot.com/docs/api-reference/account-account-info-v3/details
    return {
        "portalId": portal.id,
        "accountType": "STANDARD",
        "timeZone": "US/Eastern",
        "companyCurrency": "USD",
        "additionalCurrencies": [],
        "utcOffset": "-05:00",
        "utcOffsetMilliseconds": -18_000_000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }
