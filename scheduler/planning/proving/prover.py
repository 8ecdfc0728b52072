"""Proving: what no plan of a round costs less than, as well as the effort allows; and prices of seats for a search.

Used through ``proof.prove`` or, where prices are wanted too, as it is. Solvers and kernels let other threads run meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from scheduler.planning.problem import Problem
from scheduler.planning.progress import Tell
from scheduler.planning.proving.effort import Effort
from scheduler.planning.proving.kinds import Kind, WayList, kinds_of
from scheduler.planning.proving.relaxing import Relaxation
from scheduler.planning.proving.supply import States, states_of
from scheduler.planning.proving.tree import Tree
from scheduler.planning.proving.value import SCALE, Listed, Offer, Prices


class Prover:
    """A bound on its way up."""

    def __init__(self, problem: Problem, effort: Effort) -> None:
        self.problem, self.effort = problem, effort
        self.base = problem.hopeless_cost
        """What those cost whom no plan can seat."""
        self.bound = self.base
        self._seat = np.zeros(len(problem.table), dtype=np.int64)

    def prove(self, known: int, stop: Callable[[], bool], tell: Tell) -> int:
        """Return a cost no plan is below, the known one at most.

        Args:
            known: Cost of a plan in hand.
            stop: Asked between steps; True ends the proof with what is proven so far.
            tell: Told stage, parts looked at, parts in all, known cost and bound.
        """
        kinds = kinds_of(self.problem)
        if kinds and self.bound < known and not stop():
            self._prove(kinds, known, stop, tell)
        self.bound = min(self.bound, known)
        return self.bound

    def prices(self) -> npt.NDArray[np.float64]:
        """Return the best prices of seats without branching, in cost units, by session."""
        return self._seat / SCALE

    def _prove(self, kinds: list[Kind], known: int, stop: Callable[[], bool], tell: Tell) -> None:
        target, parts = (known - self.base) * SCALE, self.effort.parts

        def told(done: int, value: int) -> None:
            self.bound = max(self.bound, self.base - (-value // SCALE))
            if not done:
                self._seat = relaxation.at.seat
            tell("bound", done, parts, known, min(self.bound, known))

        relaxation, first = relaxation_of(self.problem, kinds, self.effort, target, stop)
        listed = first is None

        def over() -> bool:
            return stop() or relaxation.master.work > self.effort.work

        root = relaxation.relax(target, over, first, lambda value: told(0, value))
        for _ in range(self.effort.cuts):
            # Links price ways by kind, which only lists know.
            if root >= target or over() or not relaxation.cut(links=listed):
                break
            before, root = root, max(root, relaxation.relax(target, over))
            told(0, root)
            if root - before < self.effort.gain * SCALE:
                break
        if parts and root < target and not over():
            told(parts, Tree(self.problem, relaxation, target, over).grow(root, parts, told))


def relaxation_of(
    problem: Problem, kinds: list[Kind], effort: Effort, known: int, stop: Callable[[], bool]
) -> tuple[Relaxation, Prices | None]:
    """Return the relaxation of all plans; with first prices where there are too many ways to list.

    Args:
        problem: The round, or a part of it.
        kinds: Its kinds.
        effort: How many ways may be listed, and how often first prices are adjusted.
        known: Cost of a plan in hand without the hopeless, in parts of ``SCALE``.
        stop: Asked between adjustments.
    """
    ways = WayList(problem)
    kinds = sorted(kinds, key=lambda kind: kind.parts > 1)
    states = states_of(problem, kinds)
    if sum(ways.size(kind) for kind in kinds) <= effort.listed:
        return Relaxation(problem, kinds, states, Listed(kinds, ways), effort.solves), None
    demand = Both(problem, kinds, ways)
    first = demand.first_prices(states, effort.market, known, stop)
    return Relaxation(problem, kinds, states, demand, effort.solves), first


class Both:
    """Compiled search for kinds of whole parties, which come first, and lists for the rest."""

    def __init__(self, problem: Problem, kinds: list[Kind], ways: WayList) -> None:
        from scheduler.planning.proving.compiled import Compiled

        whole = sum(kind.parts == 1 for kind in kinds)
        self.compiled, self.rest = Compiled(problem, kinds[:whole]), Listed(kinds[whole:], ways)

    def first_prices(self, states: States, rounds: int, known: int, stop: Callable[[], bool]) -> Prices:
        """Return prices near which ways are worth looking for."""
        from scheduler.planning.proving.market import market_prices

        return market_prices(self.compiled, states, rounds, known, stop)

    def offers(self, prices: Prices, most: int) -> Iterator[Offer]:
        """Yield for every kind its cheapest ways."""
        yield from self.compiled.offers(prices, most)
        before = len(self.compiled.kinds)
        for offer in self.rest.offers(prices, most):
            yield Offer(before + offer.kind, offer.cost, offer.way)
