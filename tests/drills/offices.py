"""Offices for drills: made once, set back for each trial, acted upon in processes of their own, and judged afterwards."""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from scheduler.errors import SchedulerError
from scheduler.office import issue as issuing
from scheduler.office.check_ledger import check_ledger
from scheduler.office.desk import Office
from scheduler.office.folder import certificates_folder
from scheduler.office.issue import issue
from scheduler.office.keyring import ready_keys
from scheduler.office.orders import issuing as institutions
from tests.drills.figures import Row
from tests.office.books import PILOT, ROUND
from tests.office.conftest import STAGES, open_at

ON = date(2026, 6, 30)
Act = Callable[[Office], object]


class Desk:
    """An office in which everything is ready to be issued, as often as wanted."""

    def __init__(self, home: Path, stage: str = "marked", registry: str = "") -> None:
        """Make the office, its keys, and in this process the compiled templates, so that a trial takes little time.

        Args:
            home: An empty folder.
            stage: ``few`` has 8 certificates of 3 people to issue, ``marked`` 45 of 17; ``prepared`` has only the round.
            registry: Address of its database; a file in the folder when empty.
        """
        self.made, self.folder = home / "made", home / "desk"
        shutil.copytree(PILOT / "photos", self.made / "photos")
        shutil.copy(PILOT / "office.toml", self.made)
        if registry:
            settings = (self.made / "office.toml").read_text("utf-8").replace("registry.sqlite3", registry)
            (self.made / "office.toml").write_text(settings, "utf-8")
        for step in _steps(stage):
            with open_at(self.made) as office:
                step(office, self.made)
        with open_at(self.fresh()) as office:
            with office.registry.transaction(write=False) as store:
                ready_keys(office, institutions(store.rounds.setup(ROUND)))
            self.rehearse(office)
        shutil.copytree(self.folder / "keys", self.made / "keys", dirs_exist_ok=True)
        quick_to_open(self.made / "keys")

    def rehearse(self, office: Office) -> None:
        """Do once what the trials will do, so that everything they need is loaded."""
        issue_all(office)

    def fresh(self) -> Path:
        """Set the office back to where nothing is issued; always at the same place, so that open benches serve."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.made, self.folder)
        return self.folder


def quick_to_open(keys: Path) -> None:
    """Write key files again with one round of key derivation: thousands of trials open them several times each."""
    for file in keys.glob("*.p12"):
        word = file.with_suffix(".password").read_bytes().strip()
        key, own, chain = pkcs12.load_key_and_certificates(file.read_bytes(), word)
        quick = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1).build(word)
        file.write_bytes(pkcs12.serialize_key_and_certificates(b"", key, own, chain, quick))


def at_a_desk(
    rows: Callable[[Desk, int, int], Iterator[Row]], stage: str = "few", kind: type[Desk] = Desk
) -> Callable[[int, int], Iterator[Row]]:
    """Return a drill that makes its own desk, in a folder that lasts as long as the drill."""

    def drill(trials: int, seed: int) -> Iterator[Row]:
        with tempfile.TemporaryDirectory() as home:
            yield from rows(kind(Path(home), stage), trials, seed)

    return drill


def _steps(stage: str) -> list[Callable[[Office, Path], object]]:
    steps = []
    while stage != "empty":
        stage, step = STAGES[stage]
        steps.insert(0, step)
    return steps


def issue_all(office: Office, **options: Any) -> Any:
    """Issue the round as the command does."""
    return issue(office, round_id=ROUND, issued_on=ON, **options)


def small_steps() -> None:
    """Let issuing take many small tasks and transactions, so that few certificates have many points to fail at."""
    issuing.TASK = issuing.SMALL_TASK = 3
    issuing.WRITTEN, issuing.PAUSE_S = 1, 0.0


def forked(act: Callable[[], object]) -> tuple[int, Any]:
    """Do something in a process of its own; return its process id at once, and what to wait with for its answer."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        code = 1
        try:
            with os.fdopen(tell, "wb") as out:
                out.write(pickle.dumps(_answer(act)))
            code = 0
        finally:
            os._exit(code)
    os.close(tell)

    def wait() -> tuple[str, object]:
        with os.fdopen(told, "rb") as said:
            answer = said.read()
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status):
            return ("killed" if os.WTERMSIG(status) == signal.SIGKILL else "crashed"), None
        return pickle.loads(answer) if answer else ("died", None)

    return child, wait


def _answer(act: Callable[[], object]) -> tuple[str, object]:
    try:
        return "done", act()
    except SchedulerError as error:
        return "refused", f"{type(error).__name__}: {error.in_('en')}"
    except OSError as error:
        return "failed", f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001 - a fault that the drill is there to find
        return "unworded", f"{type(error).__name__}: {error}"


def halves(office: Office) -> list[str]:
    """Return what must never be seen, whenever and however the work stopped."""
    with office.registry.transaction(write=False) as store:
        wrong = [finding.in_("en") for finding in (*store.ledger.findings(), *store.numbers.findings())]
        ledger = store.ledger.certificates()
        earned = {one.entry_id: set(one.earned_ids) for one in store.results.outcomes(ROUND)}
    held = Counter((c.entry_id, c.award_id) for c in ledger)
    wrong += [f"{key} is issued {n} times" for key, n in held.items() if n > 1]
    for entry_id, awards in earned.items():
        has = {award for entry, award in held if entry == entry_id}
        wrong += [f"{entry_id} holds {sorted(has)} of {sorted(awards)}"] * (has not in (set(), awards))
    wrong += [f"lines {[c.sequence for c in ledger]}"] * (
        [c.sequence for c in ledger] != list(range(1, len(ledger) + 1))
    )
    serials = sorted(int(c.number[-6:]) for c in ledger if c.award_id == "electrician-5")
    wrong += [f"numbers {serials}"] * (serials != list(range(1, len(serials) + 1)))
    digests = {c.file_name: c.sha256 for c in ledger}
    for path in certificates_folder(office).glob("*.pdf"):
        if hashlib.sha256(path.read_bytes()).hexdigest() != digests.get(path.name):
            wrong.append(f"the file {path.name} is not that of the ledger")
    return wrong


def ended(office: Office) -> list[str]:
    """Go on with issuing, now that nothing is in the way; return what is wrong when it has ended."""
    report = issue_all(office)
    wrong = [finding.in_("en") for finding in report.findings if finding.severity == "error"]
    with office.registry.transaction(write=False) as store:
        ledger, outcomes = store.ledger.certificates(), store.results.outcomes(ROUND)
    earned = sum(len(one.earned_ids) for one in outcomes)
    wrong += [f"{len(ledger)} of {earned} issued"] * (len(ledger) != earned)
    files = {path.name for path in certificates_folder(office).iterdir() if path.suffix == ".pdf"}
    wrong += ["the folder does not hold what the ledger holds"] * (files != {c.file_name for c in ledger})
    # A wrong clock is told and harms nothing; the drill that moves it looks for that itself.
    found = [finding for finding in check_ledger(office).findings if finding.rule not in {"clock-back", "clock-ahead"}]
    return wrong + [finding.in_("en") for finding in found] + halves(office)


def left_over(office: Office) -> list[str]:
    """Return files that nobody will ever take away."""
    return [str(path) for path in Path(office.settings.out_folder).rglob("*") if re.search(r"\.part$", path.name)]
