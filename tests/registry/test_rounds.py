"""Set-ups, entries, entitlement statements."""

from __future__ import annotations

import dataclasses
import time
from datetime import date

import pytest

from scheduler.errors import Conflict, NotFound
from tests.registry.values import ROUND, a_setup, an_entitlement, an_entry, enrol


def test_a_setup_is_new_then_same_then_changed(registry):
    with registry.transaction() as store:
        assert store.rounds.compare_setup(a_setup()) == "new"
        assert [store.rounds.save_setup(a_setup()) for _ in range(2)] == ["new", "same"]
        assert store.rounds.compare_setup(a_setup(name="改名")) == "changed"
        assert store.rounds.setup(ROUND) == a_setup()
        assert store.rounds.save_setup(a_setup(name="改名")) == "changed"
    with registry.transaction(write=False) as store:
        assert store.rounds.setup(ROUND).name == "改名"
        assert store.rounds.round_ids() == [ROUND]
        with pytest.raises(NotFound, match="2027-01"):
            store.rounds.setup("2027-01")


def test_entries_come_back_sorted_and_equal(registry):
    entries = [an_entry(n) for n in range(30)]
    enrol(registry, *reversed(entries))
    with registry.transaction(write=False) as store:
        assert store.rounds.entries(ROUND) == sorted(entries, key=lambda entry: entry.id)
        assert store.rounds.entries("2027-01") == []
        assert store.rounds.entry(entries[3].id) == entries[3]
        assert store.rounds.by_document(ROUND, entries[4].candidate.document.number) == entries[4]
        assert store.rounds.by_document(ROUND, "990000190001010000") is None
        with pytest.raises(NotFound):
            store.rounds.entry("nobody")


def test_an_entry_is_new_then_same_then_changed(registry):
    enrol(registry)
    entry = an_entry()
    changed = dataclasses.replace(entry, remark="补交照片")
    with registry.transaction() as store:
        assert store.rounds.compare_entry(entry) == "new"
        assert [store.rounds.put_entry(entry) for _ in range(2)] == ["new", "same"]
        assert store.rounds.compare_entry(changed) == "changed"
        assert store.rounds.put_entry(changed) == "changed"
        assert store.rounds.entries(ROUND) == [changed]


def test_an_entry_without_a_round_is_refused(registry):
    with pytest.raises(NotFound, match=ROUND), registry.transaction() as store:
        store.rounds.put_entry(an_entry())


def test_a_person_enters_a_round_once(registry):
    enrol(registry, an_entry())
    with pytest.raises(Conflict, match=ROUND), registry.transaction() as store:
        store.rounds.put_entry(an_entry(id="another"))
    assert registry.counts()["entries"] == 1


def test_an_entry_never_passes_to_another_person(registry):
    enrol(registry, an_entry())
    with pytest.raises(Conflict), registry.transaction() as store:
        store.rounds.put_entry(an_entry(2, id=an_entry().id))


def test_elsewhere_finds_a_person_in_other_rounds(registry):
    enrol(registry, an_entry(), an_entry(2))
    before = an_entry(round_id="2025-06")
    with registry.transaction() as store:
        store.rounds.save_setup(a_setup("2025-06"))
        store.rounds.put_entry(before)
        person = an_entry().candidate.id
        assert store.rounds.elsewhere(person, ROUND) == [before]
        assert store.rounds.elsewhere(person, "2025-06") == [an_entry()]
        assert store.rounds.elsewhere(person, "2030-01") == [before, an_entry()]


def test_the_last_statement_counts_and_earlier_ones_stay(registry):
    enrol(registry, an_entry(), an_entry(2))
    applied = an_entitlement(an_entry())
    again = an_entitlement(an_entry(), assessed_on=date(2026, 6, 15), due=())
    other = an_entitlement(an_entry(2))
    with registry.transaction() as store:
        with pytest.raises(NotFound):
            store.rounds.entitlement(an_entry().id)
        for statement in (applied, applied, again, other):
            store.rounds.put_entitlement(statement)
        assert store.rounds.entitlement(an_entry().id) == again
        assert store.rounds.entitlement(an_entry().id, date(2026, 5, 1)) == applied
        assert store.rounds.entitlements(ROUND) == {s.entry_id: s for s in (again, other)}
        with pytest.raises(NotFound):
            store.rounds.put_entitlement(an_entitlement(an_entry(9)))
    assert registry.counts()["entitlements"] == 3


def test_a_thousand_entries_in_two_seconds(registry):
    entries = [an_entry(n) for n in range(999)]
    began = time.perf_counter()
    enrol(registry, *entries)
    with registry.transaction(write=False) as store:
        assert len(store.rounds.entries(ROUND)) == 999
    # CPU time is not asked for, the clock is; a machine shared by many gets its share of patience.
    assert time.perf_counter() - began < 8
