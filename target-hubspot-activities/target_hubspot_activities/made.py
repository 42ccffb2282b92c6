"""Makes records that are made once: companies, e-mails, deals. Every intent ends in exactly one outcome.

Rule: an intent is marked in doubt before the call that may carry it out. What carries a unique key is asked
for by that key when an answer is unclear; what cannot carry one stays in doubt until the store was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach_adapters.hubspot.answers import TRACE, Answer, NotSent, Refused, Unknown, Written
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.sending import send
from outreach_core.errors import ConfigError, OutreachError, Retriable
from outreach_core.model import Outcome, OutcomeKind
from target_hubspot_activities.wording import problem_of_made

Body = dict[str, Any]

# https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4#association-type-id-values
TYPES: Mapping[tuple[str, str], int] = {
    ("contacts", "companies"): 279,
    ("emails", "contacts"): 198,
    ("emails", "companies"): 186,
    ("deals", "contacts"): 3,
    ("deals", "companies"): 341,
}


@dataclass(frozen=True)
class Tie:
    """A record the new one is associated with from its first moment."""

    obj: str
    record_id: str


@dataclass(frozen=True)
class Thing:
    """One record to be made."""

    intent_id: str
    key: str
    properties: Mapping[str, Any]
    ties: tuple[Tie, ...] = ()


def inline(obj: str, ties: Sequence[Tie]) -> list[Body]:
    """Return the associations of a record that is made."""
    return [
        {
            "to": {"id": tie.record_id},
            "types": [
                {
                    "associationCategory": "HUBSPOT_DEFINED",
                    "associationTypeId": TYPES[obj, tie.obj],
                }
            ],
        }
        for tie in ties
    ]


@dataclass
class Maker:
    """Makes records of one object.

    Attributes:
        key_property: The unique property that holds a thing's key; empty where there can be none.
        mark: Marks intents in doubt.
        before: Called before every request; may stop the program.
        stopped: Why nothing more is sent; what comes after it is held.
    """

    client: HubSpotClient
    obj: str
    key_property: str
    mark: Callable[[Sequence[str]], None]
    before: Callable[[], None]
    stopped: OutreachError | None = field(default=None, init=False)

    def make(self, things: Sequence[Thing]) -> list[Outcome]:
        """Return one outcome per thing."""
        if not things:
            return []
        if self.stopped is not None:
            return [Outcome(thing.intent_id, OutcomeKind.HELD) for thing in things]
        self.mark([thing.intent_id for thing in things])
        inputs = [
            {
                "properties": dict(thing.properties),
                "associations": inline(self.obj, thing.ties),
                TRACE: thing.intent_id,
            }
            for thing in things
        ]
        answers = send(self._create, inputs, before=self.before)
        pairs = list(zip(things, answers, strict=True))
        try:
            keyed = self._keyed([t for t, a in pairs if self._asks_by_key(a)])
            gone = self._gone([t for t, a in pairs if _names_no_value(a)])
        except (Retriable, ConfigError) as error:
            self.stopped = error
            return [self._unasked(thing, answer) for thing, answer in pairs]
        return [self._made(thing, answer, keyed, gone) for thing, answer in pairs]

    def _create(self, inputs: Sequence[Body]) -> Body:
        return self.client.batch_create(inputs, self.obj)

    def _made(
        self, thing: Thing, answer: Answer, keyed: Mapping[str, str], gone: set[Tie]
    ) -> Outcome:
        """Return what became of one thing.

        | # | answer | the store | outcome |
        |---|---|---|---|
        | 1 | written | - | written |
        | 2 | conflict, or not mentioned | has our key | adopted |
        | 3 | not mentioned, keyed | has it not | held |
        | 4 | lost, or not mentioned and not keyed | - | unknown |
        | 5 | refused, no value is named | a tie is gone | gone, by which |
        | 6 | refused | - | rejected |
        | 7 | not sent | - | held |
        """
        match answer:
            case Written(record):  # (1)
                return Outcome(thing.intent_id, OutcomeKind.WRITTEN, record_id=str(record["id"]))
            case Refused("conflict") | Unknown(lost=False) if thing.key.lower() in keyed:  # (2)
                found = keyed[thing.key.lower()]
                return Outcome(thing.intent_id, OutcomeKind.ADOPTED, record_id=found)
            case Unknown(lost) if lost or not self.key_property:  # (4)
                return Outcome(thing.intent_id, OutcomeKind.UNKNOWN)
            case Refused():
                return _refused(thing, answer, gone)  # (5) (6)
            case NotSent(error):  # (7)
                self.stopped = error
        return Outcome(thing.intent_id, OutcomeKind.HELD)  # (3) (7)

    def _unasked(self, thing: Thing, answer: Answer) -> Outcome:
        """Return what is known without asking again; what is not stays in doubt."""
        if self._asks_by_key(answer) or _names_no_value(answer):
            return Outcome(thing.intent_id, OutcomeKind.UNKNOWN)
        return self._made(thing, answer, {}, set())

    def _asks_by_key(self, answer: Answer) -> bool:
        unclear = answer == Unknown() or (isinstance(answer, Refused) and answer.code == "conflict")
        return bool(self.key_property) and unclear

    def _keyed(self, things: Sequence[Thing]) -> dict[str, str]:
        if not things:
            return {}
        self.before()
        name = self.key_property
        keys = [thing.key for thing in things]
        records = self.client.read(keys, [name], id_property=name, obj=self.obj)
        return {
            str((r.get("properties") or {}).get(name) or "").lower(): str(r["id"]) for r in records
        }

    def _gone(self, things: Sequence[Thing]) -> set[Tie]:
        return gone_of(self.client, [tie for thing in things for tie in thing.ties], self.before)


def gone_of(client: HubSpotClient, ties: Sequence[Tie], before: Callable[[], None]) -> set[Tie]:
    """Return those ties whose record the store does not have: deleted, or merged into another."""
    gone: set[Tie] = set()
    for obj in sorted({tie.obj for tie in ties}):
        asked = list(dict.fromkeys(tie.record_id for tie in ties if tie.obj == obj))
        before()
        there = {str(record["id"]) for record in client.read(asked, ["hs_object_id"], obj=obj)}
        gone |= {Tie(obj, record_id) for record_id in asked if record_id not in there}
    return gone


def gone_outcome(intent_id: str, tie: Tie) -> Outcome:
    """Return that a record something was to be tied to is not there any more."""
    skipped = {"company": "gone"} if tie.obj == "companies" else {}
    return Outcome(intent_id, OutcomeKind.GONE, record_id=tie.record_id, skipped=skipped)


def _refused(thing: Thing, answer: Refused, gone: set[Tie]) -> Outcome:
    for tie in thing.ties:
        if tie in gone:
            return gone_outcome(thing.intent_id, tie)
    return Outcome(
        thing.intent_id,
        OutcomeKind.REJECTED,
        problem=problem_of_made(answer),
        vendor_message=answer.message,
    )


def _names_no_value(answer: Answer) -> bool:
    """Whether a refusal may be about a record it was to be associated with."""
    return isinstance(answer, Refused) and answer.code != "conflict" and not answer.problems
