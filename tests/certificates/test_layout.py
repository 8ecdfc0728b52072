from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

import jinja2
import pytest

from scheduler.certificates.forms import forms
from scheduler.certificates.layout import Box, fit, ink_em, read_layout
from scheduler.errors import IssuanceError, SettingsError
from tests.certificates.people import ISSUED_BY, SKILL, a_face

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
        for text in re.findall(r'<(?:p|h1) class="piece[^>]*>(.*?)</(?:p|h1)>', html, re.DOTALL)
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
    layout = issuer.layout(face.template)
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
