"""What must be known of an account before its contacts are read or written.

Rule: a mapped property that is missing, or that cannot be written, stops the program before its first
record; facts may be kept for a day, and are dropped as soon as HubSpot says they are wrong.

https://developers.hubspot.com/docs/guides/api/crm/properties
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from outreach_core.errors import ConfigError

ROW_ID = "outreach_row_id"
CREATED_BY_US = "outreach_sync_created"
# properties the sync needs beside the mapped ones
ALWAYS = (
    ROW_ID,
    "hs_additional_emails",
    "hs_lead_status",
    "notes_last_contacted",
    "hs_merged_object_ids",
    "lastmodifieddate",
)
PROVISION = "Run `outreach provision hubspot`."


@dataclass(frozen=True)
class PropertyFact:
    """What of a property's definition matters here."""

    name: str
    type: str
    read_only: bool
    unique: bool


@dataclass(frozen=True)
class AccountFacts:
    """The account's id and the definitions of the properties asked about."""

    portal_id: str
    properties: Mapping[str, PropertyFact]

    def to_json(self) -> dict[str, Any]:
        """Return the form kept in a bookmark."""
        listed = {
            fact.name: [fact.type, fact.read_only, fact.unique] for fact in self.properties.values()
        }
        return {"portal_id": self.portal_id, "properties": listed}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AccountFacts:
        """Rebuild facts from a bookmark."""
        listed = dict(data.get("properties") or {})
        facts = {n: PropertyFact(n, str(v[0]), bool(v[1]), bool(v[2])) for n, v in listed.items()}
        return cls(str(data.get("portal_id") or ""), facts)


def facts_of(
    account: Mapping[str, Any], definitions: Iterable[Mapping[str, Any]], wanted: Iterable[str]
) -> AccountFacts:
    """Return the facts about the wanted properties, from HubSpot's two answers."""
    asked = set(wanted)
    found = {str(d.get("name")): _fact(d) for d in definitions if d.get("name") in asked}
    return AccountFacts(str(account.get("portalId") or ""), found)


def check_readable(facts: AccountFacts, wanted: Iterable[str]) -> None:
    """Stop if a property asked for does not exist: HubSpot leaves it out without a word."""
    missing = [name for name in wanted if name not in facts.properties]
    if missing:
        raise _missing(missing)


def check_row_id(facts: AccountFacts) -> None:
    """Stop unless rows can be recognised in HubSpot: by a unique property of ours."""
    fact = facts.properties.get(ROW_ID)
    if fact is None:
        raise _missing([ROW_ID])
    if not fact.unique:
        raise ConfigError(
            f"HubSpot's contact property `{ROW_ID}` is not unique.",
            code="property_not_unique",
            remedy="Rename or delete it in HubSpot, then run `outreach provision hubspot`.",
            property=ROW_ID,
        )


def check_writable(facts: AccountFacts, wanted: Iterable[str]) -> None:
    """Stop if a property to be written does not exist or belongs to HubSpot."""
    names = list(wanted)
    check_readable(facts, names)
    refused = sorted(name for name in names if facts.properties[name].read_only)
    if refused:
        raise ConfigError(
            f"HubSpot does not let anybody write: {', '.join(refused)}.",
            code="read_only_property",
            remedy="Give them `direction: crm_to_sheet` in the rule file.",
            properties=tuple(refused),
        )


def _fact(definition: Mapping[str, Any]) -> PropertyFact:
    flags = definition.get("modificationMetadata") or {}
    return PropertyFact(
        str(definition.get("name")),
        str(definition.get("type") or "string"),
        bool(flags.get("readOnlyValue")) or bool(definition.get("calculated")),
        bool(definition.get("hasUniqueValue")),
    )


def _missing(names: list[str]) -> ConfigError:
    ours = any(name.startswith("outreach_") for name in names)
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    return ConfigError(
        f"HubSpot has no contact property {listed}.",
        code="missing_property",
        remedy=PROVISION if ours else "Create it in HubSpot or correct the rule file.",
        properties=tuple(sorted(names)),
    )
