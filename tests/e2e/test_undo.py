"""What a run wrote is taken back by the next, through every stage over HTTP."""

from __future__ import annotations

import json

from harness.story import in_step, rerun, row_of, type_into, written
from harness.world import World


def test_an_edit_flows_and_is_taken_back_once(world: World):
    """A phone number of the sheet reaches HubSpot; undo brings the old one back, to both; then quiet."""
    in_step(world)
    email = next(row["Email"] for row in world.rows() if row["Phone"])
    old = row_of(world, email)["Phone"]
    number = next(n for n, row in enumerate(world.rows(), 2) if row["Email"] == email)
    type_into(world, number, "Phone", "'+1 555 0177")
    rerun(world)
    assert "+1 555 0177" == phone(world, email)
    (change,) = changes(world, "--email", email, "--field", "Phone", "--limit", "1")

    said = world.outreach("undo", str(change["number"])).stdout
    rerun(world)

    assert "The next run does it" in said
    assert (old, old) == (row_of(world, email)["Phone"], phone(world, email))
    newest = changes(world, "--email", email, "--field", "Phone", "--limit", "2")
    assert {"undone"} == {one["why"] for one in newest}
    assert "taken back already" in world.outreach("undo", str(change["number"])).stdout
    rerun(world)
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)


def phone(world: World, email: str) -> str:
    """Return the number that HubSpot has of a contact."""
    return next(
        c["properties"]["phone"] for c in world.contacts() if c["properties"]["email"] == email
    )


def changes(world: World, *options: str) -> list[dict]:
    """Return what the log shows, the newest first."""
    return json.loads(world.outreach("log", *options, "--json").stdout)["changes"]
