"""The decision table as whole plans: every pattern and question is a row, and nothing else is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from core.tests.decision_table import (
    CRM,
    OTHER,
    QUESTIONS,
    SHEET,
    Case,
    Expected,
    expected,
    patterns,
    value,
)
from core.tests.planning_worlds import RULES, contact, given, linked, plan, rid, row
from outreach_core.merge.decide import Kind
from outreach_core.model import FieldChange, Side, Why
from outreach_core.model.planning import Plan
from outreach_core.model.policy import Policy, Strategy, TieBreak

POLICIES = ((Strategy.MERGE, Strategy.MANUAL), (Strategy.MANUAL, Strategy.MANUAL))


@dataclass(frozen=True)
class Table:
    """Every case as a row of one campaign; somebody typed another city into each row as well."""

    cases: tuple[Case, ...]
    made: Plan

    def changes(self, number: int, side: Side) -> dict[str, FieldChange]:
        """Return what is written to one side of one row."""
        mine = [i for i in self.made.intents if (i.rid, i.side) == (rid(number), side)]
        return {name: change for intent in mine for name, change in intent.changes.items()}


def table_of(policy: tuple[Strategy, Strategy]) -> Table:
    cases = tuple(
        Case(*pattern, None, question, policy, TieBreak.MANUAL)
        for pattern in patterns(2)
        for question in QUESTIONS
    )
    numbers = range(1, len(cases) + 1)
    by_number = dict(zip(numbers, cases, strict=True))
    world = given(
        [row(n, phone=case.sheet, city="B") for n, case in by_number.items()],
        [contact(n, phone=case.crm) for n, case in by_number.items()],
        [linked(n) for n in numbers],
        conflicts=tuple(
            asked for n, case in by_number.items() if (asked := case.standing(rid(n))) is not None
        ),
    )
    bases = {
        (where, side): {**base, "phone": value(by_number[int(where[-12:])].base)}
        for (where, side), base in world.bases.items()
    }
    rules = replace(RULES, policy=Policy(strategy=policy[0], merge_fallback=policy[1]))
    return Table(cases, plan(replace(world, bases=bases), rules))


@pytest.fixture(scope="module", params=POLICIES, ids=[f"{one}" for one, _ in POLICIES])
def table(request: pytest.FixtureRequest) -> Table:
    return table_of(request.param)


def each(table: Table) -> list[tuple[int, Case, Expected]]:
    return [(n, case, expected(case)) for n, case in enumerate(table.cases, 1)]


def test_writes_are_the_edits_that_are_carried_and_no_others(table: Table):
    """As many phone numbers are written as the design carries, each to the side that lacks it."""
    wrong = []
    for number, case, answer in each(table):
        shown = {SHEET: case.sheet, CRM: case.crm}
        for side in (SHEET, CRM):
            change = table.changes(number, side).get("phone")
            wanted = None
            if answer.kind is Kind.CARRY and answer.winner is OTHER[side]:
                wanted = (shown[side], shown[OTHER[side]], {OTHER[side]: value(shown[OTHER[side]])})
            found = change and (change.expected.value, change.new.value, dict(change.sources))
            if found != wanted or (change is not None and change.why is not answer.why):
                wrong.append((case, side, wanted, change))

    assert [] == wrong[:5], f"{len(wrong)} cases"


def test_a_question_about_one_field_holds_no_other(table: Table):
    """The city that was typed into every row crosses, whatever is asked about the phone number."""
    crossed = {
        number
        for number, _, _ in each(table)
        if (change := table.changes(number, CRM).get("city"))
        and ("A", "B", Why.CLEAN) == (change.expected.value, change.new.value, change.why)
    }

    assert set(range(1, len(table.cases) + 1)) == crossed


def test_questions_are_asked_kept_and_closed_as_the_design_says(table: Table):
    """One question a field: asked where both edits are news, under its old id where there was one."""
    asked = {conflict.rid: conflict for conflict in table.made.conflicts}
    closed = {conflict.rid for conflict in table.made.closed}
    wrong = []
    for number, case, answer in each(table):
        question, before = asked.get(rid(number)), case.standing(rid(number))
        is_asked = answer.kind is Kind.CONFLICT
        kept = {SHEET: value(case.sheet), CRM: value(case.crm)}
        if (question is not None) is not is_asked:
            wrong.append((case, "asked", question))
        elif question is not None:
            old_id = before.conflict_id if before else ""
            if (kept, old_id, None) != (
                dict(question.values),
                question.conflict_id,
                question.choice,
            ):
                wrong.append((case, "kept", question))
        settles = answer.kind in (Kind.NOTHING, Kind.AGREE, Kind.CARRY)
        if answer.why is not Why.DECIDED and (rid(number) in closed) is not bool(
            before and settles
        ):
            wrong.append((case, "closed", before))

    assert [] == wrong[:5], f"{len(wrong)} cases"


def test_a_base_moves_unwritten_only_where_both_sides_show_the_same(table: Table):
    """Both sides show what is news to the ledger: it is remembered for each; nowhere else."""
    moved: dict[str, set[tuple[Side, str | None]]] = {}
    for move in table.made.base_moves:
        if move.field == "phone":
            moved.setdefault(move.rid, set()).add((move.side, move.value.value))
    wanted = {
        rid(number): {(SHEET, case.sheet), (CRM, case.crm)}
        for number, case, answer in each(table)
        if answer.kind is Kind.AGREE
    }

    assert wanted == moved
