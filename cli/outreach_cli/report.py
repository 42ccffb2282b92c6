"""What a run did, in counts. Rule: pure, and without a name or a value: Meltano keeps it in its log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from outreach_cli.outcome import Outcome
from outreach_core.model import Intent, IntentKind, IntentState, Operation
from outreach_core.model.planning import Bucket, Plan


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a run changed where, in counts."""

    new_in_crm: int
    changed_in_crm: int
    rows_in_sheet: int
    cells_in_sheet: int
    new_in_sheet: int = 0
    told_in_crm: int = 0

    def to_json(self) -> dict[str, int]:
        """Return the form kept in the run's row."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Report:
    """What `finish` prints."""

    delivered: Delivered
    counts: Mapping[Bucket, int]
    conflicts: int
    rejected: int
    outcome: Outcome


def delivered(plan: Plan | None) -> Delivered:
    """Count what was confirmed of a plan; what was only tried does not count."""
    done = [intent for intent in plan.intents if intent.state is IntentState.DONE] if plan else []
    records = [intent for intent in done if intent.kind is IntentKind.RECORD]
    cells = [intent for intent in done if intent.kind is IntentKind.CELLS and intent.changes]
    return Delivered(
        new_in_crm=_operations(records, Operation.CREATE),
        changed_in_crm=_operations(records, Operation.UPDATE),
        rows_in_sheet=len(cells),
        cells_in_sheet=sum(len(intent.changes) for intent in cells),
        told_in_crm=sum(intent.kind is IntentKind.EFFECT for intent in done),
        new_in_sheet=sum(intent.kind is IntentKind.ROWS for intent in done),
    )


def _operations(intents: Iterable[Intent], operation: Operation) -> int:
    return sum(intent.operation is operation for intent in intents)
