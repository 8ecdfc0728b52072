"""A template compiled (制版): what all papers of a kind share as finished PDF, and the places of what differs.

Used by stamp.py. WeasyPrint draws the page once with dummies for whatever differs; the drawing orders of each dummy are cut
out, tags and all else stay as they were drawn.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf
import weasyprint
from weasyprint.formatting_structure import boxes

from scheduler.press.fontset import PressFont, Unstampable
from scheduler.press.lettering import PX_PER_PT, Lettering

DUMMY = "0"
"""Stands for every text that differs, so that nobody's characters are in the shared fonts."""
_TEXT = re.compile(rb"BT\n(.*?)\nET", re.DOTALL)
_PLACE = re.compile(rb"(\S+) (\S+) Tm")
_PICTURE = re.compile(rb"1 0 0 1 \S+ \S+ cm\nq\n\S+ 0 0 \S+ \S+ \S+ cm\n/(i\S+) Do")


@dataclass(frozen=True, slots=True)
class Slot:
    """A text that differs from paper to paper."""

    key: str
    lettering: Lettering
    left: float
    """Left edge of the space for the text, pixels from the left of the page; as the others."""
    top: float
    width: float
    box: tuple[float, float]
    """Top and height of the box with its padding."""
    size: float
    """Of the dummy, points."""
    colour: tuple[float, float, float]
    """Red, green and blue of the dummy, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Space for a picture that differs from paper to paper."""

    key: str
    name: str
    """Name among the page's resources."""
    left: float
    top: float
    width: float
    height: float
    covered: bool
    """The picture fills the space and is cut off beyond; otherwise it is stretched to it."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """One template with everything that does not differ."""

    pdf: bytes
    """A whole file; its page draws nothing yet."""
    pieces: tuple[bytes | Slot | Frame, ...]
    """Drawing orders, and between them the places of what differs."""


def compiled(document: weasyprint.Document, pdf: bytes, keys: list[str], fonts: dict[int, PressFont]) -> Compiled:
    """Return a template compiled from a page of dummies.

    Args:
        document: The page laid out.
        pdf: The same page as PDF.
        keys: What differs, as the template marks it by ``data-key``.
        fonts: Fonts of the press.

    Raises:
        Unstampable: The template does not mark a place, or draws it in a way that cannot be stamped.
    """
    page = document.pages[0]._page_box  # noqa: SLF001 - there is no public way
    marked = dict(_marked(page))
    lost = [key for key in keys if key not in marked]
    if lost or len(document.pages) != 1:
        raise Unstampable(f"not marked by data-key on one page of {len(document.pages)}: {', '.join(lost)}")
    slots = {key: _slot(key, marked[key], fonts) for key in keys if not _is_picture(marked[key])}
    framed = {key: box for key, box in marked.items() if key in keys and _is_picture(box)}
    with pikepdf.open(io.BytesIO(pdf)) as file:
        content = file.pages[0].Contents.read_bytes()
    cuts: list[tuple[int, int, Slot | Frame]] = [
        *_text_cuts(content, list(_texts(page)), slots),
        *_picture_cuts(content, framed),
    ]
    pieces: list[bytes | Slot | Frame] = []
    at = 0
    for start, end, what in sorted(cuts, key=lambda cut: cut[0]):
        pieces.append(content[at:start])
        pieces.append(what)
        at = end
    return Compiled(pdf, (*pieces, content[at:]))


def whole(pdf: bytes) -> Compiled:
    """Return a finished page as a template in which nothing differs."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return Compiled(pdf, (file.pages[0].Contents.read_bytes(),))


def _is_picture(box: Any) -> bool:  # noqa: ANN401 - WeasyPrint's own
    return isinstance(box, boxes.ReplacedBox)


def _key(box: Any) -> str:  # noqa: ANN401 - WeasyPrint's own
    return "" if box.element is None else box.element.get("data-key") or ""


def _marked(box: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - WeasyPrint's own
    if _key(box):
        yield _key(box), box
        return
    for child in _children(box):
        yield from _marked(child)


def _texts(box: Any, key: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - WeasyPrint's own
    """Return the text boxes in the order in which they are drawn, with the key they stand under."""
    if isinstance(box, boxes.TextBox):
        if box.text.strip() and box.style["visibility"] == "visible":
            yield key, box
        return
    for child in _children(box):
        yield from _texts(child, _key(box) or key)


def _children(box: Any) -> Iterator[Any]:  # noqa: ANN401 - WeasyPrint's own
    for child in box.all_children() if isinstance(box, boxes.ParentBox) else ():
        # Absolutely placed boxes stand behind a placeholder.
        yield getattr(child, "_box", child)


def _slot(key: str, box: Any, fonts: dict[int, PressFont]) -> Slot:  # noqa: ANN401 - WeasyPrint's own
    style = next((text.style for _, text in _texts(box)), None)
    if style is None or style["text_transform"] != "none" or style["text_decoration_line"] != "none":
        raise Unstampable(f"{key} is not plain text")
    indent = box.style["text_indent"]
    if getattr(indent, "value", indent):
        raise Unstampable(f"{key} is indented")
    return Slot(
        key,
        Lettering(style, fonts),
        box.content_box_x(),
        box.content_box_y(),
        box.width,
        (box.border_box_y(), box.border_height()),
        style["font_size"] / PX_PER_PT,
        tuple(style["color"].to("srgb").coordinates),
    )


def _text_cuts(
    content: bytes, texts: list[tuple[str, Any]], slots: Mapping[str, Slot]
) -> Iterator[tuple[int, int, Slot]]:
    drawn, counted = list(_TEXT.finditer(content)), Counter(key for key, _ in texts)
    if len(drawn) != len(texts) or any(counted[key] != 1 for key in slots):
        raise Unstampable("texts are not drawn in the order in which they stand")
    for (key, box), found in zip(texts, drawn, strict=True):
        if key in slots:
            at = _PLACE.search(found.group())
            if at is None or not _is_inside(box, float(at[1]), float(at[2])):
                raise Unstampable(f"{key} is not drawn in the order in which it stands")
            yield *found.span(), slots[key]


def _is_inside(box: Any, across: float, down: float) -> bool:  # noqa: ANN401 - WeasyPrint's own
    """Tell whether a text drawn from a point on is that of a box."""
    below, size = down - box.position_y, box.style["font_size"]
    inside: bool = abs(across - box.position_x) < 1 and -size < below < box.margin_height() + size
    return inside


def _picture_cuts(content: bytes, framed: Mapping[str, Any]) -> Iterator[tuple[int, int, Frame]]:
    drawn = list(_PICTURE.finditer(content))
    if len(drawn) != len(framed):
        raise Unstampable("the page draws other pictures than those marked")
    for (key, box), found in zip(framed.items(), drawn, strict=True):
        covered = box.style["object_fit"] == "cover"
        if not covered and box.style["object_fit"] != "fill":
            raise Unstampable(f"{key} is fitted in a way that cannot be stamped")
        place = box.content_box_x(), box.content_box_y(), box.width, box.height
        yield *found.span(), Frame(key, found.group(1).decode(), *place, covered)
