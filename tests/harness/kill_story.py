"""A story that is killed at a request and run again: what is common to every CRM.

The rule: the story is told the same way with the kill and without, and the ends are compared; the kill
points are counted in an undisturbed run, so new requests are swept without editing anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from harness.kills import KillPoint, run_killed
from harness.world import World

PEOPLE = ("plugin", "meltano", "group")


@dataclass(frozen=True)
class Story:
    """Two runs that are killed: the first delivery, and the one after people edited.

    Attributes:
        name: Of the story; no other has it.
        begin: Sets up a world that was reset, up to its first run.
        edit: What happens between the first delivery and the second run.
        end: Returns everything a person would compare.
        once: Returns the names of what must be there once, however it went.
        approve: How the first plan is approved.
    """

    name: str
    begin: Callable[[World], None]
    edit: Callable[[World], None]
    end: Callable[[World], dict[str, Any]]
    once: Callable[[World], list[str]]
    approve: tuple[str, ...] = ("plan", "--approve")

    def prepare(self, world: World) -> None:
        """Bring a fresh world to the moment before its first delivery."""
        clear(world)
        world.at(f"{self.name}, about to be told", lambda: self._up_to_the_first(world))

    def prepare_again(self, world: World) -> None:
        """Bring it to the moment after the first delivery, when people have edited."""
        clear(world)
        world.at(f"{self.name}, after edits", lambda: self._up_to_the_second(world))

    def _up_to_the_first(self, world: World) -> None:
        world.control.reset("demo")
        self.begin(world)
        ran(world)
        world.outreach(*self.approve)
        world.later()

    def _up_to_the_second(self, world: World) -> None:
        self.prepare(world)
        ran(world)
        finish(world)
        self.go_on(world)

    def go_on(self, world: World) -> None:
        """Let people edit, as between the runs of an ordinary day."""
        self.edit(world)
        world.later()
        world.control.forget_calls()

    def undisturbed(self, world: World) -> tuple[list[int], list[dict[str, Any]]]:
        """Return how many requests each of the two runs makes, and the end of each."""
        self.prepare(world)
        counts, ends = [], []
        for again in (False, True):
            if again:
                self.go_on(world)
            ran(world)
            counts.append(len(world.calls()))
            finish(world)
            ends.append(self.end(world))
        return counts, ends

    def check(
        self, world: World, point: KillPoint, *, second: bool, ends: list[dict[str, Any]]
    ) -> None:
        """Kill at one point of the first delivery or of the run after people edited."""
        self.prepare_again(world) if second else self.prepare(world)
        assert run_killed(world, point), f"{point} was not reached"
        finish(world)

        names, found = self.once(world), self.end(world)
        assert len(names) == len(set(names)), f"{point}: something was made twice"
        differs = {
            name: [value for value in ends[second][name] if value not in found[name]]
            + [value for value in found[name] if value not in ends[second][name]]
            for name in found
            if found[name] != ends[second][name] and name != "sheet"
        }
        assert not differs, f"{point}: {differs}"
        assert ends[second] == found, str(point)


def clear(world: World) -> None:
    """Empty the home of a world, and forget what was to go wrong."""
    world.control.forget_faults()
    for path in world.home.iterdir():
        path.unlink()


def ran(world: World) -> None:
    """Run the job, which ends well."""
    assert 0 == world.run(), world.log.read_text()


def finish(world: World) -> None:
    """Run until quiet: one run repairs, two more show that nothing moves."""
    for _ in range(3):
        world.later(120)
        ran(world)


def points(count: int) -> Iterator[KillPoint]:
    """Yield every kill point of a run with so many requests."""
    for nth, phase, whom in itertools.product(range(count), ("before", "after"), PEOPLE):
        yield KillPoint(nth, phase, whom)


def sample(found: list[KillPoint], size: int) -> list[KillPoint]:
    """Return points spread evenly over the story, phases and victims."""
    step = max(1, len(found) // size)
    return found[step // 2 :: step][:size]
