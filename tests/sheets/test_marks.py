# ruff: noqa: D205, D212, D415 - the docstring of a test is its sheet
"""Mark sheets: one row an entry and component, found by id or by name and number, each row checked in itself."""

from __future__ import annotations

from datetime import date

import pytest
from openpyxl import load_workbook

from scheduler.domain.results import AssessorMark, Attendance, ComponentMark, ItemMark
from scheduler.domain.sessions import Sitting
from scheduler.sheets.read import read_entries, read_marks
from scheduler.sheets.write import write_marks_sheet
from tests.sheets.conftest import TODAY, written

THEORY, PRACTICAL = "yichang-three/theory", "yichang-three/practical"


@pytest.fixture
def entries(tmp_path, setup, catalogue):
    """Three candidates, R1 to R3; R3 takes the special-equipment scheme, which has hot work and no items."""
    rows = [
        ["姓名", "证件号码", "报考方案"],
        ["陈明", "990100199005050038", "yichang-three"],
        ["龚䶮", "990100199005050054", "yichang-three"],
        ["陈启", "990100199005050070", "special-equipment-5"],
    ]
    path = written(tmp_path / "entries.xlsx", {"报名表": rows})
    sheet = read_entries(path, round_id="R", catalogue=catalogue, setup=setup, today=TODAY)
    assert len(sheet.entries) == 3
    return {entry.id: entry for _, entry in sheet.entries}


@pytest.fixture
def read(entries, catalogue, drawn):
    """Read the drawing; ``R1`` to ``R3`` in it stand for the entry ids."""
    book = load_workbook(drawn)
    ids = dict(zip(("R1", "R2", "R3"), entries, strict=True))
    for row in book.active.iter_rows():
        for cell in row:
            cell.value = ids.get(cell.value, cell.value)
    book.save(drawn)
    return read_marks(drawn, entries=entries, catalogue=catalogue)


def test_a_total_alone(read, entries):
    """
    准考证号 | 科目 | 成绩 | 考试日期
    R1       | 理论 | 82.5 | 2026-06-13
    """
    assert read == ([ComponentMark(next(iter(entries)), THEORY, Attendance.PRESENT, 82.5, date(2026, 6, 13))], [])


def test_items_are_summed_and_vetoes_kept(read, entries):
    """
    准考证号 | 科目 | K1 成绩 | K2成绩 | k3 | K4 points | 否决项
    R1       | 实操 | #18     | #35    | 16 | #17       | K2
    """
    items = (ItemMark("K1", 18), ItemMark("K2", 35, vetoed=True), ItemMark("K3", 16), ItemMark("K4", 17))
    assert read == ([ComponentMark(next(iter(entries)), PRACTICAL, Attendance.PRESENT, 86, None, items)], [])


def test_the_mean_of_the_assessors_is_the_total(read, entries):
    """
    准考证号 | 科目                    | 考评员1 | 考评员1评分 | 考评员2 | 考评员2评分 | 考评员3评分
    R1       | yichang-three/practical | E01     | #80         | E02     | #85         | #90
    """
    ((mark,), findings) = read
    assert (mark.pts, findings) == (85.0, [])
    assert mark.assessors == (AssessorMark("E01", 80), AssessorMark("E02", 85), AssessorMark("考评员3", 90))


def test_name_and_number_find_the_entry(read, entries):
    """
    姓名 | 证件号码           | 科目 | 成绩
    龚䶮 | 990100199005050054 | 理论 | 60
    """
    ((mark,), findings) = read
    assert (mark.entry_id, findings) == (list(entries)[1], [])


def test_attendance_without_points(read):
    """
    准考证号 | 科目 | 考勤     | 成绩
    R1       | 理论 | 缺考     |
    R1       | 实操 | 取消资格 |
    R2       | 理论 | deferred |
    R2       | 实操 | 出勤     | 0
    """
    marks, findings = read
    assert findings == []
    assert [(m.attendance.value, m.pts) for m in marks] == [("absent", None), ("barred", None), ("deferred", None), ("present", 0)]  # fmt: skip


def test_hot_work_is_a_component_of_its_own_scheme(read, told):
    """
    准考证号 | 科目     | 成绩
    R3       | 动火作业 | 70
    R1       | 动火作业 | 70
    """
    marks, findings = read
    assert [m.component_id for m in marks] == ["special-equipment-5/hot_work"]
    assert told(findings) == [("component-unknown", 3, "B")]


def test_points_outside_the_bounds(read, told):
    """
    准考证号 | 科目 | 成绩  | K1成绩 | K2成绩 | K3成绩 | K4成绩 | 考评员1评分
    R1       | 理论 | 101   |        |        |        |        |
    R2       | 理论 | -1    |        |        |        |        |
    R1       | 实操 |       | 21     | 40     | 20     | 20     |
    R2       | 实操 |       |        |        |        |        | 100.5
    R3       | 理论 | 八十  |        |        |        |        |
    """
    marks, findings = read
    assert marks == []
    assert told(findings) == [("number-out-of-range", row, col) for row, col in ((2, "C"), (3, "C"), (4, "D"), (5, "H"), (6, "C"))]  # fmt: skip


def test_totals_that_do_not_agree(read, told):
    """
    准考证号 | 科目 | 成绩  | K1成绩 | K2成绩 | K3成绩 | K4成绩 | 考评员1评分 | 考评员2评分
    R1       | 实操 | 90    | 18     | 35     | 16     | 17     |             |
    R2       | 实操 | 85.02 |        |        |        |        | 80          | 90
    R3       | 实操 | 85.01 |        |        |        |        | 80          | 90
    """
    marks, findings = read
    assert [m.pts for m in marks] == [85.01]
    assert told(findings) == [("points-not-item-sum", 2, "C"), ("points-not-assessor-mean", 3, "C")]


def test_half_filled_items_and_wrong_vetoes(read, told):
    """
    准考证号 | 科目 | 成绩 | K1成绩 | K2成绩 | K3成绩 | K4成绩 | 否决项
    R1       | 实操 | 70   | 18     | 35     |        | 17     |
    R2       | 实操 | 70   | 18     | 18     | 17     | 17     | K9
    R2       | 理论 | 70   | 18     |        |        |        |
    R3       | 实操 | 70   |        |        |        |        | K1
    """
    marks, findings = read
    assert marks == []
    assert told(findings) == [("item-missing", 2, "F"), ("veto-unknown", 3, "H"), ("item-not-due", 4, "D"), ("veto-unknown", 5, "H")]  # fmt: skip


def test_presence_and_points_must_agree(read, told):
    """
    准考证号 | 科目 | 考勤 | 成绩
    R1       | 理论 | 缺考 | 0
    R1       | 实操 | 出勤 |
    R2       | 理论 |      |
    R2       | 实操 | 迟到 | 80
    """
    marks, findings = read
    assert marks == []
    assert told(findings) == [("points-without-attendance", 2, "D"), ("points-missing", 3, "D"), ("mark-missing", 4, "C"), ("attendance-unknown", 5, "C")]  # fmt: skip


def test_people_who_are_not_who_the_row_says(read, told):
    """
    准考证号 | 姓名 | 证件号码           | 科目 | 成绩
    R9       | 陈明 |                    | 理论 | 80
    R1       | 陈铭 |                    | 理论 | 80
    R1       |      | 990100199005050054 | 理论 | 80
    ~        |      | 990100199005050038 | 理论 | 80
    ~        | 陈明 | #990100199005050038 | 理论 | 80
    R2       | 龚䶮 | 990*************54 | 理论 | 80
    """
    marks, findings = read
    assert len(marks) == 1
    assert told(findings) == [("entry-unknown", 2, "A"), ("name-differs", 3, "B"), ("document-differs", 4, "C"), ("missing-value", 5, "B"), ("id-number-stored-as-number", 6, "C")]  # fmt: skip


def test_tickets_and_entry_ids_each_name_a_candidate_and_must_agree(entries, catalogue, tmp_path):
    first, second, third = entries
    tickets = {"202606010001": entries[first], "202606010002": entries[second]}
    rows = [
        ["报名编号", "准考证号", "科目", "成绩"],
        [first, "202606010001", "理论", 80],
        [None, "202606010002", "理论", 81],
        [third, None, "理论", 82],
        [second, "202606010001", "实操", 83],
        [second, "202606019999", "实操", 84],
        [None, first, "实操", 85],  # older sheets have entry ids below this heading
    ]
    marks, findings = read_marks(
        written(tmp_path / "m.xlsx", {"成绩表": rows}), entries={**tickets, **entries}, catalogue=catalogue
    )
    assert [(m.entry_id, m.pts) for m in marks] == [(first, 80), (second, 81), (third, 82), (first, 85)]
    assert [(f.rule, f.where.row) for f in findings] == [("ticket-differs", 5), ("ticket-differs", 6)]


def test_a_mark_twice_counts_in_neither_row(read, told):
    """
    准考证号 | 科目                 | 成绩
    R1       | 理论                 | 80
    R1       | yichang-three/theory | 81
    """
    assert (read[0], told(read[1])) == ([], [("mark-twice", 2, "B"), ("mark-twice", 3, "B")])


def test_an_assessor_twice(read, told):
    """
    准考证号 | 科目 | 考评员1 | 考评员1评分 | 考评员2 | 考评员2评分
    R1       | 实操 | E01     | 80          | E01     | 80
    """
    assert (read[0], told(read[1])) == ([], [("assessor-twice", 2, "C")])


def test_a_sheet_that_names_nobody(read, told):
    """
    科目 | 成绩
    理论 | 80
    """
    assert (read[0], told(read[1])) == ([], [("missing-heading", 1, "")])


def test_a_prefilled_sheet_is_filled_in_and_reads_back(tmp_path, entries, catalogue):
    first, second, third = entries.values()
    rows = [
        (Sitting(first.id, THEORY, "D1AM.A101", 1, 7), first),
        (Sitting(first.id, PRACTICAL, "D1AM.A201", 2, 3), first),
        (Sitting(third.id, "special-equipment-5/practical", "D1AM.A201", 1, 1), third),
    ]
    out = tmp_path / "marks.xlsx"
    write_marks_sheet(out, rows, catalogue=catalogue)
    assert [f.rule for f in read_marks(out, entries=entries, catalogue=catalogue)[1]] == ["mark-missing"] * 3
    book = load_workbook(out)
    sheet = book["成绩表"]
    at = {str(cell.value).split("\n")[0].rstrip("*"): cell.column for cell in sheet[1]}
    assert sheet.cell(2, at["证件号码"]).value == "990*************38"
    assert (sheet.cell(3, at["轮次"]).value, sheet.cell(3, at["考位"]).value) == (2, 3)
    sheet.cell(2, at["成绩"]).value = 81
    for item, pts in (("K1成绩", 20), ("K2成绩", 40), ("K3成绩", 20), ("K4成绩", 19)):
        sheet.cell(3, at[item]).value = pts
    sheet.cell(4, at["考勤"]).value = "缺考"
    book.save(out)
    marks, findings = read_marks(out, entries=entries, catalogue=catalogue)
    assert findings == []
    assert [(m.entry_id, m.component_id, m.pts) for m in marks] == [
        (first.id, THEORY, 81),
        (first.id, PRACTICAL, 99),
        (third.id, "special-equipment-5/practical", None),
    ]
    assert second.id not in {m.entry_id for m in marks}
