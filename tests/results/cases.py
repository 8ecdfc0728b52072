"""Builders for the tests of results: one scheme of three awards as in the first published joint exam, and entries to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from scheduler.domain.catalogue import (
    Component,
    ComponentKind,
    Duty,
    Edition,
    Mark,
    PassMark,
    PracticalItem,
    RoomKind,
    Scheme,
    SchemeAward,
    Staffing,
)
from scheduler.domain.entries import CarriedPass, Due, Entitlement, Entry, Exemption
from scheduler.domain.identity import DocumentKind, IdentityDocument
from scheduler.domain.people import Candidate
from scheduler.domain.results import Attendance, ComponentMark, ItemMark
from scheduler.errors import Text

EXAM_DAY = date(2026, 6, 9)
DECIDED_ON = date(2026, 6, 12)
EDITION = Edition(date(2026, 1, 1), "a test", Mark.NOT_FOUND)
ITEMS = tuple(
    PracticalItem(f"K{n}", Text(f"第{n}项", f"item {n}"), full, veto=n == 3)
    for n, full in ((1, 20), (2, 40), (3, 20), (4, 20))
)
THEORY = Component(
    "x/theory",
    ComponentKind.THEORY,
    RoomKind.THEORY_ROOM,
    "low-voltage",
    120,
    Staffing(Duty.INVIGILATE, 2, 15, 30),
    name=Text("理论", "theory"),
)
PRACTICAL = Component(
    "x/practical",
    ComponentKind.PRACTICAL,
    RoomKind.WORKSHOP,
    "low-voltage",
    60,
    Staffing(Duty.ASSESS, 3, 5),
    ("x/theory",),
    Text("实操", "practical"),
    100,
    ITEMS,
)
EM = SchemeAward(
    "em", "implementing_department", (PassMark("x/theory", 80), PassMark("x/practical", 80, vetoes_count=True)), 12
)
HR = SchemeAward("hr", "certification_institution", (PassMark("x/theory", 60), PassMark("x/practical", 60)), 24)
TR = SchemeAward("tr", "training_body", (PassMark("x/practical", 60),), 6)
SCHEME = Scheme("x", Text("示例", "sample"), "low-voltage", 5, (THEORY, PRACTICAL), (EM, HR, TR), EDITION)
CANDIDATE = Candidate("p1", "甘霁", IdentityDocument(DocumentKind.PASSPORT, "X1234567"), "女", date(1999, 1, 1))
ENTRY = Entry("r-p1", "r", CANDIDATE, "x", ("em", "hr", "tr"), date(2026, 5, 6), "990100")


def an_entry(*award_ids: str, carried: Iterable[CarriedPass] = ()) -> Entry:
    return replace(ENTRY, award_ids=award_ids or ("em", "hr", "tr"), carried=tuple(carried))


def entitled(*exempt: tuple[str, str]) -> Entitlement:
    clause = Text("第一部分（二）", "part 1(2)")
    exemptions = tuple(Exemption(a, c, "2026-01-09/7", clause, "T99") for a, c in exempt)
    return Entitlement("r-p1", date(2026, 5, 6), (Due("x/theory", ("em",)),), exemptions, (), (), ())


def sat(component_id: str, pts: float, *, vetoed: str = "", on: date | None = EXAM_DAY) -> ComponentMark:
    items = tuple(ItemMark(i.id, pts * i.full_pts / 100, i.id == vetoed) for i in ITEMS) if vetoed else ()
    return ComponentMark("r-p1", component_id, Attendance.PRESENT, pts, on, items)


def missed(component_id: str, how: Attendance) -> ComponentMark:
    return ComponentMark("r-p1", component_id, how)


def scheme_of(*awards: SchemeAward) -> Scheme:
    return replace(SCHEME, awards=awards)
