from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from scheduler.certificates.code import PREFIX
from scheduler.certificates.qr import drawn_text, qr_png, qr_text
from scheduler.certificates.seal import seal_svg


@pytest.mark.parametrize(
    "content", ["https://cert.example.org/v?c=A", "https://cert.example.org/v?n=" + "9" * 300, "证书"]
)
def test_code_reads_back_and_has_four_white_modules_around(content):
    picture = Image.open(io.BytesIO(qr_png(content)))
    assert qr_text(picture) == content
    dark = picture.convert("L").point(lambda value: 255 - value).getbbox()
    assert dark[:2] == (4, 4)
    assert (picture.width - dark[2], picture.height - dark[3]) == (4, 4)


@pytest.mark.parametrize("length", [10, 150, 230, 390, 600])
def test_a_signed_text_however_short_fills_35_of_the_40_mm(length):
    content = PREFIX + "A1" * (length // 2)
    picture = Image.open(io.BytesIO(qr_png(content)))
    assert qr_text(picture) == content
    assert 39.5 * (picture.width - 8) / picture.width >= 35.0


def test_picture_without_code_says_nothing():
    assert qr_text(Image.new("L", (50, 50), 255)) is None
    assert qr_text(Image.new("RGB", (1, 1))) is None


@pytest.mark.parametrize("n", [1, 2, 4, 6, 15, 24, 30])
def test_seal_holds_every_character_upright_on_the_ring_without_overlap(n):
    name = "云岭市建设行业职业技能评价中心与继续教育培训考核联合服务总站甲乙丙丁"[:n]
    svg = ET.fromstring(seal_svg(name, "职业技能评价专用章"))
    texts = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [*name, "职业技能评价专用章"]
    places = re.findall(
        r"rotate\(([-.\d]+)\) translate\(0 ([-.\d]+)\) scale\(([.\d]+) 1\)", ET.tostring(svg, "unicode")
    )
    turns = [float(turn) for turn, _, _ in places]
    assert all(-121 <= turn <= 121 for turn in turns)
    assert sum(turns) == pytest.approx(0, abs=0.2)
    assert all(float(narrow) >= 0.45 for _, _, narrow in places)


def test_seal_escapes_its_words():
    texts = [element.text for element in ET.fromstring(seal_svg("<A&", "<i>")).iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["<", "A", "&", "<i>"]


def test_a_signed_text_under_its_fixed_mask_says_the_same():
    text = "6BFOXN*TS0BI$ZDYSHTRMM*4ZIRE*0S5P0N" * 14
    signed, plain = PREFIX + text, "-" * len(PREFIX) + text
    fixed, best = (Image.open(io.BytesIO(qr_png(content))) for content in (signed, plain))
    assert (qr_text(fixed), drawn_text(fixed)) == (signed, signed)
    assert (qr_text(best), drawn_text(best)) == (plain, plain)
    assert fixed.size == best.size


def test_a_code_that_does_not_fill_its_picture_is_left_to_the_slower_reader():
    assert drawn_text(Image.new("1", (40, 40), 1)) is None
