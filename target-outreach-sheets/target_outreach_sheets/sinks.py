"""The sinks: a batch of records becomes jobs, one write, and acknowledgements.

The rule: intents are marked in doubt before the write and closed after the reading back, never
together, and no transaction is open in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from singer_sdk.sinks import BatchSink

from outreach_core.errors import Fatal, Retriable
from outreach_core.model import FieldValue, OutcomeKind, Problem
from outreach_core.model.screens import Screen
from target_outreach_sheets.cells import write_cells
from target_outreach_sheets.jobs import CellsJob, IdJob, Result
from target_outreach_sheets.marks import write_marks
from target_outreach_sheets.new_rows import frame_of, write_rows
from target_outreach_sheets.row_ids import write_ids
from target_outreach_sheets.screens import write_screens

if TYPE_CHECKING:
    from target_outreach_sheets.target import TargetOutreachSheets

Job = TypeVar("Job", IdJob, CellsJob)
# one request body of about 2 MB at most, and a small gap between read and write
# https://developers.google.com/workspace/sheets/api/limits
MOST_ROWS = 1000
MOST_TEXT = 500_000  # characters of the cells; ranges and quotes come on top
STOPPED = Result(OutcomeKind.HELD, reason="stopped")


class SheetSink(BatchSink):
    """What both sinks share."""

    max_size = MOST_ROWS

    def __init__(self, target: TargetOutreachSheets, *args: Any, **kwargs: Any) -> None:
        """Keep the target: it holds the tab and the ledger."""
        super().__init__(target, *args, **kwargs)
        self._target = target
        self._text = 0

    @property
    def is_full(self) -> bool:
        """Whether the batch has enough rows, or enough text for one request."""
        return super().is_full or self._text >= MOST_TEXT

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        """Keep the record for the batch."""
        super().process_record(record, context)
        self._text += len(str(record.get("cells") or "")) + len(str(record.get("system") or ""))

    def get_validator(self) -> None:
        """Validate nothing: what is read here was made by our own programs, or is only cells."""

    def _parse_timestamps_in_record(self, record: Any, schema: Any, treatment: Any) -> None:
        """Leave texts as they are: a cell gets what the record says."""

    def process_batch(self, context: dict[str, Any]) -> None:
        """Write the batch."""
        records: list[dict[str, Any]] = context.get("records", [])
        self._text = 0
        if records:
            self.deliver(records)

    def deliver(self, records: list[dict[str, Any]]) -> None:
        """Write records and say what became of them."""
        raise NotImplementedError

    def cycle(self, write: Callable[[], Any]) -> Any:
        """Run read, find, write, read back; from its start again if it fails for a while."""
        return self._target.sheet.client.again(write)

    def in_doubt(self, jobs: Sequence[Job]) -> None:
        """Mark intents before their write."""
        ids = [job.intent_id for job in jobs if job.intent_id]
        if self._target.ledger is not None and ids:
            self._target.ledger.deliveries.mark_in_doubt(ids)

    def acknowledge(
        self,
        records: Sequence[dict[str, Any]],
        jobs: Sequence[Job],
        results: Sequence[Result],
    ) -> None:
        """Record outcomes; without a ledger, what was not written is rejected."""
        outcomes = []
        for record, job, result in zip(records, jobs, results, strict=True):
            if job.intent_id and self._target.ledger is not None:
                outcome = result.outcome(job.intent_id, self.returned(job, result))
                outcomes.append(outcome.leaving_out(self.problems(job)))
            elif result.kind is not OutcomeKind.WRITTEN and not record.get("system"):
                reason = {"code": result.reason, "skipped": dict(result.skipped)}
                self._target.reject(self.stream_name, record, reason)
        if self._target.ledger is not None and outcomes:
            self._target.ledger.deliveries.record(outcomes)

    def returned(self, job: Any, result: Result) -> Mapping[str, FieldValue]:
        """Return the fields that count as confirmed."""
        return {}

    def problems(self, job: Any) -> Mapping[str, Problem]:
        """Return the fields that were left out before the write, and why."""
        return {}


class RowIdSink(SheetSink):
    """The stream ``row_ids``."""

    def deliver(self, records: list[dict[str, Any]]) -> None:
        """Write ids."""
        jobs = [IdJob.of(record) for record in records]
        if self._target.stopped:
            self.acknowledge(records, jobs, [STOPPED] * len(jobs))
            return
        done = self.cycle(lambda: write_ids(self._target.sheet, jobs, self.in_doubt))
        self._target.stopped = done.wrong_row
        self.acknowledge(records, jobs, done.results)


class CellsSink(SheetSink):
    """The streams ``cells`` and, without a plan, ``businesses``."""

    def deliver(self, records: list[dict[str, Any]]) -> None:
        """Write cells."""
        jobs = [CellsJob.of(record) for record in records]
        if self._target.stopped:
            self.acknowledge(records, jobs, [STOPPED] * len(jobs))
            return
        done = self.cycle(lambda: write_cells(self._target.sheet, jobs, self.in_doubt))
        self._target.stopped = done.wrong_row
        self.acknowledge(records, jobs, done.results)
        if self._target.ledger is not None:
            pairs = zip(jobs, done.results, strict=True)
            self._target.ledger.deliveries.confirm_renderings(
                {job.rid: result.confirmed for job, result in pairs if result.confirmed}
            )

    def problems(self, job: CellsJob) -> Mapping[str, Problem]:
        """Return the fields whose value no cell can hold."""
        return job.problems

    def returned(self, job: CellsJob, result: Result) -> Mapping[str, FieldValue]:
        """Return the canonical fields that the confirmed cells show."""
        names = [name for name in job.fields if name not in result.skipped and result.shown]
        rules = self._target.rules
        read = rules.read(result.shown, only=names).fields if rules else {}
        found: dict[str, FieldValue] = {}
        for name in names:
            raws = [result.shown.get(header) for header in job.fields[name]]
            raw = raws[0] if len(raws) == 1 else raws
            found[name] = read.get(name) or plain(raw)
        return found


class NewRowsSink(CellsSink):
    """The stream ``rows``: what an import makes."""

    def deliver(self, records: list[dict[str, Any]]) -> None:
        """Write rows."""
        jobs = [CellsJob.of(record) for record in records]
        if self._target.stopped:
            self.acknowledge(records, jobs, [STOPPED] * len(jobs))
            return
        frame = frame_of(self._target.rules)
        done = self.cycle(lambda: write_rows(self._target.sheet, jobs, frame, self.in_doubt))
        self._target.stopped = done.wrong_row
        self.acknowledge(records, jobs, done.results)
        if self._target.ledger is not None:
            pairs = zip(jobs, done.results, strict=True)
            self._target.ledger.imports.confirm({job.rid: r.confirmed for job, r in pairs})


class ScreensSink(SheetSink):
    """The stream ``screens``: which of our tabs may be shown now.

    What they show is computed here, from the ledger as it is after everything else was acknowledged.
    """

    def deliver(self, records: list[dict[str, Any]]) -> None:
        """Bring the tabs up to date; one that cannot be written waits for the next run."""
        ledger = self._target.ledger
        if ledger is None:
            for record in records:
                self._target.reject(self.stream_name, record, {"code": "no_ledger"})
            return
        asked = {record["screen"] for record in records}
        labels = self._labels()
        wanted = [one for one in ledger.screens.wanted(labels) if one.view.screen in asked]
        marks = ledger.marks.wanted(labels) if self._may_mark(asked) else []
        try:
            done = self.cycle(lambda: write_screens(self._target.sheet, wanted))
            marked = self.cycle(lambda: write_marks(self._target.sheet, marks))
        except (Fatal, Retriable) as error:
            self.logger.warning("Our own tabs wait for the next run: %s [%s]", error, error.code)
            return
        for rendered in done:
            ledger.screens.confirm(rendered.shown, rendered.wanted.view, rendered.cleared)
        ledger.marks.confirm(marked)

    def _may_mark(self, asked: set[str]) -> bool:
        """Tell whether cells of the outreach tab may be touched: questions are shown, nothing went wrong."""
        return Screen.NEEDS_YOU in asked and not self._target.stopped

    def _labels(self) -> dict[str, str]:
        rules = self._target.rules
        found = rules.fields.items() if rules else ()
        return {name: rule.places[0] for name, rule in found if rule.places}


def plain(raw: Any) -> FieldValue:
    """Return a value no rule knows."""
    text = "" if raw is None else str(raw).strip()
    return FieldValue(raw, text, text) if text else FieldValue(raw)
