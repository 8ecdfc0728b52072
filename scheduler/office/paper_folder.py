"""The folder of a run of papers (材料目录): hidden while it is made, and seen whole or not at all.

Used by admit. A run that was stopped leaves a hidden folder whose lock the system has let go; the next run takes it away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scheduler.office.desk import Office

_HIDDEN = "."


@contextmanager
def new_run(office: Office, round_id: str, version: int) -> Iterator[tuple[Path, Path]]:
    """Give the hidden folder to make papers in, and the path under which it is brought out at the end.

    Runs of a version are numbered from 001; none is ever written over. If anything is raised the folder goes away.
    """
    parent = Path(office.settings.out_folder) / "papers" / round_id / f"v{version}"
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{_HIDDEN}*"):
        _clear(left)
    hidden, shown, held = _next(parent)
    try:
        yield hidden, shown
        for folder in (hidden, *(path for path in hidden.rglob("*") if path.is_dir())):
            _sync(folder)
        hidden.rename(shown)
        _sync(parent)
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    finally:
        os.close(held)


def _next(parent: Path) -> tuple[Path, Path, int]:
    taken = [int(one.name.lstrip(_HIDDEN)) for one in parent.iterdir() if one.name.lstrip(_HIDDEN).isdecimal()]
    number = max(taken, default=0)
    while True:
        number += 1
        hidden, shown = parent / f"{_HIDDEN}{number:03d}", parent / f"{number:03d}"
        try:
            hidden.mkdir()
        except FileExistsError:  # another desk is making one
            continue
        handle = os.open(hidden, os.O_RDONLY)
        with suppress(OSError):  # where the file system knows no locks, nothing is ever cleared away either
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not shown.exists() and hidden.exists():
            return hidden, shown, handle
        os.close(handle)
        with suppress(OSError):
            hidden.rmdir()


def _clear(left: Path) -> None:
    """Take away a folder that nobody is at work in."""
    if not left.is_dir() or not left.name.lstrip(_HIDDEN).isdecimal():
        return
    with suppress(FileNotFoundError):
        handle = os.open(left, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except OSError:
            pass
        finally:
            os.close(handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
