"""How papers word dates, levels and numbers. Chinese forms as the filling rules ask; English beside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from functools import cache

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Component
from scheduler.errors import Text
from scheduler.phrases import phrase

_LEVELS = {
    5: Text("五级/初级工", "Level 5 / Junior Skilled Worker"),
    4: Text("四级/中级工", "Level 4 / Intermediate Skilled Worker"),
    3: Text("三级/高级工", "Level 3 / Senior Skilled Worker"),
    2: Text("二级/技师", "Level 2 / Technician"),
    1: Text("一级/高级技师", "Level 1 / Senior Technician"),
}
SPECIMEN = "样本：由示范机构制作，不具有任何效力 · SPECIMEN of a demonstration office, of no legal effect"
"""Stands on every paper of a demonstration office, as one of its inquiry lines."""


def level_words(level: int) -> Text:
    """Return a skill level as printed; raises KeyError outside 1 to 5.

    Source: 人社鉴发〔2021〕1号, filling rules (Chinese numeral, 级, slash, grade name).
    """
    return _LEVELS[level]


def date_words(day: date) -> Text:
    """Return a date as printed: 2026年6月8日, and 8 June 2026."""
    return Text(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {_month(day)} {day.year}")


def short_date_words(day: date) -> Text:
    """Return a date without its year, for lists and pictures: 6月8日, and 8 Jun."""
    return Text(f"{day.month}月{day.day}日", f"{day.day} {_month(day, 'abbreviated')}")


def weekday_words(day: date) -> Text:
    """Return the day of the week: 星期一, and Monday."""
    return Text(*(_names("get_day_names", "wide", locale)[day.weekday()] for locale in ("zh", "en")))


def dated_words(day: date) -> Text:
    """Return a date with its day of the week: 2026年6月8日（星期一）, and Monday, 8 June 2026."""
    plain, name = date_words(day), weekday_words(day)
    return Text(f"{plain.zh}（{name.zh}）", f"{name.en}, {plain.en}")


def month_words(day: date) -> Text:
    """Return the month of a day: 2026年6月, and June 2026."""
    return Text(f"{day.year}年{day.month}月", f"{_month(day)} {day.year}")


def quarter_words(day: date) -> Text:
    """Return the quarter of a day: 2026年第二季度, and second quarter of 2026."""
    n = (day.month - 1) // 3
    return Text(
        f"{day.year}年第{'一二三四'[n]}季度", f"{('first', 'second', 'third', 'fourth')[n]} quarter of {day.year}"
    )


def time_words(start: time, end: time) -> Text:
    """Return a span of hours within a day, the same in both languages but for its dash: 08:30—12:00, and 08:30–12:00."""
    return Text(f"{start:%H:%M}—{end:%H:%M}", f"{start:%H:%M}–{end:%H:%M}")


def slot_words(slot: Slot) -> Text:
    """Return when a slot is: 2026年6月8日（星期一）08:30—12:00, and Monday, 8 June 2026, 08:30–12:00."""
    on, hours = dated_words(slot.on), time_words(slot.start, slot.end)
    return Text(f"{on.zh}{hours.zh}", f"{on.en}, {hours.en}")


def _month(day: date, width: str = "wide") -> str:
    """Return the English name of a day's month."""
    return _names("get_month_names", width, "en")[day.month]


@cache
def _names(which: str, width: str, locale: str) -> dict[int, str]:
    """Return names of months or days of the week as Babel has them, read once."""
    from babel import dates

    return dict(getattr(dates, which)(width, locale=locale))


def span_words(first: date, last: date | None) -> Text:
    """Return a validity span as printed; without an end it is 长期."""
    begin, end = date_words(first), date_words(last) if last else Text("长期", "no expiry")
    return Text(f"{begin.zh}至{end.zh}", f"{begin.en} to {end.en}")


def page_words(page: int, pages: int) -> Text:
    """Return the line at a page's foot: 第1页，共2页, and Page 1 of 2."""
    return phrase("Page {n} of {total}", n=page, total=pages)


def points_words(pts: float) -> str:
    """Return points without a needless decimal: 80, 79.5."""
    return f"{pts:.2f}".rstrip("0").rstrip(".")


def component_words(component: Component, among: Iterable[Component]) -> Text:
    """Return the name of a component, with its id where another of those it stands among is called the same.

    A component without a name in a language is called by the other language's name, and without any by its id.
    """
    name = Text(component.name.zh or component.name.en, component.name.en or component.name.zh)
    if not name.zh:
        return Text(component.id, component.id)
    others = [other.name for other in among if other.id != component.id]
    if any(component.name.zh == other.zh or component.name.en == other.en for other in others):
        return Text(f"{name.zh}（{component.id}）", f"{name.en} ({component.id})")
    return name
