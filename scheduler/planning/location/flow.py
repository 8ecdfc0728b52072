"""The linear model of an allotment: seats, openings, the most of a fragment; what is decided on the way is a bound of a column.

Used by the allotment. GLOP keeps its basis between two solves: the next one costs little.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scheduler.planning.location.counts import Counts
from scheduler.planning.table import BoolArray

if TYPE_CHECKING:
    from ortools.math_opt.python.linear_constraints import LinearConstraint
    from ortools.math_opt.python.result import SolveResult
    from ortools.math_opt.python.variables import Variable

Floats = npt.NDArray[np.float64]
SCALE = 1024
"""Parts of a cost unit in which a bound is counted."""


class Flow:
    """The model and what was decided in it."""

    def __init__(self, counts: Counts) -> None:
        from ortools.math_opt.python import model, parameters, solve

        self.counts, self.model, self.shut_now = counts, model.Model(), False
        problem, used = counts.problem, np.unique(counts.session)
        room = {int(s): self.model.add_linear_constraint(ub=0.0) for s in used}
        for s, row in room.items():
            opened = self._add(1.0, float(problem.table.opening[s]))
            row.set_coefficient(opened, -float(problem.table.capacity[s]))
        self.room = room
        self.everyone = [self._whole(k) for k in range(len(counts.cohorts))]
        self.pairs = [self._pair(n) for n in range(len(counts.cohort))]
        self.size = [self._piece(n) for n in range(len(counts.pieces))]
        self.forced: list[int] = []
        self.fixed: list[int] = []
        self.solver = solve.IncrementalSolver(self.model, parameters.SolverType.GLOP)
        self.result: SolveResult | None = None

    def _add(self, most: float, cost: float) -> Variable:
        variable = self.model.add_variable(lb=0.0, ub=most)
        self.model.objective.set_linear_coefficient(variable, cost)
        return variable

    def _whole(self, k: int) -> LinearConstraint:
        cohort, size = self.counts.cohorts[k], float(self.counts.cohorts[k].size)
        row = self.model.add_linear_constraint(lb=size, ub=size)
        left = self._add(size, float(self.counts.problem.policy.weights.unplaced * cohort.heads))
        row.set_coefficient(left, 1.0)
        return row

    def _pair(self, n: int) -> Variable:
        cohort = self.counts.cohorts[self.counts.cohort[n]]
        variable = self._add(float(cohort.size), float(self.counts.cost[n]))
        self.everyone[self.counts.cohort[n]].set_coefficient(variable, 1.0)
        self.room[int(self.counts.session[n])].set_coefficient(variable, float(cohort.heads))
        return variable

    def _piece(self, n: int) -> Variable:
        piece = self.counts.pieces[n]
        size = self._add(float(piece.most), 0.0)
        row = self.model.add_linear_constraint(lb=0.0, ub=0.0)
        row.set_coefficient(size, -1.0)
        for pair in piece.pairs:
            row.set_coefficient(self.pairs[pair], float(self.counts.cohorts[self.counts.cohort[pair]].heads))
        return size

    def cheap(self, most: int) -> BoolArray:
        """Tell by pair whether it is one of the cheapest of its cohort at the prices of the last solve, or in use."""
        if self.result is None or not self.result.has_primal_feasible_solution():
            return np.ones(len(self.pairs), dtype=np.bool_)
        dear = np.array(self.result.reduced_costs(self.pairs))
        order = np.lexsort((np.arange(len(dear)), dear, self.counts.cohort))
        starts = np.searchsorted(self.counts.cohort[order], self.counts.cohort[order])
        kept = np.zeros(len(dear), dtype=np.bool_)
        kept[order] = np.arange(len(dear)) - starts < most
        kept[np.array(self.result.variable_values(self.pairs)) > 0] = True
        return kept

    def shut(self, pairs: Iterable[int]) -> None:
        """Let nobody use these pairs."""
        for pair in pairs:
            self.shut_now = self.shut_now or self.pairs[pair].upper_bound > 0
            self.pairs[pair].lower_bound = self.pairs[pair].upper_bound = 0.0

    def fix(self, pair: int, number: int) -> None:
        """Let so many use a pair."""
        self.pairs[pair].lower_bound = self.pairs[pair].upper_bound = float(number)
        self.fixed.append(pair)

    def force(self, n: int) -> bool:
        """Ask for at least the fewest of a piece, if group and seats are enough for all that is asked; tell whether they are."""
        counts, piece = self.counts, self.counts.pieces[n]
        mine = np.isin(counts.piece, np.flatnonzero(counts.group == piece.group))
        due = int((counts.sizes * counts.heads)[np.unique(counts.cohort[mine])].sum())
        sessions = np.unique(counts.session[list(piece.pairs)])
        seats = int(counts.problem.table.capacity[sessions].sum())
        for m in self.forced:
            other = counts.pieces[m]
            due -= other.least * (other.group == piece.group)
            seats -= other.least * bool(np.isin(counts.session[other.pairs[0]], sessions))
        if piece.least > min(due, seats):
            return False
        self.size[n].lower_bound = float(piece.least)
        self.forced.append(n)
        return True

    def relent(self) -> None:
        """Give up the last half of what was asked for: there was no way to have all of it."""
        for n in self.forced[len(self.forced) // 2 :]:
            self.size[n].lower_bound = 0.0
            self.shut(self.counts.pieces[n].pairs)
        del self.forced[len(self.forced) // 2 :]
        for pair in self.fixed:
            self.pairs[pair].lower_bound = 0.0
        self.fixed.clear()

    def solved(self) -> Floats | None:
        """Return how many of each pair sit there, parts included; None where too much is asked for."""
        self.result = self.solver.solve()
        if not self.result.has_primal_feasible_solution():
            return None
        return np.array(self.result.variable_values(self.pairs))

    def bound(self) -> int:
        """Return what no plan costs less than, by the prices of the last solve, counted in whole numbers.

        Each session sells its places at its price, never below zero. What any plan costs is at least what each cohort pays
        at those prices, a fragment's most being respected, less what all places of the sessions worth opening bring in.
        """
        counts, problem = self.counts, self.counts.problem
        prices = np.zeros(len(problem.table), dtype=np.int64)
        for s, row in self.room.items():
            prices[s] = max(0, round(-SCALE * self.result.dual_values(row))) if self.result else 0
        table, heads = problem.table, counts.heads[counts.cohort]
        full = SCALE * counts.cost + heads * prices[counts.session]
        total = int(np.minimum(0, SCALE * table.opening - table.capacity * prices).sum())
        least = SCALE * problem.policy.weights.unplaced * counts.heads
        np.minimum.at(least, counts.cohort, full)
        most = {pair: piece.most for piece in counts.pieces if len(piece.pairs) == 1 for pair in piece.pairs}
        for k, (start, end) in enumerate(self._spans()):
            if any(most.get(n, 1 << 60) < counts.sizes[k] * counts.heads[k] for n in range(start, end)):
                total += self._spread(k, np.arange(start, end), full, most)
            else:
                total += int(least[k]) * int(counts.sizes[k])
        outside = int(problem.heads.sum() - (counts.sizes * counts.heads).sum())
        return -(-total // SCALE) + outside * problem.policy.weights.unplaced

    def _spans(self) -> list[tuple[int, int]]:
        ends = np.searchsorted(self.counts.cohort, np.arange(len(self.counts.cohorts) + 1)).tolist()
        return list(pairwise(ends))

    def _spread(self, k: int, pairs: npt.NDArray[np.int64], full: npt.NDArray[np.int64], most: dict[int, int]) -> int:
        """Return what a cohort pays at least when no fragment is larger than allowed."""
        counts, left, paid = self.counts, int(self.counts.sizes[k]), 0
        out = SCALE * counts.problem.policy.weights.unplaced * int(counts.heads[k])
        for pair in pairs[np.argsort(full[pairs], kind="stable")].tolist():
            if full[pair] >= out or not left:
                break
            here = min(left, most.get(pair, 1 << 60) // int(counts.heads[k]))
            paid += here * int(full[pair])
            left -= here
        return paid + left * out
