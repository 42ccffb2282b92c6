"""What every ledger must do, whichever database it lies in: one suite, run for each.

Imported by ``test_adapters_ledger_databases.py``; the helpers here also serve the other ledger tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from outreach_adapters.ledger import Calls, CrmCount, Ledger, ProcessMark, StagedBatch, open_ledger
from outreach_adapters.ledger.hints import Hint, HintKind
from outreach_core.errors import ConfigError, Fatal, ResyncRequired, Retriable
from outreach_core.model import (
    BLANK,
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
    Outcome,
    OutcomeKind,
    Problem,
    SheetRow,
    SheetSnapshot,
    Side,
    SideState,
    SideStatus,
)
from outreach_core.model.hashing import input_hash
from outreach_core.model.planning import (
    BaseMove,
    Bucket,
    Conflict,
    ConflictKind,
    KnownRow,
    Link,
    Plan,
    PlanStatus,
    RowState,
    RowVerdict,
)

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MARK = ProcessMark("here", 4711, 1.0)
RID = "01900000-0000-7000-8000-000000000001"
STATE = {"bookmarks": {"gather": {"seq": 1}}}


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


def ids() -> Callable[[], str]:
    """Ids that count."""
    numbers = count(1)
    return lambda: f"id-{next(numbers):04}"


def text(value: str) -> FieldValue:
    """A text field."""
    return FieldValue(value, value, value.lower())


def row(number: int = 2, rid: str | None = None, **fields: str) -> SheetRow:
    """A row of the sheet."""
    return SheetRow(number, rid, f"print-{number}", {n: text(v) for n, v in fields.items()})


def snapshot(rows: int, at: datetime = START) -> SheetSnapshot:
    """The end mark of a complete read."""
    return SheetSnapshot("sheet-1", 0, "Outreach", "Europe/Berlin", ("Email",), "1", rows, at)


def sheet(*rows: SheetRow) -> StagedBatch:
    """A complete read of the sheet."""
    ok = SideStatus(Side.SHEET, SideState.OK)
    return StagedBatch(rows=rows, snapshot=snapshot(len(rows)), statuses=[ok])


def contact(record_id: str = "11", **given: object) -> CrmRecord:
    """A HubSpot contact."""
    fields = {"city": text("Bern")}
    return replace(CrmRecord(Side.HUBSPOT, "contacts", record_id, fields), **given)


def intent(seq: int = 1, **given: object) -> Intent:
    """An update of a contact's city, unless said otherwise."""
    change = FieldChange(text("Bern"), text("Basel"), {Side.SHEET: text("basel!")})
    made = Intent(
        intent_id=f"plan-1-{seq}",
        plan_id="plan-1",
        seq=seq,
        side=Side.HUBSPOT,
        kind=IntentKind.RECORD,
        operation=Operation.UPDATE,
        object="contacts",
        rid=RID,
        row=2,
        record_id="11",
        changes={"city": change},
    )
    return replace(made, **given)


def create(seq: int = 1, **given: object) -> Intent:
    """The create of a contact."""
    changes = {
        "email": FieldChange(BLANK, text("a@example.com"), {Side.SHEET: text("A@example.com")})
    }
    made = {"operation": Operation.CREATE, "record_id": None, "changes": changes}
    return intent(seq, **{**made, **given})


def plan(*intents: Intent, **given: object) -> Plan:
    """A deliverable plan."""
    return replace(Plan("plan-1", PlanStatus.DELIVERABLE, intents, fingerprint="rules-1"), **given)


def active(rid: str = RID, record_id: str = "11") -> Link:
    """An active link."""
    return Link(rid, Side.HUBSPOT, "contacts", record_id)


def present(rid: str = RID) -> KnownRow:
    """A row id that was read back."""
    return KnownRow(rid, confirmed=True, present=True)


def never_asked(mark: ProcessMark) -> bool:
    """A liveness check that must not be needed."""
    raise AssertionError(mark)


class LedgerConformance:
    """The suite. A subclass gives ``url``."""

    @pytest.fixture
    def clock(self) -> Clock:
        """The ledger's clock."""
        return Clock()

    @pytest.fixture
    def ledger(self, url: str, clock: Clock) -> Iterator[Ledger]:
        """An empty ledger."""
        opened = open_ledger(url, now=clock, new_id=ids())
        yield opened
        opened.close()

    # -- runs

    def test_lease_is_held_while_the_process_lives(self, ledger: Ledger) -> None:
        """A second run is refused while the first one's process lives."""
        ledger.runs.begin("job", MARK, never_asked)

        with pytest.raises(Retriable) as refused:
            ledger.runs.begin("job", MARK, lambda _: True)

        assert refused.value.code == "lease_held"

    def test_dead_run_is_abandoned(self, ledger: Ledger) -> None:
        """A run whose process died is marked so, and its lease taken."""
        first = ledger.runs.begin("job", MARK, never_asked)

        second = ledger.runs.begin("job", MARK, lambda _: False)

        found = {run.run_id: run.status for run in ledger.runs.recent(5)}
        assert found == {first.run_id: "abandoned", second.run_id: "running"}

    @pytest.mark.parametrize(("minutes", "taken"), [(29, False), (31, True)])
    def test_lease_of_another_host_runs_out(
        self, ledger: Ledger, clock: Clock, minutes: int, taken: bool
    ) -> None:
        """Another host's lease is taken over only after it was not renewed for half an hour."""
        ledger.runs.begin("job", MARK, never_asked)
        clock.advance(minutes=minutes)

        try:
            ledger.runs.begin("job", MARK, lambda _: None)
            got = True
        except Retriable:
            got = False

        assert got == taken

    def test_finished_run_gives_the_lease_back(self, ledger: Ledger) -> None:
        """A finished run keeps its counters, and nothing holds the lease."""
        run = ledger.runs.begin("job", MARK, never_asked)

        ledger.runs.finish(run.run_id, "clean", {"read": 3}, "fine")

        (kept,) = ledger.runs.recent(1)
        assert (None, {"read": 3}, "fine") == (ledger.runs.current(), kept.counters, kept.message)

    # -- staging

    def test_snapshot_is_swapped_whole(self, ledger: Ledger) -> None:
        """A complete read replaces the rows; a batch without its end mark does not."""
        ledger.staging.commit("sheet", sheet(row(2, city="Bern"), row(3, city="Genf")), None)
        ledger.staging.commit("sheet", StagedBatch(rows=[row(9)]), None)
        kept = [shown.row for shown in ledger.plans.planning_input().rows]
        ledger.staging.commit("sheet", sheet(row(4)), None)

        assert [2, 3] == kept
        assert [4] == [shown.row for shown in ledger.plans.planning_input().rows]

    def test_short_snapshot_is_refused(self, ledger: Ledger) -> None:
        """A snapshot that lost rows on the way changes nothing, bookmark included."""
        ledger.staging.commit("sheet", sheet(row(2)), None)
        short = replace(sheet(row(3)), snapshot=snapshot(2))

        with pytest.raises(ConfigError):
            ledger.staging.commit("sheet", short, STATE)

        assert [2] == [shown.row for shown in ledger.plans.planning_input().rows]
        with pytest.raises(ResyncRequired):
            ledger.staging.check_bookmark("sheet", STATE)

    def test_values_come_back_as_they_were(self, ledger: Ledger) -> None:
        """Raw values keep their JSON type, for change is judged on it."""
        raws = [1, 1.0, True, "1", None, "", "=x", ["a"]]
        fields = {f"f{n}": FieldValue(raw, "v", "k") for n, raw in enumerate(raws)}
        ledger.staging.commit("sheet", sheet(replace(row(2), fields=fields)), None)

        (back,) = ledger.plans.planning_input().rows

        found = [back.fields[f"f{n}"].raw for n in range(len(raws))]
        assert [(type(raw), raw) for raw in raws] == [(type(raw), raw) for raw in found]

    def test_bookmark_ahead_is_refused(self, ledger: Ledger) -> None:
        """A bookmark of the same or an older run is fine, one ahead of the ledger is not."""
        ledger.staging.commit("hubspot", StagedBatch(), {"bookmarks": {"gather": {"seq": 2}}})

        ledger.staging.check_bookmark("hubspot", {"bookmarks": {"gather": {"seq": 2}}})
        ledger.staging.check_bookmark("hubspot", {})
        with pytest.raises(ResyncRequired):
            ledger.staging.check_bookmark("hubspot", {"bookmarks": {"gather": {"seq": 3}}})

    @pytest.mark.parametrize(
        ("record", "kept"),
        [
            (contact("99"), 0),
            (contact("99", external_id="any"), 1),
            (contact("11"), 1),
            (contact("99", merged_ids=("11",)), 1),
            (contact("77"), 1),
            (contact("99", emails=("new@example.com",)), 1),
            (contact("99", emails=("linked@example.com",)), 0),
        ],
        ids=[
            "nobody's",
            "carries an id",
            "linked",
            "merged from linked",
            "asked",
            "e-mail",
            "linked e-mail",
        ],
    )
    def test_only_needed_records_are_kept(
        self, ledger: Ledger, record: CrmRecord, kept: int
    ) -> None:
        """A record nobody here needs is counted as excluded and not kept."""
        rows = row(2, RID, email="linked@example.com"), row(3, email="new@example.com")
        ledger.staging.commit("sheet", sheet(*rows), None)
        ledger.plans.store("", plan(links=(active(),), rows=(present(),)))
        asked = Lookup(
            Side.HUBSPOT, "contacts", "email", "x@example.com", LookupStatus.FOUND, ("77",)
        )

        staged = ledger.staging.commit(
            "hubspot", StagedBatch(records=[record], lookups=[asked]), None
        )

        assert (kept, 1 - kept) == (staged.records, staged.excluded)

    def test_lookups_count_in_their_run_only(self, ledger: Ledger) -> None:
        """An answer of an earlier run is not given to the planner."""
        answer = replace(
            Lookup(Side.HUBSPOT, "contacts", "external_id", RID, LookupStatus.MISSING), at=START
        )
        first = ledger.runs.begin("job", MARK, never_asked)
        ledger.staging.commit("hubspot-lookups", StagedBatch(lookups=[answer]), None)
        now = ledger.plans.planning_input().lookups
        ledger.runs.finish(first.run_id, "clean", {})
        ledger.runs.begin("job", MARK, never_asked)

        assert ((answer,), ()) == (now, ledger.plans.planning_input().lookups)

    @pytest.mark.parametrize(("minutes", "kept"), [(59, 1), (61, 0)])
    @pytest.mark.parametrize("side", [Side.HUBSPOT, Side.SALESFORCE])
    def test_a_free_email_in_hubspot_is_good_for_an_hour(
        self, ledger: Ledger, clock: Clock, minutes: int, kept: int, side: Side
    ) -> None:
        """HubSpot refuses a second contact itself; Salesforce does not, so there it is asked anew."""
        answer = Lookup(side, "contacts", "email", "a@example.com", LookupStatus.MISSING)
        ledger.staging.commit("sheet", sheet(row(2, email="a@example.com")), None)
        first = ledger.runs.begin("job", MARK, never_asked)
        ledger.staging.commit("lookups", StagedBatch(lookups=[answer]), None)
        ledger.runs.finish(first.run_id, "clean", {})
        clock.advance(minutes=minutes)
        ledger.runs.begin("job", MARK, never_asked)

        good = kept if side is Side.HUBSPOT else 0
        asked = ledger.staging.lookups_wanted()["hubspot"]["contacts"]["emails"]
        assert good == len(ledger.plans.planning_input().lookups)
        assert ([] if good else ["a@example.com"]) == asked

    def test_failure_of_a_side_lasts_for_its_run(self, ledger: Ledger) -> None:
        """An unreachable CRM is not called well again by its second tap, but by the next run."""
        lost = SideStatus(Side.HUBSPOT, SideState.UNREACHABLE, "down", "No answer.")
        well = SideStatus(Side.HUBSPOT, SideState.OK)
        run = ledger.runs.begin("job", MARK, never_asked)
        for status in (lost, well):
            ledger.staging.commit("hubspot", StagedBatch(statuses=[status]), None)
        within = ledger.plans.planning_input().statuses[Side.HUBSPOT].state
        ledger.runs.finish(run.run_id, "failed", {})
        ledger.runs.begin("job", MARK, never_asked)
        ledger.staging.commit("hubspot", StagedBatch(statuses=[well]), None)

        after = ledger.plans.planning_input().statuses[Side.HUBSPOT].state
        assert (SideState.UNREACHABLE, SideState.OK) == (within, after)

    def test_the_calls_of_the_day_are_the_last_that_were_told(self, ledger: Ledger) -> None:
        """A CRM that does not tell them changes nothing; the planner is given what was told."""
        for told in (Calls(7, 900), Calls(9, 900), None):
            count = CrmCount(Side.HUBSPOT, "contacts", "portal-1", 1, calls=told)
            ledger.staging.commit("hubspot", StagedBatch(counts=[count]), None)

        kept = ledger.history.calls()

        assert {Side.HUBSPOT: (9, 900)} == {side: (c.used, c.allowed) for side, c in kept.items()}
        assert {Side.HUBSPOT: 9} == dict(ledger.plans.planning_input().calls)

    def test_another_account_is_refused(self, ledger: Ledger) -> None:
        """The ledger keeps one CRM account in step."""
        ledger.staging.commit("hubspot", _counted(3, "portal-1"), None)

        with pytest.raises(ConfigError) as refused:
            ledger.staging.commit("hubspot", _counted(3, "portal-2"), None)

        assert refused.value.code == "other_portal"

    # -- look-ups

    def test_quiet_run_asks_nothing(self, ledger: Ledger) -> None:
        """When every row is linked and was verified, no call is asked for."""
        self._linked(ledger)

        assert _nothing() == self._wanted(ledger)

    def test_unlinked_row_asks_again(self, ledger: Ledger, clock: Clock) -> None:
        """A row without a record asks by e-mail, again some time after nobody had it."""
        ledger.staging.commit("sheet", sheet(row(2, email="A@example.com")), None)
        missing = Lookup(Side.HUBSPOT, "contacts", "email", "a@example.com", LookupStatus.MISSING)
        ledger.staging.commit("hubspot-lookups", StagedBatch(lookups=[missing]), None)
        clock.advance(hours=2)

        assert {**_nothing(), "emails": ["a@example.com"]} == self._wanted(ledger)

    def test_paused_row_asks_nothing(self, ledger: Ledger) -> None:
        """A paused row is left alone."""
        ledger.staging.commit(
            "sheet", sheet(replace(row(2, email="a@example.com"), paused=True)), None
        )

        assert _nothing() == self._wanted(ledger)

    def test_foreign_row_id_is_asked_for(self, ledger: Ledger) -> None:
        """A row id this ledger did not make is looked up as an external id."""
        ledger.staging.commit("sheet", sheet(row(2, RID)), None)

        assert {**_nothing(), "external_ids": [RID]} == self._wanted(ledger)

    def test_writes_in_doubt_are_asked_for(self, ledger: Ledger) -> None:
        """An update in doubt asks for its record, a create for its row id."""
        self._linked(ledger, intent(1), create(2, rid="other"))
        ledger.deliveries.mark_in_doubt(["plan-1-1", "plan-1-2"])

        expected = {**_nothing(), "ids": ["11"], "external_ids": ["other"]}
        assert expected == self._wanted(ledger)

    def test_linked_records_are_verified_when_due(self, ledger: Ledger, clock: Clock) -> None:
        """A linked record that was not seen for more than 20 hours is verified."""
        self._linked(ledger)
        clock.advance(hours=19)
        before = self._wanted(ledger)["verify_ids"]
        clock.advance(hours=2)

        assert ([], ["11"]) == (before, self._wanted(ledger)["verify_ids"])

    def test_linked_records_are_verified_when_the_gate_held(self, ledger: Ledger) -> None:
        """A run that did not read the sheet anew uses its time to verify."""
        self._linked(ledger)
        ledger.runs.begin("job", MARK, never_asked)

        assert ["11"] == self._wanted(ledger)["verify_ids"]

    def test_what_was_planned_for_as_deleted_is_known_to_be_gone(self, ledger: Ledger) -> None:
        """It is read with the others when the gate held, and looked into again after a full refresh."""
        self._linked(ledger)
        archived = Link(RID, Side.HUBSPOT, "contacts", "11", LinkState.ARCHIVED)
        ledger.plans.store("", plan(plan_id="plan-2", links=(archived,)))
        ledger.runs.begin("job", MARK, never_asked)
        asked = self._wanted(ledger)
        ledger.staging.commit("hubspot", StagedBatch(), STATE)
        ledger.staging.check_bookmark("hubspot", {})
        again = self._wanted(ledger)

        assert (["11"], ["11"]) == (asked["verify_ids"], asked["known_gone"])
        assert (["11"], []) == (again["verify_ids"], again["known_gone"])

    def test_reset_bookmark_verifies_all(self, ledger: Ledger) -> None:
        """After a full refresh all linked records are verified, once."""
        self._linked(ledger)
        ledger.staging.commit("hubspot", StagedBatch(), STATE)
        ledger.staging.check_bookmark("hubspot", {})
        asked = self._wanted(ledger)["verify_ids"]
        found = Lookup(Side.HUBSPOT, "contacts", "id", "11", LookupStatus.FOUND, ("11",))
        ledger.staging.commit("hubspot-lookups", StagedBatch(lookups=[found]), STATE)

        assert (["11"], []) == (asked, self._wanted(ledger)["verify_ids"])

    @pytest.mark.parametrize(
        ("then", "now", "asked"),
        [("one", "two", ["11"]), ("one", "one", []), ("", "two", []), ("one", "", [])],
    )
    def test_records_read_with_other_rules_are_all_asked_for(
        self, ledger: Ledger, then: str, now: str, asked: list[str]
    ) -> None:
        """A side that is read otherwise now is read anew, even where reading it has just failed."""
        self._linked(ledger)
        known = replace(contact(), rules=then)
        status = SideStatus(Side.HUBSPOT, SideState.MISCONFIGURED, "no_property", "None.", now)
        ledger.staging.commit("hubspot", StagedBatch(records=[known]), None)
        ledger.staging.commit("hubspot", StagedBatch(statuses=[status]), None)

        assert asked == self._wanted(ledger)["verify_ids"]

    def test_a_hint_is_a_look_and_no_more(self, ledger: Ledger) -> None:
        """Named twice it is one look-up, once; somebody who is not there is not looked for for ever."""
        self._linked(ledger)
        here, nobody = (Hint(Side.HUBSPOT, "contacts", record_id) for record_id in ("11", "999"))
        ledger.hints.note([nobody, here, here])
        ledger.hints.note([here])
        asked = self._wanted(ledger)["ids"]
        found = Lookup(Side.HUBSPOT, "contacts", "id", "11", LookupStatus.FOUND, ("11",))
        missing = Lookup(Side.HUBSPOT, "contacts", "id", "999", LookupStatus.MISSING)
        ledger.staging.commit("hubspot", StagedBatch(lookups=[found, missing]), None)

        assert ["11", "999"] == asked
        assert [] == self._wanted(ledger)["ids"]

    def test_who_is_known_is_linked_or_was_read_for_a_row(self, ledger: Ledger) -> None:
        """By record id and side; an account has more people than that."""
        self._linked(ledger)
        ledger.staging.commit(
            "hubspot",
            StagedBatch(records=[replace(contact(), record_id="12", external_id=RID)]),
            None,
        )
        known = ledger.hints.known(Side.HUBSPOT, ["11", "12", "13"])

        assert {"11", "12"} == known
        assert frozenset() == ledger.hints.known(Side.SALESFORCE, ["11"])

    def test_a_hint_of_during_a_run_is_looked_at_by_the_next(self, ledger: Ledger) -> None:
        """The record may have been read before it changed, so the answer does not use the hint up."""
        self._linked(ledger)
        ledger.runs.begin("hubspot-sync", MARK)
        ledger.hints.note([Hint(Side.HUBSPOT, "contacts", "11")])
        found = Lookup(Side.HUBSPOT, "contacts", "id", "11", LookupStatus.FOUND, ("11",))
        ledger.staging.commit("hubspot", StagedBatch(lookups=[found]), None)

        assert ["11"] == self._wanted(ledger)["ids"]

    def test_what_was_told_waits_until_a_whole_run_began_after_it(
        self, ledger: Ledger, clock: Clock
    ) -> None:
        """A run that was killed, or that began before, does not count; nor do hints of our own."""
        hints = [Hint(Side.HUBSPOT, "contacts", one) for one in ("11", "12", "12")]
        ledger.hints.note(hints)
        told = ledger.hints.waiting("hubspot-sync")
        clock.advance(seconds=1)
        begun = ledger.runs.begin("hubspot-sync", MARK)
        during = ledger.hints.waiting("hubspot-sync")
        clock.advance(seconds=1)
        ledger.hints.note([Hint(Side.HUBSPOT, "contacts", "13")])
        ledger.runs.finish(begun.run_id, "clean", {})
        after = ledger.hints.waiting("hubspot-sync")

        assert [2, 2, 1] == [told.records, during.records, after.records]
        assert told.since is not None
        assert 3 == ledger.hints.waiting("salesforce-sync").records

    def test_who_is_to_be_forgotten_is_remembered_until_it_is_done(self, ledger: Ledger) -> None:
        """A look-up that finds nobody uses up the hint, not the request to forget."""
        ledger.hints.note([Hint(Side.HUBSPOT, "contacts", "11", HintKind.ERASURE)])
        ledger.hints.note([Hint(Side.HUBSPOT, "contacts", "11")])
        missing = Lookup(Side.HUBSPOT, "contacts", "id", "11", LookupStatus.MISSING)
        ledger.staging.commit("hubspot", StagedBatch(lookups=[missing]), None)

        assert ["11"] == [one.record_id for one in ledger.hints.erasures()]

    def test_nobody_is_forgotten_on_hearsay(self, ledger: Ledger) -> None:
        """As long as a row is kept in step with the record it is there, whatever an event says."""
        self._linked(ledger)
        (one, other) = (ledger.plans.planning_input().links[0].record_id, "99")
        for record in (one, other):
            ledger.hints.note([Hint(Side.HUBSPOT, "contacts", record, HintKind.ERASURE)])

        assert 1 == ledger.forgetting.carry_out()
        assert [one] == [left.record_id for left in ledger.hints.erasures()]
        assert 0 == ledger.forgetting.carry_out()

    def test_who_was_merged_away_is_nobody(self, ledger: Ledger) -> None:
        """Told once with the record that is left, it is not taken for a living one when that is forgotten."""
        self._linked(ledger)
        gone, left = contact(), replace(contact(), record_id="12")
        ledger.staging.commit("hubspot", StagedBatch(records=[gone]), None)
        merged = replace(left, merged_ids=("11",))
        ledger.staging.commit("hubspot", StagedBatch(records=[merged]), None)
        records = ledger.plans.planning_input().records
        key = (Side.HUBSPOT, "contacts", "11")

        assert records[key].archived

    def test_a_deleted_record_is_not_asked_for_again_and_again(self, ledger: Ledger) -> None:
        """It stays as it was read last; only a living record is read anew."""
        self._linked(ledger)
        known = replace(contact(), rules="one", archived=True)
        status = SideStatus(Side.HUBSPOT, SideState.OK, rules="two")
        ledger.staging.commit("hubspot", StagedBatch(records=[known], statuses=[status]), None)

        assert [] == self._wanted(ledger)["verify_ids"]

    @pytest.mark.parametrize(("totals", "asked"), [((0,), []), ((0, 0), ["11"]), ((0, 1, 0), [])])
    def test_low_count_raises_suspicion_in_two_runs(
        self, ledger: Ledger, totals: tuple[int, ...], asked: list[str]
    ) -> None:
        """Only two low counts running make all linked records suspect."""
        self._linked(ledger)
        for total in totals:
            ledger.staging.commit("hubspot", _counted(total), None)

        assert asked == self._wanted(ledger)["suspect_ids"]

    # -- plans

    def test_waiting_plan_takes_no_effect(self, ledger: Ledger) -> None:
        """A plan that waits moves no base, makes no link and delivers nothing but row ids."""
        minted = _row_id_intent(1)
        move = BaseMove(RID, Side.SHEET, "city", text("Bern"))
        ledger.plans.store(
            "",
            plan(
                minted, intent(2), status=PlanStatus.WAITING, links=(active(),), base_moves=(move,)
            ),
        )

        given = ledger.plans.planning_input()
        assert ((), {}, False) == (given.links, given.bases, given.first_sync_done)
        assert [minted.intent_id] == [
            i.intent_id for i in self._open(ledger, Side.SHEET, IntentKind.ROW_ID)
        ]
        assert [] == self._open(ledger)

    def test_blocked_plan_delivers_nothing(self, ledger: Ledger) -> None:
        """A blocked plan does not even write row ids."""
        ledger.plans.store("", plan(_row_id_intent(1), status=PlanStatus.BLOCKED))

        assert [] == self._open(ledger, Side.SHEET, IntentKind.ROW_ID)

    def test_deliverable_plan_takes_effect(self, ledger: Ledger) -> None:
        """Links, agreed bases, conflicts and what is known of rows are there for the next plan."""
        asked = Conflict(RID, "phone", ConflictKind.FIELD, {Side.SHEET: text("1")}, "evidence")
        move = BaseMove(RID, Side.SHEET, "city", text("Bern"))
        ledger.plans.store(
            "", plan(links=(active(),), base_moves=(move,), conflicts=(asked,), rows=(present(),))
        )

        given = ledger.plans.planning_input()
        assert (active(),) == given.links
        assert {(RID, Side.SHEET): {"city": text("Bern")}} == given.bases
        assert [replace(asked, conflict_id=given.conflicts[0].conflict_id)] == list(given.conflicts)
        assert {RID: KnownRow(RID, True, True, 1)} == given.known_rows
        assert (False, "rules-1") == (given.first_sync_done, given.fingerprint)

    @pytest.mark.parametrize(
        ("kind", "done"), [(OutcomeKind.WRITTEN, True), (OutcomeKind.HELD, False)]
    )
    def test_an_approval_holds_until_its_plan_is_delivered(
        self, ledger: Ledger, kind: OutcomeKind, done: bool
    ) -> None:
        """A first sync that was cut short is finished without asking again."""
        shown = plan(status=PlanStatus.WAITING)
        ledger.plans.store("", shown)
        ledger.plans.approve(shown.plan_id, "ask", "a test")
        run = ledger.runs.begin("job", MARK)
        made = plan(create(plan_id="plan-2"), plan_id="plan-2")
        ledger.plans.store(run.run_id, made)
        held_on = ledger.plans.planning_input()
        ledger.deliveries.record([Outcome(made.intents[0].intent_id, kind, record_id="501")])
        ledger.runs.finish(run.run_id, "clean", {})

        after = ledger.plans.planning_input()
        assert (True, False) == (held_on.approval is not None, held_on.first_sync_done)
        assert (not done, done) == (after.approval is not None, after.first_sync_done)

    @pytest.mark.parametrize(
        ("state", "done"), [(SideState.OK, True), (SideState.UNREACHABLE, False)]
    )
    def test_an_approval_outlives_a_run_without_the_crm(
        self, ledger: Ledger, state: SideState, done: bool
    ) -> None:
        """A plan that could say nothing about HubSpot has not delivered what was approved for it."""
        shown = plan(status=PlanStatus.WAITING)
        ledger.plans.store("", shown)
        ledger.plans.approve(shown.plan_id, "ask", "a test")
        run = ledger.runs.begin("job", MARK)
        status = SideStatus(Side.HUBSPOT, state, "daily_limit", "Until tomorrow.")
        ledger.staging.commit("hubspot", StagedBatch(statuses=[status]), None)
        ledger.plans.store(run.run_id, plan(plan_id="plan-2", links=(active(),)))
        ledger.runs.finish(run.run_id, "unreachable", {})

        after = ledger.plans.planning_input()
        assert (not done, done) == (after.approval is not None, after.first_sync_done)

    def test_conflict_is_refreshed_not_doubled(self, ledger: Ledger) -> None:
        """There is one open question per field; new evidence replaces the old."""
        asked = Conflict(RID, "phone", ConflictKind.FIELD, {Side.SHEET: text("1")}, "first")
        again = replace(asked, values={Side.HUBSPOT: text("2")}, evidence_hash="second")
        ledger.plans.store("", plan(conflicts=(asked,)))
        ledger.plans.store("", plan(plan_id="plan-2", conflicts=(again,)))

        (found,) = ledger.history.conflicts_open()
        assert ("second", again.values) == (found.evidence_hash, found.values)

    def test_link_changes_hands_in_one_plan(self, ledger: Ledger) -> None:
        """A record may go from one row to another in one plan, in whatever order it says so."""
        self._linked(ledger)
        taken = replace(active("other"), state=LinkState.ACTIVE)
        left = replace(active(), state=LinkState.DUPLICATE)
        ledger.plans.store("", plan(plan_id="plan-2", links=(taken, left)))

        found = {link.rid: link.state for link in ledger.plans.planning_input().links}
        assert {"other": LinkState.ACTIVE, RID: LinkState.DUPLICATE} == found

    def test_new_plan_supersedes_open_intents_only(self, ledger: Ledger) -> None:
        """What an older plan left open is dropped; what is in doubt stays to be settled."""
        ledger.plans.store("", plan(intent(1), intent(2, rid="b", record_id="12")))
        ledger.deliveries.mark_in_doubt(["plan-1-1"])
        ledger.plans.store("", plan(plan_id="plan-2"))

        states = {i.intent_id: i.state for i in ledger.plans.intents("plan-1")}
        assert {"plan-1-1": IntentState.IN_DOUBT, "plan-1-2": IntentState.DROPPED} == states
        assert ["plan-1-1"] == [i.intent_id for i in ledger.plans.planning_input().left_over]

    def test_settled_intents_are_left_over_no_more(self, ledger: Ledger) -> None:
        """A plan that settles a write in doubt closes it."""
        ledger.plans.store("", plan(intent(1)))
        ledger.deliveries.mark_in_doubt(["plan-1-1"])
        ledger.plans.store("", plan(plan_id="plan-2", settled={"plan-1-1": IntentState.DONE}))

        assert () == ledger.plans.planning_input().left_over
        assert [IntentState.DONE] == [i.state for i in ledger.plans.intents("plan-1")]

    def test_a_write_that_landed_unheard_is_in_the_history(self, ledger: Ledger) -> None:
        """Its acknowledgement was lost; the plan that finds it landed keeps what it replaced."""
        both = {
            "city": FieldChange(text("Bern"), text("Basel")),
            "phone": FieldChange(text("1"), text("2")),
        }
        ledger.plans.store("", plan(intent(1, changes=both)))
        ledger.deliveries.mark_in_doubt(["plan-1-1"])
        landed = BaseMove(RID, Side.HUBSPOT, "city", text("Basel"))
        settled = {"plan-1-1": IntentState.DONE}
        ledger.plans.store("", plan(plan_id="plan-2", settled=settled, base_moves=(landed,)))

        (change,) = ledger.history.changes()
        assert (text("Bern"), text("Basel"), "city") == (change.old, change.new, change.field)

    def test_approval_is_for_the_newest_waiting_plan_and_used_once(self, ledger: Ledger) -> None:
        """An approval is given to the next plan and used up when that one's run ends."""
        waiting = plan(status=PlanStatus.WAITING, guarded=("a", "b"))
        ledger.plans.store("", waiting)
        with pytest.raises(ConfigError):
            ledger.plans.approve("another", "ask", "me")
        ledger.plans.approve("plan-1", "sheet", "me")
        given = ledger.plans.planning_input().approval
        run = ledger.runs.begin("job", MARK)
        ledger.plans.store(run.run_id, plan(plan_id="plan-2"))
        ledger.runs.finish(run.run_id, "clean", {})

        assert given is not None
        assert (frozenset({"a", "b"}), "sheet") == (given.guarded, given.keep)
        assert ledger.plans.planning_input().approval is None

    def test_stored_plan_comes_back(self, ledger: Ledger) -> None:
        """What people are shown of a plan is what was planned."""
        said = RowVerdict(RID, 2, Bucket.HELD, RowState.WAITING, "No e-mail yet.")
        ledger.plans.store(
            "", plan(verdicts=(said,), summary={"rows": 1}, guarded=("x",), hash="h")
        )

        found = ledger.plans.newest()
        assert found is not None
        assert ((said,), {"rows": 1}, ("x",), "h") == (
            found.verdicts,
            found.summary,
            found.guarded,
            found.hash,
        )

    # -- delivery

    def test_pages_follow_each_other(self, ledger: Ledger) -> None:
        """Pages go on after the last number and come to an end."""
        made = [intent(n, rid=f"r{n}", record_id=str(n)) for n in range(1, 6)]
        ledger.plans.store("", plan(*made))

        pages = [self._numbers(ledger, after) for after in (0, 2, 4, 5)]

        assert [[1, 2], [3, 4], [5], []] == pages

    def test_intent_waits_for_its_row_id(self, ledger: Ledger) -> None:
        """A create of a row whose id was not read back is not emitted."""
        ledger.plans.store("", plan(_row_id_intent(1), create(2, needs_row_id=True)))
        before = self._open(ledger)
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.WRITTEN, row=2)])

        assert ([], ["plan-1-2"]) == (before, [i.intent_id for i in self._open(ledger)])

    def test_old_plan_is_refused(self, ledger: Ledger, clock: Clock) -> None:
        """A plan is delivered within the hour or not at all."""
        ledger.plans.store("", plan(intent(1)))
        clock.advance(minutes=61)

        with pytest.raises(Fatal) as refused:
            self._open(ledger)

        assert refused.value.code == "plan_too_old"

    def test_plan_of_another_ledger_is_refused(self, ledger: Ledger) -> None:
        """A plan made before the ledger was founded anew is not delivered."""
        ledger.plans.store("", plan(intent(1)))
        ledger.history.set_meta("generation", "another")

        with pytest.raises(Fatal) as refused:
            self._open(ledger)

        assert refused.value.code == "other_generation"

    def test_written_moves_bases_to_what_was_returned(self, ledger: Ledger) -> None:
        """After an update both bases, the staged copy, the history and the intent say so."""
        self._linked(ledger, intent(1))
        ledger.deliveries.mark_in_doubt(["plan-1-1"])
        returned = text("BASEL")
        ledger.deliveries.record(
            [Outcome("plan-1-1", OutcomeKind.WRITTEN, returned={"city": returned})]
        )

        given = ledger.plans.planning_input()
        (change,) = ledger.history.changes()
        assert returned == given.bases[RID, Side.HUBSPOT]["city"]
        assert text("basel!") == given.bases[RID, Side.SHEET]["city"]
        assert returned == given.records[Side.HUBSPOT, "contacts", "11"].fields["city"]
        assert (text("Bern"), returned, "city") == (change.old, change.new, change.field)
        assert [IntentState.DONE] == [i.state for i in ledger.plans.intents("plan-1")]

    def test_skipped_field_moves_nothing(self, ledger: Ledger) -> None:
        """A field that was not written keeps its base."""
        self._linked(ledger, intent(1))
        skipped = Outcome("plan-1-1", OutcomeKind.WRITTEN, skipped={"city": "moved"})
        ledger.deliveries.record([skipped])

        assert ({}, []) == (ledger.plans.planning_input().bases, ledger.history.changes())

    def test_written_create_makes_the_link(self, ledger: Ledger) -> None:
        """A created record is linked, staged with our id, and based on what came back."""
        ledger.plans.store("", plan(create(1), rows=(present(),)))
        returned = {"email": text("a@example.com")}
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.WRITTEN, "55", returned)])

        given = ledger.plans.planning_input()
        record = given.records[Side.HUBSPOT, "contacts", "55"]
        assert (active(record_id="55"),) == given.links
        assert (RID, ("a@example.com",)) == (record.external_id, record.emails)
        assert text("A@example.com") == given.bases[RID, Side.SHEET]["email"]

    def test_adopted_create_is_based_on_what_was_sent(self, ledger: Ledger) -> None:
        """A person's edit between a lost acknowledgement and now must show as an edit."""
        ledger.plans.store("", plan(create(1), rows=(present(),)))
        now = {"email": text("b@example.com")}
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.ADOPTED, "55", now)])

        given = ledger.plans.planning_input()
        assert text("a@example.com") == given.bases[RID, Side.HUBSPOT]["email"]
        assert (
            text("b@example.com") == given.records[Side.HUBSPOT, "contacts", "55"].fields["email"]
        )
        assert (active(record_id="55"),) == given.links

    def test_adoption_does_not_hide_what_was_read(self, ledger: Ledger) -> None:
        """A record that was read already is newer than what was sent; its copy stays."""
        ledger.plans.store("", plan(create(1), rows=(present(),)))
        read = contact("55", external_id=RID, fields={"email": text("c@example.com")})
        ledger.staging.commit("hubspot", StagedBatch(records=[read]), None)
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.ADOPTED, "55")])

        given = ledger.plans.planning_input()
        assert read.fields == given.records[Side.HUBSPOT, "contacts", "55"].fields
        assert text("a@example.com") == given.bases[RID, Side.HUBSPOT]["email"]

    def test_written_cells_update_the_staged_row(self, ledger: Ledger) -> None:
        """A written cell is what the row shows, so that a held gate plans nothing."""
        cells = intent(1, side=Side.SHEET, kind=IntentKind.CELLS, object="row", record_id=None)
        ledger.staging.commit("sheet", sheet(row(2, RID, city="Bern", email="a@example.com")), None)
        ledger.plans.store("", plan(cells, rows=(present(),)))
        ledger.deliveries.record(
            [Outcome("plan-1-1", OutcomeKind.WRITTEN, returned={"city": text("Basel")})]
        )

        (shown,) = ledger.plans.planning_input().rows
        assert {"city": text("Basel"), "email": text("a@example.com")} == shown.fields

    def test_written_row_id_is_confirmed(self, ledger: Ledger) -> None:
        """An id that was read back belongs to its row."""
        ledger.staging.commit("sheet", sheet(row(2, city="Bern")), None)
        ledger.plans.store("", plan(_row_id_intent(1)))
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.WRITTEN, row=2)])

        given = ledger.plans.planning_input()
        known = given.known_rows[RID]
        assert ([RID], True, True) == (
            [r.sync_id for r in given.rows],
            known.confirmed,
            known.present,
        )

    def test_rejected_write_is_kept_for_retry(self, ledger: Ledger) -> None:
        """A refusal is kept with the hash of its input and counted, until a write succeeds."""
        problem = Problem("bad", "city", "The city is too long.", remedy="Shorten it.")
        refused = Outcome("plan-1-1", OutcomeKind.REJECTED, problem=problem, vendor_message="no")
        ledger.plans.store("", plan(intent(1)))
        ledger.deliveries.record([refused])
        again = intent(1, intent_id="plan-2-1", plan_id="plan-2")
        ledger.plans.store("", plan(again, plan_id="plan-2"))
        ledger.deliveries.record([replace(refused, intent_id="plan-2-1")])

        (kept,) = ledger.plans.planning_input().retries
        (shown,) = ledger.history.rejected()
        assert (2, input_hash(intent().changes, "rules-1")) == (kept.attempts, kept.input_hash)
        assert ("The city is too long. Shorten it.", "no") == (
            shown.error_text,
            shown.vendor_message,
        )

    def test_success_ends_the_retries(self, ledger: Ledger) -> None:
        """A write that succeeds forgets the refusals before it."""
        ledger.plans.store("", plan(intent(1)))
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.REJECTED)])
        again = intent(1, intent_id="plan-2-1", plan_id="plan-2")
        ledger.plans.store("", plan(again, plan_id="plan-2"))
        before = len(ledger.plans.planning_input().retries)
        written = Outcome("plan-2-1", OutcomeKind.WRITTEN, returned={"city": text("Basel")})
        ledger.deliveries.record([written])

        assert (1, ()) == (before, ledger.plans.planning_input().retries)

    def test_what_the_destination_cannot_hold_is_kept_for_retry(self, ledger: Ledger) -> None:
        """A write that left a value out moves no base of it, and keeps just that field."""
        both = {"city": FieldChange(BLANK, text("Basel")), "phone": FieldChange(BLANK, text("1"))}
        ledger.plans.store("", plan(intent(1, changes=both)))
        problem = Problem("too_long", "city", "The text is too long.", remedy="Shorten it.")
        written = Outcome("plan-1-1", OutcomeKind.WRITTEN, returned={"phone": text("1")})
        ledger.deliveries.record([written.leaving_out({"city": problem})])

        given = ledger.plans.planning_input()
        (kept,) = given.retries
        assert input_hash({"city": both["city"]}, "rules-1") == kept.input_hash
        assert "City: The text is too long. Shorten it." == kept.error_text
        assert {"phone"} == set(given.bases[RID, Side.HUBSPOT])

    @pytest.mark.parametrize(("bucket", "kept"), [(Bucket.UNCHANGED, 0), (Bucket.FAILED, 1)])
    def test_refusal_of_a_write_nobody_wants_any_more_is_forgotten(
        self, ledger: Ledger, bucket: Bucket, kept: int
    ) -> None:
        """A row that is fine without the refused write shows no error."""
        ledger.plans.store("", plan(intent(1)))
        ledger.deliveries.record([Outcome("plan-1-1", OutcomeKind.REJECTED)])
        said = RowVerdict(RID, 2, bucket, RowState.SYNCED)
        ledger.plans.store("", plan(plan_id="plan-2", verdicts=(said,)))

        assert kept == len(ledger.plans.planning_input().retries)

    @pytest.mark.parametrize(
        ("kind", "state", "asked"),
        [
            (OutcomeKind.HELD, IntentState.DROPPED, []),
            (OutcomeKind.GONE, IntentState.DROPPED, ["11"]),
            (OutcomeKind.TAKEN, IntentState.DROPPED, ["11"]),
            (OutcomeKind.UNKNOWN, IntentState.IN_DOUBT, ["11"]),
        ],
    )
    def test_what_was_not_written_moves_nothing(
        self, ledger: Ledger, kind: OutcomeKind, state: IntentState, asked: list[str]
    ) -> None:
        """Nothing is booked; what is not known for certain is looked up with the next run."""
        self._linked(ledger, intent(1))
        ledger.deliveries.record([Outcome("plan-1-1", kind)])

        assert [state] == [i.state for i in ledger.plans.intents("plan-1")]
        assert ({}, []) == (ledger.plans.planning_input().bases, ledger.history.changes())
        assert asked == self._wanted(ledger)["ids"]

    def test_outcome_counts_once(self, ledger: Ledger) -> None:
        """Recording an outcome again changes nothing."""
        self._linked(ledger, intent(1))
        outcome = Outcome("plan-1-1", OutcomeKind.WRITTEN, returned={"city": text("Basel")})
        ledger.deliveries.record([outcome])
        before = ledger.plans.planning_input(), ledger.history.changes()
        ledger.deliveries.record([outcome, replace(outcome, returned={"city": text("Bonn")})])

        assert before == (ledger.plans.planning_input(), ledger.history.changes())

    def test_failed_transaction_leaves_nothing(self, ledger: Ledger) -> None:
        """An outcome that cannot be booked takes the others of its batch back with it."""
        self._linked(ledger, intent(1), intent(2, rid="b", record_id="12"))
        good = Outcome("plan-1-1", OutcomeKind.WRITTEN, returned={"city": text("Basel")})
        bad = replace(good, intent_id="plan-1-2", returned={"city": FieldValue(object(), "x", "x")})
        before = ledger.plans.planning_input()

        with pytest.raises(Exception, match="serializable"):
            ledger.deliveries.record([good, bad])

        assert (before, []) == (ledger.plans.planning_input(), ledger.history.changes())

    def test_counts_add_up(self, ledger: Ledger) -> None:
        """Every row read is in one bucket, and what was not written is not called written."""
        run = ledger.runs.begin("job", MARK, never_asked)
        made = [intent(n, rid=f"r{n}", record_id=str(n)) for n in range(1, 5)]
        said = [RowVerdict(f"r{n}", n, Bucket.WRITTEN, RowState.SYNCED) for n in range(1, 5)]
        said += [RowVerdict("r5", 5, Bucket.UNCHANGED, RowState.SYNCED)]
        ledger.plans.store(run.run_id, plan(*made, verdicts=tuple(said)))
        kinds = [OutcomeKind.WRITTEN, OutcomeKind.REJECTED, OutcomeKind.HELD]
        ledger.deliveries.record([Outcome(f"plan-1-{n}", k) for n, k in enumerate(kinds, 1)])

        expected = {"read": 5, "unchanged": 1, "written": 1, "held": 2, "failed": 1, "excluded": 0}
        assert expected == ledger.history.counters(run.run_id)

    # -- our own columns

    def test_renderings_are_level_triggered(self, ledger: Ledger) -> None:
        """Our columns are wanted until they are confirmed, and again when they should say else."""
        said = RowVerdict(RID, 2, Bucket.UNCHANGED, RowState.SYNCED)
        ledger.staging.commit("sheet", sheet(row(2, RID)), None)
        ledger.plans.store("", plan(links=(active(),), rows=(present(),), verdicts=(said,)))
        first = ledger.deliveries.dirty_renderings()[RID]
        again = ledger.deliveries.dirty_renderings()[RID]
        ledger.deliveries.confirm_renderings({RID: first.cells})
        quiet = ledger.deliveries.dirty_renderings()
        paused = replace(said, state=RowState.PAUSED)
        ledger.plans.store("", plan(plan_id="plan-2", verdicts=(paused,)))

        assert (first, {}) == (again, quiet)
        assert {"Sync Status": "Synced"} == first.cells
        assert {"Sync Status": "Paused"} == ledger.deliveries.dirty_renderings()[RID].cells

    def test_nothing_is_rendered_before_the_first_approval(self, ledger: Ledger) -> None:
        """While the first plan waits the sheet shows row ids and nothing else of ours."""
        said = RowVerdict(RID, 2, Bucket.HELD, RowState.PENDING)
        ledger.staging.commit("sheet", sheet(row(2, RID)), None)
        ledger.plans.store("", plan(status=PlanStatus.WAITING, rows=(present(),), verdicts=(said,)))

        assert {} == ledger.deliveries.dirty_renderings()

    def test_last_synced_says_before_the_write_what_it_says_after(
        self, ledger: Ledger, clock: Clock
    ) -> None:
        """The time written with a row's cells is the one shown later: a second run writes nothing."""
        cells = intent(1, side=Side.SHEET, kind=IntentKind.CELLS, object="row", record_id=None)
        said = RowVerdict(RID, 2, Bucket.WRITTEN, RowState.SYNCED)
        ledger.staging.commit("sheet", sheet(row(2, RID, city="Bern")), None)
        ledger.plans.store("", plan(cells, rows=(present(),), verdicts=(said,), links=(active(),)))
        shown = ledger.deliveries.dirty_renderings()[RID].cells
        clock.advance(minutes=3)
        ledger.deliveries.record(
            [Outcome("plan-1-1", OutcomeKind.WRITTEN, returned={"city": text("Basel")})]
        )
        ledger.deliveries.confirm_renderings({RID: shown})

        assert "2026-01-05 10:00" == shown["Last Synced"]
        assert {} == ledger.deliveries.dirty_renderings()

    # -- helpers

    def _linked(self, ledger: Ledger, *intents: Intent) -> None:
        ledger.staging.commit("sheet", sheet(row(2, RID, email="a@example.com")), None)
        ledger.plans.store("", plan(*intents, links=(active(),), rows=(present(),)))
        ledger.staging.commit("hubspot", StagedBatch(records=[contact()]), None)

    def _wanted(self, ledger: Ledger) -> dict[str, list[str]]:
        return ledger.staging.lookups_wanted()["hubspot"]["contacts"]

    def _open(
        self, ledger: Ledger, side: Side = Side.HUBSPOT, kind: IntentKind = IntentKind.RECORD
    ) -> list[Intent]:
        return ledger.deliveries.open_intents(side, kind, 0, 100)

    def _numbers(self, ledger: Ledger, after: int) -> list[int]:
        page = ledger.deliveries.open_intents(Side.HUBSPOT, IntentKind.RECORD, after, 2)
        return [found.seq for found in page]


def _nothing() -> dict[str, list[str]]:
    ids = ("ids", "verify_ids", "known_gone", "suspect_ids")
    return {kind: [] for kind in ("emails", "external_ids", *ids, "history_of")}


def _counted(total: int, portal: str = "portal-1") -> StagedBatch:
    return StagedBatch(counts=[CrmCount(Side.HUBSPOT, "contacts", portal, total)])


def _row_id_intent(seq: int) -> Intent:
    change = FieldChange(BLANK, FieldValue(RID, RID, RID))
    return intent(
        seq,
        side=Side.SHEET,
        kind=IntentKind.ROW_ID,
        operation=Operation.ASSIGN_ID,
        object="row",
        record_id=None,
        fingerprint="print-2",
        changes={"_sync_id": change},
    )
