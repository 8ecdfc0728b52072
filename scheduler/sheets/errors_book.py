"""The error workbook: the user's own rows and sheets, each bad cell marked, with what is wrong and what to do beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter

from scheduler.errors import Finding
from scheduler.sheets.cells import shown
from scheduler.sheets.columns import PROBLEM, REMEDY, is_added
from scheduler.sheets.columns_duties import AVAILABILITY, DUTIES
from scheduler.sheets.columns_entries import ENTRIES
from scheduler.sheets.columns_marks import marks_table
from scheduler.sheets.columns_numbers import NUMBERS
from scheduler.sheets.columns_setup import SETUP
from scheduler.sheets.paint import AMBER, FINDINGS, RED, head, new_book, put, rows_below
from scheduler.sheets.table import OWN_SHEETS, heading_row
from scheduler.sheets.workbook import Book, Grid, open_book

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_TABLES = (ENTRIES, marks_table(()), NUMBERS, AVAILABILITY, DUTIES, *SETUP)
_OURS = frozenset({RED.fgColor.rgb, AMBER.fgColor.rgb})


def error_book(source: Path, findings: Sequence[Finding]) -> Workbook:
    """Return a copy of a workbook with two columns added to each sheet that findings speak of, and a list of them all.

    Raises:
        SheetError: The source cannot be read at all, so there are no rows to give back.
    """
    plain = open_book(source)
    book = _copy(source, plain, findings)
    marked = [
        grid for grid in plain.grids if grid.name in book.sheetnames and grid.name not in OWN_SHEETS and not grid.hidden
    ]
    for n, grid in enumerate(marked):
        # Rules judged after reading know the row and not always the sheet; such rows are of the first one.
        here = [f for f in findings if f.where.sheet == grid.name or (f.where.sheet is None and n == 0)]
        _mark(book[grid.name], plain, grid, here)
    _list(book, findings)
    return book


def _copy(source: Path, plain: Book, findings: Sequence[Finding]) -> Workbook:
    """Copy with everything an Excel workbook has; other kinds, and what openpyxl cannot open, as plain cells."""
    if plain.kind == "xlsx":
        try:
            book = load_workbook(source)
        except Exception:  # noqa: BLE001 - openpyxl throws anything at a style it does not know; the rows still go back
            return _plain_copy(plain)
        _keep_values(book, plain, findings)
        return book
    return _plain_copy(plain)


def _keep_values(book: Workbook, plain: Book, findings: Iterable[Finding]) -> None:
    """Write what accepted formulas showed in their place: saving keeps a formula but loses its result."""
    refused = {(f.where.sheet, f.where.row, _letter(f)) for f in findings if f.rule == "formula-cell"}
    for grid in plain.grids:
        rows = dict(grid.rows)
        for row, column in grid.survey.formulas:
            cells = rows.get(row, ())
            shows = cells[column - 1] if column <= len(cells) else ""
            if shows != "" and (grid.name, row, get_column_letter(column)) not in refused:
                put(book[grid.name].cell(row, column), shows if not hasattr(shows, "total_seconds") else shown(shows))


def _plain_copy(plain: Book) -> Workbook:
    book = new_book()
    for grid in plain.grids:
        sheet = book.create_sheet(grid.name[:31] or None)
        for number, cells in grid.rows:
            for n, value in enumerate(cells, start=1):
                if value != "":
                    keep = value if not hasattr(value, "total_seconds") else shown(value)
                    put(sheet.cell(number, n), keep, text=isinstance(value, str))
    return book


def _mark(sheet: Worksheet, plain: Book, grid: Grid, findings: Sequence[Finding]) -> None:
    at = heading_row(plain, grid, _TABLES)
    if at is None:
        return
    problem, remedy = _added_columns(sheet, at, wanted=bool(findings))
    if problem is None or remedy is None:
        return
    _wipe(sheet, at, problem, remedy)
    by_row: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.where.row is not None:
            by_row[finding.where.row].append(finding)
            _colour(sheet, finding)
    for row, here in by_row.items():
        if row > at:
            for column, words in ((problem, [_problem(f) for f in here]), (remedy, [_remedy(f) for f in here])):
                cell = sheet.cell(row, column)
                put(cell, "\n".join(w for w in words if w))
                if not isinstance(cell, MergedCell):
                    cell.alignment = Alignment(vertical="top", wrap_text=True)
    for column in (problem, remedy):
        sheet.column_dimensions[get_column_letter(column)].width = 60


def _added_columns(sheet: Worksheet, at: int, *, wanted: bool) -> tuple[int | None, int | None]:
    """Find the two columns of an earlier error workbook, or add them behind the last heading."""
    found = [n for n in range(1, sheet.max_column + 1) if is_added(str(sheet.cell(at, n).value or ""))]
    if len(found) >= 2:
        return found[0], found[1]
    if not wanted:
        return None, None
    last = max((n for n in range(1, sheet.max_column + 1) if sheet.cell(at, n).value not in {None, ""}), default=0)
    last = max(
        last,
        max(
            (cell.column for row in sheet.iter_rows(min_row=at) for cell in row if cell.value not in {None, ""}),
            default=0,
        ),
    )
    for n, text in ((last + 1, PROBLEM), (last + 2, REMEDY)):
        put(sheet.cell(at, n), f"{text.zh} {text.en}")
        sheet.cell(at, n).fill = PatternFill("solid", fgColor="FFFFD966")
    return last + 1, last + 2


def _wipe(sheet: Worksheet, at: int, problem: int, remedy: int) -> None:
    """Take away what an earlier round of findings wrote and coloured."""
    for row in sheet.iter_rows(min_row=at):
        for cell in row:
            if isinstance(cell, MergedCell):
                continue
            if cell.row > at and cell.column in {problem, remedy}:
                cell.value = None
            elif cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in _OURS:
                cell.fill = PatternFill()


def _colour(sheet: Worksheet, finding: Finding) -> None:
    letter = _letter(finding)
    if letter and finding.where.row:
        sheet.cell(finding.where.row, column_index_from_string(letter)).fill = (
            RED if finding.severity == "error" else AMBER
        )


def _letter(finding: Finding) -> str:
    return (finding.where.column or "").split(" ")[0]


def _problem(finding: Finding) -> str:
    column = finding.where.column
    place = f"{column}：" if column else ""
    return f"{place}{finding.what.zh} / {finding.what.en}"


def _remedy(finding: Finding) -> str:
    parts = []
    if finding.expected:
        parts.append(f"应为 {finding.expected.zh} / expected {finding.expected.en}")
    if finding.hint:
        parts.append(f"{finding.hint.zh} / {finding.hint.en}")
    return "；".join(parts)


def _list(book: Workbook, findings: Sequence[Finding]) -> None:
    if FINDINGS in book.sheetnames:
        del book[FINDINGS]
    sheet = book.create_sheet(FINDINGS)
    headings = [
        "级别 Severity",
        "工作表 Sheet",
        "行 Row",
        "列 Column",
        "读到 Read",
        "发现 Finding",
        "In English",
        "应为 Expected",
        "处理",
        "What to do",
        "规则 Rule",
    ]
    head(sheet, headings, [10, 12, 7, 20, 24, 44, 48, 30, 40, 44, 26])
    rows_below(
        sheet,
        (
            (
                "错误 error" if f.severity == "error" else "提醒 warning",
                f.where.sheet,
                f.where.row,
                f.where.column,
                f.said,
                f.what.zh,
                f.what.en,
                f.expected.zh if f.expected else None,
                f.hint.zh if f.hint else None,
                f.hint.en if f.hint else None,
                f.rule,
            )
            for f in findings
        ),
    )
