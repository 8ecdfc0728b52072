"""Opening files: traps are refused before they are unpacked, and nothing but a SheetError ever comes out."""

from __future__ import annotations

import contextlib
import io
import random
import time
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from scheduler.errors import SheetError
from scheduler.sheets.read import read_entries
from scheduler.sheets.workbook import open_book
from tests.sheets.conftest import TODAY
from tests.sheets.test_hostile import HOSTILE

SHEET = "xl/worksheets/sheet1.xml"


def changed(out, part=SHEET, **with_):
    """A copy of a good workbook in which one part is made anew from its old text."""
    with zipfile.ZipFile(HOSTILE / "half-filled.xlsx") as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, with_["make"](text.decode()) if name == part else text)
    return out


def rule_of(path):
    with pytest.raises(SheetError) as caught:
        open_book(path)
    return caught.value.findings[0].rule


def test_a_zip_bomb_is_refused_without_unpacking_it(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open(SHEET, "w", force_zip64=True) as part:
            for _ in range(600):
                part.write(b"\0" * (1 << 20))
    assert path.stat().st_size < 1 << 20
    begun = time.perf_counter()
    assert rule_of(path) == "workbook-too-large"
    assert time.perf_counter() - begun < 1


def test_a_member_of_absurd_ratio_is_refused(tmp_path):
    path = changed(tmp_path / "ratio.xlsx", make=lambda text: text + " " * (40 << 20))
    assert rule_of(path) == "workbook-too-large"


def test_a_member_that_lies_about_its_size_is_damage(tmp_path):
    """The directory says 100 bytes; the member is larger. Whoever trusts the packer would unpack without end."""
    path = changed(tmp_path / "liar.xlsx", make=lambda text: text)
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        size = archive.getinfo(SHEET).file_size
    lie = (100).to_bytes(4, "little")
    at = raw.find(size.to_bytes(4, "little"))
    while at >= 0:
        raw[at : at + 4] = lie
        at = raw.find(size.to_bytes(4, "little"), at + 4)
    path.write_bytes(bytes(raw))
    assert rule_of(path) == "workbook-damaged"


def test_two_million_cells_are_refused(tmp_path):
    row = "".join(f"<c><v>{n}</v></c>" for n in range(100))
    rows = f"<row>{row}</row>" * 20_000
    path = changed(tmp_path / "cells.xlsx", make=lambda text: text.replace("</sheetData>", rows + "</sheetData>"))
    begun = time.perf_counter()
    assert rule_of(path) == "workbook-too-large"
    assert time.perf_counter() - begun < 5


def test_an_open_document_that_repeats_a_cell_a_thousand_million_times_is_refused(tmp_path):
    path = tmp_path / "repeat.ods"
    with zipfile.ZipFile(HOSTILE / "open-document.ods") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            cell = '<table:table-cell office:value-type="string"><text:p>陈'
            many = cell.replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="1000000000"')
            new.writestr(name, text.replace(cell, many, 1))
    assert rule_of(path) == "workbook-too-large"


def test_a_hundred_thousand_painted_rows_are_quick_and_silent(tmp_path, setup, catalogue):
    book = Workbook(write_only=True)
    sheet = book.create_sheet("报名表")
    sheet.append(["姓名", "证件号码", "报考方案"])
    sheet.append(["陈明", "990100199005050038", "yichang-three"])
    book.save(tmp_path / "small.xlsx")
    with zipfile.ZipFile(tmp_path / "small.xlsx") as old, zipfile.ZipFile(tmp_path / "big.xlsx", "w", zipfile.ZIP_DEFLATED) as new:  # fmt: skip
        for name in old.namelist():
            text = old.read(name).decode()
            if name == SHEET:
                rows = (
                    f'<row r="{r}">'
                    + "".join(f'<c r="{c}{r}" s="0"/>' for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                    + "</row>"
                    for r in range(3, 100_003)
                )
                text = text.replace("</sheetData>", "".join(rows) + "</sheetData>")
            new.writestr(name, text)
    begun = time.process_time()
    read = read_entries(tmp_path / "big.xlsx", round_id="r", catalogue=catalogue, setup=setup, today=TODAY)
    assert time.process_time() - begun < 4
    assert [row for row, _ in read.entries] == [2]
    assert [f.rule for f in read.findings] == ["id-number-practice"]


def test_rows_of_blanks_are_no_rows(tmp_path):
    book = Workbook()
    for _ in range(5):
        book.active.append([" ", "\u3000", None])
    book.active.append(["姓名"])
    book.active["A9"].fill = PatternFill("solid", fgColor="FFFF00")
    book.save(tmp_path / "blank.xlsx")
    (grid,) = open_book(tmp_path / "blank.xlsx").grids
    assert grid.rows == ((6, ("姓名", "")),)


def test_errors_and_formulas_are_seen_though_their_cells_read_empty(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet["B2"], sheet["C3"] = "#N/A", "=1+1"
    sheet["B2"].data_type = "e"
    book.save(tmp_path / "odd.xlsx")
    (grid,) = open_book(tmp_path / "odd.xlsx").grids
    assert (grid.survey.errors, grid.survey.formulas) == ({(2, 2)}, {(3, 3)})
    assert [number for number, _ in grid.rows] == [2, 3]


@pytest.mark.parametrize("name", ["half-filled.xlsx", "open-document.ods", "legacy.xls", "gb18030.csv"])
def test_random_damage_gives_rows_or_a_sheet_error_and_nothing_else(name, tmp_path, setup, catalogue):
    whole = (HOSTILE / name).read_bytes()
    chance = random.Random(7)
    path = tmp_path / name
    for _ in range(60):
        raw = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        path.write_bytes(bytes(raw[: chance.randrange(1, len(raw) + 1)]) if chance.random() < 0.3 else bytes(raw))
        with contextlib.suppress(SheetError):
            read_entries(path, round_id="r", catalogue=catalogue, setup=setup, today=TODAY)


def test_a_missing_file_is_a_sheet_error(tmp_path):
    assert rule_of(tmp_path / "nothing.xlsx") == "workbook-unreadable"
    (tmp_path / "folder.xlsx").mkdir()
    assert rule_of(tmp_path / "folder.xlsx") == "workbook-unreadable"


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", "\t"), ("utf-16", "\t")]
)
def test_csv_in_every_encoding_and_separator(tmp_path, encoding, mark):
    path = tmp_path / "list.csv"
    path.write_bytes(f'姓名{mark}单位\r\n龚䶮{mark}"甲\n乙"\r\n\r\n陈明{mark}丙\r\n'.encode(encoding))
    (grid,) = open_book(path).grids
    assert grid.rows == ((1, ("姓名", "单位")), (2, ("龚䶮", "甲\n乙")), (4, ("陈明", "丙")))
