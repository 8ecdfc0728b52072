"""The search for locations: prices say which sessions and seats matter, compiled search seats people, a solver decides the rest.

Used by the solve where ``applies`` says so. Everything is counted and nothing timed: same case, same seed, same seating.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from scheduler.planning.draft import Draft
from scheduler.planning.location.case import Case, case_of, draft_of
from scheduler.planning.location.mip import Part, Reply, solve_part
from scheduler.planning.location.neighbours import neighbourhood, seated_again
from scheduler.planning.location.prices import SCALE, Market, Prices
from scheduler.planning.location.ruin import settled, shaken
from scheduler.planning.location.tree import Tree
from scheduler.planning.problem import Problem
from scheduler.planning.table import IntArray

Tell = Callable[[str, int, int, int | None, int | None], None]
PARTS = 40
"""Steps in which the first prices are found; a seating is tried after each."""
LEAST_SHARE = 0.05
"""Share of the way from bound to cost below which no target is tried."""
ANSWER_WORK = 2e-3
"""Units of work of an answered target for each of its seats, about."""
MOST_CELLS = 12_000
"""Pairs of party and session up to which a case is proven whole."""
MOST_SEATS = 4000
"""Seats of the model of a whole case; more are taken in only as far as the target allows."""


def search(problem: Problem, seed: int, work: float, tell: Tell, stop: Callable[[], bool]) -> tuple[Draft, int]:
    """Return the best draft found, and a number no plan costs less than.

    Args:
        problem: A round to which ``applies`` applies.
        seed: Of chance.
        work: Units, about seconds of one core; small cases are proven and end before.
        tell: Hears stage, steps done and in all, cost and bound.
        stop: Asked between steps; True ends the search with what it has.
    """
    case = case_of(problem)
    hunt = Hunt(case, seed, tell, stop)
    hunt.run(work)
    return draft_of(problem, case, hunt.at), hunt.bound


class Hunt:
    """The best seating and the best bound so far."""

    def __init__(self, case: Case, seed: int, tell: Tell, stop: Callable[[], bool]) -> None:
        self.case, self.seed, self.tell, self.stop = case, seed, tell, stop
        self.at = np.full(len(case.heads), case.nowhere, dtype=np.int64)
        self.cost, self.bound = case.worth(self.at), 0
        self.market = Market(case)
        self.tried: set[bytes] = set()
        few = np.partition(case.cost, min(2, case.nowhere), axis=1)[:, :3]
        self.heat = max(1.0, float(np.median(few[few < case.cost[:, -1:]])) if (few < case.cost[:, -1:]).any() else 1.0)

    def over(self) -> bool:
        """Tell whether there is nothing left to find, or no time."""
        return self.bound >= self.cost or self.stop()

    def offer(self, at: IntArray) -> bool:
        """Keep a seating if it is the best."""
        cost = self.case.worth(at)
        if cost >= self.cost:
            return False
        self.at, self.cost = at, cost
        return True

    def run(self, work: float) -> None:
        """Price, shake, then prove a small case or work through the neighbourhoods of a large one."""
        prices = self.priced()
        self.shake(work)
        if self.over():
            return
        prices = self.market.better(replace(prices, step=0.5), self.cost, 400)
        self.bound = max(self.bound, min(self.cost, prices.bound))
        if self.case.by_session.size <= MOST_CELLS:
            self.prove(prices, work)
        else:
            self.nearby(prices, work * 0.5)
            self.aim(prices, work * 0.5, work * 0.5)

    def prove(self, prices: Prices, work: float) -> None:
        """Branch and price until nothing cheaper can be left."""
        tree = Tree(self.case, self.at)

        def told(tree: Tree) -> None:
            self.offer(tree.at)
            self.bound = max(self.bound, tree.bound)
            self.tell("exact", 0, 0, self.cost, self.bound)

        tree.grow(prices, work, self.stop, told)

    def priced(self) -> Prices:
        """Find prices, and try the sessions that pay at them."""
        prices, rounds = self.market.first(), 20
        for n in range(PARTS):
            guess = int(prices.price.sum() // SCALE * 1.3) if not n else self.cost
            prices = self.market.better(prices, max(self.bound + 1, guess), rounds)
            self.bound = max(self.bound, min(self.cost, prices.bound))
            self.offer_sessions(prices, n)
            self.tell("bound", n + 1, PARTS, self.cost, self.bound)
            if self.over():
                break
        return prices

    def offer_sessions(self, prices: Prices, n: int) -> None:
        """Seat everybody in the sessions that pay, with the best others until there are enough seats."""
        case = self.case
        order = np.argsort(-prices.surplus / np.maximum(1, case.seats[:-1]), kind="stable")
        ahead = np.cumsum(case.seats[order]) - case.seats[order]
        chosen = np.sort(order[(prices.surplus[order] > 0) | (ahead < case.heads.sum())])
        if chosen.tobytes() not in self.tried:
            self.tried.add(chosen.tobytes())
            self.offer(settled(case, chosen, 400, (self.heat, self.heat / 30), self.seed + n))

    def shake(self, work: float) -> None:
        """Ruin and recreate from the best seating, two runs at a time, each time from the better one."""
        opening = float(self.case.opening[np.unique(self.at)].mean())
        scarce, left = self.case.heads.sum() > 0.93 * self.case.seats[:-1].sum(), (self.at == self.case.nowhere).any()
        tight, small = scarce or left, self.case.by_session.size <= MOST_CELLS
        moves = int((4000 if tight else 400) * work)
        stages = [(max(self.heat, opening / 10), 4), (self.heat, 20), (self.heat / 2, 100)]
        if tight:
            stages = [(2 * self.heat, 60), (self.heat, 100), (self.heat, 100), (self.heat / 2, 300)]
        with ThreadPoolExecutor(2) as pool:
            for n, (heat, soft) in enumerate(stages):
                seeds = [self.seed * 100 + 2 * n, self.seed * 100 + 2 * n + 1]
                runs = [
                    pool.submit(shaken, self.case, self.at, moves, (heat, self.heat / 30), s, soft=soft) for s in seeds
                ]
                for run in runs:
                    self.offer(run.result())
                self.tell("improve", n + 1, len(stages), self.cost, self.bound)
                # Of a small case the rest is for the solver, once everybody has a place.
                if self.over() or (small and left and not scarce and not (self.at == self.case.nowhere).any()):
                    return

    def aim(self, prices: Prices, work: float, last: float | None) -> None:
        """Ask for a seating below a target between bound and cost: either there is one, or the target is the new bound.

        A low target leaves few seats and is answered soon. Once one is not, ``last`` is what the cost in hand is given; without
        it, lower and lower targets are tried.
        """
        share, spent, each = 0.5, 0.0, work / 8
        while not self.over() and spent < work:
            target = min(self.cost, self.bound + max(1, int(np.ceil(share * (self.cost - self.bound)))))
            kept = self.market.seats_worth(prices, target)
            if int(kept.sum()) > MOST_SEATS:
                share /= 2
                if share < 1e-3:
                    return
                continue
            surely = prices.surplus > (target - 1) * SCALE - prices.value
            reply = solve_part(Part(self.case, kept, surely, target), min(each, work - spent))
            found = reply.at is not None and self.offer(reply.at)
            self.bound = max(self.bound, min(self.cost, reply.bound))
            self.tell("exact", 0, 0, self.cost, self.bound)
            if self.bound >= target or found:
                spent += min(each, int(kept.sum()) * ANSWER_WORK)
                share = min(1.0, 1.5 * share)
                continue
            if share == 1.0 or share < LEAST_SHARE:
                return
            spent += each
            share, each = (share / 2, each) if last is None else (1.0, last)

    def nearby(self, prices: Prices, work: float) -> None:
        """Solve neighbourhoods exactly, two apart from each other at a time."""
        chance = np.random.default_rng(self.seed)
        each, total = 0.5, max(1, int(work / 0.5))
        with ThreadPoolExecutor(2) as pool:
            for n in range(0, total, 2):
                first = neighbourhood(self.case, self.at, prices, chance, None)
                second = neighbourhood(self.case, self.at, prices, chance, first)
                replies: list[Reply] = list(pool.map(lambda one: solve_part(one.part, each), (first, second)))
                for one, reply in zip((first, second), replies, strict=True):
                    if reply.at is not None:
                        self.offer(seated_again(self.at, one, reply.at))
                self.tell("improve", n + 2, total, self.cost, self.bound)
                if self.over():
                    return
