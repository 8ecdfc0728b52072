from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.misc.psCharStrings import T2WidthExtractor

from scheduler.press import fontfiles
from scheduler.press.render import Press

WORDS = "职业技能等级证书 Certificate of 2026 — 张三丰·AVfi 䶮㛃"
STYLE = "@page { size: 160mm 60mm; margin: 5mm } p { font: 20pt 'Noto Serif CJK SC' } b { font-weight: 700 }"


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    home = tmp_path_factory.mktemp("templates")
    (home / "note").mkdir()
    body = "<p>{{ words }}</p><p><b>{{ words }}</b></p>"
    page = f'<html lang="zh-CN"><head><title>t</title></head><body>{body}</body></html>'
    (home / "note" / "template.html").write_text(page, encoding="utf-8")
    (home / "note" / "style.css").write_text(STYLE, encoding="utf-8")
    return Press(home)


def song_fonts(document):
    """The PDF dictionary and the CFF program of every font that was cut down."""
    for font in document.pages[0].resources.Font.values():
        inner = font.DescendantFonts[0]
        if "/FontFile3" in inner.FontDescriptor:
            program = CFFFontSet()
            program.decompile(io.BytesIO(inner.FontDescriptor.FontFile3.read_bytes()), None)
            yield inner, program[0]


def widths_of(top):
    for name in top.charset:
        outline, _ = top.CharStrings.getItemAndSelector(name)
        private = outline.private
        reader = T2WidthExtractor([], top.GlobalSubrs, private.nominalWidthX, private.defaultWidthX)
        reader.execute(outline)
        yield (0 if name == ".notdef" else int(name[3:])), reader.width


def printed_widths(inner):
    items = list(inner.W)
    return {
        int(first) + n: float(w) for first, run in zip(items[::2], items[1::2], strict=True) for n, w in enumerate(run)
    }


def test_song_fonts_hold_the_drawn_glyphs_under_their_numbers(press):
    with pikepdf.open(io.BytesIO(press.render("note", {"words": WORDS}))) as document:
        fonts = list(song_fonts(document))
        assert len(fonts) == 2
        for inner, top in fonts:
            kinds = str(inner.Subtype), str(inner.FontDescriptor.FontFile3.Subtype), "/CIDToGIDMap" in inner
            assert kinds == ("/CIDFontType0", "/CIDFontType0C", False)
            kept, asked = dict(widths_of(top)), printed_widths(inner)
            assert len(asked) > 30
            assert {cid: kept[cid] for cid in asked} == pytest.approx(asked, abs=0.5)
            assert len(kept) <= len(asked) + 10


def picture_of(pdf: bytes, folder: Path) -> bytes:
    (folder / "page.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "100", "page.pdf", "page"], cwd=folder, check=True)
    return (folder / "page-1.ppm").read_bytes()


def test_small_files_draw_what_the_large_ones_drew(press, tmp_path, monkeypatch):
    small = press.render("note", {"words": WORDS})
    monkeypatch.setattr(fontfiles.weasyfonts.Font, "_harfbuzz_subset", fontfiles._by_weasyprint)
    large = press.render("note", {"words": WORDS})
    assert len(small) < len(large) / 3
    assert picture_of(small, tmp_path) == picture_of(large, tmp_path)


@pytest.mark.parametrize("content", [b"", b"OTTO", b"\0\1\0\0" + bytes(200)])
def test_what_is_no_cid_font_is_left_alone(content):
    assert fontfiles._bare(content, [1, 2]) == b""


def test_no_packed_stream_looks_a_byte_short(press):
    for n in range(40):
        pdf = press.render("note", {"words": f"{WORDS} {n}"})
        forms = [part for part in pdf.split(b"endobj") if b"\r\nendstream" in part]
        assert [part[:200] for part in forms if b"/Length1" not in part and b"/Width" not in part] == []
