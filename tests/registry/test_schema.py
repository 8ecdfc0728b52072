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
from tests.registry.values import ROUND, an_entry, enrol


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


def test_the_migrations_make_what_the_tables_say(registry, address, tmp_path):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    tables.metadata.create_all(engine)
    assert structure(address) == structure(tmp_path / "declared.db")
    with create_engine(f"sqlite:///{address}").connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


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
    with open_registry(f"sqlite:///{address}") as registry, registry.transaction(write=False) as store:
        assert store.rounds.entries(ROUND) == [an_entry()]


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
    before = raw.execute("SELECT count(*) FROM sqlite_master").fetchall()
    assert "9999" in refused(address, SchemaMismatch)
    assert raw.execute("SELECT count(*) FROM sqlite_master").fetchall() == before


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_registry_that_may_not_be_written_is_refused(registry, address):
    registry.close()
    Path(address).chmod(0o400)
    refused(address, SettingsError)


@pytest.mark.parametrize("address", ["://", "nosuch://host/db", "sqlite://", ":memory:"])
def test_an_address_nobody_understands_is_refused(address):
    refused(address, SettingsError)


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


def _open(address, barrier, answers):
    barrier.wait()
    try:
        with open_registry(address) as registry:
            enrol(registry)
            answers.put(registry.counts()["rounds"])
    except Exception as error:  # noqa: BLE001 - the parent judges
        answers.put(repr(error))


def test_four_processes_create_the_same_registry_at_once(tmp_path):
    context = multiprocessing.get_context("fork")
    for trial in range(5):
        barrier, answers = context.Barrier(4), context.Queue()
        workers = [
            context.Process(target=_open, args=(str(tmp_path / f"{trial}.db"), barrier, answers)) for _ in range(4)
        ]
        for worker in workers:
            worker.start()
        assert [answers.get(timeout=60) for _ in workers] == [1] * 4
        for worker in workers:
            worker.join()
