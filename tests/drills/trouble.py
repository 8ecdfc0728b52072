"""Disk full or failing, clock moved, key gone, all in the middle of a batch: ``./run drill trouble``.

Whatever stops the work must be worded, leave nothing half, and be made good by the next call. The control writes copies where
they will lie and believes that a write succeeds: it must be caught.
"""

from __future__ import annotations

import ctypes
import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from scheduler.office import folder as copies
from scheduler.office.check_ledger import check_ledger
from scheduler.office.desk import Office
from tests.drills import figures
from tests.drills.killing import NEVER, Fuse
from tests.drills.offices import Desk, at_a_desk, ended, forked, halves, issue_all, left_over, small_steps
from tests.drills.tokens import MODULES, a_token, has_tokens
from tests.office.conftest import open_at

SMALL, FULL = 2, 60
ALLOWED = {"done", "refused", "failed"}
"""Ways to stop that a command turns into a sentence and an exit code."""
Act = Callable[[Office], object]


class Failing(Fuse):
    """Refuses at one point what must last on disk, as the system does, and everything after it where the disk is full."""

    def __init__(self, at: int, error: int) -> None:
        super().__init__(at)
        self.error = error

    def step(self) -> None:
        self.passed += 1
        if self.passed == self.at or (self.error == errno.ENOSPC and self.passed > self.at):
            raise OSError(self.error, os.strerror(self.error))

    def around(self, done: Callable[..., object]) -> Callable[..., object]:
        def first(*given: object, **named: object) -> object:
            self.step()
            return done(*given, **named)

        return first


def failing_at(office: Office, at: int, error: int) -> int:
    """Issue while the N-th fsync or rename fails; return how many there were."""
    fuse = Failing(at, error)
    Path.replace, os.fsync = fuse.around(Path.replace), fuse.around(os.fsync)
    issue_all(office)
    return fuse.passed


def limited(office: Office, most: int) -> None:
    """Issue while no file may grow beyond so many bytes: the database is told of a failed write, as are the copies."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    issue_all(office)


def careless(office: Office, share: float) -> None:
    """Write copies again where they lie, onto a disk with room for a part of each only."""

    def write(path: Path, content: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.write(descriptor, content)  # the system may have written less
        os.close(descriptor)

    issue_all(office)
    paths = list(copies.certificates_folder(office).glob("*.pdf"))
    most = int(share * min(path.stat().st_size for path in paths))
    for path in paths:
        path.unlink()
    copies.write_whole = write
    limited(office, most)


def clocked(office: Office, chance: random.Random) -> bool:
    """Issue while each look at the clock finds it moved by up to two years."""
    true = office.clock
    jumps = [timedelta(0), *(timedelta(minutes=chance.randint(-1_000_000, 1_000_000)) for _ in range(7))]
    office.clock = lambda: true() + chance.choice(jumps)
    return bool(issue_all(office).findings)


def untold(office: Office) -> list[str]:
    """Return what the check does not tell of the times that stand in the ledger, or tells without cause."""
    with office.registry.transaction(write=False) as store:
        lines = [(line.sequence, 0, line.at) for line in store.ledger.lines()]
        heads = [(record.head.size, n, record.head.at) for n, record in enumerate(store.heads.given(), 1)]
    times = [datetime.fromisoformat(at) for _, _, at in sorted(lines + heads)]
    back = any(after < before for before, after in pairwise(times))
    ahead = any(time > office.clock() for time in times)
    told = {finding.rule for finding in check_ledger(office).findings}
    wrong = [("clock-back", back), ("clock-ahead", ahead)]
    return [f"{rule} is {rule in told}, and should be {so}" for rule, so in wrong if (rule in told) != so]


def without_keys(office: Office, after: int) -> bool:
    """Issue while the keys are taken away after so many entries."""
    keys = office.settings.keys_folder

    def tell(_: str, done: int, __: int) -> None:
        if done >= after and keys.exists():
            keys.rename(keys.with_name("taken"))

    return bool(issue_all(office, progress=tell).findings)


def without_token(office: Office, after: int) -> bool:
    """Issue while the token is unplugged after so many entries: its library answers no call of this process any more."""

    def tell(_: str, done: int, __: int) -> None:
        if done >= after:
            ctypes.CDLL(str(MODULES[0])).C_Finalize(None)

    return bool(issue_all(office, progress=tell).findings)


def put_back(folder: Path) -> None:
    if (folder / "taken").exists():
        (folder / "taken").rename(folder / "keys")


def judged(folder: Path, judge: Callable[[Office], list[str]]) -> list[str]:
    """Ask a judge in a process of its own, where no token was ever opened; return what is wrong."""

    def there() -> list[str]:
        with open_at(folder) as office:
            return judge(office)

    how, found = forked(there)[1]()
    return found if how == "done" else [f"{how}: {found}"]


class Case:
    """Trials of one kind of trouble."""

    def __init__(self, name: str, desk: Desk) -> None:
        self.name, self.desk = name, desk
        self.trials = self.stopped = self.caught = 0
        self.wrong: list[str] = []

    def tried(self, said: str, act: Act, *, folder: Path | None = None, mend: Callable[[Path], object] = put_back,
              control: bool = False) -> object:  # fmt: skip
        """Act in a process of its own, judge at once, take the trouble away, go on and judge again."""
        folder = folder or self.desk.fresh()

        def there() -> object:
            small_steps()
            with open_at(folder) as office:
                return act(office)

        how, answer = forked(there)[1]()
        self.trials += 1
        self.stopped += how != "done" or answer is True
        found = judged(folder, lambda office: halves(office) + left_over(office))
        mend(folder)
        if control:
            self.caught += bool(found)
            return answer
        found += judged(folder, ended)
        found += [f"{how}: {answer}"] * (how not in ALLOWED)
        self.wrong += [f"{said}: {fault}" for fault in found]
        return answer

    def row(self) -> figures.Row:
        for fault in self.wrong[:20]:
            print(f"{self.name}: {fault}", flush=True)
        controls = {"control_failed": self.caught} if self.name == "control" else {}
        return {
            "case": self.name,
            "trials": self.trials,
            "stopped": self.stopped,
            "faults": len(self.wrong),
            **controls,
        }


def steps(most: int, trials: int, chance: random.Random) -> list[int]:
    """Return places from 0 to the most, evenly apart, each moved by chance."""
    wide = max(1, most // trials)
    return [min(most, n * wide + chance.randrange(wide)) for n in range(trials)]


def failing(desk: Desk, trials: int, chance: random.Random) -> Iterator[figures.Row]:
    for error in (errno.EIO, errno.ENOSPC):
        case = Case(errno.errorcode[error], desk)
        points = int(case.tried("no fault", lambda office: failing_at(office, NEVER, errno.EIO)) or 0)
        for at in steps(points - 1, trials, chance):
            case.tried(f"at {at + 1}", lambda office, at=at, error=error: failing_at(office, at + 1, error))
        yield case.row()


def full(desk: Desk, trials: int, chance: random.Random) -> Iterator[figures.Row]:
    """Yield a row for files that may not grow, one for small disks where they can be mounted, and one for the control."""
    size = sum(path.stat().st_size for path in desk.made.glob("registry.sqlite3*"))
    case, control = Case("write fails", desk), Case("control", desk)
    for most in steps(3_000_000, trials, chance):
        case.tried(f"{most} bytes a file", lambda office, most=most: limited(office, most))
    for _ in range(max(2, trials // 4)):
        control.tried("", lambda office: careless(office, chance.random()), control=True)
    yield case.row()
    with tempfile.TemporaryDirectory() as home:
        small, tried = Path(home), Case("disk full", desk)
        if not mounted(small, 1 << 20):
            print("disk full: skipped, nothing can be mounted here", flush=True)
        else:
            unmount(small)
            for room in steps(6_000_000, trials, chance):
                tried.tried(
                    f"{room} bytes free",
                    lambda office: issue_all(office).issued,
                    **small_disk(small, desk, room + size),
                )
                unmount(small)
            yield tried.row()
    yield control.row()


def small_disk(place: Path, desk: Desk, size: int) -> dict[str, object]:
    """Return an office on a disk with so little room, and how it gets more."""
    used = sum(-(-path.stat().st_size // 4096) * 4096 for path in desk.made.rglob("*") if path.is_file())
    mounted(place, used + size)
    shutil.copytree(desk.made, place / "desk")
    more = ["mount", "-o", f"remount,size={used + size + (64 << 20)}", str(place)]
    return {"folder": place / "desk", "mend": lambda _: subprocess.run(more, check=True)}


def mounted(place: Path, size: int) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)]
    return (
        shutil.which("mount") is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


def unmount(place: Path) -> None:
    subprocess.run(["umount", str(place)], check=True)


def moved(desk: Desk, trials: int, chance: random.Random) -> Iterator[figures.Row]:
    clock, keys = Case("clock moved", desk), Case("keys taken away", desk)
    for n in range(-(-trials // 2)):
        clock.tried(f"clock {n}", lambda office: clocked(office, random.Random(chance.random())))
        clock.wrong += judged(desk.folder, untold)
    yield clock.row()
    for after in range(1, 1 + min(-(-trials // 2), 3)):
        keys.tried(f"after {after}", lambda office, after=after: without_keys(office, after))
    yield keys.row()
    if not has_tokens():
        print("token unplugged: skipped, there is no SoftHSM2 here", flush=True)
        return
    token = Case("token unplugged", desk)
    with plugged(desk):
        for after in range(1, 1 + min(-(-trials // 2), 3)):
            token.tried(f"after {after}", lambda office, after=after: without_token(office, after))
    yield token.row()


@contextmanager
def plugged(desk: Desk) -> Iterator[None]:
    """Let the first institution's key lie in a token."""
    before = desk.made.with_name("before")
    shutil.copytree(desk.made, before)
    try:
        a_token(desk.made, desk.folder)
        yield
    finally:
        shutil.rmtree(desk.made)
        before.rename(desk.made)


def rows(desk: Desk, trials: int, seed: int) -> Iterator[figures.Row]:
    """Yield a row for each kind of trouble."""
    chance = random.Random(seed)
    yield from failing(desk, trials, chance)
    yield from full(desk, trials, chance)
    yield from moved(desk, trials, chance)


def main() -> None:
    """Run the drill and print one table."""
    figures.run(at_a_desk(rows), figures.asked(__doc__, small=SMALL, full=FULL, what="trials of each kind"))


if __name__ == "__main__":
    main()
