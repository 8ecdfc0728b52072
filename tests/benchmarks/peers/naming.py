"""Names for the examiners of a peer's plan, week by week with CP-SAT; whoever sits in a session that stays short has no place."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from scheduler.domain.catalogue import Duty
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem

SHORT = 2_000
"""Price of a session without its examiners, beside 120 an examiner: short sessions come first."""


def named(problem: Problem, at: np.ndarray, week_s: float, seed: int) -> Draft:
    """Return the draft with examiners; parties of short sessions are taken out of all of theirs."""
    at = at.copy()
    used = np.unique(at[at >= 0])
    weeks = problem.week[problem.table.slot[used]]
    staff: dict[int, tuple[int, ...]] = {}
    for week in sorted(set(weeks.tolist())) if problem.policy.examiners_on else ():
        staff |= _Week(problem, at, used[weeks == week], seed).staff(week_s)
    for s in used.tolist():
        if problem.policy.examiners_on and s not in staff:
            at[(at == s).any(axis=1)] = -1
    return Draft(at, {s: staff.get(s, ()) for s in np.unique(at[at >= 0]).tolist()})


class _Week:
    """Who serves in the sessions of one week."""

    def __init__(self, problem: Problem, at: np.ndarray, sessions: np.ndarray, seed: int) -> None:
        self.problem, self.sessions, self.seed, self.cp = problem, sessions.tolist(), seed, cp_model.CpModel()
        self.serve = {
            s: {e: self.cp.new_bool_var(f"y{e}.{s}") for e in np.flatnonzero(problem.eligible[:, s]).tolist()}
            for s in self.sessions
        }
        self.short = {s: self.cp.new_bool_var(f"short{s}") for s in self.sessions}
        for s in self.sessions:
            self._session(s, np.flatnonzero((at == s).any(axis=1)))
        self._people()
        calls = sum(y for row in self.serve.values() for y in row.values())
        self.cp.minimize(problem.policy.weights.examiner * calls + SHORT * sum(self.short.values()))

    def _session(self, s: int, members: np.ndarray) -> None:
        problem, row, short = self.problem, self.serve[s], self.short[s]
        trained = problem.trained_by[members]
        need = problem.need(s, int(problem.heads[members].sum()))
        self.cp.add(sum(row.values()) + need * short >= need)
        for body in range(len(problem.institution_ids)):
            heads = int(problem.heads[members[trained == body]].sum())
            least = max(int(problem.min_institutions > 1), -(-heads // problem.policy.independent_per))
            outside = sum(y for e, y in row.items() if problem.sent_by[e] != body)
            self.cp.add(outside + least * short >= least)
        if problem.components[problem.table.component[s]].staffing.duty is Duty.ASSESS:
            self.cp.add(sum(y for e, y in row.items() if problem.examiners[e].may_lead) + short >= 1)
        for e in {e for p in members.tolist() for e in problem.recused[p]} & row.keys():
            self.cp.add(row[e] == 0)

    def _people(self) -> None:
        problem = self.problem
        for e, examiner in enumerate(problem.examiners):
            calls = [(self.problem.slots[problem.table.slot[s]], row[e]) for s, row in self.serve.items() if e in row]
            for slot in {slot.id: slot for slot, _ in calls}.values():
                self.cp.add_at_most_one(y for other, y in calls if other.overlaps(slot))
            for day in {slot.on for slot, _ in calls}:
                self.cp.add(sum(y for slot, y in calls if slot.on == day) <= examiner.max_per_day)
            self.cp.add(sum(y for _, y in calls) <= examiner.max_per_week)

    def staff(self, limit_s: float) -> dict[int, tuple[int, ...]]:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False
        solver.parameters.linearization_level = 2
        solver.parameters.random_seed = self.seed
        solver.parameters.relative_gap_limit = 0.002
        solver.parameters.max_time_in_seconds = limit_s
        if solver.solve(self.cp) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return {}
        return {
            s: tuple(e for e, y in row.items() if solver.value(y))
            for s, row in self.serve.items()
            if not solver.value(self.short[s])
        }
