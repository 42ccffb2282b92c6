"""E-mails, notes, tasks, calls, meetings, and what HubSpot calculates from them."""

from __future__ import annotations

import json

import pytest

from outreach_sandbox.hubspot import calculated

T1, T2 = "2020-05-01T10:00:00Z", "2020-06-01T10:00:00Z"
TO_CONTACT = {"emails": 198, "notes": 202, "tasks": 204, "calls": 194, "meetings": 200}
MOVED = (
    "notes_last_contacted",
    "num_contacted_notes",
    "notes_last_updated",
    "notes_next_activity_date",
    "num_notes",
)
LOGGED = ("hs_last_logged_call_date", "hs_last_logged_outgoing_email_date")
COUNTED = ("num_associated_contacts", "num_associated_deals")
HEADERS = {
    "from": {"email": "sam@example.com", "firstName": "Sam", "lastName": "Sample"},
    "to": [{"email": "ann@example.com", "firstName": "Ann"}, {"email": "bob@example.com"}],
    "cc": [],
}


def log(account, name, contact, at=T1, **more):
    """One activity about a contact."""
    if name == "emails":
        more.setdefault("hs_email_direction", "EMAIL")
    return account.make(name, ("contacts", contact, TO_CONTACT[name]), hs_timestamp=at, **more)


@pytest.fixture
def ann(account):
    """A contact."""
    return account.make("contacts", email="ann@example.com")


@pytest.mark.parametrize("name", TO_CONTACT)
def test_an_activity_needs_a_time(account, name):
    """A 400 in the recorded words names what is missing."""
    reply = account.call("POST", f"/crm/v3/objects/{name}", json={"properties": {}})
    missing = ["hs_timestamp", "hs_email_direction"] if name == "emails" else ["hs_timestamp"]
    assert (reply.status_code, reply.json()["context"]) == (400, {"properties": missing})


@pytest.mark.parametrize("root", ["/crm/v3/objects", "/crm/objects/2026-03"])
@pytest.mark.parametrize("name", TO_CONTACT)
def test_every_kind_lives_under_both_paths(account, ann, name, root):
    """Create, read, list, update, batch read and delete."""
    made = log(account, name, ann)
    shown = account.call("GET", f"{root}/{name}/{made}", params={"associations": "contacts"}).json()
    assert set(shown["properties"]) == {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"}
    assert [e["id"] for e in shown["associations"]["contacts"]["results"]] == [ann]
    account.call("PATCH", f"{root}/{name}/{made}", json={"properties": {"hs_timestamp": T2}})
    body = {"properties": ["hs_timestamp"], "inputs": [{"id": made}]}
    read = account.call("POST", f"{root}/{name}/batch/read", json=body).json()
    assert read["results"][0]["properties"]["hs_timestamp"] == T2
    assert account.call("DELETE", f"{root}/{name}/{made}").status_code == 204
    assert account.call("GET", f"{root}/{name}").json()["results"] == []


def test_the_people_of_an_email_come_from_its_headers(account):
    """They are read only, and follow the headers when these change."""
    made = account.make(
        "emails",
        hs_timestamp=T1,
        hs_email_direction="EMAIL",
        hs_email_headers=json.dumps(HEADERS),
    )
    names = ("hs_email_from_email", "hs_email_to_email", "hs_email_to_firstname")
    found = account.see("emails", made, *names, "hs_email_cc_email")
    assert [found[n] for n in names] == [
        "sam@example.com",
        "ann@example.com;bob@example.com",
        "Ann",
    ]
    assert found["hs_email_cc_email"] is None
    path = f"/crm/v3/objects/emails/{made}"
    account.call("PATCH", path, json={"properties": {"hs_email_headers": '{"to": []}'}})
    assert [account.see("emails", made, *names)[n] for n in names] == ["", "", ""]
    reply = account.call("PATCH", path, json={"properties": {"hs_email_to_email": "x@example.com"}})
    assert reply.json()["errors"][0]["code"] == "READ_ONLY_VALUE"


def test_a_direction_that_is_none_is_refused(account):
    """Options are enforced."""
    sent = {"hs_timestamp": T1, "hs_email_direction": "OUT"}
    reply = account.call("POST", "/crm/v3/objects/emails", json={"properties": sent})
    assert reply.json()["errors"][0]["code"] == "INVALID_OPTION"


def test_a_task_answers_what_was_recorded(account, truth):
    """Nothing but keys of the recording, and its values where they do not depend on the time."""
    tape = json.loads((truth / "vcr-captaincontrat" / "v3v4__v3_tasks.json").read_text())
    call = tape["interactions"][0]
    sent = call["request"]["body"]["properties"]
    recorded = call["response"]["body"]["properties"]
    reply = account.call("POST", "/crm/v3/objects/tasks", json={"properties": sent})
    ours = reply.json()["properties"]
    assert reply.status_code == call["response"]["status"]
    assert set(ours) - set(recorded) == set()
    own = {"hs_createdate", "hs_lastmodifieddate", "hs_object_id", "hs_object_source_id"}
    assert {n: v for n, v in ours.items() if n not in own} == {
        n: recorded[n] for n in ours if n not in own
    }


@pytest.mark.parametrize(
    ("name", "more", "contacted"),
    [
        ("emails", {}, True),
        ("emails", {"hs_email_direction": "INCOMING_EMAIL"}, False),
        ("calls", {}, True),
        ("meetings", {}, True),
        ("notes", {}, False),
        ("tasks", {}, False),
    ],
)
def test_only_what_reaches_somebody_counts_as_contact(account, ann, name, more, contacted):
    """Some seconds later, never at once; any activity moves the last activity date."""
    log(account, name, ann, **more)
    assert account.see("contacts", ann, *MOVED)["notes_last_updated"] is None
    account.advance(30)
    found = account.see("contacts", ann, *MOVED)
    assert (found["notes_last_updated"], found["num_notes"]) == (T1, "1")
    expected = (T1, "1") if contacted else (None, None)
    assert (found["notes_last_contacted"], found["num_contacted_notes"]) == expected


@pytest.mark.parametrize("counts", [True, False])
def test_an_incoming_email_counts_as_contact_or_not(start, counts):
    """The vendor says that a logged e-mail does, and not in which direction; either way it is activity."""
    account = start(switches={"hubspot.incoming_email_is_contact": counts})
    ann = account.create(email="ann@example.com")
    log(account, "emails", ann, hs_email_direction="INCOMING_EMAIL")
    account.advance(30)
    found = account.see("contacts", ann, *MOVED)
    expected = (T1, "1") if counts else (None, None)
    assert (found["notes_last_contacted"], found["num_contacted_notes"]) == expected
    assert found["notes_last_updated"] == T1


def test_a_company_tells_its_last_call_and_outgoing_email(account):
    """Each by its own kind: an incoming e-mail and one to come move neither."""
    company = account.make("companies", name="Acme")

    def mail(at, direction):
        sent = {"hs_timestamp": at, "hs_email_direction": direction}
        account.make("emails", ("companies", company, 186), **sent)

    account.make("calls", ("companies", company, 182), hs_timestamp=T2)
    mail(T1, "EMAIL")
    mail(T2, "INCOMING_EMAIL")
    mail("2099-01-01T00:00:00Z", "EMAIL")
    account.advance(30)
    found = account.see("companies", company, *LOGGED)
    assert [found[name] for name in LOGGED] == [T2, T1]


def test_what_is_calculated_touches_the_record_and_is_found_by_search(account, ann):
    """The modified date rises, the history says CALCULATED, a search by date finds it."""
    account.advance(60)
    before = account.see("contacts", ann)["lastmodifieddate"]
    log(account, "emails", ann)
    account.advance(60)
    shown = account.call(
        "GET", ann, params={"propertiesWithHistory": "notes_last_contacted"}
    ).json()
    history = shown["propertiesWithHistory"]["notes_last_contacted"]
    assert shown["properties"]["lastmodifieddate"] > before
    assert [h["sourceType"] for h in history] == ["CALCULATED"]
    assert account.search(("lastmodifieddate", "GT", before)).json()["total"] == 1


def test_many_activities_of_one_contact_are_counted_together(account, ann, monkeypatch):
    """What is waiting to be calculated anew is calculated once, whatever came meanwhile."""
    seen = []
    real = calculated.values

    def counting(portal, kind, record, now_ms):
        seen.append(record.id)
        return real(portal, kind, record, now_ms)

    monkeypatch.setattr(calculated, "values", counting)
    for _ in range(40):
        log(account, "calls", ann)
    account.advance(60)
    assert account.see("contacts", ann, *MOVED)["num_contacted_notes"] == "40"
    assert 1 <= len(seen) <= 2


def test_the_latest_counts_and_a_deleted_one_does_not(account, ann):
    """Deleting the latest goes back to the one before; deleting all empties the value."""
    log(account, "emails", ann, at=T1)
    latest = log(account, "calls", ann, at=T2)
    account.advance(30)
    found = account.see("contacts", ann, *MOVED)
    assert (found["notes_last_contacted"], found["num_contacted_notes"]) == (T2, "2")
    account.call("DELETE", f"/crm/v3/objects/calls/{latest}")
    account.advance(30)
    found = account.see("contacts", ann, *MOVED)
    assert (found["notes_last_contacted"], found["num_contacted_notes"]) == (T1, "1")


def test_an_association_made_later_counts_and_one_taken_away_does_not(account, ann):
    """What matters is the association, not how it came about."""
    made = account.make("calls", hs_timestamp=T1)
    path = f"/crm/v4/objects/calls/{made}/associations"
    account.call("PUT", f"{path}/default/contacts/{ann}")
    account.advance(30)
    assert account.see("contacts", ann, *MOVED)["notes_last_contacted"] == T1
    account.call("DELETE", f"{path}/contacts/{ann}")
    account.advance(30)
    assert account.see("contacts", ann, *MOVED)["notes_last_contacted"] == ""


def test_a_meeting_to_come_counts_when_its_time_has_come(account, ann):
    """Until then it is the next activity."""
    coming = f"{int(account.see('contacts', ann)['createdate'][:4]) + 1}-01-01T00:00:00Z"
    log(account, "meetings", ann, at=coming)
    account.advance(30)
    found = account.see("contacts", ann, *MOVED)
    assert (found["notes_last_contacted"], found["notes_next_activity_date"]) == (None, coming)
    assert account.people("index_caught_up")["seconds"] < 60
    account.advance(366 * 86_400)
    found = account.see("contacts", ann, *MOVED)
    assert (found["notes_last_contacted"], found["notes_next_activity_date"]) == (coming, "")


def test_companies_count_their_contacts_and_activities(account, ann):
    """Directly associated activities move a company too."""
    company = account.make("companies", name="Acme")
    account.call("PUT", f"/crm/v4/objects/contacts/{ann}/associations/default/companies/{company}")
    account.make("emails", ("companies", company, 186), hs_timestamp=T1, hs_email_direction="EMAIL")
    account.advance(30)
    found = account.see("companies", company, "num_associated_contacts", "notes_last_contacted")
    assert (found["num_associated_contacts"], found["notes_last_contacted"]) == ("1", T1)
    assert account.see("contacts", ann, "associatedcompanyid")["associatedcompanyid"] == company


def test_a_restored_record_is_counted_again_and_calculated_anew(account, ann):
    """What happened while it was in the recycle bin is seen when it comes back."""
    company = account.make("companies", name="Acme")
    account.call("PATCH", ann, json={"properties": {"associatedcompanyid": company}})
    call = log(account, "calls", ann)
    account.advance(60)
    account.people("delete", id=ann)
    account.advance(60)
    assert account.see("companies", company, *COUNTED)["num_associated_contacts"] == "0"
    account.call("DELETE", f"/crm/v3/objects/calls/{call}")
    account.advance(60)
    account.people("restore", id=ann)
    account.advance(60)
    assert account.see("companies", company, *COUNTED)["num_associated_contacts"] == "1"
    assert account.see("contacts", ann, *MOVED)["num_contacted_notes"] == "0"


def test_activities_of_a_contact_are_found_by_search(account, ann):
    """`associations.contact`, in a group or outside of any as recorded."""
    made = log(account, "meetings", ann)
    account.make("meetings", hs_timestamp=T1)
    account.advance(30)
    one = {"propertyName": "associations.contact", "operator": "EQ", "value": int(ann)}
    for body in ({"filters": [one]}, {"filterGroups": [{"filters": [one]}]}):
        found = account.call("POST", "/crm/v3/objects/meetings/search", json=body).json()
        assert [r["id"] for r in found["results"]] == [made]


def test_the_body_of_an_email_cannot_be_searched(account):
    """The vendor lists hs_email_html among what is not searchable."""
    one = {"propertyName": "hs_email_html", "operator": "HAS_PROPERTY"}
    reply = account.call("POST", "/crm/v3/objects/emails/search", json={"filters": [one]})
    assert reply.status_code == 400


@pytest.mark.parametrize("allowed", [True, False])
def test_a_unique_property_of_an_activity_is_refused_or_not(start, allowed):
    """Unverified at the vendor, refused unless the switch says otherwise."""
    account = start(switches={"hubspot.activity_unique_properties": allowed})
    definition = {"name": "row_key", "label": "Row", "type": "string", "fieldType": "text"}
    definition |= {"groupName": "emailinformation", "hasUniqueValue": True}
    reply = account.call("POST", "/crm/v3/properties/emails", json=definition)
    assert reply.status_code == (201 if allowed else 400)
    plain = account.call(
        "POST",
        "/crm/v3/properties/notes",
        json=definition | {"groupName": "noteinformation", "hasUniqueValue": False},
    )
    assert plain.status_code == 201


def test_activities_cannot_be_merged(account, ann):
    """There is no such thing."""
    pair = [log(account, "notes", ann) for _ in range(2)]
    body = {"primaryObjectId": pair[0], "objectIdToMerge": pair[1]}
    assert account.call("POST", "/crm/v3/objects/notes/merge", json=body).status_code == 400


def test_seeded_activities_were_counted_long_ago(start):
    """The contact has its values at once and nothing is pending."""
    account = start(
        contacts=[{"id": 51, "properties": {"email": "ann@example.com"}}],
        emails=[{"id": 61, "properties": {"hs_timestamp": T1, "hs_email_direction": "EMAIL"}}],
        associations=[{"object": "emails", "id": 61, "to_object": "contacts", "to_id": 51}],
    )
    assert account.see("contacts", "51", *MOVED)["notes_last_contacted"] == T1
    assert account.people("index_caught_up") == {"caught_up": True, "at": None, "seconds": 0.0}
    listed = account.people("records", object="emails")["records"]
    assert [r["associations"] for r in listed] == [[{"to": "contacts", "id": "51", "type": 198}]]
