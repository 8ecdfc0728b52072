"""Which engine a round goes to: the location kernel, the fast search, or the general search of solve.py.

Used by the solve. Each takes a Problem and gives a Draft and a proven bound; the audit judges whatever comes out.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scheduler.planning import location, swift
from scheduler.planning.draft import Draft
from scheduler.planning.improve import Interrupted, Search
from scheduler.planning.lawful import watched
from scheduler.planning.problem import Problem

PLAIN_COLUMNS = 2_500
"""Seat variables up to which the general search is quick and proves its plans; compiled engines would only wait."""
MANY_PARTIES = 600
"""Parties beyond which the fast search is worth its compiling."""
LOCATION_COLUMNS = 150
"""Seat variables from which a location round is worth its compiling; below, the general search proves it in a second."""
COUNTED_PARTIES = 60
"""Parties from which a round of few kinds of candidates is counted and not seated one by one."""
LOCATION_WORK = 40
"""About so many seconds of one core for a location round."""


def handed_over(search: Search, columns: int) -> bool:
    """Let the engine made for this kind of round plan it; tell whether there was one."""
    problem = search.problem
    if search.kept is not None or search.loose is not None:
        return False
    if _located(problem, columns):
        with _stopping(search) as stop:
            found = location.search(problem, search.seed, LOCATION_WORK, search.tell, stop)
            _take(search, *found)
    elif len(problem.parties) > MANY_PARTIES and columns > PLAIN_COLUMNS and _plain(problem):
        work = swift.work_for(len(problem.parties))
        with _stopping(search) as stop:
            found = swift.search(problem, search.seed, work, search.tell, stop)
            _take(search, *found)
    else:
        return False
    return True


def _located(problem: Problem, columns: int) -> bool:
    """Tell whether a round is a matter of locations, and large enough for what is made for them."""
    if not location.applies(problem):
        return False
    return columns > LOCATION_COLUMNS if location.unlike(problem) else len(problem.parties) > COUNTED_PARTIES


def _take(search: Search, draft: Draft, bound: int) -> None:
    search.offer(draft)
    search.bound = max(search.bound, bound)


@contextmanager
def _stopping(search: Search) -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C into a wish to stop: a compiled search that is broken off would lose its plan. A second one breaks off."""
    if threading.current_thread() is not threading.main_thread():
        yield search.late
        return
    wishes: list[int] = []

    def wish(number: int, _frame: object) -> None:
        if wishes:
            raise KeyboardInterrupt
        wishes.append(number)

    before = signal.signal(signal.SIGINT, wish)
    try:
        yield lambda: bool(wishes) or search.late()
    finally:
        signal.signal(signal.SIGINT, before)
    if wishes:
        raise Interrupted


def _plain(problem: Problem) -> bool:
    """Tell whether a round has only the rules and costs that the fast search knows."""
    policy, weights = problem.policy, problem.policy.weights
    more = weights.share_over, weights.day_peak, weights.unfair, weights.group_session
    return not (watched(problem) or any(more) or policy.max_sittings_per_day is not None)
