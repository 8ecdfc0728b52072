"""The fonts of a drawn page: code to character, width, and whether a code draws nothing but an empty box.

Used by reading.py. Knows composite fonts as our press writes them (two-byte codes) and takes one-byte fonts as they come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pikepdf import Object

_BLOCK = re.compile(rb"begin(bfchar|bfrange|cidchar|cidrange)(.*?)end\1", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SINGLE_WIDTHS = re.compile(rb"\[ (?:\d+ \[ \d+ \] )*\]")
_TOKEN = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])|(\d+)")


@dataclass(frozen=True, slots=True)
class DrawnFont:
    """One font of a PDF."""

    name: str
    embedded: bool
    two_bytes: bool
    characters: dict[int, str]
    """Code to text, from ToUnicode."""
    cids: dict[int, int] | None
    """Code to glyph; None where they are the same number."""
    widths: dict[int, float]
    """Glyph to width, em."""
    default_width: float

    def codes(self, shown: bytes) -> Iterator[int]:
        """Return the codes of a shown string, in order."""
        if not self.two_bytes:
            return iter(shown)
        return (shown[n] << 8 | shown[n + 1] for n in range(0, len(shown) - 1, 2))

    def text(self, code: int) -> str:
        """Return what a code stands for; one-byte codes without a table are Latin."""
        if code in self.characters:
            return self.characters[code]
        return "\ufffd" if self.two_bytes else chr(code)

    def width(self, code: int) -> float:
        """Return how far a code moves on, em."""
        return self.widths.get(self._glyph(code), self.default_width)

    def is_missing(self, code: int) -> bool:
        """Tell whether a code draws .notdef (glyph 0)."""
        return self.two_bytes and self._glyph(code) == 0

    def is_space(self, code: int) -> bool:
        """Tell whether word spacing applies."""
        return not self.two_bytes and code == 32

    def _glyph(self, code: int) -> int:
        # The press maps the code of a missing character to glyph 0 in a table of its own.
        return code if self.cids is None else self.cids.get(code, 0)


def font_of(raw: Object) -> DrawnFont:
    """Return a font from its PDF dictionary."""
    import pikepdf

    composite = str(raw.get("/Subtype", "")) == "/Type0"
    inner = raw.DescendantFonts[0] if composite else raw
    descriptor: Object | dict[str, Object] = inner.get("/FontDescriptor", {})
    to_unicode, encoding = raw.get("/ToUnicode"), raw.get("/Encoding")
    characters, cids = {}, None
    if isinstance(to_unicode, pikepdf.Stream):
        characters = {code: _utf16(value) for code, value in _table(to_unicode.read_bytes())}
    if composite and isinstance(encoding, pikepdf.Stream):
        cids = {code: int(value) for code, value in _table(encoding.read_bytes())}
    return DrawnFont(
        name=str(raw.get("/BaseFont", "?")).lstrip("/"),
        embedded=any(f"/FontFile{n}" in descriptor for n in ("", "2", "3")) or "/CharProcs" in raw,
        two_bytes=composite,
        characters=characters,
        cids=cids,
        widths=_composite_widths(inner) if composite else _simple_widths(raw),
        default_width=float(inner.get("/DW", 1000)) / 1000 if composite else 0.5,
    )


def _table(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the pairs of a CMap: code, and target as hexadecimal (characters) or decimal digits (glyphs)."""
    for kind, body in _BLOCK.findall(stream):
        pairs = _PAIR.findall(body)
        if kind == b"bfchar" and 2 * len(pairs) == body.count(b"<"):
            yield from ((int(code, 16), target) for code, target in pairs)
            continue
        tokens = [match.group(1) if match.group(1) is not None else match.group(0) for match in _TOKEN.finditer(body)]
        step = 2 if kind.endswith(b"char") else 3
        at = 0
        while at + step <= len(tokens):
            first = int(tokens[at], 16)
            if step == 2:
                yield first, tokens[at + 1]
            else:
                last = min(int(tokens[at + 1], 16), first + 0xFFFF)
                if tokens[at + 2] == b"[":
                    for n in range(last - first + 1):
                        yield first + n, tokens[at + 3 + n]
                    at += last - first + 2
                else:
                    yield from _range(kind, first, last, tokens[at + 2])
            at += step


def _range(kind: bytes, first: int, last: int, target: bytes) -> Iterator[tuple[int, bytes]]:
    for n in range(last - first + 1):
        if kind.startswith(b"cid"):
            yield first + n, str(int(target) + n).encode()
        else:
            yield first + n, f"{int(target, 16) + n:0{len(target)}x}".encode()


@lru_cache(maxsize=8_192)
def _utf16(digits: bytes) -> str:
    packed = b"".join(digits.split())
    return bytes.fromhex(packed.decode()).decode("utf-16-be", "replace")


def _composite_widths(inner: Object) -> dict[int, float]:
    written = inner.W.unparse() if "/W" in inner else b"[ ]"
    if _SINGLE_WIDTHS.fullmatch(written):
        numbers = written.translate(None, b"[]").split()
        return {int(n): float(width) / 1000 for n, width in zip(numbers[::2], numbers[1::2], strict=True)}
    widths: dict[int, float] = {}
    items = list(inner.get("/W", []))
    at = 0
    while at + 1 < len(items):
        first = int(items[at])
        if hasattr(items[at + 1], "__len__"):
            run = [float(width) / 1000 for width in items[at + 1]]
            widths.update({first + n: width for n, width in enumerate(run)})
            at += 2
        else:
            last, width = min(int(items[at + 1]), first + 0xFFFF), float(items[at + 2]) / 1000
            widths.update(dict.fromkeys(range(first, last + 1), width))
            at += 3
    return widths


def _simple_widths(raw: Object) -> dict[int, float]:
    first = int(raw.get("/FirstChar", 0))
    return {first + n: float(width) / 1000 for n, width in enumerate(raw.get("/Widths", []))}
