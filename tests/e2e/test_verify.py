"""All linked records are compared with the sheet, and everything a run needs is looked at, over HTTP."""

from __future__ import annotations

import json

import pytest

from harness.story import in_step, written
from harness.world import World


@pytest.fixture
def synced(world: World) -> World:
    return in_step(world)


def test_drift_is_found_and_nothing_is_written(synced: World):
    """What the sides agree on is no drift, an edit that no run has seen is; open questions are counted."""
    before = told(synced, "verify")
    contact = synced.contacts()[0]["properties"]
    synced.control.people(
        "hubspot", "edit", email=contact["email"], properties={"phone": "+1 555 0166"}
    )

    after = told(synced, "verify")

    assert (25, [], 0) == (before["links"], before["drifted"], before["percent"])
    assert 10 == before["counts"]["asked"], "the cities that differed when first matched"
    (drift,) = after["drifted"]
    assert ("Phone", "HubSpot", "+1 555 0166") == (drift["field"], drift["where"], drift["crm"])
    assert 0 < after["percent"] < 2
    assert 3 == synced.outreach("verify", "--limit", "0", check=False).returncode
    assert [] == written(synced)


def test_a_sound_workspace_has_nothing_to_complain_of(synced: World):
    """Every line is ok; a renamed header is wrong, and what hangs on it is not looked at."""
    sound = told(synced, "doctor")
    column = "ABCDEFGHIJKLMN"[synced.grid()[0].index("Phone")]
    synced.control.people("google", "type", cell=f"{column}1", value="Telephone")

    said = synced.outreach("doctor", "--json", check=False)
    ill = json.loads(said.stdout)

    assert 2 == said.returncode
    assert {"ok"} == {check["health"] for check in sound["checks"]}, sound
    assert {"Rules", "Ledger", "Sheet", "HubSpot"} == {check["about"] for check in sound["checks"]}
    wrong = {check["what"]: check for check in ill["checks"] if check["health"] != "ok"}
    assert {"header row": "wrong", "our columns": "not looked at"} == {
        what: check["health"] for what, check in wrong.items()
    }
    assert "`Phone`" in wrong["header row"]["detail"]
    assert wrong["header row"]["remedy"]
    assert [] == written(synced)


def told(world: World, *args: str) -> dict:
    """Return what a command says to scripts."""
    return json.loads(world.outreach(*args, "--json").stdout)
