"""Companies, what happened to rows, what each CRM was told of it, and imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add tables and columns; what is there stays as it is."""
    op.create_table(
        "company",
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by_us", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("side", "host"),
    )
    op.create_table(
        "effect",
        sa.Column("event_key", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=True),
        sa.Column("missed_at", sa.String(length=40), nullable=True),
        sa.Column("input_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error_code", sa.Text(), server_default="", nullable=False),
        sa.Column("error_text", sa.Text(), server_default="", nullable=False),
        sa.Column("vendor_message", sa.Text(), server_default="", nullable=False),
        sa.Column("first_failed", sa.String(length=40), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("event_key", "side"),
    )
    op.create_index(op.f("ix_effect_rid"), "effect", ["rid"], unique=False)
    op.create_table(
        "happening",
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=40), nullable=True),
        sa.Column("before", sa.String(length=40), nullable=True),
        sa.Column("estimated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("follows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("noted_at", sa.String(length=40), nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("rid", "kind", "n"),
    )
    op.create_table(
        "row_watch",
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("unsent_at", sa.String(length=40), nullable=True),
        sa.Column("armed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("pulled", sa.Text(), server_default="", nullable=False),
        sa.Column("checked", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("rid"),
    )
    op.create_table(
        "import_fact",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    for name, column in (
        (
            "intent",
            sa.Column("event_key", sa.String(length=320), server_default="", nullable=False),
        ),
        ("intent", sa.Column("payload", sa.JSON(none_as_null=True), nullable=True)),
        ("crm_record", sa.Column("converted_to", sa.String(length=64), nullable=True)),
        ("lookup", sa.Column("staged_at", sa.String(length=40), nullable=True)),
        ("sheet_row", sa.Column("host", sa.Text(), nullable=True)),
        ("sheet_row", sa.Column("sent", sa.JSON(none_as_null=True), nullable=True)),
        ("sheet_row", sa.Column("reply", sa.JSON(none_as_null=True), nullable=True)),
    ):
        op.add_column(name, column)
    op.create_index(op.f("ix_intent_event_key"), "intent", ["event_key"], unique=False)
