"""Bulk API 1.0: jobs of batches, told in XML, as recorded in 2022."""

from __future__ import annotations

import re

import pytest

JOB = "/services/async/60.0/job"
SPACE = "http://www.force.com/2009/06/asyncapi/dataload"


def asked(**parts):
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in parts.items())
    return f'<jobInfo xmlns="{SPACE}">{inner}</jobInfo>'


def told(reply):
    return dict(re.findall(r"<(\w+)>([^<]*)</\1>", reply.text))


def make(org, **parts):
    parts = {"operation": "insert", "object": "Lead", "contentType": "CSV", **parts}
    reply = org.call("POST", JOB, content=asked(**parts))
    assert (reply.status_code, reply.headers["content-type"]) == (201, "application/xml")
    return told(reply)["id"]


def load(org, job, *lines):
    reply = org.call("POST", f"{JOB}/{job}/batch", content="\n".join(lines))
    assert (reply.status_code, told(reply)["state"]) == (201, "Queued")
    return told(reply)["id"]


def test_rows_are_written_some_seconds_later(org):
    """Queued, then completed; the results are in the order of the file, each with its error."""
    job = make(org)
    batch = load(org, job, "LastName,Company", "Doe,Acme", ",Acme", "Roe,Bolt")
    assert org.query("SELECT Id FROM Lead") == []
    early = org.call("GET", f"{JOB}/{job}/batch/{batch}/result")
    assert (early.status_code, "InvalidBatch" in early.text) == (400, True)
    org.advance(3)
    assert org.names("Company != null") == ["Doe", "Roe"]
    rows = org.call("GET", f"{JOB}/{job}/batch/{batch}/result").text.splitlines()
    assert rows[0] == '"Id","Success","Created","Error"'
    assert [row.split(",")[1] for row in rows[1:]] == ['"true"', '"false"', '"true"']
    assert "REQUIRED_FIELD_MISSING" in rows[2]


def test_a_job_tells_its_batches(org):
    """Counts of the job, the list of its batches, and one of them."""
    job = make(org)
    batch = load(org, job, "LastName,Company", "Doe,Acme")
    org.advance(3)
    found = told(org.call("GET", f"{JOB}/{job}"))
    assert (found["numberBatchesCompleted"], found["numberRecordsProcessed"]) == ("1", "1")
    listed = org.call("GET", f"{JOB}/{job}/batch").text
    assert listed.count("<batchInfo>") == 1
    one = told(org.call("GET", f"{JOB}/{job}/batch/{batch}"))
    assert (one["state"], one["jobId"], one["apexProcessingTime"]) == ("Completed", job, "0")


def test_an_upsert_says_which_ones_are_new(org):
    """By the key the job names; the file of a second job finds the first one's record."""
    for created in ('"true"', '"false"'):
        job = make(org, operation="upsert", externalIdFieldName="Outreach_Id__c")
        batch = load(org, job, "Outreach_Id__c,LastName,Company", "k,Doe,Acme")
        org.advance(3)
        row = org.call("GET", f"{JOB}/{job}/batch/{batch}/result").text.splitlines()[1]
        assert row.split(",")[2] == created


def test_a_closed_job_takes_no_more(org):
    """Closed once; a batch or another closing is refused in XML."""
    job = make(org)
    closing = org.call("POST", f"{JOB}/{job}", content=asked(state="Closed"))
    assert told(closing)["state"] == "Closed"
    empty = org.call("GET", f"{JOB}/{job}/batch").text
    assert empty.endswith(f'<batchInfoList\n   xmlns="{SPACE}" />')
    for path in (f"{JOB}/{job}/batch", f"{JOB}/{job}"):
        refused = org.call("POST", path, content=asked(state="Closed"))
        assert (refused.status_code, told(refused)["exceptionCode"]) == (400, "InvalidJobState")


def test_the_session_has_a_header_of_its_own(org):
    """And an ended one is told in XML; the header is worth nothing elsewhere."""
    token = org.http.headers["authorization"].removeprefix("Bearer ")
    own = {"Authorization": "", "X-SFDC-Session": token}
    assert org.call("POST", JOB, content=asked(object="Nope"), headers=own).status_code == 400
    ended = org.call("GET", f"{JOB}/x", headers={**own, "X-SFDC-Session": "y"})
    assert (ended.status_code, told(ended)["exceptionCode"]) == (401, "InvalidSessionId")
    assert org.call("GET", "limits", headers=own).status_code == 401


@pytest.mark.parametrize(
    "body", ['{"operation": "insert"}', asked(operation="query", object="Lead")]
)
def test_what_is_not_built_says_so(org, body):
    """JSON and queries answer 501."""
    assert org.call("POST", JOB, content=body).status_code == 501
