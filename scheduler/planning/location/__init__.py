"""Location: rounds that are nothing but the choice of sessions and of one for each party, solved close to the bound.

The seam is two functions: ``applies`` tells whether a round is of this kind, ``search`` plans it. What is compiled is
imported only when it plans.
"""

from __future__ import annotations

from collections.abc import Callable

from scheduler.planning.draft import Draft
from scheduler.planning.location.case import applies
from scheduler.planning.problem import Problem

__all__ = ["applies", "search"]

Tell = Callable[[str, int, int, int | None, int | None], None]


def search(problem: Problem, seed: int, work: float, tell: Tell, stop: Callable[[], bool]) -> tuple[Draft, int]:
    """Return the best draft found and a bound no plan costs less than; see ``hunt.search``."""
    from scheduler.planning.location.hunt import search as hunted

    return hunted(problem, seed, work, tell, stop)
