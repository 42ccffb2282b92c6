"""Deals: made once, tied to contact and company, and never touched again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outreach_core.errors import ConfigError, Fatal
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[[str], list[dict[str, Any]]]
ANN = {"id": 7, "properties": {"email": "ann@example.com"}}
LINKED = {"rid-ann": "7"}
OWNER = {"id": "31", "email": "owner@example.org", "firstName": "O", "lastName": "W"}
CREATE = "objects.batch_create"


def plain(key: str, **columns: Any) -> tuple[str, dict[str, Any]]:
    """A deal about Ann that no ledger planned."""
    return (
        "deals",
        {"event_key": key, "name": key.upper(), "contact_email": "ann@example.com", **columns},
    )


def planned(intent: str, rid: str = "rid-ann", **columns: Any) -> tuple[str, dict[str, Any]]:
    """A planned deal about Ann; its key is `key-<intent>`."""
    stream, record = plain(f"key-{intent}", **columns)
    return (stream, {**record, "_sync": {"intent_id": intent, "rid": rid}})


def ends(record: dict[str, Any]) -> set[tuple[str, str, int]]:
    """What a record is associated with, by which type."""
    return {(end["to"], end["id"], end["type"]) for end in record["associations"]}


@pytest.fixture
def names(records: Records) -> Callable[[], list[str]]:
    """The names of all deals."""
    return lambda: sorted(record["properties"]["dealname"] for record in records("deals"))


# -- planned -----------------------------------------------------------------------------------


def test_a_deal_is_made_with_everything_at_once(run: Run, seed: Seed, records: Records) -> None:
    """Name, place in the pipeline, worth, day, owner, key; contact (3) and company (341)."""
    seed(ANN, companies=[{"id": 9, "properties": {"domain": "x.example.com"}}], owners=[OWNER])
    told = run(
        planned(
            "a",
            name="=Bluefinch",
            pipeline="default",
            stage="qualifiedtobuy",
            amount="1200",
            close_date="2026-12-31T00:00:00Z",
            owner="Owner@Example.org",
            company_domain="x.example.com",
        ),
        linked=LINKED,
        companies={"x.example.com": "9"},
    )

    (record,) = records("deals")
    shown = record["properties"]
    assert ("written", record["id"]) == (told.kinds["a"], told.outcomes["a"].record_id)
    assert {
        "dealname": "=Bluefinch",
        "pipeline": "default",
        "dealstage": "qualifiedtobuy",
        "amount": "1200",
        "closedate": "2026-12-31T00:00:00Z",
        "hubspot_owner_id": "31",
        "outreach_event_key": "key-a",
    }.items() <= shown.items()
    types = {(to, id_) for to, id_, type_ in ends(record) if type_ in (3, 341)}
    assert {("contacts", "7"), ("companies", "9")} == types


def test_ties_are_the_most_generic_ones(run: Run, seed: Seed, records: Records) -> None:
    """None is called the main one: that is the account's own business."""
    switches = {"hubspot.first_company_is_primary": False}
    companies = [{"id": 9, "properties": {"domain": "x.example.com"}}]
    seed(ANN, companies=companies, switches=switches)
    told = planned("a", company_domain="x.example.com")
    run(told, linked=LINKED, companies={"x.example.com": "9"})

    (record,) = records("deals")
    assert {("contacts", "7", 3), ("companies", "9", 341)} == ends(record)


def test_one_that_is_there_is_adopted_and_left_as_it_is(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """Whatever a person made of it meanwhile."""
    seed(ANN)
    first = run(planned("a", stage="appointmentscheduled", pipeline="default"), linked=LINKED)
    made = first.outcomes["a"].record_id
    sandbox.control.people("hubspot", "move_stage", id=made, stage="closedwon")
    again = run(planned("a", name="Another", stage="qualifiedtobuy"), linked=LINKED)

    (record,) = records("deals")
    assert ("adopted", made) == (again.kinds["a"], again.outcomes["a"].record_id)
    assert ("closedwon", "KEY-A") == (
        record["properties"]["dealstage"],
        record["properties"]["dealname"],
    )


def test_a_deal_waits_for_its_contact(run: Run, seed: Seed, names: Any) -> None:
    """Held, and never in doubt."""
    seed(ANN)
    told = run(planned("a"), planned("b", rid="rid-bob"), linked=LINKED)

    assert ({"a": "written", "b": "held"}, ["a"]) == (told.kinds, told.doubted)
    assert ["KEY-A"] == names()


@pytest.mark.parametrize(
    ("obj", "record_id", "skipped"),
    [("contacts", "7", {}), ("companies", "9", {"company": "gone"})],
)
def test_who_was_deleted_since_the_plan_is_named(
    run: Run, seed: Seed, sandbox: Running, obj: str, record_id: str, skipped: dict[str, str]
) -> None:
    """The deal is planned anew once that is known."""
    seed(ANN, companies=[{"id": 9, "properties": {"domain": "x.example.com"}}])
    sandbox.control.people("hubspot", "delete", object=obj, id=record_id)
    told = run(
        planned("a", company_domain="x.example.com"),
        linked=LINKED,
        companies={"x.example.com": "9"},
    )

    gone = told.outcomes["a"]
    assert ("gone", record_id, skipped) == (gone.kind, gone.record_id, dict(gone.skipped))


def test_hundreds_each_get_their_own(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """Answers come shuffled; a refused stage among them costs nobody else their deal."""
    seed(ANN)
    feed = [planned(f"d{n}", stage="nowhere" if n == 77 else "") for n in range(150)]
    told = run(*feed, linked=LINKED)

    keys = {r["id"]: r["properties"]["outreach_event_key"] for r in records("deals")}
    assert {f"d{n}": f"key-d{n}" for n in range(150) if n != 77} == {
        name: keys[outcome.record_id]
        for name, outcome in told.outcomes.items()
        if outcome.kind == "written"
    }
    refused = told.outcomes["d77"]
    assert ("rejected", "dealstage") == (refused.kind, refused.problem.field)
    assert "nowhere" not in refused.problem.message
    assert [100, 50] == [c["inputs"] for c in sandbox.control.calls() if c["operation"] == CREATE]


def test_an_owner_who_is_not_there_stops_what_is_planned(
    run: Run, seed: Seed, sandbox: Running
) -> None:
    """The rule file names one for all; nothing is made, nothing is in doubt, no address is quoted."""
    seed(ANN, owners=[OWNER])
    with pytest.raises(ConfigError, match="no owner") as stopped:
        run(planned("a", owner="nobody@example.org"), linked=LINKED)

    assert "@" not in str(stopped.value)
    assert not [c for c in sandbox.control.calls() if c["operation"] == CREATE]


def test_an_account_that_is_not_provisioned_stops(run: Run, seed: Seed) -> None:
    """Without the unique property a lost answer could make two."""
    seed(ANN, provisioned=False)

    with pytest.raises(ConfigError, match="deal property `outreach_event_key`"):
        run(planned("a"), linked=LINKED)


# -- plain -------------------------------------------------------------------------------------


def test_said_twice_a_deal_is_made_once(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """In one batch and in two runs; the first word stands, and the second is not even sent."""
    seed(ANN)
    run(plain("d1", name="First"), plain("d1", name="Second"), plain("d2"), ledger=False)
    assert [2] == [c["inputs"] for c in sandbox.control.calls() if c["operation"] == CREATE]
    run(plain("d1", name="Third"), plain("d3"), ledger=False)

    shown = {
        r["properties"]["outreach_event_key"]: r["properties"]["dealname"] for r in records("deals")
    }
    assert {"d1": "First", "d2": "D2", "d3": "D3"} == shown


def test_a_key_that_looks_like_a_number_is_nobody_elses(
    run: Run, seed: Seed, names: Any, rejected: Any
) -> None:
    """A record without a key is refused, and takes no other record with it."""
    seed(ANN)
    with pytest.raises(Fatal, match="refused 1 of the records"):
        run(plain("0", name="A"), plain("", name="B"), plain("1", name="C"), ledger=False)

    assert ["A", "C"] == names()
    assert ["B"] == [line["record"]["name"] for line in rejected()]


def test_a_plain_deal_in_its_company(run: Run, seed: Seed, records: Records) -> None:
    """That of the contact, or that of the domain it names; one without a contact is nobody's."""
    companies = [
        {"id": n, "properties": {"domain": f"{name}.example.com"}}
        for n, name in ((1, "own"), (2, "other"))
    ]
    own = {"object": "contacts", "id": 7, "to_object": "companies", "to_id": 1, "primary": True}
    seed(ANN, companies=companies, associations=[own])
    run(
        plain("d1"),
        plain("d2", company_domain="other.example.com"),
        plain("d3", contact_email="", company_domain="other.example.com"),
        plain("d4", contact_email=None),
        ledger=False,
    )

    found = {
        r["properties"]["outreach_event_key"]: {(to, id_) for to, id_, _ in ends(r)}
        for r in records("deals")
    }
    ann, first, second = ("contacts", "7"), ("companies", "1"), ("companies", "2")
    assert {"d1": {ann, first}, "d2": {ann, second}, "d3": {second}, "d4": set()} == found


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": " "}, "incomplete"),
    "no key": ({"event_key": ""}, "incomplete"),
    "nobody": ({"contact_email": "nobody@example.com"}, "no_contact"),
    "no such owner": ({"owner": "nobody@example.org"}, "missing_owner"),
    "no such stage": ({"pipeline": "default", "stage": "nowhere"}, "refused"),
    "no such pipeline": ({"pipeline": "nowhere", "stage": "x"}, "refused"),
    "no number": ({"amount": "a lot"}, "refused"),
}


@pytest.mark.parametrize("bad", BAD)
def test_one_bad_deal_costs_no_other(
    run: Run, seed: Seed, rejected: Any, names: Any, bad: str
) -> None:
    """It is kept with a code and a sentence that quotes nobody; the run fails."""
    seed(ANN, owners=[OWNER])
    columns, code = BAD[bad]
    good = [plain(f"d{n}", owner="owner@example.org") for n in range(5)]
    with pytest.raises(Fatal, match="refused 1 of the records"):
        run(*good[:2], plain("bad", **columns), *good[2:], ledger=False)

    ((reason, kept),) = [(line["reason"], line["record"]) for line in rejected()]
    assert (code, plain("bad", **columns)[1]) == (reason["code"], kept)
    assert "@" not in reason["message"]
    assert ["D0", "D1", "D2", "D3", "D4"] == names()


def test_a_worth_may_be_a_number(run: Run, seed: Seed, records: Records) -> None:
    """As JSON has them; a CSV has texts."""
    seed(ANN)
    run(plain("d1", amount=1200), plain("d2", amount="1200.50"), ledger=False)

    assert {"1200", "1200.50"} == {r["properties"]["amount"] for r in records("deals")}


def test_a_misspelt_column_is_a_clear_error(run: Run, seed: Seed, sandbox: Running) -> None:
    """Nothing is written, and the columns there are are named."""
    seed(ANN)
    with pytest.raises(ConfigError, match=r"has no column stagee\..*pipeline, stage"):
        run(plain("d1", stagee="qualifiedtobuy"), ledger=False)

    assert not [c for c in sandbox.control.calls() if c["operation"] == CREATE]


def test_owners_are_looked_up_once(run: Run, seed: Seed, sandbox: Running) -> None:
    """However many deals name them."""
    seed(ANN, owners=[OWNER])
    run(*(plain(f"d{n}", owner="owner@example.org") for n in range(150)), ledger=False)

    assert 1 == len([c for c in sandbox.control.calls() if c["operation"] == "owners.list"])


def test_an_owner_who_is_not_there_is_looked_up_once(
    run: Run, seed: Seed, sandbox: Running
) -> None:
    """Nobody is asked a hundred times for the same unknown address."""
    seed(ANN, owners=[OWNER])
    feed = [plain(f"d{n}", owner="nobody@example.org") for n in range(30)]
    run(*feed, ledger=False, allow_failures=True)

    assert 1 == len([c for c in sandbox.control.calls() if c["operation"] == "owners.list"])


def test_no_deal_is_ever_changed_or_deleted(run: Run, seed: Seed, sandbox: Running) -> None:
    """Whatever is said of it."""
    seed(ANN)
    run(plain("d1"), planned("a"), plain("d1", name="Other"), linked=LINKED)
    run(plain("d1", name="Other"), planned("a"), linked=LINKED)

    operations = {c["operation"] for c in sandbox.control.calls() if "/deals/" in c["path"]}
    assert {CREATE, "objects.batch_read"} == operations
