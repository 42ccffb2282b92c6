"""Lists of choices: what several people added and removed is put together, whoever did what where."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_core.merge.decide import FieldRulebook, Kind, SideField, decide
from outreach_core.merge.sets import merged_list
from outreach_core.model import BLANK, FieldValue, Side, Why
from outreach_core.model.policy import Strategy

RULES = FieldRulebook(merged=merged_list)
WORDS = st.frozensets(st.sampled_from(["Email", "Phone", "Post", "Fax"]))


def listed(words: str) -> FieldValue:
    """A list as a side shows it, in this order."""
    said = [word for word in words.split(";") if word]
    if not said:
        return BLANK
    return FieldValue(", ".join(said), ";".join(said), ";".join(sorted(w.casefold() for w in said)))


def both(base: str, sheet: str, crm: str) -> list[SideField]:
    """The same list on two sides that agreed on ``base``."""
    return [
        SideField(side, listed(shown), listed(base))
        for side, shown in ((Side.SHEET, sheet), (Side.HUBSPOT, crm))
    ]


@pytest.mark.parametrize(
    ("base", "sheet", "crm", "merged"),
    [
        ("Email;Phone", "Email;Phone;Post", "Email;Phone;Fax", "Email;Phone;Fax;Post"),
        ("Email;Phone", "Email", "Email;Phone;Fax", "Email;Fax"),
        ("Email;Phone;Post", "Email;Phone", "Phone;Post", "Phone"),
        ("Email;Phone", "Email", "Phone", ""),
        ("", "Post", "Fax", "Fax;Post"),
    ],
)
def test_additions_and_removals_of_both_sides_count(
    base: str, sheet: str, crm: str, merged: str
) -> None:
    """Both sides get the list; what each showed is in the log."""
    made = decide(both(base, sheet, crm), RULES)

    assert (Kind.CARRY, Why.MERGED) == (made.kind, made.why)
    assert made.value is not None
    assert listed(merged).key == made.value.key
    assert (listed(merged).value or "") == (made.value.value or "")
    assert set(made.loser) == set(made.targets) >= {Side.SHEET}


@given(base=WORDS, sheet=WORDS, crm=WORDS)
def test_sides_may_be_exchanged_and_nothing_is_lost(
    base: frozenset[str], sheet: frozenset[str], crm: frozenset[str]
) -> None:
    """Mirror symmetry; every addition is there, every removal is gone; done again, it is done."""
    sides = both(*(";".join(sorted(words)) for words in (base, sheet, crm)))
    made, mirrored = (decide(order, RULES) for order in (sides, sides[::-1]))

    assert (made.kind, made.value) == (mirrored.kind, mirrored.value)
    if made.value is None:
        return
    shown = {word.casefold() for word in (made.value.value or "").split(";") if word}
    wanted = (sheet | crm | base) - (base - sheet) - (base - crm)
    assert {word.casefold() for word in wanted} == shown
    # one side has got it, the run was cut off: the other gets the same
    half = [SideField(sides[0].side, made.value, sides[0].base), sides[1]]
    again = decide(half, RULES)
    assert again.kind in (Kind.CARRY, Kind.AGREE)
    assert made.value.key == (again.value or half[0].shown).key


def test_an_edit_against_a_clear_is_decided_as_for_any_field() -> None:
    """The list that was edited stays, whole."""
    made = decide(both("Email", "", "Email;Fax"), RULES)

    assert (Kind.CARRY, Side.HUBSPOT, None) == (made.kind, made.winner, made.value)


@pytest.mark.parametrize(
    "sides",
    [
        [
            SideField(Side.SHEET, listed("Post"), None),
            SideField(Side.HUBSPOT, listed("Fax"), None),
        ],
        [
            SideField(Side.SHEET, listed("Post"), listed("Email")),
            SideField(Side.HUBSPOT, listed("Fax"), listed("Phone")),
        ],
        [
            SideField(Side.SHEET, FieldValue("p", "Post", "other"), listed("Email")),
            SideField(Side.HUBSPOT, listed("Fax"), listed("Email")),
        ],
    ],
    ids=["never agreed", "agreed on different lists", "words without their keys"],
)
def test_what_cannot_be_told_is_asked(sides: list[SideField]) -> None:
    """Nothing is merged on a guess."""
    assert Kind.CONFLICT is decide(sides, RULES).kind


def test_who_wants_to_be_asked_is_asked() -> None:
    """Under ``manual`` a list is no exception; a field of another type is none under ``merge``."""
    sides = both("Email", "Email;Post", "Email;Fax")
    kinds = [
        decide(sides, rules).kind
        for rules in (FieldRulebook(strategy=Strategy.MANUAL, merged=merged_list), FieldRulebook())
    ]

    assert [Kind.CONFLICT, Kind.CONFLICT] == kinds


def test_three_sides_are_merged_in_any_order() -> None:
    """Sheet, HubSpot and Salesforce each added one."""
    sides = [
        SideField(side, listed(f"Email;{word}"), listed("Email"))
        for side, word in ((Side.SHEET, "A"), (Side.HUBSPOT, "B"), (Side.SALESFORCE, "C"))
    ]
    made = {decide(list(order), RULES).value for order in itertools.permutations(sides)}

    assert ["Email;A;B;C"] == [value.value for value in made if value]
