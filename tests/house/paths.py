"""Where the house stands, and which of its files are under version control."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "scheduler"
_MADE = {".git", ".hypothesis", ".venv", "build", "dist", "demo", "__pycache__"}


def modules() -> list[Path]:
    """Every Python file of the package."""
    return sorted(file for file in PACKAGE.rglob("*.py") if "__pycache__" not in file.parts)


def tracked_files() -> list[Path]:
    """Files git knows or would add; without git, everything that was not made by ./run."""
    asked = (
        subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            text=True,
            check=False,
        )
        if (ROOT / ".git").exists() and _has_git()
        else None
    )
    if asked is not None and asked.returncode == 0:
        return sorted(ROOT / name for name in asked.stdout.split("\0") if name and (ROOT / name).is_file())
    return sorted(
        file
        for file in ROOT.rglob("*")
        if file.is_file() and not any(part in _MADE or part.endswith("_cache") for part in file.relative_to(ROOT).parts)
    )


def _has_git() -> bool:
    try:
        return subprocess.run(["git", "--version"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
