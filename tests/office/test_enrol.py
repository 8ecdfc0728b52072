"""Enrol: what is new, changed or same; what is rejected and comes back; what earlier rounds decide."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scheduler.errors import InputError, NotFound, errors_in
from scheduler.office.enrol import Difference, enrol
from scheduler.office.prepare import prepare
from scheduler.office.record import record
from scheduler.office.views import statements
from tests.office.books import PILOT, ROUND, cell_of, edited, later_round, mark, only, setting, setting_all
from tests.office.conftest import entries_of, rules

SHEET = "报名表"
WRONG = "990103199911078016"
"""何勇阳's number with another check digit."""
RIGHT = "990103199911078015"
LATER = "2026-09-YL"
THEORY, PRACTICAL = "yichang-three/theory", "yichang-three/practical"


def entries(out: Path, *edits) -> Path:
    return edited(PILOT / "entries.xlsx", out, *edits)


def bad_id(out: Path) -> Path:
    return entries(out, setting(SHEET, RIGHT, "证件号码", WRONG))


def resit(office_at, tmp_path: Path, name: str, applied_on: date, window: date = date(2026, 9, 12), *edits):
    """Enrol one of the pilot again for a later round, on the day of application; returns office and report."""
    office = office_at(day=applied_on)
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "later.xlsx", *later_round(LATER, window)))
    book = entries(tmp_path / "again.xlsx", only(SHEET, [name]), setting(SHEET, name, "申报日期", applied_on), *edits)
    return office, enrol(office, book, round_id=LATER)


def test_dry_run_previews_and_keeps_nothing(office_at) -> None:
    office = office_at("prepared")
    report = enrol(office, PILOT / "entries.xlsx", round_id=ROUND, dry_run=True)
    assert (report.count("new"), report.kept, report.dry_run) == (17, 0, True)
    assert "预览" in report.summary("zh")
    assert entries_of(office) == {}
    assert statements(office, round_id=ROUND) == []


def test_read_again_is_the_same(office_at) -> None:
    report = enrol(office_at("enrolled"), PILOT / "entries.xlsx", round_id=ROUND)
    assert (report.count("same"), report.count("new"), report.differences, report.kept) == (17, 0, (), 0)


def test_changed_entry_tells_each_field_before_and_now(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    book = entries(
        tmp_path / "e.xlsx", setting(SHEET, "龚䶮", "联系电话", "15400000001"), setting(SHEET, "龚䶮", "无障碍", "是")
    )
    preview = enrol(office, book, round_id=ROUND, dry_run=True)
    entry_id = entries_of(office)["龚䶮"].id
    assert entries_of(office)["龚䶮"].candidate.phone == "15400036211"
    report = enrol(office, book, round_id=ROUND)
    assert (report.count("changed"), report.count("same")) == (1, 16)
    assert report.differences == preview.differences
    assert report.differences == (
        Difference(entry_id, "accessible", "False", "True"),
        Difference(entry_id, "phone", "15400036211", "15400000001"),
    )
    assert entries_of(office)["龚䶮"].accessible


def test_entries_that_the_file_does_not_name_stay(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    report = enrol(office, entries(tmp_path / "e.xlsx", only(SHEET, ["龚䶮", "虞㛃"])), round_id=ROUND)
    assert (report.count("same"), report.kept) == (2, 15)
    assert len(entries_of(office)) == 17


def test_rejected_row_stops_no_good_one_and_comes_back_to_be_corrected(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    first = enrol(office, bad_id(tmp_path / "e.xlsx"), round_id=ROUND)
    assert (first.count("new"), first.rejected_rows) == (16, (2,))
    assert "何勇阳" not in entries_of(office)
    back = Path(first.error_workbook)
    assert back.parent == tmp_path
    assert cell_of(back, SHEET, "何勇阳", "证件号码") == WRONG
    corrected = edited(back, tmp_path / "corrected.xlsx", setting(SHEET, WRONG, "证件号码", RIGHT))
    second = enrol(office, corrected, round_id=ROUND)
    assert (second.count("new"), second.count("same"), second.rejected_rows) == (1, 16, ())
    assert second.error_workbook is None
    assert len(entries_of(office)) == 17


def test_workbook_that_came_back_is_never_written_over(office_at, tmp_path: Path) -> None:
    office, book = office_at("prepared"), bad_id(tmp_path / "e.xlsx")
    backs = [Path(enrol(office, book, round_id=ROUND).error_workbook) for _ in range(2)]
    assert len({*backs, book}) == 3
    assert all(back.is_file() and back.parent == tmp_path for back in backs)


def test_all_or_nothing_keeps_nothing(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    out = tmp_path / "mine.xlsx"
    with pytest.raises(InputError) as caught:
        enrol(office, bad_id(tmp_path / "e.xlsx"), round_id=ROUND, all_or_nothing=True, error_workbook=out)
    assert "id-number-check-digit" in rules(errors_in(caught.value.findings))
    assert str(out) in caught.value.in_("en")
    assert (entries_of(office), out.is_file()) == ({}, True)
    assert enrol(office, PILOT / "entries.xlsx", round_id=ROUND, all_or_nothing=True).count("new") == 17


def test_file_without_one_good_row_is_refused(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    with pytest.raises(InputError):
        enrol(office, entries(tmp_path / "e.xlsx", setting_all(SHEET, "报考方案", "没有的方案")), round_id=ROUND)
    assert office.registry.counts()["acts"] == 1


def test_round_that_was_not_prepared_is_not_found(office_at) -> None:
    with pytest.raises(NotFound):
        enrol(office_at("prepared"), PILOT / "entries.xlsx", round_id="2030-01")


def test_same_person_in_a_second_round_is_a_warning(office_at, tmp_path: Path) -> None:
    office_at("enrolled")
    office, report = resit(office_at, tmp_path, "龚䶮", date(2026, 7, 2))
    assert report.count("new") == 1
    assert [f.severity for f in report.findings if f.rule == "also-in-another-round"] == ["warning"]
    assert len(entries_of(office, LATER)["龚䶮"].award_ids) == 3  # nothing was decided, so nothing is left out


def test_another_name_under_a_known_number_is_rejected(office_at, tmp_path: Path) -> None:
    office_at("enrolled")
    with pytest.raises(InputError) as caught:
        resit(office_at, tmp_path, "龚䶮", date(2026, 7, 2), date(2026, 9, 12), setting(SHEET, "龚䶮", "姓名", "龚燕"))
    (finding,) = [f for f in caught.value.findings if f.rule == "name-differs-from-registry"]
    assert (finding.said, finding.expected.zh, finding.where.row) == ("龚燕", "龚䶮", 2)


def test_resit_has_only_the_failed_component_of_the_missing_award_due(office_at, tmp_path: Path) -> None:
    office_at("marked")
    office, report = resit(office_at, tmp_path, "何勇阳", date(2026, 8, 1))
    entry = entries_of(office, LATER)["何勇阳"]
    assert entry.award_ids == ("low-voltage-electrician",)
    assert [(c.component_id, c.pts, c.good_until) for c in entry.carried] == [(PRACTICAL, 81, date(2027, 6, 13))]
    assert [due.component_id for due in report.statements[0].due] == [THEORY]
    (left_out,) = [f for f in report.findings if f.rule == "award-earned-before"]
    assert (left_out.severity, left_out.said) == ("warning", "electrician-5、construction-training-electrician")


def test_pass_that_lapsed_is_due_again(office_at, tmp_path: Path) -> None:
    office_at("marked")
    office, report = resit(office_at, tmp_path, "何勇阳", date(2027, 6, 14), date(2027, 7, 10))
    assert entries_of(office, LATER)["何勇阳"].carried == ()
    assert {due.component_id for due in report.statements[0].due} == {THEORY, PRACTICAL}


def test_who_earned_everything_has_nothing_to_enter_for(office_at, tmp_path: Path) -> None:
    office_at("marked")
    with pytest.raises(InputError) as caught:
        resit(office_at, tmp_path, "龚䶮", date(2026, 8, 1))
    assert "award-earned-before" in rules(errors_in(caught.value.findings))


def test_award_whose_certificate_expired_may_be_applied_for_again(office_at, tmp_path: Path) -> None:
    office_at("issued")
    office, _ = resit(office_at, tmp_path, "龚䶮", date(2032, 6, 30), date(2032, 9, 11))
    assert entries_of(office, LATER)["龚䶮"].award_ids == ("low-voltage-electrician",)


@pytest.mark.parametrize(("pts", "earns"), [(88, ("low-voltage-electrician",)), (70, ())])
def test_workbook_of_an_earlier_round_takes_nothing_from_a_later_one(office_at, tmp_path: Path, pts, earns) -> None:
    office_at("marked")
    office, _ = resit(office_at, tmp_path, "何勇阳", date(2026, 8, 1))
    entry = entries_of(office, LATER)["何勇阳"]
    sheet = edited(
        PILOT / "marks.xlsx",
        tmp_path / "m.xlsx",
        only("成绩表", ["何勇阳"]),
        setting("成绩表", "理论", "报名编号", entry.id),
        mark("何勇阳", "理论", pts),
        setting_all("成绩表", "考试日期", date(2026, 9, 12)),
        only("成绩表", ["理论"]),
    )
    with_resit = office_at(day=date(2026, 9, 20))
    assert record(with_resit, sheet, round_id=LATER).outcomes[0].earned_ids == earns
    again = enrol(with_resit, PILOT / "entries.xlsx", round_id=ROUND)
    assert (again.count("same"), again.rejected_rows) == (17, ())


def test_scheme_and_awards_stay_once_marks_are_recorded(office_at, tmp_path: Path) -> None:
    office = office_at("few")
    book = entries(tmp_path / "e.xlsx", setting_all(SHEET, "申报证书", "electrician-5"))
    report = enrol(office, book, round_id=ROUND)
    assert [f.where.row for f in report.findings if f.rule == "entry-decided"] == [2, 3, 4]
    assert (report.count("changed"), report.rejected_rows) == (14, (2, 3, 4))
    assert len(entries_of(office)["何勇阳"].award_ids) == 3


def test_change_after_issue_is_told(office_at, tmp_path: Path) -> None:
    office = office_at("issued")
    edits = [setting(SHEET, name, "联系电话", "15400000001") for name in ("何勇阳", "虞㛃")]
    report = enrol(office, entries(tmp_path / "e.xlsx", *edits), round_id=ROUND)
    assert report.count("changed") == 2
    assert [f.where.subject for f in report.findings if f.rule == "changed-after-issue"] == ["何勇阳"]
