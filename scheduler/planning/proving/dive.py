"""Dive: a plan from the relaxation, by opening for good what is most nearly open and solving again, until nothing is half open.

Used by the fast search for its start. A plan of what to open, and who sits where: crews are not named, pools of examiners
are left out, and whoever the model splits, or whose session has limits the model does not know, has no seat yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scheduler.planning.problem import Problem
from scheduler.planning.proving.effort import Effort
from scheduler.planning.proving.kinds import NOWHERE, kinds_of
from scheduler.planning.proving.master import INFINITY
from scheduler.planning.proving.prover import relaxation_of
from scheduler.planning.proving.relaxing import Relaxation
from scheduler.planning.proving.supply import Sum
from scheduler.planning.proving.value import SCALE
from scheduler.planning.table import IntArray

NEARLY = 0.8
"""Sessions as far open as this are opened for good at once."""
SHARE = 8
"""At least one in so many of the half open sessions is opened at each step."""
WHOLE, CLOSED = 0.99, 0.01
"""Sessions this far open count as open, or as closed."""
LACK = 1e-6
"""What a party may lack to be whole."""
EVERYTHING = 1 << 60


@dataclass(frozen=True, slots=True)
class Dived:
    """What a dive comes up with."""

    seats: IntArray
    """Session by party and position of its component, -1 for none."""
    prices: npt.NDArray[np.float64]
    """What a seat is worth before anything is opened for good, in cost units, by session."""


def dive(
    problem: Problem, effort: Effort, taken: IntArray, known: int, stop: Callable[[], bool] = lambda: False
) -> Dived | None:
    """Return seats for everybody with one component or two in order; None when stopped, or where there is nobody.

    Args:
        problem: The round, or a part of it.
        effort: ``work`` limits the solving; what is half open then is closed, and who sits there has no seat.
        taken: Candidates who sit in each session already and stay.
        known: About what a plan costs, in cost units; first prices are driven there, where ways are too many to list.
        stop: Asked between steps.
    """
    kinds = kinds_of(problem)
    if not kinds or stop():
        return None
    relaxation, first = relaxation_of(problem, kinds, effort, known * SCALE, stop)
    relaxation.master.take(taken)

    def over() -> bool:
        return stop() or relaxation.master.work > effort.work

    relaxation.relax(EVERYTHING, over, first)
    prices = relaxation.at.seat / SCALE
    _open(problem, relaxation, over)
    return None if stop() else Dived(_seats(problem, relaxation), prices)


def _open(problem: Problem, relaxation: Relaxation, over: Callable[[], bool]) -> None:
    """Open sessions for good until none is half open."""
    master, table = relaxation.master, problem.table
    cell = table.room * len(problem.slots) + table.slot
    fixed: set[int] = set()
    """Rooms and slots in which a session is opened for good."""
    while not over():
        part = master.opened(crews=False)
        half = np.flatnonzero((part > CLOSED) & (part < WHOLE))
        half = half[np.lexsort((half, -part[half]))]
        least = max(1, len(half) // SHARE)
        chosen = [
            *np.flatnonzero(part >= WHOLE).tolist(),
            *half[(np.arange(len(half)) < least) | (part[half] > NEARLY)].tolist(),
        ]
        fresh = 0
        for s in chosen:
            if int(cell[s]) not in fixed:
                fixed.add(int(cell[s]))
                master.limit(master.add_sum(Sum(np.array([s], dtype=np.int64), crews=False)), 1, INFINITY)
                fresh += 1
        if not len(half) or not fresh:
            return
        relaxation.relax(EVERYTHING, over)


def _seats(problem: Problem, relaxation: Relaxation) -> IntArray:
    """Return the seats of those whom the solution seats whole."""
    master, kinds = relaxation.master, relaxation.kinds
    seats = np.full((len(problem.parties), 2), -1, dtype=np.int64)
    closed = master.opened(crews=False) < WHOLE
    closed[list(problem.rows)] = True
    sat = [0] * len(kinds)
    for k, ways in master.taken_ways().items():
        kind = kinds[k]
        for part, first, second in sorted(ways, key=lambda way: (-way[0], way[1:])):
            if kind.parts > 1 or closed[first] or (second != NOWHERE and closed[second]):
                continue
            members = kind.parties[sat[k] : sat[k] + int(part + LACK)]
            sat[k] += len(members)
            seats[list(members), 0] = first
            seats[list(members), 1] = second
    return seats
