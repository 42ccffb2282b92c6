"""Bulk API 2.0: many rows in one job, for when collections would cost more calls.

Rule: a job's rows are in doubt from the moment it is closed until its results are read; until then
nothing is written, so a lost upload is given up and said again in a new job.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0_ingest.htm
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from outreach_adapters.salesforce import soql
from outreach_adapters.salesforce.answers import Answer, NotSent, Refused, Unknown
from outreach_adapters.salesforce.bulk_rows import NULL, Results, files, outcomes, sendable
from outreach_adapters.salesforce.errors import InDoubt, mask
from outreach_core.errors import ConfigError, OutreachError, Retriable, Skippable

Body = dict[str, Any]
Row = Mapping[str, Any]
# https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-bulkapi.html
WORTH_A_JOB = 2_000
POLLS = 6
FIRST_WAIT = 2.0
GROWTH = 2.5
UPLOADS = 2
CLOSES = 2
COMPLETE, FAILED, ABORTED, OPEN = "JobComplete", "Failed", "Aborted", "Open"
_ENDED = (COMPLETE, FAILED, ABORTED)


class Caller(Protocol):
    """What a job needs of the client."""

    def call(self, method: str, path: str, *, json: Any = None, writes: bool = False) -> Any:
        """Return the JSON of one call."""
        ...

    def call_text(
        self, method: str, path: str, *, data: bytes | None = None, writes: bool = False
    ) -> str:
        """Return the text of one call."""
        ...


@dataclass(frozen=True)
class Load:
    """What a job is to do: insert, update, or upsert by a key.

    Attributes:
        key: What an upsert goes by; of an insert, a column in which no two rows are alike.
    """

    of: str
    operation: str
    key: str | None = None

    @property
    def matched_by(self) -> str | None:
        """The column that tells rows apart; an insert may have none."""
        return "Id" if self.operation == "update" else self.key

    def to_json(self) -> Body:
        """Return the job's description."""
        body: Body = {
            "object": soql.name(self.of),
            "operation": self.operation,
            "contentType": "CSV",
            "lineEnding": "LF",
        }
        if self.operation == "upsert" and self.key:
            body["externalIdFieldName"] = soql.name(self.key)
        return body


@dataclass(frozen=True)
class Loaded:
    """What became of all rows.

    Attributes:
        answers: One per row, in their order.
        unfinished: Jobs that were still at work at the last look: their rows are in doubt.
    """

    answers: list[Answer]
    unfinished: tuple[str, ...] = ()


class Bulk:
    """Runs jobs to their end, or until six looks at one of them were not enough."""

    def __init__(self, client: Caller, sleep: Callable[[float], None]) -> None:
        self._client = client
        self._sleep = sleep

    def load(
        self,
        load: Load,
        rows: Sequence[Row],
        *,
        before: Callable[[], None] = lambda: None,
    ) -> Loaded:
        """Send all rows and return what became of each.

        Args:
            load: What to do with them.
            rows: Values by field; ``None`` empties a field. A key stands in one row alone: the
                caller sees to that.
            before: Called before every job; may stop the program.
        """
        answers: list[Answer] = [_unsendable() for _ in rows]
        good = [place for place, row in enumerate(rows) if sendable(row)]
        unfinished: list[str] = []
        for places, content in files([rows[place] for place in good]):
            before()
            mine = [good[place] for place in places]
            job_id, told = self._run(load, [rows[place] for place in mine], content)
            for place, answer in zip(mine, told, strict=True):
                answers[place] = answer
            if any(answer == Unknown(lost=True) for answer in told) and job_id:
                unfinished.append(job_id)
        return Loaded(answers, tuple(unfinished))

    def settle(self, load: Load, rows: Sequence[Row], job_id: str) -> list[Answer]:
        """Return what became of the rows of a job that was unfinished.

        | # | the job | the rows |
        |---|---|---|
        | 1 | has ended | as the result files say |
        | 2 | was never closed | given up; all `NotSent` |
        | 3 | is still at work | still all `Unknown(lost=True)` |
        """
        job = self._client.call("GET", f"jobs/ingest/{job_id}")
        if job.get("state") in _ENDED:  # (1)
            return self._outcomes(load, rows, job)
        if job.get("state") == OPEN:  # (2)
            state = {"state": ABORTED}
            self._client.call("PATCH", f"jobs/ingest/{job_id}", json=state)
            return [NotSent(_not_begun())] * len(rows)
        return [Unknown(lost=True)] * len(rows)  # (3)

    def _run(
        self, load: Load, rows: Sequence[Row], content: bytes
    ) -> tuple[str | None, list[Answer]]:
        """Run one job.

        | # | what happens | the rows |
        |---|---|---|
        | 1 | the job cannot be made, filled or closed | all `NotSent`, or `Refused` if it is wrong |
        | 2 | it was closed and does not end, or the end is not told | all `Unknown(lost=True)` |
        | 3 | it ends | as the result files say |
        """
        job_id: str | None = None
        try:
            job_id = self._filled(load, content)
            self._close(job_id)
        except (Retriable, ConfigError) as error:
            return job_id, [NotSent(error)] * len(rows)  # (1)
        except InDoubt:
            return job_id, [Unknown(lost=True)] * len(rows)  # (2)
        except Skippable as error:
            return job_id, [Refused("refused", error.message)] * len(rows)  # (1)
        try:
            job = self._ended(job_id)
            if job is not None:
                return job_id, self._outcomes(load, rows, job)  # (3)
        except OutreachError:
            return job_id, [Unknown(lost=True)] * len(rows)  # (2)
        return job_id, [Unknown(lost=True)] * len(rows)  # (2)

    def _filled(self, load: Load, content: bytes) -> str:
        """Return the id of a job that has its rows; a job whose upload was lost is given up."""
        for upload in range(1, UPLOADS + 1):
            job_id = str(self._client.call("POST", "jobs/ingest", json=load.to_json())["id"])
            try:
                path = f"jobs/ingest/{job_id}/batches"
                self._client.call_text("PUT", path, data=content, writes=True)
            except OutreachError as error:
                self._abort(job_id)
                if not _out_of_step(error):
                    raise
                if upload == UPLOADS:
                    raise _not_begun() from None
            else:
                return job_id
        raise AssertionError("unreachable")

    def _close(self, job_id: str) -> None:
        """Let the job begin; a lost answer is settled by looking.

        Raises:
            InDoubt: Nobody says whether it began.
        """
        path = f"jobs/ingest/{job_id}"
        for _ in range(CLOSES):
            try:
                self._client.call("PATCH", path, json={"state": "UploadComplete"}, writes=True)
            except Skippable as error:
                if not _out_of_step(error):
                    raise
                if not self._still_open(path):
                    return
            else:
                return
        raise InDoubt("Nobody says whether the bulk job began.", code="in_doubt")

    def _still_open(self, path: str) -> bool:
        try:
            job = self._client.call("GET", path)
        except OutreachError:
            text = "Nobody says whether the bulk job began."
            raise InDoubt(text, code="in_doubt") from None
        return bool(job.get("state") == OPEN)

    def _ended(self, job_id: str) -> Body | None:
        wait = FIRST_WAIT
        for _ in range(POLLS):
            self._sleep(wait)
            job = dict(self._client.call("GET", f"jobs/ingest/{job_id}"))
            if job.get("state") in _ENDED:
                return job
            wait *= GROWTH
        return None

    def _outcomes(self, load: Load, rows: Sequence[Row], job: Body) -> list[Answer]:
        """Return what a job that ended did; how many failed is not believed, the files are."""
        job_id = str(job["id"])
        if job["state"] == FAILED and not int(job.get("numberRecordsProcessed") or 0):
            text = str(job.get("errorMessage") or "The job failed as a whole.")
            return [Refused("refused", mask(text))] * len(rows)
        failed = int(job.get("numberRecordsFailed") or 0)
        return outcomes(
            rows,
            load.matched_by,
            Results(
                self._results(job_id, "successfulResults"),
                self._results(job_id, "failedResults") if failed else "",
                self._results(job_id, "unprocessedrecords") if job["state"] != COMPLETE else "",
            ),
        )

    def _results(self, job_id: str, kind: str) -> str:
        return self._client.call_text("GET", f"jobs/ingest/{job_id}/{kind}")

    def _abort(self, job_id: str) -> None:
        with contextlib.suppress(OutreachError):
            self._client.call("PATCH", f"jobs/ingest/{job_id}", json={"state": ABORTED})


def _out_of_step(error: OutreachError) -> bool:
    """Whether the job may already be where the call was to bring it."""
    return isinstance(error, InDoubt) or error.details.get("vendor_code") == "INVALIDJOBSTATE"


def _not_begun() -> Retriable:
    return Retriable("A bulk job could not be filled and begun.", code="not_begun")


def _unsendable() -> Refused:
    return Refused("refused", f"The text {NULL} cannot be written in bulk: it empties a field.")
