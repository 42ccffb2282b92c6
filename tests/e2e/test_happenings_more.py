"""E-mails, answers and deals on days that are not smooth: sent again, settled late, people in between."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import outreach_sandbox.seeds
from harness import campaign
from harness.campaign import answer, find, incoming, outgoing, records, send, tied, written_to
from harness.story import (
    append,
    come_in_step,
    in_step,
    rerun,
    row_number,
    row_of,
    type_into,
    written,
)
from harness.world import World

MAIL = "hello@bluefinch.example.com"
OTHER = "info@modabisiklet.example.com"


def times(world: World) -> list[str]:
    """Return when the logged e-mails went out."""
    return sorted(email["properties"]["hs_timestamp"][:19] for email in outgoing(world))


def quiet(world: World, seconds: float = 120) -> None:
    """Let things settle: what is told first, what HubSpot makes of it next, then nothing is written."""
    rerun(world, seconds)
    rerun(world, seconds)
    world.control.forget_calls()
    rerun(world, seconds)
    assert [] == written(world)


@pytest.mark.parametrize("see_sent", [True, False], ids=["Sent was seen", "Sent never was"])
def test_sent_again_is_a_second_email(world: World, see_sent: bool):
    """Back to Approved and sent again: one more e-mail, whether its Sent was seen or its answer only."""
    in_step(world, keep="crm")
    send(world, MAIL, "2026-11-20 09:00:00")
    rerun(world)
    answer(world, MAIL, "2026-11-21 10:00:00", campaign.WELL)
    rerun(world)
    type_into(world, find(world, MAIL), "Status", "Approved")
    rerun(world)
    send(world, MAIL, "2026-11-24 09:00:00")
    if see_sent:
        rerun(world)
    answer(world, MAIL, "2026-11-24 11:00:00", campaign.WELL)
    quiet(world)

    found = times(world)
    assert 2 == len(found)
    assert "2026-11-20T06:00:00" == found[0]
    if see_sent:
        assert "2026-11-24T06:00:00" == found[1]
    assert 2 == len(incoming(world))


def test_cleared_dates_undo_nothing(world: World):
    """The outreach system clears Date Sent when an answer comes; the e-mail stays logged once."""
    in_step(world, keep="crm")
    send(world, MAIL, "2026-11-20 09:00:00")
    rerun(world)
    answer(world, MAIL, "2026-11-19 10:00:00", campaign.NO)  # older than the e-mail
    quiet(world)

    assert ["2026-11-20T06:00:00"] == times(world)
    assert "CONNECTED" == world.contact(MAIL)["properties"]["hs_lead_status"]
    assert "true" == world.contact(MAIL)["properties"]["outreach_responded"]
    assert [] == records(world, "deals")


def test_a_business_sent_before_its_first_run_is_told_in_one(world: World):
    """Contact, company and e-mail of a new row are there after one run, tied to each other."""
    in_step(world, keep="crm")
    row = append(world, "Fern Books", "fern@example.org", Website="https://fernbooks.example.org")
    world.control.people("google", "outreach_send", row=row, at="2026-11-24 08:00:00")
    rerun(world)

    (email,) = outgoing(world)
    contact = world.contact("fern@example.org")
    (company,) = tied(email, "companies")
    assert [contact["id"]] == tied(email, "contacts")
    domains = {c["id"]: c["properties"]["domain"] for c in records(world, "companies")}
    assert "fernbooks.example.org" == domains[company]
    assert "ATTEMPTED_TO_CONTACT" == contact["properties"]["hs_lead_status"]
    assert "Fern Books" == contact["properties"]["company"]
    quiet(world)
    assert 1 == len(outgoing(world))


def test_a_neutral_answer_leaves_the_salespersons_status(world: World):
    """OPEN_DEAL, set by a person, survives; so does a stage that a person moved a deal to."""
    in_step(world, keep="crm")
    send(world, MAIL, "2026-11-20 09:00:00")
    send(world, OTHER, "2026-11-20 09:05:00")
    rerun(world)
    world.control.people("hubspot", "edit", email=MAIL, properties={"hs_lead_status": "OPEN_DEAL"})
    answer(world, MAIL, "2026-11-21 10:00:00", campaign.WELL)
    answer(world, OTHER, "2026-11-21 10:05:00", campaign.YES)
    rerun(world)
    assert "OPEN_DEAL" == world.contact(MAIL)["properties"]["hs_lead_status"]
    assert "OPEN_DEAL" == world.contact(OTHER)["properties"]["hs_lead_status"]
    (deal,) = records(world, "deals")
    world.control.people("hubspot", "move_stage", id=deal["id"], stage="qualifiedtobuy")
    quiet(world)

    (deal,) = records(world, "deals")
    assert ("qualifiedtobuy", "Moda Bisiklet") == (
        deal["properties"]["dealstage"],
        deal["properties"]["dealname"],
    )
    assert [world.contact(OTHER)["id"]] == tied(deal, "contacts")
    assert "OPEN_DEAL" == row_of(world, MAIL)["CRM Status"]


def test_a_person_settles_what_the_rules_are_not_sure_of(world: World):
    """An answer nobody can judge makes no deal and says so; a word in Sentiment makes one, once."""
    in_step(world, keep="crm")
    send(world, MAIL, "2026-11-20 09:00:00")
    answer(world, MAIL, "2026-11-21 10:00:00", "Hm. Let me think about what my brother says.")
    rerun(world)
    assert [] == records(world, "deals")
    assert "Sentiment" in row_of(world, MAIL)["Sync Note"]

    header = world.grid()[0]
    if "Sentiment" not in header:
        world.control.people("google", "type", cell="O1", value="Sentiment")
    type_into(world, find(world, MAIL), "Sentiment", "positive")
    rerun(world)
    rerun(world)
    assert 1 == len(records(world, "deals"))
    type_into(world, find(world, MAIL), "Sentiment", "NEGATIVE")
    rerun(world)
    assert 1 == len(records(world, "deals"))
    assert "stays" in row_of(world, MAIL)["Sync Note"]


def test_a_status_set_in_hubspot_moves_the_sheet_by_rule_alone(world: World):
    """CONNECTED becomes Replied and proves no e-mail; UNQUALIFIED archives; others only show."""
    in_step(world, keep="crm")
    third = campaign.mails(world)[4]
    for mail, status in ((MAIL, "CONNECTED"), (OTHER, "UNQUALIFIED"), (third, "IN_PROGRESS")):
        world.control.people("hubspot", "edit", email=mail, properties={"hs_lead_status": status})
    quiet(world)

    assert ("Replied", "CONNECTED") == _statuses(world, MAIL)
    assert ("Archived", "UNQUALIFIED") == _statuses(world, OTHER)
    shown = row_of(world, "kose@kitabevi.example.net")
    assert ("Approved", "IN_PROGRESS") == (shown["Status"], shown["CRM Status"])
    assert [] == outgoing(world)


def _statuses(world: World, mail: str) -> tuple[str, str]:
    row = row_of(world, mail)
    return row["Status"], row["CRM Status"]


def test_a_deleted_email_is_not_logged_again(world: World):
    """What a salesperson takes off the timeline stays off."""
    in_step(world, keep="crm")
    send(world, MAIL, "2026-11-20 09:00:00")
    rerun(world)
    (email,) = outgoing(world)
    world.control.people("hubspot", "delete", object="emails", id=email["id"])
    quiet(world)

    assert [] == outgoing(world)


@pytest.mark.parametrize("automatic", [False, True], ids=["switch off", "switch on"])
def test_companies_of_hubspots_own_making(world: World, automatic: bool):
    """With HubSpot's automatic companies on or off, no website host has two companies."""
    world.control.people("hubspot", "switch", name="auto_company", on=automatic)
    rerun(world, 0)
    world.outreach("plan", "--approve", "--keep", "crm")
    rerun(world)
    quiet(world)

    hosts = [c["properties"]["domain"] for c in records(world, "companies")]
    assert len(hosts) == len(set(hosts))


def test_a_company_that_is_there_is_found_and_one_is_renamed_only_while_it_is_ours(world: World):
    """By its domain; two rows of one website share it and never rename it."""
    made = world.control.people(
        "hubspot",
        "create",
        object="companies",
        properties={"name": "Fern & Sons", "domain": "fern.example.org"},
    )
    world.later(60)
    come_in_step(world, keep="crm")
    append(world, "Fern Books", "books@example.org", Website="https://www.fern.example.org/books")
    append(world, "Fern Tea", "tea@example.org", Website="http://fern.example.org")
    append(world, "Moss Bikes", "moss@example.org", Website="https://moss.example.org")
    rerun(world)
    names = {
        c["properties"]["domain"]: c["properties"]["name"] for c in records(world, "companies")
    }
    assert ("Fern & Sons", "Moss Bikes") == (names["fern.example.org"], names["moss.example.org"])
    for mail in ("books@example.org", "tea@example.org"):
        (contact,) = [c for c in records(world, "contacts") if c["properties"]["email"] == mail]
        assert [made["id"]] == tied(contact, "companies")

    for name, new in (("Fern Books", "Fern Books Ltd"), ("Moss Bikes", "Moss Bikes Ltd")):
        type_into(world, row_number(world, name, "Business Name"), "Business Name", new)
    rerun(world)
    names = {
        c["properties"]["domain"]: c["properties"]["name"] for c in records(world, "companies")
    }
    assert "Fern & Sons" == names["fern.example.org"]
    assert "Moss Bikes Ltd" == names["moss.example.org"]
    (moss,) = [
        c for c in records(world, "companies") if c["properties"]["domain"] == "moss.example.org"
    ]
    world.control.people(
        "hubspot", "edit", object="companies", id=moss["id"], properties={"name": "MOSS"}
    )
    type_into(world, row_number(world, "Moss Bikes Ltd", "Business Name"), "Business Name", "Moss")
    quiet(world)
    names = {
        c["properties"]["domain"]: c["properties"]["name"] for c in records(world, "companies")
    }
    assert "MOSS" == names["moss.example.org"]


def odd_rows() -> dict[str, Any]:
    """Return the demo's world with the rows of the issue in it, and nobody in HubSpot."""
    path = Path(outreach_sandbox.seeds.__file__).with_name("demo.json")
    seed = copy.deepcopy(json.loads(path.read_text(encoding="utf-8")))
    (tab, *_) = seed["google"]["spreadsheets"][0]["sheets"]
    header = tab["values"][0]
    rows = (
        {
            "Business Name": "Long Address Bakery",
            "Email": "long@example.org",
            "Location": "12 Example Street, Upper Sample Quarter, 34000 Exampleton, Country"[:52],
        },
        {"Business Name": "No Mail Yet", "Website": "https://nomail.example.org"},
        {
            "Business Name": "Insta Cakes 🎂",
            "Email": "cakes@example.org",
            "Website": "https://www.instagram.com/cakes",
            "Contact Person": "Zoë 🎉 Sample",
        },
        {"Business Name": "Twin One", "Email": "twin@example.org"},
        {"Business Name": "Twin Two", "Email": "TWIN@example.org"},
        {
            "Business Name": "Big Answer",
            "Email": "big@example.org",
            "Status": "Replied",
            "Last Response": "2026-11-20 10:00:00",
            "Response Details": ("We are thinking. " * 3000)[:50_000],
        },
    )
    tab["values"] = [header] + [
        [row.get(column, "Draft" if column == "Status" else "") for column in header]
        for row in rows
    ]
    seed["hubspot"]["contacts"] = []
    return seed


def test_odd_rows_end_as_promised(world: World):
    """A long address, no e-mail, a shared host, an emoji, a huge answer, two rows with one address."""
    world.control.reset(odd_rows())
    world.outreach("provision", "hubspot")
    rerun(world, 0)
    world.outreach("plan", "--approve")
    rerun(world)
    quiet(world)

    by_name = {row["Business Name"]: row for row in world.rows()}
    states = {name: row["Sync Status"] for name, row in by_name.items()}
    assert {
        "Long Address Bakery": "Synced",
        "No Mail Yet": "Waiting",
        "Insta Cakes 🎂": "Synced",
        "Twin One": "Synced",
        "Twin Two": "Duplicate",
        "Big Answer": "Synced",
    } == states
    assert "no e-mail yet" in by_name["No Mail Yet"]["Sync Note"].lower()
    assert 52 == len(world.contact("long@example.org")["properties"]["city"])
    cakes = world.contact("cakes@example.org")["properties"]
    assert ("Insta Cakes 🎂", "Zoë 🎉", "Sample") == (
        cakes["company"],
        cakes["firstname"],
        cakes["lastname"],
    )
    assert [] == records(world, "companies")
    assert ["big@example.org"] == written_to(world)
    (reply,) = incoming(world)
    assert 49_000 < len(reply["properties"]["hs_email_text"]) <= 65_536
    assert 4 == len(world.contacts())


def test_a_lost_ledger_tells_nothing_twice(world: World):
    """Row ids and HubSpot know enough: no e-mail, deal or company is made again."""
    in_step(world, keep="crm")
    chosen = campaign.play(world, see_sent=True, run=lambda: rerun(world))
    rerun(world)
    before = {obj: len(records(world, obj)) for obj in ("emails", "deals", "companies")}
    for path in world.home.glob("ledger.db*"):
        path.unlink()
    world.forget_states()
    assert "Another ledger keeps this sheet in step" in rerun(world, code=1)
    world.outreach("plan", "--approve", "--keep", "crm")
    for _ in range(3):
        rerun(world)

    assert before == {obj: len(records(world, obj)) for obj in before}
    assert sorted(chosen) == written_to(world)
