"""Companies by e-mail domain, with the account setting on and off."""

from __future__ import annotations

import pytest


def companies(account):
    return account.people("records", object="companies")["records"]


@pytest.fixture
def on(start):
    """An account that makes companies by itself."""
    return start(switches={"hubspot.auto_company": True})


def test_nothing_happens_while_the_setting_is_off(account):
    """The default."""
    account.create(email="ann@acme.example.com")
    account.advance(60)
    assert companies(account) == []


def test_a_new_contact_gets_a_company_some_seconds_later(on):
    """Made from the domain, as the contact's primary company."""
    contact = on.create(email="ann@acme.example.com")
    assert companies(on) == []
    on.advance(30)
    (found,) = companies(on)
    assert found["properties"]["domain"] == "acme.example.com"
    assert on.links("contacts", contact, "companies") == {int(found["id"]): [1, 279]}


def test_contacts_of_one_domain_share_the_oldest_company(on):
    """A company with that domain is taken instead of making one."""
    made = on.make("companies", domain="Acme.example.com", name="Acme")
    on.make("companies", domain="acme.example.com", name="Acme again")
    contacts = [on.create(email=f"{n}@acme.example.com") for n in "ab"]
    on.advance(30)
    assert len(companies(on)) == 2
    for contact in contacts:
        assert on.links("contacts", contact, "companies") == {int(made): [1, 279]}


def test_free_mail_gets_no_company(on):
    """An address at a free provider says nothing about a company."""
    on.create(email="ann@" + "gmail.com")
    on.advance(60)
    assert companies(on) == []


def test_a_contact_that_has_a_company_keeps_it(on):
    """Whoever associated it first wins; an integration that is quick enough makes no duplicate."""
    made = on.make("companies", name="Chosen")
    contact = on.make("contacts", ("companies", made, 279), email="ann@acme.example.com")
    on.advance(60)
    assert list(on.links("contacts", contact, "companies")) == [int(made)]
    assert len(companies(on)) == 1


def test_an_integration_that_is_slower_makes_a_duplicate(on):
    """The domain is not unique: this is the trap the setting lays."""
    on.create(email="ann@acme.example.com")
    on.advance(60)
    on.make("companies", domain="acme.example.com")
    assert [c["properties"]["domain"] for c in companies(on)] == ["acme.example.com"] * 2
