"""How things stand, with names and values, for a person or a script. Rule: pure; data in, words out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from outreach_adapters.ledger import Calls
from outreach_cli.outcome import Outcome
from outreach_cli.questions import Question
from outreach_cli.wording import BUCKETS, SIDES, moment_word, plural
from outreach_core.model import Side
from outreach_core.model.planning import Bucket


@dataclass(frozen=True, slots=True)
class Refusal:
    """One write that a destination refused, with its words and what to do."""

    business: str
    where: str
    words: str
    remedy: str

    def to_json(self) -> dict[str, str]:
        """Return the stable form for scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row that could not go yet, where it was read last, and the sentence why."""

    business: str
    row: int
    why: str

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run of the past."""

    job: str
    status: str
    started: datetime | None
    ended: datetime | None
    counts: Mapping[str, int]

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts; times are in UTC."""
        return {
            "job": self.job,
            "status": self.status,
            "started": self.started.isoformat() if self.started else None,
            "ended": self.ended.isoformat() if self.ended else None,
            "counts": dict(self.counts),
        }


@dataclass(frozen=True, slots=True)
class StatusView:
    """Everything `outreach status` shows."""

    outcome: Outcome
    counts: Mapping[Bucket, int]
    questions: tuple[Question, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    runs: tuple[RunLine, ...] = ()
    last_change: datetime | None = None
    undos: int = 0  # asked for, and not done yet
    calls: Mapping[Side, Calls] = field(default_factory=dict)  # of the day, where a CRM tells

    @property
    def headline(self) -> str:
        """The first sentence, and when anything was written last."""
        first = self.outcome.sentences[0]
        if self.last_change is None:
            return first
        return f"{first} Last change: {moment_word(self.last_change)}."

    @property
    def others(self) -> tuple[str, ...]:
        """What else there is to say."""
        waiting = plural(self.undos, "change is", "changes are")
        undos = (f"{waiting} taken back by the next run.",) if self.undos else ()
        calls = (
            f"{SIDES[side]} has counted {told.used:,} of {told.allowed:,} API calls today."
            for side, told in sorted(self.calls.items())
        )
        return (*self.outcome.sentences[1:], *undos, *calls)

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {
            "standing": str(self.outcome.standing),
            "exit_code": int(self.outcome.exit),
            "sentences": list(self.outcome.sentences),
            "rows": {str(bucket): self.counts.get(bucket, 0) for bucket in Bucket},
            "questions": [question.to_json() for question in self.questions],
            "refusals": [refusal.to_json() for refusal in self.refusals],
            "waiting": [row.to_json() for row in self.waiting],
            "runs": [run.to_json() for run in self.runs],
            "last_change": self.last_change.isoformat() if self.last_change else None,
            "undos": self.undos,
            "api_calls": {str(side): asdict(told) for side, told in sorted(self.calls.items())},
        }


def bucket_lines(counts: Mapping[Bucket, int]) -> list[tuple[str, int]]:
    """Return each bucket in words with its count; they add up to the rows read."""
    return [(BUCKETS[bucket], counts.get(bucket, 0)) for bucket in Bucket]
