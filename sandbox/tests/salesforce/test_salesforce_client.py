"""The client the plugins use, over HTTP, as it is."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_external_id, format_soql

NEW = {"LastName": "Doe", "Company": "Acme"}


def test_a_record_from_creation_to_deletion(org):
    """create, get, update, upsert, delete."""
    sf = org.client()
    lead = sf.Lead.create({**NEW, "Outreach_Id__c": "r1"})["id"]
    sf.Lead.update(lead, {"Title": "CEO"})
    title = sf.Lead.get_by_custom_id("Outreach_Id__c", "r1")["Title"]
    status = sf.Lead.upsert("Outreach_Id__c/r1", {"Title": "CFO"})
    sf.Lead.delete(lead)

    assert ("CEO", 200) == (title, status)
    with pytest.raises(SalesforceResourceNotFound):
        sf.Lead.get(lead)


def test_queries_are_paged_to_the_end(start):
    """query_all follows every nextRecordsUrl."""
    leads = [{**NEW, "Outreach_Id__c": f"r{n}"} for n in range(7)]
    sf = start(org={"query_page_size": 2}, leads=leads).client()
    found = sf.query_all("SELECT Outreach_Id__c FROM Lead ORDER BY Outreach_Id__c")["records"]

    assert [f"r{n}" for n in range(7)] == [record["Outreach_Id__c"] for record in found]
    assert 15_000 == sf.api_usage["api-usage"].total


def test_collections_and_composite_by_restful(org):
    """200 rows in one call."""
    sf = org.client()
    rows = [{"attributes": {"type": "Lead"}, **NEW, "Outreach_Id__c": f"r{n}"} for n in range(200)]
    path = "composite/sobjects/Lead/Outreach_Id__c"
    org.box.control.forget_calls()
    done = sf.restful(path, method="PATCH", json={"records": rows})
    calls = org.box.control.calls()

    assert [True] * 200 == [row["created"] for row in done]
    assert [("collections.upsert", 200)] == [(c["operation"], c["inputs"]) for c in calls]


def test_bulk_to_the_end(start):
    """The client's own job handling; a failed row does not raise."""
    org = start(org={"bulk": {"queue_seconds": 0, "rows_per_second": 10**9}})
    rows = [{**NEW, "Outreach_Id__c": f"r{n}"} for n in range(5)]
    rows.append({**NEW, "Outreach_Id__c": "bad", "Email": "nobody"})
    options = {"external_id_field": "Outreach_Id__c", "wait": 0}
    sf = org.client()
    job = sf.bulk2.Lead.upsert(records=rows, **options)[0]
    failed = sf.bulk2.Lead.get_failed_records(job["job_id"])

    assert (6, 1) == (job["numberRecordsProcessed"], job["numberRecordsFailed"])
    assert "INVALID_EMAIL_ADDRESS" in failed


def test_errors_are_the_clients_own(org):
    """300 and 401 are the exceptions the client documents."""
    sf = org.client()
    for _ in range(2):
        sf.Lead.create({**NEW, "Email": "d@example.com"})
    with pytest.raises(SalesforceMoreThanOneRecord) as several:
        sf.Lead.upsert("Email/d@example.com", {"Title": "CEO"})
    org.people("revoke_token")
    with pytest.raises(SalesforceExpiredSession):
        sf.query("SELECT Id FROM Lead")

    assert 2 == len(several.value.content)


def test_describe_and_changes(org):
    """describe, updated and limits through the client."""
    sf = org.client()
    sf.Lead.create(NEW)

    assert "Lead" == sf.Lead.describe()["name"]
    assert 200 == sf.describe()["maxBatchSize"]
    assert "Max" in sf.limits()["DailyApiRequests"]


def test_changes_and_deletions_by_the_clients_own_calls(org):
    """Its way to write moments into addresses; deleted rows by query_all."""
    sf = org.client()
    kept, gone = (sf.Lead.create(NEW)["id"] for _ in "ab")
    sf.Lead.delete(gone)
    window = [datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (8, 20)]
    text = "SELECT Id FROM Lead WHERE IsDeleted = true"

    assert [kept] == sf.Lead.updated(*window)["ids"]
    assert [gone] == [row["id"] for row in sf.Lead.deleted(*window)["deletedRecords"]]
    assert [gone] == [r["Id"] for r in sf.query_all(text, include_deleted=True)["records"]]
    assert 0 == sf.query_all(text)["totalSize"]


@pytest.mark.parametrize("key", ["a/b c", "50%", "o'neil", "ü ☕", "a+b", "x?y=z#w"])
def test_keys_travel_as_the_client_writes_them(org, key):
    """Into an address by its escaping, into a query by its quoting, and back."""
    sf = org.client()
    status = sf.Lead.upsert(format_external_id("Outreach_Id__c", key), NEW)
    text = format_soql("SELECT Outreach_Id__c FROM Lead WHERE Outreach_Id__c = {}", key)

    assert 201 == status
    assert [key] == [r["Outreach_Id__c"] for r in sf.query(text)["records"]]


def test_every_bulk_operation_of_the_client(start):
    """insert, update, delete and hard_delete, each with the client's own file and results."""
    org = start(org={"bulk": {"queue_seconds": 0, "rows_per_second": 10**9}})
    bulk = org.client().bulk2.Lead
    (inserted,) = bulk.insert(records=[{**NEW, "Title": 'The "CEO", Oslo'}] * 3, wait=0)
    text = bulk.get_successful_records(inserted["job_id"])
    ids = [row["sf__Id"] for row in csv.DictReader(io.StringIO(text))]
    (updated,) = bulk.update(records=[{"Id": i, "City": "#N/A"} for i in ids], wait=0)
    (deleted,) = bulk.delete(records=[{"Id": ids[0]}], wait=0)
    (erased,) = bulk.hard_delete(records=[{"Id": ids[1]}], wait=0)
    left = org.query("SELECT Title, IsDeleted FROM Lead ORDER BY IsDeleted", "queryAll")

    assert [(3, 0), (3, 0), (1, 0), (1, 0)] == [
        (job["numberRecordsProcessed"], job["numberRecordsFailed"])
        for job in (inserted, updated, deleted, erased)
    ]
    assert [('The "CEO", Oslo', False), ('The "CEO", Oslo', True)] == [
        (r["Title"], r["IsDeleted"]) for r in left
    ]


def test_a_refusal_keeps_the_vendors_words(org):
    """400 is the client's malformed request, with code, text and fields."""
    with pytest.raises(SalesforceMalformedRequest) as caught:
        org.client().Lead.create({"Company": "Acme"})

    expected = {
        "message": "Required fields are missing: [LastName]",
        "errorCode": "REQUIRED_FIELD_MISSING",
        "fields": ["LastName"],
    }
    assert [expected] == caught.value.content


def test_a_header_of_one_call_reaches_the_rule(start):
    """The duplicate header lets an alert through; without it the refusal holds the matches."""
    rule = {"object": "Lead", "fields": ["Email"], "action": "alert"}
    sf = start(rules={"duplicate": [rule]}).client()
    twin = {**NEW, "Email": "d@example.com"}
    first = sf.Lead.create(twin)["id"]
    with pytest.raises(SalesforceMalformedRequest) as caught:
        sf.Lead.create(twin)
    saved = sf.Lead.create(twin, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"})

    (told,) = caught.value.content
    (match,) = told["duplicateResut"]["matchResults"]
    assert ["DUPLICATES_DETECTED", first] == [
        told["errorCode"],
        match["matchRecords"][0]["record"]["Id"],
    ]
    assert saved["success"]
