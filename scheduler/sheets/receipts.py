"""Rows of receipts and of filled-in hand-over lists; which certificate a row means is found out by the office."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from scheduler.errors import Finding, Text
from scheduler.sheets.cells import Row
from scheduler.sheets.codes import make_codes
from scheduler.sheets.columns import Table
from scheduler.sheets.columns_receipt import HANDOVER, RECEIPT
from scheduler.sheets.table import Sheet, find_by_heading
from scheduler.sheets.workbook import Book

RESULTS = make_codes([
    ("accepted", "接收", "已接收", "接受", "通过", "审核通过", "成功", "上报成功", "已入库", "入库", "accepted", "accept", "ok", "success", "passed"),
    ("rejected", "退回", "已退回", "不通过", "未通过", "审核不通过", "失败", "上报失败", "驳回", "拒收", "rejected", "reject", "failed", "error", "refused"),
])  # fmt: skip
_BY_COURIER = ("邮寄", "快递", "邮政", "courier", "post", "mail")


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """One row of a receipt."""

    row: Row
    """For findings that only the office can make."""
    batch_id: str
    number: str
    name: str
    trade: str
    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ReadHandover:
    """One row of a hand-over list that was filled in."""

    row: Row
    number: str
    name: str
    trade: str
    given_on: date
    way: str
    receiver: str
    phone: str
    address: str
    courier_no: str
    remark: str


def receipts_of(book: Book) -> tuple[list[ReadReceipt], int, list[Finding]]:
    """Read the receipt of an open workbook: good rows, how many have no result yet, and everything found.

    The findings grow when the office notes more at a row.
    """
    sheet, findings = _sheet(book, RECEIPT)
    read, waiting = [], 0
    for row in sheet.rows(findings) if sheet else ():
        if not row.has("result"):
            waiting += 1
            continue
        result = row.choice("result", RESULTS, "result-unknown", required=True)
        number = row.code("number", "certificate-number-stored-as-number", required=True)
        found = ReadReceipt(
            row,
            row.code("batch", "batch-stored-as-number"),
            number,
            row.text("name"),
            row.text("trade"),
            accepted=result == "accepted",
            reason=row.text("reason"),
        )
        if result == "rejected" and not found.reason:
            row.fault(
                "reason",
                "reason-missing",
                ("退回而未写明原因", "it was rejected, and it is not said why"),
                hint=("向接收方问明原因", "ask whoever rejected it"),
                severity="warning",
            )
        if not row.failed:
            read.append(found)
    return read, waiting, findings


def handovers_of(book: Book, today: date) -> tuple[list[ReadHandover], int, list[Finding]]:
    """Read the hand-over list of an open workbook: rows filled in, how many are still open, and everything found."""
    sheet, findings = _sheet(book, HANDOVER)
    read, waiting = [], 0
    for row in sheet.rows(findings) if sheet else ():
        if not any(row.has(key) for key in ("handed_over_on", "way", "receiver", "courier_no")):
            waiting += 1
            continue
        found = _handover(row, today)
        if found is not None and not row.failed:
            read.append(found)
    return read, waiting, findings


def _handover(row: Row, today: date) -> ReadHandover | None:
    number = row.code("number", "certificate-number-stored-as-number", required=True)
    given_on = row.day("handed_over_on", required=True)
    way, receiver = row.text("way", required=True), row.text("receiver", required=True)
    courier_no = row.code("courier_no", "courier-number-stored-as-number")
    if any(word in unicodedata.normalize("NFKC", way).casefold() for word in _BY_COURIER) and not courier_no:
        what = ("邮寄的没有快递单号", "it went by courier, and there is no courier number")
        row.fault("courier_no", "courier-number-missing", what, hint=("补填快递单号", "fill in the courier number"))
    if given_on is not None and given_on > today:
        row.fault(
            "handed_over_on",
            "handover-ahead",
            ("发放日期在今天之后", "the day is still to come"),
            expected=(f"{today} 或以前", f"{today} or before"),
            hint=("核对日期", "check the date"),
        )
    if given_on is None:
        return None
    words = {key: row.text(key) for key in ("name", "trade", "phone", "address", "remark")}
    return ReadHandover(
        row=row, number=number, given_on=given_on, way=way, receiver=receiver, courier_no=courier_no, **words
    )


def _sheet(book: Book, table: Table) -> tuple[Sheet | None, list[Finding]]:
    findings = list(book.findings)
    sheet = find_by_heading(book, table, findings)
    if sheet is not None and not any(n > sheet.heading_row for n, _ in sheet.grid.rows):
        what = Text("标题行下没有内容", "there are no rows below the heading")
        findings.append(Finding("no-rows", what, sheet.where(sheet.heading_row)))
    return sheet, findings
