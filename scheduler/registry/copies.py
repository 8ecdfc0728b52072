"""Copies of a whole registry: into one SQLite file from either kind of database, and back into either kind. Reached as ``store.copies``.

Rows are copied as they are, in one transaction of each side. The guards step aside for it, which nothing else may ask of them.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlmodel import Session, func, select

from scheduler.registry import guards, postgres
from scheduler.registry.tables import metadata

if TYPE_CHECKING:
    from scheduler.registry.store import Store

_ROWS_AT_ONCE = 100
"""Some rows hold a whole PDF."""


class Copies:
    """This registry as a whole."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def write(self, path: Path) -> dict[str, int]:
        """Write the registry, as this transaction sees it, into a new file that stands alone; tell how many rows of each table.

        The file comes into being whole or not at all, and only its owner may read it.

        Raises:
            FileExistsError: There is such a file.
        """
        if path.exists():
            raise FileExistsError(17, os.strerror(17), str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".copy-") as folder:
            part = Path(folder) / "registry.sqlite3"
            with opened(part) as copy:
                counts = _fill(copy.copies.connection(), self.connection())
            _seal(part)
            part.replace(path)
        return counts

    def put_in_place(self, other: Store) -> dict[str, int]:
        """Put everything of another registry in the place of everything in this one; tell how many rows of each table."""
        self._session.expunge_all()
        return _fill(self.connection(), other.copies.connection())

    def counts(self) -> dict[str, int]:
        """Return how many rows each table has."""
        counted = ((t.name, select(func.count()).select_from(t)) for t in metadata.sorted_tables)
        return {name: self.connection().execute(query).scalar_one() for name, query in counted}

    def connection(self) -> Connection:
        """Return the connection of this transaction."""
        return self._session.connection()


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """Open a file as a registry, made or brought to today's schema, for one transaction."""
    from scheduler.registry.store import open_registry

    with open_registry(str(path)) as registry, registry.transaction() as store:
        yield store


@contextmanager
def opened_copy(path: Path, beside: Path) -> Iterator[Store]:
    """Open a copy of a file, so that the file itself stays as it is, whatever version wrote it.

    Args:
        path: A backup.
        beside: A folder with room for the copy.

    Raises:
        SettingsError: It is no registry, or damaged.
        SchemaMismatch: A later version wrote it.
    """
    beside.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=beside, prefix=".copy-") as folder:
        copy = Path(folder) / "registry.sqlite3"
        with path.open("rb") as source, copy.open("xb") as target:
            while block := source.read(1 << 20):
                target.write(block)
        with opened(copy) as store:
            yield store


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fill(target: Connection, source: Connection) -> dict[str, int]:
    guards.take_down(target, guards.ALL)
    for table in reversed(metadata.sorted_tables):
        target.execute(table.delete())
    counts = {}
    for table in metadata.sorted_tables:
        counts[table.name] = 0
        rows = source.execute(table.select(), execution_options={"yield_per": _ROWS_AT_ONCE})
        for some in rows.mappings().partitions():
            target.execute(table.insert(), [dict(row) for row in some])
            counts[table.name] += len(some)
    if target.dialect.name == "postgresql":
        postgres.renew_serials(target, [t.name for t in metadata.sorted_tables if t.autoincrement_column is not None])
    guards.set_up(target, guards.ALL)
    return counts


def _seal(path: Path) -> None:
    """Make a database one file that lasts: without a log beside it, on the disk, for its owner only."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())
