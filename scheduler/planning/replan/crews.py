"""Crews: the examiners of the kept plan, those gone replaced one for one, nobody else's duty touched where that is possible.

Used by the replan before anybody is seated.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from scheduler.domain.sessions import Plan, Reason
from scheduler.planning.draft import Draft
from scheduler.planning.examiners import Duties
from scheduler.planning.problem import Problem
from scheduler.planning.replan.reasons import because
from scheduler.planning.seats import session_id
from scheduler.planning.table import IntArray

Staff = dict[int, tuple[int, ...]]


class Repair:
    """Crews in the making."""

    def __init__(self, problem: Problem, at: IntArray, before: Plan) -> None:
        self.problem, self.duties = problem, Duties(problem)
        self.lost: dict[tuple[str, str], Reason] = {}
        """Why an examiner cannot keep a duty, by session and examiner id."""
        self.members: dict[int, list[int]] = {}
        for p, j in zip(*np.nonzero(at >= 0), strict=True):
            self.members.setdefault(int(at[p, j]), []).append(int(p))
        self.staff: Staff = dict.fromkeys(self.members, ())
        self.kept: Staff = {}
        """Who of the kept plan still serves."""
        if problem.policy.examiners_on:
            self._keep({session.id: session.examiner_ids for session in before.sessions})

    def _keep(self, named: dict[str, tuple[str, ...]]) -> None:
        problem, duties = self.problem, self.duties
        index = {examiner.id: e for e, examiner in enumerate(problem.examiners)}
        for s in sorted(self.members, key=lambda s: (int(problem.table.slot[s]), s)):
            name, slot, crew = session_id(problem, s), int(problem.table.slot[s]), []
            barred = self.barred(s)
            for id_ in named.get(name, ()):
                e = index.get(id_, -1)
                against = self._against(e, s, barred)
                if against:
                    self.lost[name, id_] = because(against)
                elif not duties.free[e, slot]:
                    self.lost[name, id_] = because("examiner-limit")
                else:
                    crew.append(e)
            self.staff[s] = self.kept[s] = tuple(sorted(crew))
            duties.change(s, self.staff[s], 1)

    def _against(self, e: int, s: int, barred: set[int]) -> str:
        if e < 0:
            return "examiner-out"
        if self.problem.slots[self.problem.table.slot[s]].id in self.problem.examiners[e].unavailable_slot_ids:
            return "examiner-available"
        if not self.problem.eligible[e, s]:
            return "examiner-qualified"
        return "recusal-person" if e in barred else ""

    def barred(self, s: int) -> set[int]:
        """Return the examiners who must not meet somebody who stays in a session."""
        return {e for p in self.members[s] for e in self.problem.recused[p]} if self.problem.recusing else set()

    def trained(self, s: int) -> dict[int, int]:
        """Return the candidates who stay in a session by training institution."""
        found: dict[int, int] = {}
        for p in self.members[s]:
            body = int(self.problem.trained_by[p])
            found[body] = found.get(body, 0) + int(self.problem.heads[p])
        return found

    def fill(self, sessions: Iterable[int]) -> list[int]:
        """Call whom each session lacks, the scarcest first; return those that still lack somebody."""
        short = []
        for s in sorted(sessions, key=lambda s: (int(self.duties.spare[s]), s)):
            crew = self.duties.enough(s, self.staff[s], self.trained(s), self.barred(s))
            if crew is None:
                short.append(s)
            elif crew != self.staff[s]:
                self.duties.change(s, self.staff[s], -1)
                self.duties.change(s, crew, 1)
                self.staff[s] = crew
        return short


def staffed(problem: Problem, at: IntArray, before: Plan) -> tuple[Draft, list[int], Repair]:
    """Give the sessions of those who stay their crews back.

    Returns:
        The draft, the sessions that nobody can be found for by calling free examiners alone, and what was repaired.
    """
    repair = Repair(problem, at, before)
    short = repair.fill(repair.members) if problem.policy.examiners_on else []
    return Draft(at.copy(), dict(repair.staff)), short, repair
