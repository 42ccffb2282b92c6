"""Random days around the planner: whatever people do and wherever a run is killed, the laws hold."""

from __future__ import annotations

import random

import pytest

from harness.model import Model

SEEDS = range(150)


def live(model: Model) -> list[str]:
    """Live through four days, each with a rest at its end; return what is wrong then."""
    for _ in range(4):
        for _ in range(model.random.randrange(1, 4)):
            for _ in range(model.random.randrange(1, 7)):
                model.act()
            kill = (model.random.randrange(4), model.random.random() < 0.5)
            at = kill if model.random.random() < 0.4 else None
            model.run(at, verify=model.random.random() < 0.6)
        for _ in range(7):
            model.run()
        assert model.last is not None
        quiet = not (model.wrote or model.last.links or model.last.base_moves)
        wrong = [*model.broken(), *([] if quiet else ["not at rest after seven runs"])]
        if wrong:
            return wrong
    return []


@pytest.mark.parametrize("seed", SEEDS)
def test_random_days_break_no_law(seed: int):
    """Whatever people do and wherever a run is killed, the planner brings both sides together."""
    model = Model(random.Random(seed))
    wrong = live(model)
    assert [] == wrong, "\n".join([*model.said, *wrong])
