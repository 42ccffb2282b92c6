"""What has to be written into one of our tabs, from what it should show and what it shows (pure).

The rule: a line stays in its row, whoever sorted the tab; a new one goes below everything that is there.

| # | the line                                   | what follows                                               |
|---|--------------------------------------------|------------------------------------------------------------|
| 1 | stands in the tab                          | its cells that differ (``line_change``)                    |
| 2 | stands there several times (copied)        | the first is it; the others lose their id                  |
| 3 | does not                                   | a new row at the end, with its dropdown                    |
| 4 | does not, and a log is full                | the row of the oldest line nobody answers                  |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from outreach_adapters.ledger.screens import WantedScreen
from outreach_adapters.ledger.screens_shown import KnownLine
from outreach_adapters.screens.grid import ScreenGrid
from outreach_adapters.screens.requests import dropdown, link, texts
from outreach_adapters.sheets.client import TabFacts
from outreach_core.model.screens import (
    EVIDENCE,
    ITEM,
    MOST_LOG_LINES,
    Frame,
    Line,
    ShownLine,
    line_change,
)

Request = dict[str, Any]
_UNKNOWN = KnownLine("", {})


@dataclass(frozen=True)
class ScreenChanges:
    """What is to be written, and whose answers that clears."""

    requests: list[Request] = field(default_factory=list)
    cleared: frozenset[str] = frozenset()


def changes_of(
    wanted: WantedScreen,
    grid: ScreenGrid,
    facts: TabFacts,
    most: int = MOST_LOG_LINES,
    *,
    dressed: bool = False,
) -> ScreenChanges:
    """Return what a tab lacks.

    Args:
        wanted: What it should show, and what is known of it.
        grid: What it shows.
        facts: How large it is.
        most: How many lines a log may have.
        dressed: The dropdowns and links of the lines that are there were just written.
    """
    columns, width = _columns(wanted.view.frame, grid)
    page = _Page(facts.gid, columns)
    view = wanted.view
    if len(columns) > len(grid.columns):
        page.header(grid.header_row, grid.columns)
    if grid.header_row > 1 and view.headline != grid.shown.headline:
        page.put(1, 0, view.headline)
    cleared = _present(wanted, grid, page, dressed=dressed)
    rows = _new_rows(wanted, grid, most)
    for line, row, is_new in rows:
        page.line(line, row, view.frame, is_new=is_new)
        page.dress(line, row, _UNKNOWN, view.frame)
    last = max([grid.height, *(row for _, row, _ in rows)])
    return ScreenChanges([*_growth(facts, last, width), *page.requests()], cleared)


def _columns(frame: Frame, grid: ScreenGrid) -> tuple[dict[str, int], int]:
    """Return where each column is or, if its header is gone, where it goes; and the width needed."""
    columns = dict(grid.columns)
    free = grid.width if columns else 0
    for name in frame.columns:
        if name not in columns:
            columns[name] = free
            free += 1
    return columns, max(columns.values()) + 1


def _growth(facts: TabFacts, rows: int, columns: int) -> list[Request]:
    sizes = (("ROWS", rows - facts.rows), ("COLUMNS", columns - facts.columns))
    return [
        {"appendDimension": {"sheetId": facts.gid, "dimension": dimension, "length": more}}
        for dimension, more in sizes
        if more > 0
    ]


def _present(
    wanted: WantedScreen, grid: ScreenGrid, page: _Page, *, dressed: bool
) -> frozenset[str]:
    """Bring the lines that are there up to date (cases 1 and 2); return whose answers are cleared."""
    frame = wanted.view.frame
    lines = {line.item: line for line in wanted.view.lines}
    seen: set[str] = set()
    cleared = set()
    for shown in grid.shown.lines:
        if shown.item in seen:  # 2
            page.texts(shown.row, {ITEM: "", EVIDENCE: ""})
            continue
        seen.add(shown.item)
        known = wanted.known.get(shown.item, _UNKNOWN)
        line = lines.get(shown.item) or (Line(shown.item, {}) if frame.fixed else None)
        if line is None:
            continue
        change = line_change(frame, line, shown, known.taken)  # 1
        page.texts(shown.row, change.texts)
        if change.cleared:
            cleared.add(shown.item)
        if not frame.fixed and not dressed:
            page.dress(line, shown.row, known, frame)
    return frozenset(cleared)


def _new_rows(wanted: WantedScreen, grid: ScreenGrid, most: int) -> list[tuple[Line, int, bool]]:
    """Return the lines that are not there with the row of each (cases 3 and 4), and whether it is new."""
    there = {line.item: line for line in grid.shown.lines}
    lacking = [line for line in wanted.view.lines if line.item not in there]
    over = max(0, len(there) + len(lacking) - most) if wanted.view.frame.fixed else 0
    reused = _oldest(wanted.view.frame, list(there.values()))[:over]
    first = max(grid.height, grid.header_row) + 1
    fresh = range(first, first + len(lacking) - len(reused))
    rows = [(row, False) for row in reused] + [(row, True) for row in fresh]
    return [(line, row, new) for line, (row, new) in zip(lacking, rows, strict=True)]


def _oldest(frame: Frame, shown: Sequence[ShownLine]) -> list[int]:
    """Return the rows of a log's lines that may be used again, the oldest first."""
    free = [one for one in shown if not any(one.cells.get(name) for name in frame.answers)]
    return [one.row for one in sorted(free, key=lambda one: _number(one.item))]


def _number(item: str) -> int:
    return int(item) if item.isdecimal() else 0


@dataclass
class _Page:
    """Collects cells, and makes as few requests of them as there are blocks."""

    gid: int
    columns: Mapping[str, int]
    cells: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    choices: dict[tuple[int, tuple[str, ...]], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    links: list[Request] = field(default_factory=list)

    def put(self, row: int, column: int, text: str) -> None:
        self.cells[row][column] = text

    def texts(self, row: int, found: Mapping[str, str]) -> None:
        for name, text in found.items():
            self.put(row, self.columns[name], text)

    def header(self, row: int, known: Mapping[str, int]) -> None:
        self.texts(row, {name: name for name in self.columns if name not in known})

    def line(self, line: Line, row: int, frame: Frame, *, is_new: bool) -> None:
        """Put a whole line; the answers of a row that is used again stay blank as they are."""
        blank = dict.fromkeys(frame.columns, "")
        found = {**blank, **line.cells, ITEM: line.item, EVIDENCE: line.evidence}
        kept = () if is_new else frame.answers
        self.texts(row, {name: text for name, text in found.items() if name not in kept})

    def dress(self, line: Line, row: int, known: KnownLine, frame: Frame) -> None:
        """Put the dropdown and the links that a line lacks."""
        if line.choices != known.choices:
            self.choices[self.columns[frame.decision], line.choices].append(row)
        for name in {*line.links, *known.links}:
            if line.links.get(name, "") != known.links.get(name, ""):
                address = line.links.get(name, "")
                self.links.append(link(self.gid, self.columns[name], row, address))

    def requests(self) -> list[Request]:
        """Return everything that was collected."""
        found = [texts(self.gid, row, column, block) for row, column, block in self._blocks()]
        for (column, choices), rows in self.choices.items():
            found += dropdown(self.gid, column, rows, choices)
        return [*found, *self.links]

    def _blocks(self) -> Iterator[tuple[int, int, list[list[str]]]]:
        """Join adjoining cells of a row, and rows of the same columns below each other."""
        runs: list[tuple[int, int, list[list[str]]]] = []
        for row in sorted(self.cells):
            for column, cells in _runs(self.cells[row]):
                last = runs[-1] if runs else None
                fits = (
                    last is not None
                    and last[0] + len(last[2]) == row
                    and (last[1], len(last[2][0])) == (column, len(cells))
                )
                if last is not None and fits:
                    last[2].append(cells)
                else:
                    runs.append((row, column, [cells]))
        yield from runs


def _runs(cells: Mapping[int, str]) -> list[tuple[int, list[str]]]:
    columns = sorted(cells)
    found: list[tuple[int, list[str]]] = [(columns[0], [cells[columns[0]]])] if columns else []
    for before, column in pairwise(columns):
        if column == before + 1:
            found[-1][1].append(cells[column])
        else:
            found.append((column, [cells[column]]))
    return found
