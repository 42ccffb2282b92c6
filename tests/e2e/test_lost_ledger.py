"""The ledger is gone and the bookmarks are not: nothing may be guessed, overwritten or made twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.story import in_step, rerun, row_of, theirs, written
from harness.tabs import lines
from harness.world import World
from outreach_core.model.screens import Screen

pytestmark = pytest.mark.processes

MODIFIED = "lastmodifieddate"
PREVIEW = "25 already in HubSpot, 0 new"


def contacts(world: World) -> list[dict[str, Any]]:
    """Return all values but the time of the last change, which HubSpot computes some time later."""
    return [
        {name: value for name, value in contact["properties"].items() if name != MODIFIED}
        for contact in world.contacts()
    ]


def test_a_lost_ledger_asks_for_a_full_refresh(world: World):
    """The run stops; with the bookmarks gone too it previews again, adopts ids and overwrites nothing."""
    in_step(world)
    ids = [row["_sync_id"] for row in world.rows()]
    before = {line["_id"]: line["_evidence"] for line in lines(world, Screen.STATUS)}
    for path in world.home.glob("ledger.db*"):
        path.unlink()
    edit = {"properties": {"phone": "+1 555 0140"}}
    world.control.people("hubspot", "edit", email="adaterzi@example.com", **edit)
    sheet, crm = theirs(world), contacts(world)

    said = rerun(world, code=1)

    assert "--full-refresh" in said
    assert "target-outreach-ledger ended with 7" in said
    status = json.loads(world.outreach("status", "--json").stdout)
    assert ("resync", 7) == (status["standing"], status["exit_code"])
    assert "meltano run hubspot-sync --full-refresh" in status["sentences"][0]
    assert [] == written(world)

    world.forget_states()
    assert "Another ledger keeps this sheet in step" in rerun(world, code=1)
    assert PREVIEW in world.outreach("plan").stdout
    said = {line["_id"]: line["_evidence"] for line in lines(world, Screen.STATUS)}
    assert said["ledger"] == before["ledger"], "nobody approved that another one takes over"
    assert ["sheets.spreadsheets.batchUpdate"] == written(world), "our tab says what waits"
    assert (sheet, crm) == (theirs(world), contacts(world))
    world.outreach("plan", "--approve")
    for _ in range(2):
        rerun(world)

    assert (sheet, crm) == (theirs(world), contacts(world))
    assert ids == [row["_sync_id"] for row in world.rows()]
    status = {line["_id"]: line["_evidence"] for line in lines(world, Screen.STATUS)}
    assert status["ledger"] not in ("", before["ledger"])
    assert "Conflict" == row_of(world, "adaterzi@example.com")["Sync Status"]
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)
