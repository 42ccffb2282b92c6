"""Nothing goes out before what it needs: companies, contacts, associations, e-mails, deals, whatever comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from outreach_core.errors import Retriable
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[[str], list[dict[str, Any]]]
PEOPLE = 120
EMAILS = 150
AT = "2026-11-20T09:15:42Z"


def address(number: int) -> str:
    """The address of the n-th person."""
    return f"a{number}@example.com"


def contact(number: int, *, planned: bool) -> tuple[str, dict[str, Any]]:
    """The n-th person."""
    if not planned:
        return ("contacts", {"email": address(number)})
    sync = {"intent_id": f"c{number}", "op": "create", "rid": f"rid-{number}", "fields": {}}
    return ("contacts", {"id": None, "email": address(number), "_sync": sync})


def email(number: int, *, planned: bool) -> tuple[str, dict[str, Any]]:
    """The n-th e-mail; the people are written to in turn."""
    person = number % PEOPLE
    record: dict[str, Any] = {
        "event_key": f"key-{number}",
        "contact_email": address(person),
        "sent_at": AT,
        "subject": f"Offer {number}",
    }
    if planned:
        record["_sync"] = {"intent_id": f"e{number}", "rid": f"rid-{person}"}
    return ("emails", record)


def in_turn(*, planned: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """All contacts, then all e-mails."""
    yield from (contact(n, planned=planned) for n in range(PEOPLE))
    yield from (email(n, planned=planned) for n in range(EMAILS))


def interleaved(*, planned: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each contact with its first e-mail, then the other e-mails."""
    for number in range(PEOPLE):
        yield contact(number, planned=planned)
        yield email(number, planned=planned)
    yield from (email(n, planned=planned) for n in range(PEOPLE, EMAILS))


FEEDS = pytest.mark.parametrize("feed", [in_turn, interleaved], ids=["in turn", "interleaved"])


def made(sandbox: Running, *objects: str) -> list[tuple[str, int]]:
    """What was made, in order: the object and how many."""
    creating = ("objects.batch_create", "objects.batch_upsert")
    calls = [call for call in sandbox.control.calls() if call["operation"] in creating]
    found = [(call["path"].split("/")[-3], call["inputs"]) for call in calls]
    return [one for one in found if one[0] in objects]


def tied(record: dict[str, Any], obj: str) -> list[str]:
    """What of another object a record is associated with."""
    return sorted({end["id"] for end in record["associations"] if end["to"] == obj})


def assert_each_has_its_own(people: dict[str, dict[str, str]], emails: Any) -> None:
    """Every e-mail is on the timeline of the one it went to, once."""
    subjects = {
        (people[tied(e, "contacts")[0]]["email"], e["properties"]["hs_email_subject"])
        for e in emails
    }
    assert {(address(n % PEOPLE), f"Offer {n}") for n in range(EMAILS)} == subjects
    assert EMAILS == len(emails)


def assert_people_come_first(sandbox: Running) -> None:
    """At no time more e-mails were made than the people there were could have got."""
    people = 0
    first = 0  # e-mails of the first round, which need as many people as they are
    for obj, count in made(sandbox, "contacts", "emails"):
        people += count if obj == "contacts" else 0
        first += count if obj == "emails" else 0
        assert min(first, PEOPLE) <= people
    assert (PEOPLE, EMAILS) == (people, first)


@FEEDS
def test_no_email_goes_out_before_its_contact_is_acknowledged(
    run: Run, seed: Seed, sandbox: Running, records: Records, people: Any, feed: Any
) -> None:
    """The ledger has the contact's acknowledgement before it hears of the contact's e-mail."""
    seed()
    told = run(*feed(planned=True))

    assert {"written"} == set(told.kinds.values())
    assert EMAILS + PEOPLE == len(told.kinds)
    places = {(what, name): place for place, (what, name, _) in enumerate(told.events)}
    for number in range(EMAILS):
        assert places["outcome", f"c{number % PEOPLE}"] < places["doubt", f"e{number}"]
    assert_people_come_first(sandbox)
    assert_each_has_its_own(people(), records("emails"))


@FEEDS
def test_no_plain_email_goes_out_before_its_contact(
    run: Run, seed: Seed, sandbox: Running, records: Records, people: Any, feed: Any
) -> None:
    """Without a ledger the contacts that are still held are written first, and none is refused."""
    seed()
    run(*feed(planned=False), ledger=False)

    assert_people_come_first(sandbox)
    assert_each_has_its_own(people(), records("emails"))


def test_the_five_streams_backwards(run: Run, seed: Seed, records: Records, people: Any) -> None:
    """In whatever order they come: the deal is tied to the contact, and that is in the company."""
    seed()
    host = "bluefinch.example.com"
    run(
        ("deals", {"event_key": "d", "name": "Bluefinch", "contact_email": "a@example.com"}),
        ("emails", {"contact_email": "a@example.com", "sent_at": AT, "subject": "Hello"}),
        ("contacts", {"email": "a@example.com"}),
        ("companies", {"domain": host}),
        ledger=False,
    )

    (person,) = people()
    for obj in ("deals", "emails"):
        (record,) = records(obj)
        assert [person] == tied(record, "contacts")
    assert [host] == [c["properties"]["domain"] for c in records("companies")]


def test_a_changed_schema_does_not_leave_contacts_behind(
    run: Run, seed: Seed, records: Records
) -> None:
    """Contacts held under an earlier schema are written before a full batch of e-mails goes out."""
    seed()
    old, new = ({"type": "object", "properties": {n: {}}} for n in ("email", "city"))
    emails = [dict(email(0, planned=False)[1], event_key="", subject=str(n)) for n in range(100)]
    feed = [
        contact(0, planned=False),
        {"type": "SCHEMA", "stream": "contacts", "schema": new, "key_properties": []},
        contact(1, planned=False),
        *(("emails", one) for one in emails),
    ]
    run(*feed, ledger=False, schema=old)

    assert 100 == len(records("emails"))


def test_a_contact_that_is_not_there_keeps_its_emails_waiting(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """A refused contact costs its own e-mail the turn, and nobody else theirs."""
    seed()
    bad = contact(0, planned=True)
    bad[1]["email"] = "not an address"
    told = run(bad, contact(1, planned=True), email(0, planned=True), email(1, planned=True))

    assert {"c0": "rejected", "c1": "written", "e0": "held", "e1": "written"} == told.kinds
    assert "e0" not in told.doubted
    assert 1 == len(records("emails"))


def test_batches_can_be_made_smaller_and_never_larger(
    run: Run, seed: Seed, sandbox: Running
) -> None:
    """`batch_size_rows` is kept to, up to what HubSpot takes."""
    seed()
    run(*(contact(n, planned=False) for n in range(5)), ledger=False, batch_size_rows=2)
    run(*(contact(n, planned=False) for n in range(101)), ledger=False, batch_size_rows=5000)

    counts = [count for _, count in made(sandbox, "contacts")]
    assert [2, 2, 1, 100, 1] == counts


def test_an_unreachable_account_holds_what_was_planned(
    run: Run, seed: Seed, sandbox: Running
) -> None:
    """Before the account could be looked at: everything is held, and the program ends normally."""
    seed()
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "properties.*", "status": 503, "times": 99}
    )
    deal = {"event_key": "d", "name": "x", "_sync": {"intent_id": "d", "rid": "rid-0"}}
    company = {"domain": "a.example.com", "name": "A"}
    company["_sync"] = {"intent_id": "f", "op": "create"}
    told = run(
        ("companies", company),
        contact(0, planned=True),
        email(0, planned=True),
        ("deals", deal),
        linked={"rid-0": "7"},
    )

    assert {"f": "held", "c0": "held", "e0": "held", "d": "held"} == told.kinds
    assert [] == told.doubted


def test_an_unreachable_account_fails_a_plain_run(run: Run, seed: Seed, sandbox: Running) -> None:
    """Without a ledger nothing could be said to wait, so the program says that it failed."""
    seed()
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "properties.*", "status": 503, "times": 99}
    )

    with pytest.raises(Retriable):
        run(contact(0, planned=False), ledger=False)


def test_a_record_against_its_own_schema_shows_nobodys_data(
    run: Run, seed: Seed, people: Any
) -> None:
    """A tap that mistypes a column costs no record, and its value is in no message."""
    seed()
    schema = {"type": "object", "properties": {"email": {"type": "integer"}}}
    run(("contacts", {"email": "a@example.com"}), ledger=False, schema=schema)

    assert 1 == len(people())
