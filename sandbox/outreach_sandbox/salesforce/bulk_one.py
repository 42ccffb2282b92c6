"""Bulk API 1.0 for rows that are written: a job of batches, each a file of CSV, told in XML.

The one rule: a batch is written some seconds after it came in, by the same rows as Bulk API 2.0,
and its results are in the order of its file.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/asynch_api_intro.htm
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce.bulk_csv import read_rows
from outreach_sandbox.salesforce.bulk_rows import Outcome, RowWriter
from outreach_sandbox.salesforce.bulk_xml import CSV_ANSWER, element, read, xml
from outreach_sandbox.salesforce.desk import version
from outreach_sandbox.salesforce.wire import Answer, NotBuiltError, Problem, RefusedError
from outreach_sandbox.salesforce.writes import upsert_key

if TYPE_CHECKING:
    from outreach_sandbox.kernel.service import Exchange
    from outreach_sandbox.salesforce.desk import Desk

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
STATES = ("Closed", "Aborted")
WORKS_AFTER = timedelta(seconds=2)
COUNTS = ("totalProcessingTime", "apiActiveProcessingTime", "apexProcessingTime")


@dataclass
class Batch:
    """One file of a job."""

    id: str
    content: str
    created: datetime
    done: list[Outcome] | None = None
    moved: datetime | None = None

    @property
    def failed(self) -> int:
        """How many of its rows were refused."""
        return sum(1 for outcome in self.done or () if outcome.error)


@dataclass
class OneJob:
    """One job and its batches."""

    id: str
    operation: str
    object: str
    key: str | None
    version: int
    created: datetime
    state: str = "Open"
    moved: datetime | None = None
    batches: dict[str, Batch] = field(default_factory=dict)


def create(desk: Desk, exchange: Exchange) -> Answer:
    """POST job."""
    asked = read(exchange)
    operation, kind = (
        asked.get("operation", ""),
        desk.org.types.get(asked.get("object", "").lower()),
    )
    if operation.startswith("query"):
        raise NotBuiltError("queries of Bulk API 1.0")
    if operation not in OPERATIONS or kind is None:
        raise RefusedError(Problem("InvalidJob", "operation or object is not valid"))
    if asked.get("contentType", "CSV") != "CSV":
        raise NotBuiltError("Bulk API 1.0 with anything but CSV")
    key = asked.get("externalIdFieldName")
    if operation == "upsert":
        key = upsert_key(kind, str(key)).name
    job_id, now = desk.org.ids.new("750"), desk.org.now()
    job = OneJob(job_id, operation, kind.name, key, version(exchange), now, moved=now)
    desk.jobs.ones[job.id] = job
    return xml(_job(desk, job), 201)


def change(desk: Desk, exchange: Exchange) -> Answer:
    """POST job/{id}: closed or aborted."""
    job, state = _asked(desk, exchange), read(exchange).get("state", "")
    if state not in STATES or job.state != "Open":
        raise RefusedError(
            Problem("InvalidJobState", f"a job that is {job.state} cannot be {state}")
        )
    job.state, job.moved = state, desk.org.now()
    return xml(_job(desk, job))


def info(desk: Desk, exchange: Exchange) -> Answer:
    """GET job/{id}."""
    return xml(_job(desk, _asked(desk, exchange)))


def add(desk: Desk, exchange: Exchange) -> Answer:
    """POST job/{id}/batch: a file of rows."""
    job = _asked(desk, exchange)
    if job.state != "Open":
        raise RefusedError(Problem("InvalidJobState", f"the job is {job.state}"))
    text = exchange.body.decode("utf-8", "replace")
    batch = Batch(desk.org.ids.new("751"), text, desk.org.now(), moved=desk.org.now())
    job.batches[batch.id] = batch
    exchange.inputs = len(read_rows(text, ",").lines)
    return xml(_batch(job, batch), 201)


def listed(desk: Desk, exchange: Exchange) -> Answer:
    """GET job/{id}/batch."""
    job = _asked(desk, exchange)
    return xml(element("batchInfoList", [_batch(job, b) for b in job.batches.values()]))


def batch_info(desk: Desk, exchange: Exchange) -> Answer:
    """GET job/{id}/batch/{batch}."""
    job = _asked(desk, exchange)
    return xml(_batch(job, _asked_batch(job, exchange)))


def result(desk: Desk, exchange: Exchange) -> Answer:
    """GET job/{id}/batch/{batch}/result: what became of each row, in the order of the file."""
    batch = _asked_batch(_asked(desk, exchange), exchange)
    if batch.done is None:
        raise RefusedError(Problem("InvalidBatch", "Batch not completed"))
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(("Id", "Success", "Created", "Error"))
    for one in batch.done:
        good = "false" if one.error else "true"
        writer.writerow((one.id, good, "true" if one.created else "false", one.error or ""))
    return Answer(200, out.getvalue(), media_type=CSV_ANSWER)


def settle(desk: Desk) -> None:
    """Write the batches whose time has come."""
    now = desk.org.now()
    for job in desk.jobs.ones.values():
        for batch in job.batches.values():
            if batch.done is None and job.state != "Aborted" and now >= batch.created + WORKS_AFTER:
                _work(desk, job, batch)


def _work(desk: Desk, job: OneJob, batch: Batch) -> None:
    rows, kind = read_rows(batch.content, ","), desk.org.type_named(job.object)
    with desk.org.at(batch.created + WORKS_AFTER):
        writer = RowWriter(desk, kind, job.operation, job.key)
        batch.done = writer.write(rows.header, rows.lines)
        batch.moved = desk.org.now()


def _asked(desk: Desk, exchange: Exchange) -> OneJob:
    settle(desk)
    found = desk.jobs.ones.get(exchange.path_params["id"])
    if found is None:
        raise RefusedError(Problem("InvalidJob", "Invalid job id"))
    return found


def _asked_batch(job: OneJob, exchange: Exchange) -> Batch:
    found = job.batches.get(exchange.path_params["batch"])
    if found is None:
        raise RefusedError(Problem("InvalidBatch", "Invalid batch id"))
    return found


def _job(desk: Desk, job: OneJob) -> tuple[str, Any]:
    done = [b for b in job.batches.values() if b.done is not None]
    parts: list[tuple[str, Any]] = [
        ("id", job.id),
        ("operation", job.operation),
        ("object", job.object),
        ("createdById", desk.org.user_id),
        *_stamps(job.created, job.moved),
        ("state", job.state),
        *([("externalIdFieldName", job.key)] if job.key else []),
        ("concurrencyMode", "Parallel"),
        ("contentType", "CSV"),
        ("numberBatchesQueued", len(job.batches) - len(done)),
        ("numberBatchesInProgress", 0),
        ("numberBatchesCompleted", len(done)),
        ("numberBatchesFailed", 0),
        ("numberBatchesTotal", len(job.batches)),
        ("numberRecordsProcessed", sum(len(b.done or ()) for b in done)),
        ("numberRetries", 0),
        ("apiVersion", f"{job.version}.0"),
        ("numberRecordsFailed", sum(b.failed for b in done)),
        *((name, 0) for name in COUNTS),
    ]
    return element("jobInfo", parts)


def _batch(job: OneJob, batch: Batch) -> tuple[str, Any]:
    parts: list[tuple[str, Any]] = [
        ("id", batch.id),
        ("jobId", job.id),
        ("state", "Queued" if batch.done is None else "Completed"),
        *_stamps(batch.created, batch.moved),
        ("numberRecordsProcessed", len(batch.done or ())),
        ("numberRecordsFailed", batch.failed),
        *((name, 0) for name in COUNTS),
    ]
    return element("batchInfo", parts)


def _stamps(created: datetime, moved: datetime | None) -> list[tuple[str, str]]:
    form = "%Y-%m-%dT%H:%M:%S.000Z"  # recorded: other than in every other API of Salesforce's
    return [
        ("createdDate", created.strftime(form)),
        ("systemModstamp", (moved or created).strftime(form)),
    ]
