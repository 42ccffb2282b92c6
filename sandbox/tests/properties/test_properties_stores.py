"""Whatever is done to the sandbox, its stores stay consistent, and the same is done twice alike."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach_sandbox.kernel.world import VENDORS
from sandbox.tests.properties.health import broken
from sandbox.tests.properties.moves import MOVES, TEXTS
from sandbox.tests.properties.visitor import Visitor

FEW, MANY = 60, 2_000
NUMBERS = st.integers(0, 19)


def steps(*vendors: str) -> st.SearchStrategy[list[tuple[str, int, int, str]]]:
    """Moves at these vendors, and time that passes."""
    names = sorted(name for name in MOVES if name.startswith((*vendors, "time")))
    step = st.tuples(st.sampled_from(names), NUMBERS, NUMBERS, st.sampled_from(TEXTS))
    return st.lists(step, min_size=1, max_size=40)


# most stay with one vendor: there they meet what they did before
STEPS = st.one_of(*map(steps, VENDORS), steps(*VENDORS))
Steps = list[tuple[str, int, int, str]]
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def consistent(taken: Steps) -> None:
    """Every law holds after every step."""
    visitor = Visitor(0)
    for number, (name, one, other, text) in enumerate(taken):
        MOVES[name](visitor, one, other, text)
        assert [] == broken(visitor), f"after step {number}: {name}"


def repeatable(taken: Steps, random_seed: int) -> None:
    """Two worlds say the same, byte by byte."""
    traces = []
    for _ in range(2):
        visitor = Visitor(random_seed)
        for name, one, other, text in taken:
            MOVES[name](visitor, one, other, text)
        traces.append(visitor.trace)
    assert traces[0] == traces[1]


@settings(max_examples=FEW, **QUIET)
@given(STEPS)
def test_any_sequence_leaves_every_store_consistent(taken: Steps):
    """A few dozen moves of people and programs at three vendors."""
    consistent(taken)


@settings(max_examples=FEW // 2, **QUIET)
@given(STEPS, st.integers(0, 3))
def test_the_same_seed_gives_the_same_trace(taken: Steps, random_seed: int):
    """Status, headers and body of every answer."""
    repeatable(taken, random_seed)


@pytest.mark.sweep
@settings(max_examples=MANY, **QUIET)
@given(STEPS)
def test_any_sequence_leaves_every_store_consistent_at_length(taken: Steps):
    """The same, some thousand times."""
    consistent(taken)


@pytest.mark.sweep
@settings(max_examples=MANY // 4, **QUIET)
@given(STEPS, st.integers(0, 100))
def test_the_same_seed_gives_the_same_trace_at_length(taken: Steps, random_seed: int):
    """The same, some hundred times."""
    repeatable(taken, random_seed)


def test_every_move_is_one_that_is_understood():
    """No move only ever meets a missing door, a missing endpoint or a lost token."""
    lost = {}
    for name, move in MOVES.items():
        visitor = Visitor(0)
        before = len(visitor.trace)
        move(visitor, 1, 2, "Sent")
        said = str(visitor.trace[before:])
        if any(word in said for word in ("'status': 501", "'status': 401", "KeyError")):
            lost[name] = said

    assert {} == lost
