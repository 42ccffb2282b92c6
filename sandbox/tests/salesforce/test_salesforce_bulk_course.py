"""A bulk job that does not run to its end in one piece, and files that are not quite right."""

from __future__ import annotations

import csv
import io

import pytest

from outreach_sandbox.salesforce.bulk import LARGEST, too_large
from outreach_sandbox.salesforce.bulk_csv import read_rows

JOBS = "jobs/ingest"
HEAD = "Outreach_Id__c,LastName,Company\n"
SLOW = {"bulk": {"queue_seconds": 0, "rows_per_second": 100}}


def begin(org, text, operation="upsert", headers=None, **more):
    body = {"object": "Lead", "operation": operation, **more}
    if operation == "upsert":
        body["externalIdFieldName"] = "Outreach_Id__c"
    job = org.call("POST", JOBS, json=body, headers=headers).json()
    org.call("PUT", "/" + job["contentUrl"], content=text.encode(), headers=headers)
    closed = org.call(
        "PATCH", f"{JOBS}/{job['id']}", json={"state": "UploadComplete"}, headers=headers
    )
    assert 200 == closed.status_code
    return job["id"]


def info(org, job, **more):
    return org.call("GET", f"{JOBS}/{job}", **more).json()


def rows(org, job, which):
    text = org.call("GET", f"{JOBS}/{job}/{which}").text
    return list(csv.DictReader(io.StringIO(text)))


def many(count, prefix="r"):
    return HEAD + "".join(f"{prefix}{n},Doe,Acme\n" for n in range(count))


def test_what_a_stopped_job_has_written_stays(start):
    """Aborted after four of ten seconds: 400 rows are there, 600 are unprocessed."""
    org = start(org=SLOW)
    job = begin(org, many(1000))
    org.advance(4.9)
    early = rows(org, job, "successfulResults")
    org.call("PATCH", f"{JOBS}/{job}", json={"state": "Aborted"})
    org.advance(60)
    done = {row["Outreach_Id__c"] for row in rows(org, job, "successfulResults")}
    left = {row["Outreach_Id__c"] for row in rows(org, job, "unprocessedrecords")}

    assert [] == early
    assert ("Aborted", 400) == (
        info(org, job)["state"],
        info(org, job)["numberRecordsProcessed"],
    )
    assert {f"r{n}" for n in range(400)} == done
    assert {f"r{n}" for n in range(400, 1000)} == left
    assert 400 == org.client().query("SELECT COUNT() FROM Lead")["totalSize"]


def test_a_job_can_fail_after_some_of_its_work(start):
    """Failed says nothing about rows either: some are written, the rest is unprocessed."""
    org = start(org=SLOW)
    job = begin(org, many(1000))
    org.advance(2)
    org.people("fail_job", id=job, message="InternalServerError : try again")
    org.advance(60)

    done = info(org, job)
    assert ("Failed", "InternalServerError : try again", 200) == (
        done["state"],
        done["errorMessage"],
        done["numberRecordsProcessed"],
    )
    assert (200, 800) == (
        len(rows(org, job, "successfulResults")),
        len(rows(org, job, "unprocessedrecords")),
    )


def test_jobs_work_side_by_side(start):
    """What was due earlier is written earlier, whichever job it belongs to."""
    org = start(org=SLOW)
    first = begin(org, many(400))
    org.advance(1)
    second = begin(org, "Outreach_Id__c,LastName,Company,Title\nr399,Doe,Acme,CEO\n")
    org.advance(60)

    assert ["JobComplete"] * 2 == [info(org, job)["state"] for job in (first, second)]
    (created,) = (r for r in rows(org, second, "successfulResults"))
    title = org.query("SELECT Title FROM Lead WHERE Outreach_Id__c = 'r399'")[0]["Title"]
    assert ("true", "CEO") == (created["sf__Created"], title)


def test_a_session_that_ends_during_a_job_is_renewed_by_refreshing(start):
    """The job goes on without anybody signed in; its results take a new session."""
    org = start(org=SLOW, switches={"salesforce.rotate_refresh_tokens": True})
    form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": "first"}
    given = org.call("POST", "/services/oauth2/token", data=form).json()
    old = {"Authorization": f"Bearer {given['access_token']}"}
    job = begin(org, many(400), headers=old)
    org.advance(1)
    org.people("expire_tokens")
    refused = org.call("GET", f"{JOBS}/{job}", headers=old)
    org.advance(60)
    form["refresh_token"] = given["refresh_token"]
    fresh = org.call("POST", "/services/oauth2/token", data=form).json()["access_token"]

    assert 401 == refused.status_code
    found = info(org, job, headers={"Authorization": f"Bearer {fresh}"})
    assert ("JobComplete", 400) == (found["state"], found["numberRecordsProcessed"])


def test_no_text_is_trimmed_and_a_space_beside_a_quote_spoils_the_row(start):
    """As the vendor reads files: `John, Smith` keeps its space, `"John", "Smith"` is an error."""
    org = start(org={"bulk": {"queue_seconds": 0}})
    lines = [
        "plain, Doe ,Acme",
        '"quoted","Roe, Jr.","The ""A"" team"',
        '"space", "Poe",Acme',
        '"after" ,Poe,Acme',
        'in"side,Poe,Acme',
        '"two\nlines",Moe,Acme',
        "few,Poe",
    ]
    job = begin(org, HEAD + "\n".join(lines) + "\n")
    org.advance(60)
    found = org.query("SELECT Outreach_Id__c, LastName, Company FROM Lead ORDER BY LastName")
    failed = rows(org, job, "failedResults")

    assert [
        ("plain", " Doe ", "Acme"),
        ("two\nlines", "Moe", "Acme"),
        ("quoted", "Roe, Jr.", 'The "A" team'),
    ] == [(r["Outreach_Id__c"], r["LastName"], r["Company"]) for r in found]
    assert {"INVALID_FIELD:the row cannot be read by the header:--"} == {
        row["sf__Error"] for row in failed
    }
    assert 4 == len(failed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,b\r\n"1","2"\r\n', [["1", "2"]]),
        ('a,b\n"1",\n', [["1", ""]]),
        ('a,b\n"1",""', [["1", ""]]),
        ('a,b\n\n"1",2', [["1", "2"]]),
        ('a,b\n"1",', [["1", ""]]),
    ],
)
def test_a_file_is_read_to_its_last_cell(text, expected):
    """Either line ending, with and without one at the end, empty lines left out."""
    assert expected == read_rows(text, ",").lines


def test_a_file_of_the_other_line_ending_fails_the_job(start):
    """The job says LF and the file has CRLF: Failed, nothing processed."""
    org = start(org={"bulk": {"queue_seconds": 0}})
    text = HEAD + "r1,Doe,Acme\n"
    wrong = begin(org, text.replace("\n", "\r\n"))
    right = begin(org, text.replace("\n", "\r\n"), lineEnding="CRLF")
    org.advance(60)

    assert ("Failed", "JobComplete") == (info(org, wrong)["state"], info(org, right)["state"])
    assert info(org, wrong)["errorMessage"].startswith("ClientInputError : LineEnding is invalid")


def test_a_hard_deletion_leaves_nothing_behind(start):
    """Not even queryAll sees the record; a deletion leaves it in the recycle bin."""
    org = start(org={"bulk": {"queue_seconds": 0}})
    soft, hard = org.create(), org.create()
    begin(org, f"Id\n{soft}\n", "delete")
    begin(org, f"Id\n{hard}\n", "hardDelete")
    org.advance(60)

    assert [soft] == [r["Id"] for r in org.query("SELECT Id FROM Lead", "queryAll")]


def test_a_failed_row_names_the_record_it_was_about(start):
    """sf__Id of an update is the id that was sent, of an insert it is empty."""
    org = start(org={"bulk": {"queue_seconds": 0}})
    lead = org.create()
    updated = begin(org, f"Id,Email\n{lead},nobody\n", "update")
    inserted = begin(org, "LastName\nDoe\n", "insert")
    org.advance(60)

    assert [lead, ""] == [rows(org, j, "failedResults")[0]["sf__Id"] for j in (updated, inserted)]


def test_a_file_has_150_mb_in_base64_at_most():
    """112.5 MB as they are; one byte more is too large."""
    assert [False, True] == [too_large(LARGEST * 3 // 4 + more) for more in (0, 1)]


@pytest.mark.parametrize(("created", "status"), [(False, 200), (True, 201)])
def test_nobody_knows_the_status_of_a_new_job(start, created, status):
    """Both settings of the switch."""
    org = start(switches={"salesforce.bulk_create_is_201": created})
    reply = org.call("POST", JOBS, json={"object": "Lead", "operation": "insert"})

    assert status == reply.status_code
