"""kill -9 at every point that must last and at random moments, for any verb; used by the drill of kills and by tests.

A point is just before or just after a commit, an fsync or a rename. Every trial acts in a process of its own, which shares what
this one has warmed up, and is judged in this one.
"""

from __future__ import annotations

import mmap
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scheduler.office.desk import Office
from tests.drills import figures
from tests.drills.offices import Act, forked
from tests.office.conftest import open_at

NEVER = 10**9
SHOWN = 20
"""Faults of a case that are told one by one."""
Judge = Callable[[Office], list[str]]


@dataclass(frozen=True)
class Phase:
    """Something that an office does and that may be killed."""

    name: str
    fresh: Callable[[], Path]
    """Sets the office back to before it was done; returns its folder."""
    act: Act
    """Does it, or goes on with it."""
    halves: Judge
    """Tells what must never be seen, whenever it was stopped."""
    ended: Judge
    """Goes on to the end; tells what is wrong then."""
    careless: Act
    """Does it as somebody might who thinks of no kill."""


class Fuse:
    """Counts what must last on disk, just before and just after each, and kills the process at one of them."""

    def __init__(self, at: int, seen: mmap.mmap | None = None) -> None:
        """Set the fuse.

        Args:
            at: Point to be killed at, from 1.
            seen: Where to leave the count for who looks on from outside.
        """
        self.at, self.passed, self.seen = at, 0, seen

    def step(self) -> None:
        self.passed += 1
        if self.seen is not None:
            self.seen[:4] = self.passed.to_bytes(4, "little")
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, done: Callable[..., object]) -> Callable[..., object]:
        def both(*given: object, **named: object) -> object:
            self.step()
            answer = done(*given, **named)
            self.step()
            return answer

        return both


def fused(folder: Path, verb: Act, fuse: Fuse) -> int:
    """Run a verb with a fuse, in this process, which is one of its own; return how many points it passed."""
    with open_at(folder) as office:
        dialect = office.registry._engine.dialect
        dialect.do_commit = fuse.around(dialect.do_commit)
        Path.replace, Path.rename, os.fsync = map(fuse.around, (Path.replace, Path.rename, os.fsync))
        verb(office)
    return fuse.passed


def killed_at(folder: Path, verb: Act, at: int) -> tuple[bool, int]:
    """Run a verb in a process of its own; return whether it was killed, and how many points it passed."""
    how, passed = forked(lambda: fused(folder, verb, Fuse(at)))[1]()
    assert how in {"killed", "done"}, (how, passed)
    return how == "killed", int(passed or 0)


def killed_after(folder: Path, verb: Act, seconds: float) -> tuple[bool, int]:
    """Run a verb and kill it from outside after a while; return whether it was still at it, and the points it had passed."""
    with mmap.mmap(-1, 4) as seen:
        child, wait = forked(lambda: fused(folder, verb, Fuse(NEVER, seen)))
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        how, answer = wait()
        assert how in {"killed", "done"}, (how, answer)
        return how == "killed", int.from_bytes(seen[:4], "little")


def every_point(phase: Phase, times: int) -> figures.Row:
    """Kill at every point, so many times from a fresh office, and once a call that goes on after a kill.

    The later the first kill, the less is left to do: so the last point goes with the first one of the call that goes on.
    """
    killed, points = killed_at(phase.fresh(), phase.act, NEVER)
    assert not killed
    wrong, landed = [], 0
    for n in range(times):
        for at in range(1, points + 1):
            folder = phase.fresh()
            landed += killed_at(folder, phase.act, at)[0]
            found = _judged(folder, phase.halves)
            if n == 0:
                landed += killed_at(folder, phase.act, points + 1 - at)[0]
                found += _judged(folder, phase.halves)
            wrong += [f"point {at}: {fault}" for fault in found + _judged(folder, phase.ended)]
    wrong += ["points were not reached"] * (landed < times * points)
    return told(f"{phase.name}, every point", trials=(times + 1) * points, points=points, landed=landed, wrong=wrong)


def at_random(phase: Phase, chance: random.Random, kills: int) -> figures.Row:
    """Kill so often at random moments; each call goes on where the one before was killed, until all is done."""
    longest = duration(phase)
    landed, trials, wrong, places, folder = 0, 0, [], set(), phase.fresh()
    while landed < kills:
        trials += 1
        killed, passed = killed_after(folder, phase.act, chance.uniform(0, longest))
        if killed:
            landed += 1
            places.add(passed)
            wrong += [f"kill {landed}: {fault}" for fault in _judged(folder, phase.halves)]
        if not killed or landed == kills:
            wrong += [f"kill {landed}, at the end: {fault}" for fault in _judged(folder, phase.ended)]
            folder = phase.fresh()
    return told(f"{phase.name}, random", trials=trials, landed=landed, places=len(places), wrong=wrong)


def control(phase: Phase, most: int) -> figures.Row:
    """Kill the careless way at points all over it, at most so many, until the same judge has seen three halves."""
    points = killed_at(phase.fresh(), phase.careless, NEVER)[1]
    trials = seen = 0
    for at in range(2, points + 1, max(1, points // most)):
        folder = phase.fresh()
        killed_at(folder, phase.careless, at)
        trials, seen = trials + 1, seen + bool(_judged(folder, phase.halves))
        if seen == 3:
            break
    row = told(f"{phase.name}, control", trials=trials, wrong=["nothing was seen"] * (not seen))
    return {**row, "control_failed": seen}


def duration(phase: Phase) -> float:
    """Return how long the whole work takes in a process of its own (s); the second time counts."""
    for _ in range(2):
        folder, began = phase.fresh(), time.monotonic()
        killed_at(folder, phase.act, NEVER)
    return time.monotonic() - began


def told(case: str, *, wrong: list[str], **counts: int) -> figures.Row:
    """Return the row of a case, and say what was wrong."""
    for fault in wrong[:SHOWN]:
        print(f"{case}: {fault}", flush=True)
    return {"case": case, **counts, "faults": len(wrong)}


def _judged(folder: Path, judge: Judge) -> list[str]:
    with open_at(folder) as office:
        return judge(office)
