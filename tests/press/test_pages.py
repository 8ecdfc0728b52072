"""Pages stamped over a compiled form and bound: read back with another library, whatever stands on them."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from scheduler.press.binding import bind
from scheduler.press.pages import Leaf, Pages
from scheduler.press.render import Press

TEMPLATES = Path(__file__).parents[2] / "templates"
COLUMNS = [
    {"words": {"zh": "号", "en": "No."}, "mm": 20, "key": "n", "cls": "num"},
    {"words": {"zh": "姓名", "en": "Name"}, "mm": 30, "key": "name", "cls": ""},
    {"words": {"zh": "签名", "en": "Signature"}, "mm": 132, "key": "", "cls": ""},
]
SHARED = {
    "page": {"width": 210, "height": 297, "margin": 14}, "office": "某办公室", "round": "某批次", "specimen": "",
    "title": {"zh": "名单", "en": "List"}, "head": [[]], "columns": COLUMNS, "lines": 3, "line_mm": 9, "signs": [], "notes": [],
}  # fmt: skip


def leaf(*names, page="1/1"):
    cells = {f"{n}.{key}": "" for n in range(3) for key in ("n", "name")}
    for n, name in enumerate(names):
        cells |= {f"{n}.n": f"{n + 1:02d}", f"{n}.name": name}
    return Leaf("papers/sign_in", SHARED, {**cells, "foot": "第1版", "page": page})


@pytest.fixture(scope="module")
def press():
    return Pages(Press(TEMPLATES))


def read(press, tmp_path, *leaves):
    pages = [press.stamp(one) for one in leaves]
    bind(pages, press.kinds, tmp_path / "out.pdf", title="名单", author="某办公室")
    reader = pypdf.PdfReader(tmp_path / "out.pdf", strict=True)
    return reader, [page.extract_text() for page in reader.pages], [told for page in pages for told in page.told]


def test_every_page_says_its_own_and_nothing_of_another(press, tmp_path):
    reader, texts, told = read(press, tmp_path, leaf("张三", "李四", page="1/2"), leaf("欧阳思远", page="2/2"))
    assert [("张三" in t, "李四" in t, "欧阳思远" in t) for t in texts] == [(True, True, False), (False, False, True)]
    assert ["1/2" in texts[0], "2/2" in texts[1]] == [True, True]
    assert told == []
    assert reader.metadata.title == "名单"
    assert len({page["/Resources"]["/Font"].indirect_reference.idnum for page in reader.pages}) == 1


def test_states_of_the_page_are_begun_and_ended(press, tmp_path):
    reader, _, _ = read(press, tmp_path, leaf("张三"))
    for form in reader.pages[0]["/Resources"]["/XObject"].values():
        words = form.get_object().get_data().split()
        assert words.count(b"q") == words.count(b"Q") > 0
        assert b"BDC" not in words


def test_the_same_pages_give_the_same_bytes(press, tmp_path):
    read(press, tmp_path, leaf("张三"))
    first = (tmp_path / "out.pdf").read_bytes()
    read(press, tmp_path, leaf("张三"))
    assert (tmp_path / "out.pdf").read_bytes() == first


@pytest.mark.parametrize("name", ["{{ 7 * 7 }}{% raw %}", "<b>&amp;</b>", "𠮷野𡌛", "阿卜杜热依木·麦麦提吐尔逊·买买提江", "=1+1", "\\) Tj ET"])  # fmt: skip
def test_hostile_names_stand_as_they_are(press, tmp_path, name):
    _, texts, told = read(press, tmp_path, leaf(name))
    assert "".join(name.split()) in "".join(texts[0].split())  # a long name may stand on two lines
    assert told == []


def test_what_is_written_from_right_to_left_is_drawn_by_the_renderer(press, tmp_path):
    _, texts, told = read(press, tmp_path, leaf("محمد", "张三"))
    assert [(one.text, one.trouble) for one in told] in ([("محمد", "drawn")], [("محمد", "lacking")])
    assert "张三" in texts[0]


def test_a_character_that_no_font_has_is_told(press, tmp_path):
    _, texts, told = read(press, tmp_path, leaf("张\U000f0000", "李四"))
    assert [(one.key, one.trouble) for one in told] == [("0.name", "lacking")]
    assert "李四" in texts[0]


def test_a_text_that_fits_in_no_size_is_cut_short_and_told(press, tmp_path):
    _, texts, told = read(press, tmp_path, leaf("长" * 400))
    assert [(one.key, one.trouble) for one in told] == [("0.name", "cut")]
    assert "…" in texts[0]
    assert 20 < texts[0].count("长") < 400


def test_long_texts_stay_in_their_box(press, tmp_path):
    stamped = press.stamp(leaf("长" * 60, "李四"))
    assert stamped.told == ()
    tops = [float(line.split()[5]) for line in stamped.orders.split(b"\n") if line.endswith(b" Tm")]
    kind = press.kinds[stamped.kind]
    box = {piece.key: piece.box for piece in kind.pieces if not isinstance(piece, bytes)}
    top, height = box["0.name"]
    own = [y for y in tops if top <= y <= top + height]
    assert len(own) >= 3  # the number beside it and two lines or more
    assert max(own) < box["1.name"][0]


def test_pictures_stand_once_in_a_file_and_upright(press, tmp_path):
    def jpeg(colour):
        out = io.BytesIO()
        Image.new("RGB", (295, 413), colour).save(out, "JPEG")
        return out.getvalue()

    def png():
        out = io.BytesIO()
        Image.new("1", (33, 33), 1).save(out, "PNG")
        return out.getvalue()

    texts = dict.fromkeys(("name", "0.seat", "foot", "page"), "字")
    words = {"zh": "字", "en": "word"}
    shared = {
        **SHARED, "lines": 1, "person": [{"words": words, "key": "name", "cls": ""}], "with_photo": True, "glue": words, "parts": [],
        "columns": [{"words": words, "mm": 182, "key": "seat", "cls": ""}],
    }  # fmt: skip
    red, blue = jpeg("red"), jpeg("blue")
    leaves = [Leaf("papers/admission_ticket", shared, texts, {"photo": p, "qr": png()}) for p in (red, blue, red)]
    pages = [press.stamp(one) for one in leaves]
    bind(pages, press.kinds, tmp_path / "out.pdf", title="t", author="a")
    reader = pypdf.PdfReader(tmp_path / "out.pdf")
    found = [page["/Resources"]["/XObject"]["/P0"] for page in reader.pages]
    assert [bytes(one._data) for one in found] == [red, blue, red]
    assert found[0].indirect_reference == found[2].indirect_reference
