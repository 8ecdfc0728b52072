from __future__ import annotations

import pytest

from scheduler.errors import SettingsError
from scheduler.press.templates import environment, html


@pytest.fixture
def fill(tmp_path):
    def filled(source, **data):
        (tmp_path / "t").mkdir(exist_ok=True)
        (tmp_path / "t" / "template.html").write_text(source, encoding="utf-8")
        return html(environment(tmp_path), "t", data)

    return filled


def test_values_are_escaped(fill):
    assert fill("<p>{{ name }}</p>", name="<b>&\"'") == "<p>&lt;b&gt;&amp;&#34;&#39;</p>"


@pytest.mark.parametrize(
    "source",
    [
        "{{ absent }}",
        "{{ person.absent }}",
        "{% if absent %}x{% endif %}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ person.update({'name': 'x'}) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include '../secret.txt' %}",
        "{% include '/etc/passwd' %}",
        "{{ person.name ",
    ],
)
def test_template_that_asks_for_too_much_is_refused(fill, tmp_path, source):
    (tmp_path.parent / "secret.txt").write_text("secret")
    with pytest.raises(SettingsError):
        fill(source, person={"name": "甲"})


def test_a_link_out_of_the_folder_leads_nowhere(fill, tmp_path):
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "template.html").write_text("secret")
    (tmp_path / "link").symlink_to(outside, target_is_directory=True)
    (tmp_path / "inside").symlink_to(tmp_path / "t", target_is_directory=True)
    with pytest.raises(SettingsError, match=r"link/template\.html"):
        fill("{% include 'link/template.html' %}")
    (tmp_path / "t").mkdir(exist_ok=True)
    (tmp_path / "t" / "piece.html").write_text("good")
    assert fill("{% include 'inside/piece.html' %}") == "good"


def test_missing_template_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere/template\.html"):
        html(environment(tmp_path), "nowhere", {})
