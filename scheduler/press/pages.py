"""Pages of a few kinds, many of each (成页): a kind is compiled once, what differs is stamped, and files share their fonts.

Used by the office for tickets, lists and labels. A form has a fixed number of lines, so no line is ever lost at the foot of a
page. A text is made smaller until it fits its box; what cannot be stamped is drawn by WeasyPrint into the same box, and told.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scheduler.press.compiled import DUMMY, Compiled, Frame, Slot
from scheduler.press.fontset import PressFont, Unstampable
from scheduler.press.lettering import Lettering, Line
from scheduler.press.render import Press
from scheduler.press.stamp import dummy

LEAST_PT = 4.0
"""Texts are not made smaller than this; what still does not fit is cut short, and that is told."""
_STEP, _SQUEEZED = 0.94, 0.8
_MORE = "…"
_RIGHT_TO_LEFT = {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "PDF", "PDI", "FSI"}
_ALIGNED: dict[object, str] = {"center": "center", "right": "right", "end": "right"}
Trouble = Literal["cut", "drawn", "lacking"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: of which kind it is, and what differs on it."""

    template: str
    """Folder of the template below the templates folder."""
    shared: Mapping[str, object]
    """Plain data of the template that many pages have in common; each set of them is compiled once."""
    texts: Mapping[str, str]
    """What differs, by ``data-key``; a line feed begins a new line."""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """JPEG, or black and white PNG, by ``data-key``."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something about a text that is not as it was asked for."""

    key: str
    text: str
    trouble: Trouble
    """``cut``: too long for its box. ``drawn``: drawn by WeasyPrint. ``lacking``: no font has one of its characters."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A text drawn by WeasyPrint, and where its box stands."""

    pdf: bytes
    left: float
    """Pixels, as `top`."""
    top: float


@dataclass(frozen=True, slots=True)
class Stamped:
    """A page ready to be bound."""

    kind: str
    orders: bytes
    """What is drawn over the shared form."""
    drawn: Mapping[PressFont, Mapping[int, str]]
    pictures: tuple[tuple[Frame, bytes], ...]
    patches: tuple[Patch, ...]
    told: tuple[Told, ...]


class Pages:
    """A press for pages."""

    def __init__(self, press: Press) -> None:
        """Open over a press."""
        self._press = press
        self._fonts: dict[int, PressFont] = {}
        self._letterings: dict[tuple[object, ...], Lettering] = {}
        self._patches: dict[tuple[object, ...], tuple[bytes, bool]] = {}
        self.kinds: dict[str, Compiled] = {}
        """What was compiled, by kind."""

    def stamp(self, leaf: Leaf) -> Stamped:
        """Return a page ready to be bound.

        Raises:
            SettingsError: The template is missing or broken.
            Unstampable: The template cannot be compiled; a fault of the template, whatever the data.
        """
        kind = self._kind(leaf)
        compiled, told = self.kinds[kind], list[Told]()
        orders, patches, pictures = list[bytes](), list[Patch](), list[tuple[Frame, bytes]]()
        drawn: dict[PressFont, dict[int, str]] = {}
        for piece in compiled.pieces:
            if isinstance(piece, Frame):
                pictures.append((piece, leaf.pictures[piece.key]))
            elif isinstance(piece, Slot) and (text := leaf.texts[piece.key]).strip():
                try:
                    orders += self._set(piece, text, drawn, told)
                except Unstampable:
                    patches.append(self._patch(piece, text, told))
        return Stamped(kind, b"\n".join(orders), drawn, tuple(pictures), tuple(patches), tuple(told))

    def _kind(self, leaf: Leaf) -> str:
        kind = json.dumps([leaf.template, leaf.shared, sorted(leaf.texts), sorted(leaf.pictures)], ensure_ascii=False)
        if kind not in self.kinds:
            dummies = {key: dummy("JPEG" if key == "photo" else "PNG", (33, 33)) for key in leaf.pictures}
            data = {**leaf.shared, "texts": dict.fromkeys(leaf.texts, DUMMY), "pictures": dummies}
            keys = [*leaf.texts, *leaf.pictures]
            self.kinds[kind] = self._press.compile(leaf.template, data, keys, self._fonts, plain=True)
        return kind

    def _set(self, slot: Slot, text: str, drawn: dict[PressFont, dict[int, str]], told: list[Told]) -> Iterator[bytes]:
        """Return the drawing orders of a text, set as large as its box allows."""
        if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
            raise Unstampable("written from right to left")
        lettering = self._letterings.setdefault(slot.lettering.manner, slot.lettering)
        fitted, lines, height = _fitted(lettering, slot, text)
        if fitted != text:
            told.append(Told(slot.key, text, "cut"))
        return _orders(slot, lines, height, drawn)

    def _patch(self, slot: Slot, text: str, told: list[Told]) -> Patch:
        """Return a text drawn by WeasyPrint in a page as large as its box."""
        style = slot.lettering.style
        look = {
            "width": round(slot.width, 3),
            "height": round(slot.box[1], 3),
            "family": ", ".join(f'"{name}"' for name in style["font_family"]),
            "weight": style["font_weight"],
            "align": _ALIGNED.get(style["text_align_all"], "start"),
            "colour": [round(255 * part) for part in slot.colour],
        }
        key = (*map(str, look.values()), slot.size, text)
        if key not in self._patches:
            size, lacking, pages = slot.size, False, 2
            while pages > 1:
                pdf, pages, lacking = self._press.try_out("papers/word", {**look, "size": size, "text": text})
                if size <= LEAST_PT:
                    break
                size = max(LEAST_PT, size * _STEP)
            self._patches[key] = pdf, lacking
        pdf, lacking = self._patches[key]
        told.append(Told(slot.key, text, "lacking" if lacking else "drawn"))
        return Patch(pdf, slot.left, slot.box[0])


def _fitted(lettering: Lettering, slot: Slot, text: str) -> tuple[str, list[tuple[float, Line]], float]:
    """Return the text that fits a slot, its lines with the tops of their paragraphs, and their height in pixels.

    On one line where that takes no more than a fifth of its size; else on as many as the box has room for.
    """
    paragraphs, room = text.split("\n"), slot.box[1] + 0.5
    for size in _sizes(slot.size, slot.size * _SQUEEZED):
        lines, height = _lines(lettering, paragraphs, size, slot.width)
        if len(lines) <= len(paragraphs) and height <= room:
            return text, lines, height
    for size in _sizes(slot.size, LEAST_PT):
        lines, height = _lines(lettering, paragraphs, size, slot.width)
        if height <= room:
            return text, lines, height
    short = text
    while height > room and len(short) > 1:
        short = short[:-1]
        lines, height = _lines(lettering, (short + _MORE).split("\n"), LEAST_PT, slot.width)
    return short + _MORE, lines, height


def _sizes(largest: float, least: float) -> Iterator[float]:
    size = largest
    while size > least:
        yield size
        size *= _STEP
    yield least


def _lines(
    lettering: Lettering, paragraphs: Sequence[str], size: float, width: float
) -> tuple[list[tuple[float, Line]], float]:
    lines: list[tuple[float, Line]] = []
    top, step = 0.0, lettering.step(size)
    for paragraph in paragraphs:
        found = lettering.lines(paragraph, size, width) if paragraph.strip() else ()
        lines += [(top, line) for line in found]
        top += step * max(1, len(found))
    return lines, top


def _orders(
    slot: Slot, lines: list[tuple[float, Line]], height: float, drawn: dict[PressFont, dict[int, str]]
) -> Iterator[bytes]:
    """Yield the drawing orders of lines, in the middle of their box."""
    top = slot.box[0] + max(0.0, slot.box[1] - height) / 2
    yield b"%.3f %.3f %.3f rg" % slot.colour
    for paragraph, line in lines:
        yield b"BT\n1 0 0 -1 %.3f %.3f Tm" % (slot.left + line.left, top + paragraph + line.baseline)
        for run in line.runs:
            drawn.setdefault(run.font, {}).update(run.drawn)
            yield b"/V%s %f Tf\n[%s] TJ" % (run.font.name.encode(), run.size, run.shown)
        yield b"ET"
