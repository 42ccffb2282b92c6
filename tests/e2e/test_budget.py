"""What a run costs in vendor calls does not grow with the number of rows that are in step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import outreach_sandbox.seeds
from harness.story import rerun, written
from harness.world import World

ROWS = 1000
QUIET = 4
# ids: 2 reads, write, set-up; look-ups and creates: a call per 100; contacts read back by search
FIRST = 60


def many(rows: int) -> dict:
    """Return the demo's sheet and account with this many new businesses in it."""
    seed = json.loads(
        Path(outreach_sandbox.seeds.__file__).with_name("demo.json").read_text(encoding="utf-8")
    )
    (tab, *_) = seed["google"]["spreadsheets"][0]["sheets"]
    header = tab["values"][0]
    tab["values"] = [header]
    for number in range(rows):
        row = {
            "Business Name": f"Business {number}",
            "Location": "Porto",
            "Email": f"b{number}@example.org",
            "Phone": f"+1 555 01{number % 100:02d}",
            "Status": "Draft",
        }
        tab["values"].append([row.get(column, "") for column in header])
    tab["rows"] = rows + 50
    seed["hubspot"]["contacts"] = []
    return seed


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_thousand_rows_cost_what_twenty_five_cost(world: World):
    """From the second quiet run on four calls; the first delivery a call per hundred and few more."""
    world.control.reset(many(ROWS))
    world.outreach("provision", "hubspot")
    rerun(world, 0)
    world.outreach("plan", "--approve")
    world.control.forget_calls()
    rerun(world)
    calls = [call["operation"] for call in world.calls()]
    assert ROWS == len(world.contacts())
    assert len(calls) <= FIRST, f"{len(calls)} calls for the first delivery: {sorted(calls)}"

    rerun(world)
    rerun(world)
    for _ in range(2):
        world.control.forget_calls()
        rerun(world)
        calls = [call["operation"] for call in world.calls()]
        assert len(calls) <= QUIET, calls
        assert [] == written(world)
    assert {"Synced"} == {row["Sync Status"] for row in world.rows()}
