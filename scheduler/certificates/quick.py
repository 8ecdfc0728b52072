"""The quick proof (速校): the texts, pictures, attachment and signature of one file, read back in a few milliseconds.

Used by issuer.py for each file of a template whose first file passed the whole proof (proof.py): what all files share was
read there. Whatever is not exactly as expected here is read again by the whole proof, which decides.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from scheduler.certificates.fonts import DrawnFont, font_of
from scheduler.certificates.layout import Placed
from scheduler.certificates.proof import Enclosed, same_text
from scheduler.certificates.qr import drawn_text
from scheduler.certificates.signature import BadSignature, signer_of

if TYPE_CHECKING:
    import pikepdf

_MM_PER_PX = 25.4 / 96
_SLACK_MM = 0.4
_BLOCK = re.compile(rb"BT\n(.*?)\nET", re.DOTALL)
_PICTURE = re.compile(rb"1 0 0 1 \S+ \S+ cm\nq\n\S+ 0 0 \S+ \S+ \S+ cm\n/i\S+ Do")
_PLACE = re.compile(rb"1 0 0 -1 (\S+) (\S+) Tm")
_SHOWN = re.compile(rb"/(\S+) (\S+) Tf\n\[(.*?)\] TJ", re.DOTALL)
_PIECE = re.compile(rb"<([0-9a-f]*)>|(-?[0-9.]+)")
_kept: dict[bytes, _Font] = {}
"""Fonts that files share, with what was set in them."""
_MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one file must hold."""

    title: str
    texts: list[Placed]
    photo: bytes | None
    """JPEG as printed."""
    code: str
    """What the QR code says."""
    enclosed: Enclosed
    bare: str = ""
    """Digest of all drawing orders but texts and pictures, as `bare_digest` gives it; empty asks for nothing."""


class _Shown(NamedTuple):
    """Characters drawn together; a tuple, because a page has a hundred of them."""

    text: str
    left: float
    """Millimetres from the page's left edge, as right; ``base`` from its top."""
    right: float
    base: float
    missing: bool


@dataclass(frozen=True, slots=True)
class _Font:
    """A font with the runs met so far: by size and orders, text, width and whether a glyph is missing."""

    drawn: DrawnFont
    runs: dict[tuple[float, bytes], tuple[str, float, bool]] = field(default_factory=dict)


class _Unlike(Exception):
    """The file is not as it was expected; says in what."""


def differs(pdf: bytes, wanted: Wanted) -> str:
    """Return in what a file differs from what it must hold, in one word for the log; empty where in nothing."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(pdf)) as file:
            _frame(file, wanted)
            between, blocks = _taken_apart(file.pages[0].Contents.read_bytes())
            if wanted.bare and _bare(between) != wanted.bare:
                return "drawing orders"
            _texts(list(_shown(file.pages[0], blocks)), wanted.texts)
            _pictures(file, wanted)
        if wanted.enclosed.signer is not None and signer_of(pdf) != wanted.enclosed.signer:
            return "signer"
    except (_Unlike, BadSignature) as fault:
        return str(fault)
    except (pikepdf.PdfError, LookupError, ValueError, AttributeError, TypeError, zlib.error, OSError) as fault:
        return type(fault).__name__
    return ""


def bare_digest(pdf: bytes) -> str:
    """Return a digest of all that a page draws but its texts and pictures, which is the same in all files of a template.

    Raises:
        pikepdf.PdfError: It is no PDF.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as file:
        return _bare(_taken_apart(file.pages[0].Contents.read_bytes())[0])


def _taken_apart(content: bytes) -> tuple[bytes, list[bytes]]:
    """Return the drawing orders around texts, with an empty text in each place, and those of the texts."""
    parts = _BLOCK.split(content)
    return b"BT\nET".join(parts[::2]), parts[1::2]


def _bare(between: bytes) -> str:
    return sha256(_PICTURE.sub(b"", between)).hexdigest()


def _frame(file: pikepdf.Pdf, wanted: Wanted) -> None:
    page = file.pages[0]
    if len(file.pages) != 1 or str(file.docinfo.get("/Title", "")) != wanted.title:
        raise _Unlike("title or number of pages")
    if len(page.get("/Annots", [])) != (wanted.enclosed.signer is not None):
        raise _Unlike("annotations")
    attached = [found.get_file().read_bytes() for found in file.attachments.values()]
    if attached != ([] if wanted.enclosed.attachment is None else [wanted.enclosed.attachment]):
        raise _Unlike("attachment")


def _shown(page: pikepdf.Page, blocks: list[bytes]) -> Iterator[_Shown]:
    fonts = {name.lstrip("/").encode(): _font(raw) for name, raw in page.Resources.Font.items()}
    for block in blocks:
        place = _PLACE.match(block)
        if place is None:
            raise _Unlike("drawing orders")
        at, base = (float(number) * _MM_PER_PX for number in place.groups())
        for name, size, shown in _SHOWN.findall(block):
            text, width, missing = _run(fonts[name], float(size) * _MM_PER_PX, shown)
            yield _Shown(text, at, at + width, base, missing)
            at += width


def _run(font: _Font, em: float, shown: bytes) -> tuple[str, float, bool]:
    """Return the text of a run, its width, and whether a glyph is missing; what all files share is worked out once."""
    if (em, shown) not in font.runs:
        font.runs[em, shown] = _read(font.drawn, em, shown)
    return font.runs[em, shown]


def _read(font: DrawnFont, em: float, shown: bytes) -> tuple[str, float, bool]:
    pieces = _PIECE.findall(shown)
    packed = bytes.fromhex("".join([digits.decode() for digits, _ in pieces]))
    if len(packed) % 2:
        raise _Unlike("drawing orders")
    codes = struct.unpack(f">{len(packed) // 2}H", packed)
    space = sum([float(number) for _, number in pieces if number])
    width = sum(map(font.widths.__getitem__, codes)) - space / 1000
    return "".join(map(font.characters.__getitem__, codes)), width * em, any(map(font.is_missing, set(codes)))


def _font(raw: pikepdf.Object) -> _Font:
    import pikepdf

    if not isinstance(raw.ToUnicode, pikepdf.Stream):
        raise _Unlike("font")
    inner = raw.DescendantFonts[0]
    key = raw.ToUnicode.read_raw_bytes() + inner.W.unparse()
    if key not in _kept:
        if len(_kept) > _MOST_KEPT:
            _kept.clear()
        _kept[key] = _Font(font_of(raw))
    if not any(f"/FontFile{n}" in inner.FontDescriptor for n in ("2", "3")):
        raise _Unlike("font not embedded")
    return _kept[key]


def _texts(shown: list[_Shown], wanted: list[Placed]) -> None:
    if any(run.missing for run in shown if run.text.strip()):
        raise _Unlike("missing glyph")
    runs = sorted(enumerate(shown), key=_base)
    bases = [run.base for _, run in runs]
    homed: set[int] = set()
    for place in wanted:
        if place.manner == "ring":
            continue
        box, right = place.box, place.box.left + place.box.width
        first = bisect_left(bases, box.top - _SLACK_MM)
        last = bisect_right(bases, box.top + box.height + _SLACK_MM)
        here = sorted((n, run) for n, run in runs[first:last] if box.left - _SLACK_MM <= run.left <= right)
        if not same_text(place, "".join([run.text for _, run in here])):
            raise _Unlike(place.key)
        if any(run.right > right + _SLACK_MM for _, run in here if run.text.strip()):
            raise _Unlike(place.key)
        homed.update(n for n, _ in here)
    if any(run.text.strip() for n, run in enumerate(shown) if n not in homed):
        raise _Unlike("stray text")


def _base(numbered: tuple[int, _Shown]) -> float:
    return numbered[1].base


def _pictures(file: pikepdf.Pdf, wanted: Wanted) -> None:
    drawn = file.pages[0].Resources.XObject
    images = [thing for thing in drawn.values() if thing.get("/Subtype") == "/Image"]
    photos = [image for image in images if image.get("/Filter") == "/DCTDecode"]
    if [photo.read_raw_bytes() for photo in photos] != ([] if wanted.photo is None else [wanted.photo]):
        raise _Unlike("photo")
    codes = [image for image in images if image.get("/Filter") != "/DCTDecode"]
    if len(codes) != 1 or drawn_text(_bits(codes[0])) != wanted.code:
        raise _Unlike("QR code")


def _bits(image: pikepdf.Object) -> Image.Image:
    size = int(image.Width), int(image.Height)
    if max(size) > 2_000 or int(image.BitsPerComponent) != 1:
        raise _Unlike("QR code")
    return Image.frombytes("1", size, image.read_bytes())
