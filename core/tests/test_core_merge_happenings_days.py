"""Any order of sends, answers, people's doings and reads: nothing is proved that was not, nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from core.tests.outreach_world import YES, Business, World

PEOPLES_WORDS = ("Draft", "Approved", "", "Interested", "Archived")


def business() -> st.SearchStrategy[int]:
    """Any row, as a number that is taken modulo the rows there are."""
    return st.integers(0, 3)


class OutreachDays(RuleBasedStateMachine):
    """The outreach system, people and our reads, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    def one(self, number: int) -> Business:
        return self.world.businesses[number % len(self.world.businesses)]

    @rule(minutes=st.sampled_from((1, 4, 9, 15, 90, 1500)))
    def wait(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @rule(number=business(), status=st.sampled_from(PEOPLES_WORDS))
    def set_status(self, number: int, status: str) -> None:
        self.world.set_status(self.one(number), status)

    @rule(number=business())
    def approve_and_send(self, number: int) -> None:
        self.world.set_status(self.one(number), "Approved")
        self.world.send(self.one(number))
        self.world.now += timedelta(minutes=1)

    @rule(number=business())
    def send(self, number: int) -> None:
        self.world.send(self.one(number))
        self.world.now += timedelta(minutes=1)

    @rule(
        number=business(),
        ago=st.sampled_from((0, 3, 60 * 24 * 400)),
        by_machine=st.booleans(),
        text=st.sampled_from((YES, "No.")),
    )
    def answer(self, number: int, ago: int, by_machine: bool, text: str) -> None:
        past = timedelta(minutes=ago)
        self.world.answer(self.one(number), past, by_machine=by_machine, text=text)

    @rule(number=business())
    def bounce(self, number: int) -> None:
        self.world.bounce(self.one(number))

    @rule(number=business())
    def undo(self, number: int) -> None:
        self.world.undo(self.one(number))

    @rule(number=business())
    def correct(self, number: int) -> None:
        self.world.correct(self.one(number))

    @rule(number=business(), sentiment=st.sampled_from(("", "positive", "negative")))
    def decide(self, number: int, sentiment: str) -> None:
        self.world.decide(self.one(number), sentiment)

    @rule(number=business(), turn=st.integers(0, 3), killed=st.booleans())
    def copy(self, number: int, turn: int, killed: bool) -> None:
        if len(self.world.businesses) < 4:
            self.world.copy(self.one(number))
            self.sort(turn)
            self.read(ids_land=not killed)
            self.read(ids_land=True)

    @rule(turn=st.integers(1, 3))
    def sort(self, turn: int) -> None:
        rows = self.world.businesses
        self.world.businesses = rows[turn:] + rows[:turn]

    @rule(number=business())
    def carry(self, number: int) -> None:
        self.world.carry(self.one(number))

    @rule()
    def read(self, ids_land: bool = True) -> None:
        self.world.now += timedelta(seconds=1)
        self.world.read(ids_land=ids_land)
        assert [] == self.world.wrong()

    @rule()
    def read_twice(self) -> None:
        self.world.now += timedelta(seconds=1)
        self.world.read()
        assert [] == self.world.wrong()
        self.world.now += timedelta(seconds=1)
        assert [] == self.world.read()


OutreachDays.TestCase.settings = settings(
    max_examples=300,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
test_any_days_prove_what_happened_and_no_more: Any = OutreachDays.TestCase
