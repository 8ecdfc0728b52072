"""Master: the linear model of kinds, sessions and limits over the ways found so far, solved again and again by GLOP.

Used by the proof for prices and as a guide where to branch; nothing it says is believed without ``value``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from ortools.math_opt.python import model as models
from ortools.math_opt.python import parameters, solve
from ortools.math_opt.python.linear_constraints import LinearConstraint
from ortools.math_opt.python.variables import Variable

from scheduler.domain.rounds import Weights
from scheduler.planning.proving.kinds import NOWHERE, Kind
from scheduler.planning.proving.supply import States, Sum
from scheduler.planning.proving.value import SCALE, Prices
from scheduler.planning.table import IntArray

INFINITY = math.inf
FORBIDDEN = 20
"""Cost of each opening that a lower limit asks for in vain, in penalties for one candidate left out."""
GUARD = 1.3
"""How far above the first prices seats come from nowhere."""
EMPTY = 1e-7
"""Parts of a party that count as nobody."""
PLAIN = parameters.SolveParameters(presolve=parameters.Emphasis.OFF)

Way = tuple[int, int, int]
"""First and second session, and cost."""


class Master:
    """A model that grows."""

    def __init__(self, kinds: list[Kind], states: States, size: int, weights: Weights) -> None:
        self.kinds, self.states, self.size = kinds, states, size
        self.model = models.Model()
        self.weights = weights
        self._seat_rows()
        self._kind_rows()
        self.known: dict[tuple[int, int, int], Variable] = {}
        """Column by kind and sessions."""
        self.links: dict[tuple[int, int], LinearConstraint] = {}
        self.sums: list[tuple[Sum, LinearConstraint]] = []
        self.invent: dict[int, Variable] = {}
        self.guards: dict[int, tuple[Variable, float]] = {}
        self.found: dict[Variable, float] = {}
        self.dual: dict[LinearConstraint, float] = {}
        self.work = 0
        """Pivots, each times the rows there were: what solving costs, in some thirty millions a second."""
        self.solver = solve.IncrementalSolver(self.model, parameters.SolverType.GLOP)

    def _seat_rows(self) -> None:
        """Add sessions in their states: seats sold are seats offered at most, one session in a room at a time."""
        model, states = self.model, self.states
        self.seats = {int(s): model.add_linear_constraint(lb=0.0) for s in np.unique(states.session)}
        cells = [model.add_linear_constraint(ub=1.0) for _ in range(states.cells)]
        self.of_session: dict[int, list[tuple[Variable, int]]] = {s: [] for s in self.seats}
        """States of a session, with their crews."""
        rows = zip(
            *(a.tolist() for a in (states.session, states.seats, states.crew, states.cost, states.cell)), strict=True
        )
        for s, seats, crew, cost, cell in rows:
            column = model.add_variable(lb=0.0)
            model.objective.set_linear_coefficient(column, cost)
            self.seats[s].set_coefficient(column, seats)
            cells[cell].set_coefficient(column, 1.0)
            self.of_session[s].append((column, crew))

    def _kind_rows(self) -> None:
        """Add kinds: everybody takes a way or is left out."""
        model = self.model
        self.members = [model.add_linear_constraint(lb=kind.size, ub=kind.size) for kind in self.kinds]
        for kind, row in zip(self.kinds, self.members, strict=True):
            left_out = model.add_variable(lb=0.0)
            model.objective.set_linear_coefficient(left_out, kind.unplaced)
            row.set_coefficient(left_out, 1.0)

    def guard(self, prices: Prices) -> None:
        """Keep the prices of seats near these: beyond them seats come from nowhere, until ``loosen`` finds none needed."""
        for s, row in self.seats.items():
            cost = prices.seat[s] / SCALE * GUARD + 5.0
            column = self.model.add_variable(lb=0.0)
            self.model.objective.set_linear_coefficient(column, cost)
            row.set_coefficient(column, 1.0)
            self.guards[s] = column, cost

    def loosen(self) -> int:
        """Make seats from nowhere dearer where any were taken; return at how many sessions."""
        used = [s for s, (column, _) in self.guards.items() if self.found.get(column, 0.0) > EMPTY]
        for s in used:
            column, cost = self.guards[s]
            self.guards[s] = column, cost * 2
            self.model.objective.set_linear_coefficient(column, cost * 2)
        return len(used)

    def take(self, seats: IntArray) -> None:
        """Keep seats in each session for candidates the model does not know."""
        for s in np.flatnonzero(seats).tolist():
            if s in self.seats:
                self.seats[s].lower_bound = float(seats[s])

    def add_way(self, k: int, way: Way) -> bool:
        """Add a way of a kind; tell whether it is new."""
        key = k, way[0], way[1]
        if key in self.known:
            return False
        column = self.known[key] = self.model.add_variable(lb=0.0)
        self.model.objective.set_linear_coefficient(column, way[2])
        self.members[k].set_coefficient(column, 1.0)
        for s in way[:2]:
            if s != NOWHERE:
                self.seats[s].set_coefficient(column, -self.kinds[k].heads)
                if (k, s) in self.links:
                    self.links[k, s].set_coefficient(column, 1.0)
        return True

    def add_sum(self, of: Sum) -> int:
        """Add a sum over sessions, limited only where it is a pool; return its number."""
        row = self.model.add_linear_constraint(ub=INFINITY if of.most is None else of.most)
        for s in of.sessions.tolist():
            for column, crew in self.of_session.get(s, ()):
                row.set_coefficient(column, crew if of.crews else 1.0)
        if of.most is None:
            invented = self.model.add_variable(lb=0.0)
            # A crew may be larger than it has to be; an opening cannot be invented.
            price = self.weights.examiner if of.crews else self.weights.unplaced * FORBIDDEN
            self.model.objective.set_linear_coefficient(invented, price)
            row.set_coefficient(invented, 1.0)
            self.invent[len(self.sums)] = invented
        self.sums.append((of, row))
        return len(self.sums) - 1

    def invented(self, number: int | None) -> float:
        """Return how much of a sum stands for nothing but its lower limit."""
        return self.found.get(self.invent[number], 0.0) if number in self.invent else 0.0

    def pays(self, k: int) -> float:
        """Return what one of a kind pays."""
        return self.dual.get(self.members[k], 0.0)

    def limit(self, number: int, low: float, high: float) -> None:
        """Set the limits of a sum."""
        _, row = self.sums[number]
        row.lower_bound, row.upper_bound = low, high

    def add_links(self, least: float) -> int:
        """Ask of every kind that breaks it: who sits in a session has it opened. Return how many were broken."""
        opened = self.opened(crews=False)
        broken = [
            (k, s)
            for (k, s), part in self._taken().items()
            if part > self.kinds[k].size * opened[s] + least and (k, s) not in self.links
        ]
        for k, s in broken:
            row = self.links[k, s] = self.model.add_linear_constraint(ub=0.0)
            for column, _ in self.of_session[s]:
                row.set_coefficient(column, -self.kinds[k].size)
        wanted = set(broken)
        for (k, first, second), column in self.known.items() if broken else ():
            for s in (first, second):
                if (k, s) in wanted:
                    self.links[k, s].set_coefficient(column, 1.0)
        return len(broken)

    def taken_ways(self) -> dict[int, list[tuple[float, int, int]]]:
        """Return by kind how many of it take each way in the last solution: number, first and second session."""
        taken: dict[int, list[tuple[float, int, int]]] = {}
        for (k, first, second), column in self.known.items():
            part = self.found.get(column, 0.0)
            if part > EMPTY:
                taken.setdefault(k, []).append((part, first, second))
        return taken

    def _taken(self) -> dict[tuple[int, int], float]:
        """Return how many of each kind sit in each session."""
        taken: dict[tuple[int, int], float] = {}
        for k, ways in self.taken_ways().items():
            for part, *sessions in ways:
                for s in sessions:
                    if s != NOWHERE:
                        taken[k, s] = taken.get((k, s), 0.0) + part
        return taken

    def solve(self) -> float | None:
        """Return the cost of the model as it stands, None where the solver gives up.

        ``prices``, ``opened`` and ``add_links`` speak of the last solution there was.
        """
        try:
            answer = self.solver.solve(params=PLAIN)
        except (AttributeError, ValueError, RuntimeError):  # numerical trouble; its report trips over itself in 9.15
            self.solver.close()
            self.solver = solve.IncrementalSolver(self.model, parameters.SolverType.GLOP)
            return None
        if not answer.has_dual_feasible_solution():
            return None
        self.work += answer.solve_stats.simplex_iterations * self.model.get_num_linear_constraints()
        self.found, self.dual = answer.variable_values(), answer.dual_values()
        return answer.objective_value()

    def opened(self, *, crews: bool) -> npt.NDArray[np.float64]:
        """Return by session how far it is open, or how many examiners it has."""
        total = np.zeros(self.size)
        for s, states in self.of_session.items():
            total[s] = sum(self.found.get(column, 0.0) * (crew if crews else 1) for column, crew in states)
        return total

    def prices(self) -> Prices:
        """Return the prices of the solution, rounded."""
        prices = Prices.of(np.zeros(self.size, dtype=np.int64))
        for s, row in self.seats.items():
            prices.seat[s] = max(0, round(self.dual[row] * SCALE))
        for of, row in self.sums:
            price = round(self.dual[row] * SCALE)
            limit = row.lower_bound if price > 0 else row.upper_bound
            if price and math.isfinite(limit):
                prices.fixed += price * round(limit)
                (prices.crew if of.crews else prices.opening)[of.sessions] -= price
        for (k, s), row in self.links.items():
            price = max(0, round(-self.dual[row] * SCALE))
            if price:
                prices.links.setdefault(k, []).append((s, price))
                prices.opening[s] -= price * self.kinds[k].size
        return prices
