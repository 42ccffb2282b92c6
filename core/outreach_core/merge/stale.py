"""What the CRM records say that were read with other rules than today's (pure).

The rule: a field that was read from another place is not known; it is never taken for empty.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from outreach_core.model import CrmRecord, Problem
from outreach_core.model.planning import PlanningInput

if TYPE_CHECKING:
    from outreach_core.merge.state import Rules

STATUS = "status"


def without_stale_fields(given: PlanningInput, rules: Rules) -> PlanningInput:
    """Return the input with the fields of such records taken away, each with its reason.

    They are read anew in the run that sees the rules change; until that has worked they wait.
    """
    records = {
        key: _without_fields(record, rules) if _stale(record, rules) else record
        for key, record in given.records.items()
    }
    return replace(given, records=records)


def _stale(record: CrmRecord, rules: Rules) -> bool:
    current = rules.read_with.get(record.side, "")
    return bool(record.rules and current) and record.rules != current


def _without_fields(record: CrmRecord, rules: Rules) -> CrmRecord:
    names = {*rules.specs, *rules.written.get(record.side, ()), STATUS, *record.fields}
    problems = {
        name: Problem(
            "not_read_yet",
            name,
            "The rules changed since this record was read.",
            "nothing",
            "The next run that reaches the CRM reads it anew.",
        )
        for name in names
    }
    return replace(record, fields={}, problems=problems)
