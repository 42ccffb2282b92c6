"""What a plan does for whole rows: identity, matching, values, pauses, hashes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.tests.planning_worlds import (
    BOTH,
    RULES,
    SPECS,
    absent,
    contact,
    fields,
    given,
    linked,
    new_row,
    plan,
    rid,
    row,
    verdict,
    writes,
)
from outreach_core.merge import make_plan
from outreach_core.model import (
    IntentKind,
    LinkState,
    Lookup,
    LookupStatus,
    Operation,
    Problem,
    Side,
)
from outreach_core.model.fields import FieldSpec, FieldType
from outreach_core.model.planning import (
    Bucket,
    PlanStatus,
    RowState,
)
from outreach_core.model.policy import Policy


def test_a_quiet_world_plans_nothing():
    """Linked, agreeing rows need nothing."""
    made = plan(given([row(1)], [contact(1)], [linked(1)]))

    assert ((), (), PlanStatus.DELIVERABLE) == (made.intents, made.base_moves, made.status)
    assert (Bucket.UNCHANGED, RowState.SYNCED) == (
        verdict(made, 1).bucket,
        verdict(made, 1).state,
    )


def test_edits_of_different_fields_both_survive():
    """A phone typed in the sheet and a city changed in the CRM cross each other."""
    made = plan(given([row(1, phone="2")], [contact(1, city="B")], [linked(1)]))

    assert [("hubspot", rid(1), {"phone": "2"}), ("sheet", rid(1), {"city": "B"})] == writes(made)


def test_both_changed_one_field_neither_is_overwritten():
    """A true conflict is held on both sides while the rest of the row flows."""
    made = plan(given([row(1, phone="2", city="C")], [contact(1, phone="3")], [linked(1)]))

    assert [("hubspot", rid(1), {"city": "C"})] == writes(made)
    assert [("phone", "2", "3")] == [
        (c.field, c.values[Side.SHEET].value, c.values[Side.HUBSPOT].value) for c in made.conflicts
    ]
    assert RowState.CONFLICT is verdict(made, 1).state


def test_conflict_scope_record_holds_the_whole_row():
    """A team that wants any overlap asked gets the other fields held too."""
    rules = replace(RULES, policy=replace(Policy(), conflict_scope="record"))

    made = plan(given([row(1, phone="2", city="C")], [contact(1, phone="3")], [linked(1)]), rules)

    assert [] == writes(made)


def test_a_row_without_id_gets_one_first_and_is_created_when_it_carries_it():
    """The id is written first; the create depends on it being read back."""
    made = plan(given([new_row(1)], lookups=absent(1)))

    first, create = made.intents
    assert (IntentKind.ROW_ID, rid(900), "print-1") == (first.kind, first.rid, first.fingerprint)
    assert (Operation.CREATE, rid(900), True) == (create.operation, create.rid, create.needs_row_id)


def test_no_create_without_this_runs_answer():
    """Nobody looked the address up: the row waits, nothing is created."""
    made = plan(given([new_row(1)]))

    assert [] == writes(made)
    assert (Bucket.HELD, RowState.WAITING) == (verdict(made, 1).bucket, verdict(made, 1).state)


def test_a_row_is_linked_to_the_one_contact_with_its_address():
    """The match links, agrees on equal fields and asks about the others."""
    made = plan(given([row(1, city="X")], [replace(contact(1), external_id="of another campaign")]))

    assert [(rid(1), "101", LinkState.ACTIVE)] == [
        (link.rid, link.record_id, link.state) for link in made.links
    ]
    assert [] == writes(made)
    assert ["city"] == [c.field for c in made.conflicts]


def test_a_matched_record_is_claimed_with_the_rows_id():
    """A record that carries no row id gets ours, even when no field differs."""
    unmarked = replace(contact(1), external_id=None)

    made = plan(given([row(1)], [unmarked]))
    again = plan(given([row(1)], [contact(1)], [linked(1)]))

    assert [("hubspot", rid(1), {})] == writes(made)
    assert [] == writes(again)


def test_several_contacts_with_the_address_are_asked_about():
    """Never the first one returned."""
    first, second = (replace(contact(1, n), external_id=None) for n in ("101", "202"))

    made = plan(given([row(1)], [first, second]))

    assert ((), ["ambiguous"]) == (made.links, [str(c.kind) for c in made.conflicts])


def test_the_external_id_goes_before_the_address():
    """A record that carries the row's id is its own, whatever the addresses say."""
    own = replace(contact(1, "202", email="new@example.com"), external_id=rid(1), emails=())

    other = replace(contact(1, "101"), external_id=None)

    made = plan(given([row(1)], [other, own]))

    assert ["202"] == [link.record_id for link in made.links]


def test_two_rows_with_one_address_make_one_contact():
    """The first creates, the second says whom it doubles."""
    made = plan(
        given(
            [new_row(1, email="x@example.com"), new_row(2, email="x@example.com")],
            lookups=(
                Lookup(Side.HUBSPOT, "contacts", "email", "x@example.com", LookupStatus.MISSING),
            ),
        )
    )

    assert 1 == sum(i.operation is Operation.CREATE for i in made.intents)
    assert RowState.DUPLICATE is verdict(made, 2).state


def test_a_row_with_a_linked_rows_address_is_its_duplicate():
    """The linked row owns the contact."""
    made = plan(given([row(1), new_row(2, email="b1@example.com")], [contact(1)], [linked(1)]))

    assert (RowState.DUPLICATE, []) == (verdict(made, 2).state, writes(made))


@pytest.mark.parametrize(
    ("values", "state"), [({"email": None}, RowState.WAITING)], ids=["no e-mail"]
)
def test_rows_that_cannot_go_yet_wait(values, state):
    """A scraped business without an address is held, counted, and said so."""
    made = plan(given([new_row(1, **values)]))

    assert (state, Bucket.HELD, []) == (
        verdict(made, 1).state,
        verdict(made, 1).bucket,
        writes(made),
    )


def test_a_bad_value_costs_only_its_own_field():
    """An unreadable phone number is reported; the city still flows."""
    bad = replace(
        row(1, city="C"),
        problems={"phone": Problem("bad_phone", "phone", "Not a phone number.")},
        fields=fields(email="b1@example.com", city="C"),
    )

    made = plan(given([bad], [contact(1)], [linked(1)]))

    assert [("hubspot", rid(1), {"city": "C"})] == writes(made)
    assert (RowState.ERROR, "Phone: Not a phone number.") == (
        verdict(made, 1).state,
        verdict(made, 1).note,
    )


def test_something_typed_into_the_id_cell_is_not_overwritten():
    """The row is held until a person clears the cell."""
    made = plan(given([replace(row(1), sync_id="hello")]))

    assert ((), Bucket.HELD) == (made.intents, verdict(made, 1).bucket)


def test_a_copied_row_gets_its_own_id():
    """The row that equals the base keeps the id, even below its edited copy."""
    copy = replace(row(2, phone="9"), sync_id=rid(1))
    original = replace(row(1), row=9)

    made = plan(given([copy, original], [contact(1)], [linked(1)], lookups=absent(2)))

    (assigned,) = [i for i in made.intents if i.kind is IntentKind.ROW_ID]
    assert (3, rid(1)) == (assigned.row, assigned.changes["_sync_id"].expected.value)


@pytest.mark.parametrize("status", ["Approved", " approved "])
def test_status_never_becomes_approved(status):
    """Not even where a rule would carry it."""
    specs = {**SPECS, "status": FieldSpec("status", FieldType.TEXT, BOTH)}
    world = given([row(1)], [contact(1, status=status)], [linked(1)])
    bases = dict(world.bases)
    bases[rid(1), Side.HUBSPOT] = {**bases[rid(1), Side.HUBSPOT], **fields(status=None)}

    made = plan(replace(world, bases=bases), replace(RULES, specs=specs))

    assert [("sheet", rid(1), {"status": "Draft"})] == writes(made)


def test_every_row_is_in_exactly_one_bucket():
    """The verdicts add up to the rows read."""
    world = given(
        [row(1, phone="2"), row(2), new_row(3), replace(row(4), sync_id="?"), row(5, email=None)],
        [contact(1), contact(2)],
        [linked(1), linked(2)],
        lookups=absent(3),
    )

    made = plan(world)

    assert [2, 3, 4, 5, 6] == [v.row for v in made.verdicts]


def test_the_hash_does_not_depend_on_order_or_minted_ids():
    """Same world, listed otherwise and with other new ids: same hash."""
    world = given([row(1, phone="2"), new_row(2)], [contact(1)], [linked(1)], lookups=absent(2))
    other = make_plan(
        replace(world, rows=tuple(reversed(world.rows))), RULES, lambda: rid(777), "q"
    )

    assert plan(world).hash == other.hash


def test_a_paused_row_is_left_alone_in_both_directions():
    """The tick stops the row, and only it."""
    world = given(
        [replace(row(1, phone="2"), paused=True), row(2, phone="2")],
        [contact(1, city="B"), contact(2)],
        [linked(1), linked(2)],
    )

    made = plan(world)

    assert [("hubspot", rid(2), {"phone": "2"})] == writes(made)
    assert RowState.PAUSED is verdict(made, 1).state
