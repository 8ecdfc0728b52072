"""Imported numbers: the four-column sheet, every refusal with its place, and issuing under what came in."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from scheduler.domain.certificates import Standing
from scheduler.errors import InputError, NotFound
from scheduler.office.affected import Selection
from scheduler.office.enrol import enrol
from scheduler.office.issue import issue
from scheduler.office.numbers import import_numbers
from scheduler.office.prepare import prepare
from scheduler.office.record import record
from scheduler.office.reissue import reissue
from scheduler.office.template import template
from scheduler.office.void import void
from tests.office.books import PILOT, ROUND, edited, later_round, only, setting, setting_all
from tests.office.conftest import entries_of, ledger_of, open_at, rules

OUTSIDE = """
[[number]]
id = "skill-level"
in_force_from = 2019-02-01
source = "numbers of this office are given by the province"
mark = "seen"
pattern = '^[YS]\\d{4}\\d{2}\\d{6}\\d{2}(?P<level>[1-5])\\d{6}$'
imported = true
"""
HEAD = ("姓名", "证件号码", "证书编号", "发证日期")
PRINTED = date(2026, 6, 28)
SKILL = "electrician-5"


def number(n: int) -> str:
    return f"S000099990101265{n:06d}"


@pytest.fixture
def outside(office_at, tmp_path):
    """An office whose skill-level numbers come from outside; three people have earned certificates."""
    office_at("few").close()
    desk = tmp_path / "desk"
    (desk / "catalogue").mkdir()
    (desk / "catalogue" / "numbers.toml").write_text(OUTSIDE, encoding="utf-8")
    settings = (desk / "office.toml").read_text(encoding="utf-8")
    (desk / "office.toml").write_text(settings + '\ncatalogue_folder = "catalogue"\n', encoding="utf-8")
    with open_at(desk) as office:
        yield office


def documents(office) -> dict[str, str]:
    return {name: entry.candidate.document.number for name, entry in entries_of(office).items()}


def sheet(folder: Path, *rows: tuple[object, ...], head: tuple[str, ...] = HEAD) -> Path:
    book = Workbook()
    book.active.title = "证书编号表"
    for row in (head, *rows):
        book.active.append(row)
    out = folder / "numbers.xlsx"
    book.save(out)
    return out


def three(office) -> list[tuple[object, ...]]:
    ids = documents(office)
    return [(name, ids[name], number(n), PRINTED) for n, name in enumerate(("何勇阳", "曹少启", "龚䶮"), 901)]


def read(office, folder, *rows, **more):
    return import_numbers(office, sheet(folder, *rows), round_id=ROUND, error_workbook=folder / "back.xlsx", **more)


def test_issuing_takes_the_imported_number_and_its_date(outside, tmp_path) -> None:
    report = read(outside, tmp_path, *three(outside))
    assert (report.count("new"), report.waiting, report.findings, report.error_workbook) == (3, (), (), None)
    done = issue(outside, round_id=ROUND, issued_on=date(2026, 6, 30))
    assert done.findings == ()
    skill = {c.face.name: c for c in ledger_of(outside) if c.award_id == SKILL}
    assert {name: c.number for name, c in skill.items()} == {
        "何勇阳": number(901),
        "曹少启": number(902),
        "龚䶮": number(903),
    }
    assert {(c.issued_on, c.valid_from, c.face.issued_words) for c in skill.values()} == {
        (PRINTED, PRINTED, "2026年6月28日")
    }
    others = [c for c in ledger_of(outside) if c.award_id != SKILL]
    assert {c.issued_on for c in others} == {date(2026, 6, 30)}
    with outside.registry.transaction(write=False) as store:
        assert store.numbers.findings() == []


def test_without_its_number_the_whole_entry_waits(outside, tmp_path) -> None:
    read(outside, tmp_path, *three(outside)[:2])
    report = issue(outside, round_id=ROUND, issued_on=date(2026, 6, 30))
    assert rules(report.findings) == ["number-not-imported"]
    assert "龚䶮" in report.findings[0].in_("zh")
    assert {c.face.name for c in ledger_of(outside)} == {"何勇阳", "曹少启"}
    proof = issue(outside, round_id=ROUND, issued_on=date(2026, 6, 30), proof_only=True)
    assert rules(proof.findings) == ["number-not-imported"]


def test_preview_finds_all_and_keeps_nothing(outside, tmp_path) -> None:
    before = outside.registry.counts()
    rows = three(outside)
    wrong = (*rows[2][:2], number(901), PRINTED)
    report = read(outside, tmp_path, rows[0], rows[1], wrong, dry_run=True)
    assert sorted(set(rules(report.findings))) == ["number-twice"]
    assert (report.rejected_rows, report.count("new"), report.dry_run) == ((2, 4), 1, True)
    assert outside.registry.counts() == before
    with outside.registry.transaction(write=False) as store:
        assert store.numbers.of_round(ROUND) == []


def told(report, rule):
    (finding,) = [finding for finding in report.findings if finding.rule == rule]
    return finding


BAD = {
    "nobody in the round": ({1: "990101199001010116"}, "entry-unknown", "B"),
    "another name": ({0: "何永阳"}, "name-differs", "A"),
    "empty number": ({2: None}, "missing-value", "C"),
    "blank number": ({2: "   "}, "missing-value", "C"),
    "empty name": ({0: None}, "missing-value", "A"),
    "empty document": ({1: None}, "missing-value", "B"),
    "empty date": ({3: None}, "missing-value", "D"),
    "no date": ({3: "6月底"}, "date-unreadable", "D"),
    "a day that is none": ({3: "2026-02-30"}, "date-unreadable", "D"),
    "a number for a date": ({3: 12}, "date-unreadable", "D"),
    "before the exam": ({3: date(2026, 5, 1)}, "issued-before-exam", "D"),
    "too short": ({2: "S00009999010126590"}, "number-pattern", "C"),
    "stored as a number": ({2: 999901012650009}, "certificate-number-stored-as-number", "C"),
    "document stored as a number": ({1: 990103199507221772.0}, "id-number-stored-as-number", "B"),
    "formula": ({2: '="S0000"&"99990101265000901"'}, "formula-cell", "C"),
}


@pytest.mark.parametrize(("change", "rule", "column"), BAD.values(), ids=BAD)
def test_a_bad_row_is_refused_with_its_place_and_good_rows_go_on(outside, tmp_path, change, rule, column) -> None:
    good, bad, *_ = three(outside)
    row = [change.get(n, cell) for n, cell in enumerate(bad)]
    report = read(outside, tmp_path, good, row)
    finding = told(report, rule)
    assert (finding.where.file, finding.where.sheet, finding.where.row) == ("numbers.xlsx", "证书编号表", 3)
    assert finding.where.column.startswith(column)
    assert (report.count("new"), report.rejected_rows) == (1, (3,))
    assert finding.hint is not None
    assert finding.in_("zh") != finding.in_("en")
    back = load_workbook(tmp_path / "back.xlsx")["证书编号表"]
    assert finding.what.zh in str([cell.value for cell in back[3]])


def test_not_passed_and_not_decided_are_told_apart(outside, tmp_path) -> None:
    ids = documents(outside)
    rest = min(set(ids) - {"何勇阳", "曹少启", "龚䶮"})
    report = read(outside, tmp_path, three(outside)[0], (rest, ids[rest], number(905), PRINTED))
    assert rules(report.findings) == ["number-undecided"]
    failed = edited(
        PILOT / "marks.xlsx", tmp_path / "m.xlsx", only("成绩表", [rest]), setting_all("成绩表", "考勤", "缺考")
    )
    book = load_workbook(failed)
    for row in book["成绩表"].iter_rows(min_row=2):
        for cell in row:
            heading = str(book["成绩表"].cell(1, cell.column).value).split("\n")[0]
            if "成绩" in heading or "评分" in heading or "考评员" in heading or heading == "否决项":
                cell.value = None
    book.save(failed)
    record(outside, failed, round_id=ROUND)
    report = read(outside, tmp_path, three(outside)[1], (rest, ids[rest], number(905), PRINTED))
    assert rules(report.findings) == ["not-passed"]
    assert told(report, "not-passed").where.row == 3


def test_one_number_for_two_people_is_refused_on_both_rows(outside, tmp_path) -> None:
    rows = three(outside)
    report = read(outside, tmp_path, rows[0], (*rows[1][:2], number(901), PRINTED), rows[2])
    assert [(f.rule, f.where.row) for f in report.findings] == [("number-twice", 2), ("number-twice", 3)]
    assert report.rejected_rows == (2, 3)


def test_one_person_twice_is_refused_on_both_rows(outside, tmp_path) -> None:
    rows = three(outside)
    report = read(outside, tmp_path, rows[0], (*rows[0][:2], number(907), PRINTED), rows[2])
    assert [(f.rule, f.where.row) for f in report.findings] == [("person-twice", 2), ("person-twice", 3)]


@pytest.mark.parametrize("issued", [False, True], ids=["waiting", "issued"])
def test_number_used_by_another_person_of_the_plan_is_refused(outside, tmp_path, issued) -> None:
    rows = three(outside)
    read(outside, tmp_path, rows[0])
    if issued:
        issue(outside, round_id=ROUND, entry_id=entries_of(outside)["何勇阳"].id, issued_on=date(2026, 6, 30))
    with pytest.raises(InputError) as refusal:
        read(outside, tmp_path, (*rows[1][:2], number(901), PRINTED), dry_run=True)
    (finding,) = refusal.value.findings
    assert (finding.rule, finding.where.row, finding.where.column[0], finding.said) == (
        "number-taken",
        2,
        "C",
        number(901),
    )
    assert "何勇阳" in finding.what.zh


def test_number_used_in_another_round_is_refused(outside, tmp_path) -> None:
    rows = three(outside)
    read(outside, tmp_path, *rows)
    prepare(outside, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", *later_round("R2", date(2026, 6, 20))))
    enrol(outside, edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", only("报名表", ["虞㛃"])), round_id="R2")
    late = entries_of(outside, "R2")["虞㛃"]
    marks = edited(
        PILOT / "marks.xlsx",
        tmp_path / "m.xlsx",
        only("成绩表", ["虞㛃"]),
        setting("成绩表", "虞㛃", "报名编号", late.id),
    )
    record(outside, marks, round_id="R2")
    row = ("虞㛃", late.candidate.document.number, number(902), PRINTED)
    with pytest.raises(InputError) as refusal:
        import_numbers(outside, sheet(tmp_path, row), round_id="R2", error_workbook=tmp_path / "b2.xlsx")
    assert rules(refusal.value.findings) == ["number-taken"]
    assert "曹少启" in refusal.value.findings[0].what.zh


def test_reading_the_same_sheet_again_changes_nothing_even_after_issue(outside, tmp_path) -> None:
    read(outside, tmp_path, *three(outside))
    assert read(outside, tmp_path, *three(outside)).count("same") == 3
    issue(outside, round_id=ROUND, issued_on=date(2026, 6, 30))
    again = read(outside, tmp_path, *three(outside))
    assert (again.changes, set(rules(again.findings)), again.rejected_rows) == ((), {"number-issued"}, ())
    rows = [(*row[:2], number(930 + n), PRINTED) for n, row in enumerate(three(outside))]
    with pytest.raises(InputError) as refusal:
        read(outside, tmp_path, *rows)
    assert set(rules(refusal.value.findings)) == {"already-issued"}


def test_a_corrected_sheet_replaces_numbers_that_still_wait(outside, tmp_path) -> None:
    rows = three(outside)
    read(outside, tmp_path, *rows)
    report = read(outside, tmp_path, (*rows[0][:2], number(911), date(2026, 6, 29)))
    assert report.count("changed") == 1
    issue(outside, round_id=ROUND, issued_on=date(2026, 6, 30))
    (paper,) = [c for c in ledger_of(outside) if (c.face.name, c.award_id) == ("何勇阳", SKILL)]
    assert (paper.number, paper.issued_on) == (number(911), date(2026, 6, 29))


def test_a_voided_number_is_not_taken_again(outside, tmp_path) -> None:
    rows = three(outside)
    read(outside, tmp_path, *rows)
    assert void(outside, number(901), reason="省里收回").issued is False
    with pytest.raises(NotFound):
        void(outside, number(999), reason="省里收回", yes=True)
    read(outside, tmp_path, *rows)
    void(outside, number(902), reason="省里收回", yes=True)
    report = issue(outside, round_id=ROUND, issued_on=date(2026, 6, 30))
    assert rules(report.findings) == ["number-not-imported"]
    assert "曹少启" in report.findings[0].in_("zh")
    with outside.registry.transaction(write=False) as store:
        assert store.ledger.findings() == []


def test_numbers_of_an_office_that_allocates_are_refused(office_at, tmp_path) -> None:
    office = office_at("few")
    with pytest.raises(InputError) as refusal:
        read(office, tmp_path, *three(office))
    assert set(rules(refusal.value.findings)) == {"number-allocated"}


def test_an_award_nobody_knows_or_applied_for_is_refused(outside, tmp_path) -> None:
    with pytest.raises(InputError) as refusal:
        read(outside, tmp_path, *three(outside), award_id="plumber-1")
    assert rules(refusal.value.findings) == ["award-unknown"]
    with pytest.raises(InputError) as refusal:
        read(outside, tmp_path, *three(outside), award_id="welder-5")
    assert set(rules(refusal.value.findings)) == {"award-not-applied"}
    assert read(outside, tmp_path, *three(outside), award_id=SKILL).count("new") == 3


def test_reissue_keeps_the_imported_number(outside, tmp_path) -> None:
    read(outside, tmp_path, *three(outside))
    issue(outside, round_id=ROUND, issued_on=date(2026, 6, 30))
    done = reissue(outside, Selection(numbers=(number(903),)), reason="遗失", yes=True)
    assert [(c.number, c.issued_on, c.standing) for c in done.issued] == [(number(903), PRINTED, Standing.VALID)]


def test_the_template_reads_back_and_a_foreign_sheet_is_told(outside, tmp_path) -> None:
    out = template("numbers", tmp_path / "t.xlsx", catalogue=outside.catalogue)
    book = load_workbook(out)
    for n, row in enumerate(three(outside), 2):
        for column, value in enumerate(row, 1):
            book["证书编号表"].cell(n, column).value = value
    book.save(out)
    assert import_numbers(outside, out, round_id=ROUND).count("new") == 3
    shutil.copy(PILOT / "marks.xlsx", tmp_path / "wrong.xlsx")
    with pytest.raises(InputError) as refusal:
        import_numbers(outside, tmp_path / "wrong.xlsx", round_id=ROUND, error_workbook=tmp_path / "b.xlsx")
    assert refusal.value.findings
