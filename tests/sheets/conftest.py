"""What every test of the sheets shares: the catalogue, a set-up, and workbooks written from a test's own docstring."""

from __future__ import annotations

from datetime import date, time

import pytest
from openpyxl import Workbook

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import Duty, RoomKind
from scheduler.domain.people import Examiner
from scheduler.domain.places import Institution, Room, Site
from scheduler.domain.rounds import (
    Distance,
    DocumentLock,
    DocumentRecusal,
    DocumentTerms,
    ExaminerLock,
    Group,
    Opening,
    Policy,
    Reservation,
    RoundSetup,
    Share,
    Waiver,
    Weights,
)
from scheduler.recognition.shelf import load_catalogue

TODAY = date(2026, 6, 1)


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="session")
def setup():
    """Two days, two institutions, a hall and a workshop, one recusal, one group, one distance, one opening."""
    days = (date(2026, 6, 13), date(2026, 6, 14))
    return RoundSetup(
        id="2026-06",
        name="二〇二六年六月联合考评",
        window=Window(*days),
        slots=tuple(Slot(f"D{n}AM", day, time(9), time(11, 30)) for n, day in enumerate(days, 1)),
        institutions=(
            Institution("YLEM", "云岭市应急管理局", "Yunling Bureau", issues=("implementing_department",)),
            Institution("YLDX", "云岭电力职业技术学院", "", "", "S0000", "000123", "99", "苏A", ("certification_institution", "electrician-5")),
        ),
        sites=(Site("A", "YLDX", "云岭学院考点", "学府路1号", 1.5, -2.25), Site("B", "YLEM")),
        rooms=(
            Room("A101", "A", RoomKind.THEORY_ROOM, 30, accessible=True, closed_slot_ids=("D2AM",), name="=机房"),
            Room("A201", "A", RoomKind.WORKSHOP, 9, ("low-voltage", "high-voltage"), opening_cost=250, max_turns=2),
        ),
        examiners=(
            Examiner("E01", "YLDX", (Duty.ASSESS, Duty.INVIGILATE), ("low-voltage",), ("D1AM",), 3, 9, may_lead=False, name="周明远"),
            Examiner("E02", "YLEM", (Duty.INVIGILATE,), name="龚䶮"),
        ),
        scheme_ids=("yichang-three", "low-voltage-5", "special-equipment-5"),
        recusals=(DocumentRecusal("E01", "99010019900505003X", "relative", "兄弟"),),
        groups=(Group("QY", "site", "启源公司"), Group("JT"), Group("DX", "fragments", "大学", 5, 20, ("B",)), Group("XZ", "fragments")),
        distances=(Distance("清水湾", "A", 12.5),),
        openings=(Opening("A101", "D1AM", 100), Opening("A201", "D2AM", closed=True)),
        policy=Policy(examiners_on=False, min_institutions=1, order_gap_min=30, order_days_max=3, changeover_min=10, max_travel_km=80.5, road_factor=1.4, weights=Weights(unplaced=9000, km=2, share_over=30, day_peak=4, unfair=5, group_session=6), max_sittings_per_day=1, bar_own_institution=True, no_mutual_exchange=True, mixed_theory=True, max_consecutive_at=3, rotate_half=True, group_seats=True, day_tolerance_percent=150),
        reservations=(Reservation("A101", 5, group_id="QY", slot_id="D1AM"), Reservation("A201", 2, institution_id="YLDX")),
        waivers=(Waiver("A101", "D2AM", 2, "市人社局 6 月 1 日批复"),),
        shares=(Share("YLDX", 60), Share("YLEM", 0)),
        locks=(DocumentLock("99010019900505003X", "practical", "D1AM", "A201", 2, 9), DocumentLock("990100199005050048", "special-equipment-5/hot_work", room_id="A101")),
        examiner_locks=(ExaminerLock("A201", "D1AM", "E01"),),
        terms=(DocumentTerms("990100199005050048", ("A", "B"), travel_exception=True, reason="行动不便"), DocumentTerms("99010019900505003X")),
    )  # fmt: skip


def cells_of(text):
    """Rows of cells from a drawing: one line a row, ``|`` between cells; a whole number stays a number, ``~`` nothing."""
    rows = []
    for line in text.splitlines():
        if "|" in line:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            rows.append([None if c in {"", "~"} else float(c[1:]) if c.startswith("#") else c for c in cells])
    return rows


def written(path, sheets):
    """Write sheets of cells, ``{name: rows}``; words stay words."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for r, row in enumerate(rows, 1):
            for c, value in enumerate(row, 1):
                cell = sheet.cell(r, c, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    book.save(path)
    return path


@pytest.fixture
def drawn(request, tmp_path):
    """The workbook drawn in the test's docstring: one sheet, or several under lines such as ``[时段]``."""
    sheets, name = {}, "Sheet1"
    for line in request.function.__doc__.splitlines():
        if line.strip().startswith("[") and line.strip().endswith("]"):
            name = line.strip()[1:-1]
            sheets[name] = []
        elif "|" in line:
            sheets.setdefault(name, []).extend(cells_of(line))
    return written(tmp_path / "drawn.xlsx", sheets)


@pytest.fixture
def told():
    """Findings as short tuples: rule, row, column letter."""

    def tell(findings, severity="error"):
        return [(f.rule, f.where.row, (f.where.column or "").split(" ")[0]) for f in findings if f.severity == severity]

    return tell
