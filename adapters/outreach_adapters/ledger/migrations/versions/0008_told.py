"""What a CRM said happened to a record, and whom it was asked to forget."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns to hints, and a table for erasures."""
    kind = sa.Column("kind", sa.Text(), server_default="", nullable=False)
    op.add_column("hint", kind)
    op.add_column("hint", sa.Column("told_at", sa.String(length=40), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("object", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("told_at", sa.String(length=40), nullable=False),
        sa.Column("done_at", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("side", "object", "record_id"),
    )
