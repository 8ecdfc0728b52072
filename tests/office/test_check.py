"""Every fault of office and machine is told at once; lacks of the machine are simulated through its senses."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.errors import Finding, errors_in
from scheduler.office.check import SAMPLE, check
from scheduler.office.probe import Probe
from scheduler.office.settings import templates_folder
from scheduler.office.template import own_templates

WHOLE = Probe(
    can_load=lambda names: True,
    font_file=Path,
    characters=lambda file: frozenset(map(ord, SAMPLE)),
    package_version=lambda name: "99.1",
    python=(3, 11),
)
"""A machine that has everything."""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("SCHEDULER_"):
            monkeypatch.delenv(name)
    (tmp_path / "photos").mkdir()
    file = tmp_path / "office.toml"
    file.write_text(
        'office_name = "宜江"\nregion = "990100"\nverify_url = "https://cert.example.cn/v"\n', encoding="utf-8"
    )
    return file


def add(office: Path, line: str) -> None:
    office.write_text(office.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def test_whole_machine_and_sound_office_have_no_fault(office: Path) -> None:
    assert check(office, probe=WHOLE) == []
    assert not (office.parent / "registry.sqlite3").exists()
    assert not (office.parent / "out").exists()


def test_this_machine_is_whole(office: Path) -> None:
    assert check(office) == []


@pytest.mark.parametrize(
    ("file", "package"),
    [
        ("libpango-1.0.so.0", "libpango-1.0-0"),
        ("libpangoft2-1.0.so.0", "libpangoft2-1.0-0"),
        ("libharfbuzz-subset.so.0", "libharfbuzz-subset0"),
    ],
)
def test_missing_library_is_named_with_its_apt_line(office: Path, file: str, package: str) -> None:
    (finding,) = check(office, probe=replace(WHOLE, can_load=lambda names: file not in names))
    assert (finding.rule, finding.where.subject) == ("system-library-missing", file)
    assert f"apt-get install -y --no-install-recommends {package} " in finding.in_("zh") + " "


@pytest.mark.parametrize(
    ("family", "package"), [("Noto Serif CJK SC", "fonts-noto-cjk"), ("LXGW WenKai", "fonts-lxgw-wenkai")]
)
def test_missing_font_is_named_with_its_apt_line(office: Path, family: str, package: str) -> None:
    probe = replace(WHOLE, font_file=lambda name: None if name == family else Path(name))
    (finding,) = check(office, probe=probe)
    assert (finding.rule, finding.where.subject, finding.severity) == ("font-missing", family, "error")
    assert package in finding.in_("en")


def test_font_without_rare_names_lists_the_characters(office: Path) -> None:
    some = frozenset(map(ord, SAMPLE)) - {ord("䶮"), ord("𬱖")}
    probe = replace(WHOLE, characters=lambda file: some if "WenKai" in file.name else frozenset(map(ord, SAMPLE)))
    (finding,) = check(office, probe=probe)
    assert (finding.rule, finding.where.subject, finding.said) == ("font-lacks-characters", "LXGW WenKai", "䶮𬱖")


@pytest.mark.parametrize(
    ("version", "rule"), [("69.9", ["package-too-old"]), ("70.0", []), ("70.0rc1", []), (None, ["package-missing"])]
)
def test_weasyprint_is_70_or_newer(office: Path, version: str | None, rule: list[str]) -> None:
    probe = replace(WHOLE, package_version=lambda name: version if name == "weasyprint" else "99")
    assert rules(check(office, probe=probe)) == rule


def test_old_python_is_told(office: Path) -> None:
    assert rules(check(office, probe=replace(WHOLE, python=(3, 10)))) == ["python-too-old"]


def test_everything_wrong_is_told_at_once(office: Path) -> None:
    add(office, 'templates_folder = "none"\ncatalogue_folder = "neither"\ndatabase = "office.toml"')
    (office.parent / "out").write_text("a file where a folder should be")
    bare = Probe(lambda names: False, lambda family: None, lambda file: frozenset(), lambda name: None, (3, 9))
    assert set(rules(check(office, probe=bare))) == {
        "settings-folder-missing",
        "out-folder-not-writable",
        "database-out-of-reach",
        "python-too-old",
        "package-missing",
        "system-library-missing",
        "font-missing",
    }


def test_wrong_settings_do_not_hide_the_machine(office: Path) -> None:
    add(office, "seed = true")
    assert rules(check(office, probe=replace(WHOLE, can_load=lambda names: False)))[:2] == [
        "settings-bad-value",
        "system-library-missing",
    ]


def test_database_that_is_no_database_is_told(office: Path) -> None:
    (office.parent / "registry.sqlite3").write_text("a spreadsheet, renamed" * 100)
    assert rules(check(office, probe=WHOLE)) == ["database-out-of-reach"]


def test_database_locked_by_another_is_told(office: Path) -> None:
    other = sqlite3.connect(office.parent / "registry.sqlite3", isolation_level=None)
    other.execute("CREATE TABLE t (a)")
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert rules(check(office, probe=WHOLE)) == ["database-out-of-reach"]
    finally:
        other.close()


def test_sound_database_is_left_as_it_was(office: Path) -> None:
    file = office.parent / "registry.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE t (a)")
    before = file.read_bytes()
    assert check(office, probe=WHOLE) == []
    assert file.read_bytes() == before


def test_template_missing_from_own_folder_is_named(office: Path) -> None:
    shutil.copytree(templates_folder(), office.parent / "ours")
    gone = next(file for file in sorted((office.parent / "ours").rglob("*")) if file.is_file())
    gone.unlink()
    add(office, 'templates_folder = "ours"')
    (finding,) = check(office, probe=WHOLE)
    assert (finding.rule, finding.where.file) == ("template-missing", str(gone))


def test_file_that_a_style_refers_to_is_missed(office: Path) -> None:
    shutil.copytree(templates_folder(), office.parent / "ours")
    (office.parent / "ours" / "shared" / "more.css").write_text(
        "p { background: url('seal.svg') } q { background: url(data:,) }", encoding="utf-8"
    )
    add(office, 'templates_folder = "ours"')
    assert [(finding.rule, finding.where.file) for finding in check(office, probe=WHOLE)] == [
        ("template-missing", str(office.parent / "ours" / "shared" / "seal.svg"))
    ]


def test_page_that_a_page_extends_is_missed(office: Path) -> None:
    shutil.copytree(templates_folder(), office.parent / "ours")
    (office.parent / "ours" / "extra.html").write_text('{% extends "shared/none.html" %}', encoding="utf-8")
    add(office, 'templates_folder = "ours"')
    assert [finding.where.file for finding in check(office, probe=WHOLE)] == [
        str(office.parent / "ours" / "shared" / "none.html")
    ]


def test_pages_of_the_web_are_no_part_of_own_templates(office: Path) -> None:
    own_templates(office.parent / "ours")
    assert not (office.parent / "ours" / "web").exists()
    add(office, 'templates_folder = "ours"')
    assert check(office, probe=WHOLE) == []


def test_broken_template_is_told_with_its_line(office: Path) -> None:
    shutil.copytree(templates_folder(), office.parent / "ours")
    (office.parent / "ours" / "extra.html").write_text("<p>\n{% if %}\n", encoding="utf-8")
    add(office, 'templates_folder = "ours"')
    (finding,) = check(office, probe=WHOLE)
    assert (finding.rule, finding.where.row) == ("template-syntax", 2)


def test_example_address_in_a_real_office_is_a_warning(office: Path) -> None:
    office.write_text('office_name = "宜江"\nregion = "990100"\n', encoding="utf-8")
    (finding,) = check(office, probe=WHOLE)
    assert (finding.rule, finding.severity) == ("verify-url-default", "warning")
    add(office, "demo = true")
    assert check(office, probe=WHOLE) == []


def test_without_an_office_the_machine_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    findings = check(probe=WHOLE)
    assert (rules(findings), errors_in(findings)) == (["settings-file-missing"], [])
    assert rules(errors_in(check(tmp_path / "office.toml", probe=WHOLE))) == ["settings-file-missing"]


def test_senses_notice_what_is_not_there(tmp_path: Path) -> None:
    senses = Probe()
    assert senses.can_load(("libc.so.6",))
    assert not senses.can_load(("libnever-was-written.so.0",))
    assert senses.font_file("A Family Nobody Drew") is None
    assert senses.package_version("a-package-nobody-wrote") is None


def test_fonts_are_found_without_fontconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    file = Probe().font_file("LXGW WenKai")
    assert file is not None
    assert "WenKai" in file.name


def test_check_does_not_load_the_press() -> None:
    code = "import sys; from scheduler.office.check import check; check(); print(int('weasyprint' in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "0"
