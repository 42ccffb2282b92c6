"""Whether an import may go into the tab it found (pure).

The rule: an import makes a campaign, it never mixes into one. It fills an empty tab, or goes on with what a
killed run of the same import left unfinished.

The tab (the first that holds):

    1  is another one than this ledger keeps in step          copied_sheet      (cannot be approved)
    2  holds rows under no header, or another header          tab_not_empty, other_header
    3  holds rows; an import of other people was begun here
       and has not come to its end                            other_import
    4  holds rows; this import was begun here                 goes on below them
    5  holds rows, and nobody is missing                      nothing to do
    6  holds rows, else                                       tab_not_empty
    7  holds none                                             filled from row 2 on

Before all of these: a person switched the sync off           paused            (cannot be approved)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outreach_core.merge.guards import paused_trip
from outreach_core.merge.intents import STATUS
from outreach_core.merge.state import Rules
from outreach_core.model import ImportRequest, ImportTab
from outreach_core.model.planning import GuardTrip, PlanningInput

EMAIL = "email"
PREVIEW = "import_preview"


def no_host(_key: str | None) -> str | None:
    """Say that no website stands for a company."""
    return None


@dataclass(frozen=True, slots=True)
class ImportRules:
    """What an import obeys beside the merge's rules.

    Attributes:
        header: The fourteen headers of the outreach layout.
        further: Mapped columns that stand right of them.
        host_of: What a website's compared form says of its company.
        preview: Nothing is written before a person approved.
    """

    header: tuple[str, ...]
    further: tuple[str, ...] = ()
    host_of: Callable[[str | None], str | None] = no_host
    preview: bool = False


def stopped(
    given: PlanningInput,
    request: ImportRequest,
    rules: Rules,
    asked: ImportRules,
    *,
    missing: int,
) -> GuardTrip | None:
    """Return why nothing may be imported, ``None`` if it may.

    Args:
        given: Everything remembered.
        request: What this run gathered for the import.
        rules: Field specs, policy and connected CRMs.
        asked: What the import itself obeys.
        missing: How many records have no row yet.
    """
    tab = request.tab
    known = (given.spreadsheet_id, given.gid)
    paused = paused_trip(given)
    if paused is not None:
        return paused
    lacking = [name for name in (EMAIL, STATUS) if name not in rules.specs]
    if lacking:
        return _blocked(
            "no_column",
            f"The sheet's rule file names no column for {' and '.join(lacking)}: a campaign needs one.",
        )
    if given.spreadsheet_id and known != (tab.spreadsheet_id, tab.gid):  # 1
        return _blocked(
            "copied_sheet",
            "This ledger keeps another spreadsheet or tab in step. Import into that one, or use a "
            "ledger of its own for the new campaign.",
        )
    if tab.rows and not tab.header:  # 2
        return _not_empty(tab)
    if tab.header and not _is_layout(tab.header, asked):  # 2
        return _other_header(tab, asked)
    if not tab.rows or not missing:  # 5 7
        return None
    if not request.begun:  # 6
        return _not_empty(tab)
    if request.begun != request.people.criteria:  # 3
        return _blocked(
            "other_import",
            "An import with other criteria was begun in this tab and has not come to its end. Run "
            "it again as it was, or import into another tab with a ledger of its own.",
        )
    return None  # 4


def _is_layout(header: Sequence[str], asked: ImportRules) -> bool:
    width = len(asked.header)
    return tuple(header[:width]) == asked.header and set(asked.further) <= set(header)


def _not_empty(tab: ImportTab) -> GuardTrip:
    rows = "1 row" if tab.rows == 1 else f"{tab.rows} rows"
    return _blocked(
        "tab_not_empty",
        f"The tab is not empty: it holds {rows}. An import goes into an empty first tab (a header "
        "may be there). Make a new spreadsheet with `outreach new-sheet`, and use a ledger of its own.",
    )


def _other_header(tab: ImportTab, asked: ImportRules) -> GuardTrip:
    shown = [*tab.header[: len(asked.header)], *[""] * len(asked.header)]
    wrong = [n for n, name in enumerate(asked.header) if shown[n] != name]
    lacking = [name for name in asked.further if name not in tab.header]
    named = asked.header[wrong[0]] if wrong else lacking[0]
    return _blocked(
        "other_header",
        f"The first row of the tab is not the outreach header: `{named}` is not where it belongs. "
        "Clear the first row, and the import writes the header.",
    )


def _blocked(guard: str, message: str) -> GuardTrip:
    return GuardTrip(guard, message, clearable=False)


def preview_trips(
    given: PlanningInput, asked: ImportRules, guarded: tuple[str, ...]
) -> tuple[GuardTrip, ...]:
    """Return what still keeps the plan from being delivered: a preview nobody approved."""
    approved = given.approval.guarded if given.approval else frozenset()
    if not asked.preview or set(guarded) <= approved:
        return ()
    return (GuardTrip(PREVIEW, "A preview was asked for: look at it, then approve it."),)
