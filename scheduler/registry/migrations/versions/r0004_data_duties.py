"""The fourth schema: uploads with receipts, notices, hand-overs, kept files. Nothing kept before changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.registry import guards

revision = "0004"
down_revision = "0003"
_LIVE = sa.text("state IN ('prepared', 'handed_over', 'accepted')")


def upgrade() -> None:
    """Create the tables, then their guards."""
    _uploads()
    _notices()
    op.create_table(
        "handovers",
        sa.Column("sequence", sa.Integer(), sa.ForeignKey("certificates.sequence"), nullable=False),
        sa.Column("round_id", sa.String(), sa.ForeignKey("rounds.id"), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_index("ix_handovers_round_id", "handovers", ["round_id"])
    op.create_table(
        "kept_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_kept_files_path", "kept_files", ["path"])
    guards.set_up(op.get_bind(), guards.FOURTH)


def _uploads() -> None:
    op.create_table(
        "upload_batches",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("quarter", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_upload_batches_quarter", "upload_batches", ["quarter"])
    op.create_table(
        "upload_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(), sa.ForeignKey("upload_batches.id"), nullable=False),
        sa.Column("root", sa.Integer(), sa.ForeignKey("certificates.sequence"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_upload_records_batch_id", "upload_records", ["batch_id"])
    op.create_index(
        "uq_upload_records_live",
        "upload_records",
        ["root", "version"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
    op.create_table(
        "upload_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(), sa.ForeignKey("upload_batches.id"), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_upload_moves_batch_id", "upload_moves", ["batch_id"])


def _notices() -> None:
    op.create_table(
        "notice_lists",
        sa.Column("round_id", sa.String(), sa.ForeignKey("rounds.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "number"),
    )
    op.create_table(
        "notice_moves",
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "number"),
        sa.ForeignKeyConstraint(["round_id", "number"], ["notice_lists.round_id", "notice_lists.number"]),
    )
