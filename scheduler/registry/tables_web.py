"""The tables of the web office, and the index by which certificates are found by inquiry code; as ``tables.py``."""

from __future__ import annotations

from sqlalchemy import DDL, Text, UniqueConstraint, event
from sqlmodel import Field

from scheduler.registry.tables import CertificateRow, Row, table_of


class UserRow(Row, table=True):
    """A user of the web office, as changed; append-only, the last row of a name counts."""

    __tablename__ = "users"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    document: str = Field(sa_type=Text)
    """User."""


class VisitRow(Row, table=True):
    """A user who is signed in, from one browser, until a moment or until signing out."""

    __tablename__ = "visits"
    sha256: str = Field(primary_key=True)
    """Digest of the secret that the browser keeps."""
    name: str = Field(index=True)
    began_at: str
    until: str
    """Moment in ISO 8601 with zone, of the office's clock."""


class TokenRow(Row, table=True):
    """A token by which scripts call the API, as changed; append-only, the last row of an id counts."""

    __tablename__ = "tokens"
    id: int | None = Field(default=None, primary_key=True)
    token_id: str = Field(index=True)
    sha256: str = Field(index=True)
    """Digest of the token's secret."""
    document: str = Field(sa_type=Text)
    """Token."""


class MarkProposalRow(Row, table=True):
    """Marks that wait for a second person, as changed; append-only, the last step of a proposal counts."""

    __tablename__ = "mark_proposals"
    __table_args__ = (UniqueConstraint("proposal_id", "step"),)
    id: int | None = Field(default=None, primary_key=True)
    proposal_id: str
    round_id: str = Field(foreign_key="rounds.id", index=True)
    step: int
    document: str = Field(sa_type=Text)
    """Proposal."""


INQUIRY_CODE = {
    "sqlite": "json_extract(document, '$.face.inquiry_code')",
    "postgresql": "(document::jsonb -> 'face' ->> 'inquiry_code')",
}
"""How each database reads a certificate's inquiry code out of its document; indexed in exactly these words."""


def inquiry_index(dialect: str) -> str:
    """Return the statement that indexes certificates by their inquiry codes."""
    return f"CREATE INDEX ix_certificates_inquiry_code ON certificates ({INQUIRY_CODE[dialect]})"


for _dialect in INQUIRY_CODE:
    _index = DDL(inquiry_index(_dialect)).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
    event.listen(table_of(CertificateRow), "after_create", _index)
