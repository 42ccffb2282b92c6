"""The emulator's answers beside those recorded from the real service.

The one rule: ids, times and addresses differ; keys, types, categories and words do not.
"""

from __future__ import annotations

import json
import re

import pytest

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def masked(text):
    """Words without what differs from account to account."""
    text = re.sub(TIME, "<time>", text)
    text = re.sub(UUID, "<uuid>", text)
    text = re.sub(r"<PORTAL_ID>", "0", text)
    text = re.sub(r"[\w.+-]+@[\w.-]+", "<email>", text)
    return re.sub(r"\d+", "0", text)


def same(recorded, ours):
    """An error body with everything that may differ masked."""
    return [json.loads(masked(json.dumps(b).replace("<uuid>", ZERO))) for b in (recorded, ours)]


ZERO = "00000000-0000-0000-0000-000000000000"


def error_body(truth, name):
    listed = json.loads((truth / "error_bodies.json").read_text())
    entry = next(e for e in listed if e["id"] == name)
    return entry["body"] if "body" in entry else json.loads((truth / entry["file"]).read_text())


def many(n):
    return [{"id": str(i), "properties": {}} for i in range(n)]


def make_conflict(account):
    account.create(email="a@example.com")
    return account.call(
        "POST", "/crm/v3/objects/contacts", json={"properties": {"email": "a@example.com"}}
    )


def make_batch_conflict(account):
    account.create(email="a@example.com")
    return account.batch("create", {"properties": {"email": "a@example.com"}})


def take_anothers_email(account):
    account.create(email="x@y.example.com")
    other = account.create(email="b@example.com")
    return account.call("PATCH", other, json={"properties": {"email": "x@y.example.com"}})


def update_twice(account):
    return account.batch("update", *[{"id": "123456", "properties": {}}] * 2)


def search_too_often(account):
    return [account.search() for _ in range(6)][-1]


def call_too_often(account):
    return [account.call("GET", "/crm/v3/objects/contacts") for _ in range(101)][-1]


def call_with_an_expired_token(account):
    form = {"grant_type": "refresh_token", "client_id": "a", "client_secret": "b"}
    reply = account.http.post("/oauth/v1/token", data={**form, "refresh_token": "r"})
    account.advance(1875)
    bearer = f"Bearer {reply.json()['access_token']}"
    return account.http.get("/crm/v3/objects/contacts", headers={"Authorization": bearer})


def call_without_key(account):
    return account.http.get("/crm/v3/objects/contacts", headers={"Authorization": ""})


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("unauth_missing", call_without_key),
        ("unauth_expired", call_with_an_expired_token),
        ("batch_too_big", lambda a: a.batch("update", *many(101))),
        ("batch_duplicate_ids", update_twice),
        ("batch_create_conflict", make_batch_conflict),
        ("create_conflict", make_conflict),
        ("unique_race", take_anothers_email),
        ("search_429", search_too_often),
        ("ten_secondly_429", call_too_often),
    ],
)
def test_error_bodies_are_the_recorded_ones(account, truth, name, make):
    """Key for key and word for word, but for ids and correlation ids."""
    ours = make(account)
    recorded, seen = same(error_body(truth, name), ours.json())
    recorded.pop("groupName", None)
    seen.pop("groupName", None)
    assert seen == recorded
    assert re.fullmatch(UUID, ours.json()["correlationId"])
    assert ours.headers["x-hubspot-correlation-id"] == ours.json()["correlationId"]


def test_a_batch_read_of_a_missing_id_is_the_recorded_207(account, truth):
    """The grouped error has the recorded words and keys."""
    reply = account.batch("read", {"id": "1"})
    expected = error_body(truth, "batch_read_missing")
    assert (reply.status_code, set(reply.json())) == (207, set(expected))
    assert reply.json()["errors"] == expected["errors"]


def test_a_partial_create_is_the_recorded_207(account, truth):
    """The conflict entry names the trace id and the existing id."""
    account.create(email="a@example.com")
    inputs = [
        {"properties": {"email": f"{n}@example.com"}, "objectWriteTraceId": str(i)}
        for i, n in enumerate("ab")
    ]
    body = account.batch("create", *inputs).json()
    expected = error_body(truth, "batch_create_partial")
    assert set(body) == set(expected)
    recorded, seen = same(expected["errors"], body["errors"])
    assert seen == recorded


def test_bad_properties_are_listed_as_recorded(account, truth):
    """The message holds a JSON list of objects, the errors carry code and property."""
    names = ("first000name", "last000name")
    reply = account.batch("create", *[{"properties": dict.fromkeys(names, "x")}] * 2)
    expected = error_body(truth, "invalid_properties")
    assert reply.json()["message"] == expected["message"]
    assert reply.json()["errors"][:2] == expected["errors"][:2]
    assert set(reply.json()) == set(expected)


def test_a_bad_refresh_token_is_the_recorded_error(account, truth):
    """All four keys."""
    account.people("revoke_token")
    form = {"grant_type": "refresh_token", "client_id": "a", "client_secret": "b"}
    reply = account.http.post("/oauth/v1/token", data={**form, "refresh_token": "r"})
    assert (reply.status_code, reply.json()) == (400, error_body(truth, "oauth_bad_refresh"))


def test_the_404_page_is_the_recorded_one(account, truth):
    """Body, content type and the header that says so."""
    tape = json.loads((truth / "vcr-captaincontrat" / "v3v4__v3_tasks.json").read_text())
    recorded = next(i["response"] for i in tape["interactions"] if i["response"]["status"] == 404)
    reply = account.call("GET", "996174569112")
    assert (reply.status_code, reply.text) == (404, recorded["body"])
    for name in ("content-type", "x-hubspot-notfound"):
        assert reply.headers[name] == recorded["headers"][name]
    missing = {n for n in recorded["headers"] if n.startswith("x-hubspot")} - set(reply.headers)
    assert missing == set()


def test_a_list_page_is_like_the_recorded_one(start, truth):
    """Same keys, same cursor arithmetic, same link, same headers."""
    tape = json.loads((truth / "vcr-captaincontrat" / "v3v4__v3_contacts.json").read_text())
    recorded = tape["interactions"][0]["response"]
    people = [{"id": n, "properties": {"email": f"p{n}@example.com"}} for n in (51, 101)]
    reply = start(contacts=people).call("GET", "/crm/v3/objects/contacts", params={"limit": 1})
    body = reply.json()
    assert body["paging"] == recorded["body"]["paging"]
    ours, theirs = body["results"][0], recorded["body"]["results"][0]
    assert set(ours) == set(theirs)
    assert set(ours["properties"]) == set(theirs["properties"])
    wanted = {n for n in recorded["headers"] if n.startswith("x-hubspot")}
    assert {n for n in reply.headers if n.startswith("x-hubspot")} == wanted


def test_a_batch_create_is_like_the_recorded_one(account, truth):
    """The same frame, and only properties the recording has or that were sent."""
    path = truth / "amp-labs" / "batch__create__contacts__success.json"
    recorded = json.loads(path.read_text())
    sent = {"email": "lily@example.com", "firstname": "Lily", "lastname": "Skinner"}
    reply = account.batch("create", {"properties": sent})
    body = reply.json()
    assert (reply.status_code, set(body)) == (201, set(recorded))
    ours, theirs = body["results"][0], recorded["results"][0]
    assert set(ours) == set(theirs)
    assert set(ours["properties"]) - set(theirs["properties"]) == set()


def test_the_default_schema_agrees_with_a_real_accounts_list(account, truth):
    """Every default property has the type, field type and flags of the real one."""
    facts = {
        p["name"]: p for p in json.loads((truth / "property_facts__contacts.json").read_text())
    }
    listed = account.call("GET", "/crm/v3/properties/contacts").json()["results"]
    assert len(listed) > 60
    for ours in listed:
        real = facts[ours["name"]]
        seen = {n: ours[n] for n in ("type", "fieldType", "groupName", "calculated", "label")}
        seen |= {"unique": ours["hasUniqueValue"]}
        seen |= {"read only": ours["modificationMetadata"]["readOnlyValue"]}
        seen |= {"options": [o["value"] for o in ours["options"]]}
        expected = {n: real[n] for n in ("type", "fieldType", "groupName", "calculated", "label")}
        expected |= {"unique": real["hasUniqueValue"], "read only": real["readOnlyValue"]}
        expected |= {"options": real.get("options", [])}
        assert seen == expected, ours["name"]


def test_a_custom_property_is_like_the_recorded_one(account, truth):
    """Group and properties made with the recorded payloads answer the recorded keys."""
    folder = truth / "amp-labs"

    def load(name):
        return json.loads((folder / f"custom__create__{name}.json").read_text())

    group = account.call(
        "POST",
        "/crm/v3/properties/contacts/groups",
        json=load("1-payload-create-property-group"),
    )
    assert set(group.json()) == set(load("2-response-create-property-group"))
    made = account.call(
        "POST",
        "/crm/v3/properties/contacts/batch/create",
        json=load("3-payload-batch-create-properties"),
    )
    expected = load("4-response-batch-create-properties")
    assert made.status_code == 201
    for ours, theirs in zip(made.json()["results"], expected["results"], strict=True):
        assert {n: ours.get(n) for n in theirs if n != "options"} == {
            n: theirs[n] for n in theirs if n != "options"
        }


def test_account_details_have_the_recorded_keys(account, truth):
    """What a client reads after connecting."""
    recorded = json.loads((truth / "amp-labs" / "post-auth__account-info.json").read_text())
    assert set(account.call("GET", "/account-info/v3/details").json()) == set(recorded)
