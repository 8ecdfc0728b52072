"""The manifest of a print run (打印清单): one row a certificate, as a workbook and as csv with the same words."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from openpyxl import Workbook

from scheduler.sheets.columns import Value
from scheduler.sheets.paint import head, new_book, put

COLUMNS: tuple[tuple[str, int], ...] = (
    ("序号 No.", 7),
    ("证书编号 Certificate no.", 26),
    ("姓名 Name", 12),
    ("证书 Award", 26),
    ("分组 Pile", 34),
    ("座位 Seat", 10),
    ("文件 File", 16),
    ("印张 Sheet", 8),
    ("行 Row", 6),
    ("列 Column", 8),
    ("印刷流水号 Print serial", 18),
    ("已发文件摘要 SHA-256 of the file issued", 68),
)
NOTE = (
    "印件由已发证书的版面拼成，不含电子签名；电子证书以已发文件为准，摘要见最后一列。"
    " Print files are made of the pages of certificates issued and are not signed; the electronic certificate is the file "
    "issued, by the digest in the last column."
)
_TEXT = {2, 11, 12}
"""Columns of numbers that a spreadsheet program must not take for quantities, from 1."""


def print_manifest(rows: Sequence[Sequence[Value]]) -> Workbook:
    """Return the manifest as a workbook: the rows, and the note on a sheet of its own."""
    book = new_book()
    sheet = book.create_sheet("打印清单")
    head(sheet, [words for words, _ in COLUMNS], [width for _, width in COLUMNS])
    for number, values in enumerate(rows, start=2):
        for n, value in enumerate(values, start=1):
            put(sheet.cell(number, n), value, text=n in _TEXT)
    note = book.create_sheet("说明 Note")
    put(note.cell(1, 1), NOTE)
    note.column_dimensions["A"].width = 120
    return book


def print_manifest_csv(rows: Sequence[Sequence[Value]]) -> bytes:
    """Return the manifest as csv in UTF-8 with its mark; the note is the last row.

    A cell that a spreadsheet program would take for a formula begins with an apostrophe.
    """
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(words for words, _ in COLUMNS)
    lines.writerows([_harmless(value) for value in row] for row in rows)
    lines.writerow((NOTE,))
    return out.getvalue().encode("utf-8-sig")


def _harmless(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
