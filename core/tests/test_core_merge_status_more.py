"""Status both ways: records that are made, rows left alone, words carried into the sheet, several CRMs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.tests.effect_worlds import (
    MOVED,
    STATUS_RULES,
    at,
    crm_status,
    shows,
)
from core.tests.planning_worlds import (
    absent,
    contact,
    first_sync,
    given,
    many,
    plan,
    rid,
)
from core.tests.status_worlds import CRM, POSITIVE, SHEET, Pair, after, saw, value, wrote
from outreach_core.model import (
    Problem,
    Side,
    Why,
)
from outreach_core.model.hashing import input_hash
from outreach_core.model.planning import Link, Retry
from outreach_core.model.policy import StatusRules

# -- records that are made


@pytest.mark.parametrize(
    ("status", "positive", "expected"),
    [
        ("Draft", False, "NEW"),
        ("Approved", False, "OPEN"),
        ("sent", False, "ATTEMPTED_TO_CONTACT"),
        ("Replied", False, "CONNECTED"),
        ("Replied", True, "OPEN_DEAL"),
        ("Sent", True, "ATTEMPTED_TO_CONTACT"),
        ("Bounced", False, "UNQUALIFIED"),
        ("Interested", False, None),
        ("", False, None),
    ],
)
def test_a_record_that_is_made_starts_where_its_row_is(status: str, positive: bool, expected):
    """It carries the status along, and remembers it as ours."""
    happenings = POSITIVE if positive else ()
    made = plan(given([shows(status)], lookups=absent(1), happenings=happenings), MOVED)
    (create,) = made.intents

    assert ({CRM: expected} if expected else {}) == wrote(made)
    if expected:
        change = create.changes["status"]
        assert (Why.CREATED, value(expected)) == (change.why, change.remembers["status:ours"])
        assert saw(status, positive=positive).key == change.remembers["status:sheet"].key


# -- who is left alone

TROUBLE = {"status": Problem("formula_error", "status", "A formula error.")}


def test_a_paused_row_and_one_that_cannot_be_read_are_left_alone():
    """Neither is pushed nor pulled into; both are made up for later."""
    moved = Pair("Replied", "OPEN", "Sent", "OPEN").world()
    (row,) = moved.rows
    (record,) = moved.records.values()
    paused = replace(moved, rows=(replace(row, paused=True),))
    unread = replace(moved, rows=(replace(row, problems=TROUBLE),))
    hidden = {(CRM, "contacts", "101"): replace(record, problems=TROUBLE)}

    assert {CRM: "CONNECTED"} == wrote(plan(moved, MOVED))
    for world in (paused, unread, replace(moved, records=hidden)):
        made = plan(world, MOVED)
        assert ({}, ()) == (wrote(made), made.base_moves)


def test_what_a_lead_was_converted_to_has_no_status_of_ours():
    """Status is the lead's; the contact it became is not given one."""
    moved = Pair("Replied", "OPEN", "Sent", "OPEN").world()
    record = replace(contact(1), object="people")
    world = replace(
        moved,
        links=(Link(rid(1), CRM, "people", "101"),),
        records={(CRM, "people", "101"): record},
    )

    assert {} == wrote(plan(world, MOVED))


def test_without_status_rules_nothing_moves():
    """A CRM whose rule file has no status section keeps its statuses to itself."""
    assert {} == wrote(Pair("Replied", "OPEN", "Sent", "OPEN").plan(replace(MOVED, status={})))


def test_a_refused_status_is_not_pushed_again_until_it_changes():
    """It would be refused again; another word is tried."""
    pair = Pair("Sent", "OPEN", "Approved", "OPEN")
    (push,) = pair.plan().intents
    kept = Retry(
        rid(1), CRM, 1, input_hash(push.changes, MOVED.fingerprint), "bad", "No such option."
    )

    assert {} == wrote(pair.plan(retries=(kept,)))
    assert {CRM: "CONNECTED"} == wrote(
        Pair("Replied", "OPEN", "Approved", "OPEN").plan(retries=(kept,))
    )


# -- what is carried into the sheet


def test_a_word_that_is_carried_into_the_sheet_is_remembered_as_ours():
    """So that it proves no e-mail, and the CRM is not moved by its own word coming back."""
    made = Pair("Sent", "CONNECTED", "Sent", "OPEN").plan()
    (cells,) = made.intents

    assert {rid(1): "Replied"} == dict(made.pulled)
    assert {CRM: value("CONNECTED")} == dict(cells.changes["status"].sources)
    assert "Sent" == cells.changes["status"].expected.value


def test_no_rule_can_approve_a_row():
    """A rule that slipped past the reader of rule files starts no e-mail either."""
    rules = StatusRules(push={}, order=(), pull={"connected": " approved "})
    made = Pair("Draft", "CONNECTED", "Draft", "OPEN").plan(replace(MOVED, status={CRM: rules}))

    assert "approved" not in str(wrote(made).values()).casefold()


def test_rows_archived_by_the_crm_in_bulk_wait_for_a_person():
    """Fifty leads called UNQUALIFIED at once would archive fifty rows: the guard counts them."""
    world = many(50, status="Sent")
    bases = {
        where: {**past, "status": value("OPEN"), "status:sheet": saw("Sent")}
        for where, past in world.bases.items()
    }
    status = {"status": value("UNQUALIFIED")}
    gone = {
        where: replace(record, fields={**record.fields, **status})
        for where, record in list(world.records.items())[:11]
    }
    stopped = plan(replace(world, bases=bases, records={**world.records, **gone}), MOVED)
    fewer = dict(list(gone.items())[:10])
    passed = plan(replace(world, bases=bases, records={**world.records, **fewer}), MOVED)

    assert (["mass_archive"], 11) == (
        [trip.guard for trip in stopped.guards],
        len(stopped.guards[0].items),
    )
    assert ([], 10) == ([trip.guard for trip in passed.guards], len(passed.pulled))


def test_two_crms_have_two_memories():
    """A salesperson's word in one of them moves the sheet, and the sheet then moves the other."""
    sales = StatusRules(
        push={"sent": "Working", "replied": "Working"}, order=("Open", "Working"), pull={}
    )
    rules = replace(
        MOVED,
        status={CRM: STATUS_RULES, Side.SALESFORCE: sales},
        crm_sides=(CRM, Side.SALESFORCE),
        objects={CRM: "contacts", Side.SALESFORCE: "leads"},
    )
    first = Pair("Draft", "CONNECTED", "Draft", "NEW").world()
    lead = replace(crm_status("Open"), side=Side.SALESFORCE, object="leads", record_id="900")
    memory = {"status": value("Open"), "status:sheet": saw("Draft")}
    world = replace(
        first,
        links=(*first.links, Link(rid(1), Side.SALESFORCE, "leads", "900")),
        records={**first.records, (Side.SALESFORCE, "leads", "900"): lead},
        bases={**first.bases, (rid(1), Side.SALESFORCE): {**first.bases[rid(1), SHEET], **memory}},
    )
    made = plan(world, rules)

    assert {SHEET: "Replied"} == wrote(made)
    assert {Side.SALESFORCE: "Working"} == wrote(plan(after(world, made), rules))


# -- first links and sorting


def test_a_first_link_merges_no_status_and_fills_a_blank_one():
    """RECONCILE B14: what stands in the CRM stays; nothing is called a conflict."""
    taken = plan(first_sync([shows("Sent")], records=[crm_status("NEW")]), MOVED)
    blank = plan(first_sync([shows("Sent")], records=[crm_status(None)]), MOVED)

    assert ({}, ()) == (wrote(taken), taken.conflicts)
    assert {CRM: "ATTEMPTED_TO_CONTACT"} == wrote(blank)


def test_sorting_changes_nothing():
    """A row's number has no part in its Status."""
    world = Pair("Sent", "OPEN", "Approved", "OPEN").world()
    moved = replace(world, rows=(replace(world.rows[0], row=40),))

    assert plan(world, MOVED).hash == plan(moved, MOVED).hash


def test_a_yes_that_comes_after_replied_moves_the_crm():
    """The Status stays Replied; that the answer is positive is part of what is compared."""
    pair = Pair("Replied", "CONNECTED", "Replied", "CONNECTED", "CONNECTED")
    yes = shows("Replied", None, at(), "Yes.", "positive")
    made = plan(replace(pair.world(), rows=(yes,)), MOVED)

    assert {CRM: "OPEN_DEAL"} == wrote(made)
