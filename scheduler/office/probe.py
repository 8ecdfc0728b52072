"""The senses of ``scheduler check``: what this machine has of libraries, fonts and packages.

Used by ``check``; each sense can be replaced, so that a lacking machine can be tried on a complete one.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.metadata
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "/opt/homebrew/share/fonts",
)


def can_load(names: tuple[str, ...]) -> bool:
    """Tell whether one of the file names of a system library can be loaded."""
    found = (ctypes.util.find_library(name.removeprefix("lib").split(".so")[0]) for name in names[:1])
    for name in (*names, *(name for name in found if name)):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def font_file(family: str) -> Path | None:
    """Return a file of the regular face of a font family, asking fontconfig first; None when there is none."""
    if shutil.which("fc-list"):
        return _ask_fontconfig(family)
    return next((file for file in _installed_fonts() if family in _families(file)), None)


def characters(file: Path) -> frozenset[int]:
    """Return the code points that a font file can draw; none when it is damaged."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(file, fontNumber=0, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError):
        return frozenset()


def package_version(name: str) -> str | None:
    """Return the version of an installed Python package; None when it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


@dataclass(frozen=True, slots=True)
class Probe:
    """All senses together."""

    can_load: Callable[[tuple[str, ...]], bool] = can_load
    font_file: Callable[[str], Path | None] = font_file
    characters: Callable[[Path], frozenset[int]] = characters
    package_version: Callable[[str], str | None] = package_version
    python: tuple[int, int] = sys.version_info[:2]


def _ask_fontconfig(family: str) -> Path | None:
    command = ["fc-list", "--format", "%{file}\n", f":family={family}:style=Regular"]
    for asked in (command, [*command[:3], f":family={family}"]):
        answer = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - fixed words
        files = sorted(line for line in answer.stdout.splitlines() if line)
        if files:
            return Path(files[0])
    return None


def _installed_fonts() -> Iterator[Path]:
    for folder in _FONT_FOLDERS:
        for file in sorted(Path(folder).expanduser().rglob("*")):
            if file.suffix.lower() in {".ttf", ".otf", ".ttc", ".otc"}:
                yield file


def _families(file: Path) -> set[str]:
    from fontTools.ttLib import TTFont, TTLibError

    names: set[str] = set()
    for number in range(64):  # a collection ends where its next font cannot be opened
        try:
            font = TTFont(file, fontNumber=number, lazy=True)
            names |= {str(record) for record in font["name"].names if record.nameID in {1, 16}}
        except (TTLibError, OSError, KeyError):
            break
        if file.suffix.lower() not in {".ttc", ".otc"}:
            break
    return names
