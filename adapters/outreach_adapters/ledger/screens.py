"""What our three tabs should show and do not, and what is known of what they show.

The rule: level-triggered. A tab is computed from the ledger as it is now and compared with what was read
or confirmed last; nothing is written because something happened.

| # | before the tab may show anything                           | may be shown              |
|---|------------------------------------------------------------|---------------------------|
| 1 | nothing was planned yet                                    | nothing                   |
| 2 | the ledger belongs to another spreadsheet or tab, or       | Sync Status               |
|   | another ledger is in charge of this one                    |                           |
| 3 | no first sync was approved, and an import asks first       | nothing                   |
| 4 | no first sync was approved                                 | Sync Status               |
| 5 | else                                                       | all three                 |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from outreach_adapters.ledger.approvals import FIRST_SYNC_PLANNED
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.plans import is_import, newest_plan
from outreach_adapters.ledger.renderings import row_states
from outreach_adapters.ledger.runs import current_run_id
from outreach_adapters.ledger.schema_screens import screen_tab
from outreach_adapters.ledger.screens_facts import facts_of
from outreach_adapters.ledger.screens_log import view_log
from outreach_adapters.ledger.screens_needs import view_needs
from outreach_adapters.ledger.screens_shown import KnownLine, known_lines, note_read_back
from outreach_adapters.ledger.screens_status import view_status
from outreach_adapters.ledger.writes import read_meta
from outreach_core.model.planning import count_standings
from outreach_core.model.screens import (
    Frame,
    Line,
    Screen,
    ScreenView,
    ShownLine,
    ShownScreen,
    line_change,
)

_NOT_OURS = ("copied_sheet", "other_ledger")


@dataclass(frozen=True, slots=True)
class WantedScreen:
    """A tab as it should be, and what is known of it as it is.

    Attributes:
        gid: Of the tab where it was seen last; ``None`` if it has to be made.
        dirty: Whether anything differs from what was read or confirmed last.
    """

    view: ScreenView
    gid: int | None
    title: str
    known: Mapping[str, KnownLine]
    dirty: bool


class Screens:
    """Says what our tabs should show, and takes in what they show."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def allowed(self) -> tuple[Screen, ...]:
        """Return the tabs that may be shown now (cases 1 to 5)."""
        with self._store.read() as connection:
            return _allowed(connection)

    def standings(self) -> dict[str, int]:
        """Return how many rows stand how, as *Sync Status* counts them."""
        with self._store.read() as connection:
            return count_standings(Counter(row_states(connection).values()))

    def wanted(self, labels: Mapping[str, str]) -> list[WantedScreen]:
        """Return the tabs that may be shown now, each with what is known of it.

        Args:
            labels: Headers of the outreach tab by the name of their field.
        """
        with self._store.read() as connection:
            screens = _allowed(connection)
            if not screens:
                return []
            facts = facts_of(connection, labels)
            run_id = current_run_id(connection)
            found = []
            for screen in screens:
                known = known_lines(connection, screen, run_id)
                view = _VIEWS[screen](facts, known)
                found.append(_wanted(connection, view, known))
            return found

    def confirm(
        self, shown: ShownScreen, written: ScreenView, cleared: Collection[str] = ()
    ) -> None:
        """Note what a tab was read to show after it was written.

        Args:
            shown: As read back; answers in it are for the next run to read.
            written: What it was to show; dropdowns and links are taken for written with their line.
            cleared: Items whose answer was cleared.
        """
        with self._store.write() as connection:
            note_read_back(connection, shown, written, cleared, self._store.stamp())

    def known(self, screen: Screen) -> dict[str, KnownLine]:
        """Return what is known of the lines of a tab."""
        with self._store.read() as connection:
            return known_lines(connection, screen, current_run_id(connection))


_VIEWS: Mapping[Screen, Any] = {
    Screen.STATUS: lambda facts, _known: view_status(facts),
    Screen.NEEDS_YOU: lambda facts, known: view_needs(
        facts, [ShownLine(item, 0, line.cells, line.evidence) for item, line in known.items()]
    ),
    Screen.LOG: lambda facts, known: view_log(facts, frozenset(known)),
}


def _allowed(connection: Connection) -> tuple[Screen, ...]:
    made = newest_plan(connection)
    if made is None:  # 1
        return ()
    if any(trip["guard"] in _NOT_OURS for trip in made.guards or ()):  # 2
        return (Screen.STATUS,)
    if not read_meta(connection, FIRST_SYNC_PLANNED):
        return () if is_import(made) else (Screen.STATUS,)  # 3, 4
    return tuple(Screen)  # 5


def _wanted(
    connection: Connection, view: ScreenView, known: Mapping[str, KnownLine]
) -> WantedScreen:
    query = select(screen_tab).where(screen_tab.c.screen == str(view.screen))
    tab = connection.execute(query).first()
    if tab is None or tab.gid is None:
        return WantedScreen(view, None, tab.title if tab else "", known, dirty=True)
    dirty = tab.headline != view.headline or any(_dirty(view.frame, known, view.lines))
    return WantedScreen(view, tab.gid, tab.title, known, dirty=dirty)


def _dirty(frame: Frame, known: Mapping[str, KnownLine], lines: Sequence[Line]) -> Iterator[bool]:
    """Tell of each line whether anything of it is to be written."""
    wanted = {line.item: line for line in lines}
    for item, line in wanted.items():
        found = known.get(item)
        yield found is None or _differs(frame, line, found)
    if frame.fixed:  # lines that are there are not among those that are wanted
        yield from (_differs(frame, Line(item, {}), found) for item, found in known.items())


def _differs(frame: Frame, line: Line, found: KnownLine) -> bool:
    shown = ShownLine(line.item, 0, {**found.cells, **found.taken.answers}, found.evidence)
    if line_change(frame, line, shown, found.taken).texts:
        return True
    # a row that moved is no reason to write: its link is put right with the next change of the tab
    return line.choices != found.choices and not frame.fixed
