"""Salesforce beside HubSpot: the same promises, over one CRM and over both."""

from __future__ import annotations

import pytest

from harness import campaign, sales
from harness.story import rerun, row_of, settle, type_into, written
from harness.world import World

MAIL = "hello@bluefinch.example.com"
OTHER = "info@modabisiklet.example.com"
QUIET = {"salesforce-sync": 4, "crm-sync": 7}


@pytest.fixture
def alone(world: World) -> World:
    """A world whose job is with Salesforce alone."""
    world.job = "salesforce-sync"
    return world


@pytest.fixture
def both(world: World) -> World:
    """A world whose job is with both CRMs."""
    world.job = "crm-sync"
    return world


def begin(world: World, keep: str = "crm") -> World:
    """Bring a fresh world into step with what its job is with."""
    world.at(f"in step by {world.job}, {keep}", lambda: settle(world, keep))
    return world


def settled(world: World) -> None:
    """Two runs that read back what was made of it, and one that writes nothing."""
    rerun(world)
    rerun(world)
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)


def test_every_business_is_a_lead_once(alone: World):
    """Those that were there are matched, the others made; a quiet run costs four calls at most."""
    begin(alone)
    mails = sorted(mail for mail in sales.whom(alone).values() if mail)
    assert sorted(campaign.mails(alone)) == sorted(set(mails))
    rerun(alone)

    assert len(alone.calls()) <= QUIET["salesforce-sync"], [c["operation"] for c in alone.calls()]
    assert [] == written(alone)
    assert {"Synced"} == {row["Sync Status"] for row in alone.rows()}


def test_edits_go_both_ways(alone: World):
    """A lead's phone finds its row after a sort; a cell finds its lead; both at once is asked."""
    begin(alone)
    mails = campaign.mails(alone)
    sales.edit(alone, mails[11], Phone="+1 555 0140")
    type_into(alone, campaign.find(alone, mails[12]), "Phone", "'+1 555 0141")
    sales.edit(alone, mails[13], Phone="+1 555 0142")
    type_into(alone, campaign.find(alone, mails[13]), "Phone", "'+1 555 0143")
    alone.control.people("google", "sort", by="Location")
    settled(alone)

    rows = {row["Email"].lower(): row for row in alone.rows()}
    assert "+1 555 0140" == rows[mails[11]]["Phone"]
    assert "+1 555 0141" == sales.lead(alone, mails[12])["Phone"]
    assert ("+1 555 0143", "+1 555 0142") == (
        rows[mails[13]]["Phone"],
        sales.lead(alone, mails[13])["Phone"],
    )
    assert "Conflict" == rows[mails[13]]["Sync Status"]


@pytest.mark.parametrize("see_sent", [True, False], ids=["Sent was seen", "Sent never was"])
def test_emails_are_tasks_and_yeses_are_opportunities(alone: World, see_sent: bool):
    """Twelve completed tasks, five answers, two opportunities, each once; Working - Contacted."""
    begin(alone)
    chosen = campaign.play(alone, see_sent=see_sent, run=lambda: rerun(alone))
    settled(alone)

    assert sorted(chosen) == sales.sent_to(alone)
    assert 17 == len(sales.tasks(alone))
    assert {"Completed"} == {task["Status"] for task in sales.tasks(alone)}
    opportunities = sales.live(alone, "Opportunity")
    assert 2 == len([one for one in opportunities if one.get("Outreach_Id__c")])
    lead = sales.lead(alone, chosen[-1])
    assert ("Working - Contacted", False) == (lead["Status"], bool(lead["Responded__c"]))
    assert sales.lead(alone, chosen[1])["Responded__c"]


def test_a_converted_lead_is_followed_to_its_contact(alone: World):
    """The row goes on with the contact: edits, e-mails and all."""
    begin(alone)
    mail = campaign.mails(alone)[14]
    alone.control.people("salesforce", "convert", id=sales.lead(alone, mail)["Id"])
    settled(alone)
    (contact,) = [c for c in sales.live(alone, "Contact") if (c.get("Email") or "") == mail]
    type_into(alone, campaign.find(alone, mail), "Phone", "'+1 555 0150")
    campaign.send(alone, mail, "2026-11-24 09:00:00")
    settled(alone)

    (contact,) = [c for c in sales.live(alone, "Contact") if (c.get("Email") or "") == mail]
    assert "+1 555 0150" == contact["Phone"]
    assert [contact["Id"]] == [t["WhoId"] for t in sales.tasks(alone)]
    row = {r["Email"].lower(): r for r in alone.rows()}[mail]
    assert "Synced" == row["Sync Status"]


def test_a_deleted_lead_archives_its_row(alone: World):
    """It is in the delete log; the row stays, and nothing brings the lead back."""
    begin(alone)
    mail = campaign.mails(alone)[15]
    alone.control.people("salesforce", "delete", id=sales.lead(alone, mail)["Id"])
    settled(alone)

    assert "Archived" == {r["Email"].lower(): r for r in alone.rows()}[mail]["Status"]
    assert mail not in sales.whom(alone).values()


def test_an_edit_in_hubspot_reaches_the_sheet_and_salesforce_in_one_run(both: World):
    """Thirty seconds later one run is enough; two quiet runs later nothing is written."""
    begin(both)
    mail = campaign.mails(both)[11]
    both.control.people("hubspot", "edit", email=mail, properties={"phone": "+1 555 0160"})
    rerun(both, 30)
    rows = {row["Email"].lower(): row for row in both.rows()}
    assert "+1 555 0160" == rows[mail]["Phone"]
    assert "+1 555 0160" == sales.lead(both, mail)["Phone"]
    rerun(both)
    rerun(both)
    both.control.forget_calls()
    rerun(both)

    assert [] == written(both)
    assert len(both.calls()) <= QUIET["crm-sync"], [c["operation"] for c in both.calls()]


def test_two_crms_that_differ_are_one_question(both: World):
    """Edited in HubSpot and in Salesforce: three values, one conflict, no ping-pong."""
    begin(both)
    mail = campaign.mails(both)[11]
    both.control.people("hubspot", "edit", email=mail, properties={"phone": "+1 555 0161"})
    sales.edit(both, mail, Phone="+1 555 0162")
    settled(both)

    assert "+1 555 0161" == both.contact(mail)["properties"]["phone"]
    assert "+1 555 0162" == sales.lead(both, mail)["Phone"]
    row = {r["Email"].lower(): r for r in both.rows()}[mail]
    assert "Conflict" == row["Sync Status"]


def test_an_outage_of_salesforce_leaves_the_others_in_step(both: World):
    """HubSpot and the sheet go on; Salesforce gets what it missed with the next run."""
    begin(both)
    first, second = campaign.mails(both)[11:13]
    both.control.people("hubspot", "edit", email=first, properties={"phone": "+1 555 0170"})
    type_into(both, campaign.find(both, second), "Phone", "'+1 555 0171")
    campaign.send(both, second, "2026-11-24 09:00:00")
    both.control.queue_faults(
        {
            "vendor": "salesforce",
            "operation": "*",
            "kind": "before",
            "status": 503,
            "times": 500,
        }
    )
    rerun(both, code=1)
    rows = {row["Email"].lower(): row for row in both.rows()}
    assert "+1 555 0170" == rows[first]["Phone"]
    assert "+1 555 0171" == both.contact(second)["properties"]["phone"]
    assert [second] == campaign.written_to(both)
    both.control.forget_faults()
    settled(both)

    assert "+1 555 0170" == sales.lead(both, first)["Phone"]
    assert "+1 555 0171" == sales.lead(both, second)["Phone"]
    assert [second] == sales.sent_to(both)
    assert {"Conflict"} & {row["Sync Status"] for row in both.rows()} == set()


def test_both_crms_are_told_once(both: World):
    """Twelve e-mails, five answers and two deals in each."""
    begin(both)
    chosen = campaign.play(both, see_sent=True, run=lambda: rerun(both))
    settled(both)

    assert sorted(chosen) == campaign.written_to(both) == sales.sent_to(both)
    made = [one for one in sales.live(both, "Opportunity") if one.get("Outreach_Id__c")]
    assert 2 == len(campaign.records(both, "deals")) == len(made)
    assert row_of(both, "hello@bluefinch.example.com")["HubSpot"]
    assert row_of(both, "hello@bluefinch.example.com")["Salesforce"]
