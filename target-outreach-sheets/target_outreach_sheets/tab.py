"""The tab as the target works on it: read, find rows, set up our columns, write, in that order.

The rule: rows are found in the last read before a write, and nothing happens between the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from outreach_adapters.sheets.client import SheetsClient, TabFacts
from outreach_adapters.sheets.columns import (
    checkbox_requests,
    first_free_column,
    set_up_requests,
)
from outreach_adapters.sheets.new_tab import Frame, grow_request, new_tab_requests
from outreach_adapters.sheets.rows import (
    PAUSE,
    SYNC_ID,
    Layout,
    cell_at,
    ids_by_row,
    read_layout,
    read_rows,
)
from outreach_adapters.sheets.sansio import Cell, CellWrite, column_ranges, joined_columns
from outreach_core.errors import Retriable

MOST_TOLD = (
    2_000  # rows that an answer to a change tells; its form takes several times a read's room
)


@dataclass(frozen=True)
class View:
    """One read of the tab, whole or some of its columns."""

    layout: Layout
    grid: list[list[Cell]]
    title: str = ""

    @cached_property
    def ids(self) -> Mapping[int, str]:
        """Ids by row number."""
        return ids_by_row(self.layout, self.grid)

    @cached_property
    def rows_of(self) -> Mapping[str, Sequence[int]]:
        """Row numbers by id."""
        found: dict[str, list[int]] = defaultdict(list)
        for row, rid in self.ids.items():
            found[rid].append(row)
        return found


def find_row(places: Mapping[str, Sequence[int]], rid: str, hint: int | None) -> int | None:
    """Return the row of an id; of several (a copied row) only the one it was planned on."""
    rows = places.get(rid, ())
    if len(rows) == 1:
        return rows[0]
    return hint if hint in rows else None


@dataclass
class Tab:
    """The outreach tab of one spreadsheet.

    Attributes:
        check: Asked before every write; raises if nothing more may be written.
    """

    client: SheetsClient
    check: Callable[[], None]
    _row_count: int = 0
    _gids: dict[str, int] = field(default_factory=dict)

    def gid(self, title: str) -> int:
        """Return the id of the tab with this title; asked for once, for it never changes."""
        return self._gids[title] if title in self._gids else self._facts(title).gid

    def _facts(self, title: str) -> TabFacts:
        facts = self.client.facts(title)
        self._gids[title] = facts.gid
        return facts

    def whole(self) -> View:
        """Read everything."""
        tab = self.client.read_tab()
        return View(read_layout(tab.grid), tab.grid, tab.title)

    def columns(self, layout: Layout, columns: Iterable[int], *, formulas: bool = False) -> View:
        """Read the header and some columns in one call.

        Raises:
            Retriable: ``columns_moved``; a column is not where the layout says.
        """
        wanted = sorted(set(columns))
        found = self.client.read(column_ranges(self.client.tab, wanted), formulas=formulas)
        grid = joined_columns(wanted, found)
        for column in wanted:
            shown = str(cell_at(grid, 1, column) or "").strip()
            # a header may be the result of a formula
            if shown != layout.header[column] and not (formulas and shown.startswith("=")):
                raise Retriable("Columns of the tab were moved.", code="columns_moved")
        return View(layout, grid)

    def write(self, writes: Sequence[CellWrite]) -> None:
        """Write cells, once."""
        self.check()
        self.client.write(writes)

    def set_up(self, view: View) -> View:
        """Add our missing columns, right of everything, and read again."""
        facts = self._facts(view.title)
        requests = set_up_requests(view.layout, view.grid, facts.gid, facts.columns)
        if PAUSE in view.layout.missing:
            start = first_free_column(view.grid)
            column = start + view.layout.missing.index(PAUSE)
            later = replace(view.layout, ours={PAUSE: column})
            rows = [row.number for row in read_rows(view.layout, view.grid)]
            requests += checkbox_requests(later, facts.gid, rows)
        return self._changed(view, requests)

    def _changed(self, view: View, requests: Sequence[Mapping[str, Any]]) -> View:
        """Change the tab, once, and return what it shows then; a small one tells in the same call."""
        self.check()
        if len(view.grid) > MOST_TOLD:
            self.client.change(requests)
            return self.whole()
        ((facts, grid),) = self.client.change(requests, [view.title])
        return View(read_layout(grid), grid, facts.title)

    def has_room(self, row: int) -> bool:
        """Whether the grid is known to have this row."""
        return row <= self._row_count

    def make_ready(self, view: View, frame: Frame, row: int) -> View:
        """Give an empty tab its header, and any tab our columns and enough rows; all of it or nothing."""
        facts = self._facts(view.title)
        requests: list[dict[str, Any]] = []
        if view.layout.missing or not view.layout.header:
            dropdown = not self._has_rule(view, frame.status)
            requests += new_tab_requests(
                frame, view.layout, view.grid, facts.gid, facts.columns, dropdown=dropdown
            )
        if row > facts.rows:
            requests.append(grow_request(facts.gid, row - facts.rows))
        self._row_count = max(row, facts.rows)
        return self._changed(view, requests) if requests else self.whole()

    def _has_rule(self, view: View, header: str) -> bool:
        """Whether a column has a validation already: writing one again resets what people styled."""
        column = view.layout.named.get(header)
        return column is not None and self.client.has_rule(view.title, 2, column)

    def add_boxes(self, view: View, rows: Iterable[int]) -> None:
        """Give rows that have just got their id their ``Pause Sync`` box."""
        rows = list(rows)
        if not rows:
            return
        requests: list[dict[str, Any]] = checkbox_requests(view.layout, self.gid(view.title), rows)
        if requests:
            self.check()
            self.client.change(requests)


def id_column(layout: Layout) -> int:
    """Return the column of the ids, which must be there."""
    return layout.ours[SYNC_ID]
