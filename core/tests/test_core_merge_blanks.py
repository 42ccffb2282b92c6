"""What a clear does, and which way a field flows: one line of a rule file each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.tests.planning_worlds import BOTH, RULES, contact, given, linked, plan, row, writes
from outreach_core.mapping import load_field_specs
from outreach_core.mapping.rule_file import kinds_of, parse_rules
from outreach_core.model import Side
from outreach_core.model.fields import Blank, Direction, FieldSpec, FieldType
from outreach_core.model.planning import Choice

SHEET_CLEARED = ({"city": None}, {})
CRM_CLEARED = ({}, {"city": None})


def ruled(**spec: object):
    city = FieldSpec("city", FieldType.TEXT, BOTH, **spec)
    return replace(RULES, specs={**RULES.specs, "city": city})


def made(sheet: dict[str, str | None], crm: dict[str, str | None], rules, **more):
    world = given([row(1, **sheet)], [contact(1, **crm)], [linked(1)], **more)
    return plan(world, rules)


def written(sheet: dict[str, str | None], crm: dict[str, str | None], rules, **more):
    return [(side, values) for side, _, values in writes(made(sheet, crm, rules, **more))]


@pytest.mark.parametrize(("cleared", "other"), [(SHEET_CLEARED, "hubspot"), (CRM_CLEARED, "sheet")])
@pytest.mark.parametrize("blank", list(Blank))
def test_a_clear_is_carried_kept_to_itself_or_asked_about(cleared, other, blank):
    """From either side, and the question says what each side shows."""
    rules = ruled(blank=blank)

    carried = [(other, {"city": None})] if blank is Blank.PROPAGATE else []
    assert carried == written(*cleared, rules)
    asked = [conflict.field for conflict in made(*cleared, rules).conflicts]
    assert (["city"] if blank is Blank.ASK else []) == asked


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice.KEEP_SHEET, [("hubspot", {"city": None})]),
        (Choice.KEEP_HUBSPOT, [("sheet", {"city": "A"})]),
        (Choice.LEAVE, []),
        (None, []),
    ],
)
def test_an_answer_about_a_clear_is_applied(choice, expected):
    """Once; without an answer nothing is written, and nothing is asked twice."""
    rules = ruled(blank=Blank.ASK)
    (asked,) = made(*SHEET_CLEARED, rules).conflicts
    standing = (replace(asked, conflict_id="1", choice=choice),)

    assert expected == written(*SHEET_CLEARED, rules, conflicts=standing)
    assert () == made(*SHEET_CLEARED, rules, conflicts=standing).conflicts


def test_an_edit_is_never_asked_about_for_its_blanks():
    """Only a clear is; a value that fills a blank flows."""
    assert [("hubspot", {"city": "B"})] == written({"city": "B"}, {}, ruled(blank=Blank.ASK))


@pytest.mark.parametrize(
    ("direction", "to_crm", "to_sheet"),
    [
        (Direction.TWO_WAY, True, True),
        (Direction.SHEET_TO_CRM, True, False),
        (Direction.CRM_TO_SHEET, False, True),
    ],
)
@pytest.mark.parametrize("value", ["B", None])
def test_a_field_flows_the_way_its_rule_says(direction, to_crm, to_sheet, value):
    """Values and clears alike; what may not flow is no question."""
    rules = ruled(directions={Side.HUBSPOT: direction})
    typed, saved = made({"city": value}, {}, rules), made({}, {"city": value}, rules)

    assert [to_crm, to_sheet] == [bool(writes(typed)), bool(writes(saved))]
    assert () == typed.conflicts + saved.conflicts


def test_a_one_way_field_follows_its_source_where_both_changed():
    """The other side's value does not count, so there is nothing to ask."""
    rules = ruled(directions={Side.HUBSPOT: Direction.CRM_TO_SHEET})

    assert [("sheet", {"city": "C"})] == written({"city": "B"}, {"city": "C"}, rules)


SHEET = "side: sheet\nfields:\n  city: {column: Location, type: text, blank: %s}\n"
CRM = (
    "side: hubspot\nobject: contacts\nexternal_id: outreach_row_id\nfields:\n"
    "  city: {property: city, blank: %s, direction: %s}\n"
)


@pytest.mark.parametrize(
    ("sheet", "crm", "expected"),
    [
        ("propagate", "propagate", Blank.PROPAGATE),
        ("ask", "propagate", Blank.ASK),
        ("propagate", "ask", Blank.ASK),
        ("ask", "ignore", Blank.IGNORE),
    ],
)
def test_the_files_words_meet_in_one(sheet, crm, expected):
    """One side's `ignore` is enough, else one side's `ask`; `off` leaves the side out."""
    rules = parse_rules(SHEET % sheet)
    for word in ("two_way", "off"):
        there = parse_rules(CRM % (crm, word), kinds=kinds_of(rules))
        spec = load_field_specs(rules, there)["city"]
        if word == "off":
            assert (Side.SHEET,) == spec.sides
        else:
            assert expected is spec.blank
