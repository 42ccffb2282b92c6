"""Lost acknowledgements of what is told once: the numbered cases of ``doubts.py``, and kills at any moment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from core.tests.effect_worlds import (
    DAY,
    HOST,
    TOLD,
    answer,
    at,
    at_host,
    company_left_over,
    effect,
    effects_of,
    happened,
    in_doubt,
    key,
    knowing,
    listed,
    marked,
    shows,
    told,
)
from core.tests.planning_worlds import contact, given, linked, plan, rid
from outreach_core.markers import email_marker
from outreach_core.merge import Rules
from outreach_core.model import (
    Company,
    Effect,
    EffectKind,
    FieldChange,
    FieldValue,
    HappeningKind,
    Intent,
    IntentKind,
    IntentState,
    Lookup,
    Operation,
    Side,
    SideState,
    SideStatus,
)
from outreach_core.model.hashing import payload_hash
from outreach_core.model.planning import Plan

EMAIL, REPLY, POSITIVE = HappeningKind.EMAIL, HappeningKind.REPLY, HappeningKind.POSITIVE
LATER = shows("Archived")  # proves nothing anew


def left_over(kind: HappeningKind = EMAIL) -> Intent:
    """An effect of an earlier run whose acknowledgement was lost."""
    (first,) = effects_of(plan(knowing(happened(kind), row=LATER), TOLD))
    return in_doubt(first)


def settled(left: Intent, *lookups: Lookup, kind: HappeningKind = EMAIL, **more: Any) -> Plan:
    """Plan with a left-over effect and these answers."""
    world = knowing(happened(kind), row=LATER, left_over=(left,), lookups=lookups, **more)
    return plan(world, TOLD)


def outcome(made: Plan) -> tuple[str, bool, bool]:
    """What became of the doubt, whether it is told again, and whether a miss was noted."""
    return made.settled.get("old-1", "in doubt"), bool(told(made)), bool(made.missed)


OPEN = {"state": "open"}
SETTLED: dict[str, tuple[HappeningKind, tuple[Lookup, ...], dict[str, Any], tuple[str, bool, bool]]]
SETTLED = {
    "2 by its key": (
        EMAIL,
        listed(at(1), answer("event", key(), "77")),
        {},
        ("done", False, False),
    ),
    "2 by what it is like": (
        EMAIL,
        listed(at(1), marked(left_over().payload, "77")),
        {},
        ("done", False, False),
    ),
    "2 an answer by what it is like": (
        REPLY,
        listed(at(1), marked(left_over(REPLY).payload, "77", subject="RE: Hello")),
        {},
        ("done", False, False),
    ),
    "2 by what it is like, where subjects are hidden": (
        EMAIL,
        listed(at(1), marked(left_over().payload, "77", subject="")),
        {},
        ("done", False, False),
    ),
    "2 a deal": (
        POSITIVE,
        (answer("event", key(EffectKind.DEAL), "77", obj="deals"),),
        {},
        ("done", False, False),
    ),
    "3 a deal that is not there": (
        POSITIVE,
        (answer("event", key(EffectKind.DEAL), obj="deals"),),
        {},
        ("dropped", True, False),
    ),
    "4 missed for the first time": (EMAIL, listed(at(1)), {}, ("in doubt", False, True)),
    "4 another e-mail is not this one": (
        EMAIL,
        listed(at(1), marked(left_over().payload | {"at": "2026-11-20T09:00:01Z"}, "77")),
        {},
        ("in doubt", False, True),
    ),
    "4 nor another person's": (
        EMAIL,
        listed(at(1), replace(marked(left_over().payload, "77"), key="102:x")),
        {},
        ("in doubt", False, True),
    ),
    "5 a second before a minute": (
        EMAIL,
        listed(at(0, seconds=59)),
        {"effects": (effect(missed_at=at(), **OPEN),)},
        ("in doubt", False, False),
    ),
    "5 a clock that runs backwards": (
        EMAIL,
        listed(at(-5)),
        {"effects": (effect(missed_at=at(), **OPEN),)},
        ("in doubt", False, False),
    ),
    "6 a minute": (
        EMAIL,
        listed(at(0, seconds=60)),
        {"effects": (effect(missed_at=at(), **OPEN),)},
        ("dropped", True, False),
    ),
    "7 nobody looked": (EMAIL, (), {}, ("in doubt", False, False)),
    "7 another person was listed": (
        EMAIL,
        listed(at(1), record_id="102"),
        {},
        ("in doubt", False, False),
    ),
    "7 a deal nobody asked about": (POSITIVE, listed(at(1)), {}, ("in doubt", False, False)),
    "7 without the CRM's time": (EMAIL, listed(None), {}, ("in doubt", False, False)),
}


@pytest.mark.parametrize(("kind", "lookups", "more", "expected"), SETTLED.values(), ids=SETTLED)
def test_cases_of_an_effect(kind, lookups, more, expected):
    """Each case of the table for e-mails, answers and deals."""
    assert expected == outcome(settled(left_over(kind), *lookups, kind=kind, **more))


def test_what_landed_is_known_with_its_record():
    """The outbox holds which record it is, so that it is never told again."""
    made = settled(left_over(), *listed(at(1), answer("event", key(), "77")))

    assert (Effect(key(), Side.HUBSPOT, EffectKind.EMAIL, rid(1), 1, "done", "77"),) == made.effects


def test_the_first_miss_is_kept_by_the_crms_clock():
    """Whatever our own clock says."""
    made = settled(left_over(), *listed(at(400)))

    assert {(key(), Side.HUBSPOT): at(400)} == dict(made.missed)


def test_an_email_that_changed_since_is_looked_for_as_it_was_sent():
    """A time learned meanwhile does not make another e-mail of the one in doubt."""
    left = left_over()
    world = knowing(
        happened(at=at(-1)),
        row=LATER,
        left_over=(left,),
        lookups=listed(at(1), marked(left.payload, "77")),
    )

    assert ("done", False, False) == outcome(plan(world, TOLD))


def test_a_crm_that_cannot_be_asked_settles_nothing():
    """What is in doubt stays so while the side is down."""
    down = {Side.HUBSPOT: SideStatus(Side.HUBSPOT, SideState.UNREACHABLE, "down", "Down.")}
    answers = listed(at(1), answer("event", key(), "77"))

    assert ("in doubt", False, False) == outcome(settled(left_over(), *answers, statuses=down))


def test_a_row_that_is_gone_leaves_no_doubt_unasked():
    """The link is detached, not forgotten: its contact is still listed."""
    world = knowing(
        happened(),
        left_over=(left_over(),),
        lookups=listed(at(1), answer("event", key(), "77")),
    )

    assert "done" == plan(replace(world, rows=(shows("Draft", number=2),)), TOLD).settled["old-1"]


COMPANY_CASES = {
    "1 a new name": (company_left_over(Operation.UPDATE, record_id="7"), (), "dropped"),
    "2 made": (company_left_over(), (answer("event", HOST, "7", obj="companies"),), "done"),
    "3 not made": (company_left_over(), (answer("event", HOST, obj="companies"),), "dropped"),
    "7 nobody looked": (company_left_over(), (), "in doubt"),
}


@pytest.mark.parametrize(("left", "lookups", "expected"), COMPANY_CASES.values(), ids=COMPANY_CASES)
def test_cases_of_a_company(left: Intent, lookups: tuple[Lookup, ...], expected: str):
    """A company carries its host as a unique value."""
    rows, records, links = [at_host()], [contact(1)], [linked(1)]
    made = plan(given(rows, records, links, left_over=(left,), lookups=lookups), TOLD)

    assert expected == made.settled.get("old-1", "in doubt")
    known = (Company(Side.HUBSPOT, HOST, "7", "Sample Cafe", made_by_us=True),)
    assert (known if expected == "done" else ()) == made.companies


def test_a_doubt_about_something_that_is_switched_off_is_settled_all_the_same():
    """Rules changed between two runs leave no doubt behind for ever."""
    off = replace(TOLD, effects={})
    world = knowing(
        happened(),
        row=LATER,
        left_over=(left_over(),),
        lookups=listed(at(1), answer("event", key(), "77")),
    )

    assert "done" == plan(world, off).settled["old-1"]


# -- a status whose acknowledgement was lost


def test_a_status_that_landed_is_remembered_as_ours():
    """What an acknowledgement would have remembered besides the value, a look at the record does too."""
    value, saw = (
        FieldValue("UNQUALIFIED", "UNQUALIFIED", "UNQUALIFIED"),
        FieldValue("B", "B", "bounced"),
    )
    change = FieldChange(
        FieldValue("OPEN", "OPEN", "OPEN"),
        value,
        remembers={"status:sheet": saw, "status:ours": value},
    )
    left = Intent(
        "old-1",
        "old",
        1,
        Side.HUBSPOT,
        IntentKind.RECORD,
        Operation.UPDATE,
        "contacts",
        rid(1),
        record_id="101",
        changes={"status": change},
        state=IntentState.IN_DOUBT,
    )
    shown = contact(1)
    shown = replace(shown, fields={**shown.fields, "status": value})
    made = plan(given([shows("Bounced")], [shown], [linked(1)], left_over=(left,)))

    moved = {(m.side, m.field): m.value for m in made.base_moves}
    assert "done" == made.settled["old-1"]
    assert (value, saw, value) == tuple(
        moved[Side.HUBSPOT, name] for name in ("status", "status:sheet", "status:ours")
    )


# -- kills at any moment

OUTCOMES = ("done", "lost", "late", "nothing", "held", "refused")


@dataclass
class Told:
    """A CRM that logs whatever it is sent, and a ledger that hears of it, or not.

    Attributes:
        keyed: Its e-mails carry our key; else they are known by what they are like.
        store: What it shows, by the key under which it was told.
    """

    keyed: bool
    now: datetime = DAY
    store: Counter[str] = field(default_factory=Counter)
    payloads: dict[str, dict[str, Any]] = field(default_factory=dict)
    late: list[tuple[datetime, Intent]] = field(default_factory=list)
    effects: dict[str, Effect] = field(default_factory=dict)
    doubts: list[Intent] = field(default_factory=list)
    plans: int = 0
    last: Plan | None = None

    def run(self, outcomes: list[str], *, looks: bool, fingerprint: str = "rules-1") -> None:
        """Plan, then deliver with these outcomes, the last one again and again."""
        rules: Rules = replace(TOLD, fingerprint=fingerprint)
        happenings = (happened(), happened(n=2, at=at(30)), happened(REPLY), happened(POSITIVE))
        world = knowing(
            *happenings,
            row=LATER,
            effects=tuple(self.effects.values()),
            left_over=tuple(self.doubts),
            lookups=self.answers() if looks else (),
            fingerprint=fingerprint,
        )
        self.last = plan(world, rules)
        self.plans += 1
        self.settle(self.last)
        for number, intent in enumerate(effects_of(self.last)):
            self.deliver(intent, outcomes[min(number, len(outcomes) - 1)], fingerprint)

    def answers(self) -> tuple[Lookup, ...]:
        """What a complete listing and a question per deal in doubt say now."""
        self.land()
        found = [self.known(k) for k in self.store if self.payloads[k]["kind"] != "deal"]
        deals = [i.event_key for i in self.doubts if i.object == "deals"]
        asked = [answer("event", k, *["9"] * min(1, self.store[k]), obj="deals") for k in deals]
        return listed(self.now, *found, *asked)

    def known(self, event_key: str) -> Lookup:
        """What a listed e-mail is known by."""
        payload = self.payloads[event_key]
        if self.keyed:
            return answer("event", event_key, "77")
        subject = f"Re: {payload['subject']}" if payload["direction"] == "incoming" else "Hello"
        marker = email_marker(payload["direction"], payload["at"], subject)
        return answer("marker", f"101:{marker}", "77")

    def land(self, *, everything: bool = False) -> None:
        """Let calls that were under way arrive."""
        for when, intent in list(self.late):
            if everything or when <= self.now:
                self.late.remove((when, intent))
                self.put(intent)

    def put(self, intent: Intent) -> None:
        """Log it; a deal's key is unique, so a second one is refused and known to be there."""
        self.payloads[intent.event_key] = dict(intent.payload)
        if intent.object == "deals" and self.store[intent.event_key]:
            return
        self.store[intent.event_key] += 1

    def settle(self, made: Plan) -> None:
        """Keep what the plan found out about doubts."""
        self.doubts = [i for i in self.doubts if i.intent_id not in made.settled]
        self.effects |= {e.event_key: e for e in made.effects}
        for (event_key, _), when in made.missed.items():
            self.effects[event_key] = replace(self.effects[event_key], missed_at=when)

    def deliver(self, intent: Intent, how: str, fingerprint: str) -> None:
        """Send it; what was heard is in the outbox, what was not is in doubt."""
        kind, n = EffectKind(intent.payload["kind"]), intent.payload["n"]
        noted = Effect(intent.event_key, intent.side, kind, intent.rid, n, "open")
        if how == "held":
            return
        self.effects[intent.event_key] = noted
        if how == "refused":
            kept = payload_hash(intent.payload, fingerprint)
            self.effects[intent.event_key] = replace(noted, state="rejected", input_hash=kept)
            return
        if how in ("done", "lost"):
            self.put(intent)
        if how == "late":
            self.late.append((self.now + timedelta(seconds=50), intent))
        if how == "done":
            self.effects[intent.event_key] = replace(noted, state="done", record_id="77")
        else:
            name = f"plan-{self.plans}-{intent.event_key[:4]}"
            self.doubts.append(replace(intent, intent_id=name, state=IntentState.IN_DOUBT))


RUNS = st.lists(
    st.tuples(
        st.sampled_from((1, 20, 61, 4000)),
        st.booleans(),
        st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=4),
    ),
    max_size=8,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@any_of(st.booleans(), RUNS)
def test_whatever_is_lost_everything_is_told_once(keyed, runs):
    """Killed, late, unheard, refused, in any order: once all is well, all is told, and nothing twice."""
    crm = Told(keyed)
    for seconds, looks, outcomes in runs:
        crm.now += timedelta(seconds=seconds)
        crm.run(outcomes, looks=looks)
        assert max(crm.store.values(), default=0) <= 1
    for _ in range(5):
        crm.now += timedelta(seconds=61)
        crm.run(["done"], looks=True, fingerprint="rules-2")
    crm.land(everything=True)

    assert {key(): 1, key(n=2): 1, key(EffectKind.REPLY): 1, key(EffectKind.DEAL): 1} == crm.store
    assert crm.last is not None
    assert ([], []) == (told(crm.last), crm.doubts)
