"""Creating, changing and upserting one record.

The one rule: checks run in one order whatever door the write came through: names, rights, values,
required fields, uniqueness, the org's rules; then the record is stored and roll-ups follow.

https://developer.salesforce.com/docs/platform/api-rest/guide/dome-upsert.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce import rules
from outreach_sandbox.salesforce.activity import derive, roll_up
from outreach_sandbox.salesforce.ids import to_18
from outreach_sandbox.salesforce.schema import WRITABLE
from outreach_sandbox.salesforce.store import Record
from outreach_sandbox.salesforce.values import fit
from outreach_sandbox.salesforce.wire import (
    Problem,
    RefusedError,
    SeveralMatchesError,
    Values,
    not_found,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.schema import Field, ObjectType
    from outreach_sandbox.salesforce.store import Table

NO_DUPLICATES = rules.DuplicateHeader()
NO_KEY = "Provided external ID field does not exist or is not accessible: "


@dataclass(frozen=True)
class Writer:
    """Who writes, and how duplicates are treated."""

    user: str
    header: rules.DuplicateHeader = NO_DUPLICATES
    bypass_rules: bool = False
    trims: bool = True


def create(org: Org, kind: ObjectType, sent: Mapping[str, Any], writer: Writer) -> Record:
    """A new record."""
    if kind.name not in WRITABLE and not writer.bypass_rules:
        text = f"entity type cannot be inserted: {kind.label}"
        raise refuse("INVALID_TYPE_FOR_OPERATION", text)
    with org.transaction():
        values = _checked(org, kind, sent, writer, "" if writer.bypass_rules else "c")
        _lock(org, *(values.get(n) for n in ("WhoId", "WhatId", "AccountId")))
        blank = org.table(kind).type.blank()
        if "OwnerId" in blank:
            blank["OwnerId"] = writer.user
        full = {**blank, **values}
        _require(kind, full)
        record_id = org.ids.new(kind.prefix)
        system = {
            "Id": record_id,
            "IsDeleted": False,
            "CreatedDate": org.stamp(),
            "CreatedById": writer.user,
            **_touched(org, writer),
        }
        stored = _store(org, kind, Record(record_id, {**full, **system}), writer)
        if kind.name == "Opportunity" and stored.values.get("ContactId"):
            _primary_role(org, stored, writer)
        return stored


def update(
    org: Org, kind: ObjectType, record: Record, sent: Mapping[str, Any], writer: Writer
) -> Record:
    """A changed record.

    | # | the record is | outcome |
    |---|---|---|
    | 1 | deleted | ENTITY_IS_DELETED |
    | 2 | locked by somebody | UNABLE_TO_LOCK_ROW, retry |
    | 3 | a converted lead | CANNOT_UPDATE_CONVERTED_LEAD |
    | 4 | anything else | the values are checked and stored |
    """
    if record.deleted:  # (1)
        raise refuse("ENTITY_IS_DELETED", "entity is deleted", status=404)
    with org.transaction():
        _lock(org, record.id)  # (2)
        if record.values.get("IsConverted"):  # (3)
            raise refuse("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        values = _checked(org, kind, sent, writer, "u")  # (4)
        full = {**record.values, **values}
        _require(kind, full)
        same = all(record.values.get(name) == value for name, value in values.items())
        if same and not org.switches.same_value_bumps:
            return record
        return _store(org, kind, Record(record.id, {**full, **_touched(org, writer)}), writer)


def upsert(
    org: Org, kind: ObjectType, key: Field, value: Any, sent: Mapping[str, Any], writer: Writer
) -> tuple[Record, bool]:
    """The record with this key, changed or new; whether it is new.

    | # | live records with the key | outcome |
    |---|---|---|
    | 1 | none | a new record carries the key |
    | 2 | one | it is changed |
    | 3 | several | nothing is written |
    """
    found = org.table(kind).having(key.name, value)
    if not found:  # (1)
        # a recycled or never existing Id is no key to create with
        if key.name == "Id" and value:
            raise not_found("The requested resource does not exist")
        own = {} if key.name == "Id" else {key.name: value}
        return create(org, kind, {**sent, **own}, writer), True
    if len(found) > 1:  # (3)
        raise SeveralMatchesError([record.id for record in found])
    return update(org, kind, found[0], sent, writer), False  # (2)


def upsert_key(kind: ObjectType, name: str) -> Field:
    """The field an upsert names; 404 if it is no key or may not be seen."""
    item = kind.find(name)
    if item is None or not item.keys_upserts:
        raise not_found(NO_KEY + name)
    return item


def _checked(
    org: Org, kind: ObjectType, sent: Mapping[str, Any], writer: Writer, right: str
) -> Values:
    named = _named(org, kind, sent)
    barred = [i.name for i, _ in named if right and not i.is_(right)]
    if barred:
        text = (
            f"Unable to create/update fields: {', '.join(barred)}. Please check the security "
            "settings of this field and verify that it is read/write for your profile or "
            "permission set."
        )
        raise refuse("INVALID_FIELD_FOR_INSERT_UPDATE", text, *barred)
    trims = writer.trims and org.switches.trims_text
    return {item.name: fit(org, item, value, trims=trims) for item, value in named}


def _named(org: Org, kind: ObjectType, sent: Mapping[str, Any]) -> list[tuple[Field, Any]]:
    found: list[tuple[Field, Any]] = []
    for name, value in sent.items():
        if name == "attributes":
            continue
        item = kind.find(name)
        parent = kind.parent(name) if item is None and isinstance(value, dict) else None
        if parent is not None:
            found.append((parent, _foreign(org, parent, value)))
        elif item is None:
            text = f"No such column '{name}' on sobject of type {kind.name}"
            raise RefusedError(Problem("INVALID_FIELD", text))
        else:
            found.append((item, value))
    return found


def _foreign(org: Org, parent: Field, value: Mapping[str, Any]) -> str:
    """`{"Outreach_Id__c": "x"}` in place of the parent's id."""
    wanted = (value.get("attributes") or {}).get("type")
    keys = {name: v for name, v in value.items() if name != "attributes"}
    name, text = next(iter(keys.items()), ("", None))
    for target in [wanted] if wanted else parent.references:
        kind = org.types.get(str(target).lower())
        item = kind.find(name) if kind else None
        if kind is None or item is None or not item.keys_upserts:
            continue
        matches = org.table(kind).having(item.name, text)
        if len(matches) == 1:
            return matches[0].id
    entity = wanted or (parent.references or ("",))[0]
    said = f"Foreign key external ID: {text} not found for field {name} in entity {entity}"
    raise refuse("INVALID_FIELD", said)


def _require(kind: ObjectType, values: Values) -> None:
    missing = [name for name in kind.required() if values.get(name) is None]
    if missing:
        text = f"Required fields are missing: [{', '.join(missing)}]"
        raise refuse("REQUIRED_FIELD_MISSING", text, *missing)


def _touched(org: Org, writer: Writer) -> Values:
    now = org.stamp()
    return {"LastModifiedDate": now, "LastModifiedById": writer.user, "SystemModstamp": now}


def _store(org: Org, kind: ObjectType, record: Record, writer: Writer) -> Record:
    table = org.table(kind)
    before = table.records.get(record.id)
    if kind.name == "Task":
        _task_fits(org, record)
    require_unique(table, record)
    record = Record(record.id, derive(org, kind, record.values))
    if not writer.bypass_rules:
        rules.check(org, table, record, writer.header)
    table.put(record)
    if kind.name == "Task":
        old = before.values if before else {}
        names = ("WhoId", "WhatId", "AccountId")
        roll_up(org, *(v.get(n) for v in (old, record.values) for n in names))
    return record


def _primary_role(org: Org, deal: Record, writer: Writer) -> None:
    """The contact an opportunity is made with is its primary contact role."""
    ends = {"OpportunityId": deal.id, "ContactId": deal.values["ContactId"], "IsPrimary": True}
    create(org, org.whole_type("OpportunityContactRole"), ends, Writer(writer.user))


def _task_fits(org: Org, record: Record) -> None:
    who = org.by_id(record.values.get("WhoId"))
    on_lead = who is not None and who[0].type.name == "Lead"
    if who and on_lead and who[1].values.get("IsConverted"):
        raise refuse("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    if on_lead and record.values.get("WhatId") and org.switches.task_on_lead_refuses_what:
        text = "Related To ID: a task on a lead may not be related to another record"
        raise refuse("FIELD_INTEGRITY_EXCEPTION", text, "WhatId")


def require_unique(table: Table, record: Record) -> None:
    """Refuse a value of a unique field that another live record has."""
    for item in table.type.unique():
        for other in table.having(item.name, record.values.get(item.name)):
            if other.id != record.id:
                text = (
                    f"duplicate value found: {item.name} duplicates value on record "
                    f"with id: {other.id[:15]}"
                )
                raise refuse("DUPLICATE_VALUE", text)


def _lock(org: Org, *ids: Any) -> None:
    for record_id in {to_18(str(i)) for i in ids if i}:
        left = org.locks.get(record_id or "", 0)
        if left:
            org.locks[record_id or ""] = left - 1
            text = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
            raise refuse("UNABLE_TO_LOCK_ROW", text)
