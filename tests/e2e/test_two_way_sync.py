"""The story of a first campaign, through every stage over HTTP."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.story import settle
from harness.world import World

pytestmark = pytest.mark.processes

OURS = {
    "Sync Status",
    "HubSpot",
    "Salesforce",
    "CRM Status",
    "Last Contacted",
    "Last Synced",
    "Sync Note",
    "Pause Sync",
    "_sync_id",
}
WRITES = ("create", "update", "upsert", "archive", "append", "clear", "batchUpdate")


@pytest.fixture
def synced(world: World) -> World:
    """Twenty-five businesses, approved and delivered, two quiet runs later."""
    world.at("in step by hubspot-sync, ask", lambda: settle(world, "ask"))
    return world


def theirs(world: World) -> dict[str, dict]:
    """Return e-mail → row without our columns."""
    return {
        row["Email"]: {k: v for k, v in row.items() if k and k not in OURS} for row in world.rows()
    }


def ours(world: World, column: str) -> dict[str, str]:
    return {row["Email"]: row[column] for row in world.rows()}


def properties(world: World) -> dict[str, dict]:
    return {c["properties"]["email"]: c["properties"] for c in world.contacts()}


def written(world: World) -> list[str]:
    return [c["operation"] for c in world.calls() if any(word in c["operation"] for word in WRITES)]


def rerun(world: World, seconds: float = 90) -> None:
    world.later(seconds)
    assert 0 == world.run(), world.log.read_text()


def row_of(world: World, email: str) -> int:
    for number, row in enumerate(world.grid()[1:], 2):
        if email in row:
            return number
    raise AssertionError("no such row")


def emails(world: World) -> list[str]:
    """Return the addresses that were in HubSpot before the first sync, sorted."""
    return sorted(
        c["properties"]["email"]
        for c in world.contacts()
        if c["properties"].get("outreach_sync_created") != "true"
    )


def test_the_first_run_is_a_preview(world: World):
    """It counts who is there already, writes row ids and nothing else."""
    before, contacts = theirs(world), properties(world)

    assert 0 == world.run(), world.log.read_text()

    assert "10 already in HubSpot, 15 new" in world.outreach("plan").stdout
    assert (before, contacts) == (theirs(world), properties(world))
    assert 25 == len(set(ours(world, "_sync_id").values()))
    assert {""} == set(ours(world, "Sync Status").values())


def test_approval_makes_every_business_a_contact_once(world: World):
    """Ten are matched, fifteen created; a second run writes no contact; a third writes nothing."""
    before = theirs(world)
    world.run()
    world.outreach("plan", "--approve")
    rerun(world)
    assert 25 == len(world.contacts())
    assert before == theirs(world), "differing cities are asked about, not written"

    world.control.forget_calls()
    rerun(world, 120)
    assert [] == [op for op in written(world) if "hubspot" in op or "contacts" in op]
    world.control.forget_calls()
    rerun(world, 120)
    assert [] == written(world)
    assert Counter({"Conflict": 10, "Synced": 15}) == Counter(ours(world, "Sync Status").values())


def test_a_quiet_run_costs_four_calls_at_most(synced: World):
    """Whatever the number of rows: gate, search, count, one batch of links verified."""
    rerun(synced, 120)

    calls = [c["operation"] for c in synced.calls()]
    assert len(calls) <= 4, calls
    assert [] == written(synced)


def test_a_phone_edited_in_hubspot_finds_its_row_after_a_sort(synced: World):
    """The right cell gets it; no other cell of the tab changed."""
    email = emails(synced)[0]
    synced.control.people("hubspot", "edit", email=email, properties={"phone": "+1 555 0140"})
    synced.control.people("google", "sort", by="Business Name", descending=True)
    before = theirs(synced)

    rerun(synced)

    expected = {**before, email: {**before[email], "Phone": "+1 555 0140"}}
    assert expected == theirs(synced)


def test_a_sort_between_plan_and_write_does_not_mislead(synced: World):
    """The row is found by its id right before writing."""
    email = emails(synced)[1]
    synced.control.people("hubspot", "edit", email=email, properties={"phone": "+1 555 0144"})
    synced.control.people("google", "sort", by="Email", descending=True)
    rerun(synced)

    changed = [m for m, row in theirs(synced).items() if row["Phone"] == "+1 555 0144"]
    assert [email] == changed


def test_edits_of_different_fields_both_survive(synced: World):
    """Phone typed in the sheet, city changed in HubSpot."""
    email = emails(synced)[2]
    # settle the city question of the first link first, so that the row flows
    city = theirs(synced)[email]["Location"]
    synced.control.people("hubspot", "edit", email=email, properties={"city": city})
    rerun(synced)
    row = row_of(synced, email)
    synced.control.people("google", "type", row=row, header="Phone", value="'+1 555 0145")
    synced.control.people("hubspot", "edit", email=email, properties={"city": "Izmir"})

    rerun(synced)

    assert "+1 555 0145" == properties(synced)[email]["phone"]
    assert "Izmir" == theirs(synced)[email]["Location"]
    assert "Synced" == ours(synced, "Sync Status")[email]


def test_a_conflict_overwrites_neither_side(synced: World):
    """Both values stay, however many runs pass; the conflict is in the ledger and printed."""
    email = emails(synced)[3]
    row = row_of(synced, email)
    synced.control.people("google", "type", row=row, header="Phone", value="'+1 555 0146")
    synced.control.people("hubspot", "edit", email=email, properties={"phone": "+1 555 0147"})

    for _ in range(3):
        rerun(synced)

    assert "+1 555 0146" == theirs(synced)[email]["Phone"]
    assert "+1 555 0147" == properties(synced)[email]["phone"]
    assert "Conflict" == ours(synced, "Sync Status")[email]
    said = synced.outreach("status").stdout
    assert "+1 555 0146" in said
    assert "+1 555 0147" in said


def test_a_deleted_contact_archives_its_row(synced: World):
    """After two runs that missed it; the row is still there, and nothing else was deleted."""
    email = emails(synced)[4]
    business = theirs(synced)[email]["Business Name"]
    synced.control.people("hubspot", "delete", email=email)

    rerun(synced, 120)
    rerun(synced, 120)

    row = theirs(synced)[email]
    assert ("Archived", business) == (row["Status"], row["Business Name"])
    assert "Archived" == ours(synced, "Sync Status")[email]
    assert 24 == len(world_contacts := synced.contacts()), world_contacts
    assert [] == [op for op in written(synced) if "archive" in op or "delete" in op.lower()]


def test_merged_contacts_leave_no_row_archived(synced: World):
    """A person merges two linked contacts: one row owns the winner, the other is its duplicate."""
    one, two = emails(synced)[5:7]
    synced.control.people(
        "hubspot", "merge", primary=synced.contact(one)["id"], other=synced.contact(two)["id"]
    )

    for _ in range(3):
        rerun(synced, 120)

    states = ours(synced, "Sync Status")
    assert 1 == [states[one], states[two]].count("Duplicate")
    assert "Archived" not in states.values()
    assert 24 == len(synced.contacts())


def test_the_outreach_systems_habits_are_survived(synced: World):
    """It appends, sends, fails, records replies by row number; nothing it wrote or cleared is touched."""
    people = synced.control.people
    people(
        "google",
        "outreach_append",
        rows=[
            [
                "Nova Dental",
                "Lyon",
                "nova@example.org",
                "",
                "https://nova.example.org",
                "",
                "Hello",
                "Body",
                "",
                "Draft",
            ],
        ],
    )
    last = len(synced.grid())
    rerun(synced)
    people("google", "outreach_send", row=3, at="2026-11-23 10:00:00")
    people("google", "outreach_send_failed", row=4)
    people("google", "outreach_reply", row=5, at="2026-11-23 11:00:00", text="Thanks, no.")
    before = theirs(synced)

    rerun(synced)
    rerun(synced)

    assert before == theirs(synced)
    assert last == row_of(synced, "nova@example.org"), "the append landed under the last row"
    assert "nova@example.org" in properties(synced)
    assert "Approved" not in {
        row["Status"]
        for mail, row in theirs(synced).items()
        if before[mail]["Status"] != "Approved"
    }
    people("google", "outreach_append", rows=[["Orbit", "Rome", "orbit@example.org"]])
    assert last + 1 == row_of(synced, "orbit@example.org"), "our columns did not move its appends"


def test_a_formula_cell_is_never_overwritten(synced: World):
    """What a person computes stays a formula."""
    email = emails(synced)[7]
    row = row_of(synced, email)
    synced.control.people("google", "type", row=row, header="Phone", value='="+1 555 "&"0150"')
    rerun(synced)
    synced.control.people("hubspot", "edit", email=email, properties={"phone": "+1 555 0151"})
    rerun(synced)

    assert "+1 555 0150" == theirs(synced)[email]["Phone"]


def test_text_that_looks_like_a_formula_stays_text(synced: World):
    """A value from the CRM that begins with = + - or @ arrives as text."""
    email = emails(synced)[8]
    text = '=HYPERLINK("http://example.com","x")'
    synced.control.people("hubspot", "edit", email=email, properties={"company": text})
    rerun(synced)

    assert text == theirs(synced)[email]["Business Name"]


def test_two_runs_side_by_side_leave_one_writer(synced: World):
    """The second run finds the lease taken and stops before it reads anything."""
    import os

    from harness import forked

    synced.control.queue_faults(
        {"vendor": "google", "operation": "*", "kind": "before", "delay_seconds": 3}
    )
    first = synced.start()
    deadline = 100
    while not any(f["consumed"] for f in synced.control.faults()) and deadline:
        deadline -= 1
        os.sched_yield()
        __import__("time").sleep(0.05)
    second = synced.run()

    assert (0, 1) == (forked.wait(first), second)
