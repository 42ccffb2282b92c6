"""With which rules each CRM record was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of records that are there nobody knows it."""
    op.add_column("crm_record", sa.Column("rules", sa.Text(), server_default="", nullable=False))
