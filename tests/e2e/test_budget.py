"""What a run costs in vendor calls does not grow with the number of rows that are in step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import outreach_sandbox.seeds
from harness.campaign import outgoing, records, tied
from harness.story import rerun, written
from harness.world import World

ROWS = 1000
QUIET = 4
# ids: 2 reads, write, set-up; look-ups and creates: a call per 100; contacts read back by search
FIRST = 60


# after approval, for 1,000 businesses with company, association and one sent e-mail each
TOLD = 55
_SCHEMA_READS = ("properties.", "pipelines.", "owners.", "account.", "sheets.spreadsheets.get")


def many(rows: int, *, sent: bool = False) -> dict:
    """Return the demo's sheet with this many new businesses in it, and nobody in HubSpot."""
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
        if sent:
            row |= {
                "Website": f"https://www.business-{number:04d}.example.org/",
                "Generated Subject": f"An idea for Business {number}",
                "Generated Body": "Hello,\n\nwould a short call suit you?",
                "Status": "Sent",
                "Date Sent": f"2026-11-20 {number // 60 % 24:02d}:{number % 60:02d}:00",
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
