"""Engine, pragmas and migrations: from an address to a database of the right shape. All that is peculiar to SQLite stands here.

What is peculiar to PostgreSQL stands in ``postgres.py``.

Used by the store. Revisions live in ``migrations/versions``; nothing else creates a table.
"""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from scheduler.errors import SchemaMismatch, Text
from scheduler.registry import faults, postgres

REVISIONS: tuple[str, ...] = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0009")
"""Every revision of the schema, oldest first; the last is the one this version of the product reads and writes."""

READ_ONLY = "registry_read_only"
"""Execution option of a connection that must not write."""

_BUSY_S = 30
_VERSION_TABLE = "alembic_version"


def open_engine(address: str) -> Engine:
    """Return an engine on a registry of today's schema; create or migrate it first where needed.

    Args:
        address: path of an SQLite file, or a database URL.

    Raises:
        SettingsError: the address is wrong, out of reach, not writable, or holds something else.
        SchemaMismatch: another version of the product wrote it.
    """
    url = _url(address)
    shown = shown_address(url)
    engine = _engine(url, shown)
    try:
        with faults.ours(shown):
            _prepare(engine, shown)
    except BaseException:
        engine.dispose()
        raise
    return engine


def look(address: str) -> None:
    """Try a database server without changing anything: raises as `open_engine` where it could not be used."""
    url = _url(address)
    shown = shown_address(url)
    engine = _engine(url, shown)
    try:
        with faults.ours(shown), engine.connect().execution_options(**{READ_ONLY: True}) as connection:
            _revision(connection, shown)
    finally:
        engine.dispose()


def shown_address(url: URL) -> str:
    """Return an address as it may be shown: a file's path, or a server's address without password."""
    if url.get_backend_name() == "sqlite":
        return url.database or url.render_as_string()
    return url.difference_update_query(["password"]).render_as_string(hide_password=True)


def _engine(url: URL, shown: str) -> Engine:
    backend = url.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise faults.out_of_reach(shown, f"{backend} is not supported")
    try:
        if backend == "postgresql":
            engine = postgres.engine_at(url)
        else:
            _check_file(url, shown)
            # Parameters hold identity numbers; no error text and no log may repeat them.
            engine = create_engine(url, hide_parameters=True)
            _listen_sqlite(engine)
    except ImportError as error:
        raise faults.no_driver(shown) from error
    except SQLAlchemyError as error:
        raise faults.out_of_reach(shown, str(error)) from error
    event.listen(engine, "begin", _on_begin)
    return engine


def _url(address: str) -> URL:
    if "://" not in address:
        return URL.create("sqlite", database=address)
    try:
        return postgres.normal(make_url(address))
    except (ValueError, SQLAlchemyError) as error:
        raise faults.out_of_reach(address.split("://", 1)[0] + "://…", str(error)) from error


def _check_file(url: URL, shown: str) -> None:
    if not url.database or url.database == ":memory:":
        raise faults.out_of_reach(shown, "a registry needs a file")
    path = Path(url.database)
    if not path.parent.is_dir() or path.is_dir() or not os.access(path.parent, os.W_OK):
        raise faults.not_writable(shown)
    if not path.exists():
        return
    if not os.access(path, os.R_OK | os.W_OK):
        raise faults.not_writable(shown)
    with path.open("rb") as file:
        head = file.read(16)
    if head and head != b"SQLite format 3\x00":
        raise faults.not_a_registry(shown)


def _listen_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _: object) -> None:
        # The driver's own transaction handling begins too late for a lock; BEGIN is ours, in _on_begin.
        connection.isolation_level = None
        for pragma in ("foreign_keys = ON", f"busy_timeout = {_BUSY_S * 1000}", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    read_only = _reads_only(connection)
    if connection.dialect.name == "postgresql":
        postgres.begin(connection, read_only=read_only)
        return
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
    # IMMEDIATE takes the write lock before anything is read, so that what was read still holds when it is written.
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _reads_only(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(READ_ONLY))


def _prepare(engine: Engine, shown: str) -> None:
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection, connection.begin():
        if _revision(connection, shown) == REVISIONS[-1]:
            return
    if engine.dialect.name == "sqlite":
        _write_ahead(engine)
    with engine.connect() as connection, connection.begin():
        # Asked again under the write lock: another process may have been quicker.
        if _revision(connection, shown) != REVISIONS[-1]:
            _migrate(connection)


def _write_ahead(engine: Engine) -> None:
    """Switch the file to write-ahead logging, for good; SQLite does not wait by itself while others look at the file."""
    connection = engine.raw_connection()
    try:
        for attempt in range(100):
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or attempt == 99:
                    raise faults.out_of_reach(str(engine.url), str(error)) from error
                time.sleep(0.05)
            else:
                return
    finally:
        connection.close()


def _revision(connection: Connection, shown: str) -> str | None:
    """Return the revision a database stands at; None for an empty one."""
    if connection.dialect.name == "postgresql":
        postgres.refuse_unfit(connection, shown)
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if _VERSION_TABLE not in tables:
        raise faults.not_a_registry(shown)
    found = connection.exec_driver_sql(f"SELECT version_num FROM {_VERSION_TABLE}").scalars().all()  # noqa: S608
    if not found and tables == {_VERSION_TABLE}:
        return None
    revision = str(found[0]) if len(found) == 1 else None
    if revision not in REVISIONS:
        name = ", ".join(found) or "?"
        raise SchemaMismatch(
            Text(
                f"登记库 {shown} 的结构版本为 {name}，本程序只认 {REVISIONS[-1]} 及以前的版本",
                f"the registry {shown} has schema {name}; this program knows {', '.join(REVISIONS)}",
            ),
            hint=Text(
                "请使用写入该库的程序版本，或升级本程序", "use the version that wrote it, or upgrade this program"
            ),
        )
    return revision


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
