"""Orgs that are not like the demo's: each ends in what was promised, and costs the other rows nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness import campaign, forked, sales
from harness.project import ROOT, Project
from harness.story import append, rerun, row_number, row_of, settle, type_into, written
from harness.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
NAME = "Business Name"


@pytest.fixture
def org(world: World) -> World:
    """A world in step with Salesforce alone."""
    world.job = "salesforce-sync"
    world.at("in step by salesforce-sync, crm", lambda: settle(world, "crm"))
    return world


def door(world: World, which: str, **body: Any) -> None:
    """Let an administrator change the org."""
    world.control.people("salesforce", which, **{"object": "Lead", **body})


def mails_of_leads(world: World) -> list[str]:
    """Return the address of every lead, in order of the alphabet."""
    return sorted((one.get("Email") or "").lower() for one in sales.live(world, "Lead"))


def standing(world: World) -> dict[str, Any]:
    """Return how things stand."""
    return dict(json.loads(world.outreach("status", "--json", check=False).stdout))


def quiet(world: World, code: int = 0) -> None:
    """Two more runs; the last one writes nothing."""
    rerun(world, code=code)
    world.control.forget_calls()
    rerun(world, code=code)
    assert [] == written(world)


def test_a_lead_status_is_renamed(org: World, tmp_path: Path):
    """The rows that need it say what there is; all else of them and of the others is written."""
    first, second = campaign.mails(org)[11:13]
    door(org, "rename_status", status="Working - Contacted", to="In talks")
    campaign.send(org, first, "2026-11-24 09:00:00")
    type_into(org, campaign.find(org, second), "Phone", "'+1 555 0181")
    rerun(org, code=1)

    assert "+1 555 0181" == sales.lead(org, second)["Phone"]
    assert [first] == sales.sent_to(org)
    assert "Open - Not Contacted" == sales.lead(org, first)["Status"]
    row = row_of(org, org_name(org, first), NAME)
    assert "Error" == row["Sync Status"]
    assert "In talks" in row["Sync Note"]
    assert "Synced" == row_of(org, org_name(org, second), NAME)["Sync Status"]
    quiet(org, code=1)

    follow(org, tmp_path, "Working - Contacted", "In talks")
    assert "The rules changed" in rerun(org, code=1)
    org.outreach("plan", "--approve")
    rerun(org)
    assert "In talks" == sales.lead(org, first)["Status"]
    assert {"Synced"} == {row["Sync Status"] for row in org.rows()}


def follow(world: World, folder: Path, old: str, new: str) -> None:
    """Correct the rule file."""
    rules = Path(shutil.copytree(ROOT / "transforms" / "rules", folder / "rules"))
    text = (rules / "salesforce.yml").read_text(encoding="utf-8")
    assert old in text
    (rules / "salesforce.yml").write_text(text.replace(old, new), encoding="utf-8")
    world.project = Project(rules=rules)
    world.settings = {"OUTREACH_RULES_DIR": str(rules)}


def test_a_rule_of_the_org_refuses_some_leads(org: World):
    """Salesforce's words stand at the row and in the status; its neighbours are leads; corrected, it is one too."""
    door(org, "add_validation_rule", when="City = 'Nowhere'", message="No such town.", field="City")
    append(org, "Alder Books", "alder@example.org", Location="Porto")
    append(org, "Birch Books", "birch@example.org", Location="Nowhere")
    append(org, "Cedar Books", "cedar@example.org", Location="Porto")
    edited = campaign.mails(org)[11]
    type_into(org, campaign.find(org, edited), "Location", "Nowhere")
    rerun(org, code=1)

    assert {"alder@example.org", "cedar@example.org"} <= set(mails_of_leads(org))
    assert "birch@example.org" not in mails_of_leads(org)
    assert "Nowhere" != sales.lead(org, edited)["City"]
    row = row_of(org, "Birch Books", NAME)
    assert ("Error", "Synced") == (
        row["Sync Status"],
        row_of(org, "Cedar Books", NAME)["Sync Status"],
    )
    assert "Salesforce refused" in row["Sync Note"]
    said = standing(org)
    assert 2 == said["rows"]["failed"]
    assert {"Birch Books", org_name(org, edited)} == {one["business"] for one in said["refusals"]}
    assert all("No such town." in one["words"] for one in said["refusals"])
    quiet(org, code=1)

    type_into(org, row_number(org, "Birch Books", NAME), "Location", "Porto")
    type_into(org, campaign.find(org, edited), "Location", "Porto")
    rerun(org)
    assert "Porto" == sales.lead(org, "birch@example.org")["City"]
    assert "Porto" == sales.lead(org, edited)["City"]
    quiet(org)


def org_name(world: World, mail: str) -> str:
    """Return the name of a business."""
    (found,) = [row[NAME] for row in world.rows() if row["Email"].strip().lower() == mail]
    return str(found)


def test_a_duplicate_rule_blocks(org: World):
    """A lead that is there already with the row's address is found; with another address a person is told."""
    door(org, "create", object="Lead", values=_person("taken@example.org", "+1 555 0190"))
    door(org, "add_duplicate_rule", fields=["Phone"], action="block", message="Known already.")
    business(org, "Alder Books", "alder@example.org", "+1 555 0191")
    business(org, "Birch Books", "birch@example.org", "+1 555 0190")
    rerun(org, code=1)

    assert "alder@example.org" in mails_of_leads(org)
    assert "birch@example.org" not in mails_of_leads(org)
    row = row_of(org, "Birch Books", NAME)
    assert "Error" == row["Sync Status"]
    (refusal,) = standing(org)["refusals"]
    assert "Known already." in refusal["words"]
    quiet(org, code=1)

    type_into(org, row_number(org, "Birch Books", NAME), "Phone", "'+1 555 0192")
    rerun(org)
    assert "birch@example.org" in mails_of_leads(org)


def test_a_duplicate_rule_finds_the_lead_itself(org: World):
    """Made by a person after the plan looked: the block names it, and the next run matches it. No second lead."""
    door(org, "add_duplicate_rule", fields=["Email"], action="block", message="Known already.")
    append(org, "Alder Books", "alder@example.org")
    append(org, "Birch Books", "birch@example.org")
    org.later(120)
    org.control.people(
        "salesforce",
        "create",
        object="Lead",
        values={**_person("alder@example.org", ""), "Company": "Alder Books"},
    )
    for _ in range(3):
        org.later(120)
        org.run()

    assert 1 == mails_of_leads(org).count("alder@example.org")
    assert 1 == mails_of_leads(org).count("birch@example.org")
    assert row_of(org, "Alder Books", NAME)["Salesforce"]


def test_a_duplicate_rule_alerts(org: World):
    """Somebody approved the row: it is saved, as a person does who reads the alert."""
    door(org, "create", object="Lead", values=_person("taken@example.org", "+1 555 0190"))
    door(org, "add_duplicate_rule", fields=["Phone"], action="alert", message="Known already.")
    business(org, "Alder Books", "alder@example.org", "+1 555 0191")
    business(org, "Birch Books", "birch@example.org", "+1 555 0190")
    rerun(org)

    assert {"alder@example.org", "birch@example.org"} <= set(mails_of_leads(org))
    assert {"Synced"} == {row["Sync Status"] for row in org.rows()}
    quiet(org)


def business(world: World, name: str, mail: str, phone: str) -> None:
    """Append a business, and type its phone as people do."""
    type_into(world, append(world, name, mail), "Phone", f"'{phone}")


def _person(mail: str, phone: str) -> dict[str, str]:
    values = {"LastName": "Sample", "Company": "Somebody else", "Email": mail, "Phone": phone}
    return {name: value for name, value in values.items() if value}


@pytest.mark.parametrize(
    "loss", ["nothing", "the reply", pytest.param("the run", marks=pytest.mark.sweep)]
)
def test_tasks_without_a_key(org: World, loss: str):
    """An org without Outreach_Id__c on activities: each e-mail is told once, whatever is lost on the way."""
    door(org, "remove_field", object="Task", field="Outreach_Id__c")
    chosen = campaign.mails(org)[:4]
    for number, mail in enumerate(chosen):
        campaign.send(org, mail, campaign.sent_at(number))
    lose(org, loss)
    for _ in range(4):
        org.later(120)
        org.run()
    assert all(fault["consumed"] for fault in org.control.faults())
    org.control.forget_faults()
    campaign.answer(org, chosen[0], "2026-11-25 01:30:00", campaign.YES)
    rerun(org)
    quiet(org)

    assert sorted(chosen) == sales.sent_to(org)
    assert 5 == len(sales.tasks(org))
    assert {"Synced"} == {row["Sync Status"] for row in org.rows()}


def lose(world: World, what: str) -> None:
    """Let the first answer to a new task, or the whole run right after it, be lost."""
    fault = {"vendor": "salesforce", "operation": "collections.create", "kind": "after"}
    if what == "the reply":
        world.control.queue_faults({**fault, "reset": True})
    elif what == "the run":
        world.later(120)
        runner = world.start()
        world.control.queue_faults({**fault, "kill_pid": runner, "kill_group": True})
        forked.wait(runner)


def test_a_field_that_is_hidden(org: World):
    """A mapped one stops the side and says what to do; one that is not mapped stops nothing."""
    first, second = campaign.mails(org)[11:13]
    door(org, "hide_field", object="Lead", field="Industry")
    type_into(org, campaign.find(org, first), "Phone", "'+1 555 0180")
    rerun(org)
    assert "+1 555 0180" == sales.lead(org, first)["Phone"]

    door(org, "hide_field", object="Lead", field="Phone")
    type_into(org, campaign.find(org, second), "Location", "Porto")
    said = rerun(org, code=1)
    assert "Lead" in said
    assert "`Phone`" in said
    assert "grant it in a permission set" in said
    assert "Porto" != sales.lead(org, second)["City"]
    door(org, "show_field", object="Lead", field="Phone")
    rerun(org)
    assert "Porto" == sales.lead(org, second)["City"]
    assert "+1 555 0180" == sales.lead(org, first)["Phone"]
    quiet(org)


def test_a_field_that_may_not_be_written(world: World):
    """Salesforce waits and says what to do; HubSpot and the sheet go on; granted, Salesforce catches up."""
    world.job = "crm-sync"
    settle(world, "crm")
    mail = campaign.mails(world)[11]
    door(world, "hide_field", object="Lead", field="Phone", read_only=True)
    edit = {"phone": "+1 555 0182"}
    world.control.people("hubspot", "edit", email=mail, properties=edit)
    said = rerun(world, code=1)

    assert "+1 555 0182" == row_of(world, org_name(world, mail), NAME)["Phone"]
    assert "lives in Lead.Phone, which the integration user may not write" in said
    assert "Grant it in a permission set" in said
    assert "unreachable" == standing(world)["standing"]
    door(world, "show_field", object="Lead", field="Phone")
    rerun(world)
    assert "+1 555 0182" == sales.lead(world, mail)["Phone"]
    quiet(world)


def test_a_list_of_values_that_takes_no_other(world: World, tmp_path: Path):
    """A value that is not on it costs its own field; the rest of the row and the others are written."""
    world.job = "salesforce-sync"
    towns = sorted({row["Location"].strip() for row in world.rows()} - {""})
    values = [*towns, "Porto"]
    door(world, "add_field", name="Town__c", type="Picklist", values=values, restricted=True)
    mapped = "{property: City, max_length: 40, overflow_to: Street}"
    follow(world, tmp_path, mapped, "{property: Town__c}")
    settle(world, "crm")
    edited = campaign.mails(world)[11]
    kept = sales.lead(world, edited)["Town__c"]
    append(world, "Alder Books", "alder@example.org", Location="Porto")
    append(world, "Birch Books", "birch@example.org", Location="Nowhere")
    type_into(world, campaign.find(world, edited), "Location", "Nowhere")
    type_into(world, campaign.find(world, edited), "Phone", "'+1 555 0183")
    rerun(world, code=1)

    made = [
        sales.lead(world, mail)["Town__c"] for mail in ("alder@example.org", "birch@example.org")
    ]
    assert ["Porto", None] == made
    changed = sales.lead(world, edited)
    assert (kept, "+1 555 0183") == (changed["Town__c"], changed["Phone"])
    row = row_of(world, "Birch Books", NAME)
    assert "Error" == row["Sync Status"]
    assert "none of Salesforce's values" in row["Sync Note"]
    assert "Synced" == row_of(world, "Alder Books", NAME)["Sync Status"]
    quiet(world, code=1)

    for mail in ("birch@example.org", edited):
        type_into(world, campaign.find(world, mail), "Location", "Porto")
    rerun(world)
    assert "Porto" == sales.lead(world, "birch@example.org")["Town__c"]
    assert {"Synced"} == {row["Sync Status"] for row in world.rows()}
