"""Dates and times as papers, sheets and reports word them, in both languages."""

from __future__ import annotations

import calendar
from datetime import date, time

import pytest

from scheduler.domain.calendar import Slot
from scheduler.domain.wording import (
    date_words,
    dated_words,
    month_words,
    quarter_words,
    short_date_words,
    slot_words,
    time_words,
    weekday_words,
)
from scheduler.errors import Text


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_worded_as_on_certificates(month):
    day = date(2026, month, 8)
    assert date_words(day) == Text(f"2026年{month}月8日", f"8 {calendar.month_name[month]} 2026")
    assert month_words(day) == Text(f"2026年{month}月", f"{calendar.month_name[month]} 2026")
    assert short_date_words(day) == Text(f"{month}月8日", f"8 {calendar.month_abbr[month]}")


def test_every_day_of_the_week_is_worded():
    said = [weekday_words(date(2026, 6, day)) for day in range(1, 8)]
    assert [one.zh for one in said] == [f"星期{day}" for day in "一二三四五六日"]
    assert [one.en for one in said] == list(calendar.day_name)


def test_quarters_end_with_their_months():
    assert [quarter_words(date(2026, month, 28)).zh[6] for month in range(1, 13)] == list("一一一二二二三三三四四四")
    assert quarter_words(date(2026, 6, 30)) == Text("2026年第二季度", "second quarter of 2026")


def test_when_a_slot_is():
    on = date(2026, 6, 13)
    assert dated_words(on) == Text("2026年6月13日（星期六）", "Saturday, 13 June 2026")
    assert time_words(time(8, 5), time(12)) == Text("08:05—12:00", "08:05–12:00")
    slot = Slot("D1AM", on, time(8, 30), time(12))
    assert slot_words(slot) == Text("2026年6月13日（星期六）08:30—12:00", "Saturday, 13 June 2026, 08:30–12:00")
