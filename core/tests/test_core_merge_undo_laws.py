"""Law 30: an undo restores the prior value unless somebody changed it since, whatever is cut off meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from hypothesis import given, settings
from hypothesis import strategies as st

from core.tests.planning_worlds import RULES, SNAPSHOT, rid
from outreach_core.merge import make_plan
from outreach_core.model import (
    CrmRecord,
    FieldValue,
    Intent,
    IntentState,
    SheetRow,
    Side,
    SideState,
    SideStatus,
    Why,
)
from outreach_core.model.fields import FieldSpec, FieldType
from outreach_core.model.planning import KnownRow, Link, Plan, PlanningInput
from outreach_core.model.undo import Undo

SIDES = tuple(Side)
OBJECTS = {Side.HUBSPOT: "contacts", Side.SALESFORCE: "leads"}
NAME, OLD, NEW, EDIT = "phone", "1", "2", "3"
TRIO = replace(
    RULES,
    specs={NAME: FieldSpec(NAME, FieldType.TEXT, SIDES)},
    crm_sides=tuple(OBJECTS),
    objects=OBJECTS,
)


class Fate(StrEnum):
    """What becomes of one write."""

    SKIPPED = "skipped"
    WRITTEN = "written"
    LOST = "lost"  # it landed, and nobody heard of it


def value(text: str) -> FieldValue:
    return FieldValue(text, text, text)


@dataclass
class Story:
    """One row on three sides, a change that reached them all, and the request to take it back."""

    shown: dict[Side, str] = field(default_factory=lambda: dict.fromkeys(SIDES, NEW))
    bases: dict[Side, dict[str, FieldValue]] = field(
        default_factory=lambda: {side: {NAME: value(NEW)} for side in SIDES}
    )
    left_over: tuple[Intent, ...] = ()
    restored: set[Side] = field(default_factory=set)
    is_open: bool = True
    runs: int = 0

    def run(self, fates: dict[Side, Fate], down: frozenset[Side] = frozenset()) -> None:
        """Plan, and let each write meet its fate."""
        self.runs += 1
        made = self._plan(down)
        by_id = {intent.intent_id: intent for intent in self.left_over}
        for intent_id, state in made.settled.items():
            self._note_restored(by_id[intent_id], landed=state is IntentState.DONE)
        self.left_over = tuple(i for i in self.left_over if i.intent_id not in made.settled)
        for move in made.base_moves:
            self.bases[move.side][move.field] = move.value
        self.is_open &= not made.undone
        for intent in made.intents:
            self._deliver(intent, fates.get(intent.side, Fate.WRITTEN))

    def _deliver(self, intent: Intent, fate: Fate) -> None:
        change = intent.changes.get(NAME)
        if fate is Fate.SKIPPED or change is None:
            return
        self.shown[intent.side] = str(change.new.value)
        if fate is Fate.LOST:
            self.left_over += (replace(intent, state=IntentState.IN_DOUBT),)
            return
        for side, agreed in {**change.sources, intent.side: change.new}.items():
            self.bases[side][NAME] = agreed
        self.bases[intent.side].update(change.remembers)
        self._note_restored(intent, landed=True)

    def _note_restored(self, intent: Intent, *, landed: bool) -> None:
        if landed and any(change.why is Why.UNDONE for change in intent.changes.values()):
            self.restored.add(intent.side)

    def _plan(self, down: frozenset[Side]) -> Plan:
        fields = {side: {NAME: value(text)} for side, text in self.shown.items()}
        asked = Undo(7, rid(1), Side.HUBSPOT, NAME, value(OLD), value(NEW), Why.CLEAN)
        seen = PlanningInput(
            SNAPSHOT,
            (SheetRow(2, rid(1), "print", fields[Side.SHEET]),),
            {
                (side, obj, "9"): CrmRecord(side, obj, "9", fields[side], external_id=rid(1))
                for side, obj in OBJECTS.items()
            },
            (),
            tuple(Link(rid(1), side, obj, "9") for side, obj in OBJECTS.items()),
            {rid(1): KnownRow(rid(1), confirmed=True, present=True)},
            {(rid(1), side): dict(base) for side, base in self.bases.items()},
            left_over=self.left_over,
            statuses={side: SideStatus(side, SideState.UNREACHABLE) for side in down},
            first_sync_done=True,
            fingerprint=TRIO.fingerprint,
            undos=(replace(asked, restored=frozenset(self.restored)),) if self.is_open else (),
        )
        return make_plan(seen, TRIO, lambda: rid(99), f"p{self.runs}")


RUNS = st.tuples(
    st.fixed_dictionaries({side: st.sampled_from(Fate) for side in SIDES}),
    st.frozensets(st.sampled_from(tuple(OBJECTS))),
)


@settings(max_examples=300, deadline=None)
@given(before=st.lists(RUNS, max_size=3), edited=st.none() | st.sampled_from(SIDES), after=RUNS)
def test_an_undo_restores_unless_changed_since(
    before: list[tuple[dict[Side, Fate], frozenset[Side]]],
    edited: Side | None,
    after: tuple[dict[Side, Fate], frozenset[Side]],
) -> None:
    """Runs that are cut off anywhere, CRMs that are away, an edit at any moment: then three calm runs.

    Without an edit everybody shows the old value; with one everybody shows the edit. Either way the
    request has come to its end, and nothing is left to be written.
    """
    story = Story()
    for fates, down in before:
        story.run(fates, down)
    if edited is not None:
        story.shown[edited] = EDIT
    story.run(*after)
    for _ in range(4):
        story.run({})

    assert dict.fromkeys(SIDES, OLD if edited is None else EDIT) == story.shown
    assert not story.is_open
    quiet = dict(story.shown)
    story.run({})
    assert quiet == story.shown
