"""Three sides: the 52 equality and blank patterns against the design, and unequal pasts at random."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tests.decision_table import NOON, POLICIES, TOLERANCE, patterns, value
from outreach_core.merge.decide import (
    Decision,
    FieldRulebook,
    Interval,
    Kind,
    SideField,
    decide,
    evidence_hash,
)
from outreach_core.model import Side, Why
from outreach_core.model.planning import Choice, Conflict, ConflictKind
from outreach_core.model.policy import Strategy, TieBreak

SIDES = tuple(Side)
CRMS = (Side.HUBSPOT, Side.SALESFORCE)
#: When a side's edit was made; ``None``: nobody knows.
TIMES = (0, 60, 600, None)
CHOICES = {
    Choice.KEEP_SHEET: Side.SHEET,
    Choice.KEEP_HUBSPOT: Side.HUBSPOT,
    Choice.KEEP_SALESFORCE: Side.SALESFORCE,
}


@dataclass(frozen=True)
class Trio:
    """One field on three sides: what each shows, what each agreed on last, and when it was edited."""

    shown: dict[Side, str | None]
    base: dict[Side, str | None]
    times: dict[Side, int | None]
    policy: tuple[Strategy, Strategy] = POLICIES[0]
    prefer: TieBreak = TieBreak.MANUAL

    def fields(self) -> list[SideField]:
        return [
            SideField(side, value(self.shown[side]), value(self.base[side]), when=self.when(side))
            for side in self.shown
        ]

    def when(self, side: Side) -> Interval:
        seconds = self.times[side]
        if seconds is None:
            return Interval()
        moment = NOON + timedelta(seconds=seconds)
        return Interval(moment, moment)

    def decided(self, standing: Conflict | None = None) -> Decision:
        rules = FieldRulebook(*self.policy, self.prefer, TOLERANCE)
        return decide(self.fields(), rules, standing)

    def others(self, text: str | None) -> frozenset[Side]:
        return frozenset(side for side in SIDES if self.shown[side] != text)

    def news(self) -> list[Side]:
        return [side for side in SIDES if self.shown[side] != self.base[side]]


Answer = tuple[Kind, str | None, frozenset[Side], Why]
NOBODY: frozenset[Side] = frozenset()


def expected(trio: Trio) -> Answer:
    """Return what the design says: kind, carried value, the sides that get it, and why."""
    news = trio.news()
    if len(set(trio.shown.values())) == 1:
        return (Kind.AGREE if news else Kind.NOTHING), None, NOBODY, Why.CLEAN
    said = {trio.shown[side] for side in news}
    if not news:
        return Kind.NOTHING, None, NOBODY, Why.CLEAN
    if len(said) == 1:
        return carried(trio, said.pop(), Why.CLEAN)
    strategy, fallback = trio.policy
    filled = said - {None}
    if strategy is Strategy.MERGE and len(filled) == 1:
        return carried(trio, filled.pop(), Why.MERGED)
    if strategy is Strategy.LWW or (strategy is Strategy.MERGE and fallback is Strategy.LWW):
        newest = newest_of(trio, news)
        if newest is not None:
            return carried(trio, trio.shown[newest], Why.NEWEST)
    return Kind.CONFLICT, None, NOBODY, Why.CLEAN


def carried(trio: Trio, text: str | None, why: Why) -> Answer:
    return Kind.CARRY, text, trio.others(text), why


def newest_of(trio: Trio, news: list[Side]) -> Side | None:
    """Return whose edit counts: surely later than every edit to another value, else the preferred."""
    for side in news:
        rest = [other for other in news if trio.shown[other] != trio.shown[side]]
        if all(surely_later(trio.times[side], trio.times[other]) for other in rest):
            return side
    sides = {TieBreak.PREFER_SHEET: (Side.SHEET,), TieBreak.PREFER_CRM: CRMS}.get(trio.prefer, ())
    preferred = [side for side in sides if side in news]
    return preferred[0] if len({trio.shown[side] for side in preferred}) == 1 else None


def surely_later(one: int | None, other: int | None) -> bool:
    return None not in (one, other) and (one or 0) - (other or 0) > TOLERANCE.total_seconds()


def answer_of(trio: Trio, made: Decision) -> Answer:
    text = trio.shown[made.winner] if made.winner else None
    return made.kind, text, frozenset(made.targets), made.why


def test_every_pattern_of_three_sides_is_decided_as_the_design_says():
    """52 patterns with one past, 64 orders of the edits, 4 policies, 3 preferences: 39,936 cases."""
    wrong, count = [], 0
    space = itertools.product(patterns(3), itertools.product(TIMES, repeat=3), POLICIES, TieBreak)
    for (past, *shown), times, policy, prefer in space:
        trio = Trio(
            dict(zip(SIDES, shown, strict=True)),
            dict.fromkeys(SIDES, past),
            dict(zip(SIDES, times, strict=True)),
            policy,
            prefer,
        )
        count += 1
        made = trio.decided()
        if expected(trio) != answer_of(trio, made):
            wrong.append((trio, expected(trio), made))

    assert (52 * 64 * 4 * 3, []) == (count, wrong[:5])


@pytest.mark.parametrize("order", list(itertools.permutations(SIDES)), ids=str)
def test_no_side_is_more_than_another(order):
    """Whoever holds the values: permuting the sides permutes the decision, in all 52 patterns."""
    renamed = dict(zip(SIDES, order, strict=True))
    for past, *shown in patterns(3):
        for times in ((0, 600, 1200), (None, None, None), (0, 600, 600)):
            there = Trio(
                dict(zip(SIDES, shown, strict=True)),
                dict.fromkeys(SIDES, past),
                dict(zip(SIDES, times, strict=True)),
                (Strategy.LWW, Strategy.MANUAL),
            )
            here = Trio(
                {renamed[side]: text for side, text in there.shown.items()},
                there.base,
                {renamed[side]: seconds for side, seconds in there.times.items()},
                there.policy,
            )
            kind, text, targets, why = answer_of(there, there.decided())
            swapped = (kind, text, frozenset(renamed[side] for side in targets), why)
            assert swapped == answer_of(here, here.decided())


@pytest.mark.parametrize("choice", [*CHOICES, Choice.LEAVE])
def test_an_answer_about_three_values_is_carried_to_both_others(choice):
    """A side that was chosen goes to the two others; left as they are, nothing moves."""
    for past, *shown in patterns(3):
        trio = Trio(
            dict(zip(SIDES, shown, strict=True)),
            dict.fromkeys(SIDES, past),
            dict.fromkeys(SIDES),
            (Strategy.MANUAL, Strategy.MANUAL),
        )
        if Kind.CONFLICT is not trio.decided().kind:
            continue
        proof = evidence_hash(trio.fields())
        made = trio.decided(Conflict("r", "f", ConflictKind.FIELD, {}, proof, choice, "q"))
        if choice is Choice.LEAVE:
            assert Kind.HOLD is made.kind
        else:
            text = trio.shown[CHOICES[choice]]
            assert (Kind.CARRY, text, trio.others(text), Why.DECIDED) == answer_of(trio, made)


texts = st.sampled_from((None, "a", "b", "c"))
trios = st.builds(
    Trio,
    st.fixed_dictionaries(dict.fromkeys(SIDES, texts)),
    st.fixed_dictionaries(dict.fromkeys(SIDES, texts)),
    st.fixed_dictionaries(dict.fromkeys(SIDES, st.sampled_from(TIMES))),
    st.sampled_from(POLICIES),
    st.sampled_from(list(TieBreak)),
)


@settings(max_examples=600, deadline=None)
@given(trios)
def test_sides_with_pasts_of_their_own_are_decided_by_the_same_rules(trio: Trio):
    """One side acknowledged and another did not: each is measured against its own past alone."""
    assert expected(trio) == answer_of(trio, trio.decided())


@settings(max_examples=400, deadline=None)
@given(trios)
def test_what_is_replaced_is_old_or_kept_as_the_loser(trio: Trio):
    """No edit is overwritten without being noted as the loser, and no value comes from nowhere."""
    made = trio.decided()
    replaced = {side for side in made.targets if trio.shown[side] != trio.base[side]}

    assert replaced == set(made.loser)
    assert (made.winner is not None) is (Kind.CARRY is made.kind)
    assert made.winner not in made.targets
