"""All that is peculiar to PostgreSQL: how a connection is made and begins, what a database must be, how text is ordered in it.

Used by the schema and by the migrations. The driver (psycopg) is an optional dependency and is imported by the address alone.
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from scheduler.errors import SettingsError, Text
from scheduler.registry import guards

DRIVER = "postgresql+psycopg"
BUSY_S = 30
"""How long a writer waits for the writers before it, and a connection for a server that is starting."""

_WRITING = 20260109
"""Key of the advisory lock; any number that nobody else uses in this database."""
_CONNECT_S = 10
_STUCK = "10min"
"""After so long without a word from a writer in the middle of a transaction the server gives it up."""
_NOT_YET = ("starting up", "shutting down", "recovery", "启动", "关闭", "恢复")
_SESSION = {
    # A desk that lost its power must not hold the write lock for the two hours that TCP waits by itself.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}


def normal(url: URL) -> URL:
    """Return an address with our driver in it: people write ``postgresql://`` or ``postgres://``."""
    return url.set(drivername=DRIVER) if url.drivername in {"postgresql", "postgres"} else url


def engine_at(url: URL) -> Engine:
    """Return an engine whose transactions keep the same promises as those on SQLite; nothing is connected yet."""
    asked: dict[str, Any] = {"client_encoding": "utf8", "connect_timeout": _CONNECT_S}
    named = {name: value for name, value in asked.items() if name not in url.query}
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=named)
    _listen(engine)
    return engine


def _listen(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def _on_do_connect(dialect: Any, _: object, given: Any, named: Any) -> Any:  # noqa: ANN401 - the driver's own
        until = time.monotonic() + BUSY_S
        while True:
            try:
                return dialect.connect(*given, **named)
            except dialect.loaded_dbapi.OperationalError as error:
                if time.monotonic() > until or not any(word in str(error) for word in _NOT_YET):
                    raise
                time.sleep(0.2)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own
        with connection.cursor() as cursor:
            for name, value in _SESSION.items():
                cursor.execute(f"SET {name} = '{value}'")
        connection.commit()


def begin(connection: Connection, *, read_only: bool) -> None:
    """Begin a transaction: a reader sees one state; a writer is alone from its first look to its last word."""
    if read_only:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return
    # Any stricter level, which a server may have as default, would look before it waits and then work on an old state.
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
    connection.exec_driver_sql(
        f"SELECT set_config('lock_timeout', '{BUSY_S}s', true),"
        f" set_config('idle_in_transaction_session_timeout', '{_STUCK}', true)"
    )
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITING})")


def refuse_unfit(connection: Connection, shown: str) -> None:
    """Raise SettingsError where a database cannot hold every name."""
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise SettingsError(
            Text(f"数据库 {shown} 的编码是 {encoding}", f"the encoding of the database {shown} is {encoding}"),
            hint=Text(
                "用 createdb --encoding UTF8 --template template0 新建数据库",
                "make one with createdb --encoding UTF8 --template template0",
            ),
        )


def order_by_code_point(connection: Connection) -> None:
    """Give every column of text the collation "C": sorted, compared and told apart as on SQLite, whatever the server's language.

    A column in a guard's condition cannot be changed, so the guards of a table step aside, within the same transaction.
    """
    wanted = defaultdict(list)
    for table, column, kind in connection.exec_driver_sql(
        "SELECT table_name, column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying')"
        " AND collation_name IS DISTINCT FROM 'C' ORDER BY 1, 2"
    ):
        wanted[table].append(f'ALTER COLUMN "{column}" TYPE {kind} COLLATE "C"')
    present = guards.present(connection)
    aside = tuple(guard for guard in guards.ALL if guard.table in wanted and guard.name in present)
    guards.take_down(connection, aside)
    for table, changes in wanted.items():
        connection.exec_driver_sql(f'ALTER TABLE "{table}" {", ".join(changes)}')
    guards.set_up(connection, aside)


def renew_serials(connection: Connection, tables: list[str]) -> None:
    """Let the serial of each table with an ``id`` of its own go on after the greatest id, as rows were copied in with theirs."""
    for table in tables:
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1), max(id) IS NOT NULL)"  # noqa: S608 - ours
            f' FROM "{table}"'
        )
