"""When fields were edited, as far as that is known, and guards that a person overrode."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what is there nobody knows when it was edited."""
    op.add_column("sheet_row", sa.Column("edits", sa.JSON(), nullable=True))
    op.add_column("crm_record", sa.Column("edits", sa.JSON(), nullable=True))
    op.add_column("run", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column("approval", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "approval",
        sa.Column("force", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
