"""What people asked to be taken back: kept until a plan has done it, or says why not.

The rule: asking writes nothing anywhere but here; the next plan turns a request into ordinary changes.
What was taken back is known by the change that did it, whatever became of the run.

    1  nobody asked before, and it can be taken back         open
    2  it can never be taken back                            impossible, with the reason
    3  it is asked for already                               as it is
    4  it was taken back already                             done, by which change
    5  it had ended without being taken back                 open again
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from outreach_adapters.ledger.conversions import time_from_text
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.schema import change
from outreach_adapters.ledger.schema_undo import undo_request
from outreach_adapters.ledger.writes import upsert
from outreach_core.model import FieldValue, Side, Why
from outreach_core.model.undo import Undo, UndoEnd, UndoState, impossible, undo_mark


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """One change that somebody asked to be taken back, and how that stands.

    Attributes:
        seq: The change's number in the history.
        undone_by: The changes that took it back, by number.
        is_new: It was asked for just now, for the first time or again.
    """

    seq: int
    state: UndoState
    note: str = ""
    by: str = ""
    asked_at: datetime | None = None
    undone_by: tuple[int, ...] = ()
    is_new: bool = False


class Undos:
    """Takes in requests, and tells how they stand."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def request(self, what: int | str, by: str) -> list[UndoRequest]:
        """Ask for one change, by its number, or for all changes of a run, by its id.

        Returns how each stands now, the oldest first; nothing where there is no such change or run.
        """
        stamp = self._store.stamp()
        with self._store.write() as connection:
            asked = list(_named(connection, what))
            known = _requests(connection, [row.seq for row in asked])
            opened = [row for row in asked if _may_be_asked(known.get(row.seq))]
            upsert(connection, undo_request, [_columns(row, by, stamp) for row in opened])
            found = _requests(connection, [row.seq for row in asked])
        new = {row.seq for row in opened if found[row.seq].state is UndoState.OPEN}
        return [_as_new(found[row.seq], is_new=row.seq in new) for row in asked]

    def standing(self, seqs: Iterable[int] | None = None) -> dict[int, UndoRequest]:
        """Return, by the number of the change, what was asked for; all of it unless numbers are given."""
        with self._store.read() as connection:
            return _requests(connection, None if seqs is None else list(seqs))


def open_undos(connection: Connection) -> tuple[Undo, ...]:
    """Return what is still to be taken back, with the sides on which it was already."""
    query = (
        select(change)
        .join(undo_request, undo_request.c.change_seq == change.c.seq)
        .where(undo_request.c.state == str(UndoState.OPEN))
        .order_by(change.c.seq)
    )
    rows = connection.execute(query).all()
    done = _done(connection, [row.seq for row in rows])
    return tuple(_undo_of(row, done.get(row.seq, ())) for row in rows)


def end_undos(connection: Connection, ends: Iterable[UndoEnd], run_id: str, stamp: str) -> None:
    """Note how requests ended."""
    for end in ends:
        connection.execute(
            update(undo_request)
            .where(undo_request.c.change_seq == end.seq)
            .where(undo_request.c.state == str(UndoState.OPEN))
            .values(state=str(end.state), note=end.note, closed_at=stamp, closed_run=run_id)
        )


def _named(connection: Connection, what: int | str) -> Iterable[Any]:
    """Return the changes meant; a text of digits is the number of one."""
    if isinstance(what, int) or what.isdecimal():
        query = select(change).where(change.c.seq == int(what))
    else:
        query = select(change).where(change.c.run_id == what).order_by(change.c.seq)
    return connection.execute(query).all()


def _may_be_asked(known: UndoRequest | None) -> bool:
    """Tell whether a request is to be opened (cases 1, 2 and 5)."""
    return known is None or known.state in (UndoState.CHANGED, UndoState.IMPOSSIBLE)


def _columns(row: Any, by: str, stamp: str) -> dict[str, Any]:
    never = impossible(Why(row.why), row.field)
    return {
        "change_seq": row.seq,
        "state": str(UndoState.IMPOSSIBLE if never else UndoState.OPEN),
        "note": never,
        "by": by,
        "asked_at": stamp,
        "closed_at": stamp if never else None,
        "closed_run": "",
    }


def _requests(connection: Connection, seqs: list[int] | None) -> dict[int, UndoRequest]:
    query = select(undo_request)
    if seqs is not None:
        query = query.where(undo_request.c.change_seq.in_(seqs))
    rows = connection.execute(query).all()
    done = _done(connection, [row.change_seq for row in rows])
    return {
        row.change_seq: UndoRequest(
            seq=row.change_seq,
            state=UndoState(row.state),
            note=row.note,
            by=row.by,
            asked_at=time_from_text(row.asked_at),
            undone_by=tuple(change.seq for change in done.get(row.change_seq, ())),
        )
        for row in rows
    }


def _done(connection: Connection, seqs: Iterable[int]) -> Mapping[int, list[Any]]:
    """Return, by the number of the change, the changes that took it back."""
    marks = {undo_mark(seq): seq for seq in seqs}
    found: dict[int, list[Any]] = {}
    query = select(change.c.seq, change.c.side, change.c.evidence).where(
        change.c.why == str(Why.UNDONE), change.c.evidence.in_(list(marks))
    )
    for row in connection.execute(query.order_by(change.c.seq)) if marks else ():
        found.setdefault(marks[row.evidence], []).append(row)
    return found


def _undo_of(row: Any, done: Iterable[Any]) -> Undo:
    return Undo(
        seq=row.seq,
        rid=row.rid,
        side=Side(row.side),
        field=row.field,
        old=FieldValue.from_json(row.old),
        new=FieldValue.from_json(row.new),
        why=Why(row.why),
        restored=frozenset(Side(one.side) for one in done),
    )


def _as_new(known: UndoRequest, *, is_new: bool) -> UndoRequest:
    return UndoRequest(
        known.seq, known.state, known.note, known.by, known.asked_at, known.undone_by, is_new
    )
