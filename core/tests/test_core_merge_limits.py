"""How much one run writes, and how long a new row waits: held and counted, never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.tests.planning_worlds import (
    RULES,
    absent,
    contact,
    deleted,
    first_sync,
    given,
    linked,
    many,
    new_row,
    plan,
    rid,
    row,
    verdict,
    writes,
)
from outreach_core.mapping.policy_file import parse_policy
from outreach_core.model import IntentKind, Side
from outreach_core.model.evidence import CHANGED, Edit
from outreach_core.model.planning import BEYOND, Approval, Bucket, PlanStatus, RowState
from outreach_core.model.policy import Policy

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def limited(most: int):
    return replace(RULES, policy=Policy(max_writes_per_run=most))


def edited(count: int):
    """Rows whose city was typed, each an update of its contact."""
    rows = [row(n, city="B") for n in range(1, count + 1)]
    there = [contact(n) for n in range(1, count + 1)]
    return given(rows, there, [linked(n) for n in range(1, count + 1)])


def test_what_is_beyond_the_limit_is_held_and_counted():
    """Every row is in one bucket, and each says why it waits."""
    made = plan(edited(5), limited(2))

    assert PlanStatus.DELIVERABLE is made.status
    assert [rid(1), rid(2)] == [name for _, name, _ in writes(made)]
    assert (2, 3) == (made.summary["crm_updates"], made.summary[BEYOND])
    buckets = [verdict(made, n).bucket for n in range(1, 6)]
    assert [*[Bucket.WRITTEN] * 2, *[Bucket.HELD] * 3] == buckets
    assert "comes with the next" in verdict(made, 5).note


@pytest.mark.parametrize("limit", [0, 5, 6])
def test_within_the_limit_nothing_changes(limit: int):
    """No limit is none, and a plan just as large as it goes whole."""
    made, plain = plan(edited(5), limited(limit)), plan(edited(5))

    assert (plain.intents, plain.hash) == (made.intents, made.hash)
    assert BEYOND not in made.summary


@pytest.mark.parametrize(
    ("used", "written"), [({}, 2), ({Side.HUBSPOT: 99}, 2), ({Side.HUBSPOT: 100}, 0)]
)
def test_a_crm_whose_calls_are_used_up_is_written_to_tomorrow(used, written: int):
    """The sheet still gets its edits; a CRM that does not tell its calls is not held."""
    rows = [row(1, city="B"), row(2, city="B"), row(3)]
    there = [contact(1), contact(2), contact(3, city="C")]
    world = replace(given(rows, there, [linked(n) for n in (1, 2, 3)]), calls=used)
    rules = replace(RULES, policy=Policy(max_api_calls_per_day=100))

    made = plan(world, rules)

    sides = [intent.side for intent in made.intents]
    assert (written, 1) == (sides.count(Side.HUBSPOT), sides.count(Side.SHEET))
    assert 2 - written == made.summary.get(BEYOND, 0)
    assert [written == 0] * 2 == ["used up" in verdict(made, n).note for n in (1, 2)]


def test_what_a_person_decided_waits_for_the_calls_too():
    """Nothing at all is sent to a CRM that has no calls left."""
    rules = replace(RULES, policy=Policy(max_api_calls_per_day=1, max_writes_per_run=1))
    world = replace(edited(3), calls={Side.HUBSPOT: 1})

    made = plan(world, rules)

    assert ((), 3) == (made.intents, made.summary[BEYOND])


def test_a_preview_shows_all_and_its_approval_covers_all():
    """What is approved once is written share by share."""
    world = first_sync([row(n) for n in range(1, 6)], lookups=absent(*range(1, 6)))
    shown = plan(world, limited(2))
    approval = Approval("p", frozenset(shown.guarded))
    made = plan(replace(world, approval=approval), limited(2))

    assert (5, 2) == (shown.summary["crm_creates"], made.summary["crm_creates"])
    assert set(shown.guarded) == set(made.guarded)


def test_ids_and_a_status_that_stops_mails_are_not_held():
    """Ids are ours, and an archived row's Status is written once only."""
    rows = [row(1, city="B"), row(2, city="B"), row(3), new_row(4)]
    world = given(
        rows,
        [contact(n) for n in (1, 2, 3)],
        [linked(n) for n in (1, 2, 3)],
        lookups=(*deleted(3), *absent(4)),
    )
    made = plan(world, limited(1))

    ids = [i.kind for i in made.intents if i.kind is IntentKind.ROW_ID]
    assert 1 == len(ids)
    assert {(Side.HUBSPOT, "B"), (Side.SHEET, "Archived")} == {
        (i.side, c.new.value)
        for i in made.intents
        if i.kind is not IntentKind.ROW_ID
        for c in i.changes.values()
    }


def test_a_guard_looks_at_the_whole_plan():
    """A limit does not hide an accident."""
    assert PlanStatus.WAITING is plan(many(25, phone=None), limited(1)).status


def typed(seconds_ago: float, **more: object):
    shown = replace(
        row(1, **more), edits={CHANGED: Edit(None, NOON - timedelta(seconds=seconds_ago))}
    )
    return given([shown], lookups=absent(1), now=NOON)


@pytest.mark.parametrize(("ago", "creates"), [(0, 0), (59, 0), (60, 1), (6000, 1)])
def test_a_new_row_waits_until_it_is_left_alone(ago: float, creates: int):
    """Half an address matches somebody else, or makes somebody who is not there."""
    rules = replace(RULES, policy=Policy(settle_seconds=60))

    made = plan(typed(ago), rules)

    assert creates == made.summary["crm_creates"]
    state = (Bucket.WRITTEN, RowState.SYNCED) if creates else (Bucket.HELD, RowState.WAITING)
    assert state == (verdict(made, 1).bucket, verdict(made, 1).state)


def test_without_the_setting_and_without_a_time_nobody_waits():
    """And a row that has its record goes on at once: a cell is typed whole."""
    rules = replace(RULES, policy=Policy(settle_seconds=60))
    fresh = replace(row(1, city="B"), edits={CHANGED: Edit(None, NOON)})

    assert 1 == plan(typed(0)).summary["crm_creates"]
    assert 1 == plan(given([row(1)], lookups=absent(1), now=NOON), rules).summary["crm_creates"]
    assert 1 == len(writes(plan(given([fresh], [contact(1)], [linked(1)], now=NOON), rules)))


def test_the_policy_file_has_both():
    """In seconds, and a whole number."""
    read = parse_policy("settle_seconds: 90\nmax_writes_per_run: 500\nmax_api_calls_per_day: 900\n")

    assert (90, 500, 900) == (
        read.settle_seconds,
        read.max_writes_per_run,
        read.max_api_calls_per_day,
    )
