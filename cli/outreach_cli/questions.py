"""What only a person can decide, in words. Rule: pure; both values are shown, neither is preferred."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from outreach_cli.wording import CONFLICTS, business_word, field_word, value_word
from outreach_core.model import BLANK, FieldValue, Side
from outreach_core.model.planning import Conflict
from outreach_core.model.questions import Question as Asked


@dataclass(frozen=True, slots=True)
class Question:
    """One conflict: what each side says, why it is asked, and what may be answered.

    Attributes:
        id: What to call it in `outreach decide`; empty in a plan, where nothing is asked yet.
        opened: When it was first asked, in ISO form.
        decision: What was answered; the next run carries it out.
    """

    business: str
    field: str
    sheet: str
    crm: str
    why: str
    id: str = ""
    kind: str = ""
    answers: tuple[str, ...] = ()
    suggestion: str = ""
    opened: str = ""
    decision: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {**found, "answers": list(self.answers)}


def asked_questions(found: Iterable[Asked], labels: Mapping[str, str]) -> tuple[Question, ...]:
    """Put the ledger's questions into words, the oldest first."""
    return tuple(_asked(one, labels) for one in found)


def _asked(one: Asked, labels: Mapping[str, str]) -> Question:
    shown = {side: value.value for side, value in one.values.items()}
    suggestion = f"{one.suggestion.label}: {one.suggestion.why}" if one.suggestion.label else ""
    return Question(
        business=one.business or "a row no longer in the sheet",
        field=field_word(one.field.strip("()"), labels),
        sheet=value_word(shown.get(Side.SHEET, BLANK)),
        crm=value_word(_crm_value(shown)),
        why=one.note or CONFLICTS[one.kind],
        id=one.short,
        kind=str(one.kind),
        answers=one.labels,
        suggestion=suggestion,
        opened=one.opened_at.isoformat() if one.opened_at else "",
        decision=one.decision,
    )


def questions(
    conflicts: Iterable[Conflict], names: Mapping[str | int, str], labels: Mapping[str, str]
) -> tuple[Question, ...]:
    """Put open conflicts into words, in a stable order."""
    return tuple(
        Question(
            business=business_word(names, conflict.rid),
            field=field_word(conflict.field, labels),
            sheet=value_word(conflict.values.get(Side.SHEET, BLANK)),
            crm=value_word(_crm_value(conflict.values)),
            why=conflict.note or CONFLICTS[conflict.kind],
        )
        for conflict in sorted(conflicts, key=lambda one: (one.rid, one.field))
    )


def _crm_value(values: Mapping[Side, FieldValue]) -> FieldValue:
    return next((value for side, value in values.items() if side is not Side.SHEET), BLANK)
