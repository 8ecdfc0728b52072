"""Ten desks at one registry on a PostgreSQL server, which is restarted at once in the middle: ``./run drill servers``.

Every desk imports, plans, publishes, records and issues the same round. Nothing may be lost, doubled or half written, nobody
waits longer than five seconds, and a server that goes away is a sentence, not a trace. The controls keep each statement by
itself and ask for no lock: they must be caught. Everything happens in a throw-away cluster that the drill makes for itself.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from scheduler.errors import Conflict, SchedulerError, StalePlan
from scheduler.office.desk import Office
from scheduler.office.enrol import enrol
from scheduler.office.plan import plan
from scheduler.office.publish import publish
from scheduler.office.record import record
from scheduler.registry import schema
from tests import postgres
from tests.drills import figures
from tests.drills.offices import Desk, at_a_desk, ended, forked, halves, issue_all, small_steps
from tests.drills.rivals import MOST_S, Waits
from tests.office.books import PILOT, ROUND
from tests.office.conftest import open_at

SMALL, FULL = 1, 10
WORKERS = 10
PLANNERS = 2
"""Desks that plan, which takes a processor longer than all the rest."""
RESTARTS_S = (0.3, 3.0)
"""The server is restarted so long after the desks began."""
CONTROL = 12
"""Trials in which careless desks must have been caught."""
INSIDE = "SCHEDULER_DRILL_CLUSTER"


class ServerDesk(Desk):
    """An office whose registry is a database of a server; set back by copying the database."""

    def __init__(self, home: Path, stage: str = "prepared") -> None:
        self.original, self.copy = postgres.make(), ""
        super().__init__(home, stage, registry=postgres.address_of(self.original))

    def rehearse(self, office: Office) -> None:
        whole_round(office, plans=True)

    def fresh(self) -> Path:
        """Set the office and its database back."""
        if self.copy:
            postgres.drop(self.copy)
        self.copy = postgres.make(self.original)
        folder = super().fresh()
        settings = folder / "office.toml"
        settings.write_text(settings.read_text("utf-8").replace(self.original, self.copy), "utf-8")
        return folder


def whole_round(office: Office, *, plans: bool) -> list[str]:
    """Do all that a desk does for a round; return what others had done before it."""
    before: list[str] = []
    verbs: list[Callable[[], object]] = [
        lambda: enrol(office, PILOT / "entries.xlsx", round_id=ROUND),
        lambda: publish(office, round_id=ROUND, version=plan(office, round_id=ROUND).version),
    ]
    verbs[1:] = verbs[1:] if plans else [lambda: published(office)]
    verbs += [lambda: record(office, PILOT / "marks.xlsx", round_id=ROUND), lambda: issue_all(office)]
    for verb in verbs:
        try:
            verb()
        except (Conflict, StalePlan) as refusal:
            before.append(type(refusal).__name__)
    return before


def published(office: Office) -> None:
    """Wait for a desk that plans."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with office.registry.transaction(write=False) as store:
            if store.plans.published(ROUND):
                return
        time.sleep(0.1)


def desk_at_work(folder: Path, gate: Path, *, plans: bool, patient: bool) -> tuple[float, int, list[str]]:
    """Do the round's work once the gate opens; a patient desk calls again what a broken connection stopped.

    Returns:
        The longest wait for the registry (s), how often the server was away, and what others had done before.
    """
    small_steps()
    waits, away, until = Waits(), 0, time.monotonic() + 60
    while not gate.exists():
        time.sleep(0.005)
    while True:
        try:
            with open_at(folder) as office:
                before = whole_round(office, plans=plans)
            return waits.longest, away, before
        except SchedulerError as error:
            if not patient or error.exit_code != 3 or time.monotonic() > until:
                raise
            away += 1
            time.sleep(0.2)


def together(
    desk: Desk, *, workers: int = WORKERS, restart_after: float | None = None, careless: bool = False
) -> tuple[list[tuple[str, object]], list[str]]:
    """Let the desks work, restart the server where asked; return what each said, and what is wrong afterwards."""
    folder = desk.fresh()
    gate = folder / "gate"

    def act(n: int) -> Callable[[], object]:
        def work() -> object:
            if careless:
                keep_each_statement()
            return desk_at_work(folder, gate, plans=n < PLANNERS, patient=restart_after is not None)

        return work

    waiting = [forked(act(n))[1] for n in range(workers)]
    gate.touch()
    if restart_after is not None:
        time.sleep(restart_after)
        restart()
    answers = [wait() for wait in waiting]
    with open_at(folder) as office:
        wrong = doubled(office) + halves(office)
        return answers, wrong + ([] if careless else ended(office))


def doubled(office: Office) -> list[str]:
    """Return what was kept twice or not at all before certificates: entries, statements, versions, marks."""
    with office.registry.transaction(write=False) as store:
        entries = store.rounds.entries(ROUND)
        people = Counter(entry.candidate.id for entry in entries)
        versions = [one.version for one in store.plans.versions(ROUND)]
        published = [one.version for one in store.plans.versions(ROUND) if one.state == "published"]
        marks, outcomes = store.results.marks_of_round(ROUND), store.results.outcomes(ROUND)
        replaced = [m for m in marks if store.results.mark_history(m.entry_id, m.component_id)]
    counts = office.registry.counts()
    wrong = [f"{person} is entered {n} times" for person, n in people.items() if n > 1]
    wrong += [f"{len(entries)} entries"] * (len(entries) != 17)
    wrong += [f"{counts['entitlements']} statements"] * (counts["entitlements"] != len(entries))
    wrong += [f"versions {versions}"] * (versions != list(range(1, len(versions) + 1)))
    wrong += [f"published {published}"] * (len(published) > 1)
    wrong += [f"{len(replaced)} marks replaced"] * bool(replaced)
    return wrong + [f"{len(outcomes)} outcomes"] * (len(outcomes) != len(entries))


def keep_each_statement() -> None:
    """Let each statement be a transaction of its own, without any lock: what a careless program does."""
    schema._on_begin = lambda _: None
    true = schema.postgres.engine_at
    schema.postgres.engine_at = lambda url: true(url).execution_options(isolation_level="AUTOCOMMIT")


def restart() -> None:
    """Restart the throw-away server at once: every connection breaks, and it recovers as after a crash."""
    command = ["pg_ctlcluster", os.environ["PGVERSION"], "regress", "restart", "-m", "immediate"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def rows(desk: Desk, trials: int, seed: int) -> Iterator[figures.Row]:
    """Yield a row for desks at once, one with a restart in the middle, and the controls."""
    chance = random.Random(seed)
    yield _row("ten at once", [together(desk) for _ in range(trials)])
    moments = [chance.uniform(*RESTARTS_S) for _ in range(trials * 2)]
    yield _row("restarted", [together(desk, restart_after=moment) for moment in moments], most_s=60.0)
    seen = tried = 0
    while tried < trials or (not seen and tried < CONTROL):
        tried += 1
        answers, wrong = together(desk, workers=5, careless=True)
        seen += bool(wrong) or any(how != "done" for how, _ in answers)
    yield {"case": "control", "trials": tried, "faults": 0, "control_failed": seen}


def _row(case: str, trials: list[tuple[list[tuple[str, object]], list[str]]], most_s: float = MOST_S) -> figures.Row:
    faults = [fault for _, wrong in trials for fault in wrong]
    answers = [answer for said, _ in trials for answer in said]
    faults += [f"{how}: {said}" for how, said in answers if how != "done"]
    done = [said for how, said in answers if how == "done"]
    longest = max((wait for wait, _, _ in done), default=0.0)
    faults += [f"somebody waited {longest:.1f} s"] * (longest > most_s)
    for fault in faults[:20]:
        print(f"{case}: {fault}", flush=True)
    return {"case": case, "trials": len(trials), "desks": len(answers), "longest wait s": round(longest, 2),
            "server away": sum(away for _, away, _ in done), "came second": sum(len(b) for _, _, b in done),
            "faults": len(faults)}  # fmt: skip


def within_a_cluster() -> None:
    """Start this program again within a cluster of its own, and end with its exit code."""
    if shutil.which("pg_virtualenv") is None:
        sys.exit("pg_virtualenv (Debian package postgresql) is not installed")
    command = ["pg_virtualenv", "-t", sys.executable, "-m", __spec__.name if __spec__ else __name__, *sys.argv[1:]]
    sys.exit(subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False).returncode)


def main() -> None:
    """Run the drill and print one table."""
    given = figures.asked(__doc__, small=SMALL, full=FULL, what="trials of ten desks")
    if os.environ.get(INSIDE) != "1":
        within_a_cluster()
    del os.environ[INSIDE]
    figures.run(at_a_desk(rows, "prepared", kind=ServerDesk), given)


if __name__ == "__main__":
    main()
