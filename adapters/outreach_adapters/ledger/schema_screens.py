"""The tables of what our tabs show, and of the cells we marked; ``schema.py`` has all others.

The rule: as there, a change needs a migration. They hold what was read or confirmed last, nothing that was
only sent.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from outreach_adapters.ledger.columns import json_column, metadata, text_column

screen_tab = Table(
    "screen_tab",
    metadata,
    Column("screen", String(16), primary_key=True),
    Column("gid", Integer),
    text_column("title"),
    text_column("headline"),
    Column("at", String(40), nullable=False),
)

screen_line = Table(
    "screen_line",
    metadata,
    Column("screen", String(16), primary_key=True),
    Column("item", String(120), primary_key=True),
    text_column("evidence"),
    json_column("cells"),
    json_column("answers"),
    text_column("answered_run"),  # in which the answers were first read as they are
    json_column("choices"),  # what the dropdown offers
    json_column("links"),
)

cell_mark = Table(
    "cell_mark",
    metadata,
    Column("rid", String(40), primary_key=True),
    Column("header", Text, primary_key=True),
    text_column("note"),
    json_column("before"),  # fill and note that the cell had
    Column("at", String(40), nullable=False),
)
