"""PlanModel: the variables of a round, or of a part of it while the rest stays, and the way back to a draft.

One model serves the exact solve, the improvement and the crews. Rules stand in ``constraints`` and ``objective``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scheduler.planning.cohorts import Cohort, as_counts, seat_pairs
from scheduler.planning.crews import Crew, crews_of, share_out
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.table import BoolArray, IntArray

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

Linear: TypeAlias = "cp_model.LinearExpr"
Variable: TypeAlias = "cp_model.IntVar"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a model may change."""

    cohorts: tuple[Cohort, ...]
    """Who may move."""
    base: Draft
    """Where everyone is now; whoever is not in a cohort stays."""
    allowed: BoolArray
    """Sessions into which the cohorts may go."""
    crews: tuple[int, ...] = ()
    """Further sessions in use whose examiners may change."""
    duties: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Examiners by session whose leaving costs ``duty_cost``."""
    duty_cost: int = 0
    once: frozenset[int] = frozenset()
    """Parties, each a cohort of its own, for whom moving costs the same however many of their sittings move."""


@dataclass(slots=True)
class Seats:
    """Variables of one cohort."""

    cohort: Cohort
    left: Variable
    """Parties without a place."""
    sit: list[dict[int, cp_model.IntVar]]
    """Parties by position and session."""
    joint: dict[tuple[int, int, int], cp_model.IntVar] = field(default_factory=dict)
    """Parties doing two components in one trip, by site, earlier and later slot; for cohorts of many."""
    trips: dict[tuple[int, int], cp_model.IntVar] = field(default_factory=dict)
    """Whether a single party goes to a site on a day, by day and site; for cohorts of one with several components."""


class PlanModel:
    """Variables over a scope, and what the rules need to find them."""

    def __init__(self, problem: Problem, scope: Scope, kept_cost: IntArray | None = None) -> None:
        from ortools.sat.python import cp_model  # slow; the first plan need not wait for it

        self.problem, self.scope, self.kept_cost = problem, scope, kept_cost
        self.cp = cp_model.CpModel()
        self.objective: list[tuple[Linear, int]] = []
        self.offset = 0
        self.group_places: dict[tuple[str, int], dict[int, cp_model.IntVar]] = {}
        """By group and component, whether a session or site is the group's."""
        self.full_turns: dict[int, cp_model.IntVar] = {}
        """Whether a session has more candidates than one turn holds, where that matters."""
        self.states: list[tuple[cp_model.IntVar, Callable[[Draft], int]]] = []
        """Further variables of rules, each with its value in a draft."""
        self.last_days: list[tuple[cp_model.IntVar, int]] = []
        """Last days of single parties without a fixed last component, with the party."""
        free = np.zeros(len(problem.parties), dtype=np.bool_)
        for cohort in scope.cohorts:
            free[list(cohort.parties)] = True
        self.fixed = Draft(np.where(free[:, None], -1, scope.base.at), {})
        """Whoever stays."""
        self.fixed_heads = self.fixed.heads(problem)
        reachable = [d[scope.allowed[d]] for c in scope.cohorts for d in c.domains]
        self.sessions: IntArray = np.unique(np.concatenate([np.array(scope.crews, dtype=np.int64), *reachable]))
        """Sessions that may change, ascending."""
        self._open_sessions()
        self._seat_cohorts()
        self._call_crews()

    def _open_sessions(self) -> None:
        self.open: dict[int, cp_model.IntVar] = {}
        for s in self.sessions.tolist():
            opened = self.cp.new_bool_var(f"open{s}")
            if self.fixed_heads[s]:
                self.cp.add(opened == 1)
            self.open[s] = opened

    def _seat_cohorts(self) -> None:
        self.seats: list[Seats] = []
        self.here: dict[int, list[tuple[Cohort, cp_model.IntVar]]] = {s: [] for s in self.sessions.tolist()}
        """Cohorts and their variables by session."""
        spare = self.problem.table.capacity - self.fixed_heads
        for k, cohort in enumerate(self.scope.cohorts):
            sit: list[dict[int, cp_model.IntVar]] = []
            for j, domain in enumerate(cohort.domains):
                most = np.minimum(cohort.size, spare[domain] // cohort.heads)
                chosen = domain[(most > 0) & self.scope.allowed[domain]].tolist()
                most = most[(most > 0) & self.scope.allowed[domain]]
                names = [f"sit{k}.{j}.{s}" for s in chosen]
                counts = [self._number(int(n), name) for n, name in zip(most, names, strict=True)]
                sit.append(dict(zip(chosen, counts, strict=True)))
                for s in chosen:
                    self.here[s].append((cohort, sit[j][s]))
            seats = Seats(cohort, self.cp.new_int_var(0, cohort.size, f"left{k}"), sit)
            self._add_trips(k, seats)
            self.seats.append(seats)

    def _number(self, most: int, name: str) -> cp_model.IntVar:
        return self.cp.new_bool_var(name) if most == 1 else self.cp.new_int_var(0, most, name)

    def _add_trips(self, k: int, seats: Seats) -> None:
        table, cohort = self.problem.table, seats.cohort
        if len(cohort.due) < 2:
            return
        days = [{(int(table.day[s]), int(table.site[s])) for s in sit} for sit in seats.sit]
        if cohort.size == 1:
            for day, site in sorted(set().union(*days)):
                seats.trips[day, site] = self.cp.new_bool_var(f"trip{k}.{day}.{site}")
            return
        cells: list[dict[tuple[int, int], dict[int, int]]] = [{}, {}]
        for j, sit in enumerate(seats.sit):
            for s in sit:
                key = int(table.day[s]), int(table.site[s])
                cells[j].setdefault(key, {}).setdefault(int(table.slot[s]), s)
        for (day, site), early in sorted(cells[0].items()):
            for t, s in sorted(early.items()):
                for t2, s2 in sorted(cells[1].get((day, site), {}).items()):
                    if self.problem.in_sequence(np.array([s]), np.array([s2]))[0, 0]:
                        seats.joint[site, t, t2] = self.cp.new_int_var(0, cohort.size, f"joint{k}.{site}.{t}.{t2}")

    def _call_crews(self) -> None:
        """Make the examiners' variables; whoever serves in a session that stays keeps serving there."""
        problem = self.problem
        staying = {s: crew for s, crew in self.scope.base.staff.items() if s not in self.open and self.fixed_heads[s]}
        self.busy = staying
        apart = {e for crew in self.scope.duties.values() for e in crew}
        calling = problem.policy.examiners_on
        self.crews: list[Crew] = crews_of(problem, self.sessions, staying, apart) if calling else []
        self.serve: list[dict[int, cp_model.IntVar]] = []
        self.serving: dict[int, list[tuple[Crew, cp_model.IntVar]]] = {s: [] for s in self.open}
        """Crews and their variables by session."""
        for q, crew in enumerate(self.crews):
            serves = {
                s: self.cp.new_int_var(0, len(crew.examiners), f"serve{q}.{s}")
                for s in self.sessions[problem.eligible[crew.first][self.sessions]].tolist()
                if not any(problem.slot_overlaps[problem.table.slot[s], t] for t in crew.busy_slots)
            }
            self.serve.append(serves)
            for s, count in serves.items():
                self.serving[s].append((crew, count))

    def heads(self, session: int, only: Iterable[int] | None = None) -> Linear:
        """Return the candidates in a session, or those of some training institutions, whoever stays included."""
        some = None if only is None else set(only)
        problem = self.problem
        terms = [
            (count, cohort.heads)
            for cohort, count in self.here[session]
            if some is None or int(problem.trained_by[cohort.first]) in some
        ]
        if some is None:
            stays = int(self.fixed_heads[session])
        else:
            stays = sum(int(problem.heads[p]) for p in self.staying(session) if int(problem.trained_by[p]) in some)
        return weighted(terms) + stays

    def staying(self, session: int) -> list[int]:
        """Return the parties in a session that this model does not move."""
        return self._staying.get(session, [])

    @cached_property
    def _staying(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for p, j in zip(*np.nonzero(self.fixed.at >= 0), strict=True):
            found.setdefault(int(self.fixed.at[p, j]), []).append(int(p))
        return found

    def charge(self, expression: Linear, units: int) -> None:
        """Add an expression to the cost, so many units each."""
        if units:
            self.objective.append((expression, units))

    def finish(self) -> None:
        """State the objective, once all rules have spoken."""
        self.cp.minimize(weighted(self.objective) + self.offset)

    def hint(self, draft: Draft) -> None:
        """Suggest a draft, completely; an incomplete hint is worth little to the solver."""
        table, heads = self.problem.table, draft.heads(self.problem)
        for seats in self.seats:
            self._hint_seats(seats, draft.at[list(seats.cohort.parties)])
        for (group_id, c), places in self.group_places.items():
            sites = self.problem.together[group_id] != "session"
            taken = {int(table.site[s]) if sites else s for s in self._sessions_of(draft, group_id, c)}
            for place, chosen in places.items():
                self.cp.add_hint(chosen, int(place in taken))
        for variable, value in self.states:
            self.cp.add_hint(variable, value(draft))
        for s, full in self.full_turns.items():
            self.cp.add_hint(full, int(heads[s] > table.per_turn[s]))
        for last, p in self.last_days:
            self.cp.add_hint(last, max((int(table.day[s]) for s in draft.at[p] if s >= 0), default=0))
        for s, opened in self.open.items():
            self.cp.add_hint(opened, int(heads[s] > 0))
        for crew, serves in zip(self.crews, self.serve, strict=True):
            for s, count in serves.items():
                self.cp.add_hint(count, len(set(crew.examiners) & set(draft.staff.get(s, ()))))

    def _hint_seats(self, seats: Seats, at: IntArray) -> None:
        table = self.problem.table
        self.cp.add_hint(seats.left, int((at[:, 0] < 0).sum()))
        for j, sit in enumerate(seats.sit):
            counts = as_counts(at, j)
            for s, count in sit.items():
                self.cp.add_hint(count, counts.get(s, 0))
        rows = [[int(s) for s in row[: len(seats.cohort.due)]] for row in at if row[0] >= 0]
        visits = {(int(table.day[s]), int(table.site[s])) for row in rows for s in row}
        for key, visit in seats.trips.items():
            self.cp.add_hint(visit, int(key in visits))
        for (site, early, late), number in seats.joint.items():
            same = [r for r in rows if table.site[r[0]] == site == table.site[r[1]]]
            same = [r for r in same if table.slot[r[0]] == early and table.slot[r[1]] == late]
            self.cp.add_hint(number, len(same))

    def _sessions_of(self, draft: Draft, group_id: str, component: int) -> set[int]:
        problem = self.problem
        members = [p for p, party in enumerate(problem.parties) if party.group_id == group_id and draft.at[p, 0] >= 0]
        return {int(draft.at[p, problem.due[p].index(component)]) for p in members if component in problem.due[p]}

    def read(self, solver: cp_model.CpSolver) -> Draft:
        """Turn a solution into a draft of the whole round."""
        at, staff = self.fixed.at.copy(), dict(self.busy)
        for seats in self.seats:
            counts = [{s: solver.value(v) for s, v in sit.items() if solver.value(v)} for sit in seats.sit]
            if len(counts) == 2 and seats.cohort.size > 1:
                joint = {key: solver.value(v) for key, v in seats.joint.items() if solver.value(v)}
                rows = seat_pairs(self.problem, counts, joint)
            else:
                lists = [[s for s, number in sorted(c.items()) for _ in range(number)] for c in counts]
                rows = list(zip(*lists, strict=True))
            for p, row in zip(seats.cohort.parties, sorted(rows), strict=False):
                at[p, : len(row)] = row
        counted = [{s: solver.value(v) for s, v in serves.items() if solver.value(v)} for serves in self.serve]
        named = share_out(self.problem, self.crews, counted)
        staff.update({s: named.get(s, ()) for s, opened in self.open.items() if solver.value(opened)})
        return Draft(at, staff)


def weighted(terms: Iterable[tuple[Linear, int]]) -> Linear:
    """Return the weighted sum of expressions."""
    from ortools.sat.python import cp_model

    pairs = list(terms)
    return cp_model.LinearExpr.weighted_sum([e for e, _ in pairs], [w for _, w in pairs])


def total(terms: Iterable[Linear]) -> Linear:
    """Return the sum of expressions."""
    from ortools.sat.python import cp_model

    return cp_model.LinearExpr.sum(list(terms))
