"""Works out when values were edited from what was staged before and what is staged now.

The rule: only a difference between two reads of the same thing says anything; what was told by the vendor or
noted by the sheet's script is better than that. A value that stays keeps the time it has.

    sheet   1  a row that was not there before        (previous read, this read]
            2  a cell that shows something else       the same
            3  ... and the script noted when          then; of a time noted for the whole row only
                                                      if nothing else of it changed, else until then
            4  a cell that shows the same             as known
    CRM     5  a record that was not known            until it was last modified
            6  a field that shows something else      (modified when read before, modified now]
            7  ... read with other rules              until it was last modified: no edit need have been
            8  its history was read                   then
            9  a field that shows the same            as known
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, tuple_

from outreach_adapters.ledger.conversions import record_of, sheet_row_of, time_from_text
from outreach_adapters.ledger.schema import crm_record, sheet_row, snapshot
from outreach_core.model import CrmRecord, FieldValue, SheetRow, SheetSnapshot, Side
from outreach_core.model.evidence import CHANGED, FIRST_SEEN, Edit

_CHUNK = 200
_SKEW = timedelta(minutes=2)  # by which Google's clock may be ahead of ours


def with_edits_of_rows(
    connection: Connection, rows: Sequence[SheetRow], taken: SheetSnapshot
) -> list[SheetRow]:
    """Return the rows of a read with the times of their edits; before it is swapped in."""
    where = snapshot.c.side == str(Side.SHEET)
    previous = time_from_text(connection.execute(select(snapshot.c.read_at).where(where)).scalar())
    now = Edit(previous, _latest(taken, previous))
    known = _known_rows(connection)
    return [_dated_row(row, known.get(_who(row)) or known.get(_print(row)), now) for row in rows]


def with_edits_of_records(connection: Connection, records: Sequence[CrmRecord]) -> list[CrmRecord]:
    """Return records with the times of their edits, those told by the vendor before all."""
    known = _known_records(connection, records)
    return [
        _dated_record(record, known.get((record.side, record.object, record.record_id)))
        for record in records
    ]


def _latest(taken: SheetSnapshot, previous: datetime | None) -> datetime:
    """Return the end of what a read covers: Drive's time of the last edit, where it is one of these."""
    edited = taken.edited_at
    if edited is None or edited > taken.read_at or (previous is not None and edited <= previous):
        return taken.read_at
    return edited


def _who(row: SheetRow) -> tuple[str, str]:
    return ("id", row.sync_id) if row.sync_id else _print(row)


def _print(row: SheetRow) -> tuple[str, str]:
    return "print", row.fingerprint


def _known_rows(connection: Connection) -> dict[tuple[str, str], SheetRow]:
    """Return the rows as read before; one without an id is known by what it shows."""
    query = select(sheet_row).where(sheet_row.c.slot == "current")
    rows = map(sheet_row_of, connection.execute(query))
    return {_who(row): row for row in rows}


def _dated_row(row: SheetRow, before: SheetRow | None, now: Edit) -> SheetRow:
    noted = {name: edit for name, edit in row.edits.items() if _fits(edit, now)}
    whole = noted.pop(CHANGED, None)
    if before is None:
        return replace(row, edits={FIRST_SEEN: now, CHANGED: now, **noted})  # cases 1, 3
    edits = {FIRST_SEEN: now, **before.edits}
    if before.fingerprint != row.fingerprint:
        edits[CHANGED] = now
    differing = _differing(before.fields, row.fields)
    if whole is not None and not noted:
        now = whole if len(differing) == 1 else replace(now, before=whole.before)
    for name in differing:
        edits[name] = noted.get(name, now)  # cases 2, 3
    return replace(row, edits=edits)


def _fits(noted: Edit, now: Edit) -> bool:
    """Tell whether a noted time lies between the reads.

    An older one is of an older value or came with a row that was pasted; one to come is no time.
    """
    if noted.after is None or now.before is None:
        return False
    return (now.after is None or noted.after > now.after) and noted.after <= now.before + _SKEW


def _dated_record(record: CrmRecord, before: CrmRecord | None) -> CrmRecord:
    modified = Edit(None, record.updated_at)
    if before is None:
        return replace(record, edits={FIRST_SEEN: modified, **record.edits})  # case 5
    same_rules = before.rules == record.rules
    now = Edit(before.updated_at, record.updated_at) if same_rules else modified  # cases 6, 7
    edits = {FIRST_SEEN: modified, **before.edits}
    if before.updated_at == record.updated_at and same_rules:
        return replace(record, edits={**edits, **record.edits})  # cases 8, 9
    edits |= dict.fromkeys(_differing(before.fields, record.fields), now)
    return replace(record, edits={**edits, **record.edits})


def _differing(before: Any, now: Any) -> list[str]:
    return [
        name
        for name, value in now.items()
        if name not in before or not FieldValue.same_raw(before[name], value)
    ]


def _known_records(
    connection: Connection, records: Sequence[CrmRecord]
) -> dict[tuple[Side, str, str], CrmRecord]:
    keys = [(str(r.side), r.object, r.record_id) for r in records]
    columns = tuple_(crm_record.c.side, crm_record.c.object, crm_record.c.record_id)
    found = {}
    for start in range(0, len(keys), _CHUNK):
        query = select(crm_record).where(columns.in_(keys[start : start + _CHUNK]))
        for row in connection.execute(query):
            known = record_of(row)
            found[known.side, known.object, known.record_id] = known
    return found
