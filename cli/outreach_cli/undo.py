"""What taking changes back would do, and asking for it. Rule: the next run does it; nothing is sent from here.

    1  it can never be taken back                            impossible
    2  it was taken back already                             undone
    3  it is asked for already                               asked
    4  every side shows the value from before                nothing to do
    5  a side shows something else by now                    changed since
    6  else                                                  would be, or is asked for

What the sides show is what they showed when they were last read; the next run looks again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from outreach_adapters.ledger import Change, UndoRequest
from outreach_cli.exits import Exit
from outreach_cli.wording import RUN_AGAIN, SIDES, business_word, field_word, plural, value_word
from outreach_core.model import BLANK, FieldValue, LinkState, Side, Why
from outreach_core.model.planning import PlanningInput
from outreach_core.model.undo import (
    CHANGED_SINCE,
    NOT_LINKED,
    ROW_GONE,
    STATUS,
    Undo,
    UndoState,
    impossible,
    judge,
    wanted,
)


class Fate(StrEnum):
    """What becomes of one change that was named."""

    WOULD = "would be taken back"
    ASKED = "the next run takes it back"
    UNDONE = "taken back already"
    NOTHING = "nothing to do"
    CHANGED = "changed since"
    IMPOSSIBLE = "cannot be taken back"


@dataclass(frozen=True, slots=True)
class UndoLine:
    """One change, and what becomes of it."""

    number: int
    business: str
    field: str
    where: str
    now: str
    back_to: str
    fate: Fate
    note: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {**told, "fate": self.fate.name.lower()}


@dataclass(frozen=True, slots=True)
class UndoView:
    """Everything `outreach undo` shows."""

    lines: tuple[UndoLine, ...]
    dry_run: bool = False
    again: str = RUN_AGAIN

    @property
    def headline(self) -> str:
        """One sentence for everything."""
        counts = [(fate, sum(line.fate is fate for line in self.lines)) for fate in Fate]
        said = ", ".join(f"{count} {fate}" for fate, count in counts if count)
        return f"{plural(len(self.lines), 'change')}: {said}."

    @property
    def next_step(self) -> str:
        """What happens next; empty if nothing does."""
        if any(line.fate is Fate.WOULD for line in self.lines):
            return "Nothing is asked for yet: leave out --dry-run."
        if any(line.fate is Fate.ASKED for line in self.lines):
            return f"The next run does it: {self.again}"
        return ""

    @property
    def exit(self) -> Exit:
        """Wrong use only where all of it is impossible."""
        hopeless = all(line.fate is Fate.IMPOSSIBLE for line in self.lines)
        return Exit.USAGE if hopeless else Exit.CLEAN

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {
            "dry_run": self.dry_run,
            "headline": self.headline,
            "changes": [line.to_json() for line in self.lines],
            "next_step": self.next_step,
        }


def view_undo(
    changes: Sequence[Change],
    given: PlanningInput,
    known: Mapping[int, UndoRequest],
    names: Mapping[str | int, str],
    labels: Mapping[str, str],
    again: str = RUN_AGAIN,
) -> UndoView:
    """Say what taking each of the changes back would do; ask for nothing."""
    shown = _Shown(given)
    lines = tuple(_line(change, shown, known, names, labels) for change in changes)
    return UndoView(lines, dry_run=True, again=again)


def asked_for(view: UndoView) -> UndoView:
    """Return the view after what it would do was asked for."""
    lines = (
        replace(line, fate=Fate.ASKED) if line.fate is Fate.WOULD else line for line in view.lines
    )
    return replace(view, lines=tuple(lines), dry_run=False)


def _line(
    change: Change,
    shown: _Shown,
    known: Mapping[int, UndoRequest],
    names: Mapping[str | int, str],
    labels: Mapping[str, str],
) -> UndoLine:
    asked = Undo(
        change.seq, change.rid, change.side, change.field, change.old, change.new, change.why
    )
    fate, note = _fate(asked, shown, known.get(change.seq))
    now = shown.of(change.rid, change.side, change.field)
    return UndoLine(
        number=change.seq,
        business=business_word(names, change.rid),
        field=field_word(change.field.strip("()"), labels),
        where=SIDES[change.side],
        now=value_word(change.new if now is None else now),
        back_to=value_word(wanted(asked)),
        fate=fate,
        note=note,
    )


def _fate(asked: Undo, shown: _Shown, known: UndoRequest | None) -> tuple[Fate, str]:
    never = impossible(asked.why, asked.field)
    if never:
        return Fate.IMPOSSIBLE, never  # 1
    if known is not None and (known.state is UndoState.DONE or known.undone_by):
        by = ", ".join(str(number) for number in known.undone_by)
        return Fate.UNDONE, f"By change {by}." if by else ""  # 2
    if known is not None and known.state is UndoState.OPEN:
        return Fate.ASKED, f"Asked for by {known.by}." if known.by else ""  # 3
    sides = shown.of_all(asked)
    if asked.side not in sides:
        return Fate.IMPOSSIBLE, ROW_GONE if asked.side is Side.SHEET else NOT_LINKED  # 1
    end = judge(asked, sides)
    if end is None:
        return Fate.WOULD, ""  # 6
    if end.state is UndoState.DONE:
        return Fate.NOTHING, "The value from before is there."  # 4
    return Fate.CHANGED, CHANGED_SINCE  # 5


class _Shown:
    """What every side showed of a field when it was last read."""

    def __init__(self, given: PlanningInput) -> None:
        self._rows = {row.sync_id: row for row in given.rows if row.sync_id}
        self._records = {
            (link.rid, link.side): given.records.get((link.side, link.object, link.record_id))
            for link in given.links
            if link.state is LinkState.ACTIVE
        }

    def of(self, rid: str, side: Side, field: str) -> FieldValue | None:
        """Return what a side showed, `None` where there is no row or record."""
        held = self._rows.get(rid) if side is Side.SHEET else self._records.get((rid, side))
        return held.fields.get(field, BLANK) if held else None

    def of_all(self, asked: Undo) -> dict[Side, FieldValue]:
        """Return what the sides show that the value would be put back on."""
        alone = asked.field == STATUS or asked.why is Why.FILLED
        found = {}
        for side in (asked.side,) if alone else tuple(Side):
            held = self._rows.get(asked.rid) if side is Side.SHEET else None
            record = held or self._records.get((asked.rid, side))
            if record is not None and (side is asked.side or asked.field in record.fields):
                found[side] = record.fields.get(asked.field, BLANK)
        return found
