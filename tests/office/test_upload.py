"""The quarterly upload against a recount that shares no code with it, and against whatever else may happen to a batch."""

from __future__ import annotations

import hashlib
import threading
from datetime import date

import pytest
from openpyxl import load_workbook

from scheduler.domain.uploads import RecordKind
from scheduler.errors import Conflict, InputError, NotFound
from scheduler.office import upload_files
from scheduler.office.receipts import read_receipt
from scheduler.office.upload import hand_over, outbox, upload, withdraw
from tests.office.conftest import rules
from tests.office.paperless import (
    again,
    desk,
    end,
    issue,
    ledger_by_sql,
    number_of,
    receipt,
    suspend,
)

Q2 = "2026Q2"
HEADS = (
    "姓名",
    "证件类型",
    "证件号码",
    "工作单位",
    "职业",
    "工种",
    "技能等级",
    "证书编号",
    "发证日期",
    "评价机构",
    "发证机构",
)


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch):
    """Pages to sign are drawn in test_duty_papers.py only."""
    monkeypatch.setattr(upload_files, "summary_pdf", lambda *_: b"%PDF-")


@pytest.fixture
def office(tmp_path):
    with desk(tmp_path / "desk") as opened:
        yield opened


def folder_of(office):
    return office.settings.out_folder / "uploads"


def rows_of(view):
    """Return what a batch's workbook says, sheet by sheet, as somebody with a spreadsheet program sees it."""
    book = load_workbook(f"{view.folder}/{view.batch.file_name}")
    for sheet in book:
        assert tuple(cell.value for cell in sheet[1])[:11] == HEADS
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] for sheet in book}


def a_quarter(office):
    """Six issued in the quarter, two before, one after; one revoked, one suspended, one reissued, all before any upload."""
    for n in range(6):
        issue(office, n, date(2026, 4 + n % 3, 1 + n))
    for n in (6, 7):
        issue(office, n, date(2026, 2, 3))
    issue(office, 8, date(2026, 7, 1))
    for n in (9, 10, 11):
        issue(office, n, date(2026, 6, 30))
    end(office, 9)
    suspend(office, 10)
    again(office, 11, kind="reissue")


def recount(office, first, last, accepted):
    """Return what is due, by data type, from plain SQL and the receipts alone.

    Args:
        first: first day of the quarter in ISO 8601.
        last: its last day.
        accepted: what a number's accepted record said of name and standing.
    """
    papers, events, people = ledger_by_sql(office.settings.database)
    due = {"new": [], "late": [], "corrected": [], "ended": []}
    for number, made in papers.items():
        document, standing = made[-1]
        pauses = [event for event in events[number] if event in {"suspended", "lifted"}]
        paused = standing == "valid" and pauses[-1:] == ["suspended"]
        person = people[document["entry_id"]]
        said = [
            document["face"]["name"], "201", person["document"]["number"], person["employer"] or "其他", "电工", "--", "5",
            number, document["issued_on"], "甲职业培训学校", "甲职业培训学校",
        ]  # fmt: skip
        if number not in accepted:
            if standing == "valid" and not paused and document["issued_on"] <= last:
                due["new" if document["issued_on"] >= first else "late"].append(said)
        elif standing == "revoked":
            if accepted[number][1] == "valid":
                due["ended"].append([accepted[number][0], *said[1:]])
        elif accepted[number] != (said[0], "valid"):
            due["corrected"].append(said)
    return {kind: sorted(rows, key=lambda row: row[7]) for kind, rows in due.items()}


def told(report):
    """Return what the batches of a report say, by data type."""
    found = {"new": [], "late": [], "corrected": [], "ended": []}
    for view in report.prepared:
        sheets = rows_of(view)
        found[view.batch.kind] += sheets["证书数据"]
        found["ended"] += [row[:11] for row in sheets.get("已失效", [])]
    return found


def test_a_simulated_quarter_equals_an_independent_recount(office, tmp_path):
    a_quarter(office)
    first = upload(office, quarter=Q2)
    assert told(first) == recount(office, "2026-04-01", "2026-06-30", {})
    assert {kind: len(rows) for kind, rows in told(first).items()} == {"new": 7, "late": 2, "corrected": 0, "ended": 0}
    assert rules(first.findings) == ["upload-suspended"]
    for view in first.prepared:
        hand_over(office, view.batch.id, to="省鉴定中心")
    results = {row[7]: "" for rows in told(first).values() for row in rows} | {
        number_of(n): "照片不清" for n in (2, 3, 6)
    }
    assert read_receipt(office, receipt(tmp_path, results)).accepted == 6
    accepted = {number: (f"人{int(number[-6:])}", "valid") for number, why in results.items() if not why}

    again(office, 0, "更正零")
    end(office, 1)
    again(office, 2, "更正二")
    again(office, 4, kind="reissue")
    suspend(office, 5)
    suspend(office, 10, "lifted")
    second = upload(office, quarter=Q2)
    assert told(second) == recount(office, "2026-04-01", "2026-06-30", accepted)
    counted = {"new": [2, 3, 10], "late": [6], "corrected": [0], "ended": [1]}
    assert {kind: [row[7] for row in rows] for kind, rows in told(second).items()} == {
        kind: [number_of(n) for n in people] for kind, people in counted.items()
    }
    (corrected,) = [view for view in second.prepared if view.batch.kind is RecordKind.CORRECTED]
    sheets = rows_of(corrected)
    assert [(row[0], row[11]) for row in sheets["更正前"]] == [("人0", "事由0")]
    assert [row[11:] for row in sheets["已失效"]] == [["撤销", "撤销1"]]


def test_called_again_nothing_is_taken_twice_and_a_lost_file_comes_back_byte_for_byte(office):
    a_quarter(office)
    made = upload(office, quarter=Q2)
    counts = [view.batch.records for view in made.prepared]
    assert (counts, [view.batch.id for view in made.prepared]) == ([7, 2], ["2026Q2-001", "2026Q2-002"])
    path = folder_of(office) / "2026Q2-001" / "upload-2026Q2-001.xlsx"
    before = path.read_bytes()
    assert hashlib.sha256(before).hexdigest() == made.prepared[0].batch.sha256
    assert path.with_name(path.name + ".sha256").read_text().split()[0] == made.prepared[0].batch.sha256
    path.unlink()
    second = upload(office, quarter=Q2)
    assert (second.prepared, path.read_bytes()) == ((), before)


def test_a_frozen_file_that_was_changed_is_noticed_and_never_handed_over(office):
    a_quarter(office)
    upload(office, quarter=Q2)
    path = folder_of(office) / "2026Q2-001" / "upload-2026Q2-001.xlsx"
    path.write_bytes(path.read_bytes() + b" ")
    assert rules(outbox(office).findings) == ["upload-file-changed"]
    with pytest.raises(Conflict) as refusal:
        hand_over(office, "2026Q2-001", to="省鉴定中心")
    assert rules(refusal.value.findings) == ["upload-file-changed"]
    assert dict(outbox(office).outbox[0].states) == {"prepared": 7}


def test_a_preview_changes_nothing(office):
    a_quarter(office)
    before = ledger_by_sql(office.settings.database)
    seen = upload(office, quarter=Q2, dry_run=True)
    assert [view.batch.records for view in seen.prepared] == [7, 2]
    assert (outbox(office).outbox, folder_of(office).exists()) == ((), False)
    made = upload(office, quarter=Q2)
    assert [view.batch.sha256 for view in made.prepared] == [view.batch.sha256 for view in seen.prepared]
    hand_over(office, "2026Q2-001", to="省鉴定中心", dry_run=True)
    withdraw(office, "2026Q2-001", reason="重做", dry_run=True)
    assert dict(outbox(office).outbox[0].states) == {"prepared": 7}
    assert ledger_by_sql(office.settings.database) == before


def test_two_desks_at_once_never_double(tmp_path):
    with desk(tmp_path / "desk") as office:
        a_quarter(office)
    made, start = [], threading.Barrier(3)

    def run():
        with desk(tmp_path / "desk") as one:
            start.wait()
            made.append(upload(one, quarter=Q2))

    desks = [threading.Thread(target=run) for _ in range(3)]
    for one in desks:
        one.start()
    for one in desks:
        one.join()
    assert sorted(len(report.prepared) for report in made) == [0, 0, 2]
    with desk(tmp_path / "desk") as office:
        assert sum(view.batch.records for view in outbox(office).outbox) == 9


def test_a_batch_is_withdrawn_only_before_it_is_handed_over(office):
    a_quarter(office)
    upload(office, quarter=Q2)
    again(office, 3, "更正三")
    assert "upload-pending-changed" in rules(upload(office, quarter=Q2).findings)
    withdraw(office, "2026Q2-001", reason="有更正")
    (view,) = upload(office, quarter=Q2).prepared
    assert (view.batch.id, view.batch.records) == ("2026Q2-003", 7)
    assert "更正三" in {row[0] for row in rows_of(view)["证书数据"]}
    hand_over(office, "2026Q2-003", to="省鉴定中心")
    for refused in (
        lambda: withdraw(office, "2026Q2-003", reason="有更正"),
        lambda: hand_over(office, "2026Q2-003", to="某"),
    ):
        with pytest.raises(Conflict):
            refused()
    with pytest.raises(NotFound):
        withdraw(office, "2026Q2-009", reason="有更正")


def test_rows_of_a_receipt_that_cannot_be_taken_come_back_with_reasons(office, tmp_path):
    a_quarter(office)
    upload(office, quarter=Q2)
    hand_over(office, "2026Q2-001", to="省鉴定中心")
    source = receipt(
        tmp_path, {number_of(0): "", number_of(1): "重复", number_of(6): "", number_of(77): "", number_of(8): "无"}
    )
    report = read_receipt(office, source)
    assert (report.accepted, [row[2:] for row in report.rejected], report.rejected_rows) == (
        1,
        [("人1", "重复")],
        (4, 5, 6),
    )
    assert sorted(rules(report.findings)) == ["receipt-before-handover", "receipt-unknown", "receipt-unknown"]
    assert load_workbook(report.error_workbook) is not None
    last = read_receipt(office, receipt(tmp_path, {number_of(0): ""}, "再.csv"))
    assert (last.accepted, rules(last.findings)) == (0, ["receipt-again"])
    with pytest.raises(InputError) as refusal:
        read_receipt(office, receipt(tmp_path, {number_of(0): "有误"}, "反.csv"))
    assert rules(refusal.value.findings) == ["receipt-contradicts"]


def test_a_correction_that_changes_the_number_tells_both_numbers(office, tmp_path):
    issue(office, 1, date(2026, 5, 1))
    upload(office, quarter=Q2)
    hand_over(office, "2026Q2-001", to="省鉴定中心")
    read_receipt(office, receipt(tmp_path, {number_of(1): ""}))
    again(office, 1, number="X1")
    (view,) = upload(office, quarter=Q2).prepared
    sheets = rows_of(view)
    assert view.batch.kind is RecordKind.CORRECTED
    assert ([row[7] for row in sheets["证书数据"]], [row[7] for row in sheets["更正前"]]) == (["X1"], [number_of(1)])
    hand_over(office, view.batch.id, to="省鉴定中心")
    assert read_receipt(office, receipt(tmp_path, {"X1": ""}, "二.csv")).accepted == 1
    assert upload(office, quarter=Q2).prepared == ()


@pytest.mark.parametrize("words", ["2026Q5", "26Q1", "2026", "2027Q1", ""])
def test_what_is_no_quarter_or_has_not_begun_is_refused(office, words):
    with pytest.raises(InputError):
        upload(office, quarter=words)


def test_awards_that_the_data_do_not_ask_for_are_counted_and_not_uploaded(office):
    a_quarter(office)
    folder = office.settings.file.parent / "own"
    folder.mkdir()
    record = """[[upload]]\nid = "skill-level"\nkinds = ["skill_level"]\nuploaded = false\nby = { zh = "甲", en = "a" }
in_force_from = 2019-02-01\nsource = "own inquiry site"\nmark = "seen"\n"""
    (folder / "own.toml").write_text(record, encoding="utf-8")
    settings = office.settings.file
    settings.write_text(settings.read_text(encoding="utf-8") + 'catalogue_folder = "own"\n', encoding="utf-8")
    with desk(settings.parent) as own:
        report = upload(own, quarter=Q2)
    assert (report.prepared, report.not_due) == ((), 11)
