"""What the CRMs tell at once, over HTTP and signed: it arrives, and the end is that of a schedule."""

from __future__ import annotations

import contextlib
import http.client
import random
import sqlite3
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from cli.tests import receiving
from harness import campaign, sales
from harness.kills import final_state
from harness.serving import HUBSPOT_SECRET, done_with, eventually, sent, serving, subscribe
from harness.story import in_step, rerun, settle
from harness.world import World

pytestmark = [pytest.mark.meltano, pytest.mark.slow]

BENT = {"shuffled": True, "copies": 3, "kept_back": 0.4, "batch": 3}
TIMES, GAP = 100, 6.0  # Google's reads of a minute last for twelve runs that write
KNOWN = (
    "INSERT INTO crm_record (side, object, archived, record_id) VALUES ('hubspot', 'contacts', 0,"
)
PORTAL = 8_675_309  # the sandbox's account


@pytest.mark.parametrize(
    "hows", [("bent",), pytest.param(("told", "bent"), marks=pytest.mark.sweep)]
)
def test_events_lead_where_a_schedule_leads(
    world: World, tmp_path: Path, hows: tuple[str, ...]
) -> None:
    """Told, or told double, in disorder and not at all: the same sheet and contacts as without a word."""
    ends = {}
    for number, how in enumerate(("none", *hows)):
        home = tmp_path / f"home-{number}"
        home.mkdir(mode=0o700)
        here = replace(world, home=home, settings=dict(world.settings))
        in_step(here, keep="crm")
        if how == "none":
            morning(here)
        else:
            lived_through(here, how)
        for _ in range(2):
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
    world.control.people("hubspot", "privacy_delete", id=ids[11])


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
    with serving(world, settle=3.0) as at:
        subscribe(world, at, batch=10)
        phones = {}
        for number in range(500):  # two properties each
            contact = ids[number % len(ids)]
            phones[contact] = f"+1 555 {number:04}"
            changed = {"phone": phones[contact], "city": f"City {number}"}
            world.control.people("hubspot", "edit", id=contact, properties=changed)
        told = sent(world)
        done_with(world)

        assert set(phones.values()) == {str(row["Phone"]) for row in world.rows()}
        assert {"202"} == set(told["answers"])
    assert 1 <= len(at.runs) <= 3, at.runs


@pytest.mark.parametrize("kills", [1, pytest.param(30, marks=pytest.mark.sweep)])
def test_a_killed_receiver_loses_nothing_it_answered(world: World, kills: int) -> None:
    """Kill -9 amid eight callers: whatever had its 2xx is kept, and the next receiver's run looks at it."""
    in_step(world, keep="crm")
    rng = random.Random(kills)
    in_ledger(world, *(f"{KNOWN} '{one}')" for one in range(1000)))
    for _ in range(kills):
        in_ledger(world, "DELETE FROM hint")
        answered = killed_amid(world, range(1000), rng)

        assert answered
        assert answered <= {str(one) for (one,) in noted(world)}
    with serving(world, settle=0):
        done_with(world)

    assert [] == noted(world)


def killed_amid(world: World, ids: range, rng: random.Random) -> set[str]:
    """Tell a receiver of records until it dies; return those it had acknowledged."""
    answered: set[str] = set()
    with serving(world, settle=300) as at:

        def call(record_id: int) -> None:
            uri = f"{at.url}/hubspot/webhooks"
            told = receiving.event(record_id, portalId=PORTAL)
            made = receiving.hubspot([told], secret=HUBSPOT_SECRET, at=time.time(), uri=uri)
            request = urllib.request.Request(uri, made.body, dict(made.headers))
            with (
                contextlib.suppress(OSError, http.client.HTTPException),
                urllib.request.urlopen(request, timeout=5) as reply,
            ):
                answered.update([str(record_id)] if reply.status == 202 else [])

        with ThreadPoolExecutor(8) as callers:
            calls = callers.map(call, ids)
            time.sleep(rng.uniform(0.05, 0.5))
            at.process.kill()
            list(calls)
    return answered


def noted(world: World) -> list[tuple[str]]:
    """What the CRMs told of and no run has looked at."""
    return in_ledger(world, "SELECT record_id FROM hint WHERE told_at IS NOT NULL")


def in_ledger(world: World, *statements: str) -> list[Any]:
    """Put people into the ledger whom no CRM has, or look into it."""
    with contextlib.closing(sqlite3.connect(world.home / "ledger.db")) as database, database:
        return [database.execute(one).fetchall() for one in statements][-1]


@pytest.mark.sweep
def test_how_long_an_edit_takes(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """A hundred edits in HubSpot, one each six seconds or so, `settle_seconds` 2: from the edit to the sheet."""
    in_step(world, keep="crm")
    rng, ids = random.Random(7), [one["id"] for one in world.contacts()]
    began: dict[str, float] = {}
    took: list[float] = []
    with serving(world, settle=2.0, runs=12) as at:
        subscribe(world, at)

        def look() -> None:
            shown = {str(row["Phone"]) for row in world.rows()}
            took.extend(time.monotonic() - began.pop(phone) for phone in shown & began.keys())

        for number in range(TIMES):
            pause = time.monotonic() + rng.expovariate(1 / GAP)
            while time.monotonic() < pause or len(began) >= len(ids) // 2:
                look()
                time.sleep(0.05)
            phone = f"+1 555 {number:04}"
            world.control.people(
                "hubspot", "edit", id=ids[number % len(ids)], properties={"phone": phone}
            )
            began[phone] = time.monotonic()
        eventually(lambda: look() or not began)
    p50, p95 = (quantiles(took, n=100)[n - 1] for n in (50, 95))
    with capsys.disabled():
        print(f"\n{len(took)} edits: p50 {p50:.2f} s, p95 {p95:.2f} s, most {max(took):.2f} s")

    assert TIMES == len(took)
