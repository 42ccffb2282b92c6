"""How disagreements are settled and when a whole plan is stopped: ``policy.yml`` as data.

The rule: a policy decides *who wins*, never *whether something changed*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Strategy(StrEnum):
    """What happens to one field that two sides changed to different values."""

    MERGE = "merge"  # an edit beats a clear; what is left goes to ``merge_fallback``
    MANUAL = "manual"  # a person decides
    LWW = "lww"  # last write wins, where the order of the edits is known


class TieBreak(StrEnum):
    """Who wins under ``lww`` when the order of two edits cannot be known."""

    MANUAL = "manual"
    PREFER_SHEET = "prefer_sheet"
    PREFER_CRM = "prefer_crm"


class ConflictScope(StrEnum):
    """What a conflict holds back: its field, or every field of the record."""

    FIELD = "field"
    RECORD = "record"


class WithoutEmail(StrEnum):
    """What becomes of a row that has no e-mail yet."""

    WAIT = "wait"
    CREATE = "create"


class OnDelete(StrEnum):
    """What becomes of a row nobody edited whose record was deleted in the CRM."""

    ARCHIVE = "archive"  # a guard asks where there are many
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class FieldPolicy:
    """One field's own settings; ``None`` means as for all."""

    strategy: Strategy | None = None
    tiebreak: TieBreak | None = None


@dataclass(frozen=True, slots=True)
class Guards:
    """Limits a plan is measured against before anything is written.

    Attributes:
        floor: Percentages count from this many rows on; below, a small sheet trips nothing.
        max_archive_count: Rows archived or gone in one plan.
        max_archive_pct: The same, in percent of the linked rows; the higher limit holds.
        max_changed_pct: Rows changed on one side at once.
        max_cleared_pct: Rows in which one field was cleared at once.
        max_creates: New records in one plan.
        max_creates_pct: The same, in percent; the lower limit holds, but never below ``floor``.
        max_conflicts: Conflicts opened by one plan.
        exempt_fields: Not counted as changes, because a program changes them in bulk.
    """

    floor: int = 25
    max_archive_count: int = 10
    max_archive_pct: float = 5.0
    max_changed_pct: float = 50.0
    max_cleared_pct: float = 20.0
    max_creates: int = 200
    max_creates_pct: float = 20.0
    max_conflicts: int = 100
    exempt_fields: tuple[str, ...] = ("status",)


@dataclass(frozen=True, slots=True)
class StatusRules:
    """How the sheet's Status and one CRM's status go together.

    Attributes:
        push: The sheet's word, case folded → the CRM's; ``replied, positive`` is one of the words.
        order: The CRM's values that follow each other; a value that is not among them is final.
        pull: The CRM's value, case folded → the sheet's word; other values move nothing in the sheet.
    """

    push: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    pull: Mapping[str, str] = field(default_factory=dict)

    def wanted(self, status: str, *, positive: bool) -> str | None:
        """Return what the CRM should say for a Status of the sheet."""
        word = status.strip().casefold()
        if positive and word == "replied":
            return self.push.get("replied, positive", self.push.get(word))
        return self.push.get(word)

    def rank(self, value: str) -> int | None:
        """Return a CRM value's place in the order, ``None`` for a final one."""
        folded = [known.casefold() for known in self.order]
        return folded.index(value.casefold()) if value.casefold() in folded else None


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything in ``policy.yml``. The defaults are the safe ones."""

    strategy: Strategy = Strategy.MERGE
    merge_fallback: Strategy = Strategy.MANUAL
    lww_tiebreak: TieBreak = TieBreak.MANUAL
    clock_skew_tolerance: float = 120.0  # seconds
    conflict_scope: ConflictScope = ConflictScope.FIELD
    export_without_email: WithoutEmail = WithoutEmail.WAIT
    on_crm_delete: OnDelete = OnDelete.ARCHIVE
    settle_seconds: float = 0.0  # a row without a record waits until it was left alone so long
    max_writes_per_run: int = 0  # no limit
    max_api_calls_per_day: int = (
        0  # no limit but the vendor's own; all programs of the account count
    )
    guards: Guards = field(default_factory=Guards)
    fields: Mapping[str, FieldPolicy] = field(default_factory=dict)
