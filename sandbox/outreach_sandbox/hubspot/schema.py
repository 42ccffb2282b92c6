"""Property definitions of one object type, and the values they allow.

The one rule: a definition is looked at here and nowhere else; the store keeps strings only.

https://developers.hubspot.com/docs/guides/api/crm/properties
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from outreach_sandbox.hubspot import (
    schema_activities,
    schema_companies,
    schema_contacts,
    schema_deals,
    schema_tickets,
)
from outreach_sandbox.hubspot.wire import iso

# https://developers.hubspot.com/docs/guides/api/crm/properties#create-unique-identifier-properties
MAX_UNIQUE = 10


@dataclass(frozen=True)
class Property:
    """One property definition."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    options: tuple[dict[str, Any], ...] = ()
    read_only: bool = False
    calculated: bool = False
    unique: bool = False
    hubspot_defined: bool = False
    hidden: bool = False
    form_field: bool = False
    display_order: int = -1
    description: str = ""
    created_ms: int | None = None
    updated_ms: int | None = None
    archived_ms: int | None = None
    made_by: str | None = None

    @property
    def option_values(self) -> tuple[str, ...]:
        """The values an enumeration allows."""
        return tuple(str(option["value"]) for option in self.options)

    @property
    def external_options(self) -> bool:
        """Whether the options live elsewhere (owners, personas), so any value passes here."""
        return self.type == "enumeration" and not self.options and self.hubspot_defined

    def as_json(self) -> dict[str, Any]:
        """The definition as the properties API answers it."""
        body: dict[str, Any] = {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": [dict(option) for option in self.options],
            "displayOrder": self.display_order,
            "calculated": self.calculated,
            "externalOptions": self.external_options,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
        }
        if self.hubspot_defined:
            body["hubspotDefined"] = True
        body["modificationMetadata"] = {
            "archivable": not self.hubspot_defined,
            "readOnlyDefinition": self.hubspot_defined,
            "readOnlyValue": self.read_only,
        }
        return body | {"formField": self.form_field, "dataSensitivity": "non_sensitive"}

    def in_full(self) -> dict[str, Any]:
        """The same with who made it and when: everywhere but where many are made (recorded)."""
        users = {"createdUserId": self.made_by, "updatedUserId": self.made_by}
        return self.as_json() | self._dates() | (users if self.made_by else {})

    def _dates(self) -> dict[str, Any]:
        dates: dict[str, Any] = {"archived": self.archived_ms is not None}
        if self.archived_ms is not None:
            dates["archivedAt"] = iso(self.archived_ms)
        if self.created_ms is not None:
            dates["createdAt"] = iso(self.created_ms)
        if self.updated_ms is not None:
            dates["updatedAt"] = iso(self.updated_ms)
        return dates


@dataclass
class Schema:
    """All definitions and groups of one object type."""

    properties: dict[str, Property] = field(default_factory=dict)
    archived: dict[str, Property] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add_group(self, name: str, label: str) -> dict[str, Any]:
        """Add a group and return it as the API shows it."""
        group = {
            "name": name,
            "label": label,
            "displayOrder": len(self.groups),
            "archived": False,
        }
        self.groups[name] = group
        return group

    def unique_names(self) -> list[str]:
        """The properties whose values are unique among live records."""
        return [p.name for p in self.properties.values() if p.unique]

    def custom_unique_count(self) -> int:
        """How many of the account's own properties are unique."""
        return sum(1 for p in self.properties.values() if p.unique and not p.hubspot_defined)

    def put(self, definition: Property) -> None:
        """Add or replace a definition."""
        self.properties[definition.name] = definition

    def archive(self, name: str, now_ms: int) -> None:
        """Take a definition away; values stay in the store and are no longer shown."""
        definition = self.properties.pop(name)
        self.archived[name] = replace(definition, archived_ms=now_ms)


def options_of(values: list[str]) -> tuple[dict[str, Any], ...]:
    """Plain options from values."""
    return tuple(
        {
            "label": value.replace("_", " ").capitalize(),
            "value": value,
            "description": "",
            "displayOrder": order,
            "hidden": False,
        }
        for order, value in enumerate(values)
    )


def contacts() -> Schema:
    """The default schema of contacts."""
    return _from_tables(schema_contacts.GROUPS, schema_contacts.PROPERTIES)


def companies() -> Schema:
    """The default schema of companies."""
    return _from_tables(schema_companies.GROUPS, schema_companies.PROPERTIES)


def deals() -> Schema:
    """The default schema of deals."""
    return _from_tables(schema_deals.GROUPS, schema_deals.PROPERTIES)


def tickets() -> Schema:
    """The default schema of tickets."""
    return _from_tables(schema_tickets.GROUPS, schema_tickets.PROPERTIES)


def activity(group: str, label: str, own: str) -> Schema:
    """The default schema of one kind of activity: what all have, and its own table."""
    lines = (*schema_activities.SHARED.strip().splitlines(), *own.strip().splitlines())
    rows = [line.split("|") for line in sorted(lines)]
    table = "\n".join("|".join((*row[:4], group, *row[4:])) for row in rows)
    return _from_tables(f"{group}|{label}", table)


def _from_tables(groups: str, properties: str) -> Schema:
    schema = Schema()
    for line in groups.strip().splitlines():
        name, label = line.split("|")
        schema.add_group(name, label)
    for line in properties.strip().splitlines():
        name, kind, field_type, flags, group, label, options = line.split("|")
        schema.put(
            Property(
                name=name,
                label=label,
                type=kind,
                field_type=field_type,
                group=group,
                options=options_of(options.split(",")) if options else (),
                read_only="r" in flags,
                calculated="c" in flags,
                unique="u" in flags,
                hubspot_defined=True,
                form_field="r" not in flags,
                created_ms=1_562_000_000_000,
                updated_ms=1_562_000_000_000,
            )
        )
    return schema
