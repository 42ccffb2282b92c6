"""What Salesforce fills in by itself: names, stages, task states, and the last activity.

The one rule: nothing here is ever written by a client; it follows from what was written.

https://help.salesforce.com/s/articleView?id=000385365
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.schema import ObjectType

CLOSED = {"Closed Won": (True, 100), "Closed Lost": (False, 0)}
STAGES = {
    "Prospecting": 10,
    "Qualification": 10,
    "Needs Analysis": 20,
    "Value Proposition": 50,
    "Id. Decision Makers": 60,
    "Perception Analysis": 70,
    "Proposal/Price Quote": 75,
    "Negotiation/Review": 90,
}
ADDRESSES = {
    "Lead": {"Address": ""},
    "Contact": {"MailingAddress": "Mailing", "OtherAddress": "Other"},
    "Account": {"BillingAddress": "Billing", "ShippingAddress": "Shipping"},
}
PARTS = {
    "city": "City",
    "country": "Country",
    "postalCode": "PostalCode",
    "state": "State",
    "street": "Street",
}


def derive(org: Org, kind: ObjectType, values: dict[str, Any]) -> dict[str, Any]:
    """The record's values with everything that follows from them."""
    found = dict(values)
    if kind.name in ("Lead", "Contact", "User"):
        names = (found.get(n) for n in ("FirstName", "LastName"))
        found["Name"] = " ".join(n for n in names if n)
    for name, prefix in ADDRESSES.get(kind.name, {}).items():
        found[name] = _address(found, prefix)
    if kind.name == "Opportunity":
        _stage(found)
    if kind.name == "Task":
        _task(org, found)
    return found


def _address(values: dict[str, Any], prefix: str) -> dict[str, Any] | None:
    parts = {key: values.get(prefix + name) for key, name in PARTS.items()}
    if not any(parts.values()):
        return None
    return {**parts, "geocodeAccuracy": None, "latitude": None, "longitude": None}


def _stage(values: dict[str, Any]) -> None:
    stage = str(values.get("StageName"))
    won, likely = CLOSED.get(stage, (False, STAGES.get(stage, 0)))
    values["IsClosed"], values["IsWon"] = stage in CLOSED, won
    if values.get("Probability") is None:
        values["Probability"] = likely
    if values.get("Amount") is not None:
        values["ExpectedRevenue"] = values["Amount"] * values["Probability"] / 100


def _task(org: Org, values: dict[str, Any]) -> None:
    closed = values.get("Status") == "Completed"
    if closed and not values.get("IsClosed"):
        values["CompletedDateTime"] = org.stamp()
    if not closed:
        values["CompletedDateTime"] = None
    values["IsClosed"] = closed
    values["IsHighPriority"] = values.get("Priority") == "High"
    values.setdefault("IsArchived", False)
    what = org.by_id(values.get("WhatId"))
    who = org.by_id(values.get("WhoId"))
    account = what[1] if what and what[0].type.name == "Account" else None
    found = what or who
    values["AccountId"] = account.id if account else found and found[1].values.get("AccountId")


def roll_up(org: Org, *parents: str | None) -> None:
    """Set LastActivityDate of these records from their completed tasks."""
    for parent in {p for p in parents if p}:
        found = org.by_id(parent)
        if found is None or "LastActivityDate" not in found[0].type.fields:
            continue
        table, record = found
        tasks = org.tables["Task"]
        field = "WhoId" if table.type.name in ("Lead", "Contact") else "WhatId"
        days = [
            task.values["ActivityDate"]
            for task in tasks.having(field, parent)
            if task.values.get("IsClosed") and task.values.get("ActivityDate")
        ]
        latest = max(days, default=None)
        if latest == record.values.get("LastActivityDate"):
            continue
        moved = {"SystemModstamp": org.stamp()} if org.switches.rollup_bumps_modstamp else {}
        table.put(record.with_(LastActivityDate=latest, **moved))
