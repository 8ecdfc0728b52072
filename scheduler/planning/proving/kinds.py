"""Kinds: parties that may do the same at the same cost, and every way each of them may go through its components.

Used by the proof. Whoever needs more than two components, or two without an order, goes through each of them apart, at its
share of the cost. Rules that tie parties to each other are left out: without them no plan costs more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scheduler.planning.problem import Problem
from scheduler.planning.table import IntArray

NOWHERE = -1
"""Second session of a way with one component."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Equal parties, or equal parts of parties that need more components than a way holds."""

    parties: tuple[int, ...]
    heads: int
    """Candidates of each party."""
    positions: tuple[int, ...]
    """Positions in ``due`` of the components gone through: one, or two in order."""
    parts: int
    """Kinds each party is spread over, which share its trips and the penalty for leaving it out."""
    unplaced: int
    """What leaving one out costs."""
    waits: bool
    """Whether the last of the components is the party's last."""

    @property
    def size(self) -> int:
        """Return the number of parties."""
        return len(self.parties)

    @property
    def first(self) -> int:
        """Return the party that stands for all."""
        return self.parties[0]


@dataclass(frozen=True, slots=True)
class Ways:
    """All ways of a kind."""

    first: IntArray
    second: IntArray
    cost: IntArray
    """Travel, trips and waiting of one party."""


def kinds_of(problem: Problem) -> list[Kind]:
    """Return the kinds of everybody with a full set of choices."""
    found: dict[tuple[object, ...], list[int]] = {}
    for p in range(len(problem.parties)):
        for positions, waits in _parts(problem, p) if problem.hopeful(p) else ():
            domains = (problem.domains[p][j] for j in positions)
            chosen = tuple(id(d) if not problem.rows else d.tobytes() for d in domains)
            fares, first = problem.fares[p].tobytes(), int(problem.wait_from[p])
            key = (chosen, fares, first, int(problem.heads[p]), positions, waits, len(problem.due[p]))
            found.setdefault(key, []).append(p)
    return [_kind(problem, members, key) for key, members in found.items()]


def _parts(problem: Problem, p: int) -> list[tuple[tuple[int, ...], bool]]:
    """Return the positions gone through together, and whether the last of them is the party's last by rule."""
    due, order = range(len(problem.due[p])), set(problem.precedences(p))
    if len(due) == 2 and order == {(0, 1)}:
        return [((0, 1), True)]
    return [((j,), all((i, j) in order for i in due if i != j)) for j in due]


def _kind(problem: Problem, members: list[int], key: tuple[object, ...]) -> Kind:
    p = members[0]
    positions, waits = next(one for one in _parts(problem, p) if one == key[4:6])
    heads, parts = int(problem.heads[p]), len(problem.due[p]) // len(positions)
    return Kind(tuple(members), heads, positions, parts, heads * problem.policy.weights.unplaced // parts, waits)


class WayList:
    """Ways of kinds; sessions are shared between kinds with the same choices."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.known: dict[tuple[int, ...], tuple[IntArray, IntArray]] = {}

    def size(self, kind: Kind) -> int:
        """Return how many ways a kind has at most."""
        return math.prod(len(self.problem.domains[kind.first][j]) for j in kind.positions)

    def of(self, kind: Kind) -> Ways:
        """Return all ways of a kind; where it is a part only, with a share of what the whole costs, rounded down."""
        problem, p = self.problem, kind.first
        table, weights, fare = problem.table, problem.policy.weights, problem.fares[p] // kind.parts
        first, second = self._sessions(kind)
        cost = fare[table.site[first]]
        last = first
        if len(kind.positions) == 2:
            together = (table.site[first] == table.site[second]) & (table.day[first] == table.day[second])
            cost = cost + np.where(together, 0, fare[table.site[second]] + weights.extra_trip * kind.heads)
            last = second
        if kind.waits:
            cost = cost + weights.wait_day * kind.heads * (table.day[last] - int(problem.wait_from[p]))
        return Ways(first, second, cost)

    def _sessions(self, kind: Kind) -> tuple[IntArray, IntArray]:
        domains = [self.problem.domains[kind.first][j] for j in kind.positions]
        key = tuple(id(domain) for domain in domains)
        if key not in self.known:
            if len(domains) == 1:
                self.known[key] = domains[0], np.full(len(domains[0]), NOWHERE, dtype=np.int64)
            else:
                i, j = np.nonzero(self.problem.in_sequence(*domains))
                self.known[key] = domains[0][i], domains[1][j]
        return self.known[key]
