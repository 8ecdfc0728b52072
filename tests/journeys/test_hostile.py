"""Hostile workbooks: each gets findings and an exit code, and the registry stays as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scheduler.cli.main import app
from scheduler.office.desk import open_office
from tests.journeys.conftest import FIXTURES

FILES = sorted(p for p in (FIXTURES / "hostile").iterdir() if p.suffix in {".xlsx", ".xls", ".ods", ".csv"})


@pytest.mark.parametrize("workbook", FILES, ids=lambda path: path.name)
def test_bad_rows_leave_the_registry_as_it_was(workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(FIXTURES / "pilot" / "office.toml", tmp_path)
    shutil.copy(workbook, tmp_path / workbook.name)
    run = CliRunner().invoke
    assert run(app, ["prepare", str(FIXTURES / "pilot" / "setup.xlsx")]).exit_code == 0
    with open_office("office.toml") as office, office.registry.transaction(write=False) as store:
        (round_id,) = store.rounds.round_ids()
        before = store.rounds.entries(round_id)
    words = ["enrol", workbook.name, "--round", round_id, "--all-or-nothing"]
    done = run(app, words)
    assert done.exit_code in {0, 4}, done.output
    with open_office("office.toml") as office, office.registry.transaction(write=False) as store:
        after = store.rounds.entries(round_id)
    if done.exit_code == 4:
        assert after == before
        assert done.stderr.strip()
    else:
        assert len(after) > 0


def test_there_are_hostile_files() -> None:
    assert len(FILES) >= 8
