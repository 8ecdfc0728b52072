"""The drawn files as independent readers see them: poppler's text, fonts and picture, and a QR reader on the picture."""

from __future__ import annotations

import subprocess

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from scheduler.certificates.photos import portrait
from tests.certificates.people import ISSUED_BY, SKILL, a_face, a_photo, an_entry


@pytest.fixture
def saved(tmp_path):
    def save(pdf, name="c"):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(pdf)
        return path

    return save


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_poppler_reads_every_value(drawn, saved, award_id):
    face, _, pdf = drawn[award_id]
    text = run("pdftotext", "-layout", saved(pdf), "-")
    assert [value for *_, value in face.fields if value not in text] == []
    assert all(line in text for line in face.inquiry_lines)
    assert face.title in text


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_fonts_are_embedded_subsets_with_unicode(drawn, saved, award_id):
    lines = run("pdffonts", saved(drawn[award_id][2])).splitlines()[2:]
    assert len(lines) >= 3
    for line in lines:
        assert line.split()[-5:-2] == ["yes", "yes", "yes"], line


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_qr_is_read_from_the_picture_of_the_page(drawn, saved, tmp_path, award_id):
    face, _, pdf = drawn[award_id]
    run("pdftoppm", "-r", "100", "-png", "-singlefile", saved(pdf), tmp_path / "page")
    with Image.open(tmp_path / "page.png") as page:
        assert [code.text for code in zxingcpp.read_barcodes(page)] == [face.verify_address]


def test_twenty_people_never_share_a_name_or_a_photo(draw, saved):
    people = [
        an_entry(f"{family}{given}", 300 + n)
        for n, (family, given) in enumerate(
            zip("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许", "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉", strict=True)
        )
    ]
    photos = [a_photo(n) for n in range(20)]
    stored = [portrait(photo, "") for photo in photos]
    for n, (entry, photo) in enumerate(zip(people, photos, strict=True)):
        path = saved(draw(a_face(SKILL.id, entry, n + 1), photo), str(n))
        text = run("pdftotext", path, "-")
        assert [other.candidate.name for other in people if other.candidate.name in text] == [entry.candidate.name]
        assert [other for other in people if other.candidate.document.number in text] == [entry]
        with pikepdf.open(path) as document:
            kept = {bytes(thing.read_raw_bytes()) for thing in document.objects
                    if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"}  # fmt: skip
        assert [m for m, photo_bytes in enumerate(stored) if photo_bytes in kept] == [n]
        assert len(kept) == 2
