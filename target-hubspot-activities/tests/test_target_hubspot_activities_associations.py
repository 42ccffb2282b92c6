"""Associations: people into companies, by what the ledger acknowledged; said twice, nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outreach_core.errors import Fatal
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[[str], list[dict[str, Any]]]
HOST = "x.example.com"
DEFAULT = "associations.batch_default"
LINKED = {"rid-1": "1", "rid-2": "2", "rid-3": "3"}
COMPANIES = {HOST: "9"}


def link(intent: str, rid: str, host: str = HOST) -> tuple[str, dict[str, Any]]:
    """A planned association of a row's contact with the company of a host."""
    sync = {"intent_id": intent, "op": "associate", "rid": rid}
    return ("associations", {"company_domain": host, "_sync": sync})


def contact(number: int) -> dict[str, Any]:
    """A contact of the seed."""
    return {"id": number, "properties": {"email": f"a{number}@example.com"}}


@pytest.fixture
def begin(seed: Seed) -> Callable[..., None]:
    """Three contacts and a company."""

    def plant(**more: Any) -> None:
        company = {"id": 9, "properties": {"domain": HOST}}
        seed(*(contact(n) for n in (1, 2, 3)), companies=[company], **more)

    return plant


@pytest.fixture
def members(records: Records) -> Callable[[], set[str]]:
    """The contacts in the company, by the type without a label (279)."""

    def look() -> set[str]:
        return {
            person["id"]
            for person in records("contacts")
            if ("9", 279) in {(end["id"], end["type"]) for end in person["associations"]}
        }

    return look


def test_people_are_put_into_their_company(
    run: Run, begin: Any, sandbox: Running, members: Any
) -> None:
    """With one call, and acknowledged by the contact."""
    begin()
    told = run(link("a", "rid-1"), link("b", "rid-2"), linked=LINKED, companies=COMPANIES)

    assert {"a": ("written", "1"), "b": ("written", "2")} == {
        name: (str(outcome.kind), outcome.record_id) for name, outcome in told.outcomes.items()
    }
    assert {"1", "2"} == members()
    assert [2] == [c["inputs"] for c in sandbox.control.calls() if c["operation"] == DEFAULT]


def test_who_is_not_acknowledged_waits(run: Run, begin: Any, sandbox: Running) -> None:
    """Neither a row without a contact nor a host without a company is asked about."""
    begin()
    told = run(
        link("a", "rid-9"), link("b", "rid-1", "y.example.com"), linked=LINKED, companies=COMPANIES
    )

    assert {"a": "held", "b": "held"} == told.kinds
    assert [] == [c for c in sandbox.control.calls() if c["kind"] == "api"]


def test_acknowledged_in_the_same_run(run: Run, seed: Seed, records: Records) -> None:
    """The company was made by this run, before anybody was put into it."""
    seed(contact(1))
    company = {"domain": HOST, "name": "X", "_sync": {"intent_id": "f", "op": "create"}}
    told = run(link("a", "rid-1"), ("companies", company), linked=LINKED)

    assert {"f": "written", "a": "written"} == told.kinds
    (person,) = records("contacts")
    assert told.companies[HOST] in {end["id"] for end in person["associations"]}


def test_said_twice_nothing_changes(run: Run, begin: Any, members: Any) -> None:
    """A second run finds it done."""
    begin()
    for _ in range(2):
        told = run(link("a", "rid-1"), linked=LINKED, companies=COMPANIES)
        assert {"a": "written"} == told.kinds

    assert {"1"} == members()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "after", "reset": True},
        {"kind": "after", "truncate": True},
        {"kind": "after", "status": 503},
        {"status": 423},
        {"status": 429},
        {"status": 502},
        {"status": 401},
    ],
    ids=["lost", "truncated", "lost 503", "locked", "limit", "502", "401"],
)
def test_what_goes_wrong_once_is_said_again(
    run: Run, begin: Any, sandbox: Running, members: Any, fault: dict[str, Any]
) -> None:
    """It may be said twice, so the same run does."""
    begin()
    sandbox.control.queue_faults({"vendor": "hubspot", "operation": DEFAULT, **fault})
    told = run(link("a", "rid-1"), linked=LINKED, companies=COMPANIES)

    assert {"a": "written"} == told.kinds
    assert {"1"} == members()


@pytest.mark.parametrize("status", [477, 503])
def test_what_goes_wrong_for_long_is_held(
    run: Run, begin: Any, sandbox: Running, status: int
) -> None:
    """Nothing is in doubt, and the program ends normally."""
    begin()
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": DEFAULT, "status": status, "times": 99}
    )
    told = run(link("a", "rid-1"), linked=LINKED, companies=COMPANIES)

    assert ({"a": "held"}, []) == (told.kinds, told.doubted)


@pytest.mark.parametrize(
    ("obj", "record_id", "skipped"),
    [("contacts", "1", {}), ("companies", "9", {"company": "gone"})],
)
def test_who_was_deleted_since_the_plan_is_named(
    run: Run, begin: Any, sandbox: Running, obj: str, record_id: str, skipped: dict[str, str]
) -> None:
    """HubSpot's refusal does not say which input it was; the store does."""
    begin()
    sandbox.control.people("hubspot", "delete", object=obj, id=record_id)
    told = run(link("a", "rid-1"), link("b", "rid-2"), linked=LINKED, companies=COMPANIES)

    gone = told.outcomes["a"]
    assert ("gone", record_id, skipped) == (gone.kind, gone.record_id, dict(gone.skipped))
    assert {"contacts": "written", "companies": "gone"}[obj] == told.kinds["b"]


@pytest.mark.parametrize("follows", [True, False], ids=["followed", "refused"])
def test_a_contact_merged_since_the_plan(
    run: Run, begin: Any, sandbox: Running, follows: bool
) -> None:
    """Whether HubSpot follows the old id or refuses it, the contact is looked up and not lost."""
    begin(switches={"hubspot.merged_ids_associate": follows})
    sandbox.control.people("hubspot", "merge", primary="2", other="1")
    told = run(link("a", "rid-1"), link("c", "rid-3"), linked=LINKED, companies=COMPANIES)

    assert {"a": "gone", "c": "written"} == told.kinds


def test_an_answer_that_mentions_nothing_is_no_proof(
    run: Run, begin: Any, sandbox: Running
) -> None:
    """A 200 with empty results; the next plan says it again."""
    begin()
    body = {"status": "COMPLETE", "results": []}
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": DEFAULT, "status": 200, "body": body, "times": 9}
    )
    feed = [link(name, f"rid-{n}") for n, name in enumerate("abc", 1)]
    told = run(*feed, linked=LINKED, companies=COMPANIES)

    assert {"a": "held", "b": "held", "c": "held"} == told.kinds
    assert 1 == len([c for c in sandbox.control.calls() if c["operation"] == DEFAULT])


def test_a_refused_pair_costs_nobody_else(
    run: Run, begin: Any, sandbox: Running, members: Any
) -> None:
    """A whole batch that is refused for one of its pairs is said in parts; that one is rejected."""
    begin()
    message = "Contact a1@example.com has too many companies"
    refusal = {"status": "error", "message": message, "category": "VALIDATION_ERROR"}
    whole = {"vendor": "hubspot", "operation": DEFAULT, "status": 400, "body": refusal}
    sandbox.control.queue_faults(whole, whole, whole)  # all three, the first two, the first
    told = run(
        *(link(name, f"rid-{n}") for n, name in enumerate("abc", 1)),
        linked=LINKED,
        companies=COMPANIES,
    )

    assert {"a": "rejected", "b": "written", "c": "written"} == told.kinds
    refused = told.outcomes["a"]
    assert message == refused.vendor_message
    assert "a1@" not in refused.problem.message
    assert {"2", "3"} == members()


def test_an_error_beside_results_is_told(run: Run, begin: Any, sandbox: Running) -> None:
    """A 207 whose error is about a pair that is there: refused in HubSpot's words, not held for ever."""
    begin()
    error = {"status": "error", "category": "VALIDATION_ERROR", "message": "limit reached"}
    body = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [error]}
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": DEFAULT, "status": 207, "body": body}
    )
    told = run(link("a", "rid-1"), linked=LINKED, companies=COMPANIES)

    assert ("rejected", "limit reached") == (
        told.kinds["a"],
        told.outcomes["a"].vendor_message,
    )


def test_more_than_a_batch(run: Run, seed: Seed, sandbox: Running) -> None:
    """A thousand a call, and the ledger hears of each once."""
    seed(
        *(contact(n) for n in range(1, 1203)), companies=[{"id": 1, "properties": {"domain": HOST}}]
    )
    feed = [link(f"i{n}", f"rid-{n}") for n in range(1, 1203)]
    linked = {f"rid-{n}": str(n) for n in range(1, 1203)}
    told = run(*feed, linked=linked, companies={HOST: "1"})

    assert {"written"} == set(told.kinds.values())
    assert [1000, 202] == [
        c["inputs"] for c in sandbox.control.calls() if c["operation"] == DEFAULT
    ]


def test_the_main_company_stays_the_main_one(run: Run, seed: Seed, records: Records) -> None:
    """Whoever was put into another company after the plan was made is in both."""
    companies = [{"id": n, "properties": {"domain": f"{n}.example.com"}} for n in (8, 9)]
    own = {"object": "contacts", "id": 1, "to_object": "companies", "to_id": 8, "primary": True}
    seed(contact(1), companies=companies, associations=[own])
    run(link("a", "rid-1"), linked=LINKED, companies=COMPANIES)

    (person,) = records("contacts")
    assert "8" == person["properties"]["associatedcompanyid"]
    assert {"8", "9"} == {end["id"] for end in person["associations"]}


def test_without_a_ledger_there_are_none(run: Run, begin: Any, rejected: Any, members: Any) -> None:
    """Plain records say themselves where they belong."""
    begin()
    with pytest.raises(Fatal):
        run(link("a", "rid-1"), ledger=False)

    assert ["not_planned"] == [line["reason"]["code"] for line in rejected()]
    assert set() == members()
