"""Status both ways: the numbered cases of ``status.py``, every pair of moves, and what the laws forbid."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from core.tests.effect_worlds import (
    MOVED,
    STATUS_RULES,
    crm_status,
    shows,
)
from core.tests.planning_worlds import (
    plan,
    verdict,
)
from core.tests.status_worlds import CRM, KEPT, SHEET, Pair, after, wrote
from outreach_core.model import (
    Side,
)
from outreach_core.model.planning import Plan

# -- the numbered cases

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
