"""The table of what was gathered for an import; ``schema.py`` has all others.

The rule: as there, a change needs a migration. What stands here counts only in the run that brought it.
"""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from outreach_adapters.ledger.columns import json_column, metadata, text_column

import_fact = Table(
    "import_fact",
    metadata,
    Column("name", String(16), primary_key=True),  # people | tab
    json_column("content"),
    Column("at", String(40), nullable=False),
    text_column("run_id"),
)
