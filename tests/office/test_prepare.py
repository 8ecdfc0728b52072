"""Prepare: a set-up workbook is previewed, kept, compared, or refused whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import InputError, errors_in
from scheduler.office.prepare import prepare
from scheduler.office.views import plan_version, rounds
from tests.office.books import PILOT, ROUND, edited, setting
from tests.office.conftest import rules


def test_dry_run_says_new_and_keeps_nothing(office_at) -> None:
    office = office_at("empty")
    report = prepare(office, PILOT / "setup.xlsx", dry_run=True)
    assert (report.change, report.dry_run, report.setup.id) == ("new", True, ROUND)
    assert rounds(office) == []
    assert office.registry.counts()["acts"] == 0


def test_read_again_is_the_same_and_leaves_no_act(office_at) -> None:
    office = office_at("empty")
    assert prepare(office, PILOT / "setup.xlsx").change == "new"
    assert prepare(office, PILOT / "setup.xlsx").change == "same"
    assert office.registry.counts()["acts"] == 1


def test_changed_setup_replaces_the_old_and_keeps_the_entries(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    changed = edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", setting("考场", "A201", "座位或工位数", 24))
    assert prepare(office, changed, dry_run=True).change == "changed"
    assert prepare(office, PILOT / "setup.xlsx", dry_run=True).change == "same"
    report = prepare(office, changed)
    assert (report.change, [room.places for room in report.setup.rooms]) == ("changed", [24, 9])
    assert [view.entries for view in rounds(office)] == [17]
    assert "共 33 个考位" in report.summary("zh")
    assert "2 rooms with 33 places" in report.summary("en")


def test_bad_workbook_leaves_nothing_and_tells_all(office_at, tmp_path: Path) -> None:
    office = office_at("empty")
    bad = edited(
        PILOT / "setup.xlsx",
        tmp_path / "s.xlsx",
        setting("考场", "A201", "考点", "Z"),
        setting("时段", "D2PM", "结束时间", "08:00"),
    )
    with pytest.raises(InputError) as caught:
        prepare(office, bad)
    assert {finding.where.sheet for finding in caught.value.findings} == {"考场", "时段"}
    assert (rounds(office), office.registry.counts()["acts"]) == ([], 0)


def test_bad_workbook_leaves_an_earlier_setup_alone(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    bad = edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", setting("考场", "A201", "座位或工位数", "很多"))
    with pytest.raises(InputError) as caught:
        prepare(office, bad)
    assert len(rules(caught.value.findings)) == 1
    assert prepare(office, PILOT / "setup.xlsx", dry_run=True).change == "same"


def test_change_to_what_the_published_plan_uses_is_told(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    sessions = plan_version(office, round_id=ROUND).plan.sessions
    unused = next(iter({"D1AM", "D1PM", "D2AM", "D2PM"} - {session.slot_id for session in sessions}))
    for number, (row, heading, value, touched) in enumerate(
        [
            (unused, "开始时间", "08:00", False),
            (sessions[0].slot_id, "开始时间", "08:00", True),
            (sessions[0].room_id, "关闭时段", sessions[0].slot_id, True),
            (sessions[0].examiner_ids[0], "每日最多场次", 1, True),
        ]
    ):
        sheet = {"开始时间": "时段", "关闭时段": "考场", "每日最多场次": "考评员"}[heading]
        book = edited(PILOT / "setup.xlsx", tmp_path / f"{number}.xlsx", setting(sheet, row, heading, value))
        report = prepare(office, book, dry_run=True)
        assert [f.said for f in report.findings if f.rule == "published-plan-touched"] == [row] * touched
        assert errors_in(report.findings) == []


def test_missing_file_is_named(office_at, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.xlsx"):
        prepare(office_at("empty"), tmp_path / "nothing.xlsx")
