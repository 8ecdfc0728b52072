"""Case: a round that is nothing but the choice of sessions and of one session for each party, as plain tables.

Used by the search for locations. What couples sessions, parties or components in any other way is no case of this kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.table import IntArray

BARRED = 1 << 40
"""Cost of a seat that may not be taken; more than any plan."""
MOST_CELLS = 6_000_000
"""Pairs of party and session beyond which the tables are not made."""


@dataclass(frozen=True)
class Case:
    """Sessions with seats and opening costs, parties with heads; the last column stands for no place at all."""

    cost: IntArray
    """What a party costs in a session, by party and session; ``BARRED`` where it may not sit."""
    opening: IntArray
    seats: IntArray
    heads: IntArray

    @property
    def nowhere(self) -> int:
        """Return the column of parties without a place: open to all, without a limit, at the price of being left out."""
        return len(self.opening) - 1

    @cached_property
    def by_session(self) -> IntArray:
        """Return the costs by session and party, the last column left out."""
        return np.ascontiguousarray(self.cost[:, :-1].T)

    @cached_property
    def near(self) -> IntArray:
        """Return the sessions of each party from the cheapest, an opening's share for its heads included; the barred last."""
        share = self.opening / np.maximum(self.seats, 1)
        full = self.cost + np.rint(share[None, :] * self.heads[:, None]).astype(np.int64)
        return np.argsort(full, axis=1, kind="stable").astype(np.int64)

    def worth(self, at: IntArray) -> int:
        """Return the cost of a seating."""
        used = np.unique(at)
        return int(self.cost[np.arange(len(at)), at].sum() + self.opening[used].sum())

    def fits(self, at: IntArray) -> bool:
        """Tell whether a seating respects seats and choices."""
        load = np.bincount(at, weights=self.heads, minlength=len(self.seats))
        return bool((load <= self.seats).all() and (self.cost[np.arange(len(at)), at] < BARRED).all())


def applies(problem: Problem) -> bool:
    """Tell whether a round is a matter of locations only.

    That is: no examiners, one component for each party, no two sessions that shut each other out, no groups kept
    together, no seat limits beyond a session's capacity, and no rule or cost that counts over several sessions.
    """
    if problem.policy.examiners_on or not problem.parties or not len(problem.table):
        return False
    if len(problem.table) * len(problem.parties) > MOST_CELLS or problem.rows or problem.seat_locked:
        return False
    if any(len(due) > 1 for due in problem.due) or any(party.group_id in problem.together for party in problem.parties):
        return False
    weights = problem.policy.weights
    shared = weights.share_over or weights.day_peak or weights.group_session
    if problem.policy.no_mutual_exchange or shared:
        return False
    return not any(rivals(problem, sessions) for sessions in problem.by_room.values())


def rivals(problem: Problem, sessions: IntArray) -> bool:
    """Tell whether any two sessions of one room share a minute."""
    slots = problem.table.slot[sessions]
    return bool(np.triu(problem.slot_overlaps[slots][:, slots], 1).any()) if len(slots) > 1 else False


def case_of(problem: Problem) -> Case:
    """Return the tables of a round to which ``applies`` applies."""
    table, weights, parties = problem.table, problem.policy.weights, len(problem.parties)
    cost = np.full((parties, len(table) + 1), BARRED, dtype=np.int64)
    left = weights.unplaced * problem.heads
    for p in range(parties):
        if problem.hopeful(p):
            domain = problem.domains[p][0]
            days = table.day[domain] - problem.wait_from[p]
            own = problem.fares[p, table.site[domain]] + weights.wait_day * problem.heads[p] * days
            # A seat dearer than none is never taken.
            cost[p, domain] = np.where(own < left[p], own, BARRED)
    cost[:, -1] = left
    return Case(cost, np.append(table.opening, 0), np.append(table.capacity, problem.heads.sum()), problem.heads)


def draft_of(problem: Problem, case: Case, at: IntArray) -> Draft:
    """Return a seating as a draft."""
    draft = Draft.empty(problem)
    draft.at[:, 0] = np.where(at == case.nowhere, -1, at)
    return Draft(draft.at, {int(s): () for s in np.unique(at[at != case.nowhere])})
