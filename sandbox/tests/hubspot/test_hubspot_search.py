"""Search: late to know, fresh in what it shows, and narrow in what it allows."""

from __future__ import annotations

import pytest

T0 = 1_700_000_000_000


def person(number, **properties):
    return {
        "id": number,
        "createdate": T0 + number,
        "properties": {"email": f"p{number}@example.com", **properties},
    }


def ids(reply):
    assert reply.status_code == 200, reply.text
    return [int(r["id"]) for r in reply.json()["results"]]


def test_a_new_contact_is_found_only_after_some_seconds(account):
    """Not within the first second, surely after twenty."""
    contact = account.create(email="a@example.com")
    account.advance(0.9)
    assert ids(account.search(("email", "EQ", "a@example.com"))) == []
    account.advance(19.1)
    assert ids(account.search(("email", "EQ", "A@example.com"))) == [int(contact)]


def test_lags_differ_from_write_to_write(account):
    """Of forty new contacts some are known after ten seconds and some are not."""
    inputs = [{"properties": {"email": f"p{n}@example.com"}} for n in range(40)]
    account.batch("create", *inputs)
    account.advance(10)
    assert 0 < account.search().json()["total"] < 40


def test_matching_is_late_but_the_shown_values_are_fresh(start):
    """A contact is found by its old value and shown with the new one, which finds nothing."""
    account = start(contacts=[person(1, city="Oslo")])
    account.call("PATCH", "1", json={"properties": {"city": "Rome"}})
    reply = account.search(("city", "EQ", "Oslo"), properties=["city"])
    assert [r["properties"]["city"] for r in reply.json()["results"]] == ["Rome"]
    assert ids(account.search(("city", "EQ", "Rome"))) == []
    account.advance(20)
    assert ids(account.search(("city", "EQ", "Rome"))) == [1]
    assert ids(account.search(("city", "EQ", "Oslo"))) == []


def test_an_older_slower_write_never_overwrites_a_newer_one(start):
    """Whatever the lags, the index ends with the last value."""
    account = start(contacts=[person(n, city="Oslo") for n in range(1, 30)])
    for city in ("Rome", "Bern"):
        inputs = [{"id": str(n), "properties": {"city": city}} for n in range(1, 30)]
        account.batch("update", *inputs)
        account.advance(0.5)
    account.advance(60)
    assert account.search(("city", "EQ", "Bern")).json()["total"] == 29


def test_deleted_contacts_still_count_in_the_total(start):
    """A total of 1 with no result, right after archiving."""
    account = start(contacts=[person(1)])
    account.call("DELETE", "1")
    reply = account.search(("email", "EQ", "p1@example.com")).json()
    assert (reply["total"], reply["results"]) == (1, [])
    account.advance(20)
    assert account.search(("email", "EQ", "p1@example.com")).json()["total"] == 0


def test_a_short_page_still_has_a_cursor(start):
    """Results that fell out do not end the paging."""
    account = start(contacts=[person(n) for n in range(1, 5)])
    account.batch("archive", {"id": "1"}, {"id": "2"})
    page = account.search(limit=2).json()
    assert (page["results"], page["paging"]) == ([], {"next": {"after": "2"}})


CONTACTS = [
    person(1, city="Oslo", hs_lead_status="NEW", company="Blue Door Cafe"),
    person(2, city="Rome", hs_lead_status="OPEN", company="Red Door"),
    person(3, city="oslo", company=""),
    person(4),
]


@pytest.mark.parametrize(
    ("name", "operator", "value", "found"),
    [
        ("city", "EQ", "OSLO", {1, 3}),
        ("city", "NEQ", "Oslo", {2, 4}),
        ("city", "IN", ["oslo", "rome"], {1, 2, 3}),
        ("city", "IN", ["Oslo"], set()),
        ("city", "NOT_IN", ["oslo"], {2, 4}),
        ("city", "HAS_PROPERTY", None, {1, 2, 3}),
        ("company", "NOT_HAS_PROPERTY", None, {3, 4}),
        ("company", "CONTAINS_TOKEN", "door", {1, 2}),
        ("company", "CONTAINS_TOKEN", "ca*", {1}),
        ("company", "NOT_CONTAINS_TOKEN", "door", {3, 4}),
        ("hs_lead_status", "EQ", "NEW", {1}),
        ("hs_lead_status", "EQ", "new", set()),
        ("hs_object_id", "GT", "2", {3, 4}),
        ("hs_object_id", "LTE", "2", {1, 2}),
        ("hs_object_id", "BETWEEN", ("2", "3"), {2, 3}),
        ("lastmodifieddate", "GTE", str(T0 + 3), {3, 4}),
        ("lastmodifieddate", "GT", "2023-11-14T22:13:20.003Z", {4}),
        ("lastmodifieddate", "LT", T0 + 2, {1}),
        ("lastmodifieddate", "EQ", T0 + 2, {2}),
        ("createdate", "BETWEEN", (T0 + 2, T0 + 3), {2, 3}),
        ("hs_lastmodifieddate", "GT", "0", set()),
    ],
)
def test_operators(start, name, operator, value, found):
    """Each operator finds what the vendor's documentation says."""
    account = start(contacts=CONTACTS)
    reply = account.search((name, operator, value), limit=200)
    assert set(ids(reply)) == found
    assert reply.json()["total"] == len(found)


def test_groups_are_alternatives_and_the_query_looks_into_names(start):
    """Groups are OR, filters AND; `query` is a word in the usual fields."""
    account = start(contacts=CONTACTS)
    groups = [
        {"filters": [{"propertyName": "hs_object_id", "operator": "EQ", "value": n}]}
        for n in (1, 4)
    ]
    reply = account.call("POST", "search", json={"filterGroups": groups})
    assert ids(reply) == [1, 4]
    assert ids(account.search(query="red")) == [2]


def test_the_default_order_is_that_of_creation(start):
    """Oldest first, whatever the ids."""
    contacts = [{**person(n), "createdate": T0 - n} for n in (1, 2, 3)]
    assert ids(start(contacts=contacts).search()) == [3, 2, 1]


def test_one_sort_either_way(start):
    """A second sort is refused."""
    account = start(contacts=[person(n) for n in (1, 2, 3)])
    down = {"propertyName": "lastmodifieddate", "direction": "DESCENDING"}
    assert ids(account.search(sorts=[down])) == [3, 2, 1]
    assert ids(account.search(sorts=["hs_object_id"])) == [1, 2, 3]
    assert account.search(sorts=[down, down]).status_code == 400


@pytest.mark.parametrize("ordered", [True, False])
def test_contacts_of_one_instant_have_no_promised_order(start, ordered):
    """Equal sort values come in id order only if switched so; every id comes once."""
    contacts = [{**person(n), "createdate": T0} for n in range(1, 60)]
    account = start(switches={"hubspot.search_ties_by_id": ordered}, contacts=contacts)
    found = ids(account.search(sorts=["lastmodifieddate"], limit=200))
    assert (found == sorted(found), sorted(found)) == (ordered, list(range(1, 60)))


def test_keyset_paging_inside_one_millisecond_reads_everybody(start):
    """EQ on the instant and GT on the id, sorted by id, walks through all of them."""
    account = start(contacts=[{**person(n), "createdate": T0} for n in range(1, 500)])
    seen: list[int] = []
    while True:
        page = ids(
            account.search(
                ("lastmodifieddate", "EQ", T0),
                ("hs_object_id", "GT", seen[-1] if seen else 0),
                sorts=["hs_object_id"],
                limit=200,
            )
        )
        if not page:
            break
        seen += page
    assert seen == list(range(1, 500))


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 100, "after": "9901"},
        {"after": "x"},
        {"filterGroups": [{"filters": []}]},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "HAS_PROPERTY"}]}] * 6},
        {
            "filterGroups": [
                {"filters": [{"propertyName": "city", "operator": "LIKE", "value": "x"}]}
            ]
        },
        {"filterGroups": [{"filters": [{"propertyName": "nope", "operator": "HAS_PROPERTY"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "EQ"}]}]},
        {
            "filterGroups": [
                {"filters": [{"propertyName": "createdate", "operator": "GT", "value": "soon"}]}
            ]
        },
        {"query": "x" * 3000},
    ],
)
def test_what_search_refuses(account, body):
    """Past each documented limit a search is a 400 and not an empty answer."""
    reply = account.call("POST", "search", json=body)
    assert (reply.status_code, reply.json()["category"]) == (400, "VALIDATION_ERROR")


def test_the_last_allowed_hit_can_be_read(account):
    """The sum of after and limit may reach ten thousand."""
    assert account.search(limit=100, after="9900").status_code == 200


def test_the_door_tells_when_the_index_will_have_caught_up(account):
    """After that many seconds, with the touch that follows, nothing is pending."""
    assert account.people("index_caught_up")["caught_up"] is True
    account.create(email="a@example.com")
    while not (state := account.people("index_caught_up"))["caught_up"]:
        assert 0 < state["seconds"] <= 25
        account.advance(state["seconds"])
    assert account.search().json()["total"] == 1
