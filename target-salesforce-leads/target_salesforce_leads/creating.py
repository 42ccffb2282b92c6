"""Makes planned leads. Every intent ends in exactly one outcome.

Rule: a lead is inserted carrying its row's id, never upserted: said again after a lost answer it is found to
be ours, and what a person did to it in the meantime stays.

https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-create.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach_adapters.salesforce.account import ROW_ID
from outreach_adapters.salesforce.answers import Answer, Refused, Unknown, Written
from outreach_adapters.salesforce.client import READ_AT_ONCE
from outreach_adapters.salesforce.reading import ID, Reading
from outreach_core.errors import ConfigError, Retriable
from outreach_core.model import Outcome, OutcomeKind
from target_salesforce_leads import names
from target_salesforce_leads.org import CREATED_BY_US
from target_salesforce_leads.planned import OBJECTS, Body, Means, Planned, in_groups
from target_salesforce_leads.repeats import first_per
from target_salesforce_leads.writing import Row

EMAIL = "Email"


@dataclass(frozen=True)
class Found:
    """What the store says of creates whose answer is not enough.

    Attributes:
        ours: The record that carries a row's id, by that id in lower case.
        emails: The e-mail address of records that were named as the same, by id.
        asked: Whether the store could be asked.
    """

    ours: Mapping[str, str] = field(default_factory=dict)
    emails: Mapping[str, str] = field(default_factory=dict)
    asked: bool = True


@dataclass(frozen=True)
class Creator:
    """Makes leads."""

    means: Means

    def create(self, items: Sequence[Planned]) -> Iterator[list[Outcome]]:
        """Yield the outcomes, as they become known; of two with one e-mail or row id the second waits."""
        first, second = first_per(items, _email, lambda item: item.rid.lower())
        yield [item.outcome(OutcomeKind.HELD) for item in second]
        for group in in_groups(first, self.means.writing.bulk_from):
            fit = [item.fit_for(self.means.fields(item.obj)) for item in group]
            answers = self.means.writing.insert([self._row(item) for item in fit])
            for start in range(0, len(fit), READ_AT_ONCE):
                some = slice(start, start + READ_AT_ONCE)
                yield self._outcomes(fit[some], answers[some])

    def _row(self, item: Planned) -> Row:
        fields = self.means.fields(item.obj)
        own: Body = {ROW_ID: item.rid}
        if CREATED_BY_US in fields and fields[CREATED_BY_US].createable:
            own[CREATED_BY_US] = True
        values = names.for_new(item.of, item.values, fields)
        return Row(item.intent_id, item.of, {**values, **own})

    def _outcomes(self, items: Sequence[Planned], answers: Sequence[Answer]) -> list[Outcome]:
        pairs = list(zip(items, answers, strict=True))
        made = [(item, a.record_id) for item, a in pairs if isinstance(a, Written)]
        shown = self.means.shown(made) if made else {}
        found = self._found(pairs)
        return [
            self._created(item, a, shown, found).leaving_out(item.problems) for item, a in pairs
        ]

    def _created(
        self, item: Planned, answer: Answer, shown: Mapping[str, Body], found: Found
    ) -> Outcome:
        """Return what became of a create.

        | # | answer | the store has | outcome |
        |---|---|---|---|
        | 1 | written | - | written, with what it shows; with what was sent if it cannot be read |
        | 2 | a value is another's, or not mentioned | our row id | adopted |
        | 3 | the same is there already | one of them, with our e-mail | taken, by whom |
        | 4 | a value is another's, the same is there | - | rejected |
        | 5 | refused | - | rejected |
        | 6 | not mentioned | nothing of ours | held |
        | 7 | lost, or (2) (3) (6) and the store cannot be asked | - | unknown |
        | 8 | not sent | - | held |
        """
        match answer:
            case Written(record_id):  # (1)
                values = shown.get(record_id) or names.for_new(
                    item.of, item.values, self.means.fields(item.obj)
                )
                returned = self.means.returned(item, values, tuple(item.places))
                return item.outcome(OutcomeKind.WRITTEN, record_id=record_id, returned=returned)
            case Unknown(lost=True):  # (7)
                return item.outcome(OutcomeKind.UNKNOWN)
            case Unknown() | Refused("conflict" | "duplicates") if not found.asked:  # (7)
                return item.outcome(OutcomeKind.UNKNOWN)
            case Unknown() | Refused("conflict") if item.rid.lower() in found.ours:  # (2)
                ours = found.ours[item.rid.lower()]
                return item.outcome(OutcomeKind.ADOPTED, record_id=ours)
            case Refused("conflict" | "duplicates", message, existing):
                same = [i for i in existing if _email(item) and found.emails.get(i) == _email(item)]
                if len(same) == 1:  # (3)
                    return item.outcome(
                        OutcomeKind.TAKEN, record_id=same[0], vendor_message=message
                    )
                return item.rejected(answer)  # (4)
            case Refused():  # (5)
                return item.rejected(answer)
        return item.outcome(OutcomeKind.HELD)  # (6) (8)

    def _found(self, pairs: Sequence[tuple[Planned, Answer]]) -> Found:
        """Ask the store, in one call, about what is unclear: who is ours, whose e-mail is whose."""
        unclear = [i for i, a in pairs if a == Unknown() or _is_refused(a, "conflict")]
        named = {
            one
            for _, a in pairs
            if isinstance(a, Refused) and a.code in ("conflict", "duplicates")
            for one in a.existing_ids
        }
        if not unclear and not named:
            return Found()
        client = self.means.writing.client
        reading = {of: Reading(client, of, [ROW_ID, EMAIL]) for of in sorted(_objects(unclear))}
        rids = {of: [i.rid for i in unclear if i.of == of] for of in reading}
        ours = {of: r.parts(f"ours_{of}", ROW_ID, rids[of]) for of, r in reading.items()}
        named_by = {of: [i for i in sorted(named) if _prefix(i) == of] for of in OBJECTS.values()}
        there = {of: Reading(client, of, [EMAIL]) for of, ids in named_by.items() if ids}
        emails = {of: r.parts(f"named_{of}", ID, named_by[of]) for of, r in there.items()}
        self.means.writing.before()
        try:
            parts = [part for listed in (*ours.values(), *emails.values()) for part in listed]
            answers = client.ask(parts)
            return Found(
                {
                    str(row[ROW_ID]).lower(): str(row[ID])
                    for of, listed in ours.items()
                    for part in listed
                    for row in reading[of].rows(answers[part.ref])
                },
                {
                    str(row[ID]): _plain(row.get(EMAIL))
                    for of, listed in emails.items()
                    for part in listed
                    for row in there[of].rows(answers[part.ref])
                },
            )
        except (Retriable, ConfigError) as error:
            self.means.writing.stopped = self.means.writing.stopped or error
            return Found(asked=False)


def _objects(items: Sequence[Planned]) -> set[str]:
    return {item.of for item in items}


def _is_refused(answer: Answer, code: str) -> bool:
    return isinstance(answer, Refused) and answer.code == code


def _prefix(record_id: str) -> str:
    """Return what kind of record an id is one of."""
    return {"00Q": OBJECTS["leads"], "003": OBJECTS["contacts"]}.get(record_id[:3], "")


def _email(item: Planned) -> str:
    return _plain(item.values.get(EMAIL))


def _plain(value: Any) -> str:
    return str(value or "").strip().lower()
