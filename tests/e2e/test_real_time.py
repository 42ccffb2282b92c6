"""What the CRMs tell at once, over HTTP and signed: it arrives, and the end is that of a schedule."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from harness import campaign, sales
from harness.kills import final_state
from harness.serving import Serving, done_with, eventually, sent, serving, subscribe
from harness.story import in_step, rerun, settle
from harness.world import World

pytestmark = [pytest.mark.meltano, pytest.mark.slow]

BENT = {"shuffled": True, "copies": 3, "kept_back": 0.4, "batch": 3}
TIMES = 100


def test_events_lead_where_a_schedule_leads(world: World, tmp_path: Path) -> None:
    """Told, or told double, in disorder and not at all: the same sheet and contacts as without a word."""
    ends = {}
    for number, how in enumerate(("none", "told", "bent")):
        home = tmp_path / f"home-{number}"
        home.mkdir(mode=0o700)
        here = replace(world, home=home, settings=dict(world.settings))
        in_step(here, keep="crm")
        if how == "none":
            morning(here)
        else:
            lived_through(here, how)
        for _ in range(3):
            rerun(here)
        ends[how] = final_state(here)

    assert "+1 555 0155" in str(ends["none"]["sheet"])
    assert dict.fromkeys(ends, ends["none"]) == ends


def lived_through(world: World, how: str) -> None:
    """Let the morning happen while the receiver listens."""
    with serving(world) as at:
        subscribe(world, at, **(BENT if how == "bent" else {}))
        morning(world)
        assert {"202"} == set(sent(world)["answers"])
        done_with(world)
        if how == "told":  # nobody ran anything but the receiver
            assert "+1 555 0155" in str(world.rows())
    assert 1 <= len(at.runs) <= 4


def morning(world: World) -> None:
    """Edits, a deletion, a merge and a person who asks to be forgotten."""
    contacts = sorted(world.contacts(), key=lambda one: int(one["id"]))
    ids = [one["id"] for one in contacts]
    world.control.people("hubspot", "edit", id=ids[3], properties={"phone": "+1 555 0155"})
    world.control.people("hubspot", "delete", id=ids[5])
    world.control.people("hubspot", "merge", primary=ids[7], other=ids[9])


def test_a_saved_lead_is_in_the_sheet(world: World) -> None:
    """The package's message of a lead reaches the row; what the sync wrote itself is not told back."""
    world.job = "salesforce-sync"
    world.at("in step by salesforce-sync, crm", lambda: settle(world, "crm"))
    mail = campaign.mails(world)[11]
    with serving(world) as at:
        subscribe(world, at)
        sales.edit(world, mail, Phone="+1 555 0140")
        eventually(lambda: "+1 555 0140" in str(world.rows()))
        done_with(world)

        assert {"202": 1} == sent(world, "salesforce")["answers"]
    assert 1 == len(at.runs)


def test_a_burst_is_a_run_or_three(world: World) -> None:
    """A thousand events at once cause three runs at most, and every edit is in the sheet."""
    in_step(world, keep="crm")
    ids = [one["id"] for one in world.contacts()]
    with serving(world, settle=1.0) as at:
        subscribe(world, at, batch=10)
        phones = {}
        for number in range(250):
            contact = ids[number % len(ids)]
            phones[contact] = f"+1 555 {number:04}"
            changed = {"phone": phones[contact], "city": f"City {number}"}
            world.control.people("hubspot", "edit", id=contact, properties=changed)
        told = sent(world)
        done_with(world)

        assert set(phones.values()) == {str(row["Phone"]) for row in world.rows()}
        assert {"202"} == set(told["answers"])
    assert 1 <= len(at.runs) <= 3, at.runs
