"""What every ledger does about happenings, effects and companies; the other half of ``ledger_conformance.py``.

The rule: as there, nothing here knows which database lies under it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from outreach_adapters.ledger import Ledger, StagedBatch
from outreach_core.model import (
    Company,
    Effect,
    EffectKind,
    Happening,
    HappeningKind,
    Intent,
    IntentKind,
    IntentState,
    LinkState,
    Lookup,
    LookupStatus,
    Operation,
    Outcome,
    OutcomeKind,
    Problem,
    RowWatch,
    ShownEmail,
    ShownReply,
    Side,
)
from outreach_core.model.hashing import payload_hash
from outreach_core.model.planning import KnownRow, Plan, PlanStatus

base: Any = sys.modules["ledger_conformance"]
RID, START = base.RID, base.START
KEY = "k" * 40
SENT = Happening(RID, HappeningKind.EMAIL, 1, START, subject="Hello", body="Text")
EMAIL = {"kind": "email", "n": 1, "at": "2026-01-01T00:00:00Z", "direction": "outgoing"}


def effect(seq: int = 1, **given: object) -> Intent:
    """An e-mail to be logged, unless said otherwise."""
    made = {
        "kind": IntentKind.EFFECT,
        "operation": Operation.CREATE,
        "object": "emails",
        "record_id": None,
        "changes": {},
        "event_key": KEY,
        "payload": EMAIL,
    }
    return base.intent(seq, **{**made, **given})


def company(**given: object) -> Intent:
    """A company to be made."""
    made = {
        "kind": IntentKind.COMPANY,
        "object": "companies",
        "event_key": "a.example.com",
        "payload": {"host": "a.example.com", "name": "A"},
    }
    return effect(**{**made, **given})


def row(host: str | None = "a.example.com", **given: object) -> Any:
    """A row with a website."""
    return replace(base.row(2, RID, email="a@example.com"), host=host, **given)


class LedgerEffectsConformance:
    """The suite's second half; ``ledger`` and ``clock`` come from the first."""

    def _told(self, ledger: Ledger) -> Effect | None:
        found = ledger.plans.planning_input().effects
        return found[0] if found else None

    def _known(self, ledger: Ledger, shown: Any = None, **contact: object) -> None:
        ledger.staging.commit("sheet", base.sheet(shown or row()), None)
        minted = replace(base.intent(), kind=IntentKind.ROW_ID, side=Side.SHEET, intent_id="ids-1")
        first = base.plan(minted, links=(base.active(),), rows=(base.present(),))
        ledger.plans.store("", replace(first, plan_id="plan-0"))
        record = base.contact(external_id=RID, **contact)
        ledger.staging.commit("hubspot", StagedBatch(records=[record]), None)

    def _asked(self, ledger: Ledger, obj: str, kind: str) -> list[str]:
        return list(ledger.staging.lookups_wanted()["hubspot"][obj][kind])

    # -- happenings

    @pytest.mark.parametrize("status", list(PlanStatus))
    def test_what_happened_is_kept_whatever_becomes_of_the_plan(
        self, ledger: Ledger, status: PlanStatus
    ) -> None:
        """An observation of the sheet is not undone by a plan that waits."""
        watch = RowWatch(RID, START, armed=True, pulled="", checked=(Side.HUBSPOT,))
        made = Plan("plan-1", status, happenings=(SENT,), watches=(watch,))
        ledger.plans.store("", made)

        given = ledger.plans.planning_input()
        assert ((SENT,), {RID: watch}) == (given.happenings, given.watches)

    def test_a_learned_time_replaces_the_estimate(self, ledger: Ledger) -> None:
        """There is one happening per row, kind and number."""
        guess = replace(SENT, estimated=True, after=START, before=START + timedelta(hours=1))
        ledger.plans.store("", base.plan(happenings=(guess,)))
        ledger.plans.store("", replace(base.plan(happenings=(SENT,)), plan_id="plan-2"))

        assert (SENT,) == ledger.plans.planning_input().happenings

    def test_a_row_brings_what_it_shows(self, ledger: Ledger) -> None:
        """What a row shows of e-mails and answers is staged with it."""
        sent = ShownEmail(START, "Replied", "Hello", "Text")
        reply = ShownReply(START, "Replied", "Yes", "positive", decided=True)
        shown = row(sent=sent, reply=reply)
        ledger.staging.commit("sheet", base.sheet(shown), None)

        assert (shown,) == ledger.plans.planning_input().rows

    def test_a_carried_status_is_remembered_without_the_rest(self, ledger: Ledger) -> None:
        """What is remembered of a row is not lost when we carry a Status into it."""
        ledger.plans.store("", base.plan(watches=(RowWatch(RID, START, armed=True),)))
        ledger.plans.store("", replace(base.plan(pulled={RID: "Archived"}), plan_id="plan-2"))

        expected = RowWatch(RID, START, armed=True, pulled="Archived")
        assert {RID: expected} == ledger.plans.planning_input().watches

    # -- effects

    def test_an_acknowledged_effect_is_done(self, ledger: Ledger) -> None:
        """It is known by its record, and its text is not kept any longer."""
        ledger.plans.store("", base.plan(effect()))
        ledger.deliveries.mark_in_doubt(["plan-1-1"])
        doubtful = self._told(ledger)
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.WRITTEN, "77")])

        (planned,) = ledger.plans.intents("plan-1")
        assert doubtful is not None
        assert "open" == doubtful.state
        assert Effect(KEY, Side.HUBSPOT, EffectKind.EMAIL, RID, 1, "done", "77") == self._told(
            ledger
        )
        assert (IntentState.DONE, {}) == (planned.state, planned.payload)
        assert ["(email)"] == [change.field for change in ledger.history.changes()]

    def test_an_unanswered_effect_stays_in_doubt_and_is_asked_about(self, ledger: Ledger) -> None:
        """Its person's e-mails are to be listed; the text is still there for the comparison."""
        self._known(ledger)
        ledger.plans.store("", replace(base.plan(effect()), plan_id="plan-1"))
        ledger.deliveries.mark_in_doubt(["plan-1-1"])
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.UNKNOWN)])

        (left,) = ledger.plans.planning_input().left_over
        assert (KEY, EMAIL) == (left.event_key, left.payload)
        assert ["11"] == self._asked(ledger, "emails", "told_of")

    def test_a_refused_effect_is_kept_with_what_was_refused(self, ledger: Ledger) -> None:
        """It is shown to people, counted, and forgotten once it is done."""
        self._known(ledger)
        ledger.plans.store("", base.plan(effect()))
        problem = Problem("refused", "", "HubSpot refused the record.", remedy="Look.")
        refused = Outcome("plan-1-1", OutcomeKind.REJECTED, problem=problem, vendor_message="No.")
        ledger.deliveries.record([refused])
        told = self._told(ledger)
        assert told is not None
        assert ("rejected", payload_hash(EMAIL, "rules-1")) == (told.state, told.input_hash)
        assert [(RID, "No.")] == [(r.rid, r.vendor_message) for r in ledger.history.rejected()]

        again = replace(effect(), plan_id="plan-2", intent_id="plan-2-1")
        ledger.plans.store("", replace(base.plan(again), plan_id="plan-2"))
        ledger.deliveries.record([Outcome("plan-2-1", OutcomeKind.WRITTEN, "77")])
        assert [] == ledger.history.rejected()

    def test_a_superseded_effect_leaves_no_text(self, ledger: Ledger) -> None:
        """The next plan derives it again; the old one is only a number."""
        ledger.plans.store("", base.plan(effect()))
        ledger.plans.store("", replace(base.plan(), plan_id="plan-2"))

        (planned,) = ledger.plans.intents("plan-1")
        assert (IntentState.DROPPED, {}) == (planned.state, planned.payload)

    def test_a_first_miss_is_remembered_until_it_is_told_again(self, ledger: Ledger) -> None:
        """Whether a second miss is late enough is judged by the CRM's own clock."""
        ledger.plans.store("", base.plan(effect()))
        ledger.deliveries.mark_in_doubt(["plan-1-1"])
        missed = {(KEY, Side.HUBSPOT): START}
        ledger.plans.store("", replace(base.plan(missed=missed), plan_id="plan-2"))
        first = self._told(ledger)
        again = replace(effect(), plan_id="plan-3", intent_id="plan-3-1")
        ledger.plans.store("", replace(base.plan(again), plan_id="plan-3"))
        ledger.deliveries.mark_in_doubt(["plan-3-1"])

        told = self._told(ledger)
        assert first is not None
        assert told is not None
        assert (START, None) == (first.missed_at, told.missed_at)

    def test_effects_of_one_object_are_handed_out_alone(self, ledger: Ledger) -> None:
        """E-mails and deals are streams of their own, in the plan's order."""
        deal = effect(2, object="deals", event_key="d" * 40)
        ledger.plans.store("", base.plan(effect(), deal))
        ask = ledger.deliveries.open_intents
        found = [
            [i.seq for i in ask(Side.HUBSPOT, IntentKind.EFFECT, objects=names)]
            for names in (("emails",), ("deals",), ())
        ]

        assert [[1], [2], [1, 2]] == found

    def test_what_went_along_with_a_create_is_done(self, ledger: Ledger) -> None:
        """A contact that is made inside its company was put into it."""
        ledger.plans.store("", base.plan(base.create(payload={"company": "a.example.com"})))
        made = Outcome("plan-1-1", OutcomeKind.WRITTEN, "55", effects=(KEY,))
        ledger.deliveries.record([made])

        assert Effect(KEY, Side.HUBSPOT, EffectKind.COMPANY, RID, 0, "done", "55") == self._told(
            ledger
        )

    def test_a_base_that_goes_along_moves_with_its_field(self, ledger: Ledger) -> None:
        """What the sheet showed when the status moved is remembered with it."""
        change = replace(
            base.intent().changes["city"], remembers={"status:sheet": base.text("Sent")}
        )
        ledger.plans.store("", base.plan(base.intent(changes={"city": change})))
        written = {"city": base.text("Basel")}
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.WRITTEN, "11", written)])

        bases = ledger.plans.planning_input().bases[RID, Side.HUBSPOT]
        assert base.text("Sent") == bases["status:sheet"]

    @pytest.mark.parametrize(
        ("skipped", "hinted"), [({}, ["11"]), ({"company": "gone"}, [])], ids=["person", "company"]
    )
    def test_who_is_gone_is_looked_up(
        self, ledger: Ledger, skipped: dict[str, str], hinted: list[str]
    ) -> None:
        """A person by id; a company by its website, for its id leads nowhere."""
        self._known(ledger)
        known = Company(Side.HUBSPOT, "a.example.com", "11", "A", made_by_us=True)
        ledger.plans.store("", base.plan(effect(), companies=(known,)))
        ledger.deliveries.record(
            [Outcome("plan-1-1", OutcomeKind.GONE, record_id="11", skipped=skipped)]
        )

        contacts = ledger.staging.lookups_wanted()["hubspot"]["contacts"]
        (company_now,) = ledger.plans.planning_input().companies
        assert hinted == contacts["ids"]
        assert (None if skipped else "11") == company_now.record_id

    # -- who is who

    def test_records_of_rows_and_companies_of_hosts(self, ledger: Ledger) -> None:
        """Only active links own a record, and only acknowledged companies have one."""
        other = base.active("01900000-0000-7000-8000-000000000002", "12")
        links = (base.active(), replace(other, state=LinkState.DUPLICATE))
        known = (
            Company(Side.HUBSPOT, "a.example.com", "5"),
            Company(Side.HUBSPOT, "b.example.com"),
        )
        ledger.plans.store("", base.plan(links=links, companies=known))

        deliveries = ledger.deliveries
        assert {RID: "11"} == deliveries.linked_ids(Side.HUBSPOT, [RID, other.rid])
        assert {"a.example.com": "5"} == deliveries.company_ids(
            Side.HUBSPOT, ["a.example.com", "b.example.com"]
        )

    def test_a_made_company_is_known(self, ledger: Ledger) -> None:
        """It is ours, under the name we gave it."""
        ledger.plans.store("", base.plan(company()))
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.WRITTEN, "5")])

        known = Company(Side.HUBSPOT, "a.example.com", "5", "A", made_by_us=True)
        assert (known,) == ledger.plans.planning_input().companies

    def test_a_company_that_a_person_renamed_is_not_ours(self, ledger: Ledger) -> None:
        """It is never renamed again."""
        renamed = company(operation=Operation.UPDATE, record_id="5")
        ledger.plans.store("", base.plan(renamed))
        ledger.deliveries.record(
            [Outcome("plan-1-1", OutcomeKind.WRITTEN, "5", skipped={"name": "moved"})]
        )

        (known,) = ledger.plans.planning_input().companies
        assert (False, "5", "") == (known.made_by_us, known.record_id, known.name)

    # -- look-ups

    @pytest.mark.parametrize(
        ("shown", "asked"),
        [
            (row(), ["a.example.com"]),
            (row(None), []),
            (row(paused=True), []),
            (replace(row(), fields={}), []),
        ],
        ids=["with a website", "without", "paused", "no e-mail"],
    )
    def test_a_company_is_asked_for_before_its_person_is_made(
        self, ledger: Ledger, shown: Any, asked: list[str]
    ) -> None:
        """A row that may become a contact needs to know whether its company is there."""
        ledger.staging.commit("sheet", base.sheet(shown), None)

        assert asked == self._asked(ledger, "companies", "hosts")

    @pytest.mark.parametrize(
        ("extra", "told", "asked"),
        [
            ({}, False, ["a.example.com"]),
            ({"company_id": "5"}, False, []),
            ({}, True, []),
        ],
        ids=["in none", "in one", "was put into one"],
    )
    def test_a_person_in_no_company_asks_for_theirs(
        self, ledger: Ledger, extra: dict[str, str], told: bool, asked: list[str]
    ) -> None:
        """Who has a company, or was given one before, asks nothing."""
        self._known(ledger, extra=extra)
        done = Effect(KEY, Side.HUBSPOT, EffectKind.COMPANY, RID, 0, "done", "11")
        effects = (done,) if told else ()
        ledger.plans.store("", replace(base.plan(effects=effects), plan_id="plan-2"))

        assert asked == self._asked(ledger, "companies", "hosts")

    def test_a_known_company_is_not_asked_for(self, ledger: Ledger) -> None:
        """Its record is remembered."""
        ledger.staging.commit("sheet", base.sheet(row()), None)
        known = Company(Side.HUBSPOT, "a.example.com", "5")
        ledger.plans.store("", base.plan(companies=(known,)))

        assert [] == self._asked(ledger, "companies", "hosts")

    def test_switched_off_companies_ask_nothing(self, ledger: Ledger) -> None:
        """What the rules of the last plan switch off costs no call."""
        ledger.staging.commit("sheet", base.sheet(row()), None)
        ledger.history.set_meta("effects_off:hubspot", "company,deal")

        assert [] == self._asked(ledger, "companies", "hosts")

    def test_doubtful_companies_and_deals_are_asked_for_by_key(self, ledger: Ledger) -> None:
        """Both carry a unique value, so the store can be asked directly."""
        deal = effect(2, object="deals", event_key="d" * 40)
        ledger.plans.store("", base.plan(company(), deal))
        ledger.deliveries.mark_in_doubt(["plan-1-1", "plan-1-2"])

        assert ["a.example.com"] == self._asked(ledger, "companies", "events")
        assert ["d" * 40] == self._asked(ledger, "deals", "events")

    def test_a_row_older_than_the_ledger_has_its_emails_listed_once(self, ledger: Ledger) -> None:
        """A new ledger does not know what its people were told of."""
        ledger.staging.commit("sheet", base.sheet(row()), None)
        ledger.plans.store("", base.plan(links=(base.active(),), rows=(base.present(),)))
        before = self._asked(ledger, "emails", "told_of")
        watch = RowWatch(RID, checked=(Side.HUBSPOT,))
        ledger.plans.store("", replace(base.plan(watches=(watch,)), plan_id="plan-2"))

        (known,) = ledger.plans.planning_input().known_rows.values()
        assert KnownRow(RID, confirmed=True, present=True, created_seq=1, minted=False) == known
        assert (["11"], []) == (before, self._asked(ledger, "emails", "told_of"))

    def test_an_answer_keeps_the_crms_time(self, ledger: Ledger) -> None:
        """Two misses are compared by the CRM's clock, whatever ours says."""
        ledger.runs.begin("job", base.MARK, base.never_asked)
        at = START + timedelta(days=3)
        answer = Lookup(Side.HUBSPOT, "emails", "told_of", "11", LookupStatus.FOUND, ("11",), at)
        ledger.staging.commit("hubspot-lookups", StagedBatch(lookups=[answer]), None)

        assert (answer,) == ledger.plans.planning_input().lookups
