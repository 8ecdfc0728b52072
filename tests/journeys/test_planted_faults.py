"""The plans of pilot, county and college: the audit finds nothing in them, and each fault planted in them."""

from __future__ import annotations

import pytest

from scheduler.office.assemble import assemble
from scheduler.office.enrol import enrol
from scheduler.office.plan import plan
from scheduler.office.prepare import prepare
from scheduler.planning.audit import audit
from tests.journeys.conftest import FIXTURES
from tests.planning.planted_faults import FAULTS

CANDIDATES = {"pilot": 17, "county": 60, "college": 440}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pilot", "county", "college"])
def test_audit_finds_each_planted_fault(name: str, an_office) -> None:
    office = an_office(name)
    round_id = prepare(office, FIXTURES / name / "setup.xlsx").setup.id
    enrol(office, FIXTURES / name / "entries.xlsx", round_id=round_id)
    report = plan(office, round_id=round_id)
    assert (report.candidates, report.unplaced) == (CANDIDATES[name], 0)
    with office.registry.transaction(write=False) as store:
        round_ = assemble(office, store, round_id).round
    assert audit(round_, report.plan) == []
    missed, planted = [], 0
    for fault_name, fault in FAULTS.items():
        made = fault(round_, report.plan)
        if not made:
            continue
        planted += 1
        broken, rule = made
        if rule not in {finding.rule for finding in audit(round_, broken)}:
            missed.append(fault_name)
    assert missed == []
    assert planted >= 30
