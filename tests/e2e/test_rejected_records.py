"""A record that HubSpot refuses costs nobody else their write, says why, and is tried when it may succeed."""

from __future__ import annotations

import json

from harness.story import append, in_step, rerun, row_number, row_of, type_into, written
from harness.world import World

# well formed, and still nothing HubSpot takes: an internationalised domain
REFUSED = "merhaba@bücher.example.org"
NAME = "Business Name"


def standing(world: World) -> dict:
    return json.loads(world.outreach("status", "--json").stdout)


def test_a_refused_business_costs_its_neighbours_nothing(world: World):
    """Its batch is written but for it; it is sent again only when its row changed."""
    in_step(world)
    append(world, "Alder Books", "alder@example.org")
    append(world, "Birch Books", REFUSED)
    append(world, "Cedar Books", "cedar@example.org")

    rerun(world, code=1)

    mails = [c["properties"]["email"] for c in world.contacts()]
    assert 27 == len(mails) == len(set(mails))
    assert {"alder@example.org", "cedar@example.org"} <= set(mails)
    assert "Synced" == row_of(world, "Cedar Books", NAME)["Sync Status"]

    row = row_of(world, "Birch Books", NAME)
    assert ("Error", "", "") == (row["Sync Status"], row["HubSpot"], row["Last Synced"])
    assert row["Sync Note"].startswith("HubSpot refused: ")
    assert "Correct the address." in row["Sync Note"]
    assert "INVALID_EMAIL" not in row["Sync Note"]

    said = standing(world)
    (refusal,) = said["refusals"]
    assert ("Birch Books", "HubSpot") == (refusal["business"], refusal["where"])
    assert "INVALID_EMAIL" in refusal["words"]
    assert ("rejected", 3, 1) == (said["standing"], said["exit_code"], said["rows"]["failed"])

    for _ in range(2):
        world.control.forget_calls()
        rerun(world, code=1)
        assert [] == written(world)
    assert "Error" == row_of(world, "Birch Books", NAME)["Sync Status"]

    type_into(world, row_number(world, "Birch Books", NAME), "Email", "birch@example.org")
    rerun(world)
    assert "Birch Books" == world.contact("birch@example.org")["properties"]["company"]
    row = row_of(world, "Birch Books", NAME)
    assert ("Synced", "") == (row["Sync Status"], row["Sync Note"])
    assert [] == standing(world)["refusals"]


def test_a_refused_edit_leaves_the_contact_as_it_was(world: World):
    """The record keeps what it had, the row keeps what was typed, and other rows are written."""
    in_step(world)
    type_into(world, row_number(world, "Ada Terzi", NAME), "Email", REFUSED)
    type_into(world, row_number(world, "Hisar Mobilya", NAME), "Phone", "'+1 555 0177")

    rerun(world, code=1)

    assert "adaterzi@example.com" in {c["properties"]["email"] for c in world.contacts()}
    assert "+1 555 0177" == world.contact("magaza@hisarmobilya.example.com")["properties"]["phone"]
    row = row_of(world, "Ada Terzi", NAME)
    assert ("Error", REFUSED) == (row["Sync Status"], row["Email"])
