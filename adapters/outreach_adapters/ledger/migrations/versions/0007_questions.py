"""The life of questions: what people answered, when values were made, who was shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a question that is open stays open."""
    texts = ("custom", "decided_at")
    words = {"phase": "open", "picked": "", "decided_by": ""}
    for name in texts:
        op.add_column("conflict", sa.Column(name, sa.Text(), nullable=True))
    for name, default in words.items():
        column = sa.Column(name, sa.Text(), server_default=default, nullable=False)
        op.add_column("conflict", column)
    for name in ("agreed", "candidates"):
        op.add_column("conflict", sa.Column(name, sa.JSON(none_as_null=True), nullable=True))
    for name in ("not_before", "not_after"):
        op.add_column("conflict_value", sa.Column(name, sa.String(length=40), nullable=True))
    by = sa.Column("by", sa.Text(), server_default="", nullable=False)
    op.add_column("conflict_value", by)
    for table in ("retry", "effect"):
        flag: sa.Column[bool] = sa.Column(
            "ignored", sa.Boolean(), server_default=sa.text("false"), nullable=False
        )
        op.add_column(table, flag)
