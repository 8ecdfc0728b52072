"""One choice of loads, at most one for each session, by a mixed-integer solve stopped by nodes and never by the clock.

Used by the tree. HiGHS through MathOpt, as for seats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.planning.location.case import Case
from scheduler.planning.table import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Limits:
    """What a choice of loads keeps to."""

    below: int
    """Only seatings that cost less are asked for."""
    nodes: int
    must: BoolArray | None = None
    """By session: has a load."""
    least: int = 0
    most: int | None = None
    """Sessions with a load, at least and at most."""
    covered: bool = False
    """Whether a party may be in several loads; it then sits where it is cheapest."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of loads."""

    at: IntArray | None
    proven: bool
    """Whether no other choice that was asked for is cheaper."""


def choose_loads(case: Case, session: IntArray, sits: BoolArray, limits: Limits) -> Chosen:
    """Choose at most one load for each session so that everybody has a place or is left out.

    Args:
        case: The case.
        session: Of each load.
        sits: By load and party.
        limits: What the choice keeps to.
    """
    from ortools.math_opt.python import parameters as options
    from ortools.math_opt.python.model import Model
    from ortools.math_opt.python.result import TerminationReason
    from ortools.math_opt.python.solve import solve

    model, sessions = Model(), case.nowhere
    everyone = [model.add_linear_constraint(lb=1.0, ub=np.inf if limits.covered else 1.0) for _ in case.heads]
    must = np.zeros(sessions) if limits.must is None else limits.must.astype(float)
    once = [model.add_linear_constraint(lb=lower, ub=1.0) for lower in must.tolist()]
    count = model.add_linear_constraint(
        lb=float(limits.least), ub=float(sessions if limits.most is None else limits.most)
    )
    cost = case.opening[session] + np.where(sits, case.by_session[session], 0).sum(axis=1)
    loads = [model.add_variable(lb=0.0, ub=1.0, is_integer=True) for _ in session]
    for load, i, row, price in zip(loads, session.tolist(), sits, cost.tolist(), strict=True):
        model.objective.set_linear_coefficient(load, float(price))
        once[i].set_coefficient(load, 1.0)
        count.set_coefficient(load, 1.0)
        for j in np.flatnonzero(row).tolist():
            everyone[j].set_coefficient(load, 1.0)
    for j in np.flatnonzero(case.cost[:, -1] < limits.below).tolist():
        left = model.add_variable(lb=0.0, ub=1.0, is_integer=True)
        model.objective.set_linear_coefficient(left, float(case.cost[j, -1]))
        everyone[j].set_coefficient(left, 1.0)
    parameters = options.SolveParameters(node_limit=limits.nodes)
    parameters.relative_gap_tolerance, parameters.absolute_gap_tolerance = 0.0, 0.999
    parameters.highs.double_options["objective_bound"] = limits.below - 0.5
    result = solve(model, options.SolverType.HIGHS, params=parameters)
    done = {TerminationReason.OPTIMAL, TerminationReason.INFEASIBLE, TerminationReason.INFEASIBLE_OR_UNBOUNDED}
    at = None
    if result.has_primal_feasible_solution():
        values = np.array(result.variable_values(loads)) > 0.5
        at = _seated(case, session[values], sits[values])
    return Chosen(at, result.termination.reason in done)


def _seated(case: Case, session: IntArray, sits: BoolArray) -> IntArray:
    """Return everybody's session: the cheapest of the loads they are in."""
    fare = np.where(sits, case.by_session[session], case.cost[:, -1])
    at = np.full(len(case.heads), case.nowhere, dtype=np.int64)
    if len(session):
        at = np.where(sits.any(axis=0), session[np.argmin(fare, axis=0)], case.nowhere)
    return at
