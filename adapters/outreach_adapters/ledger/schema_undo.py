"""The table of what people asked to be taken back; ``schema.py`` has all others.

The rule: as there, a change needs a migration. A request outlives the run that carries it out.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from outreach_adapters.ledger.columns import metadata, text_column

undo_request = Table(
    "undo_request",
    metadata,
    Column("change_seq", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),  # open | done | changed | impossible
    text_column("note"),
    text_column("by"),
    Column("asked_at", String(40), nullable=False),
    Column("closed_at", String(40)),
    text_column("closed_run"),
)
