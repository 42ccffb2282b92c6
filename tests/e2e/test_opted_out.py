"""Who opts out of e-mail in a CRM is written to by nobody: the sheet shows it, in the words the sender knows."""

from __future__ import annotations

import pytest

from harness.desks import Desk, desk_of
from harness.story import rerun, row_number, row_of, settle, type_into, written
from harness.world import World

MAIL = "hello@bluefinch.example.com"


@pytest.fixture(params=["hubspot-sync", "salesforce-sync"])
def world(world: World, request: pytest.FixtureRequest) -> World:
    """The demo's world, in step with one of the CRMs."""
    world.job = request.param
    settle(world, "crm")
    return world


@pytest.fixture
def desk(world: World) -> Desk:
    """Who sits at that CRM."""
    return desk_of(world.job, world.control)


def record_of(desk: Desk, mail: str) -> str:
    """Return the id of the record with this address."""
    name = desk.places["Email"][0]
    (found,) = [r["id"] for r in desk.live() if str(r["properties"].get(name)).lower() == mail]
    return str(found)


def test_an_approved_row_is_kept_from_being_mailed(world: World, desk: Desk):
    """Also when a person approves it again; opted in again, the row stays as the person left it."""
    row = row_number(world, MAIL)
    type_into(world, row, "Status", "Approved")
    rerun(world)
    record = record_of(desk, MAIL)

    desk.opt_out(record, out=True)
    rerun(world)
    assert "Unsubscribed" == row_of(world, MAIL)["Status"]

    type_into(world, row, "Status", "Approved")
    rerun(world)
    assert "Unsubscribed" == row_of(world, MAIL)["Status"]

    desk.opt_out(record, out=False)
    rerun(world)
    rerun(world)
    assert "Unsubscribed" == row_of(world, MAIL)["Status"]
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)

    type_into(world, row, "Status", "Draft")
    rerun(world)
    assert "Draft" == row_of(world, MAIL)["Status"]
