"""An import: who gets a row, which tab it may go into, and that nothing is left for the next sync."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.tests.planning_worlds import BOTH, SPECS, contact, fields, given, linked, rid
from outreach_core.mapping import parse_rules
from outreach_core.mapping.layout import HEADER, further_headers, named_as, outreach_header
from outreach_core.merge import ImportRules, Rules, make_plan, plan_import
from outreach_core.model import (
    EffectKind,
    EffectRules,
    FieldValue,
    ImportedRow,
    ImportPeople,
    ImportRequest,
    ImportTab,
    IntentKind,
    IntentState,
    LinkState,
    Problem,
    SheetRow,
    Side,
    Why,
    event_key,
)
from outreach_core.model.fields import FieldSpec, FieldType
from outreach_core.model.planning import (
    Approval,
    Bucket,
    KnownRow,
    Link,
    Pause,
    PlanStatus,
    RowState,
)
from outreach_core.model.policy import Policy, StatusRules

RULES = Rules(
    {**SPECS, "website": FieldSpec("website", FieldType.URL, BOTH)},
    Policy(),
    (Side.HUBSPOT,),
    {Side.HUBSPOT: "contacts"},
    "rules-1",
    status={Side.HUBSPOT: StatusRules({"draft": "NEW"}, ("NEW", "OPEN"))},
    written={Side.HUBSPOT: frozenset({"campaign", "row_link"})},
    effects={Side.HUBSPOT: EffectRules({EffectKind.COMPANY: "associations"})},
)
THREE = (*BOTH, Side.SALESFORCE)
ASKED = ImportRules(HEADER)
AT = datetime(2026, 11, 1, tzinfo=UTC)
EMPTY = ImportTab("sheet", 0, "Cafés", "Europe/Lisbon", (), 0, 1, {}, AT)


def stranger(number: int, **values: str | None):
    """A contact that no row stands for."""
    return replace(contact(number, **values), external_id=None)


def people(*numbers: int, **more) -> ImportPeople:
    ids = tuple(str(100 + number) for number in numbers)
    return ImportPeople(Side.HUBSPOT, "contacts", "these", ids, **more)


def world(records=(), links=(), **more):
    """A ledger that never planned anything, unless told otherwise."""
    usual = {"snapshot": None, "first_sync_done": False, "fingerprint": ""}
    return given((), records, links, **{**usual, **more})


def ask(given_, request, asked=ASKED, minted=900, rules=RULES):
    counter = itertools.count(minted)
    return plan_import(given_, request, rules, asked, lambda: rid(next(counter)), "p")


SALESFORCE = replace(
    RULES,
    specs={name: replace(spec, sides=THREE) for name, spec in RULES.specs.items()},
    crm_sides=(Side.SALESFORCE,),
    objects={Side.SALESFORCE: "leads"},
    status={Side.SALESFORCE: StatusRules({"draft": "Open"}, ("Open", "Working"))},
    written={Side.SALESFORCE: frozenset({"campaign", "row_link"})},
    effects={},
)


def lead(record_id: str, obj: str = "leads"):
    """A lead, or a contact, of Salesforce that no row stands for."""
    return replace(stranger(1), side=Side.SALESFORCE, object=obj, record_id=record_id)


def leads(*ids: str, obj: str = "leads") -> ImportPeople:
    return ImportPeople(Side.SALESFORCE, obj, "these", ids)


def rows(made):
    return [intent for intent in made.intents if intent.kind is IntentKind.ROWS]


def claims(made):
    return [intent for intent in made.intents if intent.kind is IntentKind.RECORD]


def test_everybody_asked_for_gets_a_draft_in_order_of_their_ids():
    """The records become rows below the header, in the order they were made, Status Draft."""
    asked_for = ImportRequest(people(2, 11, 1), EMPTY)
    made = ask(world([stranger(2), stranger(11), stranger(1)]), asked_for)

    assert PlanStatus.DELIVERABLE is made.status
    assert [("101", 2), ("102", 3), ("111", 4)] == [
        (ImportedRow.of(row).record_id, row.row) for row in rows(made)
    ]
    written = {name: change.new.value for name, change in rows(made)[0].changes.items()}
    assert {"email": "b1@example.com", "phone": "1", "city": "A", "status": "Draft"} == written
    assert {Why.IMPORTED} == {change.why for change in rows(made)[0].changes.values()}


def test_ids_that_are_no_numbers_keep_the_order_they_were_found_in():
    """Salesforce's ids do not sort by age as texts; its tap found the oldest first."""
    found = ("00QzB", "00QZa", "00Q1c")
    records = [replace(lead(record_id), record_id=record_id) for record_id in found]
    made = ask(world(records), ImportRequest(leads(*found), EMPTY), rules=SALESFORCE)

    assert list(found) == [ImportedRow.of(row).record_id for row in rows(made)]
    assert 3 == made.summary["imported:salesforce"]


@pytest.mark.parametrize(("obj", "known"), [("leads", True), ("contacts", False)])
def test_a_contact_of_salesforce_has_no_status_to_keep(obj: str, known: bool):
    """A lead's status is remembered beside Draft; a contact's row is claimed as a contact's."""
    made = ask(
        world([lead("00Q1", obj)]), ImportRequest(leads("00Q1", obj=obj), EMPTY), rules=SALESFORCE
    )

    (row,), (claim,) = rows(made), claims(made)
    assert known is ("status" in ImportedRow.of(row).shown)
    assert (Side.SALESFORCE, obj) == (claim.side, claim.object)


def test_a_record_is_claimed_after_its_row_was_read_back():
    """The claim says campaign and place, brings the row's id, and waits for the row."""
    made = ask(world([stranger(1)]), ImportRequest(people(1), EMPTY))

    (claim,) = claims(made)
    assert ("101", rid(900), True) == (claim.record_id, claim.rid, claim.needs_row_id)
    said = {name: change.new.value for name, change in claim.changes.items()}
    link = "https://docs.google.com/spreadsheets/d/sheet/edit#gid=0"
    assert {"campaign": "Cafés", "row_link": link} == said


def test_who_has_no_usable_address_is_left_out_and_counted():
    """Blank and unusable addresses get no row; what the tap left out is counted with them."""
    bad = replace(stranger(2), problems={"email": Problem("bad_email", "email", "Not an address.")})
    made = ask(
        world([stranger(1, email=None), bad]),
        ImportRequest(people(1, 2, 3, without_email=4, left_out=5), EMPTY),
    )

    assert [] == list(made.intents)
    counted = {name: made.summary[name] for name in ("imported", "without_email", "gone")}
    assert {"imported": 0, "without_email": 6, "gone": 1} == counted
    assert 5 == made.summary["left_out"]


@pytest.mark.parametrize("state", [s for s in LinkState if s is not LinkState.AMBIGUOUS])
def test_nobody_is_imported_twice(state: LinkState):
    """Whoever has or had a row in this campaign gets no second one, whatever became of the row."""
    made = ask(world([contact(1)], [linked(1, state)]), ImportRequest(people(1), EMPTY))

    assert ([], 1) == (rows(made), made.summary["already_there"])


def test_a_record_with_an_id_of_this_ledger_or_merged_from_a_linked_one_is_here_already():
    """The id in the CRM and the record's past are asked too; another ledger's id is no obstacle."""
    known = {rid(1): KnownRow(rid(1), confirmed=True, present=False)}
    merged = replace(stranger(5), merged_ids=("102",))
    moved = replace(linked(3), record_id="777", history=("103",))
    past = replace(stranger(6), merged_ids=("103",))
    made = ask(
        world([contact(1), merged, past, contact(4)], [linked(2), moved], known_rows=known),
        ImportRequest(people(1, 5, 6, 4), EMPTY),
    )

    assert ["104"] == [ImportedRow.of(row).record_id for row in rows(made)]
    assert 3 == made.summary["already_there"]


def test_a_field_that_cannot_be_used_costs_only_itself():
    """It stays blank in the row and has no base, so that it can still come by later."""
    odd = replace(stranger(1), problems={"phone": Problem("bad_phone", "phone", "Not a number.")})
    (row,) = rows(ask(world([odd]), ImportRequest(people(1), EMPTY)))

    assert "phone" not in row.changes
    assert "phone" not in ImportedRow.of(row).shown


def filled(*ids: int, header=HEADER, begun: str = "", rows: int | None = None, **more):
    """A request over a tab that holds the rows of these ids."""
    places = {rid(number): row for row, number in enumerate(ids, 2)}
    count = len(ids) if rows is None else rows
    tab = replace(EMPTY, header=header, rows=count, last_row=count + 1, ids=places, **more)
    return lambda *numbers: ImportRequest(people(*numbers), tab, begun)


def trip(made) -> str:
    (found,) = made.guards
    assert PlanStatus.BLOCKED is made.status
    assert not found.clearable
    assert [] == list(made.intents)
    return found.guard


def test_nothing_is_imported_while_the_sync_is_paused():
    """Whatever tab it would go into; and it goes on once somebody resumes it."""
    paused = world([stranger(1)], paused=Pause("somebody", AT))

    assert "paused" == trip(ask(paused, filled(rows=3)(1)))
    assert "paused" == trip(ask(paused, filled()(1)))
    assert 1 == len(rows(ask(replace(paused, paused=None), filled()(1))))


def test_a_tab_with_rows_is_refused():
    """Rows of a campaign or of anybody's, under a header or not, are not mixed with an import."""
    records = [stranger(1)]
    assert "tab_not_empty" == trip(ask(world(records), filled(rows=3)(1)))
    assert "tab_not_empty" == trip(ask(world(records), filled(rows=3, header=())(1)))
    assert "3 rows" in ask(world(records), filled(rows=3)(1)).guards[0].message


def test_a_header_may_be_there_if_it_is_the_outreach_layout():
    """A header alone counts as empty; another header is named and refused."""
    fine = ask(world([stranger(1)]), filled(header=(*HEADER, "Mine"))(1))
    assert PlanStatus.DELIVERABLE is fine.status

    other = ("Name", *HEADER[1:])
    made = ask(world([stranger(1)]), filled(header=other)(1))
    assert "other_header" == trip(made)
    assert "`Business Name` is not where it belongs" in made.guards[0].message


def test_a_mapped_column_beside_the_layout_must_be_there_too():
    """A header that lacks a column of the rule file is not the layout."""
    asked = ImportRules(HEADER, ("Loyalty",))
    made = ask(world([stranger(1)]), filled()(1), asked)
    assert "`Loyalty`" in made.guards[0].message
    assert "other_header" == trip(made)

    there = filled(header=(*HEADER, "", "Loyalty"))(1)
    assert PlanStatus.DELIVERABLE is ask(world([stranger(1)]), there, asked).status


def test_another_spreadsheet_than_the_ledgers_is_refused():
    """A ledger keeps one campaign."""
    made = ask(world([stranger(1)], spreadsheet_id="other", gid=0), ImportRequest(people(1), EMPTY))

    assert "copied_sheet" == trip(made)


def test_an_import_without_a_status_or_address_column_is_refused():
    """A campaign needs both."""
    rules = replace(RULES, specs={"city": SPECS["city"]})
    made = ask(world([stranger(1)]), ImportRequest(people(1), EMPTY), rules=rules)

    assert "no_column" == trip(made)
    assert "email and status" in made.guards[0].message


def test_an_unfinished_import_goes_on_below_what_is_there():
    """The same criteria again: only who is missing, under the last row; other criteria are refused."""
    here = given([], [contact(1), stranger(2)], [linked(1)])
    goes_on = filled(1, rows=4, begun="these")
    made = ask(here, goes_on(1, 2))
    assert [(6, "102")] == [(row.row, ImportedRow.of(row).record_id) for row in rows(made)]

    other = ask(here, filled(1, begun="others")(1, 2))
    assert "other_import" == trip(other)


def test_the_same_import_again_does_nothing():
    """Nobody is missing: nothing is written, and nothing is wrong."""
    once = ask(world([stranger(1)]), ImportRequest(people(1), EMPTY))
    told = {
        n: FieldValue(c.new.raw, c.new.value, c.new.key) for n, c in claims(once)[0].changes.items()
    }
    here = given([], [contact(1)], [linked(1)])
    here.bases[rid(1), Side.HUBSPOT].update(told)
    made = ask(here, filled(1)(1))

    assert (PlanStatus.DELIVERABLE, ()) == (made.status, made.intents)
    assert [(Bucket.UNCHANGED, RowState.SYNCED)] == [(v.bucket, v.state) for v in made.verdicts]


def test_a_row_that_was_never_claimed_is_claimed_by_the_next():
    """Killed between rows and claims: the same import again claims who is here, at once."""
    here = given([], [stranger(1)], [linked(1)])
    made = ask(here, filled(1)(1))

    (claim,) = made.intents
    assert (rid(1), "101", False) == (claim.rid, claim.record_id, claim.needs_row_id)


def test_a_preview_waits_until_everybody_in_it_was_approved():
    """A preview writes nothing; approved, it goes; who came since is asked about again."""
    asked, request = ImportRules(HEADER, preview=True), ImportRequest(people(1, 2), EMPTY)
    records = [stranger(1), stranger(2)]
    shown = ask(world(records), request, asked)
    assert (PlanStatus.WAITING, "import_preview") == (shown.status, shown.guards[0].guard)

    approval = Approval("p", frozenset(shown.guarded))
    again = ask(world(records, approval=approval), request, asked, minted=950)
    assert PlanStatus.DELIVERABLE is again.status
    assert shown.hash == again.hash

    more = ImportRequest(people(1, 2, 3), EMPTY)
    grown = ask(world([*records, stranger(3)], approval=approval), more, asked)
    assert PlanStatus.WAITING is grown.status


# -- killed half-way ------------------------------------------------------------------------------


def doubtful(number: int = 1, **values: str | None):
    """A planned row that may have been written."""
    made = ask(world([stranger(number, **values)]), ImportRequest(people(number), EMPTY))
    return replace(rows(made)[0], intent_id="old-1", state=IntentState.IN_DOUBT)


def test_a_row_that_landed_is_linked_and_not_written_again():
    """Its id is in the tab: link and bases are made as the lost acknowledgement would have."""
    left = doubtful()
    tab = replace(EMPTY, header=HEADER, rows=1, last_row=2, ids={rid(900): 2})
    made = ask(
        world([stranger(1, city="B")], left_over=(left,)),
        ImportRequest(people(1), tab, "these"),
        minted=950,
    )

    assert ([], {"old-1": IntentState.DONE}) == (rows(made), dict(made.settled))
    assert (Link(rid(900), Side.HUBSPOT, "contacts", "101"),) == made.links
    assert (KnownRow(rid(900), confirmed=True, present=True),) == made.rows
    moved = {(m.side, m.field): m.value.key for m in made.base_moves}
    assert ("A", "A") == (moved[Side.SHEET, "city"], moved[Side.HUBSPOT, "city"])
    assert (None, "draft") == (moved[Side.HUBSPOT, "status"], moved[Side.HUBSPOT, "status:sheet"])
    assert (Side.SHEET, "status") not in moved
    assert [rid(900)] == [claim.rid for claim in claims(made)]


def test_a_row_that_did_not_land_gets_its_id_again():
    """Nowhere in the tab: written now, under the id it was to have."""
    made = ask(
        world([stranger(1)], left_over=(doubtful(),)), ImportRequest(people(1), EMPTY), minted=950
    )

    assert [rid(900)] == [row.rid for row in rows(made)]
    assert {"old-1": IntentState.DROPPED} == dict(made.settled)


def shown(made, number: int = 2) -> SheetRow:
    """The row as the sync reads it."""
    intent = next(iter(rows(made)))
    written = {name: change.new for name, change in intent.changes.items()}
    blank = dict.fromkeys((name for name in RULES.specs if name not in written), FieldValue())
    return SheetRow(number, intent.rid, "print", {**written, **blank})


def test_a_sync_settles_a_row_that_landed_and_asks_nothing():
    """Whoever runs the sync instead of the import again gets no preview and no second contact."""
    intent = doubtful()
    made = ask(world([stranger(1)]), ImportRequest(people(1), EMPTY))
    read = given([shown(made)], [stranger(1)], left_over=(intent,), first_sync_done=False)
    again = make_plan(read, RULES, lambda: rid(999), "q")

    assert (PlanStatus.DELIVERABLE, ()) == (again.status, again.guards)
    assert [(Side.HUBSPOT, "101")] == [(i.side, i.record_id) for i in again.intents]
    assert 1 == len(again.links)


def test_an_edit_of_a_row_that_landed_is_an_edit():
    """Typed before anybody settled it: carried to the CRM by the sync that does, and no question asked."""
    intent = doubtful()
    read = shown(ask(world([stranger(1)]), ImportRequest(people(1), EMPTY)))
    typed = replace(read, fields={**read.fields, **fields(city="Faro")})
    given_ = given([typed], [stranger(1)], left_over=(intent,), first_sync_done=False)
    made = make_plan(given_, RULES, lambda: rid(999), "q")

    (update,) = made.intents
    assert "Faro" == update.changes["city"].new.value
    assert () == made.conflicts


# -- the next sync --------------------------------------------------------------------------------


def after(made, record, **more):
    """The ledger once a one-row import is acknowledged, both sides as they were written."""
    row = ImportedRow.of(rows(made)[0])
    intent = rows(made)[0]
    written = {name: change.new for name, change in intent.changes.items()}
    bases: dict = {}
    for who, side, name, value in row.bases(intent.rid, written):
        bases.setdefault((who, side), {})[name] = value
    for claim in claims(made):
        for name, change in claim.changes.items():
            bases[intent.rid, Side.HUBSPOT][name] = change.new
    told = {name: change.new for claim in claims(made) for name, change in claim.changes.items()}
    owned = replace(record, external_id=intent.rid, fields={**record.fields, **told})
    usual = {
        "snapshot": replace(given().snapshot, title="Cafés"),
        "bases": bases,
        "known_rows": {intent.rid: KnownRow(intent.rid, confirmed=True, present=True, minted=True)},
    }
    links = [Link(intent.rid, Side.HUBSPOT, "contacts", record.record_id)]
    return given([shown(made)], [owned], links, **{**usual, **more})


@pytest.mark.parametrize("lead_status", [None, "NEW", "CONNECTED", "UNQUALIFIED"])
@pytest.mark.parametrize("phone", ["1", None])
def test_the_next_sync_has_nothing_to_do(lead_status: str | None, phone: str | None):
    """Neither side is written to and no base moves, whatever the lead status was."""
    record = stranger(1, phone=phone, status=lead_status)
    made = ask(world([record]), ImportRequest(people(1), EMPTY))
    quiet = make_plan(after(made, record), RULES, lambda: rid(999), "q")

    assert (PlanStatus.DELIVERABLE, (), ()) == (quiet.status, quiet.intents, quiet.base_moves)
    (verdict,) = quiet.verdicts
    assert (Bucket.UNCHANGED, RowState.SYNCED) == (verdict.bucket, verdict.state)
    assert [verdict.note] == [said.note for said in made.verdicts]
    assert (lead_status in ("CONNECTED", "UNQUALIFIED")) is bool(verdict.note)


def test_nobody_from_the_crm_is_put_into_a_company_of_ours():
    """The note that the company is settled is kept under the key the sync would tell it under."""
    record = stranger(1, website="cafe.example.com")
    asked = replace(ASKED, host_of=lambda key: key)
    row = ImportedRow.of(rows(ask(world([record]), ImportRequest(people(1), EMPTY), asked))[0])

    key = event_key("sheet/0", rid(900), EffectKind.COMPANY, "cafe.example.com")
    assert key == row.company_key


def test_edits_after_the_import_flow_both_ways():
    """An edit of either side reaches the other, and only it."""
    record = stranger(1)
    made = ask(world([record]), ImportRequest(people(1), EMPTY))
    read = after(made, record)
    typed = replace(read.rows[0], fields={**read.rows[0].fields, **fields(city="Faro")})
    edited = {
        k: replace(r, fields={**r.fields, **fields(phone="2")}) for k, r in read.records.items()
    }
    plan = make_plan(replace(read, rows=(typed,), records=edited), RULES, lambda: rid(999), "q")

    changed = {(i.side, n): c.new.value for i in plan.intents for n, c in i.changes.items()}
    assert {(Side.HUBSPOT, "city"): "Faro", (Side.SHEET, "phone"): "2"} == changed


# -- the layout -----------------------------------------------------------------------------------

RENAMED = """
side: sheet
fields:
  business_name: {column: Firma, type: text}
  email: {column: Email, type: email}
  loyalty: {column: Loyalty, type: text}
  status: {column: Status, type: text}
outreach:
  sent: Gesendet am
"""


def test_renamed_columns_keep_their_places():
    """A column renamed in the rule file keeps its letter; further mapped columns are named apart."""
    renamed = parse_rules(RENAMED)
    header = outreach_header(renamed)

    assert ("Firma", "Location", "Email") == header[:3]
    assert ("Status", "Date Approved", "Gesendet am") == header[9:12]
    assert 14 == len(header)
    assert ("Loyalty",) == further_headers(renamed)
    assert "Gesendet am" == named_as(renamed, "Date Sent")
