"""Which fields of each object are read, and which of them must be there. Pure.

Rule: the rule file speaks of one object, and of what it is converted to; of the others, and of
what is converted, the usual fields are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from outreach_adapters.salesforce.account import CONTACT, LEAD, OPPORTUNITY, ROW_ID, TASK
from outreach_core.errors import ConfigError
from outreach_core.mapping.rules import SideRules

# our stream by the vendor's object
STREAMS: Mapping[str, str] = {LEAD: "leads", CONTACT: "contacts", OPPORTUNITY: "opportunities"}
OBJECTS: Mapping[str, str] = {stream: of for of, stream in STREAMS.items()}
# what an org was told of, asked for by our key alone
TOLD: Mapping[str, str] = {TASK: "tasks", OPPORTUNITY: "opportunities"}

# read of every object whatever the rules say, where it is to be seen
_ALWAYS: Mapping[str, tuple[str, ...]] = {
    LEAD: (ROW_ID, "Status", "LastActivityDate"),
    CONTACT: (ROW_ID, "AccountId", "LastActivityDate"),
    OPPORTUNITY: (ROW_ID, "AccountId", "StageName", "IsClosed", "IsWon", "LastActivityDate"),
}
_PERSON = ("LastName", "FirstName", "Email", "Phone")
USUAL: Mapping[str, tuple[str, ...]] = {
    LEAD: (*_PERSON, "Company", "Website", "City", "Street"),
    CONTACT: (*_PERSON, "Account.Name", "MailingCity", "MailingStreet"),
    OPPORTUNITY: ("Name", "CloseDate", "Amount"),
}


@dataclass(frozen=True)
class Wanted:
    """The fields of each object.

    Attributes:
        fields: What is read, by object.
        mapped: The object of the rule file, and its fields that must be there; ``None`` without one.
        asked: What a person or the rules named, by object: missed by a warning.
    """

    fields: Mapping[str, tuple[str, ...]]
    mapped: tuple[str, tuple[str, ...]] | None = None
    asked: Mapping[str, frozenset[str]] = field(default_factory=dict)


def wanted(rules: SideRules | None, named: Iterable[str]) -> Wanted:
    """Return the fields to read.

    Args:
        rules: The rule file, if there is one.
        named: Further fields, as ``Contact.Title``; one without an object is the rule file's
            object's, or the lead's.

    Raises:
        ConfigError: ``bad_rules``; the rule file speaks of an object that is not read here.
    """
    main = _object_of(rules)
    further = _by_object(named, main)
    fields: dict[str, tuple[str, ...]] = {}
    for of in STREAMS:
        own = rules.sources if rules and of == main else (*USUAL[of], *_converted(rules, of))
        fields[of] = tuple(dict.fromkeys([*own, *further.get(of, ()), *_ALWAYS[of]]))
    mapped = [place for rule in rules.all_fields.values() for place in rule.places] if rules else []
    asked = {of: frozenset(names) for of, names in further.items()}
    for of in STREAMS:
        asked[of] = asked.get(of, frozenset()) | {*_converted(rules, of)}
    if rules:
        asked[main] = asked.get(main, frozenset()) | {*rules.sources}
    return Wanted(fields, (main, tuple(mapped)) if rules else None, asked)


def _object_of(rules: SideRules | None) -> str:
    if rules is None:
        return LEAD
    if rules.object not in OBJECTS:
        raise ConfigError(
            f"{rules.source}: `object` is none of {', '.join(OBJECTS)}.",
            code="bad_rules",
            remedy="Write `object: leads`.",
        )
    return OBJECTS[rules.object]


def _converted(rules: SideRules | None, of: str) -> tuple[str, ...]:
    """Return the fields that a converted lead is mapped to, if they are this object's."""
    section = rules.converted if rules else None
    return section.sources if section and OBJECTS.get(section.object) == of else ()


def _by_object(named: Iterable[str], main: str) -> dict[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for text in named:
        of, _, rest = text.partition(".")
        place = (of, rest) if rest and of in STREAMS else (main, text)
        found.setdefault(place[0], []).append(place[1])
    return dict(found)
