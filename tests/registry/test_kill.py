"""kill -9 at random moments, and several desks at once: pairs whole, serials 1 to n, chain unbroken, every file its own."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.registry.store import open_registry
from tests.registry.drill import honest, naive, waiting
from tests.registry.oracle import faults, pairs
from tests.registry.tools import only
from tests.registry.values import an_entry, enrol

DRILL = Path(__file__).with_name("drill.py")
ENTRIES = 200


@pytest.fixture
def issuing(address):
    """A registry with entries waiting, closed: the drill opens it in its own processes."""
    with open_registry(address) as registry:
        enrol(registry, *(an_entry(n) for n in range(ENTRIES)))
    return address


def drill(way, address, *, trials, workers, seed=7):
    """Run the drill and return in how many trials a kill landed in the middle of the work."""
    command = [sys.executable, str(DRILL), way, address, str(trials), str(workers), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return sum(int(line) > 0 for line in done.stdout.split())


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_issue_leaves_whole_pairs_and_goes_on(issuing, workers):
    landed, counts = 0, [0]
    for seed in range(2):
        landed += drill("honest", issuing, trials=9, workers=workers, seed=seed)
        assert faults(issuing) == []
        counts.append(pairs(issuing))
    assert landed >= 9
    assert sorted(counts) == counts, "what is issued stays issued"
    with open_registry(issuing) as registry:
        honest(issuing, waiting(issuing))
        assert faults(issuing) == []
        assert pairs(issuing) == ENTRIES
        with registry.transaction(write=False) as store:
            assert store.ledger.findings() == []


@only("sqlite")
def test_the_naive_way_is_caught_by_the_same_oracle(issuing):
    assert drill("naive", issuing, trials=9, workers=1) >= 5
    assert faults(issuing) != []


@only("sqlite")
def test_the_naive_way_is_good_while_nobody_kills_it(issuing):
    naive(issuing, waiting(issuing), lambda: None)
    assert faults(issuing) == []
    assert pairs(issuing) == ENTRIES


def _issue_all(address, barrier):
    barrier.wait()
    honest(address, waiting(address))


def _take_serials(address, barrier, taken, careful):
    barrier.wait()
    with open_registry(address) as registry:
        for _ in range(50):
            with registry.transaction(write=careful) as store:
                serial = store.ledger.next_serial("S") if careful else len(list(Path(taken).iterdir())) + 1
            (Path(taken) / f"{serial}-{multiprocessing.current_process().pid}").touch()


def at_once(target, workers, *arguments):
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(workers)
    processes = [context.Process(target=target, args=(arguments[0], barrier, *arguments[1:])) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)
    assert [process.exitcode for process in processes] == [0] * workers


def test_four_desks_issue_the_same_batch_once(issuing):
    at_once(_issue_all, 4, issuing)
    assert faults(issuing) == []
    assert pairs(issuing) == ENTRIES


@pytest.mark.parametrize("careful", [True, False], ids=["counter", "max plus one"])
def test_serials_of_four_processes(address, tmp_path, careful):
    open_registry(address).close()
    (tmp_path / "taken").mkdir()
    at_once(_take_serials, 4, address, str(tmp_path / "taken"), careful)
    serials = sorted(int(path.name.split("-")[0]) for path in (tmp_path / "taken").iterdir())
    assert (serials == list(range(1, 201))) is careful
