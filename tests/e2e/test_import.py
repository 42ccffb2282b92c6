"""Contacts become a campaign: once each, readable by the outreach system, and at rest from then on."""

from __future__ import annotations

import itertools
import json
import subprocess

import pytest

from harness.imports import LIST, ODD, PORTO, bring_in, drafts, open_account
from harness.kills import KillPoint, run_killed
from harness.meltano import BIN, environment
from harness.project import ROOT
from harness.story import append, rerun, row_of, type_into, written
from harness.world import World

PEOPLE = 8  # in an import that is killed
PHASES = ("after", "before", "after")
WHOM = ("plugin", "group", "meltano")
HEADER = [
    "Business Name", "Location", "Email", "Phone", "Website", "Contact Person",
    "Generated Subject", "Generated Body", "Your Notes", "Status", "Date Approved", "Date Sent",
    "Last Response", "Response Details",
]  # fmt: skip


def quiet(world: World) -> None:
    """Two syncs that write nothing and have nothing to say."""
    for _ in range(2):
        world.control.forget_calls()
        said = rerun(world)
        assert [] == written(world)
        assert "Everything is in step." in said


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"criteria": PORTO}, id="filters", marks=pytest.mark.sweep),
        pytest.param({"list": LIST}, id="list"),
    ],
)
def test_three_hundred_contacts_become_three_hundred_drafts(world: World, asked: dict[str, str]):
    """By filters or by list: the outreach system's reader finds them all, and two syncs write nothing."""
    open_account(world, 300)
    said = bring_in(world, **asked)

    rows = drafts(world)
    assert 300 == len(rows) == len(world.rows())
    assert {f"person{n}@example.org" for n in range(300)} == {row[2] for row in rows}
    assert "300 contacts to import" in said
    assert "3 without a usable" in said
    assert HEADER == world.grid()[0][:14]
    quiet(world)
    world.control.forget_calls()
    rerun(world)
    assert len(world.calls()) <= 4


def test_a_row_shows_its_contact_in_the_outreach_layout(world: World):
    """Name, place, address, phone, site and person; nothing generated, nothing dated; our columns say so."""
    open_account(world, 10)
    bring_in(world)

    row = row_of(world, "person1@example.org")
    shown = {name: row[name] for name in HEADER}
    blank = dict.fromkeys(("Generated Subject", "Generated Body", "Your Notes", *HEADER[10:]), "")
    assert {
        "Business Name": "Business 1",
        "Location": "Porto",
        "Email": "person1@example.org",
        "Phone": "+1 555 0101",
        "Website": "https://business-1.example.org/",
        "Contact Person": "Ada 1 Sample",
        "Status": "Draft",
        **blank,
    } == shown
    contact = world.contact("person1@example.org")
    assert ("Synced", "") == (row["Sync Status"], row["Sync Note"])
    assert row["HubSpot"].endswith(f"/record/0-1/{contact['id']}")
    assert row["_sync_id"] == contact["properties"]["outreach_row_id"]
    assert "Spring" == contact["properties"]["outreach_campaign"]
    assert "outreach_sync_created" not in {k for k, v in contact["properties"].items() if v}


def test_odd_names_arrive_as_they_are(world: World):
    """What looks like a formula, a number or a list stays the text it is, and stays in step."""
    open_account(world, 90)
    bring_in(world)

    names = {row[0] for row in drafts(world)}
    assert set(ODD) <= names
    quiet(world)
    assert set(ODD) <= {c["properties"].get("company") for c in world.contacts()}


def test_the_lead_status_stays_what_it_is(world: World):
    """An import tells HubSpot where its contacts are, and moves none of them."""
    open_account(world, 30)
    before = {c["id"]: c["properties"].get("hs_lead_status") for c in world.contacts()}
    bring_in(world)
    quiet(world)

    assert before == {c["id"]: c["properties"].get("hs_lead_status") for c in world.contacts()}
    kept, moved = row_of(world, "person3@example.org"), row_of(world, "person12@example.org")
    assert ("CONNECTED", "NEW") == (kept["CRM Status"], moved["CRM Status"])
    assert ("HubSpot keeps its own status; see `CRM Status`.", "") == (
        kept["Sync Note"],
        moved["Sync Note"],
    )


def test_the_outreach_system_goes_on_right_below(world: World):
    """Its append lands under the last imported row, and its writes by letter hit the right cells."""
    open_account(world, 20)
    bring_in(world)

    assert 22 == append(world, "New One", "new@example.org")
    world.control.people("google", "outreach_send", row=2, at="2026-11-20 09:15:42")
    assert "Sent" == row_of(world, "person0@example.org")["Status"]
    rerun(world)
    assert (
        "ATTEMPTED_TO_CONTACT"
        == world.contact("person0@example.org")["properties"]["hs_lead_status"]
    )
    assert world.contact("new@example.org")["properties"]["outreach_sync_created"] == "true"


def test_edits_after_the_import_go_both_ways(world: World):
    """Right from the first sync on, even what was edited before it."""
    open_account(world, 10)
    bring_in(world)
    world.control.people(
        "hubspot", "edit", email="person2@example.org", properties={"phone": "+1 555 0177"}
    )
    type_into(world, 5, "Location", "Braga")
    rerun(world)

    assert "+1 555 0177" == row_of(world, "person2@example.org")["Phone"]
    assert "Braga" == world.contact("person3@example.org")["properties"]["city"]
    quiet(world)


def test_the_same_import_again_adds_nothing(world: World):
    """Asked twice, nobody has two rows, and nobody is told anything twice."""
    open_account(world, 30)
    bring_in(world)
    world.control.forget_calls()
    said = bring_in(world)

    assert [] == written(world)
    assert "0 contacts to import, 30 here already" in said
    assert 30 == len(world.rows())
    quiet(world)


def test_a_tab_with_rows_is_refused(world: World):
    """Nothing is written anywhere; the reason and the way out are said, there and in `status`."""
    open_account(world, 5, HEADER, ["Somebody", "", "some@example.org", *[""] * 6, "Draft"])
    said = bring_in(world, code=1)

    assert [] == written(world)
    assert "The tab is not empty: it holds 1 row." in said
    status = json.loads(world.outreach("status", "--json").stdout)
    assert "outreach new-sheet" in " ".join(status["sentences"])
    # the sync of that sheet is none the worse for it
    rerun(world, code=0)


def test_a_header_alone_counts_as_empty(world: World):
    """The header that is there is kept, people's own column beside it too."""
    open_account(world, 5, [*HEADER, "", "", "", "Mine"])
    bring_in(world)

    assert 5 == len(drafts(world))
    assert "Mine" == world.grid()[0][17]
    quiet(world)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"criteria": '[{"property": "citty", "value": "x"}]'}, "Did you mean `city`?"),
        ({"list": "nobody's"}, "no list of contacts"),
        ({"criteria": PORTO, "list": LIST}, "Set one of them"),
    ],
)
@pytest.mark.processes
def test_what_cannot_be_asked_ends_in_one_sentence(world: World, asked: dict[str, str], words: str):
    """The mistake is named, nothing is written, and the next sync is as ever."""
    open_account(world, 5)
    said = bring_in(world, code=1, **asked)

    assert words in said
    assert "Traceback" not in said
    assert [] == written(world)


def test_a_preview_waits_for_its_approval(world: World):
    """Asked for, it shows who would come; approved, the same import brings them."""
    open_account(world, 12)
    bring_in(world, criteria=PORTO, preview="true")
    assert [] == written(world)
    shown = json.loads(world.outreach("plan", "--json").stdout)
    assert ("waiting", 12) == (shown["status"], shown["counts"]["imported"])
    assert {"Business Name", "Email"} <= {line["field"] for line in shown["changes"]}
    assert "Business 1" in {line["business"] for line in shown["changes"]}
    assert "meltano run hubspot-import" in world.outreach("plan").stdout

    world.outreach("plan", "--approve")
    bring_in(world, criteria=PORTO, preview="true")
    assert 12 == len(drafts(world))
    quiet(world)


def test_a_limit_brings_the_first(world: World):
    """Who was made first comes; the others are counted."""
    open_account(world, 20)
    said = bring_in(world, criteria=PORTO, limit="5")

    assert [f"person{n}@example.org" for n in range(5)] == [row[2] for row in drafts(world)]
    assert "18 beyond the limit" in said  # three of them have no address; nobody looked
    quiet(world)


def test_a_contact_of_another_campaign_keeps_its_row_id(world: World):
    """Two campaigns may have the same person; the id of the first stays, each row has its own."""
    open_account(world, 3)
    world.control.people(
        "hubspot",
        "edit",
        email="person1@example.org",
        properties={"outreach_row_id": "01900000-0000-7000-8000-00000000000a"},
    )
    bring_in(world)

    found = world.contact("person1@example.org")["properties"]
    assert "01900000-0000-7000-8000-00000000000a" == found["outreach_row_id"]
    assert 3 == len(drafts(world))
    quiet(world)


def test_claims_wait_for_hubspot(world: World):
    """Down while the rows are written: they are there, and the next sync tells their contacts."""
    open_account(world, 6)
    down = {
        "vendor": "hubspot",
        "operation": "objects.batch_update",
        "kind": "before",
        "status": 503,
    }
    world.control.queue_faults(*[down] * 20)
    bring_in(world)
    assert 6 == len(drafts(world))
    assert {""} == {c["properties"].get("outreach_row_id") or "" for c in world.contacts()}

    world.control.forget_faults()
    rerun(world)
    check_whole(world, 6)
    quiet(world)


def undisturbed(world: World, people: int) -> int:
    """Return how many requests an import makes."""
    open_account(world, people)
    bring_in(world)
    return len(world.calls())


def killed(world: World, people: int, point: KillPoint) -> bool:
    """Kill an import at a request; return whether it came so far."""
    for path in world.home.iterdir():
        path.unlink()
    open_account(world, people)
    world.settings["OUTREACH_IMPORT_CRITERIA"] = PORTO
    world.job = "hubspot-import"
    try:
        return run_killed(world, point)
    finally:
        world.job = "hubspot-sync"
        del world.settings["OUTREACH_IMPORT_CRITERIA"]


def check_whole(world: World, people: int) -> None:
    """Everybody has one row, every contact its claim, and nothing is left to do."""
    rows = drafts(world)
    assert people == len(rows) == len({row[2] for row in rows}) == len(world.rows())
    header, *grid = world.grid()
    place = header.index("_sync_id")
    ids = [row[place] for row in grid]
    claimed = {c["properties"].get("outreach_row_id") for c in world.contacts()} - {None, ""}
    assert set(ids) == claimed
    assert len(ids) == len(set(ids))
    assert {"Synced"} == {row["Sync Status"] for row in world.rows()}


def finished_after(world: World, point: KillPoint, then: str) -> None:
    """Kill an import at a request, then finish it; a sync may come in between."""
    assert killed(world, PEOPLE, point), f"{point} was not reached"
    if then == "sync" and len(world.grid()) > 1:
        world.later(120)
        assert 0 == world.run(), f"{point}: {world.log.read_text()}"
    bring_in(world, 120)
    rerun(world)
    check_whole(world, PEOPLE)
    quiet(world)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("then", ["import", pytest.param("sync", marks=pytest.mark.sweep)])
def test_a_killed_import_is_finished_by_the_next(world: World, then: str):
    """Killed at a few of its requests: the same import again makes it whole, a sync before it or not."""
    calls = undisturbed(world, PEOPLE)
    for nth, phase, whom in zip(range(calls - 7, calls, 3), PHASES, WHOM, strict=True):
        finished_after(world, KillPoint(nth, phase, whom), then)


@pytest.mark.sweep
@pytest.mark.parametrize("then", ["import", "sync"])
def test_an_import_killed_anywhere_is_finished_by_the_next(world: World, then: str):
    """The same for every request, before it takes effect and after."""
    calls = undisturbed(world, PEOPLE)
    for nth, phase, whom in itertools.product(
        range(calls), ("before", "after"), ("plugin", "group")
    ):
        finished_after(world, KillPoint(nth, phase, whom), then)
    print(f"{calls} requests of an import swept, each killed in four ways ({then})")


def test_an_unfinished_import_is_not_mixed_with_another(world: World):
    """Killed after some rows: other criteria are refused until the first one has come to its end."""
    open_account(world, 8)
    world.control.queue_faults(
        {
            "vendor": "google",
            "operation": "sheets.spreadsheets.values.batchUpdate",
            "kind": "after",
            "status": 403,
        }
    )
    bring_in(world, code=1)
    assert 8 == len(world.rows())
    world.control.forget_faults()

    faro = json.dumps([{"property": "city", "value": "Faro"}])
    said = bring_in(world, code=1, criteria=faro)
    assert "An import with other criteria was begun" in said
    bring_in(world)
    rerun(world)
    check_whole(world, 8)


@pytest.mark.meltano
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_import_through_meltano(world: World):
    """The very job, with its setting in the environment, then the sync: through the real `meltano run`."""
    open_account(world, 40)

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

    said = run("hubspot-import", OUTREACH_IMPORT_CRITERIA=PORTO)
    assert 40 == len(drafts(world))
    assert "person1@" not in said.casefold()
    world.later(120)
    world.control.forget_calls()
    run("hubspot-sync")
    assert [] == written(world)


@pytest.mark.processes
def test_nothing_of_anybody_is_in_logs_or_states(world: World):
    """The criteria may hold an address; logs and states hold none."""
    open_account(world, 3)
    bring_in(world, criteria=json.dumps([{"property": "email", "value": "person1@example.org"}]))

    assert ["person1@example.org"] == [row[2] for row in drafts(world)]
    for path in world.home.glob("*.config.json"):
        path.unlink()  # as Meltano does when a plugin has ended
    kept = [*world.home.glob("*-to-*.json"), world.log]
    assert 4 <= len(kept)
    for path in kept:
        assert "person1" not in path.read_text().casefold(), path.name


def test_imports_of_a_thousand_cost_a_call_per_hundred(world: World):
    """Reading and claiming take a call per hundred; the sheet's calls do not grow with the rows."""
    open_account(world, 1000)
    bring_in(world)

    calls = [call["operation"] for call in world.calls()]
    sheets = [name for name in calls if name.startswith(("sheets.", "drive."))]
    assert 1000 == len(drafts(world))
    assert len(sheets) <= 12, sorted(sheets)
    assert len(calls) - len(sheets) <= 60, sorted(calls)
