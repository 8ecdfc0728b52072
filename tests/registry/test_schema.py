"""From an address to a registry: created, migrated, or refused with a reason."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest

from scheduler.errors import RegistryError, SchemaMismatch, SettingsError
from scheduler.registry import schema, tables
from scheduler.registry.store import open_registry
from tests import postgres
from tests.registry.tools import Tool, only
from tests.registry.values import ROUND, a_setup, an_entry, enrol


def structure(path):
    """Return tables with columns, keys and indexes as SQLite itself reports them."""
    connection = sqlite3.connect(path)
    names = [
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        if row[0] != "alembic_version"
    ]
    found = {name: columns_and_keys(connection, name) for name in names}
    connection.close()
    return found


def columns_and_keys(connection, table):
    def ask(pragma):
        return connection.execute(f"PRAGMA {pragma}").fetchall()

    indexes = {
        (name, unique, partial, tuple(column[2] for column in ask(f"index_info({name})")))
        for _, name, unique, _, partial in ask(f"index_list({table})")
    }
    where = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql LIKE '%WHERE%' AND type = 'index'")
    return ask(f"table_info({table})"), sorted(ask(f"foreign_key_list({table})")), indexes, set(where)


def compared(connection):
    """Return what compares tables; an index of an expression is in no table's description (tables_web)."""
    from alembic.migration import MigrationContext

    plain = lambda _, name, *__: name != "ix_certificates_inquiry_code"  # noqa: E731
    return MigrationContext.configure(connection, opts={"include_object": plain})


@only("sqlite")
def test_the_migrations_make_what_the_tables_say(registry, address, tmp_path):
    from alembic.autogenerate import compare_metadata
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    tables.metadata.create_all(engine)
    assert structure(address) == structure(tmp_path / "declared.db")
    with create_engine(f"sqlite:///{address}").connect() as connection:
        assert compare_metadata(compared(connection), tables.metadata) == []


def test_the_list_of_revisions_is_the_folder_of_migrations():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).with_name("migrations")))
    walked = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(walked)) == schema.REVISIONS


def test_what_was_kept_is_there_after_opening_again(address):
    with open_registry(address) as registry:
        enrol(registry, an_entry())
    with (
        open_registry(address if "://" in address else f"sqlite:///{address}") as registry,
        registry.transaction(write=False) as store,
    ):
        assert store.rounds.entries(ROUND) == [an_entry()]


@only("sqlite")
def test_durability_is_asked_for(registry):
    with registry.transaction() as store:
        raw = store.rounds._session.connection()
        said = [
            raw.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
        assert said == ["wal", 2, 1]
        assert raw.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000


def refused(address, kind):
    with pytest.raises(kind) as refusal:
        open_registry(str(address))
    assert refusal.value.hint
    return refusal.value.in_("en")


def test_another_schema_is_refused_and_left_alone(registry, address, raw):
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    registry.close()
    before = raw.dump()
    assert "9999" in refused(address, SchemaMismatch)
    assert raw.dump() == before


@pytest.mark.parametrize(
    "content",
    [b"name,id\nwang,1\n", b"PK\x03\x04" + b"\0" * 99, b"SQLite format 3\x00" + b"\xff" * 4096],
    ids=["text", "xlsx", "torn"],
)
def test_a_file_that_is_no_registry_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "file.db"
    path.write_bytes(content)
    assert str(path) in refused(path, SettingsError)
    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(content).digest()


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title)")
    connection.close()
    before = path.read_bytes()
    assert str(path) in refused(path, SettingsError)
    assert path.read_bytes() == before


@pytest.mark.parametrize("place", ["missing/registry.db", "a_file/registry.db", "."])
def test_a_place_that_cannot_hold_a_file_is_refused(tmp_path, place):
    (tmp_path / "a_file").touch()
    refused(tmp_path / place, SettingsError)


@only("sqlite")
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_registry_that_may_not_be_written_is_refused(registry, address):
    registry.close()
    Path(address).chmod(0o400)
    refused(address, SettingsError)


@pytest.mark.parametrize(
    "place", ["://", "nosuch://host/db", "mysql://host/db", "sqlite://", ":memory:", "postgresql://h:x/d"]
)
def test_an_address_nobody_understands_is_refused(place):
    refused(place, SettingsError)


def test_a_password_never_shows():
    assert "secret" not in refused("nosuch://user:secret@host/db", SettingsError)


def test_an_empty_file_becomes_a_registry(tmp_path):
    (tmp_path / "new.db").touch()
    with open_registry(str(tmp_path / "new.db")) as registry:
        assert set(registry.counts().values()) == {0}


def test_a_table_dropped_by_hand_is_told(registry, raw):
    raw.execute("DROP TABLE outcomes")
    with pytest.raises(RegistryError, match="outcomes"):
        registry.counts()


@only("postgresql")
def test_text_is_ordered_by_code_points_on_a_server_that_orders_as_people_do(registry, raw):
    ids = ["b", "B", "a", "A", "_", "é", "中", "甲", "𬱖", "1", "10", "2"]
    with registry.transaction() as store:
        for id_ in ids:
            store.rounds.save_setup(a_setup(id_))
        assert store.rounds.round_ids() == sorted(ids)
    listed = "string_agg(id, ' ' ORDER BY id COLLATE {}) FROM rounds"
    theirs, ours = (raw.column(f"SELECT {listed.format(c)}") for c in ('"zh-Hans-x-icu"', '"C"'))
    assert theirs != ours, "the server must know another order, or this test shows nothing"
    unlike = raw.column(
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'"
    )
    assert unlike == []


@only("postgresql")
def test_a_writer_waits_before_it_looks_whatever_the_server_is_set_to(registry, raw, address):
    raw.execute(f"ALTER DATABASE {address.rpartition('/')[2]} SET default_transaction_isolation = 'serializable'")
    registry.close()
    with registry.transaction() as store:
        shown = store.rounds._session.connection().exec_driver_sql("SHOW transaction_isolation").scalar()
    assert shown == "read committed"


@only("postgresql")
def test_the_migrations_make_what_the_tables_say_on_a_server(registry, address):
    from alembic.autogenerate import compare_metadata

    with registry.transaction(write=False) as store:
        connection = store.rounds._session.connection()
        assert compare_metadata(compared(connection), tables.metadata) == []


@pytest.mark.parametrize(
    ("place", "said"),
    [("postgresql://localhost:1/x", "refused"), ("postgresql://someone:secret@localhost:1/x?password=secret", "***")],
)
def test_a_server_that_does_not_answer_is_told_without_password(place, said):
    if why := postgres.absent():
        pytest.skip(why)
    told = refused(place, SettingsError)
    assert said in told
    assert "secret" not in told


@only("postgresql")
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("REVOKE ALL ON DATABASE {name} FROM PUBLIC", "cannot be reached"),
        ("REVOKE CREATE ON SCHEMA public FROM PUBLIC", "cannot be opened for writing"),
    ],
    ids=["may not connect", "may not create"],
)
def test_somebody_without_rights_is_told_so(address, statement, said):
    if why := postgres.absent():
        pytest.skip(why)
    with postgres.fresh() as empty:
        name = empty.rpartition("/")[2]
        with Tool(empty) as tool:
            tool.execute(f"CREATE ROLE guest_{name} LOGIN PASSWORD 'guest'")
            tool.execute(statement.format(name=name))
        try:
            assert said in refused(f"postgresql://guest_{name}:guest@/{name}", SettingsError)
        finally:
            with Tool(address) as tool:
                tool.execute(f"DROP ROLE guest_{name}")


@only("postgresql")
def test_a_database_that_cannot_hold_every_name_is_refused(address):
    with postgres.connected() as server:
        server.execute("DROP DATABASE IF EXISTS narrow")
        server.execute("CREATE DATABASE narrow TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    try:
        assert "SQL_ASCII" in refused(postgres.address_of("narrow"), SettingsError)
    finally:
        postgres.drop("narrow")


def _open(address, barrier, answers):
    barrier.wait()
    try:
        with open_registry(address) as registry:
            enrol(registry)
            answers.put(registry.counts()["rounds"])
    except Exception as error:  # noqa: BLE001 - the parent judges
        answers.put(repr(error))


def _open_at_once(address):
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(4), context.Queue()
    workers = [context.Process(target=_open, args=(address, barrier, answers)) for _ in range(4)]
    for worker in workers:
        worker.start()
    assert [answers.get(timeout=60) for _ in workers] == [1] * 4
    for worker in workers:
        worker.join()


def test_four_processes_create_the_same_registry_at_once(tmp_path):
    for trial in range(5):
        _open_at_once(str(tmp_path / f"{trial}.db"))


def test_four_processes_create_the_same_registry_at_once_on_a_server():
    if why := postgres.absent():
        pytest.skip(why)
    for _ in range(2):
        with postgres.fresh() as address:
            _open_at_once(address)
