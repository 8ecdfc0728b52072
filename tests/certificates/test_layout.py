from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

import jinja2
import pytest

from scheduler.certificates.forms import forms
from scheduler.certificates.layout import Box, fit, ink_em, read_layout
from scheduler.domain.wording import SPECIMEN
from scheduler.errors import IssuanceError, SettingsError
from tests.certificates.people import ISSUED_BY, SKILL, a_face, an_entry

TEMPLATES = ["skill_level", "qualification", "training"]


class Seen(Mapping):
    """A mapping that remembers which keys were asked for."""

    def __init__(self, inner):
        self.inner, self.asked = inner, set()

    def __getitem__(self, key):
        self.asked.add(key)
        return self.inner[key]

    def __iter__(self):
        return iter(self.inner)

    def __len__(self):
        return len(self.inner)


def fill(folder, template, data):
    loader = jinja2.FileSystemLoader(folder)
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.get_template(f"certificates/{template}/template.html").render(data)


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_template_draws_every_placed_text_once_and_nothing_else(folder, issuer, award_id):
    face = a_face(award_id)
    data = issuer.paper(face, photo=None)
    data["place"] = Seen(data["place"])
    html = fill(folder, face.template, data)
    assert data["place"].asked >= {key for key in data["place"].inner if key != "seal"}
    drawn = [
        jinja2.filters.do_striptags(text)
        for text in re.findall(r'<(?:p|h1) [^>]*class="piece[^>]*>(.*?)</(?:p|h1)>', html, re.DOTALL)
    ]
    placed = [text.text for text in issuer.layout(face.template).placed(face) if text.key != "seal"]
    assert sorted(" ".join(text.split()) for text in drawn) == sorted(" ".join(text.split()) for text in placed)


@pytest.mark.parametrize("template", TEMPLATES)
def test_face_toml_names_exactly_the_fields_of_its_forms(issuer, template):
    layout = issuer.layout(template)
    named = {*layout.rows["keys"], *layout.rows["sign_keys"]}
    assert named == {f.key for form in forms() if form.kind.value == template for f in form.fields}
    assert re.fullmatch(r"\d{4}\.\d+", layout.version)


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_places_lie_on_the_paper_and_apart_from_each_other(issuer, award_id):
    face = a_face(award_id)
    face = replace(face, inquiry_lines=(*face.inquiry_lines, SPECIMEN))
    layout = issuer.layout(face.template)
    assert {text.key for text in layout.placed(face) if text.text == SPECIMEN} == {"specimen"}
    assert all(text.size_pt >= 6 for text in layout.placed(face) if text.key[:5] not in {"seal", "micro"})
    boxes = {text.key: text.box for text in layout.placed(face)} | {"photo": layout.photo, "qr": layout.qr}
    for key, box in boxes.items():
        assert box.left >= 20, key
        assert box.top >= 20, key
        assert box.left + box.width <= layout.page[0] - 20, key
        assert box.top + box.height <= layout.page[1] - 20, key
    keys = sorted(boxes)
    clashes = [(a, b) for n, a in enumerate(keys) for b in keys[n + 1 :] if overlap(boxes[a], boxes[b])]
    assert clashes == []


def overlap(a, b):
    return (a.left < b.left + b.width - 0.01 and b.left < a.left + a.width - 0.01
            and a.top < b.top + b.height - 0.01 and b.top < a.top + a.height - 0.01)  # fmt: skip


def test_a4_both_ways(issuer):
    assert {issuer.layout(t).page for t in TEMPLATES} == {(297.0, 210.0), (210.0, 297.0)}


def test_field_without_a_place_is_refused(issuer):
    face = replace(a_face(SKILL.id), fields=(*a_face(SKILL.id).fields, ("hobby", "爱好", "Hobby", "象棋")))
    with pytest.raises(IssuanceError, match="hobby"):
        issuer.paper(face)


def test_more_inquiry_lines_than_places_are_refused_not_dropped(issuer):
    face = a_face(SKILL.id)
    assert "第三行" in str(issuer.paper(replace(face, inquiry_lines=("一", "二", "第三行"))))
    with pytest.raises(IssuanceError, match="inquiry_4"):
        issuer.paper(replace(face, inquiry_lines=("一", "二", "三", "四")))


def test_template_without_a_place_for_the_specimen_line_still_says_it(issuer):
    face = replace(a_face(SKILL.id), inquiry_lines=(SPECIMEN,))
    layout = issuer.layout(face.template)
    places = {key: place for key, place in layout.places.items() if key != "specimen"}
    assert [t.key for t in replace(layout, places=places).placed(face) if t.text == SPECIMEN] == ["inquiry_1"]


@pytest.mark.parametrize(
    ("name", "lines"),
    [("徐娟桂", 1), ("阿卜杜热合曼·麦麦提吐尔逊江·伊", 1), ("MARIA FERNANDA DE LOS ANGELES GONZALEZ-RODRIGUEZ", 2)],
)
def test_long_value_takes_two_lines_before_it_grows_small(issuer, draw, name, lines):
    face = a_face("special-equipment-welder", an_entry(name))
    placed = {text.key: text for text in issuer.layout(face.template).placed(face)}["field.name"]
    assert (placed.manner == "lines", placed.size_pt >= 9) == (lines == 2, True)
    issuer.prepare(face, draw(face))


def test_institution_of_forty_characters_stands_whole_on_every_design(issuer, draw):
    long_name = "云岭市高新技术产业开发区建设行业职业技能等级评价与继续教育服务中心有限责任公司分部"
    for award_id, (_, institution) in ISSUED_BY.items():
        face = a_face(award_id, issuer=replace(institution, name=long_name))
        issuer.prepare(face, draw(face))


def test_fewer_rows_stand_further_apart_and_end_above_the_statement(issuer):
    def steps(award_id):
        face = a_face(award_id)
        layout = issuer.layout(face.template)
        texts = [t for t in layout.placed(face) if t.key.startswith("field.") and t.key[6:] in layout.rows["keys"]]
        assert texts[-1].box.top + texts[-1].box.height < layout.places["statement"]["box"][1]
        return texts[1].box.top - texts[0].box.top

    assert steps("construction-electrician") > steps("special-equipment-welder") == pytest.approx(10.8)


@pytest.mark.parametrize("broken", ["", "version = 1", "not toml at all ="])
def test_broken_face_toml_is_said_with_its_path(tmp_path, broken):
    (tmp_path / "certificates" / "x").mkdir(parents=True)
    (tmp_path / "certificates" / "x" / "face.toml").write_text(broken)
    with pytest.raises(SettingsError) as refused:
        read_layout(tmp_path, "x")
    assert refused.value.findings[0].where.file.endswith("face.toml")


def test_size_shrinks_with_length_but_never_below_the_least():
    box = Box(0, 0, 60, 9)
    assert [fit("汉" * n, box, 19, 8) for n in (3, 8, 10, 15, 100)] == [19, 19, 17, 11, 8]


def test_several_lines_take_a_longer_text():
    box = Box(0, 0, 60, 20)
    assert fit("汉" * 30, box, 14, 6, lines=3) > fit("汉" * 30, box, 14, 6)


def test_estimated_widths():
    assert [ink_em(c) for c in "汉Aa1 "] == [1.0, 0.7, 0.52, 0.6, 0.3]
    assert ink_em(unicodedata.lookup("COMBINING ACUTE ACCENT")) == 0.0
