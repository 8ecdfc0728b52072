"""Users of the web office, their visits and tokens, and certificates found by inquiry code. Nothing kept before changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.registry import guards, tables_web

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables and the index, then their guards."""
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_users_name", "users", ["name"])
    op.create_table(
        "visits",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("began_at", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_index("ix_visits_name", "visits", ["name"])
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_tokens_token_id", "tokens", ["token_id"])
    op.create_index("ix_tokens_sha256", "tokens", ["sha256"])
    op.execute(tables_web.inquiry_index(op.get_bind().dialect.name))
    guards.set_up(op.get_bind(), guards.SEVENTH)
