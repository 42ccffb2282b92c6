"""What stops a plan, and what lets it pass."""

from __future__ import annotations

from dataclasses import replace

from core.tests.planning_worlds import (
    RULES,
    absent,
    contact,
    deleted,
    fields,
    first_sync,
    given,
    linked,
    many,
    new_row,
    plan,
    rid,
    row,
    verdict,
)
from outreach_core.model import (
    Operation,
)
from outreach_core.model.planning import (
    Approval,
    PlanStatus,
    RowState,
)


def test_the_first_plan_waits_with_a_preview():
    """Everything is shown, only row ids may be delivered."""
    made = plan(first_sync([new_row(1), row(2)], records=[contact(2)], lookups=absent(1)))

    assert (PlanStatus.WAITING, ["first_sync"]) == (made.status, [g.guard for g in made.guards])
    assert (1, 1) == (made.summary["already_there"], made.summary["new"])


def test_an_approved_preview_is_delivered_and_newcomers_wait_a_turn():
    """A sheet that keeps growing does not starve the approval, nor slip past it."""
    world = first_sync([row(1)], lookups=absent(1, 2))
    approval = Approval("p", frozenset(plan(world).guarded))

    made = plan(replace(world, rows=(row(1), row(2)), approval=approval))

    assert PlanStatus.DELIVERABLE is made.status
    assert [rid(1)] == [i.rid for i in made.intents if i.operation is Operation.CREATE]
    assert RowState.WAITING is verdict(made, 2).state


def test_a_cleared_column_stops_before_anything_is_written():
    """Every row lost the same field: the column, not the rows."""
    made = plan(many(25, phone=None))

    assert PlanStatus.WAITING is made.status
    assert ["mass_clear"] == [g.guard for g in made.guards]


def test_an_ordinary_day_trips_no_guard():
    """Thirty of fifty rows sent in an afternoon is work, not an accident."""
    world = many(50)
    sent = tuple(
        replace(r, fields={**r.fields, **fields(status="Sent")}) if r.row < 32 else r
        for r in world.rows
    )

    assert PlanStatus.DELIVERABLE is plan(replace(world, rows=sent)).status


def test_a_mass_deletion_waits_for_a_person():
    """Twelve of fifty contacts gone at once: zero writes until approved, exactly as shown."""
    world = many(50)
    gone = tuple(answer for n in range(1, 13) for answer in deleted(n))
    world = replace(world, lookups=gone)
    stopped = plan(world)
    approved = plan(replace(world, approval=Approval("p", frozenset(stopped.guarded))))
    more = plan(
        replace(
            world, lookups=gone + deleted(13), approval=Approval("p", frozenset(stopped.guarded))
        )
    )

    assert (PlanStatus.WAITING, ["mass_archive"]) == (
        stopped.status,
        [g.guard for g in stopped.guards],
    )
    assert PlanStatus.DELIVERABLE is approved.status
    assert PlanStatus.WAITING is more.status


def test_an_emptied_sheet_stops():
    """A complete read without rows is an accident until a person says otherwise."""
    world = replace(many(3), rows=())

    assert ["empty_sheet"] == [g.guard for g in plan(world).guards]


def test_a_lost_id_column_blocks_before_new_ids_are_written():
    """Rows whose ids are gone all at once are not new rows: nothing is delivered, not even ids."""
    links = [linked(n) for n in (1, 2)]
    rows = [new_row(1), new_row(2)]

    stopped = plan(given(rows, [contact(1), contact(2)], links))
    fresh = plan(given(rows, first_sync_done=False))

    assert PlanStatus.BLOCKED == stopped.status
    assert "id_column_missing" in [g.guard for g in stopped.guards]
    assert "id_column_missing" not in [g.guard for g in fresh.guards]


def test_changed_rules_are_previewed_only_if_they_would_write():
    """A changed mapping shows what it would write before it writes."""
    rules = replace(RULES, fingerprint="rules-2")

    assert PlanStatus.DELIVERABLE is plan(many(3), rules).status
    assert ["mapping_changed"] == [g.guard for g in plan(many(3, city="Z"), rules).guards]


def test_a_sheet_that_another_ledger_keeps_in_step_is_left_alone_until_somebody_approves():
    """A lost ledger's successor goes on after a yes; a second runner is seen before it undoes the first."""
    rules = RULES
    mine = replace(many(3, city="Z"), generation="mine")
    assert PlanStatus.DELIVERABLE is plan(replace(mine, in_charge="mine"), rules).status
    assert PlanStatus.DELIVERABLE is plan(replace(mine, in_charge=""), rules).status

    theirs = replace(mine, in_charge="theirs")
    shown = plan(theirs, rules)
    assert (PlanStatus.WAITING, ["other_ledger"]) == (shown.status, [g.guard for g in shown.guards])

    yes = Approval("p", frozenset(shown.guarded))
    assert PlanStatus.DELIVERABLE is plan(replace(theirs, approval=yes), rules).status


def test_another_spreadsheet_cannot_be_approved():
    """*File → Make a copy* must not make two sheets fight over the same contacts."""
    made = plan(replace(many(3), spreadsheet_id="other", gid=0))

    assert PlanStatus.BLOCKED is made.status
