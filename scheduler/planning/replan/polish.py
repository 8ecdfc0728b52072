"""Polish: the affected once more in the solver's model, everybody else and their examiners fixed.

Used by the replan after the affected were seated. A draft goes in, one that is worth no more comes out.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.cohorts import cohorts_of, columns, group_of
from scheduler.planning.cpsat import Effort, run
from scheduler.planning.draft import Draft
from scheduler.planning.improve import Search, build
from scheduler.planning.replan.seating import Case, lawful

WHOLE = 4_000
"""Seat variables up to which the affected are put into one model; beyond, ruin and recreate found as good and sooner."""
WORK = 2.0
"""Deterministic units."""


def polish(case: Case, draft: Draft, seed: int, left_s: float | None) -> Draft:
    """Return a draft that is worth no more, in which nobody but the affected sits elsewhere.

    Args:
        case: What may change.
        draft: Where everybody is now.
        seed: Seed of the solver.
        left_s: Seconds left, None without a limit.
    """
    free = _free(case, draft)
    cohorts = cohorts_of(case.problem, free, case.homes)
    everywhere = np.ones(len(case.problem.table), dtype=np.bool_)
    if not cohorts or columns(cohorts, everywhere) > WHOLE:
        return draft
    price = np.full(len(draft.at), case.problem.policy.move_cost, dtype=np.int64)
    search = Search(case.problem, draft, seed, case.homes, price)
    model = build(search, cohorts, everywhere)
    answer = run(model.cp, Effort(WORK, seed, left_s))
    if answer.found:
        better = model.read(answer.solver)
        if (lawful(case, better).at == better.at).all():
            search.offer(better)
    return search.best


def _free(case: Case, draft: Draft) -> list[int]:
    """Return the affected, but of groups that are kept together only those affected as a whole."""
    problem = case.problem
    mine = {p for unit in case.units for p in unit.parties}
    staying = {group_of(problem, p) for p in draft.placed().tolist() if p not in mine}
    return sorted(p for p in mine if not group_of(problem, p) or group_of(problem, p) not in staying)
