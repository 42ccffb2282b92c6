"""Leads, and the contacts they became, as the ledger planned them, and what writing them needs.

Rule: what is acknowledged is what Salesforce shows once it was written; a value that its field cannot hold
costs its own field and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outreach_adapters.salesforce.account import CONTACT, LEAD
from outreach_adapters.salesforce.answers import Refused
from outreach_adapters.salesforce.client import READ_AT_ONCE
from outreach_adapters.salesforce.fields import Field
from outreach_core.errors import ConfigError, Retriable
from outreach_core.mapping import SideRules
from outreach_core.mapping.raw import Trouble
from outreach_core.model import Outcome, OutcomeKind, Problem, problems_from_json
from target_salesforce_leads.org import Org
from target_salesforce_leads.values import fitted
from target_salesforce_leads.wording import problem_of, problem_with
from target_salesforce_leads.writing import Writing

Body = dict[str, Any]
ENVELOPE = ("id", "_sync", "intent_id")
# our name of an object, and Salesforce's
OBJECTS = {"leads": LEAD, "contacts": CONTACT}


@dataclass(frozen=True)
class Planned:
    """One record of the stream: the envelope and the flat values.

    Attributes:
        obj: Our name of the object: ``leads``, or ``contacts`` for what a lead was converted to.
        values: What is to be written, by API name.
        expected: What the destination showed when the plan was made, by API name.
        places: The places of each canonical field.
        problems: Fields whose value cannot be written; they are not among the values.
    """

    intent_id: str
    op: str
    rid: str
    obj: str
    record_id: str | None
    values: Mapping[str, Any]
    expected: Mapping[str, Any]
    places: Mapping[str, tuple[str, ...]]
    problems: Mapping[str, Problem]

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Planned:
        """Read a record of the deliver stream."""
        sync = record["_sync"]
        flat = {k: v for k, v in record.items() if k not in ENVELOPE and not k.startswith("_sdc_")}
        return cls(
            intent_id=str(sync["intent_id"]),
            op=str(sync["op"]),
            rid=str(sync["rid"]),
            obj=str(sync.get("object") or "leads"),
            record_id=str(record["id"]) if record.get("id") else None,
            values=flat,
            expected=dict(sync.get("expected") or {}),
            places={name: tuple(places) for name, places in (sync.get("fields") or {}).items()},
            problems=problems_from_json(sync.get("problems")),
        )

    @property
    def of(self) -> str:
        """Salesforce's name of the object."""
        return OBJECTS[self.obj]

    def outcome(self, kind: OutcomeKind, **more: Any) -> Outcome:
        """Return an outcome of this intent."""
        return Outcome(self.intent_id, kind, **{"record_id": self.record_id, **more})

    def rejected(self, refused: Refused) -> Outcome:
        """Return that Salesforce refused it."""
        return self.outcome(
            OutcomeKind.REJECTED,
            problem=problem_of(refused, self.places),
            vendor_message=_words(refused),
        )

    def fit_for(self, fields: Mapping[str, Field]) -> Planned:
        """Return the record with its values as they are sent; a field that cannot hold its own is left out.

        A required name is no trouble here: `names` sees to it.
        """
        values: dict[str, Any] = {}
        problems = dict(self.problems)
        owner = {place: name for name, places in self.places.items() for place in places}
        for place, value in self.values.items():
            field = fields.get(place) or Field(place, "string")
            sent = fitted(replace(field, required=False) if _is_name(place) else field, value)
            if isinstance(sent, Trouble):
                name = owner.get(place, place)
                problems.setdefault(name, problem_with(name, sent, value))
            else:
                values[place] = sent
        places = {name: there for name, there in self.places.items() if name not in problems}
        left_out = {place for place, name in owner.items() if name in problems}
        kept = {place: value for place, value in values.items() if place not in left_out}
        return replace(self, values=kept, places=places, problems=problems)


@dataclass(frozen=True)
class Means:
    """What writing planned records needs: the org, the rules its answers are read by, and how to write."""

    org: Org
    rules: SideRules
    writing: Writing

    def fields(self, obj: str) -> Mapping[str, Field]:
        """The fields of one of our objects."""
        return self.org.closed_fields(OBJECTS[obj])

    def read(self, of: str, ids: Sequence[str], names: Sequence[str]) -> dict[str, Body]:
        """Return the live records with these ids; at most 2,000 are one call."""
        found: dict[str, Body] = {}
        for start in range(0, len(ids), READ_AT_ONCE):
            self.writing.before()
            some = ids[start : start + READ_AT_ONCE]
            found |= {str(row["Id"]): row for row in self.writing.client.read(of, some, names)}
        return found

    def shown(self, items: Sequence[tuple[Planned, str]]) -> dict[str, Body]:
        """Return what Salesforce shows of records that were written; triggers may have changed values.

        What cannot be read is not there, and nothing more is sent.
        """
        found: dict[str, Body] = {}
        for obj in dict.fromkeys(item.obj for item, _ in items):
            mine = [(item, record_id) for item, record_id in items if item.obj == obj]
            names = sorted({place for item, _ in mine for place in self.sources(item)} | {"Id"})
            ids = list(dict.fromkeys(record_id for _, record_id in mine))
            try:
                found |= self.read(OBJECTS[obj], ids, names)
            except (Retriable, ConfigError) as error:
                self.writing.stopped = self.writing.stopped or error
        return found

    def sources(self, item: Planned) -> set[str]:
        """Return every place that the fields of an intent live at, whether they are written or not."""
        known = self.rules.of_object(item.obj).all_fields
        rules = [known[name] for name in item.places if name in known]
        return {place for rule in rules for place in rule.places} | {
            place for places in item.places.values() for place in places
        }

    def returned(
        self, item: Planned, shown: Mapping[str, Any], names: Sequence[str]
    ) -> dict[str, Any]:
        """Return the fields as Salesforce shows them; what is not named there is blank."""
        blank = dict.fromkeys(self.sources(item))
        reading = self.rules.of_object(item.obj).read({**blank, **shown}, only=set(names))
        return dict(reading.fields)


def in_groups(items: Sequence[Planned], bulk_from: int) -> Iterator[Sequence[Planned]]:
    """Yield what is written together: as many as one call reads, or all of them where a job writes them."""
    if len(items) >= bulk_from:
        yield items
        return
    for start in range(0, len(items), READ_AT_ONCE):
        yield items[start : start + READ_AT_ONCE]


def _is_name(place: str) -> bool:
    return place in ("LastName", "Company")


def _words(refused: Refused) -> str:
    ids = f" ({', '.join(refused.existing_ids)})" if refused.existing_ids else ""
    return f"{refused.message}{ids}"
