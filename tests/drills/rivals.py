"""Several desks issue the same batch at the same moment: ``./run drill rivals``.

One pair for each result, numbers without gaps, and nobody waits for the registry longer than five seconds. The control asks
for no lock before it reads: it must be caught.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scheduler.registry import schema
from scheduler.registry.store import Registry, Store
from tests.drills import figures
from tests.drills.offices import Desk, at_a_desk, ended, forked, halves, issue_all, small_steps
from tests.office.conftest import open_at

SMALL, FULL = 1, 4
WORKERS = (2, 5, 10)
CONTROL = 20
"""Trials in which the careless desks must have met."""
MOST_S = 5.0


class Waits:
    """Measures how long each transaction of this process waits before it may begin."""

    def __init__(self) -> None:
        self.longest, self.all = 0.0, 0
        true = Registry.transaction

        @contextmanager
        def transaction(registry: Registry, *, write: bool = True) -> Iterator[Store]:
            began = time.monotonic()
            with true(registry, write=write) as store:
                self.longest = max(self.longest, time.monotonic() - began)
                self.all += 1
                yield store

        Registry.transaction = transaction


def desk_at_work(folder: Path, gate: Path, *, small: bool) -> tuple[int, float, int]:
    """Issue the batch once the gate opens; return certificates issued, the longest wait (s) and transactions."""
    if small:
        small_steps()
    waits = Waits()
    with open_at(folder) as office:
        while not gate.exists():
            time.sleep(0.005)
        report = issue_all(office)
    assert report.findings == (), report.findings
    return report.issued, waits.longest, waits.all


def at_once(
    desk: Desk, workers: int, *, small: bool, careless: bool = False
) -> tuple[list[tuple[str, object]], list[str]]:
    """Let so many desks issue the batch; return what each said, and what is wrong afterwards."""
    folder = desk.fresh()
    gate = folder / "gate"

    def act() -> object:
        if careless:
            lock_nothing()
        return desk_at_work(folder, gate, small=small)

    waiting = [forked(act)[1] for _ in range(workers)]
    gate.touch()
    answers = [wait() for wait in waiting]
    with open_at(folder) as office:
        return answers, halves(office) + ([] if careless else ended(office))


def lock_nothing() -> None:
    """Let each statement be a transaction of its own: what was read may no longer hold when it is written."""
    schema._on_begin = lambda _: None


def rows(desk: Desk, trials: int, seed: int) -> Iterator[figures.Row]:
    """Yield a row for each number of desks, and one for the control; chance has no part in it."""
    for workers in WORKERS:
        yield _row(desk, workers, trials)
    seen = tried = 0
    # Whether careless desks meet is chance: where they miss each other they get more trials.
    while tried < trials or (not seen and tried < CONTROL):
        tried += 1
        answers, wrong = at_once(desk, 5, small=True, careless=True)
        seen += bool(wrong) or any(how != "done" for how, _ in answers)
    yield {"desks": "control", "trials": tried, "faults": 0, "control_failed": seen}


def _row(desk: Desk, workers: int, trials: int) -> figures.Row:
    began, faults, longest, transactions, issued = time.monotonic(), [], 0.0, 0, 0
    for n in range(trials):
        answers, wrong = at_once(desk, workers, small=n % 2 == 0)
        faults += wrong + [f"{how}: {said}" for how, said in answers if how != "done"]
        for mine, wait, count in (said for how, said in answers if how == "done"):
            longest, transactions, issued = max(longest, wait), transactions + count, issued + mine
    faults += [f"somebody waited {longest:.1f} s"] * (longest > MOST_S)
    for fault in faults[:20]:
        print(f"{workers} desks: {fault}", flush=True)
    return {"desks": workers, "trials": trials, "issued": issued, "transactions": transactions,
            "longest wait s": round(longest, 2), "s": round(time.monotonic() - began, 1), "faults": len(faults)}  # fmt: skip


def main() -> None:
    """Run the drill and print one table."""
    figures.run(
        at_a_desk(rows, "marked"),
        figures.asked(__doc__, small=SMALL, full=FULL, what="batches for each number of desks"),
    )


if __name__ == "__main__":
    main()
