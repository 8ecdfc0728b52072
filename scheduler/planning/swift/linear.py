"""A linear model from arrays, solved by GLOP: the same answer for the same arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Linear:
    """Minimise cost over columns from 0 to ``upper``; rows hold sums of columns between two limits."""

    cost: Longs
    upper: Longs
    row_from: Longs
    row_to: Longs
    row: Longs
    column: Longs
    """Row and column of each coefficient; all are 1, ascending by row."""


def solved(model: Linear) -> Floats | None:
    """Return the value of each column at a best corner, None where there is no solution."""
    from ortools.math_opt import model_pb2
    from ortools.math_opt.python import model as models
    from ortools.math_opt.python import parameters, solve

    proto = model_pb2.ModelProto()
    size, rows = len(model.cost), len(model.row_from)
    proto.variables.ids.extend(range(size))
    proto.variables.lower_bounds.extend([0.0] * size)
    proto.variables.upper_bounds.extend(model.upper.astype(float).tolist())
    proto.variables.integers.extend([False] * size)
    proto.linear_constraints.ids.extend(range(rows))
    proto.linear_constraints.lower_bounds.extend(model.row_from.astype(float).tolist())
    proto.linear_constraints.upper_bounds.extend(model.row_to.astype(float).tolist())
    paid = np.flatnonzero(model.cost)
    proto.objective.linear_coefficients.ids.extend(paid.tolist())
    proto.objective.linear_coefficients.values.extend(model.cost[paid].astype(float).tolist())
    proto.linear_constraint_matrix.row_ids.extend(model.row.tolist())
    proto.linear_constraint_matrix.column_ids.extend(model.column.tolist())
    proto.linear_constraint_matrix.coefficients.extend([1.0] * len(model.row))
    result = solve.solve(models.Model.from_model_proto(proto), parameters.SolverType.GLOP)
    if not result.has_primal_feasible_solution():
        return None
    values = result.variable_values()
    found = np.zeros(size)
    for variable, value in values.items():
        found[variable.id] = value
    return found
