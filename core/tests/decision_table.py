"""The field decision table as the design states it, written out apart from the code that follows it.

The rule: nothing here is imported from ``outreach_core.merge`` but the shapes of question and answer. The
expectations come from the design's table alone, read top to bottom; the first line that fits decides:

    1  both sides show what they agreed on last                nothing
    2  both show the same, and that is news                    it becomes what they agreed on, unwritten
    3  only the CRM's value is news                            it goes to the sheet, a clear too
    4  only the sheet's value is news                          it goes to the CRM, a clear too
    7  an open question shows just these values                held; answered *leave as they are*, too
    9  … and a side was chosen                                 its value goes to the other, by decision
    8  an open question shows other values                     it is no question of these: lines 5 and 6
    5  both are news, one is a clear                           ``merge`` keeps the value
    6  both are news                                           by strategy: asked, or the newest wins; an
                                                               unknown order goes to the preferred side
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from outreach_core.merge.decide import Decision, FieldRulebook, Interval, Kind, SideField
from outreach_core.merge.decide import values_hash as proof_of
from outreach_core.model import FieldValue, Side, Why
from outreach_core.model.planning import Choice, Conflict, ConflictKind
from outreach_core.model.policy import Strategy, TieBreak

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
TOLERANCE = timedelta(seconds=120)
SHEET, CRM = Side.SHEET, Side.HUBSPOT
OTHER = {SHEET: CRM, CRM: SHEET}

#: How much later than the sheet's edit the CRM's was; ``None``: nobody knows.
CLOCKS = (-600, -60, None, 60, 600)
POLICIES = (
    (Strategy.MERGE, Strategy.MANUAL),
    (Strategy.MERGE, Strategy.LWW),
    (Strategy.MANUAL, Strategy.MANUAL),
    (Strategy.LWW, Strategy.MANUAL),
)
PREFERENCES = (TieBreak.PREFER_SHEET, TieBreak.PREFER_CRM)
MIRRORED = {
    TieBreak.PREFER_SHEET: TieBreak.PREFER_CRM,
    TieBreak.PREFER_CRM: TieBreak.PREFER_SHEET,
    TieBreak.MANUAL: TieBreak.MANUAL,
}


@dataclass(frozen=True)
class Question:
    """The open question of a field, if any: of today's values or of others, with what answer."""

    current: bool = True
    choice: Side | str | None = None  # a side, "leave", or no answer yet


#: No question; one of these values: unanswered, each side chosen, left as they are; one of other values.
QUESTIONS = (
    None,
    Question(),
    Question(choice=SHEET),
    Question(choice=CRM),
    Question(choice="leave"),
    Question(current=False),
    Question(current=False, choice=SHEET),
)
_CHOICES = {SHEET: Choice.KEEP_SHEET, CRM: Choice.KEEP_HUBSPOT, "leave": Choice.LEAVE, None: None}


@dataclass(frozen=True)
class Case:
    """One line of the table's whole space."""

    base: str | None
    sheet: str | None
    crm: str | None
    clock: int | None
    question: Question | None
    policy: tuple[Strategy, Strategy]
    prefer: TieBreak

    def mirrored(self) -> Case:
        """Return the case with the sides swapped, and with them the clocks, choice and preference."""
        question = self.question
        if question is not None and isinstance(question.choice, Side):
            question = replace(question, choice=OTHER[question.choice])
        return replace(
            self,
            sheet=self.crm,
            crm=self.sheet,
            clock=None if self.clock is None else -self.clock,
            question=question,
            prefer=MIRRORED[self.prefer],
        )

    def sides(self) -> list[SideField]:
        """Return the field as ``decide`` is given it."""
        edited = [Interval(), Interval()]
        if self.clock is not None:
            crm = NOON + timedelta(seconds=self.clock)
            edited = [Interval(NOON, NOON), Interval(crm, crm)]
        base = value(self.base)
        return [
            SideField(SHEET, value(self.sheet), base, when=edited[0]),
            SideField(CRM, value(self.crm), base, when=edited[1]),
        ]

    def rules(self) -> FieldRulebook:
        """Return the policy as ``decide`` is given it."""
        return FieldRulebook(*self.policy, self.prefer, TOLERANCE)

    def standing(self, rid: str = "r", field: str = "phone") -> Conflict | None:
        """Return the open question as ``decide`` is given it."""
        if self.question is None:
            return None
        seen = {SHEET: value(self.sheet), CRM: value(self.crm)}
        if not self.question.current:
            seen[CRM] = value("shown before")
        choice = _CHOICES[self.question.choice]
        proof = proof_of(seen)
        return Conflict(rid, field, ConflictKind.FIELD, seen, proof, choice, f"q-{rid}-{field}")


@dataclass(frozen=True)
class Expected:
    """What the design says of a case."""

    kind: Kind
    winner: Side | None = None
    why: Why = Why.CLEAN
    loses: bool = False  # the replaced value was typed by somebody and must be kept
    tied: bool = False


def expected(case: Case) -> Expected:
    """Return what the design says, line by line."""
    base, sheet, crm = case.base, case.sheet, case.crm
    if sheet == crm:
        return Expected(Kind.NOTHING if sheet == base else Kind.AGREE)  # 1, 2
    if sheet == base:
        return Expected(Kind.CARRY, CRM)  # 3
    if crm == base:
        return Expected(Kind.CARRY, SHEET)  # 4
    if case.question is not None and case.question.current:
        if not isinstance(case.question.choice, Side):
            return Expected(Kind.HOLD)  # 7
        return Expected(Kind.CARRY, case.question.choice, Why.DECIDED, loses=True)  # 9
    strategy, fallback = case.policy
    if strategy is Strategy.MERGE and None in (sheet, crm):
        return Expected(Kind.CARRY, CRM if sheet is None else SHEET, Why.MERGED, loses=True)  # 5
    by_time = strategy is Strategy.LWW or (strategy is Strategy.MERGE and fallback is Strategy.LWW)
    return _by_time(case) if by_time else Expected(Kind.CONFLICT)  # 6


def _by_time(case: Case) -> Expected:
    if case.clock is not None and abs(case.clock) > TOLERANCE.total_seconds():
        return Expected(Kind.CARRY, CRM if case.clock > 0 else SHEET, Why.NEWEST, loses=True)
    if case.prefer is TieBreak.MANUAL:
        return Expected(Kind.CONFLICT)
    preferred = SHEET if case.prefer is TieBreak.PREFER_SHEET else CRM
    return Expected(Kind.CARRY, preferred, Why.NEWEST, loses=True, tied=True)


def brief(decision: Decision) -> tuple[object, ...]:
    """Return a decision in the terms of :class:`Expected`."""
    return (
        decision.kind,
        decision.winner,
        decision.targets,
        decision.why,
        decision.loser,
        decision.evidence == "tiebreak",
    )


def written_out(answer: Expected) -> tuple[object, ...]:
    """Return what the design says in the form of :func:`brief`."""
    targets = (OTHER[answer.winner],) if answer.winner else ()
    loser = targets if answer.loses else ()
    return answer.kind, answer.winner, targets, answer.why, loser, answer.tied


def value(text: str | None) -> FieldValue:
    """Return a field value whose three forms are one text."""
    return FieldValue(text, text, text)


def patterns(sides: int) -> list[tuple[str | None, ...]]:
    """Return every equality and blank pattern of a base and some sides."""
    found = []
    for picks in itertools.product([None, "a", "b", "c", "d"], repeat=sides + 1):
        seen = list(dict.fromkeys(pick for pick in picks if pick is not None))
        if seen == ["a", "b", "c", "d"][: len(seen)]:
            found.append(picks)
    return found


def cases(preferences: tuple[TieBreak, ...] = PREFERENCES) -> Iterator[Case]:
    """Yield the whole space of the table."""
    space = itertools.product(patterns(2), CLOCKS, QUESTIONS, POLICIES, preferences)
    for (base, sheet, crm), clock, question, policy, prefer in space:
        yield Case(base, sheet, crm, clock, question, policy, prefer)
