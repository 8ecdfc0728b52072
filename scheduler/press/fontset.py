"""The fonts of one stamped file: of each font only the glyphs drawn in it, so no file tells of another person's name.

Used by stamp.py. HarfBuzz cuts the fonts down. A CID-keyed CFF font is stored bare; a TrueType font is renumbered, with a
map from the codes on the page to its glyphs.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any

import uharfbuzz

from scheduler.press.sheet import OUTLINES, Sheet


class Unstampable(Exception):
    """Something that only the renderer itself can draw; says what."""


_DROPPED = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx", "OS/2", "name", "post", "cmap", "gasp", "meta",
            "STAT", "JSTF", "LTSH", "PCLT", "SVG ")  # fmt: skip
_COMMON = frozenset(
    ord(character)
    for row in range(0xA1, 0xF8)
    for cell in range(0xA1, 0xFF)
    for character in bytes([row, cell]).decode("gb2312", "ignore")
) | frozenset((*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2028)))
"""Characters of GB 2312, Latin letters of names, and dashes and quotes: nearly all that is ever printed."""
_UNICODE = (
    b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) "
    b"/Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\n"
    b"endcodespacerange\n%s\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
)


class PressFont:
    """A font of this machine, ready to be cut down."""

    def __init__(self, font: Any) -> None:  # noqa: ANN401 - WeasyPrint's own
        """Take over what WeasyPrint found out about a font.

        Raises:
            Unstampable: It is of a kind that cannot be cut down here.
        """
        self.name: str = font.hash
        """Also the name of the font among a page's resources."""
        self.widths: dict[int, int] = {}
        """By glyph, thousandths of an em."""
        face = uharfbuzz.Face(uharfbuzz.Blob(font.file_content), font.index)
        self._bare = "CFF " in font.tables
        if (not self._bare and "glyf" not in font.tables) or "fvar" in font.tables:
            raise Unstampable(f"{font.family}: neither CFF nor TrueType outlines")
        if self._bare and b"\x0c\x1e" not in _top(face.reference_table("CFF ").data):
            raise Unstampable(f"{font.family}: glyphs are not numbered by themselves")
        self._face = face
        self._common, self._common_glyphs = _common(face, bare=self._bare)
        give_back()
        low, deep, wide, high = (round(1000 * n / font.upem) for n in _box(face))
        self._full_name = font.name
        self._descriptor = (
            b"/Type /FontDescriptor /FontName %s /Flags %d /FontFamily (%s) /FontBBox [ %d %d %d %d ] /ItalicAngle %d "
            b"/Ascent %d /Descent %d /CapHeight %d /StemV %d /StemH %d"
        ) % (
            font.name, font.flags, font.family.encode(), low, deep, wide, high, font.italic_angle, font.ascent,
            font.descent, high, font.stemv, font.stemh,
        )  # fmt: skip

    def embedded(self, sheet: Sheet, drawn: Mapping[int, str]) -> int:
        """Write the font into a file; return the number of its object.

        Args:
            sheet: The file.
            drawn: Glyphs with the characters they stand for.
        """
        program, numbers = self._cut(drawn)
        if self._bare:
            file = b"/FontFile3 %d 0 R" % sheet.stream(b"/Subtype /CIDFontType0C", program, pack=OUTLINES)
            kind, way = b"/CIDFontType0", b""
        else:
            file = b"/FontFile2 %d 0 R" % sheet.stream(b"/Length1 %d" % len(program), program, pack=OUTLINES)
            kind, way = b"/CIDFontType2", b"/CIDToGIDMap %d 0 R" % sheet.stream(b"", _map(numbers))
        descriptor = sheet.put(b"<< %s %s >>" % (self._descriptor, file))
        widths = b" ".join(b"%d [ %d ]" % (glyph, self.widths[glyph]) for glyph in sorted(drawn))
        inner = sheet.put(
            b"<< /Type /Font /Subtype %s /BaseFont %s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
            b"/Supplement 0 >> /FontDescriptor %d 0 R /W [ %s ] %s >>"
            % (kind, self._full_name, descriptor, widths, way)
        )
        return sheet.put(
            b"<< /Type /Font /Subtype /Type0 /BaseFont %s /Encoding /Identity-H /DescendantFonts [ %d 0 R ] "
            b"/ToUnicode %d 0 R >>" % (self._full_name, inner, sheet.stream(b"", _unicode(drawn)))
        )

    def _cut(self, drawn: Mapping[int, str]) -> tuple[bytes, Mapping[int, int]]:
        """Return the font program with these glyphs alone, and their numbers in it."""
        wanted = _subset_input(set())
        wanted.sets(uharfbuzz.SubsetInputSets.GLYPH_INDEX).update(drawn)
        wanted.flags = uharfbuzz.SubsetFlags.NOTDEF_OUTLINE | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
        common = self._common_glyphs.issuperset(drawn)
        if self._bare and not common:
            wanted.flags |= uharfbuzz.SubsetFlags.DESUBROUTINIZE
        plan = uharfbuzz.SubsetPlan(self._common if common else self._face, wanted)
        face = plan.execute()
        if self._bare:
            return _listed(face.reference_table("CFF ").data), {}
        return face.blob.data, plan.old_to_new_glyph_mapping


def give_back() -> None:
    """Give memory that is free again back to the system, where the C library can: fonts leave some hundred megabytes."""
    import ctypes
    import gc

    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _common(face: uharfbuzz.Face, *, bare: bool) -> tuple[uharfbuzz.Face, frozenset[int]]:
    """Return the font prepared for quick cutting, with its glyphs: prepared whole, a Chinese font would take 200 MB.

    Outlines of a bare font are taken out of its subroutines here, once, which would take four fifths of each cut.
    """
    glyphs = frozenset(_glyphs(face, "Hani", "zh-cn")) | frozenset(_glyphs(face, "Latn", "en"))
    wanted = _subset_input({"cmap"})
    wanted.sets(uharfbuzz.SubsetInputSets.GLYPH_INDEX).update(glyphs)
    wanted.flags = uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
    if bare:
        wanted.flags |= uharfbuzz.SubsetFlags.DESUBROUTINIZE
    return uharfbuzz.subset_preprocess(uharfbuzz.SubsetPlan(face, wanted).execute()), glyphs


def _glyphs(face: uharfbuzz.Face, script: str, language: str) -> Iterator[int]:
    """Yield the glyphs of the common characters; fonts keep narrow digits for Latin words and wide ones for Chinese."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str("".join(map(chr, sorted(_COMMON))))
    buffer.direction, buffer.script, buffer.language = "ltr", script, language
    uharfbuzz.shape(uharfbuzz.Font(face), buffer, {"liga": False})
    return (info.codepoint for info in buffer.glyph_infos)


def _subset_input(kept: set[str]) -> uharfbuzz.SubsetInput:
    wanted = uharfbuzz.SubsetInput()
    wanted.sets(uharfbuzz.SubsetInputSets.DROP_TABLE_TAG).update(_tag(name) for name in _DROPPED if name not in kept)
    return wanted


def _unicode(drawn: Mapping[int, str]) -> bytes:
    lines = [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in sorted(drawn.items())]
    parts = [lines[n : n + 100] for n in range(0, len(lines), 100)]
    body = "\n".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts)
    return _UNICODE % body.encode()


def _map(numbers: Mapping[int, int]) -> bytes:
    table = bytearray(2 * max(numbers) + 2)
    for old, new in numbers.items():
        struct.pack_into(">H", table, 2 * old, new)
    return bytes(table)


def _tag(name: str) -> int:
    return int.from_bytes(name.encode(), "big")


def _box(face: uharfbuzz.Face) -> tuple[int, ...]:
    return struct.unpack_from(">4h", face.reference_table("head").data, 36)


# --- bare CFF programs: Adobe Technical Note 5176 --------------------------------------------------------------------


def _top(cff: bytes) -> bytes:
    """Return the Top DICT."""
    start, end = _top_span(cff)
    return cff[start:end]


def _top_span(cff: bytes) -> tuple[int, int]:
    _, end = _index(cff, cff[2])
    starts, _ = _index(cff, end)
    return starts[0], starts[1]


def _index(cff: bytes, at: int) -> tuple[list[int], int]:
    """Return where the items of an INDEX begin, with the end of the last, and where it ends itself."""
    count, size = struct.unpack_from(">HB", cff, at)
    base = at + 2 + size * (count + 1)
    ends = [base + int.from_bytes(cff[at + 3 + n * size : at + 3 + (n + 1) * size], "big") for n in range(count + 1)]
    return ends, ends[-1]


def _listed(cff: bytes) -> bytes:
    """Return a CID-keyed program whose FDSelect lists every glyph: ranges are misread by a common PDF/A checker."""
    start, end = _top_span(cff)
    operator = cff.find(b"\x0c\x25", start, end)
    if operator < start + 5 or cff[operator - 5] != 29:
        return cff
    (at,) = struct.unpack_from(">i", cff, operator - 4)
    if cff[at] != 3:
        return cff
    (ranges,) = struct.unpack_from(">H", cff, at + 1)
    firsts = [struct.unpack_from(">H", cff, at + 3 + 3 * n)[0] for n in range(ranges + 1)]
    listed = b"".join(bytes([cff[at + 5 + 3 * n]]) * (firsts[n + 1] - firsts[n]) for n in range(ranges))
    return cff[: operator - 4] + struct.pack(">i", len(cff)) + cff[operator:] + b"\x00" + listed
