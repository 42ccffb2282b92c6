"""Logs e-mails on people's timelines as completed tasks: those sent and those answered.

Rule: an e-mail is told once. A task carries its key where the org has the field for it; where it has not, the
person's tasks of that day are looked at before one is made.

https://developer.salesforce.com/docs/platform/object-reference/references/standard-objects/object-task.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from outreach_adapters.salesforce import soql
from outreach_adapters.salesforce.account import ROW_ID
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.fields import Field
from outreach_adapters.salesforce.reading import ID, Reading
from target_salesforce_leads.made import Thing
from target_salesforce_leads.org import CREATED_BY_US, TASK

Body = dict[str, Any]
Record = Mapping[str, Any]
WHO, SUBJECT, TEXT, DAY = "WhoId", "Subject", "Description", "ActivityDate"
OUTGOING, INCOMING = "outgoing", "incoming"
DIRECTIONS = (OUTGOING, INCOMING)
STATUSES = ("sent", "bounced", "failed")
# counted as Java does, an emoji is two
LONGEST_SUBJECT, LONGEST_TEXT = 255, 32_000
CUT = "\n\n[The rest is too long for Salesforce.]"
NOTES = {
    "bounced": "[This e-mail came back: it could not be delivered.]",
    "failed": "[This e-mail could not be sent.]",
}
UTF_16 = "utf-16-le"
SUBTYPE, SUBTYPE_EMAIL = "TaskSubtype", "Email"
# what is written only where the org has the field and lets the user write it
_WHERE_THERE_IS = (SUBTYPE, CREATED_BY_US)


@dataclass(frozen=True)
class Logbook:
    """How e-mails become tasks in this org.

    Attributes:
        fields: Those of tasks.
        status: That of a completed task.
        zone: In which a day is meant.
        keyed: Whether tasks carry our key.
    """

    fields: Mapping[str, Field]
    status: str
    zone: ZoneInfo
    keyed: bool

    def thing(self, record: Record, person_id: str) -> Thing:
        """Return an e-mail in its public form as a record to be made."""
        intent_id = str((record.get("_sync") or {}).get("intent_id") or "")
        key = str(record.get("event_key") or "").strip()
        values = self.values(record, person_id)
        return Thing(intent_id, key or _mark(values), values, person_id)

    def values(self, record: Record, person_id: str) -> Body:
        """Return the values of the task."""
        found: Body = {
            WHO: person_id,
            SUBJECT: cut(subject_of(record), LONGEST_SUBJECT, "…"),
            TEXT: text_of(record),
            DAY: self.day(record.get("sent_at")),
            "Status": self.status,
            SUBTYPE: SUBTYPE_EMAIL,
            CREATED_BY_US: True,
        }
        key = str(record.get("event_key") or "").strip()
        if self.keyed and key:
            found[ROW_ID] = key
        return {
            name: value
            for name, value in found.items()
            if value not in (None, "") and (name not in _WHERE_THERE_IS or self._has(name))
        }

    def day(self, moment: Any) -> str | None:
        """Return the day of a moment in this zone: a task has no time of day."""
        return day_of(moment, self.zone) if moment else None

    def _has(self, name: str) -> bool:
        field = self.fields.get(name)
        return field is not None and field.createable


def day_of(moment: Any, zone: ZoneInfo) -> str:
    """Return the day of a moment in a zone; what has no offset is of that zone, what is no time stays."""
    text = str(moment).strip()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at.astimezone(zone) if at.tzinfo else at).date().isoformat()


def subject_of(record: Record) -> str:
    """Return the subject in one line; an answer's begins with ``Re:``."""
    subject = " ".join(str(record.get("subject") or "").split())
    if direction_of(record) == INCOMING and not subject.lower().startswith("re:"):
        return f"Re: {subject}".strip()
    return subject or "E-mail"


def direction_of(record: Record) -> str:
    """Return whether an e-mail went out or came in."""
    return str(record.get("direction") or OUTGOING).strip().lower()


def text_of(record: Record) -> str:
    """Return what the e-mail says, and what has to be said of it."""
    notes = [NOTES.get(str(record.get("status") or "").strip().lower(), "")]
    after, before = record.get("not_before"), record.get("not_after")
    if before:
        between = f"between {after} and {before}" if after else f"before {before}"
        notes.append(f"[time estimated: {between}]")
    said = [note for note in notes if note]
    room = LONGEST_TEXT - sum(len(note) + 2 for note in said)
    return "\n\n".join([cut(_addressed(record), room, CUT), *said]).strip()


def cut(text: str, length: int, note: str) -> str:
    """Return a text that has at most this length, with a note where it was cut."""
    units = text.encode(UTF_16, "surrogatepass")
    if len(units) <= 2 * length:
        return text
    return units[: 2 * (length - len(note))].decode(UTF_16, "ignore") + note


def already_there(
    client: SalesforceClient, before: Callable[[], None]
) -> Callable[[Sequence[Thing]], dict[str, str]]:
    """Return what finds the tasks that are there already, for tasks that carry no key.

    A task is the same if it is about the same person, of the same day, with the same subject and the same
    text; each one that is there stands for one of those to be made.

    Raises (when called):
        Retriable: They cannot be looked at now.
    """

    def find(things: Sequence[Thing]) -> dict[str, str]:
        reading = Reading(client, TASK, [WHO, SUBJECT, DAY, TEXT])
        people = dict.fromkeys(str(thing.person) for thing in things)
        closed = soql.is_flag("IsClosed", on=True)
        parts = reading.parts("of_person", WHO, people, closed)
        before()
        answers = client.ask(parts)
        there: defaultdict[str, list[str]] = defaultdict(list)
        for part in parts:
            for row in reading.rows(answers[part.ref]):
                there[_mark(row)].append(str(row[ID]))
        marked = [(thing.intent_id, _mark(thing.values)) for thing in things]
        return {name: there[mark].pop(0) for name, mark in marked if there[mark]}

    return find


def _mark(values: Mapping[str, Any]) -> str:
    parts = (values.get(name) for name in (WHO, DAY, SUBJECT, TEXT))
    return "\x1f".join(" ".join(str(part or "").split()) for part in parts).lower()


def _addressed(record: Record) -> str:
    """Return the body; where our own address is known, with who wrote to whom above it."""
    body = str(record.get("body") or "").strip()
    ours = " ".join(str(record.get("sender") or "").split())
    if not ours:
        return body
    theirs = " ".join(str(record.get("contact_email") or "").split())
    start, end = (ours, theirs) if direction_of(record) == OUTGOING else (theirs, ours)
    return f"From: {start}\nTo: {end}\n\n{body}".strip()
