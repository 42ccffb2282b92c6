"""What a run costs in vendor calls does not grow with the number of rows that are in step."""

from __future__ import annotations

import pytest

from harness.campaign import outgoing, records, tied
from harness.crowds import many
from harness.story import rerun, written
from harness.world import World

ROWS = 1000
QUIET = 4
# ids: 2 reads, write, set-up; look-ups and creates: a call per 100; contacts read back by search
FIRST = 60


# after approval, for 1,000 businesses with company, association and one sent e-mail each
TOLD = 55
_SCHEMA_READS = ("properties.", "pipelines.", "owners.", "account.", "sheets.spreadsheets.get")


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


def crowded(seed: dict, contacts: int, companies: int) -> dict:
    """Put people and companies into the account that have nothing to do with the sheet."""
    seed["hubspot"]["contacts"] = [
        {"properties": {"email": f"other{n}@example.com"}} for n in range(contacts)
    ]
    seed["hubspot"]["companies"] = [
        {"properties": {"name": f"Other {n}", "domain": f"other-{n}.example.com"}}
        for n in range(companies)
    ]
    return seed


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_thousand_sent_businesses_in_a_crowded_account(world: World):
    """Contact, company, association and e-mail of 1,000 businesses, whatever else HubSpot holds."""
    world.control.reset(crowded(many(ROWS, sent=True), 20_000, 5_000))
    world.outreach("provision", "hubspot")
    rerun(world, 0)
    world.outreach("plan", "--approve")
    world.control.forget_calls()
    rerun(world)
    calls = [
        call["operation"]
        for call in world.calls()
        if not any(word in call["operation"] for word in _SCHEMA_READS)
    ]
    print(f"{len(calls)} calls: {sorted(calls)}")

    assert ROWS == len(outgoing(world))
    assert 5_000 + ROWS == len(records(world, "companies"))
    people = [c for c in records(world, "contacts") if tied(c, "companies")]
    assert ROWS == len(people)
    assert len(calls) <= TOLD, f"{len(calls)} calls: {sorted(calls)}"
    rerun(world)
    rerun(world)
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)
    assert ROWS == len(outgoing(world))
