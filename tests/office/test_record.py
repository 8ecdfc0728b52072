"""Record: marks become verdicts; wrong marks stop no good ones; corrections keep their history and honour what was issued."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scheduler.domain.results import Attendance
from scheduler.errors import InputError, NotFound, errors_in
from scheduler.office.desk import Office
from scheduler.office.issue import issue
from scheduler.office.prepare import prepare
from scheduler.office.record import RecordReport, record
from tests.office.books import PILOT, ROUND, edited, mark, only, setting_all, without
from tests.office.conftest import FEW, entries_of, ledger_of, rules
from tests.office.test_assemble import NAME, welder

SHEET = "成绩表"
THEORY, PRACTICAL = "yichang-three/theory", "yichang-three/practical"
TWO = ("electrician-5", "construction-training-electrician")
THREE = ("low-voltage-electrician", *TWO)


def marks(out: Path, *edits) -> Path:
    return edited(PILOT / "marks.xlsx", out, *edits)


def kept(office: Office, name: str) -> tuple[dict[str, float | None], set[str]]:
    """Return the marks and the awards earned that the registry keeps of a candidate."""
    entry = entries_of(office)[name]
    with office.registry.transaction(write=False) as store:
        return {m.component_id: m.pts for m in store.results.marks(entry.id)}, set(
            store.results.outcome(entry.id).earned_ids
        )


def earned(report: RecordReport) -> dict[str, tuple[str, ...]]:
    names = dict(report.names)
    return {names[outcome.entry_id]: outcome.earned_ids for outcome in report.outcomes}


def test_dry_run_decides_and_keeps_nothing(office_at) -> None:
    office = office_at("published")
    before = office.registry.counts()
    report = record(office, PILOT / "marks.xlsx", round_id=ROUND, dry_run=True)
    assert (report.tally(), report.dry_run, report.waiting) == ({3: 11, 2: 6}, True, ())
    assert office.registry.counts() == before
    assert "预览" in report.summary("zh")


def test_marks_are_dated_by_the_published_plan(office_at) -> None:
    office = office_at("marked")
    with office.registry.transaction(write=False) as store:
        assert {mark.sat_on for mark in store.results.marks_of_round(ROUND)} == {date(2026, 6, 13)}


def test_who_has_no_mark_yet_is_waiting(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    report = record(office, marks(tmp_path / "m.xlsx", only(SHEET, FEW)), round_id=ROUND)
    assert earned(report) == {"何勇阳": TWO, "曹少启": THREE, "龚䶮": THREE}
    assert set(report.waiting) == {entry.id for name, entry in entries_of(office).items() if name not in FEW}
    assert "14 still without marks" in report.summary("en")


def test_component_by_component_in_two_workbooks(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    first = record(office, marks(tmp_path / "t.xlsx", only(SHEET, ["理论"])), round_id=ROUND)
    assert first.tally() == {0: 17}
    second = record(office, marks(tmp_path / "p.xlsx", only(SHEET, ["实操"])), round_id=ROUND)
    assert second.tally() == {3: 11, 2: 6}


def test_impossible_marks_are_rejected_and_good_ones_go_on(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    book = marks(
        tmp_path / "m.xlsx",
        mark("何勇阳", "理论", 172),
        # Too near to the items' sum for the sheet to mind, but not their sum.
        lambda b: b[SHEET].cell(5, 5, 93.008),
    )
    report = record(office, book, round_id=ROUND)
    assert rules(errors_in(report.findings)) == ["number-out-of-range", "mark-items-sum"]
    assert "曹少启" in report.findings[-1].where.subject
    outcomes = earned(report)
    assert (outcomes["何勇阳"], outcomes["曹少启"], outcomes["龚䶮"]) == ((), (), THREE)
    assert kept(office, "何勇阳")[0] == {PRACTICAL: 81}
    assert kept(office, "曹少启")[0] == {THEORY: 95}
    back = Path(report.error_workbook)
    corrected = edited(back, tmp_path / "c.xlsx", mark("何勇阳", "理论", 72), lambda b: b[SHEET].cell(5, 5, 93))
    again = record(office, corrected, round_id=ROUND)
    assert again.findings == ()
    assert again.tally() == {3: 11, 2: 6}


def test_workbook_without_a_usable_mark_is_refused_and_comes_back(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    before = office.registry.counts()
    out = tmp_path / "mine.xlsx"
    with pytest.raises(InputError) as caught:
        record(
            office, marks(tmp_path / "m.xlsx", setting_all(SHEET, "姓名", "别人")), round_id=ROUND, error_workbook=out
        )
    assert set(rules(caught.value.findings)) == {"name-differs"}
    assert office.registry.counts() == before
    assert out.is_file()


def test_correction_changes_the_outcome_and_keeps_the_history(office_at, tmp_path: Path) -> None:
    office = office_at("marked")
    entry = entries_of(office)["何勇阳"]
    book = marks(tmp_path / "m.xlsx", only(SHEET, ["何勇阳"]), mark("何勇阳", "理论", 82))
    report = record(office, book, round_id=ROUND)
    assert earned(report) == {"何勇阳": THREE}
    assert kept(office, "何勇阳") == ({THEORY: 82, PRACTICAL: 81}, set(THREE))
    with office.registry.transaction(write=False) as store:
        (before,) = store.results.mark_history(entry.id, THEORY)
        assert (before[0], before[1].pts) == ("2026-07-01T09:30:00+08:00", 72)
        assert store.results.mark_history(entry.id, PRACTICAL) == []


def test_deferred_component_is_no_failure_and_comes_round_again(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    book = marks(tmp_path / "m.xlsx", only(SHEET, ["龚䶮"]), mark("龚䶮", "实操", 0, attendance="缓考"))
    (outcome,) = record(office, book, round_id=ROUND).outcomes
    assert outcome.earned_ids == ()
    assert {m.component_id: m.attendance for m in outcome.marks}[PRACTICAL] is Attendance.DEFERRED
    (resit,) = outcome.resits
    assert (resit.component_id, set(resit.award_ids), resit.until) == (PRACTICAL, set(THREE), date(2027, 6, 13))


def test_mark_that_takes_away_what_was_issued_is_refused(office_at, tmp_path: Path) -> None:
    office = office_at("issued")
    before, ledger = kept(office, "龚䶮"), ledger_of(office)
    book = marks(
        tmp_path / "m.xlsx", only(SHEET, ["龚䶮", "曹少启"]), mark("龚䶮", "理论", 70), mark("曹少启", "理论", 96)
    )
    report = record(office, book, round_id=ROUND)
    (finding,) = errors_in(report.findings)
    assert (finding.rule, finding.where.subject) == ("mark-after-issue", "龚䶮")
    assert finding.said == "low-voltage-electrician"
    assert list(earned(report)) == ["曹少启"]
    assert kept(office, "龚䶮") == before == ({THEORY: 80, PRACTICAL: 80}, set(THREE))
    assert kept(office, "曹少启")[0][THEORY] == 96
    assert ledger_of(office) == ledger
    assert report.error_workbook is not None


def test_nothing_but_such_marks_is_refused_whole(office_at, tmp_path: Path) -> None:
    office = office_at("issued")
    before = office.registry.counts()
    book = marks(tmp_path / "m.xlsx", only(SHEET, ["龚䶮"]), mark("龚䶮", "实操", 10))
    with pytest.raises(InputError) as caught:
        record(office, book, round_id=ROUND)
    assert rules(caught.value.findings) == ["mark-after-issue"]
    assert office.registry.counts() == before


def test_mark_may_be_corrected_once_the_certificate_is_revoked(office_at, tmp_path: Path) -> None:
    office = office_at("issued")
    entry_id = entries_of(office)["龚䶮"].id
    with office.registry.transaction() as store:
        (paper,) = [c for c in store.ledger.of_entry(entry_id) if c.award_id == "low-voltage-electrician"]
        store.ledger.withdraw(paper, "revoked", office.now())
    book = marks(tmp_path / "m.xlsx", only(SHEET, ["龚䶮"]), mark("龚䶮", "理论", 70))
    assert earned(record(office, book, round_id=ROUND)) == {"龚䶮": TWO}
    assert issue(office, round_id=ROUND).issued == 0


def test_mark_for_what_was_not_seated_is_told(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")  # nothing is published
    report = record(office, marks(tmp_path / "m.xlsx", only(SHEET, ["龚䶮"])), round_id=ROUND)
    assert [(f.rule, f.severity) for f in report.findings] == [("mark-without-sitting", "warning")] * 2
    assert report.error_workbook is None


def test_slot_dropped_after_publishing_leaves_marks_undated(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", without("时段", "D1PM")))
    report = record(office, marks(tmp_path / "m.xlsx", only(SHEET, ["龚䶮"])), round_id=ROUND)
    assert {mark.component_id: mark.sat_on for mark in report.outcomes[0].marks} == {
        THEORY: date(2026, 6, 13),
        PRACTICAL: None,
    }


def test_round_that_was_not_prepared_is_not_found(office_at) -> None:
    with pytest.raises(NotFound):
        record(office_at("prepared"), PILOT / "marks.xlsx", round_id="2030-01")


@pytest.mark.parametrize(
    ("valid_from", "earns"),
    [(date(2022, 1, 1), ("special-equipment-welder", "welder-5")), (date(2026, 6, 1), ("welder-5",))],
)
def test_exemption_counts_only_if_it_held_on_the_day_of_application(
    office_at, tmp_path: Path, valid_from: date, earns: tuple[str, ...]
) -> None:
    office = welder(office_at("empty"), tmp_path, valid_from, date(2030, 1, 1))
    entry = entries_of(office)[NAME]
    rows = [(entry.id, NAME, f"special-equipment-5/{part}", date(2026, 6, 13), 90) for part in ("theory", "practical")]
    book = marks(
        tmp_path / "m.xlsx",
        only(SHEET, []),
        lambda b: b[SHEET].insert_cols(4),
        lambda b: b[SHEET].cell(1, 4, "考试日期"),
        *(lambda b, row=row: b[SHEET].append([*row[:4], "出勤", row[4]]) for row in rows),
    )
    assert earned(record(office, book, round_id=ROUND)) == {NAME: earns}
