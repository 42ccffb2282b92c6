"""What a person switches: all rows paused, guards overridden; and an exchange of headers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.tests.planning_worlds import (
    SNAPSHOT,
    absent,
    contact,
    fields,
    first_sync,
    given,
    linked,
    many,
    plan,
    row,
    verdict,
)
from outreach_core.model import HappeningKind, ShownEmail
from outreach_core.model.planning import Approval, Pause, PlanStatus, RowState

PAUSE = Pause("somebody", datetime(2026, 11, 1, tzinfo=UTC))
SENT = ShownEmail(datetime(2026, 11, 1, 9, tzinfo=UTC), "Sent", "Hello", "Text")


def edited() -> object:
    return given([row(1, city="B"), row(2)], [contact(1), contact(2)], [linked(1), linked(2)])


def test_while_paused_the_plan_is_made_and_blocked():
    """What would be written is shown, and neither delivered nor to be approved."""
    made = plan(replace(edited(), paused=PAUSE))

    assert (PlanStatus.BLOCKED, ["paused"]) == (made.status, [g.guard for g in made.guards])
    assert [{"city": "B"}] == [{n: c.new.value for n, c in i.changes.items()} for i in made.intents]
    assert RowState.PAUSED is verdict(made, 1).state
    assert RowState.SYNCED is verdict(made, 2).state


def test_an_approval_does_not_end_a_pause():
    """Only resuming does."""
    world = replace(edited(), paused=PAUSE)
    approval = Approval("p", frozenset(plan(world).guarded), force=True)

    assert PlanStatus.BLOCKED is plan(replace(world, approval=approval)).status


def test_what_happened_while_paused_is_remembered():
    """The outreach system clears its dates: an e-mail sent in a pause is told after it."""
    shown = replace(row(1, status="Sent"), sent=SENT)
    world = given([shown], [contact(1)], [linked(1)], paused=PAUSE)

    assert [HappeningKind.EMAIL] == [one.kind for one in plan(world).happenings]


def test_another_guard_beside_the_pause_still_teaches_nothing():
    """A copied spreadsheet is not this campaign's, paused or not."""
    shown = replace(row(1, status="Sent"), sent=SENT)
    world = given([shown], [contact(1)], [linked(1)], paused=PAUSE, spreadsheet_id="other")

    assert () == plan(world).happenings


def test_force_lets_pass_what_was_not_shown():
    """A plan that grew since is delivered too, and a first sync whole."""
    cleared = replace(many(25, phone=None), approval=Approval("p", frozenset(), force=True))
    first = first_sync(
        [row(1), row(2)], lookups=absent(1, 2), approval=Approval("p", frozenset(), force=True)
    )

    assert PlanStatus.DELIVERABLE is plan(cleared).status
    assert 2 == plan(first).summary["crm_creates"]


def test_force_does_not_override_what_must_be_put_right():
    """Another spreadsheet than the known one is stopped whatever a person says."""
    world = replace(
        many(2), spreadsheet_id="other", approval=Approval("p", frozenset(), force=True)
    )

    assert PlanStatus.BLOCKED is plan(world).status


NOW = replace(SNAPSHOT, header=("Phone", "Location"))


@pytest.mark.parametrize(
    ("before", "changed", "guards"),
    [
        (("Location", "Phone"), 3, ["header_changed"]),
        (("Location", "Phone"), 1, []),  # one row of four: an edit
        (("Phone", "Location"), 3, []),  # the header is as it was
        ((), 3, []),  # nothing is known of the header yet
    ],
)
def test_exchanged_headers_stop_even_a_small_sheet(before, changed, guards):
    """The header row changed and most rows with it: below every other guard's floor."""
    rows = [row(n, city="1", phone="A") if n <= changed else row(n) for n in range(1, 5)]
    world = given(rows, [contact(n) for n in range(1, 5)], [linked(n) for n in range(1, 5)])

    made = plan(replace(world, snapshot=NOW, header=before))

    assert guards == [trip.guard for trip in made.guards]


def test_moved_columns_trip_nothing():
    """Columns are found by their headers, wherever they stand."""
    world = replace(many(4), snapshot=NOW, header=("Location", "Phone"))

    assert PlanStatus.DELIVERABLE is plan(world).status


def test_ordinary_days_trip_no_guard():
    """Twelve answers, or twenty-five new businesses after the first sync, are ordinary."""
    answered = tuple(
        replace(r, fields={**r.fields, **fields(status="Replied")}) if r.row < 14 else r
        for r in many(50).rows
    )
    newcomers = given([row(n) for n in range(1, 26)], lookups=absent(*range(1, 26)))

    assert PlanStatus.DELIVERABLE is plan(replace(many(50), rows=answered)).status
    assert PlanStatus.DELIVERABLE is plan(newcomers).status
