"""A peer: the flat model one writes first. A Boolean for every candidate and session, examiner and session, and CP-SAT as it comes."""

from __future__ import annotations

import time
from itertools import combinations

import numpy as np
from ortools.sat.python import cp_model

from scheduler.domain.catalogue import Duty
from scheduler.planning.draft import Draft, cost
from scheduler.planning.problem import Problem


class FlatAnswer:
    """What the flat model found: a draft or None, its bound, and when its first plan came."""

    def __init__(self, problem: Problem, time_limit_s: float, seed: int, workers: int = 2, hopeless: int = 0) -> None:
        """Build and solve; the first plan is one that leaves out no more candidates than the ``hopeless``."""
        self.problem, self.cp, self.hopeless = problem, cp_model.CpModel(), hopeless
        self.began = time.perf_counter()
        self.first_plan_s: float | None = None
        self._seats()
        self._groups()
        self._crews()
        self._trips()
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = workers
        solver.parameters.catch_sigint_signal = False
        solver.parameters.random_seed = seed
        solver.parameters.max_time_in_seconds = max(1.0, time_limit_s - (time.perf_counter() - self.began))
        status = solver.solve(self.cp, _First(self))
        found = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
        self.found = found
        self.draft = self._read(solver) if found else Draft.empty(problem)
        self.cost = cost(problem, self.draft)
        self.bound = (
            max(0, int(np.ceil(solver.best_objective_bound - 1e-6))) if status != cp_model.UNKNOWN or found else 0
        )
        self.wall_s = time.perf_counter() - self.began

    def _seats(self) -> None:
        problem, cp, table = self.problem, self.cp, self.problem.table
        self.terms: list = []
        self.open = [cp.new_bool_var(f"o{s}") for s in range(len(table))]
        self.sit: list[list[dict[int, cp_model.IntVar]]] = []
        self.left = [cp.new_bool_var(f"u{p}") for p in range(len(problem.parties))]
        here: dict[int, list] = {s: [] for s in range(len(table))}
        for p in range(len(problem.parties)):
            rows = [{int(s): cp.new_bool_var(f"x{p}.{s}") for s in domain} for domain in problem.domains[p]]
            self.sit.append(rows)
            for row in rows:
                cp.add(sum(row.values()) + self.left[p] == 1)
                for s, x in row.items():
                    here[s].append((p, x))
            for i, j in problem.precedences(p):
                ends = sum((int(table.end[s]) + problem.policy.order_gap_min) * x for s, x in rows[i].items())
                starts = sum(int(table.start[s]) * x for s, x in rows[j].items())
                cp.add(ends <= starts)
                if problem.policy.order_days_max is not None:
                    first = sum(int(table.day[s]) * x for s, x in rows[i].items())
                    cp.add(
                        sum(int(table.day[s]) * x for s, x in rows[j].items()) - first <= problem.policy.order_days_max
                    )
            self.terms.append(problem.policy.weights.unplaced * int(problem.heads[p]) * self.left[p])
        self.here = here
        for s in range(len(table)):
            cp.add(sum(int(problem.heads[p]) * x for p, x in here[s]) <= int(table.capacity[s]) * self.open[s])
            for rival in problem.rivals(s).tolist():
                if rival > s:
                    cp.add(self.open[s] + self.open[rival] <= 1)
            self.terms.append(int(table.opening[s]) * self.open[s])

    def _groups(self) -> None:
        problem, cp, table = self.problem, self.cp, self.problem.table
        for group_id, kind in problem.together.items():
            members = [p for p, party in enumerate(problem.parties) if party.group_id == group_id]
            for p, q in combinations(members, 2):
                for c in set(problem.due[p]) & set(problem.due[q]):
                    a, b = self.sit[p][problem.due[p].index(c)], self.sit[q][problem.due[q].index(c)]
                    places = {s if kind == "session" else int(table.site[s]) for s in (*a, *b)}
                    for place in places:
                        one = sum(x for s, x in a.items() if (s if kind == "session" else table.site[s]) == place)
                        two = sum(x for s, x in b.items() if (s if kind == "session" else table.site[s]) != place)
                        cp.add(one + two <= 1)

    def _crews(self) -> None:
        problem, cp, table = self.problem, self.cp, self.problem.table
        self.serve = [
            {int(s): cp.new_bool_var(f"y{e}.{s}") for s in np.flatnonzero(problem.eligible[e])}
            for e in range(len(problem.examiners))
        ]
        days = np.array([slot.on.toordinal() for slot in problem.slots])
        for e, calls in enumerate(self.serve):
            for t in range(len(problem.slots)):
                cp.add(sum(y for s, y in calls.items() if problem.slot_overlaps[table.slot[s], t]) <= 1)
            for day in set(days.tolist()):
                cp.add(
                    sum(y for s, y in calls.items() if days[table.slot[s]] == day) <= problem.examiners[e].max_per_day
                )
            for week in set(problem.week.tolist()):
                cp.add(
                    sum(y for s, y in calls.items() if problem.week[table.slot[s]] == week)
                    <= problem.examiners[e].max_per_week
                )
            for s, y in calls.items():
                cp.add_implication(y, self.open[s])
                self.terms.append(problem.policy.weights.examiner * y)
                for p, x in self.here[s]:
                    if e in problem.recused[p]:
                        cp.add(x + y <= 1)
        for s in range(len(table)) if problem.policy.examiners_on else ():
            staffing = problem.components[table.component[s]].staffing
            calls = [(e, row[s]) for e, row in enumerate(self.serve) if s in row]
            number = sum(y for _, y in calls)
            cp.add(number >= staffing.at_least * self.open[s])
            cp.add(staffing.per_candidates * number >= sum(int(problem.heads[p]) * x for p, x in self.here[s]))
            if staffing.duty is Duty.ASSESS:
                cp.add(sum(y for e, y in calls if problem.examiners[e].may_lead) >= self.open[s])
            for body in range(len(problem.institution_ids)):
                outside = sum(y for e, y in calls if problem.sent_by[e] != body)
                if problem.min_institutions > 1:
                    cp.add(outside >= self.open[s])
                trained = sum(int(problem.heads[p]) * x for p, x in self.here[s] if problem.trained_by[p] == body)
                cp.add(problem.policy.independent_per * outside >= trained)

    def _trips(self) -> None:
        problem, cp, table, weights = self.problem, self.cp, self.problem.table, self.problem.policy.weights
        for p, rows in enumerate(self.sit):
            places = sorted({(int(table.day[s]), int(table.site[s])) for row in rows for s in row})
            visits = {place: cp.new_bool_var(f"v{p}.{place}") for place in places}
            last = cp.new_int_var(0, int(table.day.max()), f"l{p}")
            for row in rows:
                for s, x in row.items():
                    cp.add_implication(x, visits[int(table.day[s]), int(table.site[s])])
                cp.add(last >= sum(int(table.day[s]) * x for s, x in row.items()))
            heads = int(problem.heads[p])
            self.terms += [int(problem.fares[p, site]) * v for (_, site), v in visits.items()]
            self.terms.append(weights.extra_trip * heads * (sum(visits.values()) + self.left[p] - 1))
            self.terms.append(weights.wait_day * heads * (last - int(problem.wait_from[p]) * (1 - self.left[p])))
        cp.minimize(sum(self.terms))

    def _read(self, solver: cp_model.CpSolver) -> Draft:
        at = Draft.empty(self.problem).at
        for p, rows in enumerate(self.sit):
            for j, row in enumerate(rows):
                for s, x in row.items():
                    if solver.value(x):
                        at[p, j] = s
        used = np.unique(at[at >= 0]).tolist()
        return Draft(
            at, {s: tuple(e for e, row in enumerate(self.serve) if s in row and solver.value(row[s])) for s in used}
        )


class _First(cp_model.CpSolverSolutionCallback):
    def __init__(self, flat: FlatAnswer) -> None:
        super().__init__()
        self._flat = flat

    def on_solution_callback(self) -> None:
        flat = self._flat
        left = sum(int(heads) * self.value(u) for heads, u in zip(flat.problem.heads, flat.left, strict=True))
        if flat.first_plan_s is None and left <= flat.hopeless:
            self._flat.first_plan_s = time.perf_counter() - self._flat.began
