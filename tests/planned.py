"""Fixtures with a plan beside their workbooks, city and county, in an office and published: without the minutes of planning."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from scheduler.domain.sessions import Plan
from scheduler.office.desk import CHINA, Office, open_office
from scheduler.office.enrol import enrol
from scheduler.office.prepare import prepare
from scheduler.office.publish import publish
from scheduler.office.record import record
from scheduler.planning.planfile import read_plan

FIXTURES = Path(__file__).parents[1] / "fixtures"
ROUNDS = {"city": "2026-06-CS", "county": "2026-06-LX"}
NOON = {"city": datetime(2026, 6, 1, 12, tzinfo=CHINA), "county": datetime(2026, 6, 12, 12, tzinfo=CHINA)}
AFTERWARDS = datetime(2026, 6, 30, 12, tzinfo=CHINA)


def kept_plan(name: str) -> Plan:
    """Return the plan that lies beside the workbooks of a fixture."""
    plan, findings = read_plan(FIXTURES / name / "plan.json")
    assert plan is not None, findings
    return plan


def planned_office(
    name: str, folder: Path, *, marks: bool = False, clock: Callable[[], datetime] | None = None
) -> Office:
    """Return an opened office in which the fixture's round is enrolled and version 1 is published.

    Args:
        name: ``city`` (about 10 CPU s) or ``county`` (about 1).
        folder: Made when missing; holds ``office.toml`` and the registry.
        marks: Whether the marks are recorded, too.
        clock: Present moment; noon of a day before the exams, after them with ``marks``.
    """
    source, round_id = FIXTURES / name, ROUNDS[name]
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "office.toml", folder / "office.toml")
    now = clock or ((lambda: AFTERWARDS) if marks else (lambda: NOON[name]))
    office = open_office(folder / "office.toml", clock=now, who="tester")
    prepare(office, source / "setup.xlsx")
    enrol(office, source / "entries.xlsx", round_id=round_id, all_or_nothing=True)
    with office.registry.transaction() as store:
        version = store.plans.add_draft(kept_plan(name), office.now()).version
    publish(office, round_id=round_id, version=version)
    if marks:
        record(office, source / "marks.xlsx", round_id=round_id)
    return office
