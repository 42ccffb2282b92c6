"""Archive, restore, merge and privacy deletion, by API and by people."""

from __future__ import annotations

import pytest

from outreach_sandbox.kernel.client import ControlRefused


def pair(account):
    first = account.create(email="a@example.com", city="Oslo", firstname="Ann")
    second = account.create(email="b@example.com", city="Rome", phone="+1 555 0101")
    return first, second


def test_a_merge_makes_a_record_with_a_new_id(account):
    """The primary's values win, the other's fill gaps, and its address becomes additional."""
    first, second = pair(account)
    reply = account.call(
        "POST", "merge", json={"primaryObjectId": first, "objectIdToMerge": second}
    )
    new = reply.json()["id"]
    assert (reply.status_code, new in (first, second)) == (200, False)
    found = account.read(
        new, "email", "city", "phone", "firstname", "hs_additional_emails", "hs_merged_object_ids"
    )
    assert (found["email"], found["city"], found["firstname"]) == ("a@example.com", "Oslo", "Ann")
    assert (found["phone"], found["hs_additional_emails"]) == ("+1 555 0101", "b@example.com")
    assert found["hs_merged_object_ids"] == f"{first};{second}"


def test_merged_ids_resolve_in_single_calls_only(account):
    """GET and PATCH lead to the survivor; the list, batch read and the recycle bin do not."""
    first, second = pair(account)
    new = account.people("merge", primary=first, other=second)["id"]
    assert [account.call("GET", i).json()["id"] for i in (first, second)] == [new, new]
    account.call("PATCH", second, json={"properties": {"city": "Bern"}})
    assert account.read(new, "city")["city"] == "Bern"
    assert account.batch("read", {"id": first}).json()["results"] == []
    for archived in ("true", "false"):
        listed = account.call("GET", "/crm/v3/objects/contacts", params={"archived": archived})
        expected = [] if archived == "true" else [new]
        assert [r["id"] for r in listed.json()["results"]] == expected
    assert account.call("GET", first, params={"archived": "true"}).status_code == 404


def test_merges_can_be_chained(account):
    """An id merged away twice still leads to the last survivor."""
    first, second = pair(account)
    once = account.people("merge", primary=first, other=second)["id"]
    third = account.create(email="c@example.com")
    last = account.people("merge", primary=third, other=once)["id"]
    assert account.call("GET", first).json()["id"] == last
    found = account.read(last, "hs_merged_object_ids", "hs_additional_emails")
    assert found["hs_merged_object_ids"].split(";") == [third, first, second, once]
    assert found["hs_additional_emails"] == "a@example.com;b@example.com"


def test_deleting_a_merged_id_does_not_delete_the_survivor(account):
    """DELETE follows no merge."""
    first, second = pair(account)
    new = account.people("merge", primary=first, other=second)["id"]
    assert account.call("DELETE", first).status_code == 204
    assert account.call("GET", new).status_code == 200


def test_a_contact_cannot_be_merged_with_itself_or_nobody(account):
    """The same record, by whatever id, is a 400; a missing one a 404."""
    first, second = pair(account)
    new = account.people("merge", primary=first, other=second)["id"]
    same = {"primaryObjectId": new, "objectIdToMerge": first}
    assert account.call("POST", "merge", json=same).status_code == 400
    assert account.call("POST", "merge", json={**same, "objectIdToMerge": "7"}).status_code == 404


def test_a_person_restores_from_the_recycle_bin(account):
    """The record is back with its id, unless somebody took its address meanwhile."""
    contact = account.create(email="a@example.com")
    account.people("delete", email="a@example.com")
    account.people("restore", id=contact)
    assert account.read(contact, "email")["email"] == "a@example.com"
    account.people("delete", id=contact)
    account.create(email="a@example.com")
    with pytest.raises(ControlRefused, match="another record has its email"):
        account.people("restore", id=contact)


@pytest.mark.parametrize("by", ["objectId", "email", "person"])
def test_a_privacy_deletion_leaves_nothing(account, by):
    """Neither the list nor the recycle bin has the contact; its address may be used again."""
    contact = account.create(email="a@example.com")
    if by == "person":
        account.people("privacy_delete", id=contact)
    else:
        body = {"objectId": contact}
        if by == "email":
            body = {"objectId": "A@example.com", "idProperty": "email"}
        assert account.call("POST", "gdpr-delete", json=body).status_code == 204
    for archived in ("true", "false"):
        assert account.call("GET", contact, params={"archived": archived}).status_code == 404
    assert account.create(email="a@example.com") != contact


def test_a_privacy_deletion_of_an_unknown_address_blocks_it(account):
    """Nobody with this address can be created from then on."""
    body = {"objectId": "x@example.com", "idProperty": "email"}
    assert account.call("POST", "gdpr-delete", json=body).status_code == 204
    reply = account.call(
        "POST", "/crm/v3/objects/contacts", json={"properties": {"email": "x@example.com"}}
    )
    assert reply.status_code == 400


def test_people_create_and_edit_as_crm_ui(account):
    """What a person makes carries another source than the app's writes."""
    contact = account.people("create", properties={"email": "a@example.com"})
    assert contact["properties"]["hs_object_source"] == "CRM_UI"
    edited = account.people("edit", email="a@example.com", properties={"city": "Oslo"})
    assert edited["properties"]["city"] == "Oslo"
    with pytest.raises(ControlRefused, match="does not exist"):
        account.people("edit", id=contact["id"], properties={"nope": "x"})


def test_queued_failures_speak_hubspot(account):
    """A fault that names only a status answers in the vendor's shape, and is used up."""
    for status in (401, 429, 503):
        fault = {"vendor": "hubspot", "operation": "objects.list", "kind": "before"}
        account.box.control.queue_faults({**fault, "status": status})
        reply = account.call("GET", "/crm/v3/objects/contacts")
        body = reply.json()
        assert (reply.status_code, body["status"]) == (status, "error")
        assert "correlationId" in body
    fault = {"vendor": "hubspot", "operation": "objects.search", "kind": "before"}
    account.box.control.queue_faults({**fault, "status": 429})
    assert account.search().json()["category"] == "RATE_LIMITS"
    assert all(f["consumed"] for f in account.box.control.faults())


@pytest.mark.parametrize(
    ("status", "retry_after"), [(423, None), (477, "3600"), (502, None), (429, None)]
)
def test_transient_failures_say_when_to_come_back_where_the_vendor_does(
    account, status, retry_after
):
    """Only a migration (477) carries Retry-After, and a fault may name its own."""
    fault = {"vendor": "hubspot", "operation": "objects.batch_create", "status": status}
    account.box.control.queue_faults(fault, {**fault, "headers": {"Retry-After": "7"}})
    replies = [account.batch("create", {"properties": {"email": "a@example.com"}}) for _ in "ab"]
    assert [r.status_code for r in replies] == [status, status]
    assert [r.headers.get("retry-after") for r in replies] == [retry_after, "7"]
    assert account.people("contacts")["contacts"] == []


def test_a_success_that_did_nothing_can_be_had(account):
    """A fault may answer 201 with neither results nor errors, as malformed batches do."""
    fault = {"vendor": "hubspot", "operation": "objects.batch_create", "status": 201}
    account.box.control.queue_faults({**fault, "body": {"status": "COMPLETE", "results": []}})
    reply = account.batch("create", {"properties": {"email": "a@example.com"}})
    assert (reply.status_code, reply.json()["results"]) == (201, [])
    assert account.people("contacts")["contacts"] == []


def test_a_lost_reply_leaves_the_write_done(account):
    """A fault after the write: the client sees an error, the contact is there."""
    fault = {"vendor": "hubspot", "operation": "objects.batch_create", "kind": "after"}
    account.box.control.queue_faults({**fault, "status": 502})
    reply = account.batch("create", {"properties": {"email": "a@example.com"}})
    assert reply.status_code == 502
    found = account.people("contacts")["contacts"]
    assert [c["properties"]["email"] for c in found] == ["a@example.com"]
