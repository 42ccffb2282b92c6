"""The end of a record and what may come after: delete, undelete, purge, merge.

The one rule: nothing leaves the store; a record out of the recycle bin is only not shown.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_merge.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce.activity import derive, roll_up
from outreach_sandbox.salesforce.wire import refuse
from outreach_sandbox.salesforce.writes import require_unique

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.schema import ObjectType
    from outreach_sandbox.salesforce.store import Record, Table

ROLE_ENDS = {"Contact": "ContactId", "Opportunity": "OpportunityId"}


def delete(org: Org, kind: ObjectType, record: Record, user: str) -> None:
    """To the recycle bin, a contact's or lead's tasks with it, and the roles it had a part in."""
    if record.deleted:
        raise refuse("ENTITY_IS_DELETED", "entity is deleted", status=404)
    with org.transaction():
        org.table(kind).put(moved(org, record, user, IsDeleted=True))
        if kind.name in ("Lead", "Contact"):
            tasks = org.tables["Task"]
            for task in tasks.having("WhoId", record.id):
                tasks.put(moved(org, task, user, IsDeleted=True))
        if kind.name in ROLE_ENDS:
            roles = org.tables["OpportunityContactRole"]
            for role in roles.having(ROLE_ENDS[kind.name], record.id):
                roles.put(moved(org, role, user, IsDeleted=True))
        if kind.name == "Task":
            names = ("WhoId", "WhatId", "AccountId")
            roll_up(org, *(record.values.get(n) for n in names))


def undelete(org: Org, table: Table, record: Record, user: str) -> Record:
    """Back from the recycle bin; a merged record and a contact role cannot come back."""
    stays = table.type.name == "OpportunityContactRole"
    if not record.deleted or record.master or stays or record.id in org.purged:
        raise refuse("UNDELETE_FAILED", "Entity is not in the recycle bin")
    with org.transaction():
        restored = moved(org, record, user, IsDeleted=False)
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
            tasks.put(moved(org, task, user, IsDeleted=False))
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
        table.put(moved(org, loser, user, IsDeleted=True, MasterRecordId=master.id))
        filled = {
            item.name: loser.values.get(item.name)
            for item in kind.fields.values()
            if item.is_("u") and master.values.get(item.name) is None
        }
        survivor = moved(org, master, user, **filled)
        table.put(survivor._replace(values=derive(org, kind, survivor.values)))
        tasks = org.tables["Task"]
        for task in tasks.having("WhoId", loser.id):
            tasks.put(moved(org, task, user, WhoId=master.id))
        if kind.name == "Contact":
            _hand_over(org, loser.id, master.id, user)
        roll_up(org, master.id)
    return table.records[master.id]


def _hand_over(org: Org, loser: str, master: str, user: str) -> None:
    """What named the losing contact names the master."""
    named = [("OpportunityContactRole", "ContactId"), ("Opportunity", "ContactId")]
    if org.switches.merge_repoints_leads:
        named.append(("Lead", "ConvertedContactId"))
    for object_name, field in named:
        table = org.tables[object_name]
        for record in table.having(field, loser):
            table.put(moved(org, record, user, **{field: master}))


def moved(org: Org, record: Record, user: str, **values: Any) -> Record:
    """The record with these values, stamped with who and when."""
    now = org.stamp()
    return record.with_(**values, LastModifiedDate=now, LastModifiedById=user, SystemModstamp=now)
