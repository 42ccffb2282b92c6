"""Who was last: only where it is known, whatever the clocks say (law 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from core.tests.planning_worlds import RULES, contact, given, linked, plan, row
from outreach_core.merge.decide import EXACT, INTERVAL, TIE
from outreach_core.merge.evidence import when_saved, when_typed
from outreach_core.model import Side, Why
from outreach_core.model.evidence import FIRST_SEEN, Edit, edits_from_json, edits_to_json
from outreach_core.model.policy import Policy, Strategy, TieBreak

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
LWW = replace(RULES, policy=Policy(strategy=Strategy.LWW, clock_skew_tolerance=600))
SECONDS = st.integers(-7200, 7200)
SKEW = st.integers(
    -300, 300
)  # of each clock: ten minutes between two that are off in opposite ways


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def clash(typed: Edit, saved: Edit, rules=LWW):
    """Plan a city that both sides changed, and return what is written where and on what evidence."""
    mine = replace(row(1, city="sheet"), edits={"city": typed})
    theirs = replace(contact(1, city="crm"), edits={"city": saved}, updated_at=at(86400))
    made = plan(given([mine], [theirs], [linked(1)]), rules)
    return {(i.side, c.new.value, c.evidence) for i in made.intents for c in i.changes.values()}


SHEET_WINS = {(Side.HUBSPOT, "sheet")}
CRM_WINS = {(Side.SHEET, "crm")}


def winner(found) -> set[tuple[Side, str]]:
    return {(side, value) for side, value, _ in found}


@for_all(SECONDS, SECONDS, SKEW, SKEW, st.integers(0, 600), st.integers(0, 600))
def test_the_true_order_is_respected_or_a_person_is_asked(
    typed, saved, sheet_skew, crm_skew, early, late
):
    """With bounds as wide and clocks as wrong as they may be, the earlier edit never wins."""
    sheet = Edit(at(typed + sheet_skew - early), at(typed + sheet_skew + late))
    crm = Edit(at(saved + crm_skew - late), at(saved + crm_skew + early))

    found = winner(clash(sheet, crm))

    assert found in (set(), SHEET_WINS if typed > saved else CRM_WINS)


@for_all(SECONDS, SECONDS, SKEW, SKEW)
def test_a_gap_that_no_skew_explains_is_decided(typed, saved, sheet_skew, crm_skew):
    """Two exact times further apart than the tolerance and both clocks' errors have a winner."""
    found = clash(Edit.at(at(typed + sheet_skew)), Edit.at(at(saved + crm_skew)))

    if abs(typed - saved) > 600 + 600:
        assert (SHEET_WINS if typed > saved else CRM_WINS) == winner(found)
    assert {evidence for _, _, evidence in found} <= {EXACT}


@pytest.mark.parametrize(
    ("typed", "saved", "expected"),
    [
        (Edit.at(at(3600)), Edit.at(at(0)), EXACT),
        (Edit(at(3600), at(4000)), Edit.at(at(0)), INTERVAL),
        (Edit(at(0), at(4000)), Edit.at(at(3000)), TIE),  # it lies between the bounds
        (Edit(None, at(4000)), Edit.at(at(0)), TIE),  # it may be older
        (Edit.at(at(3600)), Edit(at(0), at(0), ours=True), INTERVAL),
        (Edit.at(at(0)), Edit(at(3600), at(3600), ours=True), TIE),  # ours is nobody's edit
    ],
)
def test_the_log_says_how_well_it_was_known(typed: Edit, saved: Edit, expected: str):
    """And what was replaced stays in it."""
    policy = replace(LWW.policy, lww_tiebreak=TieBreak.PREFER_SHEET)

    made = clash(typed, saved, replace(LWW, policy=policy))

    assert {(Side.HUBSPOT, "sheet", expected)} == made


def test_the_losing_value_is_in_the_plan():
    """Whoever looks for it finds what was replaced, and why."""
    mine = replace(row(1, city="sheet"), edits={"city": Edit.at(at(3600))})
    theirs = replace(contact(1, city="crm"), edits={"city": Edit.at(at(0))})

    (intent,) = plan(given([mine], [theirs], [linked(1)]), LWW).intents

    change = intent.changes["city"]
    assert ("crm", Why.NEWEST) == (change.expected.value, change.why)


def test_a_field_without_a_time_of_its_own_has_the_rows():
    """A record whose edits nobody knows was saved at the latest when it was last modified."""
    shown = replace(row(1), edits={FIRST_SEEN: Edit(at(0), at(60))})
    saved = replace(contact(1), updated_at=at(90))

    assert (at(0), at(60)) == (
        when_typed(shown, "city").not_before,
        when_typed(shown, "city").not_after,
    )
    assert (None, at(90)) == (
        when_saved(saved, "city").not_before,
        when_saved(saved, "city").not_after,
    )


@for_all(st.none() | SECONDS, st.none() | SECONDS, st.text(max_size=9), st.booleans())
def test_edits_come_back_as_they_were(after, before, by, ours):
    """From the ledger's form."""
    edit = Edit(
        at(after) if after is not None else None,
        at(before) if before is not None else None,
        by,
        ours,
    )

    assert {"city": edit} == edits_from_json(edits_to_json({"city": edit}))
