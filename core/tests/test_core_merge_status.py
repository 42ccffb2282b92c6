"""Status both ways: the numbered cases of ``status.py``, every pair of moves, and what the laws forbid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest

from core.tests.effect_worlds import (
    MOVED,
    STATUS_RULES,
    at,
    crm_status,
    happened,
    shows,
)
from core.tests.planning_worlds import (
    absent,
    contact,
    fields,
    first_sync,
    given,
    linked,
    many,
    plan,
    rid,
    verdict,
)
from outreach_core.merge import Rules
from outreach_core.model import (
    BLANK,
    FieldValue,
    HappeningKind,
    Problem,
    RowWatch,
    Side,
    Why,
)
from outreach_core.model.hashing import input_hash
from outreach_core.model.planning import Link, Plan, PlanningInput, Retry
from outreach_core.model.policy import StatusRules

KEPT = "HubSpot keeps its own status; see `CRM Status`."
POSITIVE = (happened(HappeningKind.POSITIVE),)


def value(text: str | None) -> FieldValue:
    """A CRM's value, as it is read and remembered."""
    return FieldValue(text, text, text) if text else BLANK


def saw(word: str, *, positive: bool = False) -> FieldValue:
    """What is remembered of the sheet's Status."""
    return FieldValue(word or None, word or None, f"{word.casefold()}{'+' if positive else ''}")


@dataclass
class Pair:
    """A row and its contact: what both showed when they last agreed, and what they show now.

    Attributes:
        ours: The CRM's value that we wrote last, ``None`` if we never wrote one.
        memory: Whether the two ever agreed.
    """

    sheet: str
    crm: str | None
    sheet_was: str = ""
    crm_was: str | None = None
    ours: str | None = None
    positive: bool = False
    was_positive: bool = False
    memory: bool = True

    def world(self, **more: Any) -> PlanningInput:
        """The planner's input: all but the statuses agrees."""
        base = fields(email="b1@example.com", phone="1", city="A")
        crm = dict(base)
        if self.memory:
            crm["status"] = value(self.crm_was)
            crm["status:sheet"] = saw(self.sheet_was, positive=self.was_positive)
            crm["status:ours"] = value(self.ours)
        return given(
            [shows(self.sheet, sentiment="neutral", decided=True)],
            [crm_status(self.crm)],
            [linked(1)],
            bases={(rid(1), Side.SHEET): base, (rid(1), Side.HUBSPOT): crm},
            happenings=POSITIVE if self.positive else (),
            **more,
        )

    def plan(self, rules: Rules = MOVED, **more: Any) -> Plan:
        """Plan over the pair."""
        return plan(self.world(**more), rules)


def wrote(made: Plan) -> dict[Side, str | None]:
    """Which Status a plan writes, and where."""
    return {i.side: i.changes["status"].new.value for i in made.intents if "status" in i.changes}


def after(world: PlanningInput, made: Plan) -> PlanningInput:
    """The world once everything the plan wants is written and acknowledged."""
    bases = {where: dict(past) for where, past in world.bases.items()}
    for move in made.base_moves:
        bases.setdefault((move.rid, move.side), {})[move.field] = move.value
    row, record = world.rows[0], world.records[Side.HUBSPOT, "contacts", "101"]
    for intent in made.intents:
        change = intent.changes["status"]
        moved = {intent.side: change.new, **change.sources}
        for side, new in moved.items():
            bases.setdefault((rid(1), side), {})["status"] = new
        bases[rid(1), intent.side] |= change.remembers
        if intent.side is Side.SHEET:
            row = replace(row, fields={**row.fields, "status": change.new})
        else:
            record = replace(record, fields={**record.fields, "status": change.new})
    watches = {rid(1): RowWatch(rid(1), pulled=made.pulled.get(rid(1), ""))}
    records = {**world.records, (Side.HUBSPOT, "contacts", "101"): record}
    return replace(world, bases=bases, rows=(row,), records=records, watches=watches)


# -- the numbered cases

SHEET, CRM = Side.SHEET, Side.HUBSPOT
CASES: dict[str, tuple[Pair, dict[Side, str], str]] = {
    "1 filled": (Pair("Sent", None, memory=False), {CRM: "ATTEMPTED_TO_CONTACT"}, ""),
    "1 filled after a yes": (
        Pair("Replied", None, memory=False, positive=True),
        {CRM: "OPEN_DEAL"},
        "",
    ),
    "1 nothing to fill it with": (Pair("Interested", None, memory=False), {}, ""),
    "2 remembered, not merged": (Pair("Sent", "NEW", memory=False), {}, ""),
    "2 remembered, further": (Pair("Draft", "CONNECTED", memory=False), {}, KEPT),
    "3 connected": (Pair("Sent", "CONNECTED", "Sent", "OPEN"), {SHEET: "Replied"}, ""),
    "3 stops what is approved": (
        Pair("Approved", "BAD_TIMING", "Approved", "OPEN"),
        {SHEET: "Archived"},
        "",
    ),
    "3 ends what a person calls otherwise": (
        Pair("Interested", "UNQUALIFIED", "Interested", "OPEN"),
        {SHEET: "Archived"},
        "",
    ),
    "3 in any capitals": (Pair("Sent", "Connected", "Sent", "OPEN"), {SHEET: "Replied"}, ""),
    "3 over a move of the sheet": (
        Pair("Sent", "UNQUALIFIED", "Approved", "OPEN"),
        {SHEET: "Archived"},
        "",
    ),
    "4 no rule names it": (Pair("Sent", "IN_NEGOTIATION", "Sent", "OPEN"), {}, KEPT),
    "4 not forward": (Pair("Bounced", "CONNECTED", "Bounced", "OPEN"), {}, KEPT),
    "4 nor out of the archive": (Pair("Archived", "CONNECTED", "Archived", "OPEN"), {}, ""),
    "4 there already": (Pair("Replied", "CONNECTED", "Replied", "OPEN"), {}, ""),
    "4 cleared by a person": (Pair("Sent", None, "Sent", "OPEN"), {}, ""),
    "5 forward": (Pair("Sent", "OPEN", "Approved", "OPEN"), {CRM: "ATTEMPTED_TO_CONTACT"}, ""),
    "5 forward over a person's": (Pair("Replied", "NEW", "Draft", "OPEN"), {CRM: "CONNECTED"}, ""),
    "5 a yes": (
        Pair("Replied", "CONNECTED", "Replied", "CONNECTED", positive=True),
        {CRM: "OPEN_DEAL"},
        "",
    ),
    "5 cleared, then moved": (Pair("Replied", None, "Sent", "OPEN"), {CRM: "CONNECTED"}, ""),
    "5 bounced, over ours": (
        Pair(
            "Bounced",
            "ATTEMPTED_TO_CONTACT",
            "Sent",
            "ATTEMPTED_TO_CONTACT",
            "ATTEMPTED_TO_CONTACT",
        ),
        {CRM: "UNQUALIFIED"},
        "",
    ),
    "5 bounced, over less than sent": (
        Pair("Bounced", "OPEN", "Sent", "OPEN"),
        {CRM: "UNQUALIFIED"},
        "",
    ),
    "5 back from what we ended ourselves": (
        Pair("Sent", "UNQUALIFIED", "Bounced", "UNQUALIFIED", "UNQUALIFIED"),
        {CRM: "ATTEMPTED_TO_CONTACT"},
        "",
    ),
    "6 not backward": (Pair("Approved", "CONNECTED", "Replied", "CONNECTED"), {}, KEPT),
    "6 not backward, ours": (
        Pair("Approved", "CONNECTED", "Replied", "CONNECTED", "CONNECTED"),
        {},
        "",
    ),
    "6 the same place": (
        Pair("Auto-Reply", "ATTEMPTED_TO_CONTACT", "Sent", "ATTEMPTED_TO_CONTACT"),
        {},
        "",
    ),
    "6 a person's end": (Pair("Replied", "BAD_TIMING", "Sent", "BAD_TIMING"), {}, KEPT),
    "6 a stage of the sales team": (
        Pair("Replied", "IN_NEGOTIATION", "Sent", "IN_NEGOTIATION"),
        {},
        KEPT,
    ),
    "6 bounced, but a person is in touch": (
        Pair("Bounced", "CONNECTED", "Sent", "CONNECTED"),
        {},
        KEPT,
    ),
    "6 bounced, but a person has tried": (
        Pair("Bounced", "ATTEMPTED_TO_CONTACT", "Sent", "ATTEMPTED_TO_CONTACT"),
        {},
        KEPT,
    ),
    "6 a word without a counterpart": (Pair("Interested", "OPEN", "Sent", "OPEN"), {}, ""),
    "6 a neutral answer after a yes": (
        Pair("Replied", "OPEN_DEAL", "Auto-Reply", "OPEN_DEAL", "OPEN_DEAL", positive=True),
        {},
        "",
    ),
    "6 an answer in a deal of theirs": (
        Pair("Replied", "OPEN_DEAL", "Sent", "OPEN_DEAL"),
        {},
        KEPT,
    ),
    "7 nothing": (Pair("Sent", "OPEN", "Sent", "OPEN"), {}, ""),
    "7 nothing, though the words differ": (
        Pair("Sent", "OPEN_DEAL", "Sent", "OPEN_DEAL"),
        {},
        KEPT,
    ),
    "7 capitals": (Pair(" SENT ", "OPEN", "Sent", "OPEN"), {}, ""),
}


@pytest.mark.parametrize(("pair", "expected", "note"), CASES.values(), ids=CASES)
def test_cases(pair: Pair, expected: dict[Side, str], note: str):
    """Each case of the table: what is written, and what the row says."""
    made = pair.plan()

    assert (expected, note) == (wrote(made), verdict(made, 1).note)


@pytest.mark.parametrize(("pair", "note"), [(p, n) for p, _, n in CASES.values()], ids=CASES)
def test_every_case_comes_to_rest(pair: Pair, note: str):
    """The second plan writes and remembers nothing, and the row still says the same."""
    made = pair.plan()
    world = after(pair.world(), made)
    if made.pulled:  # the sheet's new word is remembered once, with the next plan
        world = after(world, plan(world, MOVED))
    quiet = plan(world, MOVED)

    assert ((), (), note) == (quiet.intents, quiet.base_moves, verdict(quiet, 1).note)


def test_a_persons_value_is_theirs_though_we_wrote_the_same_once():
    """UNQUALIFIED by us, CONNECTED by a person, UNQUALIFIED by a person: that end is not ours to leave."""
    rules = replace(MOVED, status={CRM: replace(STATUS_RULES, pull={})})
    world = Pair("Bounced", "CONNECTED", "Bounced", "UNQUALIFIED", "UNQUALIFIED").world()
    world = after(world, plan(world, rules))
    ended = {(CRM, "contacts", "101"): crm_status("UNQUALIFIED")}
    world = after(replace(world, records=ended), plan(replace(world, records=ended), rules))
    sent = shows("Sent", sentiment="neutral", decided=True)

    assert {} == wrote(plan(replace(world, rows=(sent,)), rules))
    moved_at_once = Pair("Sent", "UNQUALIFIED", "Bounced", "OPEN", "UNQUALIFIED")
    assert {} == wrote(moved_at_once.plan(rules))


def test_what_we_pushed_is_ours_to_end():
    """Sent, then bounced: the value for sent is ours, so the bounce ends it."""
    world = Pair("Sent", "OPEN", "Approved", "OPEN").world()
    pushed = after(world, plan(world, MOVED))
    bounced = replace(pushed, rows=(shows("Bounced"),))

    assert {CRM: "UNQUALIFIED"} == wrote(plan(bounced, MOVED))


# -- every pair of moves

WORDS = ("", "Draft", "Approved", "Sent", "Auto-Reply", "Replied", "Bounced", "Archived", "Other")
VALUES = (
    None,
    "NEW",
    "OPEN",
    "ATTEMPTED_TO_CONTACT",
    "CONNECTED",
    "OPEN_DEAL",
    "UNQUALIFIED",
    "MET",
)
ORDER = STATUS_RULES.order
STEPS = ("", "draft", "approved", "sent", "auto-reply", "replied")


def is_forward(old: str | None, new: str, *, ours: bool) -> bool:
    """Whether a CRM's value may become another (SHEET.md, in its own words)."""
    if old is None:
        return True
    if old not in ORDER:
        return ours  # final: only what we wrote last
    if new not in ORDER:
        return ours or ORDER.index(old) < ORDER.index("ATTEMPTED_TO_CONTACT")
    return ORDER.index(new) > ORDER.index(old)


def broken(pair: Pair, made: Plan) -> list[str]:
    """Return which laws a plan breaks."""
    did = wrote(made)
    crm_moved = pair.crm != pair.crm_was
    sheet_moved = (pair.sheet, pair.positive) != (pair.sheet_was, pair.was_positive)
    ours = pair.ours is not None and pair.ours == pair.crm and not crm_moved
    word, new = did.get(SHEET), did.get(CRM)
    rule = STATUS_RULES.pull.get((pair.crm or "").casefold())
    old_step = STEPS.index(pair.sheet.casefold()) if pair.sheet.casefold() in STEPS else 99
    laws = {
        "Approved": word != "Approved",
        "both sides": len(did) <= 1,
        "nothing moved": not did or crm_moved or sheet_moved,
        "the sheet without a rule": word is None or (crm_moved and word == rule),
        "the sheet backward": word != "Replied" or old_step < STEPS.index("replied"),
        "the sheet to what it shows": word is None or word != pair.sheet,
        "the CRM unasked": new is None or sheet_moved,
        "the CRM not forward": new is None or is_forward(pair.crm, new, ours=ours),
        "the CRM to another word": new is None
        or new == STATUS_RULES.wanted(pair.sheet, positive=pair.positive),
        "a move that was due": not (
            sheet_moved
            and not crm_moved
            and new is None
            and (wanted := STATUS_RULES.wanted(pair.sheet, positive=pair.positive))
            and wanted != pair.crm
            and is_forward(pair.crm, wanted, ours=ours)
        ),
    }
    return [f"{law}: {pair} -> {did}" for law, holds in laws.items() if not holds]


@pytest.mark.parametrize("ours", [False, True], ids=["a person's", "ours"])
@pytest.mark.parametrize(
    ("was_positive", "positive"), [(False, False), (False, True), (True, True)]
)
def test_every_pair_of_moves_keeps_the_laws(ours: bool, was_positive: bool, positive: bool):
    """Never backward, never over a person's end or further place, never Approved; else always carried."""
    for sheet_was, sheet, crm_was, crm in product(WORDS, WORDS, VALUES, VALUES):
        pair = Pair(
            sheet,
            crm,
            sheet_was,
            crm_was,
            crm_was if ours else None,
            positive=positive,
            was_positive=was_positive,
        )
        assert [] == broken(pair, pair.plan())


# -- records that are made


@pytest.mark.parametrize(
    ("status", "positive", "expected"),
    [
        ("Draft", False, "NEW"),
        ("Approved", False, "OPEN"),
        ("sent", False, "ATTEMPTED_TO_CONTACT"),
        ("Replied", False, "CONNECTED"),
        ("Replied", True, "OPEN_DEAL"),
        ("Sent", True, "ATTEMPTED_TO_CONTACT"),
        ("Bounced", False, "UNQUALIFIED"),
        ("Interested", False, None),
        ("", False, None),
    ],
)
def test_a_record_that_is_made_starts_where_its_row_is(status: str, positive: bool, expected):
    """It carries the status along, and remembers it as ours."""
    happenings = POSITIVE if positive else ()
    made = plan(given([shows(status)], lookups=absent(1), happenings=happenings), MOVED)
    (create,) = made.intents

    assert ({CRM: expected} if expected else {}) == wrote(made)
    if expected:
        change = create.changes["status"]
        assert (Why.CREATED, value(expected)) == (change.why, change.remembers["status:ours"])
        assert saw(status, positive=positive).key == change.remembers["status:sheet"].key


# -- who is left alone

TROUBLE = {"status": Problem("formula_error", "status", "A formula error.")}


def test_a_paused_row_and_one_that_cannot_be_read_are_left_alone():
    """Neither is pushed nor pulled into; both are made up for later."""
    moved = Pair("Replied", "OPEN", "Sent", "OPEN").world()
    (row,) = moved.rows
    (record,) = moved.records.values()
    paused = replace(moved, rows=(replace(row, paused=True),))
    unread = replace(moved, rows=(replace(row, problems=TROUBLE),))
    hidden = {(CRM, "contacts", "101"): replace(record, problems=TROUBLE)}

    assert {CRM: "CONNECTED"} == wrote(plan(moved, MOVED))
    for world in (paused, unread, replace(moved, records=hidden)):
        made = plan(world, MOVED)
        assert ({}, ()) == (wrote(made), made.base_moves)


def test_what_a_lead_was_converted_to_has_no_status_of_ours():
    """Status is the lead's; the contact it became is not given one."""
    moved = Pair("Replied", "OPEN", "Sent", "OPEN").world()
    record = replace(contact(1), object="people")
    world = replace(
        moved,
        links=(Link(rid(1), CRM, "people", "101"),),
        records={(CRM, "people", "101"): record},
    )

    assert {} == wrote(plan(world, MOVED))


def test_without_status_rules_nothing_moves():
    """A CRM whose rule file has no status section keeps its statuses to itself."""
    assert {} == wrote(Pair("Replied", "OPEN", "Sent", "OPEN").plan(replace(MOVED, status={})))


def test_a_refused_status_is_not_pushed_again_until_it_changes():
    """It would be refused again; another word is tried."""
    pair = Pair("Sent", "OPEN", "Approved", "OPEN")
    (push,) = pair.plan().intents
    kept = Retry(
        rid(1), CRM, 1, input_hash(push.changes, MOVED.fingerprint), "bad", "No such option."
    )

    assert {} == wrote(pair.plan(retries=(kept,)))
    assert {CRM: "CONNECTED"} == wrote(
        Pair("Replied", "OPEN", "Approved", "OPEN").plan(retries=(kept,))
    )


# -- what is carried into the sheet


def test_a_word_that_is_carried_into_the_sheet_is_remembered_as_ours():
    """So that it proves no e-mail, and the CRM is not moved by its own word coming back."""
    made = Pair("Sent", "CONNECTED", "Sent", "OPEN").plan()
    (cells,) = made.intents

    assert {rid(1): "Replied"} == dict(made.pulled)
    assert {CRM: value("CONNECTED")} == dict(cells.changes["status"].sources)
    assert "Sent" == cells.changes["status"].expected.value


def test_no_rule_can_approve_a_row():
    """A rule that slipped past the reader of rule files starts no e-mail either."""
    rules = StatusRules(push={}, order=(), pull={"connected": " approved "})
    made = Pair("Draft", "CONNECTED", "Draft", "OPEN").plan(replace(MOVED, status={CRM: rules}))

    assert "approved" not in str(wrote(made).values()).casefold()


def test_rows_archived_by_the_crm_in_bulk_wait_for_a_person():
    """Fifty leads called UNQUALIFIED at once would archive fifty rows: the guard counts them."""
    world = many(50, status="Sent")
    bases = {
        where: {**past, "status": value("OPEN"), "status:sheet": saw("Sent")}
        for where, past in world.bases.items()
    }
    status = {"status": value("UNQUALIFIED")}
    gone = {
        where: replace(record, fields={**record.fields, **status})
        for where, record in list(world.records.items())[:11]
    }
    stopped = plan(replace(world, bases=bases, records={**world.records, **gone}), MOVED)
    fewer = dict(list(gone.items())[:10])
    passed = plan(replace(world, bases=bases, records={**world.records, **fewer}), MOVED)

    assert (["mass_archive"], 11) == (
        [trip.guard for trip in stopped.guards],
        len(stopped.guards[0].items),
    )
    assert ([], 10) == ([trip.guard for trip in passed.guards], len(passed.pulled))


def test_two_crms_have_two_memories():
    """A salesperson's word in one of them moves the sheet, and the sheet then moves the other."""
    sales = StatusRules(
        push={"sent": "Working", "replied": "Working"}, order=("Open", "Working"), pull={}
    )
    rules = replace(
        MOVED,
        status={CRM: STATUS_RULES, Side.SALESFORCE: sales},
        crm_sides=(CRM, Side.SALESFORCE),
        objects={CRM: "contacts", Side.SALESFORCE: "leads"},
    )
    first = Pair("Draft", "CONNECTED", "Draft", "NEW").world()
    lead = replace(crm_status("Open"), side=Side.SALESFORCE, object="leads", record_id="900")
    memory = {"status": value("Open"), "status:sheet": saw("Draft")}
    world = replace(
        first,
        links=(*first.links, Link(rid(1), Side.SALESFORCE, "leads", "900")),
        records={**first.records, (Side.SALESFORCE, "leads", "900"): lead},
        bases={**first.bases, (rid(1), Side.SALESFORCE): {**first.bases[rid(1), SHEET], **memory}},
    )
    made = plan(world, rules)

    assert {SHEET: "Replied"} == wrote(made)
    assert {Side.SALESFORCE: "Working"} == wrote(plan(after(world, made), rules))


# -- first links and sorting


def test_a_first_link_merges_no_status_and_fills_a_blank_one():
    """RECONCILE B14: what stands in the CRM stays; nothing is called a conflict."""
    taken = plan(first_sync([shows("Sent")], records=[crm_status("NEW")]), MOVED)
    blank = plan(first_sync([shows("Sent")], records=[crm_status(None)]), MOVED)

    assert ({}, ()) == (wrote(taken), taken.conflicts)
    assert {CRM: "ATTEMPTED_TO_CONTACT"} == wrote(blank)


def test_sorting_changes_nothing():
    """A row's number has no part in its Status."""
    world = Pair("Sent", "OPEN", "Approved", "OPEN").world()
    moved = replace(world, rows=(replace(world.rows[0], row=40),))

    assert plan(world, MOVED).hash == plan(moved, MOVED).hash


def test_a_yes_that_comes_after_replied_moves_the_crm():
    """The Status stays Replied; that the answer is positive is part of what is compared."""
    pair = Pair("Replied", "CONNECTED", "Replied", "CONNECTED", "CONNECTED")
    yes = shows("Replied", None, at(), "Yes.", "positive")
    made = plan(replace(pair.world(), rows=(yes,)), MOVED)

    assert {CRM: "OPEN_DEAL"} == wrote(made)
