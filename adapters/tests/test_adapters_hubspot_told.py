"""What an account was told already, over HTTP: companies by host, records by key, all e-mails of a person."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from outreach_adapters.hubspot import provision, told
from outreach_adapters.hubspot.connect import connect
from outreach_core.errors import ConfigError, Retriable
from outreach_core.markers import email_marker
from outreach_sandbox.kernel.server import Running, running

Plant = Callable[..., Any]
START = datetime(2026, 11, 20, 9, 15, 42, tzinfo=UTC)
NO_LINKS = "crm.associations.NO_ASSOCIATIONS_FOUND"
REFUSED = {"auth": {"missing_scopes": ["connected-email-data-access"]}}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with HubSpot in it."""
    with running() as found:
        yield found


@pytest.fixture
def plant(sandbox: Running) -> Plant:
    """A client of an account that begins with these records, and is provisioned."""

    def begin(*, switches: dict[str, Any] | None = None, **seed: Any) -> Any:
        sandbox.control.reset({"hubspot": seed, "switches": switches or {}})
        config = {
            "outreach_environment": "sandbox",
            "api_base_url": sandbox.hubspot_url,
            "token_url": f"{sandbox.hubspot_url}/oauth/v1/token",
        }
        client = connect(config, sleep=sandbox.control.advance, rng=random.Random(1))
        provision.apply(client, provision.provision_plan(client))
        sandbox.control.forget_calls()
        return client

    return begin


def companies(*domains: str) -> list[dict[str, Any]]:
    """Companies of the seed, with ids from 1 on."""
    return [{"id": n, "properties": {"domain": d, "name": d}} for n, d in enumerate(domains, 1)]


def emails(count: int, first: int = 1) -> list[dict[str, Any]]:
    """Sent e-mails, a second after another."""
    return [
        {
            "id": number,
            "properties": {
                "hs_timestamp": (START + timedelta(seconds=number)).isoformat(),
                "hs_email_direction": "EMAIL",
                "hs_email_subject": f"Offer {number}",
            },
        }
        for number in range(first, first + count)
    ]


def links(person: int, numbers: range) -> list[dict[str, Any]]:
    """Which e-mails are on a person's timeline."""
    return [
        {"object": "emails", "id": number, "to_object": "contacts", "to_id": person}
        for number in numbers
    ]


def marks(number: int) -> str:
    """What the n-th e-mail is recognised by."""
    at = (START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
    return email_marker("outgoing", at, f"Offer {number}")


def by_question(answers: Any) -> dict[tuple[str, str], tuple[str, tuple[str, ...]]]:
    """The answers by what was asked."""
    return {(a.kind, a.key): (a.status, a.record_ids) for a in answers}


# -- companies by host -------------------------------------------------------------------------


def test_companies_are_found_by_their_domain(plant: Plant) -> None:
    """One, several or none; a domain in other letters is the same."""
    client = plant(companies=companies("a.example.com", "B.example.com", "b.example.com"))
    hosts = ["a.example.com", "b.example.com", "c.example.com"]

    assert {
        ("host", "a.example.com"): ("found", ("1",)),
        ("host", "b.example.com"): ("found", ("2", "3")),
        ("host", "c.example.com"): ("missing", ()),
    } == by_question(told.companies_by_host(client, hosts))


@pytest.mark.parametrize(
    "host",
    [
        "x{}.io",
        "a-rather-long-name-for-a-shop-{}.example.com",
        "übergröße-{}.example.com",
        "店{}.example.com",
    ],
    ids=["short", "long", "umlauts", "characters outside of Latin"],
)
def test_a_search_stays_below_its_longest_body(plant: Plant, sandbox: Running, host: str) -> None:
    """HubSpot refuses a body of more than 3,000 characters; all hosts are asked about, each once."""
    client = plant()
    hosts = [host.format(number) for number in range(700)]
    answers = by_question(told.companies_by_host(client, hosts))

    assert {("host", one) for one in hosts} == set(answers)
    statuses = [c["status"] for c in sandbox.control.calls() if c["operation"] == "objects.search"]
    assert {200} == set(statuses) - {429}  # five a second: those over the limit are said again
    assert statuses.count(200) <= 40


def test_a_body_is_as_long_as_it_was_counted() -> None:
    """Counted with quotes, commas, spaces and whatever JSON makes of a character."""
    for host in ("x.io", "übergröße.example.com", "店.example.com", "\U0001f9ff.example.com"):
        for some in told.chunks_of_hosts([f"{number}{host}" for number in range(500)]):
            body = json.dumps({**told.domain_query(some), "after": "10000"})
            assert len(body) < 3000


def test_hundreds_of_companies_with_one_domain(plant: Plant) -> None:
    """All pages of the search are read."""
    client = plant(companies=companies(*["a.example.com"] * 450))

    ((status, ids),) = by_question(told.companies_by_host(client, ["a.example.com"])).values()
    assert ("found", 450) == (status, len(ids))


def test_the_index_is_behind_the_store(plant: Plant, sandbox: Running) -> None:
    """A hit is believed for what it shows now; what the index has not heard of is not found yet."""
    client = plant(companies=companies("a.example.com", "b.example.com"))
    sandbox.control.people(
        "hubspot", "edit", object="companies", id="1", properties={"domain": "new.example.com"}
    )
    sandbox.control.people("hubspot", "delete", object="companies", id="2")

    def status(*hosts: str) -> list[str]:
        return [answer.status for answer in told.companies_by_host(client, hosts)]

    assert ["missing", "missing"] == status("a.example.com", "b.example.com")
    assert ["missing"] == status("new.example.com")
    sandbox.control.advance(30)
    assert ["missing", "missing"] == status("a.example.com", "b.example.com")
    assert ["found"] == status("new.example.com")


# -- by key ------------------------------------------------------------------------------------


def test_what_carries_a_key_is_read_from_the_store(plant: Plant, sandbox: Running) -> None:
    """At once, whatever the index knows; a deleted record does not count."""
    client = plant()
    for name in ("a", "b"):
        client.batch_create(
            [{"properties": {"name": name, "outreach_company_host": f"{name}.example.com"}}],
            "companies",
        )
    found = by_question(told.by_key(client, "companies", ["a.example.com", "b.example.com", "c"]))
    first = found["event", "a.example.com"][1][0]
    sandbox.control.people("hubspot", "delete", object="companies", id=first)
    later = by_question(told.by_key(client, "companies", ["a.example.com"]))

    assert ["found", "found", "missing"] == [status for status, _ in found.values()]
    assert ("missing", ()) == later["event", "a.example.com"]
    assert "objects.search" not in {call["operation"] for call in sandbox.control.calls()}


def test_hundreds_of_keys_are_read_a_hundred_at_a_time(plant: Plant, sandbox: Running) -> None:
    """None is left out."""
    client = plant()
    keys = [f"key-{number}" for number in range(250)]

    assert 250 == len(by_question(told.by_key(client, "deals", keys)))
    counts = [
        c["inputs"] for c in sandbox.control.calls() if c["operation"] == "objects.batch_read"
    ]
    assert [100, 100, 50] == counts


def test_no_question_is_no_call(plant: Plant, sandbox: Running) -> None:
    """Nothing asked, nothing called."""
    client = plant()
    assert [] == list(told.by_key(client, "deals", []))
    assert [] == list(told.companies_by_host(client, []))
    assert [] == list(told.told_of(client, [], keyed=True))

    assert [] == sandbox.control.calls()


# -- what a person was told of -----------------------------------------------------------------


def test_every_email_of_a_person_over_all_pages(plant: Plant, sandbox: Running) -> None:
    """More e-mails than a page of associations (500) and a batch of records (100) hold."""
    client = plant(
        contacts=[{"id": 9001}, {"id": 9002}],
        emails=emails(1234),
        associations=[*links(9001, range(1, 1230)), *links(9002, range(1230, 1235))],
    )
    answers = list(told.told_of(client, ["9001", "9002"], keyed=True))

    shown = {a.key for a in answers if a.kind == "marker"}
    assert {f"9001:{marks(n)}" for n in range(1, 1230)} | {
        f"9002:{marks(n)}" for n in range(1230, 1235)
    } == shown
    assert ["9001", "9002"] == [a.key for a in answers if a.kind == "told_of"]
    read = [c for c in sandbox.control.calls() if c["operation"] == "associations.batch_read"]
    assert [2, 1, 1] == [call["inputs"] for call in read]


def test_a_person_without_emails_is_listed_completely(plant: Plant) -> None:
    """HubSpot answers so with an error."""
    client = plant(contacts=[{"id": 1}])

    assert {("told_of", "1"): ("found", ("1",))} == by_question(
        told.told_of(client, ["1"], keyed=True)
    )


def test_the_survivor_of_a_merge_has_the_emails_of_both(plant: Plant, sandbox: Running) -> None:
    """Whoever asks under the old id hears of them."""
    client = plant(
        contacts=[
            {"id": 9001, "properties": {"email": "a@example.com"}},
            {"id": 9002, "properties": {"email": "b@example.com"}},
        ],
        emails=emails(2),
        associations=[*links(9001, range(1, 2)), *links(9002, range(2, 3))],
    )
    sandbox.control.people("hubspot", "merge", primary="9001", other="9002")
    answers = by_question(told.told_of(client, ["9002"], keyed=True))

    assert {f"9002:{marks(1)}", f"9002:{marks(2)}"} == {
        k for kind, k in answers if kind == "marker"
    }
    assert ("told_of", "9002") in answers


def test_keys_and_times_are_shown_as_they_are_compared(plant: Plant) -> None:
    """A fraction of a second, white space in the subject and the answer's `Re:` do not matter."""
    client = plant(contacts=[{"id": 1, "properties": {"email": "a@example.com"}}])
    client.batch_create(
        [
            {
                "properties": {
                    "hs_timestamp": "2026-11-20T09:15:42.678Z",
                    "hs_email_direction": "INCOMING_EMAIL",
                    "hs_email_subject": "Re:  Offer \t 1",
                    "outreach_event_key": "key-1",
                },
                "associations": [
                    {
                        "to": {"id": "1"},
                        "types": [
                            {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 198}
                        ],
                    }
                ],
            }
        ],
        "emails",
    )
    shown = by_question(told.told_of(client, ["1"], keyed=True))

    marker = email_marker("incoming", "2026-11-20T09:15:42Z", "Offer 1")
    assert {("event", "key-1"), ("marker", f"1:{marker}"), ("told_of", "1")} == set(shown)
    assert marker == email_marker("incoming", "2026-11-20T09:15:42Z", "RE: Offer 1")
    assert marker != email_marker("outgoing", "2026-11-20T09:15:42Z", "Offer 1")


def test_an_account_that_refuses_the_property(plant: Plant) -> None:
    """Direction, second and subject are still there."""
    client = plant(
        contacts=[{"id": 9001}], emails=emails(1), associations=links(9001, range(1, 2)), **REFUSED
    )
    shown = by_question(told.told_of(client, ["9001"], keyed=False))

    assert {("marker", f"9001:{marks(1)}"), ("told_of", "9001")} == set(shown)


@pytest.mark.parametrize(
    "answer",
    [
        {"results": [], "errors": []},
        {"results": [], "errors": [{"category": "VALIDATION_ERROR", "message": "no"}]},
        {
            "results": [],
            "errors": [{"subCategory": NO_LINKS, "context": {"fromObjectId": ["17"]}}],
        },
    ],
    ids=["nothing", "another error", "another person"],
)
def test_who_is_not_mentioned_is_not_listed_completely(
    plant: Plant, sandbox: Running, answer: dict[str, Any]
) -> None:
    """Silence is no proof that nothing was told: the e-mail in question would go out twice."""
    client = plant(contacts=[{"id": 9001}], emails=emails(1), associations=links(9001, range(1, 2)))
    sandbox.control.queue_faults(
        {
            "vendor": "hubspot", "operation": "associations.batch_read",
            "status": 207, "body": {"status": "COMPLETE", **answer},
        }
    )  # fmt: skip

    assert [] == list(told.told_of(client, ["9001"], keyed=True))


def test_an_email_that_was_listed_is_read_again_before_it_counts_as_gone(
    plant: Plant, sandbox: Running
) -> None:
    """An answer with nothing in it does not hide an e-mail."""
    client = plant(contacts=[{"id": 9001}], emails=emails(1), associations=links(9001, range(1, 2)))
    sandbox.control.queue_faults(
        {
            "vendor": "hubspot", "operation": "objects.batch_read", "status": 200,
            "body": {"status": "COMPLETE", "results": []},
        }
    )  # fmt: skip

    assert ("marker", f"9001:{marks(1)}") in by_question(told.told_of(client, ["9001"], keyed=True))


# -- the client's part -------------------------------------------------------------------------


def test_associations_of_thousands_are_asked_for_in_batches(plant: Plant, sandbox: Running) -> None:
    """A call takes a thousand."""
    client = plant()
    ids = [str(number) for number in range(1, 2502)]

    assert {key: [] for key in ids} == client.associated("contacts", "emails", ids)
    assert [1000, 1000, 501] == [c["inputs"] for c in sandbox.control.calls() if c["kind"] == "api"]


def test_a_cursor_that_comes_again_ends_the_reading(plant: Plant, sandbox: Running) -> None:
    """HubSpot has been seen to begin again at page one; whose list did not end is not complete."""
    client = plant(contacts=[{"id": 9001}])
    page = {"from": {"id": "9001"}, "to": [{"toObjectId": 5}], "paging": {"next": {"after": "6"}}}
    sandbox.control.queue_faults(
        {
            "vendor": "hubspot", "operation": "associations.batch_read", "status": 200, "times": 50,
            "body": {"results": [page]},
        }
    )  # fmt: skip

    assert {} == client.associated("contacts", "emails", ["9001"])


def test_associating_may_be_said_twice(plant: Plant, sandbox: Running) -> None:
    """A lost answer is asked for again, and nothing is doubled."""
    client = plant(contacts=[{"id": 1}], companies=companies("a.example.com"))
    sandbox.control.queue_faults(
        {
            "vendor": "hubspot", "operation": "associations.batch_default", "kind": "after",
            "reset": True,
        }
    )  # fmt: skip
    client.associate("contacts", "companies", [("1", "1")])

    assert {"1": ["1"]} == client.associated("contacts", "companies", ["1"])


def test_owners_are_found_without_an_address_in_an_address(plant: Plant, sandbox: Running) -> None:
    """A person's e-mail address stays out of URLs, which end up in logs; all pages are read."""
    people = [{"id": n, "email": f"o{n}@example.com"} for n in range(1, 251)]
    client = plant(owners=people)

    assert ["250"] == [owner["id"] for owner in client.owners("O250@Example.com")]
    assert [] == client.owners("nobody@example.com")
    calls = sandbox.control.calls()
    assert "@" not in json.dumps([[call["path"], call["query"]] for call in calls])


def test_list_members_over_pages(plant: Plant) -> None:
    """A list is found by its name, and every member is read."""
    contacts = [{"id": n, "properties": {"email": f"a{n}@example.com"}} for n in range(1, 601)]
    client = plant(contacts=contacts, lists=[{"name": "Hot leads", "members": list(range(1, 601))}])
    found = client.list_by_name("Hot leads")

    listed = list(client.list_members(str((found.get("list") or found)["listId"])))
    assert {str(n) for n in range(1, 601)} == set(listed)
    assert 600 == len(listed)


def test_a_scope_that_is_missing_is_named(plant: Plant, sandbox: Running) -> None:
    """Reading a person's e-mails needs the contacts' scope."""
    client = plant(contacts=[{"id": 1}])
    sandbox.control.people("hubspot", "scopes", missing=["crm.objects.contacts.read"])

    with pytest.raises(ConfigError, match="contacts"):
        list(told.told_of(client, ["1"], keyed=True))


def test_an_unreachable_account_is_no_answer(plant: Plant, sandbox: Running) -> None:
    """Nothing is called missing."""
    client = plant(contacts=[{"id": 1}])
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "*", "status": 503, "times": 99}
    )

    with pytest.raises(Retriable):
        list(told.told_of(client, ["1"], keyed=True))
