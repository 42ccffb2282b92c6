"""Lists made, renamed, filled, emptied and deleted through the API, as recorded in 2026."""

from __future__ import annotations

import pytest

LISTS = "/crm/v3/lists"
NEW = {"objectTypeId": "0-1", "processingType": "MANUAL"}
FILTER = {
    "filterBranchType": "OR",
    "filters": [],
    "filterBranches": [
        {
            "filterBranchType": "AND",
            "filterBranches": [],
            "filters": [
                {"filterType": "PROPERTY", "property": "city", "operation": {"value": "x"}}
            ],
        }
    ],
}


@pytest.fixture
def made(account):
    """An account with two contacts and an empty list; `made.ids` are the contacts'."""
    account.ids = [int(account.create(email=f"{n}@example.com")) for n in "ab"]
    reply = account.call("POST", LISTS, json={"name": "Roofers", **NEW})
    assert (reply.status_code, reply.json()["list"]["listId"]) == (200, "1")
    return account


def put(account, path, body, **params):
    reply = account.call("PUT", f"{LISTS}/{path}", json=body, params=params)
    return reply.status_code, reply.json()


def test_who_is_new_on_a_list_is_told(made):
    """Only what happened is in the answer; ids nobody has are named apart."""
    one, other = (str(i) for i in made.ids)
    assert put(made, "1/memberships/add", [one]) == (200, {"recordsIdsAdded": [one]})
    assert put(made, "1/memberships/add", [one]) == (200, {})
    status, told = put(made, "1/memberships/add", [one, other, 77])
    assert (status, told) == (200, {"recordsIdsAdded": [other], "recordIdsMissing": ["77"]})
    status, told = put(made, "1/memberships/remove", [one, 77])
    assert (status, told) == (200, {"recordIdsRemoved": [one], "recordIdsMissing": ["77"]})
    found = made.call("GET", f"{LISTS}/1/memberships").json()["results"]
    assert [r["recordId"] for r in found] == [other]


def test_a_list_of_something_else_than_ids_is_refused(made):
    """In the recorded words, without a category."""
    status, body = put(made, "1/memberships/add", [{"id": 1}])
    assert (status, "category" in body) == (400, False)
    assert body["message"].startswith("Invalid input JSON on line 1, column 2: Cannot deserialize")


def test_a_list_is_renamed_and_deleted(made):
    """The contacts stay; the id answers 404 with the header that says so."""
    status, body = put(made, "1/update-list-name", {}, listName="Slaters")
    assert (status, body["updatedList"]["name"]) == (200, "Slaters")
    assert made.call("DELETE", f"{LISTS}/1").status_code == 204
    gone = made.call("GET", f"{LISTS}/1")
    assert (gone.status_code, gone.headers["x-hubspot-notfound"]) == (404, "true")
    assert made.read(str(made.ids[0]), "email")["email"] == "a@example.com"


def test_what_a_list_needs_is_told(account):
    """The place is where the body ends (recorded)."""
    raw = '{"name":null,"objectTypeId":"0-1","processingType":"MANUAL"}'
    reply = account.call("POST", LISTS, content=raw)
    said = "Invalid input JSON on line 1, column 60. Some required fields were not set: [name]"
    assert (reply.status_code, reply.json()["message"]) == (400, said)
    odd = account.call("POST", LISTS, json={"name": "x", **NEW, "processingType": "ODD"})
    deals = account.call("POST", LISTS, json={"name": "x", **NEW, "objectTypeId": "0-3"})
    assert (odd.status_code, deals.status_code) == (400, 501)


def test_a_name_is_used_once(made):
    """For a new list and for one that is renamed."""
    again = made.call("POST", LISTS, json={"name": "roofers", **NEW})
    made.call("POST", LISTS, json={"name": "Slaters", **NEW})
    assert again.status_code == 400
    assert put(made, "2/update-list-name", {}, listName="Roofers")[0] == 400


def test_a_filter_is_kept_and_completed(account):
    """A list that follows one is worked out for a while, and nobody is on it here."""
    body = {"name": "City", "objectTypeId": "0-1", "processingType": "DYNAMIC"}
    reply = account.call("POST", LISTS, json={**body, "filterBranch": FILTER})
    branch = reply.json()["list"]["filterBranch"]
    assert branch["filterBranchOperator"] == "OR"
    assert branch["filterBranches"][0]["filters"][0]["operation"] == {
        "includeObjectsWithNoValueSet": False,
        "value": "x",
    }
    states = [reply.json()["list"]["processingStatus"]]
    account.advance(10)
    states.append(account.call("GET", f"{LISTS}/1").json()["list"]["processingStatus"])
    assert states == ["PROCESSING", "COMPLETE"]


def test_the_size_of_a_list_is_told_a_second_later(made):
    """As recorded: a list of this second has no size yet."""
    first = made.call("GET", LISTS, params={"listIds": "1"}).json()["lists"][0]
    made.advance(2)
    later = made.call("GET", LISTS, params={"listIds": "1"}).json()["lists"][0]
    assert ("size" in first, later["size"]) == (False, 0)


def test_lists_are_found_in_the_order_asked_for(made):
    """By when they were changed, either way round; an order that is not acted out says so."""
    made.advance(5)
    made.call("POST", LISTS, json={"name": "Slaters", **NEW})
    made.advance(5)
    put(made, "1/memberships/add", [made.ids[0]])

    def names(sort):
        reply = made.call("POST", f"{LISTS}/search", json={"sort": sort})
        return [x["name"] for x in reply.json()["lists"]]

    assert names("HS_UPDATED_AT") == ["Slaters", "Roofers"]
    assert names("-HS_UPDATED_AT") == ["Roofers", "Slaters"]
    odd = made.call("POST", f"{LISTS}/search", json={"sort": "HS_LIST_SIZE"})
    assert odd.status_code == 501
