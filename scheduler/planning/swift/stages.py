"""Search: seat the unusual, build, anneal, re-seat, bound.

Used through ``swift.search``. Everything is counted; the clock is asked only by ``stop``.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduler.planning.construct import Builder
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.proving import effort_for, prove
from scheduler.planning.swift.board import Board
from scheduler.planning.swift.bounds_prices import hopeless_cost
from scheduler.planning.swift.layout import F_FROM, HEADS, LEEWAY
from scheduler.planning.swift.reseat import reseat
from scheduler.planning.swift.work import Work
from scheduler.planning.units import unit_of

COOLING = 54
"""Steps of a leg; at each the heat falls by a twentieth, to a sixteenth in all."""
OPENINGS = (1, 0, 2, 4)
"""Discounts on opening with which starts are built, of 64: whoever comes first opens for those who follow."""


class Swift:
    """One search."""

    def __init__(
        self,
        problem: Problem,
        seed: int,
        work: Work,
        tell: Callable[[str, int, int, int | None, int | None], None],
        stop: Callable[[], bool],
    ) -> None:
        self.problem, self.seed, self.work, self.tell, self.stop = problem, seed, work, tell, stop
        self.bound = hopeless_cost(problem)

    def run(self) -> tuple[Draft, int]:
        """Return the best draft and the bound."""
        if not any(self.problem.hopeful(p) for p in range(len(self.problem.parties))):
            return Draft.empty(self.problem), self.bound
        board = self.start()
        for leg in range(self.work.legs):
            self.leg(board, leg)
            board = self.reseated(board)
            if self.stop():
                break
        self.prove(board.best)
        return board.checked(), min(self.bound, board.best)

    def reseated(self, board: Board) -> Board:
        """Seat everybody anew in the sessions and at the crews of the best plan, as well as can be."""
        better = reseat(board, self.work.reseat, self.stop)
        self.tell("improve", 0, 0, better.best, self.bound)
        return better

    def prove(self, known: int) -> None:
        """Raise the bound."""
        effort = effort_for(len(self.problem.parties))
        self.bound = max(self.bound, prove(self.problem, known, effort, self.stop, self.tell))

    def start(self) -> Board:
        """Seat those the kernels do not move, then everybody else in several orders at several discounts; keep the best."""
        blank = Board(self.problem, Draft.empty(self.problem), self.seed)
        still = [unit.parties for unit in blank.units if not unit.moves]
        unusual = self._unusual(still) if still else Draft.empty(self.problem)
        orders = _orders(blank)
        best: Board | None = None
        for n, (discount, order) in enumerate(product(OPENINGS, orders)):
            board = Board(self.problem, unusual, self.seed, blank)
            board.build(order, discount)
            if best is None or board.best < best.best:
                best = board
            self.tell("start", n + 1, len(OPENINGS) * len(orders), best.best, self.bound)
            if self.stop():
                break
        return best or blank

    def _unusual(self, still: list[tuple[int, ...]]) -> Draft:
        builder = Builder(self.problem)
        units = sorted(
            (unit_of(self.problem, parties) for parties in still),
            key=lambda u: (min((len(d) for d in u.domains), default=0), u.parties),
        )
        for unit in units:
            builder.insert(unit, (1, 8))
        return builder.draft()

    def leg(self, board: Board, leg: int) -> None:
        """Cool down once."""
        heat = self.work.heat / (leg + 1)
        for step in range(COOLING):
            board.anneal(self.work.moves // COOLING, heat, self.work.size)
            heat *= 0.95
            self.tell("improve", leg * COOLING + step + 1, self.work.legs * COOLING, board.best, self.bound)
            if self.stop():
                return
        board.checked()


def _orders(board: Board) -> list[npt.NDArray[Any]]:
    """Return orders in which to seat: the largest first, then those with the fewest days, then by number, or near ones together."""
    who, movers = board.given.who[board.movers], board.movers
    home = board.given.fare[movers].argmin(axis=1)
    return [
        movers[np.lexsort((movers, who[:, LEEWAY], -who[:, HEADS]))],
        movers[np.lexsort((movers, who[:, F_FROM], home, who[:, LEEWAY], -who[:, HEADS]))],
    ]
