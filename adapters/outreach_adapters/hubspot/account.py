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
# unique on deals; on e-mails an ordinary property, for activities can have no unique one
EVENT_KEY = "outreach_event_key"
# unique on companies: the website's host, so that a lost answer cannot make a second one
HOST_KEY = "outreach_company_host"
# properties the sync needs beside the mapped ones
ALWAYS = (
    ROW_ID,
    "hs_additional_emails",
    "hs_lead_status",
    "notes_last_contacted",
    "hs_merged_object_ids",
    "lastmodifieddate",
    "associatedcompanyid",
)
PROVISION = "Run `outreach provision hubspot`."


@dataclass(frozen=True)
class PropertyFact:
    """What of a property's definition matters here."""

    name: str
    type: str
    read_only: bool
    unique: bool
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class AccountFacts:
    """The account's id and the definitions of the properties asked about."""

    portal_id: str
    properties: Mapping[str, PropertyFact]

    def to_json(self) -> dict[str, Any]:
        """Return the form kept in a bookmark."""
        listed = {
            fact.name: [fact.type, fact.read_only, fact.unique, list(fact.options)]
            for fact in self.properties.values()
        }
        return {"portal_id": self.portal_id, "properties": listed}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AccountFacts:
        """Rebuild facts from a bookmark."""
        listed = dict(data.get("properties") or {})
        facts = {
            n: PropertyFact(n, str(v[0]), bool(v[1]), bool(v[2]), tuple(v[3] if len(v) > 3 else ()))
            for n, v in listed.items()
        }
        return cls(str(data.get("portal_id") or ""), facts)


def facts_of(
    account: Mapping[str, Any], definitions: Iterable[Mapping[str, Any]], wanted: Iterable[str]
) -> AccountFacts:
    """Return the facts about the wanted properties, from HubSpot's two answers."""
    asked = set(wanted)
    found = {str(d.get("name")): _fact(d) for d in definitions if d.get("name") in asked}
    return AccountFacts(str(account.get("portalId") or ""), found)


def check_readable(facts: AccountFacts, wanted: Iterable[str], noun: str = "contact") -> None:
    """Stop if a property asked for does not exist: HubSpot leaves it out without a word."""
    missing = [name for name in wanted if name not in facts.properties]
    if missing:
        raise _missing(missing, noun)


def check_key(facts: AccountFacts, name: str, noun: str) -> None:
    """Stop unless an object has the unique property that keeps it from being made twice."""
    fact = facts.properties.get(name)
    if fact is None:
        raise _missing([name], noun)
    if not fact.unique:
        raise ConfigError(
            f"HubSpot's {noun} property `{name}` is not unique.",
            code="property_not_unique",
            remedy=f"Rename or delete it in HubSpot. {PROVISION}",
            property=name,
        )


def check_row_id(facts: AccountFacts) -> None:
    """Stop unless rows can be recognised in HubSpot: by a unique property of ours."""
    check_key(facts, ROW_ID, "contact")


def check_writable(facts: AccountFacts, wanted: Iterable[str], noun: str = "contact") -> None:
    """Stop if a property to be written does not exist or belongs to HubSpot."""
    names = list(wanted)
    check_readable(facts, names, noun)
    refused = sorted(name for name in names if facts.properties[name].read_only)
    if refused:
        raise ConfigError(
            f"HubSpot does not let anybody write: {', '.join(refused)}.",
            code="read_only_property",
            remedy="Give them `direction: crm_to_sheet` in the rule file.",
            properties=tuple(refused),
        )


def check_options(
    facts: AccountFacts, name: str, written: Iterable[str], compared: Iterable[str] = ()
) -> None:
    """Stop if a rule names a value that the account's list of choices does not have.

    Args:
        facts: What is known of the account.
        name: The property.
        written: Values we write: HubSpot takes them letter by letter.
        compared: Values we only compare, in any case.
    """
    fact = facts.properties.get(name)
    if fact is None or not fact.options:
        return
    folded = {option.casefold() for option in fact.options}
    unknown = {value for value in compared if value.casefold() not in folded}
    missing = sorted(unknown | (set(written) - set(fact.options)))
    if missing:
        raise ConfigError(
            f"HubSpot's `{name}` has no value {', '.join(f'`{value}`' for value in missing)}; "
            f"it has {', '.join(f'`{option}`' for option in fact.options)}.",
            code="missing_option",
            remedy="Correct `status` in the rule file, or add the value in HubSpot.",
            property=name,
        )


def check_deals(pipelines: Iterable[Mapping[str, Any]], pipeline: str, stage: str) -> None:
    """Stop if the account has no such pipeline or no such stage in it.

    https://developers.hubspot.com/docs/guides/api/crm/pipelines
    """
    known = {str(found.get("id")): found for found in pipelines}
    if pipeline not in known:
        raise _no_such("pipeline", pipeline, known.values())
    stages = known[pipeline].get("stages") or ()
    if stage not in {str(found.get("id")) for found in stages}:
        raise _no_such("stage", stage, stages)


def _no_such(word: str, name: str, known: Iterable[Mapping[str, Any]]) -> ConfigError:
    listed = ", ".join(f"`{found.get('id')}` ({found.get('label')})" for found in known)
    return ConfigError(
        f"HubSpot has no deal {word} `{name}`; it has {listed or 'none'}.",
        code=f"missing_{word}",
        remedy=f"Correct `{word}` under `deals` in the rule file.",
    )


def _fact(definition: Mapping[str, Any]) -> PropertyFact:
    flags = definition.get("modificationMetadata") or {}
    return PropertyFact(
        str(definition.get("name")),
        str(definition.get("type") or "string"),
        bool(flags.get("readOnlyValue")) or bool(definition.get("calculated")),
        bool(definition.get("hasUniqueValue")),
        tuple(str(option.get("value")) for option in definition.get("options") or ()),
    )


def _missing(names: list[str], noun: str = "contact") -> ConfigError:
    ours = any(name.startswith("outreach_") for name in names)
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    return ConfigError(
        f"HubSpot has no {noun} property {listed}.",
        code="missing_property",
        remedy=PROVISION if ours else "Create it in HubSpot or correct the rule file.",
        properties=tuple(sorted(names)),
    )
