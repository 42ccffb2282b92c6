"""Our three tabs over a whole story: a person answers in the sheet, and nothing else is needed."""

from __future__ import annotations

import contextlib
from typing import Any

from harness.story import rerun, settle, written
from harness.tabs import answer, lines, values
from harness.world import World
from outreach_core.model.screens import FRAMES, Screen
from outreach_sandbox.kernel.client import ControlRefused


def titles(world: World) -> set[str]:
    """Which of our tabs are there."""
    found = set()
    for screen in Screen:
        with contextlib.suppress(ControlRefused):  # the door says that there is no such tab
            values(world, screen)
            found.add(FRAMES[screen].title)
    return found


def shown(line: dict[str, Any], side: str) -> str:
    """The value a side shows in a question, without when it was made."""
    return str(line[side]).partition(" (")[0]


def test_a_first_sync_is_approved_and_a_question_answered_in_the_sheet(world: World) -> None:
    """The preview waits on one tab; its approval brings the others; an answer is done once."""
    rerun(world, 0)
    assert {"Sync Status"} == titles(world)
    assert "10 already in HubSpot, 15 new" in values(world, Screen.STATUS)[0][0]
    (waits,) = [one for one in lines(world, Screen.STATUS) if one["What"] == "Approve"]
    answer(world, Screen.STATUS, waits, "approve")

    rerun(world)

    assert {frame.title for frame in FRAMES.values()} == titles(world)
    assert 25 == len(world.contacts())
    asked = lines(world, Screen.NEEDS_YOU)
    assert 10 == len(asked)
    answer(world, Screen.NEEDS_YOU, asked[0], "Keep sheet")
    before = len(lines(world, Screen.LOG))
    rerun(world)

    found = lines(world, Screen.NEEDS_YOU)[0]
    assert found["Status"].startswith(("Closed", "Chosen"))
    cities = [c["properties"].get("city") for c in world.contacts()]
    assert shown(asked[0], "Sheet") in cities
    assert shown(asked[0], "HubSpot") not in cities
    assert before < len(lines(world, Screen.LOG))
    for _ in range(3):
        rerun(world)
    found = lines(world, Screen.NEEDS_YOU)[0]
    assert ("", True) == (found["Decision"], found["Status"].startswith("Closed"))
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)
    assert len(world.calls()) <= 4


def test_sorting_the_sheet_is_no_reason_to_write(world: World) -> None:
    """Links to rows that moved wait for the next change of their tab."""
    world.at("in step by hubspot-sync, ask", lambda: settle(world, "ask"))
    world.control.people("google", "sort", by="Email", descending=True)

    rerun(world)

    assert [] == written(world)


def test_a_deleted_tab_comes_back_whole(world: World) -> None:
    """Whatever a person does to a tab of ours, the next run puts it right and then is quiet."""
    world.at("in step by hubspot-sync, ask", lambda: settle(world, "ask"))
    before = values(world, Screen.NEEDS_YOU)
    world.control.people("google", "delete_tab", sheet="Needs You")

    rerun(world)

    assert before == values(world, Screen.NEEDS_YOU)
    rerun(world)
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)
