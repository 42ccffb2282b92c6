"""A tab that is not what it should be stops the run before anything is written, and says where and how.

After the repair the next run is an ordinary one.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.story import in_step, rerun, row_of, theirs, type_into, written
from harness.world import World

NAME = "Business Name"


def stopped(world: World) -> dict[str, Any]:
    """Run; it fails having written nothing but why, into our tab. Return what `outreach status` says."""
    world.control.forget_calls()
    rerun(world, code=1)
    assert {"sheets.spreadsheets.batchUpdate"} >= set(written(world))
    return json.loads(world.outreach("status", "--json").stdout)


def recovered(world: World) -> None:
    """Run; it ends well, says so in our tab, and writes nothing else."""
    world.control.forget_calls()
    rerun(world)
    assert {"sheets.spreadsheets.batchUpdate"} >= set(written(world))


def quiet(world: World) -> None:
    """Run; it ends well and writes nothing."""
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)


def test_a_broken_header_stops_the_run(world: World):
    """Renamed, doubled, moved down, or our own id column's: the column and the remedy are named."""
    in_step(world)
    people = world.control.people

    people("google", "rename_header", **{"from": "Phone", "to": "Telephone"})
    (said, *_) = stopped(world)["sentences"]
    assert "no column `Phone`" in said
    assert "Give the column its header back, or change `column`" in said
    people("google", "rename_header", **{"from": "Telephone", "to": "Phone"})
    recovered(world)

    people("google", "rename_header", **{"from": "Your Notes", "to": "Phone"})
    (said, *_) = stopped(world)["sentences"]
    assert "`Phone` stands in more than one column" in said
    assert "Rename or remove all but one" in said
    type_into(world, 1, "Generated Body", "Generated Body")
    people("google", "type", cell="I1", value="Your Notes")
    recovered(world)

    people("google", "insert_row", at=1)
    (said, *_) = stopped(world)["sentences"]
    assert "The header row is row 2 of the outreach tab, not row 1. Remove the rows above" in said
    people("google", "delete_row", row=1)
    recovered(world)

    people("google", "rename_header", **{"from": "_sync_id", "to": "id"})
    found = stopped(world)
    assert ("guard", 4) == (found["standing"], found["exit_code"])
    assert "Type `_sync_id` back into the first row" in found["sentences"][0]
    people("google", "rename_header", **{"from": "id", "to": "_sync_id"})
    recovered(world)


def test_columns_may_move_and_rows_be_blank(world: World):
    """Columns are found by header; blank rows between the others count for nothing."""
    in_step(world)
    people = world.control.people
    people("google", "move_column", header="Phone", before="Business Name")
    people("google", "add_column", header="Owner", values=["Ann", "Bo"], before="Location")
    for at in (3, 9, 9, 20):
        people("google", "insert_row", at=at)
    quiet(world)
    before = theirs(world)

    people("hubspot", "edit", email="adaterzi@example.com", properties={"phone": "+1 555 0140"})
    rerun(world)

    changed = [row for row in before if row[NAME] == "Ada Terzi"]
    changed[0]["Phone"] = "+1 555 0140"
    assert before == theirs(world)
    assert ["Ann", "Bo"] == [row["Owner"] for row in theirs(world)[:2]]
    assert 25 == len(world.contacts())
    assert "Synced" == row_of(world, "Ada Terzi", NAME)["Sync Status"]


@pytest.mark.parametrize("keep", ["sheet", "crm"])
def test_a_person_chooses_who_is_right_at_first(world: World, keep: str):
    """`--keep` settles what differed when the two were first matched, one way for all of it."""
    in_step(world, keep=keep)

    places = {row["Email"]: row["Location"] for row in theirs(world)}
    cities = {c["properties"]["email"]: c["properties"]["city"] for c in world.contacts()}
    assert places == cities
    expected = {"sheet": "Kocaeli", "crm": "Gebze"}[keep]
    assert expected == places["teklif@atlasnakliyat.example.net"]
    quiet(world)
