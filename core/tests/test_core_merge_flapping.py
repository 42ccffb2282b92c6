"""A field that is written to and fro by two programs is asked about; one that people are busy with is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.tests.planning_worlds import contact, given, linked, plan, rid, row, writes
from outreach_core.merge.flapping import alternates
from outreach_core.model import Side, Why
from outreach_core.model.planning import Choice, Conflict, ConflictKind, PlanningInput
from outreach_core.model.recent import RecentWrite

SIDES = {"s": Side.SHEET, "h": Side.HUBSPOT, "f": Side.SALESFORCE}


def written(*words: str) -> tuple[RecentWrite, ...]:
    """Return writes: ``h2`` wrote 2 to HubSpot; ``h-`` cleared; ``h2!`` and ``h2~`` by a person's word."""
    why = {"!": Why.DECIDED, "~": Why.UNDONE}
    return tuple(
        RecentWrite(
            SIDES[word[0]], None if word[1] == "-" else word[1], why.get(word[2:], Why.CLEAN)
        )
        for word in words
    )


def world(*words: str, **more) -> PlanningInput:
    """Somebody set HubSpot's phone back to 2 after the sheet's 1 was written there."""
    recent = {(rid(1), "phone"): written(*words)}
    return given([row(1, city="C")], [contact(1, phone="2")], [linked(1)], recent=recent, **more)


TO_AND_FRO = ("s2", "h1", "s2", "h1")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), False),
        (("s2", "h1"), False),
        (("s2", "h1", "s2"), True),
        (("h-", "s1", "h-"), True),
        (("s2", "h1", "s3"), False),
        (("s2", "s3", "s4", "s5"), False),
        (("h1", "f1", "h1", "f1"), False),
        (("h1", "f1", "s2", "f2", "h1", "f1"), True),
        (("s9", "s2", "h1", "s2"), True),
        (("s2", "h1!", "s2"), False),
        (("s2", "h1", "s2", "h1~"), False),
        (("s2", "h1!", "s2", "h1", "s2"), True),
    ],
    ids=str,
)
def test_what_goes_to_and_fro(words, expected):
    """Three writes, the last values A, B, A; a person's word starts the count anew."""
    assert expected is alternates(written(*words))


def test_a_field_written_to_and_fro_is_asked_about():
    """It is held on both sides with a question of its own; the other fields of the row flow."""
    made = plan(world(*TO_AND_FRO))

    assert [("hubspot", rid(1), {"city": "C"})] == writes(made)
    assert [("phone", ConflictKind.FLAPPING, "1", "2")] == [
        (c.field, c.kind, c.values[Side.SHEET].value, c.values[Side.HUBSPOT].value)
        for c in made.conflicts
    ]


def test_another_field_of_the_row_is_not_held():
    """What flaps is a field, not a row."""
    recent = {(rid(1), "phone"): written(*TO_AND_FRO)}

    made = plan(given([row(1, city="C")], [contact(1)], [linked(1)], recent=recent))

    assert [("hubspot", rid(1), {"city": "C"})] == writes(made)
    assert () == made.conflicts


def asked(choice: Choice | None, **more) -> PlanningInput:
    """The question is open, or answered, and the writes are long ago."""
    (question,) = plan(world(*TO_AND_FRO)).conflicts
    return world(conflicts=(replace(question, conflict_id="q", choice=choice),), **more)


def test_an_open_question_holds_however_long_ago_the_writes_were():
    """Five quiet runs later nothing is written either."""
    made = plan(asked(None))

    assert [("hubspot", rid(1), {"city": "C"})] == writes(made)
    assert () == made.closed


@pytest.mark.parametrize(
    ("choice", "side", "value"),
    [(Choice.KEEP_SHEET, "hubspot", "1"), (Choice.KEEP_HUBSPOT, "sheet", "2")],
)
def test_a_persons_answer_is_written(choice, side, value):
    """The side that was chosen goes to the other one, by a person's word."""
    made = plan(asked(choice))

    (change,) = (i.changes["phone"] for i in made.intents if "phone" in i.changes)
    assert (value, Why.DECIDED) == (change.new.value, change.why)
    assert [side] == [str(i.side) for i in made.intents if "phone" in i.changes]


def test_sides_that_agree_again_end_it():
    """Somebody put it right on both sides: the question is closed, nothing is written."""
    (question,) = plan(world(*TO_AND_FRO)).conflicts
    still: Conflict = replace(question, conflict_id="q")

    made = plan(given([row(1)], [contact(1)], [linked(1)], conflicts=(still,)))

    assert ([], ["q"]) == (writes(made), [closed.conflict_id for closed in made.closed])
