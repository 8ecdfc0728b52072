"""kill -9 around commits, renames and fsyncs of revoke, suspend, reissue and correct: whole certificates, and the next call ends the work."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import random
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from scheduler.domain.certificates import Ending, Grant, Standing
from scheduler.errors import InputError
from scheduler.office.affected import Selection
from scheduler.office.check_ledger import check_ledger
from scheduler.office.correct import Correction, correct
from scheduler.office.desk import Office
from scheduler.office.issue import issue
from scheduler.office.reissue import reissue
from scheduler.office.revoke import revoke
from scheduler.office.suspend import suspend
from tests.drills.killing import NEVER, killed_at
from tests.office.books import ROUND
from tests.office.conftest import entries_of, open_at

ON = date(2026, 6, 30)
WHY = "签名密钥更换"
SAMPLE = 4
FULL = "DRILL_FULL" in os.environ
"""Every point instead of a sample; takes two minutes."""


def halves(office: Office, each: set[str]) -> list[str]:
    """Return what must never be seen, whenever the process died."""
    with office.registry.transaction(write=False) as store:
        wrong = [finding.in_("en") for finding in (*store.ledger.findings(), *store.numbers.findings())]
        ledger, endings = store.ledger.certificates(), store.ledger.endings()
    valid = Counter((c.entry_id, c.award_id) for c in ledger if c.standing is Standing.VALID)
    wrong += [f"{key} is valid {n} times" for key, n in valid.items() if n > 1]
    ended = {c.sequence for c in ledger if c.standing is Standing.REPLACED}
    successors = {one.replaced_by for one in endings.values()} - {None}
    wrong += [f"{len(ended)} replaced, {len(successors)} successors"] * (len(ended) != len(successors))
    wrong += [f"line {n} replaced something and is no certificate" for n in successors - {c.sequence for c in ledger}]
    if not each:
        lost = {(c.entry_id, c.award_id) for c in ledger} - set(valid)
        wrong += [f"{key} has no valid certificate any more" for key in lost]
    return wrong


@pytest.fixture
def issued(stages, tmp_path):
    """A function that puts the desk back to where everything is issued, always at the same place."""
    desk = tmp_path / "desk"

    def fresh() -> Path:
        shutil.rmtree(desk, ignore_errors=True)
        shutil.copytree(stages("issued"), desk)
        return desk

    return fresh


ALL_OF_ONE = Selection(round_id=ROUND, award_id="electrician-5")


def revoke_three(office: Office) -> None:
    revoke(office, ALL_OF_ONE, reason=WHY, yes=True)


def suspend_three(office: Office) -> None:
    suspend(office, ALL_OF_ONE, reason=WHY, yes=True)


def reissue_three(office: Office) -> None:
    reissue(office, ALL_OF_ONE, reason=WHY, yes=True)


def correct_one(office: Office) -> None:
    entry = next(entry for name, entry in entries_of(office).items() if name in {"龚䶮", "龚一鸣"})
    try:
        correct(office, entry.id, reason=WHY, correction=Correction(name="龚一鸣"), yes=True)
    except InputError:  # the call that was killed had come so far
        assert entry.candidate.name == "龚一鸣"


CASES = {
    "revoke": (revoke_three, {"revoked"}, Standing.REVOKED, 3),
    "suspend": (suspend_three, {"suspended"}, Standing.SUSPENDED, 3),
    "reissue": (reissue_three, set(), Standing.REPLACED, 3),
    "correct": (correct_one, set(), Standing.REPLACED, 3),
}


@pytest.mark.slow
@pytest.mark.parametrize(("verb", "each", "standing", "n"), CASES.values(), ids=CASES)
def test_kill_nine_at_every_point(issued, verb, each, standing, n) -> None:
    killed, points = killed_at(issued(), verb, NEVER)
    assert (killed, points > 10) == (False, True)
    every = range(1, points + 1)
    for at in every if FULL else sorted(random.Random(points).sample(every, SAMPLE)):
        folder = issued()
        assert killed_at(folder, verb, at)[0], f"point {at} of {points}"
        with open_at(folder) as office:
            assert halves(office, each) == [], f"point {at} of {points}"
            verb(office)
            issue(office, round_id=ROUND, issued_on=ON)
            with office.registry.transaction(write=False) as store:
                standings = Counter(c.standing for c in store.ledger.certificates())
            assert standings[standing] == n, f"point {at} of {points}"
            assert check_ledger(office).findings == (), f"point {at} of {points}"


@pytest.mark.slow
def test_ending_and_entering_apart_is_caught_by_the_same_judge(issued) -> None:
    seen = []
    for at in range(1, 80):
        folder = issued()
        killed, _ = killed_at(folder, apart, at)
        with open_at(folder) as office:
            seen += halves(office, set())
        if not killed or seen:
            break
    assert [fault for fault in seen if "no valid certificate" in fault]


def apart(office: Office) -> None:
    """Reissue one paper in two transactions."""
    with office.registry.transaction(write=False) as store:
        old = store.ledger.certificates()[0]
        content = store.ledger.file_of(old) + b"\n"
    with office.registry.transaction() as store:
        store.ledger.withdraw(old, "replaced", office.now(), Ending("reissue", WHY, "tester"))
    with office.registry.transaction() as store:
        sequence = store.ledger.next_sequence()
        new = dataclasses.replace(
            old, sequence=sequence, sha256=hashlib.sha256(content).hexdigest(), file_name="again.pdf"
        )
        store.ledger.add_grant(Grant(old.entry_id, (new,)), {new.file_name: content}, office.now())
