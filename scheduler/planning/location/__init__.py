"""Location: rounds that are nothing but the choice of sessions and of one for each party, solved close to the bound.

The seam: ``applies`` tells whether a round is of this kind, ``search`` plans it. Parties that are ``unlike`` each other go to
the hunt; many equal ones, and rounds with groups or the rule on exchange, are counted and go to the allotment. What is
compiled is imported only when it plans.
"""

from __future__ import annotations

from collections.abc import Callable

from scheduler.planning.draft import Draft
from scheduler.planning.location import case, counts
from scheduler.planning.problem import Problem

__all__ = ["applies", "search", "unlike"]

Tell = Callable[[str, int, int, int | None, int | None], None]


def applies(problem: Problem) -> bool:
    """Tell whether a round is a matter of locations only."""
    return unlike(problem) or counts.counts_of(problem) is not None


def unlike(problem: Problem) -> bool:
    """Tell whether the parties are to be told apart one by one, and nothing but seats couples them."""
    return case.applies(problem)


def search(problem: Problem, seed: int, work: float, tell: Tell, stop: Callable[[], bool]) -> tuple[Draft, int]:
    """Return the best draft found and a bound no plan costs less than; see ``hunt.search`` and ``allot.search``."""
    if not unlike(problem):
        from scheduler.planning.location import allot

        return allot.search(problem, seed, work, tell, stop)
    from scheduler.planning.location import hunt

    return hunt.search(problem, seed, work, tell, stop)
