"""What the planner is given and what it answers: both plain data, so a plan can be stored and printed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from outreach_core.model.deliveries import Intent, IntentState
from outreach_core.model.effects import Company, Effect, Happening, RowWatch
from outreach_core.model.observations import CrmRecord, Lookup, SheetRow, SheetSnapshot, SideStatus
from outreach_core.model.recent import RecentWrite
from outreach_core.model.sides import LinkState, Side
from outreach_core.model.undo import Undo, UndoEnd
from outreach_core.model.values import BLANK, FieldValue


@dataclass(frozen=True, slots=True)
class Link:
    """Row ↔ record. ``history`` holds earlier record ids of the same link (merges)."""

    rid: str
    side: Side
    object: str
    record_id: str
    state: LinkState = LinkState.ACTIVE
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row id the ledger knows.

    ``confirmed``: it was read back from the sheet on a row. ``minted``: this ledger made it; what a
    CRM was told of any other row is not known before it was asked.
    """

    rid: str
    confirmed: bool
    present: bool  # was in the last complete snapshot the ledger planned from
    created_seq: int = 0
    minted: bool = False


class ConflictKind(StrEnum):
    """What a person is asked (RECONCILE B11)."""

    FIELD = "field"
    FIRST_LINK = "first_link"
    IDENTITY = "identity"
    EDITED_AFTER_DELETE = "edited_after_delete"
    AMBIGUOUS = "ambiguous"
    FLAPPING = "flapping"
    DELETED = "deleted"
    REJECTED = "rejected"


class Choice(StrEnum):
    """An answer to a question."""

    KEEP_SHEET = "keep_sheet"
    KEEP_HUBSPOT = "keep_hubspot"
    KEEP_SALESFORCE = "keep_salesforce"
    CUSTOM = "custom"  # a value of the person's own
    LEAVE = "leave"  # an exception, until a value changes
    ARCHIVE = "archive"
    KEEP = "keep"  # the row stays as it is, without a record
    RECREATE = "recreate"
    PICK = "pick"  # one of the records that match
    CREATE_NEW = "create_new"
    RETRY = "retry"
    IGNORE = "ignore"


class QuestionStatus(StrEnum):
    """Life of a question until it is closed (RECONCILE B11)."""

    OPEN = "open"
    CHOSEN = "chosen"  # answered; the next plan applies it
    REOPENED = "reopened"  # a value changed since: asked afresh, an earlier choice dropped
    FAILED = "failed"  # the decided value was refused; asked again
    LEFT = "left"  # left as they are: an exception, asked again when a value changes


@dataclass(frozen=True, slots=True)
class Edited:
    """When and by whom a side's value was made: after ``not_before``, at the latest ``not_after``."""

    not_before: datetime | None = None
    not_after: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that a row may belong to, and what people know it by."""

    side: Side
    object: str
    record_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """One open question; at most one per (rid, field).

    Attributes:
        evidence_hash: Of what was shown; a choice counts for nothing else.
        custom: The person's own value, as typed (``Choice.CUSTOM``).
        picked: Which record was meant (``Choice.PICK``).
        note: What to say of it besides, with the remedy.
        agreed: What the sides showed when they last agreed.
        edited: When each side's value was made, as far as is known.
    """

    rid: str
    field: str
    kind: ConflictKind
    values: Mapping[Side, FieldValue]
    evidence_hash: str
    choice: Choice | None = None
    conflict_id: str = ""
    note: str = ""
    status: QuestionStatus = QuestionStatus.OPEN
    custom: str | None = None
    picked: str = ""
    agreed: FieldValue = BLANK
    edited: Mapping[Side, Edited] = dataclasses.field(default_factory=dict)
    candidates: tuple[Candidate, ...] = ()


def record_field(side: Side) -> str:
    """Return the name of the question which record of a CRM a row belongs to."""
    return f"(record in {side})"


@dataclass(frozen=True, slots=True)
class Retry:
    """A write the destination refused. Tried again when ``input_hash`` changes."""

    rid: str
    side: Side
    attempts: int
    input_hash: str
    error_code: str
    error_text: str = ""
    ignored: bool = False  # a person does not want to hear of it until its input changes


@dataclass(frozen=True, slots=True)
class CountWatch:
    """``low_runs``: how many runs in a row the CRM counted fewer linked records than we have."""

    side: Side
    object: str
    total: int
    low_runs: int = 0


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's answer to a plan that waited. ``guarded`` are the item keys it was given for."""

    plan_id: str
    guarded: frozenset[str]
    keep: str = "ask"  # ask | sheet | crm: what to do with first-link differences
    force: bool = False  # whatever the plan shows: only with a reason, which is kept


@dataclass(frozen=True, slots=True)
class Pause:
    """All rows are left alone, by whom and since when."""

    by: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanningInput:
    """Everything a plan depends on. Same input, same ids minted, same policy: same plan, same hash."""

    snapshot: SheetSnapshot | None
    rows: tuple[SheetRow, ...]
    records: Mapping[tuple[Side, str, str], CrmRecord]  # (side, object, record_id)
    lookups: tuple[Lookup, ...]
    links: tuple[Link, ...]
    known_rows: Mapping[str, KnownRow]
    bases: Mapping[tuple[str, Side], Mapping[str, FieldValue]]  # (rid, side) -> field -> value
    conflicts: tuple[Conflict, ...] = ()
    left_over: tuple[Intent, ...] = ()  # intents in doubt, of earlier runs
    retries: tuple[Retry, ...] = ()
    statuses: Mapping[Side, SideStatus] = field(default_factory=dict)
    approval: Approval | None = None
    first_sync_done: bool = False
    fingerprint: str = ""  # of the field rules the ledger was last planned with; not of the policy
    generation: str = ""
    in_charge: str = ""  # the generation that *Sync Status* names; empty where the tab names none
    spreadsheet_id: str = ""  # as first seen; a different one is a copy
    gid: int | None = None
    header: tuple[str, ...] = ()  # as last planned
    previous_read_at: datetime | None = None
    recent: Mapping[tuple[str, str], tuple[RecentWrite, ...]] = field(
        default_factory=dict
    )  # (rid, field) -> the writes of the last runs, the oldest first; fields written often alone
    happenings: tuple[Happening, ...] = ()
    watches: Mapping[str, RowWatch] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    companies: tuple[Company, ...] = ()
    undos: tuple[Undo, ...] = ()  # asked for and not done yet
    paused: Pause | None = None
    calls: Mapping[Side, int] = field(default_factory=dict)  # of the day, where the CRM told them
    now: datetime | None = (
        None  # when it is planned, by our clock: only for how long a row has stood
    )


@dataclass(frozen=True, slots=True)
class BaseMove:
    """Sides already agree (or a left-over write proves to have landed): record it, write nothing."""

    rid: str
    side: Side
    field: str
    value: FieldValue


@dataclass(frozen=True, slots=True)
class ClosedConflict:
    """A question that answered itself or was answered."""

    conflict_id: str
    rid: str
    field: str
    status: str  # converged | resolved | obsolete


class Bucket(StrEnum):
    """Every row read ends in exactly one of these (rule 1 of the project)."""

    UNCHANGED = "unchanged"
    WRITTEN = "written"
    HELD = "held"
    FAILED = "failed"
    EXCLUDED = "excluded"


class RowState(StrEnum):
    """The word shown in a row's ``Sync Status`` cell."""

    SYNCED = "Synced"
    PENDING = "Pending"
    CONFLICT = "Conflict"
    ERROR = "Error"
    ARCHIVED = "Archived"
    DUPLICATE = "Duplicate"
    PAUSED = "Paused"
    WAITING = "Waiting"


# the numbers people ask for, and the states of rows that add up to each
STANDINGS: Mapping[str, tuple[RowState, ...]] = {
    "in_sync": (RowState.SYNCED,),
    "waiting": (RowState.WAITING, RowState.PENDING),
    "left_out": (RowState.ARCHIVED, RowState.DUPLICATE, RowState.PAUSED),
    "failing": (RowState.ERROR,),
    "needs_you": (RowState.CONFLICT,),
}


def count_standings(states: Mapping[RowState, int]) -> dict[str, int]:
    """Return how many rows stand how, of how many are in each state; the numbers add up."""
    return {item: sum(states.get(state, 0) for state in added) for item, added in STANDINGS.items()}


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What a plan says of one row: its bucket, the word to show and one sentence why."""

    rid: str
    row: int
    bucket: Bucket
    state: RowState
    note: str = ""


@dataclass(frozen=True, slots=True)
class GuardTrip:
    """A guard that stops a plan. ``clearable``: an approval can let it pass."""

    guard: str
    message: str
    items: tuple[str, ...] = ()
    clearable: bool = True


BEYOND = "beyond_limit"  # in a plan's summary: writes that are left for the next runs


class PlanStatus(StrEnum):
    """Whether a plan may be delivered."""

    DELIVERABLE = "deliverable"
    WAITING = "waiting"  # a guard or the first-sync preview asks a person
    BLOCKED = "blocked"  # cannot be approved: something must be put right first


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer: data only, printable, its own dry run."""

    plan_id: str
    status: PlanStatus
    intents: tuple[Intent, ...] = ()
    base_moves: tuple[BaseMove, ...] = ()
    links: tuple[Link, ...] = ()  # new or changed links, effective when the plan is stored
    rows: tuple[KnownRow, ...] = ()  # row ids newly known or whose presence changed
    conflicts: tuple[Conflict, ...] = ()  # opened or refreshed
    closed: tuple[ClosedConflict, ...] = ()
    settled: Mapping[str, IntentState] = field(default_factory=dict)  # left-over intents by id
    verdicts: tuple[RowVerdict, ...] = ()
    guards: tuple[GuardTrip, ...] = ()
    guarded: tuple[str, ...] = ()
    summary: Mapping[str, int] = field(default_factory=dict)
    fingerprint: str = ""
    hash: str = ""
    happenings: tuple[Happening, ...] = ()  # kept with the plan, though it waits or is superseded
    watches: tuple[RowWatch, ...] = ()  # the same
    pulled: Mapping[str, str] = field(default_factory=dict)  # rid -> Status carried into the sheet
    missed: Mapping[tuple[str, Side], datetime] = field(default_factory=dict)  # (event key, side)
    companies: tuple[Company, ...] = ()  # found by a look-up
    effects: tuple[Effect, ...] = ()  # found by a look-up to have been told
    forgotten: tuple[tuple[str, Side], ...] = ()  # (rid, side): whose bases count no more
    undone: tuple[UndoEnd, ...] = ()  # requests that came to their end
