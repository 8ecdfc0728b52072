"""Compiled: the cheapest ways of kinds whose ways are too many to list, and first prices at which they are looked for.

Used by the proof of large rounds. Importing this compiles, or loads what was compiled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduler.planning.problem import Problem
from scheduler.planning.proving.cheapest import NEVER, Ask, People, Places, cheapest_ways
from scheduler.planning.proving.kinds import NOWHERE, Kind
from scheduler.planning.proving.value import SCALE, Offer, Prices
from scheduler.planning.table import BoolArray, IntArray


class Compiled:
    """Looks for the cheapest way of each kind anew at every price."""

    def __init__(self, problem: Problem, kinds: list[Kind]) -> None:
        self.problem, self.kinds = problem, kinds
        weights, table, slots = problem.policy.weights, problem.table, max(1, len(problem.slots))
        self.people = _people(problem, kinds)
        self.places = _places(problem, slots)
        self.cell = np.full((len(problem.site_ids), slots, 2), NEVER, dtype=np.int64)
        self.best = np.zeros((slots, 4), dtype=np.int64)
        self.rates = np.array([weights.extra_trip, weights.wait_day, SCALE], dtype=np.int64)
        self.size = len(table)

    def offers(self, prices: Prices, _most: int) -> Iterator[Offer]:
        """Yield for every kind its cheapest way; prices of links are left out, which only makes ways cheaper."""
        found = self.found(prices.seat)
        own = self._own(found)
        for k, (cost, first, second) in enumerate(found.tolist()):
            if first < 0:
                yield Offer(k, (min(self.kinds[k].unplaced * SCALE, NEVER),), ())
            else:
                yield Offer(k, (cost,), ((first, second, int(own[k])),))

    def found(self, seat: IntArray) -> IntArray:
        """Return cost, first and second session of the cheapest way by kind."""
        found = np.zeros((len(self.kinds), 3), dtype=np.int64)
        cheapest_ways(self.places, self.people, Ask(seat, self.rates, self.cell, self.best), found)
        return found

    def seats_wanted(self, found: IntArray) -> IntArray:
        """Return how many candidates ask for a seat in each session, if those take their way who are better off so."""
        taken = found[:, 0] < np.array([kind.unplaced for kind in self.kinds]) * SCALE
        number = np.array([kind.size * kind.heads for kind in self.kinds], dtype=np.int64) * taken
        wanted = np.zeros(self.size + 1, dtype=np.int64)  # the last one stands for no session
        for column in (1, 2):
            np.add.at(wanted, found[:, column], number)
        return wanted[:-1]

    def _own(self, found: IntArray) -> IntArray:
        """Return what the ways cost without seats."""
        table, people, weights = self.problem.table, self.people, self.problem.policy.weights
        first, second = found[:, 1], found[:, 2]
        every, both = np.arange(len(found)), second != NOWHERE
        last = np.where(both, second, first)
        together = (table.site[first] == table.site[second]) & (table.day[first] == table.day[second])
        own = people.fare[every, table.site[first]] + weights.wait_day * people.heads * (
            table.day[last] - people.wait_from
        )
        further = people.fare[every, table.site[second]] + weights.extra_trip * people.heads
        result: IntArray = own + np.where(both & ~together, further, 0)
        return result


def _people(problem: Problem, kinds: list[Kind]) -> People:
    number: dict[int, int] = {}
    lists: list[IntArray] = []
    chosen = np.full((len(kinds), 2), -1, dtype=np.int64)
    for k, kind in enumerate(kinds):
        for j, position in enumerate(kind.positions):
            domain = problem.domains[kind.first][position]
            if id(domain) not in number:
                number[id(domain)] = len(lists)
                lists.append(domain)
            chosen[k, j] = number[id(domain)]
    members = [kind.first for kind in kinds]
    return People(
        chosen[:, 0].copy(), chosen[:, 1].copy(), *_flat(lists), np.array([kind.heads for kind in kinds], dtype=np.int64),
        problem.wait_from[members], problem.fares[members],
    )  # fmt: skip


def _places(problem: Problem, slots: int) -> Places:
    """Say of each slot with a session which slots its sessions may follow."""
    table = problem.table
    used, sample = np.unique(table.slot, return_index=True)
    fits: BoolArray = problem.in_sequence(sample, sample)
    today = table.day[sample][:, None] == table.day[sample]
    before: list[IntArray] = [np.zeros(0, dtype=np.int64)] * slots
    same = list(before)
    for n, t in enumerate(used.tolist()):
        before[t], same[t] = used[fits[:, n]], used[fits[:, n] & today[:, n]]
    return Places(table.site, table.slot, table.day, *_flat(before), *_flat(same))


def _flat(lists: Sequence[IntArray]) -> tuple[IntArray, IntArray]:
    ends = np.cumsum([0, *(len(one) for one in lists)]).astype(np.int64)
    return ends, np.concatenate([*lists, np.zeros(0, dtype=np.int64)])
