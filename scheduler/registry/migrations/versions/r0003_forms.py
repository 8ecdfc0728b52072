"""The third schema: moves of blank certificates, append-only. Nothing kept before changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.registry import guards

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table, then its guards."""
    op.create_table(
        "form_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.String(), sa.ForeignKey("rounds.id"), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_form_moves_round_id", "form_moves", ["round_id"])
    guards.set_up(op.get_bind(), guards.THIRD)
