"""Each settings file is told in full: every wrong key with what was read and what was expected."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scheduler.errors import Finding, SettingsError
from scheduler.office.settings import load_settings, templates_folder

GOOD = 'office_name = "宜江市联合考试办公室"\nregion = "990100"\n'


@pytest.fixture(autouse=True)
def without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("SCHEDULER_"):
            monkeypatch.delenv(name)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "office.toml"
    file.write_text(text, encoding=encoding)
    return file


def findings_of(file: Path) -> list[Finding]:
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert caught.value.exit_code == 3
    return list(caught.value.findings)


def told(file: Path) -> list[tuple[str, str | None, str | None]]:
    return [(finding.rule, finding.where.path or finding.where.subject, finding.said) for finding in findings_of(file)]


def test_two_keys_are_enough(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, GOOD))
    assert (settings.office_name, settings.region, settings.demo, settings.lang, settings.seed) == (
        "宜江市联合考试办公室",
        "990100",
        False,
        "zh",
        1,
    )
    assert settings.database == str(tmp_path / "registry.sqlite3")
    assert settings.out_folder == tmp_path / "out"
    assert settings.photos_folder == tmp_path / "photos"
    assert (settings.keys_folder, settings.tsa_url) == (tmp_path / "keys", "")


def test_folders_are_seen_from_the_file_and_not_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = tmp_path / "a b" / "office"
    office.mkdir(parents=True)
    written(office, GOOD + 'out_folder = "../out"\ndatabase = "sqlite:///data/r.db"\n')
    monkeypatch.chdir(tmp_path / "a b")
    settings = load_settings(Path("office"))
    assert settings.out_folder == tmp_path / "a b" / "out"
    assert settings.database == str(office / "data" / "r.db")
    assert settings.file == office / "office.toml"


def test_server_address_stays_as_written(tmp_path: Path) -> None:
    url = "postgresql+psycopg://exams@localhost/exams"
    assert load_settings(written(tmp_path, GOOD + f'database = "{url}"')).database == url


def test_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, GOOD, "utf-8-sig")).region == "990100"


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEDULER_SEED", "7")
    monkeypatch.setenv("SCHEDULER_LANG", "")
    settings = load_settings(written(tmp_path, GOOD + 'seed = 3\nlang = "en"\n'))
    assert (settings.seed, settings.lang) == (7, "en")


def test_wrong_variable_is_named_instead_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEDULER_SEED", "soon")
    assert told(written(tmp_path, GOOD)) == [("settings-bad-value", "SCHEDULER_SEED", "soon")]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    file = written(tmp_path, 'region = 420500\nsead = 3\ndemo = "maybe"\nlang = "fr"\nverify_url = "cert"\nseed = -1\n')
    assert sorted(told(file)) == [
        ("settings-bad-value", "demo", "maybe"),
        ("settings-bad-value", "lang", "fr"),
        ("settings-bad-value", "region", "420500"),
        ("settings-bad-value", "seed", "-1"),
        ("settings-bad-value", "verify_url", "cert"),
        ("settings-missing-key", "office_name", None),
        ("settings-unknown-key", "sead", "3"),
    ]
    assert {finding.where.file for finding in findings_of(file)} == {str(file)}


def test_misspelt_key_gets_the_nearest_name(tmp_path: Path) -> None:
    (finding,) = findings_of(written(tmp_path, GOOD + 'out_foldr = "x"\n'))
    assert "out_folder" in finding.in_("en")
    assert "out_folder" in finding.in_("zh")


@pytest.mark.parametrize("region", ["42050", "4205000", "四二〇五〇〇", "042050", "42050O"])
def test_region_is_six_digits(tmp_path: Path, region: str) -> None:
    file = written(tmp_path, GOOD.replace("990100", region))
    assert told(file) == [("settings-bad-value", "region", region)]


def test_a_time_stamp_authority_is_an_address(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, GOOD + 'tsa_url = "http://tsa.example/ts?x=1"')).tsa_url.endswith("?x=1")
    assert told(written(tmp_path, GOOD + 'tsa_url = "tsa.example"')) == [
        ("settings-bad-value", "tsa_url", "tsa.example")
    ]


@pytest.mark.parametrize(
    ("text", "encoding", "rule"),
    [
        ("office_name = 宜江", "utf-8", "settings-toml"),
        (GOOD, "gb18030", "settings-encoding"),
        (GOOD, "utf-16", "settings-encoding"),
    ],
)
def test_unreadable_file_is_one_finding(tmp_path: Path, text: str, encoding: str, rule: str) -> None:
    assert [finding.rule for finding in findings_of(written(tmp_path, text, encoding))] == [rule]


def test_absent_file_is_named(tmp_path: Path) -> None:
    (finding,) = findings_of(tmp_path / "none.toml")
    assert (finding.rule, finding.where.file) == ("settings-file-missing", str(tmp_path / "none.toml"))


def test_folder_instead_of_file_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "office.toml").mkdir()
    assert [finding.rule for finding in findings_of(tmp_path)] == ["settings-file-unreadable"]


def test_templates_of_the_checkout_are_found() -> None:
    assert templates_folder() == Path(__file__).resolve().parents[2] / "templates"


def test_own_templates_win(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    settings = load_settings(written(tmp_path, GOOD + 'templates_folder = "ours"'))
    assert templates_folder(settings) == tmp_path / "ours"


def test_absent_own_templates_are_no_reason_to_take_others(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, GOOD + 'templates_folder = "ours"'))
    with pytest.raises(SettingsError) as caught:
        templates_folder(settings)
    assert [finding.where.path for finding in caught.value.findings] == ["templates_folder"]


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [("seed = true", "seed", "True"), ("demo = 1", "demo", "1"), ('demo = "yes"', "demo", "yes")],
)
def test_value_of_another_type_is_not_bent_into_shape(tmp_path: Path, line: str, key: str, said: str) -> None:
    assert told(written(tmp_path, f"{GOOD}{line}\n")) == [("settings-bad-value", key, said)]
