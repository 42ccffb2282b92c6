"""Bulk API 2.0: a job's life on the sandbox's clock, its rows, its results."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

import pytest

JOBS = "jobs/ingest"
CSV = {"Content-Type": "text/csv; charset=UTF-8"}


def begin(org, text, operation="upsert", **more):
    body = {"object": "Lead", "operation": operation, "contentType": "CSV", **more}
    if operation == "upsert":
        body["externalIdFieldName"] = "Outreach_Id__c"
    job = org.call("POST", JOBS, json=body).json()
    upload = org.call("PUT", "/" + job["contentUrl"], content=text.encode(), headers=CSV)
    assert (201, b"") == (upload.status_code, upload.content)
    return job["id"]


def close(org, job, state="UploadComplete"):
    return org.call("PATCH", f"{JOBS}/{job}", json={"state": state})


def finish(org, job):
    close(org, job)
    org.advance(60)
    return org.call("GET", f"{JOBS}/{job}").json()


def results(org, job, which):
    text = org.call("GET", f"{JOBS}/{job}/{which}/").text
    return text.splitlines()[0], list(csv.DictReader(io.StringIO(text)))


def test_a_job_moves_with_the_clock(org):
    """Open, UploadComplete, InProgress, JobComplete; each lot of rows at its own moment."""
    job = begin(
        org, "Outreach_Id__c,LastName,Company\n" + "".join(f"r{n},D,A\n" for n in range(4000))
    )
    seen = [(close(org, job).json()["state"], 0)]
    for seconds in (1, 1.5, 2):
        org.advance(seconds)
        info = org.call("GET", f"{JOBS}/{job}").json()
        seen.append((info["state"], info["numberRecordsProcessed"]))

    assert [
        ("UploadComplete", 0),
        ("UploadComplete", 0),
        ("InProgress", 1000),
        ("JobComplete", 4000),
    ] == seen
    assert (0, "V2Ingest") == (info["numberRecordsFailed"], info["jobType"])
    found = org.client().query_all("SELECT SystemModstamp FROM Lead")["records"]
    stamps = Counter(r["SystemModstamp"][17:19] for r in found)
    assert {"02": 1800, "03": 2000, "04": 200} == stamps


def test_rows_succeed_and_fail_on_their_own(org):
    """JobComplete says nothing about rows; each failure is `CODE:message:fields --`."""
    org.create(Outreach_Id__c="old", Title="CEO", City="Oslo")
    job = begin(
        org,
        "Outreach_Id__c,LastName,Company,Title,City\n"
        "new,Doe,Acme,,\nold,Roe,Acme,#N/A,\nbad,,Acme,,\ntwice,D,A,,\ntwice,D,A,,\n",
    )
    done = finish(org, job)
    head, good = results(org, job, "successfulResults")
    bad_head, bad = results(org, job, "failedResults")
    errors = {(r["Outreach_Id__c"], r["sf__Error"]) for r in bad}

    assert ("JobComplete", 5, 3) == (
        done["state"],
        done["numberRecordsProcessed"],
        done["numberRecordsFailed"],
    )
    assert '"sf__Id","sf__Created",Outreach_Id__c,LastName,Company,Title,City' == head
    assert bad_head.startswith('"sf__Id","sf__Error",Outreach_Id__c')
    assert {("new", "true"), ("old", "false")} == {
        (r["Outreach_Id__c"], r["sf__Created"]) for r in good
    }
    assert {
        ("bad", "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"),
        ("twice", "DUPLICATE_VALUE:Duplicate external id specified: twice:Outreach_Id__c --"),
    } == errors
    kept = org.query("SELECT LastName, Title, City FROM Lead WHERE Outreach_Id__c = 'old'")[0]
    assert ("Roe", None, "Oslo") == (kept["LastName"], kept["Title"], kept["City"])


def test_results_are_not_in_the_order_of_the_file(org):
    """They must be joined by external id; numbers come back as Java prints them."""
    lines = "".join(f"r{n},D,A,896852810\n" for n in range(50))
    job = begin(org, "Outreach_Id__c,LastName,Company,AnnualRevenue\n" + lines)
    finish(org, job)
    _, good = results(org, job, "successfulResults")
    found = [r["Outreach_Id__c"] for r in good]

    assert sorted(f"r{n}" for n in range(50)) == sorted(found)
    assert [f"r{n}" for n in range(50)] != found
    assert {"8.9685281E8"} == {r["AnnualRevenue"] for r in good}


def test_an_unknown_column_fails_the_whole_job(org):
    """Failed with a message, nothing processed; all rows are unprocessed."""
    job = begin(org, "Outreach_Id__c,Nope\nr1,x\n")
    done = finish(org, job)
    _, left = results(org, job, "unprocessedrecords")

    assert ("Failed", "InvalidBatch : Field name not found : Nope", 0) == (
        done["state"],
        done["errorMessage"],
        done["numberRecordsProcessed"],
    )
    assert [{"Outreach_Id__c": "r1", "Nope": "x"}] == left


def test_a_date_that_is_none_fails_its_row(org):
    """In the recorded words, with the column's place."""
    text = "Name,StageName,Outreach_Id__c,CloseDate\nDeal,New,o1,2003-04-98\n"
    job = begin(org, text, object="Opportunity")
    finish(org, job)

    expected = (
        "INVALID_FIELD:Failed to deserialize field at col 3. Due to, '2003-04-98' is not a valid "
        "value for the type xsd:date:CloseDate --"
    )
    assert [expected] == [r["sf__Error"] for r in results(org, job, "failedResults")[1]]


@pytest.mark.parametrize("operation", ["insert", "update", "delete"])
def test_other_operations_go_by_id(org, operation):
    """Insert needs none, update and delete do."""
    one = org.create(Title="CEO")
    text = {
        "insert": "LastName,Company\nDoe,Acme\n",
        "update": f"Id,Title\n{one},CFO\n",
        "delete": f"Id\n{one}\n",
    }[operation]
    done = finish(org, begin(org, text, operation))
    titles = [r["Title"] for r in org.query("SELECT Title FROM Lead")]

    assert ("JobComplete", 0) == (done["state"], done["numberRecordsFailed"])
    assert {"insert": ["CEO", None], "update": ["CFO"], "delete": []}[operation] == titles


def test_a_job_can_be_aborted_listed_and_deleted(org):
    """Nothing is written; a second upload is refused."""
    job = begin(org, "Outreach_Id__c,LastName,Company\nr1,D,A\n")
    again = org.call("PUT", f"{JOBS}/{job}/batches", content=b"x", headers=CSV)
    aborted = close(org, job, "Aborted").json()["state"]
    listed = org.call("GET", JOBS).json()["records"]
    gone = org.call("DELETE", f"{JOBS}/{job}")

    assert (400, "Aborted", [job]) == (again.status_code, aborted, [j["id"] for j in listed])
    assert 204 == gone.status_code
    assert 404 == org.call("GET", f"{JOBS}/{job}").status_code
    org.advance(60)
    assert [] == org.query("SELECT Id FROM Lead")


def test_a_session_can_end_while_a_job_runs(start):
    """The job goes on; with a new session its outcome can be read."""
    org = start(auth={"session_seconds": 30})
    job = begin(org, "Outreach_Id__c,LastName,Company\nr1,D,A\n")
    close(org, job)
    org.people("revoke_token", token="session-of-the-test")
    org.advance(60)
    refused = org.call("GET", f"{JOBS}/{job}").status_code
    org.people("revoke_token", token="session-of-the-test", undo=True)

    assert 401 == refused
    assert "JobComplete" == org.call("GET", f"{JOBS}/{job}").json()["state"]


def test_a_job_looks_as_recorded(org, truth):
    """The same keys in the same order when created, closed, done and failed."""
    folder = truth / "responses" / "amp" / "bulk"
    org.people("add_field", object="Opportunity", name="external_id__c", external_id=True)
    body = json.loads((folder / "write" / "launch-job-opportunity.json").read_text())
    asked = ("object", "operation", "externalIdFieldName", "contentType")
    job = org.call("POST", JOBS, json={name: body[name] for name in asked}).json()
    org.call("PUT", "/" + job["contentUrl"], content=b"external_id__c,Nope\nx,y\n", headers=CSV)
    closed = close(org, job["id"]).json()
    org.advance(60)
    failed = org.call("GET", f"{JOBS}/{job['id']}").json()

    def keys(name):
        return list(json.loads((folder / name).read_text()))

    assert keys("write/launch-job-opportunity.json") == list(job)
    assert keys("write/update-job-opportunity.json") == list(closed)
    assert keys("info/complete-failure.json") == list(failed)
