"""Draft: where everyone sits and who serves, as integers, and what it costs by the soft rules.

Every step of the search takes a draft and returns another; seats and names come last. No solver here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from scheduler.planning import spread
from scheduler.planning.problem import Problem
from scheduler.planning.table import IntArray


@dataclass(frozen=True, slots=True)
class Draft:
    """Sessions of all parties, and examiners of all sessions in use. Never changed in place once made."""

    at: IntArray
    """Session by party and position in ``Problem.due``; -1 where the party has no place or no such component."""
    staff: dict[int, tuple[int, ...]]
    """Examiners of each session in use, ascending; empty tuples where examiners are switched off."""

    @classmethod
    def empty(cls, problem: Problem) -> Self:
        """Return the draft that seats nobody."""
        width = max((len(due) for due in problem.due), default=0)
        return cls(np.full((len(problem.parties), max(1, width)), -1, dtype=np.int64), {})

    def copy(self) -> Draft:
        """Return a draft that may be changed without changing this one."""
        return Draft(self.at.copy(), dict(self.staff))

    def placed(self) -> IntArray:
        """Return the parties that have a place, ascending."""
        return np.flatnonzero((self.at >= 0).any(axis=1))

    def left(self) -> IntArray:
        """Return the parties without a place, ascending."""
        return np.flatnonzero((self.at < 0).all(axis=1))

    def in_use(self) -> IntArray:
        """Return the sessions somebody sits in, ascending."""
        return np.unique(self.at[self.at >= 0])

    def heads(self, problem: Problem) -> IntArray:
        """Return the candidates in every potential session."""
        total = np.zeros(len(problem.table), dtype=np.int64)
        party, position = np.nonzero(self.at >= 0)
        np.add.at(total, self.at[party, position], problem.heads[party])
        return total

    def members(self, session: int) -> IntArray:
        """Return the parties that sit in a session, ascending."""
        return np.unique(np.nonzero(self.at == session)[0])  # several times as fast as asking row by row

    def by_session(self) -> Iterator[tuple[int, list[int]]]:
        """Yield each session in use with the parties that sit in it, all ascending."""
        party, position = np.nonzero(self.at >= 0)
        session = self.at[party, position]
        order = np.argsort(session, kind="stable")
        sessions, starts = np.unique(session[order], return_index=True)
        for s, members in zip(sessions.tolist(), np.split(party[order], starts[1:]), strict=False):
            yield s, members.tolist()


def party_costs(problem: Problem, at: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return travel, extra trips and waiting of every party, given the sessions of all; 0 where it has no place."""
    table, weights = problem.table, problem.policy.weights
    seated = at >= 0
    if not len(table):
        return (np.zeros(len(at), dtype=np.int64),) * 3
    site, day = table.site[at], table.day[at]
    trips, travel = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    everyone = np.arange(len(at))
    for j in range(at.shape[1]):
        new = seated[:, j].copy()
        for i in range(j):
            new &= ~(seated[:, i] & (site[:, i] == site[:, j]) & (day[:, i] == day[:, j]))
        trips += new
        travel += np.where(new, problem.fares[everyone, site[:, j]], 0)
    last = np.where(seated, day, -1).max(axis=1)
    placed = seated.any(axis=1)
    extra = np.where(placed, weights.extra_trip * problem.heads * (trips - 1), 0)
    wait = np.where(placed, weights.wait_day * problem.heads * (last - problem.wait_from), 0)
    return travel, extra, wait


def costs(problem: Problem, draft: Draft) -> dict[str, int]:
    """Return the cost of a draft by each soft rule of its round, in the order of the catalogue."""
    weights = problem.policy.weights
    travel, extra, wait = party_costs(problem, draft.at)
    counted = {
        "unplaced": int(weights.unplaced * problem.heads[draft.left()].sum()),
        "opening": int(problem.table.opening[draft.in_use()].sum()),
        "examiners": weights.examiner * sum(len(crew) for crew in draft.staff.values()),
        "travel": int(travel.sum()),
        "extra-trip": int(extra.sum()),
        "wait": int(wait.sum()),
    }
    if weights.share_over:
        counted["share-over"] = weights.share_over * spread.over_shares(problem, draft.heads(problem))
    if weights.day_peak:
        counted["day-peak"] = weights.day_peak * spread.over_days(problem, draft.heads(problem))
    if weights.unfair:
        counted["unfair-load"] = weights.unfair * spread.over_average(problem, draft.staff)
    if weights.group_session:
        counted["group-spread"] = weights.group_session * spread.further_sessions(problem, draft.at)
    return counted


def cost(problem: Problem, draft: Draft) -> int:
    """Return the whole cost of a draft."""
    return sum(costs(problem, draft).values())
