"""What a delivery to Salesforce costs in calls: a call per 200 records and a few more, then next to none."""

from __future__ import annotations

from collections import Counter

import pytest

from harness import sales
from harness.crowds import many
from harness.story import rerun, written
from harness.world import World

ROWS = 1000
QUIET = 4
# after approval, for 1,000 leads with one sent e-mail each: 5 calls of 200 leads, 5 of 200 tasks, the
# leads read back, what changed in the org, the sheet read and written
TOLD = 20
_SCHEMA_READS = ("sheets.spreadsheets.get",)
# one of the calls is the target's look at what the org has: four lists and a describe of each object
DESCRIBED = 1
# once: our three tabs, up to 5,000 lines of a log in two calls; from then on two calls in a run that writes
TABS = 4


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_thousand_sent_businesses_are_leads_with_a_task(world: World):
    """Through collections, each lead and each task once; from the second quiet run on four calls."""
    world.job = "salesforce-sync"
    world.control.reset(many(ROWS, sent=True))
    rerun(world, 0)
    world.outreach("plan", "--approve")
    world.control.forget_calls()
    rerun(world)
    made = Counter(
        call["operation"]
        for call in world.calls()
        if not any(word in call["operation"] for word in _SCHEMA_READS)
    )
    print(f"{made.total()} calls: {sorted(made.items())}")

    assert ROWS == len(sales.live(world, "Lead"))
    assert ROWS == len(sales.sent_to(world)) == len(set(sales.sent_to(world)))
    assert 0 == made["bulk.create"]
    assert made.total() - DESCRIBED <= TOLD + TABS, sorted(made.items())

    rerun(world)
    rerun(world)
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)
    assert len(world.calls()) <= QUIET, [call["operation"] for call in world.calls()]
    assert ROWS == len(sales.sent_to(world))
