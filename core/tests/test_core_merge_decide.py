"""The field decision table, its cases numbered as in ``outreach_core.merge.decide``."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from outreach_core.merge.decide import (
    FieldRulebook,
    Interval,
    Kind,
    SideField,
    decide,
    evidence_hash,
)
from outreach_core.model import FieldValue, Side, Why
from outreach_core.model.planning import Choice, Conflict, ConflictKind
from outreach_core.model.policy import Strategy, TieBreak

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def value(text: str | None) -> FieldValue:
    return FieldValue(text, text, text)


def sides(base: str | None, sheet: str | None, crm: str | None, **crm_options) -> list[SideField]:
    return [
        SideField(Side.SHEET, value(sheet), value(base)),
        SideField(Side.HUBSPOT, value(crm), value(base), **crm_options),
    ]


def rules(strategy: str = "merge", fallback: str = "manual", tiebreak: str = "manual"):
    return FieldRulebook(Strategy(strategy), Strategy(fallback), TieBreak(tiebreak))


def brief(decision) -> tuple:
    return decision.kind, decision.winner, decision.targets


def standing(fields: list[SideField], choice: Choice | None = None) -> Conflict:
    return Conflict("r", "phone", ConflictKind.FIELD, {}, evidence_hash(fields), choice, "c1")


@pytest.mark.parametrize("strategy", ["merge", "manual", "lww"])
def test_case_1_nobody_changed(strategy):
    """Nothing changed: nothing happens, whatever the strategy."""
    assert (Kind.NOTHING, None, ()) == brief(decide(sides("b", "b", "b"), rules(strategy)))


@pytest.mark.parametrize("strategy", ["merge", "manual", "lww"])
def test_case_2_both_changed_to_the_same(strategy):
    """Two people made the same edit: the base moves and nothing is written."""
    assert Kind.AGREE is decide(sides("b", "x", "x"), rules(strategy)).kind


@pytest.mark.parametrize("strategy", ["merge", "manual", "lww"])
@pytest.mark.parametrize("new", ["x", None])
def test_case_3_a_one_sided_edit_always_lands(strategy, new):
    """An edit on one side goes to the other, a clear as well."""
    from_crm = decide(sides("b", "b", new), rules(strategy))
    from_sheet = decide(sides("b", new, "b"), rules(strategy))

    assert (Kind.CARRY, Side.HUBSPOT, (Side.SHEET,)) == brief(from_crm)
    assert (Kind.CARRY, Side.SHEET, (Side.HUBSPOT,)) == brief(from_sheet)


def test_case_4_directions_hold():
    """A side that may not be written is not; a side whose edits do not count is not followed."""
    locked = sides("b", "x", "b", writable=False)
    mute = sides("b", "b", "x", counts=False)

    assert Kind.NOTHING is decide(locked, rules()).kind
    assert Kind.NOTHING is decide(mute, rules()).kind


def test_case_4_a_side_may_ignore_blanks():
    """With blanks ignored, a clear does not cross."""
    assert Kind.NOTHING is decide(sides("b", None, "b", takes_blank=False), rules()).kind


@pytest.mark.parametrize(("sheet", "crm", "winner"), [("x", None, "sheet"), (None, "x", "hubspot")])
def test_case_5_merge_keeps_the_edit_over_the_clear(sheet, crm, winner):
    """One person edits, another clears: the value stays, and the clear is in the log as the loser."""
    decision = decide(sides("b", sheet, crm), rules())

    assert (Kind.CARRY, Side(winner), Why.MERGED) == (decision.kind, decision.winner, decision.why)
    assert decision.targets == decision.loser


@pytest.mark.parametrize("strategy", ["merge", "manual"])
def test_case_6_a_true_conflict_is_asked(strategy):
    """Two different edits: neither side is written."""
    assert (Kind.CONFLICT, None, ()) == brief(decide(sides("b", "x", "y"), rules(strategy)))


def test_case_6_manual_asks_about_a_clear_too():
    """Under ``manual`` an edit against a clear is a question."""
    assert Kind.CONFLICT is decide(sides("b", "x", None), rules("manual")).kind


@pytest.mark.parametrize("gap", [-600, -121, -119, 119, 121, 600])
def test_case_6_lww_follows_the_order_only_where_it_is_known(gap):
    """The later edit wins when the gap exceeds the tolerance; else the tie-break decides."""
    fields = [
        SideField(Side.SHEET, value("x"), value("b"), when=Interval(NOON, NOON)),
        SideField(
            Side.HUBSPOT,
            value("y"),
            value("b"),
            when=Interval(NOON + timedelta(seconds=gap), NOON + timedelta(seconds=gap)),
        ),
    ]
    later = Side.HUBSPOT if gap > 0 else Side.SHEET

    asked = decide(fields, rules("lww"))
    preferred = decide(fields, rules("lww", tiebreak="prefer_sheet"))

    if abs(gap) > 120:
        assert (later, "exact") == (asked.winner, asked.evidence)
        assert later == preferred.winner
    else:
        assert Kind.CONFLICT is asked.kind
        assert (Side.SHEET, "tiebreak") == (preferred.winner, preferred.evidence)


def test_cases_7_to_9_an_open_question():
    """Held while nothing moves, asked afresh when a value moves, applied when a choice fits."""
    fields = sides("b", "x", "y")
    moved = sides("b", "x", "z")

    assert Kind.HOLD is decide(fields, rules(), standing(fields)).kind
    assert Kind.CONFLICT is decide(moved, rules(), standing(fields)).kind
    chosen = decide(fields, rules(), standing(fields, Choice.KEEP_HUBSPOT))
    assert (Kind.CARRY, Side.HUBSPOT, Why.DECIDED) == (chosen.kind, chosen.winner, chosen.why)
    stale = decide(moved, rules(), standing(fields, Choice.KEEP_HUBSPOT))
    assert Kind.CONFLICT is stale.kind


@pytest.mark.parametrize("strategy", ["merge", "lww"])
def test_case_10_a_first_link_never_overwrites(strategy):
    """Values that differ when row and record first meet are a question, even under ``lww``."""
    fields = [
        SideField(Side.SHEET, value("x"), None, when=Interval(NOON, NOON)),
        SideField(Side.HUBSPOT, value("y"), None, when=Interval(None, NOON - timedelta(days=9))),
    ]

    decision = decide(fields, rules(strategy, tiebreak="prefer_crm"))

    assert (Kind.CONFLICT, ConflictKind.FIRST_LINK) == (decision.kind, decision.conflict_kind)


@pytest.mark.parametrize(("keep", "winner"), [("sheet", Side.SHEET), ("crm", Side.HUBSPOT)])
def test_case_10_unless_the_person_who_approved_said_so(keep, winner):
    """`outreach plan --approve --keep` answers all first-link questions at once."""
    fields = [
        SideField(Side.SHEET, value("x"), None),
        SideField(Side.HUBSPOT, value("y"), None),
    ]

    assert winner == decide(fields, FieldRulebook(first_link_keep=keep)).winner


def test_a_first_link_fills_blanks():
    """What only one side knows goes to the other."""
    fields = [
        SideField(Side.SHEET, value("x"), None),
        SideField(Side.HUBSPOT, value(None), None),
    ]

    decision = decide(fields, rules())

    assert (Kind.CARRY, Side.SHEET, Why.FILLED) == (decision.kind, decision.winner, decision.why)


def test_another_spelling_is_no_edit():
    """The same phone number typed with other spaces is not carried."""
    base = FieldValue("+1 555 0100", "+1 555 0100", "+15550100")
    typed = FieldValue("+1 5550100", "+1 5550100", "+15550100")
    edited = FieldValue("+1 555 0101", "+1 555 0101", "+15550101")
    fields = [SideField(Side.SHEET, typed, base), SideField(Side.HUBSPOT, edited, base)]

    assert Side.HUBSPOT == decide(fields, rules()).winner


def patterns(count: int):
    """Every equality/blank pattern of a base and ``count`` sides, values named canonically."""
    for picks in itertools.product([None, "a", "b", "c", "d"], repeat=count + 1):
        names = [pick for pick in picks if pick is not None]
        first_seen = list(dict.fromkeys(names))
        if first_seen == ["a", "b", "c", "d"][: len(first_seen)]:
            yield picks


def test_the_pattern_counts_are_those_of_the_design():
    """15 patterns with two sides, 52 with three."""
    assert (15, 52) == (len(set(patterns(2))), len(set(patterns(3))))


@pytest.mark.parametrize("strategy", ["merge", "manual", "lww"])
@pytest.mark.parametrize("pattern", sorted(patterns(3), key=str), ids=str)
def test_three_sides_lose_nothing(pattern, strategy):
    """For every pattern of three sides: what a carry replaces is either old or logged as the loser."""
    base, *shown = pattern
    where = [Side.SHEET, Side.HUBSPOT, Side.SALESFORCE]
    fields = [SideField(s, value(v), value(base)) for s, v in zip(where, shown, strict=True)]

    decision = decide(fields, rules(strategy))

    changed = {f.shown.key for f in fields if f.shown.key != base}
    if len(set(shown)) == 1:
        assert decision.kind is (Kind.AGREE if shown[0] != base else Kind.NOTHING)
    elif len(changed) == 1:
        assert Kind.CARRY is decision.kind
        carried = next(f.shown.key for f in fields if f.side is decision.winner)
        assert changed == {carried}
    else:
        filled = changed - {None}
        merges = strategy == "merge" and len(filled) == 1
        assert decision.kind is (Kind.CARRY if merges else Kind.CONFLICT)
    if decision.kind is Kind.CARRY:
        for field in fields:
            if field.side in decision.targets and field.shown.key != base:
                assert field.side in decision.loser


@pytest.mark.parametrize("strategy", ["merge", "manual", "lww"])
@pytest.mark.parametrize("tiebreak", ["manual", "prefer_sheet", "prefer_crm"])
@pytest.mark.parametrize("gap", [-600, -60, 0, 60, 600])
@pytest.mark.parametrize("pattern", sorted(patterns(2), key=str), ids=str)
def test_mirror_symmetry(pattern, gap, tiebreak, strategy):
    """Swapping the sides and the preference swaps the plan."""
    base, one, two = pattern
    mirror = {"prefer_sheet": "prefer_crm", "prefer_crm": "prefer_sheet"}.get(tiebreak, tiebreak)
    late = NOON + timedelta(seconds=gap)
    when = [Interval(NOON, NOON), Interval(late, late)]
    there = [
        SideField(Side.SHEET, value(one), value(base), when=when[0]),
        SideField(Side.HUBSPOT, value(two), value(base), when=when[1]),
    ]
    back = [
        SideField(Side.SHEET, value(two), value(base), when=when[1]),
        SideField(Side.HUBSPOT, value(one), value(base), when=when[0]),
    ]
    swap = {Side.SHEET: Side.HUBSPOT, Side.HUBSPOT: Side.SHEET, None: None}

    first = decide(there, rules(strategy, tiebreak=tiebreak))
    second = decide(back, rules(strategy, tiebreak=mirror))

    assert (first.kind, first.winner, first.targets) == (
        second.kind,
        swap[second.winner],
        tuple(swap[target] for target in second.targets),
    )
