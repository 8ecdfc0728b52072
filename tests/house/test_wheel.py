"""The wheel works alone: installed without anything else, every template is found from an empty directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.paths import ROOT

SHIPPED = ("scheduler", "templates", "pyproject.toml", "README.md")
FIND = """
import sys; sys.path[:] = [entry for entry in sys.path if entry not in ("", {checkout!r})]
from pathlib import Path
import scheduler
from scheduler.office.settings import templates_folder
folder = templates_folder()
assert Path(scheduler.__file__).is_relative_to(sys.prefix), scheduler.__file__
print("\\n".join(sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())))
"""


def files_in(folder: Path) -> list[str]:
    inside = (file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return sorted(file.relative_to(folder).as_posix() for file in inside)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy without git, as from a downloaded archive."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("out")
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    answer = subprocess.run(
        [sys.executable, "-c", build, str(out)], cwd=source, capture_output=True, text=True, check=True
    )
    return out / answer.stdout.split()[-1]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment that holds the wheel and nothing else; the Python in it."""
    home = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin" / "python"
    purelib = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", purelib, str(wheel)],
        check=True,
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    # What the product depends on is lent by this environment; the product itself must come from the wheel.
    lent = next(entry for entry in sys.path if entry.endswith("site-packages"))
    Path(purelib, "lent.pth").write_text(f"{lent}\n")
    return python


def test_wheel_holds_every_template_and_the_typing_mark(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"scheduler/templates/{name}" for name in files_in(ROOT / "templates")} - names == set()
    assert {f"scheduler/{name}" for name in files_in(ROOT / "scheduler")} - names == set()
    assert not [name for name in names if name.startswith(("tests/", "fixtures/", "templates/"))]


def test_installed_wheel_finds_every_template_from_an_empty_directory(installed: Path, tmp_path: Path) -> None:
    answer = subprocess.run(
        [str(installed), "-c", FIND.format(checkout=str(ROOT))],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert [name for name in answer.stdout.splitlines() if "__pycache__" not in name] == files_in(ROOT / "templates")


@pytest.mark.slow
def test_installed_wheel_runs_the_library_example(installed: Path, tmp_path: Path) -> None:
    """The whole main job against SQLite, with the checkout out of sight."""
    shutil.copytree(ROOT / "fixtures" / "pilot", tmp_path / "fixtures" / "pilot")
    (tmp_path / "examples").mkdir()
    example = Path(shutil.copy(ROOT / "examples" / "record_and_issue.py", tmp_path / "examples"))
    (tmp_path / "empty").mkdir()
    answer = subprocess.run(
        [str(installed), str(example)],
        cwd=tmp_path / "empty",
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    expected = example.read_text(encoding="utf-8").split("# prints:\n")[1]
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines() == [line.removeprefix("# ") for line in expected.splitlines()]


def test_wheel_cannot_be_built_without_templates(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scheduler", tmp_path / "scheduler", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    build = "from hatchling.build import build_wheel; build_wheel('out')"
    answer = subprocess.run(
        [sys.executable, "-c", build],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode != 0, "templates" in answer.stderr) == (True, True)
