"""How this product's workbooks look, and how text gets into a cell without ever becoming a formula. Writers share it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from scheduler.domain.catalogue import Catalogue
from scheduler.sheets.codes import Codes, offered
from scheduler.sheets.columns import Choices, Column, Value

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

RED = PatternFill("solid", fgColor="FFFFC7CE")
AMBER = PatternFill("solid", fgColor="FFFFEB9C")
_HEAD = PatternFill("solid", fgColor="FF1F4E78")
_MUST = PatternFill("solid", fgColor="FF9C2A2A")
_DIM = PatternFill("solid", fgColor="FFE7E6E6")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""The file format reads _x0041_ as the letter A; words that look so are written with their first mark escaped."""
_LONGEST = 32_000
_FORMULA_MARKS = frozenset("=+-@\t\r\n")
"""First characters that make some program take words for a formula."""
_TOP = Alignment(vertical="top")
_CENTRED = Alignment(vertical="top", horizontal="center")
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_WIDEST = 28
"""Widest a column grows by itself, in narrow characters; longer words go on below."""
_TITLES: Mapping[Choices, str] = {
    "schemes": "报考方案 Schemes", "awards": "证书种类 Awards", "trades": "工种 Trades", "kinds": "证件类型 Document kinds",
    "sexes": "性别 Sexes", "yes_no": "是否 Yes or no", "education": "文化程度 Education", "room_kinds": "考场类型 Room kinds",
    "duties": "考评员职责 Duties", "reasons": "回避原因 Reasons", "together": "同组要求 Together", "roles": "发证职责 Roles",
    "attendance": "考勤 Attendance", "can_serve": "能否执考 Can serve", "acceptance": "答复 Answer",
}  # fmt: skip
_SEVERAL: frozenset[Choices] = frozenset({"awards", "duties", "schemes", "trades", "roles"})
"""Lists of which a cell may name several; there a drop-down offers and never refuses."""
LISTS = "代码表"
NOTES = "填写说明"
FINDINGS = "问题清单"


def put(cell: Cell | MergedCell, value: Value, *, text: bool = False) -> None:
    """Write a value; words stay words, whatever they begin with.

    Args:
        text: Format the cell as text, for numbers printed on papers.
    """
    if isinstance(cell, MergedCell):
        return
    if isinstance(value, str):
        clean = _ILLEGAL.sub("�", value)[:_LONGEST]
        cell.value = _ESCAPE.sub("_x005F_", clean)
        # openpyxl takes a leading = for a formula and #N/A for an error; a name is neither.
        cell.data_type = "s"
        if clean[:1] in _FORMULA_MARKS:
            cell.quotePrefix = True
    else:
        cell.value = value
    if text:
        cell.number_format = "@"
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, time):
        cell.number_format = "hh:mm"


def new_book() -> Workbook:
    """Return a workbook without sheets."""
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    return book


def head(sheet: Worksheet, headings: Sequence[str], widths: Sequence[int], *, must: Iterable[int] = ()) -> None:
    """Write the heading row, freeze it, set widths; compulsory headings (indices from 0) are red."""
    red = set(must)
    for index, words in enumerate(headings):
        cell = sheet.cell(1, index + 1)
        put(cell, words)
        cell.font = Font(bold=True, color="FFFFFFFF")
        cell.fill = _MUST if index in red else _HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(index + 1)].width = widths[index] + 2
    sheet.row_dimensions[1].height = 46
    sheet.freeze_panes = "A2"
    _fit_to_paper(sheet)


def _fit_to_paper(sheet: Worksheet) -> None:
    """Print a sheet on A4 across, all columns on one page, the heading and the page number on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.7
    foot = sheet.oddFooter
    if foot is not None:
        foot.left.text = sheet.title.replace("&", "&&")
        foot.center.text = "第 &P 页，共 &N 页 · page &P of &N"


def head_columns(sheet: Worksheet, columns: Sequence[Column]) -> None:
    """Write the headings of a table; columns of numbers printed on papers are formatted as text down to the last row."""
    must = [n for n, column in enumerate(columns) if column.required]
    head(sheet, [c.heading for c in columns], [c.width for c in columns], must=must)
    for n, column in enumerate(columns, start=1):
        if column.text:
            # ColumnDimension takes a number format as every styled object does; the stubs do not know it.
            sheet.column_dimensions[get_column_letter(n)].number_format = "@"


def fill(sheet: Worksheet, columns: Sequence[Column], rows: Iterable[Mapping[str, Value]]) -> None:
    """Write rows given by column key, from row 2 on."""
    for number, values in enumerate(rows, start=2):
        for n, column in enumerate(columns, start=1):
            value = values.get(column.key)
            if value not in {None, ""}:
                put(sheet.cell(number, n), value, text=column.text)


def rows_below(sheet: Worksheet, rows: Iterable[Sequence[Value]]) -> None:
    """Write plain rows from row 2 on and put a filter and a print area around them."""
    last = 1
    for number, values in enumerate(rows, start=2):
        last = number
        for n, value in enumerate(values, start=1):
            if value not in {None, ""}:
                cell = sheet.cell(number, n)
                put(cell, value)
                cell.alignment = _WRAPPED if isinstance(value, str) and len(value) > 20 else _TOP
    _enclose(sheet, sheet.max_column, last)


def lay_out(
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Value]],
    *,
    formats: Mapping[str, str] | None = None,
) -> None:
    """Write a whole table to be read by people: headings, rows, a filter, columns as wide as what stands in them.

    Args:
        formats: Number format by column key, for columns that need one.
    """
    widths, last = [column.width for column in columns], 1
    head(sheet, [f"{column.zh}\n{column.en}" for column in columns], widths)
    for number, values in enumerate(rows, start=2):
        last, lines = number, 1
        for n, column in enumerate(columns):
            value = values.get(column.key)
            if value is None or value == "":
                continue
            cell = sheet.cell(number, n + 1)
            put(cell, value, text=column.text)
            if formats and column.key in formats and isinstance(value, float):
                cell.number_format = formats[column.key]
            cell.alignment = _CENTRED
            if isinstance(value, str):
                wide = columns_taken(value)
                widths[n] = max(widths[n], min(wide, _WIDEST))
                cell.alignment = _WRAPPED if wide > widths[n] else _TOP
                lines = max(lines, -(-wide // widths[n]))
        if lines > 1:
            sheet.row_dimensions[number].height = 15 * lines
    for n, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(n)].width = width + 2
    _enclose(sheet, len(columns), last)


def columns_taken(words: str) -> int:
    """Return how wide words are, in narrow characters; Chinese ones take two."""
    return max((sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in words.splitlines()), default=0)


def _enclose(sheet: Worksheet, columns: int, last_row: int) -> None:
    """Put the filter and the print area around what stands there."""
    corner = f"{get_column_letter(columns)}{last_row}"
    sheet.auto_filter.ref = f"A1:{corner}"
    sheet.print_area = f"A1:{corner}"
    sheet.print_options.gridLines = True


def offer_lists(
    book: Workbook, sheet: Worksheet, columns: Sequence[Column], catalogue: Catalogue, last_row: int
) -> None:
    """Put drop-down lists below the headings that have codes; the lists stand on a sheet of their own."""
    lists = book[LISTS] if LISTS in book.sheetnames else book.create_sheet(LISTS)
    _fit_to_paper(lists)
    for n, column in enumerate(columns, start=1):
        codes = offered(column.choices, catalogue)
        if codes is None:
            continue
        at = _list_column(lists, column.choices, codes)
        letter = get_column_letter(at)
        rule = DataValidation("list", f"'{LISTS}'!${letter}$2:${letter}${len(codes.labels) + 1}", allow_blank=True)
        rule.errorStyle = "warning"
        rule.showErrorMessage = column.choices not in _SEVERAL
        rule.errorTitle, rule.error = "不在列表中", "请从列表中选择 / please choose from the list"
        here = get_column_letter(n)
        rule.add(f"{here}2:{here}{last_row}")
        sheet.add_data_validation(rule)


def _list_column(lists: Worksheet, choices: Choices, codes: Codes) -> int:
    """Return the column of a list, writing it when it is new: labels, and codes beside them."""
    title = _TITLES.get(choices, choices)
    for n in range(1, lists.max_column + 1):
        if lists.cell(1, n).value == title:
            return n
    at = 1 if lists.cell(1, 1).value is None else lists.max_column + 1
    put(lists.cell(1, at), title)
    put(lists.cell(1, at + 1), "代码 Code")
    for cell in (lists.cell(1, at), lists.cell(1, at + 1)):
        cell.font = Font(bold=True)
    for number, (code, label) in enumerate(codes.labels.items(), start=2):
        put(lists.cell(number, at), label)
        put(lists.cell(number, at + 1), str(code))
    lists.column_dimensions[get_column_letter(at)].width = 42
    lists.column_dimensions[get_column_letter(at + 1)].width = 30
    return at


def dim(cell: Cell | MergedCell) -> None:
    """Grey a cell out that is not to be filled in."""
    cell.fill = _DIM
