"""A drawn page read back: every character with its place, every picture, straight from the PDF's drawing orders.

Used by proof.py and verify.py. Characters are taken from the glyphs that are drawn, not from a text layer, so that a
missing glyph (.notdef), which copies as the right Chinese, is seen for what it is.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PIL import Image

from scheduler.certificates.fonts import DrawnFont, font_of

if TYPE_CHECKING:
    import pikepdf
    from pikepdf import Object

MM_PER_PT = 25.4 / 72
MOST_BYTES = 8 << 20
"""Largest file that is read; our certificates are far below one million bytes."""
_MOST_ORDERS = 60_000
_MOST_CONTENT = 1 << 20
"""Bytes of drawing orders in one stream, unpacked; ours have a tenth of it."""
_MOST_DEPTH = 12
_MOST_PIXELS = 4_000_000

Matrix = tuple[float, float, float, float, float, float]
Operands = list[Any]
_UNIT: Matrix = (1, 0, 0, 1, 0, 0)


class UnreadablePage(Exception):
    """The bytes are no PDF that can be read in reasonable time and memory."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawn character; the box is in mm from the page's top left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    missing: bool
    """Whether the font had no glyph, so that an empty box is drawn."""
    visible: bool = True
    """False for text drawn without ink."""

    @property
    def middle(self) -> tuple[float, float]:
        """Return the middle of the box."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawn raster picture."""

    left: float
    top: float
    right: float
    bottom: float
    raw: bytes
    """The bytes as stored: a whole JPEG for photos."""
    image: Image.Image | None
    """None when it cannot be decoded."""


@dataclass(slots=True)
class Page:
    """What one page draws."""

    width: float
    """Millimetres, as height."""
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    loose_fonts: set[str] = field(default_factory=set)
    """Fonts used and not embedded."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A PDF read: its title, how many pages, and what the first one draws."""

    title: str
    n_pages: int
    page: Page
    attached: tuple[bytes, ...]
    """Contents of the embedded files, by name."""
    n_annotations: int
    """Annotations of the page; the field of a signature is one."""
    n_pictures: int
    """Pictures kept in the file, drawn or not."""


def read_pdf(pdf: bytes) -> Reading:
    """Return what a PDF draws on its first page.

    Raises:
        UnreadablePage: Not a PDF, encrypted, damaged, or larger than anything ours when unpacked.
    """
    import pikepdf

    if len(pdf) > MOST_BYTES:
        raise UnreadablePage(f"{len(pdf)} bytes")
    _limit_unpacking()
    try:
        with warnings.catch_warnings(), pikepdf.open(io.BytesIO(pdf)) as document:
            warnings.simplefilter("ignore")  # what is damaged shows in what was read
            first = document.pages[0]
            page = _page(first)
            title = str(document.docinfo.get("/Title", "")) if document.docinfo else ""
            attached = tuple(_attached(document))
            annotations = len(first.get("/Annots", []))
            kept = sum(1 for thing in document.objects if _is_image(thing))
            return Reading(title, len(document.pages), page, attached, annotations, kept)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError, LookupError, AttributeError,
            ArithmeticError, RuntimeError, OSError, MemoryError, NotImplementedError) as fault:  # fmt: skip
        raise UnreadablePage(str(fault)[:200] or type(fault).__name__) from fault


def _attached(document: pikepdf.Pdf) -> Iterator[bytes]:
    for _, described in sorted(document.attachments.items()):
        yield described.get_file().read_bytes()


@lru_cache(maxsize=1)
def _limit_unpacking() -> None:
    from pikepdf.settings import set_qpdf_limits

    set_qpdf_limits(flate_max_memory=16 << 20, run_length_max_memory=16 << 20, png_max_memory=16 << 20,
                    dct_max_memory=16 << 20, tiff_max_memory=16 << 20, max_stream_filters=4)  # fmt: skip


def _unpacked_bytes(stream: Object) -> int:
    import pikepdf

    parts = stream if isinstance(stream, pikepdf.Stream) else stream.get("/Contents")
    if isinstance(parts, pikepdf.Array):
        return sum(_unpacked_bytes(part) for part in parts if isinstance(part, pikepdf.Stream))
    return len(parts.read_bytes()) if isinstance(parts, pikepdf.Stream) else 0


def _is_image(thing: Object) -> bool:
    import pikepdf

    return isinstance(thing, pikepdf.Stream) and str(thing.get("/Subtype", "")) == "/Image"


def _page(first: pikepdf.Page) -> Page:
    left, bottom, right, top = (float(edge) for edge in first.mediabox)
    page = Page((right - left) * MM_PER_PT, (top - bottom) * MM_PER_PT)
    flip: Matrix = (MM_PER_PT, 0, 0, -MM_PER_PT, -left * MM_PER_PT, top * MM_PER_PT)
    _Stream(_Count(page), first.resources, flip, 0).run(first.obj)
    return page


@dataclass(slots=True)
class _State:
    """What q saves and Q brings back."""

    ctm: Matrix
    font: DrawnFont | None = None
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    scale: float = 1.0
    rise: float = 0.0
    leading: float = 0.0
    mode: int = 0


@dataclass(slots=True)
class _Count:
    """Shared by all streams of a page: what was drawn, how many orders were read, fonts seen."""

    page: Page
    orders: int = 0
    fonts: dict[tuple[int, int], DrawnFont] = field(default_factory=dict)


class _Stream:
    """Follows the drawing orders of one stream: a page, or a form within it."""

    def __init__(self, count: _Count, resources: Object, ctm: Matrix, depth: int) -> None:
        self._count, self._resources, self._depth = count, resources, depth
        self._state, self._stack = _State(ctm), list[_State]()
        self._text = self._line = _UNIT

    def run(self, stream: Object) -> None:
        import pikepdf

        if self._depth > _MOST_DEPTH:
            raise UnreadablePage("forms within forms")
        if _unpacked_bytes(stream) > _MOST_CONTENT:
            raise UnreadablePage("too many drawing orders")
        for order in pikepdf.parse_content_stream(stream):
            self._count.orders += 1
            if self._count.orders > _MOST_ORDERS:
                raise UnreadablePage("too many drawing orders")
            act = _ACTS.get(str(order.operator))
            if act is not None:
                act(self, list(order.operands))

    def save(self, _: Operands) -> None:
        self._stack.append(replace(self._state))

    def restore(self, _: Operands) -> None:
        if self._stack:
            self._state = self._stack.pop()

    def transform(self, operands: Operands) -> None:
        self._state.ctm = _times(_matrix(operands), self._state.ctm)

    def begin_text(self, _: Operands) -> None:
        self._text = self._line = _UNIT

    def text_matrix(self, operands: Operands) -> None:
        self._text = self._line = _matrix(operands)

    def move(self, operands: Operands) -> None:
        self._line = _times((1, 0, 0, 1, float(operands[0]), float(operands[1])), self._line)
        self._text = self._line

    def move_and_lead(self, operands: Operands) -> None:
        self._state.leading = -float(operands[1])
        self.move(operands)

    def next_line(self, _: Operands) -> None:
        self._line = _times((1, 0, 0, 1, 0, -self._state.leading), self._line)
        self._text = self._line

    def font(self, operands: Operands) -> None:
        raw = self._resources.Font[str(operands[0])]
        if raw.objgen not in self._count.fonts or not raw.is_indirect:
            self._count.fonts[raw.objgen] = font_of(raw)
        self._state.font, self._state.size = self._count.fonts[raw.objgen], float(operands[1])

    def show_next_line(self, operands: Operands) -> None:
        if len(operands) == 3:
            self._state.word_space, self._state.char_space = float(operands[0]), float(operands[1])
        self.next_line(operands)
        self.show(operands)

    def show(self, operands: Operands) -> None:
        font, state = self._state.font, self._state
        if font is None:
            return
        if not font.embedded:
            self._count.page.loose_fonts.add(font.name)
        for piece in _pieces(operands[-1]):
            if isinstance(piece, bytes):
                for code in font.codes(piece):
                    self._glyph(font, code)
            else:
                self._text = _times((1, 0, 0, 1, -piece / 1000 * state.size * state.scale, 0), self._text)

    def _glyph(self, font: DrawnFont, code: int) -> None:
        state, width = self._state, font.width(code)
        drawn = _times((state.size * state.scale, 0, 0, state.size, 0, state.rise), _times(self._text, state.ctm))
        left, top, right, bottom = _around([_apply(drawn, x, y) for x in (0, width) for y in _BODY])
        visible = state.mode not in _NO_INK
        self._count.page.glyphs.append(Glyph(font.text(code), left, top, right, bottom, font.is_missing(code), visible))
        space = state.char_space + (state.word_space if font.is_space(code) else 0.0)
        self._text = _times((1, 0, 0, 1, (width * state.size + space) * state.scale, 0), self._text)

    def draw_object(self, operands: Operands) -> None:
        thing = self._resources.XObject[str(operands[0])]
        kind = str(thing.get("/Subtype", ""))
        if kind == "/Form":
            inner = _times(_matrix(thing.get("/Matrix", _UNIT)), self._state.ctm)
            _Stream(self._count, thing.get("/Resources", self._resources), inner, self._depth + 1).run(thing)
        elif kind == "/Image":
            self._picture(thing.read_raw_bytes(), _image(thing))

    def inline_picture(self, _: Operands) -> None:
        self._picture(b"", None)

    def _picture(self, raw: bytes, image: Image.Image | None) -> None:
        around = _around([_apply(self._state.ctm, x, y) for x in (0, 1) for y in (0, 1)])
        self._count.page.pictures.append(Picture(*around, raw, image))

    def set_number(self, name: str, operands: Operands, factor: float = 1.0) -> None:
        setattr(self._state, name, float(operands[0]) * factor)

    def set_mode(self, operands: Operands) -> None:
        self._state.mode = int(operands[0])


_BODY = (-0.12, 0.88)
"""Nominal depth and height of a character, em."""
_NO_INK = (3, 7)
"""Text rendering modes that draw nothing."""

_ACTS: dict[str, Callable[[_Stream, Operands], None]] = {
    "q": _Stream.save,
    "Q": _Stream.restore,
    "cm": _Stream.transform,
    "BT": _Stream.begin_text,
    "Tm": _Stream.text_matrix,
    "Td": _Stream.move,
    "TD": _Stream.move_and_lead,
    "T*": _Stream.next_line,
    "Tf": _Stream.font,
    "Tj": _Stream.show,
    "TJ": _Stream.show,
    "'": _Stream.show_next_line,
    '"': _Stream.show_next_line,
    "Do": _Stream.draw_object,
    "INLINE IMAGE": _Stream.inline_picture,
    "Tc": lambda stream, operands: stream.set_number("char_space", operands),
    "Tw": lambda stream, operands: stream.set_number("word_space", operands),
    "Tz": lambda stream, operands: stream.set_number("scale", operands, 0.01),
    "TL": lambda stream, operands: stream.set_number("leading", operands),
    "Ts": lambda stream, operands: stream.set_number("rise", operands),
    "Tr": _Stream.set_mode,
}


def _pieces(shown: Object) -> Iterator[bytes | float]:
    import pikepdf

    for piece in [shown] if isinstance(shown, pikepdf.String) else shown:
        yield bytes(piece) if isinstance(piece, pikepdf.String) else float(piece)


def _image(thing: Object) -> Image.Image | None:
    import pikepdf

    if (
        not isinstance(thing, pikepdf.Stream)
        or int(thing.get("/Width", 0)) * int(thing.get("/Height", 0)) > _MOST_PIXELS
    ):
        return None
    try:
        return pikepdf.PdfImage(thing).as_pil_image()
    except Exception:  # noqa: BLE001 - a picture of any unknown kind is simply one that says nothing
        return None


def _matrix(values: Iterable[Any]) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in values)
    return a, b, c, d, e, f


def _times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _around(corners: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _apply(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]
