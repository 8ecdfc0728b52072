"""Commands that end certificates, and the numbers sheet, as a stranger meets them before anything was issued."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from scheduler.cli.main import app

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    shutil.copy(FIXTURES / "pilot" / "office.toml", tmp_path / "office.toml")
    monkeypatch.chdir(tmp_path)
    told = json.loads(call("prepare", FIXTURES / "pilot" / "setup.xlsx", "--json").stdout)
    return told["report"]["setup"]["id"]


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize(
    "verb",
    [
        ["revoke", "S1"],
        ["suspend", "S1"],
        ["suspend", "S1", "--lift"],
        ["void", "S1"],
        ["reissue", "S1"],
        ["correct", "E1"],
    ],
    ids="-".join,
)
def test_a_reason_is_compulsory(desk: str, verb: list[str]) -> None:
    assert call(*verb).exit_code == 2
    empty = call(*verb, "--reason", " ", "--lang", "en")
    assert (empty.exit_code, "[reason-missing]" in empty.stderr) == (4, True)


def test_what_is_not_there_is_told_and_changes_nothing(desk: str) -> None:
    cases = {
        ("revoke", "S1", "--yes"): 7,
        ("revoke", "--round", "none"): 7,
        ("revoke", "--batch", "none"): 7,
        ("revoke", "--award", "welder-5"): 4,
        ("suspend", "S1", "--yes"): 7,
        ("suspend", "--award", "welder-5", "--lift"): 4,
        ("reissue", "S1", "--yes"): 7,
        ("reissue", "--key", "zz"): 4,
        ("void", "S1", "--yes"): 7,
        ("correct", "E1", "--name", "王", "--yes"): 7,
    }
    for words, code in cases.items():
        done = call(*words, "--reason", "测试用例", "--lang", "en")
        assert (words, done.exit_code) == (words, code), done.output
        assert done.stderr.strip(), words
    assert call("revoke", "--from", "yesterday", "--reason", "测试用例").exit_code == 2
    assert json.loads(call("rounds", "--json").stdout)["report"][0]["certificates"] == 0


def test_an_empty_ledger_is_sound(desk: str) -> None:
    done = call("check", "--ledger")
    assert (done.exit_code, "台账完好：0 行" in done.stdout) == (0, True)
    assert call("restored").exit_code == 0


def test_numbers_sheet_before_marks_is_refused_row_by_row(desk: str) -> None:
    call("enrol", FIXTURES / "pilot" / "entries.xlsx", "--round", desk)
    assert call("template", "numbers", "--out", "编号表.xlsx").exit_code == 0
    assert call("template", "numbers", "--out", "编号表.xlsx").exit_code == 4
    book = load_workbook("编号表.xlsx")
    row = ["何勇阳", "990101199001010000", "S000099990101265000001", "2026-06-30"]
    for column, value in enumerate(row, 1):
        book["证书编号表"].cell(2, column).value = value
    book.save("编号表.xlsx")
    done = call("numbers", "import", "编号表.xlsx", "--round", desk, "--errors", "back.xlsx")
    assert (done.exit_code, "[entry-unknown]" in done.stderr, Path("back.xlsx").is_file()) == (4, True, True)
    assert "第2行" in done.stderr
    assert call("numbers", "import", "nothing.xlsx", "--round", desk).exit_code == 4
    assert call("numbers", "import", "编号表.xlsx", "--round", "none").exit_code == 7
    assert call("numbers", "export", "编号表.xlsx", "--round", desk).exit_code == 2
