"""What every ledger remembers of the last runs' writes, so that a plan sees what goes to and fro."""

from __future__ import annotations

from typing import Any

import pytest

from outreach_adapters.ledger import Ledger, ProcessMark
from outreach_core.model import (
    FieldChange,
    FieldValue,
    Intent,
    IntentKind,
    Operation,
    Outcome,
    OutcomeKind,
    Side,
    Why,
)
from outreach_core.model.planning import Plan, PlanStatus
from outreach_core.model.recent import RUNS, RecentWrite

MARK = ProcessMark("here", 4711, 1.0)
RID = "01900000-0000-7000-8000-000000000001"
WHERE = (RID, "phone")


def text(value: str) -> FieldValue:
    return FieldValue(value, value, value)


class LedgerLawsConformance:
    """Mixed into the suite of each database."""

    @pytest.fixture
    def busy(self, ledger: Ledger) -> Any:
        """Run once, and write a phone number if there is one to write."""
        plans = iter(range(1000))

        def run(*values: str) -> None:
            begun = ledger.runs.begin("hubspot-sync", MARK, lambda _: False)
            for value in values:
                self._write(ledger, f"laws-{next(plans)}", value)
            ledger.runs.finish(begun.run_id, "clean", {})

        return run

    def _write(self, ledger: Ledger, plan_id: str, value: str) -> None:
        change = FieldChange(text("before"), text(value), why=Why.CLEAN)
        wanted = Intent(
            f"{plan_id}-1",
            plan_id,
            1,
            Side.HUBSPOT,
            IntentKind.RECORD,
            Operation.UPDATE,
            "contacts",
            RID,
            record_id="11",
            changes={"phone": change},
        )
        ledger.plans.store(
            ledger.runs.current().run_id, Plan(plan_id, PlanStatus.DELIVERABLE, (wanted,))
        )
        done = Outcome(wanted.intent_id, OutcomeKind.WRITTEN, returned={"phone": text(value)})
        ledger.deliveries.record([done])

    def test_a_field_written_often_of_late_is_remembered(self, ledger: Ledger, busy: Any) -> None:
        """Three writes in the last runs, the oldest first."""
        for value in ("1", "2", "1"):
            busy(value)

        wanted = tuple(RecentWrite(Side.HUBSPOT, value, Why.CLEAN) for value in ("1", "2", "1"))
        assert {WHERE: wanted} == ledger.plans.planning_input().recent

    def test_a_field_written_now_and_then_is_not(self, ledger: Ledger, busy: Any) -> None:
        """Two writes say nothing; nor do older ones than of the last five runs."""
        busy("1")
        busy("2")
        assert {} == ledger.plans.planning_input().recent
        busy("1")
        for _ in range(RUNS - 2):
            busy()

        assert {} == ledger.plans.planning_input().recent
