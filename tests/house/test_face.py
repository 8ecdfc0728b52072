"""Importing the package and asking for help are cheap; the slow libraries stay outside until needed."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import scheduler

SLOW = {"ortools", "sqlmodel", "sqlalchemy", "weasyprint", "openpyxl", "numpy", "pandas", "pikepdf", "PIL"}
HELP_CPU_S = 0.5


def loaded_after(code: str) -> set[str]:
    script = f"{code}\nimport json, sys\nprint('\\n' + json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(answer.stdout.splitlines()[-1]))


def help_run() -> tuple[float, str]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = subprocess.run(
        [sys.executable, "-m", "scheduler", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, answer.stdout


def test_import_loads_only_itself() -> None:
    assert loaded_after("import scheduler") & (SLOW | {"pydantic", "typer", "jinja2"}) == set()


def test_help_loads_no_slow_library() -> None:
    code = "import sys; sys.argv = ['scheduler', '--help']\nfrom scheduler.cli.main import main\ntry: main()\nexcept SystemExit: pass"
    assert loaded_after(code) & SLOW == set()


def test_help_is_quick() -> None:
    runs = [help_run() for _ in range(3)]
    assert "enrol" in runs[0][1]
    assert min(seconds for seconds, _ in runs) < HELP_CPU_S


@pytest.mark.parametrize("name", scheduler.__all__)
def test_public_name_exists_and_is_explained(name: str) -> None:
    assert name == "__version__" or getattr(scheduler, name).__doc__


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="enroll"):
        scheduler.enroll  # noqa: B018 - asking is the test


def test_dir_lists_the_face() -> None:
    assert dir(scheduler) == sorted(scheduler.__all__)


def test_package_is_typed() -> None:
    assert (Path(scheduler.__file__).parent / "py.typed").is_file()
