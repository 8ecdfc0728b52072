"""Stamped papers are the drawn ones: same pixels, same words, same tags; nobody else's characters; told when not stamped."""

from __future__ import annotations

import io
import shutil
import subprocess

import pikepdf
import pytest
from PIL import Image, ImageChops

from scheduler.certificates.fonts import font_of
from scheduler.certificates.issuer import Issuer
from scheduler.press.render import Press
from scheduler.press.stamp import Stamper
from tests.certificates.conftest import FOLDER
from tests.certificates.people import ISSUED_BY, a_face, a_photo, an_entry

NAMES = ("徐娟桂", "欧阳䶮㛃", "阿依古丽·买买提江", "Alexandria Montgomery-Smith")


@pytest.fixture(scope="module")
def stamper(press):
    return Stamper(press)


@pytest.fixture(scope="module")
def press():
    return Press(FOLDER)


@pytest.fixture(scope="module")
def issuer():
    return Issuer(FOLDER)


def picture(pdf, tmp_path, name):
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(pdf)
    drawn = subprocess.run(["pdftoppm", "-r", "150", "-png", str(path)], capture_output=True, check=True).stdout
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True).stdout
    return Image.open(io.BytesIO(drawn)).convert("RGB"), text


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="needs poppler-utils")
@pytest.mark.parametrize(("n", "name"), list(enumerate(NAMES)))
def test_every_pixel_and_word_is_where_the_renderer_puts_it(n, name, stamper, press, issuer, tmp_path):
    award = list(ISSUED_BY)[n % len(ISSUED_BY)]
    photo = a_photo(n, size=(295, 413) if n % 2 else (360, 400))
    data = issuer.paper(a_face(award, an_entry(name, 300 + n)), photo=photo)
    template = f"certificates/{a_face(award).template}"
    stamped, text = picture(stamper.print(template, data).pdf, tmp_path, "stamped")
    drawn, wanted = picture(press.render(template, data), tmp_path, "drawn")
    assert ImageChops.difference(stamped, drawn).getbbox() is None
    assert text == wanted


def test_an_other_text_is_seen_by_the_same_comparison(stamper, press, issuer, tmp_path):
    face = a_face()
    template = f"certificates/{face.template}"
    one = stamper.print(template, issuer.paper(face, photo=a_photo())).pdf
    other = press.render(template, issuer.paper(a_face(entry=an_entry("徐娟佳")), photo=a_photo()))
    assert ImageChops.difference(picture(one, tmp_path, "a")[0], picture(other, tmp_path, "b")[0]).getbbox()


def test_a_file_holds_the_characters_of_its_own_face_only(stamper, issuer):
    template = f"certificates/{a_face().template}"
    stamper.print(template, issuer.paper(a_face(entry=an_entry("欧阳翀")), photo=a_photo(1)))
    face = a_face(entry=an_entry("王小明"))
    pdf = stamper.print(template, issuer.paper(face, photo=a_photo(2))).pdf
    with pikepdf.open(io.BytesIO(pdf)) as file:
        fonts = [font_of(font) for font in file.pages[0].Resources.Font.values()]
        pictures = [thing for thing in file.objects if isinstance(thing, pikepdf.Stream) and "/Width" in thing]
    held = set("".join("".join(font.characters.values()) for font in fonts))
    assert not held & set("欧阳翀")
    assert {"王", "小", "明"} <= held
    assert len(pictures) == 2  # the photo and the code
    assert all(font.embedded for font in fonts)


def test_same_data_same_bytes(press, issuer):
    face = a_face()
    data = issuer.paper(face, photo=a_photo())
    first, second = (Stamper(press).print(f"certificates/{face.template}", data).pdf for _ in range(2))
    assert first == second


def test_what_cannot_be_stamped_is_drawn_and_told(stamper, press, issuer):
    face = a_face(entry=an_entry("王\U000e0101小明"))
    data = issuer.paper(face, photo=a_photo())
    for piece in data["rows"]:
        if piece["key"] == "field.name":
            piece["text"] = "\U000f0000"  # no font has it
    printed = stamper.print(f"certificates/{face.template}", data)
    assert "no plain glyph" in printed.drawn_because
    with pikepdf.open(io.BytesIO(printed.pdf)) as file:
        assert str(file.docinfo.Title) == data["document_title"]


def test_a_template_that_marks_nothing_is_drawn(tmp_path, issuer):
    shutil.copytree(FOLDER, tmp_path / "templates")
    pieces = tmp_path / "templates/shared/pieces.html"
    pieces.write_text(pieces.read_text("utf-8").replace("data-key", "data-old"), "utf-8")
    face = a_face()
    printed = Stamper(Press(tmp_path / "templates")).print(
        f"certificates/{face.template}", issuer.paper(face, photo=a_photo())
    )
    assert "data-key" in printed.drawn_because
    assert printed.pdf.startswith(b"%PDF")


def test_tags_stay(stamper, issuer):
    face = a_face()
    pdf = stamper.print(f"certificates/{face.template}", issuer.paper(face, photo=a_photo())).pdf
    with pikepdf.open(io.BytesIO(pdf)) as file:
        content = file.pages[0].Contents.read_bytes()
        assert file.Root.MarkInfo.Marked
        assert str(file.Root.Lang) == "zh-CN"
        parents = file.Root.StructTreeRoot.ParentTree.Nums[1]
        assert content.count(b"/MCID") == len(parents)
