"""Writes single cells of rows found by their id.

The rule: a cell is written only if it shows what the plan was made from, and counts only if read back.

| # | the row or cell                                   | what follows                               |
|---|---------------------------------------------------|--------------------------------------------|
| 1 | no row has the id                                 | GONE                                       |
| 2 | several have it, none where it was planned        | HELD                                       |
| 3 | a cell holds a formula                            | its field is skipped, ``formula``          |
| 4 | a cell already shows what is asked for            | nothing to write, counts as written        |
| 5 | a cell shows something else than was planned from | its field is skipped, ``moved``            |
| 6 | its header is not there                           | its field is skipped, ``no_column``        |
| 7 | otherwise                                         | written                                    |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from outreach_adapters.sheets.rows import SYNC_ID, cell_at, shown_text
from outreach_adapters.sheets.sansio import Cell, CellWrite, is_blank, same_cell
from outreach_core.model import OutcomeKind
from target_outreach_sheets.jobs import CellsJob, Result
from target_outreach_sheets.tab import Tab, View, find_row, id_column
from target_outreach_sheets.verify import Sent, damaged_cells

STATUS_FIELD = "status"


@dataclass(frozen=True)
class Draft:
    """What is to be done for one job: a result without a write, or writes."""

    job: CellsJob
    row: int | None = None
    result: Result | None = None
    writes: tuple[CellWrite, ...] = ()
    asked: Mapping[str, Cell] = field(default_factory=dict)  # header → what it must show
    skipped: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CellsWrite:
    """What a cycle came to."""

    results: list[Result]
    wrong_row: bool = False


def write_cells(
    tab: Tab, jobs: Sequence[CellsJob], before_write: Callable[[list[CellsJob]], None]
) -> CellsWrite:
    """Read, find, write, read back. May be called again after a failure: it starts from what is there.

    Args:
        tab: The outreach tab.
        jobs: At most a batch.
        before_write: Called with the jobs that are about to be written.
    """
    before = tab.whole()
    if before.layout.missing and any(job.system for job in jobs):
        before = tab.set_up(before)
    if SYNC_ID not in before.layout.ours:
        return CellsWrite([Result(OutcomeKind.HELD, reason="no_id_column") for _ in jobs])
    columns = _columns(jobs, before)
    # the last read before the write: rows are found in this one
    latest = tab.columns(before.layout, columns, formulas=True)
    drafts = [draft(job, before, latest) for job in jobs]
    writing = [d for d in drafts if d.writes]
    if not writing:
        return CellsWrite([d.result or _unwritten(d, before) for d in drafts])
    before_write([d.job for d in writing])
    tab.write([write for d in writing for write in d.writes])
    after = tab.columns(before.layout, columns)
    sent = [Sent(d.job.rid, write) for d in writing for write in d.writes]
    damage = damaged_cells(sent, before, after)
    if damage:
        tab.write(damage)
    hit = {write.row for write in damage}
    places = after.rows_of
    results = [d.result or _read_back(d, places, after, hit, bool(damage)) for d in drafts]
    return CellsWrite(results, bool(damage))


def _columns(jobs: Iterable[CellsJob], view: View) -> set[int]:
    headers = {header for job in jobs for header in (*job.cells, *job.system)}
    found = {view.layout.column(header) for header in headers}
    return {column for column in found if column is not None} | {id_column(view.layout)}


def draft(job: CellsJob, before: View, latest: View) -> Draft:
    """Decide what is to be done for one job (cases 1 to 7)."""
    if job.too_long is not None:
        return Draft(job, result=Result(OutcomeKind.REJECTED, reason="too_long"))
    row = find_row(latest.rows_of, job.rid, job.row) if job.rid else None
    seen = find_row(before.rows_of, job.rid, job.row) if job.rid else None
    if row is None or seen is None:
        gone = job.rid not in latest.rows_of
        kind = OutcomeKind.GONE if gone else OutcomeKind.HELD
        return Draft(job, result=Result(kind, reason="gone" if gone else "duplicate_id"))
    writes: list[CellWrite] = []
    asked: dict[str, Cell] = {}
    skipped: dict[str, str] = {}
    for name, headers in job.fields.items():
        wanted = [_wanted(job, name, header, row, latest) for header in headers]
        reasons = [_reason(job, write, seen, before, latest) for write in wanted]
        bad = next((reason for reason in reasons if reason), "")
        if bad:
            skipped[name] = bad
            continue
        asked.update({write.header: write.sent for write in wanted if write})
        writes += [w for w in wanted if w and not _shows(before, seen, w)]
    for header, text in job.system.items():
        column = before.layout.ours.get(header)
        if column is not None and header != SYNC_ID:
            write = CellWrite(row, column, header, text or None)
            if shown_text(cell_at(before.grid, seen, column) or "") != (text or ""):
                writes.append(write)
    return Draft(job, row, None, tuple(writes), asked, skipped)


def _wanted(job: CellsJob, name: str, header: str, row: int, view: View) -> CellWrite | None:
    column = view.layout.named.get(header)
    if column is None:
        return None
    return CellWrite(row, column, header, job.cells.get(header), status=name == STATUS_FIELD)


def _shows(view: View, row: int, write: CellWrite) -> bool:
    return same_cell(cell_at(view.grid, row, write.column), write.sent)


def _reason(job: CellsJob, write: CellWrite | None, seen: int, before: View, latest: View) -> str:
    """Return why a cell is not to be written, blank if it is."""
    if write is None:
        return "no_column"
    shown = cell_at(before.grid, seen, write.column)
    typed = cell_at(latest.grid, write.row, write.column)
    if is_formula(typed, shown):
        return "formula"
    if not same_cell(typed, shown):
        return "moved"  # between our own two reads
    if same_cell(shown, write.sent):
        return ""
    if job.expected is not None and not same_cell(shown, job.expected.get(write.header)):
        return "moved"
    return ""


def is_formula(typed: Cell, shown: Cell) -> bool:
    """Whether a cell holds a formula: a text that only looks like one shows itself."""
    return isinstance(typed, str) and typed.startswith("=") and typed != shown


def _unwritten(found: Draft, before: View) -> Result:
    """Nothing had to be written: everything was skipped, or is there already."""
    return _result(found, found.row, dict(found.asked), before)


def _read_back(
    found: Draft,
    places: Mapping[str, Sequence[int]],
    after: View,
    hit: set[int],
    damage: bool,
) -> Result:
    row = find_row(places, found.job.rid, found.row)
    if row is None:
        kind = OutcomeKind.HELD if found.job.rid in places else OutcomeKind.GONE
        return Result(kind, reason="gone")
    landed = all(_shows(after, row, write) for write in found.writes)
    if damage and (not landed or row in hit):
        return Result(OutcomeKind.HELD, row=row, reason="wrong_row")
    return _result(found, row, dict(found.asked), after)


def _result(found: Draft, row: int | None, shown: dict[str, Cell], view: View) -> Result:
    """What was sent is what counts: an edit made since then is a change for the next run."""
    confirmed: dict[str, str] = {}
    for header, text in found.job.system.items():
        column = view.layout.ours.get(header)
        if column is None or row is None:
            continue
        if shown_text(cell_at(view.grid, row, column) or "") == (text or ""):
            confirmed[header] = text
    done = bool(found.asked) or not found.job.fields
    kind = OutcomeKind.WRITTEN if done else OutcomeKind.HELD
    if found.job.problems and not found.job.fields:
        kind = OutcomeKind.REJECTED
    reason = "" if done else next(iter(found.skipped.values()), "")
    kept = {header: None if is_blank(cell) else cell for header, cell in shown.items()}
    return Result(kind, row, kept, dict(found.skipped), reason, confirmed)
