"""How things stand, with names and values, for a person or a script. Rule: pure; data in, words out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from outreach_cli.outcome import Outcome
from outreach_cli.wording import (
    BUCKETS,
    CHOICES,
    CONFLICTS,
    business_word,
    field_word,
    value_word,
)
from outreach_core.model import BLANK, FieldValue, Side
from outreach_core.model.planning import Bucket, Conflict


@dataclass(frozen=True, slots=True)
class Question:
    """One conflict: what each side says, and why it is asked."""

    business: str
    field: str
    sheet: str
    crm: str
    why: str
    answer: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One write that a destination refused, with its words and what to do."""

    business: str
    where: str
    words: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run of the past."""

    job: str
    started: str
    ended: str
    state: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StatusView:
    """Everything `outreach status` shows."""

    outcome: Outcome
    counts: Mapping[Bucket, int]
    questions: tuple[Question, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    runs: tuple[RunLine, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {
            "standing": str(self.outcome.standing),
            "exit_code": int(self.outcome.exit),
            "sentences": list(self.outcome.sentences),
            "rows": {str(bucket): self.counts.get(bucket, 0) for bucket in Bucket},
            "questions": [_to_json(question) for question in self.questions],
            "refusals": [_to_json(refusal) for refusal in self.refusals],
            "runs": [_to_json(run) for run in self.runs],
        }


def bucket_lines(counts: Mapping[Bucket, int]) -> list[tuple[str, int]]:
    """Return each bucket in words with its count; they add up to the rows read."""
    return [(BUCKETS[bucket], counts.get(bucket, 0)) for bucket in Bucket]


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
            answer=CHOICES[conflict.choice] if conflict.choice else "",
        )
        for conflict in sorted(conflicts, key=lambda one: (one.rid, one.field))
    )


def _crm_value(values: Mapping[Side, FieldValue]) -> FieldValue:
    return next((value for side, value in values.items() if side is not Side.SHEET), BLANK)


def _to_json(line: Question | Refusal | RunLine) -> dict[str, object]:
    return {name: getattr(line, name) for name in line.__slots__}
