"""Opportunities on positive answers: made once, for a lead or a contact, never changed after that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.salesforce_plan import create, deal, lead, mail
from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]
ANN = lead("lee", FirstName="Ann", Email="ann@example.com")
PAT = {"FirstName": "Pat", "LastName": "Owner", "Email": "owner@example.com"}


@pytest.fixture
def linked(seed: Seed, records: Records) -> dict[str, str]:
    """An org with one lead that a row is linked to."""
    seed(ANN)
    return {"rid-p": records()[0]["Id"]}


def test_an_opportunity_names_its_lead(run: Run, records: Records, linked: Any) -> None:
    """A lead cannot be attached to one: it stands in a look-up field, and is not converted."""
    told = run(deal("a", amount="1200.50"), linked=linked)

    (made,) = records("Opportunity")
    assert ("written", made["Id"]) == (told.kinds["a"], told.outcomes["a"].record_id)
    assert ("Bluefinch", "Prospecting", "2026-12-20", 1200.5) == (
        made["Name"],
        made["StageName"],
        made["CloseDate"],
        made["Amount"],
    )
    assert (linked["rid-p"], "key-a", True) == (
        made["Source_Lead__c"],
        made["Outreach_Id__c"],
        made["Outreach_Sync_Created__c"],
    )
    assert (None, None, False) == (
        made["ContactId"],
        made["AccountId"],
        records()[0]["IsConverted"],
    )


def test_an_opportunity_of_a_contact(run: Run, records: Records, linked: Any, person: Any) -> None:
    """The converted lead's contact is on it from the start, with the contact's account."""
    person("convert", id=linked["rid-p"])
    (contact,) = records("Contact")
    told = run(deal("a"), linked={"rid-p": contact["Id"]})

    (made,) = records("Opportunity")
    assert "written" == told.kinds["a"]
    assert (contact["Id"], contact["AccountId"], None) == (
        made["ContactId"],
        made["AccountId"],
        made["Source_Lead__c"],
    )


@pytest.mark.parametrize("ledger", [True, False])
def test_an_account_nobody_may_see(
    run: Run, seed: Seed, records: Records, person: Any, *, ledger: bool
) -> None:
    """Without the right to contacts' accounts the opportunity is made all the same."""
    seed(ANN)
    person("convert", id=records()[0]["Id"])
    person("hide_field", object="Contact", field="AccountId")
    (contact,) = records("Contact")
    stream, record = deal("a")
    if ledger:
        run((stream, record), linked={"rid-p": contact["Id"]})
    else:
        run((stream, {**record, "_sync": None}), ledger=False)

    (made,) = records("Opportunity")
    assert (contact["Id"], None) == (made["ContactId"], made["AccountId"])


def test_an_opportunity_of_a_contact_without_account(
    run: Run, seed: Seed, records: Records
) -> None:
    """A private contact has none."""
    seed(contacts=[{"LastName": "Lee"}])
    told = run(deal("a"), linked={"rid-p": records("Contact")[0]["Id"]})

    assert ("written", None) == (told.kinds["a"], records("Opportunity")[0]["AccountId"])


@pytest.mark.parametrize(
    ("setting", "at", "day"),
    [
        (None, "2026-12-20T23:30:00Z", "2026-12-20"),
        ("Europe/Berlin", "2026-12-20T23:30:00Z", "2026-12-21"),
        ("Europe/Berlin", "2026-12-20", "2026-12-20"),
    ],
)
def test_the_close_date_is_a_day(
    run: Run, records: Records, linked: Any, *, setting: str | None, at: str, day: str
) -> None:
    """In the same zone as the days of tasks; a date stays as it is."""
    settings = {"time_zone": setting} if setting else {}
    run(deal("a", close_date=at), linked=linked, **settings)

    assert day == records("Opportunity")[0]["CloseDate"]


@pytest.mark.parametrize("edited", [True, False])
def test_one_that_is_there_is_never_changed(
    run: Run, records: Records, linked: Any, person: Any, *, edited: bool
) -> None:
    """DUPLICATE_VALUE on our key: it is the sales team's now."""
    run(deal("a"), linked=linked)
    (made,) = records("Opportunity")
    if edited:
        person("edit", id=made["Id"], values={"StageName": "Closed Lost", "Name": "Edited"})
    told = run(deal("a", name="New", stage="Qualification"), linked=linked)

    (after,) = records("Opportunity")
    assert ("adopted", made["Id"]) == (told.kinds["a"], told.outcomes["a"].record_id)
    assert ("Edited" if edited else "Bluefinch", "Closed Lost" if edited else "Prospecting") == (
        after["Name"],
        after["StageName"],
    )


def test_a_long_name_is_cut(run: Run, records: Records, linked: Any) -> None:
    """A name has 120 characters there."""
    told = run(deal("a", name="Blue " * 60), linked=linked)

    assert "written" == told.kinds["a"]
    assert (120, "…") == (
        len(records("Opportunity")[0]["Name"]),
        records("Opportunity")[0]["Name"][-1],
    )


def test_any_field_of_the_opportunity(run: Run, records: Records, linked: Any) -> None:
    """A column that is an API name is that field, in its type."""
    told = run(deal("a", Description="From the sheet", Probability="35"), linked=linked)

    (made,) = records("Opportunity")
    assert ("written", "From the sheet", 35) == (
        told.kinds["a"],
        made["Description"],
        made["Probability"],
    )


@pytest.mark.parametrize(
    ("columns", "field", "code"),
    [
        ({"amount": "a lot"}, "Amount", "bad_number"),
        ({"close_date": "soon"}, "CloseDate", "bad_date"),
    ],
)
def test_a_value_its_field_cannot_hold(
    run: Run, records: Records, linked: Any, *, columns: dict[str, Any], field: str, code: str
) -> None:
    """It is rejected before it is sent; the others are made."""
    told = run(deal("a", **columns), deal("b"), linked=linked)

    assert {"a": "rejected", "b": "written"} == told.kinds
    assert (field, code) == (
        told.outcomes["a"].problem.field,
        told.outcomes["a"].problem.code,
    )
    assert ["b"] == told.doubted


def test_a_refused_opportunity_costs_nobody_else(run: Run, seed: Seed, records: Records) -> None:
    """A rule of the org about opportunities is named like any other."""
    rule = {"object": "Opportunity", "when": "Amount > 10", "message": "No.", "field": "Amount"}
    seed(ANN, rules={"validation": [rule]})
    told = run(deal("a", amount="11"), deal("b"), linked={"rid-p": records()[0]["Id"]})

    assert {"a": "rejected", "b": "written"} == told.kinds
    assert "Amount" == told.outcomes["a"].problem.field


@pytest.mark.parametrize("of", ["lead", "contact"])
def test_a_person_who_is_gone_is_told(
    run: Run, seed: Seed, records: Records, person: Any, *, of: str
) -> None:
    """The row is looked up by the next run; nothing is made for nobody."""
    seed(*([ANN] if of == "lead" else []), contacts=[] if of == "lead" else [{"LastName": "Lee"}])
    (one,) = records("Lead" if of == "lead" else "Contact")
    person("delete", id=one["Id"])
    told = run(deal("a"), linked={"rid-p": one["Id"]})

    assert ("gone", one["Id"]) == (told.kinds["a"], told.outcomes["a"].record_id)
    assert [] == records("Opportunity")


# -- whose it is ------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["id", "username", "email"])
def test_the_owner_is_a_user(run: Run, seed: Seed, records: Records, *, by: str) -> None:
    """Named by id, username or e-mail address, and asked for once."""
    seed(ANN, users=[{**PAT, "Username": "pat.owner@org.example.com", "Alias": "po"}])
    user = next(u for u in records("User") if u["LastName"] == "Owner")
    owner = {"id": user["Id"], "username": user["Username"], "email": user["Email"]}[by]
    told = run(deal("a", owner=owner), deal("b", owner=owner), linked={"rid-p": records()[0]["Id"]})

    assert {"a": "written", "b": "written"} == told.kinds
    assert {user["Id"]} == {made["OwnerId"] for made in records("Opportunity")}


@pytest.mark.parametrize(
    "users",
    [
        [],
        [{**PAT, "Username": "a@org.example.com", "Alias": "a", "IsActive": False}],
        [
            {**PAT, "Username": "a@org.example.com", "Alias": "a"},
            {**PAT, "Username": "b@org.example.com", "Alias": "b"},
        ],
    ],
    ids=["nobody", "inactive", "several"],
)
def test_an_owner_who_is_not_there(
    run: Run, seed: Seed, records: Records, users: list[dict[str, Any]]
) -> None:
    """It stops the target before an opportunity is made, whose owner nobody could tell."""
    seed(ANN, users=users)

    with pytest.raises(ConfigError, match="no active user"):
        run(deal("a", owner="owner@example.com"), linked={"rid-p": records()[0]["Id"]})

    assert [] == records("Opportunity")


# -- what the org has -------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["Source_Lead__c", "Outreach_Id__c"])
def test_an_org_without_the_package(run: Run, seed: Seed, records: Records, *, field: str) -> None:
    """No opportunity that could be made twice, or that nobody can trace: the remedy is named."""
    seed(ANN, without=(f"Opportunity.{field}",))

    with pytest.raises(ConfigError, match=rf"`{field}` of Opportunity .*Deploy the package"):
        run(deal("a"), linked={"rid-p": records()[0]["Id"]})

    assert [] == records("Opportunity")


def test_a_column_that_is_no_field(run: Run, linked: Any, records: Records) -> None:
    """It stops the target before anything is written."""
    with pytest.raises(ConfigError, match="Colour__c"):
        run(deal("a", Colour__c="red"), linked=linked)

    assert [] == records("Opportunity")


# -- the order --------------------------------------------------------------------------------


def test_leads_then_tasks_then_opportunities_whatever_comes_first(
    run: Run, seed: Seed, records: Records, sandbox: Running
) -> None:
    """Without a STATE between them, and backwards."""
    seed()
    told = run(deal("d", rid="rid-a"), mail("m", rid="rid-a"), create("a"))

    made = [c["inputs"] for c in sandbox.control.calls() if c["operation"] == "collections.create"]
    assert ({"a": "written", "m": "written", "d": "written"}, [1, 1, 1]) == (told.kinds, made)
    (one,) = records()
    assert (one["Id"], one["Id"]) == (
        records("Task")[0]["WhoId"],
        records("Opportunity")[0]["Source_Lead__c"],
    )


def test_a_changed_schema_does_not_leave_leads_behind(
    run: Run, seed: Seed, records: Records
) -> None:
    """Leads held under an earlier schema are written before a full batch of e-mails goes out."""
    seed()
    old, new = ({"type": "object", "properties": {n: {}}} for n in ("Email", "City"))
    feed = [
        create("a"),
        {"type": "SCHEMA", "stream": "leads", "schema": new, "key_properties": []},
        create("b"),
        *(mail(f"m{n}", rid="rid-a") for n in range(200)),
    ]
    told = run(*feed, schema=old)

    assert {"written"} == set(told.kinds.values())
    assert 200 == len(records("Task"))


def test_batches_can_be_made_smaller(run: Run, seed: Seed, sandbox: Running) -> None:
    """`batch_size_rows` is kept to, for every stream."""
    seed()
    run(*(create(f"n{n}") for n in range(5)), batch_size_rows=2)

    made = [c["inputs"] for c in sandbox.control.calls() if c["operation"] == "collections.create"]
    assert [2, 2, 1] == made
