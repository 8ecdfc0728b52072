"""A template of the office's own: copied, changed, tried; the preview tells what its face.toml says otherwise."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scheduler.errors import InputError, SettingsError
from scheduler.office.preview import preview
from scheduler.office.template import own_templates
from scheduler.recognition.shelf import load_catalogue
from tests.office.conftest import rules

ON = date(2026, 7, 1)


@pytest.fixture
def own(tmp_path):
    return own_templates(tmp_path / "own")


def seen(own: Path, name: str = "skill_level"):
    return preview(load_catalogue(), own, name, own.parent / "preview.pdf", ON)


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("name", ["skill_level", "qualification", "training"])
def test_a_copy_of_what_is_shipped_may_be_used_and_is_stamped(name, own):
    report = seen(own, name)
    assert (report.findings, report.drawn_because) == ((), "")
    assert Path(report.path).read_bytes().startswith(b"%PDF")


def test_a_place_that_is_drawn_elsewhere_than_face_toml_says_is_told(own):
    with (own / "certificates/skill_level/style.css").open("a", encoding="utf-8") as style:
        style.write("\n.caption { margin-top: 12mm }\n")
    assert "proof-text" in rules(seen(own).findings)


def test_a_text_that_face_toml_does_not_know_is_told(own):
    changed(own / "shared/certificate.html", "{% block paper %}", '{% block paper %}<p class="piece">王小明</p>')
    assert "proof-stray-text" in rules(seen(own).findings)


def test_a_box_too_small_is_told(own):
    changed(own / "certificates/skill_level/face.toml", "label = 40", "label = 150")
    assert "proof-overflow" in rules(seen(own).findings)


def test_what_cannot_be_stamped_is_told_and_may_still_be_used(own):
    with (own / "certificates/skill_level/style.css").open("a", encoding="utf-8") as style:
        style.write("\n.field { text-decoration: underline }\n")
    report = seen(own)
    assert (report.findings, report.drawn_because) == ((), "field.name is not plain text")


def test_names_that_are_not_there_are_told(own):
    with pytest.raises(InputError, match="skill_level"):
        seen(own, "other")
    (own / "certificates/training/face.toml").unlink()
    with pytest.raises(SettingsError):
        seen(own, "training")


def test_nothing_is_copied_over(own):
    with pytest.raises(InputError):
        own_templates(own)
