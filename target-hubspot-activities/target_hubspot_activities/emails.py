"""Logs e-mails on contacts' timelines: those sent and those answered.

Rule: an e-mail is told once. HubSpot's activities can carry no unique key, so it is created only for a
contact that is acknowledged, and an unclear answer leaves it in doubt until the contact's e-mails were read.

https://developers.hubspot.com/docs/guides/api/crm/engagements/email
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from outreach_adapters.hubspot import told
from outreach_adapters.hubspot.account import EVENT_KEY
from outreach_adapters.hubspot.answers import TRACE
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.sending import send
from outreach_core.markers import email_marker
from target_hubspot_activities.made import Thing, Tie, inline
from target_hubspot_activities.people import Person, by_email
from target_hubspot_activities.plain_answers import Reject, settle

Body = dict[str, Any]
Record = Mapping[str, Any]
EMAILS = "emails"
REQUIRED = ("contact_email", "sent_at")
# https://developers.hubspot.com/docs/guides/api/crm/engagements/email#properties
DIRECTIONS = {"outgoing": "EMAIL", "incoming": "INCOMING_EMAIL"}
STATUSES = {"sent": "SENT", "bounced": "BOUNCED", "failed": "FAILED"}
# a text property holds 65,536 characters
LONGEST_BODY = 65_000
CUT = "\n\n[The rest is too long for HubSpot; it stands in the outreach sheet.]"


def email_properties(record: Record, *, keyed: bool) -> Body:
    """Return the properties of an e-mail from its public form.

    Args:
        record: A record of ``emails``; see docs/reference/records.md.
        keyed: Whether e-mails have the property that holds our key.
    """
    direction = str(record.get("direction") or "outgoing").lower()
    properties: Body = {
        "hs_timestamp": record.get("sent_at"),
        "hs_email_direction": DIRECTIONS[direction],
        "hs_email_status": STATUSES[str(record.get("status") or "sent").lower()],
        "hs_email_subject": _subject(record, direction),
        "hs_email_text": _text(record),
        "hs_email_headers": json.dumps(_headers(record, direction), ensure_ascii=False),
    }
    if keyed and record.get("event_key"):
        properties[EVENT_KEY] = record["event_key"]
    return {name: value for name, value in properties.items() if value not in (None, "")}


def thing(record: Record, person_id: str, company_id: str | None, *, keyed: bool) -> Thing:
    """Return a planned e-mail as a record to be made."""
    ties = [Tie("contacts", person_id)]
    if company_id:
        ties.append(Tie("companies", company_id))
    intent_id = str((record.get("_sync") or {}).get("intent_id") or "")
    properties = email_properties(record, keyed=keyed)
    return Thing(intent_id, str(record.get("event_key") or ""), properties, tuple(ties))


def log_plain(
    client: HubSpotClient,
    records: Sequence[Record],
    *,
    keyed: bool,
    before: Callable[[], None],
    reject: Reject,
) -> None:
    """Log e-mails that no ledger planned; those the contact has already are left out.

    Raises:
        OutreachError: Nothing can be written now; some may have been.
    """
    usable = [record for record in records if _is_usable(record, reject)]
    before()
    people = by_email(client, [str(record["contact_email"]) for record in usable])
    ready = [(record, people[_address(record)]) for record in usable if _address(record) in people]
    for record in usable:
        if _address(record) not in people:
            reject(record, {"code": "no_contact", "message": "No contact has this address."})
    known = _known(client, {person.record_id for _, person in ready}, keyed=keyed) if ready else {}
    todo = list(_news(ready, known))
    answers = send(
        lambda inputs: client.batch_create(inputs, EMAILS),
        [_input(n, record, person, keyed=keyed) for n, (record, person) in enumerate(todo)],
        before=before,
    )
    settle([record for record, _ in todo], answers, reject)


def _input(number: int, record: Record, person: Person, *, keyed: bool) -> Body:
    made = thing(record, person.record_id, person.company_id, keyed=keyed)
    return {
        "properties": dict(made.properties),
        "associations": inline(EMAILS, made.ties),
        TRACE: str(number),
    }


def _news(
    ready: Iterable[tuple[Record, Person]], known: Mapping[str, set[str]]
) -> Iterable[tuple[Record, Person]]:
    """Yield what the contact was not told of, each once."""
    seen = {person: set(marks) for person, marks in known.items()}
    for record, person in ready:
        marks = _marks(record, person)
        if not marks & seen.setdefault(person.record_id, set()):
            seen[person.record_id] |= marks
            yield record, person


def _marks(record: Record, person: Person) -> set[str]:
    key = str(record.get("event_key") or "")
    direction = str(record.get("direction") or "outgoing").lower()
    at = datetime.fromisoformat(str(record["sent_at"])).isoformat().replace("+00:00", "Z")
    marker = email_marker(direction, at, _subject(record, direction) or "")
    return {f"{person.record_id}:{marker}", *((key,) if key else ())}


def _known(client: HubSpotClient, people: Iterable[str], *, keyed: bool) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    listed = sorted(people)
    marks: set[str] = set()
    for answer in told.told_of(client, listed, keyed=keyed):
        if answer.kind == "told_of":
            found[answer.key], marks = marks, set()
        else:
            marks.add(answer.key)
    return found


def _is_usable(record: Record, reject: Reject) -> bool:
    missing = [name for name in REQUIRED if not record.get(name)]
    if missing:
        reject(record, {"code": "incomplete", "message": f"{', '.join(missing)} is missing."})
        return False
    for name, words in (("direction", DIRECTIONS), ("status", STATUSES)):
        if str(record.get(name) or next(iter(words))).lower() not in words:
            known = ", ".join(words)
            reject(record, {"code": "unknown_word", "message": f"{name} is none of {known}."})
            return False
    try:
        aware = datetime.fromisoformat(str(record["sent_at"])).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        reject(record, {"code": "bad_time", "message": "sent_at is no time with an offset."})
    return aware


def _address(record: Record) -> str:
    return str(record.get("contact_email") or "").strip().lower()


def _subject(record: Record, direction: str) -> str | None:
    subject = " ".join(str(record.get("subject") or "").split())
    if subject and direction == "incoming" and not subject.lower().startswith("re:"):
        return f"Re: {subject}"
    return subject or None


def _text(record: Record) -> str:
    body = str(record.get("body") or "")
    if len(body) > LONGEST_BODY:
        body = body[:LONGEST_BODY] + CUT
    after, before = record.get("not_before"), record.get("not_after")
    if not before:
        return body
    between = f"between {after} and {before}" if after else f"before {before}"
    return f"{body}\n\n[time estimated: {between}]".strip()


def _headers(record: Record, direction: str) -> Body:
    person = {"email": record.get("contact_email")}
    first, _, last = str(record.get("contact_name") or "").partition(" ")
    person |= {"firstName": first, "lastName": last} if first else {}
    ours = {"email": record["sender"]} if record.get("sender") else {}
    start, end = (ours, person) if direction == "outgoing" else (person, ours)
    return {"from": start, "to": [end] if end else [], "cc": [], "bcc": []}
