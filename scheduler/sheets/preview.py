"""What a workbook's headings are taken to mean, with the first values below each, before anything is read for good."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.identity import mask
from scheduler.errors import Finding, InputError, Text, Where
from scheduler.sheets.cells import shown
from scheduler.sheets.columns import Table, fold, foldings, lookup
from scheduler.sheets.mappings import HeadingMap, fitting, is_heading
from scheduler.sheets.proposals import nearest
from scheduler.sheets.survey import column_letters
from scheduler.sheets.table import OWN_SHEETS
from scheduler.sheets.workbook import Book, Cell, Grid

_ROWS, _VALUES = 10, 3
_NUMBER = re.compile(r"\d{15,}[\dXx]?")
_NOT_USED = {"", "-", "—", "不用", "notused", "none"}


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One heading of the workbook, and what it is taken to mean."""

    letter: str
    heading: str
    key: str
    """Key of the column it means; empty where it is not used."""
    means: Text
    how: Literal["known", "decided", "not-used", "unknown"]
    proposal: str
    """Chinese heading of the column that an unknown one is nearest to; empty where none is near."""
    values: tuple[str, ...]
    """The first values below, long numbers masked."""


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet before it is read."""

    sheet: str
    row: int
    """Row of the headings."""
    columns: tuple[ColumnView, ...]
    mapping: HeadingMap
    """What would be remembered: every heading that does not mean what it always does."""
    findings: tuple[Finding, ...]
    """Why it cannot be read so: headings of one meaning, compulsory columns that are missing."""


def view(
    book: Book, table: Table, maps: Sequence[HeadingMap], decided: Mapping[str, str], always: Mapping[str, str]
) -> SheetView:
    """Look at the sheet that fits a table best.

    Args:
        maps: What was decided before.
        decided: Heading and column, as people write them now; an empty column means that the heading is not used.
        always: Column that is not there and the value of every row, as people write them now.

    Raises:
        InputError: There is nothing like a heading row, or what was decided names no heading or no column.
    """
    grid, row, cells = _headings(book, table)
    before = fitting(maps, table.key, cells)
    wishes = {**_before(before), **_decided(decided, table, cells)}
    usual = lookup(table)
    taken = {key for cell in cells if (key := _meaning(str(cell), usual, wishes))}
    columns = tuple(
        _column(index, str(cell), grid, row, (table, usual, wishes, taken))
        for index, cell in enumerate(cells)
        if is_heading(cell)
    )
    values = {**(dict(before.values) if before else {}), **{_key(table, k): v for k, v in always.items()}}
    chosen = {c.heading: c.key for c in columns if c.how != "known"}
    mapping = HeadingMap("", table.key, chosen, tuple(c.heading for c in columns), values)
    return SheetView(
        grid.name, row, columns, mapping, tuple(_faults(Where(book.file, grid.name, row), columns, table, values))
    )


def _headings(book: Book, table: Table) -> tuple[Grid, int, tuple[Cell, ...]]:
    """Return the row that holds most known headings, of those alike the one with most words."""
    usual = lookup(table)
    rows = [
        (sum(any(way in usual for way in foldings(str(cell))) for cell in said), len(said), -number, grid, cells)
        for grid in book.grids
        if not grid.hidden and grid.name not in OWN_SHEETS
        for number, cells in grid.rows[:_ROWS]
        if len(said := [cell for cell in cells if is_heading(cell)]) > 1
    ]
    if not rows:
        what = Text("前几行中没有像标题的行", "nothing like a heading row was found")
        raise InputError(what, [Finding("heading-row-missing", what, Where(book.file))])
    *_, number, grid, cells = max(rows, key=lambda row: row[:3])
    return grid, -number, cells


def _before(one: HeadingMap | None) -> dict[str, str]:
    return one.known() if one else {}


def _decided(decided: Mapping[str, str], table: Table, cells: Sequence[Cell]) -> dict[str, str]:
    said = {fold(str(cell)): str(cell) for cell in cells if is_heading(cell)}
    found = {}
    for heading, column in decided.items():
        if fold(heading) not in said:
            names = "、".join(" ".join(words.split()) for words in said.values())
            what = Text(f"表中没有“{heading}”这一列", f"the sheet has no column {heading}")
            raise InputError(what, [Finding("heading-unknown", what, said=heading, expected=Text(names, names))])
        found[fold(heading)] = "" if fold(column) in _NOT_USED else _key(table, column)
    return found


def _key(table: Table, words: str) -> str:
    usual = lookup(table)
    key = next((usual[way] for way in foldings(words) if way in usual), None)
    if key is not None:
        return key
    near = nearest(words, table)
    names = "、".join(column.zh for column in table.columns)
    what = Text(f"没有名为“{words}”的栏目", f"there is no column {words} to map to")
    hint = Text(*[f"{table.column(near).zh} {table.column(near).en}？"] * 2) if near else None
    raise InputError(what, [Finding("column-unknown", what, said=words, expected=Text(names, names), hint=hint)])


def _meaning(heading: str, usual: Mapping[str, str], wishes: Mapping[str, str]) -> str | None:
    known = {**usual, **wishes}
    return next((known[way] for way in foldings(heading) if way in known), None)


_Frame = tuple[Table, Mapping[str, str], Mapping[str, str], set[str]]


def _column(index: int, heading: str, grid: Grid, row: int, frame: _Frame) -> ColumnView:
    table, usual, wishes, taken = frame
    key, plainly = _meaning(heading, usual, wishes), _meaning(heading, usual, {})
    below = [cells[index] for n, cells in grid.rows if n > row and index < len(cells) and str(cells[index]).strip()]
    values = tuple(_NUMBER.sub(lambda found: mask(found[0]), shown(cell))[:40] for cell in below[:_VALUES])
    how: Literal["known", "decided", "not-used", "unknown"] = "known"
    near = None
    if key is None:
        how, near = "unknown", nearest(heading, table, taken)
    elif key != plainly:
        how = "decided" if key else "not-used"
    means = Text(table.column(key).zh, table.column(key).en) if key else Text("（不用）", "(not used)")
    proposal = table.column(near).zh if near else ""
    return ColumnView(column_letters(index + 1), heading, key or "", means, how, proposal, values)


def _faults(where: Where, columns: Sequence[ColumnView], table: Table, values: Mapping[str, str]) -> list[Finding]:
    faults = []
    for column in table.columns:
        same = [c for c in columns if c.key == column.key]
        if len(same) > 1 or (same and column.key in values):
            names = "、".join(f"{c.letter} {' '.join(c.heading.split())}" for c in same)
            what = Text(f"几处都作“{column.zh}”：{names}", f"more than one is taken for {column.en}: {names}")
            hint = Text('用 --set "标题=不用" 去掉多余的', 'drop the others with --set "HEADING=-"')
            faults.append(Finding("duplicate-heading", what, where, hint=hint))
        if column.required and not same and column.key not in values:
            what = Text(f"缺少必填列“{column.zh}”", f"the compulsory column {column.en} is missing")
            zh, en = f'用 --set "标题={column.zh}" 指定', f'name it with --set "HEADING={column.en}"'
            if not column.text:
                zh += f'，或用 --always "{column.zh}=内容" 为每一行填同一内容'
                en += f', or give all rows one value with --always "{column.en}=VALUE"'
            hint = Text(zh, en)
            faults.append(Finding("missing-heading", what, where, hint=hint))
    return faults
