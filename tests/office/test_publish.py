"""Publish: only what the audit finds clean is frozen, once, on the version in force; everyone who moved is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scheduler.errors import Conflict, NotFound, PlanRejected, StalePlan
from scheduler.office.desk import Office
from scheduler.office.enrol import enrol
from scheduler.office.plan import plan
from scheduler.office.prepare import prepare
from scheduler.office.publish import publish
from scheduler.office.views import plan_version, rounds
from tests.office.books import PILOT, ROUND, edited, later_round, only, setting
from tests.office.conftest import days_of, entries_of, rules
from tests.office.test_assemble import NAME, welder


def states(office: Office) -> list[tuple[int, str]]:
    return list(rounds(office)[0].versions)


def taken_by(office: Office, kind: str) -> tuple[str, str]:
    """Return room and slots of the sessions of a kind of component in version 1."""
    made = plan_version(office, round_id=ROUND, version=1).plan
    sessions = [s for s in made.sessions if s.component_id.endswith(kind)]
    return sessions[0].room_id, "、".join(s.slot_id for s in sessions)


def test_first_version_is_frozen_and_nobody_moved(office_at) -> None:
    office = office_at("planned")
    report = publish(office, round_id=ROUND)
    assert (report.version, report.replaces, report.moves) == (1, None, ())
    assert states(office) == [(1, "published")]
    assert plan_version(office, round_id=ROUND).published_at == "2026-07-01T09:30:00+08:00"


def test_dry_run_judges_and_keeps_nothing(office_at) -> None:
    office = office_at("planned")
    before = office.registry.counts()
    assert publish(office, round_id=ROUND, dry_run=True).version == 1
    assert (states(office), office.registry.counts()) == ([(1, "draft")], before)


@pytest.mark.parametrize("dry_run", [False, True])
def test_published_twice_is_refused(office_at, dry_run: bool) -> None:
    office = office_at("published")
    with pytest.raises(Conflict):
        publish(office, round_id=ROUND, dry_run=dry_run)
    assert states(office) == [(1, "published")]


def test_draft_is_refused_when_entries_changed_after_it(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    _, slots = taken_by(office, "practical")
    book = edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", setting("报名表", "虞㛃", "不可用时段", slots))
    enrol(office, book, round_id=ROUND)
    with pytest.raises(PlanRejected) as caught:
        publish(office, round_id=ROUND)
    assert "candidate-available" in rules(caught.value.findings)
    assert caught.value.exit_code == 5
    assert states(office) == [(1, "draft")]
    plan(office, round_id=ROUND)
    assert publish(office, round_id=ROUND).version == 2


def test_draft_that_knows_nothing_of_a_late_entry_is_refused(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    names = ["何勇阳", "曹少启", "龚䶮", "钱薇晓"]
    enrol(office, edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", only("报名表", names)), round_id=ROUND)
    plan(office, round_id=ROUND)
    enrol(office, PILOT / "entries.xlsx", round_id=ROUND)
    with pytest.raises(PlanRejected) as caught:
        publish(office, round_id=ROUND)
    assert "all-or-unplaced" in rules(caught.value.findings)


def test_exemption_that_lapses_before_the_exam_day_is_refused(office_at, tmp_path: Path) -> None:
    office = welder(office_at("empty"), tmp_path, date(2022, 1, 1), date(2028, 1, 1))
    examiners = ("E01", "E02", "E03")
    edits = [setting("考评员", examiner, "工种", "") for examiner in examiners] + [setting("考场", "A105", "工种", "")]
    prepare(
        office,
        edited(
            PILOT / "setup.xlsx",
            tmp_path / "s2.xlsx",
            setting("批次", ROUND, "报考方案", "special-equipment-5"),
            *edits,
        ),
    )
    report = plan(office, round_id=ROUND)
    assert (report.candidates, report.unplaced) == (1, 0)
    last = max(days_of(office, report.plan).values())
    shorter = [setting("报名表", NAME, "有效期止1", date.fromordinal(last.toordinal() - 1))]
    enrol(office, edited(tmp_path / "e.xlsx", tmp_path / "e2.xlsx", *shorter), round_id=ROUND)
    with pytest.raises(PlanRejected) as caught:
        publish(office, round_id=ROUND)
    (finding,) = [f for f in caught.value.findings if f.rule == "entitlement-on-exam-day"]
    assert finding.where.subject == NAME
    assert "hot_work" in finding.expected.en


def test_plan_that_seats_nobody_is_refused(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    closed = setting("考场", "A105", "关闭时段", "D1AM、D1PM、D2AM、D2PM")
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", closed))
    assert plan(office, round_id=ROUND).unplaced == 17
    with pytest.raises(PlanRejected):
        publish(office, round_id=ROUND)
    assert states(office) == [(1, "draft")]


@pytest.mark.parametrize("dry_run", [False, True])
def test_draft_made_before_another_was_published_is_stale(office_at, dry_run: bool) -> None:
    office = office_at("planned")
    plan(office, round_id=ROUND, seed=2)
    publish(office, round_id=ROUND, version=1)
    with pytest.raises(StalePlan):
        publish(office, round_id=ROUND, version=2, dry_run=dry_run)
    assert states(office) == [(1, "published"), (2, "draft")]


def test_closing_a_room_moves_and_names_exactly_who_sat_there(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    room, slots = taken_by(office, "practical")
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", setting("考场", room, "关闭时段", slots)))
    before = plan_version(office, round_id=ROUND, version=1).plan
    plan(office, round_id=ROUND, keep=1)
    report = publish(office, round_id=ROUND)
    assert (report.version, report.replaces) == (2, 1)
    assert states(office) == [(1, "superseded"), (2, "published")]
    after = plan_version(office, round_id=ROUND).plan
    seats = [
        {(s.party_id, s.component_id): (s.session_id, s.turn, s.place) for s in p.sittings} for p in (before, after)
    ]
    moved = {key for key in seats[0] if seats[0][key] != seats[1][key]}
    assert {(move.party_id, move.component_id) for move in report.moves} == moved
    assert {(move.party_id, move.kind) for move in report.moves if move.component_id.endswith("practical")} == {
        (entry.id, "moved") for entry in entries_of(office).values()
    }
    assert {m.reason.rule for m in report.moves if m.component_id.endswith("practical") and m.reason} == {"room-open"}
    assert all(move.reason for move in report.moves)
    assert {duty.reason.rule for duty in report.duties if duty.kind == "released" and duty.reason} == {"session-closed"}
    assert dict(report.names).keys() >= {move.party_id for move in report.moves}
    assert "17 people moved" in report.summary("en")
    assert plan_version(office, round_id=ROUND, version=1).plan == before  # frozen


def test_nothing_to_publish_is_not_found(office_at) -> None:
    office = office_at("enrolled")
    for version in (None, 3):
        with pytest.raises(NotFound):
            publish(office, round_id=ROUND, version=version)


def test_other_rounds_taking_the_same_people_and_rooms_are_told(office_at, tmp_path: Path) -> None:
    """The same days, rooms and people under another round's name: allowed, but never silently."""
    office = office_at("published")
    twin = edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", *later_round("TWIN", date(2026, 6, 13)))
    prepare(office, twin)
    enrol(office, PILOT / "entries.xlsx", round_id="TWIN")
    plan(office, round_id="TWIN")
    said = publish(office, round_id="TWIN").findings
    assert {finding.rule for finding in said} == {"busy-in-another-round"}
    told = "".join(finding.in_("en") for finding in said)
    assert all(word in told for word in ("candidate 虞㛃", "examiner ", "room "))


def test_a_round_on_other_days_shares_without_a_clash(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", *later_round("LATER", date(2026, 6, 20))))
    enrol(office, PILOT / "entries.xlsx", round_id="LATER")
    plan(office, round_id="LATER")
    assert publish(office, round_id="LATER").findings == ()
