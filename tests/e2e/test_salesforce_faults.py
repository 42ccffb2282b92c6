"""What Salesforce does on a bad day: finished in the same or a next run, nothing lost, nothing doubled.

The twin of ``test_vendor_faults.py``. A fault meets every operation a job uses, each at another place;
``make sweep`` also meets each operation alone, at each of its calls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import outreach_adapters.salesforce.errors
import outreach_adapters.salesforce.wire
import target_salesforce_leads.writing
from harness import campaign, sales
from harness.patience import retry_at_once
from harness.story import rerun, written
from harness.world import World

CONCURRENT = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
DAILY = "TotalRequests Limit exceeded."
PATIENCE = 4.0  # seconds a call may take in these tests; a late answer takes longer


def limit(message: str) -> dict[str, Any]:
    """The vendor's refusal where too much was called."""
    return {"status": 403, "body": [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": message}]}


FAULTS: dict[str, dict[str, Any]] = {
    "503 before": {"status": 503, "kind": "before"},
    "503 after commit": {"status": 503, "kind": "after"},
    "500 before": {"status": 500, "kind": "before"},
    "500 after commit": {"status": 500, "kind": "after"},
    "429 of a proxy": {"status": 429, "kind": "before", "body": "slow down"},
    "too many calls at once": {"kind": "before", **limit(CONCURRENT)},
    "limit of the day": {"kind": "before", **limit(DAILY)},
    "connection reset before": {"reset": True, "kind": "before"},
    "connection reset after commit": {"reset": True, "kind": "after"},
    "truncated body": {"truncate": True, "kind": "after"},
    "timeout, and written later": {"delay_seconds": PATIENCE + 1, "kind": "before"},
    "timeout after commit": {"delay_seconds": PATIENCE + 1, "kind": "after"},
    "nothing mentioned after commit": {"status": 200, "kind": "after", "body": []},
    "session expired": {"status": 401, "kind": "before"},
}
# where each operation is met: which of its calls in the run
PLACES = {
    "composite": (1,),
    "collections.read_many": (1,),
    "sobjects.update": (0, 4),
    "collections.update": (0,),
    "collections.create": (0, 1),
    "oauth.token": (0,),
}
# one of each sort is in every run of the tests, the rest in the sweep
SAMPLE = ("500 before", "timeout, and written later", "nothing mentioned after commit")
REST = [pytest.param(name, marks=pytest.mark.sweep) for name in FAULTS if name not in SAMPLE]
SAID_BY_NOBODY = "nothing mentioned"


@pytest.fixture(autouse=True)
def hurried(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plugins, which are forked from here, wait for nothing longer than a test can."""
    if "timeout" in request.node.name:
        monkeypatch.setattr(outreach_adapters.salesforce.wire, "TIMEOUT", (PATIENCE, PATIENCE))
    monkeypatch.setattr(outreach_adapters.salesforce.errors, "CONCURRENT_WAIT", 0.1)
    monkeypatch.setattr(target_salesforce_leads.writing, "LOCK_WAIT", 0.1)
    retry_at_once(monkeypatch)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Changes are sent together, as they are where there are many."""
    return lambda: monkeypatch.setattr(target_salesforce_leads.writing, "CAREFUL", 0)


@pytest.fixture
def ready(world: World) -> World:
    """Twelve were written to, five answered, two of them gladly; the first plan is approved."""
    world.job = "salesforce-sync"
    world.at("salesforce is about to be told", lambda: under_way(world))
    return world


def under_way(world: World) -> None:
    """Write to twelve, let five answer, and approve the first plan."""
    mails = campaign.mails(world)
    for number, mail in enumerate(mails[: campaign.SENT]):
        campaign.send(world, mail, campaign.sent_at(number))
    for number, text in enumerate(campaign.REPLIES):
        campaign.answer(world, mails[number], f"2026-11-24 1{number}:00:00", text)
    assert 0 == world.run(), world.log.read_text()
    world.outreach("plan", "--approve", "--keep", "crm")
    world.later()


def queue(world: World, name: str, places: dict[str, tuple[int, ...]]) -> None:
    """Let operations fail so, once at each of these places."""
    faults = [
        {"vendor": "salesforce", "operation": operation, "skip": skip, **FAULTS[name]}
        for operation, skips in places.items()
        for skip in skips
        # no read and no sign-in answers with an empty list
        if SAID_BY_NOBODY not in name or operation.startswith("collections.")
        if SAID_BY_NOBODY not in name or operation != "collections.read_many"
    ]
    world.control.queue_faults(*faults)


def unclaimed(world: World) -> list[dict[str, Any]]:
    """Return the open leads that no row is linked to."""
    leads = [one for one in sales.live(world, "Lead") if not one.get("IsConverted")]
    return [one for one in leads if not one.get("Outreach_Id__c")]


def settle(world: World) -> None:
    """Let what is not done yet be done, and a run that has nothing to do."""
    world.control.forget_faults()
    for _ in range(2):
        world.later(120)
        world.run()
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)


def everything_once(world: World) -> None:
    """Every business is a lead, every e-mail, answer and yes is told, once."""
    leads = sales.live(world, "Lead")
    mails = campaign.mails(world)
    assert 25 == len(leads)
    assert sorted(set(mails)) == sorted({m for m in sales.whom(world).values() if m in mails})
    assert sorted(mails[: campaign.SENT]) == sales.sent_to(world)
    assert (17, 2) == (len(sales.tasks(world)), len(sales.made(world)))
    assert len(sales.once(world)) == len(set(sales.once(world)))
    assert {"Synced"} == {row["Sync Status"] for row in world.rows()}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [*SAMPLE, *REST])
def test_a_fault_loses_and_doubles_nothing(ready: World, name: str):
    """Every operation fails once or twice in the run that delivers everything."""
    queue(ready, name, PLACES)
    ready.run()
    assert any(fault["consumed"] for fault in ready.control.faults())
    settle(ready)

    everything_once(ready)


@pytest.mark.sweep
@pytest.mark.timeout(300)
@pytest.mark.parametrize("operation", PLACES)
@pytest.mark.parametrize("name", FAULTS)
def test_every_operation_fails_alone(
    ready: World, at_once: Callable[[], None], name: str, operation: str
):
    """One operation fails at its first call, then at its second; changes one by one or together."""
    if operation == "collections.update":
        at_once()
    queue(ready, name, {operation: (0, 1)})
    ready.run()
    failed = ready.control.faults()
    assert not failed or failed[0]["consumed"]
    settle(ready)

    everything_once(ready)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_changes_sent_together_lose_and_double_nothing(ready: World, at_once: Callable[[], None]):
    """The answer to many changes in one call is lost."""
    at_once()
    queue(ready, "connection reset after commit", {"collections.update": (0,)})
    ready.run()
    assert [True] == [fault["consumed"] for fault in ready.control.faults()]
    settle(ready)

    everything_once(ready)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "together",
    [
        pytest.param(False, id="one by one", marks=pytest.mark.sweep),
        pytest.param(True, id="together"),
    ],
)
def test_a_locked_lead_costs_its_neighbours_nothing(
    ready: World, at_once: Callable[[], None], *, together: bool
):
    """UNABLE_TO_LOCK_ROW for a whole run: the others are written and told; it follows with the next."""
    if together:
        at_once()
    mails = campaign.mails(ready)
    open_leads = {one["Email"].lower() for one in unclaimed(ready)}
    locked = next(mail for mail in mails[: campaign.SENT] if mail in open_leads)
    record = sales.lead(ready, locked)["Id"]
    ready.control.people("salesforce", "lock_row", id=record, times=500)
    assert 0 == ready.run(), ready.log.read_text()
    assert [record] == [one["Id"] for one in unclaimed(ready)]
    assert {*mails[: campaign.SENT]} - {locked} <= {*sales.sent_to(ready)}
    ready.control.people("salesforce", "lock_row", id=record, times=0)
    settle(ready)

    everything_once(ready)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_lock_of_a_moment_is_waited_for(ready: World):
    """Held twice at every lead that is there: everything is written in the same run all the same."""
    for one in sales.live(ready, "Lead"):
        ready.control.people("salesforce", "lock_row", id=one["Id"], times=2)
    assert 0 == ready.run(), ready.log.read_text()
    assert (17, 2) == (len(sales.tasks(ready)), len(sales.made(ready)))
    settle(ready)

    everything_once(ready)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_sessions_that_end_in_the_middle(ready: World):
    """Every session is refused once it was used: each call signs in anew, nothing waits for a run."""
    faults = [{"skip": skip, **FAULTS["session expired"]} for skip in range(0, 24, 3)]
    ready.control.queue_faults(
        *({"vendor": "salesforce", "operation": "*", "kind_of_call": "api", **f} for f in faults)
    )
    assert 0 == ready.run(), ready.log.read_text()
    assert (25, 17, 2) == tuple(
        len(found) for found in (sales.live(ready, "Lead"), sales.tasks(ready), sales.made(ready))
    )
    settle(ready)

    everything_once(ready)
