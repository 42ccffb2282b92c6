"""Take back what people asked to be taken back, by ordinary writes (RECONCILE C, law 30; pure).

The rule: an undo is an edit like any other, except that it comes last: where anybody changed the field
since, or the merge has something to say about it, that stands and the request ends.

    1  it can never be taken back, or its row or record is gone    impossible
    2  there is an open question about the field                   changed since
    3  the merge writes another value in this plan                 changed since
    4  the merge is still spreading the change's own value, a
       side cannot be read just now, or the row is paused          waits
    5  another, newer request is about the same field              waits
    6  every side shows the value from before                      done
    7  a side shows something else than the change left            changed since
    8  else                                                        written, wherever the change's value shows

A filled blank is emptied again where it was filled, not where the value came from; a Status is put back
on its own side alone, as the two are never compared (``status.py``), and never to ``Approved``.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach_core.merge.state import Findings, IdentifiedRow, Observed
from outreach_core.merge.status import OURS, SHEET_SAW, STATUS, shown_status
from outreach_core.model import BLANK, FieldChange, FieldValue, LinkState, Side, Why
from outreach_core.model.fields import Blank, Direction, FieldSpec
from outreach_core.model.undo import (
    ASKED_ABOUT,
    CHANGED_SINCE,
    NOT_LINKED,
    ROW_GONE,
    Undo,
    UndoEnd,
    UndoState,
    impossible,
    judge,
    wanted,
)

Shown = dict[Side, FieldValue]


def take_back(observed: Observed, found: Findings) -> None:
    """Plan what is still to be put back, and end the requests that came to their end."""
    rows = {row.rid: row for row in found.rows}
    busy: set[tuple[str, str]] = set()
    for asked in sorted(observed.given.undos, key=lambda one: -one.seq):
        if (asked.rid, asked.field) in busy:
            continue  # case 5
        busy.add((asked.rid, asked.field))
        end = _settle(observed, found, asked, rows.get(asked.rid))
        if end is not None:
            found.undone.append(end)


def _settle(
    observed: Observed, found: Findings, asked: Undo, row: IdentifiedRow | None
) -> UndoEnd | None:
    never = impossible(asked.why, asked.field) or (ROW_GONE if row is None else "")
    if row is None or never:
        return UndoEnd(asked.seq, UndoState.IMPOSSIBLE, never)  # case 1
    where = (asked.rid, asked.field)
    if where in observed.standing or where in found.held_conflicts:
        return UndoEnd(asked.seq, UndoState.CHANGED, ASKED_ABOUT)  # case 2
    concerned = _concerned(observed, found, asked)
    if asked.side not in concerned:
        return UndoEnd(asked.seq, UndoState.IMPOSSIBLE, NOT_LINKED)  # case 1
    planned = _planned(found, asked, concerned)
    if planned - {asked.new.key}:
        return UndoEnd(asked.seq, UndoState.CHANGED, CHANGED_SINCE)  # case 3
    shown = _shown(found, row, asked, concerned)
    if planned or shown is None or row.shown.paused:
        return None  # case 4
    left = {side: value for side, value in shown.items() if side not in asked.restored}
    end = judge(asked, left)  # cases 6, 7
    if end is None:
        _put_back(found, row, asked, left)  # case 8
    return end


def _planned(found: Findings, asked: Undo, concerned: tuple[Side, ...]) -> set[str | None]:
    """Return what the merge writes into the field in this plan."""
    written = (found.updates.get((asked.rid, side), {}).get(asked.field) for side in concerned)
    return {change.new.key for change in written if change is not None}


def _concerned(observed: Observed, found: Findings, asked: Undo) -> tuple[Side, ...]:
    """Return the sides on which the value is put back: those it went to, and came from."""
    spec = observed.rules.specs.get(asked.field)
    if asked.field == STATUS or asked.why is Why.FILLED or spec is None:
        sides: tuple[Side, ...] = (asked.side,)
    else:
        sides = tuple(s for s in spec.sides if s is asked.side or _is_written(spec, s, asked))
    return tuple(side for side in sides if side is Side.SHEET or _is_linked(found, asked.rid, side))


def _is_written(spec: FieldSpec, side: Side, asked: Undo) -> bool:
    """Whether the field's rules let the old value be written there."""
    if wanted(asked).blank and spec.blank is Blank.IGNORE:
        return False
    if side is not Side.SHEET:
        return _way(spec, side) in (Direction.TWO_WAY, Direction.SHEET_TO_CRM)
    crms = [crm for crm in spec.sides if crm is not Side.SHEET]
    return any(_way(spec, crm) in (Direction.TWO_WAY, Direction.CRM_TO_SHEET) for crm in crms)


def _way(spec: FieldSpec, side: Side) -> Direction:
    return spec.directions.get(side, Direction.TWO_WAY)


def _is_linked(found: Findings, rid: str, side: Side) -> bool:
    link = found.links.get((rid, side))
    return link is not None and link.state is LinkState.ACTIVE


def _shown(
    found: Findings, row: IdentifiedRow, asked: Undo, concerned: tuple[Side, ...]
) -> Shown | None:
    """Return what every side shows, ``None`` where one cannot be read."""
    shown: Shown = {}
    for side in concerned:
        record = found.reached.get(asked.rid, {}).get(side)
        if side is not Side.SHEET and record is None:
            return None
        fields = row.shown.fields if record is None else record.fields
        problems = row.shown.problems if record is None else record.problems
        if asked.field in problems:
            return None
        shown[side] = fields.get(asked.field, BLANK)
    return shown


def _put_back(
    found: Findings, row: IdentifiedRow, asked: Undo, shown: Mapping[Side, FieldValue]
) -> None:
    back = wanted(asked)
    for side, value in shown.items():
        if value.key == back.key:
            continue
        found.updates.setdefault((asked.rid, side), {})[asked.field] = FieldChange(
            expected=value,
            new=back,
            why=Why.UNDONE,
            evidence=asked.mark,
            remembers=_remembered(found, row, asked, side),
        )
        if asked.field == STATUS and side is Side.SHEET:
            found.pulled[asked.rid] = back.value or ""


def _remembered(
    found: Findings, row: IdentifiedRow, asked: Undo, side: Side
) -> Mapping[str, FieldValue]:
    """Return what keeps a CRM's status where a person put it, until the sheet's moves again."""
    if asked.field != STATUS or side is Side.SHEET:
        return {}
    return {SHEET_SAW: shown_status(found, row), OURS: BLANK}
