"""Ten processes import, plan, record and issue the same people at once: nothing lost, doubled, or waited for beyond five seconds."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import time

from scheduler.errors import RegistryError
from scheduler.registry import postgres as server
from scheduler.registry.store import open_registry
from tests.registry.oracle import faults, pairs
from tests.registry.tools import only
from tests.registry.values import AT, ROUND, a_mark, a_pair, a_plan, an_entitlement, an_entry, an_outcome, enrol

DESKS, PEOPLE = 10, 6
MOST_S = 5.0


def enter(store, entry):
    store.rounds.put_entry(entry)
    store.rounds.put_entitlement(an_entitlement(entry))


def draft(store, entry):
    store.plans.add_draft(dataclasses.replace(a_plan(), round_digest=f"{os.getpid():064d}"), AT)


def mark(store, entry):
    store.results.put_marks([a_mark(entry)], at=AT)
    store.results.put_outcome(an_outcome(entry))


def grant(store, entry):
    if not store.ledger.granted_awards(entry.id):
        made, files = a_pair(store, entry)
        store.ledger.add_grant(made, files, AT)


def work(address, barrier, answers, tries):
    barrier.wait()
    longest = 0.0
    with open_registry(address) as registry:
        for n in range(PEOPLE):
            for step in (enter, draft, mark, grant):
                longest = max(longest, one(registry, step, an_entry(n), tries))
    answers.put(longest)


def one(registry, step, entry, tries):
    """Do a step in a transaction of its own, again where another came first; return how long it took to begin (s)."""
    for left in reversed(range(tries)):
        began = time.monotonic()
        try:
            with registry.transaction() as store:
                waited = time.monotonic() - began
                step(store, entry)
                return waited
        except RegistryError:
            if not left:
                raise
    raise AssertionError


def at_once(address, tries):
    """Return how long the desk that waited longest waited (s)."""
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(DESKS), context.Queue()
    desks = [context.Process(target=work, args=(address, barrier, answers, tries)) for _ in range(DESKS)]
    for desk in desks:
        desk.start()
    longest = max(answers.get(timeout=40) for _ in desks)
    for desk in desks:
        desk.join(timeout=60)
    assert [desk.exitcode for desk in desks] == [0] * DESKS
    return longest


def assert_whole(address):
    assert faults(address) == []
    assert pairs(address) == PEOPLE
    with open_registry(address) as registry, registry.transaction(write=False) as store:
        assert store.ledger.findings() == []
        assert len(store.rounds.entries(ROUND)) == PEOPLE
        versions = store.plans.versions(ROUND)
        assert [one.version for one in versions] == list(range(1, DESKS * PEOPLE + 1))
        made = [one.plan.round_digest for one in versions]
        assert {made.count(desk) for desk in made} == {PEOPLE}, "every desk finds every draft of its own"
        assert len(store.results.marks_of_round(ROUND)) == len(store.results.outcomes(ROUND)) == PEOPLE


def test_ten_desks_at_once(address):
    with open_registry(address) as registry:
        enrol(registry)
    assert at_once(address, tries=1) < MOST_S
    assert_whole(address)
    with open_registry(address) as registry:
        assert registry.counts()["entitlements"] == PEOPLE
        with registry.transaction(write=False) as store:
            entry = an_entry(0)
            assert store.results.mark_history(entry.id, a_mark(entry).component_id) == []


@only("postgresql")
def test_row_locks_and_unique_keys_guard_even_without_the_lock_of_writers(address, monkeypatch):
    with open_registry(address) as registry:
        enrol(registry)
    true = server.begin

    def unlocked(connection, *, read_only):
        if read_only:
            true(connection, read_only=True)

    monkeypatch.setattr(server, "begin", unlocked)
    at_once(address, tries=20)
    assert_whole(address)
