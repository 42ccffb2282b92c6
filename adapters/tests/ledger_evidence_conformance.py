"""What every ledger does about switches, overridden guards and the times of edits.

The rule: as in ``ledger_conformance.py``, nothing here knows which database lies under it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from outreach_adapters.ledger import Ledger, ProcessMark, StagedBatch
from outreach_core.model import CrmRecord, SheetRow, Side
from outreach_core.model.evidence import ASKED, CHANGED, FIRST_SEEN, Edit
from outreach_core.model.planning import BEYOND, Approval, GuardTrip, Pause, PlanStatus

base: Any = sys.modules["ledger_conformance"]
RID, START = base.RID, base.START
MARK = ProcessMark("host", 1, 1.0)


def at(minutes: float) -> datetime:
    """So many minutes after the start."""
    return START + timedelta(minutes=minutes)


def read(minutes: float, *rows: SheetRow, edited: float | None = None) -> StagedBatch:
    """A complete read of the sheet at a time."""
    taken = base.snapshot(len(rows), at(minutes))
    latest = at(edited) if edited is not None else None
    return StagedBatch(rows=rows, snapshot=replace(taken, edited_at=latest))


def person(minutes: float, city: str = "Bern", **given: Any) -> StagedBatch:
    """A contact of ours as it was when it had last been modified then."""
    shown = base.contact(
        external_id=RID, fields={"city": base.text(city)}, updated_at=at(minutes), **given
    )
    return StagedBatch(records=[shown])


def row_edits(ledger: Ledger) -> dict[str, Edit]:
    """What is known of the only row."""
    (row,) = ledger.plans.planning_input().rows
    return dict(row.edits)


def record_edits(ledger: Ledger) -> dict[str, Edit]:
    """What is known of the only record."""
    (record,) = ledger.plans.planning_input().records.values()
    assert isinstance(record, CrmRecord)
    return dict(record.edits)


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

    def test_an_approval_lasts_until_all_of_it_is_written(self, ledger: Ledger) -> None:
        """More was allowed than one run may write: the next one goes on without asking."""
        first = ledger.runs.begin("job", MARK)
        ledger.plans.store(first.run_id, waiting())
        ledger.plans.approve("plan-1", "ask", "me")
        ledger.runs.finish(first.run_id, "guard", {})
        left = []
        for number, beyond in ((2, 1), (3, 0)):
            run = ledger.runs.begin("job", MARK)
            made = base.plan(plan_id=f"plan-{number}", summary={BEYOND: beyond} if beyond else {})
            ledger.plans.store(run.run_id, made)
            ledger.runs.finish(run.run_id, "clean", {})
            left.append(ledger.plans.planning_input().approval is not None)

        assert [True, False] == left

    def test_a_plan_is_told_the_time(self, ledger: Ledger, clock: Any) -> None:
        """How long a row has stood is judged by the clock that was given."""
        clock.advance(hours=1)

        assert START + timedelta(hours=1) == ledger.plans.planning_input().now

    # -- when cells were edited

    def test_a_cell_was_edited_between_the_reads_that_differ(self, ledger: Ledger) -> None:
        """And that stays true of it through all later reads that show the same."""
        shown = base.row(2, RID, city="Bern", phone="1")
        changed = replace(base.row(2, RID, city="Basel", phone="1"), fingerprint="other")
        for minutes, row in ((0, shown), (10, shown), (20, changed), (30, changed)):
            ledger.staging.commit("sheet", read(minutes, row), None)

        between = Edit(at(10), at(20))
        found = row_edits(ledger)
        assert {"city": between, CHANGED: between, FIRST_SEEN: Edit(None, at(0))} == found

    def test_a_new_row_was_typed_between_two_reads(self, ledger: Ledger) -> None:
        """It keeps that time when it is given its id."""
        new = base.row(3, city="Bern")
        ledger.staging.commit("sheet", read(0), None)
        ledger.staging.commit("sheet", read(10, new), None)
        ledger.staging.commit("sheet", read(20, replace(new, sync_id=RID)), None)

        assert Edit(at(0), at(10)) == row_edits(ledger)[FIRST_SEEN]

    @pytest.mark.parametrize(
        ("edited", "until"),
        [(15, 15), (None, 20), (10, 20), (21, 20)],  # of the two last, neither can be the edit's
    )
    def test_drives_time_makes_the_bounds_closer(
        self, ledger: Ledger, edited: float | None, until: float
    ) -> None:
        """No cell was edited after the file was; a time outside of the reads says nothing."""
        ledger.staging.commit("sheet", read(10, base.row(2, RID, city="Bern")), None)
        shown = base.row(2, RID, city="Basel")
        ledger.staging.commit("sheet", read(20, shown, edited=edited), None)

        assert Edit(at(10), at(until)) == row_edits(ledger)["city"]

    @pytest.mark.parametrize(("noted", "exact"), [(15, True), (5, False)])
    def test_a_noted_time_is_exact(self, ledger: Ledger, noted: float, *, exact: bool) -> None:
        """Unless the cell changed again since, which a program does without the script's noting it."""
        ledger.staging.commit("sheet", read(10, base.row(2, RID, city="Bern")), None)
        shown = replace(base.row(2, RID, city="Basel"), edits={"city": Edit.at(at(noted))})
        ledger.staging.commit("sheet", read(20, shown), None)

        assert (Edit.at(at(15)) if exact else Edit(at(10), at(20))) == row_edits(ledger)["city"]

    # -- when fields were edited

    def test_a_field_was_edited_between_two_modifications(self, ledger: Ledger) -> None:
        """By the CRM's own clock, however often the record is modified afterwards."""
        for minutes, city in ((0, "Bern"), (10, "Basel"), (20, "Basel")):
            ledger.staging.commit("hubspot", person(minutes, city), None)

        assert Edit(at(0), at(10)) == record_edits(ledger)["city"]

    def test_other_rules_are_no_edit(self, ledger: Ledger) -> None:
        """What was read from another property was there for who knows how long."""
        ledger.staging.commit("hubspot", person(0, rules="a"), None)
        ledger.staging.commit("hubspot", person(10, "Basel", rules="b"), None)

        assert Edit(None, at(10)) == record_edits(ledger)["city"]

    def test_the_vendors_history_is_kept_while_the_value_stays(self, ledger: Ledger) -> None:
        """A later modification of something else does not take the exact time away."""
        told = {"city": Edit.at(at(9), "CRM_UI"), ASKED: Edit(None, at(10))}
        ledger.staging.commit("hubspot", person(10, edits=told), None)
        ledger.staging.commit("hubspot", person(20), None)
        kept = record_edits(ledger)["city"]
        ledger.staging.commit("hubspot", person(30, "Basel"), None)

        assert Edit.at(at(9), "CRM_UI") == kept
        assert Edit(at(20), at(30)) == record_edits(ledger)["city"]

    # -- whose history is asked for

    def _histories(self, ledger: Ledger) -> list[str]:
        return list(ledger.staging.lookups_wanted()["hubspot"]["contacts"]["history_of"])

    def test_history_is_asked_for_where_both_changed_a_field(self, ledger: Ledger) -> None:
        """One side's edit is no dispute, the same edit on both is none either."""
        agreed = [
            base.BaseMove(RID, side, "city", base.text("Bern"))
            for side in (Side.SHEET, Side.HUBSPOT)
        ]
        ledger.staging.commit("sheet", read(0, base.row(2, RID, city="Bern")), None)
        ledger.staging.commit("hubspot", person(0), None)
        made = base.plan(links=(base.active(),), rows=(base.present(),), base_moves=tuple(agreed))
        ledger.plans.store("", made)
        asked = [self._histories(ledger)]
        ledger.staging.commit("sheet", read(10, base.row(2, RID, city="Basel")), None)
        asked.append(self._histories(ledger))
        ledger.staging.commit("hubspot", person(10, "BASEL"), None)
        asked.append(self._histories(ledger))
        ledger.staging.commit("hubspot", person(20, "Biel"), None)
        asked.append(self._histories(ledger))

        assert [[], [], [], ["11"]] == asked

        told = {"city": Edit.at(at(20), "CRM_UI"), ASKED: Edit(None, at(20))}
        ledger.staging.commit("hubspot-lookups", person(20, "Biel", edits=told), None)
        answered = self._histories(ledger)
        ledger.staging.commit("hubspot", person(30, "Thun"), None)

        assert ([], ["11"]) == (answered, self._histories(ledger))
