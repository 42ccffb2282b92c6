"""Logs e-mails that no ledger planned, unless the contact has them already.

Rule: nothing is logged for a contact whose e-mails could not all be read: it would be logged twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from outreach_adapters.hubspot import told
from outreach_adapters.hubspot.answers import TRACE
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.sending import send
from outreach_adapters.singer.contracts import text
from outreach_core.errors import Retriable
from target_hubspot_activities.contracts import EMAILS as CONTRACT
from target_hubspot_activities.emails import direction_of, email_properties, subject_of
from target_hubspot_activities.made import Tie, inline
from target_hubspot_activities.people import Belongings
from target_hubspot_activities.plain_answers import Reject, settle

Record = Mapping[str, Any]
Ready = tuple[Record, tuple[Tie, ...]]
EMAILS = "emails"


def log(
    client: HubSpotClient,
    records: Sequence[Record],
    *,
    keyed: bool,
    before: Callable[[], None],
    reject: Reject,
) -> None:
    """Log e-mails.

    | # | the e-mail | then |
    |---|---|---|
    | 1 | is no record of the contract | refused |
    | 2 | names an address that no contact has | refused |
    | 3 | is on the contact's timeline, or came before in this batch | left out |
    | 4 | else | created |

    Args:
        client: The account.
        records: Records of ``emails``; see docs/reference/records.md.
        keyed: Whether e-mails have the property that holds our key.
        before: Called before every request; may stop the program.
        reject: Keeps a record with its reason.

    Raises:
        OutreachError: Nothing can be written now; some may have been.
    """
    ready = list(_ready(client, records, before, reject))  # (1) (2)
    known = _known(client, sorted({_person(ties) for _, ties in ready}), before, keyed=keyed)
    todo = list(_news(ready, known))  # (3)
    inputs = [
        {
            "properties": email_properties(record, keyed=keyed),
            "associations": inline(EMAILS, ties),
            TRACE: str(number),
        }
        for number, (record, ties) in enumerate(todo)
    ]
    answers = send(lambda some: client.batch_create(some, EMAILS), inputs, before=before)  # (4)
    settle([record for record, _ in todo], answers, reject)


def _ready(
    client: HubSpotClient, records: Sequence[Record], before: Callable[[], None], reject: Reject
) -> Iterator[Ready]:
    usable = []
    for record in records:
        trouble = CONTRACT.trouble(record)
        if trouble:
            reject(record, trouble)
        else:
            usable.append(record)
    found = Belongings(client, usable, before)
    found.look()
    for record in usable:
        ties = found.ties(record)
        if ties:
            yield record, ties
        else:
            reject(record, {"code": "no_contact", "message": "No contact has this address."})


def _person(ties: Sequence[Tie]) -> str:
    return ties[0].record_id


def _news(ready: Iterable[Ready], known: Mapping[str, frozenset[str]]) -> Iterator[Ready]:
    """Yield what the contact was not told of, each once."""
    said: set[tuple[str, str]] = set()
    for record, ties in ready:
        person = _person(ties)
        own = _marks(record, person)
        # where the app may not read subjects, or there is none, direction and second must do
        blank = _sighting(record, person, "")
        there = known[person] & {*own, blank} or said & {(person, mark) for mark in own}
        if not there:
            said |= {(person, mark) for mark in own}
            yield record, ties


def _marks(record: Record, person: str) -> set[str]:
    key = text(record, "event_key")
    return {_sighting(record, person, subject_of(record) or ""), *((key,) if key else ())}


def _sighting(record: Record, person: str, subject: str) -> str:
    at = datetime.fromisoformat(text(record, "sent_at"))
    return told.sighting(person, direction_of(record), at, subject)


def _known(
    client: HubSpotClient, people: Sequence[str], before: Callable[[], None], *, keyed: bool
) -> dict[str, frozenset[str]]:
    """Return what each contact's e-mails are known by.

    Raises:
        Retriable: HubSpot did not list them all.
    """
    if not people:
        return {}
    before()
    found: dict[str, frozenset[str]] = {}
    marks: set[str] = set()
    for answer in told.told_of(client, people, keyed=keyed):
        if answer.kind == "told_of":
            found[answer.key], marks = frozenset(marks), set()
        else:
            marks.add(answer.key)
    if set(people) - set(found):
        raise Retriable("HubSpot did not list the e-mails of a contact.", code="incomplete_list")
    return found
