"""Every workbook the product writes opens in a spreadsheet program and says there what it says to us."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

import scheduler.sheets.write as writers
from scheduler.domain.rounds import RoundSetup
from scheduler.office.admit import admit
from scheduler.office.day_list import day
from scheduler.office.duties import ask_duties
from scheduler.office.enrol import enrol
from scheduler.office.handover import handover
from scheduler.office.licences import licences
from scheduler.office.notices import notices
from scheduler.office.print_batch import print_batch
from scheduler.office.template import marks_sheet, template
from scheduler.office.upload import hand_over, upload
from scheduler.office.views import plan_workbook
from scheduler.sheets.paint import put
from tests.office.books import ROUND
from tests.office.test_enrol import bad_id

NAMED = ("=1+2", "+1", "-1", "@SUM(1)")
"""What a program must not take for a formula."""


@pytest.fixture
def written(monkeypatch):
    """Note which writers made workbooks, whoever called them."""
    found, save = set(), Workbook.save

    def noted(book, target):
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == writers.__file__:
                found.add(frame.f_code.co_name)
            frame = frame.f_back
        save(book, target)

    monkeypatch.setattr(Workbook, "save", noted)
    return found


def every_workbook(office, folder: Path) -> list[Path]:
    """Make one of each kind and return all."""
    for kind in ("entries", "setup", "marks", "numbers"):
        template(kind, folder / f"{kind}.xlsx")
    template("entries", folder / "zhejiang.xlsx", profile_id="zhejiang-2015")
    enrol(office, bad_id(folder / "bad.xlsx"), round_id=ROUND, error_workbook=folder / "errors.xlsx")
    marks_sheet(office, round_id=ROUND, out=folder / "marks-round.xlsx")
    plan_workbook(office, round_id=ROUND, out=folder / "plan.xlsx")
    ask_duties(office, folder / "duties.xlsx", round_id=ROUND)
    day(office, round_id=ROUND, out=folder / "day.xlsx")
    handover(office, round_id=ROUND)
    licences(office, round_id=ROUND)
    notices(office, round_id=ROUND)
    print_batch(office, round_id=ROUND)
    made = upload(office, quarter="2026Q2")
    hand_over(office, made.prepared[0].batch.id, to="省平台")
    admit(office, round_id=ROUND)
    with office.registry.transaction(write=False) as store:
        setup: RoundSetup = store.rounds.setup(ROUND)
        entries = store.rounds.entries(ROUND)
    writers.write_setup(setup, folder / "setup-round.xlsx", catalogue=office.catalogue)
    writers.write_entries(entries, folder / "entries-round.xlsx", catalogue=office.catalogue)
    hostile = Workbook()
    for row, text in enumerate(NAMED, start=1):
        put(hostile.active.cell(row, 1), text)
    hostile.save(folder / "hostile.xlsx")
    return sorted([*folder.glob("*.xlsx"), *Path(office.settings.out_folder).rglob("*.xlsx")])


def told(value: object) -> str:
    """Return a value as text; programs write numbers with other last digits."""
    return f"{value:.6g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def said(path: Path) -> dict[str, list[list[str]]]:
    """Return the texts of a workbook by sheet, without what is empty at the ends."""
    book = load_workbook(path)
    return {
        sheet.title: [
            [told(cell.value) for cell in row if cell.value is not None]
            for row in sheet.iter_rows()
            if any(cell.value is not None for cell in row)
        ]
        for sheet in book
    }


@pytest.mark.skipif(shutil.which("libreoffice") is None, reason="libreoffice is not on this machine")
def test_a_spreadsheet_program_reads_every_workbook_as_we_do(office_at, tmp_path, written):
    folder = tmp_path / "books"
    folder.mkdir()
    books = every_workbook(office_at("issued"), folder)
    assert written == {
        name for name in writers.__all__ if name.startswith("write_") or name.endswith(("_bytes", "_files"))
    }
    flat = tmp_path / "flat"
    flat.mkdir()
    for n, path in enumerate(books):
        shutil.copy(path, flat / f"{n:02}.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["libreoffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "opened")]
    subprocess.run([*command, *map(str, sorted(flat.iterdir()))], check=True, capture_output=True, timeout=240)
    for n, path in enumerate(books):
        assert said(tmp_path / "opened" / f"{n:02}.xlsx") == said(path), path.name
    opened = load_workbook(tmp_path / "opened" / f"{books.index(folder / 'hostile.xlsx'):02}.xlsx")
    assert [cell.data_type for (cell,) in opened.active.iter_rows(max_row=len(NAMED))] == ["s"] * len(NAMED)
