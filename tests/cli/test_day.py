"""Calendars, duties and the day as commands: usage, exit codes, and the words printed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scheduler.cli.main import app

FIXTURES = Path(__file__).parents[2] / "fixtures"


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("day") / "desk"
    shutil.copytree(FIXTURES / "pilot", folder)
    office = ("--office", folder / "office.toml")
    call("prepare", folder / "setup.xlsx", *office)
    call("enrol", folder / "entries.xlsx", "--round", "2026-06-YL", *office)
    call("plan", "2026-06-YL", *office)
    assert call("publish", "2026-06-YL", *office).exit_code == 0
    return folder


@pytest.fixture
def desk(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    shutil.copytree(published, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    return "2026-06-YL"


def test_a_day_from_morning_to_evening(desk: str) -> None:
    done = call("day", desk, "absent", "何勇阳", "--component", "理论", "--reason", "未到场", "--at", "9:05")
    assert (done.exit_code, "已登记：第 1 条 何勇阳 缺考" in done.stdout) == (0, True)
    again = call("day", desk, "absent", "何勇阳", "--component", "理论", "--reason", "未到场", "--lang", "en")
    assert (again.exit_code, "[day-once]" in again.stderr) == (5, True)
    deferred = call("day", desk, "defer", "何勇阳", "--component", "实操", "--reason", "病", "--json")
    report = json.loads(deferred.stdout)["report"]
    assert (report["version"], report["event"]["act"], report["moves"][0]["kind"]) == (2, "defer", "dropped")
    listed = call("day", desk, "--out", "reg.xlsx", "--lang", "en")
    assert (listed.exit_code, "1 absent" in listed.stdout, "waits for a later round" in listed.stdout) == (
        0,
        True,
        True,
    )
    assert Path("reg.xlsx").is_file()
    assert call("day", desk, "withdraw", "1", "--reason", "登错").exit_code == 0
    assert call("calendar", desk, "--for", "rooms", "--json").exit_code == 0
    assert sorted(p.name for p in Path("out/calendars/2026-06-YL/v2").iterdir()) == ["rooms", "rooms.ics"]


def test_wrong_words_are_told(desk: str) -> None:
    cases = {
        ("day", desk, "absent"): 2,
        ("day", desk, "withdraw", "first", "--reason", "x"): 2,
        ("day", desk, "leave", "x"): 2,
        ("day", desk, "absent", "何勇阳", "--reason", "x"): 4,
        ("day", desk, "absent", "何勇阳", "--component", "理论"): 4,
        ("day", desk, "absent", "无此人", "--reason", "x"): 7,
        ("day", "none"): 7,
        ("day", desk, "--out", "reg.pdf"): 4,
        ("calendar", "none"): 7,
        ("calendar", desk, "--for", "cats"): 2,
        ("duties", desk, "--out", "a.xlsx", "--read", "b.xlsx"): 2,
        ("duties", desk, "--out", "a.csv"): 4,
        ("duties", desk, "--read", "none.xlsx"): 4,
        ("duties", "none"): 7,
    }
    for words, code in cases.items():
        assert (words, call(*words).exit_code) == (words, code)


def test_duties_go_out_and_come_back(desk: str) -> None:
    done = call("duties", desk, "--out", "ask.xlsx", "--each", "--lang", "en")
    assert (done.exit_code, "0 accepted, 0 declined" in done.stdout) == (0, True)
    assert len(list(Path().glob("ask-*.xlsx"))) >= 2
    back = call("duties", desk, "--read", "ask.xlsx")
    assert (back.exit_code, "与已登记相同 0 项" in back.stdout) == (0, True)
