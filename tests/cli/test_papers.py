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
