"""Random days reach every numbered case of the merge: a law that nothing puts to the test proves nothing.

Seen with ``pytest -s``: how often each case was reached.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from core.tests.fired import count, numbered
from core.tests.test_core_merge_random import live
from harness.model import Model
from outreach_core.merge import decide, identity, lifecycle, recover
from outreach_core.model import Side, SideState, SideStatus
from outreach_core.model.planning import Choice, ConflictKind, PlanningInput

MODULES = [decide, identity, lifecycle, recover]
DAYS = 100
#: What cannot come up in a world with one CRM that tells nobody of anything and nobody imports from.
ELSEWHERE = {
    "decide 1": "a side whose edits do not count: core/tests/test_core_merge_decide.py",
    "decide 4": "a side that may not be written: core/tests/test_core_merge_decide.py",
    "decide 12": "two programs at odds: core/tests/test_core_merge_flapping.py",
    "decide 13": "a field whose clears are asked about: core/tests/test_core_merge_blanks.py",
    "decide 14": "a list of choices: core/tests/test_core_merge_sets.py",
    "lifecycle 9, 2": "a converted lead: core/tests/test_core_merge_lifecycle.py",
    "recover 6": "what is told: core/tests/test_core_merge_doubts.py",
    "recover 7": "an import: core/tests/test_core_merge_importing.py",
}
_DELETED = ConflictKind.EDITED_AFTER_DELETE
_FIELDS = (ConflictKind.FIELD, ConflictKind.FIRST_LINK)
_ANSWERS = (Choice.KEEP_SHEET, Choice.KEEP_HUBSPOT, Choice.LEAVE)
_OF_THE_DELETED = (Choice.ARCHIVE, Choice.KEEP, Choice.RECREATE)


class Busier(Model):
    """The model's world, with people who answer, spoil the id column, and a CRM that is down at times."""

    is_down = False

    def act(self) -> None:
        luck = self.random.random()
        if luck < 0.14:
            self.answer()
        elif luck < 0.17:
            self.spoil_an_id()
        elif luck < 0.25:
            self.is_down = True
        else:
            super().act()

    def answer(self) -> None:
        for where, question in sorted(self.asked.items()):
            if question.choice is None and question.kind in (*_FIELDS, _DELETED):
                choice = self.random.choice(
                    _ANSWERS if question.kind in _FIELDS else _OF_THE_DELETED
                )
                self.asked[where] = replace(question, choice=choice)
                self.said.append(f"{where} answered: {choice}")
                return

    def spoil_an_id(self) -> None:
        row = self.random.choice(self.rows)
        row.rid = None if row.rid and row.rid.startswith("typed") else f"typed {self.text()}"
        self.said.append(f"an id cell holds {row.rid}")

    def copy(self) -> None:
        super().copy()
        for row in self.rows[1:]:
            if row.rid and row.rid in {other.rid for other in self.rows if other is not row}:
                row.rid = None if row.rid.startswith("typed") else row.rid

    def given(self, *, verify: bool) -> PlanningInput:
        staged = dict(self.staged)
        seen = super().given(verify=verify)
        if not self.is_down:
            return seen
        self.is_down, self.staged = False, staged
        records = {key: found for key, found in seen.records.items() if key[2] in staged}
        down = {Side.HUBSPOT: SideStatus(Side.HUBSPOT, SideState.UNREACHABLE)}
        return replace(seen, statuses=down, lookups=(), records=records)


def test_random_days_reach_every_case() -> None:
    """Each numbered case was reached, in days that broke no law."""
    broken: dict[int, list[str]] = {}

    def days() -> None:
        for seed in range(DAYS):
            world = Busier(random.Random(seed))
            wrong = live(world)
            if wrong:
                broken[seed] = [*world.said, *wrong]

    reached = count(MODULES, days)
    for case, often in sorted(reached.items()):
        print(f"{often:>7}  {case}")

    assert {} == broken
    assert set(ELSEWHERE) == {case for case, often in reached.items() if not often}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_cases_are_numbered_in_the_code(module) -> None:
    """What is counted is there: a module that lost its numbers would be counted as complete."""
    assert numbered(module)
