"""Whole-number models as columns and rows, given to CP-SAT, or to SCIP and HiGHS through MathOpt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np


class Sums:
    """Columns from 0 to a limit with a cost, and rows: weighted sums of columns between limits, None for no limit."""

    def __init__(self) -> None:
        self.cost: list[np.ndarray] = []
        self.most: list[np.ndarray] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.terms: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.size = 0

    def columns(self, cost: np.ndarray, most: np.ndarray | int) -> np.ndarray:
        """Add columns; return their numbers."""
        self.cost.append(np.asarray(cost, dtype=np.int64))
        self.most.append(np.broadcast_to(most, len(cost)).astype(np.int64))
        self.size += len(cost)
        return np.arange(self.size - len(cost), self.size)

    def rows(self, number: int, low: int | None, high: int | None) -> np.ndarray:
        """Add empty rows; return their numbers."""
        self.low += [-np.inf if low is None else low] * number
        self.high += [np.inf if high is None else high] * number
        return np.arange(len(self.low) - number, len(self.low))

    def put(self, rows: np.ndarray, columns: np.ndarray, weights: np.ndarray | int) -> None:
        """Add one term to each of these rows."""
        self.terms.append((rows, columns, np.broadcast_to(weights, len(columns)).astype(np.int64)))

    def matrix(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return rows, columns and weights of all terms, by row and column; no pair stands twice."""
        rows, columns, weights = (np.concatenate([term[n] for term in self.terms]) for n in range(3))
        order = np.lexsort((columns, rows))
        return rows[order], columns[order], weights[order]


@dataclass
class Found:
    """What a solver found within its time."""

    values: np.ndarray | None
    bound: float
    first_s: float | None
    """When the first answer came that leaves out nobody who could be placed; None when there was none, or none was told."""
    status: str


def by_cpsat(sums: Sums, left: list[int], limit_s: float, seed: int, workers: int = 8) -> Found:
    """Solve with CP-SAT; ``left`` are the columns of people left out."""
    from ortools.sat.python import cp_model

    began = time.perf_counter()
    model = cp_model.CpModel()
    variables = [model.new_int_var(0, most, "") for most in np.concatenate(sums.most).tolist()]
    rows, columns, weights = sums.matrix()
    starts = np.searchsorted(rows, np.arange(len(sums.low) + 1))
    for n, (low, high) in enumerate(zip(sums.low, sums.high, strict=True)):
        span = slice(starts[n], starts[n + 1])
        terms = [variables[c] for c in columns[span]]
        total = cp_model.LinearExpr.weighted_sum(terms, weights[span].tolist())
        model.add_linear_constraint(total, *(_whole(limit) for limit in (low, high)))
    model.minimize(cp_model.LinearExpr.weighted_sum(variables, np.concatenate(sums.cost).tolist()))

    class First(cp_model.CpSolverSolutionCallback):
        at: float | None = None

        def on_solution_callback(self) -> None:
            if self.at is None and not any(self.value(variables[c]) for c in left):
                self.at = time.perf_counter() - began

    solver, first = cp_model.CpSolver(), First()
    solver.parameters.num_workers = workers
    solver.parameters.catch_sigint_signal = False  # else Ctrl-C is lost to this process
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = max(1.0, limit_s - (time.perf_counter() - began))
    status = solver.solve(model, first)
    found = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    values = np.array([solver.value(v) for v in variables]) if found else None
    return Found(values, solver.best_objective_bound, first.at, solver.status_name(status).lower())


def _whole(limit: float) -> int:
    return int(np.clip(limit, -(2**60), 2**60))


def _by_mathopt(name: str) -> Callable[[Sums, list[int], float, int], Found]:
    def solve(sums: Sums, left: list[int], limit_s: float, seed: int) -> Found:
        from ortools.math_opt.python import mathopt

        began = time.perf_counter()
        model = mathopt.Model.from_model_proto(_proto(sums))
        rest = max(1.0, limit_s - (time.perf_counter() - began))
        wishes = mathopt.SolveParameters(time_limit=timedelta(seconds=rest), random_seed=seed)
        result = mathopt.solve(model, getattr(mathopt.SolverType, name), params=wishes)
        bound, status = result.termination.objective_bounds.dual_bound, result.termination.reason.name.lower()
        if not result.has_primal_feasible_solution():
            return Found(None, bound, None, status)
        values = np.array(result.variable_values(list(model.variables())))
        return Found(values, bound, None, status)

    return solve


by_scip = _by_mathopt("GSCIP")
by_highs = _by_mathopt("HIGHS")


def _proto(sums: Sums):
    from ortools.math_opt import model_pb2

    proto = model_pb2.ModelProto()
    most, cost = np.concatenate(sums.most), np.concatenate(sums.cost)
    proto.variables.ids.extend(range(sums.size))
    proto.variables.lower_bounds.extend([0.0] * sums.size)
    proto.variables.upper_bounds.extend(most.astype(float).tolist())
    proto.variables.integers.extend([True] * sums.size)
    proto.linear_constraints.ids.extend(range(len(sums.low)))
    proto.linear_constraints.lower_bounds.extend(sums.low)
    proto.linear_constraints.upper_bounds.extend(sums.high)
    priced = np.flatnonzero(cost)
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(cost[priced].astype(float).tolist())
    rows, columns, weights = sums.matrix()
    proto.linear_constraint_matrix.row_ids.extend(rows.tolist())
    proto.linear_constraint_matrix.column_ids.extend(columns.tolist())
    proto.linear_constraint_matrix.coefficients.extend(weights.astype(float).tolist())
    return proto
