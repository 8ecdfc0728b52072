"""Unfamiliar headings are looked at, decided once, remembered in a file for people, and said at every reading."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from scheduler.errors import InputError
from scheduler.office.enrol import enrol
from scheduler.office.mapping import mapping
from scheduler.office.template import template
from scheduler.sheets.profiles import profile
from tests.office.books import ROUND
from tests.office.conftest import entries_of, rules

HEAD = ("序号", "学员", "身份证件号", "单位全称", "民族")
DECIDED = {"学员": "姓名", "身份证件号": "document_no", "单位全称": "Employer"}
ALWAYS = {"报考方案": "yichang-three"}


def sheet(path: Path, head=HEAD) -> Path:
    book = Workbook()
    row = dict(zip(HEAD, (1, "陈明", "990100199005050038", "启源公司", "汉族"), strict=True))
    book.active.append(head)
    book.active.append([row[words] for words in head])
    book.save(path)
    return path


def test_a_preview_proposes_and_keeps_nothing(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    report = mapping(office.settings.file, sheet(tmp_path / "odd.xlsx"))
    seen = {column.heading: (column.how, column.proposal) for column in report.columns}
    assert seen["身份证件号"] == ("unknown", "证件号码")
    assert seen["单位全称"] == ("unknown", "工作单位")
    assert {f.rule for f in report.findings} == {"missing-heading"}
    assert all("990100199005050038" not in " ".join(column.values) for column in report.columns)
    assert not (office.settings.file.parent / "mappings.toml").exists()


def test_what_was_decided_is_used_and_said_at_the_next_reading_in_any_order(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    first = sheet(tmp_path / "odd.xlsx")
    with pytest.raises(InputError):
        enrol(office, first, round_id=ROUND)
    mapping(office.settings.file, first, decided=DECIDED, always=ALWAYS, yes=True)
    report = enrol(office, sheet(tmp_path / "again.xlsx", HEAD[::-1]), round_id=ROUND)
    (used,) = [f for f in report.findings if f.rule == "mapping-used"]
    assert "单位全称 → 工作单位" in used.said
    assert "民族 → （不用" in used.said
    assert "unknown-heading" not in rules(report.findings)
    entry = entries_of(office)["陈明"]
    assert (entry.candidate.employer, entry.scheme_id) == ("启源公司", "yichang-three")


def test_other_headings_are_not_read_by_it(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    mapping(office.settings.file, sheet(tmp_path / "odd.xlsx"), decided=DECIDED, always=ALWAYS, yes=True)
    with pytest.raises(InputError):
        enrol(office, sheet(tmp_path / "other.xlsx", HEAD[:-1]), round_id=ROUND)


@pytest.mark.parametrize(
    ("decided", "rule"),
    [
        ({"学员": "姓名"}, "missing-heading"),
        (DECIDED | {"民族": "姓名"}, "duplicate-heading"),
        ({"没有的列": "姓名"}, "heading-unknown"),
        ({"学员": "没有的栏目"}, "column-unknown"),
    ],
)
def test_what_is_doubtful_or_missing_is_refused_and_not_kept(office_at, tmp_path: Path, decided, rule) -> None:
    office = office_at("prepared")
    with pytest.raises(InputError) as caught:
        mapping(office.settings.file, sheet(tmp_path / "odd.xlsx"), decided=decided, always=ALWAYS, yes=True)
    assert rule in rules(caught.value.findings)
    assert not (office.settings.file.parent / "mappings.toml").exists()


def test_the_file_may_be_edited_and_a_slip_in_it_is_told_with_its_place(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    book, kept = sheet(tmp_path / "odd.xlsx"), office.settings.file.parent / "mappings.toml"
    mapping(office.settings.file, book, decided=DECIDED, always=ALWAYS, yes=True)
    kept.write_text(
        "# 我们的说明\n" + kept.read_text(encoding="utf-8").replace('"employer"', '"employerr"'), encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        enrol(office, book, round_id=ROUND)
    assert [f.where.path for f in caught.value.findings] == ["mapping[0].columns.单位全称"]
    kept.write_text(kept.read_text(encoding="utf-8").replace('"employerr"', '""'), encoding="utf-8")
    mapping(office.settings.file, book, decided={"单位全称": "备注"}, yes=True)
    assert "我们的说明" in kept.read_text(encoding="utf-8")
    enrol(office, book, round_id=ROUND)
    assert (entries_of(office)["陈明"].remark, entries_of(office)["陈明"].candidate.employer) == ("启源公司", "")


def test_a_template_of_a_profile_is_filled_in_and_enrolled(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    path = template("entries", tmp_path / "z.xlsx", profile_id="zhejiang")
    book = load_workbook(path)
    heads = [str(cell.value).split("\n")[0].rstrip("*") for cell in book["报名表"][1]]
    assert heads == [*(column.zh for column in profile("zhejiang-2015").columns), "报考方案"]
    values = {
        "姓名": "陈明",
        "身份证号": "990100199005050038",
        "民族": "汉族",
        "手机号码": "13800000000",
        "报考方案": "yichang-three",
    }
    for n, words in enumerate(heads, 1):
        book["报名表"].cell(2, n).value = values.get(words)
    book.save(path)
    report = enrol(office, path, round_id=ROUND)
    assert "unknown-heading" not in rules(report.findings)
    assert entries_of(office)["陈明"].candidate.phone == "13800000000"


def test_a_profile_of_another_kind_is_no_template(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        template("entries", tmp_path / "u.xlsx", profile_id="upload-11")
    path = template("numbers", tmp_path / "n.xlsx", profile_id="numbers-4")
    heads = [str(cell.value).split("\n")[0].rstrip("*") for cell in load_workbook(path)["证书编号表"][1]]
    assert heads == ["姓名", "证件号码", "证书编号", "证书打印日期"]
