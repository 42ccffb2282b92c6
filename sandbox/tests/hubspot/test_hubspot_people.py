"""What people do with companies, deals and e-mails in the screens, door by door."""

from __future__ import annotations

import pytest

from outreach_sandbox.kernel.client import ControlRefused

AT = "2020-05-01T10:00:00Z"
SENT = {
    "contacts": {"email": "ann@example.com"},
    "companies": {"name": "Acme"},
    "deals": {"dealname": "Roof"},
    "emails": {"hs_timestamp": AT, "hs_email_direction": "EMAIL"},
    "notes": {"hs_timestamp": AT},
}
CHANGE = {
    "contacts": {"city": "Oslo"},
    "companies": {"name": "Acme Roofs"},
    "deals": {"amount": "12"},
    "emails": {"hs_email_subject": "Again"},
    "notes": {"hs_note_body": "Called back"},
}


@pytest.mark.parametrize("name", SENT)
def test_a_person_makes_edits_deletes_and_restores(account, name):
    """Every kind of record by the same doors, written as CRM_UI and seen by the API."""
    made = account.people("create", object=name, properties=SENT[name])
    assert made["properties"]["hs_object_source"] == "CRM_UI"
    account.people("edit", object=name, id=made["id"], properties=CHANGE[name])
    assert account.see(name, made["id"], *CHANGE[name]).items() >= CHANGE[name].items()
    assert account.people("delete", object=name, id=made["id"])["archived"] is True
    assert account.call("GET", f"/crm/v3/objects/{name}/{made['id']}").status_code == 404
    account.people("restore", object=name, id=made["id"])
    (found,) = account.people("records", object=name)["records"]
    assert (found["id"], found["archived"]) == (made["id"], False)


def test_a_person_logs_an_email_about_somebody(account):
    """Made with its associations, so that it counts for the contact and the company."""
    ann = account.create(email="ann@example.com")
    company = account.make("companies", name="Acme")
    ends = [{"to_object": "contacts", "to_id": ann}, {"to_object": "companies", "to_id": company}]
    made = account.people("create", object="emails", properties=SENT["emails"], associations=ends)
    account.advance(30)
    assert account.links("emails", made["id"], "contacts") == {int(ann): [198]}
    for name, record in (("contacts", ann), ("companies", company)):
        found = account.see(name, record, "notes_last_contacted")
        assert found["notes_last_contacted"] == AT


@pytest.mark.parametrize("name", ["companies", "deals"])
def test_a_person_merges(account, name):
    """The old ids lead to the new record; e-mails cannot be merged."""
    pair = [account.make(name, **SENT[name]) for _ in range(2)]
    new = account.people("merge", object=name, primary=pair[0], other=pair[1])["id"]
    assert account.people("records", object=name)["merged"] == dict.fromkeys(pair, new)
    mails = [account.make("emails", **SENT["emails"]) for _ in range(2)]
    with pytest.raises(ControlRefused, match="cannot be merged"):
        account.people("merge", object="emails", primary=mails[0], other=mails[1])


def test_a_deleted_company_is_nobodys_primary_one(account):
    """The contact's company id is emptied, and comes back with the company."""
    company = account.make("companies", name="Acme")
    ann = account.create(email="ann@example.com", associatedcompanyid=company)
    for door, expected in (("delete", ""), ("restore", company)):
        account.people(door, object="companies", id=company)
        account.advance(60)
        assert account.read(ann, "associatedcompanyid")["associatedcompanyid"] == expected


def test_everything_has_settled_when_no_object_waits(account):
    """One question for all object types: the e-mail, its contact and what follows."""
    assert account.people("index_caught_up", object="*")["caught_up"] is True
    company = account.make("companies", name="Acme")
    assert account.people("index_caught_up")["caught_up"] is True
    while not (state := account.people("index_caught_up", object="*"))["caught_up"]:
        account.advance(state["seconds"])
    one = {"propertyName": "name", "operator": "EQ", "value": "acme"}
    found = account.call("POST", "/crm/v3/objects/companies/search", json={"filters": [one]})
    assert [r["id"] for r in found.json()["results"]] == [company]
