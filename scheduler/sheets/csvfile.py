"""Reads a csv file: finds its encoding and its separator. Used by ``workbook.py`` only."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from scheduler.errors import Finding, SheetError, Text, Where
from scheduler.sheets.faults import refusal, too_large
from scheduler.sheets.survey import MAX_AREA, MAX_CELLS, MAX_ROWS

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DAMAGE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class CsvSheet:
    """Rows of a csv file with their line numbers, and what was noticed."""

    rows: tuple[tuple[int, list[str]], ...]
    findings: tuple[Finding, ...]


def read_csv(raw: bytes, file: str) -> CsvSheet:
    """Decode and split a csv file.

    Row numbers count records, as a spreadsheet program shows them, not lines of text.

    Raises:
        SheetError: The encoding is none of UTF-8, GB 18030 and UTF-16, or the file is beyond the limits.
    """
    if max(raw.count(mark) for mark in (b",", b";", b"\t")) > MAX_AREA:
        raise _too_large(file)
    encoding, text = _decode(raw, file)
    rows: list[tuple[int, list[str]]] = []
    cells = 0
    try:
        for n, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)), start=1):
            cells += sum(1 for cell in row if cell)
            if n > MAX_ROWS or cells > MAX_CELLS or n * len(row) > MAX_AREA:
                raise _too_large(file)
            rows.append((n, row))
    except csv.Error as fault:
        raise refusal(
            file,
            "csv-shape",
            ("无法按 csv 分列", "the lines cannot be split into columns"),
            ("请检查引号是否成对，或另存为 .xlsx", "check that quotes come in pairs, or save it as .xlsx"),
            said=str(fault),
        ) from fault
    return CsvSheet(tuple(rows), _notes(encoding, file))


def _too_large(file: str) -> SheetError:
    what = (f"超过 {MAX_ROWS} 行或 {MAX_CELLS} 个单元格", f"more than {MAX_ROWS} rows or {MAX_CELLS} cells")
    return too_large(file, what)


def _decode(raw: bytes, file: str) -> tuple[str, str]:
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "")
    for name in [encoding] if encoding else ["utf-8", "gb18030"]:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if name == "gb18030" and _is_broken_utf8(raw):
            break
        if "\0" in text:
            break
        return name, text
    raise _bad_encoding(raw, file)


def _is_broken_utf8(raw: bytes) -> bool:
    """Tell whether bytes are UTF-8 with a few faults rather than GB 18030: most of what is not ASCII decodes."""
    text = raw.decode("utf-8", errors="replace")
    foreign = sum(1 for c in text if ord(c) > 127)
    return foreign > 0 and text.count("�") < _DAMAGE_SHARE * foreign


def _bad_encoding(raw: bytes, file: str) -> SheetError:
    try:
        raw.decode("utf-8-sig")
        line = raw.count(b"\n", 0, max(0, raw.find(b"\0"))) + 1
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
    return refusal(
        file,
        "csv-encoding",
        (f"第{line}行起的字符编码无法识别", f"the encoding cannot be told from line {line} on"),
        ("请另存为“CSV UTF-8”或 .xlsx", "save it as CSV UTF-8 or as .xlsx"),
    )


def _notes(encoding: str, file: str) -> tuple[Finding, ...]:
    if encoding != "gb18030":
        return ()
    return (
        Finding(
            "csv-encoding-guessed",
            Text("文件不是 UTF-8，按 GB 18030 读取", "the file is not UTF-8; it was read as GB 18030"),
            Where(file=file),
            hint=Text("请核对姓名中的生僻字；建议使用 .xlsx", "check rare characters in names; .xlsx is safer"),
            severity="warning",
        ),
    )


def _separator(text: str) -> str:
    head = text[:4096].splitlines()[:3]
    return max(",;\t", key=lambda mark: sum(line.count(mark) for line in head))
