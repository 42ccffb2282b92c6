"""The first schema of the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "approval",
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("guarded", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("keep", sa.String(length=16), nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("used_by_plan", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("plan_id"),
    )
    op.create_table(
        "base",
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("raw", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("rid", "side", "field"),
    )
    op.create_table(
        "bookmark",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("committed_at", sa.String(length=40), nullable=False),
        sa.Column("reset", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "change",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.Column("intent_id", sa.Text(), server_default="", nullable=False),
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("old", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("new", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(op.f("ix_change_rid"), "change", ["rid"], unique=False)
    op.create_table(
        "conflict",
        sa.Column("conflict_id", sa.String(length=40), nullable=False),
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("evidence_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("choice", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_run", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.String(length=40), nullable=False),
        sa.Column("closed_run", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("conflict_id"),
    )
    op.create_index(
        "one_open_conflict",
        "conflict",
        ["rid", "field"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "crm_count",
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("object", sa.String(length=32), nullable=False),
        sa.Column("portal_id", sa.Text(), server_default="", nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("low_runs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("side", "object"),
    )
    op.create_table(
        "crm_record",
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("object", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("emails", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("merged_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("problems", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("updated_at", sa.String(length=40), nullable=True),
        sa.Column("observed_at", sa.String(length=40), nullable=True),
        sa.Column("extra", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("side", "object", "record_id"),
    )
    op.create_table(
        "hint",
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("object", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("side", "object", "record_id"),
    )
    op.create_table(
        "intent",
        sa.Column("intent_id", sa.String(length=80), nullable=False),
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("operation", sa.String(length=16), nullable=False),
        sa.Column("object", sa.String(length=32), nullable=False),
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.Text(), server_default="", nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=True),
        sa.Column("changes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("needs_row_id", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("marked_at", sa.String(length=40), nullable=True),
        sa.Column("closed_at", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("intent_id"),
    )
    op.create_index(op.f("ix_intent_plan_id"), "intent", ["plan_id"], unique=False)
    op.create_index(op.f("ix_intent_state"), "intent", ["state"], unique=False)
    op.create_table(
        "link",
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("object", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("history", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("verified_at", sa.String(length=40), nullable=True),
        sa.Column("created_run", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("rid", "side"),
    )
    op.create_index(
        "one_active_link",
        "link",
        ["side", "record_id"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "lookup",
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("object", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("record_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("side", "object", "kind", "key"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "plan",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.String(length=40), nullable=False),
        sa.Column("generation", sa.Text(), server_default="", nullable=False),
        sa.Column("fingerprint", sa.Text(), server_default="", nullable=False),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.Column("guards", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("guarded", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("summary", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("verdicts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("conflicts", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("plan_id"),
    )
    op.create_table(
        "rendering",
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("column", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("rid", "column"),
    )
    op.create_table(
        "retry",
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("error_code", sa.Text(), server_default="", nullable=False),
        sa.Column("error_text", sa.Text(), server_default="", nullable=False),
        sa.Column("vendor_message", sa.Text(), server_default="", nullable=False),
        sa.Column("first_failed", sa.String(length=40), nullable=False),
        sa.Column("last_failed", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("rid", "side"),
    )
    op.create_table(
        "row_id",
        sa.Column("rid", sa.String(length=40), nullable=False),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("present", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("minted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("written_at", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("rid"),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("job", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.String(length=40), nullable=False),
        sa.Column("renewed_at", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.String(length=40), nullable=True),
        sa.Column("host", sa.Text(), server_default="", nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("process_started", sa.Float(), nullable=False),
        sa.Column("counters", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_index(
        "one_running",
        "run",
        ["status"],
        unique=True,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_table(
        "sheet_row",
        sa.Column("slot", sa.String(length=8), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("sync_id", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), server_default="", nullable=False),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("problems", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("system", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("slot", "row"),
    )
    op.create_index(op.f("ix_sheet_row_sync_id"), "sheet_row", ["sync_id"], unique=False)
    op.create_table(
        "side_status",
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("side"),
    )
    op.create_table(
        "snapshot",
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("spreadsheet_id", sa.Text(), server_default="", nullable=False),
        sa.Column("gid", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="", nullable=False),
        sa.Column("header", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("version", sa.Text(), server_default="", nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.String(length=40), nullable=False),
        sa.Column("previous_read_at", sa.String(length=40), nullable=True),
        sa.Column("run_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("side"),
    )
    op.create_table(
        "conflict_value",
        sa.Column("conflict_id", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("raw", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conflict_id"],
            ["conflict.conflict_id"],
        ),
        sa.PrimaryKeyConstraint("conflict_id", "side"),
    )
