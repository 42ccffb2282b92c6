"""Writes our own tabs: makes those that are missing, brings the others up to date, reads back.

The rule: a tab that shows what it should costs no call. What was read back counts, so that a row which a
person moved in between is put right: at once if that shows, else with the next run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach_adapters.ledger.screens import WantedScreen
from outreach_adapters.screens.grid import ScreenGrid, read_screen
from outreach_adapters.screens.requests import new_tab
from outreach_adapters.sheets.client import SheetsClient, TabFacts
from outreach_adapters.sheets.sansio import whole_tab
from outreach_core.model.screens import FRAMES, Screen, ShownScreen
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


def write_screens(tab: Tab, wanted: Sequence[WantedScreen]) -> list[Rendered]:
    """Bring the tabs up to date that differ. May be called again: it starts from what is there.

    Args:
        tab: The spreadsheet.
        wanted: What they should show, and what is known of them.
    """
    differing = [one for one in wanted if one.dirty]
    if not differing:
        return []
    places = _places(tab, differing)
    grids = _read(tab.client, places)
    done = {one.view.screen: Rendered(one, grids[one.view.screen].shown) for one in differing}
    for again in range(_PASSES):
        found = {
            one.view.screen: changes_of(
                one, grids[one.view.screen], places[one.view.screen], dressed=bool(again)
            )
            for one in differing
        }
        if not any(changes.requests for changes in found.values()):
            break
        _send(tab, found)
        places = _places(tab, differing) if _grew(found) else places
        grids = _read(tab.client, places)
        for screen, changes in found.items():
            done[screen].cleared |= changes.cleared
    for screen, grid in grids.items():
        done[screen].shown = grid.shown
    return list(done.values())


def _places(tab: Tab, wanted: Sequence[WantedScreen]) -> dict[Screen, TabFacts]:
    """Return where the tabs are, by id, else by title; those that are missing are made."""
    client = tab.client
    there = client.tabs()
    found = {one.view.screen: _find(there, one, client) for one in wanted}
    requests: list[dict[str, Any]] = []
    taken = {facts.gid for facts in there}
    for screen, facts in found.items():
        if facts is None:
            gid = next(
                n for n in iter(lambda: client.rng.randrange(1, 1 << 31), 0) if n not in taken
            )
            taken.add(gid)
            requests += new_tab(screen, gid)
    if not requests:
        return {screen: facts for screen, facts in found.items() if facts is not None}
    tab.check()
    client.change(requests)
    return _places(tab, wanted)


def _find(there: Sequence[TabFacts], wanted: WantedScreen, client: SheetsClient) -> TabFacts | None:
    outreach = client.tab or (there[0].title if there else "")
    ours = [facts for facts in there if facts.title != outreach]
    by_id = [facts for facts in ours if facts.gid == wanted.gid]
    by_title = [facts for facts in ours if facts.title == FRAMES[wanted.view.screen].title]
    return next(iter([*by_id, *by_title]), None)


def _read(client: SheetsClient, places: Mapping[Screen, TabFacts]) -> dict[Screen, ScreenGrid]:
    found = client.read([whole_tab(facts.title) for facts in places.values()])
    return {
        screen: read_screen(screen, facts.gid, facts.title, one.get("values", []))
        for (screen, facts), one in zip(places.items(), found, strict=True)
    }


def _send(tab: Tab, found: Mapping[Screen, ScreenChanges]) -> None:
    """Write everything in one call, if it is not too much for one."""
    requests = [request for changes in found.values() for request in changes.requests]
    for part in _parts(requests):
        tab.check()
        tab.client.change(part)


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


def _grew(found: Mapping[Screen, ScreenChanges]) -> bool:
    return any("appendDimension" in one for changes in found.values() for one in changes.requests)
