"""Three sides: what one CRM missed it gets later, and nobody is asked about an edit that nobody disputes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_core.merge import Rules, make_plan
from outreach_core.model import (
    CrmRecord,
    FieldValue,
    IntentKind,
    LinkState,
    SheetRow,
    SheetSnapshot,
    Side,
    SideState,
    SideStatus,
)
from outreach_core.model.fields import FieldSpec, FieldType
from outreach_core.model.planning import KnownRow, Link, Plan, PlanningInput
from outreach_core.model.policy import Policy

RID = "00000000-0000-7000-8000-000000000001"
SIDES = tuple(Side)
CRMS = (Side.HUBSPOT, Side.SALESFORCE)
NAMES = ("phone", "city")
OBJECTS = {Side.HUBSPOT: "contacts", Side.SALESFORCE: "leads"}
SPECS = {name: FieldSpec(name, FieldType.TEXT, SIDES) for name in NAMES}
RULES = Rules(SPECS, Policy(), CRMS, OBJECTS, "rules-1")
SNAPSHOT = SheetSnapshot("sheet", 0, "T", "UTC", (), "1", 1, datetime(2026, 11, 1, tzinfo=UTC))


def value(text: str | None) -> FieldValue:
    return FieldValue(text, text, text)


@dataclass
class Trio:
    """One row with its contact and its lead, and the ledger's memory of them."""

    shown: dict[Side, dict[str, str | None]] = field(
        default_factory=lambda: {side: dict.fromkeys(NAMES, "a") for side in SIDES}
    )
    bases: dict[tuple[str, Side], dict[str, FieldValue]] = field(
        default_factory=lambda: {(RID, side): {n: value("a") for n in NAMES} for side in SIDES}
    )
    writes: int = 0
    asked: int = 0

    def plan(self, down: frozenset[Side] = frozenset()) -> Plan:
        """Plan as a run would in which some CRMs cannot be used."""
        fields = {side: {n: value(t) for n, t in self.shown[side].items()} for side in SIDES}
        records = {
            (side, OBJECTS[side], "1"): CrmRecord(
                side, OBJECTS[side], "1", fields[side], external_id=RID
            )
            for side in CRMS
        }
        links = tuple(Link(RID, side, OBJECTS[side], "1", LinkState.ACTIVE) for side in CRMS)
        status = {side: SideStatus(side, SideState.UNREACHABLE) for side in down}
        seen = PlanningInput(
            SNAPSHOT,
            (SheetRow(2, RID, "print", fields[Side.SHEET]),),
            records,
            (),
            links,
            {RID: KnownRow(RID, confirmed=True, present=True)},
            {key: dict(base) for key, base in self.bases.items()},
            statuses=status,
            first_sync_done=True,
            fingerprint="rules-1",
        )
        return make_plan(seen, RULES, lambda: RID, "p")

    def run(
        self, down: frozenset[Side] = frozenset(), refusing: frozenset[Side] = frozenset()
    ) -> None:
        """Plan and deliver; what a side refuses is not acknowledged. Books as the ledger does."""
        made = self.plan(down)
        self.asked += len(made.conflicts)
        for move in made.base_moves:
            self.bases[move.rid, move.side][move.field] = move.value
        for intent in made.intents:
            if intent.kind is IntentKind.ROW_ID or intent.side in refusing:
                continue
            base = self.bases[RID, intent.side]
            for name, change in intent.changes.items():
                self.shown[intent.side][name] = change.new.value
                base[name] = change.new
                base |= dict(change.remembers)
                for source, shown in change.sources.items():
                    self.bases[RID, source][name] = shown
                self.writes += 1


sets = st.frozensets(st.sampled_from(CRMS))
steps = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from(NAMES), st.sampled_from(("b", "c", "d", None))),
    st.tuples(st.just("run"), sets, st.frozensets(st.sampled_from(SIDES))),
)


@settings(max_examples=1500, deadline=None)
@given(
    st.lists(steps, max_size=12),
    st.fixed_dictionaries(dict.fromkeys(NAMES, st.sampled_from(SIDES))),
)
def test_an_undisputed_edit_reaches_everybody(
    days: list[tuple[str, object, object]], editors: dict[str, Side]
) -> None:
    """One side edits a field, others are down or refuse for a while: all show it in the end, unasked."""
    trio = Trio()
    for what, first, second in days:
        if what == "edit":
            trio.shown[editors[first]][first] = second
        else:
            trio.run(first, second)
    for _ in range(3):
        trio.run()
    before = trio.writes
    trio.run()

    for name, editor in editors.items():
        expected = dict.fromkeys(SIDES, trio.shown[editor][name])
        assert expected == {side: trio.shown[side][name] for side in SIDES}
    assert (0, before) == (trio.asked, trio.writes)


@settings(max_examples=500, deadline=None)
@given(st.lists(steps, max_size=10), st.sampled_from(SIDES), st.sampled_from(SIDES))
def test_no_edit_is_overwritten_unseen(
    days: list[tuple[str, object, object]], one: Side, other: Side
) -> None:
    """Two sides edit one field to different values at one time: both keep theirs, and it is asked."""
    trio = Trio()
    for what, first, second in days:
        if what == "edit":
            trio.shown[Side.SHEET][first] = second
        else:
            trio.run(first, second)
    for _ in range(3):
        trio.run()
    if one is other:
        return
    trio.shown[one]["phone"], trio.shown[other]["phone"] = "x", "y"
    trio.run()

    assert ("x", "y") == (trio.shown[one]["phone"], trio.shown[other]["phone"])
    assert 1 == trio.asked


def test_three_values_are_one_question() -> None:
    """Edited in HubSpot, in Salesforce and in the sheet: one conflict that shows all three."""
    trio = Trio()
    for side, text in zip(SIDES, ("x", "y", "z"), strict=True):
        trio.shown[side]["phone"] = text
    made = trio.plan()

    (asked,) = made.conflicts
    assert {"x", "y", "z"} == {shown.value for shown in asked.values.values()}
    assert () == tuple(i for i in made.intents if "phone" in i.changes)


def test_what_was_taken_back_leaves_the_older_debt() -> None:
    """HubSpot missed c; b reached nobody and was taken back; HubSpot still gets c, unasked."""
    trio = Trio()
    for text, refusing in (("c", {Side.HUBSPOT}), ("b", set(SIDES)), ("c", set())):
        trio.shown[Side.SHEET]["phone"] = text
        trio.run(refusing=frozenset(refusing))

    assert ["c"] * 3 == [trio.shown[side]["phone"] for side in SIDES]
    assert 0 == trio.asked


def test_a_debt_that_was_paid_disputes_nothing() -> None:
    """HubSpot missed x and got it later; what somebody then types there is news, and unasked."""
    trio = Trio()
    trio.shown[Side.SHEET]["phone"] = "x"
    trio.run(frozenset({Side.HUBSPOT}))
    trio.run()
    trio.shown[Side.HUBSPOT]["phone"] = "y"
    trio.run()

    assert ["y"] * 3 == [trio.shown[side]["phone"] for side in SIDES]
    assert 0 == trio.asked


def test_an_edit_while_one_crm_was_down_meets_a_person_there() -> None:
    """The sheet's edit reached HubSpot while Salesforce was down; somebody edited Salesforce meanwhile."""
    trio = Trio()
    trio.shown[Side.SHEET]["phone"] = "x"
    trio.run(frozenset({Side.SALESFORCE}))
    assert "x" == trio.shown[Side.HUBSPOT]["phone"]
    trio.shown[Side.SALESFORCE]["phone"] = "y"
    trio.run()

    assert 1 == trio.asked
    assert ("x", "y") == (
        trio.shown[Side.SHEET]["phone"],
        trio.shown[Side.SALESFORCE]["phone"],
    )


def test_a_clear_reaches_the_crm_that_was_down() -> None:
    """A debt may be a blank."""
    trio = Trio()
    trio.shown[Side.HUBSPOT]["city"] = None
    trio.run(frozenset({Side.SALESFORCE}))
    trio.run()

    assert (None, None) == (
        trio.shown[Side.SHEET]["city"],
        trio.shown[Side.SALESFORCE]["city"],
    )


def test_one_crm_keeps_no_debts() -> None:
    """With a single CRM a base moves with its own acknowledgement, and nothing else is remembered."""
    rules = replace(RULES, crm_sides=(Side.HUBSPOT,))
    trio = Trio()
    trio.shown[Side.SHEET]["phone"] = "x"
    seen = trio.plan()
    alone = make_plan(
        replace(
            PlanningInput(
                SNAPSHOT,
                (
                    SheetRow(
                        2, RID, "print", {n: value(t) for n, t in trio.shown[Side.SHEET].items()}
                    ),
                ),
                {
                    (Side.HUBSPOT, "contacts", "1"): CrmRecord(
                        Side.HUBSPOT,
                        "contacts",
                        "1",
                        {n: value("a") for n in NAMES},
                        external_id=RID,
                    )
                },
                (),
                (Link(RID, Side.HUBSPOT, "contacts", "1"),),
                {RID: KnownRow(RID, confirmed=True, present=True)},
                trio.bases,
                first_sync_done=True,
                fingerprint="rules-1",
            )
        ),
        rules,
        lambda: RID,
        "p",
    )

    assert [] == [m for m in alone.base_moves if m.field.startswith("owed:")]
    assert {Side.HUBSPOT, Side.SALESFORCE} == {
        m.side for m in seen.base_moves if m.field.startswith("owed:")
    }
