"""Progress: what a search tells while it works. Used by whoever searches and whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Tell(Protocol):
    """Called at every step of a search."""

    def __call__(self, stage: str, done: int, total: int, /, *figures: int | None) -> None:
        """Take stage, steps done, steps in all; cost and bound; and, where known, whom the best plan leaves without a place."""


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
    unplaced: int | None = None
    """Candidates without a place in the best plan so far; None when not known."""


def teller(progress: Callable[[Progress], None] | None, left_at: Callable[[int], int | None] = lambda _: None) -> Tell:
    """Return a function that tells a watcher, or nobody.

    Args:
        progress: The watcher.
        left_at: Returns how many candidates the plan of a cost leaves without a place, None where that is not known.
    """

    def tell(stage: str, done: int, total: int, /, *figures: int | None) -> None:
        if progress is None:
            return
        cost, bound, left = (*figures, None)[:3]
        if left is None and cost is not None:
            left = left_at(cost)
        progress(Progress(stage, done, total, cost, bound, left))

    return tell
