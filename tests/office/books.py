"""Workbooks made by editing the fixtures, by the words a coordinator sees: rows by what stands in them, cells by heading."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from openpyxl import Workbook, load_workbook

FIXTURES = Path(__file__).parents[2] / "fixtures"
PILOT = FIXTURES / "pilot"
ROUND = "2026-06-YL"
Edit = Callable[[Workbook], None]


def edited(source: Path, out: Path, *edits: Edit) -> Path:
    """Write a copy of a workbook with some edits made; returns where it lies."""
    book = load_workbook(source)
    for edit in edits:
        edit(book)
    book.save(out)
    return out


def setting(sheet: str, row: str, heading: str, value: object) -> Edit:
    """Return an edit: the cell of a heading, made if it is not there, in each row in which some cell reads ``row``."""

    def edit(book: Workbook) -> None:
        found = [cells for cells in book[sheet].iter_rows(min_row=2) if row in {cell.value for cell in cells}]
        assert found, f"no row reads {row}"
        for cells in found:
            book[sheet].cell(cells[0].row, _column(book, sheet, heading)).value = value

    return edit


def setting_all(sheet: str, heading: str, value: object) -> Edit:
    """Return an edit: one value down a whole column."""

    def edit(book: Workbook) -> None:
        for row in range(2, book[sheet].max_row + 1):
            book[sheet].cell(row, _column(book, sheet, heading)).value = value

    return edit


def only(sheet: str, rows: Iterable[str]) -> Edit:
    """Return an edit: every row goes in which no cell reads one of the words."""

    def edit(book: Workbook) -> None:
        for number in range(book[sheet].max_row, 1, -1):
            if not set(rows) & {cell.value for cell in book[sheet][number]}:
                book[sheet].delete_rows(number)

    return edit


def without(sheet: str, row: str) -> Edit:
    """Return an edit: each row goes in which some cell reads ``row``."""

    def edit(book: Workbook) -> None:
        for number in range(book[sheet].max_row, 1, -1):
            if row in {cell.value for cell in book[sheet][number]}:
                book[sheet].delete_rows(number)

    return edit


def mark(name: str, component: str, pts: float, *, attendance: str = "出勤") -> Edit:
    """Return an edit of a marks sheet: one candidate's total, items and assessors left out."""

    def edit(book: Workbook) -> None:
        sheet = book["成绩表"]
        (cells,) = [row for row in sheet.iter_rows(min_row=2) if (row[1].value, row[2].value) == (name, component)]
        for cell in cells[3:]:
            cell.value = None
        cells[3].value = attendance
        cells[4].value = pts if attendance == "出勤" else None

    return edit


def later_round(round_id: str, first_on: date) -> tuple[Edit, ...]:
    """Return the edits that make the pilot's set-up another round on two days."""
    second = date.fromordinal(first_on.toordinal() + 1)
    days = {"D1AM": first_on, "D1PM": first_on, "D2AM": second, "D2PM": second}
    return (
        setting("批次", ROUND, "开始日期", first_on),
        setting("批次", ROUND, "结束日期", second),
        *(setting("时段", slot, "日期", day) for slot, day in days.items()),
        setting("批次", ROUND, "批次编号", round_id),
    )


def cell_of(path: Path, sheet: str, row: str, heading: str) -> object:
    """Return one cell of a workbook, by row and heading."""
    book = load_workbook(path)
    (cells,) = [cells for cells in book[sheet].iter_rows(min_row=2) if row in {cell.value for cell in cells}]
    return book[sheet].cell(cells[0].row, _column(book, sheet, heading)).value


def _column(book: Workbook, sheet: str, heading: str) -> int:
    top = book[sheet][1]
    for cell in top:
        if str(cell.value or "").split("\n")[0].rstrip("*") == heading:
            return cell.column
    book[sheet].cell(1, len(top) + 1, heading)
    return len(top) + 1
