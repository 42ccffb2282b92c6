"""Makes records that are made once: tasks and opportunities. Every intent ends in exactly one outcome.

Rule: an intent is marked in doubt before the call that may carry it out. What carries our key is made once,
because Salesforce refuses it a second time; what cannot carry one is looked for before it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach_adapters.salesforce.account import CONTACT, LEAD, ROW_ID
from outreach_adapters.salesforce.answers import Answer, Refused, Unknown, Written
from outreach_adapters.salesforce.reading import ID, Reading
from outreach_core.errors import ConfigError, Retriable
from outreach_core.model import Outcome, OutcomeKind
from target_salesforce_leads.repeats import first_per
from target_salesforce_leads.wording import problem_of
from target_salesforce_leads.writing import Row, Writing

Body = dict[str, Any]
PEOPLE = {"00Q": LEAD, "003": CONTACT}


@dataclass(frozen=True)
class Thing:
    """One record to be made.

    Attributes:
        key: What makes it the same as another one; unique.
        values: By API name.
        person: The lead or contact it is about, if any.
    """

    intent_id: str
    key: str
    values: Mapping[str, Any]
    person: str | None = None


def none_known(_things: Sequence[Thing]) -> Mapping[str, str]:
    """Return that nobody knows of any of them."""
    return {}


@dataclass(frozen=True)
class Looked:
    """What the store says of things whose answer is not enough; ``asked``: whether it could be asked."""

    keyed: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    asked: bool = True


@dataclass(frozen=True)
class Maker:
    """Makes records of one object.

    Attributes:
        keyed: Whether the object carries our key.
        known: Where it does not: returns which things are there already, by intent.
    """

    writing: Writing
    of: str
    keyed: bool = True
    known: Callable[[Sequence[Thing]], Mapping[str, str]] = none_known

    def make(self, things: Sequence[Thing]) -> list[Outcome]:
        """Return one outcome per thing; of two with one key the second waits."""
        first, second = first_per(things, lambda thing: thing.key.lower())
        held = [Outcome(thing.intent_id, OutcomeKind.HELD) for thing in second]
        if self.writing.stopped is not None or not first:
            return held + [Outcome(thing.intent_id, OutcomeKind.HELD) for thing in first]
        try:
            there = {} if self.keyed else dict(self.known(first))
        except (Retriable, ConfigError) as error:
            self.writing.stopped = error
            return held + [Outcome(thing.intent_id, OutcomeKind.HELD) for thing in first]
        adopted = [Outcome(name, OutcomeKind.ADOPTED, record_id=i) for name, i in there.items()]
        # those of one person together: fewer calls wait for the same record
        todo = sorted(
            (thing for thing in first if thing.intent_id not in there),
            key=lambda thing: thing.person or "",
        )
        answers = self.writing.insert([Row(t.intent_id, self.of, t.values) for t in todo])
        pairs = list(zip(todo, answers, strict=True))
        looked = self._look(pairs)
        return held + adopted + [self._made(thing, a, looked) for thing, a in pairs]

    def _made(self, thing: Thing, answer: Answer, looked: Looked) -> Outcome:
        """Return what became of one thing.

        | # | answer | the store | outcome |
        |---|---|---|---|
        | 1 | written | - | written |
        | 2 | a value is another's, or not mentioned | has our key | adopted |
        | 3 | not mentioned, keyed | has it not | held |
        | 4 | lost; not mentioned and not keyed; (2) (3) (6), but the store cannot be asked | - | unknown |
        | 5 | refused: its lead was converted | - | gone, by which |
        | 6 | refused: a record is not there | its person is not there | gone, by which |
        | 7 | refused | - | rejected |
        | 8 | not sent | - | held |
        """
        match answer:
            case Written(record_id):  # (1)
                return Outcome(thing.intent_id, OutcomeKind.WRITTEN, record_id=record_id)
            case Unknown(lost) if lost or not self.keyed or not looked.asked:  # (4)
                return Outcome(thing.intent_id, OutcomeKind.UNKNOWN)
            case Refused() if not looked.asked and self._asks(answer):  # (4)
                return Outcome(thing.intent_id, OutcomeKind.UNKNOWN)
            case Unknown() | Refused("conflict") if thing.key.lower() in looked.keyed:  # (2)
                found = looked.keyed[thing.key.lower()]
                return Outcome(thing.intent_id, OutcomeKind.ADOPTED, record_id=found)
            case Refused("converted") if thing.person:  # (5)
                return Outcome(thing.intent_id, OutcomeKind.GONE, record_id=thing.person)
            case Refused() if thing.person in looked.gone:  # (6)
                return Outcome(thing.intent_id, OutcomeKind.GONE, record_id=thing.person)
            case Refused():  # (7)
                return Outcome(
                    thing.intent_id,
                    OutcomeKind.REJECTED,
                    problem=problem_of(answer),
                    vendor_message=answer.message,
                )
        return Outcome(thing.intent_id, OutcomeKind.HELD)  # (3) (8)

    def _asks(self, answer: Answer) -> bool:
        return self._asks_by_key(answer) or _asks_for_the_person(answer)

    def _asks_by_key(self, answer: Answer) -> bool:
        unclear = answer == Unknown() or (isinstance(answer, Refused) and answer.code == "conflict")
        return self.keyed and unclear

    def _look(self, pairs: Sequence[tuple[Thing, Answer]]) -> Looked:
        """Ask the store, in one call, about keys and people that answers leave unclear."""
        keys = [thing.key for thing, answer in pairs if self._asks_by_key(answer)]
        people = sorted({t.person for t, a in pairs if t.person and _asks_for_the_person(a)})
        if not keys and not people:
            return Looked()
        client = self.writing.client
        reading = Reading(client, self.of, [ROW_ID])
        parts = reading.parts("keys", ROW_ID, keys)
        there: list[tuple[Reading, Any]] = []
        for prefix, of in PEOPLE.items():
            mine = [one for one in people if one.startswith(prefix)]
            of_person = Reading(client, of, [])
            there += [(of_person, part) for part in of_person.parts(f"people_{of}", ID, mine)]
        self.writing.before()
        try:
            answers = client.ask([*parts, *(part for _, part in there)])
            rows = [row for part in parts for row in reading.rows(answers[part.ref])]
            live = {str(r[ID]) for one, part in there for r in one.rows(answers[part.ref])}
        except (Retriable, ConfigError) as error:
            self.writing.stopped = self.writing.stopped or error
            return Looked(asked=False)
        keyed = {str(row[ROW_ID]).lower(): str(row[ID]) for row in rows}
        return Looked(keyed, frozenset(people) - live)


def _asks_for_the_person(answer: Answer) -> bool:
    return isinstance(answer, Refused) and answer.code in ("not_found", "deleted")
