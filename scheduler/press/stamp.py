"""Stamping (套印): what differs from paper to paper is set into a compiled page; thirty times as fast as drawing it anew.

Used by the office through `Stamper`. WeasyPrint stays the judge: what cannot be stamped exactly is drawn by it, and the
reason is told.
"""

from __future__ import annotations

import hashlib
import io
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image

from scheduler.press.compiled import DUMMY, Compiled, Frame, Slot, whole
from scheduler.press.fontset import PressFont, Unstampable, give_back
from scheduler.press.plate import ATTACHED, CONTENT, FONTS, INFO, METADATA, SIGNATURE, STORE, Attachment, Plate, plate
from scheduler.press.render import Press
from scheduler.press.sheet import NOT_PACKED, QUICKLY, FileSeal, Sheet, text_string

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
    plate: str = ""
    """The compiled template it was stamped from; empty where it was drawn anew."""


@dataclass(frozen=True, slots=True)
class Finish:
    """What a file gets beside what is drawn."""

    seal: FileSeal | None = None
    """Signs it."""
    signer: str = ""
    """Who signs, as readers show it."""
    at: str = ""
    """Moment of signing, such as ``20260618093000+08'00'``."""
    attachment: Attachment | None = None
    content: bytes = b""
    """Content of the attachment."""
    store: tuple[tuple[str, tuple[bytes, ...]], ...] = ()
    """What later verifiers of the signature need, DER, by the names of a document security store: ``Certs``, ``CRLs``, ``OCSPs``."""


PLAIN = Finish()


class Stamper:
    """A press that compiles each kind of paper once."""

    def __init__(self, press: Press) -> None:
        """Open a stamper over a press."""
        self._press = press
        self._fonts: dict[int, PressFont] = {}
        self._plates: dict[object, tuple[str, Plate | str]] = {}

    def print(self, template: str, data: Data, finish: Finish = PLAIN) -> Printed:
        """Return a paper, stamped where that is exact, else drawn by the press.

        Args:
            template: Folder of the template below the templates folder.
            data: As for `Press.render`; texts that differ from paper to paper say so by ``varies``.
            finish: Signature and attachment.

        Raises:
            SettingsError: As `Press.render`.
        """
        try:
            key, plate = self._plate(template, data, finish)
            return Printed(_stamped(plate, data, finish), "", key)
        except Unstampable as reason:
            return Printed(self.draw(template, data, finish), str(reason))

    def draw(self, template: str, data: Data, finish: Finish = PLAIN) -> bytes:
        """Return a paper drawn by the press alone, as `print` does for what cannot be stamped."""
        drawn = whole(self._press.render(template, data))
        return _stamped(_plated(drawn, finish), {**data, "rows": [], "place": {}}, finish)

    def _plate(self, template: str, data: Data, finish: Finish) -> tuple[str, Plate]:
        shared = _dummies(data)
        kind = (template, finish.seal is not None, finish.attachment, bool(finish.store), _frozen(shared))
        if kind not in self._plates:
            if len(self._plates) >= _KEPT:
                self._plates.pop(next(iter(self._plates)))
            keys = [*(piece["key"] for piece in _varying(data)), *(p for p in _DUMMIES if data[p]["src"])]
            name = hashlib.sha256(repr(kind).encode()).hexdigest()
            try:
                self._plates[kind] = name, _plated(self._press.compile(template, shared, keys, self._fonts), finish)
            except Unstampable as reason:
                self._plates[kind] = name, str(reason)
            give_back()
        name, found = self._plates[kind]
        if isinstance(found, str):
            raise Unstampable(found)
        return name, found


def _frozen(data: Data) -> object:
    """Return plain data of a paper as a value that can be looked up."""
    pieces = tuple(tuple(piece.values()) for piece in _pieces(data))
    rest = (value for key, value in data.items() if key not in {"rows", "place"})
    return pieces, tuple(tuple(value.values()) if isinstance(value, dict) else value for value in rest)


def _plated(drawn: Compiled, finish: Finish) -> Plate:
    return plate(drawn, signed=finish.seal is not None, attached=finish.attachment, with_store=bool(finish.store))


def _stamped(plate: Plate, data: Data, finish: Finish) -> bytes:
    """Return a file: what is drawn, its fonts, what readers show about it, and the finish."""
    drawn: dict[PressFont, dict[int, str]] = {}
    sheet = Sheet(plate.shared)
    orders = b"\n".join(_orders(plate, data, sheet, drawn))
    sheet.stream(b"", orders, plate.numbers[CONTENT])
    fonts = [b"/V%s %d 0 R" % (font.name.encode(), font.embedded(sheet, glyphs)) for font, glyphs in drawn.items()]
    sheet.put(b"<< %s %s >>" % (plate.fonts, b" ".join(fonts)), plate.numbers[FONTS])
    title = data["document_title"]
    packet = plate.metadata.replace(_TITLE.encode(), escape(title).encode())
    sheet.stream(b"/Type /Metadata /Subtype /XML", packet, plate.numbers[METADATA], pack=NOT_PACKED)
    info = sheet.put(b"<< %s /Title %s >>" % (plate.info, text_string(title)), plate.numbers[INFO])
    if finish.attachment is not None:
        sheet.stream(_embedded(finish.attachment, finish.content), finish.content, plate.numbers[ATTACHED])
    if finish.store:
        lists = (b"/%s [ %s ]" % (name.encode(), _streams(sheet, ders)) for name, ders in finish.store)
        sheet.put(b"<< /Type /DSS %s >>" % b" ".join(lists), plate.numbers[STORE])
    if finish.seal is None:
        return sheet.finished(info)
    said = _CERTIFIED % (text_string(finish.signer), finish.at.encode())
    return sheet.finished(info, finish.seal, plate.numbers[SIGNATURE], said)


def _streams(sheet: Sheet, contents: tuple[bytes, ...]) -> bytes:
    return b" ".join(b"%d 0 R" % sheet.stream(b"", content) for content in contents)


_CERTIFIED = (
    b"/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /Name %s /M (D:%s) /Reference [ << /Type /SigRef "
    b"/TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >> ]"
)
"""A certification after which nothing may be changed. Source: ISO 32000-1, 12.8.2.2."""


def _embedded(attachment: Attachment, content: bytes) -> bytes:
    mark = hashlib.md5(content, usedforsecurity=False).hexdigest().encode()
    kind = attachment.kind.replace("/", "#2F").replace("+", "#2B").encode()
    return b"/Type /EmbeddedFile /Subtype /%s /Params << /Size %d /CheckSum <%s> >>" % (kind, len(content), mark)


def _orders(plate: Plate, data: Data, sheet: Sheet, drawn: dict[PressFont, dict[int, str]]) -> Iterator[bytes]:
    texts = {piece["key"]: piece for piece in _varying(data)}
    for piece in plate.compiled.pieces:
        if isinstance(piece, Slot):
            yield from _lines(piece, texts[piece.key], drawn)
        elif isinstance(piece, Frame):
            size = _picture(sheet, data[piece.key]["src"], plate.numbers[piece.key])
            yield framed(piece, *size)
        else:
            yield piece


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


def dummy(kind: str, size: tuple[int, int]) -> str:
    """Return a white picture as an address; kind is ``JPEG`` or ``PNG``."""
    from base64 import b64encode

    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return f"data:image/{kind.lower()};base64,{b64encode(out.getvalue()).decode()}"


_DUMMY_SRC = {key: dummy(*what) for key, what in _DUMMIES.items()}


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


def framed(frame: Frame, width: int, height: int) -> bytes:
    """Return the drawing orders of a picture of so many pixels."""
    across, down = frame.width, frame.height
    if frame.covered:
        scale = max(frame.width / width, frame.height / height)
        across, down = width * scale, height * scale
    left, top = frame.left + (frame.width - across) / 2, frame.top + (frame.height - down) / 2
    return b"1 0 0 1 %f %f cm\nq\n%f 0 0 %f 0 %f cm\n/%s Do" % (left, top, across, -down, down, frame.name.encode())


def _picture(sheet: Sheet, source: str, number: int) -> tuple[int, int]:
    """Write a picture, a photo as it is and a code as one bit a module; return its width and height, pixels."""
    entries, content, size, packed = _opened(source)
    sheet.stream(entries, content, number, pack=packed)
    return size


@lru_cache(maxsize=4)
def _opened(source: str) -> tuple[bytes, bytes, tuple[int, int], int]:
    """Return what `opened` does, of an address; one person's certificates bear the same."""
    return opened(b64decode(source.partition(",")[2]))


def opened(content: bytes) -> tuple[bytes, bytes, tuple[int, int], int]:
    """Return entries, content, size and packing of a picture; raises Unstampable for a photo of an unusual mode."""
    with Image.open(io.BytesIO(content)) as picture:
        entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d " % picture.size
        if picture.format == "JPEG":
            space = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB"}.get(picture.mode)
            if space is None:
                raise Unstampable(f"a photo of mode {picture.mode}")
            entries += b"/ColorSpace %s /BitsPerComponent 8 /Filter /DCTDecode" % space
            return entries, content, picture.size, NOT_PACKED
        bits = picture.convert("1").tobytes()
        return entries + b"/ColorSpace /DeviceGray /BitsPerComponent 1", bits, picture.size, QUICKLY
