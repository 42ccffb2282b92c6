"""Planned records of Salesforce as they come from the mapper, for the tests of its target.

The one rule: the envelope's `fields` follow from the values, by the places named here.
"""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]
PLACES: dict[str, tuple[str, ...]] = {
    "business": ("Company",),
    "person": ("FirstName", "LastName"),
    "email": ("Email",),
    "phone": ("Phone",),
    "city": ("City", "Street"),
    "score": ("Score__c",),
    "grade": ("Grade__c",),
    "responded": ("Responded__c",),
    "last_sent": ("Outreach_Last_Contacted__c",),
    "status": ("Status",),
}
CONTACT_PLACES: dict[str, tuple[str, ...]] = {
    "person": ("FirstName", "LastName"),
    "email": ("Email",),
    "city": ("MailingCity", "MailingStreet"),
}


def envelope(op: str, name: str, values: Record, expected: Record, obj: str = "leads") -> Record:
    """The `_sync` of a record."""
    known = PLACES if obj == "leads" else CONTACT_PLACES
    placed = {
        field: [place for place in places if place in values] for field, places in known.items()
    }
    return {
        "intent_id": name,
        "op": op,
        "rid": f"rid-{name}",
        "object": obj,
        "expected": expected,
        "fields": {field: places for field, places in placed.items() if places},
        "problems": {},
    }


def create(name: str, /, **values: Any) -> Record:
    """A planned create; its row id is `rid-<name>`, its company is called like it."""
    given = {"Company": name.capitalize(), **values}
    sync = envelope("create", name, given, {})
    return {"id": None, "Outreach_Id__c": f"rid-{name}", **given, "_sync": sync}


def update(name: str, record_id: str, new: Record, old: Record, obj: str = "leads") -> Record:
    """A planned update."""
    return {"id": record_id, **new, "_sync": envelope("update", name, new, old, obj)}


def lead(name: str, /, **values: Any) -> Record:
    """A lead of the seed."""
    return {"LastName": name.capitalize(), "Company": "Acme", **values}


def mail(name: str, /, rid: str = "rid-p", **columns: Any) -> tuple[str, Record]:
    """A planned e-mail to log."""
    record: Record = {
        "event_key": f"key-{name}",
        "contact_email": "ann@example.com",
        "contact_name": "Ann Lee",
        "company_domain": None,
        "sent_at": "2026-11-20T09:15:42Z",
        "direction": "outgoing",
        "status": "sent",
        "subject": f"Offer {name}",
        "body": "Hello Ann",
        "sender": None,
        "not_before": None,
        "not_after": None,
        **columns,
    }
    return ("tasks", {**record, "_sync": {"intent_id": name, "rid": rid}})


def deal(name: str, /, rid: str = "rid-p", **columns: Any) -> tuple[str, Record]:
    """A planned opportunity."""
    record: Record = {
        "event_key": f"key-{name}",
        "name": "Bluefinch",
        "contact_email": "ann@example.com",
        "company_domain": None,
        "pipeline": None,
        "stage": "Prospecting",
        "amount": None,
        "owner": None,
        "close_date": "2026-12-20T09:15:42Z",
        **columns,
    }
    return ("opportunities", {**record, "_sync": {"intent_id": name, "rid": rid}})
