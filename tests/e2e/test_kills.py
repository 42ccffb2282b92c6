"""kill -9 at every request of the story, then a clean run: the same end as without the kill.

The kill points are read from the journal of an undisturbed run, so new requests are swept without
editing this file. ``make sweep`` runs all of them, ``make test`` a sample.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from harness import campaign
from harness.kills import KillPoint, final_state, run_killed
from harness.world import World

PEOPLE = ("plugin", "meltano", "group")


def prepare(world: World) -> None:
    """Bring a fresh world to the moment before its first delivery."""
    world.control.reset("demo")
    world.control.forget_faults()
    for path in world.home.iterdir():
        path.unlink()
    world.outreach("provision", "hubspot")
    under_way(world)
    assert 0 == world.run(), world.log.read_text()
    world.outreach("plan", "--approve")
    world.later()
    world.control.forget_calls()


def under_way(world: World) -> None:
    """Three were written to before the first run, and one of them is keen."""
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
    world.later()
    world.control.forget_calls()


def finish(world: World) -> None:
    """Run until quiet: one run repairs, two more show that nothing moves."""
    for _ in range(3):
        world.later(120)
        assert 0 == world.run(), world.log.read_text()


def undisturbed(world: World) -> tuple[list[int], list[dict]]:
    """Run the story without a kill; return the requests of each of its runs and the end of each."""
    prepare(world)
    assert 0 == world.run(), world.log.read_text()
    counts = [len(world.calls())]
    finish(world)
    ends = [final_state(world)]
    people_edit(world)
    assert 0 == world.run(), world.log.read_text()
    counts.append(len(world.calls()))
    finish(world)
    ends.append(final_state(world))
    return counts, ends


def points(count: int) -> Iterator[KillPoint]:
    for nth, phase, whom in itertools.product(range(count), ("before", "after"), PEOPLE):
        yield KillPoint(nth, phase, whom)


def check(world: World, point: KillPoint, *, second: bool, ends: list[dict]) -> None:
    """Kill at one point of the first delivery or of the run after people edited."""
    prepare(world)
    if second:
        assert 0 == world.run(), world.log.read_text()
        finish(world)
        people_edit(world)
    assert run_killed(world, point), f"{point} was not reached"
    finish(world)

    addresses = [c["properties"]["email"] for c in world.contacts()]
    assert len(addresses) == len(set(addresses)), f"{point}: a contact was made twice"
    differs = {
        name: [value for value in ends[second][name] if value not in found]
        + [value for value in found if value not in ends[second][name]]
        for name, found in final_state(world).items()
        if found != ends[second][name] and name != "sheet"
    }
    assert not differs, f"{point}: {differs}"
    assert ends[second] == final_state(world), str(point)


def sample(found: list[KillPoint], size: int) -> list[KillPoint]:
    """Return points spread evenly over the story, phases and victims."""
    step = max(1, len(found) // size)
    return found[step // 2 :: step][:size]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_sample_of_kills_changes_nothing(world: World):
    """A few kill points over both runs; the complete sweep is ``make sweep``."""
    counts, ends = undisturbed(world)
    for second, count in enumerate(counts):
        for point in sample(list(points(count)), 4):
            check(world, point, second=bool(second), ends=ends)


@pytest.mark.sweep
@pytest.mark.parametrize("second", [False, True], ids=["first delivery", "after edits"])
@pytest.mark.parametrize("whom", PEOPLE)
def test_every_kill_changes_nothing(world: World, whom: str, second: bool):
    """Every request, before and after, for one victim."""
    counts, ends = undisturbed(world)
    swept = 0
    for point in points(counts[second]):
        if point.whom == whom:
            check(world, point, second=second, ends=ends)
            swept += 1
    print(f"{swept} kill points swept ({whom}, {'after edits' if second else 'first delivery'})")
    assert swept == 2 * counts[second]
