"""The import contract holds, and would notice an import that runs back up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.paths import PACKAGE, ROOT


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(PACKAGE, tmp_path / "scheduler", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contract_holds(copy: Path) -> None:
    answer = lint(copy)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("errors.py", "from scheduler.domain import calendar", "No import runs back up"),
        ("domain/calendar.py", "import scheduler.office.settings", "No import runs back up"),
        ("press/__init__.py", "import scheduler.registry", "No import runs back up"),
        ("results/__init__.py", "import scheduler.sheets", "No import runs back up"),
        ("office/settings.py", "import scheduler.cli", "No import runs back up"),
        ("office/prepare.py", "import scheduler.office.enrol", "No verb of the office"),
        ("office/desk.py", "import ortools", "Only planning imports ortools"),
        ("cli/main.py", "import weasyprint", "Only press imports weasyprint"),
        ("office/desk.py", "import fastapi", "Only web imports fastapi"),
        ("web/public.py", "import scheduler.office.issue", "The public pages know no verb but inquire"),
        ("web/app.py", "import scheduler.registry.store", "Doors call the office's verbs"),
    ],
)
def test_planted_import_is_caught(copy: Path, module: str, line: str, broken: str) -> None:
    file = copy / "scheduler" / module
    file.write_text(file.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    answer = lint(copy)
    assert answer.returncode == 1
    assert [row for row in answer.stdout.splitlines() if broken in row and "BROKEN" in row]


def test_new_folder_without_a_floor_is_caught(copy: Path) -> None:
    (copy / "scheduler" / "helpers").mkdir()
    (copy / "scheduler" / "helpers" / "__init__.py").touch()
    assert lint(copy).returncode == 1
