"""Where our own tabs are, so that they are read in the same call as the outreach tab.

The rule: a tab is known by its sheet id and found by its title the first time only, so that one that a
person renamed is still ours. What is known is kept in the bookmark.

| # | of the tab is known                  | and now there is                  | it is                        |
|---|--------------------------------------|-----------------------------------|------------------------------|
| 1 | its id                               | a tab with it                     | that one, whatever its title |
| 2 | nothing, or its id is gone           | a tab with its title              | that one                     |
| 3 |                                      | neither                           | missing                      |
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from outreach_adapters.screens.grid import read_screen
from outreach_adapters.sheets.client import SheetsClient, TabFacts, TabRead
from outreach_core.errors import ConfigError, Retriable
from outreach_core.model.screens import FRAMES, Screen, ShownScreen

KEY = "screens"
Places = dict[Screen, tuple[int, str]]  # sheet id and title


def kept_places(bookmark: Mapping[str, Any]) -> Places:
    """Return where the tabs were when they were found last."""
    kept: Mapping[str, Any] = bookmark.get(KEY) or {}
    return {
        screen: (int(kept[screen][0]), str(kept[screen][1])) for screen in Screen if screen in kept
    }


def keep_places(bookmark: MutableMapping[str, Any], places: Places) -> None:
    """Keep where they are."""
    bookmark[KEY] = {str(screen): list(place) for screen, place in places.items()}


def find_places(tabs: Sequence[TabFacts], known: Places, outreach: str) -> Places:
    """Return where the tabs are (cases 1 to 3); the outreach tab is none of them."""
    by_id = {tab.gid: tab.title for tab in tabs if tab.title != outreach}
    by_title = {title: gid for gid, title in by_id.items()}
    found: Places = {}
    for screen in Screen:
        gid, title = known[screen][0] if screen in known else None, FRAMES[screen].title
        if gid in by_id:  # 1
            found[screen] = (gid, by_id[gid])
        elif title in by_title:  # 2
            found[screen] = (by_title[title], title)
    return found


def read_together(client: SheetsClient, places: Places) -> tuple[TabRead, dict[Screen, TabRead]]:
    """Read the outreach tab and ours in one call; without ours if one of them is gone or renamed."""
    try:
        first, *ours = client.read_tabs([title for _, title in places.values()])
    except ConfigError as error:
        if error.code != "tab_not_found" or not places:
            raise
        return client.read_tab(), {}
    return first, dict(zip(places, ours, strict=True))


def read_missing(client: SheetsClient, places: Places) -> dict[Screen, TabRead]:
    """Read tabs that were found only now.

    Raises:
        Retriable: ``tab_renamed``; one of them is gone again.
    """
    if not places:
        return {}
    try:
        _, *ours = client.read_tabs([title for _, title in places.values()])
    except ConfigError as error:
        if error.code != "tab_not_found":
            raise
        raise Retriable("A tab was renamed while it was read.", code="tab_renamed") from error
    return dict(zip(places, ours, strict=True))


def shown_screens(
    places: Places, reads: Mapping[Screen, TabRead], *, looked: bool
) -> tuple[ShownScreen, ...]:
    """Return what each tab shows; if all tabs were looked at, one that is not there says so."""
    found = []
    for screen in Screen:
        if screen not in places or screen not in reads:
            if looked:
                found.append(ShownScreen(screen, None))
            continue
        gid, title = places[screen]
        found.append(read_screen(screen, gid, title, reads[screen].grid).shown)
    return tuple(found)
