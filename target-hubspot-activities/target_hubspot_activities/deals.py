"""Creates deals on positive answers; after that they belong to people.

Rule: a deal carries its key as a unique value, so that it is made once, ever; it is never changed by us.

https://developers.hubspot.com/docs/guides/api/crm/objects/deals
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from outreach_adapters.hubspot.account import EVENT_KEY
from outreach_adapters.hubspot.answers import TRACE
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.sending import send
from target_hubspot_activities.made import Thing, Tie, inline
from target_hubspot_activities.people import by_email
from target_hubspot_activities.plain_answers import Reject, settle

Body = dict[str, Any]
Record = Mapping[str, Any]
DEALS = "deals"
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
    properties[EVENT_KEY] = record.get("event_key")
    return {name: value for name, value in properties.items() if value not in (None, "")}


def thing(record: Record, person_id: str, company_id: str | None, owner_id: str | None) -> Thing:
    """Return a planned deal as a record to be made."""
    ties = [Tie("contacts", person_id)]
    if company_id:
        ties.append(Tie("companies", company_id))
    intent_id = str((record.get("_sync") or {}).get("intent_id") or "")
    key = str(record.get("event_key") or "")
    return Thing(intent_id, key, deal_properties(record, owner_id), tuple(ties))


def create_plain(
    client: HubSpotClient,
    records: Sequence[Record],
    *,
    owner_of: Callable[[Record], str | None],
    before: Callable[[], None],
    reject: Reject,
) -> None:
    """Create deals that no ledger planned; one that is there already stays as it is.

    Raises:
        OutreachError: Nothing can be written now; some may have been.
    """
    usable = []
    for record in {str(r.get("event_key") or n): r for n, r in enumerate(records)}.values():
        missing = [name for name in ("event_key", "name") if not record.get(name)]
        if missing:
            reject(record, {"code": "no_key", "message": f"{', '.join(missing)} is missing."})
        else:
            usable.append(record)
    before()
    people = by_email(client, [str(record.get("contact_email") or "") for record in usable])
    inputs = []
    for number, record in enumerate(usable):
        person = people.get(str(record.get("contact_email") or "").strip().lower())
        ties = (Tie("contacts", person.record_id),) if person else ()
        if person and person.company_id:
            ties = (*ties, Tie("companies", person.company_id))
        properties = deal_properties(record, owner_of(record))
        inputs.append(
            {"properties": properties, "associations": inline(DEALS, ties), TRACE: str(number)}
        )
    answers = send(lambda some: client.batch_create(some, DEALS), inputs, before=before)
    settle(usable, answers, reject, fine=("conflict",))
