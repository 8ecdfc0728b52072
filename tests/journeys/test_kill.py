"""kill -9 while certificates are being issued: the next call ends with each pair issued once, numbers without gaps."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from scheduler.office.desk import open_office
from scheduler.office.views import certificates
from tests.journeys.conftest import FIXTURES, clock
from tests.journeys.test_pilot import assert_gapless, up_to_marks

ISSUE = "import sys; from scheduler.cli.main import main; sys.argv[1:] = ['issue', sys.argv[1], '--on', '2026-06-30']; main()"


@pytest.mark.slow
def test_kill_nine_during_issue(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "pilot" / "office.toml", tmp_path)
    shutil.copytree(FIXTURES / "pilot" / "photos", tmp_path / "photos")
    with open_office(tmp_path / "office.toml", clock=clock) as office:
        round_id = up_to_marks(office)
    chance = random.Random(20260630)
    landed = sum(killed_midway(tmp_path, round_id, chance.uniform(0.0, 0.25)) for _ in range(4))
    assert landed >= 2
    done = subprocess.run([sys.executable, "-c", ISSUE, round_id], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    with open_office(tmp_path / "office.toml", clock=clock) as office:
        ledger = certificates(office, round_id=round_id)
        with office.registry.transaction(write=False) as store:
            assert store.ledger.findings() == []
    assert [c.sequence for c in ledger] == list(range(1, 46))
    assert Counter((c.entry_id, c.award_id) for c in ledger).most_common(1)[0][1] == 1
    assert Counter(Counter(c.entry_id for c in ledger).values()) == {3: 11, 2: 6}
    assert_gapless(ledger)
    files = {path.name for path in (tmp_path / "out" / "certificates").glob("*.pdf")}
    assert files == {c.file_name for c in ledger}


def killed_midway(folder: Path, round_id: str, after_first_s: float) -> bool:
    """Start issuing, wait until the ledger grows, then kill; returns whether the kill came before the end."""
    before = lines(folder)
    process = subprocess.Popen([sys.executable, "-c", ISSUE, round_id], cwd=folder, stdout=subprocess.DEVNULL)
    while process.poll() is None and lines(folder) == before:
        time.sleep(0.05)
    time.sleep(after_first_s)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return alive


def lines(folder: Path) -> int:
    with open_office(folder / "office.toml") as office, office.registry.transaction(write=False) as store:
        return len(store.ledger.certificates())
