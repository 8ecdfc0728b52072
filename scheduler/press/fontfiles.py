"""Font files inside a paper, cut down to what is drawn: a song font weighs 15 KB instead of 160 KB.

Used by render.py. WeasyPrint keeps a place for each of the 65,535 glyphs of a CJK font. In a font whose glyphs are numbered
by themselves (CID-keyed, as Noto CJK is) that is not needed: the file may hold the drawn glyphs alone, each under its
number. Any other font is left to WeasyPrint.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pydyf
import weasyprint
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, TTLibError
from weasyprint.pdf import fonts as weasyfonts
from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset

_UNUSED_TABLES = (b"BASE", b"DSIG", b"GDEF", b"GPOS", b"GSUB", b"VORG", b"vhea", b"vmtx")
_by_weasyprint: Any = getattr(weasyfonts.Font, "_harfbuzz_subset", None)


def install() -> None:
    """Let WeasyPrint cut fonts down our way; does nothing where its inside or HarfBuzz is not what we know."""
    if _by_weasyprint is not None and harfbuzz_subset:
        weasyfonts.Font._harfbuzz_subset = _subset  # noqa: SLF001 - there is no public way


def unwrap(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    """Store the fonts that were cut down as bare CID fonts, the form in which every reader finds glyphs by number.

    Args:
        document: What was drawn; its fonts know how they were cut.
        pdf: The file being finished.
    """
    bare = {id(font.file_content): font.bare for font in document.fonts.values() if getattr(font, "bare", None)}
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Stream) and thing.stream and id(thing.stream[0]) in bare:
            thing.stream = [bare[id(thing.stream[0])]]
            thing.extra["Subtype"] = "/CIDFontType0C"
        elif bare and isinstance(thing, pydyf.Dictionary) and thing.get("Subtype") == "/CIDFontType0":
            # Meant for TrueType only; beside a bare CID font some readers would take numbers for positions.
            thing.pop("CIDToGIDMap", None)


def _subset(font: Any, to_unicode: Mapping[int, str], hinting: bool) -> None:  # noqa: ANN401, FBT001 - WeasyPrint's own
    """Stand in for WeasyPrint's method of the same name; see `install`."""
    drawn = sorted(glyph for glyph in to_unicode if glyph < font.glyph_count)
    content = _cut(font.hb_face, drawn) if "CFF " in font.tables else b""
    bare = _bare(content, drawn) if content else b""
    if bare:
        font.file_content, font.bare = content, bare
    else:
        _by_weasyprint(font, to_unicode, hinting)


def _cut(face: Any, glyphs: list[int]) -> bytes:  # noqa: ANN401 - a pointer of HarfBuzz
    """Return the font file with these glyphs only, numbered anew; empty when HarfBuzz refuses."""
    wanted = ffi.gc(harfbuzz_subset.hb_subset_input_create_or_fail(), harfbuzz_subset.hb_subset_input_destroy)
    _fill(harfbuzz_subset.hb_subset_input_glyph_set(wanted), glyphs)
    dropped = harfbuzz_subset.hb_subset_input_set(wanted, harfbuzz_subset.HB_SUBSET_SETS_DROP_TABLE_TAG)
    _fill(dropped, sorted(harfbuzz.hb_tag_from_string(table, -1) for table in _UNUSED_TABLES))
    # The empty box of a missing character stays, so that a printed proof shows it.
    flags = harfbuzz_subset.HB_SUBSET_FLAGS_DESUBROUTINIZE | harfbuzz_subset.HB_SUBSET_FLAGS_NOTDEF_OUTLINE
    harfbuzz_subset.hb_subset_input_set_flags(wanted, flags)
    made = harfbuzz_subset.hb_subset_or_fail(face, wanted)
    if made == ffi.NULL:
        return b""
    made = ffi.gc(made, harfbuzz.hb_face_destroy)
    return bytes(weasyfonts.get_hb_object_data(made) or b"")


def _fill(numbers: Any, values: list[int]) -> None:  # noqa: ANN401 - a pointer of HarfBuzz
    array = ffi.new(f"hb_codepoint_t[{len(values)}]", values)
    harfbuzz.hb_set_add_sorted_array(numbers, array, len(values))


def _leave_only(font: TTFont, glyphs: list[str]) -> None:
    cutter = Subsetter(Options(drop_tables=["GSUB", "GPOS"], notdef_outline=True, layout_closure=False))
    cutter.populate(glyphs=glyphs)
    cutter.subset(font)


def _bare(content: bytes, glyphs: list[int]) -> bytes:
    """Return the CFF program of a font file when it is CID-keyed and names each glyph by its number; else nothing."""
    try:
        font = TTFont(io.BytesIO(content), recalcBBoxes=False)
        table = font["CFF "]
        top = table.cff[0]
        numbered = [f"cid{glyph:05d}" for glyph in glyphs if glyph]
        # The drawn ones keep their order.
        keyed = hasattr(top, "ROS") and [name for name in top.charset if name in numbered] == numbered
        if not keyed:
            return b""
        # HarfBuzz adds variants that the drawn characters might ask for; nothing asks here.
        _leave_only(font, numbered)
        # One entry a glyph instead of ranges, which a PDF/A checker misreads.
        top.FDSelect.format = 0
        return bytes(table.compile(font))
    except (TTLibError, LookupError, ValueError, AttributeError, AssertionError):
        return b""
