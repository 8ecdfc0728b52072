"""A first walk over the XML of a sheet: size, formulas, errors, hidden parts, before anything is built in memory.

Used by ``workbook.py`` only. It keeps no cell values; it refuses sheets beyond the limits while still walking.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from xml.parsers import expat

from scheduler.errors import SheetError
from scheduler.sheets.faults import damaged, too_large

MAX_CELLS = 1_000_000
"""Filled cells in one sheet."""
MAX_ROWS = 200_000
"""Last row with a value."""
MAX_AREA = 4_000_000
"""Cells in the rectangle from A1 to the last value; a parser lays all of them out."""
MAX_MARKS = 200_000
"""Formulas, error cells or merged cells of one sheet."""
MAX_DEPTH = 100
"""Elements within elements."""
MAX_TAG = 2 << 20
"""Bytes of one tag; a parser holds all of it."""
_BLOCK = 1 << 20
_EMPTY_CELL = re.compile(rb'<c r="[A-Z]{1,3}\d+"(?: s="\d+")?(?: t="n")? ?(?:/>|></c>)')
"""A cell that has a format and nothing else. Formatted empty rows hold millions; dropping them first halves the walk."""

Place = tuple[int, int]
"""Row and column, both from 1."""


class Source(Protocol):
    """An open member of a workbook."""

    def read(self, n: int, /) -> bytes:
        """Return up to n bytes, empty at the end."""


@dataclass(slots=True)
class Survey:
    """What the first walk saw of one sheet."""

    name: str = ""
    filled: int = 0
    last_row: int = 0
    last_column: int = 0
    formulas: set[Place] = field(default_factory=set)
    errors: set[Place] = field(default_factory=set)
    """Cells that show an error such as ``#N/A``; parsers hand them over empty."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[Place] = field(default_factory=list)
    """First and last column of each hidden stretch."""
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row, first column, last row, last column."""

    def take(self, row: int, column: int, *, times: int = 1) -> None:
        """Count filled cells that end at a place."""
        self.filled += times
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)

    def check(self, file: str) -> None:
        """Refuse a sheet beyond the limits.

        Raises:
            SheetError: There are too many cells or rows, or too wide a rectangle.
        """
        area = self.last_row * self.last_column
        marks = max(len(self.formulas), len(self.errors), len(self.merges))
        within = self.filled <= MAX_CELLS and self.last_row <= MAX_ROWS and area <= MAX_AREA
        if within and marks <= MAX_MARKS:
            return
        said = f"{self.filled} cells, last cell in row {self.last_row}, column {self.last_column}"
        what = (
            f"工作表过大：最多 {MAX_ROWS} 行、{MAX_CELLS} 个单元格",
            f"the sheet is too large: at most {MAX_ROWS} rows and {MAX_CELLS} cells",
        )
        raise too_large(file, what, sheet=self.name or None, said=said)


def walk_xlsx(source: Source, file: str, name: str) -> Survey:
    """Walk the part of one sheet of an Excel workbook.

    Raises:
        SheetError: The part is no XML, has a document type, or is beyond the limits.
    """
    walk = _ExcelWalk(Survey(name), file)
    _walk(source, file, walk.start, None)
    walk.survey.check(file)
    return walk.survey


def walk_ods(source: Source, file: str) -> list[Survey]:
    """Walk the content of an OpenDocument spreadsheet; one survey a sheet, in order.

    Raises:
        SheetError: As for ``walk_xlsx``.
    """
    walk = _OpenWalk(file)
    _walk(source, file, walk.start, walk.end)
    return walk.surveys


def split_reference(reference: str) -> Place:
    """Return row and column of a reference such as ``AB12``; raises ValueError for anything else."""
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]), column_number(letters)


_numbers: dict[str, int] = {}


def column_number(letters: str) -> int:
    """Return the number of a column, A is 1; raises ValueError unless it is one to three capitals."""
    if letters not in _numbers:
        if not (1 <= len(letters) <= 3 and letters.isascii() and letters.isalpha()):
            raise ValueError(letters)
        number = 0
        for letter in letters.upper():
            number = number * 26 + ord(letter) - 64
        _numbers[letters] = number
    return _numbers[letters]


def column_letters(number: int) -> str:
    """Return the letters of a column, 1 is A."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class _ExcelWalk:
    def __init__(self, survey: Survey, file: str) -> None:
        self.survey, self.file = survey, file
        self.row = self.column = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            reference = attributes.get("r")
            self.column = split_reference(reference)[1] if reference else self.column + 1
            if attributes.get("t") == "e":
                self.survey.errors.add((self.row, self.column))
        elif name in {"v", "is"}:
            self.survey.take(self.row, self.column)
            if self.survey.filled > MAX_CELLS:
                self.survey.check(self.file)
        elif name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
            if attributes.get("hidden") in {"1", "true"}:
                self.survey.hidden_rows.add(self.row)
        elif name == "f":
            self.survey.formulas.add((self.row, self.column))
            if len(self.survey.formulas) > MAX_MARKS:
                self.survey.check(self.file)
        elif name == "col" and attributes.get("hidden") in {"1", "true"}:
            self.survey.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))
        elif name == "mergeCell":
            first, _, last = attributes["ref"].partition(":")
            self.survey.merges.append((*split_reference(first), *split_reference(last or first)))
            if len(self.survey.merges) > MAX_MARKS:
                self.survey.check(self.file)


class _OpenWalk:
    """OpenDocument writes runs of equal rows and cells once, with a count."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.surveys: list[Survey] = []
        self.row = self.column = self.times_row = self.times = 0
        self.in_cell = self.filled = False

    @property
    def survey(self) -> Survey:
        return self.surveys[-1]

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table:table":
            self.surveys.append(Survey(attributes.get("table:name", "")))
            self.row = 0
        elif name == "table:table-row":
            self.times_row = int(attributes.get("table:number-rows-repeated", "1"))
            self.row, self.column = self.row + 1, 0
            if attributes.get("table:visibility") in {"collapse", "filter"}:
                self.survey.hidden_rows.update(range(self.row, self.row + min(self.times_row, MAX_ROWS)))
        elif name == "table:table-column":
            times = int(attributes.get("table:number-columns-repeated", "1"))
            if attributes.get("table:visibility") in {"collapse", "filter"}:
                self.survey.hidden_columns.append((self.column + 1, self.column + times))
            self.column += times
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._cell(attributes)
        elif self.in_cell and name == "text:p":
            self.filled = True

    def _cell(self, attributes: Mapping[str, str]) -> None:
        self.times = int(attributes.get("table:number-columns-repeated", "1"))
        self.in_cell, self.filled = True, "office:value-type" in attributes
        place = (self.row, self.column + 1)
        if "table:formula" in attributes:
            self.survey.formulas.update((self.row, place[1] + n) for n in range(min(self.times, 1000)))
        down = int(attributes.get("table:number-rows-spanned", "1"))
        right = int(attributes.get("table:number-columns-spanned", "1"))
        if down > 1 or right > 1:
            self.survey.merges.append((*place, self.row + down - 1, self.column + right))

    def end(self, name: str) -> None:
        if name in {"table:table-cell", "table:covered-table-cell"}:
            self.column += self.times
            if self.filled:
                self.survey.take(self.row + self.times_row - 1, self.column, times=self.times * self.times_row)
                self.survey.check(self.file)
            self.in_cell = self.filled = False
        elif name == "table:table-row":
            self.row += self.times_row - 1


def _walk(
    source: Source, file: str, start: Callable[[str, Mapping[str, str]], None], end: Callable[[str], None] | None
) -> None:
    parser, depth = expat.ParserCreate(), 0
    what = ("文件结构异常：标记过长或嵌套过深", "its parts are not built like a workbook: tags too long or too deep")

    def opened(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise too_large(file, what, said=f"<{name}> x {depth}")
        start(name, attributes)

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name)

    parser.StartElementHandler, parser.EndElementHandler = opened, closed

    def doctype(*_: object) -> None:
        raise damaged(file, "DOCTYPE")

    parser.StartDoctypeDeclHandler = doctype
    try:
        given = 0
        while block := source.read(_BLOCK):
            lean = _EMPTY_CELL.sub(b"", block)
            parser.Parse(lean, False)
            given += len(lean)
            if given - parser.CurrentByteIndex > MAX_TAG:
                raise too_large(file, what, said=f"{given - parser.CurrentByteIndex} bytes")
        parser.Parse(b"", True)
    except SheetError:
        raise
    except (expat.ExpatError, ValueError, KeyError, IndexError, OverflowError) as fault:
        raise damaged(file, f"{type(fault).__name__}: {fault}") from fault
