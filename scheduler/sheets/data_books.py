"""Workbooks of data duties besides the upload: the hand-over list (发放登记表) and the data of electronic licences (电子证照数据)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from scheduler.domain.data_duties import LicenceField
from scheduler.phrases import phrase
from scheduler.sheets.columns_receipt import HANDOVER
from scheduler.sheets.paint import head, new_book, put, rows_below
from scheduler.sheets.profiles import Profile

_TO_FILL_IN = {"handed_over_on", "way", "receiver"}
_FIRST = 16
"""Width of a column of licence data, in characters."""


def handover_book(rows: Sequence[Mapping[str, str]], profile: Profile) -> Workbook:
    """Return the hand-over list: the columns of the profile in its order, every cell text; what is to be filled in is red."""
    book = new_book()
    sheet = book.create_sheet(HANDOVER.title)
    widths = {column.key: column.width for column in HANDOVER.columns}
    must = [n for n, column in enumerate(profile.columns) if column.field in _TO_FILL_IN]
    head(
        sheet, [column.zh for column in profile.columns], [widths.get(c.field, 14) for c in profile.columns], must=must
    )
    for number, row in enumerate(rows, start=2):
        for n, column in enumerate(profile.columns, start=1):
            put(sheet.cell(number, n), row.get(column.field) or None, text=column.field != "handed_over_on")
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(profile.columns))}{len(rows) + 1}"
    return book


def licence_book(fields: Sequence[LicenceField], licences: Sequence[Mapping[str, str]]) -> Workbook:
    """Return the data of electronic licences, one a row, and a sheet that says of each field how sure it is."""
    book = new_book()
    sheet = book.create_sheet(phrase("Electronic licences").zh)
    head(sheet, [f"{one.name.zh}\n{one.name.en}" for one in fields], [_FIRST] * len(fields))
    for number, licence in enumerate(licences, start=2):
        for n, one in enumerate(fields, start=1):
            put(sheet.cell(number, n), licence[one.id] or None, text=True)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(fields))}{len(licences) + 1}"
    notes = book.create_sheet(phrase("Fields").zh)
    words = (phrase("Field"), phrase("Group"), phrase("How sure"), phrase("Source"))
    head(notes, [f"{one.zh}\n{one.en}" for one in words], [34, 20, 12, 90])
    marks = {"seen": phrase("seen"), "inferred": phrase("inferred"), "not_found": phrase("not found")}
    rows_below(
        notes,
        [
            (f"{one.name.zh} {one.name.en}", one.group.zh, marks[one.edition.mark].zh, one.edition.source)
            for one in fields
        ],
    )
    return book
