"""Bulk API 2.0 ingest: a job takes a file of rows, works on it later, and keeps the outcomes.

The one rule: a request looks at a job or ends it, it never moves its work; the order of the results
is not the order of the file.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0_ingest.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce.bulk_csv import DELIMITERS, ENDS, read_rows, to_csv
from outreach_sandbox.salesforce.bulk_jobs import ENDED, Job
from outreach_sandbox.salesforce.desk import base, sent_object, version
from outreach_sandbox.salesforce.wire import (
    CSV_TYPE,
    Answer,
    Problem,
    RefusedError,
    Values,
    not_found,
    stamp,
)
from outreach_sandbox.salesforce.writes import upsert_key

if TYPE_CHECKING:
    from outreach_sandbox.kernel.service import Exchange
    from outreach_sandbox.salesforce.bulk_rows import Outcome
    from outreach_sandbox.salesforce.desk import Desk

# base64 of what was sent: https://developer.salesforce.com/docs/platform/api-asynch/guide/upload-job-data.md
LARGEST = 150_000_000
OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")


def too_large(size: int) -> bool:
    """Whether so many bytes are more than 150 MB in base64."""
    return 4 * size > 3 * LARGEST


def create(desk: Desk, exchange: Exchange) -> Answer:
    """POST jobs/ingest."""
    body = sent_object(exchange)
    operation = str(body.get("operation"))
    kind = desk.org.types.get(str(body.get("object")).lower())
    if operation not in OPERATIONS or kind is None:
        raise _invalid("INVALIDJOB", "InvalidJob : operation or object is not valid")
    if body.get("contentType", "CSV") != "CSV":
        raise _invalid("INVALIDJOB", "InvalidJob : contentType must be CSV")
    key = body.get("externalIdFieldName") if operation == "upsert" else None
    if operation == "upsert":
        if not key:
            raise _invalid("INVALIDJOB", "InvalidJob : externalIdFieldName is needed for upsert")
        key = upsert_key(kind, str(key)).name
    job = Job(
        id=desk.org.ids.new("750"),
        operation=operation,
        object=kind.name,
        key=key,
        version=version(exchange),
        created=desk.org.now(),
        ending=str(body.get("lineEnding", "LF")),
        delimiter=str(body.get("columnDelimiter", "COMMA")),
    )
    if job.ending not in ENDS or job.delimiter not in DELIMITERS:
        raise _invalid("INVALIDJOB", "InvalidJob : lineEnding or columnDelimiter is not valid")
    job.delimiter = DELIMITERS[job.delimiter]
    desk.jobs.jobs[job.id] = job
    url = f"{base(exchange).removeprefix('/')}/jobs/ingest/{job.id}/batches"
    status = 201 if desk.org.switches.bulk_create_is_201 else 200
    return Answer(status, _head(desk, job) | {"contentUrl": url} | _format(job))


def upload(desk: Desk, exchange: Exchange) -> Answer:
    """PUT jobs/ingest/<id>/batches: once."""
    job = _job(desk, exchange)
    if job.state != "Open" or job.content is not None:
        text = (
            f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' "
            "the current Job then create a new Job and make sure you only do 'PUT' once on a "
            "given Job."
        )
        raise _invalid("INVALIDJOBSTATE", text)
    if too_large(len(exchange.body)):
        raise _invalid("EXCEEDED_SIZE", "the file is larger than 150 MB in base64")
    try:
        job.content = exchange.body.decode("utf-8")
    except UnicodeDecodeError:
        raise _invalid("INVALIDBATCH", "InvalidBatch : the file is not UTF-8") from None
    exchange.inputs = max(0, len(read_rows(job.content, job.delimiter).lines))
    return Answer(201)


def change(desk: Desk, exchange: Exchange) -> Answer:
    """PATCH jobs/ingest/<id>: UploadComplete or Aborted."""
    job = _job(desk, exchange)
    state = sent_object(exchange).get("state")
    if state == "UploadComplete" and job.state == "Open" and job.content is not None:
        desk.jobs.close(desk, job)
        return Answer(200, _head(desk, job))
    if state == "Aborted" and job.state not in ENDED:
        job.stop("Aborted", desk.org.now())
        return Answer(200, _head(desk, job))
    text = f"Cannot change the state of a job from {job.state} to {state}"
    raise _invalid("INVALIDJOBSTATE", text)


def info(desk: Desk, exchange: Exchange) -> Answer:
    """GET jobs/ingest/<id>."""
    return Answer(200, _info(desk, _job(desk, exchange)))


def listed(desk: Desk, _exchange: Exchange) -> Answer:
    """GET jobs/ingest: all of them on one page."""
    records = [_head(desk, job) | {"jobType": "V2Ingest"} for job in desk.jobs.jobs.values()]
    return Answer(200, {"done": True, "records": records, "nextRecordsUrl": None})


def remove(desk: Desk, exchange: Exchange) -> Answer:
    """DELETE jobs/ingest/<id>: only what has ended."""
    job = _job(desk, exchange)
    if job.state not in (*ENDED, "UploadComplete"):
        raise _invalid("INVALIDJOBSTATE", f"a job that is {job.state} cannot be deleted")
    del desk.jobs.jobs[job.id]
    return Answer(204)


def successful(desk: Desk, exchange: Exchange) -> Answer:
    """GET jobs/ingest/<id>/successfulResults."""
    job = _job(desk, exchange)
    good = [o for o in _outcomes(job) if o.error is None]
    lines = [[o.id, "true" if o.created else "false", *o.line] for o in good]
    return _results(desk, job, ["sf__Id", "sf__Created"], lines)


def failed(desk: Desk, exchange: Exchange) -> Answer:
    """GET jobs/ingest/<id>/failedResults."""
    job = _job(desk, exchange)
    bad = [[o.id, o.error, *o.line] for o in _outcomes(job) if o.error is not None]
    return _results(desk, job, ["sf__Id", "sf__Error"], bad)


def unprocessed(desk: Desk, exchange: Exchange) -> Answer:
    """GET jobs/ingest/<id>/unprocessedrecords: what a job that was stopped did not come to."""
    job = _job(desk, exchange)
    return _results(desk, job, [], job.left)


def _results(desk: Desk, job: Job, first: list[str], lines: list[list[str]]) -> Answer:
    kind = desk.org.type_named(job.object)
    header = job.rows.header if job.rows else []
    return Answer(200, to_csv(kind, job.delimiter, first, header, lines), media_type=CSV_TYPE)


def _outcomes(job: Job) -> list[Outcome]:
    """Of a job that has ended; before, nothing is told."""
    return job.done if job.state in ENDED else []


def _job(desk: Desk, exchange: Exchange) -> Job:
    job = desk.jobs.jobs.get(exchange.path_params["id"])
    if job is None:
        raise not_found()
    return job


def _head(desk: Desk, job: Job) -> Values:
    key = {"externalIdFieldName": job.key} if job.key else {}
    return {
        "id": job.id,
        "operation": job.operation,
        "object": job.object,
        "createdById": desk.org.user_id,
        "createdDate": stamp(job.created),
        "systemModstamp": stamp(job.moved or job.created),
        "state": job.state,
        **key,
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(job.version),
    }


def _format(job: Job) -> Values:
    names = {char: name for name, char in DELIMITERS.items()}
    return {"lineEnding": job.ending, "columnDelimiter": names[job.delimiter]}


def _info(desk: Desk, job: Job) -> Values:
    spent = len(job.done)
    shown: dict[str, Any] = {
        **_head(desk, job),
        "jobType": "V2Ingest",
        **_format(job),
        "numberRecordsProcessed": len(job.done),
        "numberRecordsFailed": sum(1 for o in job.done if o.error is not None),
        "retries": 0,
        "totalProcessingTime": spent,
        "apiActiveProcessingTime": spent,
        "apexProcessingTime": 0,
    }
    return shown | ({"errorMessage": job.error} if job.state == "Failed" else {})


def _invalid(code: str, text: str) -> RefusedError:
    return RefusedError(Problem(code, text))
