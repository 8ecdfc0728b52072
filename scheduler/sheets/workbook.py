"""Opens what a user hands in, xlsx, xls, ods or csv, into plain cells; refuses what is no workbook, or a trap.

Used by the readers. Nothing here knows headings or meaning.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from scheduler.errors import Finding, SheetError
from scheduler.sheets.csvfile import read_csv
from scheduler.sheets.faults import damaged, refusal, too_large
from scheduler.sheets.survey import MAX_CELLS, Survey, walk_ods, walk_xlsx

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Cell = str | int | float | bool | date | datetime | time | timedelta
"""What stands in a cell; the empty string where nothing does."""
Kind = Literal["xlsx", "xls", "ods", "csv"]

MAX_FILE = 64 << 20
"""Bytes on disk."""
MAX_UNPACKED = 256 << 20
"""Bytes of all members of a zipped workbook together."""
MAX_RATIO = 400
"""Unpacked bytes for each packed one, where more than ``RATIO_FROM`` come out: honest sheets stay below 100."""
RATIO_FROM = 8 << 20
MAX_MEMBERS = 5000
MAX_TEXT = 16 << 20
"""Bytes of a csv file; decoded it takes up to eight times as much."""
MAX_BINARY = 32 << 20
"""Bytes of an Excel 97 workbook, which is read as a whole."""
MAX_STRINGS = 64 << 20
"""Bytes of the texts that the sheets of a workbook share."""
MAX_PART = 16 << 20
"""Bytes of any other part that is parsed."""
_SHEETS = ("xl/worksheets/", "xl/media/", "content.xml", "xl/sharedstrings.xml", "pictures/")
"""Parts with limits of their own, or never parsed."""
_STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")

_KINDS: dict[str, Kind] = {
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xltx": "xlsx", ".xls": "xls", ".ods": "ods", ".csv": "csv", ".txt": "csv",
}  # fmt: skip
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    ValueError,
    KeyError,
    RuntimeError,
    EOFError,
)
"""What the standard library throws at a damaged zip; ``NotImplementedError`` is a ``RuntimeError``."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet as plain cells."""

    name: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    """Rows with at least one value: row number as the spreadsheet program shows it, cells from column A."""
    hidden: bool = False
    survey: Survey = field(default_factory=Survey)


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook as plain cells (工作簿)."""

    file: str
    """Name without folder."""
    kind: Kind
    grids: tuple[Grid, ...]
    findings: tuple[Finding, ...] = ()
    """Warnings about the file as a whole, such as its encoding."""


def open_book(path: Path) -> Book:
    """Read a workbook into plain cells.

    Raises:
        SheetError: It is missing, empty, encrypted, damaged, of another kind than its name says, or beyond the limits.
    """
    kind = kind_of(path)
    findings: tuple[Finding, ...] = ()
    if kind == "csv":
        sheet = read_csv(path.read_bytes(), path.name)
        findings = sheet.findings
        grids: tuple[Grid, ...] = (Grid(path.stem, _filled((n, list[Cell](row)) for n, row in sheet.rows)),)
    else:
        surveys = survey_book(path, kind)
        with _calamine(path) as book:
            grids = tuple(_grid(book, n, surveys, path.name) for n in range(len(book.sheet_names)))
    if not any(grid.rows for grid in grids):
        raise refusal(
            path.name,
            "workbook-empty",
            ("工作簿中没有内容", "the workbook holds nothing"),
            ("请下载模板填写：scheduler template", "fill in a template: scheduler template"),
        )
    return Book(path.name, kind, grids, findings)


def kind_of(path: Path) -> Kind:
    """Tell what a file is, by its first bytes, and check that its name says the same.

    Raises:
        SheetError: It is missing, empty, too large, encrypted, or not what its name says.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as fault:
        raise refusal(
            path.name,
            "workbook-unreadable",
            ("文件不存在或无法打开", "the file does not exist or cannot be opened"),
            ("请检查路径和权限", "check the path and the permissions"),
            said=type(fault).__name__,
        ) from fault
    if size == 0:
        raise refusal(
            path.name,
            "workbook-empty",
            ("文件是空的", "the file is empty"),
            ("请重新导出或下载模板填写", "export it again, or fill in a template"),
        )
    if size > MAX_FILE:  # not even its kind is looked at
        raise too_large(path.name, (f"文件超过 {MAX_FILE >> 20} MB", f"the file is larger than {MAX_FILE >> 20} MB"))
    kind = _agreed(path, _content_kind(path, head))
    most = {"csv": MAX_TEXT, "xls": MAX_BINARY}.get(kind, MAX_FILE)
    if size > most:
        raise too_large(path.name, (f"文件超过 {most >> 20} MB", f"the file is larger than {most >> 20} MB"))
    return kind


def _agreed(path: Path, content: Kind) -> Kind:
    named = _KINDS.get(path.suffix.casefold())
    if named == content:
        return content
    raise refusal(
        path.name,
        "workbook-wrong-extension",
        (f"扩展名与内容不符：内容是 {content}", f"the name does not fit the content, which is {content}"),
        (f"请改名为 .{content}，或在表格软件中另存为 .xlsx", f"rename it to .{content}, or save it as .xlsx"),
        said=path.suffix or path.name,
    )


def _content_kind(path: Path, head: bytes) -> Kind:
    if head.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise _encrypted(path.name)
        return "xls"
    if not head.startswith(b"PK"):
        return _text_kind(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "content.xml" in names and "mimetype" in names:
                return "ods"
    except _BROKEN_ZIP as fault:
        raise damaged(path.name, str(fault)) from fault
    if any(name.casefold() == "xl/workbook.xml" for name in names):
        return "xlsx"
    raise damaged(path.name, "zip")


def _text_kind(path: Path) -> Kind:
    with path.open("rb") as file:
        start = file.read(4096)
    utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if (b"\0" in start and not utf16) or start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc")):
        raise damaged(path.name, repr(start[:8]))
    if start.lstrip()[:5].lower() in {b"<html", b"<!doc", b"<?xml", b"<tabl"}:
        raise damaged(path.name, "HTML/XML")
    return "csv"


def survey_book(path: Path, kind: Kind) -> dict[str, Survey]:
    """Walk a zipped workbook once without building it: sizes, formulas, hidden parts, by sheet name.

    Raises:
        SheetError: It is encrypted, damaged, a zip bomb, or a sheet is beyond the limits.
    """
    if kind not in {"xlsx", "ods"}:
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path.name)
            if kind == "ods":
                if b"encryption-data" in _member(archive, "META-INF/manifest.xml"):
                    raise _encrypted(path.name)
                with archive.open("content.xml") as content:
                    return {survey.name: survey for survey in walk_ods(content, path.name)}
            return _survey_xlsx(archive, path.name)
    except _BROKEN_ZIP as fault:
        raise damaged(path.name, f"{type(fault).__name__}: {fault}") from fault


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    return archive.read(name) if name in archive.namelist() else b""


def _check_members(archive: zipfile.ZipFile, file: str) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    said = f"{len(members)} members, {packed} -> {unpacked} bytes"
    what = ("解压后过大，疑似压缩炸弹", "it unpacks to far too much, like a zip bomb")
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
        raise too_large(file, what, said=said)
    if any(m.file_size > RATIO_FROM and m.file_size > MAX_RATIO * max(1, m.compress_size) for m in members):
        raise too_large(file, what, said=said)
    large = [m for m in members if m.file_size > MAX_PART and not m.filename.casefold().startswith(_SHEETS)]
    strings = [m for m in members if m.filename.casefold() == "xl/sharedstrings.xml"]
    if large or any(m.file_size > MAX_STRINGS for m in strings):
        raise too_large(file, what, said=said)
    # A member may lie about its size. Reading it here stops at the size it states and then fails its checksum.
    if bad := archive.testzip():
        raise damaged(file, bad)
    for member in strings:
        _count_strings(archive, member, file)


def _count_strings(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> None:
    """Refuse more texts than there may be cells; each becomes an object."""
    count = 0
    with archive.open(member) as source:
        while block := source.read(1 << 20):
            count += len(_STRING.findall(block))
            if count > MAX_CELLS:
                what = (f"共用文本超过 {MAX_CELLS} 条", f"more than {MAX_CELLS} shared texts")
                raise too_large(file, what, said=member.filename)


def _survey_xlsx(archive: zipfile.ZipFile, file: str) -> dict[str, Survey]:
    from xml.etree import ElementTree as ET

    def parse(name: str) -> ET.Element:
        part = archive.read(name)
        if b"<!DOCTYPE" in part:
            raise damaged(file, "DOCTYPE")
        try:
            return ET.fromstring(part)  # noqa: S314 - as above
        except ET.ParseError as fault:
            raise damaged(file, str(fault)) from fault

    names = {name.casefold(): name for name in archive.namelist()}
    parts = {
        element.get("Id", ""): _target(element.get("Target", ""))
        for element in parse(names.get("xl/_rels/workbook.xml.rels", "xl/_rels/workbook.xml.rels"))
    }
    surveys: dict[str, Survey] = {}
    for element in parse(names["xl/workbook.xml"]).iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        title = element.get("name", "")
        relation = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
        part = names.get(parts.get(relation, "").casefold())
        if part and "worksheets" in part:
            with archive.open(part) as source:
                surveys[title] = walk_xlsx(source, file, title)
    return surveys


def _target(target: str) -> str:
    path = PurePosixPath(target.lstrip("/")) if target.startswith("/") else PurePosixPath("xl") / target
    return str(path)


def _encrypted(file: str) -> SheetError:
    return refusal(
        file,
        "workbook-encrypted",
        ("工作簿设有打开密码", "the workbook is protected by a password"),
        ("请取消密码、另存后再读入", "remove the password, save, and hand it in again"),
    )


@contextmanager
def _calamine(path: Path) -> Iterator[CalamineWorkbook]:
    """Open with calamine, and turn whatever it throws, panics of its native code included."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())) as book:
            yield book
    except PasswordError as fault:
        raise _encrypted(path.name) from fault
    except (CalamineError, OSError, ValueError) as fault:
        raise damaged(path.name, f"{type(fault).__name__}: {fault}") from fault
    except BaseException as fault:
        if type(fault).__name__ == "PanicException":
            raise damaged(path.name, f"panic: {fault}") from fault
        raise


def _grid(book: CalamineWorkbook, n: int, surveys: dict[str, Survey], file: str) -> Grid:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    meta = book.sheets_metadata[n]
    survey = surveys.get(meta.name, Survey(meta.name))
    if meta.typ is not SheetTypeEnum.WorkSheet:
        return Grid(meta.name, (), hidden=True, survey=survey)
    sheet = book.get_sheet_by_index(n)
    if not survey.last_row and sheet.end is not None:
        survey.last_row, survey.last_column = sheet.end[0] + 1, sheet.end[1] + 1
        survey.check(file)
    if not survey.merges:
        survey.merges = [(a + 1, b + 1, c + 1, d + 1) for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
    hidden = meta.visible is not SheetVisibleEnum.Visible
    return Grid(meta.name, _rows(sheet, survey), hidden=hidden, survey=survey)


def _rows(sheet: CalamineSheet, survey: Survey) -> tuple[tuple[int, tuple[Cell, ...]], ...]:
    rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False) if sheet.end is not None else []
    seen = {row for row, _ in survey.formulas | survey.errors}
    # Formulas that were never calculated and errors read empty, so the parser may end above them.
    below = ((row, ()) for row in sorted(seen) if row > len(rows))
    return (*_filled(enumerate(rows, start=1), seen), *below)


def _filled(
    rows: Iterator[tuple[int, list[Cell]]], kept: set[int] | None = None
) -> tuple[tuple[int, tuple[Cell, ...]], ...]:
    """Leave out rows that hold nothing but blanks; rows with formulas or errors stay, though they read empty."""
    kept = kept or set()
    return tuple((n, tuple(cells)) for n, cells in rows if n in kept or not _blank(cells))


def _blank(cells: list[Cell]) -> bool:
    if cells.count("") == len(cells):
        return True
    return all(isinstance(cell, str) and not cell.strip() for cell in cells)
