"""Whether an org can hold what a rule file sends it. Pure; asked before the first write.

Rule: every mistake is told at once, each with its line, the rule, the field, and what the org has.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from outreach_adapters.salesforce.account import CONTACT, LEAD, OPPORTUNITY
from outreach_adapters.salesforce.fields import (
    BOOLEAN,
    CHOICES,
    DATE,
    DATETIME,
    NUMBERS,
    REFERENCE,
    TEXTS,
    Field,
)
from outreach_core.errors import ConfigError
from outreach_core.mapping import FieldRule, SideRules
from outreach_core.model.fields import Direction, FieldType
from target_salesforce_leads.org import DEPLOY, Org
from target_salesforce_leads.values import listed

_PLAIN = ("string", "textarea")
# which of Salesforce's types can hold which of ours
HOLDS: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.TEXT: (*TEXTS, REFERENCE),
    FieldType.EMAIL: ("email", *_PLAIN),
    FieldType.PHONE: ("phone", *_PLAIN),
    FieldType.URL: ("url", *_PLAIN),
    FieldType.NUMBER: (*NUMBERS, *_PLAIN),
    FieldType.DATE: (DATE, *_PLAIN),
    FieldType.DATETIME: (DATETIME, *_PLAIN),
    FieldType.BOOLEAN: (BOOLEAN, *_PLAIN),
    FieldType.CHOICE: (*CHOICES, *_PLAIN),
    FieldType.CHOICES: ("multipicklist", *_PLAIN),
}
READ_ONLY = (Direction.CRM_TO_SHEET, Direction.OFF)


@dataclass(frozen=True)
class Mistake:
    """What is wrong with one rule.

    Attributes:
        line: Of the rule file; 0 where it is not known.
    """

    line: int
    text: str


def check_rules(rules: SideRules, org: Org) -> None:
    """Stop if the org cannot hold what the rules send it.

    Raises:
        ConfigError: ``rules_do_not_fit``, naming every mistake; or the org lacks what every rule needs.
    """
    org.check_key(LEAD)
    mistakes = [*_fields(rules, LEAD, org), *_statuses(rules, org), *_stages(rules, org)]
    if rules.converted is not None:
        org.check_key(CONTACT)
        mistakes += _fields(rules.converted, CONTACT, org)
    if mistakes:
        ordered = sorted(mistakes, key=lambda one: one.line)
        told = [f"{rules.source}:{m.line}: {m.text}" if m.line else m.text for m in ordered]
        raise ConfigError(
            "\n".join(told), code="rules_do_not_fit", mistakes=tuple(m.text for m in ordered)
        )


def _fields(rules: SideRules, of: str, org: Org) -> Iterator[Mistake]:
    fields = org.fields(of)
    for rule in rules.all_fields.values():
        if rule.direction in READ_ONLY:
            continue
        for place in rule.places:
            text = _trouble(rule, place, of, fields)
            if text:
                yield Mistake(rule.line, f"`{rule.name}` {text}")


def _trouble(rule: FieldRule, place: str, of: str, fields: Mapping[str, Field]) -> str | None:
    """Return what is wrong with one place of a rule.

    | # | the place | |
    |---|---|---|
    | 1 | is not there, or not to be seen | wrong |
    | 2 | cannot be written by this user | wrong |
    | 3 | has a type that cannot hold the field's | wrong |
    | 4 | is shorter than `max_length` allows | wrong |
    | 5 | lacks a choice that `values` names | wrong |
    | 6 | else | right |
    """
    field = fields.get(place)
    if field is None:  # (1)
        return f"lives in {place}, but {of} has no such field to be seen. {_remedy(place, fields)}"
    if not (field.createable and field.updateable):  # (2)
        return (
            f"lives in {of}.{place}, which the integration user may not write. "
            "Grant it in a permission set, or use `direction: crm_to_sheet`."
        )
    kind = rule.kind.type
    if field.type not in HOLDS[kind]:  # (3)
        return (
            f"is of type {kind}, but {of}.{place} is of type {field.type}. "
            f"Choose a field of type {HOLDS[kind][0]}."
        )
    if rule.max_length and field.length and rule.max_length > field.length:  # (4)
        return (
            f"may be {rule.max_length} characters long, but {of}.{place} holds {field.length}. "
            f"Write `max_length: {field.length}`, or choose a longer field."
        )
    missing = _missing(rule.dialect.words.values(), field)
    if missing:  # (5)
        return (
            f"names {', '.join(missing)}, but {of}.{place} has {listed(field.values)}. "
            "Correct `values`, or add the value in Salesforce."
        )
    return None  # (6)


def _statuses(rules: SideRules, org: Org) -> Iterator[Mistake]:
    """Yield what is wrong with the lead's status: values that would convert.

    One that is not there, because somebody renamed it, costs the rows that need it and no other.
    """
    status, rule = rules.status, rules.written.get("status")
    if status is None or rule is None or not org.lead_statuses:
        return
    known = {one.name.casefold(): one for one in org.lead_statuses}
    converting = [
        value
        for value in dict.fromkeys(status.push.values())
        if value.casefold() in known and known[value.casefold()].ends
    ]
    if converting:
        text = (
            f"`status` sets {', '.join(converting)}, which is for converted leads alone and converts "
            "none. Choose another value."
        )
        yield Mistake(rule.line, text)


def _stages(rules: SideRules, org: Org) -> Iterator[Mistake]:
    deals = rules.telling.deals
    if not deals.create or not org.stages or not org.objects.get(OPPORTUNITY):
        return
    if deals.stage not in org.stages:
        text = (
            f"`opportunities` names the stage {deals.stage}, but there are {listed(org.stages)}. "
            "Correct `stage`."
        )
        yield Mistake(0, text)


def _missing(words: Iterable[str], field: Field) -> list[str]:
    if field.type not in CHOICES or not field.values:
        return []
    known = {value.casefold() for value in field.values}
    return [word for word in words if word.casefold() not in known]


def _remedy(place: str, fields: Mapping[str, Field]) -> str:
    if place.startswith("Outreach_") or place == "Responded__c":
        return DEPLOY
    close = get_close_matches(place, fields, 1)
    if close:
        return f"Did you mean {close[0]}?"
    return "Create it, grant it in a permission set, or correct the rule file."
