"""A linear model put together row by row, solved by GLOP, or by CP-SAT where whole numbers are asked for.

Used by the elastic model. One thread and counted work: the same model gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

WHOLE_COLUMNS = 4_000
"""Columns up to which whole numbers are asked for."""
WORK = 0.4
"""Deterministic seconds of CP-SAT."""
FREE = 1e9


class Rows:
    """Columns from 0 to an upper limit, rows of sums between two limits, a cost to keep small."""

    def __init__(self) -> None:
        self.cost: list[int] = []
        self.upper: list[int] = []
        self.limits: list[tuple[float, float]] = []
        self.row: list[int] = []
        self.column: list[int] = []
        self.factor: list[int] = []

    def add(self, cost: int, upper: int) -> int:
        """Add a column; returns its number."""
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.cost) - 1

    def at_most(self, terms: Iterable[tuple[int, int]], limit: int) -> None:
        """Hold the sum of column times factor down."""
        self._hold(terms, -FREE, limit)

    def equal(self, terms: Iterable[tuple[int, int]], value: int) -> None:
        """Hold the sum of column times factor at a value."""
        self._hold(terms, value, value)

    def _hold(self, terms: Iterable[tuple[int, int]], least: float, most: float) -> None:
        together: dict[int, int] = {}
        for column, factor in terms:
            together[column] = together.get(column, 0) + factor
        for column, factor in sorted(together.items()):
            self.row.append(len(self.limits))
            self.column.append(column)
            self.factor.append(factor)
        self.limits.append((least, most))

    def solved(self) -> npt.NDArray[np.float64] | None:
        """Return the value of each column, whole where that is no great work; None where no solution was found."""
        found = self._solved(whole=True) if len(self.cost) <= WHOLE_COLUMNS else None
        return self._solved(whole=False) if found is None else found

    def _solved(self, *, whole: bool) -> npt.NDArray[np.float64] | None:
        from ortools.math_opt import model_pb2
        from ortools.math_opt.python import model as models
        from ortools.math_opt.python import parameters, solve
        from ortools.sat import sat_parameters_pb2

        proto, size = model_pb2.ModelProto(), len(self.cost)
        proto.variables.ids.extend(range(size))
        proto.variables.lower_bounds.extend([0.0] * size)
        proto.variables.upper_bounds.extend(float(one) for one in self.upper)
        proto.variables.integers.extend([whole] * size)
        proto.linear_constraints.ids.extend(range(len(self.limits)))
        proto.linear_constraints.lower_bounds.extend(-np.inf if low <= -FREE else low for low, _ in self.limits)
        proto.linear_constraints.upper_bounds.extend(float(high) for _, high in self.limits)
        paid = [n for n, one in enumerate(self.cost) if one]
        proto.objective.linear_coefficients.ids.extend(paid)
        proto.objective.linear_coefficients.values.extend(float(self.cost[n]) for n in paid)
        proto.linear_constraint_matrix.row_ids.extend(self.row)
        proto.linear_constraint_matrix.column_ids.extend(self.column)
        proto.linear_constraint_matrix.coefficients.extend(float(one) for one in self.factor)
        counted = sat_parameters_pb2.SatParameters(max_deterministic_time=WORK)
        how = parameters.SolveParameters(threads=1, random_seed=1, cp_sat=counted) if whole else None
        solver = parameters.SolverType.CP_SAT if whole else parameters.SolverType.GLOP
        result = solve.solve(models.Model.from_model_proto(proto), solver, params=how)
        if not result.has_primal_feasible_solution():
            return None
        found = np.zeros(size)
        for variable, value in result.variable_values().items():
            found[variable.id] = value
        return found
