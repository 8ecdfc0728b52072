"""Every example runs and prints what its last comment says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.slow
def test_example_prints_what_it_says(example: Path, tmp_path: Path) -> None:
    said = example.read_text(encoding="utf-8").split("# prints:\n")[1]
    expected = [line.removeprefix("# ") for line in said.splitlines()]
    done = subprocess.run([sys.executable, example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == expected


def test_examples_are_short() -> None:
    assert len(EXAMPLES) >= 3
    assert all(len(path.read_text(encoding="utf-8").splitlines()) < 60 for path in EXAMPLES)
