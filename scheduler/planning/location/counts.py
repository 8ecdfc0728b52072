"""Counts: a round of few kinds of candidates, as how many of each kind sit in each session; groups, fragments and exchange too.

Used by the search for allotments. Equal parties are told apart only when the draft is made.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduler.planning.cohorts import Cohort, cohorts_of, group_of
from scheduler.planning.draft import Draft
from scheduler.planning.location.case import rivals
from scheduler.planning.problem import Problem
from scheduler.planning.spread import fragment_limits
from scheduler.planning.table import BoolArray, IntArray

Numbers = npt.NDArray[Any]
"""Whole numbers, or numbers with parts."""
MOST_PAIRS = 200_000
"""Pairs of a kind of candidates and a session beyond which no counts are made."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The pairs with which one group sits one component at one place: nobody, or between two numbers of candidates."""

    pairs: tuple[int, ...]
    least: int
    most: int
    group: int
    """Pieces of one group and component have the same number."""

    def kept(self, place: IntArray) -> Piece:
        """Return the piece with pairs that have a new number, -1 for those that are dropped."""
        return Piece(
            tuple(place[list(self.pairs)][place[list(self.pairs)] >= 0].tolist()), self.least, self.most, self.group
        )


@dataclass(frozen=True)
class Counts:
    """Pairs of a cohort and a session it may sit in, and what holds of them."""

    problem: Problem
    cohorts: tuple[Cohort, ...]
    cohort: IntArray
    """By pair."""
    session: IntArray
    cost: IntArray
    """Of one party of the pair's cohort in the pair's session."""
    pieces: tuple[Piece, ...]
    single: frozenset[int]
    """Groups of pieces of which one at most may be in use."""
    exchange: IntArray
    """By pair: which two institutions it concerns that could examine each other's candidates, -1 for none."""
    side: IntArray
    """By pair: 0 where it brings the one institution's candidates to the other, 1 the other way round."""

    @cached_property
    def sizes(self) -> IntArray:
        """Return the parties of each cohort."""
        return np.array([cohort.size for cohort in self.cohorts], dtype=np.int64)

    @cached_property
    def heads(self) -> IntArray:
        """Return the candidates of one party of each cohort."""
        return np.array([cohort.heads for cohort in self.cohorts], dtype=np.int64)

    @cached_property
    def piece(self) -> IntArray:
        """Return the piece of each pair, -1 for none."""
        found = np.full(len(self.cohort), -1, dtype=np.int64)
        for n, piece in enumerate(self.pieces):
            found[list(piece.pairs)] = n
        return found

    @cached_property
    def group(self) -> IntArray:
        """Return the group of each piece."""
        return np.array([piece.group for piece in self.pieces], dtype=np.int64)

    def people(self, count: Numbers) -> Numbers:
        """Return the candidates of each pair."""
        return count * self.heads[self.cohort]

    def sizes_of_pieces(self, count: Numbers) -> Numbers:
        """Return the candidates of each piece."""
        inside = self.piece >= 0
        return np.bincount(self.piece[inside], self.people(count)[inside], len(self.pieces))

    def both_ways(self, count: Numbers) -> Numbers:
        """Return the candidates by exchange and side."""
        inside = self.exchange >= 0
        found = np.zeros((int(self.exchange.max(initial=-1)) + 1, 2))
        np.add.at(found, (self.exchange[inside], self.side[inside]), self.people(count)[inside])
        return found

    def only(self, kept: BoolArray) -> Counts:
        """Return the counts of some of the pairs."""
        place = np.where(kept, np.cumsum(kept) - 1, -1)
        pieces = tuple(found for piece in self.pieces if (found := piece.kept(place)).pairs)
        return Counts(
            self.problem, self.cohorts, self.cohort[kept], self.session[kept], self.cost[kept], pieces, self.single,
            self.exchange[kept], self.side[kept],
        )  # fmt: skip

    def draft(self, count: IntArray) -> Draft:
        """Return a draft in which so many of each pair sit."""
        draft = Draft.empty(self.problem)
        for k, pairs in groupby(np.flatnonzero(count).tolist(), key=lambda pair: int(self.cohort[pair])):
            seats = np.concatenate([np.full(count[pair], self.session[pair]) for pair in pairs])
            draft.at[list(self.cohorts[k].parties[: len(seats)]), 0] = seats
        return Draft(draft.at, {int(s): () for s in draft.in_use()})


def counts_of(problem: Problem) -> Counts | None:
    """Return the counts of a round, None where it is of another kind or has too many kinds of candidates.

    It has no examiners, one component for each party, no two sessions that shut each other out, no seat limits beyond a
    session's capacity and no cost that counts over several sessions. Groups and exchange are welcome.
    """
    weights = problem.policy.weights
    if problem.policy.examiners_on or not len(problem.table) or problem.rows or problem.seat_locked:
        return None
    if weights.share_over or weights.day_peak or weights.group_session or any(len(due) > 1 for due in problem.due):
        return None
    if any(rivals(problem, sessions) for sessions in problem.by_room.values()):
        return None
    cohorts = tuple(cohorts_of(problem, range(len(problem.parties))))
    if not cohorts or sum(len(one.domains[0]) for one in cohorts) > MOST_PAIRS:
        return None
    table = problem.table
    cohort = np.repeat(np.arange(len(cohorts)), [len(one.domains[0]) for one in cohorts])
    session = np.concatenate([one.domains[0] for one in cohorts])
    first = np.array([one.first for one in cohorts], dtype=np.int64)[cohort]
    days = table.day[session] - problem.wait_from[first]
    cost = problem.fares[first, table.site[session]] + weights.wait_day * problem.heads[first] * days
    pieces, single = _pieces(problem, cohorts, cohort, session)
    return Counts(problem, cohorts, cohort, session, cost, pieces, single, *_exchanges(problem, first, session))


def _pieces(
    problem: Problem, cohorts: tuple[Cohort, ...], cohort: IntArray, session: IntArray
) -> tuple[tuple[Piece, ...], frozenset[int]]:
    there: dict[tuple[str, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for pair, (k, s) in enumerate(zip(cohort.tolist(), session.tolist(), strict=True)):
        group_id = group_of(problem, cohorts[k].first)
        if group_id:
            place = s if problem.together[group_id] == "session" else int(problem.table.site[s])
            there[group_id, cohorts[k].due[0]][place].append(pair)
    pieces: list[Piece] = []
    single: set[int] = set()
    for n, (key, places) in enumerate(sorted(there.items())):
        least, most = 0, sum(problem.heads[list(one.parties)].sum() for one in cohorts if _is_of(problem, one, key))
        if problem.together[key[0]] == "fragments":
            least, most = fragment_limits(problem, *key)
        else:
            single.add(n)
        pieces += [Piece(tuple(pairs), least, int(most), n) for _, pairs in sorted(places.items())]
    return tuple(pieces), frozenset(single)


def _is_of(problem: Problem, cohort: Cohort, key: tuple[str, int]) -> bool:
    return (group_of(problem, cohort.first), cohort.due[0]) == key


def _exchanges(problem: Problem, first: IntArray, session: IntArray) -> tuple[IntArray, IntArray]:
    exchange, side = np.full(len(first), -1, dtype=np.int64), np.zeros(len(first), dtype=np.int64)
    ways: dict[tuple[int, int], list[int]] = defaultdict(list)
    trained, host = problem.trained_by[first], problem.host[problem.table.site[session]]
    for pair in np.flatnonzero((trained >= 0) & (trained != host)) if problem.policy.no_mutual_exchange else ():
        ways[int(trained[pair]), int(host[pair])].append(int(pair))
    both = sorted(way for way in ways if way < way[::-1] and way[::-1] in ways)
    for n, way in enumerate(both):
        for k, pairs in enumerate((ways[way], ways[way[::-1]])):
            exchange[pairs], side[pairs] = n, k
    return exchange, side
