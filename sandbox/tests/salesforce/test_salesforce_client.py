"""The client the plugins use, over HTTP, as it is."""

from __future__ import annotations

import pytest
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

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
