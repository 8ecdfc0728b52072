"""kill -9 while certificates are issued, at every point that must last and at random moments: ``./run drill kills``.

After each kill nothing may be half; the next call goes on. The control issues the certificates of a pair one by one and takes
their numbers before: it must be caught by the same judge.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from scheduler.domain.certificates import Grant
from scheduler.office import issue as issuing
from scheduler.office.desk import Office
from scheduler.office.keep import certificate
from scheduler.office.orders import Made, Order
from tests.drills import figures
from tests.drills.offices import Act, Desk, at_a_desk, ended, forked, halves, issue_all, small_steps
from tests.office.conftest import open_at

SMALL, FULL = 6, 3_000
NEVER = 10**9


class Fuse:
    """Counts what must last on disk, just before and just after each, and kills the process at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.passed = at, 0

    def step(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, done: Callable[..., object]) -> Callable[..., object]:
        def both(*given: object, **named: object) -> object:
            self.step()
            answer = done(*given, **named)
            self.step()
            return answer

        return both


def fused(folder: Path, verb: Act, at: int) -> int:
    """Run a verb with a fuse, in this process, which is one of its own; return how many points it passed."""
    fuse = Fuse(at)
    with open_at(folder) as office:
        dialect = office.registry._engine.dialect
        dialect.do_commit = fuse.around(dialect.do_commit)
        Path.replace, os.fsync = fuse.around(Path.replace), fuse.around(os.fsync)
        verb(office)
    return fuse.passed


def killed_at(folder: Path, verb: Act, at: int) -> tuple[bool, int]:
    """Run a verb in a process of its own; return whether it was killed, and how many points it passed."""
    how, passed = forked(lambda: fused(folder, verb, at))[1]()
    assert how in {"killed", "done"}, (how, passed)
    return how == "killed", int(passed or 0)


def killed_after(folder: Path, verb: Act, seconds: float) -> bool:
    """Run a verb and kill it after a while; tell whether it was still at it."""

    def act() -> None:
        with open_at(folder) as office:
            verb(office)

    child, wait = forked(act)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return wait()[0] == "killed"


def in_small_steps(office: Office) -> None:
    small_steps()
    issue_all(office)


def one_by_one(office: Office) -> None:
    """Issue as somebody might who thinks of no kill: each certificate in a transaction of its own."""

    def keep(office: Office, done: list[tuple[Order, tuple[Made, ...]]]) -> issuing.keep:
        for order, made in done:
            for one in made:
                with office.registry.transaction() as store:
                    store.ledger.next_serials([counter for counter, _ in one.serials])
                with office.registry.transaction() as store:
                    issued = certificate(order, one, store.ledger.next_sequence())
                    store.ledger.add_grant(Grant(order.entry.id, (issued,)), {issued.file_name: one.pdf}, office.now())
        return TRUE_KEEP(office, [])

    issuing.keep = keep
    in_small_steps(office)


TRUE_KEEP = issuing.keep


def every_point(desk: Desk, verb: Act, chance: random.Random, most: int) -> figures.Row:
    """Kill at points in their order, each twice, or at so many chosen ones, from a fresh office each time."""
    killed, points = killed_at(desk.fresh(), verb, NEVER)
    assert not killed
    each = list(range(1, points + 1)) * 2
    trials = each if len(each) <= most else sorted(chance.sample(each, most))
    wrong: list[str] = []
    for at in trials:
        folder = desk.fresh()
        landed, _ = killed_at(folder, verb, at)
        wrong += [f"point {at}: not reached"] * (not landed)
        wrong += [f"point {at}: {fault}" for fault in after(folder)]
    return told("every point", trials=len(trials), points=points, landed=len(trials), wrong=wrong)


def at_random(desk: Desk, verb: Act, chance: random.Random, trials: int) -> figures.Row:
    """Kill at random moments; each call goes on where the one before was killed, until all is issued."""
    landed, rounds, wrong = 0, 0, []
    folder, longest = desk.fresh(), duration(desk, verb)
    desk.fresh()
    for n in range(trials):
        if killed_after(folder, verb, chance.uniform(0, longest)):
            landed += 1
            with open_at(folder) as office:
                wrong += [f"kill {n}: {fault}" for fault in halves(office)]
        else:
            rounds += 1
            wrong += [f"kill {n}, at the end: {fault}" for fault in after(folder)]
            desk.fresh()
    wrong += [f"at the end: {fault}" for fault in after(folder)]
    return told("random", trials=trials, points=rounds, landed=landed, wrong=wrong)


def duration(desk: Desk, verb: Act) -> float:
    began = time.monotonic()
    how, _ = forked(lambda: fused(desk.fresh(), verb, NEVER))[1]()
    assert how == "done"
    return time.monotonic() - began


def after(folder: Path) -> list[str]:
    """Return what is wrong after a kill: at once, and when the work has been ended."""
    with open_at(folder) as office:
        return halves(office) + ended(office)


def caught(desk: Desk, most: int) -> int:
    """Return in how many trials the control left something half."""
    points = killed_at(desk.fresh(), one_by_one, NEVER)[1]
    seen = 0
    for at in range(2, points + 1, 3)[:most]:
        folder = desk.fresh()
        killed_at(folder, one_by_one, at)
        with open_at(folder) as office:
            seen += bool(halves(office))
        if seen and most <= SMALL:
            break
    return seen


def told(case: str, *, wrong: list[str], **counts: int) -> figures.Row:
    for fault in wrong[:20]:
        print(f"{case}: {fault}", flush=True)
    return {"case": case, **counts, "faults": len(wrong)}


def rows(desk: Desk, trials: int, seed: int) -> Iterator[figures.Row]:
    """Yield a row for the points in their order, for random moments, and for the control."""
    chance, control = random.Random(seed), min(trials, 200)
    yield every_point(desk, in_small_steps, chance, trials)
    yield at_random(desk, in_small_steps, chance, trials)
    yield {"case": "control", "trials": control, "faults": 0, "control_failed": caught(desk, control)}


def main() -> None:
    """Run the drill and print one table."""
    figures.run(
        at_a_desk(rows),
        figures.asked(__doc__, small=SMALL, full=FULL, what="random kills, and at most so many at points"),
    )


if __name__ == "__main__":
    main()
