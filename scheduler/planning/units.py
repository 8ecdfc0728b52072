"""Unit: parties that the constructive start seats in one go: a single party, or a group kept in one session.

Used by the start. The model keeps groups together by its own rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from scheduler.planning.cohorts import group_of
from scheduler.planning.problem import Problem
from scheduler.planning.table import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Parties seated together, and what they need."""

    parties: tuple[int, ...]
    due: tuple[int, ...]
    """Components of any of them, earlier ones first."""
    domains: tuple[IntArray, ...]
    heads: tuple[int, ...]
    """Candidates by component."""
    order: tuple[tuple[int, int], ...]
    apart: tuple[tuple[int, int], ...]
    """Pairs of positions without an order that one party sits both."""
    profiles: tuple[tuple[tuple[int, ...], IntArray, int, int], ...]
    """Positions, fares by site, candidates and first day possible of each part of the unit that travels alike."""
    narrowed: bool = False
    """Whether its group's site has narrowed the choices."""


def unit_of(problem: Problem, parties: tuple[int, ...]) -> Unit:
    """Make a unit of parties that share a session for each component."""
    depth = {c: n for p in parties for n, c in enumerate(problem.due[p])}
    due = tuple(sorted(depth, key=lambda c: (depth[c], c)))
    domains, heads = [], []
    for c in due:
        members = [p for p in parties if c in problem.due[p]]
        shared = reduce(np.intersect1d, [problem.domains[p][problem.due[p].index(c)] for p in members])
        total = int(problem.heads[members].sum())
        domains.append(shared[problem.table.capacity[shared] >= total])
        heads.append(total)
    order, apart = set(), set()
    for p in parties:
        where = [due.index(c) for c in problem.due[p]]
        pairs = {(where[i], where[j]) for i, j in problem.precedences(p)}
        order |= pairs
        both = {(i, j) for i in where for j in where if i < j}
        apart |= {pair for pair in both if pair not in pairs and pair[::-1] not in pairs}
    return Unit(
        parties,
        due,
        tuple(domains),
        tuple(heads),
        tuple(sorted(order)),
        tuple(sorted(apart)),
        _profiles(problem, parties, due),
    )


def _profiles(
    problem: Problem, parties: tuple[int, ...], due: tuple[int, ...]
) -> tuple[tuple[tuple[int, ...], IntArray, int, int], ...]:
    found: dict[tuple[tuple[int, ...], int], list[int]] = {}
    for p in parties:
        found.setdefault((tuple(due.index(c) for c in problem.due[p]), int(problem.wait_from[p])), []).append(p)
    return tuple(
        (positions, problem.fares[members].sum(axis=0), int(problem.heads[members].sum()), wait_from)
        for (positions, wait_from), members in sorted(found.items())
    )


def units_of(problem: Problem) -> list[Unit]:
    """Return all units of parties with choices, ordered by their first party."""
    gathered: dict[tuple[str, int], list[int]] = {}
    for p in range(len(problem.parties)):
        if problem.hopeful(p):
            group_id = group_of(problem, p)
            whole = problem.together.get(group_id) == "session"
            gathered.setdefault((group_id, 0) if whole else ("", p), []).append(p)
    return [unit_of(problem, tuple(members)) for members in sorted(gathered.values())]
