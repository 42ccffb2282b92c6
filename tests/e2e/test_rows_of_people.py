"""What people do to single rows: each ends as the rules say, and nobody's contact is doubled or lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.story import append, in_step, rerun, row_number, row_of, type_into, written
from harness.world import World

NAME = "Business Name"


@pytest.fixture
def synced(world: World) -> World:
    """Twenty-five businesses in step."""
    return in_step(world)


def mails(world: World) -> list[str]:
    return sorted(c["properties"]["email"] for c in world.contacts())


def said(world: World, name: str) -> tuple[str, str]:
    row = row_of(world, name, NAME)
    return row["Sync Status"], row["Sync Note"]


def at(world: World, number: int) -> dict[str, Any]:
    return dict(zip(world.grid()[0], world.grid()[number - 1], strict=False))


def test_new_rows_that_cannot_go_yet(synced: World):
    """No address waits, a bad one is an error, a second row with one address is its duplicate.

    A bad phone number costs the contact only that number.
    """
    append(synced, "No Mail Bakery", "")
    append(synced, "Twin One", "twin@example.org")
    append(synced, "Twin Two", "TWIN@example.org")
    append(synced, "Bad Mail", "not an address")
    append(synced, "Bad Phone", "badphone@example.org", Phone="12", Location="Porto")
    before = mails(synced)

    rerun(synced)

    assert sorted([*before, "badphone@example.org", "twin@example.org"]) == mails(synced)
    assert ("Waiting", "No e-mail yet.") == said(synced, "No Mail Bakery")
    assert ("Synced", "") == said(synced, "Twin One")
    status, note = said(synced, "Twin Two")
    assert ("Duplicate", True) == (status, f"row {row_number(synced, 'Twin One', NAME)}" in note)
    status, note = said(synced, "Bad Mail")
    assert ("Error", "E-mail:") == (status, note[:7])
    status, note = said(synced, "Bad Phone")
    assert ("Error", "Phone:") == (status, note[:6])
    assert "12" == row_of(synced, "Bad Phone", NAME)["Phone"]
    made = synced.contact("badphone@example.org")["properties"]
    assert ("Porto", None) == (made["city"], made.get("phone"))

    type_into(synced, row_number(synced, "No Mail Bakery", NAME), "Email", "nomail@example.org")
    rerun(synced)
    assert ("Synced", "") == said(synced, "No Mail Bakery")
    assert "nomail@example.org" in mails(synced)


def test_a_changed_address_stays_with_its_contact(synced: World):
    """After linking it is a field like any other; one that another contact has overwrites nobody."""
    contact = synced.contact("adaterzi@example.com")["id"]
    type_into(synced, row_number(synced, "Ada Terzi", NAME), "Email", "ada@example.org")
    taken = "magaza@hisarmobilya.example.com"
    type_into(synced, row_number(synced, "Copper Kettle Brewing", NAME), "Email", taken)

    rerun(synced)

    assert contact == synced.contact("ada@example.org")["id"]
    assert {taken, "taproom@copperkettle.example.com"} < set(mails(synced))
    assert 25 == len(mails(synced))
    assert ("Synced", "") == said(synced, "Ada Terzi")
    status, note = said(synced, "Copper Kettle Brewing")
    assert ("Conflict", True) == (status, "Needs You" in note), note
    (asked,) = [
        question
        for question in json.loads(synced.outreach("status", "--json").stdout)["questions"]
        if question["field"] == "Email"
    ]
    assert "Copper Kettle Brewing" == asked["business"]


def test_people_edit_the_id_column(synced: World):
    """A foreign id holds its row; a blank one is given again, and both find their contact again."""
    cleared = row_of(synced, "Copper Kettle Brewing", NAME)
    type_into(synced, row_number(synced, "Copper Kettle Brewing", NAME), "_sync_id", "")
    row = row_number(synced, "Ada Terzi", NAME)
    type_into(synced, row, "_sync_id", "hello")
    type_into(synced, row, "Phone", "'+1 555 0166")

    rerun(synced)

    assert "+90 322 555 01 19" == synced.contact("adaterzi@example.com")["properties"]["phone"]
    assert "hello" == row_of(synced, "Ada Terzi", NAME)["_sync_id"]
    again = row_of(synced, "Copper Kettle Brewing", NAME)
    assert cleared["_sync_id"] != again["_sync_id"] != ""
    assert (cleared["HubSpot"], "Synced") == (again["HubSpot"], again["Sync Status"])

    waiting = json.loads(synced.outreach("status", "--json").stdout)["waiting"]
    assert [("Ada Terzi", row)] == [(told["business"], told["row"]) for told in waiting]
    assert "clear that cell" in waiting[0]["why"]

    type_into(synced, row, "_sync_id", "")
    rerun(synced)
    rerun(synced)
    assert 25 == len(mails(synced))
    assert row_of(synced, "Ada Terzi", NAME)["HubSpot"].startswith("https://")


def test_a_copied_row_gets_an_id_of_its_own(synced: World):
    """The original keeps its id and contact; the copy is a duplicate until it has its own address."""
    copied, edited = "Willow Creek Vet", "Hisar Mobilya"
    originals = [row_of(synced, copied, NAME), row_of(synced, edited, NAME)]
    synced.control.people("google", "paste", from_row=row_number(synced, copied, NAME))
    row = row_number(synced, edited, NAME)
    synced.control.people("google", "paste", from_row=row)
    type_into(synced, row + 1, NAME, "Hisar Mutfak")
    type_into(synced, row + 1, "Email", "mutfak@example.com")

    rerun(synced)
    rerun(synced)

    twins = [row for row in synced.rows() if row[NAME] == copied]
    assert originals[0] == twins[0]
    assert ("Duplicate", originals[0]["Email"]) == (twins[1]["Sync Status"], twins[1]["Email"])
    assert originals[1] == row_of(synced, edited, NAME)
    assert ("Synced", "") == said(synced, "Hisar Mutfak")
    ids = [row["_sync_id"] for row in synced.rows()]
    assert 27 == len(set(ids) - {""})
    assert 26 == len(mails(synced))
    synced.control.forget_calls()
    rerun(synced)
    assert [] == written(synced)
