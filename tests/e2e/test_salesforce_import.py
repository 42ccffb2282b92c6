"""Leads become a campaign: once each, readable by the outreach system, and at rest from then on."""

from __future__ import annotations

import json
import subprocess

import pytest

from harness import sales
from harness.imports import ODD, drafts
from harness.kills import KillPoint, run_killed
from harness.meltano import BIN, environment
from harness.project import ROOT
from harness.sales_imports import PORTO, bring_in, open_org
from harness.story import append, rerun, row_of, type_into, written
from harness.world import World

PEOPLE = 8  # in an import that is killed


def quiet(world: World) -> None:
    """Two syncs that write nothing and have nothing to say."""
    for _ in range(2):
        world.control.forget_calls()
        said = rerun(world)
        assert [] == written(world)
        assert "Everything is in step." in said


def check_whole(world: World, people: int) -> None:
    """Everybody has one row, every lead its claim, and nothing is left to do."""
    rows = drafts(world)
    assert people == len(rows) == len({row[2] for row in rows}) == len(world.rows())
    ids = [row["_sync_id"] for row in world.rows()]
    claimed = {one.get("Outreach_Id__c") for one in sales.live(world, "Lead")} - {None, ""}
    assert set(ids) == claimed
    assert len(ids) == len(set(ids))
    assert {"Synced"} == {row["Sync Status"] for row in world.rows()}


@pytest.mark.sweep
def test_three_hundred_leads_become_three_hundred_drafts(world: World):
    """The outreach system's reader finds them all, two syncs write nothing, and a second import adds none."""
    open_org(world, 300)
    said = bring_in(world)

    assert [f"person{n}@example.org" for n in range(300)] == [row[2] for row in drafts(world)]
    assert "300 leads to import" in said
    assert "3 without a usable" in said
    check_whole(world, 300)
    quiet(world)

    world.control.forget_calls()
    said = bring_in(world)
    assert [] == written(world)
    assert "0 leads to import, 300 here already" in said
    check_whole(world, 300)
    quiet(world)


def test_a_row_shows_its_lead_in_the_outreach_layout(world: World):
    """Company, place, address, phone, site and person; nothing generated; our columns say so."""
    open_org(world, 10)
    bring_in(world)

    row = row_of(world, "person1@example.org")
    lead = sales.lead(world, "person1@example.org")
    shown = {
        "Business Name": "Business 1",
        "Location": "Porto",
        "Email": "person1@example.org",
        "Phone": "+1 555 0101",
        "Website": "https://business-1.example.org/",
        "Contact Person": "Ada 1 Sample",
        "Generated Subject": "",
        "Generated Body": "",
        "Status": "Draft",
        "Date Sent": "",
        "Sync Status": "Synced",
        "Sync Note": "",
        "_sync_id": lead["Outreach_Id__c"],
    }
    assert shown == {name: row[name] for name in shown}
    assert lead["Id"] in row["Salesforce"]
    assert "Spring" == lead["Outreach_Campaign__c"]
    assert not lead.get("Outreach_Sync_Created__c")


def test_nobody_else_is_touched(world: World):
    """No status moves, nobody is converted or made; who was left out carries nothing of ours."""
    open_org(world, 30)
    before = {one["Id"]: one["Status"] for one in sales.live(world, "Lead")}
    bring_in(world)
    quiet(world)

    leads = sales.live(world, "Lead")
    assert before == {one["Id"]: one["Status"] for one in leads}
    told = {one["Email"] for one in leads if one.get("Outreach_Id__c")}
    assert {f"person{n}@example.org" for n in range(30)} == told
    assert [] == [one for one in sales.live(world, "Contact") if one.get("Outreach_Id__c")]
    assert "Working - Contacted" == row_of(world, "person3@example.org")["CRM Status"]


def test_odd_names_arrive_as_they_are(world: World):
    """What looks like a formula, a number or a list stays the text it is, and stays in step."""
    open_org(world, 90)
    bring_in(world)

    assert set(ODD) <= {row[0] for row in drafts(world)}
    quiet(world)
    assert set(ODD) <= {one["Company"] for one in sales.live(world, "Lead")}


def test_edits_after_the_import_go_both_ways(world: World):
    """From the first sync on; the outreach system sends, and appends right below."""
    open_org(world, 10)
    bring_in(world)
    sales.edit(world, "person2@example.org", Phone="+1 555 0177")
    type_into(world, 5, "Location", "Braga")
    assert 12 == append(world, "New One", "new@example.org")
    world.control.people("google", "outreach_send", row=2, at="2026-11-20 09:15:42")
    rerun(world)

    assert "+1 555 0177" == row_of(world, "person2@example.org")["Phone"]
    assert "Braga" == sales.lead(world, "person3@example.org")["City"]
    assert "Working - Contacted" == sales.lead(world, "person0@example.org")["Status"]
    assert sales.lead(world, "new@example.org")["Outreach_Sync_Created__c"]
    assert ["person0@example.org"] == sales.sent_to(world)


def test_an_imported_lead_is_followed_to_its_contact(world: World):
    """Converted after the import, its row goes on with the contact."""
    open_org(world, 5)
    bring_in(world)
    lead = sales.lead(world, "person2@example.org")
    world.control.people("salesforce", "convert", id=lead["Id"])
    rerun(world)
    rerun(world)
    type_into(world, 4, "Phone", "+1 555 0188")
    rerun(world)

    (contact,) = [
        one for one in sales.live(world, "Contact") if one["Email"] == "person2@example.org"
    ]
    assert "+1 555 0188" == contact["Phone"]
    assert "Synced" == row_of(world, "person2@example.org")["Sync Status"]


def test_contacts_come_when_they_are_asked_for(world: World):
    """Those that leads became: a draft each, the row's id on the contact, and at rest."""
    open_org(world, 5)
    criteria = json.dumps([{"field": "Email", "operator": "STARTS_WITH", "value": "won"}])
    said = bring_in(world, criteria=criteria, object="contacts")

    assert "2 contacts to import" in said
    rows = world.rows()
    assert {"won0@example.org", "won1@example.org"} == {row["Email"] for row in rows}
    assert {"Draft"} == {row["Status"] for row in rows}
    claimed = {one.get("Outreach_Id__c") for one in sales.live(world, "Contact")}
    assert {row["_sync_id"] for row in rows} == claimed
    leads = [one for one in sales.live(world, "Lead") if one.get("Outreach_Id__c")]
    assert [] == leads
    quiet(world)
    type_into(world, 2, "Phone", "+1 555 0189")
    rerun(world)
    assert "+1 555 0189" in {one["Phone"] for one in sales.live(world, "Contact")}


def test_a_tab_with_rows_is_refused(world: World):
    """Nothing is written anywhere, and the way out is said."""
    header = [*["Business Name", "Location", "Email"], *[""] * 6, "Status"]
    open_org(world, 5, header, ["Somebody", "", "some@example.org", *[""] * 6, "Draft"])
    said = bring_in(world, code=1)

    assert [] == written(world)
    assert "guard " in said
    shown = world.outreach("plan").stdout
    assert "then: meltano run salesforce-import" in shown


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ('[{"field": "Citty", "value": "x"}]', "Did you mean `City`?"),
        ('[{"field": "City", "operator": "LIKE", "value": "x"}]', "Filter 1 (`City`)"),
        ("[]", "no filter"),
    ],
)
@pytest.mark.processes
def test_what_cannot_be_asked_ends_in_one_sentence(world: World, criteria: str, words: str):
    """The mistake is named, nothing is written, and the next sync is as ever."""
    open_org(world, 5)
    said = bring_in(world, code=1, criteria=criteria)

    assert words in said
    assert "Traceback" not in said
    assert [] == written(world)


def test_a_preview_waits_for_its_approval(world: World):
    """Asked for, it shows who would come; approved, the same import brings them."""
    open_org(world, 12)
    bring_in(world, preview="true")
    assert [] == written(world)
    shown = json.loads(world.outreach("plan", "--json").stdout)
    assert ("waiting", 12) == (shown["status"], shown["counts"]["imported"])
    assert "meltano run salesforce-import" in world.outreach("plan").stdout

    world.outreach("plan", "--approve")
    bring_in(world, preview="true")
    assert 12 == len(drafts(world))
    quiet(world)


def test_a_limit_brings_the_first(world: World):
    """Who was made first comes; the others are counted."""
    open_org(world, 20)
    said = bring_in(world, limit="5")

    assert [f"person{n}@example.org" for n in range(5)] == [row[2] for row in drafts(world)]
    assert "18 beyond the limit" in said  # three of them have no address; nobody looked
    quiet(world)


def test_a_lead_of_another_campaign_keeps_its_row_id(world: World):
    """Two campaigns may have the same person; the id of the first stays, each row has its own."""
    open_org(world, 3)
    theirs = "01900000-0000-7000-8000-00000000000a"
    sales.edit(world, "person1@example.org", Outreach_Id__c=theirs)
    bring_in(world)

    assert theirs == sales.lead(world, "person1@example.org")["Outreach_Id__c"]
    assert 3 == len(drafts(world))
    quiet(world)


def test_claims_wait_for_salesforce(world: World):
    """Down while the rows are written: they are there, and the next sync tells their leads."""
    open_org(world, 6)
    down = {
        "vendor": "salesforce",
        "operation": "sobjects.update",
        "kind": "before",
        "status": 503,
    }
    world.control.queue_faults(*[down] * 20)
    bring_in(world)
    assert 6 == len(drafts(world))
    assert {""} == {one.get("Outreach_Id__c") or "" for one in sales.live(world, "Lead")}

    world.control.forget_faults()
    rerun(world)
    check_whole(world, 6)
    quiet(world)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("then", [pytest.param("import", marks=pytest.mark.sweep), "sync"])
def test_a_killed_import_is_finished_by_the_next(world: World, then: str):
    """Killed at a few of its requests: the same import again makes it whole, a sync before it or not."""
    open_org(world, PEOPLE)
    bring_in(world)
    calls = len(world.calls())
    for nth, phase, whom in zip(
        range(calls - 5, calls, 2), ("after", "before", "after"), ("plugin", "group", "meltano"),
        strict=False,
    ):  # fmt: skip
        for path in world.home.iterdir():
            path.unlink()
        open_org(world, PEOPLE)
        world.settings["OUTREACH_IMPORT_CRITERIA"] = PORTO
        world.job = "salesforce-import"
        assert run_killed(world, KillPoint(nth, phase, whom)), f"{nth} was not reached"
        world.job = "salesforce-sync"
        del world.settings["OUTREACH_IMPORT_CRITERIA"]
        if then == "sync" and len(world.grid()) > 1:
            rerun(world)
        bring_in(world, 120)
        rerun(world)
        check_whole(world, PEOPLE)
        quiet(world)


@pytest.mark.meltano
@pytest.mark.sweep
@pytest.mark.timeout(300)
def test_the_import_through_meltano(world: World):
    """The very job, with its setting in the environment, then the sync: through the real `meltano run`."""
    open_org(world, 40)

    def run(job: str, **env: str) -> str:
        done = subprocess.run(
            [BIN / "meltano", "run", "--force", job],
            cwd=ROOT,
            env={**environment(world), **env},
            capture_output=True,
            text=True,
            timeout=140,
            check=False,
        )
        assert 0 == done.returncode, done.stdout + done.stderr
        return done.stdout + done.stderr

    said = run("salesforce-import", OUTREACH_IMPORT_CRITERIA=PORTO)
    assert 40 == len(drafts(world))
    assert "person1@" not in said.casefold()
    world.later(120)
    world.control.forget_calls()
    run("salesforce-sync")
    assert [] == written(world)


@pytest.mark.processes
def test_nothing_of_anybody_is_in_logs_or_states(world: World):
    """The criteria may hold an address; logs and states hold none."""
    open_org(world, 3)
    bring_in(world, criteria=json.dumps([{"field": "Email", "value": "person1@example.org"}]))

    assert ["person1@example.org"] == [row[2] for row in drafts(world)]
    for path in world.home.glob("*.config.json"):
        path.unlink()  # as Meltano does when a plugin has ended
    kept = [*world.home.glob("*-to-*.json"), world.log]
    assert 4 <= len(kept)
    for path in kept:
        assert "person1" not in path.read_text().casefold(), path.name


def test_imports_of_a_thousand_cost_few_calls(world: World):
    """Reading takes a call per two thousand, claiming one per two hundred; the sheet's do not grow."""
    open_org(world, 1000)
    bring_in(world)

    calls = [call["operation"] for call in world.calls()]
    sheets = [name for name in calls if name.startswith(("sheets.", "drive."))]
    assert 1000 == len(drafts(world))
    assert len(sheets) <= 12, sorted(sheets)
    assert len(calls) - len(sheets) <= 14, sorted(calls)
