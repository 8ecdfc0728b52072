"""The second schema: reasons of endings, numbers spoken for, tree heads, and their guards. Nothing kept before changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.registry import guards

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the three tables, then their guards."""
    op.create_table(
        "endings",
        sa.Column("sequence", sa.Integer(), sa.ForeignKey("ledger.sequence"), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_table(
        "numbers",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("award_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), sa.ForeignKey("entries.id"), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", "award_id"),
    )
    op.create_index("ix_numbers_entry_id", "numbers", ["entry_id"])
    op.create_table(
        "heads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_heads_size", "heads", ["size"])
    guards.set_up(op.get_bind(), guards.SECOND)
