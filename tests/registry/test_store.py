"""One transaction: all of it or nothing, and no foreign exception."""

# ruff: noqa: PT012 - a transaction is the statement under test

from __future__ import annotations

import threading

import pytest

from scheduler.errors import Conflict, RegistryError, SettingsError
from scheduler.registry.acts import Act
from tests.registry.tools import only
from tests.registry.values import AT, ROUND, a_pair, a_plan, a_setup, an_entitlement, an_entry, enrol, issue


def run(store, statement):
    from sqlalchemy import text

    store.rounds._session.execute(text(statement))


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, SystemExit])
def test_whatever_is_raised_undoes_everything_and_passes_through(registry, error):
    enrol(registry, an_entry())
    before = registry.counts()
    with pytest.raises(error), registry.transaction() as store:
        store.rounds.put_entry(an_entry(2))
        store.plans.add_draft(a_plan(), AT)
        store.acts.record(AT, "王", "plan", ROUND)
        raise error
    assert registry.counts() == before


def test_a_reader_cannot_write(registry):
    with pytest.raises(RegistryError) as refusal, registry.transaction(write=False) as store:
        store.rounds.save_setup(a_setup())
    assert type(refusal.value) is RegistryError
    with registry.transaction() as store:
        assert store.rounds.save_setup(a_setup()) == "new"


def test_a_reader_sees_one_state_while_a_writer_commits(registry):
    enrol(registry, an_entry())
    with registry.transaction(write=False) as reader:
        assert len(reader.rounds.entries(ROUND)) == 1
        enrol(registry, an_entry(2))
        assert len(reader.rounds.entries(ROUND)) == 1
    with registry.transaction(write=False) as reader:
        assert len(reader.rounds.entries(ROUND)) == 2


def test_writers_wait_for_each_other(registry):
    enrol(registry)
    order, entered = [], threading.Event()

    def second():
        entered.wait()
        with registry.transaction() as store:
            store.rounds.put_entry(an_entry(2))
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with registry.transaction() as store:
        entered.set()
        store.rounds.put_entry(an_entry(1))
        other.join(timeout=0.3)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    assert registry.counts()["entries"] == 2


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("INSERT INTO marks VALUES ('nobody', 'c', '{}')", Conflict),
        (f"INSERT INTO rounds VALUES ('{ROUND}', '{{}}')", Conflict),
        ("INSERT INTO nowhere VALUES (1)", RegistryError),
        ("no sql at all", RegistryError),
    ],
)
def test_errors_of_the_database_become_ours(registry, statement, kind):
    enrol(registry)
    with pytest.raises(kind) as refusal, registry.transaction() as store:
        run(store, statement)
    assert type(refusal.value) is kind


def test_an_error_does_not_repeat_what_was_being_written(registry):
    enrol(registry, an_entry())
    number = an_entry().candidate.document.number
    with pytest.raises(Conflict) as refusal, registry.transaction() as store:
        run(store, f"INSERT INTO entries VALUES ('{an_entry().id}', '{ROUND}', 'x', '{number}', '{{}}')")
    assert number not in refusal.value.in_("zh")
    assert number not in str(refusal.value.__cause__.orig)
    with pytest.raises(RegistryError) as refusal, registry.transaction(write=False) as store:
        store.rounds.put_entry(an_entry(2))
    assert an_entry(2).candidate.document.number not in str(refusal.value.__cause__)


@only("sqlite")
def test_a_full_disk_leaves_the_registry_as_it_was(registry):
    enrol(registry, an_entry())
    before = registry.counts()
    with registry.transaction(write=False) as store:
        pages = store.rounds._session.connection().exec_driver_sql("PRAGMA page_count").scalar()

    def limit(store, most):
        store.rounds._session.connection().exec_driver_sql(f"PRAGMA max_page_count = {most}")

    with pytest.raises(SettingsError) as refusal, registry.transaction() as store:
        limit(store, pages + 2)
        grant, files = a_pair(store, an_entry(), size=150_000)
        store.ledger.add_grant(grant, files, AT)
    assert "disk is full" in refusal.value.in_("en")
    assert registry.counts() == before
    with registry.transaction() as store:
        limit(store, 2**30)
    issue(registry, an_entry(), size=150_000)
    with registry.transaction(write=False) as store:
        assert store.ledger.findings() == []


def test_counts_name_everything_kept(registry):
    assert set(registry.counts().values()) == {0}
    enrol(registry, an_entry())
    issue(registry, an_entry())
    with registry.transaction() as store:
        store.rounds.put_entitlement(an_entitlement(an_entry()))
        store.plans.add_draft(a_plan(), AT)
        store.acts.record(AT, "王", "plan", ROUND, "17")
        store.acts.record(AT, "王", "check")
    assert registry.counts() == {
        "rounds": 1,
        "entries": 1,
        "entitlements": 1,
        "plans": 1,
        "marks": 0,
        "outcomes": 0,
        "certificates": 2,
        "ledger": 2,
        "acts": 2,
    }
    with registry.transaction(write=False) as store:
        assert store.acts.acts() == [Act(AT, "王", "plan", ROUND, "17"), Act(AT, "王", "check")]
        assert store.acts.acts(ROUND) == [Act(AT, "王", "plan", ROUND, "17")]
