"""Stamping (套印): what differs from paper to paper is set into a compiled page; thirty times as fast as drawing it anew.

Used by the office through `Stamper`. WeasyPrint stays the judge: what cannot be stamped exactly is drawn by it, and the
reason is told.
"""

from __future__ import annotations

import hashlib
import io
import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image

from scheduler.press.compiled import DUMMY, Frame, Slot
from scheduler.press.fontset import PressFont, Unstampable
from scheduler.press.plate import CONTENT, FONTS, INFO, METADATA, Plate, plate
from scheduler.press.render import Press
from scheduler.press.sheet import Sheet, text_string

_TITLE = "title-of-the-paper"
_DUMMIES = {"photo": ("JPEG", (295, 413)), "qr": ("PNG", (33, 33))}
_KEPT = 64
"""Compiled templates kept at most."""

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper."""

    pdf: bytes
    drawn_because: str
    """Why it was drawn anew; empty where it was stamped."""


class Stamper:
    """A press that compiles each kind of paper once."""

    def __init__(self, press: Press) -> None:
        """Open a stamper over a press."""
        self._press = press
        self._fonts: dict[int, PressFont] = {}
        self._plates: dict[str, Plate | str] = {}

    def print(self, template: str, data: Data) -> Printed:
        """Return a paper, stamped where that is exact, else drawn by the press.

        Args:
            template: Folder of the template below the templates folder.
            data: As for `Press.render`; texts that differ from paper to paper say so by ``varies``.

        Raises:
            SettingsError: As `Press.render`.
        """
        try:
            return Printed(self._stamped(self._plate(template, data), data), "")
        except Unstampable as reason:
            return Printed(self._press.render(template, data), str(reason))

    def _plate(self, template: str, data: Data) -> Plate:
        shared = _dummies(data)
        key = hashlib.sha256(json.dumps([template, shared], ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        if key not in self._plates:
            if len(self._plates) >= _KEPT:
                self._plates.pop(next(iter(self._plates)))
            keys = [*(piece["key"] for piece in _varying(data)), *(p for p in _DUMMIES if data[p]["src"])]
            try:
                self._plates[key] = plate(self._press.compile(template, shared, keys, self._fonts))
            except Unstampable as reason:
                self._plates[key] = str(reason)
        found = self._plates[key]
        if isinstance(found, str):
            raise Unstampable(found)
        return found

    def _stamped(self, plate: Plate, data: Data) -> bytes:
        texts = {piece["key"]: piece for piece in _varying(data)}
        drawn: dict[PressFont, dict[int, str]] = {}
        sheet = Sheet(plate.shared)
        orders: list[bytes] = []
        for piece in plate.compiled.pieces:
            if isinstance(piece, Slot):
                orders += _lines(piece, texts[piece.key], drawn)
            elif isinstance(piece, Frame):
                size = _picture(sheet, data[piece.key]["src"], plate.numbers[piece.key])
                orders.append(_framed(piece, *size))
            else:
                orders.append(piece)
        sheet.stream(b"", b"\n".join(orders), plate.numbers[CONTENT])
        fonts = [b"/V%s %d 0 R" % (f.name.encode(), f.embedded(sheet, glyphs)) for f, glyphs in drawn.items()]
        sheet.put(b"<< %s %s >>" % (plate.fonts, b" ".join(fonts)), plate.numbers[FONTS])
        title = data["document_title"]
        packet = plate.metadata.replace(_TITLE.encode(), escape(title).encode())
        sheet.stream(b"/Type /Metadata /Subtype /XML", packet, plate.numbers[METADATA], pack=False)
        info = sheet.put(b"<< %s /Title %s >>" % (plate.info, text_string(title)), plate.numbers[INFO])
        return sheet.finished(info)


def _pieces(data: Data) -> Iterator[Data]:
    yield from data["rows"]
    yield from data["place"].values()


def _varying(data: Data) -> Iterator[Data]:
    return (piece for piece in _pieces(data) if piece["varies"])


def _dummies(data: Data) -> dict[str, Any]:
    """Return the data with dummies for whatever differs from paper to paper."""

    def shared(piece: Data) -> Data:
        return {**piece, "text": DUMMY, "size": 10} if piece["varies"] else piece

    return {
        **data,
        "document_title": _TITLE,
        "rows": [shared(piece) for piece in data["rows"]],
        "place": {key: shared(piece) for key, piece in data["place"].items()},
        **{key: {**data[key], "src": _DUMMY_SRC[key] if data[key]["src"] else ""} for key in _DUMMIES},
    }


def _dummy(kind: str, size: tuple[int, int]) -> str:
    from base64 import b64encode

    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return f"data:image/{kind.lower()};base64,{b64encode(out.getvalue()).decode()}"


_DUMMY_SRC = {key: _dummy(*what) for key, what in _DUMMIES.items()}


def _lines(slot: Slot, piece: Data, drawn: dict[PressFont, dict[int, str]]) -> Iterator[bytes]:
    """Yield the drawing orders of a text."""
    lines = slot.lettering.lines(piece["text"], piece["size"], slot.width)
    if len(lines) > 1 and piece["manner"] == "line":
        raise Unstampable(f"{piece['key']} would break")
    for line in lines:
        yield b"BT\n1 0 0 -1 %f %f Tm" % (slot.left + line.left, slot.top + line.baseline)
        for run in line.runs:
            drawn.setdefault(run.font, {}).update(run.drawn)
            yield b"/V%s %f Tf\n[%s] TJ" % (run.font.name.encode(), run.size, run.shown)
        yield b"ET"


def _framed(frame: Frame, width: int, height: int) -> bytes:
    """Return the drawing orders of a picture of so many pixels."""
    across, down = frame.width, frame.height
    if frame.covered:
        scale = max(frame.width / width, frame.height / height)
        across, down = width * scale, height * scale
    left, top = frame.left + (frame.width - across) / 2, frame.top + (frame.height - down) / 2
    return b"1 0 0 1 %f %f cm\nq\n%f 0 0 %f 0 %f cm\n/%s Do" % (left, top, across, -down, down, frame.name.encode())


def _picture(sheet: Sheet, source: str, number: int) -> tuple[int, int]:
    """Write a picture, a photo as it is and a code as one bit a module; return its width and height, pixels."""
    content = b64decode(source.partition(",")[2])
    with Image.open(io.BytesIO(content)) as picture:
        entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d " % picture.size
        if picture.format == "JPEG":
            space = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB"}.get(picture.mode)
            if space is None:
                raise Unstampable(f"a photo of mode {picture.mode}")
            entries += b"/ColorSpace %s /BitsPerComponent 8 /Filter /DCTDecode" % space
            sheet.stream(entries, content, number, pack=False)
        else:
            bits = picture.convert("1").tobytes()
            sheet.stream(entries + b"/ColorSpace /DeviceGray /BitsPerComponent 1", bits, number)
        return picture.size
