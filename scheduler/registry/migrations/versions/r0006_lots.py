"""Seats drawn by lot and ticket numbers, append-only. Nothing kept before changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.registry import guards

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables, then their guards."""
    op.create_table(
        "lots",
        sa.Column("round_id", sa.String(), sa.ForeignKey("rounds.id"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "version"),
    )
    op.create_table(
        "tickets",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("round_id", sa.String(), sa.ForeignKey("rounds.id"), nullable=False),
        sa.Column("entry_id", sa.String(), sa.ForeignKey("entries.id"), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("entry_id"),
    )
    op.create_index("ix_tickets_round_id", "tickets", ["round_id"])
    guards.set_up(op.get_bind(), guards.SIXTH)
