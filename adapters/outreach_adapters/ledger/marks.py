"""Which cells of the outreach tab are marked because their value is asked about.

The rule: level-triggered, as our tabs: what is open decides, and a mark that was not confirmed is not known.
What a cell had before is kept with its mark, so that taking it away leaves the cell as people had it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, select

from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.questions import read_questions
from outreach_adapters.ledger.schema import sheet_row
from outreach_adapters.ledger.schema_screens import cell_mark
from outreach_adapters.ledger.screens_words import SIDES, value_word
from outreach_adapters.ledger.writes import upsert
from outreach_core.model import CRM_SIDES
from outreach_core.model.planning import ConflictKind, QuestionStatus
from outreach_core.model.questions import Question

_ABOUT_CELLS = (ConflictKind.FIELD, ConflictKind.FIRST_LINK)


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell that is to be marked, or not any more.

    Attributes:
        row: Where its row was read last.
        note: What the mark says; blank takes it away.
        shown: What the mark says now, blank if there is none.
        before: Fill and note that the cell had, where it is marked.
    """

    rid: str
    header: str
    row: int | None
    note: str
    shown: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)


class Marks:
    """Says which cells to mark, and takes in which are."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def wanted(self, labels: Mapping[str, str]) -> list[Mark]:
        """Return the marks that are to be set, changed or taken away.

        Args:
            labels: Headers of the outreach tab by the name of their field.
        """
        with self._store.read() as connection:
            rows = _rows(connection)
            asked = _asked(connection, labels, rows)
            kept = {(r.rid, r.header): r for r in connection.execute(select(cell_mark))}
        found = []
        for (rid, header), note in asked.items():
            known = kept.get((rid, header))
            if known is None or known.note != note:
                shown, before = (known.note, known.before or {}) if known else ("", {})
                found.append(Mark(rid, header, rows[rid], note, shown, before))
        for (rid, header), known in kept.items():
            if (rid, header) not in asked:
                old = known.before or {}
                found.append(Mark(rid, header, rows.get(rid), "", known.note, old))
        return sorted(found, key=lambda mark: (mark.row or 0, mark.header))

    def confirm(self, done: Sequence[Mark]) -> None:
        """Note what cells were read to show."""
        stamp = self._store.stamp()
        with self._store.write() as connection:
            for mark in done:
                if mark.note:
                    columns = {"note": mark.note, "before": dict(mark.before), "at": stamp}
                    keys = {"rid": mark.rid, "header": mark.header}
                    upsert(connection, cell_mark, [{**keys, **columns}])
                    continue
                own = (cell_mark.c.rid == mark.rid) & (cell_mark.c.header == mark.header)
                connection.execute(delete(cell_mark).where(own))


def _rows(connection: Connection) -> dict[str, int]:
    query = select(sheet_row.c.sync_id, sheet_row.c.row).where(
        sheet_row.c.slot == "current", sheet_row.c.sync_id.is_not(None)
    )
    ordered = query.order_by(sheet_row.c.row.desc())
    return {str(row.sync_id): row.row for row in connection.execute(ordered)}


def _asked(
    connection: Connection, labels: Mapping[str, str], rows: Mapping[str, int]
) -> dict[tuple[str, str], str]:
    """Return the note of every cell that is asked about."""
    return {
        (question.rid, labels[question.field]): note_of(question)
        for question in read_questions(connection, {})
        if question.kind in _ABOUT_CELLS
        and question.status is not QuestionStatus.LEFT
        and question.field in labels
        and question.rid in rows
    }


def note_of(question: Question) -> str:
    """Return what the mark of a cell says: what the others have."""
    told = [
        f"{SIDES[side]} has: {value_word(question.values[side].value)}"
        for side in CRM_SIDES
        if side in question.values
    ]
    return f"{' · '.join(told)} — see Needs You"
