"""A registry of the first schema, with certificates in it, opens in this version: everything is there, and issuing goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.domain.certificates import Ending, Standing
from scheduler.domain.proposals import Proposal, Reading
from scheduler.registry import guards, schema, tables
from scheduler.registry.store import Store, open_registry
from tests import postgres
from tests.registry.oracle import faults
from tests.registry.tools import Tool
from tests.registry.values import AT, ROUND, a_pair, a_setup, an_entry

ENTRIES = [an_entry(n) for n in range(4)]


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """Where there is no registry yet."""
    if request.param == "sqlite":
        yield str(tmp_path / "old.db")
        return
    if why := postgres.absent():
        pytest.skip(why)
    with postgres.fresh() as made:
        yield made


@pytest.fixture
def old(address, monkeypatch):
    """A registry made by the first migration alone, written to by plain SQL where the old version had other code."""
    import alembic.command

    upgrade = alembic.command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(schema, "REVISIONS", ("0001",))
        patched.setattr(alembic.command, "upgrade", lambda config, _: upgrade(config, "0001"))
        patched.setattr(guards, "ALL", guards.FIRST)
        patched.setattr("scheduler.registry.ledger.Ledger._refuse_taken", lambda *_: None)  # asks a table of today
        with open_registry(address) as registry, registry.transaction() as store:
            fill(store)
    return address


def fill(store: Store) -> None:
    store.rounds.save_setup(a_setup())
    grants = []
    for entry in ENTRIES[:3]:
        store.rounds.put_entry(entry)
        grant, files = a_pair(store, entry)
        store.ledger.add_grant(grant, files, AT)
        grants.append(grant)
    store.ledger.withdraw(grants[0].certificates[0], "revoked", AT)
    store.acts.record(AT, "王", "issue")


def dump(address, names):
    with Tool(address) as tool:
        rows = {name: tool.rows(name) for name in names}
        (version,) = tool.column("SELECT version_num FROM alembic_version")
        return rows, version, set(tool.tables())


OLD_TABLES = ("rounds", "entries", "counters", "ledger", "certificates", "certificate_files", "acts")


def test_an_old_registry_is_brought_up_to_date_and_nothing_in_it_changes(old):
    before, version, found = dump(old, OLD_TABLES)
    assert (version, found & {"endings", "numbers", "heads"}) == ("0001", set())
    with open_registry(old) as registry, registry.transaction(write=False) as store:
        assert store.ledger.findings() == []
        assert store.numbers.findings() == []
        assert [c.standing for c in store.ledger.certificates()].count(Standing.REVOKED) == 1
        assert store.heads.last() is None
        assert store.heads.tree().size == 7
    after, version, found = dump(old, OLD_TABLES)
    assert (after, version) == (before, schema.REVISIONS[-1])
    assert {
        "endings",
        "numbers",
        "heads",
        "form_moves",
        "upload_records",
        "notice_lists",
        "handovers",
        "kept_files",
        "day_events",
        "duty_replies",
        "lots",
        "tickets",
    } <= found
    assert set(tables.metadata.tables) <= found


def test_issuing_and_revoking_go_on_where_the_old_version_stopped(old):
    with open_registry(old) as registry:
        with registry.transaction() as store:
            store.rounds.put_entry(ENTRIES[3])
            grant, files = a_pair(store, ENTRIES[3])
            lines = store.ledger.add_grant(grant, files, AT)
            assert [line.sequence for line in lines] == [8, 9]
            assert grant.certificates[0].number.endswith(":000004")
            ended = store.ledger.certificates()[2]
            store.ledger.withdraw(ended, "revoked", AT, Ending("revocation", "误发", "王"))
            assert store.ledger.ending(10).reason == "误发"
        with registry.transaction(write=False) as store:
            assert store.ledger.findings() == []
            assert store.ledger.ending(7) is None
    assert [fault for fault in faults(old) if "certificates" not in fault] == []


def test_a_migration_that_is_interrupted_leaves_the_old_registry(old, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(guards, "set_up", stop)
    with pytest.raises(KeyboardInterrupt):
        open_registry(old)
    assert dump(old, OLD_TABLES)[1] == "0001"
    monkeypatch.undo()
    with open_registry(old) as registry, registry.transaction(write=False) as store:
        assert store.ledger.findings() == []


@pytest.mark.parametrize("used", [False, True])
def test_the_table_of_marks_entered_goes_only_while_it_is_empty(address, used):
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).with_name("migrations")))
    with open_registry(address) as registry, registry.transaction() as store:
        store.rounds.save_setup(a_setup())
        if used:
            store.proposals.put(Proposal("p1", ROUND, (Reading("zhou", AT, "", ()),)))

    def back():
        with open_registry(address) as registry, registry._engine.connect() as connection, connection.begin():
            config.attributes["connection"] = connection
            command.downgrade(config, "0009-1")

    if used:
        with pytest.raises(RuntimeError, match="mark_proposals"):
            back()
        with open_registry(address) as registry, registry.transaction(write=False) as store:
            assert [one.id for one in store.proposals.proposals(ROUND)] == ["p1"]
        return
    back()
    assert "mark_proposals" not in dump(address, ())[2]
    with open_registry(address) as registry, registry.transaction() as store:  # and comes back
        store.proposals.put(Proposal("p1", ROUND, (Reading("zhou", AT, "", ()),)))
