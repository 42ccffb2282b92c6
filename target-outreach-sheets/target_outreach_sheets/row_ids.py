"""Writes minted ids into rows that have none, or only a copied one.

The rule: an id goes only to the row it was minted for, told by its content, and never over another id
but one that another row still holds.

| # | the tab shows                                                | outcome                    |
|---|--------------------------------------------------------------|----------------------------|
| 1 | the id already                                               | WRITTEN there              |
| 2 | the planned row with the planned content and no id           | written there              |
| 3 | exactly one other row with that content and no id            | written there              |
| 4 | none, or several                                             | HELD                       |
| 5 | a copy, on the planned row, with the id it was copied with   | written there, if another  |
|   |                                                              | row still holds that id    |
| 6 | after the write: the id on a row that was another one before | put right, HELD, stop      |
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from outreach_adapters.sheets.rows import SYNC_ID, Row, read_rows
from outreach_adapters.sheets.sansio import CellWrite
from outreach_core.model import OutcomeKind
from target_outreach_sheets.jobs import IdJob, Result
from target_outreach_sheets.tab import Tab, View, find_row, id_column

HELD = Result(OutcomeKind.HELD, reason="row_not_found")
WRONG = Result(OutcomeKind.HELD, reason="wrong_row")


@dataclass(frozen=True)
class IdWrite:
    """What a cycle came to."""

    results: list[Result]
    wrong_row: bool = False


def choose(jobs: Sequence[IdJob], view: View) -> list[Result | int]:
    """Return for each job the row to write to, or what it came to without a write."""
    places = view.rows_of
    free: dict[str, list[int]] = defaultdict(list)
    copies: dict[int, tuple[str, str]] = {}
    for row in read_rows(view.layout, view.grid):
        if row.sync_id is None:
            free[row.fingerprint].append(row.number)
        else:
            copies[row.number] = (row.sync_id, row.fingerprint)
    holders = Counter(rid for rid, _ in copies.values())
    chosen: dict[int, Result | int] = {}
    for number, job in enumerate(jobs):
        found = find_row(places, job.rid, job.row) or next(iter(places.get(job.rid, ())), None)
        if found is not None:
            chosen[number] = Result(OutcomeKind.WRITTEN, row=found)
        elif job.replaces is not None:
            is_copy = copies.get(job.row or 0) == (job.replaces, job.fingerprint)
            spare = is_copy and holders[job.replaces] > 1
            holders[job.replaces] -= spare
            chosen[number] = job.row if spare and job.row else HELD
        elif job.row in free[job.fingerprint]:
            free[job.fingerprint].remove(job.row)
            chosen[number] = job.row
    for number, job in enumerate(jobs):
        if number not in chosen:
            left = free[job.fingerprint]
            chosen[number] = left.pop() if len(left) == 1 else HELD
    return [chosen[number] for number in range(len(jobs))]


def write_ids(
    tab: Tab, jobs: Sequence[IdJob], before_write: Callable[[list[IdJob]], None]
) -> IdWrite:
    """Read, find, write, read back. May be called again after a failure: it starts from what is there.

    Args:
        tab: The outreach tab.
        jobs: At most a batch.
        before_write: Called with the jobs that are about to be written.
    """
    before = tab.whole()
    fresh = bool(before.layout.missing)
    if fresh:
        before = tab.set_up(before)
    chosen = choose(jobs, before)
    targets = {n: row for n, row in enumerate(chosen) if isinstance(row, int)}
    if not targets:
        return IdWrite([c for c in chosen if isinstance(c, Result)])
    before_write([jobs[number] for number in targets])
    column = id_column(before.layout)
    tab.write([CellWrite(row, column, SYNC_ID, jobs[n].rid) for n, row in targets.items()])
    after = tab.whole()
    wrong = misplaced(jobs, targets, before, after)
    if wrong:
        tab.write([CellWrite(r, id_column(after.layout), SYNC_ID, old) for r, old in wrong.items()])
    results = _results(jobs, chosen, after, wrong)
    if not fresh and not wrong:
        tab.add_boxes(after, [r.row for r in results if r.row in targets.values() and r.row])
    return IdWrite(results, bool(wrong))


def _results(
    jobs: Sequence[IdJob],
    chosen: Sequence[Result | int],
    after: View,
    wrong: Mapping[int, str | None],
) -> list[Result]:
    places = after.rows_of
    results: list[Result] = []
    for job, choice in zip(jobs, chosen, strict=True):
        if isinstance(choice, Result):
            results.append(choice)
            continue
        found = find_row(places, job.rid, choice)
        if found is None:
            results.append(HELD)
        elif found in wrong:
            results.append(WRONG)
        else:
            results.append(Result(OutcomeKind.WRITTEN, row=found))
    return results


def misplaced(
    jobs: Sequence[IdJob], targets: Mapping[int, int], before: View, after: View
) -> dict[int, str | None]:
    """Return rows that got an id meant for another one, with the id they had before.

    A row whose content is new to us was edited, not swapped: it keeps its id.
    """
    rows_before = list(read_rows(before.layout, before.grid))
    once = Counter(row.fingerprint for row in rows_before)
    known: dict[str, Row] = {r.fingerprint: r for r in rows_before if once[r.fingerprint] == 1}
    now = {row.number: row for row in read_rows(after.layout, after.grid)}
    places = after.rows_of
    found: dict[int, str | None] = {}
    for number in targets:
        job = jobs[number]
        for row in places.get(job.rid, ()):
            shown = now.get(row)
            meant = before_fingerprint(rows_before, targets[number])
            if shown is None:
                found[row] = None  # a row that someone inserted, blank but for our id
            elif shown.fingerprint != meant and shown.fingerprint in known:
                found[row] = known[shown.fingerprint].sync_id
    return found


def before_fingerprint(rows: Sequence[Row], number: int) -> str:
    """Return the content's fingerprint of a row."""
    return next((row.fingerprint for row in rows if row.number == number), "")
