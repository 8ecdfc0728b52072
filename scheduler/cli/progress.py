"""Progress on standard error: a bar on a terminal, now and then a line elsewhere, nothing with ``--json``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scheduler.cli.command import Door
from scheduler.errors import Text

Step = Callable[[str, int, int], None]
"""Called with a stage in words, steps done, steps in all (0 when unknown)."""
NEWS_S, SILENT_S = 5.0, 30.0
"""Where no terminal is: seconds between two lines at least when there is news, and at most when there is none."""


@contextmanager
def progress(door: Door) -> Iterator[Step]:
    """Give a callable that draws stage, bar, count, and remaining time on a terminal, and prints lines elsewhere."""
    if door.as_json:
        yield _silent
        return
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bars = (BarColumn(bar_width=12), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
    with Progress(TextColumn("{task.description}"), *bars, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def draw(stage: str, done: int, total: int) -> None:
            bar.tasks[0].total = total or None  # an update would keep the old one where there is none
            bar.update(task, description=stage, completed=done)

        yield draw


def rated(door: Door, step: Step, stage: Text) -> Step:
    """Return a step that also tells how many people are done a second, and how long the rest will take."""
    began = time.monotonic()

    def tell(_: str, done: int, total: int) -> None:
        lasted = time.monotonic() - began
        if not done or lasted < 1:
            step(door.pick(stage), done, total)
            return
        left = round((total - done) * lasted / done)
        clock = f"{left // 60}:{left % 60:02d}"
        rate = f"{done / lasted:.1f}"
        step(door.pick(Text(f"{stage.zh}  每秒 {rate} 人  剩余 {clock}", f"{stage.en}  {rate} people/s  {clock} left")),
             done, total)  # fmt: skip

    return tell


def _silent(stage: str, done: int, total: int) -> None:
    """Draw nothing."""


def _lines() -> Step:
    """Return a step that prints a line for news, but not too often, and nothing at all for what is over in a moment."""
    at, said = time.monotonic(), ""

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal at, said
        now = time.monotonic()
        if now - at >= (NEWS_S if stage != said else SILENT_S):
            at, said = now, stage
            count = f"  {done:,}/{total:,}" if total else ""
            print(f"{stage}{count}", file=sys.stderr, flush=True)

    return tell


@contextmanager
def working(door: Door, stage: Text) -> Iterator[None]:
    """Show that something goes on which cannot say how far it is; nothing where nobody watches."""
    if door.as_json or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(door.pick(stage)):
        yield
