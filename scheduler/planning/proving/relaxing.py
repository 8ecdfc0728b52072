"""Relaxation: prices for a part of all plans by generating columns, and cuts that make it tighter.

Used by the proof. The model proposes prices, ``value`` says in whole numbers what they prove.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scheduler.planning.problem import Problem
from scheduler.planning.proving.kinds import Kind
from scheduler.planning.proving.master import INFINITY, Master
from scheduler.planning.proving.supply import States, pools
from scheduler.planning.proving.value import SCALE, Demand, Prices, demand_value, supply_value

NOTHING = -(1 << 60)
FRESH = 0.05
"""Cost units by which a way must be better than what its kind pays to be added."""
CLOSE = 1.0
"""Cost units between the model and the value at which the model counts as solved."""
WAYS = 2
"""Most ways of a kind added at a time."""
CLEAR = 0.02
"""Limits, and links of parties, broken by less are let be."""


class Relaxation:
    """All plans, or those within the limits set on the master's sums."""

    def __init__(
        self, problem: Problem, kinds: list[Kind], states: States, demand: Demand, solves: int = 1_000
    ) -> None:
        self.kinds, self.states, self.demand, self.solves = kinds, states, demand, solves
        self.examiner = problem.policy.weights.examiner
        self.master = Master(kinds, states, len(problem.table), problem.policy.weights)
        self.pools = list(pools(problem))
        self.best = NOTHING
        """Best value of the last relaxation, in parts of ``SCALE``."""
        self.at = Prices.of(np.zeros(len(problem.table), dtype=np.int64))
        """Prices of that value."""

    def relax(
        self,
        known: int,
        stop: Callable[[], bool],
        first: Prices | None = None,
        tell: Callable[[int], None] = lambda _value: None,
    ) -> int:
        """Solve the model and add ways until none is worth it or the value reaches the known cost; return the value.

        Args:
            known: In parts of ``SCALE``.
            stop: Asked between solves.
            first: Good prices near which ways are looked for; for models too large to start from nothing.
            tell: Told the best value so far after each solve.
        """
        self.best = NOTHING
        if first is not None:
            self._look(first, guided=False)
            self.master.guard(first)
            tell(self.best)
        for _ in range(self.solves):
            if self.best >= known or stop():
                break
            cost = self.master.solve()
            if cost is None:
                break
            fresh = first is not None and self._look(self.at.halfway(self.master.prices()))
            fresh = fresh or self._look(self.master.prices())
            tell(self.best)
            near = cost * SCALE - self.best < CLOSE * SCALE
            if (near or not fresh) and not self.master.loosen():
                break
        return self.best

    def _look(self, prices: Prices, *, guided: bool = True) -> int:
        """Take the value of prices, and add ways that are better than what their kind pays; return how many were new."""
        offers, fresh = [], 0
        for offer in self.demand.offers(prices, WAYS):
            offers.append(offer)
            pays = (self.master.pays(offer.kind) - FRESH) * SCALE if guided else INFINITY
            for cost, way in zip(offer.cost, offer.way, strict=False):
                if cost < pays:
                    fresh += self.master.add_way(offer.kind, way)
        value = demand_value(self.kinds, offers) + supply_value(self.states, prices, self.examiner) + prices.fixed
        if value > self.best:
            self.best, self.at = value, prices
        return fresh

    def cut(self, *, links: bool) -> int:
        """Add pools, and links if wanted, that the solution breaks; return how many."""
        crews = self.master.opened(crews=True)
        broken = [n for n, pool in enumerate(self.pools) if crews[pool.sessions].sum() > (pool.most or 0) + CLEAR]
        for n in reversed(broken):
            self.master.add_sum(self.pools.pop(n))
        return len(broken) + (self.master.add_links(CLEAR) if links else 0)

    def tighten(self, known: int, rounds: int, gain: float, stop: Callable[[], bool]) -> int:
        """Relax and cut in turn, so many times at most and while a cut gains enough; return the best value."""
        best = self.relax(known, stop)
        for _ in range(rounds):
            if best >= known or stop() or not self.cut(links=True):
                break
            before, best = best, max(best, self.relax(known, stop))
            if best - before < gain * SCALE:
                break
        return best
