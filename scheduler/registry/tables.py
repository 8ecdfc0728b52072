"""The tables, nothing else: key columns that queries and unique keys need, and the value itself as a JSON document.

Used by mapping and the small classes beside it; no row ever leaves this workshop. Types are portable to PostgreSQL.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel):
    """Base of every table; keeps our tables apart from anybody else's metadata."""

    metadata: ClassVar[MetaData] = metadata


def table_of(row: type[Row]) -> Table:
    """Return the table of a kind of row, for statements that need no rows."""
    found: Table = row.__table__  # type: ignore[attr-defined]  # SQLModel adds it when the class is made
    return found


class RoundRow(Row, table=True):
    """A round's set-up."""

    __tablename__ = "rounds"
    id: str = Field(primary_key=True)
    document: str = Field(sa_type=Text)
    """RoundSetup."""


class EntryRow(Row, table=True):
    """An entry; one for each person in a round."""

    __tablename__ = "entries"
    __table_args__ = (UniqueConstraint("round_id", "candidate_id"), Index(None, "round_id", "document_no"))
    id: str = Field(primary_key=True)
    round_id: str = Field(foreign_key="rounds.id")
    candidate_id: str = Field(index=True)
    document_no: str
    document: str = Field(sa_type=Text)
    """Entry."""


class EntitlementRow(Row, table=True):
    """An entitlement statement; the last one written counts, earlier ones stay."""

    __tablename__ = "entitlements"
    id: int | None = Field(default=None, primary_key=True)
    entry_id: str = Field(foreign_key="entries.id", index=True)
    assessed_on: date
    document: str = Field(sa_type=Text)
    """Entitlement."""


class PlanRow(Row, table=True):
    """A version of a round's plan; at most one of a round is published at a time."""

    __tablename__ = "plans"
    __table_args__ = (
        Index(
            "uq_plans_published",
            "round_id",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )
    round_id: str = Field(primary_key=True, foreign_key="rounds.id")
    version: int = Field(primary_key=True)
    state: str
    based_on: int | None = None
    """Version that was published when this one was drafted."""
    made_at: str
    published_at: str | None = None
    document: str = Field(sa_type=Text)
    """Plan."""


class MarkRow(Row, table=True):
    """The mark that counts, of one entry in one component."""

    __tablename__ = "marks"
    entry_id: str = Field(primary_key=True, foreign_key="entries.id")
    component_id: str = Field(primary_key=True)
    document: str = Field(sa_type=Text)
    """ComponentMark."""


class MarkHistoryRow(Row, table=True):
    """A mark that was replaced; append-only."""

    __tablename__ = "mark_history"
    __table_args__ = (Index(None, "entry_id", "component_id"),)
    id: int | None = Field(default=None, primary_key=True)
    entry_id: str = Field(foreign_key="entries.id")
    component_id: str
    replaced_at: str
    document: str = Field(sa_type=Text)
    """ComponentMark."""


class OutcomeRow(Row, table=True):
    """The outcome of an entry."""

    __tablename__ = "outcomes"
    entry_id: str = Field(primary_key=True, foreign_key="entries.id")
    document: str = Field(sa_type=Text)
    """Outcome."""


class CounterRow(Row, table=True):
    """A counter without gaps: the last number given in a scope. Its row is the lock."""

    __tablename__ = "counters"
    scope: str = Field(primary_key=True)
    last: int = Field(sa_type=BigInteger)


class LedgerRow(Row, table=True):
    """A line of the ledger; append-only and chained."""

    __tablename__ = "ledger"
    __table_args__ = (Index(None, "number", "award_id"),)
    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: str
    event: str
    number: str
    award_id: str
    entry_id: str = Field(foreign_key="entries.id")
    sha256: str
    record_sha256: str
    previous: str = Field(unique=True)
    digest: str = Field(unique=True)


class EndingRow(Row, table=True):
    """Why a number or certificate came to its end; append-only, and digested in its ledger line."""

    __tablename__ = "endings"
    sequence: int = Field(primary_key=True, foreign_key="ledger.sequence", sa_column_kwargs={"autoincrement": False})
    document: str = Field(sa_type=Text)
    """Ending."""


class NumberRow(Row, table=True):
    """A certificate number that is spoken for; voided at most once, deleted only while it is a mere import."""

    __tablename__ = "numbers"
    number: str = Field(primary_key=True)
    award_id: str = Field(primary_key=True)
    entry_id: str | None = Field(default=None, foreign_key="entries.id", index=True)
    origin: str
    at: str
    scope: str
    serial: int | None = Field(default=None, sa_type=BigInteger)
    issued_on: date | None = None
    source: str = Field(sa_type=Text)
    standing: str


class HeadRow(Row, table=True):
    """A tree head that was given out, or one of a lost ledger that was acknowledged; append-only."""

    __tablename__ = "heads"
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    size: int = Field(index=True)
    root: str
    document: str = Field(sa_type=Text)
    """HeadRecord."""


class CertificateRow(Row, table=True):
    """A certificate as issued; only its standing may change, and only away from valid."""

    __tablename__ = "certificates"
    __table_args__ = (
        Index(
            "uq_certificates_entry_award",
            "entry_id",
            "award_id",
            unique=True,
            sqlite_where=text("standing = 'valid'"),
            postgresql_where=text("standing = 'valid'"),
        ),
        Index(
            "uq_certificates_number_award",
            "number",
            "award_id",
            unique=True,
            sqlite_where=text("standing = 'valid'"),
            postgresql_where=text("standing = 'valid'"),
        ),
    )
    sequence: int = Field(primary_key=True, foreign_key="ledger.sequence", sa_column_kwargs={"autoincrement": False})
    """The ledger line that issued it."""
    number: str = Field(index=True)
    award_id: str
    entry_id: str = Field(foreign_key="entries.id")
    round_id: str = Field(foreign_key="rounds.id", index=True)
    sha256: str = Field(unique=True)
    standing: str
    document: str = Field(sa_type=Text)
    """Certificate, as it stood on the day of issue; its digest stands in the ledger line."""


class FileRow(Row, table=True):
    """The bytes of a certificate's file; append-only."""

    __tablename__ = "certificate_files"
    sequence: int = Field(
        primary_key=True, foreign_key="certificates.sequence", sa_column_kwargs={"autoincrement": False}
    )
    content: bytes = Field(sa_type=LargeBinary)


class FormMoveRow(Row, table=True):
    """Something done to blank certificates of the stock; append-only."""

    __tablename__ = "form_moves"
    id: int | None = Field(default=None, primary_key=True)
    round_id: str = Field(foreign_key="rounds.id", index=True)
    act: str
    document: str = Field(sa_type=Text)
    """FormMove."""


class DayEventRow(Row, table=True):
    """An event of an exam day; append-only."""

    __tablename__ = "day_events"
    __table_args__ = (UniqueConstraint("round_id", "no"),)
    id: int | None = Field(default=None, primary_key=True)
    round_id: str = Field(foreign_key="rounds.id")
    no: int
    act: str
    document: str = Field(sa_type=Text)
    """DayEvent."""


class DutyReplyRow(Row, table=True):
    """An answer of an examiner; append-only, the last one to a question counts."""

    __tablename__ = "duty_replies"
    id: int | None = Field(default=None, primary_key=True)
    round_id: str = Field(foreign_key="rounds.id", index=True)
    examiner_id: str
    document: str = Field(sa_type=Text)
    """Reply."""


class UploadBatchRow(Row, table=True):
    """A frozen batch of records for the national network; append-only."""

    __tablename__ = "upload_batches"
    id: str = Field(primary_key=True)
    quarter: str = Field(index=True)
    issuer: str
    sha256: str
    document: str = Field(sa_type=Text)
    """UploadBatch."""


class UploadRecordRow(Row, table=True):
    """A record in the outbox; only its state changes, and only forward. A certificate's version is live at most once."""

    __tablename__ = "upload_records"
    __table_args__ = (
        Index(
            "uq_upload_records_live",
            "root",
            "version",
            unique=True,
            sqlite_where=text("state IN ('prepared', 'handed_over', 'accepted')"),
            postgresql_where=text("state IN ('prepared', 'handed_over', 'accepted')"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    batch_id: str = Field(foreign_key="upload_batches.id", index=True)
    root: int = Field(foreign_key="certificates.sequence")
    version: int
    state: str
    document: str = Field(sa_type=Text)
    """UploadRecord."""


class UploadMoveRow(Row, table=True):
    """Something done to a batch: made, handed over, withdrawn, answered; append-only."""

    __tablename__ = "upload_moves"
    id: int | None = Field(default=None, primary_key=True)
    batch_id: str = Field(foreign_key="upload_batches.id", index=True)
    act: str
    document: str = Field(sa_type=Text)
    """UploadMove."""


class NoticeListRow(Row, table=True):
    """A numbered list of messages to people whose places changed; append-only."""

    __tablename__ = "notice_lists"
    round_id: str = Field(primary_key=True, foreign_key="rounds.id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    document: str = Field(sa_type=Text)
    """NoticeList."""


class NoticeMoveRow(Row, table=True):
    """A list that was handed over; append-only, each list once."""

    __tablename__ = "notice_moves"
    __table_args__ = (ForeignKeyConstraint(["round_id", "number"], ["notice_lists.round_id", "notice_lists.number"]),)
    round_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    document: str = Field(sa_type=Text)
    """NoticeMove."""


class HandoverRow(Row, table=True):
    """A certificate that was handed to somebody; append-only, each certificate once."""

    __tablename__ = "handovers"
    sequence: int = Field(
        primary_key=True, foreign_key="certificates.sequence", sa_column_kwargs={"autoincrement": False}
    )
    round_id: str = Field(foreign_key="rounds.id", index=True)
    document: str = Field(sa_type=Text)
    """Handover."""


class KeptFileRow(Row, table=True):
    """A file that is kept, and until when; append-only, the last row of a path counts."""

    __tablename__ = "kept_files"
    id: int | None = Field(default=None, primary_key=True)
    path: str = Field(index=True)
    sha256: str
    document: str = Field(sa_type=Text)
    """KeptFile."""


class LotRow(Row, table=True):
    """Seats drawn by lot for a version of a plan; append-only."""

    __tablename__ = "lots"
    round_id: str = Field(primary_key=True, foreign_key="rounds.id")
    version: int = Field(primary_key=True)
    document: str = Field(sa_type=Text)
    """Lot."""


class TicketRow(Row, table=True):
    """The number of an entry's admission ticket; append-only."""

    __tablename__ = "tickets"
    number: str = Field(primary_key=True)
    round_id: str = Field(foreign_key="rounds.id", index=True)
    entry_id: str = Field(foreign_key="entries.id", unique=True)
    at: str


class ActRow(Row, table=True):
    """Who did what, when; append-only."""

    __tablename__ = "acts"
    id: int | None = Field(default=None, primary_key=True)
    at: str
    who: str
    what: str
    round_id: str = Field(default="", index=True)
    detail: str = Field(default="", sa_type=Text)
