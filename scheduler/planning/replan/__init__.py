"""Replan (重排): the round as it is now, and the plan people know, in; a plan that moves as few of them as possible, out.

Whoever can stay keeps session, place and examiners. Nobody else moves unless that seats somebody who would have no place.
"""

from __future__ import annotations

from collections.abc import Callable

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan
from scheduler.planning.progress import Progress

__all__ = ["replan"]


def replan(
    round_: Round,
    before: Plan,
    *,
    seed: int = 1,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Plan a round again, close to an earlier plan of it.

    Args:
        round_: The round as it is now, free of dangling ids.
        before: The plan to stay close to; it may name what the round no longer has.
        seed: Same round, plan, seed and package versions give the same plan, byte for byte, unless ``time_limit_s`` is given.
        time_limit_s: Seconds after which the best plan so far is returned.
        progress: Called at every stage; Ctrl-C ends the search and keeps the best so far.

    Returns:
        A plan whose ``replanned`` lists everybody moved and every duty changed, with the reasons. Its ``bound`` is proven
        for the round itself, where that was cheap, else None.

    Raises:
        PlanRejected: The audit refuses the plan, which is a fault of this engine.
    """
    from scheduler.planning.replan.run import Run

    return Run(round_, before, seed, time_limit_s, progress).plan()
