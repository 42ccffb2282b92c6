"""The life of questions in plans: asked, answered, applied once, reopened; laws 11 and 12 of the design."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.tests.planning_worlds import (
    BOTH,
    RULES,
    absent,
    contact,
    deleted,
    fields,
    given,
    linked,
    plan,
    rid,
    row,
    verdict,
    writes,
)
from outreach_core.model import (
    FieldValue,
    LinkState,
    Lookup,
    LookupStatus,
    Problem,
    Side,
    SideState,
    SideStatus,
    Why,
)
from outreach_core.model.fields import FieldSpec, FieldType
from outreach_core.model.hashing import input_hash
from outreach_core.model.planning import (
    Bucket,
    Choice,
    Conflict,
    ConflictKind,
    Link,
    QuestionStatus,
    Retry,
    RowState,
)
from outreach_core.model.policy import ConflictScope, OnDelete, Policy

CHOSEN = QuestionStatus.CHOSEN


def disputed(standing: Conflict | None = None, sheet="2", crm="3", **more):
    """A phone that both sides changed; the city was changed in the sheet alone."""
    asked = (standing,) if standing else ()
    shown = row(1, phone=sheet, city="B")
    return given([shown], [contact(1, phone=crm)], [linked(1)], conflicts=asked, **more)


def asked(**more) -> Conflict:
    """The question that such a phone is, as the ledger gives it back."""
    (question,) = plan(disputed(**more)).conflicts
    return replace(question, conflict_id="q-1")


def answered(choice: Choice, **more) -> Conflict:
    return replace(asked(), choice=choice, status=CHOSEN, **more)


def changes(made, side: str) -> dict[str, str | None]:
    return next((fields for where, _, fields in writes(made) if where == side), {})


def endings(made) -> list[tuple[str, str]]:
    return [(closed.field, str(closed.status)) for closed in made.closed]


def test_a_question_shows_what_is_needed_to_answer():
    """Both values, when they were made, and what the sides last agreed on."""
    read = datetime(2026, 11, 1, tzinfo=UTC)
    world = disputed()
    moved = {k: replace(r, updated_at=read) for k, r in world.records.items()}

    (question,) = plan(replace(world, records=moved)).conflicts

    assert {Side.SHEET: "2", Side.HUBSPOT: "3"} == {s: v.value for s, v in question.values.items()}
    assert ("1", read) == (question.agreed.value, question.edited[Side.HUBSPOT].not_after)
    assert QuestionStatus.OPEN is question.status


def test_law_11_an_open_question_holds_its_field_and_nothing_else():
    """Both values stay as they are in any number of runs, while another field flows."""
    question = asked()
    for _ in range(3):
        made = plan(disputed(question))
        assert ({"city": "B"}, {}) == (changes(made, "hubspot"), changes(made, "sheet"))
        assert ((), ()) == (made.conflicts, made.closed)


def test_law_12_a_choice_on_other_values_is_asked_again():
    """The choice is dropped, both new values are shown, nothing is written."""
    made = plan(disputed(answered(Choice.KEEP_HUBSPOT), crm="4"))

    (again,) = made.conflicts
    assert {"city": "B"} == changes(made, "hubspot")
    assert {} == changes(made, "sheet")
    assert ("q-1", None, QuestionStatus.REOPENED) == (
        again.conflict_id,
        again.choice,
        again.status,
    )
    assert {Side.SHEET: "2", Side.HUBSPOT: "4"} == {s: v.value for s, v in again.values.items()}


@pytest.mark.parametrize(
    ("choice", "sheet", "crm"),
    [
        (Choice.KEEP_SHEET, {}, {"city": "B", "phone": "2"}),
        (Choice.KEEP_HUBSPOT, {"phone": "3"}, {"city": "B"}),
    ],
)
def test_law_12_a_choice_is_carried_out(choice, sheet, crm):
    """The side that was not kept gets the other's value, and the log says who decided."""
    made = plan(disputed(answered(choice)))

    assert (sheet, crm) == (changes(made, "sheet"), changes(made, "hubspot"))
    (decided,) = (i.changes["phone"] for i in made.intents if "phone" in i.changes)
    assert Why.DECIDED is decided.why


def test_law_12_a_choice_is_carried_out_once():
    """When its value has landed, a later edit is an edit, whatever had been chosen."""
    world = disputed(answered(Choice.KEEP_SHEET), sheet="2", crm="2")
    landed = plan(world)
    assert [("phone", "resolved")] == endings(landed)

    bases = {key: {**base, **fields(phone="2")} for key, base in world.bases.items()}
    edited = disputed(answered(Choice.KEEP_SHEET), sheet="2", crm="7", bases=bases)
    assert "7" == changes(plan(edited), "sheet")["phone"]


def test_sides_that_agree_again_close_the_question():
    """Nobody has to answer what answered itself."""
    made = plan(disputed(asked(), sheet="4", crm="4"))

    assert [("phone", "converged")] == endings(made)


def test_left_as_they_are_is_an_exception():
    """The row is in order, nothing is written, and a new value is asked about again."""
    left = replace(asked(), choice=Choice.LEAVE, status=QuestionStatus.LEFT)

    made = plan(disputed(left))
    assert {"city": "B"} == changes(made, "hubspot")
    assert (Bucket.WRITTEN, RowState.SYNCED) == (verdict(made, 1).bucket, verdict(made, 1).state)
    (again,) = plan(disputed(left, sheet="9")).conflicts
    assert QuestionStatus.REOPENED is again.status


@pytest.mark.parametrize("choice", [Choice.LEAVE, Choice.KEEP_SHEET])
def test_a_record_is_held_by_open_questions_alone(choice):
    """Where a question holds its whole record, an answered one does not, and it is carried out."""
    rules = replace(RULES, policy=Policy(conflict_scope=ConflictScope.RECORD))

    assert {} == changes(plan(disputed(asked()), rules), "hubspot")
    assert "B" == changes(plan(disputed(answered(choice)), rules), "hubspot")["city"]


def test_an_answer_is_carried_out_beside_another_question():
    """Where a question holds its whole record, what was decided is not held, nor is its question closed."""
    rules = replace(RULES, policy=Policy(conflict_scope=ConflictScope.RECORD))
    world = disputed(answered(Choice.KEEP_SHEET))
    record = contact(1, phone="3", city="C")

    made = plan(replace(world, records=dict.fromkeys(world.records, record)), rules)

    assert ({"phone": "2"}, []) == (changes(made, "hubspot"), endings(made))


def test_an_unreachable_side_leaves_the_question_as_it_is():
    """What was asked about three sides is neither reopened nor closed while one cannot be read."""
    both = (Side.HUBSPOT, Side.SALESFORCE)
    specs = {**RULES.specs, "phone": FieldSpec("phone", FieldType.PHONE, (Side.SHEET, *both))}
    objects = {Side.HUBSPOT: "contacts", Side.SALESFORCE: "leads"}
    rules = replace(RULES, specs=specs, crm_sides=both, objects=objects)
    lead = replace(contact(1, "L1", phone="4"), side=Side.SALESFORCE, object="leads")
    links = [linked(1), Link(rid(1), Side.SALESFORCE, "leads", "L1")]
    world = given([row(1, phone="2")], [contact(1, phone="3"), lead], links)
    (question,) = plan(world, rules).conflicts
    down = {Side.SALESFORCE: SideStatus(Side.SALESFORCE, SideState.UNREACHABLE, "x", "y")}
    standing = replace(question, conflict_id="q-1")

    made = plan(replace(world, conflicts=(standing,), statuses=down), rules)

    assert ((), (), []) == (made.conflicts, made.closed, writes(made))


# -- a value of one's own


def own(text: str, name: str = "phone") -> Conflict:
    return replace(answered(Choice.CUSTOM, custom=text), field=name)


def reading(result) -> object:
    return replace(RULES, read_typed=lambda _name, typed: result(typed))


def test_a_custom_value_goes_to_both_sides():
    """As the field's type reads it."""
    rules = reading(lambda typed: FieldValue(typed, typed.strip(), typed.strip()))

    made = plan(disputed(own(" 5 ")), rules)

    assert ("5", "5") == (changes(made, "sheet")["phone"], changes(made, "hubspot")["phone"])


@pytest.mark.parametrize(("sheet", "crm"), [("5", "3"), ("2", "5")])
def test_a_custom_value_that_landed_on_one_side_goes_to_the_other(sheet, crm):
    """A run that was cut short is finished by the next; the old value is no edit."""
    world = disputed(own("5"), sheet=sheet, crm=crm)
    landed = Side.SHEET if sheet == "5" else Side.HUBSPOT
    bases = {
        k: {**b, **(fields(phone="5") if k[1] is landed else {})} for k, b in world.bases.items()
    }

    made = plan(replace(world, bases=bases))

    to = "hubspot" if landed is Side.SHEET else "sheet"
    back = changes(made, str(landed))
    assert ("5", None) == (changes(made, to)["phone"], back.get("phone"))


def test_a_bad_custom_value_becomes_a_note():
    """It names the remedy; the choice is dropped and nothing is written."""
    rules = reading(lambda _: Problem("bad", "phone", "No number.", remedy="Type digits."))

    made = plan(disputed(own("x")), rules)

    (left,) = made.conflicts
    assert ("No number. Type digits.", None) == (left.note, left.choice)
    assert ({}, {"city": "B"}) == (changes(made, "sheet"), changes(made, "hubspot"))


def test_a_custom_status_is_never_approved():
    """The word that has people mailed comes back as Draft."""
    specs = {**RULES.specs, "status": FieldSpec("status", FieldType.TEXT, BOTH)}
    rules = replace(RULES, specs=specs)
    world = given([row(1, status="x")], [contact(1, status="y")], [linked(1)])
    bases = {key: {**base, **fields(status="z")} for key, base in world.bases.items()}
    world = replace(world, bases=bases)
    (question,) = plan(world, rules).conflicts
    chosen = replace(question, choice=Choice.CUSTOM, custom=" approved", status=CHOSEN)

    made = plan(replace(world, conflicts=(chosen,)), rules)

    assert ("Draft", "Draft") == (
        changes(made, "sheet")["status"],
        changes(made, "hubspot")["status"],
    )


# -- deletions

ASKING = replace(RULES, policy=Policy(on_crm_delete=OnDelete.ASK))


def gone(standing: Conflict | None = None, **cells):
    asked = (standing,) if standing else ()
    return given([row(1, **cells)], [contact(1)], [linked(1)], lookups=deleted(1), conflicts=asked)


def about_deletion(choice: Choice | None, rules=RULES, **cells) -> Conflict:
    (question,) = plan(gone(**cells), rules).conflicts
    return replace(question, conflict_id="q-1", choice=choice, status=CHOSEN)


@pytest.mark.parametrize(
    ("rules", "cells", "kind"),
    [
        (RULES, {"phone": "2"}, ConflictKind.EDITED_AFTER_DELETE),
        (ASKING, {}, ConflictKind.DELETED),
    ],
)
@pytest.mark.parametrize(
    ("choice", "state", "written"),
    [
        (Choice.ARCHIVE, LinkState.ARCHIVED, [("sheet", rid(1), {"status": "Archived"})]),
        (Choice.KEEP, LinkState.ARCHIVED, []),
        (Choice.RECREATE, LinkState.RELEASED, []),
    ],
)
def test_a_deletion_goes_as_a_person_says(rules, cells, kind, choice, state, written):
    """Archived, kept as it is, or let go so that a record is made anew; nothing before the answer."""
    asking = plan(gone(**cells), rules)
    assert ([kind], [], ()) == ([c.kind for c in asking.conflicts], writes(asking), asking.links)

    made = plan(gone(about_deletion(choice, rules, **cells), **cells), rules)

    assert ([state], written) == ([link.state for link in made.links], writes(made))
    assert [("(deleted)", "resolved")] == endings(made)


def test_a_deletion_is_asked_again_after_another_edit():
    """What was decided about one edit is not decided about the next."""
    standing = about_deletion(Choice.ARCHIVE, phone="2")

    made = plan(gone(standing, phone="2", city="C"))

    assert ([QuestionStatus.REOPENED], ()) == ([c.status for c in made.conflicts], made.links)


def test_a_released_row_gets_a_record_anew():
    """Once nobody has its address, as any row without a record; the old one stays in its history."""
    released = Link(rid(1), Side.HUBSPOT, "contacts", "101", LinkState.RELEASED)

    made = plan(given([row(1)], [], [released], lookups=absent(1)))

    assert [("hubspot", rid(1), {"city": "A", "email": "b1@example.com", "phone": "1"})] == writes(
        made
    )


def test_a_restored_record_closes_the_question_about_its_deletion():
    """There is nothing to decide any more."""
    standing = about_deletion(None, phone="2")

    made = plan(replace(gone(standing, phone="2"), lookups=()))

    assert [("(deleted)", "converged")] == endings(made)


def test_a_row_that_is_gone_asks_nothing():
    """Its questions are closed with it."""
    made = plan(given([], [contact(1, phone="3")], [linked(1)], conflicts=(asked(),)))

    assert [("phone", "obsolete")] == endings(made)


# -- which record


def twins(standing: Conflict | None = None, **more):
    asked = (standing,) if standing else ()
    one, other = (replace(contact(1, i), external_id=None) for i in ("300", "301"))
    found = Lookup(
        Side.HUBSPOT, "contacts", "email", "b1@example.com", LookupStatus.FOUND, ("300", "301")
    )
    return given([row(1)], [one, other], [], lookups=(found,), conflicts=asked, **more)


def which(choice: Choice, picked: str = "") -> Conflict:
    (question,) = plan(twins()).conflicts
    return replace(question, conflict_id="q-1", choice=choice, picked=picked, status=CHOSEN)


def test_several_records_are_shown_as_people_know_them():
    """Every candidate is named, and asking goes on without asking anew."""
    (question,) = plan(twins()).conflicts
    standing = replace(question, conflict_id="q-1")

    assert ["300", "301"] == [one.record_id for one in question.candidates]
    assert "b1@example.com" in question.candidates[0].label
    assert ((), ()) == (plan(twins(standing)).conflicts, plan(twins(standing)).closed)


def test_the_picked_record_is_the_rows():
    """The row is linked to it, and to no other."""
    made = plan(twins(which(Choice.PICK, "301")))

    assert [("301", LinkState.ACTIVE)] == [(link.record_id, link.state) for link in made.links]
    assert [("(record in hubspot)", "resolved")] == endings(made)


def test_a_new_record_is_made_where_a_person_wants_one():
    """Although the address is known to belong to others; the question stays until it is made."""
    made = plan(twins(which(Choice.CREATE_NEW)))

    assert ([("hubspot", rid(1))], ()) == ([w[:2] for w in writes(made)], made.closed)


def test_a_pick_among_other_records_is_asked_again():
    """A third record turned up: what was picked among two counts no more."""
    third = replace(contact(1, "302"), external_id=None)
    world = twins(which(Choice.PICK, "301"))

    made = plan(replace(world, records={**world.records, (Side.HUBSPOT, "contacts", "302"): third}))

    assert ([QuestionStatus.REOPENED], ()) == ([c.status for c in made.conflicts], made.links)


# -- an address that another record has


def taken(standing: Conflict | None = None, **more):
    """The row was given the address of a record that no row knows."""
    asked = (standing,) if standing else ()
    other = replace(contact(2, "300", phone="8"), external_id=None)
    shown = row(1, email="b2@example.com", city="B")
    return given([shown], [contact(1), other], [linked(1)], conflicts=asked, **more)


def whose(choice: Choice | None, picked: str = "") -> Conflict:
    (question,) = plan(taken()).conflicts
    return replace(question, conflict_id="q-1", choice=choice, picked=picked, status=CHOSEN)


def test_a_taken_address_is_asked_about_while_other_fields_flow():
    """Nobody's address is taken away."""
    made = plan(taken())

    assert [("hubspot", rid(1), {"city": "B"})] == writes(made)
    assert [(ConflictKind.IDENTITY, ["300"])] == [
        (c.kind, [one.record_id for one in c.candidates]) for c in made.conflicts
    ]
    assert ((), ()) == (plan(taken(whose(None))).conflicts, plan(taken(whose(None))).closed)


@pytest.mark.parametrize(
    ("choice", "sheet", "crm"),
    [
        (Choice.KEEP_SHEET, None, "b2@example.com"),
        (Choice.KEEP_HUBSPOT, "b1@example.com", None),
        (Choice.LEAVE, None, None),
    ],
)
def test_a_taken_address_goes_as_a_person_says(choice, sheet, crm):
    """Written all the same, taken back, or left."""
    made = plan(taken(whose(choice)))

    assert (sheet, crm) == (
        changes(made, "sheet").get("email"),
        changes(made, "hubspot").get("email"),
    )


def test_a_row_may_belong_to_the_other_contact():
    """It is linked to it and meets it anew: nothing is written before that was compared."""
    made = plan(taken(whose(Choice.PICK, "300")))

    assert [("300", ("101",), LinkState.ACTIVE)] == [
        (link.record_id, link.history, link.state) for link in made.links
    ]
    assert ((rid(1), Side.HUBSPOT), (rid(1), Side.SHEET)) == made.forgotten
    assert ([], [("email", "resolved")]) == (writes(made), endings(made))


def test_a_contact_that_another_row_owns_makes_a_duplicate():
    """One row keeps it in step; this one says so."""
    world = taken(whose(Choice.PICK, "300"))
    owner = Link(rid(2), Side.HUBSPOT, "contacts", "300")
    rows = (*world.rows, row(2, phone="8"))

    made = plan(replace(world, rows=rows, links=(*world.links, owner)))

    assert [LinkState.DUPLICATE] == [link.state for link in made.links if link.rid == rid(1)]


def test_an_address_set_free_goes_its_way():
    """Once no other record has it, it is written and the question closed."""
    world = taken(whose(None))
    kept = {key: record for key, record in world.records.items() if key[2] != "300"}

    made = plan(replace(world, records=kept))

    assert "b2@example.com" == changes(made, "hubspot")["email"]
    assert [("email", "obsolete")] == endings(made)


# -- what was refused


def test_an_ignored_refusal_is_left_out():
    """The row is counted as left out; a change of it is tried as ever."""
    world = given([row(1, phone="2")], [contact(1)], [linked(1)])
    (intent,) = plan(world).intents
    refused = Retry(rid(1), Side.HUBSPOT, 1, input_hash(intent.changes, "rules-1"), "x", "No.")

    failed = plan(replace(world, retries=(refused,)))
    ignored = plan(replace(world, retries=(replace(refused, ignored=True),)))

    assert (Bucket.FAILED, Bucket.EXCLUDED) == (
        verdict(failed, 1).bucket,
        verdict(ignored, 1).bucket,
    )
    changed = replace(world, retries=(replace(refused, ignored=True),), rows=(row(1, phone="3"),))
    assert {"phone": "3"} == changes(plan(changed), "hubspot")
