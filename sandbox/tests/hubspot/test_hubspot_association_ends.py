"""What an association may lead to: merged, archived and unknown ends, and the company of a contact.

The one rule: an end that is not there costs its own input only, never its neighbours.
"""

from __future__ import annotations

import pytest

AT = "2020-05-01T10:00:00Z"


def types(number):
    return [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]


def mail(end, trace=None):
    found = {
        "properties": {"hs_timestamp": AT, "hs_email_direction": "EMAIL"},
        "associations": [{"to": {"id": end}, "types": types(198)}],
    }
    return found if trace is None else {**found, "objectWriteTraceId": trace}


def mails(account, *inputs):
    return account.call("POST", "/crm/v3/objects/emails/batch/create", json={"inputs": inputs})


def associate(account, start, end, path="emails/contacts", listed=None):
    item = {
        "from": {"id": start},
        "to": {"id": end},
        "types": types(198) if listed is None else listed,
    }
    return account.call(
        "POST", f"/crm/v4/associations/{path}/batch/create", json={"inputs": [item]}
    )


@pytest.fixture
def gone(account):
    """Ids that lead nowhere: one in the recycle bin, one that never was."""
    archived = account.create(email="old@example.com")
    account.people("delete", id=archived)
    return [archived, "77"]


def test_an_end_that_is_gone_refuses_its_own_record_only(account, gone):
    """Without trace ids nothing is made; with them all but those are."""
    ann = account.create(email="ann@example.com")
    whole = mails(account, mail(ann), mail(gone[0]))
    assert (whole.status_code, whole.json()["message"]) == (400, f"CONTACT={gone[0]} is not valid")
    assert account.people("records", object="emails")["records"] == []
    traced = mails(account, mail(ann, "ann"), *(mail(end, end) for end in gone))
    body = traced.json()
    assert (traced.status_code, body["numErrors"]) == (207, 2)
    assert [r["objectWriteTraceId"] for r in body["results"]] == ["ann"]
    assert {e["context"]["objectWriteTraceId"][0]: e["message"] for e in body["errors"]} == {
        end: f"CONTACT={end} is not valid" for end in gone
    }


def test_an_association_with_an_end_that_is_gone_is_an_error(account, gone):
    """v4 batch lists it without context, as recorded."""
    made = account.make("emails", hs_timestamp=AT, hs_email_direction="EMAIL")
    for end in gone:
        reply = associate(account, made, end)
        assert (reply.status_code, reply.json()["results"]) == (207, [])
        assert reply.json()["errors"][0]["message"] == f"CONTACT={end} is not valid"
        assert "context" not in reply.json()["errors"][0]
    assert account.links("emails", made, "contacts") == {}


@pytest.mark.parametrize("follows", [True, False])
def test_an_id_merged_away_leads_to_the_survivor_or_nowhere(start, follows):
    """Nobody has told which, so a client has to live with both."""
    account = start(switches={"hubspot.merged_ids_associate": follows})
    first, second = (account.create(email=f"{n}@example.com") for n in "ab")
    new = account.people("merge", primary=first, other=second)["id"]
    inline = mails(account, mail(second, "inline")).json()
    bare = account.make("emails", hs_timestamp=AT, hs_email_direction="EMAIL")
    later = associate(account, bare, first)
    assert later.status_code == (201 if follows else 207)
    assert len(inline["results"]) == (1 if follows else 0)
    expected = {int(new): [198]} if follows else {}
    assert account.links("emails", bare, "contacts") == expected
    for made in inline["results"]:
        assert account.links("emails", made["id"], "contacts") == expected


def test_no_types_are_a_success_that_associates_nothing(account):
    """A batch input with an empty list of types answers 201 and makes no association."""
    ann = account.create(email="ann@example.com")
    made = account.make("emails", hs_timestamp=AT, hs_email_direction="EMAIL")
    reply = associate(account, made, ann, listed=[])
    assert (reply.status_code, reply.json()["results"]) == (201, [])
    assert account.links("emails", made, "contacts") == {}


def test_a_labelled_association_without_a_body_is_refused(account):
    """In the words of a recorded refusal."""
    ann = account.create(email="ann@example.com")
    company = account.make("companies", name="Acme")
    path = f"/crm/v4/objects/contacts/{ann}/associations/companies/{company}"
    reply = account.call("PUT", path)
    expected = "Invalid JSON input: a request body was expected, but none found"
    assert (reply.status_code, reply.json()["message"]) == (400, expected)
    assert reply.json()["category"] == "VALIDATION_ERROR"


def test_writing_the_company_id_of_a_contact_associates_it(account):
    """The company becomes the primary one; another takes its place, and empty takes the label."""
    companies = [account.make("companies", name=name) for name in "ab"]
    ann = account.create(email="ann@example.com", associatedcompanyid=companies[0])
    assert account.links("contacts", ann, "companies") == {int(companies[0]): [1, 279]}
    account.call("PATCH", ann, json={"properties": {"associatedcompanyid": companies[1]}})
    expected = {int(companies[0]): [279], int(companies[1]): [1, 279]}
    assert account.links("contacts", ann, "companies") == expected
    account.advance(60)
    assert account.read(ann, "associatedcompanyid")["associatedcompanyid"] == companies[1]
    account.call("PATCH", ann, json={"properties": {"associatedcompanyid": ""}})
    account.advance(60)
    assert account.read(ann, "associatedcompanyid")["associatedcompanyid"] == ""
    assert account.links("contacts", ann, "companies") == {key: [279] for key in expected}


def test_a_company_id_that_leads_nowhere_refuses_the_contact(account):
    """Neither a new contact nor a present one takes it."""
    ann = account.create(email="ann@example.com")
    sent = {"properties": {"associatedcompanyid": "77"}}
    assert account.call("PATCH", ann, json=sent).status_code == 400
    assert account.batch("create", sent).status_code == 400
    assert account.read(ann, "associatedcompanyid")["associatedcompanyid"] is None
