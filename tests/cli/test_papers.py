"""Commands for papers as a stranger meets them before anything was issued, and afterwards."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scheduler.cli.main import app

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    shutil.copy(FIXTURES / "pilot" / "office.toml", tmp_path / "office.toml")
    monkeypatch.chdir(tmp_path)
    return json.loads(call("prepare", FIXTURES / "pilot" / "setup.xlsx", "--json").stdout)["report"]["setup"]["id"]


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_nothing_issued_is_nothing_to_read_back(desk: str) -> None:
    done = call("recheck", desk)
    assert (done.exit_code, "复核通过：复读证书 0 本" in done.stdout) == (0, True)
    assert json.loads(call("recheck", "--json").stdout)["report"]["certificates"] == 0
    assert call("recheck", "none").exit_code == 7


def test_nothing_issued_is_nothing_to_print(desk: str) -> None:
    done = call("print", desk, "--lang", "en")
    assert (done.exit_code, "no valid certificate" in done.stderr) == (7, True)
    cases = {
        ("--sheet", "B9"): 4,
        ("--up", "2"): 4,
        ("--bleed", "30"): 4,
        ("--back", "none.pdf", "--duplex", "long"): 4,
        ("--reprint", "S1"): 4,
        ("--by", "name"): 2,
    }
    for words, code in cases.items():
        assert (words, call("print", desk, *words).exit_code) == (words, code)
    assert call("print", "none").exit_code == 7
    assert not Path("out/print").exists()


def test_forms_before_anything_was_earned(desk: str) -> None:
    assert "领用 0 = 打印 0 + 作废 0 + 退回 0 + 在手 0" in call("forms", "show", "--round", desk).stdout
    limit = call("forms", "draw", "A1-A9", "--round", desk, "--lang", "en")
    assert (limit.exit_code, "[forms-over-limit]" in limit.stderr) == (4, True)
    drawn = call("forms", "draw", "A1-A9", "--round", desk, "--reason", "预先领用", "--json")
    assert json.loads(drawn.stdout)["report"]["in_hand"] == 9
    cases = {
        ("spoil", "A1"): 4,
        ("return", "A9-A10"): 4,
        ("return", "A8", "--round", "none"): 7,
        ("draw", "A1", "--reason", "重复"): 7,
        ("draw",): 2,
        ("show", "A1"): 2,
        ("burn", "A1"): 2,
    }
    for words, code in cases.items():
        place = () if "--round" in words else ("--round", desk)
        assert (words, call("forms", *words, *place).exit_code) == (words, code)
    assert call("forms", "return", "A1-A9", "--round", desk).exit_code == 0
