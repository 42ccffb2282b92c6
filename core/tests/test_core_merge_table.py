"""The whole decision table: 4,200 cases against what the design says, and each against its mirror image."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from core.tests.decision_table import (
    NOON,
    OTHER,
    PREFERENCES,
    Case,
    brief,
    cases,
    expected,
    patterns,
    value,
    written_out,
)
from outreach_core.merge.decide import Decision, FieldRulebook, Interval, Kind, SideField, decide
from outreach_core.model import Side, Why
from outreach_core.model.planning import ConflictKind
from outreach_core.model.policy import Strategy, TieBreak

EVERY_PREFERENCE = (*PREFERENCES, TieBreak.MANUAL)


def decided(case: Case) -> Decision:
    return decide(case.sides(), case.rules(), case.standing())


def test_the_space_is_that_of_the_design():
    """15 patterns, 5 clock relations, 7 states of the question, 4 policies, 2 preferences."""
    every = list(cases())

    assert (15, 4200, 4200) == (len(patterns(2)), len(every), len(set(every)))


def test_every_case_is_decided_as_the_design_says():
    """All 4,200 cases and the 2,100 in which neither side is preferred."""
    wrong = [
        (case, written_out(expected(case)), brief(decided(case)))
        for case in cases(EVERY_PREFERENCE)
        if written_out(expected(case)) != brief(decided(case))
    ]

    assert [] == wrong[:5], f"{len(wrong)} cases"


def test_every_line_of_the_table_is_met():
    """No line of the table is there for nothing: each kind of answer comes up for each reason."""
    met = Counter((one.kind, one.why, one.tied) for one in map(expected, cases(EVERY_PREFERENCE)))

    assert {
        (Kind.NOTHING, Why.CLEAN, False),
        (Kind.AGREE, Why.CLEAN, False),
        (Kind.CARRY, Why.CLEAN, False),
        (Kind.CARRY, Why.MERGED, False),
        (Kind.CARRY, Why.DECIDED, False),
        (Kind.CARRY, Why.NEWEST, False),
        (Kind.CARRY, Why.NEWEST, True),
        (Kind.CONFLICT, Why.CLEAN, False),
        (Kind.HOLD, Why.CLEAN, False),
    } == set(met)


def test_mirror_symmetry():
    """Swapping the sides, their clocks, the choice and the preference swaps the decision."""
    wrong = [
        case
        for case in cases(EVERY_PREFERENCE)
        if _swapped(decided(case)) != brief(decided(case.mirrored()))
    ]

    assert [] == wrong[:5], f"{len(wrong)} cases"


def _swapped(decision: Decision) -> tuple[object, ...]:
    return brief(
        replace(
            decision,
            winner=OTHER[decision.winner] if decision.winner else None,
            targets=tuple(OTHER[side] for side in decision.targets),
            loser=tuple(OTHER[side] for side in decision.loser),
        )
    )


def test_the_order_in_which_sides_are_given_means_nothing():
    """What comes first is not preferred."""
    wrong = [
        case
        for case in cases(EVERY_PREFERENCE)
        if brief(decided(case))
        != brief(decide(list(reversed(case.sides())), case.rules(), case.standing()))
    ]

    assert [] == wrong[:5], f"{len(wrong)} cases"


@pytest.mark.parametrize("keep", ["ask", "sheet", "crm"])
@pytest.mark.parametrize("strategy", list(Strategy))
@pytest.mark.parametrize("prefer", EVERY_PREFERENCE)
@pytest.mark.parametrize("known", [True, False])
def test_a_first_link_fills_or_asks_and_never_overwrites(strategy, prefer, keep, known):
    """Without a common past a blank is filled and a difference asked about, unless it was answered."""
    when = [Interval(NOON, NOON), Interval(NOON.replace(hour=9), NOON.replace(hour=9))]
    for sheet, crm in ((s, c) for base, s, c in patterns(2) if base is None):
        sides = [
            SideField(Side.SHEET, value(sheet), None, when=when[0] if known else Interval()),
            SideField(Side.HUBSPOT, value(crm), None, when=when[1] if known else Interval()),
        ]
        rules = FieldRulebook(strategy, Strategy.MANUAL, prefer, first_link_keep=keep)
        made = decide(sides, rules)

        if sheet == crm:
            assert Kind.AGREE is made.kind
        elif None in (sheet, crm):
            filled = Side.HUBSPOT if sheet is None else Side.SHEET
            assert (Kind.CARRY, filled, Why.FILLED) == (made.kind, made.winner, made.why)
        elif keep == "ask":
            assert (Kind.CONFLICT, ConflictKind.FIRST_LINK) == (made.kind, made.conflict_kind)
        else:
            kept = Side.SHEET if keep == "sheet" else Side.HUBSPOT
            answer = (made.kind, made.winner, made.why, made.loser)
            assert (Kind.CARRY, kept, Why.DECIDED, (OTHER[kept],)) == answer
