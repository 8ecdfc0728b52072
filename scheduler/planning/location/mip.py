"""One mixed-integer solve over some seats of a case, stopped by nodes and never by the clock, so that it repeats.

Used by the search. HiGHS through MathOpt: of the solvers at hand it was the quickest here by far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scheduler.planning.location.case import Case
from scheduler.planning.table import IntArray

if TYPE_CHECKING:
    from ortools.math_opt.python.model import Model
    from ortools.math_opt.python.variables import Variable

NODE_WORK = 8e-6
"""Units of work of one node for each seat variable, about; one unit is one second of a core of 2026."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a solve may choose from."""

    case: Case
    seats: npt.NDArray[np.bool_]
    """By session and party."""
    surely: npt.NDArray[np.bool_]
    """Sessions that are open whatever happens."""
    below: int
    """Only seatings that cost less are asked for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a solve found."""

    at: IntArray | None
    """The best seating, None when none was met."""
    bound: int
    """No seating of the part that was asked for costs less; ``Part.below`` when there is none."""


def solve_part(part: Part, work: float) -> Reply:
    """Solve a part as far as the work allows."""
    from ortools.math_opt.python import parameters as options
    from ortools.math_opt.python.result import TerminationReason
    from ortools.math_opt.python.solve import solve

    model, seat = _model(part)
    parameters = options.SolveParameters(node_limit=max(1, int(work / NODE_WORK / max(200, len(seat)))))
    parameters.relative_gap_tolerance, parameters.absolute_gap_tolerance = 0.0, 0.999
    parameters.highs.double_options["objective_bound"] = part.below - 0.5
    result = solve(model, options.SolverType.HIGHS, params=parameters)
    reason = result.termination.reason
    if reason in {TerminationReason.INFEASIBLE, TerminationReason.INFEASIBLE_OR_UNBOUNDED}:
        return Reply(None, part.below)
    at = None
    if result.solutions and result.solutions[0].primal_solution is not None:
        values = result.solutions[0].primal_solution.variable_values
        at = np.full(len(part.case.heads), part.case.nowhere, dtype=np.int64)
        for (j, i), variable in seat.items():
            if values[variable] > 0.5:
                at[j] = i
        if not part.case.fits(at):
            at = None
    proven = result.termination.objective_bounds.dual_bound
    bound = int(np.ceil(proven - 1e-4)) if np.isfinite(proven) else (part.below if proven > 0 else 0)
    return Reply(at, min(bound, part.below))


def _model(part: Part) -> tuple[Model, dict[tuple[int, int], Variable]]:
    """Return the model and the variable of each seat, by party and session."""
    from ortools.math_opt.python.model import Model

    case, model = part.case, Model()
    everyone = [model.add_linear_constraint(lb=1.0, ub=1.0) for _ in case.heads]
    enough = model.add_linear_constraint(lb=float(case.heads.sum()))
    seat: dict[tuple[int, int], Variable] = {}

    def add(j: int, i: int) -> Variable:
        seat[j, i] = variable = model.add_variable(lb=0.0, ub=1.0, is_integer=True)
        model.objective.set_linear_coefficient(variable, float(case.cost[j, i]))
        everyone[j].set_coefficient(variable, 1.0)
        return variable

    for i in np.flatnonzero(part.seats.any(axis=1) | part.surely).tolist():
        opened = model.add_variable(lb=float(part.surely[i]), ub=1.0, is_integer=True)
        model.objective.set_linear_coefficient(opened, float(case.opening[i]))
        capacity = model.add_linear_constraint(ub=0.0)
        capacity.set_coefficient(opened, -float(case.seats[i]))
        enough.set_coefficient(opened, float(case.seats[i]))
        for j in np.flatnonzero(part.seats[i]).tolist():
            variable = add(j, i)
            capacity.set_coefficient(variable, float(case.heads[j]))
            if not part.surely[i]:
                link = model.add_linear_constraint(ub=0.0)
                link.set_coefficient(variable, 1.0)
                link.set_coefficient(opened, -1.0)
    for j in np.flatnonzero(case.cost[:, -1] < part.below).tolist():
        enough.set_coefficient(add(j, case.nowhere), float(case.heads[j]))
    return model, seat
