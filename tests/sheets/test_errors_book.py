"""The error workbook keeps what the user wrote, marks what is wrong, and goes in again once corrected."""

from __future__ import annotations

import pytest
from openpyxl import Workbook, load_workbook

from scheduler.errors import Finding, SheetError, Text, Where
from scheduler.sheets.read import read_entries, read_marks
from scheduler.sheets.write import write_error_workbook
from tests.sheets.conftest import TODAY, written
from tests.sheets.test_hostile import HOSTILE, READ, REFUSED

RED, AMBER = "FFFFC7CE", "FFFFEB9C"


def read(path, setup, catalogue):
    return read_entries(path, round_id="2026-06", catalogue=catalogue, setup=setup, today=TODAY)


def given_back(path, out, setup, catalogue):
    write_error_workbook(path, read(path, setup, catalogue).findings, out)
    return out


@pytest.mark.parametrize("name", sorted(READ))
def test_fed_in_again_uncorrected_it_says_the_same(name, tmp_path, setup, catalogue):
    """What was added is passed over; csv, xls and ods come back as xlsx. Hidden sheets, encodings and merges aside."""
    before = read(HOSTILE / name, setup, catalogue)
    after = read(given_back(HOSTILE / name, tmp_path / "back.xlsx", setup, catalogue), setup, catalogue)
    lost = {"csv-encoding-guessed", "hidden-rows"} if not name.endswith(".xlsx") else set()
    # An uncalculated formula is gone from a converted copy: its value stands there as the user's own text.
    lost |= {"formula-cell"} if name.endswith(".ods") else set()

    def facts(sheet):
        return [(f.rule, f.where.row, f.where.column, f.said) for f in sheet.findings if f.rule not in lost]

    if not lost & {f.rule for f in before.findings if f.severity == "error"}:
        assert [entry for _, entry in after.entries] == [entry for _, entry in before.entries]
    assert [fact for fact in facts(after) if fact[0] != "id-number-practice"] == [
        fact for fact in facts(before) if fact[0] != "id-number-practice"
    ]


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_read_cannot_be_given_back(name, tmp_path):
    with pytest.raises(SheetError):
        write_error_workbook(HOSTILE / name, [], tmp_path / "back.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_bad_cells_are_marked_and_explained_beside(tmp_path, setup, catalogue):
    out = given_back(HOSTILE / "identity.xlsx", tmp_path / "back.xlsx", setup, catalogue)
    sheet = load_workbook(out)["报名表"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[-2:] == ["问题 Problem", "处理 What to do"]
    assert sheet["C4"].fill.fgColor.rgb == RED
    assert sheet["C9"].fill.fgColor.rgb == AMBER
    assert sheet["C6"].fill.fill_type is None
    assert "校验位" in sheet.cell(4, len(heads) - 1).value
    assert "check digit" in sheet.cell(4, len(heads) - 1).value
    assert "逐位核对" in sheet.cell(4, len(heads)).value
    assert sheet.cell(6, len(heads)).value is None


def test_every_finding_stands_in_the_list(tmp_path, setup, catalogue):
    path = HOSTILE / "held.xlsx"
    findings = read(path, setup, catalogue).findings
    rows = list(load_workbook(given_back(path, tmp_path / "b.xlsx", setup, catalogue))["问题清单"].values)[1:]
    assert [(row[2], row[-1]) for row in rows] == [(f.where.row, f.rule) for f in findings]


def test_corrected_it_is_taken_and_the_marks_go(tmp_path, setup, catalogue):
    rows = [
        ["姓名", "证件号码", "报考方案"],
        ["陈明", "990100199005050039", "yichang-three"],
        ["陈启", None, "yichang-three"],
    ]
    source = written(tmp_path / "entries.xlsx", {"名单": rows})
    first = given_back(source, tmp_path / "first.xlsx", setup, catalogue)
    book = load_workbook(first)
    book["名单"]["B2"].value = "990100199005050038"
    book.save(tmp_path / "half.xlsx")
    assert [row for row, _ in read(tmp_path / "half.xlsx", setup, catalogue).entries] == [2]
    second = given_back(tmp_path / "half.xlsx", tmp_path / "second.xlsx", setup, catalogue)
    sheet = load_workbook(second)["名单"]
    assert [cell.value for cell in sheet[1]] == ["姓名", "证件号码", "报考方案", "问题 Problem", "处理 What to do"]
    assert sheet["B2"].fill.fill_type is None
    assert (sheet["D2"].value, sheet["E2"].value) == (None, None)
    assert sheet["B3"].fill.fgColor.rgb == RED
    assert sheet["D3"].value.startswith("B 证件号码：")
    book = load_workbook(second)
    book["名单"]["B3"].value = "990100199005050054"
    book.save(tmp_path / "whole.xlsx")
    done = read(tmp_path / "whole.xlsx", setup, catalogue)
    assert [row for row, _ in done.entries] == [2, 3]
    assert [f.rule for f in done.findings if f.severity == "error"] == []


def test_other_sheets_styles_and_accepted_formulas_stay(tmp_path, setup, catalogue):
    source = HOSTILE / "formula-cells.xlsx"
    book = load_workbook(given_back(source, tmp_path / "back.xlsx", setup, catalogue))
    sheet = book["报名表"]
    assert sheet["A2"].value == '=CONCATENATE("陈","明")'
    assert sheet["I4"].value.date().isoformat() == "2026-05-20"
    merged = load_workbook(given_back(HOSTILE / "merged-and-hidden.xlsx", tmp_path / "m.xlsx", setup, catalogue))
    assert merged.sheetnames == ["报名表", "旧表", "问题清单"]
    assert [str(r) for r in merged["报名表"].merged_cells.ranges] == ["G2:G3"]
    assert merged["旧表"].sheet_state == "hidden"


def test_words_that_look_like_formulas_stay_words(tmp_path, setup, catalogue):
    out = given_back(HOSTILE / "scientific.csv", tmp_path / "back.xlsx", setup, catalogue)
    sheet = load_workbook(out)["scientific"]
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1", "s")
    assert (sheet["G3"].value, sheet["G3"].data_type) == ("+86启源", "s")


def test_a_finding_without_a_sheet_goes_to_the_first(tmp_path):
    source = written(tmp_path / "e.xlsx", {"名单": [["姓名", "证件号码", "报考方案"], ["陈明", "1", "x"]]})
    finding = Finding("certificate-lapsed", Text("证书已过期", "the certificate has lapsed"), Where("e.xlsx", row=2))
    write_error_workbook(source, [finding], tmp_path / "back.xlsx")
    assert load_workbook(tmp_path / "back.xlsx")["名单"]["D2"].value == "证书已过期 / the certificate has lapsed"


def test_control_characters_in_what_was_read_do_not_stop_it(tmp_path):
    source = written(tmp_path / "e.xlsx", {"名单": [["姓名", "证件号码", "报考方案"], ["陈明", "1", "x"]]})
    finding = Finding("odd", Text("坏\x00字", "bad\x07"), Where("e.xlsx", "名单", 2, "A 姓名"), said="\x01" * 40_000)
    write_error_workbook(source, [finding], tmp_path / "back.xlsx")
    assert load_workbook(tmp_path / "back.xlsx")["名单"]["D2"].value == "A 姓名：坏\ufffd字 / bad\ufffd"


def test_mark_sheets_are_given_back_too(tmp_path, catalogue):
    rows = [["准考证号", "科目", "成绩", "K1成绩"], ["R9", "理论", "80", None]]
    source = written(tmp_path / "marks.xlsx", {"成绩": rows})
    marks, findings = read_marks(source, entries={}, catalogue=catalogue)
    assert marks == []
    write_error_workbook(source, findings, tmp_path / "back.xlsx")
    sheet = load_workbook(tmp_path / "back.xlsx")["成绩"]
    assert sheet["A2"].fill.fgColor.rgb == RED
    assert sheet["E1"].value == "问题 Problem"


def test_a_title_above_and_a_wide_merge_do_not_disturb(tmp_path, setup, catalogue):
    book = Workbook()
    sheet = book.active
    sheet.title = "名单"
    sheet["A1"] = "二〇二六年六月报名表"
    sheet.merge_cells("A1:H1")
    for column, words in enumerate(("姓名", "证件号码", "报考方案"), 1):
        sheet.cell(2, column, words)
    for column, words in enumerate(("陈明", "12", "yichang-three"), 1):
        sheet.cell(3, column, words)
    book.save(tmp_path / "e.xlsx")
    out = given_back(tmp_path / "e.xlsx", tmp_path / "back.xlsx", setup, catalogue)
    back = load_workbook(out)["名单"]
    assert back["A1"].value == "二〇二六年六月报名表"
    assert [cell.value for cell in back[2]][:5] == ["姓名", "证件号码", "报考方案", "问题 Problem", "处理 What to do"]
