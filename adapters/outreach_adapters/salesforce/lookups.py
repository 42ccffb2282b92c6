"""Answers questions about particular records from the store, deleted, merged and converted ones too.

Rule: all questions of a round travel together; a key that no query can hold is answered without asking.

https://developer.salesforce.com/docs/platform/api-rest/guide/resources-queryall.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach_adapters.salesforce import composite, soql
from outreach_adapters.salesforce.account import CONTACT, LEAD, ROW_ID
from outreach_adapters.salesforce.ids import to_18
from outreach_adapters.salesforce.reading import BECAME, CONVERTED, DELETED, ID, MASTER, Reading
from outreach_adapters.salesforce.sweep import LONGEST_CHAIN, Found
from outreach_core.errors import ConfigError

Body = dict[str, Any]
EMAIL = "Email"
# of a question about a field or an object that the org has not
LACKING = ("invalid_field", "invalid_object")
Known = dict[str, dict[str, Body]]


@dataclass(frozen=True)
class Questions:
    """What is asked of one object.

    Attributes:
        events: Keys of what may have been told: a task, an opportunity.
    """

    ids: Sequence[str] = ()
    external_ids: Sequence[str] = ()
    emails: Sequence[str] = ()
    events: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.ids or self.external_ids or self.emails or self.events)


@dataclass(frozen=True)
class Answer:
    """What became of one question.

    Attributes:
        kind: ``id``, ``external_id``, ``email`` or ``event``.
        status: ``found``, ``missing``, ``deleted`` or ``merged``.
    """

    kind: str
    key: str
    status: str
    record_ids: tuple[str, ...] = ()


@dataclass
class LookedUp:
    """The answers about one object, and the records they lead to."""

    answers: list[Answer] = field(default_factory=list)
    records: dict[str, Found] = field(default_factory=dict)

    def lead_to(self, row: Body, *merged: str) -> None:
        """Add a record; what was merged into it adds up."""
        before = self.records.get(row[ID])
        ids = dict.fromkeys([*(before.merged_ids if before else ()), *merged])
        self.records[row[ID]] = Found(row, tuple(ids))


def look_up(
    readings: Mapping[str, Reading], asked: Mapping[str, Questions]
) -> Mapping[str, LookedUp]:
    """Return the answers by object; a contact that a lead became is there with the lead.

    Args:
        readings: How each object is read, by its API name.
        asked: The questions, by the same names.
    """
    rounds = {of: _Round(readings[of], questions) for of, questions in asked.items() if questions}
    parts = [part for one in rounds.values() for part in one.parts()]
    if not parts:
        return {of: one.settled({}) for of, one in rounds.items()}
    client = next(iter(readings.values())).client
    answers = client.ask(parts)
    found = {of: one.settled(answers) for of, one in rounds.items()}
    became = _became(found.get(LEAD))
    if became and CONTACT in readings:
        there = found.setdefault(CONTACT, LookedUp())
        for row in readings[CONTACT].by_ids([i for i in became if i not in there.records]).values():
            if not row[DELETED]:
                there.lead_to(row)
    return found


class _Round:
    """The questions about one object, and the first answers to them."""

    def __init__(self, reading: Reading, questions: Questions) -> None:
        self._reading = reading
        self._questions = questions
        self._parts: dict[str, list[composite.Part]] = {}

    def parts(self) -> list[composite.Part]:
        """Return what to ask; a converted lead is nobody's by its e-mail: its contact is."""
        of, reading = self._reading.of, self._reading
        open_only = [soql.is_flag(CONVERTED, on=False)] if of == LEAD else []
        ids = dict.fromkeys(long for key in self._questions.ids if (long := to_18(key)))
        ours = dict.fromkeys(filter(soql.askable, self._questions.external_ids))
        emails = dict.fromkeys(filter(soql.askable, map(str.strip, self._questions.emails)))
        events = dict.fromkeys(filter(soql.askable, self._questions.events))
        self._parts = {
            "id": reading.parts(f"{of}_id", ID, ids, gone_too=True),
            "external_id": reading.parts(f"{of}_ext", ROW_ID, ours),
            "email": reading.parts(f"{of}_email", EMAIL, emails, *open_only),
            "event": reading.parts(f"{of}_event", ROW_ID, events, gone_too=True),
        }
        return [part for parts in self._parts.values() for part in parts]

    def settled(self, answers: composite.Answered) -> LookedUp:
        """Return an answer for every question."""
        found = LookedUp()
        self._by_id(found, self._rows("id", answers))
        for kind, name, keys in (
            ("external_id", ROW_ID, self._questions.external_ids),
            ("email", EMAIL, self._questions.emails),
        ):
            _by_value(found, kind, name, keys, self._rows(kind, answers))
        found.answers += self._told(answers)
        return found

    def _rows(self, kind: str, answers: composite.Answered) -> list[Body]:
        parts = self._parts.get(kind, [])
        return [row for part in parts for row in self._reading.rows(answers[part.ref])]

    def _told(self, answers: composite.Answered) -> Iterator[Answer]:
        """Answer whether what carries a key was made; what a person deleted since was told, too.

        Where the org has no such field nothing carries a key: whoever writes looks for it another way.
        """
        owners: dict[str, list[str]] = {}
        for part in self._parts.get("event", []):
            answer = answers[part.ref]
            if isinstance(answer, ConfigError) and answer.code in LACKING:
                continue
            for row in self._reading.rows(answer):
                owners.setdefault(str(row.get(ROW_ID) or "").lower(), []).append(str(row[ID]))
        for key in dict.fromkeys(self._questions.events):
            ids = tuple(owners.get(key.lower(), ()))
            yield Answer("event", key, "found" if ids else "missing", ids)

    def _by_id(self, found: LookedUp, rows: Iterable[Body]) -> None:
        """Answer for every id.

        | # | the id is | answer |
        |---|---|---|
        | 1 | no id | missing: no record can have it |
        | 2 | a live record's | found, a converted lead too |
        | 3 | merged into a live record | merged, with the survivor |
        | 4 | deleted, or merged into what was deleted | deleted |
        | 5 | nowhere: purged, or not to be seen any more | deleted |
        """
        known = {row[ID]: row for row in rows}
        self._follow(known)
        for key in dict.fromkeys(self._questions.ids):
            long = to_18(key)
            if long is None:  # (1)
                found.answers.append(Answer("id", key, "missing"))
                continue
            last = _last(known, long)
            if last is None:  # (4) (5)
                found.answers.append(Answer("id", key, "deleted"))
            elif last[ID] == long:  # (2)
                found.answers.append(Answer("id", key, "found", (long,)))
                found.lead_to(last)
            else:  # (3)
                found.answers.append(Answer("id", key, "merged", (last[ID],)))
                found.lead_to(last, long)

    def _follow(self, known: dict[str, Body]) -> None:
        """Read the records that others were merged into, and so on."""
        for _ in range(LONGEST_CHAIN):
            masters = {str(row[MASTER]) for row in known.values() if row.get(MASTER)}
            unknown = sorted(masters - set(known))
            if not unknown:
                return
            read = self._reading.by_ids(unknown)
            known.update({i: read.get(i) or {ID: i, DELETED: True} for i in unknown})


def _last(known: Mapping[str, Body], record_id: str) -> Body | None:
    """Return the live record an id leads to."""
    row = known.get(record_id)
    for _ in range(LONGEST_CHAIN):
        if row is None or not row[DELETED]:
            return row
        row = known.get(str(row.get(MASTER)))
    return None


def _by_value(
    found: LookedUp, kind: str, name: str, keys: Sequence[str], rows: Iterable[Body]
) -> None:
    """Answer for every value of a field; Salesforce compares without capitals."""
    owners: dict[str, dict[str, Body]] = {}
    for row in rows:
        owners.setdefault(str(row.get(name) or "").strip().lower(), {})[row[ID]] = row
    for key in dict.fromkeys(keys):
        records = owners.get(key.strip().lower(), {})
        status = "found" if records else "missing"
        found.answers.append(Answer(kind, key, status, tuple(records)))
        for row in records.values():
            found.lead_to(row)


def _became(leads: LookedUp | None) -> list[str]:
    rows = [one.row for one in leads.records.values()] if leads else []
    return list(dict.fromkeys(str(row[BECAME]) for row in rows if row.get(BECAME)))
