"""Offices at every stage of the pilot: each stage is made once and copied for the test that asks for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path

import pytest

from scheduler.domain.certificates import Certificate, Standing
from scheduler.domain.entries import Entry
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan
from scheduler.office.assemble import assemble
from scheduler.office.check_ledger import check_ledger
from scheduler.office.desk import CHINA, Office, open_office
from scheduler.office.enrol import enrol
from scheduler.office.issue import issue
from scheduler.office.plan import plan
from scheduler.office.prepare import prepare
from scheduler.office.publish import publish
from scheduler.office.record import record
from tests.office.books import PILOT, ROUND, edited, only

TODAY = date(2026, 7, 1)
FEW = ("何勇阳", "曹少启", "龚䶮")
"""Three of the pilot: theory 72 (two awards), and two who earn all three."""


def open_at(folder: Path, day: date = TODAY) -> Office:
    return open_office(folder / "office.toml", clock=lambda: datetime.combine(day, time(9, 30), CHINA), who="tester")


Stage = Callable[[Office, Path], object]
STAGES: dict[str, tuple[str, Stage]] = {
    "prepared": ("empty", lambda office, _: prepare(office, PILOT / "setup.xlsx")),
    "enrolled": ("prepared", lambda office, _: enrol(office, PILOT / "entries.xlsx", round_id=ROUND)),
    "planned": ("enrolled", lambda office, _: plan(office, round_id=ROUND)),
    "published": ("planned", lambda office, _: publish(office, round_id=ROUND)),
    "marked": ("published", lambda office, _: record(office, PILOT / "marks.xlsx", round_id=ROUND)),
    "few": (
        "published",
        lambda office, folder: record(
            office, edited(PILOT / "marks.xlsx", folder / "few.xlsx", only("成绩表", FEW)), round_id=ROUND
        ),
    ),
    "issued": ("few", lambda office, _: issue(office, round_id=ROUND, issued_on=date(2026, 6, 30))),
}


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give a function that returns a folder in which the pilot has come as far as a stage; never to be written to."""
    made: dict[str, Path] = {}

    def folder_of(stage: str) -> Path:
        if stage not in made:
            folder = tmp_path_factory.mktemp(stage) / "desk"
            if stage == "empty":
                shutil.copytree(PILOT / "photos", folder / "photos")
                shutil.copy(PILOT / "office.toml", folder)
            else:
                before, step = STAGES[stage]
                shutil.copytree(folder_of(before), folder)
                with open_at(folder) as office:
                    step(office, folder)
            made[stage] = folder
        return made[stage]

    return folder_of


@pytest.fixture
def office_at(stages: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[..., Office]]:
    """Give a function that opens a copy of the pilot's office at a stage; called again, the same one on another day."""
    opened: list[Office] = []

    def opens(stage: str = "", day: date = TODAY) -> Office:
        if stage:
            shutil.copytree(stages(stage), tmp_path / "desk")
        opened.append(open_at(tmp_path / "desk", day))
        return opened[-1]

    yield opens
    for office in opened:
        office.close()


def entries_of(office: Office, round_id: str = ROUND) -> dict[str, Entry]:
    """Return a round's entries by the candidate's name."""
    with office.registry.transaction(write=False) as store:
        return {entry.candidate.name: entry for entry in store.rounds.entries(round_id)}


def ledger_of(office: Office) -> list[Certificate]:
    """Return the whole ledger's certificates; it must be sound."""
    with office.registry.transaction(write=False) as store:
        assert store.ledger.findings() == []
        return store.ledger.certificates()


def round_of(office: Office, round_id: str = ROUND) -> Round:
    with office.registry.transaction(write=False) as store:
        return assemble(office, store, round_id).round


def days_of(office: Office, made: Plan) -> dict[tuple[str, str], date]:
    """Return the day of each party and component of a plan."""
    on = {slot.id: slot.on for slot in round_of(office, made.round_id).slots}
    day = {session.id: on[session.slot_id] for session in made.sessions}
    return {(s.party_id, s.component_id): day[s.session_id] for s in made.sittings}


def rules(findings) -> list[str]:
    return [finding.rule for finding in findings]


def standings(office):
    return {c.sequence: c.standing for c in ledger_of(office)}


def endings(office):
    with office.registry.transaction(write=False) as store:
        return store.ledger.endings()


def named(office, name):
    return [c for c in ledger_of(office) if c.face.name == name and c.standing is Standing.VALID]


def sound(office):
    report = check_ledger(office)
    assert report.findings == ()
    return report
