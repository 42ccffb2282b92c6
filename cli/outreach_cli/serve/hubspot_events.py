"""Reads HubSpot's webhooks.

The rule: the documentation calls the type `eventType`, the wire `subscriptionType`; both are read. What is told
of is, by the verb and the object:

    1  creation, propertyChange      look at the record
    2  deletion                      look at the record: it is gone
    3  restore                       look at the record: it is back
    4  merge                         look at all that were merged and at what they became
    5  privacyDeletion               the person is to be forgotten here too
    6  associationChange             look at the contact at either end
    7  any other verb or object      not ours

https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outreach_adapters.ledger.hints import Hint, HintKind
from outreach_cli.serve.events import Event, entries
from outreach_cli.serve.verdicts import Refused, Verdict
from outreach_core.model import Side

Entry = Mapping[str, Any]

_CONTACTS = "contacts"
_CONTACT_TYPE = "0-1"  # contacts by their type id, in generic `object.*` events
_KINDS: Mapping[str, HintKind] = {
    "creation": HintKind.CHANGE,
    "propertyChange": HintKind.CHANGE,
    "deletion": HintKind.DELETION,
    "restore": HintKind.RESTORATION,
    "merge": HintKind.MERGE,
    "privacyDeletion": HintKind.ERASURE,
    "associationChange": HintKind.CHANGE,
}


def read(body: bytes) -> list[Event]:
    """Return the events of a batch.

    Raises:
        Refused: This is not what HubSpot sends.
    """
    return [_event(entry) for entry in entries(body)]


def _event(entry: Entry) -> Event:
    told = entry.get("subscriptionType", entry.get("eventType"))
    if not isinstance(told, str):
        raise Refused(Verdict.MALFORMED)
    account = _id(entry, "portalId")
    obj, _, verb = told.partition(".")
    kind = _KINDS.get(verb)
    if kind is None:
        return Event(account)  # 7
    ids = _ended(entry) if verb == "associationChange" else _named(entry, obj, verb)
    hints = tuple(Hint(Side.HUBSPOT, _CONTACTS, one, kind) for one in ids)
    return Event(account, hints, own_write=_is_our_own(entry, kind))


def _named(entry: Entry, obj: str, verb: str) -> list[str]:
    is_contact = obj == "contact" or (
        obj == "object" and entry.get("objectTypeId") == _CONTACT_TYPE
    )
    if not is_contact:
        return []  # 7
    ids = [_id(entry, "objectId")]
    if verb == "merge":  # 4
        ids += [_id(entry, name) for name in ("primaryObjectId", "newObjectId") if name in entry]
        merged = entry.get("mergedObjectIds") or []
        if not isinstance(merged, list):
            raise Refused(Verdict.MALFORMED)
        ids += [_number(one) for one in merged]
    return list(dict.fromkeys(ids))


def _ended(entry: Entry) -> list[str]:
    """Return the contacts at the ends of an association, whose type reads like CONTACT_TO_COMPANY."""
    start, _, end = str(entry.get("associationType", "")).partition("_TO_")
    ends = {"fromObjectId": start, "toObjectId": end}
    return [_id(entry, name) for name, what in ends.items() if what == "CONTACT"]


def _is_our_own(entry: Entry, kind: HintKind) -> bool:
    """Tell whether the app that gets the event made the change; it then knows what it wrote."""
    return (
        kind is HintKind.CHANGE
        and entry.get("changeSource") == "INTEGRATION"
        and "appId" in entry
        and str(entry.get("sourceId")) == str(entry["appId"])
    )


def _id(entry: Entry, name: str) -> str:
    return _number(entry.get(name))


def _number(value: object) -> str:
    """Return an id, which is a positive number, also where it is written as a text."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise Refused(Verdict.MALFORMED)
    return text
