"""What must be known of an org before its records are read or written.

Rule: Salesforce hides a field a user may not see as if it did not exist. One that is mapped stops the
program before its first record; any other is named in a warning and left out.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outreach_adapters.salesforce import composite, soql
from outreach_core.errors import ConfigError, OutreachError

Body = dict[str, Any]
ROW_ID = "Outreach_Id__c"
LEAD, CONTACT, OPPORTUNITY = "Lead", "Contact", "Opportunity"
TASK = "Task"
# the parts of a compound field are fields of their own; the whole has no type of a table
COMPOUND = ("address", "location", "base64")
_ORG = "org"


@dataclass(frozen=True)
class FieldFact:
    """What of a field's description matters here."""

    name: str
    type: str
    createable: bool
    updateable: bool
    unique_key: bool

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> FieldFact:
        """Read one field of a describe."""
        return cls(
            str(described.get("name")),
            str(described.get("type") or "string"),
            bool(described.get("createable")),
            bool(described.get("updateable")),
            bool(described.get("externalId")) and bool(described.get("unique")),
        )


@dataclass(frozen=True)
class OrgFacts:
    """The org's id and what is known of the fields asked about.

    Attributes:
        objects: The visible fields by object; an object the user may not see is not there.
        missing: The fields asked about that are not there, or not to be seen.
    """

    portal_id: str
    objects: Mapping[str, Mapping[str, FieldFact]]
    missing: Mapping[str, tuple[str, ...]]

    def visible(self, of: str, names: Iterable[str]) -> list[str]:
        """Return those of the names that can be read, in their order."""
        known = self.objects.get(of, {})
        return [name for name in names if name in known]

    def know(self, wanted: Mapping[str, Sequence[str]]) -> bool:
        """Whether all of the wanted fields were asked about."""
        return all(
            name in self.objects.get(of, {}) or name in self.missing.get(of, ())
            for of, names in wanted.items()
            for name in names
        )

    def to_json(self) -> Body:
        """Return the form kept in a bookmark."""
        objects = {
            of: {f.name: [f.type, f.createable, f.updateable, f.unique_key] for f in facts.values()}
            for of, facts in self.objects.items()
        }
        missing = {of: list(names) for of, names in self.missing.items()}
        return {"portal_id": self.portal_id, "objects": objects, "missing": missing}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> OrgFacts:
        """Rebuild facts from a bookmark."""
        objects = {
            of: {n: FieldFact(n, str(v[0]), *map(bool, v[1:4])) for n, v in facts.items()}
            for of, facts in dict(data.get("objects") or {}).items()
        }
        missing = {of: tuple(n) for of, n in dict(data.get("missing") or {}).items()}
        return cls(str(data.get("portal_id") or ""), objects, missing)


def questions(objects: Iterable[str]) -> list[composite.Part]:
    """Return what to ask an org about itself."""
    org = composite.query(_ORG, soql.select(["Id"], "Organization"))
    return [org, *(composite.describe(of, of) for of in objects)]


def parents(answers: composite.Answered, wanted: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the objects that wanted fields such as ``Account.Name`` lead to: to be described too."""
    found: list[str] = []
    for of, names in wanted.items():
        relations = {name.partition(".")[0] for name in names if "." in name}
        for reference in described(answers, of):
            if reference.get("relationshipName") in relations:
                found += map(str, reference.get("referenceTo") or ())
    return [of for of in dict.fromkeys(found) if of not in answers]


def described(answers: composite.Answered, of: str) -> list[Body]:
    """Return the fields of an object as described; none if the user may not see it."""
    answer = answers.get(of)
    return [] if answer is None or isinstance(answer, OutreachError) else list(answer["fields"])


def facts_of(answers: composite.Answered, wanted: Mapping[str, Sequence[str]]) -> OrgFacts:
    """Return the facts about the wanted fields, from the org's answers."""
    objects: dict[str, dict[str, FieldFact]] = {}
    missing: dict[str, tuple[str, ...]] = {}
    for of, names in wanted.items():
        fields = described(answers, of)
        found = _find(answers, fields, names)
        if fields:
            objects[of] = found
        missing[of] = tuple(name for name in names if name not in found)
    org = answers.get(_ORG)
    rows = [] if org is None or isinstance(org, OutreachError) else org.get("records") or []
    return OrgFacts(str(rows[0]["Id"]) if rows else "", objects, missing)


def check_mapped(facts: OrgFacts, of: str, mapped: Iterable[str]) -> None:
    """Stop if a mapped field cannot be read: it would look as if people had cleared it."""
    if of not in facts.objects:
        raise ConfigError(
            f"The integration user may not see the object {of}.",
            code="missing_object",
            remedy="Give it read access in a permission set.",
            object=of,
        )
    missing = sorted({name for name in mapped if name not in facts.objects[of]})
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        raise ConfigError(
            f"The object {of} has no field {listed}, or the integration user may not see it.",
            code="missing_property",
            remedy="Create it, grant it in a permission set, or correct the rule file.",
            properties=tuple(missing),
        )


def check_row_id(facts: OrgFacts, of: str) -> None:
    """Stop unless rows can be recognised in Salesforce: by a unique external id of ours."""
    fact = facts.objects.get(of, {}).get(ROW_ID)
    if fact is None or not fact.unique_key:
        state = "is not a unique external id" if fact else "is not there, or not to be seen"
        raise ConfigError(
            f"The field `{ROW_ID}` of {of} {state}.",
            code="property_not_unique" if fact else "missing_property",
            remedy="Deploy the package in `salesforce/`, or make it a text field with External ID and "
            "Unique, and grant it to the integration user.",
            properties=(ROW_ID,),
        )


def _find(
    answers: composite.Answered, fields: Sequence[Body], names: Iterable[str]
) -> dict[str, FieldFact]:
    """Return the wanted fields that are there; of a parent, if the parent may be seen as well."""
    own = _facts(fields)
    found: dict[str, FieldFact] = {}
    for name in names:
        relation, dot, inner = name.partition(".")
        if name in own:
            found[name] = own[name]
        for reference in fields if dot else ():
            if reference.get("relationshipName") != relation:
                continue
            for of in reference.get("referenceTo") or ():
                there = _facts(described(answers, of)).get(inner)
                if there is not None:
                    found[name] = replace(there, name=name, createable=False, updateable=False)
    return found


def _facts(fields: Sequence[Body]) -> dict[str, FieldFact]:
    return {str(f["name"]): FieldFact.of(f) for f in fields if f.get("type") not in COMPOUND}
