"""Property definitions and groups."""

from __future__ import annotations

import pytest

GROUPS = "/crm/v3/properties/contacts/groups"
PATH = "/crm/v3/properties/contacts"
FIELD = {
    "name": "row_id",
    "label": "Row",
    "type": "string",
    "fieldType": "text",
    "groupName": "contactinformation",
}


def make(account, **more):
    return account.call("POST", PATH, json={**FIELD, **more})


@pytest.mark.parametrize("root", ["/crm/v3/properties/contact/", "/crm/properties/2026-03/0-1"])
def test_the_default_schema_says_what_is_read_only(account, root):
    """The list is not paged and carries the flags a client must obey."""
    found = {p["name"]: p for p in account.call("GET", root).json()["results"]}
    flags = {
        n: found[n]["modificationMetadata"]["readOnlyValue"]
        for n in ("email", "city", "notes_last_contacted", "hs_object_id")
    }
    expected = {"email": False, "city": False, "notes_last_contacted": True, "hs_object_id": True}
    assert flags == expected
    assert found["email"]["hasUniqueValue"] is True
    assert "BAD_TIMING" in [o["value"] for o in found["hs_lead_status"]["options"]]


def test_a_group_and_a_property_are_made_and_used(account):
    """201 each, and the property takes values at once."""
    group = {"name": "outreach", "label": "Outreach"}
    assert account.call("POST", GROUPS, json=group).status_code == 201
    assert account.call("GET", f"{GROUPS}/outreach").json()["label"] == "Outreach"
    reply = make(account, groupName="outreach", hasUniqueValue=True)
    assert (reply.status_code, reply.json()["hasUniqueValue"]) == (201, True)
    contact = account.create(email="a@example.com", row_id="r1")
    found = account.call("GET", "r1", params={"idProperty": "row_id"})
    assert found.json()["id"] == contact


def test_making_it_twice_is_a_409_in_the_recorded_words(account):
    """Single calls answer 409, a batch reports it beside the new ones."""
    make(account)
    reply = make(account)
    assert (reply.status_code, reply.json()["category"]) == (409, "OBJECT_ALREADY_EXISTS")
    assert reply.json()["message"] == "A property named 'row_id' already exists."
    batch = account.call(
        "POST", f"{PATH}/batch/create", json={"inputs": [FIELD, {**FIELD, "name": "other"}]}
    )
    assert (batch.status_code, batch.json()["numErrors"]) == (207, 1)
    assert [r["name"] for r in batch.json()["results"]] == ["other"]
    group = {"name": "contactinformation", "label": "x"}
    assert account.call("POST", GROUPS, json=group).status_code == 409


def test_ten_unique_properties_and_no_more(account):
    """The eleventh is refused."""
    replies = [make(account, name=f"key_{n}", hasUniqueValue=True) for n in range(11)]
    assert [r.status_code for r in replies] == [201] * 10 + [400]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Row_Id"},
        {"type": "text"},
        {"fieldType": "number"},
        {"groupName": "nowhere"},
        {"label": ""},
        {"type": "enumeration", "fieldType": "select"},
    ],
)
def test_a_definition_that_cannot_be(account, change):
    """Upper case names, wrong types, unknown groups and enumerations without options are 400."""
    assert make(account, **change).status_code == 400


def test_label_and_options_change_but_uniqueness_does_not(account):
    """Uniqueness is set at creation for good."""
    make(account)
    reply = account.call("PATCH", f"{PATH}/row_id", json={"label": "New", "hasUniqueValue": True})
    assert (reply.json()["label"], reply.json()["hasUniqueValue"]) == ("New", False)


def test_options_of_the_lead_status_can_be_edited(account):
    """A portal's own options are accepted as values; other definitions of HubSpot's stay."""
    options = [{"label": "Warm", "value": "WARM"}]
    reply = account.call("PATCH", f"{PATH}/hs_lead_status", json={"options": options})
    assert reply.status_code == 200
    account.create(email="a@example.com", hs_lead_status="WARM")
    assert account.call("PATCH", f"{PATH}/email", json={"label": "x"}).status_code == 400


def test_an_archived_property_is_gone_from_records(account):
    """It is listed with archived=true only, and values of it are refused."""
    make(account)
    contact = account.create(email="a@example.com", row_id="r1")
    assert account.call("DELETE", f"{PATH}/row_id").status_code == 204
    assert account.call("GET", f"{PATH}/row_id").status_code == 404
    archived = account.call("GET", PATH, params={"archived": "true"}).json()["results"]
    assert [p["name"] for p in archived] == ["row_id"]
    assert "row_id" not in account.read(contact, "row_id")


def test_several_are_read_by_name(account):
    """The missing one is an error beside the found one."""
    body = {"inputs": [{"name": "email"}, {"name": "nope"}], "archived": False}
    reply = account.call("POST", f"{PATH}/batch/read", json=body)
    assert (reply.status_code, [r["name"] for r in reply.json()["results"]]) == (207, ["email"])


def test_one_is_read_by_name(account):
    """A property is read alone; one that is not there is not found."""
    found = account.call("GET", f"{PATH}/email").json()
    missing = account.call("GET", f"{PATH}/nope").status_code
    assert ("email", "string", 404) == (found["name"], found["type"], missing)


def test_groups_are_listed(account):
    """The groups HubSpot has and those that were made."""
    account.call("POST", f"{PATH}/groups", json={"name": "outreach", "label": "Outreach"})
    listed = [g["name"] for g in account.call("GET", f"{PATH}/groups").json()["results"]]
    assert {"contactinformation", "outreach"} <= set(listed)


def test_several_are_archived_at_once(account):
    """Archived properties are not among the others any more."""
    for name in ("one", "two"):
        body = {"name": name, "label": name, "groupName": "contactinformation"}
        body |= {"type": "string", "fieldType": "text"}
        assert 201 == account.call("POST", PATH, json=body).status_code
    reply = account.call(
        "POST", f"{PATH}/batch/archive", json={"inputs": [{"name": "one"}, {"name": "two"}]}
    )
    left = {found["name"] for found in account.call("GET", PATH).json()["results"]}
    assert (204, set()) == (reply.status_code, left & {"one", "two"})


def test_who_made_a_property_is_told_of_one_and_not_of_many(account):
    """A single definition has its user and times; of a batch neither is told (recorded)."""
    path = "/crm/v3/properties/contacts"
    new = {"label": "X", "type": "string", "fieldType": "text", "groupName": "contactinformation"}
    one = account.call("POST", path, json={"name": "one", **new}).json()
    body = {"inputs": [{"name": "two", **new}]}
    many = account.call("POST", f"{path}/batch/create", json=body).json()["results"][0]
    told = {"createdUserId", "updatedUserId", "createdAt", "updatedAt", "archived"}
    assert (told & set(one), told & set(many)) == (told, set())
    assert told <= set(account.call("GET", f"{path}/two").json())
