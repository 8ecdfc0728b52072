"""Part of an allotment counted again, exactly: some pairs are free, the rest stays; every rule is in the model.

Used by the allotment. HiGHS through MathOpt, stopped by nodes and never by the clock, so that it repeats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.planning.location.counts import Counts
from scheduler.planning.location.mip import NODE_WORK
from scheduler.planning.table import BoolArray, IntArray

if TYPE_CHECKING:
    from ortools.math_opt.python.variables import Variable


class Again:
    """The model of the free pairs beside a count that stays."""

    def __init__(self, counts: Counts, count: IntArray, free: BoolArray) -> None:
        """Build the model.

        Args:
            counts: The round.
            count: How many of each pair sit there now, lawful as a whole.
            free: Pairs that may change; of a piece all or none.
        """
        from ortools.math_opt.python.model import Model

        self.counts, self.model = counts, Model()
        self.stays = np.where(free, 0, count)
        self.pairs: dict[int, Variable] = {}
        self.now = 0
        for pair in np.flatnonzero(free & self._open()).tolist():
            size = counts.cohorts[counts.cohort[pair]].size
            self.pairs[pair] = self._add(size, int(counts.cost[pair]))
            self.now += int(counts.cost[pair] * count[pair])
        self._everyone(count)
        self._seats(count)
        inside = np.unique(counts.piece[list(self.pairs)]).tolist()
        self.used = {n: self._piece(n) for n in inside if n >= 0}
        self._exchange()

    def _add(self, most: int, cost: int) -> Variable:
        variable = self.model.add_variable(lb=0.0, ub=float(most), is_integer=True)
        self.model.objective.set_linear_coefficient(variable, float(cost))
        return variable

    def _open(self) -> BoolArray:
        """Tell by pair whether the groups that sit elsewhere, and exchange with those that stay, leave it open."""
        counts, fine = self.counts, np.ones(len(self.stays), dtype=np.bool_)
        if counts.single:
            taken = counts.single & set(counts.group[counts.sizes_of_pieces(self.stays) > 0].tolist())
            fine &= ~np.isin(np.append(counts.group, -1)[counts.piece], list(taken))
        back = counts.both_ways(self.stays)
        if len(back):
            fine &= (counts.exchange < 0) | (back[counts.exchange, 1 - counts.side] == 0)
        return fine

    def _everyone(self, count: IntArray) -> None:
        counts = self.counts
        for k in np.unique(counts.cohort[list(self.pairs)]).tolist():
            cohort, here = counts.cohorts[k], counts.cohort == k
            most, price = (
                cohort.size - int(self.stays[here].sum()),
                counts.problem.policy.weights.unplaced * cohort.heads,
            )
            row = self.model.add_linear_constraint(lb=float(most), ub=float(most))
            row.set_coefficient(self._add(most, price), 1.0)
            self.now += price * (cohort.size - int(count[here].sum()))
            for pair in np.flatnonzero(here).tolist():
                if pair in self.pairs:
                    row.set_coefficient(self.pairs[pair], 1.0)

    def _seats(self, count: IntArray) -> None:
        counts, table = self.counts, self.counts.problem.table
        heads = counts.heads[counts.cohort]
        for s in np.unique(counts.session[list(self.pairs)]).tolist():
            here = counts.session == s
            load, price = int(self.stays[here] @ heads[here]), int(table.opening[s])
            row = self.model.add_linear_constraint(ub=0.0 if not load else float(table.capacity[s] - load))
            if not load:
                row.set_coefficient(self._add(1, price), -float(table.capacity[s]))
                self.now += price * bool(count[here].any())
            for pair in np.flatnonzero(here).tolist():
                if pair in self.pairs:
                    row.set_coefficient(self.pairs[pair], float(heads[pair]))

    def _piece(self, n: int) -> Variable:
        """Return whether a piece is in use."""
        piece, used = self.counts.pieces[n], self._add(1, 0)
        inside = self.model.add_linear_constraint(ub=0.0)
        enough = self.model.add_linear_constraint(lb=0.0)
        inside.set_coefficient(used, -float(piece.most))
        enough.set_coefficient(used, -float(piece.least))
        for pair in piece.pairs:
            if pair in self.pairs:
                for row in (inside, enough):
                    row.set_coefficient(self.pairs[pair], float(self.counts.cohorts[self.counts.cohort[pair]].heads))
        return used

    def _exchange(self) -> None:
        counts = self.counts
        for group in sorted(counts.single & {counts.pieces[n].group for n in self.used}):
            row = self.model.add_linear_constraint(ub=1.0)
            for n, used in self.used.items():
                if counts.pieces[n].group == group:
                    row.set_coefficient(used, 1.0)
        ways: dict[int, Variable] = {}
        for pair in self.pairs:
            n = int(counts.exchange[pair])
            if n >= 0:
                ways[n] = ways.get(n) or self._add(1, 0)
                self._only(pair, ways[n], *((0.0, 1.0) if counts.side[pair] else (1.0, -1.0)))

    def _only(self, pair: int, way: Variable, base: float, slope: float) -> None:
        """Let a pair be used only as far as ``base + slope * way``, 0 or 1, allows."""
        size = float(self.counts.cohorts[self.counts.cohort[pair]].size)
        row = self.model.add_linear_constraint(ub=base * size)
        row.set_coefficient(self.pairs[pair], 1.0)
        row.set_coefficient(way, -slope * size)

    def solved(self, work: float) -> tuple[IntArray | None, int]:
        """Return a cheaper count, None when none was met, and what the free part costs at least."""
        from ortools.math_opt.python import parameters as options
        from ortools.math_opt.python.result import TerminationReason
        from ortools.math_opt.python.solve import solve

        if not self.pairs:
            return None, self.now
        parameters = options.SolveParameters(node_limit=max(1, int(work / NODE_WORK / max(200, 2 * len(self.pairs)))))
        parameters.relative_gap_tolerance, parameters.absolute_gap_tolerance = 0.0, 0.999
        parameters.highs.double_options["objective_bound"] = self.now - 0.5
        result = solve(self.model, options.SolverType.HIGHS, params=parameters)
        end = result.termination
        if end.reason in {TerminationReason.INFEASIBLE, TerminationReason.INFEASIBLE_OR_UNBOUNDED}:
            return None, self.now
        proven = end.objective_bounds.dual_bound
        least = int(np.ceil(proven - 1e-4)) if np.isfinite(proven) else 0
        if not result.has_primal_feasible_solution() or result.objective_value() > self.now - 0.5:
            return None, min(least, self.now)
        found = self.stays.copy()
        for pair, value in zip(self.pairs, result.variable_values(list(self.pairs.values())), strict=True):
            found[pair] = round(value)
        return found, min(least, self.now)
