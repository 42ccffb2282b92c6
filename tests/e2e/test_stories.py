"""Three days of a sales team, through the real ``meltano run``."""

from __future__ import annotations

import subprocess

import pytest

from harness.campaign import find, mails, send
from harness.meltano import BIN, environment
from harness.project import ROOT
from harness.story import in_step, rerun, row_of, theirs, type_into, written
from harness.tabs import answer, lines, values
from harness.world import World
from outreach_core.model.screens import Screen

pytestmark = [pytest.mark.meltano, pytest.mark.slow, pytest.mark.timeout(400)]


def meltano_run(world: World) -> int:
    """Run the job as the schedule does; return its exit code."""
    world.later(120)
    with (world.home / "meltano.log").open("ab") as log:
        return subprocess.call(
            [BIN / "meltano", "run", "--force", world.job],
            cwd=ROOT,
            env=environment(world),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )


def test_two_colleagues_edit_one_prospect_within_a_minute(world: World):
    """Both edits are shown with where they were made; one is chosen in the sheet, and written once."""
    in_step(world, keep="crm")
    mail = mails(world)[2]
    name = row_of(world, mail)["Business Name"]
    type_into(world, find(world, mail), "Phone", "'+1 555 0161")
    type_into(world, find(world, mail), "Location", "Porto")
    world.later(40)
    world.control.people("hubspot", "edit", email=mail, properties={"phone": "+1 555 0162"})
    assert 0 == meltano_run(world)

    (asked,) = [one for one in lines(world, Screen.NEEDS_YOU) if one["Business"] == name]
    assert ("Phone", "+1 555 0161") == (asked["Field"], asked["Sheet"].partition(" (")[0])
    assert "+1 555 0162" == asked["HubSpot"].partition(" (")[0]
    assert "Porto" == world.contact(mail)["properties"]["city"]
    assert ("+1 555 0161", "+1 555 0162") == phones(world, mail)

    answer(world, Screen.NEEDS_YOU, asked, "Keep HubSpot")
    assert 0 == meltano_run(world)
    assert ("+1 555 0162", "+1 555 0162") == phones(world, mail)
    assert "+1 555 0161" in world.outreach("log", "--json").stdout


def phones(world: World, mail: str) -> tuple[str, str]:
    """What both sides show."""
    return row_of(world, mail)["Phone"], world.contact(mail)["properties"]["phone"]


def test_duplicates_are_merged_while_the_campaign_is_being_sent(world: World):
    """Both rows stay and follow the survivor, nobody is told twice, and what was sent is there."""
    in_step(world, keep="crm")
    first, second, third = mails(world)[:3]
    send(world, first, "2026-11-12 14:02:33")
    pair = [world.contact(mail)["id"] for mail in (first, second)]
    assert 0 == meltano_run(world)
    world.control.people("hubspot", "merge", primary=pair[0], other=pair[1])
    send(world, second, "2026-11-12 14:03:33")
    send(world, third, "2026-11-12 14:04:33")
    before = len(theirs(world))
    assert 0 == meltano_run(world)
    assert 0 == meltano_run(world)

    assert before == len(theirs(world))
    words = {row_of(world, mail)["Sync Status"] for mail in (first, second)}
    assert words == {"Synced", "Duplicate"}
    logged = world.control.people("hubspot", "records", object="emails")["records"]
    subjects = [mail["properties"]["hs_timestamp"] for mail in logged]
    assert len(subjects) == len(set(subjects))
    assert {"2026-11-12T11:02:33Z", "2026-11-12T11:04:33Z"} <= set(subjects)
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)


def test_a_column_that_was_cleared_by_accident_stops_the_next_run(world: World):
    """Nothing is written but what was seen, in the sheet; after an approval there it goes on."""
    in_step(world, keep="crm")
    header, *rows = world.grid()
    column = header.index("Phone")
    cleared = [n for n, row in enumerate(rows, 2) if len(row) > column and row[column]]
    kept = {c["id"]: c["properties"].get("phone") for c in world.contacts()}
    for number in cleared:
        type_into(world, number, "Phone", "")
    world.control.forget_calls()
    meltano_run(world)

    assert kept == {c["id"]: c["properties"].get("phone") for c in world.contacts()}
    assert {call["vendor"] for call in world.calls() if call["operation"] in written(world)} <= {
        "google"
    }
    assert (
        "Phone" in values(world, Screen.STATUS)[0][0]
        or "phone" in values(world, Screen.STATUS)[0][0]
    )
    assert str(len(cleared)) in values(world, Screen.STATUS)[0][0]

    (waits,) = [one for one in lines(world, Screen.STATUS) if one["What"] == "Approve"]
    answer(world, Screen.STATUS, waits, "approve")
    assert 0 == meltano_run(world)
    phones_now = {c["properties"].get("phone") for c in world.contacts()}
    assert phones_now <= {None, ""}, phones_now
