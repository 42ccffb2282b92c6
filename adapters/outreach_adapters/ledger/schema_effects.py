"""The tables of what happened and of what each CRM was told; ``schema.py`` has all others.

The rule: as there, a change needs a migration.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from outreach_adapters.ledger.columns import flag_column, metadata, side_column, text_column

happening = Table(
    "happening",
    metadata,
    Column("rid", String(40), primary_key=True),
    Column("kind", String(16), primary_key=True),  # email | reply | positive
    Column("n", Integer, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("after", String(40)),
    Column("before", String(40)),
    flag_column("estimated"),
    text_column("subject"),
    text_column("body"),
    text_column("status"),
    Column("follows", Integer, nullable=False, server_default="0"),
    Column("noted_at", String(40), nullable=False),
    text_column("run_id"),
)

row_watch = Table(
    "row_watch",
    metadata,
    Column("rid", String(40), primary_key=True),
    Column("unsent_at", String(40)),
    flag_column("armed"),
    text_column("pulled"),
    text_column("checked"),
)

# the outbox: what each CRM was told of, once
effect = Table(
    "effect",
    metadata,
    Column("event_key", String(64), primary_key=True),
    side_column(),
    Column("kind", String(16), nullable=False),
    Column("rid", String(40), nullable=False, index=True),
    Column("n", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # open | done | rejected
    Column("record_id", String(64)),
    Column("missed_at", String(40)),
    text_column("input_hash"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    text_column("error_code"),
    text_column("error_text"),
    text_column("vendor_message"),
    Column("first_failed", String(40)),
    Column("at", String(40), nullable=False),
    text_column("run_id"),
    flag_column("ignored"),
)

company = Table(
    "company",
    metadata,
    side_column(),
    Column("host", String(255), primary_key=True),
    Column("record_id", String(64)),
    text_column("name"),
    flag_column("made_by_us"),
    Column("at", String(40), nullable=False),
)
