"""Random days of people, the outreach system, kills and faults: whatever happens, the laws hold.

A seed that once broke a law stays in the list. To look into one: the assertion shows the diary.
"""

from __future__ import annotations

import random

import pytest

from harness import laws
from harness.days import Day
from harness.story import in_step
from harness.world import World

SEEDS = [3, pytest.param(51, marks=pytest.mark.sweep)]
SWEEP = range(1000, 1040)


def live(day: Day, rests: int) -> list[str]:
    """Live some days, each with a rest at its end; return the laws that were broken."""
    wrong: list[str] = []
    for _ in range(rests):
        laws.begin(day)
        for _ in range(day.random.randrange(1, 4)):
            for _ in range(day.random.randrange(3, 14)):
                day.act()
                if day.random.random() < 0.3:
                    day.world.later(day.random.choice([1, 10, 45, 90, 300, 3600]))
            before = laws.Look.at(day.world)
            day.run()
            wrong += laws.broken_by_run(before, laws.Look.at(day.world))
        wrong += laws.come_to_rest(day)
        wrong += laws.broken_at_rest(day)
        if wrong:
            break
    return wrong


def random_days(world: World, seed: int, rests: int) -> None:
    day = Day(world, random.Random(seed))
    in_step(world, keep=day.random.choice(["ask", "crm", "sheet"]))
    wrong = live(day, rests)
    assert [] == wrong, "\n".join([*day.said, "", *wrong])


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_day_breaks_no_law(world: World, seed: int):
    """Nothing typed is lost, the sides agree, rows and contacts are sacred."""
    random_days(world, seed, 1)


@pytest.mark.sweep
@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", SWEEP)
def test_random_days_break_no_law(world: World, seed: int):
    """The same over several days of one world."""
    random_days(world, seed, 4)
