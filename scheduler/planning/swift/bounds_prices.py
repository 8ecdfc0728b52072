"""A proven lower bound by seat prices, for rounds of any size: compiled, in whole numbers, and so exactly true.

Used by the search. Every kind of party takes its cheapest way at the prices of seats, every session sells seats only with
whole openings and whole examiners. Clashing rooms, groups, pools of examiners and recusals are left out, and so is whoever
needs more than two components or comes as several: the plan without them costs no more than the plan.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.swift import layout as at
from scheduler.planning.swift.arrays import Moved, given_of, overnight, simple
from scheduler.planning.swift.board import empty
from scheduler.planning.swift.market import Market, climb

SCALE = 256
"""Prices are whole multiples of a cost unit divided by this."""


PACE = (0.1, 0.9, 0.8, 15.0, 0.0)
"""See ``market``; found by trial on rounds of 1,000 and 20,000."""


class PriceBound:
    """Prices on their way up."""

    def __init__(self, problem: Problem) -> None:
        kinds = kinds_of(problem)
        seated = [Moved((members[0],), problem.domains[members[0]], moves=True) for members in kinds]
        self.left_out = hopeless_cost(problem)
        self.empty, self.sessions = not seated, len(problem.table)
        if self.empty:
            return
        x = given_of(problem, seated)
        rule = x.rule.copy()
        rule[at.W_EXAMINER : at.W_UNPLACED + 1] *= SCALE
        self.given = x._replace(fare=x.fare * SCALE, rule=rule)
        self.now = empty(problem, x, Draft.empty(problem).at.shape[1], 1)
        self.market = _market(problem, x, [len(members) for members in kinds])
        self.now.price[:, 0] = self.market.floor

    def climb(self, rounds: int, known: int) -> int:
        """Adjust prices so many times towards the cost of a plan in hand, and return the bound."""
        if self.empty:
            return self.left_out
        climb(self.given, self.now, self.market, rounds, (known - self.left_out) * SCALE)
        return self.left_out + max(0, -(-int(self.market.value[0]) // SCALE))

    def prices(self) -> npt.NDArray[Any]:
        """Return the best prices of seats, in cost units, by session."""
        return np.zeros(self.sessions) if self.empty else self.market.best / SCALE


def hopeless_cost(problem: Problem) -> int:
    """Return what those cost whom no plan can seat."""
    left = [p for p in range(len(problem.parties)) if not problem.hopeful(p)]
    return int(problem.heads[left].sum()) * problem.policy.weights.unplaced


def kinds_of(problem: Problem) -> list[list[int]]:
    """Return parties that may do the same at the same cost, whoever trained them."""
    found: dict[tuple[object, ...], list[int]] = {}
    if not overnight(problem):
        return []
    for p in range(len(problem.parties)):
        if problem.hopeful(p) and problem.heads[p] == 1 and simple(problem, p):
            domains = tuple(id(domain) for domain in problem.domains[p])
            found.setdefault((domains, problem.fares[p].tobytes(), int(problem.wait_from[p])), []).append(p)
    return list(found.values())


def _market(problem: Problem, x: at.Given, sizes: list[int]) -> Market:
    table = problem.table
    size = len(table)
    wanted = np.zeros(size, dtype=np.int64)
    start = x.rule[at.CHOICES]
    for n, number in enumerate(sizes):
        for d in {int(x.who[n, at.FIRST]), int(x.who[n, at.SECOND])}:
            wanted[x.items[x.at[start + d] : x.at[start + d + 1]]] += number
    most = np.minimum(table.capacity, wanted)
    rows, row = np.unique(np.column_stack((x.tab[:, at.NEED], table.opening)), axis=0, return_inverse=True)
    cost = x.need[rows[:, 0]] * problem.policy.weights.examiner
    cost[:, 1:] += rows[:, [1]]
    row = row.reshape(-1).astype(np.int64)
    each = -(-cost[:, 1:] * SCALE // np.arange(1, cost.shape[1]))
    running = np.minimum.accumulate(each, axis=1)
    floor = running[row, np.maximum(most, 1) - 1]
    kinds = np.column_stack((sizes, np.full(len(sizes), problem.policy.weights.unplaced * SCALE))).astype(np.int64)
    return Market(
        kinds, cost * SCALE, row, most.astype(np.int64), floor.astype(np.int64), floor.astype(np.int64).copy(),
        np.zeros(size, dtype=np.int64), np.zeros(size), np.full(1, -(1 << 60), dtype=np.int64), np.array(PACE),
    )  # fmt: skip
