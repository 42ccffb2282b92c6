"""kill -9 at every request of a campaign with Salesforce, then a clean run: as without the kill.

The twin of ``test_kills.py``. ``make sweep`` runs every kill point, ``make test`` a sample.
"""

from __future__ import annotations

import pytest

from harness import campaign, sales
from harness.kill_story import PEOPLE, Story, points, sample
from harness.story import type_into
from harness.world import World

pytestmark = pytest.mark.processes


def begin(world: World) -> None:
    """Twelve were written to before the first run."""
    for number, mail in enumerate(campaign.mails(world)[: campaign.SENT]):
        campaign.send(world, mail, campaign.sent_at(number))


def people_edit(world: World) -> None:
    """Five answer, two of them gladly; phones change in Salesforce, names in the sheet."""
    mails = campaign.mails(world)
    for number, text in enumerate(campaign.REPLIES):
        campaign.answer(world, mails[number], f"2026-11-24 1{number}:00:00", text)
    for number, mail in enumerate(mails[10:16]):
        sales.edit(world, mail, Phone=f"+1 555 01{number:02d}")
    for row in (20, 21, 22):
        type_into(world, row, "Contact Person", f"Ada Sample {row}")


STORY = Story(
    "a campaign with salesforce",
    begin,
    people_edit,
    sales.final_state,
    sales.once,
    ("plan", "--approve", "--keep", "crm"),
)


@pytest.fixture
def alone(world: World) -> World:
    """A world whose job is with Salesforce alone."""
    world.job = "salesforce-sync"
    return world


def undisturbed(world: World) -> tuple[list[int], list[dict[str, object]]]:
    """Return the requests and the ends of the story, which tells of everything there is to kill."""
    counts, ends = STORY.undisturbed(world)
    assert (25, 17, 2) == tuple(len(ends[1][obj]) for obj in ("Lead", "Task", "Opportunity"))
    assert 12 == len(ends[0]["Task"])
    return counts, ends


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_sample_of_kills_changes_nothing(alone: World):
    """A few kill points over both runs: every lead, task and opportunity is there once."""
    counts, ends = undisturbed(alone)
    for second, count in enumerate(counts):
        for point in sample(list(points(count)), 1 if second else 2):
            STORY.check(alone, point, second=bool(second), ends=ends)


@pytest.mark.sweep
@pytest.mark.parametrize("second", [False, True], ids=["first delivery", "after edits"])
@pytest.mark.parametrize("whom", PEOPLE)
def test_every_kill_changes_nothing(alone: World, whom: str, second: bool):
    """Every request, before and after, for one victim."""
    counts, ends = undisturbed(alone)
    swept = 0
    for point in points(counts[second]):
        if point.whom == whom:
            STORY.check(alone, point, second=second, ends=ends)
            swept += 1
    print(f"{swept} kill points swept ({whom}, {'after edits' if second else 'first delivery'})")
    assert swept == 2 * counts[second]
