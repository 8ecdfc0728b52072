"""The city of ``fixtures/city`` in an office, published: 1,650 candidates on four sites, without two minutes of planning."""

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

CITY = Path(__file__).parents[1] / "fixtures" / "city"
ROUND = "2026-06-CS"
NOON = datetime(2026, 6, 1, 12, tzinfo=CHINA)
AFTERWARDS = datetime(2026, 6, 30, 12, tzinfo=CHINA)


def city_plan() -> Plan:
    """Return the plan that lies beside the city's workbooks."""
    plan, findings = read_plan(CITY / "plan.json")
    assert plan is not None, findings
    return plan


def city_office(folder: Path, *, marks: bool = False, clock: Callable[[], datetime] | None = None) -> Office:
    """Return an opened office in which the city's round is enrolled and version 1 is published; about 10 CPU s.

    Args:
        folder: Made when missing; holds ``office.toml`` and the registry.
        marks: Whether the marks are recorded, too.
        clock: Present moment; noon of the first of June, after the exams with ``marks``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(CITY / "office.toml", folder / "office.toml")
    now = clock or ((lambda: AFTERWARDS) if marks else (lambda: NOON))
    office = open_office(folder / "office.toml", clock=now, who="tester")
    prepare(office, CITY / "setup.xlsx")
    enrol(office, CITY / "entries.xlsx", round_id=ROUND, all_or_nothing=True)
    with office.registry.transaction() as store:
        version = store.plans.add_draft(city_plan(), office.now()).version
    publish(office, round_id=ROUND, version=version)
    if marks:
        record(office, CITY / "marks.xlsx", round_id=ROUND)
    return office
