"""What is inside a file, read by pypdf and fontTools: glyphs in fonts against glyphs on the page, pictures, every word anywhere.

Used by the drill of validation. None of this made the file, and nothing here knows how it was made.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fontTools.cffLib import CFFFontSet
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, NullObject, StreamObject, TextStringObject

_SHOWS = {b"Tj", b"TJ", b"'", b'"'}


@dataclass
class Contents:
    """Everything that a file holds, wanted or not."""

    unshown: list[str] = field(default_factory=list)
    """Glyphs with an outline, and characters named, that no page shows; with the name of their font."""
    jpegs: list[bytes] = field(default_factory=list)
    n_pictures: int = 0
    words: str = ""
    """Every text and every stream that is text."""


def contents(pdf: bytes) -> Contents:
    """Return everything that a file holds, objects that nothing refers to included."""
    reader = PdfReader(io.BytesIO(pdf), strict=True)
    found, words = Contents(), []
    shown: dict[int, set[int]] = defaultdict(set)
    fonts: dict[int, Any] = {}
    for page in reader.pages:
        _show(reader, page, page["/Resources"], shown, fonts)
    for thing in _objects(reader):
        words += _texts(thing)
        if not isinstance(thing, DictionaryObject):
            continue
        kind = thing.get("/Subtype")
        if kind == "/Image":
            found.n_pictures += 1
            found.jpegs += [thing._data] if thing.get("/Filter") == "/DCTDecode" else []
        elif kind in {"/Type0", "/TrueType", "/Type1", "/Type3"} and thing.get("/Type") == "/Font":
            fonts.setdefault(id(thing), thing)
        elif isinstance(thing, StreamObject):
            words.append(thing.get_data().decode("utf-8", "ignore"))
    for key, font in fonts.items():
        found.unshown += _unshown(font, shown[key])
    found.words = "\n".join((*words, *(page.extract_text() for page in reader.pages)))
    return found


def _objects(reader: PdfReader) -> Iterator[Any]:
    for number in sorted(reader.xref[0]):
        yield reader.get_object(number)


def _show(reader: PdfReader, holder: Any, resources: Any, shown: dict[int, set[int]], fonts: dict[int, Any]) -> None:
    """Note which codes of which fonts a page or form shows, forms within it included."""
    content = holder if isinstance(holder, StreamObject) else holder["/Contents"].get_object()
    current = 0
    for operands, operator in ContentStream(content, reader).operations:
        if operator == b"Tf":
            font = resources["/Font"][operands[0]].get_object()
            current = id(font)
            fonts[current] = font
        elif operator in _SHOWS:
            raw = b"".join(_bytes(one) for one in _strings(operands[-1]))
            shown[current].update(int.from_bytes(raw[n : n + 2], "big") for n in range(0, len(raw), 2))
        elif operator == b"Do":
            form = resources["/XObject"][operands[0]].get_object()
            if form["/Subtype"] == "/Form":
                _show(reader, form, form.get("/Resources", resources), shown, fonts)


def _strings(shown: Any) -> list[Any]:
    return [one for one in shown if not isinstance(one, (int, float))] if isinstance(shown, ArrayObject) else [shown]


def _bytes(said: Any) -> bytes:
    return said.original_bytes if isinstance(said, TextStringObject) else bytes(said)


def _unshown(font: Any, codes: set[int]) -> list[str]:
    """Return the glyphs of a composite font that are drawn nowhere, and what its map to characters says beyond them."""
    if font["/Subtype"] != "/Type0":
        return [f"{font.get('/BaseFont')}: a font of kind {font['/Subtype']}"]
    inner = font["/DescendantFonts"][0].get_object()
    name = font["/BaseFont"]
    said = _named(font["/ToUnicode"].get_data())
    # What varies is compiled as a zero, and a zero tells of nobody.
    dummies = {code for code, text in said.items() if text == "0"}
    named = {code for code in said if code not in codes | dummies}
    glyphs = _outlined(inner) - _glyphs(inner, codes | dummies)
    return [f"{name}: glyph {glyph}" for glyph in sorted(glyphs)] + [f"{name}: {said[code]}" for code in sorted(named)]


def _glyphs(inner: Any, codes: set[int]) -> set[int]:
    way = inner.get("/CIDToGIDMap", NullObject()).get_object()
    if not isinstance(way, StreamObject):
        return codes
    table = way.get_data()
    return {int.from_bytes(table[2 * code : 2 * code + 2], "big") for code in codes}


def _outlined(inner: Any) -> set[int]:
    """Return the numbers of all glyphs in a font program that draw something, but for the empty box."""
    described = inner["/FontDescriptor"]
    if "/FontFile2" in described:
        font = TTFont(io.BytesIO(described["/FontFile2"].get_data()))
        glyphs = {n: font.getGlyphSet()[name] for n, name in enumerate(font.getGlyphOrder())}
    else:
        content = described["/FontFile3"].get_data()
        if described["/FontFile3"].get("/Subtype") == "/OpenType":
            content = TTFont(io.BytesIO(content)).getTableData("CFF ")
        cff = CFFFontSet()
        cff.decompile(io.BytesIO(content), None)
        strings = cff[0].CharStrings
        cids = hasattr(cff[0], "ROS")
        numbers = (int(name[3:]) if cids and name != ".notdef" else n for n, name in enumerate(cff[0].charset))
        glyphs = {n: strings[name] for n, name in zip(numbers, cff[0].charset, strict=True)}
    return {n for n, glyph in glyphs.items() if n and _draws(glyph)}


def _draws(glyph: Any) -> bool:
    pen = RecordingPen()
    glyph.draw(pen)
    return bool(pen.value)


def _named(cmap: bytes) -> dict[int, str]:
    """Return the characters that a map names, by code; it may list them alone or in ranges."""
    said: dict[int, str] = {}
    for kind, body in re.findall(rb"beginbf(char|range)(.*?)endbf", cmap, re.DOTALL):
        width = 2 if kind == b"char" else 3
        hexes = [bytes.fromhex(one.decode()) for one in re.findall(rb"<([0-9a-fA-F]+)>", body)]
        for at in range(0, len(hexes), width):
            first, last = (int.from_bytes(one, "big") for one in (hexes[at], hexes[at + width - 2]))
            text = hexes[at + width - 1].decode("utf-16-be")
            said |= {code: text[:-1] + chr(ord(text[-1]) + code - first) for code in range(first, last + 1)}
    return said


def _texts(thing: Any) -> Iterator[str]:
    """Yield the texts of an object, without following it to others."""
    if isinstance(thing, str):
        yield thing
    for one in thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ():
        yield from _texts(one)
