"""What the database itself refuses, whoever asks: ledger lines, files and published plans never change.

Used by the migrations and by the re-check. Each guard is one trigger; conditions are portable, the wrapping is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Guard:
    """A trigger that refuses one kind of statement on one table."""

    name: str
    table: str
    event: Literal["INSERT", "UPDATE", "DELETE"]
    message: str
    when: str = "1 = 1"
    """Condition over OLD and NEW under which the statement is refused."""
    sqlite_only: bool = False
    """For REPLACE, which on SQLite deletes rows without asking the guards of DELETE."""
    asks: bool = False
    """Whether the condition asks other tables, which PostgreSQL allows in a function only."""


def _append_only(table: str, key: str) -> tuple[Guard, ...]:
    message = f"{table} is append-only"
    again = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608 - both names are ours
    return (
        Guard(f"{table}_no_update", table, "UPDATE", message),
        Guard(f"{table}_no_delete", table, "DELETE", message),
        Guard(f"{table}_no_replace", table, "INSERT", message, again, sqlite_only=True),
    )


_PLAN_CHANGED = (
    " OR ".join(
        f"NEW.{column} <> OLD.{column}" for column in ("round_id", "version", "made_at", "published_at", "document")
    )
    + " OR coalesce(NEW.based_on, 0) <> coalesce(OLD.based_on, 0)"
)
_CERTIFICATE_CHANGED = " OR ".join(
    f"NEW.{column} <> OLD.{column}"
    for column in ("sequence", "number", "award_id", "entry_id", "round_id", "sha256", "document")
)
_SAME_CERTIFICATE = (
    "EXISTS (SELECT 1 FROM certificates WHERE sequence = NEW.sequence OR sha256 = NEW.sha256 OR (standing = 'valid'"
    " AND award_id = NEW.award_id AND (number = NEW.number OR entry_id = NEW.entry_id)))"
)

FIRST: tuple[Guard, ...] = (
    *_append_only("ledger", "sequence"),
    # REPLACE on another unique key than the sequence would take a line out as well.
    Guard(
        "ledger_no_replace_chain",
        "ledger",
        "INSERT",
        "ledger is append-only",
        "EXISTS (SELECT 1 FROM ledger WHERE digest = NEW.digest OR previous = NEW.previous)",
        sqlite_only=True,
    ),
    *_append_only("certificate_files", "sequence"),
    *_append_only("acts", "id"),
    *_append_only("mark_history", "id"),
    Guard("certificates_no_delete", "certificates", "DELETE", "a certificate is never deleted"),
    Guard("certificates_frozen", "certificates", "UPDATE", "an issued certificate is frozen", _CERTIFICATE_CHANGED),
    Guard(
        "certificates_standing",
        "certificates",
        "UPDATE",
        "a certificate never becomes valid again",
        "OLD.standing <> 'valid' OR NEW.standing = 'valid'",
    ),
    Guard(
        "certificates_begin_valid", "certificates", "INSERT", "a certificate begins valid", "NEW.standing <> 'valid'"
    ),
    Guard(
        "certificates_no_replace",
        "certificates",
        "INSERT",
        "this certificate exists already",
        _SAME_CERTIFICATE,
        sqlite_only=True,
    ),
    Guard("counters_step", "counters", "UPDATE", "a counter goes up by one", "NEW.last <> OLD.last + 1"),
    Guard("counters_no_delete", "counters", "DELETE", "a counter is never deleted"),
    Guard("plans_begin_as_draft", "plans", "INSERT", "a plan begins as a draft", "NEW.state <> 'draft'"),
    Guard("plans_no_delete", "plans", "DELETE", "a published plan is frozen", "OLD.state <> 'draft'"),
    Guard(
        "plans_frozen",
        "plans",
        "UPDATE",
        "a published plan is frozen",
        "(OLD.state = 'superseded') OR (OLD.state = 'published' AND"
        f" (NEW.state <> 'superseded' OR NEW.published_at IS NULL OR {_PLAN_CHANGED}))",
    ),
    Guard(
        "plans_no_replace",
        "plans",
        "INSERT",
        "this version exists already",
        "EXISTS (SELECT 1 FROM plans WHERE round_id = NEW.round_id AND version = NEW.version)",
        sqlite_only=True,
    ),
    Guard(
        "plans_one_published",
        "plans",
        "UPDATE",
        "another version is published",
        "OLD.state = 'draft' AND NEW.state = 'published' AND EXISTS"
        " (SELECT 1 FROM plans WHERE round_id = NEW.round_id AND state = 'published')",
        sqlite_only=True,
    ),
)
"""Guards of the first schema; a later migration adds a tuple of its own."""

_NUMBER_CHANGED = (
    " OR ".join(
        f"NEW.{column} <> OLD.{column}" for column in ("number", "award_id", "origin", "at", "source", "issued_on")
    )
    + " OR (NEW.issued_on IS NULL) <> (OLD.issued_on IS NULL)"
)
_BORNE = "EXISTS (SELECT 1 FROM certificates WHERE number = OLD.number AND award_id = OLD.award_id)"

SECOND: tuple[Guard, ...] = (
    *_append_only("endings", "sequence"),
    *_append_only("heads", "id"),
    Guard(
        "numbers_no_delete",
        "numbers",
        "DELETE",
        "a number is never deleted",
        "OLD.origin <> 'imported' OR OLD.standing <> 'open'",
    ),
    Guard("numbers_borne", "numbers", "DELETE", "a certificate bears this number", _BORNE, asks=True),
    Guard(
        "numbers_frozen",
        "numbers",
        "UPDATE",
        "a number is voided, or stays as it is",
        f"OLD.standing <> 'open' OR NEW.standing <> 'voided' OR {_NUMBER_CHANGED}"
        " OR coalesce(NEW.entry_id, '') <> coalesce(OLD.entry_id, '')"
        # What series a lost number belonged to is found out when its turn comes again.
        " OR (OLD.origin <> 'lost' AND (NEW.scope <> OLD.scope OR coalesce(NEW.serial, 0) <> coalesce(OLD.serial, 0)))",
    ),
    Guard(
        "numbers_no_replace",
        "numbers",
        "INSERT",
        "this number is spoken for",
        "EXISTS (SELECT 1 FROM numbers WHERE number = NEW.number AND award_id = NEW.award_id)",
        sqlite_only=True,
    ),
)
"""Guards of the second schema."""

THIRD: tuple[Guard, ...] = _append_only("form_moves", "id")
"""Guards of the third schema."""

_RECORD_CHANGED = " OR ".join(
    f"NEW.{column} <> OLD.{column}" for column in ("id", "batch_id", "root", "version", "document")
)

FOURTH: tuple[Guard, ...] = (
    *_append_only("upload_batches", "id"),
    *_append_only("upload_moves", "id"),
    *_append_only("handovers", "sequence"),
    *_append_only("kept_files", "id"),
    *(
        Guard(f"{table}_no_{event.lower()}", table, event, f"{table} is append-only")
        for table in ("notice_lists", "notice_moves")
        for event in ("UPDATE", "DELETE")
    ),
    *(
        Guard(
            f"{table}_no_replace",
            table,
            "INSERT",
            f"{table} is append-only",
            f"EXISTS (SELECT 1 FROM {table} WHERE round_id = NEW.round_id AND number = NEW.number)",  # noqa: S608 - ours
            sqlite_only=True,
        )
        for table in ("notice_lists", "notice_moves")
    ),
    Guard("upload_records_no_delete", "upload_records", "DELETE", "an upload record is never deleted"),
    Guard("upload_records_begin", "upload_records", "INSERT", "a record begins prepared", "NEW.state <> 'prepared'"),
    Guard(
        "upload_records_frozen",
        "upload_records",
        "UPDATE",
        "an upload record only moves forward",
        f"{_RECORD_CHANGED} OR NOT ((OLD.state = 'prepared' AND NEW.state IN ('handed_over', 'withdrawn'))"
        " OR (OLD.state = 'handed_over' AND NEW.state IN ('accepted', 'rejected')))",
    ),
    Guard(
        "upload_records_no_replace",
        "upload_records",
        "INSERT",
        "this record exists already",
        "EXISTS (SELECT 1 FROM upload_records WHERE id = NEW.id OR (root = NEW.root AND version = NEW.version"
        " AND state IN ('prepared', 'handed_over', 'accepted')))",
        sqlite_only=True,
    ),
)
"""Guards of the fourth schema."""

FIFTH: tuple[Guard, ...] = (
    *_append_only("day_events", "id"),
    # REPLACE on the round's number would take an event out as well.
    Guard(
        "day_events_no_replace_no",
        "day_events",
        "INSERT",
        "day_events is append-only",
        "EXISTS (SELECT 1 FROM day_events WHERE round_id = NEW.round_id AND no = NEW.no)",
        sqlite_only=True,
    ),
    *_append_only("duty_replies", "id"),
)
"""Guards of the fifth schema."""

_LOT_AGAIN = "EXISTS (SELECT 1 FROM lots WHERE round_id = NEW.round_id AND version = NEW.version)"
_TICKET_AGAIN = "EXISTS (SELECT 1 FROM tickets WHERE number = NEW.number OR entry_id = NEW.entry_id)"

SIXTH: tuple[Guard, ...] = (
    Guard("lots_no_update", "lots", "UPDATE", "lots is append-only"),
    Guard("lots_no_delete", "lots", "DELETE", "lots is append-only"),
    Guard("lots_no_replace", "lots", "INSERT", "lots is append-only", _LOT_AGAIN, sqlite_only=True),
    Guard("tickets_no_update", "tickets", "UPDATE", "tickets is append-only"),
    Guard("tickets_no_delete", "tickets", "DELETE", "tickets is append-only"),
    Guard("tickets_no_replace", "tickets", "INSERT", "tickets is append-only", _TICKET_AGAIN, sqlite_only=True),
)
"""Guards of the sixth schema: seats drawn and ticket numbers given."""

SEVENTH: tuple[Guard, ...] = (*_append_only("users", "id"), *_append_only("tokens", "id"))
"""Guards of the seventh schema: what a user or token was stays known."""

NINTH: tuple[Guard, ...] = (
    *_append_only("mark_proposals", "id"),
    Guard(
        "mark_proposals_no_replace_step",
        "mark_proposals",
        "INSERT",
        "mark_proposals is append-only",
        "EXISTS (SELECT 1 FROM mark_proposals WHERE proposal_id = NEW.proposal_id AND step = NEW.step)",
        sqlite_only=True,
    ),
)
"""Guards of the ninth schema: who entered which marks stays known."""

ALL = FIRST + SECOND + THIRD + FOURTH + FIFTH + SIXTH + SEVENTH + NINTH

_REFUSE = """
CREATE OR REPLACE FUNCTION registry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation'; END $$
"""


_REFUSE_WHERE = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF {when} THEN RAISE EXCEPTION USING MESSAGE = '{message}', ERRCODE = 'integrity_constraint_violation'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
"""


def set_up(connection: Connection, guards: tuple[Guard, ...]) -> None:
    """Create the triggers in the connection's own dialect (SQLite or PostgreSQL)."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(_REFUSE)
    for guard in guards:
        if connection.dialect.name == "sqlite":
            body = f"BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"
            connection.exec_driver_sql(f"{_head(guard)} WHEN {guard.when} {body}")
        elif guard.asks:
            said = _REFUSE_WHERE.format(name=guard.name, when=guard.when, message=guard.message)
            connection.exec_driver_sql(said)
            connection.exec_driver_sql(f"{_head(guard)} EXECUTE FUNCTION {guard.name}()")
        elif not guard.sqlite_only:
            refuse = f"EXECUTE FUNCTION registry_refuse('{guard.message}')"
            connection.exec_driver_sql(f"{_head(guard)} WHEN ({guard.when}) {refuse}")


def take_down(connection: Connection, guards: tuple[Guard, ...]) -> None:
    """Drop triggers, for a change of the schema that sets them up again or drops their tables."""
    sqlite = connection.dialect.name == "sqlite"
    for guard in guards:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {guard.name}{'' if sqlite else f' ON {guard.table}'}")
        if guard.asks and not sqlite:
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {guard.name}()")


def present(connection: Connection) -> set[str]:
    """Return the names of the triggers that stand in this database and are at work."""
    listing = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND tgenabled <> 'D' AND relnamespace = current_schema()::regnamespace"
    )
    return set(connection.exec_driver_sql(listing).scalars())


def missing(connection: Connection) -> list[str]:
    """Return the names of guards that ought to stand in this database and do not, sorted."""
    sqlite, found = connection.dialect.name == "sqlite", present(connection)
    return sorted(guard.name for guard in ALL if guard.name not in found and (sqlite or not guard.sqlite_only))


def _head(guard: Guard) -> str:
    return f"CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table} FOR EACH ROW"
