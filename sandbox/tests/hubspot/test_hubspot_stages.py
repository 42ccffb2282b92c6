"""Lifecycle stages that follow a deal or the primary company, with the account settings on and off."""

from __future__ import annotations

import pytest


def stage(account, name, record_id):
    return account.see(name, record_id, "lifecyclestage")["lifecyclestage"]


@pytest.fixture
def deals(start):
    """An account where deals move the stages of contacts and companies."""
    return start(switches={"hubspot.deals_move_stages": True})


@pytest.fixture
def companies(start):
    """An account where a company's stage moves those of its contacts."""
    return start(switches={"hubspot.companies_move_stages": True})


def trio(account, **deal):
    ann = account.create(email="ann@example.com")
    company = account.make("companies", name="Acme")
    made = account.make(
        "deals", ("contacts", ann, 3), ("companies", company, 5), dealname="Roof", **deal
    )
    return ann, company, made


def test_nothing_moves_while_the_settings_are_off(account):
    """The default."""
    ann, company, _ = trio(account, dealstage="closedwon")
    account.advance(60)
    assert (stage(account, "contacts", ann), stage(account, "companies", company)) == (
        "lead",
        "lead",
    )


def test_a_new_deal_makes_an_opportunity_and_a_won_one_a_customer(deals):
    """Some seconds later, for the contact and the company, by API and by a person's move."""
    ann, company, deal = trio(deals, dealstage="qualifiedtobuy")
    ends = (("contacts", ann), ("companies", company))
    assert [stage(deals, *end) for end in ends] == ["lead", "lead"]
    deals.advance(60)
    assert [stage(deals, *end) for end in ends] == ["opportunity", "opportunity"]
    deals.people("move_stage", id=deal, stage="closedwon")
    deals.advance(60)
    assert [stage(deals, *end) for end in ends] == ["customer", "customer"]
    deals.people("move_stage", id=deal, stage="contractsent")
    deals.advance(60)
    assert [stage(deals, *end) for end in ends] == ["customer", "customer"]


def test_a_deal_associated_later_moves_the_stage_too(deals):
    """What counts is that the deal is about somebody; the write is found by its date."""
    ann = deals.create(email="ann@example.com")
    deal = deals.make("deals", dealname="Roof", dealstage="qualifiedtobuy")
    deals.advance(60)
    before = deals.see("contacts", ann)["lastmodifieddate"]
    path = f"/crm/v4/objects/deals/{deal}/associations/default/contacts/{ann}"
    deals.call("PUT", path)
    deals.advance(60)
    assert stage(deals, "contacts", ann) == "opportunity"
    assert deals.search(("lastmodifieddate", "GT", before)).json()["total"] == 1


def test_no_stage_moves_back_and_a_person_may(deals):
    """A customer stays one; a stage that a person cleared is not set again by an old deal."""
    ann, _, _ = trio(deals, dealstage="closedwon")
    deals.advance(60)
    deals.make("deals", ("contacts", ann, 3), dealname="Door", dealstage="qualifiedtobuy")
    deals.advance(60)
    assert stage(deals, "contacts", ann) == "customer"
    deals.people("edit", id=ann, properties={"lifecyclestage": ""})
    deals.advance(60)
    assert stage(deals, "contacts", ann) == ""


def test_a_companys_stage_moves_those_of_its_contacts_forward(companies):
    """Only where it is the primary company, and never back."""
    company = companies.make("companies", name="Acme")
    other = companies.make("companies", name="Other")
    ann = companies.make("contacts", ("companies", company, 1), email="ann@example.com")
    bob = companies.make("contacts", ("companies", other, 1), email="bob@example.com")
    path = f"/crm/v4/objects/contacts/{bob}/associations/default/companies/{company}"
    companies.call("PUT", path)
    for value in ("customer", ""):
        sent = {"properties": {"lifecyclestage": value}}
        companies.call("PATCH", f"/crm/v3/objects/companies/{company}", json=sent)
        companies.advance(60)
        assert [stage(companies, "contacts", i) for i in (ann, bob)] == ["customer", "lead"]


def test_what_a_seed_brings_moved_its_stages_long_ago(start):
    """Renaming a seeded company or deal moves nobody."""
    account = start(
        switches={"hubspot.deals_move_stages": True, "hubspot.companies_move_stages": True},
        contacts=[{"id": 51, "properties": {"email": "ann@example.com"}}],
        companies=[{"id": 61, "properties": {"name": "Acme", "lifecyclestage": "customer"}}],
        deals=[{"id": 71, "properties": {"dealname": "Roof", "dealstage": "closedwon"}}],
        associations=[
            {"object": "contacts", "id": 51, "to_object": "companies", "to_id": 61, "primary": 1},
            {"object": "deals", "id": 71, "to_object": "contacts", "to_id": 51},
        ],
    )
    account.people("edit", object="companies", id=61, properties={"name": "Acme Roofs"})
    account.people("edit", object="deals", id=71, properties={"dealname": "Two roofs"})
    account.advance(60)
    assert stage(account, "contacts", "51") == "lead"
