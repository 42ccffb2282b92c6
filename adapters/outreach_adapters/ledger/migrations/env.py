"""Alembic's entry: runs inside the transaction it is given, so that a migration is all or nothing."""

from __future__ import annotations

from alembic import context

from outreach_adapters.ledger.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
)
context.run_migrations()
