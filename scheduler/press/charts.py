"""Charts: bars and columns as inline SVG, for paper and screen. Plain values in, markup out; the same values, the same bytes.

Readable in black and white (tints differ, and outlines stand round each), with a title and a description for those who
listen. Colours stand in attributes, which a style sheet of a page may override by class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH = 344.0
"""Width of every chart in its own units; a chart 91 mm wide has letters of 7 points."""
SIZE = 9.6
"""Height of letters, in units."""
LEAST = 7.6
"""Height of letters where there is little room."""
THICKEST = 34.0
"""Height that a row of bars takes at most."""
LABELS = 0.46
"""Share of the width that the labels of bars may take."""
INK, SOFT, RULE = "#1f2933", "#5b6770", "#d5dbe1"
TINTS = ("#2f5d8a", "#a9c4de", "#f4e3c1")
"""Fills of the first, second and third series: dark, middle, light."""
FONTS = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of bars, or one column: its values stand in the order of the series."""

    label: str
    values: tuple[float, ...]
    note: str = ""
    """What is written beside it; empty for nothing."""
    key: str = ""
    """Row of the table it shows, for whoever checks the picture."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What one chart shows."""

    id: str
    title: str
    says: str
    """Description for those who do not see it."""
    bars: Sequence[Bar]
    series: tuple[str, ...] = ()
    """Names of the series where there are several."""
    most: float | None = None
    """End of the axis; a round number above the greatest value when None."""
    unit: str = ""
    """Written after the numbers of the axis."""
    height: float = 150.0
    empty: str = ""
    """What is said where there is nothing to draw."""
    across: str = ""
    """Name of the axis along which columns stand."""


def ticks(most: float, wanted: int = 4) -> list[float]:
    """Return round numbers from 0 to at least a value, about so many steps of 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return [0, 1]
    rough = most / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    if most == int(most):
        step = max(1.0, step)
    return [round(n * step, 9) for n in range(math.ceil(most / step - 1e-9) + 1)]


def width_of(text: str) -> float:
    """Return about how wide a text is, in heights of its letters; rather too much than too little."""
    return sum(_letter(letter) for letter in text)


def _letter(letter: str) -> float:
    if ord(letter) > 0x2E7F:
        return 1.0
    if letter in "MWmw%@":
        return 0.92
    return 0.68 if letter.isupper() else 0.57


def fitted(text: str, room: float) -> str:
    """Return a text that is at most so many letter heights wide, its end cut off where it is longer."""
    if width_of(text) <= room:
        return text
    while text and width_of(text) > room - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def plain(value: float) -> str:
    """Return a number without needless decimals, thousands apart."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")


@dataclass
class _Sheet:
    """Markup in the making."""

    chart: Chart
    height: float
    parts: list[str] = field(default_factory=list)

    def text(
        self, x: float, y: float, words: str, *, at: str = "start", size: float = SIZE, soft: bool = False
    ) -> None:
        kind, color = ("soft", SOFT) if soft else ("ink", INK)
        self.parts.append(
            f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{at}" fill="{color}">{escape(words)}</text>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, *, strong: bool = False) -> None:
        kind, color = ("axis", SOFT) if strong else ("rule", RULE)
        self.parts.append(
            f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" stroke-width="{0.9 if strong else 0.6}"/>'
        )

    def box(self, x: float, y: float, width: float, height: float, *, series: int) -> None:
        self.parts.append(
            f'<rect class="s{series}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" fill="{TINTS[series % len(TINTS)]}" stroke="{INK}" stroke-width="{0.5 if width > 6 else 0.2}"/>'
        )

    def group(self, bar: Bar, series: int) -> None:
        """Open a group that bears the row and the value shown; ``close`` ends it."""
        said = " ".join(part for part in (bar.label, bar.note) if part)
        self.parts.append(
            f'<g data-row="{escape(bar.key or bar.label)}" data-series="{series}" data-value="{bar.values[series]:g}"><title>{escape(said)}</title>'
        )

    def close(self) -> None:
        self.parts.append("</g>")

    def legend(self, y: float) -> None:
        x = 0.0
        for n, name in enumerate(self.chart.series):
            self.box(x, y - 7, 9, 7, series=n)
            self.text(x + 12, y, name, size=SIZE - 1)
            x += 12 + (SIZE - 1) * width_of(name) + 14

    def markup(self) -> str:
        """Return the finished picture."""
        chart, height = self.chart, self.height
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{chart.id}-t {chart.id}-d" viewBox="0 0 {WIDTH:g} {height:.1f}" '
            f'width="{WIDTH:g}" height="{height:.1f}" font-family="{FONTS}" data-figure="{chart.id}">'
            f'<title id="{chart.id}-t">{escape(chart.title)}</title><desc id="{chart.id}-d">{escape(chart.says)}</desc>'
            f"{''.join(self.parts)}</svg>"
        )


def bars(chart: Chart) -> str:
    """Draw rows of horizontal bars, one row a value, each labelled at its end."""
    sheet = _Sheet(chart, chart.height)
    if not chart.bars:
        return _nothing(sheet)
    top = 12.0 if chart.series else 2.0
    bottom = min(chart.height - 13, top + THICKEST * len(chart.bars))
    pitch = (bottom - top) / len(chart.bars)
    widest = max(width_of(bar.label) for bar in chart.bars)
    high = max(LEAST, min(SIZE, pitch * 0.86))
    letters = max(LEAST, min(high, (LABELS * WIDTH - 8) / max(widest, 1)))
    left = min(LABELS * WIDTH, letters * widest + 8)
    right = WIDTH - max(SIZE * width_of(bar.note) for bar in chart.bars) - 8
    greatest = max(sum(bar.values) for bar in chart.bars)
    marks = ticks(chart.most if chart.most is not None else greatest)
    scale = (right - left) / marks[-1]
    for mark in marks:
        sheet.line(left + mark * scale, top, left + mark * scale, bottom)
        sheet.text(left + mark * scale, bottom + 11, plain(mark) + chart.unit, at="middle", size=SIZE - 1.6, soft=True)
    thick = min(13.0, pitch * 0.7)
    for n, bar in enumerate(chart.bars):
        middle = top + pitch * (n + 0.5)
        sheet.text(left - 5, middle + letters * 0.36, fitted(bar.label, (left - 6) / letters), at="end", size=letters)
        x = left
        for series, value in enumerate(bar.values):
            sheet.group(bar, series)
            sheet.box(x, middle - thick / 2, value * scale, thick, series=series)
            sheet.close()
            x += value * scale
        sheet.text(x + 4, middle + high * 0.36, bar.note, size=high)
    sheet.line(left, top, left, bottom, strong=True)
    if chart.series:
        sheet.legend(8)
    return sheet.markup()


def columns(chart: Chart) -> str:
    """Draw standing columns, series upon one another; notes stand on top where there is room for all of them."""
    sheet = _Sheet(chart, chart.height)
    if not chart.bars:
        return _nothing(sheet)
    top, bottom = (24.0 if chart.series else 14.0), chart.height - (25 if chart.across else 14)
    greatest = max(sum(bar.values) for bar in chart.bars)
    marks = ticks(chart.most if chart.most is not None else greatest)
    left = max(SIZE * width_of(plain(mark) + chart.unit) for mark in marks) * 0.84 + 5
    scale = (bottom - top) / marks[-1]
    for mark in marks:
        sheet.line(left, bottom - mark * scale, WIDTH, bottom - mark * scale)
        sheet.text(left - 4, bottom - mark * scale + 3, plain(mark) + chart.unit, at="end", size=SIZE - 1.6, soft=True)
    pitch = (WIDTH - left) / len(chart.bars)
    for n, bar in enumerate(chart.bars):
        _column(sheet, bar, left + pitch * (n + 0.5), min(34.0, pitch * 0.72), (bottom, scale))
    _along(sheet, left, pitch, bottom)
    _notes(sheet, left, pitch, (bottom, scale))
    sheet.line(left, bottom, WIDTH, bottom, strong=True)
    if chart.across:
        sheet.text((left + WIDTH) / 2, chart.height - 3, chart.across, at="middle", size=SIZE - 1, soft=True)
    if chart.series:
        sheet.legend(8)
    return sheet.markup()


def _column(sheet: _Sheet, bar: Bar, middle: float, thick: float, axis: tuple[float, float]) -> None:
    bottom, scale = axis
    y = bottom
    for series, value in enumerate(bar.values):
        y -= value * scale
        sheet.group(bar, series)
        if value:
            sheet.box(middle - thick / 2, y, thick, value * scale, series=series)
        sheet.close()


def _along(sheet: _Sheet, left: float, pitch: float, bottom: float) -> None:
    """Write labels below the axis: each, or every second, third, ... where they would run into each other."""
    widest = max(width_of(bar.label) for bar in sheet.chart.bars)
    size = max(LEAST - 0.4, min(SIZE - 1.2, (pitch - 3) / max(widest, 1)))
    every = max(1, math.ceil((size * widest + 3) / pitch))
    for n, bar in enumerate(sheet.chart.bars):
        if n % every == 0:
            sheet.text(left + pitch * (n + 0.5), bottom + 11, bar.label, at="middle", size=size)


def _notes(sheet: _Sheet, left: float, pitch: float, axis: tuple[float, float]) -> None:
    bottom, scale = axis
    size = SIZE - 1.2
    if max(size * width_of(bar.note) for bar in sheet.chart.bars) > pitch:
        return
    for n, bar in enumerate(sheet.chart.bars):
        sheet.text(left + pitch * (n + 0.5), bottom - sum(bar.values) * scale - 3, bar.note, at="middle", size=size)


def _nothing(sheet: _Sheet) -> str:
    sheet.text(WIDTH / 2, sheet.height / 2, sheet.chart.empty, at="middle", soft=True)
    return sheet.markup()
