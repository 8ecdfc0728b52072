"""Plan: drafts are numbered and free, the same seed gives the same bytes, and replanning moves few."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scheduler.errors import InputError, NotFound, PlanError
from scheduler.office.enrol import enrol
from scheduler.office.plan import plan, plan_file, write_round_file
from scheduler.office.prepare import prepare
from scheduler.office.views import plan_version
from scheduler.planning.changes import changes
from scheduler.planning.planfile import plan_bytes
from tests.office.books import PILOT, ROUND, edited, setting, without
from tests.office.conftest import entries_of


def test_drafts_are_numbered_and_stay_drafts(office_at) -> None:
    office = office_at("enrolled")
    first, second = plan(office, round_id=ROUND), plan(office, round_id=ROUND, seed=2)
    assert (first.version, second.version) == (1, 2)
    assert (first.candidates, first.unplaced, first.findings) == (17, 0, ())
    assert [plan_version(office, round_id=ROUND, version=n).state for n in (1, 2)] == ["draft", "draft"]
    assert plan_version(office, round_id=ROUND).plan == second.plan
    assert f"已安排 17 人，未安排 0 人，{len(second.plan.sessions)} 个场次" in second.summary("zh")


def test_same_seed_gives_the_same_bytes_with_or_without_the_registry(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    kept = plan_bytes(plan_version(office, round_id=ROUND).plan)
    assert plan_bytes(plan(office, round_id=ROUND, dry_run=True).plan) == kept
    write_round_file(office, round_id=ROUND, out=tmp_path / "R.json")
    report = plan_file(tmp_path / "R.json", tmp_path / "P.json")
    assert (report.version, report.candidates) == (None, 17)
    assert (tmp_path / "P.json").read_bytes() == kept


def test_dry_run_keeps_nothing(office_at) -> None:
    office = office_at("enrolled")
    before = office.registry.counts()
    report = plan(office, round_id=ROUND, dry_run=True)
    assert (report.version, report.plan.gap) == (None, 0.0)
    assert office.registry.counts() == before
    with pytest.raises(NotFound):
        plan_version(office, round_id=ROUND)


def test_progress_is_told(office_at) -> None:
    told = []
    made = plan(office_at("enrolled"), round_id=ROUND, dry_run=True, progress=told.append)
    assert {"screen", "start", "seats"} <= {step.stage for step in told}
    assert told[-1].cost == made.plan.cost


def test_keep_moves_only_who_must_move(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    before = plan_version(office, round_id=ROUND, version=1).plan
    taken = {s.slot_id for s in before.sessions if s.component_id.endswith("practical")}
    book = edited(
        PILOT / "entries.xlsx", tmp_path / "e.xlsx", setting("报名表", "虞㛃", "不可用时段", "、".join(taken))
    )
    assert enrol(office, book, round_id=ROUND).count("changed") == 1
    fresh, near = plan(office, round_id=ROUND), plan(office, round_id=ROUND, keep=1)
    moved = {move.party_id for move in changes(before, near.plan)}
    assert moved == {entries_of(office)[name].id for name in ("虞㛃", "牛泽航")}  # their group stays together
    assert len({move.party_id for move in changes(before, fresh.plan)}) > len(moved)


def test_nobody_to_plan_is_a_plan_error(office_at) -> None:
    office = office_at("prepared")
    with pytest.raises(PlanError) as caught:
        plan(office, round_id=ROUND)
    assert caught.value.exit_code == 5
    assert office.registry.counts()["plans"] == 0


def test_unknown_round_or_version_is_not_found(office_at) -> None:
    office = office_at("enrolled")
    with pytest.raises(NotFound):
        plan(office, round_id="2030-01")
    with pytest.raises(NotFound):
        plan(office, round_id=ROUND, keep=7)


def test_round_that_contradicts_itself_is_not_planned(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    book = edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", setting("报名表", "虞㛃", "不可用时段", "D2PM"))
    enrol(office, book, round_id=ROUND)
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", without("时段", "D2PM")))
    with pytest.raises(InputError) as caught:
        plan(office, round_id=ROUND)
    assert "D2PM" in caught.value.in_("en")
    assert office.registry.counts()["plans"] == 0


def test_who_cannot_be_seated_is_counted_and_explained(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", setting("考场", "A105", "无障碍", "否")))
    book = edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", setting("报名表", "何勇阳", "无障碍", "是"))
    enrol(office, book, round_id=ROUND)
    report = plan(office, round_id=ROUND)
    assert (report.candidates, report.unplaced) == (17, 1)
    (left,) = report.plan.unplaced
    assert dict(report.names)[left.party_id] == "何勇阳"
    assert "accessibility" in {reason.rule for reason in left.reasons}
    assert "16 placed, 1 unplaced" in report.summary("en")


def test_bad_round_file_names_the_path_inside_it(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    write_round_file(office, round_id=ROUND, out=tmp_path / "R.json")
    document = json.loads((tmp_path / "R.json").read_text(encoding="utf-8"))
    document["rooms"][1]["places"] = -20
    (tmp_path / "bad.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        plan_file(tmp_path / "bad.json", tmp_path / "P.json")
    assert "rooms[1].places" in {finding.where.path for finding in caught.value.findings}
    assert not (tmp_path / "P.json").exists()


def test_a_cluster_named_for_nothing_is_told(office_at) -> None:
    office = office_at("planned")
    report = plan(office, round_id=ROUND, keep=1, dry_run=True, cluster="tcp://192.0.2.1:1")
    assert [(one.rule, one.said) for one in report.findings if one.rule == "cluster-unused"] == [
        ("cluster-unused", "tcp://192.0.2.1:1")
    ]
    assert not [one for one in plan(office, round_id=ROUND, dry_run=True, keep=1).findings if one.rule == "cluster-unused"]  # fmt: skip
