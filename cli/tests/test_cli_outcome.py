"""How things stand is judged once, and the worst wins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outreach_cli.exits import Exit
from outreach_cli.outcome import Facts, Standing, judge
from outreach_core.model import Side, SideState, SideStatus
from outreach_core.model.planning import GuardTrip

CLEAN = Facts(sides={}, guards=(), rejected=0, conflicts=0)
PREVIEW = GuardTrip("first_sync", "First sync: look at the preview.")
PAUSED = GuardTrip("paused", "The sync is paused.", clearable=False)
MASS = GuardTrip("mass_archive", "12 rows would be archived.")
HUBSPOT_DOWN = {
    Side.HUBSPOT: SideStatus(Side.HUBSPOT, SideState.UNREACHABLE, "unreachable", "No answer.")
}


@pytest.mark.parametrize(
    ("facts", "standing", "number"),
    [
        (CLEAN, Standing.CLEAN, Exit.CLEAN),
        (replace(CLEAN, conflicts=2), Standing.QUESTIONS, Exit.CLEAN),
        (replace(CLEAN, guards=(PREVIEW,), conflicts=2), Standing.APPROVAL, Exit.CLEAN),
        (replace(CLEAN, guards=(PAUSED,), paused=True, conflicts=2), Standing.PAUSED, Exit.CLEAN),
        (replace(CLEAN, guards=(PAUSED,)), Standing.APPROVAL, Exit.CLEAN),
        (replace(CLEAN, rejected=1, conflicts=2), Standing.REJECTED, Exit.REJECTED),
        (replace(CLEAN, finished=False, rejected=1), Standing.UNFINISHED, Exit.RETRY),
        (replace(CLEAN, guards=(PREVIEW, MASS), rejected=1), Standing.GUARD, Exit.GUARD),
        (replace(CLEAN, sides=HUBSPOT_DOWN, guards=(MASS,)), Standing.UNREACHABLE, Exit.RETRY),
        (replace(CLEAN, resync="Lost.", sides=HUBSPOT_DOWN), Standing.RESYNC, Exit.RESYNC),
    ],
)
def test_the_worst_wins(facts: Facts, standing: Standing, number: Exit) -> None:
    """Each line of the module's table, with a milder fact beside it."""
    outcome = judge(facts)

    assert (standing, number) == (outcome.standing, outcome.exit)


def test_everything_that_holds_is_said() -> None:
    """A refused row does not hide an open question."""
    outcome = judge(replace(CLEAN, rejected=1, conflicts=2))

    assert [
        "1 row was refused. See why: outreach status",
        "2 questions need an answer. See them: outreach status",
    ] == list(outcome.sentences)


def test_what_to_run_again_is_what_ran() -> None:
    """A run that was cut short is gone on with by its own job."""
    cut = Facts({}, (), 0, 0, finished=False, resync="Look.", usual="meltano run crm-sync")

    assert [
        "Look. Run: meltano run crm-sync --full-refresh",
        "The last run was cut short. Run again: meltano run crm-sync",
    ] == list(judge(cut).sentences)


def test_unreachable_sheet_is_not_reported_twice() -> None:
    """The planner's stop for a side that cannot be read is that side's own news."""
    down = SideStatus(Side.SHEET, SideState.UNREACHABLE, "unreachable", "No answer.")
    stopped = GuardTrip("unreachable", "No answer.", clearable=False)

    outcome = judge(replace(CLEAN, sides={Side.SHEET: down}, guards=(stopped,)))

    assert ("The sheet could not be reached and was left untouched. No answer.",) == (
        outcome.sentences
    )
