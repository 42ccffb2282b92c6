"""Creates deals on positive answers; after that they belong to people.

Rule: a deal carries its key as a unique value, so that it is made once; it is never changed by us.

https://developers.hubspot.com/docs/guides/api/crm/objects/deals
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach_adapters.hubspot.account import EVENT_KEY
from target_hubspot_activities.made import Thing, Tie

Body = dict[str, Any]
Record = Mapping[str, Any]
COLUMNS = {
    "name": "dealname",
    "pipeline": "pipeline",
    "stage": "dealstage",
    "amount": "amount",
    "close_date": "closedate",
}


def deal_properties(record: Record, owner_id: str | None) -> Body:
    """Return the properties of a deal from its public form."""
    properties: Body = {place: record.get(name) for name, place in COLUMNS.items()}
    properties["hubspot_owner_id"] = owner_id
    properties[EVENT_KEY] = str(record.get("event_key") or "").strip()
    return {name: value for name, value in properties.items() if value not in (None, "")}


def thing(record: Record, person_id: str, company_id: str | None, owner_id: str | None) -> Thing:
    """Return a planned deal as a record to be made."""
    ties = [Tie("contacts", person_id)]
    if company_id:
        ties.append(Tie("companies", company_id))
    intent_id = str((record.get("_sync") or {}).get("intent_id") or "")
    key = str(record.get("event_key") or "")
    return Thing(intent_id, key, deal_properties(record, owner_id), tuple(ties))
