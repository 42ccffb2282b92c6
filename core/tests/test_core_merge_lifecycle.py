"""What a plan does when rows and records are deleted, merged, restored, or writes were lost."""

from __future__ import annotations

from dataclasses import replace

from core.tests.planning_worlds import (
    BOTH,
    absent,
    contact,
    deleted,
    first_sync,
    given,
    left_over,
    linked,
    new_row,
    plan,
    rid,
    row,
    verdict,
    writes,
)
from outreach_core.model import (
    IntentState,
    LinkState,
    Lookup,
    LookupStatus,
    Operation,
    Side,
    SideState,
    SideStatus,
)
from outreach_core.model.hashing import input_hash
from outreach_core.model.planning import (
    Bucket,
    Retry,
    RowState,
)


def test_a_confirmed_deletion_archives_the_row():
    """Status says Archived; the row and the CRM are otherwise untouched."""
    made = plan(given([row(1)], [contact(1)], [linked(1)], lookups=deleted(1)))

    assert [("sheet", rid(1), {"status": "Archived"})] == writes(made)
    assert [LinkState.ARCHIVED] == [link.state for link in made.links]


def test_a_deletion_after_an_edit_is_asked():
    """Nobody's edit is archived away."""
    made = plan(given([row(1, phone="2")], [contact(1)], [linked(1)], lookups=deleted(1)))

    assert ([], ["edited_after_delete"]) == (writes(made), [str(c.kind) for c in made.conflicts])


def test_absence_is_no_deletion():
    """A record that was merely not found again stays linked."""
    missing = (Lookup(Side.HUBSPOT, "contacts", "id", "101", LookupStatus.MISSING),)

    made = plan(given([row(1)], [contact(1)], [linked(1)], lookups=missing))

    assert ((), ()) == (made.links, made.intents)


def test_a_merge_is_followed():
    """The link moves to the winner and remembers where it came from."""
    winner = replace(contact(1, "300"), merged_ids=("101", "102"))

    made = plan(given([row(1)], [winner], [linked(1)]))

    assert [("300", ("101",), LinkState.ACTIVE)] == [
        (link.record_id, link.history, link.state) for link in made.links
    ]


def test_two_linked_records_merged_leave_one_owner():
    """None is archived, exactly one is the duplicate."""
    winner = replace(contact(1, "300"), merged_ids=("101", "102"))

    made = plan(given([row(1), row(2)], [winner], [linked(1), linked(2)]))

    assert [LinkState.ACTIVE, LinkState.DUPLICATE] == [link.state for link in made.links]
    assert [] == [w for w in writes(made) if "status" in w[2]]


def test_the_row_with_the_survivors_address_owns_it():
    """A merge must not put one person's address into the other's row."""
    winner = replace(contact(2, "300"), merged_ids=("101", "102"))

    made = plan(given([row(1), row(2)], [winner], [linked(1), linked(2)]))

    states = {link.rid: link.state for link in made.links}
    assert {rid(1): LinkState.DUPLICATE, rid(2): LinkState.ACTIVE} == states
    assert [] == writes(made)


def test_a_record_that_was_merged_away_is_nobodys_candidate():
    """The ledger still holds it as it was; the row stays a duplicate, run after run."""
    winner = replace(contact(1, "300"), merged_ids=("101", "102"))
    winner = replace(winner, emails=("b1@example.com", "b2@example.com"))
    records = [contact(1), contact(2), winner]
    made = plan(given([row(1), row(2)], records, [linked(1), linked(2)]))

    assert {rid(1): (LinkState.ACTIVE, "300"), rid(2): (LinkState.DUPLICATE, "300")} == {
        link.rid: (link.state, link.record_id) for link in made.links
    }
    again = plan(given([row(1), row(2)], records, made.links))
    assert ((), RowState.DUPLICATE) == (again.links, verdict(again, 2).state)


def test_archiving_a_row_closes_its_questions():
    """A question about a field needs two sides."""
    world = given([row(1, phone="2")], [contact(1, phone="3")], [linked(1)])
    (asked,) = plan(world).conflicts
    unedited = replace(
        world, rows=(row(1),), conflicts=(replace(asked, conflict_id="c"),), lookups=deleted(1)
    )

    assert [("c", "obsolete")] == [(c.conflict_id, c.status) for c in plan(unedited).closed]


def test_a_row_that_is_gone_is_detached_and_the_crm_untouched():
    """Deleting a row never writes to the CRM."""
    made = plan(given([row(1)], [contact(1), contact(2)], [linked(1), linked(2)]))

    assert ([LinkState.DETACHED], []) == ([link.state for link in made.links], writes(made))


def test_a_row_that_is_there_again_is_attached_again():
    """Undoing a row delete revives the link; the base was kept."""
    world = given([row(1, phone="2")], [contact(1)], [linked(1, LinkState.DETACHED)])

    made = plan(world)

    assert [LinkState.ACTIVE] == [link.state for link in made.links]
    assert [("hubspot", rid(1), {"phone": "2"})] == writes(made)


def test_a_link_whose_row_never_got_its_id_gives_the_record_back():
    """A kill came between the plan and the id: the row's next id takes the record."""
    matched = replace(contact(1), external_id=None)
    first = plan(given([new_row(1)], [matched]))
    assert [LinkState.ACTIVE] == [link.state for link in first.links]

    bases = {(rid(900), side): {} for side in BOTH}
    world = given([new_row(1)], [matched], first.links, known_rows={}, bases=bases)
    again = plan(world, minted=950)

    assert {rid(900): LinkState.DETACHED, rid(950): LinkState.ACTIVE} == {
        link.rid: link.state for link in again.links
    }


def test_a_restored_record_goes_to_one_row_of_two():
    """Two rows were archived with it; one owns it again, the other is its duplicate."""
    links = [linked(1, LinkState.ARCHIVED), linked(2, LinkState.ARCHIVED)]
    links[1] = replace(links[1], record_id="101")
    made = plan(given([row(1), row(2, email="b1@example.com")], [contact(1)], links))

    assert {rid(1): LinkState.ACTIVE, rid(2): LinkState.DUPLICATE} == {
        link.rid: link.state for link in made.links
    }
    assert RowState.DUPLICATE is verdict(made, 2).state


def test_a_lost_acknowledgement_makes_no_false_conflict():
    """The write landed, its answer was lost, the row was edited again: an edit, not a conflict."""
    made = plan(
        given(
            [row(1, phone="3")],
            [contact(1, phone="2")],
            [linked(1)],
            left_over=(left_over(phone="2"),),
        )
    )

    assert (IntentState.DONE, ()) == (made.settled["old-1"], made.conflicts)
    assert [("hubspot", rid(1), {"phone": "3"})] == writes(made)


def test_a_write_that_did_not_land_is_planned_again():
    """The left-over intent is dropped and the same write is in the new plan."""
    made = plan(
        given([row(1, phone="2")], [contact(1)], [linked(1)], left_over=(left_over(phone="2"),))
    )

    assert IntentState.DROPPED is made.settled["old-1"]
    assert [("hubspot", rid(1), {"phone": "2"})] == writes(made)


def test_a_create_that_landed_is_adopted_with_what_was_sent():
    """What a person changed in the new contact meanwhile is their edit, not ours to undo."""
    born = replace(contact(1, phone="7"), external_id=rid(1))
    create = left_over(Operation.CREATE, email="b1@example.com", phone="1", city="A")

    made = plan(given([row(1)], [born], left_over=(create,)))

    assert ["101"] == [link.record_id for link in made.links]
    assert [("sheet", rid(1), {"phone": "7"})] == writes(made)


def test_an_unreachable_side_is_left_alone():
    """Its rows are held, its left-overs stay in doubt."""
    down = {Side.HUBSPOT: SideStatus(Side.HUBSPOT, SideState.UNREACHABLE)}

    made = plan(
        given(
            [row(1, phone="2"), new_row(2)],
            [contact(1)],
            [linked(1)],
            left_over=(left_over(phone="2"),),
            statuses=down,
        )
    )

    assert ([], {}) == (writes(made), dict(made.settled))
    assert Bucket.HELD is verdict(made, 1).bucket


def test_an_unusable_side_gets_no_preview():
    """A look-up that came through does not make a side ready that is set up wrongly."""
    wrong = {Side.HUBSPOT: SideStatus(Side.HUBSPOT, SideState.MISCONFIGURED)}

    made = plan(
        first_sync([row(1), row(2)], records=[contact(2)], lookups=absent(1), statuses=wrong)
    )

    assert ([], (), 0) == (writes(made), made.links, made.summary["already_there"])
    assert [RowState.PENDING] * 2 == [v.state for v in made.verdicts]


def test_a_refused_write_is_not_repeated_until_something_changed():
    """Same row, same rules: failed; another value: tried again."""
    world = given([row(1, phone="2")], [contact(1)], [linked(1)])
    (intent,) = plan(world).intents
    refused = Retry(rid(1), Side.HUBSPOT, 1, input_hash(intent.changes, "rules-1"), "X", "No.")

    again = plan(replace(world, retries=(refused,)))
    edited = plan(replace(world, rows=(row(1, phone="3"),), retries=(refused,)))

    assert ([], Bucket.FAILED) == (writes(again), verdict(again, 1).bucket)
    assert [("hubspot", rid(1), {"phone": "3"})] == writes(edited)
