"""The first schema: rounds, entries, plans, marks, ledger, certificates, acts, and their guards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.registry import guards

revision = "0001"
down_revision = None

_VALID = sa.text("standing = 'valid'")
_PUBLISHED = sa.text("state = 'published'")


def upgrade() -> None:
    """Create every table, then the guards, then the ledger's counter."""
    _rounds_and_entries()
    _plans()
    _results()
    _ledger()
    _acts()
    connection = op.get_bind()
    guards.set_up(connection, guards.FIRST)
    connection.exec_driver_sql("INSERT INTO counters (scope, last) VALUES ('/ledger', 0)")


def _key(name: str, *, target: str | None = None, kind: type[sa.types.TypeEngine[str]] = sa.String) -> sa.Column[str]:
    """Return a column that must be filled, pointing at another table where a target is named."""
    rules = [sa.ForeignKey(target)] if target else []
    return sa.Column(name, kind(), *rules, nullable=False)


def _number(name: str, *, target: str | None = None) -> sa.Column[int]:
    rules = [sa.ForeignKey(target)] if target else []
    return sa.Column(name, sa.Integer(), *rules, autoincrement=False, nullable=False)


def _serial() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _document() -> sa.Column[str]:
    return _key("document", kind=sa.Text)


def _rounds_and_entries() -> None:
    op.create_table("rounds", _key("id"), _document(), sa.PrimaryKeyConstraint("id"))
    op.create_table(
        "entries",
        _key("id"),
        _key("round_id", target="rounds.id"),
        _key("candidate_id"),
        _key("document_no"),
        _document(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "candidate_id"),
    )
    op.create_index("ix_entries_candidate_id", "entries", ["candidate_id"])
    op.create_index("ix_entries_round_id_document_no", "entries", ["round_id", "document_no"])
    op.create_table(
        "entitlements",
        _serial(),
        _key("entry_id", target="entries.id"),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        _document(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_entitlements_entry_id", "entitlements", ["entry_id"])


def _plans() -> None:
    op.create_table(
        "plans",
        _key("round_id", target="rounds.id"),
        _number("version"),
        _key("state"),
        sa.Column("based_on", sa.Integer(), nullable=True),
        _key("made_at"),
        sa.Column("published_at", sa.String(), nullable=True),
        _document(),
        sa.PrimaryKeyConstraint("round_id", "version"),
    )
    op.create_index(
        "uq_plans_published",
        "plans",
        ["round_id"],
        unique=True,
        sqlite_where=_PUBLISHED,
        postgresql_where=_PUBLISHED,
    )


def _results() -> None:
    op.create_table(
        "marks",
        _key("entry_id", target="entries.id"),
        _key("component_id"),
        _document(),
        sa.PrimaryKeyConstraint("entry_id", "component_id"),
    )
    op.create_table(
        "mark_history",
        _serial(),
        _key("entry_id", target="entries.id"),
        _key("component_id"),
        _key("replaced_at"),
        _document(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mark_history_entry_id_component_id", "mark_history", ["entry_id", "component_id"])
    op.create_table("outcomes", _key("entry_id", target="entries.id"), _document(), sa.PrimaryKeyConstraint("entry_id"))


def _ledger() -> None:
    op.create_table(
        "counters",
        _key("scope"),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_table(
        "ledger",
        _number("sequence"),
        *(_key(name) for name in ("at", "event", "number", "award_id")),
        _key("entry_id", target="entries.id"),
        *(_key(name) for name in ("sha256", "record_sha256", "previous", "digest")),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("previous"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_ledger_number_award_id", "ledger", ["number", "award_id"])
    op.create_table(
        "certificates",
        _number("sequence", target="ledger.sequence"),
        _key("number"),
        _key("award_id"),
        _key("entry_id", target="entries.id"),
        _key("round_id", target="rounds.id"),
        _key("sha256"),
        _key("standing"),
        _document(),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_index("ix_certificates_number", "certificates", ["number"])
    op.create_index("ix_certificates_round_id", "certificates", ["round_id"])
    for name, columns in (
        ("uq_certificates_entry_award", ["entry_id", "award_id"]),
        ("uq_certificates_number_award", ["number", "award_id"]),
    ):
        op.create_index(name, "certificates", columns, unique=True, sqlite_where=_VALID, postgresql_where=_VALID)
    op.create_table(
        "certificate_files",
        _number("sequence", target="certificates.sequence"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )


def _acts() -> None:
    op.create_table(
        "acts",
        _serial(),
        *(_key(name) for name in ("at", "who", "what", "round_id")),
        _key("detail", kind=sa.Text),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_acts_round_id", "acts", ["round_id"])
