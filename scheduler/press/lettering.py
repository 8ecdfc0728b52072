"""Lettering (排字): one text in one style, laid out by the text engine of WeasyPrint, as orders a PDF page understands.

Used by stamp.py. Line breaks, fallback fonts, kerning and spacing are the engine's own, so a stamped text stands exactly
where a rendered one stands. Nothing here knows which text it is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import FROM_UNITS, ffi, pango
from weasyprint.text.fonts import get_pango_font_key
from weasyprint.text.line_break import create_layout, split_first_line, strut

from scheduler.press.fontset import PressFont, Unstampable

PX_PER_PT = 4 / 3
_GLYPH = struct.Struct("Iiii4x")
"""PangoGlyphInfo: glyph, width, offsets, and flags nobody asks for."""


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
        self._style, self._fonts = style, fonts
        spacing = style["letter_spacing"]
        self._spacing = 0.0 if spacing == "normal" else spacing / style["font_size"]
        self._sized: dict[float, Any] = {}
        self._kept: dict[tuple[str, float, float], tuple[Line, ...]] = {}
        self._runs_kept: dict[object, Run] = {}

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

    def _styled(self, size_pt: float) -> Any:  # noqa: ANN401 - WeasyPrint's own
        if size_pt not in self._sized:
            style = self._style.copy()
            style["font_size"] = size_pt * PX_PER_PT
            if self._spacing:
                style["letter_spacing"] = self._spacing * size_pt * PX_PER_PT
            self._sized[size_pt] = style
        return self._sized[size_pt]

    def _set(self, text: str, style: Any, width: float) -> Iterator[Line]:  # noqa: ANN401 - WeasyPrint's own
        full, above = strut(style)
        rest, top = text, 0.0
        while rest:
            _, length, more, long, height, baseline = split_first_line(rest, style, None, width, 0)
            packed = rest.encode()
            words = packed[:length].decode().rstrip(" ") if more else rest
            rest = packed[more:].decode() if more else ""
            leading = (full - height) / 2
            reach = max(above, baseline + leading)
            spare = width - long
            spaces = words.count(" ") + words.count("\u00a0")
            justified = rest and spare > 0 and spaces and style["text_align_all"] == "justify"
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
        count, start = item.glyphs.num_glyphs, item.item.offset
        # Read in one go: field by field takes longer than laying the text out.
        glyphs = bytes(ffi.buffer(item.glyphs.glyphs, count * _GLYPH.size))
        clusters = (*ffi.unpack(item.glyphs.log_clusters, count), item.item.length)
        known = font.name, size, glyphs, clusters, packed[start : start + item.item.length]
        if known not in self._runs_kept:
            if len(self._runs_kept) > _KEPT:
                self._runs_kept.clear()
            for glyph, *_ in _GLYPH.iter_unpack(glyphs):
                if glyph not in font.widths and not glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG:
                    font.widths[glyph] = _width(pango_font, glyph, size)
            self._runs_kept[known] = _ordered(font, size, *known[2:])
        return self._runs_kept[known]


def _ordered(font: PressFont, size: float, glyphs: bytes, clusters: tuple[int, ...], packed: bytes) -> Run:
    """Return the drawing orders of a run.

    Args:
        font: Its font.
        size: Pixels.
        glyphs: As Pango keeps them.
        clusters: Where the characters of each glyph begin, and the end.
        packed: Text in UTF-8.

    Raises:
        Unstampable: A character has no plain glyph.
    """
    scale = 1000 * FROM_UNITS / size
    shown: list[str] = ["<"]
    drawn: list[tuple[int, str]] = []
    for n, (glyph, width, x_offset, y_offset) in enumerate(_GLYPH.iter_unpack(glyphs)):
        if glyph == pango.PANGO_GLYPH_EMPTY:
            shown.append(f">{-width / size}<")
            continue
        if glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG or y_offset:
            raise Unstampable(f"no plain glyph for {packed.decode()}")
        drawn.append((glyph, packed[clusters[n] : clusters[n + 1]].decode()))
        offset = x_offset / size
        shown.append(f">{-offset}<{glyph:04x}" if offset else f"{glyph:04x}")
        kerning = int(font.widths[glyph] + offset - width * scale)
        if kerning:
            shown.append(f">{kerning}<")
    return Run(font, size, "".join([*shown, ">"]).replace("<>", "").encode(), tuple(drawn))


_ALIGNED = {"center": 0.5, "right": 1.0, "end": 1.0}
_KEPT = 120
"""Settings and runs kept at most in a style."""
_LONG = 300
"""Texts longer than this are not kept: a line of microtext takes some 40 kilobytes, and no two are the same."""


def _width(pango_font: Any, glyph: int, size: float) -> int:  # noqa: ANN401 - a pointer of Pango
    ink, logical = ffi.new("PangoRectangle *"), ffi.new("PangoRectangle *")
    pango.pango_font_get_glyph_extents(pango_font, glyph, ink, logical)
    width: float = logical.width * 1000 * FROM_UNITS / size
    return round(width)
