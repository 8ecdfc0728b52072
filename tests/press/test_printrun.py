"""Sheets of a print run, read back with other libraries and looked at as pixels."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pypdf
import pytest
from PIL import Image

from scheduler.errors import InputError
from scheduler.press.imposition import Layout
from scheduler.press.printrun import Job, Place, print_run

NEEDS_POPPLER = pytest.mark.skipif(not shutil.which("pdftoppm"), reason="pdftoppm is not installed")
PT = 72 / 25.4


def a_page(width, height, red=0.0) -> bytes:
    """A page (mm) in red of some strength, its left 20 mm blue, its top 20 mm green, a widget on it as a signature has."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(width * PT, height * PT))
        left, top = (
            f"0 0 1 rg 0 0 {20 * PT} {height * PT} re f",
            f"0 1 0 rg 0 {(height - 20) * PT} {width * PT} {20 * PT} re f",
        )
        page.obj.Contents = pdf.make_stream(f"{red} 0 0 rg 0 0 {width * PT} {height * PT} re f {left} {top}".encode())
        widget = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig,
                                                      T="s", Rect=[0, 0, 0, 0]))  # fmt: skip
        page.obj.Annots, pdf.Root.AcroForm = [widget], pikepdf.Dictionary(Fields=[widget])
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def pixels(path: Path, page: int, folder: Path, dpi: int = 25.4 * 2) -> Image.Image:
    """Return a page at two pixels a millimetre."""
    subprocess.run(["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-png", "-singlefile", path,
                    folder / "seen"], check=True)  # fmt: skip
    return Image.open(folder / "seen.png").convert("RGB")


def colour(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """Return the colour at a point, mm from the sheet's lower left corner."""
    return image.getpixel((round(x * 2), round(image.height - y * 2)))


RED, BLUE, GREEN, WHITE = (255, 0, 0), (0, 0, 255), (0, 255, 0), (255, 255, 255)


@NEEDS_POPPLER
def test_bleed_mirrors_the_edges_and_stops_where_it_should(tmp_path) -> None:
    out = tmp_path / "run.pdf"
    print_run([Job(a_page(100, 60, 1.0), "")], out, Layout(bleed=4, marks=True))
    (page,) = pypdf.PdfReader(out).pages
    size = [float(page.mediabox.width) / PT, float(page.mediabox.height) / PT]
    assert size == pytest.approx([118, 78], abs=0.01)
    assert [float(e) / PT for e in page.trimbox] == pytest.approx([9, 9, 109, 69], abs=0.01)
    assert [float(e) / PT for e in page.bleedbox] == pytest.approx([5, 5, 113, 73], abs=0.01)
    seen = pixels(out, 1, tmp_path)
    points = {(60, 30): RED, (10, 30): BLUE, (6, 30): BLUE, (4, 30): WHITE, (60, 71): GREEN, (60, 74.5): WHITE,
              (60, 6): RED, (60, 4): WHITE, (111, 30): RED, (115, 30): WHITE, (6, 72): GREEN, (111, 6): RED}  # fmt: skip
    assert {at: colour(seen, *at) for at in points} == points
    dark = [colour(seen, x + 0.2, 2) for x in (9, 109)]
    assert all(max(shade) < 200 for shade in dark)


@NEEDS_POPPLER
@pytest.mark.parametrize("duplex", ["long", "short"])
def test_fronts_and_backs_alternate_and_lie_behind_each_other(tmp_path, duplex) -> None:
    out, shades = tmp_path / "run.pdf", (0.2, 0.4, 0.6)
    jobs = [Job(a_page(60, 100, shade), "") for shade in shades]
    layout = Layout(sheet=(220, 140), up=2, bleed=2, marks=True, duplex=duplex)
    places = print_run(jobs, out, layout, back=a_page(60, 100, 1.0))
    assert places == [Place(1, 1, 1), Place(1, 1, 2), Place(2, 1, 1)]
    assert len(pypdf.PdfReader(out).pages) == 4
    last = pixels(out, 3, tmp_path)
    assert colour(last, 75, 60) == (round(0.6 * 255), 0, 0)
    assert colour(last, 150, 60) == WHITE
    back = pixels(out, 4, tmp_path)
    # A wide sheet turned over its short edge turns sideways: the lone page's back lies on the other half.
    here, there = (150, 75) if duplex == "short" else (75, 150)
    assert (colour(back, here, 60), colour(back, there, 60)) == (RED, WHITE)
    head = GREEN if duplex == "short" else RED
    assert colour(back, here, 115) == head


@NEEDS_POPPLER
def test_a_page_that_lies_is_turned_whole(tmp_path) -> None:
    out = tmp_path / "run.pdf"
    print_run([Job(a_page(100, 60, 1.0), ""), Job(a_page(60, 100, 1.0), "")], out, Layout(sheet=(120, 130), up=2))
    seen = pixels(out, 1, tmp_path)
    # The second stands on its side: its top is at the left, its left edge at the bottom.
    trim = [float(e) / PT for e in pypdf.PdfReader(out).pages[0].trimbox]
    assert colour(seen, trim[0] + 10, trim[1] + 40) == GREEN
    assert colour(seen, trim[0] + 60, trim[1] + 10) == BLUE
    assert colour(seen, trim[0] + 60, trim[1] + 40) == RED


def test_piles_and_sizes_begin_new_sheets_and_signatures_stay_behind(tmp_path) -> None:
    out = tmp_path / "run.pdf"
    jobs = [
        Job(a_page(*size), pile)
        for size, pile in (((60, 100), "a"), ((60, 100), "b"), ((60, 90), "b"), ((90, 60), "b"))
    ]
    places = print_run(jobs, out, Layout(sheet=(220, 140), up=2))
    assert [place.sheet for place in places] == [1, 2, 3, 3]
    reader = pypdf.PdfReader(out)
    assert [page.get("/Annots") for page in reader.pages] == [None] * 3
    assert "/AcroForm" not in reader.trailer["/Root"]
    again = tmp_path / "again.pdf"
    print_run(jobs, again, Layout(sheet=(220, 140), up=2))
    assert again.read_bytes() == out.read_bytes()


def test_what_is_no_pdf_is_refused_and_no_half_file_stays(tmp_path) -> None:
    with pytest.raises(InputError):
        print_run([Job(a_page(60, 100), ""), Job(b"nothing", "")], tmp_path / "run.pdf", Layout())
    assert list(tmp_path.iterdir()) == []
