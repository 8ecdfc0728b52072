"""Prover: what no plan of a round can cost less than, by generating columns, cutting and branching; whole numbers throughout.

``prove`` is all that most need; ``Prover`` also has the prices it found.
"""

from __future__ import annotations

from collections.abc import Callable

from scheduler.planning.problem import Problem
from scheduler.planning.progress import Tell, teller
from scheduler.planning.proving.effort import Effort, dive_effort, effort_for

NOBODY = teller(None)
__all__ = ["Effort", "dive_effort", "effort_for", "prove"]


def prove(
    problem: Problem,
    known: int,
    effort: Effort,
    stop: Callable[[], bool] = lambda: False,
    tell: Tell = NOBODY,
) -> int:
    """Return a cost that no plan is below, the known one at most; the same for the same round, known cost and effort.

    Args:
        problem: The round.
        known: Cost of a plan in hand; nothing above it is looked for.
        effort: How much may be done.
        stop: Asked between steps; True ends the proof with what is proven so far.
        tell: Told stage, steps done, steps in all, known cost and bound.
    """
    from scheduler.planning.proving.prover import Prover

    return Prover(problem, effort).prove(known, stop, tell)
