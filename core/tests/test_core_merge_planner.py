"""What a plan does for whole rows: identity, matching, life cycle, recovery, guards."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from outreach_core.merge import Rules, make_plan
from outreach_core.model import (
    CrmRecord,
    FieldChange,
    FieldValue,
    Intent,
    IntentKind,
    IntentState,
    LinkState,
    Lookup,
    LookupStatus,
    Operation,
    Problem,
    SheetRow,
    SheetSnapshot,
    Side,
    SideState,
    SideStatus,
)
from outreach_core.model.fields import FieldSpec, FieldType
from outreach_core.model.hashing import input_hash
from outreach_core.model.planning import (
    Approval,
    Bucket,
    KnownRow,
    Link,
    PlanningInput,
    PlanStatus,
    Retry,
    RowState,
)
from outreach_core.model.policy import Policy

BOTH = (Side.SHEET, Side.HUBSPOT)
SPECS = {
    "email": FieldSpec("email", FieldType.EMAIL, BOTH),
    "phone": FieldSpec("phone", FieldType.PHONE, BOTH),
    "city": FieldSpec("city", FieldType.TEXT, BOTH),
    "status": FieldSpec("status", FieldType.TEXT, (Side.SHEET,)),
}
RULES = Rules(SPECS, Policy(), (Side.HUBSPOT,), {Side.HUBSPOT: "contacts"}, "rules-1")
SNAPSHOT = SheetSnapshot("sheet", 0, "T", "UTC", (), "1", 1, datetime(2026, 11, 1, tzinfo=UTC))


def rid(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012d}"


def fields(**values: str | None) -> dict[str, FieldValue]:
    return {name: FieldValue(text, text, text) for name, text in values.items()}


def row(number: int, **values: str | None) -> SheetRow:
    values = {"email": f"b{number}@example.com", "phone": "1", "city": "A", **values}
    return SheetRow(number + 1, rid(number), f"print-{number}", fields(**values))


def new_row(number: int, **values: str | None) -> SheetRow:
    return replace(row(number, **values), sync_id=None)


def contact(number: int, record_id: str | None = None, **values: str | None) -> CrmRecord:
    values = {"email": f"b{number}@example.com", "phone": "1", "city": "A", **values}
    return CrmRecord(
        Side.HUBSPOT,
        "contacts",
        record_id or str(100 + number),
        fields(**values),
        external_id=rid(number),
        emails=(values["email"],) if values["email"] else (),
    )


def linked(number: int, state: LinkState = LinkState.ACTIVE) -> Link:
    return Link(rid(number), Side.HUBSPOT, "contacts", str(100 + number), state)


def given(rows=(), records=(), links=(), **more) -> PlanningInput:
    """A ledger after the first sync in which every linked row agreed when it was last planned."""
    past = fields(phone="1", city="A")
    bases = {}
    for link in links:
        number = int(link.rid[-12:])
        base = {**past, **fields(email=f"b{number}@example.com", status=None)}
        bases[link.rid, Side.SHEET] = base
        bases[link.rid, Side.HUBSPOT] = {k: v for k, v in base.items() if k != "status"}
    known = {link.rid: KnownRow(link.rid, confirmed=True, present=True) for link in links}
    usual = {
        "snapshot": SNAPSHOT,
        "rows": tuple(rows),
        "records": {(r.side, r.object, r.record_id): r for r in records},
        "lookups": (),
        "links": tuple(links),
        "known_rows": known,
        "bases": bases,
        "first_sync_done": True,
        "fingerprint": "rules-1",
    }
    return PlanningInput(**{**usual, **more})


def plan(world: PlanningInput, rules: Rules = RULES, minted: int = 900):
    counter = itertools.count(minted)
    return make_plan(world, rules, lambda: rid(next(counter)), "p")


def absent(*numbers: int) -> tuple[Lookup, ...]:
    return tuple(
        Lookup(Side.HUBSPOT, "contacts", "email", f"b{n}@example.com", LookupStatus.MISSING)
        for n in numbers
    )


def writes(made) -> list[tuple[str, str, dict[str, str | None]]]:
    return [
        (str(i.side), i.rid, {n: c.new.value for n, c in i.changes.items()})
        for i in made.intents
        if i.kind is not IntentKind.ROW_ID
    ]


def verdict(made, number: int):
    return next(v for v in made.verdicts if v.row == number + 1)


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


def deleted(number: int) -> tuple[Lookup, ...]:
    return (Lookup(Side.HUBSPOT, "contacts", "id", str(100 + number), LookupStatus.DELETED),)


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


def left_over(operation=Operation.UPDATE, **changes: str) -> Intent:
    now = fields(**changes)
    return Intent(
        "old-1",
        "old",
        1,
        Side.HUBSPOT,
        IntentKind.RECORD,
        operation,
        "contacts",
        rid(1),
        record_id="101" if operation is Operation.UPDATE else None,
        changes={
            n: FieldChange(FieldValue("1", "1", "1"), v, {Side.SHEET: v}) for n, v in now.items()
        },
        state=IntentState.IN_DOUBT,
    )


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


def first_sync(rows, **more) -> PlanningInput:
    return given(rows, first_sync_done=False, fingerprint="", **more)


def test_the_first_plan_waits_with_a_preview():
    """Everything is shown, only row ids may be delivered."""
    made = plan(first_sync([new_row(1), row(2)], records=[contact(2)], lookups=absent(1)))

    assert (PlanStatus.WAITING, ["first_sync"]) == (made.status, [g.guard for g in made.guards])
    assert (1, 1) == (made.summary["already_there"], made.summary["new"])


def test_an_approved_preview_is_delivered_and_newcomers_wait_a_turn():
    """A sheet that keeps growing does not starve the approval, nor slip past it."""
    world = first_sync([row(1)], lookups=absent(1, 2))
    approval = Approval("p", frozenset(plan(world).guarded))

    made = plan(replace(world, rows=(row(1), row(2)), approval=approval))

    assert PlanStatus.DELIVERABLE is made.status
    assert [rid(1)] == [i.rid for i in made.intents if i.operation is Operation.CREATE]
    assert RowState.WAITING is verdict(made, 2).state


def many(count: int, **values):
    return given(
        [row(n, **values) for n in range(1, count + 1)],
        [contact(n) for n in range(1, count + 1)],
        [linked(n) for n in range(1, count + 1)],
    )


def test_a_cleared_column_stops_before_anything_is_written():
    """Every row lost the same field: the column, not the rows."""
    made = plan(many(25, phone=None))

    assert PlanStatus.WAITING is made.status
    assert ["mass_clear"] == [g.guard for g in made.guards]


def test_an_ordinary_day_trips_no_guard():
    """Thirty of fifty rows sent in an afternoon is work, not an accident."""
    world = many(50)
    sent = tuple(
        replace(r, fields={**r.fields, **fields(status="Sent")}) if r.row < 32 else r
        for r in world.rows
    )

    assert PlanStatus.DELIVERABLE is plan(replace(world, rows=sent)).status


def test_a_mass_deletion_waits_for_a_person():
    """Twelve of fifty contacts gone at once: zero writes until approved, exactly as shown."""
    world = many(50)
    gone = tuple(answer for n in range(1, 13) for answer in deleted(n))
    world = replace(world, lookups=gone)
    stopped = plan(world)
    approved = plan(replace(world, approval=Approval("p", frozenset(stopped.guarded))))
    more = plan(
        replace(
            world, lookups=gone + deleted(13), approval=Approval("p", frozenset(stopped.guarded))
        )
    )

    assert (PlanStatus.WAITING, ["mass_archive"]) == (
        stopped.status,
        [g.guard for g in stopped.guards],
    )
    assert PlanStatus.DELIVERABLE is approved.status
    assert PlanStatus.WAITING is more.status


def test_an_emptied_sheet_stops():
    """A complete read without rows is an accident until a person says otherwise."""
    world = replace(many(3), rows=())

    assert ["empty_sheet"] == [g.guard for g in plan(world).guards]


def test_a_lost_id_column_blocks_before_new_ids_are_written():
    """Rows whose ids are gone all at once are not new rows: nothing is delivered, not even ids."""
    links = [linked(n) for n in (1, 2)]
    rows = [new_row(1), new_row(2)]

    stopped = plan(given(rows, [contact(1), contact(2)], links))
    fresh = plan(given(rows, first_sync_done=False))

    assert PlanStatus.BLOCKED == stopped.status
    assert "id_column_missing" in [g.guard for g in stopped.guards]
    assert "id_column_missing" not in [g.guard for g in fresh.guards]


def test_changed_rules_are_previewed_only_if_they_would_write():
    """A changed mapping shows what it would write before it writes."""
    rules = replace(RULES, fingerprint="rules-2")

    assert PlanStatus.DELIVERABLE is plan(many(3), rules).status
    assert ["mapping_changed"] == [g.guard for g in plan(many(3, city="Z"), rules).guards]


def test_another_spreadsheet_cannot_be_approved():
    """*File → Make a copy* must not make two sheets fight over the same contacts."""
    made = plan(replace(many(3), spreadsheet_id="other", gid=0))

    assert PlanStatus.BLOCKED is made.status


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
