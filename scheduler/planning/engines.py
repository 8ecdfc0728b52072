"""Which engine a round goes to: the location kernel, the fast search, or the general search of solve.py.

Used by the solve. Each takes a Problem and gives a Draft and a proven bound; the audit judges whatever comes out.
"""

from __future__ import annotations

from scheduler.planning import location, swift
from scheduler.planning.improve import Search
from scheduler.planning.lawful import watched
from scheduler.planning.problem import Problem

PLAIN_COLUMNS = 2_500
"""Seat variables up to which the general search is quick and proves its plans; compiled engines would only wait."""
MANY_PARTIES = 600
"""Parties beyond which the fast search is worth its compiling."""
LOCATION_WORK = 40
"""About so many seconds of one core for a location round."""


def handed_over(search: Search, columns: int) -> bool:
    """Let the engine made for this kind of round plan it; tell whether there was one."""
    problem = search.problem
    if search.kept is not None or search.loose is not None or columns <= PLAIN_COLUMNS:
        return False
    if location.applies(problem):
        draft, bound = location.search(problem, search.seed, LOCATION_WORK, search.tell, search.late)
    elif len(problem.parties) > MANY_PARTIES and _plain(problem):
        work = swift.work_for(len(problem.parties))
        draft, bound = swift.search(problem, search.seed, work, search.tell, search.late)
    else:
        return False
    search.offer(draft)
    search.bound = max(search.bound, bound)
    return True


def _plain(problem: Problem) -> bool:
    """Tell whether a round has only the rules and costs that the fast search knows."""
    policy, weights = problem.policy, problem.policy.weights
    more = weights.share_over, weights.day_peak, weights.unfair, weights.group_session
    return not (watched(problem) or any(more) or policy.max_sittings_per_day is not None)
