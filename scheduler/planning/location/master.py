"""Master: the linear model of loads, solved again by GLOP as loads are added and parts of the tree are entered.

Used by the tree for prices and for where to branch; what it says in floating point proves nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scheduler.planning.location.case import Case
from scheduler.planning.location.loads import OPEN, SHUT
from scheduler.planning.table import BoolArray, IntArray

if TYPE_CHECKING:
    from ortools.math_opt.python.variables import Variable

Floats = npt.NDArray[np.float64]
COLUMNS_A_ROW = 15
"""Loads for each row of the model beyond which those furthest from paying are forgotten."""
TOO_DEAR = 1e-6
"""Reduced cost below which a load is worth its column."""


@dataclass(frozen=True, slots=True)
class Duals:
    """Prices of one solution, in cost units."""

    party: Floats
    session: Floats
    """What a session's seats are worth beyond its load."""
    opened: float
    """What is paid for each open session, or taken when negative."""
    cost: float
    """Of the solution."""


class Master:
    """A model that grows: everybody has a load or is left out, a session has one load at most."""

    def __init__(self, case: Case, known: int) -> None:
        """Build a model without loads; leaving somebody out costs no more than the known seating, so that numbers stay alike."""
        from ortools.math_opt.python.model import Model

        self.case = case
        sessions, parties = case.nowhere, len(case.heads)
        model = self.model = Model()
        self.everyone = [model.add_linear_constraint(lb=1.0) for _ in range(parties)]
        self.once = [model.add_linear_constraint(ub=1.0) for _ in range(sessions)]
        self.count = model.add_linear_constraint(lb=0.0, ub=float(sessions))
        for row, cost in zip(self.everyone, np.minimum(case.cost[:, -1], known).tolist(), strict=True):
            left_out = model.add_variable(lb=0.0)
            model.objective.set_linear_coefficient(left_out, float(cost))
            row.set_coefficient(left_out, 1.0)
        self.known: dict[tuple[int, ...], Variable] = {}
        """Column by session and parties."""
        self.session = np.empty(0, dtype=np.int64)
        self.sits = np.empty((0, parties), dtype=np.bool_)
        self.shut = np.empty(0, dtype=np.bool_)
        """Columns that the part of the tree forbids; as the two before, with room for columns to come."""
        self.found: dict[Variable, float] = {}
        """Of the last solution, by column."""
        self.work = 0
        """Pivots, each times the rows there were."""
        self.ready()

    def ready(self) -> None:
        """Make a solver that goes on from its last solution."""
        from ortools.math_opt.python import parameters
        from ortools.math_opt.python.model_parameters import ModelSolveParameters
        from ortools.math_opt.python.solve import IncrementalSolver
        from ortools.math_opt.python.sparse_containers import VariableFilter

        self.solver = IncrementalSolver(self.model, parameters.SolverType.GLOP)
        self.plain = parameters.SolveParameters(presolve=parameters.Emphasis.OFF)
        # Putting thousands of zeros into objects takes many times as long as the solution.
        self.short = ModelSolveParameters(
            variable_values_filter=VariableFilter(skip_zero_values=True),
            reduced_costs_filter=VariableFilter(skip_zero_values=True, filtered_items=()),
        )

    def add(self, session: int, parties: IntArray) -> bool:
        """Add a load; tell whether it is new."""
        key = (session, *np.sort(parties).tolist())
        if key in self.known:
            return False
        column = self.model.add_variable(lb=0.0)
        cost = self.case.opening[session] + self.case.cost[parties, session].sum()
        self.model.objective.set_linear_coefficient(column, float(cost))
        for j in key[1:]:
            self.everyone[j].set_coefficient(column, 1.0)
        self.once[session].set_coefficient(column, 1.0)
        self.count.set_coefficient(column, 1.0)
        n = len(self.known)
        if n == len(self.session):
            more = max(1024, n)
            self.session = np.append(self.session, np.zeros(more, dtype=np.int64))
            self.sits = np.append(self.sits, np.zeros((more, self.sits.shape[1]), dtype=np.bool_), axis=0)
            self.shut = np.append(self.shut, np.zeros(more, dtype=np.bool_))
        self.session[n], self.sits[n, parties] = session, True
        self.known[key] = column
        return True

    def trim(self, price: Floats) -> None:
        """Forget the loads furthest from paying at these prices of the parties, where there are too many to be quick."""
        n, most = len(self.known), COLUMNS_A_ROW * self.model.get_num_linear_constraints()
        if n <= most:
            return
        near = np.zeros(n, dtype=np.bool_)
        near[self.nearest(price, most // 2)] = True
        near |= ~self.sits[:n].any(axis=1)
        for key, column, kept in zip(list(self.known), list(self.known.values()), near.tolist(), strict=True):
            if not kept:
                self.model.delete_variable(column)
                del self.known[key]
        room = np.zeros_like(self.sits[: n - int(near.sum())])
        self.session, self.shut = self.session[:n][near], self.shut[:n][near]
        self.sits = self.sits[:n][near]
        self.found = {}
        self.session = np.append(self.session, np.zeros(len(room), dtype=np.int64))
        self.shut = np.append(self.shut, np.zeros(len(room), dtype=np.bool_))
        self.sits = np.append(self.sits, room, axis=0)

    def nearest(self, price: Floats, most: int) -> IntArray:
        """Return the loads nearest to paying at these prices of the parties, each against the best of its session."""
        n = len(self.known)
        session, sits = self.session[:n], self.sits[:n]
        lack = self.costs(session, sits) - sits @ price
        least = np.zeros(self.case.nowhere)
        np.minimum.at(least, session, lack)
        return np.argsort(lack - least[session], kind="stable")[:most]

    def costs(self, session: IntArray, sits: BoolArray) -> Floats:
        """Return what loads cost."""
        fares = np.where(sits, self.case.by_session[session], 0).sum(axis=1)
        cost: Floats = (self.case.opening[session] + fares).astype(np.float64)
        return cost

    def enter(self, decided: IntArray, barred: BoolArray, least: int, most: int) -> None:
        """Go to a part of the tree: what is decided of sessions, who may not sit where, and how many sessions are open."""
        for row, way in zip(self.once, decided.tolist(), strict=True):
            row.lower_bound, row.upper_bound = float(way == OPEN), float(way != SHUT)
        self.count.lower_bound, self.count.upper_bound = float(least), float(most)
        n = len(self.known)
        shut: BoolArray = np.any(self.sits[:n] & barred[self.session[:n]], axis=1)
        columns = list(self.known.values())
        for k in np.flatnonzero(shut != self.shut[:n]).tolist():
            columns[k].upper_bound = 0.0 if shut[k] else math.inf
        self.shut[:n] = shut

    def solve(self) -> Duals | None:
        """Return the prices of the model as it stands, None where the solver gives up; ``taken`` speaks of this solution."""
        try:
            answer = self.solver.solve(params=self.plain, model_params=self.short)
        except (AttributeError, ValueError, RuntimeError):  # numerical trouble; its report trips over itself in 9.15
            self.solver.close()
            self.ready()
            return None
        if not answer.has_dual_feasible_solution() or not answer.has_primal_feasible_solution():
            return None
        self.work += answer.solve_stats.simplex_iterations * self.model.get_num_linear_constraints()
        self.found = answer.variable_values()
        party, session = answer.dual_values(self.everyone), answer.dual_values(self.once)
        return Duals(
            np.maximum(0.0, np.array(party)),
            np.array(session),
            answer.dual_values(self.count),
            answer.objective_value(),
        )

    def worth_adding(self, duals: Duals, session: int, parties: IntArray) -> bool:
        """Add a load that would make the solution cheaper; tell whether it was one."""
        cost = self.case.opening[session] + self.case.cost[parties, session].sum()
        paid = duals.party[parties].sum() + duals.session[session] + duals.opened
        return bool(cost - paid < -TOO_DEAR) and self.add(session, parties)

    def taken(self) -> tuple[Floats, Floats]:
        """Return how far each session is open, and by session and party how far it sits there."""
        part = np.array([self.found.get(column, 0.0) for column in self.known.values()])
        n, sessions = len(part), self.case.nowhere
        share = np.zeros((sessions, self.sits.shape[1]))
        for k in np.flatnonzero(part > 1e-9).tolist():
            share[self.session[k], self.sits[k]] += part[k]
        return np.bincount(self.session[:n], part, sessions).astype(np.float64), share
