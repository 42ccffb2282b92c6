"""Companies by e-mail domain, with the account setting on and off."""

from __future__ import annotations

import pytest

from outreach_sandbox.kernel.client import ControlRefused


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


@pytest.mark.parametrize("how", ["domain", "hs_additional_domains"])
def test_a_company_is_known_by_every_domain_it_has_now(on, how):
    """A former domain leads nowhere, an additional one does, a deleted company does not."""
    deleted = on.make("companies", domain="acme.example.com")
    on.people("delete", object="companies", id=deleted)
    moved = on.make("companies", domain="acme.example.com")
    sent = {"domain": "other.example.com"}
    on.call("PATCH", f"/crm/v3/objects/companies/{moved}", json={"properties": sent})
    made = on.make("companies", name="Acme", **{how: "acme.example.com"})
    contacts = [on.create(email=f"{n}@{d}.example.com") for n, d in (("a", "acme"), ("b", "other"))]
    on.advance(30)
    assert list(on.links("contacts", contacts[0], "companies")) == [int(made)]
    assert list(on.links("contacts", contacts[1], "companies")) == [int(moved)]
    assert len(companies(on)) == 3


def test_a_merged_company_is_found_by_both_domains(on):
    """The survivor answers for the domain of either."""
    pair = [on.make("companies", domain=f"{n}.example.com") for n in "ab"]
    new = on.people("merge", object="companies", primary=pair[0], other=pair[1])["id"]
    contact = on.create(email="ann@b.example.com")
    on.advance(30)
    assert list(on.links("contacts", contact, "companies")) == [int(new)]


def test_free_mail_with_a_website_gets_the_websites_company(on):
    """For free mail the contact's website says which company it is."""
    address = "ann@" + "gmail.com"
    contact = on.create(email=address, website="https://www.Acme.example.com/about")
    on.advance(30)
    (found,) = companies(on)
    assert found["properties"]["domain"] == "acme.example.com"
    assert list(on.links("contacts", contact, "companies")) == [int(found["id"])]


@pytest.mark.parametrize("existing", [True, False])
def test_a_person_turns_the_setting_on_and_off(account, existing):
    """Contacts of before get a company only if the person says so; off makes no more."""
    account.create(email="ann@a.example.com")
    answer = account.people("switch", name="auto_company", on=True, existing=existing)
    assert answer["auto_company"] is True
    account.create(email="bob@b.example.com")
    account.advance(30)
    found = {c["properties"]["domain"] for c in companies(account)}
    assert found == ({"a.example.com", "b.example.com"} if existing else {"b.example.com"})
    account.people("switch", name="auto_company", on=False)
    account.create(email="cai@c.example.com")
    account.advance(30)
    assert {c["properties"]["domain"] for c in companies(account)} == found


def test_a_switch_that_is_none_is_refused(account):
    """The door names those there are, and a reset brings the seed's back."""
    with pytest.raises(ControlRefused, match="auto_company"):
        account.people("switch", name="nonsense", on=True)
