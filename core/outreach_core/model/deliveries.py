"""What a plan asks a destination to do, and what the destination answered.

An *intent* is one record's write. It is committed before the call (``in_doubt``) and closed by an
*outcome*, which alone may move a base.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from outreach_core.model.sides import Side
from outreach_core.model.values import (
    FieldValue,
    Json,
    Problem,
    fields_from_json,
    fields_to_json,
)


class IntentKind(StrEnum):
    """Which delivery an intent belongs to; each is its own stream and pipeline."""

    ROW_ID = "ids"  # write a minted id into a row's ``_sync_id`` cell
    RECORD = "records"  # create or update a CRM record
    CELLS = "cells"  # write mapped cells of a row
    ROWS = "rows"  # write a row that an import makes
    COMPANY = "companies"  # create or rename a company
    EFFECT = "effects"  # tell a CRM, once, of something that happened


class Operation(StrEnum):
    """What is done to the destination."""

    ASSIGN_ID = "assign_id"
    CREATE = "create"
    UPDATE = "update"
    ASSOCIATE = "associate"


class IntentState(StrEnum):
    """Life of an intent. Only ``open`` ones are emitted; ``in_doubt`` ones are settled by look-ups."""

    OPEN = "open"
    IN_DOUBT = "in_doubt"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


class Why(StrEnum):
    """The reason a value is written, as people read it in the log."""

    CLEAN = "clean"  # only the other side changed
    CREATED = "created"
    FILLED = "filled blank"
    MERGED = "merged"
    NEWEST = "newest won"
    DECIDED = "you decided"
    ARCHIVED = "archived"
    FORWARD = "status moved forward"
    TOLD = "told"  # a happening the CRM was told of
    IMPORTED = "imported"
    UNDONE = "undone"
    OPTED_OUT = "opted out"  # the person does not want e-mails, says the CRM


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of an intent.

    Attributes:
        expected: What the destination showed when the plan was made.
        new: The value to carry there (``new.value``; blank clears).
        sources: What each *other* agreeing side showed then; becomes its base on acknowledgement.
        why: Reason for people.
        evidence: How the order of edits was known (``exact``, ``interval``, ``tiebreak`` or empty).
        remembers: Further bases of the destination that move with it, by name.
    """

    expected: FieldValue
    new: FieldValue
    sources: Mapping[Side, FieldValue] = field(default_factory=dict)
    why: Why = Why.CLEAN
    evidence: str = ""
    remembers: Mapping[str, FieldValue] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """Return the form kept in the ledger."""
        return {
            "expected": self.expected.to_json(),
            "new": self.new.to_json(),
            "sources": {str(side): value.to_json() for side, value in self.sources.items()},
            "why": str(self.why),
            "evidence": self.evidence,
            **({"remembers": fields_to_json(self.remembers)} if self.remembers else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FieldChange:
        """Rebuild a change from the ledger's form."""
        sources = {
            Side(side): value for side, value in fields_from_json(data.get("sources")).items()
        }
        return cls(
            expected=FieldValue.from_json(data.get("expected")),
            new=FieldValue.from_json(data.get("new")),
            sources=sources,
            why=Why(data.get("why", Why.CLEAN)),
            evidence=str(data.get("evidence", "")),
            remembers=fields_from_json(data.get("remembers")),
        )


@dataclass(frozen=True, slots=True)
class Intent:
    """One planned write.

    Attributes:
        intent_id: Ledger id (unique over all runs); also the write's trace id at the vendor.
        seq: Order inside the plan; emission is in this order.
        rid: The row's id (``_sync_id``), ours.
        row: 1-based sheet row the plan saw it on; a hint only.
        fingerprint: Row fingerprint at planning time (``ROW_ID`` intents only).
        object: CRM object (``contacts``) or ``row`` for the sheet.
        record_id: CRM id for updates; ``None`` for creates.
        needs_row_id: Emit only when the rid was read back on its row (RECONCILE B7.1).
        state: Where the intent is in its life.
        event_key: Of an effect: what it is told under, once. Of a company: its host.
        payload: What an effect or a company consists of; canonical, not a vendor's.
    """

    intent_id: str
    plan_id: str
    seq: int
    side: Side
    kind: IntentKind
    operation: Operation
    object: str
    rid: str
    row: int | None = None
    fingerprint: str = ""
    record_id: str | None = None
    changes: Mapping[str, FieldChange] = field(default_factory=dict)
    needs_row_id: bool = False
    state: IntentState = IntentState.OPEN
    event_key: str = ""
    payload: Mapping[str, Json] = field(default_factory=dict)


class OutcomeKind(StrEnum):
    """What became of one intent. Exhaustive: every emitted intent gets exactly one."""

    WRITTEN = "written"  # confirmed by the destination; bases move
    ADOPTED = (
        "adopted"  # a create found its own record (lost acknowledgement); base = what was sent
    )
    HELD = "held"  # nothing written, nothing wrong: planned again next run
    REJECTED = "rejected"  # the destination refused it; kept for retry with its own words
    GONE = "gone"  # the record or row is not there any more
    TAKEN = (
        "taken"  # create refused: another record has this e-mail; ``record_id`` names it if known
    )
    UNKNOWN = "unknown"  # no answer; stays in doubt and is settled by look-ups


@dataclass(frozen=True, slots=True)
class Outcome:
    """The destination's answer to one intent.

    Attributes:
        returned: Per written field what the destination *returned* or shows on reading back.
        skipped: Fields of the intent that were not written, with the reason code
            (``moved``, ``formula``).
        unfit: Those of the skipped fields whose value the destination cannot hold; kept for retry.
        problem: For REJECTED, or for what is unfit: the message in our words; ``vendor_message``
            has the vendor's.
        row: For row ids and cells: the row number where it was read back.
        effects: Keys of effects that were carried out along with a create.
    """

    intent_id: str
    kind: OutcomeKind
    record_id: str | None = None
    returned: Mapping[str, FieldValue] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None
    vendor_message: str = ""
    row: int | None = None
    unfit: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()

    def leaving_out(self, problems: Mapping[str, Problem]) -> Outcome:
        """Return the outcome of an intent whose values the destination cannot all hold.

        Args:
            problems: By field, why its value was left out before the write.
        """
        settled = self.kind in (OutcomeKind.WRITTEN, OutcomeKind.ADOPTED, OutcomeKind.REJECTED)
        if not problems or not settled or self.problem is not None:
            return self
        name, first = min(problems.items())
        named = replace(first, message=f"{name.replace('_', ' ').capitalize()}: {first.message}")
        codes = {field: problem.code for field, problem in problems.items()}
        unfit = tuple(sorted(problems))
        return replace(self, skipped={**self.skipped, **codes}, unfit=unfit, problem=named)
