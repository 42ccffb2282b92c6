"""What only a person can decide, in words. Rule: pure; both values are shown, neither is preferred."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from outreach_cli.wording import CONFLICTS, business_word, field_word, value_word
from outreach_core.model import BLANK, FieldValue, Side
from outreach_core.model.planning import Conflict


@dataclass(frozen=True, slots=True)
class Question:
    """One conflict: what each side says, and why it is asked."""

    business: str
    field: str
    sheet: str
    crm: str
    why: str

    def to_json(self) -> dict[str, str]:
        """Return the stable form for scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


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
