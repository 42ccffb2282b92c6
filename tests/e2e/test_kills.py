"""kill -9 at every request of the story, then a clean run: the same end as without the kill.

The kill points are read from the journal of an undisturbed run, so new requests are swept without
editing this file. ``make sweep`` runs all of them, ``make test`` a sample.
"""

from __future__ import annotations

import pytest

from harness import campaign
from harness.kill_story import PEOPLE, Story, points, sample
from harness.kills import final_state
from harness.world import World

pytestmark = pytest.mark.processes


def begin(world: World) -> None:
    """Three were written to before the first run, and one of them is keen."""
    world.outreach("provision", "hubspot")
    for number, mail in enumerate(campaign.mails(world)[:3]):
        campaign.send(world, mail, campaign.sent_at(number))
    campaign.answer(world, campaign.mails(world)[0], "2026-11-24 10:00:00", campaign.YES)


def people_edit(world: World) -> None:
    """Edit both sides, as between the runs of an ordinary day; more is sent and answered."""
    for number, mail in enumerate(campaign.mails(world)[3:6], 3):
        campaign.send(world, mail, campaign.sent_at(number))
    for number, text in ((1, campaign.YES), (3, campaign.WELL)):
        mail = campaign.mails(world)[number]
        campaign.answer(world, mail, f"2026-11-24 1{number}:00:00", text)
    mails = sorted(c["properties"]["email"] for c in world.contacts())
    edit = world.control.people
    for number, mail in enumerate(mails[:6]):
        edit("hubspot", "edit", email=mail, properties={"phone": f"+1 555 01{number:02d}"})
    for row in (20, 21, 22):
        edit("google", "type", row=row, header="Contact Person", value=f"Ada Sample {row}")


def addresses(world: World) -> list[str]:
    """Return whom there is a contact of."""
    return [c["properties"]["email"] for c in world.contacts()]


STORY = Story("a campaign with hubspot", begin, people_edit, final_state, addresses)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_sample_of_kills_changes_nothing(world: World):
    """A few kill points over both runs; the complete sweep is ``make sweep``."""
    counts, ends = STORY.undisturbed(world)
    for second, count in enumerate(counts):
        for point in sample(list(points(count)), 2):
            STORY.check(world, point, second=bool(second), ends=ends)


@pytest.mark.sweep
@pytest.mark.parametrize("second", [False, True], ids=["first delivery", "after edits"])
@pytest.mark.parametrize("whom", PEOPLE)
def test_every_kill_changes_nothing(world: World, whom: str, second: bool):
    """Every request, before and after, for one victim."""
    counts, ends = STORY.undisturbed(world)
    swept = 0
    for point in points(counts[second]):
        if point.whom == whom:
            STORY.check(world, point, second=second, ends=ends)
            swept += 1
    print(f"{swept} kill points swept ({whom}, {'after edits' if second else 'first delivery'})")
    assert swept == 2 * counts[second]
