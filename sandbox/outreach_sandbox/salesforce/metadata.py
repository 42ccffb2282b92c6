"""How an administrator sets an org up: fields, who may see them, picklists, lead statuses.

The one rule: a table knows every field there is, `org.types` what the integration user sees of it;
whoever changes one of them here changes both, and descriptions are new from then on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce.schema import custom_field
from outreach_sandbox.salesforce.store import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.schema import Field, ObjectType


def add_field(org: Org, spec: Mapping[str, Any]) -> None:
    """A custom field; one of Activity is one of Task."""
    item = custom_field(spec)
    seen, whole = _both(org, spec.get("object"))
    seen.add(item)
    whole.add(item)
    org.set_up_now()


def remove_field(org: Org, object_name: Any, name: str) -> None:
    """A custom field is deleted, and what stood in it."""
    seen, whole = _both(org, object_name)
    item = whole.find(name)
    if item is None or not item.custom:
        raise ValueError(f"{whole.name} has no custom field {name}")
    for kind in (seen, whole):
        if kind.find(name):
            kind.drop(name)
    table = org.table(whole)
    table.indexes.pop(item.name, None)
    for record in list(table.records.values()):
        if item.name in record.values:
            kept = {key: v for key, v in record.values.items() if key != item.name}
            table.put(Record(record.id, kept))
    org.set_up_now()


def deploy(org: Org) -> list[str]:
    """The seed's custom fields, as far as they are not there."""
    missing = [spec for spec in org.package if not _both(org, spec["object"])[1].find(spec["name"])]
    for spec in missing:
        add_field(org, spec)
    return [f"{spec['object']}.{spec['name']}" for spec in missing]


def undeploy(org: Org) -> list[str]:
    """The seed's custom fields are deleted."""
    there = [spec for spec in org.package if _both(org, spec["object"])[1].find(spec["name"])]
    for spec in there:
        remove_field(org, spec["object"], str(spec["name"]))
    return [f"{spec['object']}.{spec['name']}" for spec in there]


def hide_field(org: Org, object_name: Any, name: str, *, read_only: bool = False) -> None:
    """The integration user sees the field no more, or sees it and may not change it."""
    kind = _both(org, object_name)[0]
    (kind.freeze if read_only else kind.drop)(name)
    org.set_up_now()


def show_field(org: Org, object_name: Any, name: str) -> None:
    """The integration user may see and change the field, as far as anybody may."""
    seen, whole = _both(org, object_name)
    item = whole.find(name)
    if item is None:
        raise ValueError(f"{whole.name} has no field {name}")
    seen.add(item)
    org.set_up_now()


def set_picklist(org: Org, spec: Mapping[str, Any]) -> None:
    """{object, field, values, restricted}: what is left out stays."""

    def changed(item: Field) -> Field:
        values = tuple(spec.get("values", item.values))
        restricted = bool(spec.get("restricted", item.is_("R")))
        flags = item.flags - {"R"} | ({"R"} if restricted else set())
        return replace(item, values=values, flags=frozenset(flags))

    _change(org, spec.get("object"), str(spec["field"]), changed)


def rename_status(org: Org, old: str, new: str) -> None:
    """A lead status gets another name, and so do the leads that have it; no stamp moves."""
    statuses, leads = org.tables["LeadStatus"], org.tables["Lead"]
    found = next((s for s in statuses.live() if s.values["ApiName"] == old), None)
    if found is None:
        raise ValueError(f"there is no lead status {old!r}")
    statuses.put(found.with_(ApiName=new, MasterLabel=new))
    for lead in [lead for lead in leads.records.values() if lead.values["Status"] == old]:
        leads.put(lead.with_(Status=new))

    def changed(item: Field) -> Field:
        values = tuple(new if value == old else value for value in item.values)
        return replace(item, values=values, default=new if item.default == old else item.default)

    _change(org, "Lead", "Status", changed)


def undeployed(org: Org, object_name: str) -> set[str]:
    """Those of the seed's custom fields that this object has not."""
    names = {str(spec["name"]) for spec in org.package if _name(spec["object"]) == object_name}
    return {name for name in names if org.whole_type(object_name).find(name) is None}


def _change(org: Org, object_name: Any, name: str, changed: Callable[[Field], Field]) -> None:
    seen, whole = _both(org, object_name)
    if whole.find(name) is None:
        raise ValueError(f"{whole.name} has no field {name}")
    for kind in (seen, whole):
        item = kind.find(name)
        if item is not None:
            kind.add(changed(item))
    org.set_up_now()


def _both(org: Org, object_name: Any) -> tuple[ObjectType, ObjectType]:
    name = _name(object_name or "Lead")
    return org.type_named(name), org.whole_type(name)


def _name(object_name: Any) -> str:
    return "Task" if object_name == "Activity" else str(object_name)
