"""Progress bars on standard error; silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scheduler.cli.command import Door
from scheduler.errors import Text

Step = Callable[[str, int, int], None]
"""Called with a stage in words, steps done, steps in all (0 when unknown)."""


@contextmanager
def progress(door: Door) -> Iterator[Step]:
    """Give a callable that draws stage, bar, count, and remaining time on a terminal."""
    if door.as_json or not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def draw(stage: str, done: int, total: int) -> None:
            bar.update(task, description=stage, completed=done, total=total or None)

        yield draw


def _silent(stage: str, done: int, total: int) -> None:
    """Draw nothing."""


@contextmanager
def working(door: Door, stage: Text) -> Iterator[None]:
    """Show that something goes on which cannot say how far it is; nothing where nobody watches."""
    if door.as_json or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(door.pick(stage)):
        yield
