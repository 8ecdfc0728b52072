"""Supply: sessions as a whole with whole crews, and sums over them that have limits: pools of examiners, counts of openings.

Used by the proof. Each limit holds for every plan the audit accepts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from scheduler.planning.problem import Problem
from scheduler.planning.proving.kinds import Kind
from scheduler.planning.table import BoolArray, IntArray

FEW = 6
"""Components up to which pools are looked at for every two of them."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Openings, or examiners called, summed over sessions; a whole number in every plan."""

    sessions: IntArray
    crews: bool
    """Whether examiners are counted, not openings."""
    most: int | None = None
    """Limit of a pool."""


@dataclass(frozen=True, slots=True)
class States:
    """What a session may be when open: for each size of its crew the most candidates that need no larger one."""

    session: IntArray
    seats: IntArray
    crew: IntArray
    cost: IntArray
    """Opening and examiners."""
    cell: IntArray
    """Number of room and slot: one session in each at most."""
    cells: int


def states_of(problem: Problem, kinds: list[Kind]) -> States:
    """Return the states of every session that one of the kinds may sit in."""
    table = problem.table
    wanted = np.zeros(len(table), dtype=np.int64)
    for kind in kinds:
        for j in kind.positions:
            wanted[problem.domains[kind.first][j]] += kind.size * kind.heads
    most = np.minimum(table.capacity, wanted)
    known: dict[tuple[int, ...], tuple[list[int], list[int]]] = {}
    session, seats, crew = [], [], []
    for s in np.flatnonzero(most > 0).tolist():
        key = (int(table.component[s]), int(table.per_turn[s]), int(most[s]))
        if key not in known:
            needs = [problem.need(s, n) for n in range(int(most[s]) + 1)]
            ends = [n for n in range(1, len(needs)) if n + 1 == len(needs) or needs[n + 1] > needs[n]]
            known[key] = ends, [needs[n] for n in ends]
        ends, needed = known[key]
        session += [s] * len(ends)
        seats += ends
        crew += needed
    of, crews = np.array(session, dtype=np.int64), np.array(crew, dtype=np.int64)
    spots, cell = np.unique(table.room[of] * len(problem.slots) + table.slot[of], return_inverse=True)
    cost = table.opening[of] + problem.policy.weights.examiner * crews
    return States(of, np.array(seats, dtype=np.int64), crews, cost, cell.reshape(-1).astype(np.int64), len(spots))


def pools(problem: Problem) -> Iterator[Sum]:
    """Yield what the examiners for one component, for two and for all can do in a moment, on a day and in a week."""
    if not problem.examiners:
        return
    components = range(len(problem.components))
    sets: list[tuple[int, ...]] = [(c,) for c in components]
    if len(components) <= FEW:
        sets += combinations(components, 2)
    sets.append(tuple(components))
    for some in dict.fromkeys(sets):
        chosen = np.isin(problem.table.component, some)
        if chosen.any():
            yield from _pools(problem, chosen)


def _pools(problem: Problem, chosen: BoolArray) -> Iterator[Sum]:
    """Yield the limits of those who may serve in one of these sessions."""
    slot = problem.table.slot
    able = np.zeros((len(problem.examiners), len(problem.slots)), dtype=np.bool_)
    for t in range(len(problem.slots)):
        able[:, t] = problem.eligible[:, chosen & (slot == t)].any(axis=1)
    for t, begun in enumerate(problem.slots):
        # Slots under way when this one begins overlap each other, and nobody serves in two of them.
        now = np.array([u.on == begun.on and u.start <= begun.start < u.end for u in problem.slots])
        if now[t] and able[:, now].any():
            yield Sum(np.flatnonzero(chosen & now[slot]), True, int(able[:, now].any(axis=1).sum()))
    days = np.array([t.on.toordinal() for t in problem.slots], dtype=np.int64)
    weeks = problem.week
    by_day: dict[int, IntArray] = {}
    for day in np.unique(days).tolist():
        most = np.array([e.max_per_day for e in problem.examiners], dtype=np.int64)
        by_day[day] = np.minimum(most, able[:, days == day].sum(axis=1))
        yield Sum(np.flatnonzero(chosen & (days == day)[slot]), True, int(by_day[day].sum()))
    for week in np.unique(weeks).tolist():
        most = np.array([e.max_per_week for e in problem.examiners], dtype=np.int64)
        of_week = sum(by_day[day] for day in np.unique(days[weeks == week]).tolist())
        yield Sum(np.flatnonzero(chosen & (weeks == week)[slot]), True, int(np.minimum(most, of_week).sum()))


def counts(problem: Problem, states: States) -> list[list[Sum]]:
    """Return sums that are whole numbers in every plan, from coarse to fine: by component, by site, by site and day, alone."""
    table, used = problem.table, np.unique(states.session)
    levels: list[list[IntArray]] = [
        _parts(used, table.component[used]),
        _parts(used, table.component[used] * len(problem.site_ids) + table.site[used]),
        _parts(used, (table.component[used] * len(problem.site_ids) + table.site[used]) * 4096 + table.day[used]),
        [used[[n]] for n in range(len(used))],
    ]
    return [
        [Sum(sessions, crews) for crews in (False, True)[: 1 + problem.policy.examiners_on] for sessions in parts]
        for parts in levels
    ]


def _parts(items: IntArray, key: IntArray) -> list[IntArray]:
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.diff(key[order])) + 1
    return [part for part in np.split(items[order], edges) if len(part)]
