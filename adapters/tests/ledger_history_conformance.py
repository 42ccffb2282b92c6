"""What every ledger does about its history and about undo; a further part of ``ledger_conformance.py``.

The rule: as there, nothing here knows which database lies under it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from outreach_adapters.ledger import Ledger
from outreach_core.model import (
    BLANK,
    FieldChange,
    IntentKind,
    Operation,
    Outcome,
    OutcomeKind,
    Side,
    Why,
)
from outreach_core.model.planning import PlanStatus
from outreach_core.model.undo import NOTHING_DELETED, UndoEnd, UndoState, undo_mark

base: Any = sys.modules["ledger_conformance"]
RID = base.RID


def write(ledger: Ledger, why: Why = Why.CLEAN, evidence: str = "", name: str = "plan-1") -> int:
    """Let a plan change a contact's city and confirm it; return the change's number."""
    sheet = {Side.SHEET: base.text("Basel")}
    change = FieldChange(base.text("Bern"), base.text("Basel"), sheet, why, evidence)
    made = replace(base.intent(), intent_id=f"{name}-1", plan_id=name, changes={"city": change})
    if why is Why.CREATED:
        made = replace(made, operation=Operation.CREATE, record_id=None)
    run = ledger.runs.begin("a-job", base.MARK)
    ledger.plans.store(run.run_id, replace(base.plan(made), plan_id=name))
    ledger.deliveries.mark_in_doubt([made.intent_id])
    returned = {"city": base.text("Basel")}
    ledger.deliveries.record([Outcome(made.intent_id, OutcomeKind.WRITTEN, "11", returned)])
    ledger.runs.finish(run.run_id, "clean", {})
    return ledger.history.changes(1)[0].seq


def end(ledger: Ledger, *ends: UndoEnd, status: PlanStatus = PlanStatus.DELIVERABLE) -> None:
    """Store a plan that ends requests."""
    made = replace(base.plan(undone=ends), plan_id="plan-ends", status=status)
    ledger.plans.store("run-9", made)


class LedgerHistoryConformance:
    """The suite's third part; ``ledger`` and ``clock`` come from the first."""

    def test_a_change_tells_where_its_value_came_from(self, ledger: Ledger) -> None:
        """The sides that showed the value then are kept with it."""
        seq = write(ledger)

        found = ledger.history.change(seq)
        assert found is not None
        assert ((Side.SHEET,), Side.HUBSPOT) == (found.sources, found.side)
        assert ledger.history.change(seq + 1) is None

    def test_changes_are_narrowed_down(self, ledger: Ledger) -> None:
        """By row, by field and by run; the newest come first."""
        first, second = write(ledger), write(ledger, name="plan-2")
        run_id = ledger.history.changes(1)[0].run_id

        assert [second, first] == [c.seq for c in ledger.history.changes()]
        assert [second] == [c.seq for c in ledger.history.changes(run_id=run_id)]
        assert [] == ledger.history.changes(field="phone")
        assert [second, first] == [c.seq for c in ledger.history.changes(field="city", rids=[RID])]
        assert [] == ledger.history.changes(rids=["somebody else"])

    def test_a_request_is_part_of_what_a_plan_depends_on(self, ledger: Ledger) -> None:
        """It says what to put back, and what has to be there still."""
        seq = write(ledger)

        (asked,) = ledger.undo.request(seq, "ann")

        assert (UndoState.OPEN, True, "ann") == (asked.state, asked.is_new, asked.by)
        (given,) = ledger.plans.planning_input().undos
        assert (seq, RID, Side.HUBSPOT, "city") == (given.seq, given.rid, given.side, given.field)
        assert (base.text("Bern"), base.text("Basel")) == (given.old, given.new)
        assert frozenset() == given.restored

    def test_the_same_request_twice_is_one(self, ledger: Ledger) -> None:
        """A second time nothing is new, and it is nobody else's."""
        seq = write(ledger)
        ledger.undo.request(seq, "ann")

        (again,) = ledger.undo.request(str(seq), "bob")

        assert (UndoState.OPEN, False, "ann") == (again.state, again.is_new, again.by)
        assert 1 == len(ledger.plans.planning_input().undos)

    def test_a_run_is_taken_back_change_by_change(self, ledger: Ledger) -> None:
        """A run's id stands for all its changes, and for no other run's."""
        write(ledger)
        second = write(ledger, name="plan-2")
        run_id = ledger.history.changes(1)[0].run_id

        assert [second] == [asked.seq for asked in ledger.undo.request(run_id, "ann")]

    @pytest.mark.parametrize("what", [99, "99", "no-such-run"])
    def test_nothing_is_asked_of_nothing(self, ledger: Ledger, what: int | str) -> None:
        """Neither a number nor a run that is not there is a request."""
        write(ledger)

        assert [] == ledger.undo.request(what, "ann")
        assert {} == ledger.undo.standing()

    def test_what_was_made_is_refused_at_once(self, ledger: Ledger) -> None:
        """No plan has to find out that a created record stays."""
        seq = write(ledger, Why.CREATED)

        (asked,) = ledger.undo.request(seq, "ann")

        assert (UndoState.IMPOSSIBLE, NOTHING_DELETED) == (asked.state, asked.note)
        assert not asked.is_new
        assert () == ledger.plans.planning_input().undos

    def test_what_was_put_back_is_known_before_the_run_ends(self, ledger: Ledger) -> None:
        """The acknowledgement itself says it, so that a killed run forgets nothing."""
        seq = write(ledger)
        ledger.undo.request(seq, "ann")

        back = write(ledger, Why.UNDONE, undo_mark(seq), "plan-2")

        (given,) = ledger.plans.planning_input().undos
        assert frozenset({Side.HUBSPOT}) == given.restored
        assert (back,) == ledger.undo.standing()[seq].undone_by

    def test_a_request_ends_with_the_plan_that_takes_effect(self, ledger: Ledger) -> None:
        """A plan that waits for an approval ends nothing."""
        seq = write(ledger)
        ledger.undo.request(seq, "ann")
        done = UndoEnd(seq, UndoState.DONE)

        end(ledger, done, status=PlanStatus.WAITING)
        assert UndoState.OPEN is ledger.undo.standing()[seq].state
        ledger.plans.store("", replace(base.plan(undone=(done,)), plan_id="plan-3"))

        assert UndoState.DONE is ledger.undo.standing([seq])[seq].state
        assert () == ledger.plans.planning_input().undos
        (again,) = ledger.undo.request(seq, "ann")
        assert (UndoState.DONE, False) == (again.state, again.is_new)

    def test_what_had_changed_since_may_be_asked_for_again(self, ledger: Ledger) -> None:
        """The value may be there again by then."""
        seq = write(ledger)
        ledger.undo.request(seq, "ann")
        end(ledger, UndoEnd(seq, UndoState.CHANGED, "Changed since."))
        assert ("changed", "Changed since.") == (
            str(ledger.undo.standing()[seq].state),
            ledger.undo.standing()[seq].note,
        )

        (again,) = ledger.undo.request(seq, "bob")

        assert (UndoState.OPEN, True, "bob", "") == (
            again.state,
            again.is_new,
            again.by,
            again.note,
        )

    def test_a_cleared_value_is_put_back_as_blank(self, ledger: Ledger) -> None:
        """Blank is a value of the past like any other."""
        change = FieldChange(BLANK, base.text("Basel"))
        made = replace(base.intent(), kind=IntentKind.CELLS, side=Side.SHEET)
        made = replace(made, record_id=None, changes={"city": change})
        ledger.plans.store("", base.plan(made))
        ledger.deliveries.mark_in_doubt([made.intent_id])
        returned = {"city": base.text("Basel")}
        ledger.deliveries.record([Outcome(made.intent_id, OutcomeKind.WRITTEN, returned=returned)])

        ledger.undo.request(ledger.history.changes(1)[0].seq, "ann")

        assert ledger.plans.planning_input().undos[0].old.blank
