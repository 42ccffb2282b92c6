"""What every ledger does about our tabs; a further part of ``ledger_conformance.py``.

The rule: as there, nothing here knows which database lies under it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from outreach_adapters.ledger import Ledger, StagedBatch
from outreach_adapters.ledger.screens import WantedScreen
from outreach_core.model import FieldChange, Outcome, OutcomeKind, Side
from outreach_core.model.planning import (
    Bucket,
    ClosedConflict,
    Conflict,
    ConflictKind,
    GuardTrip,
    PlanStatus,
    RowState,
    RowVerdict,
)
from outreach_core.model.screens import (
    APPROVE,
    EVIDENCE,
    FRAMES,
    PAUSED,
    Line,
    Screen,
    ScreenView,
    ShownLine,
    ShownScreen,
    approval_evidence,
    decisions,
)

base: Any = sys.modules["ledger_conformance"]
RID = base.RID
NEEDS, STATUS, LOG = Screen.NEEDS_YOU, Screen.STATUS, Screen.LOG


def tab(screen: Screen, *lines: ShownLine, gid: int | None = 7, headline: str = "") -> ShownScreen:
    """A tab as it was read."""
    return ShownScreen(screen, gid, FRAMES[screen].title, headline, tuple(lines))


def as_shown(view: ScreenView, **answers: str) -> ShownScreen:
    """A tab that shows what it should; the answers are in all of its lines."""
    lines = [
        ShownLine(line.item, row, {**line.cells, **answers}, line.evidence)
        for row, line in enumerate(view.lines, 3)
    ]
    return tab(view.screen, *lines, headline=view.headline)


def read(ledger: Ledger, *shown: ShownScreen) -> None:
    """Take in what a run read."""
    ledger.staging.commit("sheet", StagedBatch(screens=shown), None)


def screen(ledger: Ledger, wanted: Screen) -> WantedScreen:
    """One tab as it should be."""
    return next(
        one for one in ledger.screens.wanted({"city": "Location"}) if one.view.screen is wanted
    )


def line(ledger: Ledger, wanted: Screen, item: str) -> Line:
    """One line of it."""
    return next(one for one in screen(ledger, wanted).view.lines if one.item == item)


def approved(ledger: Ledger, *intents: Any, **given: Any) -> None:
    """A ledger whose first sync was approved, with a row that is linked."""
    shown = base.sheet(base.row(2, RID, business_name="Ada & Sons", city="Bern"))
    ledger.staging.commit("sheet", shown, None)
    first = base.plan(status=PlanStatus.WAITING, guarded=("create:a",))
    ledger.plans.store("", replace(first, plan_id="plan-0"))
    ledger.plans.approve("plan-0", "ask", "me")
    made = base.plan(*intents, links=(base.active(),), rows=(base.present(),), **given)
    ledger.plans.store("", made)


def asked(**given: Any) -> Conflict:
    """A question about a city."""
    values = {Side.SHEET: base.text("Bern"), Side.HUBSPOT: base.text("Basel")}
    return replace(Conflict(RID, "city", ConflictKind.FIELD, values, "e1"), **given)


class LedgerScreensConformance:
    """The suite's part; ``ledger`` and ``clock`` come from the first."""

    # -- what may be shown

    def test_nothing_is_shown_before_anything_was_planned(self, ledger: Ledger) -> None:
        """Without a plan there is nothing to say."""
        assert () == ledger.screens.allowed()
        assert [] == ledger.screens.wanted({})

    @pytest.mark.parametrize("guard", ["first_sync", "copied_sheet", "other_ledger"])
    def test_before_the_first_approval_only_the_state_is_shown(
        self, ledger: Ledger, guard: str
    ) -> None:
        """The preview's headline is all that is written of ours."""
        made = base.plan(status=PlanStatus.WAITING, guards=(GuardTrip(guard, "Look."),))
        ledger.plans.store("", made)

        assert (STATUS,) == ledger.screens.allowed()

    def test_rows_are_counted_as_they_ended_and_not_as_they_were_planned(
        self, ledger: Ledger
    ) -> None:
        """A row whose write was refused is failing, for whoever asks the ledger, and in the tab."""
        said = RowVerdict(RID, 2, Bucket.WRITTEN, RowState.SYNCED)
        approved(ledger, base.intent(1), verdicts=(said,))
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.REJECTED)])

        counts = ledger.screens.standings()

        assert (1, 0) == (counts["failing"], counts["in_sync"])
        assert {item: str(count) for item, count in counts.items()} == {
            item: line(ledger, STATUS, item).cells["How it stands"] for item in counts
        }

    def test_all_three_are_shown_from_the_first_approved_sync_on(self, ledger: Ledger) -> None:
        """Also while a later plan waits or is blocked."""
        approved(ledger)
        blocked = base.plan(status=PlanStatus.BLOCKED, guards=(GuardTrip("x", "Stopped."),))
        ledger.plans.store("", replace(blocked, plan_id="plan-2"))

        assert tuple(Screen) == ledger.screens.allowed()

    # -- what they show

    def test_a_question_is_a_line_with_its_choices(self, ledger: Ledger) -> None:
        """Both values, the business and the field as the sheet calls it; bound to what is shown."""
        approved(ledger, conflicts=(asked(),))

        (found,) = screen(ledger, NEEDS).view.lines

        told = {name: found.cells[name] for name in ("Business", "Field", "Sheet", "HubSpot")}
        assert {
            "Business": "Ada & Sons",
            "Field": "Location",
            "Sheet": "Bern",
            "HubSpot": "Basel",
        } == told
        assert "e1" == found.evidence
        assert {"Keep sheet", "Keep HubSpot", "Use custom value"} <= set(found.choices)

    def test_a_closed_question_stays_where_it_is_and_says_so(self, ledger: Ledger) -> None:
        """Its line keeps its values; only a tab that has it shows it."""
        approved(ledger, conflicts=(asked(),))
        before = screen(ledger, NEEDS).view
        read(ledger, as_shown(before))
        (one,) = before.lines
        closed = (ClosedConflict(one.item, RID, "city", "converged"),)
        ledger.plans.store("", replace(base.plan(closed=closed), plan_id="plan-2"))

        found = line(ledger, NEEDS, one.item)
        assert ("Closed: the sides agree again", "Basel") == (
            found.cells["Status"],
            found.cells["HubSpot"],
        )
        assert "Nothing waits for you." == screen(ledger, NEEDS).view.headline

    def test_a_written_field_is_a_line_of_the_log(self, ledger: Ledger) -> None:
        """Once it is confirmed, and never before."""
        approved(ledger, base.intent())
        before = screen(ledger, LOG).view.lines
        ledger.deliveries.record(
            [Outcome("plan-1-1", OutcomeKind.WRITTEN, returned={"city": base.text("Basel")})]
        )

        (found,) = screen(ledger, LOG).view.lines
        assert () == before
        assert ("Ada & Sons", "Location", "Bern", "Basel", "to HubSpot", "clean") == tuple(
            found.cells[name] for name in ("Business", "Field", "Old", "New", "Direction", "Why")
        )
        assert ("undo",) == found.choices
        assert "2026-01-05 10:00" == found.cells["Time"], "in the spreadsheet's zone"

    def test_only_new_lines_of_the_log_are_wanted(self, ledger: Ledger) -> None:
        """What the tab has is not rendered again, and a quiet run finds it clean."""
        approved(ledger, base.intent())
        done = Outcome("plan-1-1", OutcomeKind.WRITTEN, returned={"city": base.text("Basel")})
        ledger.deliveries.record([done])
        read(ledger, as_shown(screen(ledger, LOG).view))

        wanted = screen(ledger, LOG)
        assert ((), False) == (wanted.view.lines, wanted.dirty)

    def test_a_value_that_looks_like_a_formula_is_told_as_it_is(self, ledger: Ledger) -> None:
        """Nothing is escaped here: the target sends texts as texts."""
        change = FieldChange(base.text("=1+1"), base.text("+1 555 0101"))
        approved(ledger, base.intent(changes={"city": change}))
        done = Outcome("plan-1-1", OutcomeKind.WRITTEN, returned={"city": change.new})
        ledger.deliveries.record([done])

        (found,) = screen(ledger, LOG).view.lines
        assert ("=1+1", "+1 555 0101") == (found.cells["Old"], found.cells["New"])

    def test_an_approval_is_asked_for_exactly_what_waits(self, ledger: Ledger) -> None:
        """Its line is bound to the guarded set, and offers nothing once nothing waits."""
        made = base.plan(status=PlanStatus.WAITING, guarded=("archive:b", "archive:a"))
        ledger.plans.store("", made)
        waits = line(ledger, STATUS, APPROVE)
        ledger.plans.approve("plan-1", "ask", "me")

        given = line(ledger, STATUS, APPROVE)
        assert (approval_evidence(["archive:a", "archive:b"]), (APPROVE,)) == (
            waits.evidence,
            waits.choices,
        )
        assert ("", (), "Approved. The next run does it.") == (
            given.evidence,
            given.choices,
            given.cells["How it stands"],
        )

    # -- what is known of them

    @pytest.mark.parametrize("wanted", Screen)
    def test_a_tab_that_was_never_seen_is_to_be_made(self, ledger: Ledger, wanted: Screen) -> None:
        """And one that is gone again too."""
        approved(ledger)
        first = screen(ledger, wanted)
        read(ledger, as_shown(first.view))
        seen = screen(ledger, wanted)
        read(ledger, tab(wanted, gid=None))

        gone = screen(ledger, wanted)
        assert (None, True) == (first.gid, first.dirty)
        assert 7 == seen.gid
        assert (None, True, {}) == (gone.gid, gone.dirty, gone.known)

    @pytest.mark.parametrize("wanted", Screen)
    def test_what_was_confirmed_is_not_written_again(self, ledger: Ledger, wanted: Screen) -> None:
        """After the reading back nothing differs, dropdowns included, and reading it again changes nothing."""
        approved(ledger, conflicts=(asked(),))
        first = screen(ledger, wanted)
        ledger.screens.confirm(as_shown(first.view), first.view)
        confirmed = screen(ledger, wanted)
        read(ledger, as_shown(first.view))

        again = screen(ledger, wanted)
        assert (True, False, False) == (first.dirty, confirmed.dirty, again.dirty)

    def test_what_a_person_changed_in_a_tab_is_put_back(self, ledger: Ledger) -> None:
        """A text typed over one of ours is seen by the next run."""
        approved(ledger, conflicts=(asked(),))
        first = screen(ledger, NEEDS)
        ledger.screens.confirm(as_shown(first.view), first.view)
        shown = as_shown(first.view)
        typed = replace(shown.lines[0], cells={**shown.lines[0].cells, "Sheet": "typed"})
        read(ledger, replace(shown, lines=(typed,)))

        assert screen(ledger, NEEDS).dirty

    def test_an_answer_is_taken_in_by_the_run_after_the_one_that_read_it(
        self, ledger: Ledger
    ) -> None:
        """The run that read it leaves it alone; the next clears it."""
        approved(ledger, conflicts=(asked(),))
        first = screen(ledger, NEEDS)
        ledger.screens.confirm(as_shown(first.view), first.view)
        run = ledger.runs.begin("job", base.MARK, base.never_asked)
        answered = as_shown(first.view, Decision="Keep sheet")
        read(ledger, answered)
        reading = screen(ledger, NEEDS)
        ledger.runs.finish(run.run_id, "clean", {}, "")
        ledger.runs.begin("job", base.MARK, base.never_asked)
        read(ledger, answered)

        (item,) = reading.known
        assert (True, False) == (reading.known[item].taken.fresh, reading.dirty)
        next_run = screen(ledger, NEEDS)
        assert (False, True) == (next_run.known[item].taken.fresh, next_run.dirty)

    def test_an_answer_typed_during_a_write_is_for_the_next_run(self, ledger: Ledger) -> None:
        """Reading back a write takes in no answers: nobody handed them on yet."""
        approved(ledger, conflicts=(asked(),))
        first = screen(ledger, NEEDS)
        ledger.screens.confirm(as_shown(first.view, Decision="Keep sheet"), first.view)

        (known,) = screen(ledger, NEEDS).known.values()
        assert {} == known.taken.answers

    def test_a_cleared_answer_is_forgotten(self, ledger: Ledger) -> None:
        """The same words typed again are a new answer."""
        approved(ledger, conflicts=(asked(),))
        first = screen(ledger, NEEDS)
        read(ledger, as_shown(first.view, Decision="Keep sheet"))
        (item,) = screen(ledger, NEEDS).known
        ledger.screens.confirm(as_shown(first.view), first.view, {item})

        assert {} == screen(ledger, NEEDS).known[item].taken.answers

    def test_an_answer_that_waits_to_be_cleared_says_nothing_anew(self, ledger: Ledger) -> None:
        """A pause of the sheet that was ended elsewhere stays ended, until somebody sets it again."""
        approved(ledger)
        first = screen(ledger, STATUS)
        ledger.screens.confirm(as_shown(first.view), first.view)
        on = ShownLine(PAUSED, 3, {"Your choice": "on"})
        blank = ShownLine(PAUSED, 3, {})
        held = []
        for shown in (on, on, blank, on):
            ledger.answers.take(decisions(tab(STATUS, shown)))
            read(ledger, tab(STATUS, shown))
            held.append(ledger.switches.paused() is not None)
            ledger.switches.pause_all(False, "a person")

        assert [True, False, False, True] == held

    def test_the_log_keeps_its_newest_lines(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With more changes than a tab may show, the oldest are left out."""
        monkeypatch.setattr("outreach_adapters.ledger.screens_facts.MOST_LOG_LINES", 2)
        changes = {f"f{n}": FieldChange(base.text("a"), base.text(f"b{n}")) for n in range(3)}
        approved(ledger, base.intent(changes=changes))
        returned = {name: change.new for name, change in changes.items()}
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.WRITTEN, returned=returned)])

        lines = screen(ledger, LOG).view.lines
        assert ["b1", "b2"] == [one.cells["New"] for one in lines]
        assert all(EVIDENCE not in one.cells for one in lines)

    # -- marked cells

    def test_a_cell_that_is_asked_about_is_marked_until_it_is_closed(self, ledger: Ledger) -> None:
        """Once, with what the other side has; confirmed marks are not wanted again."""
        approved(ledger, conflicts=(asked(),))
        labels = {"city": "Location"}
        (mark,) = ledger.marks.wanted(labels)
        ledger.marks.confirm([replace(mark, before={"note": "mine"})])
        confirmed = ledger.marks.wanted(labels)
        closed = (ClosedConflict("x", RID, "city", "converged"),)
        ledger.plans.store("", replace(base.plan(closed=closed), plan_id="plan-2"))
        (gone,) = ledger.marks.wanted(labels)
        ledger.marks.confirm([gone])

        assert (RID, "Location", "HubSpot has: Basel — see Needs You") == (
            mark.rid,
            mark.header,
            mark.note,
        )
        assert [] == confirmed
        assert ("", mark.note, {"note": "mine"}) == (gone.note, gone.shown, gone.before)
        assert [] == ledger.marks.wanted(labels)

    def test_a_mark_says_what_the_other_side_has_now(self, ledger: Ledger) -> None:
        """Where that changed the note is written again, over what the cell had before all marks."""
        approved(ledger, conflicts=(asked(),))
        (mark,) = ledger.marks.wanted({"city": "Location"})
        ledger.marks.confirm([replace(mark, before={"note": "mine"})])
        values = {Side.SHEET: base.text("Bern"), Side.HUBSPOT: base.text("Genf")}
        newer = base.plan(conflicts=(asked(values=values, evidence_hash="e2"),))
        ledger.plans.store("", replace(newer, plan_id="plan-2"))

        (found,) = ledger.marks.wanted({"city": "Location"})
        assert ("HubSpot has: Genf — see Needs You", mark.note, {"note": "mine"}) == (
            found.note,
            found.shown,
            found.before,
        )
