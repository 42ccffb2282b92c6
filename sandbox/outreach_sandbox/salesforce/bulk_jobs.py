"""The course of a bulk job: it waits, it works on its rows bit by bit, and it ends.

The one rule: a job moves on the sandbox's clock alone; 200 rows at a time are written, each lot at
its own moment, so that a job which is stopped half-way leaves half of its work.

https://developer.salesforce.com/docs/platform/api-asynch/guide/bulk-api-2-job-states.md
https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_bulk_v2/datafiles_understanding_bulk2_ingest.htm
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from outreach_sandbox.salesforce.bulk_csv import Rows, read_rows, wrong_ending
from outreach_sandbox.salesforce.bulk_rows import CHUNK, Outcome, RowWriter
from outreach_sandbox.salesforce.wire import Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outreach_sandbox.salesforce.bulk_one import OneJob
    from outreach_sandbox.salesforce.desk import Desk
    from outreach_sandbox.salesforce.schema import ObjectType

QUEUE_SECONDS, ROWS_PER_SECOND = 2.0, 2000.0
KEPT = timedelta(days=7)
MOVING = ("UploadComplete", "InProgress")
ENDED = ("JobComplete", "Failed", "Aborted")


@dataclass
class Job:
    """One job; `rows` is what was uploaded, `done` what became of the first of them."""

    id: str
    operation: str
    object: str
    key: str | None
    version: int
    created: datetime
    ending: str
    delimiter: str
    state: str = "Open"
    moved: datetime | None = None
    content: str | None = None
    rows: Rows | None = None
    starts: datetime | None = None
    speed: float = ROWS_PER_SECOND
    error: str | None = None
    done: list[Outcome] = field(default_factory=list)

    @property
    def ends(self) -> datetime:
        """When its last row is written."""
        return self._moment(len(self.rows.lines) if self.rows else 0)

    @property
    def left(self) -> list[list[str]]:
        """The rows it ended without."""
        lines = self.rows.lines if self.rows else []
        return lines[len(self.done) :] if self.state in ("Failed", "Aborted") else []

    def lots(self, now: datetime) -> Iterator[tuple[datetime, int]]:
        """When each lot that is due by now was due, and how many rows are then done."""
        count = len(self.rows.lines) if self.rows and not self.error else 0
        for start in range(len(self.done), count, CHUNK):
            upto = min(start + CHUNK, count)
            if self._moment(upto) > now:
                return
            yield self._moment(upto), upto

    def work(self, desk: Desk, upto: int) -> None:
        """Write the next rows."""
        rows = self.rows or Rows([], [])
        kind = desk.org.type_named(self.object)
        lines = rows.lines[len(self.done) : upto]
        self.done += RowWriter(desk, kind, self.operation, self.key).write(rows.header, lines)

    def turn(self, now: datetime) -> None:
        """Be in the state the clock says."""
        if self.starts and now >= self.starts and self.state == "UploadComplete":
            self.state, self.moved = "InProgress", self.starts
        if self.state == "InProgress" and now >= self.ends:
            self.state, self.moved = "Failed" if self.error else "JobComplete", self.ends

    def stop(self, state: str, now: datetime, error: str | None = None) -> None:
        """End before its time; what is written stays written."""
        self.state, self.moved, self.error = state, now, error or self.error

    def _moment(self, rows: int) -> datetime:
        return (self.starts or self.created) + timedelta(seconds=rows / self.speed)


@dataclass
class Jobs:
    """The jobs of an org, `ones` those of Bulk API 1.0; `settings`: {queue_seconds, rows_per_second}."""

    settings: Values = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    ones: dict[str, OneJob] = field(default_factory=dict)

    @property
    def moving(self) -> list[Job]:
        """Those that have work before them."""
        return [job for job in self.jobs.values() if job.state in MOVING]

    def settle(self, desk: Desk) -> None:
        """Let every job be where the clock says it is, lots of several jobs in their order.

        | # | the clock is | the job is |
        |---|---|---|
        | 1 | before its start | UploadComplete |
        | 2 | past its start | InProgress, with some of its rows written |
        | 3 | past its end | JobComplete, or Failed if the file as a whole was wrong |
        """
        now = desk.org.now()
        for job_id in [i for i, j in self.jobs.items() if now - j.created >= KEPT]:
            del self.jobs[job_id]
        moving = self.moving
        due = sorted((at, job.id, upto) for job in moving for at, upto in job.lots(now))
        for moment, job_id, upto in due:
            with desk.org.at(moment):
                self.jobs[job_id].work(desk, upto)
        for job in moving:
            job.turn(now)
            if job.state == "JobComplete":
                desk.org.rng("bulk").shuffle(job.done)

    def close(self, desk: Desk, job: Job) -> None:
        """The upload is complete; the work is due some time later."""
        kind = desk.org.type_named(job.object)
        job.rows = read_rows(job.content or "", job.delimiter)
        job.error = _whole_error(kind, job)
        job.state, job.moved = "UploadComplete", desk.org.now()
        wait = float(self.settings.get("queue_seconds", QUEUE_SECONDS))
        job.starts = desk.org.now() + timedelta(seconds=wait)
        job.speed = float(self.settings.get("rows_per_second", ROWS_PER_SECOND))

    def running_since(self) -> datetime | None:
        """When the oldest job that still works began."""
        return min((j.starts for j in self.moving if j.starts), default=None)


def _whole_error(kind: ObjectType, job: Job) -> str | None:
    """What is wrong with the file as a whole."""
    if wrong_ending(job.content or "", job.ending):
        said = "LineEnding is invalid on user data. Current LineEnding setting is"
        return f"ClientInputError : {said} {job.ending}"
    header = job.rows.header if job.rows else []
    unknown = [n for n in header if kind.find(n) is None and kind.parent(n.split(".")[0]) is None]
    if job.key and job.key.lower() not in {n.lower() for n in header}:
        unknown.append(job.key)
    if job.operation in ("update", "delete", "hardDelete") and "id" not in map(str.lower, header):
        unknown.append("Id")
    return f"InvalidBatch : Field name not found : {unknown[0]}" if unknown else None
