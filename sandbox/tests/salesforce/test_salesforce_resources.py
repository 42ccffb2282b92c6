"""What the vendor says of single resources, beyond the plain course of a record."""

from __future__ import annotations

import json

import pytest

WINDOW = {"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T20:00:00Z"}
NO_KEY = "Provided external ID field does not exist or is not accessible: "


def first(reply):
    found = reply.json()[0]
    return reply.status_code, found["errorCode"], found["message"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_no_id_is_taken_for_a_key_field(org, method):
    """404 that names it, while an id without a record is a plain 404."""
    sent = {"json": {"City": "Oslo"}} if method == "PATCH" else {}
    plain = "The requested resource does not exist"

    assert (404, "NOT_FOUND", NO_KEY + "23foo") == first(
        org.call(method, "sobjects/Lead/23foo", **sent)
    )
    assert (404, "NOT_FOUND", plain) == first(
        org.call(method, "sobjects/Lead/00Q000000000001", **sent)
    )


def test_recorded_errors_of_addresses_are_these(org, truth):
    """Reading and deleting by what is no id, upserting by what is no field."""

    def recorded(name):
        return (truth / "responses" / "restforce" / name).read_text()

    found = org.call("GET", "sobjects/Lead/23foo").json()[0]["message"]
    gone = org.call("DELETE", "sobjects/Lead/rid").json()[0]["message"]
    upserted = org.call("PATCH", "sobjects/Lead/Namez/x", json={}).json()[0]["message"]

    assert found in recorded("sobject_find_error_response.json")
    assert gone in recorded("delete_error_response.json")
    assert upserted in recorded("upsert_error_response.json")


def test_a_new_record_says_where_it_is(org):
    """201 carries Location, in a composite as an httpHeader; 200 and 204 do not."""
    new = {"LastName": "Doe", "Company": "Acme"}
    made = org.call("POST", "sobjects/Lead", json=new)
    key = "sobjects/Lead/Outreach_Id__c/r1"
    created, updated = (org.call("PATCH", key, json=new) for _ in "ab")
    part = {
        "method": "POST",
        "url": "/services/data/v60.0/sobjects/Lead",
        "referenceId": "one",
        "body": new,
    }
    body = org.call("POST", "composite", json={"compositeRequest": [part]}).json()
    inside = body["compositeResponse"][0]

    for place, record_id in (
        (made.headers["location"], made.json()["id"]),
        (created.headers["location"], created.json()["id"]),
        (inside["httpHeaders"]["Location"], inside["body"]["id"]),
    ):
        assert f"/services/data/v60.0/sobjects/Lead/{record_id}" == place
    assert "location" not in updated.headers


@pytest.mark.parametrize("path", ["sobjects", "sobjects/Lead/describe"])
def test_a_description_is_sent_again_only_when_it_changed(org, path):
    """304 to If-Modified-Since until an administrator adds a field."""
    org.advance(60)
    first = org.call("GET", path)
    since = {"If-Modified-Since": first.headers["last-modified"]}
    same = org.call("GET", path, headers=since)
    org.people("add_field", object="Lead", name="Score__c", type="Number")
    changed = org.call("GET", path, headers=since)

    assert "Mon, 23 Nov 2026 09:00:00 GMT" == first.headers["last-modified"]
    assert (304, b"") == (same.status_code, same.content)
    assert 200 == changed.status_code


def test_a_recorded_composite_of_descriptions_runs_here(org, truth):
    """Each part's own header makes it a 304 without a body."""
    name = "cumulusci__ManualEditTestCompositeParallelSalesforce.test_http_headers.json"
    text = (truth / "exchanges" / name).read_text()
    asked = json.loads(text.replace("Sep 2020", "Sep 2030"))[0]
    body = org.call("POST", "composite", json=asked["request"]["body"]).json()

    def plain(part):
        return part["httpStatusCode"], part["body"], part["referenceId"]

    expected = asked["response"]["body"]["compositeResponse"]
    assert list(map(plain, expected)) == list(map(plain, body["compositeResponse"]))
    assert "Last-Modified" in body["compositeResponse"][0]["httpHeaders"]


def test_changes_are_covered_up_to_what_still_runs(start):
    """No further than where a long transaction began, as it may write below the end."""
    org = start(org={"bulk": {"queue_seconds": 0, "rows_per_second": 1}})
    job = org.call("POST", "jobs/ingest", json={"object": "Lead", "operation": "insert"}).json()
    rows = "LastName,Company\n" + "Doe,Acme\n" * 7200
    org.advance(3600)
    org.call("PUT", "/" + job["contentUrl"], content=rows.encode())
    org.call("PATCH", f"jobs/ingest/{job['id']}", json={"state": "UploadComplete"})
    org.advance(1)
    during = org.call("GET", "sobjects/Lead/updated", params=WINDOW).json()
    org.advance(7200)
    after = org.call("GET", "sobjects/Lead/updated", params=WINDOW).json()

    assert "2026-11-23T10:00:00.000+0000" == during["latestDateCovered"]
    assert "2026-11-23T20:00:00.000+0000" == after["latestDateCovered"]


def test_too_many_changes_are_refused(start):
    """EXCEEDED_ID_LIMIT; the vendor's limit is 600,000, an org of a test may have less."""
    org = start(org={"updated_ids": 2})
    ids = [org.create() for _ in range(2)]
    reply = org.call("GET", "sobjects/Lead/updated", params=WINDOW)
    org.create()
    refused = org.call("GET", "sobjects/Lead/updated", params=WINDOW)

    assert ids == reply.json()["ids"]
    assert (400, "EXCEEDED_ID_LIMIT") == first(refused)[:2]


def test_the_log_of_deletions_may_have_been_emptied(start):
    """Two hours after a deletion a large log can be gone; queryAll still has the record."""
    org = start(org={"delete_log_seconds": 7200})
    lead = org.create()
    org.call("DELETE", f"sobjects/Lead/{lead}")
    before = org.call("GET", "sobjects/Lead/deleted", params=WINDOW).json()
    org.advance(7201)
    after = org.call("GET", "sobjects/Lead/deleted", params=WINDOW).json()

    assert [lead] == [row["id"] for row in before["deletedRecords"]]
    assert [] == after["deletedRecords"]
    assert "2026-11-23T09:00:00.000+0000" == after["earliestDateAvailable"]
    assert 1 == len(org.query("SELECT Id FROM Lead WHERE IsDeleted = true", "queryAll"))


def test_a_count_of_records_may_lag(start):
    """Recorded: three where there were ten; it is approximate by its description."""
    org = start(org={"record_counts": {"Lead": 3}})
    for _ in range(4):
        org.create()
    body = org.call("GET", "limits/recordCount?sObjects=Lead").json()

    assert {"sObjects": [{"count": 3, "name": "Lead"}]} == body


def test_a_contact_named_at_creation_is_the_primary_role(org):
    """Opportunity.ContactId is write-once and makes the primary OpportunityContactRole."""
    contact = org.create("Contact", LastName="Doe")
    deal = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-01"}
    made = org.create("Opportunity", **deal, ContactId=contact)
    roles = org.query(
        "SELECT OpportunityId, ContactId, IsPrimary, Role FROM OpportunityContactRole"
    )
    late = org.call("PATCH", f"sobjects/Opportunity/{made}", json={"ContactId": contact})

    roles[0].pop("attributes")
    expected = {"OpportunityId": made, "ContactId": contact, "IsPrimary": True, "Role": None}
    assert [expected] == roles
    assert (400, "INVALID_FIELD_FOR_INSERT_UPDATE") == first(late)[:2]


def test_a_role_is_a_record_of_its_own(org):
    """Both ends are required, the opportunity stays, and nobody brings a deleted role back."""
    contact = org.create("Contact", LastName="Doe")
    deal = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-01"}
    one, other = (org.create("Opportunity", **deal) for _ in "ab")
    role = org.create("OpportunityContactRole", OpportunityId=one, ContactId=contact)
    lacking = org.call("POST", "sobjects/OpportunityContactRole", json={"OpportunityId": one})
    moved = org.call(
        "PATCH", f"sobjects/OpportunityContactRole/{role}", json={"OpportunityId": other}
    )
    org.call("DELETE", f"sobjects/OpportunityContactRole/{role}")
    described = org.call("GET", "sobjects/OpportunityContactRole/describe").json()

    assert "Required fields are missing: [ContactId]" == first(lacking)[2]
    assert "INVALID_FIELD_FOR_INSERT_UPDATE" == first(moved)[1]
    assert (False, False, True) == (
        described["undeletable"],
        described["searchable"],
        described["deletable"],
    )


def test_a_stage_nobody_listed_is_taken(org):
    """Recorded: standard picklists are open to the API."""
    deal = {"Name": "Deal", "StageName": "In Progress", "CloseDate": "2021-10-03"}

    assert org.create("Opportunity", **deal)


def test_a_converted_status_converts_nothing(org):
    """Writing the words is not the deed; Converted ids are never writable."""
    lead = org.create(Status="Closed - Converted")
    refused = org.call("PATCH", f"sobjects/Lead/{lead}", json={"ConvertedContactId": None})

    assert {"IsConverted": False} == org.read(lead, "IsConverted")
    assert "INVALID_FIELD_FOR_INSERT_UPDATE" == first(refused)[1]


@pytest.mark.parametrize("kind", ["Lead", "Contact", "Opportunity", "Account"])
def test_nobody_writes_the_last_activity(org, kind):
    """Salesforce fills it in from completed tasks."""
    values = {"LastActivityDate": "2026-11-01"}
    found = first(org.call("POST", f"sobjects/{kind}", json=values))
    text = "Unable to create/update fields: LastActivityDate. Please check the security settings"
    assert (400, "INVALID_FIELD_FOR_INSERT_UPDATE") == found[:2]
    assert found[2].startswith(text)


def test_a_count_that_lags_may_be_nothing(start):
    """An org may say that it has none of an object that it has (recorded)."""
    org = start(leads=[{"LastName": "x", "Company": "x"}], org={"record_counts": {"Lead": 0}})
    found = org.call("GET", "limits/recordCount", params={"sObjects": "Lead"}).json()

    assert {"sObjects": [{"count": 0, "name": "Lead"}]} == found


def test_the_list_of_objects_is_marked(org):
    """An ETag beside Last-Modified, also where nothing changed (recorded)."""
    first = org.call("GET", "sobjects")
    since = {"If-Modified-Since": first.headers["last-modified"]}
    again = org.call("GET", "sobjects", headers=since)

    assert (304, first.headers["etag"]) == (again.status_code, again.headers["etag"])
