"""What every ledger does about switches, overridden guards and the times of edits.

The rule: as in ``ledger_conformance.py``, nothing here knows which database lies under it.
"""

from __future__ import annotations

import sys
from typing import Any

from outreach_adapters.ledger import Ledger, ProcessMark
from outreach_core.model.planning import Approval, GuardTrip, Pause, PlanStatus

base: Any = sys.modules["ledger_conformance"]
RID, START = base.RID, base.START
MARK = ProcessMark("host", 1, 1.0)


def waiting() -> Any:
    """A plan that a guard stopped."""
    trip = GuardTrip("mass_archive", "12 rows would be archived.")
    return base.plan(base.intent(), status=PlanStatus.WAITING, guards=(trip,), guarded=("shown",))


class LedgerEvidenceConformance:
    """A further part of the suite; ``ledger`` and ``clock`` come from the first."""

    # -- switches

    def test_a_pause_keeps_its_first_name_and_time(self, ledger: Ledger, clock: Any) -> None:
        """Pausing what is paused changes nothing, and the plan step is told."""
        ledger.switches.pause_all(True, "a person")
        clock.advance(hours=1)
        ledger.switches.pause_all(True, "another")

        assert Pause("a person", START) == ledger.switches.paused()
        assert Pause("a person", START) == ledger.plans.planning_input().paused

    def test_resuming_ends_a_pause(self, ledger: Ledger) -> None:
        """And may be said twice."""
        ledger.switches.pause_all(True, "a person")
        for _ in range(2):
            ledger.switches.pause_all(False, "another")

        assert None is ledger.switches.paused()
        assert None is ledger.plans.planning_input().paused

    # -- overridden guards

    def test_a_reason_is_kept_with_the_run_that_passed(self, ledger: Ledger) -> None:
        """Who looks back sees why a plan went past its guards, and only there."""
        first = ledger.runs.begin("job", MARK)
        ledger.plans.store(first.run_id, waiting())
        ledger.plans.approve("plan-1", "ask", "me", reason="The column was meant to go.")
        ledger.runs.finish(first.run_id, "guard", {})
        given = ledger.plans.planning_input().approval
        second = ledger.runs.begin("job", MARK)
        ledger.plans.store(second.run_id, base.plan(plan_id="plan-2"))
        ledger.runs.finish(second.run_id, "clean", {})
        third = ledger.runs.begin("job", MARK)
        ledger.plans.store(third.run_id, base.plan(plan_id="plan-3"))

        assert Approval("plan-1", frozenset(("shown",)), "ask", force=True) == given
        told = {run.run_id: run.reason for run in ledger.runs.recent()}
        assert ["", "The column was meant to go.", ""] == [
            told[run.run_id] for run in (first, second, third)
        ]

    def test_an_ordinary_approval_forces_nothing(self, ledger: Ledger) -> None:
        """It holds for what was shown."""
        ledger.plans.store("", waiting())
        ledger.plans.approve("plan-1", "ask", "me")

        given = ledger.plans.planning_input().approval
        assert given is not None
        assert not given.force
