"""Solve: a Round in, a Plan out. Small rounds to proven optimality, larger ones built, improved and bounded.

Used by the office and by whoever wants the bare solver. The plan passes the audit or is not handed over.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

import numpy as np

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan
from scheduler.planning.bounds import relaxed_bound
from scheduler.planning.cohorts import Cohort, cohorts_of, columns
from scheduler.planning.construct import start
from scheduler.planning.cpsat import Effort
from scheduler.planning.draft import Draft, cost
from scheduler.planning.engines import handed_over
from scheduler.planning.finish import judge, making, written
from scheduler.planning.improve import Interrupted, Search, neighbourhoods, reseat, whole
from scheduler.planning.mixing import cheaper_when_strictest, mixing
from scheduler.planning.pace import Pace, pace_of
from scheduler.planning.problem import Problem
from scheduler.planning.progress import Progress, teller
from scheduler.planning.proving import effort_for, prove
from scheduler.planning.ruin import Ruin
from scheduler.planning.screen import hopeless, leftovers

logger = logging.getLogger(__name__)

DISCOUNTS = ((1, 1), (1, 10), (1, 10), (1, 4), (1, 10), (1, 20))
"""Fractions of opening costs that count in each of the starts."""
MOST = 30
"""Most parties taken out in one move."""
SEATS_ALONE = 1_000
"""Seat variables from which seating anew in the sessions in use is a smaller model of its own."""
PARTS = 10
"""Reports of progress on each of these ways."""


def solve(
    round_: Round,
    *,
    seed: int = 1,
    time_limit_s: float | None = None,
    keep: Plan | None = None,
    progress: Callable[[Progress], None] | None = None,
    executor: Executor | None = None,
) -> Plan:
    """Plan a round.

    Args:
        round_: Free of dangling ids, as ``roundfile.round_findings`` checks.
        seed: Same round, seed and package versions give the same plan, byte for byte, unless ``time_limit_s`` is given.
        time_limit_s: Seconds after which the best plan so far is returned; None stops on deterministic work.
        keep: An earlier plan from which as few people as possible are moved.
        progress: Called at every stage and better plan; Ctrl-C ends the search and keeps the best so far.
        executor: Where parts of a large round are planned: any executor whose workers have this package. None for
            processes of our own, one a core. The plan is the same whatever it is.

    Returns:
        A plan in which whoever has no place is listed with reasons; ``bound`` is proven.

    Raises:
        PlanRejected: The audit refuses the plan, which is a fault of this engine.
    """
    if keep is not None:
        from scheduler.planning.replan import replan

        return replan(round_, keep, seed=seed, time_limit_s=time_limit_s, progress=progress)
    deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
    if progress is not None:
        progress(Progress("screen", 0, 0, None, None))
    mixed = mixing(round_)
    problem = Problem.of(mixed.round_)
    known = hopeless(problem)
    search = Search(problem, Draft.empty(problem), seed, deadline=deadline, executor=executor)

    def left_at(worth: int) -> int | None:
        return int(problem.heads[search.best.left()].sum()) if worth == search.cost else None

    search.tell = teller(progress, left_at)
    search.loose = None if mixed.complete else Problem.of(mixed.loosened())
    stopped = False
    try:
        _search(search)
    except (KeyboardInterrupt, Interrupted):
        logger.info("interrupted; the best plan so far is kept")
        stopped = True
    search.tell("seats", 0, 0, search.cost, search.bound)
    bound = min(search.bound, cost(problem, search.best))
    plan = written(round_, problem, search.best, leftovers(problem, search.best, known))
    plan = replace(plan, bound=bound, making=making(seed, time_limit_s, keep="no"))
    plan = mixed.back(plan, round_)
    if not mixed.complete and not stopped and not search.late():
        again = partial(solve, seed=seed, time_limit_s=search.left_s(), progress=progress)
        plan = cheaper_when_strictest(plan, round_, again)
    judge(round_, plan)
    return plan


def _search(search: Search) -> None:
    """Build, then improve as far as the size of the round allows, and prove what can be proven."""
    problem = search.problem
    search.bound = problem.hopeless_cost
    everyone = cohorts_of(problem, range(len(problem.parties)), search.kept)
    size = columns(everyone, np.ones(len(problem.table), dtype=np.bool_))
    if handed_over(search, size):
        return
    pace = pace_of(len(problem.parties), size)
    starts = _starts(search, pace)
    if not size or search.over():
        return
    _bound(search, pace.first_prices, everyone)
    _shake(search, pace, starts)
    _bound(search, pace.prices, everyone)
    if (
        pace.first_exact
        and not search.over()
        and _exact(search, Effort(pace.first_exact, search.seed, search.left_s()))
    ):
        return
    if size > SEATS_ALONE and not search.over():
        reseat(search, Effort(0.5, search.seed, search.left_s()))
    neighbourhoods(search, pace.near)
    if pace.last_exact and not search.over():
        _exact(search, Effort(pace.last_exact, search.seed, search.left_s()))
    _prove(search)


def _starts(search: Search, pace: Pace) -> list[Draft]:
    """Build several starts and return the best of them, cheapest first."""
    chance = random.Random(search.seed)
    found = []
    for n, discount in enumerate(DISCOUNTS):
        draft = start(search.problem, chance if n else None, discount)
        found.append((search.worth(draft), n, draft))
        search.offer(draft)
        search.tell("start", n + 1, len(DISCOUNTS), search.cost, search.bound)
        if search.late():
            break
    return [draft for _, _, draft in sorted(found, key=lambda one: one[:2])[: pace.restarts]]


def _shake(search: Search, pace: Pace, starts: list[Draft]) -> None:
    """Ruin and recreate: from each of the best starts, then once more from the best of all."""
    if search.kept is not None or search.over():
        return
    legs = [(draft, pace.hot) for draft in starts]
    for n, (draft, heat) in enumerate([*legs, (None, pace.warm)]):
        ruin = Ruin(search.problem, draft or search.best, search.seed + n)
        fall = (heat[1] / heat[0]) ** (1 / PARTS)
        for part in range(PARTS):
            falling = heat[0] * fall**part, heat[0] * fall ** (part + 1)
            search.offer(ruin.run(pace.moves // PARTS, MOST, falling, search.over))
            search.tell("improve", n * PARTS + part + 1, (len(legs) + 1) * PARTS, search.cost, search.bound)
            if search.over():
                return


def _bound(search: Search, rounds: int, everyone: list[Cohort]) -> None:
    """Prove what prices can prove; a kept plan's cost of moving is no part of it."""
    if not rounds or search.over():
        return
    search.tell("bound", 0, 0, search.cost, search.bound)
    hopeless_cost = search.problem.hopeless_cost
    known = cost(search.problem, search.best) - hopeless_cost
    proven = relaxed_bound(search.loose or search.problem, everyone, known, rounds, search.late) + hopeless_cost
    search.bound = max(search.bound, proven)
    search.tell("bound", 1, 1, search.cost, search.bound)


def _prove(search: Search) -> None:
    """Prove by branching on openings what prices could not; not where rooms and teams may be shared in ways unforeseen."""
    if search.loose is None and not search.over():
        problem, known = search.problem, cost(search.problem, search.best)
        proven = prove(problem, known, effort_for(len(problem.parties)), search.late, search.tell)
        search.bound = max(search.bound, proven)


def _exact(search: Search, effort: Effort) -> bool:
    """Solve everything in one model; tell whether the best draft is proven."""
    search.tell("exact", 0, 0, search.cost, search.bound)
    answer = whole(search, effort, search.problem.hopeless_cost)
    if search.kept is None and search.loose is None:
        search.bound = max(search.bound, _rounded(answer.bound) + search.problem.hopeless_cost)
    return (answer.optimal and search.kept is None) or search.over()


def _rounded(bound: float) -> int:
    """Return the least whole cost not excluded by a bound of whole numbers found in floating point."""
    return int(np.ceil(bound - 1e-6)) if np.isfinite(bound) else 0
