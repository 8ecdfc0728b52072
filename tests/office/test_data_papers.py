"""Hand-over lists, electronic-licence data, the page to sign, and files kept: written, read back, and looked at afterwards."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from scheduler.domain.identity import mask
from scheduler.errors import InputError
from scheduler.office.affected import Selection
from scheduler.office.handover import handover, read_handover
from scheduler.office.kept import kept
from scheduler.office.licences import licences
from scheduler.office.reissue import reissue
from scheduler.office.revoke import revoke
from scheduler.office.upload import upload
from tests.office.books import ROUND
from tests.office.conftest import entries_of, ledger_of, rules

FILLED = {"实际发放日期": date(2026, 7, 1), "发放方式": "现场领取", "领取人": "本人"}
HEADS = [
    "姓名", "证件类型", "证件号码", "职业", "工种", "技能等级", "证书编号", "发证日期", "实际发放日期", "发放方式", "领取人",
    "联系电话", "地址", "快递单号", "备注",
]  # fmt: skip


def text_of(path):
    return "".join(page.extract_text() for page in PdfReader(path).pages)


def fill(path, changes, out):
    """Fill in rows of a hand-over list; changes by certificate number and trade are by row number from 2."""
    book = load_workbook(path)
    (sheet,) = book
    columns = {cell.value: cell.column for cell in sheet[1]}
    for row, values in changes.items():
        for heading, value in values.items():
            sheet.cell(row, columns[heading]).value = value
    book.save(out)
    return out


def rows_of(path):
    (sheet,) = load_workbook(path)
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_hand_over_list_goes_out_and_comes_back_and_nobody_is_handed_anything_twice(office_at, tmp_path):
    office = office_at("issued")
    papers = ledger_of(office)
    report = handover(office, round_id=ROUND)
    book, page = map(Path, report.paths)
    head, *rows = rows_of(book)
    people = entries_of(office)
    assert head == HEADS
    assert [(row[0], row[2], row[6]) for row in rows] == [
        (c.face.name, people[c.face.name].candidate.document.number, c.number) for c in papers
    ]
    words = text_of(page)
    everybody = {entry.candidate.name for entry in people.values()}
    assert {name for name in everybody if name in words} == {c.face.name for c in papers}
    for row in rows:
        assert row[2] not in words
        assert mask(row[2]) in words.replace("\n", "")
    first = fill(book, {2: FILLED, 3: FILLED | {"发放方式": "邮寄", "快递单号": "SF123"}}, tmp_path / "交回.xlsx")
    seen = read_handover(office, first, round_id=ROUND, dry_run=True)
    assert (seen.entered, seen.given) == (2, 0)
    done = read_handover(office, first, round_id=ROUND)
    assert (done.entered, done.given, done.waiting, done.open_rows) == (2, 2, len(papers) - 2, len(papers) - 2)
    again = read_handover(office, first, round_id=ROUND)
    assert (again.entered, rules(again.findings)) == (0, ["handover-again", "handover-again"])
    (left, _) = handover(office, round_id=ROUND).paths
    assert [row[6] for row in rows_of(left)[1:]] == [c.number for c in papers[2:]]
    with office.registry.transaction(write=False) as store:
        given = store.kept.handovers(ROUND)
    assert {n: (one.given_on, one.way, one.courier_no) for n, one in given.items()} == {
        papers[0].sequence: (date(2026, 7, 1), "现场领取", ""),
        papers[1].sequence: (date(2026, 7, 1), "邮寄", "SF123"),
    }
    one = Selection(numbers=(papers[0].number,), award_id=papers[0].award_id)
    reissue(office, one, reason="遗失", yes=True)
    (anew, _) = handover(office, round_id=ROUND).paths
    assert [row[6] for row in rows_of(anew)[1:]] == [*[c.number for c in papers[2:]], papers[0].number]
    assert rows_of(anew)[-1][14] == "补发/换发"


BAD = {
    2: (FILLED | {"实际发放日期": date(2026, 7, 2)}, "handover-ahead"),
    3: (FILLED | {"实际发放日期": date(2026, 6, 1)}, "handover-before-issue"),
    4: (FILLED | {"发放方式": "邮寄"}, "courier-number-missing"),
    5: (FILLED | {"领取人": None}, "missing-value"),
    6: (FILLED | {"证书编号": "T000"}, "handover-unknown"),
    7: (FILLED | {"姓名": "别人"}, "name-differs"),
}


def test_rows_that_cannot_be_taken_are_told_and_the_others_are_taken(office_at, tmp_path):
    office = office_at("issued")
    (book, _) = handover(office, round_id=ROUND).paths
    rows = {row: change for row, (change, _) in BAD.items()}
    report = read_handover(office, fill(book, rows | {8: FILLED}, tmp_path / "交回.xlsx"), round_id=ROUND)
    assert {f.where.row: f.rule for f in report.findings} == {row: rule for row, (_, rule) in BAD.items()}
    assert (report.rejected_rows, report.entered) == (tuple(BAD), 1)
    assert Path(report.paths[0]).is_file()


def test_a_list_in_which_nothing_can_be_taken_is_refused(office_at, tmp_path):
    office = office_at("issued")
    (book, _) = handover(office, round_id=ROUND).paths
    with pytest.raises(InputError):
        read_handover(office, fill(book, {2: FILLED | {"姓名": "别人"}}, tmp_path / "交回.xlsx"), round_id=ROUND)
    assert handover(office, round_id=ROUND).given == 0


def test_licences_hold_what_the_certificates_say_and_never_an_identifier(office_at):
    office = office_at("issued")
    gone = [c for c in ledger_of(office) if c.award_id == "low-voltage-electrician"]
    revoke(office, Selection(numbers=(gone[0].number,), award_id=gone[0].award_id), reason="伪造材料", yes=True)
    report = licences(office, round_id=ROUND)
    book, document = map(Path, report.paths)
    said = json.loads(document.read_text(encoding="utf-8"))
    assert [(one["number"], one["name"], one["state"]) for one in said["licences"]] == [
        (c.number, c.face.name, "撤销" if c is gone[0] else "有效") for c in gone
    ]
    assert {one["licence_id"] for one in said["licences"]} == {""}
    assert {one["document_code"] for one in said["licences"]} == {"111"}
    assert {one["mark"] for one in said["fields"]} == {"seen", "inferred", "not_found"}
    assert all(one["source"] for one in said["fields"])
    rows = [[cell.value or "" for cell in row] for row in load_workbook(book)["电子证照数据"].iter_rows(min_row=2)]
    assert rows == [list(one.values()) for one in said["licences"]]
    assert rules(report.findings) == ["licence-fields-unknown"]


def test_the_page_to_sign_says_what_the_frozen_file_holds(office_at):
    office = office_at("issued")
    report = upload(office, quarter="2026Q2")
    pages = [Path(path) for path in report.paths if path.endswith(".pdf")]
    assert len(pages) == len(report.prepared) == 2
    for view, path in zip(report.prepared, pages, strict=True):
        words = text_of(path).replace("\n", "")
        for said in (
            view.batch.id,
            view.batch.issuer,
            view.batch.sha256[:32],
            view.batch.sha256[32:],
            "2026年第2季度",
            "填表人",
            "审核人",
            "单位盖章",
            "日期",
        ):
            assert said in words
        (rows,) = [rows_of(one) for one in report.paths if one.endswith(view.batch.file_name)]
        assert f"{len(rows) - 1}" in words.split("合计")[1]
        assert [name for row in rows[1:] if (name := row[0]) in words] == []
    assert [path.name for path in pages] == ["summary-2026Q2-001.pdf", "summary-2026Q2-002.pdf"]


def test_kept_files_say_until_when_and_what_became_of_them(office_at):
    office = office_at("issued")
    upload(office, quarter="2026Q2")
    handover(office, round_id=ROUND)
    everything = kept(office).files
    for_good = {view.file.path.split("/")[0] for view in everything if view.due_on is None}
    assert for_good == {"certificates", "manifests"}
    files = [view for view in everything if view.due_on]
    until = {view.file.path.split("/")[0]: (view.file.electronic_until, view.file.paper_until) for view in files}
    assert until == dict.fromkeys(("uploads", "handover"), (date(2031, 7, 1), date(2029, 7, 1)))
    assert ({view.state for view in files}, kept(office).findings, kept(office, due=True).files) == ({"there"}, (), ())
    root = Path(office.settings.out_folder)
    changed, missing, *_ = [view.file.path for view in files]
    (root / changed).write_bytes(b"x")
    (root / missing).unlink()
    assert sorted(rules(kept(office).findings)) == ["kept-changed", "kept-missing"]
    upload(office, quarter="2026Q2")
    assert len(kept(office).files) == len(everything)
    later = office_at("", date(2031, 7, 2))
    assert [view.state for view in kept(later, due=True).files].count("due") == len(files) - (
        (root / missing).is_file() is False
    )
    assert kept(office_at("", date(2031, 7, 1)), due=True).files == ()
