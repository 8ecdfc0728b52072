"""How papers word dates, levels and numbers. Chinese forms as the filling rules ask; English beside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

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
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

SPECIMEN = "样本：由示范机构制作，不具有任何效力 · SPECIMEN of a demonstration office, of no legal effect"
"""Stands on every paper of a demonstration office, as one of its inquiry lines."""


def level_words(level: int) -> Text:
    """Return a skill level as printed; raises KeyError outside 1 to 5.

    Source: 人社鉴发〔2021〕1号, filling rules (Chinese numeral, 级, slash, grade name).
    """
    return _LEVELS[level]


def date_words(day: date) -> Text:
    """Return a date as printed: 2026年6月8日, and 8 June 2026."""
    return Text(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1]} {day.year}")


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
