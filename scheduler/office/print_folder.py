"""The folder of a print run: it appears under its name, whole, only after the run was entered in the registry.

Used by print_batch. A stop before that leaves a hidden folder that nobody prints; a stop just after it, one that the next run
of the round brings out.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scheduler.office.desk import Office

_HIDDEN = "."


@contextmanager
def new_run(office: Office, round_id: str) -> Iterator[Path]:
    """Give a hidden folder to make a print run in, and bring it out at the end; if anything is raised it goes away."""
    folder = _next(_parent(office, round_id))
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder)
        raise
    _bring_out(folder)


def name_of(folder: Path) -> str:
    """Return the name of a run, hidden or not, such as ``003``."""
    return folder.name.removeprefix(_HIDDEN)


def shown(folder: Path) -> Path:
    """Return where a run's folder lies when it is brought out."""
    return folder.with_name(name_of(folder))


def bring_out_entered(office: Office, round_id: str) -> None:
    """Bring out the runs of a round that were entered before a stop left them hidden."""
    parent = _parent(office, round_id)
    hidden = [folder for folder in parent.glob(f"{_HIDDEN}*") if name_of(folder).isdigit()] if parent.is_dir() else []
    if hidden:
        with office.registry.transaction(write=False) as store:
            acts = store.acts.acts(round_id)
        entered = {act.detail.partition(":")[0] for act in acts if act.what == "print"}
        for folder in hidden:
            if name_of(folder) in entered:
                _bring_out(folder)


def _bring_out(folder: Path) -> None:
    with suppress(FileNotFoundError):  # another desk has brought it out
        folder.rename(shown(folder))


def _parent(office: Office, round_id: str) -> Path:
    return Path(office.settings.out_folder) / "print" / round_id


def _next(parent: Path) -> Path:
    """Make the folder of the next run; another desk may be making one too."""
    parent.mkdir(parents=True, exist_ok=True)
    taken = [int(name_of(one)) for one in parent.iterdir() if name_of(one).isdigit()]
    n = 1 + max(taken, default=0)
    while True:
        folder = parent / f"{_HIDDEN}{n:03d}"
        try:
            folder.mkdir()
        except FileExistsError:
            n += 1
        else:
            return folder
