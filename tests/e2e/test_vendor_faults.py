"""What vendors do on a bad day: finished in the same or the next run, nothing lost, nothing doubled."""

from __future__ import annotations

import pytest

import outreach_adapters.hubspot.client
import outreach_adapters.hubspot.errors
import outreach_adapters.sheets.client
from harness import campaign
from harness.patience import retry_at_once
from harness.world import World

FAULTS = {
    "429 without Retry-After": {"status": 429, "kind": "before"},
    "429 with Retry-After": {"status": 429, "kind": "before", "headers": {"Retry-After": "1"}},
    "503 before": {"status": 503, "kind": "before"},
    "503 after commit": {"status": 503, "kind": "after"},
    "502 HTML after commit": {
        "status": 502,
        "kind": "after",
        "body": "<html>Bad gateway</html>",
        "media_type": "text/html",
    },
    "connection reset before": {"reset": True, "kind": "before"},
    "connection reset after commit": {"reset": True, "kind": "after"},
    "truncated body": {"truncate": True, "kind": "after"},
    "401 in mid-run": {"status": 401, "kind": "before"},
}
# the others are for ``make sweep``
SAMPLE = {
    "google": ("429 without Retry-After", "503 before", "connection reset after commit"),
    "hubspot": (
        *("429 without Retry-After", "503 after commit", "connection reset before"),
        *("truncated body", "401 in mid-run"),
    ),
}
MATRIX = [
    pytest.param(vendor, name, marks=[] if name in chosen else pytest.mark.sweep)
    for vendor, chosen in SAMPLE.items()
    for name in FAULTS
]
PATIENCE = 3.0  # seconds a call may take in the tests of late answers
EVERYWHERE = 3  # faults are spread over the run: every third request fails once


def settle(world: World) -> None:
    for _ in range(3):
        world.later(120)
        world.run()


OF_HUBSPOT = {
    "423 locked": {"status": 423, "kind": "before"},
    "477 migrating": {"status": 477, "kind": "before", "headers": {"Retry-After": "1"}},
    "limit of the day": {
        "status": 429,
        "kind": "before",
        "body": '{"status":"error","message":"You have reached your daily limit.",'
        '"errorType":"RATE_LIMIT","policyName":"DAILY"}',
        "media_type": "application/json",
    },
    "nothing mentioned after commit": {
        "status": 200,
        "kind": "after",
        "body": '{"status":"COMPLETE","results":[],"errors":[]}',
        "media_type": "application/json",
    },
}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plugins, which are forked from here, wait a moment before they try again, and no longer."""
    retry_at_once(monkeypatch)
    monkeypatch.setattr(outreach_adapters.hubspot.errors, "ROLLING_WAIT", 0.1)
    monkeypatch.setattr(outreach_adapters.hubspot.errors, "LOCKED_WAIT", 0.1)


@pytest.fixture
def chosen(world: World) -> list[str]:
    """Six were written to, one of them is keen, and the first plan is approved; return them."""
    world.at("six were written to", lambda: under_way(world))
    return campaign.mails(world)[:6]


def under_way(world: World) -> None:
    """Write to six, let one answer, and approve the first plan."""
    written_to = campaign.mails(world)[:6]
    for number, mail in enumerate(written_to):
        campaign.send(world, mail, campaign.sent_at(number))
    campaign.answer(world, written_to[0], "2026-11-24 10:00:00", campaign.YES)
    world.run()
    world.outreach("plan", "--approve")
    world.later()


def everything_once(world: World, chosen: list[str]) -> None:
    """Every business is a contact, every e-mail and deal is told, every website is a company, once."""
    mails = [c["properties"]["email"] for c in world.contacts()]
    assert 25 == len(mails) == len(set(mails))
    assert sorted(chosen) == campaign.written_to(world)
    assert 1 == len(campaign.incoming(world)) == len(campaign.records(world, "deals"))
    hosts = [c["properties"]["domain"] for c in campaign.records(world, "companies")]
    assert 22 == len(hosts) == len(set(hosts))
    for contact in campaign.records(world, "contacts"):
        assert len(campaign.tied(contact, "companies")) <= 1


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", OF_HUBSPOT)
def test_what_only_hubspot_does(world: World, chosen: list[str], name: str):
    """Locks, moves, the limit of the day and a 200 that mentions nothing, at each kind of write."""
    fault = {"vendor": "hubspot", "kind_of_call": "api", **OF_HUBSPOT[name]}
    for operation in ("objects.batch_create", "objects.batch_update", "objects.batch_read"):
        if "nothing" in name and operation == "objects.batch_read":
            continue
        skips = range(0, 4, 2) if operation == "objects.batch_create" else (0,)
        world.control.queue_faults(*({**fault, "operation": operation, "skip": s} for s in skips))
    world.run()
    assert any(f["consumed"] for f in world.control.faults())
    world.control.forget_faults()
    settle(world)
    settle(world)

    everything_once(world, chosen)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ids_that_vanish_from_a_200(world: World, chosen: list[str]):
    """Merged and missing ids are left out of HubSpot's answers without a word; nothing is doubled."""
    world.control.people("hubspot", "switch", name="missing_ids_vanish", on=True)
    first, second = campaign.mails(world)[6:8]
    ids = [world.contact(mail)["id"] for mail in (first, second)]
    world.control.people("hubspot", "merge", primary=ids[0], other=ids[1])
    settle(world)
    settle(world)

    assert sorted(chosen) == campaign.written_to(world)
    assert 1 == len(campaign.records(world, "deals"))
    states = [row["Sync Status"] for row in world.rows()]
    assert 1 == states.count("Duplicate")


# an answer later than anybody waits: the write happened, or happens while the next is on its way
LATE = {"timeout after commit": "after", "timeout, and written later": "before"}
LATE_WRITES = {
    "hubspot": ("objects.batch_create", "associations.batch_create"),
    "google": ("sheets.spreadsheets.values.batchUpdate", "sheets.spreadsheets.batchUpdate"),
}
LATENESS = [
    pytest.param(
        vendor, name, marks=[] if (vendor, kind) == ("hubspot", "after") else pytest.mark.sweep
    )
    for vendor in LATE_WRITES
    for name, kind in LATE.items()
]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("vendor", "name"), LATENESS)
def test_an_answer_that_comes_too_late(
    world: World, chosen: list[str], monkeypatch: pytest.MonkeyPatch, vendor: str, name: str
):
    """Nobody waits for it, what it did is looked up, and nothing is done twice."""
    monkeypatch.setattr(outreach_adapters.hubspot.client, "TIMEOUT", (PATIENCE, PATIENCE))
    monkeypatch.setattr(outreach_adapters.sheets.client, "TIMEOUT", (PATIENCE, PATIENCE))
    late = {"vendor": vendor, "kind": LATE[name], "delay_seconds": PATIENCE + 1}
    world.control.queue_faults(*({**late, "operation": write} for write in LATE_WRITES[vendor]))
    world.run()
    assert any(f["consumed"] for f in world.control.faults())
    world.control.forget_faults()
    settle(world)

    everything_once(world, chosen)
    assert {"Synced", "Conflict"} == {row["Sync Status"] for row in world.rows()}
    assert 0 == world.run(), world.log.read_text()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("vendor", "name"), MATRIX)
def test_a_fault_loses_and_doubles_nothing(world: World, chosen: list[str], vendor: str, name: str):
    """Every third request of one vendor fails once during the first delivery."""
    world.control.queue_faults(
        *(
            {
                "vendor": vendor,
                "operation": "*",
                "kind_of_call": "api",
                "skip": skip,
                **FAULTS[name],
            }
            for skip in range(0, 24, EVERYWHERE)
        )
    )
    world.run()
    assert any(f["consumed"] for f in world.control.faults())
    world.control.forget_faults()
    settle(world)

    everything_once(world, chosen)
    states = {row["Email"]: row["Sync Status"] for row in world.rows()}
    assert {"Synced", "Conflict"} == set(states.values()), states
    assert 0 == world.run(), world.log.read_text()
