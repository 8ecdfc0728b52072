"""The workbook of an upload (上报数据表): eleven columns in the order that is asked for, every cell text; and the receipt to fill in.

Certificates that ended never stand among those that hold: they have a sheet of their own, as do the words before a correction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from openpyxl import Workbook

from scheduler.domain.uploads import UploadRecord
from scheduler.errors import Text
from scheduler.phrases import phrase
from scheduler.sheets.columns_receipt import RECEIPT
from scheduler.sheets.paint import fill, head, head_columns, new_book, put
from scheduler.sheets.profiles import Profile

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

WIDTHS: Mapping[str, int] = {
    "name": 12, "document_kind": 10, "document_no": 22, "employer": 26, "occupation": 20, "trade": 24, "level": 8,
    "number": 26, "issued_on": 12, "evaluated_by": 26, "issued_by": 26,
}  # fmt: skip


def upload_book(records: Sequence[UploadRecord], profile: Profile, fields: Sequence[str]) -> Workbook:
    """Return the workbook of one batch.

    Args:
        records: All of one data type.
        profile: The sheet asked for; its fields say which cell goes where.
        fields: Keys of the records' cells, in their order.
    """
    book = new_book()
    order = [fields.index(column.field) for column in profile.columns]
    holding = [one for one in records if not one.ended]
    _rows(_sheet(book, phrase("Certificate data"), profile), [_in_order(one.cells, order) for one in holding])
    changed = [one for one in holding if one.before]
    if changed:
        sheet = _sheet(book, phrase("Before correction"), profile, phrase("Reason"))
        _rows(sheet, [(*_in_order(one.before, order), one.reason) for one in changed])
    ended = [one for one in records if one.ended]
    if ended:
        sheet = _sheet(book, phrase("Ended"), profile, phrase("State"), phrase("Reason"))
        states = {"revoked": phrase("Revoked"), "cancelled": phrase("Voided")}
        _rows(sheet, [(*_in_order(one.cells, order), states[one.ended].zh, one.reason) for one in ended if one.ended])
    book.active = 0
    return book


def receipt_book(batch_id: str, records: Sequence[UploadRecord], fields: Sequence[str]) -> Workbook:
    """Return a receipt to fill in: one row a record, result and reason left open; it reads back with ``upload --receipt``."""
    book = new_book()
    sheet = book.create_sheet(RECEIPT.title)
    head_columns(sheet, RECEIPT.columns)
    at = {key: fields.index(key) for key in ("number", "name", "trade")}
    rows = [
        {"batch": batch_id, **{key: one.cells[n] for key, n in at.items()}, "result": "", "reason": ""}
        for one in records
    ]
    fill(sheet, RECEIPT.columns, rows)
    return book


def _sheet(book: Workbook, title: Text, profile: Profile, *more: Text) -> Worksheet:
    sheet: Worksheet = book.create_sheet(title.zh)
    words = [column.zh for column in profile.columns] + [column.zh for column in more]
    widths = [WIDTHS.get(column.field, 16) for column in profile.columns] + [24 for _ in more]
    head(sheet, words, widths)
    return sheet


def _rows(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    for number, values in enumerate(rows, start=2):
        for n, value in enumerate(values, start=1):
            put(sheet.cell(number, n), value, text=True)
    sheet.auto_filter.ref = sheet.dimensions


def _in_order(cells: Sequence[str], order: Sequence[int]) -> tuple[str, ...]:
    return tuple(cells[n] for n in order)
