"""Progress: what a search tells while it works. Used by whoever searches and whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Tell = Callable[[str, int, int, int | None, int | None], None]
"""Takes stage, steps done, steps in all, cost and bound."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the search tells while it works."""

    stage: str
    """``screen``, ``start``, ``exact``, ``improve``, ``bound`` or ``seats``; replanning tells ``affected``, ``insert``,
    ``eject`` and ``polish`` instead."""
    done: int
    total: int
    """Steps of this stage; 0 when not known."""
    cost: int | None
    bound: int | None


def teller(progress: Callable[[Progress], None] | None) -> Tell:
    """Return a function that tells a watcher, or nobody."""

    def tell(stage: str, done: int, total: int, worth: int | None, bound: int | None) -> None:
        if progress is not None:
            progress(Progress(stage, done, total, worth, bound))

    return tell
