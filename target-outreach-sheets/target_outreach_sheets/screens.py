"""Writes our own tabs: makes those that are missing, brings the others up to date, reads back.

The rule: a tab that shows what it should costs no call. What was read back counts, so that a row which a
person moved in between is put right: at once if that shows, else with the next run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from outreach_adapters.ledger.screens import WantedScreen
from outreach_adapters.screens.grid import ScreenGrid, read_screen
from outreach_adapters.screens.requests import ROWS_AT_FIRST, new_tab
from outreach_adapters.sheets.client import SheetsClient, TabFacts
from outreach_core.errors import ConfigError
from outreach_core.model.screens import FRAMES, HEADER_ROW, Screen, ShownScreen
from target_outreach_sheets.screen_changes import ScreenChanges, changes_of
from target_outreach_sheets.tab import Tab

# one body of about 2 MB at most
# https://developers.google.com/workspace/sheets/api/limits
MOST_LINES = 2_500
_PASSES = 2


@dataclass
class Rendered:
    """What a tab was read to show after it was written."""

    wanted: WantedScreen
    shown: ShownScreen
    cleared: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Page:
    """One of our tabs: where it is and what it shows; one that is not there yet shows its headers."""

    facts: TabFacts
    grid: ScreenGrid
    making: tuple[dict[str, Any], ...] = ()


def write_screens(tab: Tab, wanted: Sequence[WantedScreen]) -> list[Rendered]:
    """Bring the tabs up to date that differ. May be called again: it starts from what is there.

    Args:
        tab: The spreadsheet.
        wanted: What they should show, and what is known of them.
    """
    differing = [one for one in wanted if one.dirty]
    if not differing:
        return []
    pages = _pages(tab.client, differing)
    done = {one.view.screen: Rendered(one, pages[one.view.screen].grid.shown) for one in differing}
    for again in range(_PASSES):
        found = {
            screen: _changes(done[screen].wanted, page, dressed=bool(again))
            for screen, page in pages.items()
        }
        if not any(changes.requests for changes in found.values()):
            break
        pages = _send(tab, pages, found)
        for screen, changes in found.items():
            done[screen].cleared |= changes.cleared
    for screen, page in pages.items():
        done[screen].shown = page.grid.shown
    return list(done.values())


def _changes(wanted: WantedScreen, page: _Page, *, dressed: bool) -> ScreenChanges:
    """Return what a tab lacks, its making before all else."""
    changes = changes_of(wanted, page.grid, page.facts, dressed=dressed)
    return ScreenChanges([*page.making, *changes.requests], changes.cleared)


def _pages(client: SheetsClient, wanted: Sequence[WantedScreen]) -> dict[Screen, _Page]:
    """Return the tabs as they are; one call if all are where they were."""
    if all(one.gid is not None and one.title for one in wanted):
        with contextlib.suppress(ConfigError):  # a tab was renamed or deleted
            found = {facts.gid: (facts, grid) for facts, grid in client.grids(_titles(wanted))}
            if all(one.gid in found for one in wanted):
                return {
                    one.view.screen: _page(one.view.screen, *found[one.gid or 0]) for one in wanted
                }
    return _searched(client, wanted)


def _titles(wanted: Sequence[WantedScreen]) -> list[str]:
    return [one.title for one in wanted]


def _page(screen: Screen, facts: TabFacts, grid: Sequence[Sequence[Any]]) -> _Page:
    return _Page(facts, read_screen(screen, facts.gid, facts.title, grid))


def _searched(client: SheetsClient, wanted: Sequence[WantedScreen]) -> dict[Screen, _Page]:
    """Find the tabs by id, else by title; those that are missing are to be made."""
    there = client.tabs()
    found = {one.view.screen: _find(there, one, client) for one in wanted}
    kept = {screen: facts for screen, facts in found.items() if facts is not None}
    read = client.grids([facts.title for facts in kept.values()]) if kept else []
    pages = {facts.gid: (facts, grid) for facts, grid in read}
    taken = {facts.gid for facts in there}
    return {
        screen: _page(screen, *pages[facts.gid]) if facts else _new_page(screen, client, taken)
        for screen, facts in found.items()
    }


def _new_page(screen: Screen, client: SheetsClient, taken: set[int]) -> _Page:
    gid = next(n for n in iter(lambda: client.rng.randrange(1, 1 << 31), 0) if n not in taken)
    taken.add(gid)
    frame = FRAMES[screen]
    facts = TabFacts(frame.title, gid, len(frame.columns), "", ROWS_AT_FIRST)
    header: list[list[str]] = [[] for _ in range(HEADER_ROW - 1)]
    page = _page(screen, facts, [*header, list(frame.columns)])
    return replace(page, making=tuple(new_tab(screen, gid)))


def _find(there: Sequence[TabFacts], wanted: WantedScreen, client: SheetsClient) -> TabFacts | None:
    outreach = client.tab or (there[0].title if there else "")
    ours = [facts for facts in there if facts.title != outreach]
    by_id = [facts for facts in ours if facts.gid == wanted.gid]
    by_title = [facts for facts in ours if facts.title == FRAMES[wanted.view.screen].title]
    return next(iter([*by_id, *by_title]), None)


def _send(
    tab: Tab, pages: Mapping[Screen, _Page], found: Mapping[Screen, ScreenChanges]
) -> dict[Screen, _Page]:
    """Write everything in one call, if it is not too much for one; return what the tabs show then."""
    titles = [page.facts.title for page in pages.values()]
    *parts, last = _parts([one for changes in found.values() for one in changes.requests])
    for part in parts:
        tab.check()
        tab.client.change(part)
    tab.check()
    # what an answer may tell of a tab that the same call makes is documented nowhere
    making = any(page.making for page in pages.values()) and not parts
    told = tab.client.change(last, () if making else titles) or tab.client.grids(titles)
    shown = {facts.gid: (facts, grid) for facts, grid in told}
    return {screen: _page(screen, *shown[page.facts.gid]) for screen, page in pages.items()}


def _parts(requests: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Cut into bodies of at most so many lines; a block of many lines is cut itself."""
    parts: list[list[dict[str, Any]]] = [[]]
    size = 0
    for request in (piece for one in requests for piece in _pieces(one)):
        lines = len(request.get("updateCells", {}).get("rows", ())) or 1
        if parts[-1] and size + lines > MOST_LINES:
            parts.append([])
            size = 0
        parts[-1].append(request)
        size += lines
    return [part for part in parts if part]


def _pieces(request: dict[str, Any]) -> list[dict[str, Any]]:
    block = request.get("updateCells")
    if block is None or len(block["rows"]) <= MOST_LINES:
        return [request]
    start = block["start"]
    return [
        {
            "updateCells": {
                **block,
                "start": {**start, "rowIndex": start["rowIndex"] + first},
                "rows": block["rows"][first : first + MOST_LINES],
            }
        }
        for first in range(0, len(block["rows"]), MOST_LINES)
    ]
