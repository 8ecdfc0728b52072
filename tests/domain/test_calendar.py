"""Slots, windows, months."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.calendar import Slot, Window, add_months, gap_minutes, in_order


def slot(name: str, start: tuple[int, int], end: tuple[int, int], day: int = 1) -> Slot:
    return Slot(name, date(2026, 6, day), time(*start), time(*end))


def test_touching_slots_do_not_overlap() -> None:
    morning, noon, late = slot("a", (9, 0), (11, 0)), slot("b", (11, 0), (12, 0)), slot("c", (10, 59), (12, 0))
    assert not morning.overlaps(noon)
    assert morning.overlaps(late)
    assert not morning.overlaps(slot("d", (9, 0), (11, 0), day=2))


def test_minutes_and_gap() -> None:
    morning, afternoon = slot("a", (9, 0), (11, 30)), slot("b", (13, 0), (15, 0))
    assert morning.minutes == 150
    assert gap_minutes(morning, afternoon) == 90
    assert gap_minutes(afternoon, morning) == -360


def test_order_and_window() -> None:
    a, b, c = slot("a", (9, 0), (11, 0), 2), slot("b", (9, 0), (11, 0)), slot("c", (9, 0), (10, 0))
    assert [s.id for s in in_order([a, b, c])] == ["c", "b", "a"]
    window = Window(date(2026, 5, 31), date(2026, 6, 2))
    assert len(window.days()) == 3
    assert date(2026, 6, 2) in window
    assert date(2026, 6, 3) not in window


def test_iso_week_crosses_the_year() -> None:
    assert Slot("x", date(2027, 1, 1), time(9), time(10)).week() == (2026, 53)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 6, 18), 72, date(2032, 6, 18)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
    ],
)
def test_add_months(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


@given(st.dates(date(1950, 1, 1), date(2080, 1, 1)), st.integers(0, 240))
def test_add_months_lands_in_the_right_month(day: date, months: int) -> None:
    then = add_months(day, months)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day <= day.day
