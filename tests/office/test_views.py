"""Views: read-only pictures of the registry."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scheduler.errors import NotFound, StalePlan
from scheduler.office.plan import plan
from scheduler.office.prepare import prepare
from scheduler.office.views import RoundView, certificates, plan_version, plan_workbook, rounds, statements
from tests.office.books import PILOT, ROUND, edited, later_round, without
from tests.office.conftest import entries_of

NAME = "云岭市2026年6月电工一考三证联合考评"


@pytest.mark.parametrize(
    ("stage", "entries", "versions", "outcomes", "papers"),
    [
        ("prepared", 0, (), 0, 0),
        ("planned", 17, ((1, "draft"),), 0, 0),
        ("marked", 17, ((1, "published"),), 17, 0),
        ("issued", 17, ((1, "published"),), 3, 8),
    ],
)
def test_rounds_tell_how_far_each_has_come(office_at, stage: str, entries, versions, outcomes, papers) -> None:
    assert rounds(office_at(stage)) == [RoundView(ROUND, NAME, entries, versions, outcomes, papers)]


def test_rounds_are_kept_apart_and_sorted(office_at, tmp_path: Path) -> None:
    office = office_at("issued")
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", *later_round("2025-01", date(2026, 9, 12))))
    assert [(view.round_id, view.entries, view.certificates) for view in rounds(office)] == [
        ("2025-01", 0, 0),
        (ROUND, 17, 8),
    ]
    assert certificates(office, round_id="2025-01") == []


def test_empty_office_has_no_rounds(office_at) -> None:
    assert rounds(office_at("empty")) == []


def test_statements_are_of_the_day_of_application(office_at) -> None:
    office = office_at("enrolled")
    told = statements(office, round_id=ROUND)
    assert [entry.id for entry, _ in told] == sorted(entry.id for entry in entries_of(office).values())
    assert all(statement.assessed_on == entry.applied_on for entry, statement in told)
    (holder,) = [statement for entry, statement in told if entry.candidate.name == "曹少启"]
    assert [waiver.recognition_id for waiver in holder.waivers] == ["2026-01-09/3"]
    entry_id = entries_of(office)["龚䶮"].id
    ((entry, _),) = statements(office, round_id=ROUND, entry_id=entry_id)
    assert entry.candidate.name == "龚䶮"
    with pytest.raises(NotFound):
        statements(office, round_id=ROUND, entry_id="nobody")
    with pytest.raises(NotFound):
        statements(office, round_id="2030-01")


def test_certificates_stand_in_ledger_order(office_at) -> None:
    office = office_at("issued")
    assert [c.sequence for c in certificates(office, round_id=ROUND)] == list(range(1, 9))


def test_plan_workbook_lists_every_sitting(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    path = plan_workbook(office, round_id=ROUND, out=tmp_path / "plan.xlsx", version=1)
    rows = list(load_workbook(path)["考生安排"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == len(plan_version(office, round_id=ROUND).plan.sittings) == 34
    assert {row[1] for row in rows} == set(entries_of(office))
    with pytest.raises(NotFound):
        plan_workbook(office, round_id=ROUND, out=tmp_path / "x.xlsx", version=9)


def test_plan_of_a_slot_that_is_gone_is_stale(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    taken = plan_version(office, round_id=ROUND).plan.sessions[0].slot_id
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", without("时段", taken)))
    with pytest.raises(StalePlan, match=taken):
        plan_workbook(office, round_id=ROUND, out=tmp_path / "x.xlsx")
    assert not (tmp_path / "x.xlsx").exists()
    plan(office, round_id=ROUND)
    assert plan_workbook(office, round_id=ROUND, out=tmp_path / "x.xlsx").is_file()
