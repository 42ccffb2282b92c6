"""What nobody has verified of the vendors: one day of a campaign ends alike under either answer.

The rule: every switch of the sandbox is here, found in its own table; what a switch changes that a
person would see, and that no client can know better, is named in `SEEN_OTHERWISE` with its reason.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from harness import campaign, sales
from harness.story import rerun, row_of, settle, type_into, written
from harness.world import World
from outreach_sandbox.hubspot.switches import Switches as HubSpotSwitches
from outreach_sandbox.salesforce.switches import Switches as SalesforceSwitches

# vendor.switch -> why the same day does not say anything about it
SEEN_OTHERWISE = {
    "hubspot.auto_company": "companies are made by HubSpot too: tests/e2e/test_happenings_more.py",
    "salesforce.package_deployed": "read once, when an org is made: tests/e2e/test_salesforce_orgs.py",
}
SWITCHES = {
    "hubspot": {f.name: f.default for f in fields(HubSpotSwitches)},
    "salesforce": {f.name: f.default for f in fields(SalesforceSwitches)},
}
OPEN = [
    (vendor, name)
    for vendor, switches in SWITCHES.items()
    for name in switches
    if f"{vendor}.{name}" not in SEEN_OTHERWISE
]
CITY, PHONE = "Utrecht", "+1 555 0147"


def throw(world: World, vendor: str, names: list[str]) -> None:
    """Put switches to the setting that is not the default."""
    for name in names:
        on = not SWITCHES[vendor][name]
        body: dict[str, Any] = {"name": name, "on": on} if vendor == "hubspot" else {name: on}
        world.control.people(vendor, "switch", **body)


def day(world: World, vendor: str) -> tuple[str, str, str]:
    """Edit on both sides, send to one who says yes, and let two runs carry it."""
    in_sheet, in_crm, keen = campaign.mails(world)[11:14]
    type_into(world, campaign.find(world, in_sheet), "Location", CITY)
    if vendor == "hubspot":
        world.control.people("hubspot", "edit", email=in_crm, properties={"phone": PHONE})
    else:
        sales.edit(world, in_crm, Phone=PHONE)
    campaign.send(world, keen, campaign.sent_at(1))
    campaign.answer(world, keen, "2026-11-24 10:00:00", campaign.YES)
    for _ in range(3):
        rerun(world)
    return in_sheet, in_crm, keen


def seen(world: World, vendor: str, mails: tuple[str, str, str]) -> dict[str, Any]:
    """What a person would look for at the end of that day."""
    in_sheet, in_crm, _ = mails
    rows = {row["Email"].strip().lower(): row for row in world.rows()}
    if vendor == "hubspot":
        people = [c["properties"]["email"] for c in world.contacts()]
        city = world.contact(in_sheet)["properties"]["city"]
        told, won = len(campaign.records(world, "emails")), len(campaign.records(world, "deals"))
    else:
        people = [one["Email"] for one in sales.live(world, "Lead") if one["Email"]]
        city = sales.lead(world, in_sheet)["City"]
        told, won = len(sales.tasks(world)), len(sales.made(world))
    return {
        "city": city,
        "phone": rows[in_crm]["Phone"],
        "everybody once": len(people) == len({mail.lower() for mail in people}),
        "e-mails": told,
        "deals": won,
        "statuses": {row["Sync Status"] for row in world.rows()},
    }


def lived(world: World, vendor: str, names: list[str]) -> None:
    """Live that day under these answers, and one run more that has nothing to do."""
    world.job = f"{vendor}-sync"
    world.at(f"in step by {world.job}, crm", lambda: settle(world, "crm"))
    throw(world, vendor, names)
    mails = day(world, vendor)
    world.control.forget_calls()
    rerun(world)

    assert {
        "city": CITY,
        "phone": PHONE,
        "everybody once": True,
        "e-mails": 2,
        "deals": 1,
        "statuses": {"Synced"},
    } == seen(world, vendor, mails)
    assert [] == written(world)
    assert row_of(world, mails[0])


@pytest.mark.slow
@pytest.mark.parametrize("vendor", SWITCHES)
def test_a_day_ends_alike_under_the_usual_answers(world: World, vendor: str):
    """The day itself is as the cases below tell it."""
    lived(world, vendor, [])


@pytest.mark.sweep
@pytest.mark.parametrize(("vendor", "name"), OPEN)
def test_a_day_ends_alike_under_the_other_answer(world: World, vendor: str, name: str):
    """Whatever the vendor really does, edits, e-mails and deals arrive once and nothing flaps."""
    lived(world, vendor, [name])


@pytest.mark.slow
@pytest.mark.parametrize("vendor", SWITCHES)
def test_a_day_ends_alike_under_all_other_answers_at_once(world: World, vendor: str):
    """No two of them add up to something worse."""
    lived(world, vendor, [name for of, name in OPEN if of == vendor])


def test_every_exception_is_of_a_switch_there_is():
    """A switch that is gone takes its reason with it."""
    known = {f"{vendor}.{name}" for vendor, names in SWITCHES.items() for name in names}

    assert set() == set(SEEN_OTHERWISE) - known
