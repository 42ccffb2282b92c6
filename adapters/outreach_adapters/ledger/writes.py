"""The few ways in which rows are put into tables, the same on SQLite and PostgreSQL.

The rule: ``upsert`` replaces every column it is given and leaves the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from outreach_adapters.ledger.schema import meta

READ_WITH = "read_with:"  # before a side: the fingerprint of the rules it was last read with
_CHUNK = 500  # SQLite takes a limited number of parameters per statement


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, or replace the given columns of those whose key is there."""
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    keys = [column.name for column in table.primary_key]
    statement: Any = insert(table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, list(rows))


def chunks(items: Sequence[str]) -> list[Sequence[str]]:
    """Cut keys into pieces that fit into one ``IN``."""
    return [items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK)]


def read_meta(connection: Connection, key: str, default: str = "") -> str:
    """Return a remembered text."""
    found = connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()
    return default if found is None else found


def write_meta(connection: Connection, key: str, value: str) -> None:
    """Remember a text."""
    upsert(connection, meta, [{"key": key, "value": value}])
