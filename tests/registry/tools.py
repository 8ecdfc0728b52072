"""A database tool in somebody's hand, for either kind of database: plain SQL in SQLite's words, without foreign keys or manners."""

from __future__ import annotations

import re
import sqlite3

import pytest

from scheduler.registry import guards
from tests import postgres

FOREIGN = "SET session_replication_role = replica"
"""Switches triggers off, and with them foreign keys."""


def only(kind):
    """Return a mark: this test is about one kind of database."""
    return pytest.mark.parametrize("address", [kind], indirect=True)


def connected(address):
    """Return a connection to the database at an address, each statement a transaction of its own."""
    if address.startswith("postgresql:"):
        return postgres.connected(address.rpartition("/")[2])
    return sqlite3.connect(address, isolation_level=None, timeout=30)


def refusals():
    """Return the errors by which a database refuses a row."""
    try:
        import psycopg
    except ImportError:
        return (sqlite3.IntegrityError,)
    return sqlite3.IntegrityError, psycopg.IntegrityError


class Tool:
    """Takes SQLite's words and says them as the database understands them."""

    def __init__(self, address):
        self.server = address.startswith("postgresql:")
        self.connection = connected(address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def said(self, statement):
        """Return a statement in the words of this database."""
        if not self.server:
            return statement
        statement = re.sub(r"x'([0-9a-f]*)'", r"'\\x\1'::bytea", statement)
        # A row that is put in place of another: here only the keys are asked.
        return re.sub(r"(INSERT OR )?REPLACE INTO", "INSERT INTO", statement).replace("UPDATE OR REPLACE", "UPDATE")

    def execute(self, statement):
        return self.connection.execute(self.said(statement))

    def column(self, statement):
        return [row[0] for row in self.execute(statement).fetchall()]

    def tables(self):
        listing = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            if self.server
            else "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
        )
        return self.column(listing)

    def rows(self, table):
        """Return a table's rows, in an order of their own."""
        return sorted(self.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)

    def dump(self):
        return {table: self.rows(table) for table in self.tables()}

    def forget_foreign_keys(self):
        """Leave the guards alone with somebody who has switched foreign keys off; SQLite's tools do so by themselves."""
        if self.server:
            self.execute(
                "DO $$ DECLARE one record; BEGIN FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint"
                " WHERE contype = 'f' LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.place, one.conname);"
                " END LOOP; END $$"
            )

    def without(self, guard):
        """Drop a guard."""
        self.execute(f"DROP TRIGGER {guard.name}" + (f" ON {guard.table}" if self.server else ""))

    def tamper(self, statement):
        """Execute a statement with every guard, and every foreign key, switched off for it; it must change something.

        The index by inquiry code is dropped for good: while it is there, no document can be broken.
        """
        self.execute("DROP INDEX ix_certificates_inquiry_code")
        if self.server:
            self.execute(FOREIGN)
            changed = self.execute(statement).rowcount
            self.execute("SET session_replication_role = DEFAULT")
        else:
            kept = self.column("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
            for guard in guards.ALL:
                self.without(guard)
            changed = self.execute(statement).rowcount
            for sql in kept:
                self.execute(sql)
        assert changed >= 1
