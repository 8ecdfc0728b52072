"""The register of what happened on the day (考场异常情况登记表): one row an event, with room for the signatures it needs."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side

from scheduler.phrases import phrase
from scheduler.sheets.columns import Value
from scheduler.sheets.paint import head, new_book, rows_below

WIDTHS = (5, 10, 11, 16, 14, 11, 11, 6, 36, 7, 7, 20, 14, 9, 11, 11)


def headings() -> list[str]:
    """Return the headings, Chinese above English."""
    words = (
        phrase("No."),
        phrase("Date"),
        phrase("Hours"),
        phrase("Site"),
        phrase("Room"),
        phrase("Event"),
        phrase("Person"),
        phrase("Turn and place"),
        phrase("What happened"),
        phrase("Minutes lost"),
        phrase("Minutes added"),
        phrase("Reason"),
        phrase("Entered by"),
        phrase("State"),
        phrase("Examiner's signature"),
        phrase("Site head's signature"),
    )
    return [f"{one.zh}\n{one.en}" for one in words]


def day_book(title: str, rows: Sequence[Sequence[Value]]) -> Workbook:
    """Return the register; the last two columns stay empty, to be signed by hand."""
    book = new_book()
    sheet = book.create_sheet(phrase("Exam day events").zh)
    head(sheet, headings(), WIDTHS)
    rows_below(sheet, rows)
    sheet.row_dimensions[1].height = 64
    thin = Side(style="thin", color="FF999999")
    for number in range(2, len(rows) + 2):
        sheet.row_dimensions[number].height = 62
        for n in range(1, len(WIDTHS) + 1):
            cell = sheet.cell(number, n)
            cell.alignment = Alignment(vertical="center", wrap_text=True)
            cell.border = Border(bottom=thin, left=thin, right=thin)
    sheet.oddHeader.center.text = title.replace("&", "&&")
    sheet.oddFooter.center.text = phrase("Page {n} of {total}", n="&P", total="&N").zh
    return book
