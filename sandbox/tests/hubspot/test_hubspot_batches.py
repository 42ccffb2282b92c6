"""Batches: how many, in which order, all or nothing, and what is left out in silence."""

from __future__ import annotations

import pytest

KEY = {"name": "row_id", "label": "Row", "type": "string", "fieldType": "text"}
UNIQUE = [{**KEY, "hasUniqueValue": True}]


def new(number, **more):
    return {"properties": {"email": f"p{number}@example.com", **more.pop("properties", {})}, **more}


def traced(*inputs):
    return [{**item, "objectWriteTraceId": f"t{n}"} for n, item in enumerate(inputs)]


def count(account):
    return len(account.people("contacts")["contacts"])


@pytest.mark.parametrize("action", ["create", "read", "update", "upsert", "archive"])
def test_a_hundred_and_one_inputs_are_refused(account, action):
    """The whole request is a 400 in the recorded words."""
    inputs = [{"id": str(n), "properties": {}} for n in range(101)]
    reply = account.batch(action, *inputs)
    assert (reply.status_code, reply.json()["message"]) == (
        400,
        (
            "The maximum number of inputs supported in a batch is 100. "
            "Please reduce the number of items and try again"
        ),
    )


def test_results_come_in_no_useful_order(account):
    """Twenty creations are answered in another order than sent, with their trace ids."""
    sent = traced(*[new(n) for n in range(20)])
    results = account.batch("create", *sent).json()["results"]
    order = [r["objectWriteTraceId"] for r in results]
    assert sorted(order) == sorted(i["objectWriteTraceId"] for i in sent)
    assert order != [i["objectWriteTraceId"] for i in sent]


def test_without_trace_ids_one_conflict_fails_the_batch_and_names_nobody(account):
    """409 without an id, and nothing is written."""
    account.create(email="p1@example.com")
    reply = account.batch("create", new(0), new(1))
    assert reply.status_code == 409
    assert reply.json()["message"] == "Contact already exists"
    assert count(account) == 1


def test_without_trace_ids_all_bad_values_are_listed_and_nothing_is_written(account):
    """The errors of all inputs stand together without telling which input."""
    bad = [new(n, properties={"nope": "x"}) for n in range(2)]
    reply = account.batch("create", *bad, new(3))
    codes = [e["code"] for e in reply.json()["errors"]]
    assert (reply.status_code, codes, count(account)) == (400, ["PROPERTY_DOESNT_EXIST"] * 2, 0)


def test_with_trace_ids_the_good_ones_are_written(account):
    """207: one conflict with the owner's id, one bad value, one written."""
    owner = account.create(email="p1@example.com")
    inputs = traced(new(0), new(1), new(2, properties={"nope": "x"}))
    reply = account.batch("create", *inputs)
    body = reply.json()
    assert (reply.status_code, body["numErrors"], count(account)) == (207, 2, 2)
    conflict, invalid = body["errors"]
    assert conflict["context"] == {"objectWriteTraceId": ["t1"], "existingId": [owner]}
    assert conflict["message"] == f"Contact already exists. Existing ID: {owner}"
    assert invalid["context"]["objectWriteTraceId"] == ["t2"]
    assert invalid["category"] == "VALIDATION_ERROR"


def test_a_trace_id_used_twice_makes_the_batch_atomic_again(account):
    """Only unique trace ids on every input make a batch partial."""
    account.create(email="p1@example.com")
    inputs = [{**new(n), "objectWriteTraceId": "same"} for n in (0, 1)]
    assert account.batch("create", *inputs).status_code == 409


def test_one_email_twice_in_a_batch_makes_one_contact(account):
    """With trace ids the second one is a conflict with the first, without them all fail."""
    twice = [new(1), new(1)]
    assert (account.batch("create", *twice).status_code, count(account)) == (409, 0)
    reply = account.batch("create", *traced(*twice))
    assert (reply.status_code, count(account)) == (207, 1)


@pytest.mark.parametrize("action", ["update", "upsert"])
def test_the_same_record_twice_refuses_the_batch(account, action):
    """Trace ids do not help."""
    contact = account.create(email="p1@example.com")
    ids = {"update": (contact, contact), "upsert": ("p1@example.com", "P1@Example.com")}[action]
    more = {"idProperty": "email"} if action == "upsert" else {}
    inputs = traced(*[{"id": i, "properties": {"city": "Oslo"}, **more} for i in ids])
    reply = account.batch(action, *inputs)
    assert (reply.status_code, reply.json()["context"]["ids"]) == (400, [contact])
    message = f"Duplicate IDs found in batch input: [{contact}]. IDs must be unique"
    assert reply.json()["message"] == message


def test_unknown_ids_of_an_update_are_one_grouped_error(account):
    """Two unknown ids make numErrors 1; the known one is written, trace ids or not."""
    contact = account.create(email="p1@example.com")
    inputs = [{"id": i, "properties": {"city": "Oslo"}} for i in ("1", contact, "unknown")]
    reply = account.batch("update", *inputs)
    body = reply.json()
    assert (reply.status_code, body["numErrors"]) == (207, 1)
    assert body["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert body["errors"][0]["context"]["ids"] == ["1", "unknown"]
    assert [r["id"] for r in body["results"]] == [contact]


def test_ids_merged_away_are_left_out_of_an_update_without_a_word(account):
    """200 with no result and no error for the merged id."""
    first, second = account.create(email="a@example.com"), account.create(email="b@example.com")
    account.people("merge", primary=first, other=second)
    reply = account.batch("update", {"id": second, "properties": {"city": "Oslo"}})
    assert (reply.status_code, reply.json()["results"]) == (200, [])
    assert "errors" not in reply.json()


def test_an_update_by_email_does_not_work_in_a_batch(account):
    """With idProperty it is refused, without it silently nothing happens."""
    contact = account.create(email="p1@example.com")
    item = {"id": "p1@example.com", "properties": {"city": "Oslo"}}
    refused = account.batch("update", {**item, "idProperty": "email"})
    assert refused.json()["message"].startswith(
        "Unable to perform update by non-unique 0-1 property email in portal ID"
    )
    silent = account.batch("update", item)
    assert (silent.status_code, silent.json()["results"]) == (200, [])
    assert account.read(contact, "city")["city"] is None


@pytest.mark.parametrize(("partial", "status", "city"), [(True, 207, "Oslo"), (False, 400, None)])
def test_trace_ids_on_an_update(start, partial, status, city):
    """Unverified at the vendor: a bad value spoils the others or not."""
    account = start(switches={"hubspot.partial_update_by_trace_id": partial})
    ids = [account.create(email=f"p{n}@example.com") for n in range(2)]
    inputs = traced(
        {"id": ids[0], "properties": {"city": "Oslo"}}, {"id": ids[1], "properties": {"nope": "x"}}
    )
    assert account.batch("update", *inputs).status_code == status
    assert account.read(ids[0], "city")["city"] == city


def test_an_upsert_says_which_ones_are_new(account):
    """By e-mail, whatever its case: one updated, one made."""
    contact = account.create(email="p1@example.com")
    inputs = [
        {"id": i, "idProperty": "email", "properties": {"city": "Oslo"}}
        for i in ("P1@example.com", "p2@example.com")
    ]
    results = account.batch("upsert", *inputs).json()["results"]
    assert {r["id"]: r["new"] for r in results}[contact] is False
    assert sorted(r["new"] for r in results) == [False, True]
    assert count(account) == 2


@pytest.mark.parametrize(("partial", "status", "made"), [(True, 207, 1), (False, 400, 0)])
def test_a_bad_record_in_an_upsert_by_email(start, partial, status, made):
    """Both readings of the vendor's 'partial upserts are not supported' can be had."""
    account = start(switches={"hubspot.partial_upsert_by_email": partial})
    inputs = traced(
        {"id": "p1@example.com", "idProperty": "email", "properties": {"city": "Oslo"}},
        {"id": "p2@example.com", "idProperty": "email", "properties": {"nope": "x"}},
    )
    assert account.batch("upsert", *inputs).status_code == status
    assert count(account) == made


def test_an_upsert_by_a_unique_property_is_partial_with_trace_ids(start):
    """A custom key allows 207."""
    account = start(custom_properties=UNIQUE)
    inputs = traced(
        {"id": "r1", "idProperty": "row_id", "properties": {"firstname": "A"}},
        {"id": "r2", "idProperty": "row_id", "properties": {"nope": "x"}},
    )
    reply = account.batch("upsert", *inputs)
    assert (reply.status_code, len(reply.json()["results"])) == (207, 1)
    assert account.people("contacts")["contacts"][0]["properties"]["row_id"] == "r1"


@pytest.mark.parametrize("name", ["website", "hs_object_id"])
def test_an_upsert_by_anything_else_is_refused(account, name):
    """Only unique properties identify."""
    reply = account.batch("upsert", {"id": "x", "idProperty": name, "properties": {}})
    assert reply.json()["message"] == (
        f"Unable to perform upsert by non-unique 0-1 property {name} in portal ID 8675309"
    )


def test_an_additional_email_resolves_to_its_owner(account):
    """Two addresses of one contact in one upsert are duplicates."""
    contact = account.create(email="a@example.com", hs_additional_emails="b@example.com")
    inputs = [
        {"id": i, "idProperty": "email", "properties": {"city": "Oslo"}}
        for i in ("a@example.com", "b@example.com")
    ]
    assert account.batch("upsert", inputs[1]).json()["results"][0]["id"] == contact
    reply = account.batch("upsert", *inputs)
    assert (reply.status_code, reply.json()["context"]["ids"]) == (400, [contact])


def test_a_taken_unique_value_is_refused_at_creation(start):
    """The id of a row in use cannot be inserted again; the text says who has it."""
    account = start(custom_properties=UNIQUE)
    first = account.create(email="a@example.com", row_id="r1")
    reply = account.batch("create", *traced(new(1, properties={"row_id": "r1"}), new(2)))
    error = reply.json()["errors"][0]
    assert (reply.status_code, count(account)) == (207, 2)
    assert "propertyName=row_id, value=r1}" in error["message"]
    assert error["message"].endswith(f"{first} already has that value.")


def test_a_read_groups_what_is_missing_and_hides_merged_ids(account):
    """Archived, merged and unknown ids are one OBJECT_NOT_FOUND; archived=true reads the bin."""
    a, b, c, d = (account.create(email=f"p{n}@example.com") for n in range(4))
    account.call("DELETE", a)
    account.people("merge", primary=b, other=c)
    reply = account.batch("read", *[{"id": i} for i in (a, b, c, d, "7")], properties=["email"])
    body = reply.json()
    assert (reply.status_code, body["numErrors"]) == (207, 1)
    assert body["errors"][0]["context"]["ids"] == [a, b, c, "7"]
    assert [r["id"] for r in body["results"]] == [d]
    archived = account.call(
        "POST", "batch/read?archived=true", json={"inputs": [{"id": a}, {"id": b}]}
    )
    assert [r["id"] for r in archived.json()["results"]] == [a]


def test_a_read_by_email_finds_the_owner(account):
    """An idProperty works for reading, upper case and all."""
    contact = account.create(email="a@example.com")
    reply = account.batch("read", {"id": "A@example.com"}, idProperty="email")
    assert (reply.status_code, reply.json()["results"][0]["id"]) == (200, contact)


def test_a_read_with_history_takes_fifty(account):
    """The recorded words for more."""
    inputs = [{"id": str(n)} for n in range(51)]
    reply = account.batch("read", *inputs, propertiesWithHistory=["city"])
    assert reply.json()["message"].endswith("for property histories is 50")


def test_archiving_ignores_unknown_ids(account):
    """204 whatever the ids, and the known one is gone."""
    contact = account.create(email="a@example.com")
    assert account.batch("archive", {"id": contact}, {"id": "7"}).status_code == 204
    assert account.call("GET", contact).status_code == 404


def test_the_journal_counts_inputs(account):
    """The sandbox's journal tells how many records a call carried."""
    account.batch("create", new(1), new(2))
    last = account.box.control.calls()[-1]
    assert (last["operation"], last["inputs"]) == ("objects.batch_create", 2)


@pytest.mark.parametrize("name", ["contacts", "companies", "emails"])
def test_missing_ids_may_vanish_without_a_word(start, name):
    """Behind the switch a read and an update answer 200 and hold only what there is."""
    account = start(switches={"hubspot.missing_ids_vanish": True})
    sent = {
        "contacts": {"email": "a@example.com"},
        "companies": {"name": "Acme"},
        "emails": {"hs_timestamp": 1, "hs_email_direction": "EMAIL"},
    }[name]
    made = account.make(name, **sent)
    for action in ("read", "update"):
        inputs = [{"id": i, "properties": {}} for i in (made, "77")]
        path = f"/crm/v3/objects/{name}/batch/{action}"
        reply = account.call("POST", path, json={"inputs": inputs})
        assert (reply.status_code, "errors" in reply.json()) == (200, False)
        assert [r["id"] for r in reply.json()["results"]] == [made]
