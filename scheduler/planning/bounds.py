"""A proven lower bound by seat prices (Lagrangian relaxation), in whole numbers throughout, so that it holds exactly.

Used by the solve. Every candidate pays a price for a seat and takes the cheapest way through the exam; sessions sell seats
and open only as a whole, with whole examiners, as many seats for each component as it has candidates. Whatever the prices,
both together never exceed the cost of a plan: rooms that clash, groups, pools of examiners and recusals are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scheduler.planning.cohorts import Cohort
from scheduler.planning.problem import Problem
from scheduler.planning.table import IntArray

SCALE = 64
"""Prices are whole multiples of a cost unit divided by this."""
INFINITE = 1 << 50
PATIENCE = 8
"""Adjustments without a better bound after which prices move less."""
MOST_CELLS = 30_000_000
"""Pairs of places beyond which ways of two components are no longer kept in memory."""


@dataclass(frozen=True, slots=True)
class _Ways:
    """How a cohort may go through its components."""

    cohort: Cohort
    own: tuple[IntArray, ...]
    """Per component the party's own cost of each choice; for two in order one matrix of both."""


def relaxed_bound(
    problem: Problem, cohorts: list[Cohort], known: int, rounds: int, stop: Callable[[], bool] = lambda: False
) -> int:
    """Return a number no plan of these cohorts costs less than.

    Args:
        problem: The round.
        cohorts: Everyone who has choices.
        known: Cost of a plan in hand, towards which the prices are driven.
        rounds: Price adjustments; the first third with one price for all in a session, then one for each cohort.
        stop: Asked before each of them.
    """
    market = _Market(problem, cohorts)
    best, step, since = 0, 1.0, 0
    prices = best_prices = market.first_prices()
    for n in range(rounds):
        if stop():
            break
        if n == rounds // 3:
            prices, step, since = best_prices, 1.0, 0
        value, lack = market.clear(prices)
        bound = -(-value // SCALE)
        since += 1
        if bound > best:
            best, best_prices, since = bound, prices, 0
        if since >= PATIENCE:
            step, since = step * 0.6, 0
        if n < rounds // 3:
            lack = market.alike(lack)
        size = int((lack * lack).sum())
        if best >= known or not size:
            break
        move = step * max(1, known * SCALE - value) / size
        prices = prices + np.rint(move * lack).astype(np.int64)
    return min(best, known)


class _Market:
    """Seats by column: one for each cohort, component and session it may choose."""

    def __init__(self, problem: Problem, cohorts: list[Cohort]) -> None:
        self.problem = problem
        self.ways = [_ways(problem, cohort) for cohort in cohorts]
        domains = [domain for cohort in cohorts for domain in cohort.domains]
        self.session = np.concatenate(domains) if domains else np.zeros(0, dtype=np.int64)
        """Session of each column."""
        seats = [np.full(len(d), c.size * c.heads, dtype=np.int64) for c in cohorts for d in c.domains]
        self.seats = np.concatenate(seats) if seats else np.zeros(0, dtype=np.int64)
        """Most candidates in each column."""
        order = np.argsort(self.session, kind="stable")
        ends = np.searchsorted(self.session[order], np.arange(len(problem.table) + 1))
        self.columns = [order[ends[s] : ends[s + 1]] for s in range(len(problem.table))]
        self.wanted = np.zeros(len(problem.components), dtype=np.int64)
        for cohort in cohorts:
            for c in cohort.due:
                self.wanted[c] += cohort.size * cohort.heads
        self.sessions = [np.flatnonzero(problem.table.component == c) for c in range(len(problem.components))]
        parts = max((len(cohort.due) for cohort in cohorts), default=1) + 1
        # The penalty for leaving somebody out is split between the party and its components.
        self.share = problem.policy.weights.unplaced * SCALE // parts
        self.costs = [self._step_costs(s) for s in range(len(problem.table))]

    def _step_costs(self, session: int) -> IntArray:
        """Return what a session of 0, 1, … candidates costs."""
        problem = self.problem
        most = min(int(problem.table.capacity[session]), int(self.seats[self.columns[session]].sum()))
        crew = np.array([problem.need(session, n) for n in range(most + 1)], dtype=np.int64)
        cost = problem.policy.weights.examiner * crew
        cost[1:] += problem.table.opening[session]
        return cost * SCALE

    def first_prices(self) -> IntArray:
        """Return what a seat costs in a full session, by column."""
        each = np.array([int(cost[-1]) // max(1, len(cost) - 1) for cost in self.costs], dtype=np.int64)
        return each[self.session]

    def alike(self, lack: IntArray) -> IntArray:
        """Return the sum over each session in all of its columns."""
        total = np.zeros(len(self.problem.table), dtype=np.int64)
        np.add.at(total, self.session, lack)
        return total[self.session]

    def clear(self, prices: IntArray) -> tuple[int, IntArray]:
        """Return the value of the relaxation at these prices, and seats asked for less seats offered, by column."""
        lack = np.zeros(len(prices), dtype=np.int64)
        value = at = 0
        for ways in self.ways:
            value += self._demand(ways, prices, at, lack)
            at += sum(len(domain) for domain in ways.cohort.domains)
        for c, sessions in enumerate(self.sessions):
            if self.wanted[c]:
                value += self._supply(sessions, int(self.wanted[c]), prices, lack)
        return value, lack

    def _demand(self, ways: _Ways, prices: IntArray, at: int, lack: IntArray) -> int:
        """Send a cohort its cheapest way, unless it is cheaper left out."""
        cohort = ways.cohort
        starts = [at, *(at + np.cumsum([len(domain) for domain in cohort.domains])).tolist()]
        pay = [prices[i:j] * cohort.heads for i, j in pairwise(starts)]
        if len(ways.own) < len(cohort.due):
            whole = ways.own[0] + pay[0][:, None] + pay[1][None, :]
            first, second = divmod(int(whole.argmin()), whole.shape[1])
            cheapest, chosen = int(whole[first, second]), [first, second]
        else:
            sums = [own + paid for own, paid in zip(ways.own, pay, strict=True)]
            chosen = [int(one.argmin()) for one in sums]
            cheapest = sum(int(one[n]) for one, n in zip(sums, chosen, strict=True))
        out = cohort.heads * (self.problem.policy.weights.unplaced * SCALE - len(cohort.due) * self.share)
        if out < cheapest:
            return out * cohort.size
        for start, n in zip(starts, chosen, strict=False):
            lack[start + n] += cohort.size * cohort.heads
        return cheapest * cohort.size

    def _supply(self, sessions: IntArray, wanted: int, prices: IntArray, lack: IntArray) -> int:
        """Sell exactly the seats wanted, or leave some unsold at the component's share of the penalty."""
        value = np.full(wanted + 1, INFINITE, dtype=np.int64)
        value[0] = 0
        choices = []
        for s in sessions.tolist():
            profit, order, seats = self._offers(s, prices)
            cost = self.costs[s] - profit
            size = len(cost)
            padded = np.concatenate([np.full(size - 1, INFINITE, dtype=np.int64), value])
            sums = np.lib.stride_tricks.sliding_window_view(padded, size) + cost[::-1]
            choice = sums.argmin(axis=1)
            value = sums[np.arange(wanted + 1), choice]
            choices.append((size - 1 - choice, order, seats))
        unsold = value + self.share * np.arange(wanted, -1, -1, dtype=np.int64)
        sold = int(unsold.argmin())
        result = int(unsold[sold])
        for choice, order, seats in reversed(choices):
            number = int(choice[sold])
            if number:
                taken = np.minimum(np.maximum(0, number - (np.cumsum(seats) - seats)), seats)
                np.subtract.at(lack, order, taken)
            sold -= number
        return result

    def _offers(self, session: int, prices: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return the best takings of a session by number of candidates, and the columns from the dearest with their seats."""
        columns = self.columns[session]
        order = columns[np.argsort(-prices[columns], kind="stable")]
        seats = self.seats[order]
        most = len(self.costs[session]) - 1
        each = np.repeat(prices[order], np.minimum(seats, most))[:most]
        return np.concatenate([[0], np.cumsum(each)]), order, seats


def _ways(problem: Problem, cohort: Cohort) -> _Ways:
    """Price the choices of a cohort without seats: exactly for one component or two in order, else from below."""
    table, weights, p = problem.table, problem.policy.weights, cohort.first
    fare, first = problem.fares[p], int(problem.wait_from[p])
    if (
        len(cohort.due) == 2
        and cohort.order == ((0, 1),)
        and len(cohort.domains[0]) * len(cohort.domains[1]) < MOST_CELLS
    ):
        a, b = cohort.domains
        same = (table.site[a][:, None] == table.site[b]) & (table.day[a][:, None] == table.day[b])
        own = np.where(same, 0, fare[table.site[b]] + weights.extra_trip * cohort.heads) + fare[table.site[a]][:, None]
        own = own + weights.wait_day * cohort.heads * (table.day[b] - first)
        return _Ways(cohort, (np.where(problem.in_sequence(a, b), own * SCALE, INFINITE),))
    last = cohort.last_position
    own_costs = []
    for j, domain in enumerate(cohort.domains):
        # One trip may serve every component, so each is charged its share of the fare only.
        own = fare[table.site[domain]] * SCALE // len(cohort.due)
        if j == last:
            own = own + weights.wait_day * cohort.heads * (table.day[domain] - first) * SCALE
        own_costs.append(own)
    return _Ways(cohort, tuple(own_costs))
