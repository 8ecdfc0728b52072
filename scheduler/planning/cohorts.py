"""Cohort: parties identical in all that matters, which the model seats by number and not by name.

Used by the model. Telling them apart only multiplies equal plans; ``seat_pairs`` says why nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scheduler.planning.problem import Problem
from scheduler.planning.table import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Cohort:
    """Equal parties; a single party where something sets it apart."""

    parties: tuple[int, ...]
    """Ascending."""
    due: tuple[int, ...]
    domains: tuple[IntArray, ...]
    heads: int
    """Candidates of each party."""
    kept: tuple[int, ...]
    """Session each component had in the plan to be kept; -1 where none."""
    order: tuple[tuple[int, int], ...]
    """Pairs of positions in ``due`` whose order is prescribed."""

    @property
    def size(self) -> int:
        """Return the number of parties."""
        return len(self.parties)

    @property
    def first(self) -> int:
        """Return the party that stands for all."""
        return self.parties[0]

    @property
    def last_position(self) -> int | None:
        """Return the position that comes after all others by rule, None when several may be last."""
        for j in range(len(self.due)):
            if all((i, j) in self.order for i in range(len(self.due)) if i != j):
                return j
        return None


def group_of(problem: Problem, party: int) -> str:
    """Return the id of the group that keeps this party together with others, empty when none does."""
    group_id = problem.parties[party].group_id
    return group_id if group_id in problem.together else ""


def cohorts_of(problem: Problem, parties: Iterable[int], kept: IntArray | None = None) -> list[Cohort]:
    """Gather parties into cohorts, ordered by their first party; parties without a full set of choices are left out."""
    found: dict[tuple[object, ...], list[int]] = {}
    for p in sorted(parties):
        if problem.hopeful(p):
            found.setdefault(_key(problem, p, kept), []).append(p)
    return [_cohort(problem, members, kept) for members in found.values()]


def _cohort(problem: Problem, members: list[int], kept: IntArray | None) -> Cohort:
    p = members[0]
    due = problem.due[p]
    stay = tuple(int(s) for s in kept[p, : len(due)]) if kept is not None else (-1,) * len(due)
    return Cohort(
        tuple(members), due, problem.domains[p], int(problem.heads[p]), stay, tuple(sorted(problem.precedences(p)))
    )


def _key(problem: Problem, p: int, kept: IntArray | None) -> tuple[object, ...]:
    order = tuple(problem.precedences(p))
    due = problem.due[p]
    # First in, first out is exact for one component, or two in order; beyond that everybody is told apart.
    alike = len(due) == 1 or (len(due) == 2 and order == ((0, 1),))
    if not alike or problem.parties[p].id in problem.seat_locked:
        return (p,)
    party, weights = problem.parties[p], problem.policy.weights
    return (
        due,
        tuple(domain.tobytes() for domain in problem.domains[p]),
        int(problem.heads[p]),
        problem.fares[p].tobytes(),
        int(problem.wait_from[p]),
        int(problem.trained_by[p]),
        party.group_id if problem.round_.reservations or weights.group_session else group_of(problem, p),
        problem.recused[p],
        kept[p].tobytes() if kept is not None else b"",
    )


def columns(cohorts: list[Cohort], allowed: BoolArray) -> int:
    """Return how many seat variables a scope has."""
    return sum(int(allowed[domain].sum()) for cohort in cohorts for domain in cohort.domains)


def seat_pairs(
    problem: Problem, counts: list[dict[int, int]], joint: dict[tuple[int, int, int], int]
) -> list[tuple[int, ...]]:
    """Pair an earlier with a later component: shared trips first, the others first in, first out.

    The model chose how many sit each session. Exchanging two equal parties changes no cost and no rule, so whenever its
    numbers can be paired at all, they can be paired this way.

    Args:
        problem: The round.
        counts: Number of parties by session, for the earlier and the later component.
        joint: Number of parties that do both in one trip, by site, earlier slot and later slot.

    Returns:
        One pair of sessions for each placed party.
    """
    table = problem.table
    left = [dict(c) for c in counts]

    def take(position: int, site: int, slot: int) -> int:
        for s in sorted(left[position]):
            if left[position][s] and table.site[s] == site and table.slot[s] == slot:
                left[position][s] -= 1
                return s
        raise LookupError((position, site, slot))

    pairs = []
    for (site, early, late), number in sorted(joint.items()):
        pairs += [(take(0, site, early), take(1, site, late)) for _ in range(number)]
    first = [s for s in sorted(left[0], key=lambda s: (table.end[s], s)) for _ in range(left[0][s])]
    then = [s for s in sorted(left[1], key=lambda s: (table.start[s], s)) for _ in range(left[1][s])]
    return [*pairs, *zip(first, then, strict=True)]


def as_counts(at: IntArray, position: int) -> dict[int, int]:
    """Return how many of these rows sit each session at a position."""
    sessions, numbers = np.unique(at[:, position][at[:, position] >= 0], return_counts=True)
    return dict(zip(sessions.tolist(), numbers.tolist(), strict=True))
