"""The planner's workbench: what was observed, indexed, and the findings of each step (pure).

Steps read ``Observed`` and add to ``Findings``; only ``planner.py`` turns findings into a plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from outreach_core.merge.stale import without_stale_fields
from outreach_core.model import (
    Company,
    CrmRecord,
    Effect,
    EffectKind,
    EffectRules,
    FieldChange,
    FieldValue,
    Happening,
    HappeningKind,
    Intent,
    IntentState,
    Json,
    LinkState,
    Lookup,
    LookupStatus,
    Problem,
    RowWatch,
    SheetRow,
    Side,
    SideState,
)
from outreach_core.model.fields import FieldSpec
from outreach_core.model.hashing import payload_hash
from outreach_core.model.planning import (
    BaseMove,
    Bucket,
    ClosedConflict,
    Conflict,
    KnownRow,
    Link,
    PlanningInput,
    Retry,
    RowState,
)
from outreach_core.model.policy import Policy, StatusRules
from outreach_core.model.undo import UndoEnd

Mint = Callable[[], str]
"""Gives a new, time-ordered row id."""


ReadTyped = Callable[[str, str], FieldValue | Problem]
"""Reads what a person typed for a field, by its name, as the sheet would show it."""


def read_as_typed(_field: str, typed: str) -> FieldValue | Problem:
    """Read any text as it is."""
    return FieldValue(typed, typed, typed)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the plan obeys: field specs by name, the policy, the CRM sides that are connected."""

    specs: Mapping[str, FieldSpec]
    policy: Policy
    crm_sides: tuple[Side, ...]
    objects: Mapping[Side, str]  # the object a row becomes there: hubspot -> contacts
    fingerprint: str = ""
    read_with: Mapping[Side, str] = field(default_factory=dict)  # per CRM: of its rules
    status: Mapping[Side, StatusRules] = field(default_factory=dict)
    written: Mapping[Side, frozenset[str]] = field(default_factory=dict)  # names only we write
    effects: Mapping[Side, EffectRules] = field(default_factory=dict)
    campaign: str = ""  # what the campaign is called in the CRM; the tab's title unless set
    read_typed: ReadTyped = field(default=read_as_typed, compare=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row's bucket and the words shown for it."""

    bucket: Bucket
    state: RowState
    note: str = ""


def refused_verdict(words: str, *, ignored: bool) -> Verdict:
    """Return the verdict of a row a destination refused; one that a person chose to ignore is left out."""
    if ignored:
        return Verdict(Bucket.EXCLUDED, RowState.ERROR, f"{words} You chose to ignore it.".strip())
    return Verdict(Bucket.FAILED, RowState.ERROR, words)


@dataclass(slots=True)
class IdentifiedRow:
    """A sheet row with the id it has, or will have once ``new_id`` is written and read back."""

    rid: str
    shown: SheetRow
    new_id: bool = False
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class CompanyWrite:
    """A company to be made, or renamed where ``record_id`` says which."""

    rid: str
    host: str
    name: str
    record_id: str | None = None
    expected_name: str = ""

    def payload(self) -> dict[str, Json]:
        """Return what the CRM is given."""
        return {"host": self.host, "name": self.name, "expected_name": self.expected_name}


@dataclass(frozen=True, slots=True)
class Telling:
    """An effect to be carried out: what one CRM is told of, under which key."""

    rid: str
    side: Side
    kind: EffectKind
    n: int
    event_key: str
    payload: Mapping[str, Json]


Happenings = Mapping[tuple[HappeningKind, int], Happening]


@dataclass(slots=True)
class Findings:
    """What the steps found, in the order they found it."""

    rows: list[IdentifiedRow] = field(default_factory=list)
    known: list[KnownRow] = field(default_factory=list)
    links: dict[tuple[str, Side], Link] = field(default_factory=dict)
    changed_links: dict[tuple[str, Side], Link] = field(default_factory=dict)
    creates: dict[tuple[str, Side], Mapping[str, FieldChange]] = field(default_factory=dict)
    updates: dict[tuple[str, Side], dict[str, FieldChange]] = field(default_factory=dict)
    base_moves: list[BaseMove] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    closed: list[ClosedConflict] = field(default_factory=list)
    settled: dict[str, IntentState] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    strangers: list[tuple[SheetRow, Verdict]] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)
    detached: list[str] = field(default_factory=list)
    matched: list[str] = field(default_factory=list)
    held_conflicts: set[tuple[str, str]] = field(default_factory=set)
    contested: set[str] = field(default_factory=set)  # rows whose new address another record has
    forgotten: set[tuple[str, Side]] = field(default_factory=set)  # bases that count no more
    asked_sides: set[tuple[str, Side]] = field(default_factory=set)  # held until a person answers
    reached: dict[str, Mapping[Side, CrmRecord]] = field(default_factory=dict)
    happenings: dict[str, Happenings] = field(default_factory=dict)
    new_happenings: list[Happening] = field(default_factory=list)
    watches: dict[str, RowWatch] = field(default_factory=dict)
    pulled: dict[str, str] = field(default_factory=dict)
    company_ids: dict[tuple[Side, str], Company] = field(default_factory=dict)
    company_writes: dict[tuple[Side, str], CompanyWrite] = field(default_factory=dict)
    tellings: list[Telling] = field(default_factory=list)
    told: dict[tuple[str, Side], Effect] = field(default_factory=dict)  # shown by look-ups
    undoubted: set[tuple[str, Side]] = field(default_factory=set)  # may be said again
    missed: dict[tuple[str, Side], datetime] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    undone: list[UndoEnd] = field(default_factory=list)

    def set_link(self, link: Link) -> None:
        """Change or make a link; later steps see it."""
        self.links[link.rid, link.side] = link
        self.changed_links[link.rid, link.side] = link

    def set_link_state(self, link: Link, state: LinkState) -> Link:
        """Move a link to another state and return it."""
        moved = replace(link, state=state)
        self.set_link(moved)
        return moved

    def forget(self, rid: str, side: Side) -> None:
        """Forget what a row and a side agreed on: they meet anew, and nothing is overwritten."""
        self.forgotten |= {(rid, side), (rid, Side.SHEET)}

    def know(self, company: Company) -> None:
        """Remember a company that a look-up found."""
        self.company_ids[company.side, company.host] = company

    def judge(self, rid: str, verdict: Verdict) -> None:
        """Give a row its verdict; the first one stands, later steps cannot soften it."""
        self.verdicts.setdefault(rid, verdict)


@dataclass(frozen=True, slots=True)
class Observed:
    """The planning input with the indexes the steps need, each built once."""

    given: PlanningInput
    rules: Rules
    by_external_id: Mapping[tuple[Side, str], list[CrmRecord]]
    by_email: Mapping[tuple[Side, str], list[CrmRecord]]
    by_merged_id: Mapping[tuple[Side, str], CrmRecord]
    answers: Mapping[tuple[Side, str, str], Lookup]
    standing: Mapping[tuple[str, str], Conflict]
    refusals: Mapping[tuple[str, Side], Retry]
    happenings: Mapping[str, Happenings]
    effects: Mapping[tuple[str, Side], Effect]
    companies: Mapping[tuple[Side, str], Company]
    in_doubt: Mapping[tuple[str, Side], Intent]  # effects and companies, by event key

    @classmethod
    def of(cls, given: PlanningInput, rules: Rules) -> Observed:
        """Index the input."""
        given = without_stale_fields(given, rules)
        by_external: dict[tuple[Side, str], list[CrmRecord]] = defaultdict(list)
        by_email: dict[tuple[Side, str], list[CrmRecord]] = defaultdict(list)
        by_merged: dict[tuple[Side, str], CrmRecord] = {}
        for _, record in sorted(given.records.items()):
            for old in record.merged_ids:
                if old != record.record_id:
                    by_merged[record.side, old] = record
        for _, record in sorted(given.records.items()):
            if record.archived or (record.side, record.record_id) in by_merged:
                continue  # as it was before it went: not what any row is looking for
            if record.converted_to:
                continue  # its contact is what it has become
            if record.external_id:
                by_external[record.side, record.external_id].append(record)
            for email in record.emails:
                by_email[record.side, email].append(record)
        return cls(
            given=given,
            rules=rules,
            by_external_id=by_external,
            by_email=by_email,
            by_merged_id=by_merged,
            answers=_answers(given.lookups),
            standing={(c.rid, c.field): c for c in given.conflicts},
            refusals={(r.rid, r.side): r for r in given.retries},
            happenings=_by_row(given.happenings),
            effects={(e.event_key, e.side): e for e in given.effects},
            companies={(c.side, c.host): c for c in given.companies},
            in_doubt={(i.event_key, i.side): i for i in given.left_over if i.event_key},
        )

    def record(self, link: Link) -> CrmRecord | None:
        """Return the record a link points to, as last observed."""
        return self.given.records.get((link.side, link.object, link.record_id))

    def usable(self, side: Side) -> bool:
        """Whether the side could be read in this run; one that could not is left alone."""
        status = self.given.statuses.get(side)
        return status is None or status.state is SideState.OK

    def answered(self, side: Side, kind: str, key: str) -> LookupStatus | None:
        """Return what a look-up said in this run, ``None`` if nobody asked."""
        answer = self.answers.get((side, kind, key))
        return answer.status if answer else None

    def refusal(self, side: Side, key: str, payload: Mapping[str, Json]) -> Effect | None:
        """Return the refusal of what would be told now; none if it or the rules changed since."""
        known = self.effects.get((key, side))
        if known is None or known.state != "rejected":
            return None
        return known if known.input_hash == payload_hash(payload, self.rules.fingerprint) else None


# of several objects asked for one key, what was found says more than what was not
_SAYS_MORE = (LookupStatus.FOUND, LookupStatus.MERGED, LookupStatus.DELETED, LookupStatus.MISSING)


def _answers(lookups: Iterable[Lookup]) -> dict[tuple[Side, str, str], Lookup]:
    """Return one answer per question, whatever objects it was asked of (leads and contacts)."""
    found: dict[tuple[Side, str, str], Lookup] = {}
    for answer in lookups:
        key = (answer.side, answer.kind, answer.key)
        before = found.get(key)
        if before is None or _SAYS_MORE.index(answer.status) < _SAYS_MORE.index(before.status):
            found[key] = answer
    return found


def _by_row(
    happenings: Iterable[Happening],
) -> dict[str, dict[tuple[HappeningKind, int], Happening]]:
    found: dict[str, dict[tuple[HappeningKind, int], Happening]] = {}
    for one in happenings:
        found.setdefault(one.rid, {})[one.kind, one.n] = one
    return found
