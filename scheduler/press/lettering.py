"""Lettering (排字): one text in one style, laid out by the text engine of WeasyPrint, as orders a PDF page understands.

Used by stamp.py. Line breaks, fallback fonts, kerning and spacing are the engine's own, so a stamped text stands exactly
where a rendered one stands. Nothing here knows which text it is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import FROM_UNITS, ffi, pango
from weasyprint.text.fonts import get_pango_font_key
from weasyprint.text.line_break import create_layout, line_size, split_first_line, strut

from scheduler.press.fontset import PressFont, Unstampable

PX_PER_PT = 4 / 3
_GLYPH, _WHOLE = struct.Struct("Iiii"), struct.Struct("16s4x")
"""PangoGlyphInfo: glyph, width, offsets; then flags of which some bits are never set to anything."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one font in a line."""

    font: PressFont
    size: float
    """Pixels of 1/96 inch."""
    shown: bytes
    """Operand of TJ: codes and spaces between them."""
    drawn: tuple[tuple[int, str], ...]
    """Codes with the characters they stand for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text."""

    runs: tuple[Run, ...]
    left: float
    """Pixels from the left edge of the space given."""
    baseline: float
    """Pixels from the top of the space given."""


class Lettering:
    """Everything set in one style; keeps what it has set, because most words of a batch come again."""

    def __init__(self, style: Any, fonts: dict[int, PressFont]) -> None:  # noqa: ANN401 - WeasyPrint's own
        """Open a style.

        Args:
            style: Computed style of a text box.
            fonts: Fonts met so far, shared by all styles of a press.
        """
        self.style, self._fonts = style, fonts
        spacing = style["letter_spacing"]
        self._spacing = 0.0 if spacing == "normal" else spacing / style["font_size"]
        self.manner: tuple[object, ...] = (self._spacing, *(style[key] for key in _TELLING))
        """Two of the same manner set every text alike."""
        self._sized: dict[float, Any] = {}
        self._kept: dict[tuple[str, float, float], tuple[Line, ...]] = {}
        self._orders: dict[tuple[str, float], dict[bytes, _Order | None]] = {}

    def lines(self, text: str, size_pt: float, width: float) -> tuple[Line, ...]:
        """Return a text in lines.

        Args:
            text: What is drawn.
            size_pt: Points.
            width: Pixels there are.

        Raises:
            Unstampable: No font draws a character, or only the renderer can.
        """
        if len(text) > _LONG:
            return tuple(self._set(text, self._styled(size_pt), width))
        key = text, size_pt, width
        if key not in self._kept:
            if len(self._kept) > _KEPT:
                self._kept.clear()
            self._kept[key] = tuple(self._set(text, self._styled(size_pt), width))
        return self._kept[key]

    def step(self, size_pt: float) -> float:
        """Return the height of a line, pixels."""
        full: float = strut(self._styled(size_pt))[0]
        return full

    def _styled(self, size_pt: float) -> Any:  # noqa: ANN401 - WeasyPrint's own
        if size_pt not in self._sized:
            style = self.style.copy()
            style["font_size"] = size_pt * PX_PER_PT
            if self._spacing:
                style["letter_spacing"] = self._spacing * size_pt * PX_PER_PT
            self._sized[size_pt] = style
        return self._sized[size_pt]

    def _set(self, text: str, style: Any, width: float) -> Iterator[Line]:  # noqa: ANN401 - WeasyPrint's own
        full, above = strut(style)
        rest, top = text, 0.0
        while rest:
            words, rest, long, height, baseline, layout = _first_line(rest, style, width)
            leading = (full - height) / 2
            reach = max(above, baseline + leading)
            spare = width - long
            spaces = words.count(" ") + words.count("\u00a0")
            justified = rest and spare > 0 and spaces and style["text_align_all"] == "justify"
            if layout is None:
                layout = create_layout(words, style, None, None, spare / spaces if justified else 0)
            if justified:
                layout.set_text(words, justify=True)
            left = max(0.0, spare) * _ALIGNED.get(style["text_align_all"], 0.0)
            yield Line(tuple(self._runs(layout, words)), left, top + reach)
            top += reach + max(full - above, height + 2 * leading - baseline - leading)

    def _runs(self, layout: Any, text: str) -> Iterator[Run]:  # noqa: ANN401 - WeasyPrint's own
        line, _ = layout.get_first_line()
        packed = text.encode()
        item = line.runs[0] if text.strip() else ffi.NULL
        while item != ffi.NULL:
            yield self._run(item.data, packed)
            item = item.next

    def _run(self, item: Any, packed: bytes) -> Run:  # noqa: ANN401 - WeasyPrint's own
        pango_font = item.item.analysis.font
        key, description, size = get_pango_font_key(pango_font)
        if key not in self._fonts:
            self._fonts[key] = PressFont(Font(pango_font, description, size))
        font = self._fonts[key]
        count, start, length = item.glyphs.num_glyphs, item.item.offset, item.item.length
        text = packed[start : start + length].decode()
        # Read in one go: field by field takes longer than laying the text out.
        glyphs = [one for (one,) in _WHOLE.iter_unpack(ffi.buffer(item.glyphs.glyphs, count * _WHOLE.size))]
        orders = self._orders.setdefault((font.name, size), {})
        if len(orders) > _KEPT_ORDERS:
            orders.clear()
        for glyph in set(glyphs).difference(orders):
            orders[glyph] = _ordered(glyph, font, pango_font, size)
        found = [orders[glyph] for glyph in glyphs]
        if None in found:
            raise Unstampable(f"no plain glyph for {text}")
        shown = "".join(["<", *(one.shown for one in found if one), ">"]).replace("<>", " ")
        clusters = ffi.unpack(item.glyphs.log_clusters, count)
        drawn = dict(zip((one.glyph for one in found if one), _characters(text, clusters), strict=True))
        drawn.pop(pango.PANGO_GLYPH_EMPTY, None)
        return Run(font, size, shown.encode(), tuple(drawn.items()))


_TELLING = (
    "font_family", "font_style", "font_weight", "font_stretch", "font_variant_ligatures", "font_feature_settings",
    "font_kerning", "font_variant_numeric", "font_variant_east_asian", "word_spacing", "line_height",
    "text_align_all", "text_align_last", "white_space", "hyphens", "overflow_wrap", "direction", "lang",
)  # fmt: skip
_ALIGNED = {"center": 0.5, "right": 1.0, "end": 1.0}
_KEPT, _KEPT_ORDERS = 120, 4_000
"""Settings kept at most in a style, and glyphs with what stands around them."""
_LONG = 300
"""Texts longer than this are not kept: a line of microtext takes some 40 kilobytes, and no two are the same."""


@dataclass(frozen=True, slots=True)
class _Order:
    """How one glyph is drawn in one place."""

    glyph: int
    shown: str
    """Its code, and the spaces before and after."""


def _ordered(packed: bytes, font: PressFont, pango_font: Any, size: float) -> _Order | None:  # noqa: ANN401 - a pointer
    """Return how a glyph is drawn; None where the font has none for its character, or it does not stand on the line.

    Args:
        packed: As Pango keeps it.
        font: Its font, which learns its width.
        pango_font: The same as Pango knows it.
        size: Pixels.
    """
    glyph, width, x_offset, y_offset = _GLYPH.unpack(packed)
    if glyph == pango.PANGO_GLYPH_EMPTY:
        return _Order(glyph, f">{-width / size}<")
    if glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG or y_offset:
        return None
    if glyph not in font.widths:
        font.widths[glyph] = _width(pango_font, glyph, size)
    offset = x_offset / size
    kerning = int(font.widths[glyph] + offset - width * 1000 * FROM_UNITS / size)
    before, after = f">{-offset}<" if offset else "", f">{kerning}<" if kerning else ""
    return _Order(glyph, f"{before}{glyph:04x}{after}")


def _characters(text: str, clusters: Sequence[int]) -> Iterable[str]:
    """Return the characters that each glyph stands for.

    Args:
        text: Of a run.
        clusters: At which byte of it the characters of each glyph begin.
    """
    if len(text) == len(clusters) and all(map(int.__lt__, clusters, clusters[1:])):
        return text  # as many beginnings as characters, all different: one each
    packed = text.encode()
    return [packed[at:end].decode() for at, end in zip(clusters, (*clusters[1:], len(packed)), strict=True)]


def _first_line(text: str, style: Any, width: float) -> tuple[str, str, float, float, float, Any]:  # noqa: ANN401
    """Return words and rest, width, height and baseline of the first line, and its layout where that was never broken.

    WeasyPrint lays a text out within a width to break it, and once more to draw it. A text that fits as a whole is the same
    both times.
    """
    layout = create_layout(text, style, None, None, 0)
    line, more = layout.get_first_line()
    long, height = line_size(line, style)
    if more is None and long <= width:
        return text, "", long, height, pango.pango_layout_get_baseline(layout.layout) * FROM_UNITS, layout
    _, length, more, long, height, baseline = split_first_line(text, style, None, width, 0)
    packed = text.encode()
    words = packed[:length].decode().rstrip(" ") if more else text
    return words, packed[more:].decode() if more else "", long, height, baseline, None


def _width(pango_font: Any, glyph: int, size: float) -> int:  # noqa: ANN401 - a pointer of Pango
    ink, logical = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")
    pango.pango_font_get_glyph_extents(pango_font, glyph, ink, logical)
    width: float = logical.width * 1000 * FROM_UNITS / size
    return round(width)
