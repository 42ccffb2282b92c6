"""Which records disagree with their row about a field that both changed: their history settles who was last.

The rule: this only says what is worth asking; whether it is a dispute is the merge's to decide. A record is asked
about once for each of its modifications, so that a question that stays open costs no further call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, select

from outreach_adapters.ledger.conversions import record_of, value_of
from outreach_adapters.ledger.schema import base, crm_record, link, sheet_row
from outreach_core.model import BLANK, CrmRecord, FieldValue, LinkState, Side, fields_from_json
from outreach_core.model.evidence import ASKED

_Bases = Mapping[tuple[str, str], Mapping[str, FieldValue]]
_Fields = Mapping[str, FieldValue]


def disputed_records(connection: Connection, side: Side, obj: str) -> list[str]:
    """Return the ids of a side's records whose history is worth reading."""
    pairs = _pairs(connection, side, obj)
    moved = [(rid, row, record) for rid, row, record in pairs if not _was_asked(record)]
    bases = _bases(connection) if moved else {}
    return sorted(
        record.record_id
        for rid, row, record in moved
        if _disputes(row, record.fields, bases.get((rid, "sheet"), {}), bases.get((rid, side), {}))
    )


def _pairs(connection: Connection, side: Side, obj: str) -> list[tuple[str, _Fields, CrmRecord]]:
    same = and_(
        crm_record.c.side == link.c.side,
        crm_record.c.object == link.c.object,
        crm_record.c.record_id == link.c.record_id,
    )
    query = (
        select(link.c.rid, sheet_row.c.fields.label("shown"), crm_record)
        .join(sheet_row, and_(sheet_row.c.sync_id == link.c.rid, sheet_row.c.slot == "current"))
        .join(crm_record, same)
        .where(link.c.side == str(side), link.c.object == obj)
        .where(link.c.state == str(LinkState.ACTIVE), ~crm_record.c.archived)
    )
    return [
        (row.rid, fields_from_json(row.shown), record_of(row)) for row in connection.execute(query)
    ]


def _was_asked(record: CrmRecord) -> bool:
    asked = record.edits.get(ASKED)
    return asked is not None and asked.before == record.updated_at


def _bases(connection: Connection) -> _Bases:
    found: dict[tuple[str, str], dict[str, FieldValue]] = {}
    for row in connection.execute(select(base)):
        found.setdefault((row.rid, row.side), {})[row.field] = value_of(row)
    return found


def _disputes(row: _Fields, record: _Fields, row_base: _Fields, record_base: _Fields) -> bool:
    return any(
        _changed(row, row_base, name)
        and _changed(record, record_base, name)
        and row[name].key != record[name].key
        for name in row
        if name in record and name in row_base and name in record_base
    )


def _changed(shown: _Fields, past: _Fields, name: str) -> bool:
    now: Any = shown.get(name, BLANK)
    return not past[name].same_raw(now) and past[name].key != now.key
