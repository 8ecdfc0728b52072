"""Swift: the fast search for rounds beyond what the exact model does: compiled moves, exact re-seating, proven bounds.

``search`` and ``warm`` are all that the solve uses; what is compiled is imported only when they are called.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.progress import Tell
from scheduler.planning.swift.work import Work, work_for

__all__ = ["Work", "search", "warm", "work_for"]


ONE_BOARD = 4_000
"""Parties up to which one board holds the whole round; larger ones are planned block by block."""


def search(
    problem: Problem, seed: int, work: Work, tell: Tell, stop: Callable[[], bool], *, executor: Executor | None = None
) -> tuple[Draft, int]:
    """Return the best plan found and a bound no plan costs less than.

    Args:
        problem: The round.
        seed: Same round, seed and work give the same plan, on any machine and any executor.
        work: How much is done; counted, never timed.
        tell: Told where the search is, as ``progress.Tell`` says.
        stop: Asked between steps; True ends the search with the best so far.
        executor: Where the blocks of a large round are planned; None for processes of our own, one a core.
    """
    if len(problem.parties) <= ONE_BOARD:
        from scheduler.planning.swift.stages import Swift

        return Swift(problem, seed, work, tell, stop).run()
    from scheduler.executors.workers import at_work
    from scheduler.planning.swift.blocks import epochs_for
    from scheduler.planning.swift.blocks_search import Divided

    epochs = epochs_for(len(problem.parties))
    with at_work(executor) as workers:
        return Divided(problem, seed, work, tell, stop, epochs=epochs, executor=workers).run()


def warm() -> None:
    """Compile everything now, so that the first round does not wait for it; takes a quarter of a minute once."""
    from scheduler.planning.swift.warming import warm_up

    warm_up()
