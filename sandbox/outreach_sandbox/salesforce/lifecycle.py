"""The end of a record and what may come after: delete, undelete, merge, convert.

The one rule: nothing leaves the store; a record out of the recycle bin is only not shown.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_convertlead.htm
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce.activity import derive, roll_up
from outreach_sandbox.salesforce.wire import Values, refuse
from outreach_sandbox.salesforce.writes import Writer, create, require_unique

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.schema import ObjectType
    from outreach_sandbox.salesforce.store import Record, Table

CARRIED = ("FirstName", "LastName", "Salutation", "Email", "Phone", "MobilePhone", "Title")


@dataclass(frozen=True)
class Conversion:
    """How a person converts a lead."""

    status: str = "Closed - Converted"
    opportunity: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    mapped: dict[str, str] = field(default_factory=dict)


def delete(org: Org, kind: ObjectType, record: Record, user: str) -> None:
    """To the recycle bin, a contact's or lead's tasks with it."""
    if record.deleted:
        raise refuse("ENTITY_IS_DELETED", "entity is deleted", status=404)
    with org.transaction():
        org.table(kind).put(_moved(org, record, user, IsDeleted=True))
        if kind.name in ("Lead", "Contact"):
            tasks = org.tables["Task"]
            for task in tasks.having("WhoId", record.id):
                tasks.put(_moved(org, task, user, IsDeleted=True))
        if kind.name == "Task":
            names = ("WhoId", "WhatId", "AccountId")
            roll_up(org, *(record.values.get(n) for n in names))


def undelete(org: Org, table: Table, record: Record, user: str) -> Record:
    """Back from the recycle bin; a merged record cannot come back."""
    if not record.deleted or record.master or record.id in org.purged:
        raise refuse("UNDELETE_FAILED", "Entity is not in the recycle bin")
    with org.transaction():
        restored = _moved(org, record, user, IsDeleted=False)
        require_unique(table, restored)
        table.put(restored)
        tasks = org.tables["Task"]
        same_time = [
            t
            for t in tasks.records.values()
            if t.deleted
            and t.values.get("WhoId") == record.id
            and t.values["SystemModstamp"] == record.values["SystemModstamp"]
        ]
        for task in same_time:
            tasks.put(_moved(org, task, user, IsDeleted=False))
        if table.type.name == "Task":
            roll_up(org, restored.values.get("WhoId"), restored.values.get("WhatId"))
    return restored


def purge(org: Org, record: Record) -> None:
    """Out of the recycle bin: queries never see it again, the log of deletions still names it."""
    if not record.deleted:
        raise refuse("INVALID_OPERATION", "Entity is not in the recycle bin")
    org.purged.add(record.id)


def merge(org: Org, kind: ObjectType, master: Record, loser: Record, user: str) -> Record:
    """The loser is deleted and names its master; empty values of the master are filled in."""
    if kind.name not in ("Lead", "Contact", "Account"):
        raise refuse("INVALID_OPERATION", f"{kind.label} cannot be merged")
    if master.deleted or loser.deleted or master.id == loser.id:
        raise refuse("INVALID_OPERATION", "both records must exist and differ")
    if master.values.get("IsConverted") or loser.values.get("IsConverted"):
        raise refuse("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    table = org.table(kind)
    with org.transaction():
        table.put(_moved(org, loser, user, IsDeleted=True, MasterRecordId=master.id))
        filled = {
            item.name: loser.values.get(item.name)
            for item in kind.fields.values()
            if item.is_("u") and master.values.get(item.name) is None
        }
        survivor = _moved(org, master, user, **filled)
        table.put(survivor._replace(values=derive(org, kind, survivor.values)))
        tasks = org.tables["Task"]
        for task in tasks.having("WhoId", loser.id):
            tasks.put(_moved(org, task, user, WhoId=master.id))
        roll_up(org, master.id)
    return table.records[master.id]


def convert(org: Org, lead: Record, how: Conversion, user: str) -> Values:
    """Account, contact and maybe an opportunity; the lead is read-only from then on."""
    if lead.deleted or lead.values.get("IsConverted"):
        raise refuse("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    writer = Writer(user, bypass_rules=True)
    with org.transaction():
        account = how.account_id or _made(org, "Account", {"Name": lead.values["Company"]}, writer)
        contact = how.contact_id or _contact(org, lead, account, how.mapped, writer)
        opportunity = _opportunity(org, how.opportunity, account, writer)
        ends: Values = {
            "ConvertedAccountId": account,
            "ConvertedContactId": contact,
            "ConvertedOpportunityId": opportunity,
        }
        today = org.now().date().isoformat()
        converted = _moved(
            org, lead, user, IsConverted=True, ConvertedDate=today, Status=how.status, **ends
        )
        org.tables["Lead"].put(converted)
        tasks = org.tables["Task"]
        for task in tasks.having("WhoId", lead.id):
            tasks.put(_moved(org, task, user, WhoId=contact, AccountId=account))
        roll_up(org, contact, account)
    return ends


def _contact(org: Org, lead: Record, account: str, mapped: dict[str, str], writer: Writer) -> str:
    pairs = {**{name: name for name in CARRIED}, **mapped}
    values = {to: lead.values.get(source) for source, to in pairs.items()}
    return _made(org, "Contact", {**values, "AccountId": account}, writer)


def _opportunity(org: Org, name: str | None, account: str, writer: Writer) -> str | None:
    if not name:
        return None
    day = org.now().date().isoformat()
    values = {"Name": name, "AccountId": account, "StageName": "Prospecting", "CloseDate": day}
    return _made(org, "Opportunity", values, writer)


def _made(org: Org, name: str, values: Values, writer: Writer) -> str:
    return create(org, org.type_named(name), values, writer).id


def _moved(org: Org, record: Record, user: str, **values: Any) -> Record:
    now = org.stamp()
    return record.with_(**values, LastModifiedDate=now, LastModifiedById=user, SystemModstamp=now)
