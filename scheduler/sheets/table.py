"""Finds a table in a sheet: its heading row, which column means what, and what a reader must be warned of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scheduler.errors import Finding, Severity, Text, Where
from scheduler.sheets.cells import Layout, Row
from scheduler.sheets.columns import Table, fold, foldings, is_added, lookup
from scheduler.sheets.columns_entries import SERIAL_HEADINGS
from scheduler.sheets.faults import Pair
from scheduler.sheets.mappings import HeadingMap, fitting
from scheduler.sheets.proposals import nearest
from scheduler.sheets.survey import column_letters
from scheduler.sheets.workbook import Book, Cell, Grid

_HEADING_ROWS = 10
MAPPED = ("entries", "numbers")
"""Tables whose unfamiliar headings an office may decide on."""
OWN_SHEETS = frozenset({"填写说明", "代码表", "问题清单"})
"""Sheets that this product adds to what it writes."""
_SHOWN = 12
"""Rows named in one warning."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table found in a sheet."""

    file: str
    grid: Grid
    table: Table
    heading_row: int
    heading_cells: tuple[Cell, ...]
    columns: dict[str, int]
    """Key and index of its column, from 0."""
    mapping: HeadingMap | None = None
    """What the office decided on these headings; None where nothing was."""

    @property
    def known(self) -> dict[str, str]:
        """Return every folded heading that is known here, with the key it means; empty where it is not used."""
        return lookup(self.table) | (self.mapping.known() if self.mapping else {})

    def rows(self, findings: list[Finding]) -> Iterator[Row]:
        """Give the rows below the heading; a heading that is repeated further down is passed over."""
        layout = self.layout
        for number, cells in self.grid.rows:
            if number > self.heading_row and cells != self.heading_cells:
                row = Row(layout, self.where(number), cells, findings)
                if not row.is_blank():
                    yield row

    def where(self, number: int | None = None) -> Where:
        """Return the place of a row, or of the sheet."""
        return Where(self.file, self.grid.name, number)

    @property
    def layout(self) -> Layout:
        """Return what each row needs to know."""
        labels = {key: self.label(index) for key, index in self.columns.items()}
        exact = frozenset(column.key for column in self.table.columns if column.text)
        always = self.mapping.values if self.mapping else {}
        return Layout(self.table, self.columns, labels, self.grid.survey, exact, always)

    def label(self, index: int) -> str:
        """Return letter and heading of a column, index from 0."""
        words = self.heading_cells[index] if index < len(self.heading_cells) else ""
        return f"{column_letters(index + 1)} {' '.join(str(words).split())}".strip()


def find_by_heading(book: Book, table: Table, findings: list[Finding], maps: Sequence[HeadingMap] = ()) -> Sheet | None:
    """Find the one sheet that holds a table, by its name or else by its headings.

    Args:
        maps: What the office decided on unfamiliar headings.
    """
    grids = [grid for grid in book.grids if grid.name not in OWN_SHEETS]
    candidates = [sheet for grid in grids if (sheet := _recognise(book, grid, table, maps))]
    names = {fold(spelling) for spelling in table.spellings()}
    visible = [s for s in candidates if not s.grid.hidden]
    named = [s for s in visible if fold(s.grid.name) in names]
    chosen = next(iter(named or sorted(visible, key=lambda s: -len(s.columns))), None)
    for other in candidates:
        if other is not chosen:
            _warn_unread(other, chosen, findings)
    if chosen is None:
        findings.append(_no_heading(book, table))
        return None
    return _checked(chosen, findings)


def find_by_name(book: Book, table: Table, findings: list[Finding]) -> Sheet | None:
    """Find the sheet of a table by its name; None when it is missing, which is a finding where it is compulsory."""
    names = {fold(spelling) for spelling in table.spellings()}
    grid = next((g for g in book.grids if fold(g.name) in names), None)
    if grid is None:
        if table.required:
            what = Text(f"缺少工作表“{table.zh}”", f"sheet {table.zh} ({table.en}) is missing")
            hint = Text("请使用模板：scheduler template setup", "use the template: scheduler template setup")
            findings.append(Finding("sheet-missing", what, Where(book.file), hint=hint))
        return None
    if not grid.rows and not table.required:
        return None
    sheet = _recognise(book, grid, table)
    if sheet is None:
        findings.append(_no_heading(book, table, grid.name))
        return None
    return _checked(sheet, findings)


def heading_row(book: Book, grid: Grid, tables: Sequence[Table]) -> int | None:
    """Return the heading row of a sheet, whichever of some tables it holds; None when it holds none of them."""
    found = [sheet for table in tables if (sheet := _recognise(book, grid, table))]
    return max(found, key=lambda sheet: len(sheet.columns)).heading_row if found else None


def _recognise(book: Book, grid: Grid, table: Table, maps: Sequence[HeadingMap] = ()) -> Sheet | None:
    usual = lookup(table)
    least = min(2, sum(column.required for column in table.columns) or 2)
    best: Sheet | None = None
    for number, cells in grid.rows[:_HEADING_ROWS]:
        columns: dict[str, int] = {}
        mapping = fitting(maps, table.key, cells)
        known = usual | mapping.known() if mapping else usual
        for index, cell in enumerate(cells):
            if key := _meaning(cell, known):
                columns.setdefault(key, index)
        if len(columns) >= least and (best is None or len(columns) > len(best.columns)):
            best = Sheet(book.file, grid, table, number, cells, columns, mapping)
    return best


def _meaning(cell: Cell, known: dict[str, str]) -> str | None:
    if not isinstance(cell, str) or not cell.strip() or len(cell) > 80:
        return None
    return next((known[way] for way in foldings(cell) if way in known), None)


def _checked(sheet: Sheet, findings: list[Finding]) -> Sheet | None:
    """Add what must be said of the headings; None when a compulsory one is missing."""
    known = sheet.known
    _say_mapping(sheet, findings)
    for index, cell in enumerate(sheet.heading_cells):
        if isinstance(cell, str) and cell.strip() and not is_added(cell) and fold(cell) not in SERIAL_HEADINGS:
            key = _meaning(cell, known)
            if key == "":
                continue
            if key is None:
                _warn(
                    findings,
                    sheet,
                    "unknown-heading",
                    ("无法识别的列，未读取", "this column is not known and was not read"),
                    column=sheet.label(index),
                    said=cell,
                    hint=_how_to_map(sheet, cell),
                )
            elif sheet.columns[key] != index:
                first = sheet.label(sheet.columns[key])
                _warn(
                    findings,
                    sheet,
                    "duplicate-heading",
                    (
                        f"与列 {first} 含义相同，只读取前一列",
                        f"means the same as column {first}; only that one is read",
                    ),
                    column=sheet.label(index),
                    said=cell,
                    severity="error",
                )
    _warn_hidden(sheet, findings)
    _warn_merged(sheet, findings)
    _warn_headless(sheet, findings)
    given = sheet.mapping.values if sheet.mapping else {}
    missing = [c for c in sheet.table.columns if c.required and c.key not in sheet.columns and c.key not in given]
    for column in missing:
        what = Text(f"缺少必填列“{column.zh}”", f"the compulsory column {column.zh} ({column.en}) is missing")
        hint = Text(f"请在标题行增加“{column.zh}”一列", f"add a column headed {column.en}")
        findings.append(Finding("missing-heading", what, sheet.where(sheet.heading_row), hint=hint))
    return None if missing else sheet


def _how_to_map(sheet: Sheet, cell: str) -> Pair:
    """Return what to do about an unfamiliar heading: which column it may be, and how to say so once and for all."""
    key = nearest(cell, sheet.table, sheet.columns)
    words = " ".join(cell.split())
    if key is None or sheet.table.key not in MAPPED:
        return (
            "不需要时不必处理；需要时改用模板的标题",
            "nothing where it is not needed; else use a heading of the template",
        )
    column = sheet.table.column(key)
    call = f'scheduler mapping {sheet.file} --kind {sheet.table.key} --set "{words}={column.zh}" --yes'
    return (f"是否为“{column.zh}”？是则运行 {call}", f"is it {column.en}? then run {call}")


def _say_mapping(sheet: Sheet, findings: list[Finding]) -> None:
    one = sheet.mapping
    if one is None:
        return
    usual = lookup(sheet.table)
    labels = {column.key: column for column in sheet.table.columns}
    changed = {h: labels[k] for h, k in one.columns.items() if k in labels and _meaning(h, usual) != k}
    given = {labels[k].zh: v for k, v in one.values.items() if k in labels}
    parts = [f"{heading} → {column.zh}" for heading, column in changed.items()]
    parts += [f"{zh} = {value}" for zh, value in given.items()]
    passed = [heading for heading, key in one.columns.items() if not key]
    parts += [f"{'、'.join(passed)} → （不用 not used）"] if passed else []
    if parts:
        what = (f"按列对应“{one.name}”读取", f"read by the mapping {one.name}")
        _warn(findings, sheet, "mapping-used", what, said="；".join(parts))


def _no_heading(book: Book, table: Table, sheet: str | None = None) -> Finding:
    wanted = [column for column in table.columns if column.required] or list(table.columns[:4])
    return Finding(
        "heading-row-missing",
        Text(f"前 {_HEADING_ROWS} 行中没有找到标题行", f"no heading row was found in the first {_HEADING_ROWS} rows"),
        Where(book.file, sheet),
        expected=Text("、".join(c.zh for c in wanted), ", ".join(c.en for c in wanted)),
        hint=_template_or_mapping(book, table),
    )


def _template_or_mapping(book: Book, table: Table) -> Text:
    if table.key not in MAPPED:
        return Text("请使用模板；csv 文件请另存为 UTF-8", "use the template; save csv files as UTF-8")
    call = f"scheduler mapping {book.file} --kind {table.key}"
    return Text(
        f"请使用模板，或用 {call} 对应一次标题；csv 文件请另存为 UTF-8",
        f"use the template, or map the headings once with {call}; save csv files as UTF-8",
    )


def _warn(
    findings: list[Finding],
    sheet: Sheet,
    rule: str,
    what: Pair,
    *,
    column: str | None = None,
    said: str | None = None,
    severity: Severity = "warning",
    hint: Pair | None = None,
) -> None:
    where = Where(sheet.file, sheet.grid.name, sheet.heading_row, column)
    findings.append(Finding(rule, Text(*what), where, said=said, hint=Text(*hint) if hint else None, severity=severity))


def _warn_unread(other: Sheet, chosen: Sheet | None, findings: list[Finding]) -> None:
    if chosen is None or not any(number > other.heading_row for number, _ in other.grid.rows):
        if chosen is not None:
            return
        what = ("工作表已隐藏，未读取", "the sheet is hidden and was not read")
    else:
        what = (
            f"只读取工作表“{chosen.grid.name}”，本表未读取",
            f"only sheet {chosen.grid.name} is read, this one was not",
        )
    hint = ("需要读入时请合并到一张工作表，或取消隐藏", "to have it read, put the rows on one sheet, or unhide it")
    _warn(findings, other, "sheet-not-read", what, hint=hint)


def _warn_hidden(sheet: Sheet, findings: list[Finding]) -> None:
    hidden = [n for n, _ in sheet.grid.rows if n in sheet.grid.survey.hidden_rows and n > sheet.heading_row]
    if hidden:
        rows = _listed(hidden)
        _warn(
            findings,
            sheet,
            "hidden-rows",
            (
                f"有 {len(hidden)} 行被隐藏或筛选，仍已读取：{rows}",
                f"{len(hidden)} hidden or filtered rows were read all the same: {rows}",
            ),
        )
    for index in sorted(sheet.columns.values()):
        if any(first <= index + 1 <= last for first, last in sheet.grid.survey.hidden_columns):
            _warn(
                findings,
                sheet,
                "hidden-column",
                ("该列被隐藏，仍已读取", "this column is hidden; it was read all the same"),
                column=sheet.label(index),
            )


def _warn_merged(sheet: Sheet, findings: list[Finding]) -> None:
    used = set(sheet.columns.values())
    for top, left, bottom, right in sorted(sheet.grid.survey.merges):
        if bottom > sheet.heading_row and top <= sheet.grid.rows[-1][0] and any(left <= i + 1 <= right for i in used):
            place = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
            findings.append(
                Finding(
                    "merged-cells",
                    Text(
                        "合并单元格只有左上角有值，其余按空白读取",
                        "merged cells hold a value only at the upper left; the rest reads as empty",
                    ),
                    Where(sheet.file, sheet.grid.name, top, sheet.label(left - 1)),
                    said=place,
                    hint=Text("请取消合并并逐行填写", "unmerge them and fill in every row"),
                    severity="warning",
                )
            )


def _warn_headless(sheet: Sheet, findings: list[Finding]) -> None:
    headed = {i for i, cell in enumerate(sheet.heading_cells) if cell != ""}
    lost: dict[int, int] = {}
    for number, cells in sheet.grid.rows:
        if number > sheet.heading_row:
            for index, cell in enumerate(cells):
                if index not in headed and cell != "" and str(cell).strip():
                    lost.setdefault(index, number)
    for index, number in sorted(lost.items()):
        what = Text("该列没有标题，内容未读取", "this column has no heading and was not read")
        where = Where(sheet.file, sheet.grid.name, number, column_letters(index + 1))
        findings.append(Finding("column-without-heading", what, where, severity="warning"))


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(n) for n in numbers[:_SHOWN]) + ("…" if len(numbers) > _SHOWN else "")
