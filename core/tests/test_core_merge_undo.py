"""Undo: an ordinary write that comes last, and gives way to whatever a person did since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.tests.planning_worlds import (
    RULES,
    contact,
    deleted,
    fields,
    given,
    linked,
    plan,
    rid,
    row,
    writes,
)
from outreach_core.model import (
    BLANK,
    FieldValue,
    LinkState,
    Side,
    SideState,
    SideStatus,
    Why,
)
from outreach_core.model.fields import Blank, Direction, FieldSpec, FieldType
from outreach_core.model.planning import Conflict, ConflictKind, Link, PlanningInput
from outreach_core.model.undo import (
    ASKED_ABOUT,
    CHANGED_SINCE,
    NOT_LINKED,
    NOTHING_DELETED,
    OURS_ALONE,
    ROW_GONE,
    ROW_STAYS,
    TOLD_STAYS,
    Undo,
    UndoEnd,
    UndoState,
    marked,
    undo_mark,
)


def value(text: str | None) -> FieldValue:
    return fields(x=text)["x"]


def asked(old: str | None = "1", new: str | None = "2", **more: object) -> Undo:
    """Of a phone number that the sheet changed and HubSpot got, unless said otherwise."""
    usual = Undo(7, rid(1), Side.HUBSPOT, "phone", value(old), value(new), Why.CLEAN)
    return replace(usual, **more)


def world(*undos: Undo, sheet: str | None = "2", hubspot: str | None = "2", **more: object):
    """Both sides show what the change left, and say it is what they agreed on."""
    made = given([row(1, phone=sheet)], [contact(1, phone=hubspot)], [linked(1)], undos=undos)
    bases = {where: {**base, "phone": value("2")} for where, base in made.bases.items()}
    return replace(made, **{"bases": bases, **more})


def test_both_sides_get_the_old_value_back():
    """It is put back where it was written and where it came from, else the two would differ."""
    made = plan(world(asked()))

    assert [("hubspot", rid(1), {"phone": "1"}), ("sheet", rid(1), {"phone": "1"})] == writes(made)
    change = made.intents[0].changes["phone"]
    assert (value("2"), Why.UNDONE, "change 7") == (change.expected, change.why, change.evidence)
    assert () == made.undone


def test_undone_everywhere_ends_the_request():
    """Once all sides show the old value the request is done and nothing is written."""
    made = plan(world(asked(), sheet="1", hubspot="1"))

    assert [] == writes(made)
    assert (UndoEnd(7, UndoState.DONE),) == made.undone


@pytest.mark.parametrize(("sheet", "hubspot"), [("3", "2"), ("2", "3"), ("3", "3"), (None, "2")])
def test_what_was_changed_since_is_left_alone(sheet: str | None, hubspot: str | None):
    """A value that the change did not leave is somebody's: it is carried on, not taken back."""
    before = writes(plan(world(sheet=sheet, hubspot=hubspot)))

    made = plan(world(asked(), sheet=sheet, hubspot=hubspot))

    assert before == writes(made)
    assert (UndoEnd(7, UndoState.CHANGED, CHANGED_SINCE),) == made.undone


def test_two_edits_since_become_a_question():
    """Where both sides were changed since, a person is asked what is right; no undo decides it."""
    made = plan(world(asked(), sheet="1", hubspot="3"))

    assert ([], ["phone"]) == (writes(made), [one.field for one in made.conflicts])
    assert (UndoEnd(7, UndoState.CHANGED, ASKED_ABOUT),) == made.undone


def test_a_side_that_has_it_back_is_asked_nothing_more():
    """An undo that was cut short goes on where it stopped."""
    half = world(asked(restored=frozenset({Side.HUBSPOT})), hubspot="1")
    bases = {**half.bases, (rid(1), Side.HUBSPOT): fields(phone="1", email="b1@example.com")}

    made = plan(replace(half, bases=bases))

    assert [("sheet", rid(1), {"phone": "1"})] == writes(made)
    assert () == made.undone


def test_an_edit_after_the_undo_does_not_reopen_it():
    """What was put back may be changed again at once: the request is done all the same."""
    done = asked(restored=frozenset({Side.HUBSPOT, Side.SHEET}))
    calm = world(done, sheet="9", hubspot="9")
    bases = {where: {**base, "phone": value("9")} for where, base in calm.bases.items()}

    made = plan(replace(calm, bases=bases))

    assert [] == writes(made)
    assert (UndoEnd(7, UndoState.DONE),) == made.undone


def test_a_filled_blank_is_emptied_where_it_was_filled():
    """Where the value came from it was there before."""
    filled = asked(old=None, why=Why.FILLED)

    assert [("hubspot", rid(1), {"phone": None})] == writes(plan(world(filled)))


def test_a_blank_goes_nowhere_where_blanks_are_ignored():
    """The rule of the field about blanks holds for an undo too."""
    spec = FieldSpec("phone", FieldType.PHONE, (Side.SHEET, Side.HUBSPOT), blank=Blank.IGNORE)
    rules = replace(RULES, specs={**RULES.specs, "phone": spec})

    made = plan(world(asked(old=None)), rules)

    assert [("hubspot", rid(1), {"phone": None})] == writes(made)


def test_a_side_that_is_not_written_is_not_written_by_an_undo():
    """A field that flows one way is put back on its receiving side only."""
    spec = FieldSpec(
        "phone",
        FieldType.PHONE,
        (Side.SHEET, Side.HUBSPOT),
        directions={Side.HUBSPOT: Direction.SHEET_TO_CRM},
    )
    rules = replace(RULES, specs={**RULES.specs, "phone": spec})

    assert [("hubspot", rid(1), {"phone": "1"})] == writes(plan(world(asked()), rules))


@pytest.mark.parametrize(
    ("why", "field", "reason"),
    [
        (Why.CREATED, "phone", NOTHING_DELETED),
        (Why.IMPORTED, "phone", ROW_STAYS),
        (Why.TOLD, "(email)", TOLD_STAYS),
        (Why.TOLD, "last_subject", OURS_ALONE),
    ],
)
def test_what_cannot_be_taken_back_says_why(why: Why, field: str, reason: str):
    """Records, rows, e-mails and deals stay."""
    made = plan(world(asked(why=why, field=field)))

    assert [] == writes(made)
    assert (UndoEnd(7, UndoState.IMPOSSIBLE, reason),) == made.undone


def test_a_row_that_is_gone_ends_the_request():
    """There is no row to put the value back into, and the record is left alone."""
    made = plan(replace(world(asked()), rows=()))

    assert (UndoEnd(7, UndoState.IMPOSSIBLE, ROW_GONE),) == made.undone


def test_a_deleted_record_ends_the_request():
    """A record that is gone from the CRM is not written to."""
    made = plan(world(asked(), lookups=deleted(1)))

    assert (UndoEnd(7, UndoState.IMPOSSIBLE, NOT_LINKED),) == made.undone
    assert LinkState.ARCHIVED is made.links[0].state


def test_a_paused_row_waits():
    """A tick in Pause Sync holds an undo like everything else."""
    calm = world(asked())
    paused = tuple(replace(one, paused=True) for one in calm.rows)

    made = plan(replace(calm, rows=paused))

    assert ([], ()) == (writes(made), made.undone)


def test_an_open_question_about_the_field_comes_first():
    """A person is asked already; the answer decides."""
    standing = Conflict(
        rid(1), "phone", ConflictKind.FIELD, {}, "some hash", conflict_id="question-1"
    )

    made = plan(world(asked(), conflicts=(standing,), sheet="3", hubspot="4"))

    assert (UndoEnd(7, UndoState.CHANGED, ASKED_ABOUT),) == made.undone


def test_the_newest_of_two_requests_goes_first():
    """A field that was written twice is taken back step by step."""
    older = asked("0", "1", seq=3)

    made = plan(world(older, asked()))
    later = plan(world(older, sheet="1", hubspot="1", bases=_agreed("1")))

    assert {"1"} == {text for _, _, new in writes(made) for text in new.values()}
    assert () == made.undone
    assert {"0"} == {text for _, _, new in writes(later) for text in new.values()}


def _agreed(text: str):
    return {
        where: {**base, "phone": value(text)} for where, base in world(sheet=text).bases.items()
    }


@pytest.mark.parametrize("old", ["Approved", " approved ", "APPROVED"])
def test_status_is_never_put_back_to_approved(old: str):
    """Approved mails people: it comes back as Draft, and a Draft there ends the request."""
    calm = given([row(1, status="Archived")], [contact(1)], [linked(1)])
    archived = asked(old, "Archived", side=Side.SHEET, field="status", why=Why.ARCHIVED)

    made = plan(replace(calm, undos=(archived,)))
    after = plan(given([row(1, status="Draft")], [contact(1)], [linked(1)], undos=(archived,)))

    assert [("sheet", rid(1), {"status": "Draft"})] == writes(made)
    assert {rid(1): "Draft"} == dict(made.pulled)
    assert (UndoEnd(7, UndoState.DONE),) == after.undone


def test_a_blank_put_back_is_no_blank_of_another_kind():
    """A cleared value that is put back over nothing is one write, and ends as done."""
    back = asked(old="1", new=None)

    made = plan(world(back, sheet=None, hubspot=None, bases=_blank()))

    assert {"1"} == {text for _, _, new in writes(made) for text in new.values()}


def _blank():
    return {where: {**base, "phone": BLANK} for where, base in world().bases.items()}


def test_marks_are_read_back():
    """What the history says of an undo leads to the change it took back."""
    assert 12 == marked(undo_mark(12))
    assert [None, None, None] == [marked(text) for text in ("", "exact", "change 01")]


# -- three sides

TRIO = (Side.SHEET, Side.HUBSPOT, Side.SALESFORCE)
RULES_3 = replace(
    RULES,
    specs={"phone": FieldSpec("phone", FieldType.PHONE, TRIO)},
    crm_sides=(Side.HUBSPOT, Side.SALESFORCE),
    objects={Side.HUBSPOT: "contacts", Side.SALESFORCE: "leads"},
)


def trio(salesforce: str, base: str, *undos: Undo, owed: str = "", **more: object) -> PlanningInput:
    """The sheet and HubSpot show 2; Salesforce shows something of its own, and last heard `base`."""
    calm = world(*undos)
    lead = replace(
        contact(1, "9", phone=salesforce), side=Side.SALESFORCE, object="leads", record_id="9"
    )
    own = {"phone": value(base), **({"owed:phone": _due(owed)} if owed else {})}
    usual = {
        "records": {**calm.records, (Side.SALESFORCE, "leads", "9"): lead},
        "links": (*calm.links, Link(rid(1), Side.SALESFORCE, "leads", "9")),
        "bases": {**calm.bases, (rid(1), Side.SALESFORCE): own},
    }
    return replace(calm, **{**usual, **more})


def _due(text: str) -> FieldValue:
    return FieldValue(True, text, text)


def test_all_three_sides_get_the_old_value_back():
    """Also the side that the change of another one reached."""
    made = plan(trio("2", "2", asked()), RULES_3)

    assert {("hubspot", "1"), ("salesforce", "1"), ("sheet", "1")} == {
        (side, new["phone"]) for side, _, new in writes(made)
    }


def test_a_side_that_is_away_is_waited_for():
    """Half an undo would leave the sides different."""
    away = {Side.SALESFORCE: SideStatus(Side.SALESFORCE, SideState.UNREACHABLE)}

    made = plan(trio("2", "2", asked(), statuses=away), RULES_3)

    assert ([], ()) == (writes(made), made.undone)


def test_a_change_that_is_still_on_its_way_is_waited_for():
    """A CRM that was away gets the value first; the undo comes with the run after."""
    made = plan(trio("1", "1", asked(), owed="2"), RULES_3)

    assert [("salesforce", rid(1), {"phone": "2"})] == writes(made)
    assert () == made.undone


def test_an_edit_of_the_third_side_stands():
    """It is carried to the others, and the request ends."""
    made = plan(trio("7", "2", asked()), RULES_3)

    assert {"7"} == {new["phone"] for _, _, new in writes(made)}
    assert (UndoEnd(7, UndoState.CHANGED, CHANGED_SINCE),) == made.undone
