"""Open, hold, reopen and close the questions of a plan (RECONCILE B11; pure).

The rule: a choice counts only for what was shown when it was made. One question per row and field; an open
one holds its own field and nothing else.

    1  nothing was asked before                             open
    2  asked before, and what was shown is still so         as it was
    3  asked before, other values since                     reopened, an earlier choice dropped
    4  a choice that cannot be carried out as it stands     open, with a note that says what to do
    5  the sides agree                                      closed: resolved if that is what was chosen,
                                                            else converged
    6  there is nothing to ask any more                     closed: obsolete
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from outreach_core.merge.decide import SideField, evidence_hash
from outreach_core.merge.state import Findings, Observed
from outreach_core.model import BLANK, FieldValue, Problem, Side
from outreach_core.model.fields import FieldSpec
from outreach_core.model.planning import (
    Choice,
    ClosedConflict,
    Conflict,
    ConflictKind,
    Edited,
    QuestionStatus,
)

STATUS = "status"
_APPROVED = "approved"
_DRAFT = FieldValue("Draft", "Draft", "Draft")


class End(StrEnum):
    """How a question ends."""

    CONVERGED = "converged"
    RESOLVED = "resolved"
    OBSOLETE = "obsolete"


def ask(found: Findings, question: Conflict, standing: Conflict | None = None) -> None:
    """Ask, unless exactly this is being asked already (cases 1 to 3)."""
    if standing is None:
        found.conflicts.append(question)  # 1
    elif standing.evidence_hash != question.evidence_hash or standing.kind is not question.kind:
        status = QuestionStatus.REOPENED
        again = replace(question, conflict_id=standing.conflict_id, status=status)
        found.conflicts.append(again)  # 3


def close(found: Findings, standing: Conflict | None, end: End) -> None:
    """Close a question, if there is one."""
    if standing is not None:
        found.closed.append(ClosedConflict(standing.conflict_id, standing.rid, standing.field, end))


def close_agreed(found: Findings, standing: Conflict | None) -> None:
    """Close a question whose sides agree (case 5)."""
    was_chosen = standing is not None and standing.status is QuestionStatus.CHOSEN
    close(found, standing, End.RESOLVED if was_chosen else End.CONVERGED)


def field_question(
    rid: str, spec: FieldSpec, sides: Sequence[SideField], kind: ConflictKind
) -> Conflict:
    """Return the question about a field, with all that a person is shown of it."""
    agreed = [side.base for side in sides if side.base is not None and not side.base.blank]
    return Conflict(
        rid=rid,
        field=spec.name,
        kind=kind,
        values={side.side: side.shown for side in sides},
        evidence_hash=evidence_hash(sides),
        agreed=agreed[0] if agreed else BLANK,
        edited={s.side: Edited(s.when.not_before, s.when.not_after, s.when.by) for s in sides},
    )


def waits_for_a_side(
    observed: Observed, standing: Conflict | None, sides: Sequence[SideField]
) -> bool:
    """Whether a side that was asked about cannot be read now, and nothing else moved (case 2)."""
    if standing is None or _carries(standing):
        return False
    shown = {side.side: side.shown for side in sides}
    missing = [side for side in standing.values if side not in shown]
    if not any(side is not Side.SHEET and not observed.usable(side) for side in missing):
        return False
    return all(
        side in standing.values and standing.values[side].key == value.key
        for side, value in shown.items()
    )


def _carries(standing: Conflict) -> bool:
    return standing.choice is not None and standing.choice is not Choice.LEAVE


@dataclass(frozen=True, slots=True)
class OwnValue:
    """The value of a person's own, or why it cannot be used; neither where none was chosen."""

    value: FieldValue | None = None
    problem: Problem | None = None


def own_value(observed: Observed, standing: Conflict | None) -> OwnValue:
    """Return a custom value as the field's type reads it. ``Approved`` is not ours to set."""
    if standing is None or standing.choice is not Choice.CUSTOM or standing.custom is None:
        return OwnValue()
    read = observed.rules.read_typed(standing.field, standing.custom)
    if isinstance(read, Problem):
        return OwnValue(problem=read)
    if standing.field == STATUS and (read.value or "").strip().casefold() == _APPROVED:
        return OwnValue(_DRAFT)
    return OwnValue(read)


def drop_choice(found: Findings, standing: Conflict, problem: Problem) -> None:
    """Take back a choice that cannot be carried out, with a note (case 4)."""
    note = f"{problem.message} {problem.remedy}".strip()
    left = replace(
        standing, choice=None, custom=None, picked="", status=QuestionStatus.OPEN, note=note
    )
    found.conflicts.append(left)
