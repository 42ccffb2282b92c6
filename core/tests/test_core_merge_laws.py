"""Laws of whole plans that have no home elsewhere: rows that went and came, and what is never planned."""

from __future__ import annotations

from dataclasses import replace

from core.tests.planning_worlds import (
    absent,
    contact,
    deleted,
    given,
    linked,
    many,
    new_row,
    plan,
    rid,
    row,
    verdict,
    writes,
)
from outreach_core.model import LinkState, Lookup, LookupStatus, Side
from outreach_core.model.planning import Approval, Bucket, PlanStatus, RowState


def test_a_row_that_is_typed_again_gets_its_record_back():
    """Deleted, later typed anew: the same record, no second one, and what differs is a question."""
    typed = new_row(2, email="b1@example.com", phone="9")

    made = plan(given([typed], [contact(1)], [linked(1, LinkState.DETACHED)]))

    assert [(rid(900), "101", LinkState.ACTIVE)] == [
        (link.rid, link.record_id, link.state) for link in made.links
    ]
    assert ([], ["phone"]) == (writes(made), [asked.field for asked in made.conflicts])


def test_a_row_typed_again_before_the_old_one_was_missed_is_no_second_record():
    """Deleted and typed anew between two reads: the row that is there owns the record."""
    typed = new_row(2, email="b1@example.com")
    owned = replace(contact(1), external_id=rid(1))

    made = plan(given([typed], [owned], [linked(1)]))

    assert {(rid(1), LinkState.DETACHED), (rid(900), LinkState.ACTIVE)} == {
        (link.rid, link.state) for link in made.links
    }
    assert [] == writes(made)


def test_a_plan_only_names_rows_that_were_read():
    """No write is planned for a row that is not in the sheet."""
    made = plan(
        given([row(1, phone="2")], [contact(1), contact(2, phone="3")], [linked(1), linked(2)])
    )

    assert {rid(1)} == {intent.rid for intent in made.intents}


def test_a_row_that_is_there_again_is_known_by_its_link_alone():
    """Its record carries another campaign's id and another address by now: no second record is made."""
    moved = replace(contact(1, email="new@example.com"), external_id="of another campaign")

    made = plan(given([row(1)], [moved], [linked(1, LinkState.DETACHED)], lookups=absent(1)))

    assert [(rid(1), "101", LinkState.ACTIVE)] == [
        (link.rid, link.record_id, link.state) for link in made.links
    ]
    assert [("sheet", rid(1), {"email": "new@example.com"})] == writes(made)


def test_what_a_person_typed_into_the_id_cell_makes_no_record():
    """A row whose id is not in our form is held and told, even where its address is free."""
    made = plan(given([replace(row(1), sync_id="hello")], lookups=absent(1)))

    assert ((), Bucket.HELD, RowState.ERROR) == (
        made.intents,
        verdict(made, 1).bucket,
        verdict(made, 1).state,
    )


def test_a_row_whose_record_was_deleted_makes_no_new_one():
    """It stays archived, although its address is free again."""
    archived = linked(1, LinkState.ARCHIVED)

    made = plan(given([row(1)], [], [archived], lookups=(*absent(1), *deleted(1))))

    assert ([], RowState.ARCHIVED) == (writes(made), verdict(made, 1).state)


def test_a_record_that_was_not_read_is_not_deleted():
    """Nobody has said that it is gone: the row waits, its link stays."""
    made = plan(given([row(1)], [], [linked(1)]))

    assert ((), [], Bucket.HELD) == (made.links, writes(made), verdict(made, 1).bucket)


def test_a_record_that_is_there_again_is_kept_in_step_again():
    """Restored in the CRM: the same link, and an edit made meanwhile crosses."""
    found = Lookup(Side.HUBSPOT, "contacts", "id", "101", LookupStatus.FOUND, ("101",))
    archived = linked(1, LinkState.ARCHIVED)

    made = plan(given([row(1, phone="2")], [contact(1)], [archived], lookups=(found,)))

    assert [(rid(1), "101", LinkState.ACTIVE)] == [
        (link.rid, link.record_id, link.state) for link in made.links
    ]
    assert [("hubspot", rid(1), {"phone": "2"})] == writes(made)


def test_an_approval_lets_pass_what_was_shown_and_nothing_more():
    """A cleared column was approved; one more row cleared since is shown first."""
    cleared = many(10, city=None)
    shown = plan(cleared)
    approval = Approval("p", frozenset(shown.guarded))
    more = replace(cleared, rows=(*cleared.rows[1:], row(1, city=None, phone="9")))

    assert PlanStatus.WAITING is shown.status
    assert PlanStatus.DELIVERABLE is plan(replace(cleared, approval=approval)).status
    assert PlanStatus.WAITING is plan(replace(more, approval=approval)).status
