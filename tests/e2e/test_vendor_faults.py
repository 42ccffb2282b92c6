"""What vendors do on a bad day: finished in the same or the next run, nothing lost, nothing doubled."""

from __future__ import annotations

import pytest

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
EVERYWHERE = 3  # faults are spread over the run: every third request fails once


def settle(world: World) -> None:
    for _ in range(3):
        world.later(120)
        world.run()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("vendor", ["google", "hubspot"])
def test_a_fault_loses_and_doubles_nothing(world: World, vendor: str, name: str):
    """Every third request of one vendor fails once during the first delivery."""
    world.run()
    world.outreach("plan", "--approve")
    world.later()
    world.control.queue_faults(
        *(
            {
                "vendor": vendor,
                "operation": "*",
                "kind_of_call": "api",
                "skip": skip,
                **FAULTS[name],
            }
            for skip in range(0, 12, EVERYWHERE)
        )
    )
    world.run()
    assert any(f["consumed"] for f in world.control.faults())
    world.control.forget_faults()
    settle(world)

    mails = [c["properties"]["email"] for c in world.contacts()]
    assert 25 == len(mails) == len(set(mails))
    states = {row["Email"]: row["Sync Status"] for row in world.rows()}
    assert {"Synced", "Conflict"} == set(states.values()), states
    assert 0 == world.run(), world.log.read_text()
