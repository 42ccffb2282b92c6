"""What an account starts with.

The one rule: seeded records were there long ago: searchable at once, nothing pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import properties
from outreach_sandbox.hubspot.store import Record, Source
from outreach_sandbox.hubspot.wire import epoch_ms, iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach_sandbox.hubspot.portal import Kind, Portal

AGO_MS = 30 * 86_400_000
STEP_MS = 1000
SEEDED_BY = Source("CRM_UI", "userId:1")


def plant(portal: Portal, seed: Mapping[str, Any]) -> None:
    """Bring an empty account to the state the seed describes."""
    portal.id = int(seed.get("portal_id", portal.id))
    portal.app_id = int(seed.get("app_id", portal.app_id))
    portal.account = _account(portal)
    contacts = portal.kind("contacts")
    now_ms = portal.now()
    for group in seed.get("property_groups") or ():
        contacts.schema.add_group(str(group["name"]), str(group.get("label", group["name"])))
    for definition in seed.get("custom_properties") or ():
        properties.define(contacts, definition, now_ms)
    for order, contact in enumerate(seed.get("contacts") or ()):
        _plant(contacts, contact, now_ms - AGO_MS + order * STEP_MS)


def _plant(kind: Kind, described: Mapping[str, Any], default_ms: int) -> None:
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
        "createdate": iso(created_ms),
        kind.type.modified_property: iso(modified_ms),
    }
    record = Record(record_id, {}, created_ms, modified_ms)
    values = {**own, **kind.type.derive(own), **stamps}
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
