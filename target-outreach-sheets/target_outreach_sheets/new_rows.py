"""Writes the rows of an import below what is there, each once.

The rule: a row is told by its id. One whose id is there already was written before and is not written again;
no row that holds anything is written to, and nothing is appended: Google's append would guess the columns.

| # | the tab shows                                  | what follows                                      |
|---|------------------------------------------------|---------------------------------------------------|
| 1 | another header than the outreach layout        | error ``other_header``                            |
| 2 | no header, or none of our columns              | header, formats, dropdown and our columns, once   |
| 3 | the id already                                 | WRITTEN there: what was sent then is what counts  |
| 4 | else                                           | written into the next free row                    |
| 5 | after the write: the id                        | WRITTEN; an edit made since is an edit            |
| 6 | after the write: not the id                    | HELD; the next run plans it again                 |
| 7 | after the write: rows that were there are      | put back, HELD, stop                              |
|   | under ours, for somebody moved them meanwhile  |                                                   |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from outreach_adapters.sheets.new_tab import Frame
from outreach_adapters.sheets.rows import PAUSE, SYNC_ID, cell_at, read_rows, shown_text
from outreach_adapters.sheets.sansio import Cell, CellWrite, is_blank, same_cell
from outreach_core.errors import ConfigError
from outreach_core.mapping import SideRules
from outreach_core.mapping.layout import (
    HEADER,
    STATUSES,
    TEXT_HEADERS,
    further_headers,
    named_as,
    outreach_header,
)
from outreach_core.model import OutcomeKind
from target_outreach_sheets.cells import STATUS_FIELD
from target_outreach_sheets.jobs import CellsJob, Result
from target_outreach_sheets.tab import Tab, View, id_column


@dataclass(frozen=True)
class RowsWrite:
    """What a cycle came to."""

    results: list[Result]
    wrong_row: bool = False


def frame_of(rules: SideRules | None) -> Frame:
    """Return what a campaign's tab looks like, with the names the rule file gives its columns."""
    if rules is None:
        return Frame(HEADER, (), "Status", STATUSES, TEXT_HEADERS)
    return Frame(
        outreach_header(rules),
        further_headers(rules),
        named_as(rules, "Status"),
        STATUSES,
        tuple(named_as(rules, name) for name in TEXT_HEADERS),
    )


def write_rows(
    tab: Tab,
    jobs: Sequence[CellsJob],
    frame: Frame,
    before_write: Callable[[list[CellsJob]], None],
) -> RowsWrite:
    """Read, make room, write, read back. May be called again after a failure: it starts from what is there.

    Args:
        tab: The outreach tab.
        jobs: At most a batch.
        frame: What the tab looks like.
        before_write: Called with the jobs that are about to be written.
    """
    fit = [job for job in jobs if job.rid and job.too_long is None]
    before = _ready(tab, frame, len(fit))
    places = before.rows_of
    todo = [job for job in fit if job.rid not in places]
    rows = dict(zip((job.rid for job in todo), range(last_row(before) + 1, 1 << 30), strict=False))
    after, put_back = before, list[CellWrite]()
    if todo:
        before_write(todo)
        tab.write([write for job in todo for write in writes(job, rows[job.rid], before)])
        after = tab.whole()
        put_back = overwritten(before, after, rows.values())
        if put_back:
            tab.write(put_back)
            after = tab.whole()
        places = after.rows_of
    mine = [places[job.rid][0] for job in fit if job.rid in places]
    tab.add_boxes(after, [row for row in mine if _has_no_box(after, row)])
    return RowsWrite([_result(job, places, after) for job in jobs], bool(put_back))


def _ready(tab: Tab, frame: Frame, count: int) -> View:
    """Return the last read before the write, of a tab that has its columns and room enough."""
    view = tab.whole()
    _check(view, frame)
    if view.layout.header and not view.layout.missing and tab.has_room(last_row(view) + count):
        return view
    view = tab.make_ready(view, frame, last_row(view) + count)
    _check(view, frame)
    return view


def _check(view: View, frame: Frame) -> None:
    header = view.layout.header
    if not header or header[: len(frame.header)] == frame.header:
        return
    raise ConfigError(
        "The first row of the tab is not the outreach header.",
        code="other_header",
        remedy="Clear the first row, and the import writes the header.",
    )


def last_row(view: View) -> int:
    """Return the last row that holds anything of people's, or an id; 1 if there is none."""
    return max([1, *view.ids, *(row.number for row in read_rows(view.layout, view.grid))])


def writes(job: CellsJob, row: int, view: View) -> Iterator[CellWrite]:
    """Yield the cells of one row; blanks stay as they are."""
    for name, headers in job.fields.items():
        for header in headers:
            column, cell = view.layout.named.get(header), job.cells.get(header)
            if column is not None and not is_blank(cell):
                yield CellWrite(row, column, header, cell, status=name == STATUS_FIELD)
    for header, text in job.system.items():
        column = view.layout.ours.get(header)
        if column is not None and header != SYNC_ID and text:
            yield CellWrite(row, column, header, text)
    yield CellWrite(row, id_column(view.layout), SYNC_ID, job.rid)


def overwritten(before: View, after: View, rows: Iterable[int]) -> list[CellWrite]:
    """Return the writes that put back rows that moved under ours between the read and the write.

    The rows above the free ones can only have moved down, as one, and the lowest of them lie under our
    first ones.
    """
    shown = set(after.ids.values())
    lost = [row for row, rid in sorted(before.ids.items()) if rid not in shown]
    hit = [row for row in sorted(rows) if row in after.ids]
    width = max(len(cells) for cells in (*before.grid, *after.grid))
    header = [*after.layout.header, *[""] * width]
    return [
        CellWrite(now, column, header[column], cell_at(before.grid, then, column))
        for then, now in zip(lost, hit, strict=False)
        for column in range(width)
        if not same_cell(cell_at(before.grid, then, column), cell_at(after.grid, now, column))
    ]


def _has_no_box(view: View, row: int) -> bool:
    column = view.layout.ours.get(PAUSE)
    return column is not None and is_blank(cell_at(view.grid, row, column))


def _result(job: CellsJob, places: Mapping[str, Sequence[int]], view: View) -> Result:
    if not job.rid:
        return Result(OutcomeKind.HELD, reason="no_row_id")
    if job.too_long is not None:
        return Result(OutcomeKind.REJECTED, reason="too_long")
    if job.rid not in places:
        return Result(OutcomeKind.HELD, reason="not_found")
    row = places[job.rid][0]
    sent = {write.header: write.sent for write in writes(job, row, view)}
    shown: dict[str, Cell] = {
        header: sent.get(header) for headers in job.fields.values() for header in headers
    }
    skipped = {
        name: "no_column"
        for name, headers in job.fields.items()
        if any(header not in view.layout.named for header in headers)
    }
    confirmed = {
        header: text for header, text in job.system.items() if _shows(view, row, header, text)
    }
    return Result(OutcomeKind.WRITTEN, row, shown, skipped, confirmed=confirmed)


def _shows(view: View, row: int, header: str, text: str) -> bool:
    column = view.layout.ours.get(header)
    return column is not None and shown_text(cell_at(view.grid, row, column) or "") == text
