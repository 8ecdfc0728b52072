"""An edited plan workbook becomes a draft: stale copies are told, every broken rule is listed, and none of it is published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from scheduler.cli.main import app
from scheduler.errors import InputError, PlanRejected, StalePlan
from scheduler.office.by_hand import plan_by_hand
from scheduler.office.plan import plan
from scheduler.office.publish import publish
from scheduler.office.views import plan_version, plan_workbook
from tests.office.books import ROUND, Edit, edited
from tests.office.conftest import entries_of


def written(office, folder: Path, *edits: Edit, version: int | None = None) -> Path:
    source = plan_workbook(office, round_id=ROUND, out=folder / "plan.xlsx", version=version)
    return edited(source, folder / "edited.xlsx", *edits)


def cell(sheet: str, row: int, heading: str, value: object) -> Edit:
    def edit(book) -> None:
        column = {str(c.value).split("\n")[0]: c.column for c in book[sheet][1]}[heading]
        book[sheet].cell(row, column).value = value

    return edit


def rows(path: Path, sheet: str) -> list[dict[str, object]]:
    head, *body = load_workbook(path)[sheet].values
    return [dict(zip([str(words).split("\n")[0] for words in head], row, strict=True)) for row in body]


def test_an_untouched_workbook_makes_the_same_plan_with_its_costs_and_bound(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    before = plan_version(office, round_id=ROUND).plan
    report = plan_by_hand(office, written(office, tmp_path), round_id=ROUND)
    made = plan_version(office, round_id=ROUND).plan
    assert (report.base, report.version, report.broken, report.moves, report.duties) == (1, 2, (), (), ())
    for part in ("sessions", "sittings", "unplaced", "slots", "costs", "bound", "round_digest"):
        assert getattr(made, part) == getattr(before, part), part
    assert made.making.engine == "by hand"
    assert publish(office, round_id=ROUND, version=2).version == 2


def test_dry_run_lists_and_keeps_nothing(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    before = office.registry.counts()
    report = plan_by_hand(
        office, written(office, tmp_path, cell("考生安排", 2, "考位", 999)), round_id=ROUND, dry_run=True
    )
    assert report.version is None
    assert report.broken
    assert office.registry.counts() == before
    assert "预览" in report.summary("zh")


def test_broken_rules_are_listed_with_row_and_name_and_never_published(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    path = written(office, tmp_path)
    body = rows(path, "考生安排")
    same = [n for n, row in enumerate(body) if row["场次"] == body[0]["场次"] and row["轮次"] == body[0]["轮次"]][1]
    path = written(office, tmp_path, cell("考生安排", same + 2, "考位", body[0]["考位"]))
    report = plan_by_hand(office, path, round_id=ROUND)
    assert {f.rule for f in report.broken} == {"place-capacity"}
    (finding,) = report.broken
    assert (finding.where.file, finding.where.sheet) == ("edited.xlsx", "考生安排")
    assert finding.where.row in {2, same + 2}
    assert {body[0]["姓名"], body[same]["姓名"]} == {name for name in entries_of(office) if name in finding.what.zh}
    assert plan_version(office, round_id=ROUND).version == report.version
    with pytest.raises(PlanRejected):
        publish(office, round_id=ROUND)


def test_whoever_lost_all_rows_is_unplaced_with_a_reason_and_named(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    ids = entries_of(office)

    def leave_out(book) -> None:
        sheet = book["考生安排"]
        for n in range(sheet.max_row, 1, -1):
            if sheet.cell(n, 1).value == ids["虞㛃"].id:
                sheet.delete_rows(n)

    report = plan_by_hand(office, written(office, tmp_path, leave_out), round_id=ROUND)
    (left,) = report.plan.unplaced
    assert (left.party_id, [r.rule for r in left.reasons]) == (ids["虞㛃"].id, ["by-hand"])
    assert (report.unplaced, report.candidates) == (1, 17)
    assert "虞㛃" in next(f.what.zh for f in report.findings if f.rule == "taken-out")
    assert all(ids["虞㛃"].id not in f.what.zh for f in report.broken)
    assert {line.term: line.amount for line in report.plan.costs}["unplaced"] > 0


def test_a_copy_of_an_old_version_is_told_and_cannot_be_published_over_a_newer_one(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    old = written(office, tmp_path, version=1)
    plan(office, round_id=ROUND, seed=2)
    publish(office, round_id=ROUND, version=2)
    report = plan_by_hand(office, old, round_id=ROUND)
    assert "workbook-stale" in {f.rule for f in report.findings}
    with pytest.raises(StalePlan):
        publish(office, round_id=ROUND, version=report.version)


def test_a_copy_of_the_version_published_since_may_be_published(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    path = written(office, tmp_path)
    publish(office, round_id=ROUND)
    report = plan_by_hand(office, path, round_id=ROUND)
    assert "workbook-stale" not in {f.rule for f in report.findings}
    assert publish(office, round_id=ROUND, version=report.version).replaces == 1


def test_a_workbook_of_another_round_or_registry_or_without_its_summary_is_refused(office_at, tmp_path: Path) -> None:
    office = office_at("planned")

    def summary(label: str, value: str) -> Edit:
        def edit(book) -> None:
            for row in book["汇总"].iter_rows():
                if str(row[0].value).startswith(label):
                    row[1].value = value

        return edit

    with pytest.raises(InputError) as caught:
        plan_by_hand(office, written(office, tmp_path, summary("批次编号", "2030-01")), round_id=ROUND)
    assert "2030-01" in caught.value.in_("en")
    with pytest.raises(StalePlan):
        plan_by_hand(office, written(office, tmp_path, summary("方案摘要", "00" * 32)), round_id=ROUND)
    bare = written(office, tmp_path, lambda book: book.remove(book["汇总"]))
    with pytest.raises(InputError) as caught:
        plan_by_hand(office, bare, round_id=ROUND)
    assert "--keep" in caught.value.in_("en")
    assert plan_by_hand(office, bare, round_id=ROUND, base=1, dry_run=True).broken == ()


def test_cells_that_cannot_be_read_keep_everything_out(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    path = written(office, tmp_path, cell("考生安排", 3, "考位", "甲"), cell("考评员", 2, "场次", "没有"))
    before = office.registry.counts()
    with pytest.raises(InputError) as caught:
        plan_by_hand(office, path, round_id=ROUND)
    assert [(f.rule, f.where.sheet, f.where.row) for f in caught.value.findings] == [
        ("session-missing", "考评员", 2),
        ("number-out-of-range", "考生安排", 3),
    ]
    assert office.registry.counts() == before


def test_the_command_reads_it_back_and_exits_by_what_the_audit_says(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    good, bad = written(office, tmp_path), tmp_path / "bad.xlsx"
    edited(good, bad, cell("考生安排", 2, "考位", 999))
    words = ["plan", ROUND, "--office", str(tmp_path / "desk" / "office.toml"), "--json", "--from-workbook"]
    run = CliRunner().invoke
    done = run(app, [*words, str(bad), "--dry-run"])
    assert done.exit_code == 5, done.output
    assert {f["rule"] for f in json.loads(done.stdout)["report"]["broken"]} == {"place-capacity"}
    done = run(app, [*words, str(good), "--workbook", str(tmp_path / "again.xlsx"), "--out", str(tmp_path / "P.json")])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["report"]["version"] == 2
    assert rows(tmp_path / "again.xlsx", "考生安排") == rows(good, "考生安排")
