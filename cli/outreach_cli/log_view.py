"""The history of what was written, in words. Rule: pure; a line says what was written, never what is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from outreach_adapters.ledger import Change, UndoRequest
from outreach_cli.wording import SIDES, business_word, field_word, value_word
from outreach_core.model.undo import UndoState

UNDO_WORDS: Mapping[UndoState, str] = {
    UndoState.OPEN: "the next run takes it back",
    UndoState.DONE: "taken back",
    UndoState.CHANGED: "not taken back: changed since",
    UndoState.IMPOSSIBLE: "cannot be taken back",
}
SHORT_RUN = 8


@dataclass(frozen=True, slots=True)
class LogLine:
    """One field that was written.

    Attributes:
        number: Of the change; what `outreach undo` takes.
        run_id: Of the run that wrote it.
        origin: The sides the value came from, in words; empty where it is none's.
        undo: How a request to take it back stands; empty where nobody asked.
        by: Who asked for that, or for the undo that this line is.
    """

    number: int
    at: datetime | None
    run_id: str
    business: str
    field: str
    where: str
    origin: str
    before: str
    after: str
    why: str
    evidence: str
    undo: str = ""
    by: str = ""

    @property
    def run(self) -> str:
        """The end of the run's id, as people type it."""
        return short_run(self.run_id)

    @property
    def way(self) -> str:
        """From where to where, in words."""
        return f"{self.origin} → {self.where}" if self.origin else f"→ {self.where}"

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts; times are in UTC."""
        names = [name for name in self.__slots__ if name != "at"]
        return {
            "at": self.at.isoformat() if self.at else None,
            **{name: getattr(self, name) for name in names},
        }


@dataclass(frozen=True, slots=True)
class LogView:
    """Everything `outreach log` shows, the newest first."""

    lines: tuple[LogLine, ...]

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {"changes": [line.to_json() for line in self.lines]}


def short_run(run_id: str) -> str:
    """Return the end of a run's id: enough to name it, for the front is the time alone."""
    return run_id.replace("-", "")[-SHORT_RUN:]


def view_log(
    changes: Iterable[Change],
    names: Mapping[str | int, str],
    labels: Mapping[str, str],
    undos: Mapping[int, UndoRequest],
    taken_back: Mapping[int, str],
) -> LogView:
    """Put changes into words.

    Args:
        changes: The newest first.
        names: What to call each row (`wording.business_names`).
        labels: Column headers by canonical field name.
        undos: What was asked to be taken back, by the number of the change.
        taken_back: Who asked for the changes that are undos, by their number.
    """
    return LogView(
        tuple(
            _line(change, names, labels, undos.get(change.seq), taken_back.get(change.seq, ""))
            for change in changes
        )
    )


def _line(
    change: Change,
    names: Mapping[str | int, str],
    labels: Mapping[str, str],
    asked: UndoRequest | None,
    by: str,
) -> LogLine:
    return LogLine(
        number=change.seq,
        at=change.at,
        run_id=change.run_id,
        business=business_word(names, change.rid),
        field=field_word(change.field.strip("()"), labels),
        where=SIDES[change.side],
        origin=" and ".join(SIDES[side] for side in change.sources),
        before=value_word(change.old),
        after=value_word(change.new),
        why=str(change.why),
        evidence=change.evidence,
        undo=undo_word(asked),
        by=asked.by if asked else by,
    )


def undo_word(asked: UndoRequest | None) -> str:
    """Return how a request stands; what was put back counts, whatever became of its run."""
    if asked is None:
        return ""
    done = asked.state is UndoState.OPEN and asked.undone_by
    return UNDO_WORDS[UndoState.DONE if done else asked.state]
