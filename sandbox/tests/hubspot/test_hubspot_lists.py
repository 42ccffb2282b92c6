"""Static lists of contacts: looked up by id, name and search, their members read page by page."""

from __future__ import annotations

import json
import re
from urllib.parse import quote, unquote

import pytest

LISTS = "/crm/v3/lists"


def people(*numbers):
    return [{"id": n, "properties": {"email": f"p{n}@example.com"}} for n in numbers]


def members(account, path, **params):
    reply = account.call("GET", f"{LISTS}/{path}", params=params)
    assert reply.status_code == 200, reply.text
    return reply.json()


def ids(body):
    return [int(r["recordId"]) for r in body["results"]]


def walk(account, path, limit):
    found, params = [], {"limit": limit}
    while True:
        body = members(account, path, **params)
        found += ids(body)
        if "paging" not in body:
            return found
        params = {"limit": limit, "after": unquote(body["paging"]["next"]["after"])}


@pytest.fixture
def listed(start):
    """Five contacts, three of them on a list that they joined in an order of their own."""
    return start(
        contacts=people(1, 2, 3, 4, 5),
        lists=[{"name": "Roofers", "members": [5, 1, 3]}, {"name": "Roofs for all"}],
    )


@pytest.mark.parametrize("root", [LISTS, "/crm/lists/2026-03", "/crm/lists/v3"])
def test_a_list_is_found_by_id_name_and_search(listed, root):
    """A name is not case sensitive, a query is a part of it, and both answer alike."""
    by_id = listed.call("GET", f"{root}/1").json()["list"]
    assert (by_id["listId"], by_id["name"], by_id["processingType"]) == ("1", "Roofers", "MANUAL")
    by_name = listed.call("GET", f"{root}/object-type-id/0-1/name/{quote('rOOFERS')}")
    assert by_name.json()["list"] == by_id
    found = listed.call("POST", f"{root}/search", json={"query": "ROOF"}).json()
    assert ([x["name"] for x in found["lists"]], found["total"]) == (
        ["Roofers", "Roofs for all"],
        2,
    )
    some = listed.call("GET", f"{root}/", params=[("listIds", "2"), ("listIds", "77")]).json()
    assert [(x["name"], x["size"]) for x in some["lists"]] == [("Roofs for all", 0)]
    assert listed.call("GET", root).json() == {"lists": []}


@pytest.mark.parametrize("path", ["77", "-1", "x", "77/memberships", "77/memberships/join-order"])
def test_a_list_that_is_none_is_the_recorded_404(listed, truth, path):
    """JSON, key for key and word for word."""
    tape = json.loads((truth / "vcr-captaincontrat" / "v3v4__v3_lists.json").read_text())
    recorded = next(
        i["response"]["body"] for i in tape["interactions"] if i["response"]["status"] == 404
    )
    body = listed.call("GET", f"{LISTS}/{path}")
    asked = path.partition("/")[0]
    expected = json.loads(json.dumps(recorded).replace("-1", asked))
    assert (body.status_code, {**body.json(), "correlationId": ""}) == (
        404,
        {**expected, "correlationId": ""},
    )


def test_a_name_that_no_list_has_is_a_404_too(listed):
    """Of another object type neither."""
    for path in ("0-1/name/Nobody", "0-2/name/Roofers"):
        reply = listed.call("GET", f"{LISTS}/object-type-id/{path}")
        assert (reply.status_code, reply.json()["category"]) == (404, "OBJECT_NOT_FOUND")


def test_members_come_by_id_or_in_the_order_they_joined(listed):
    """Two endpoints, two orders, both paged."""
    assert walk(listed, "1/memberships", 2) == [1, 3, 5]
    assert walk(listed, "1/memberships/join-order", 2) == [5, 1, 3]
    assert walk(listed, "2/memberships", 2) == []
    for limit in (0, 251):
        reply = listed.call("GET", f"{LISTS}/1/memberships", params={"limit": limit})
        assert reply.status_code == 400
    assert listed.call("GET", f"{LISTS}/1/memberships", params={"after": "?"}).status_code == 400


def test_a_page_of_members_is_like_the_recorded_one(start, truth):
    """Keys, cursor and link: the cursor is the next record's id, encoded for an address."""
    tape = json.loads((truth / "vcr-captaincontrat" / "v3v4__v3_lists.json").read_text())
    page = next(
        i for i in tape["interactions"] if "591/memberships?" in i["request"].get("url", "")
    )
    recorded = page["response"]["body"]
    added = next(
        i for i in tape["interactions"] if "591/memberships/add" in i["request"].get("url", "")
    )
    everybody = added["request"]["body"]
    account = start(contacts=people(*everybody))
    made = account.people("make_list", name="Everybody", members=everybody)
    body = members(account, f"{made['listId']}/memberships", limit=25)
    assert ids(body) == ids(recorded)
    assert set(body["results"][0]) == set(recorded["results"][0])
    assert body["paging"]["next"]["after"] == recorded["paging"]["next"]["after"]
    assert (
        re.sub(r"/\d+/", "/", body["paging"]["next"]["link"]).partition("?")[0]
        == re.sub(r"/\d+/", "/", recorded["paging"]["next"]["link"]).partition("?")[0]
    )
    assert (body["total"], recorded["total"]) == (0, 0)


def test_the_total_lags_behind_and_the_members_do_not(account):
    """Right after joining a total of 0 with members in it (recorded), some seconds later the truth."""
    contact = account.create(email="ann@example.com")
    made = account.people("make_list", name="New", members=[contact])["listId"]
    body = members(account, f"{made}/memberships")
    assert (ids(body), body["total"]) == ([int(contact)], 0)
    account.advance(30)
    assert members(account, f"{made}/memberships")["total"] == 1


@pytest.mark.parametrize("works", [True, False])
def test_a_cursor_that_is_encoded_twice_works_or_not(start, works):
    """It comes encoded, so a client that encodes what it got sends it twice: nobody knows what then."""
    account = start(
        contacts=people(1, 2),
        lists=[{"name": "Both", "members": [1, 2]}],
        switches={"hubspot.list_cursor_encoded_twice": works},
    )
    after = members(account, "1/memberships", limit=1)["paging"]["next"]["after"]
    reply = account.call("GET", f"{LISTS}/1/memberships", params={"limit": 1, "after": after})
    assert reply.status_code == (200 if works else 400)


def test_search_pages_as_recorded(start, truth):
    """`offset` is where to go on; the keys of a list are those of the recording."""
    account = start(lists=[{"name": f"List {n}"} for n in range(3)])
    pages = [json.loads((truth / "amp-labs" / name).read_text()) for name in RECORDED]
    offset = 0
    for recorded in pages:
        body = {"count": 2, "offset": offset}
        found = account.call("POST", f"{LISTS}/search", json=body).json()
        shape = {n: found[n] for n in ("offset", "hasMore", "total")}
        assert shape == {n: recorded[n] for n in shape}
        assert set(found) == set(recorded)
        assert set(found["lists"][0]) == set(recorded["lists"][-1])
        extra = found["lists"][0]["additionalProperties"]
        assert set(extra) == set(recorded["lists"][-1]["additionalProperties"])
        offset = found["offset"]
    assert account.call("POST", f"{LISTS}/search", json={"count": 501}).status_code == 400
    empty = account.call("POST", f"{LISTS}/search")
    assert (empty.status_code, empty.json()["errors"]) == (
        400,
        ["The request body may not be null"],
    )


RECORDED = ("read-lists-1-first-page.json", "read-lists-2-second-page.json")


def test_a_list_of_another_kind_is_not_found_among_static_ones(start):
    """`processingTypes` chooses; a list that follows a filter is not acted out and stays as made."""
    account = start(lists=[{"name": "A"}, {"name": "B", "processing_type": "SNAPSHOT"}])
    body = {"processingTypes": ["SNAPSHOT"], "listIds": ["1", "2"]}
    found = account.call("POST", f"{LISTS}/search", json=body).json()["lists"]
    assert [x["name"] for x in found] == ["B"]


def test_people_make_fill_and_delete_a_list(account):
    """By id or address; who is on it already joined before; names are used once."""
    ann, bob = (account.create(email=f"{n}@example.com") for n in ("ann", "bob"))
    made = account.people("make_list", name="Roofers", members=["bob@example.com"])
    assert made["members"] == [bob]
    account.advance(10)
    filled = account.people("list_add", list=made["listId"], members=[ann, bob])
    assert filled["members"] == [bob, ann]
    left = account.people("list_remove", list="roofers", members=[bob])
    assert left["members"] == [ann]
    account.people("delete_list", list=made["listId"])
    assert account.call("GET", f"{LISTS}/{made['listId']}").status_code == 404
    assert account.people("make_list", name="Roofers")["listId"] != made["listId"]


def test_a_merged_contact_is_a_member_once_and_a_deleted_one_is_none(listed):
    """The survivor takes the place of both; out of the recycle bin one is a member again."""
    new = int(listed.people("merge", primary="5", other="1")["id"])
    assert walk(listed, "1/memberships/join-order", 10) == [new, 3]
    listed.people("list_remove", list="1", members=[str(new)])
    listed.people("list_add", list="1", members=[str(new)])
    assert walk(listed, "1/memberships/join-order", 10) == [3, new]
    listed.people("delete", id="3")
    assert walk(listed, "1/memberships", 10) == [new]
    listed.people("restore", id="3")
    assert walk(listed, "1/memberships", 10) == [3, new]


def test_lists_through_the_vendors_client(listed):
    """Look-up by name and every page of members, with the cursor handed on as it came."""
    api = listed.sdk().crm.lists
    wait = {"_request_timeout": (2, 10)}
    found = api.lists_api.get_by_name("Roofers", "0-1", **wait).list
    page = api.memberships_api.get_page(found.list_id, limit=2, **wait)
    after = page.paging.next.after
    rest = api.memberships_api.get_page(found.list_id, limit=2, after=after, **wait)
    assert [r.record_id for r in (*page.results, *rest.results)] == ["1", "3", "5"]
    joined = api.memberships_api.get_page_ordered_by_added_to_list_date(found.list_id, **wait)
    assert [r.record_id for r in joined.results] == ["5", "1", "3"]
    searched = api.lists_api.do_search({"query": "roofers"}, **wait)
    assert [x.list_id for x in searched.lists] == [found.list_id]
