"""A plan is the same wherever and in whatever order it is made: an approval given for one holds for the other."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from core.tests.planning_worlds import absent, contact, given, linked, new_row, plan, row
from outreach_core.model.planning import Plan, PlanningInput

ROOT = Path(__file__).resolve().parents[2]


def busy() -> PlanningInput:
    """Edits on either side, a question, a deletion's row, a row to be made, one that is gone."""
    return given(
        [row(1, phone="2"), row(2), row(3, city="C"), new_row(4), row(6, phone="9", city=None)],
        [contact(1), contact(2, city="B"), contact(3, city="D"), contact(5), contact(6)],
        [linked(n) for n in (1, 2, 3, 5, 6)],
        lookups=absent(4),
    )


def told(made: Plan) -> str:
    return f"{made.hash} {' '.join(made.guarded)}"


def shuffled(world: PlanningInput, seed: int) -> PlanningInput:
    """Return the same world, each of its lists and mappings in another order."""
    order = random.Random(seed)

    def mixed(items):
        return order.sample(list(items), len(items))

    return replace(
        world,
        rows=tuple(mixed(world.rows)),
        records=dict(mixed(world.records.items())),
        links=tuple(mixed(world.links)),
        lookups=tuple(mixed(world.lookups)),
        known_rows=dict(mixed(world.known_rows.items())),
        bases={
            where: dict(mixed(base.items())) for where, base in mixed(list(world.bases.items()))
        },
    )


def test_the_order_of_what_was_observed_means_nothing():
    """Rows, records, links and bases in any order make one plan."""
    wanted = told(plan(busy()))

    assert {wanted} == {told(plan(shuffled(busy(), seed))) for seed in range(25)}


def test_every_process_makes_the_same_plan():
    """Python mixes its sets anew in each process; a plan does not notice."""
    script = "from core.tests.test_core_merge_hash import *; print(told(plan(busy())), end='')"
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert {told(plan(busy()))} == found
