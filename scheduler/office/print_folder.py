"""The folder of a print run: it appears under its name, whole, only after the run was entered in the registry.

Used by print_batch. While a run is made its folder is hidden and held by a lock, which the system lets go when the process
dies. So the next run can tell what a stop has left: what was entered is brought out, what was not is taken away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scheduler.errors import Finding, SchedulerError, Text, Where
from scheduler.office.desk import Office

_HIDDEN = "."


@contextmanager
def new_run(office: Office, round_id: str) -> Iterator[Path]:
    """Give a hidden folder to make a print run in, and bring it out at the end.

    If anything is raised it goes away, unless the run was entered before: then it is brought out all the same.
    """
    folder, held = _next(_parent(office) / round_id, _entered(office, round_id))
    try:
        yield folder
    except BaseException:
        with suppress(SchedulerError, OSError):  # the registry may be out of reach: the next run asks again
            _settle(office, folder)
        raise
    else:
        _bring_out(folder)
    finally:
        os.close(held)


def name_of(folder: Path) -> str:
    """Return the name of a run, hidden or not, such as ``003``."""
    return folder.name.removeprefix(_HIDDEN)


def shown(folder: Path) -> Path:
    """Return where a run's folder lies when it is brought out."""
    return folder.with_name(name_of(folder))


def to_disk(folder: Path) -> None:
    """Make sure that what lies in a folder outlasts a power cut: what is entered afterwards vouches for it."""
    for path in (*sorted(folder.iterdir()), folder, folder.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def settled(office: Office) -> Iterator[tuple[Finding, ...]]:
    """Bring out or take away what stopped runs of any round have left, and give that as warnings; refusals tell it too."""
    found = tuple(
        finding for folder in sorted(_parent(office).glob(f"*/{_HIDDEN}*")) for finding in _left(office, folder)
    )
    try:
        yield found
    except SchedulerError as refusal:
        refusal.findings = (*found, *refusal.findings)
        raise


def _left(office: Office, folder: Path) -> Iterator[Finding]:
    """Settle one folder, unless somebody is at work in it; yield what was done."""
    if not name_of(folder).isdecimal():
        return
    held = _hold(folder, wait=False)
    try:
        entered = _settle(office, folder, dead=held is not None)
    finally:
        if held is not None:
            os.close(held)
    where = Where(file=str(shown(folder)))
    if entered:
        what = Text(
            "打印登记后中断过，印件现已放出", "a print run was stopped after it was entered; it is brought out now"
        )
        yield Finding("print-run-brought-out", what, where, severity="warning")
    elif held is not None:
        what = Text(
            "打印未登记即中断，未完成的印件已清除，空白证书未计为已用",
            "a print run was stopped before it was entered; its files were removed, and no form counts as used",
        )
        yield Finding("print-run-removed", what, where, severity="warning")


def _settle(office: Office, folder: Path, *, dead: bool = True) -> bool:
    """Bring a folder out if its run was entered, else take it away if nobody is at work in it; tell whether it was entered."""
    entered = name_of(folder) in _entered(office, folder.parent.name)
    if entered:
        _bring_out(folder)
    elif dead:
        shutil.rmtree(folder)
    return entered


def _entered(office: Office, round_id: str) -> set[str]:
    """Return the names of a round's runs that were entered."""
    with office.registry.transaction(write=False) as store:
        return {act.detail.partition(":")[0] for act in store.acts.acts(round_id) if act.what == "print"}


def _bring_out(folder: Path) -> None:
    if not shown(folder).exists():  # somebody may have copied it there by hand
        with suppress(FileNotFoundError):  # or another desk was quicker
            folder.rename(shown(folder))


def _parent(office: Office) -> Path:
    return Path(office.settings.out_folder) / "print"


def _next(parent: Path, entered: set[str]) -> tuple[Path, int]:
    """Make and hold the folder of the next run; another desk may be making one too, or clearing one away."""
    parent.mkdir(parents=True, exist_ok=True)
    taken = {name_of(one) for one in parent.iterdir()} | entered
    n = max((int(name) for name in taken if name.isdecimal()), default=0)
    while True:
        n += 1
        folder = parent / f"{_HIDDEN}{n:03d}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        held = _hold(folder, wait=True)
        if held is None:  # between the two steps it was taken for one that a stop had left
            continue
        if not shown(folder).exists():
            return folder, held
        folder.rmdir()  # another desk has made and brought out this run since we looked
        os.close(held)


def _hold(folder: Path, *, wait: bool) -> int | None:
    """Return an open handle that keeps a folder locked until it is closed; None where it is gone, or held and not waited for.

    Where the file system knows no such locks a run is made without, and nothing is ever cleared away.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        if not wait:
            os.close(handle)
            return None
    if folder.exists():
        return handle
    os.close(handle)
    return None
