"""The ninth schema: marks that wait for a second person, append-only. Nothing kept before changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.registry import guards

revision = "0009"
down_revision = "0007"


def upgrade() -> None:
    """Create the table, then its guards."""
    op.create_table(
        "mark_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.String(), nullable=False),
        sa.Column("round_id", sa.String(), sa.ForeignKey("rounds.id"), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("proposal_id", "step"),
    )
    op.create_index("ix_mark_proposals_round_id", "mark_proposals", ["round_id"])
    guards.set_up(op.get_bind(), guards.NINTH)


def downgrade() -> None:
    """Drop the table where nothing was ever kept in it; raises RuntimeError otherwise."""
    connection = op.get_bind()
    if connection.execute(sa.text("SELECT count(*) FROM mark_proposals")).scalar_one():
        raise RuntimeError("mark_proposals holds marks that people entered; restore a backup to go back")
    guards.take_down(connection, guards.NINTH)
    op.drop_table("mark_proposals")
