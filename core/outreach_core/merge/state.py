"""The planner's workbench: what was observed, indexed, and the findings of each step (pure).

Steps read ``Observed`` and add to ``Findings``; only ``planner.py`` turns findings into a plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from outreach_core.model import (
    CrmRecord,
    FieldChange,
    IntentState,
    LinkState,
    Lookup,
    LookupStatus,
    SheetRow,
    Side,
    SideState,
)
from outreach_core.model.fields import FieldSpec
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
from outreach_core.model.policy import Policy

Mint = Callable[[], str]
"""Gives a new, time-ordered row id."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the plan obeys: field specs by name, the policy, the CRM sides that are connected."""

    specs: Mapping[str, FieldSpec]
    policy: Policy
    crm_sides: tuple[Side, ...]
    objects: Mapping[Side, str]  # the object a row becomes there: hubspot -> contacts
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row's bucket and the words shown for it."""

    bucket: Bucket
    state: RowState
    note: str = ""


@dataclass(slots=True)
class IdentifiedRow:
    """A sheet row with the id it has, or will have once ``new_id`` is written and read back."""

    rid: str
    shown: SheetRow
    new_id: bool = False
    replaces: str | None = None


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

    def set_link(self, link: Link) -> None:
        """Change or make a link; later steps see it."""
        self.links[link.rid, link.side] = link
        self.changed_links[link.rid, link.side] = link

    def set_link_state(self, link: Link, state: LinkState) -> Link:
        """Move a link to another state and return it."""
        moved = replace(link, state=state)
        self.set_link(moved)
        return moved

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

    @classmethod
    def of(cls, given: PlanningInput, rules: Rules) -> Observed:
        """Index the input."""
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
            answers={(a.side, a.kind, a.key): a for a in given.lookups},
            standing={(c.rid, c.field): c for c in given.conflicts},
            refusals={(r.rid, r.side): r for r in given.retries},
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
