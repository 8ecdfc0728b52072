"""Search: seat the unusual, build and dive, then anneal and re-seat two plans side by side, with the bound beside them.

Used through ``swift.search``. Everything is counted; the clock is asked only by ``stop``. Threads wait for each other at
fixed points and share nothing they write to, so the plan does not depend on which is quicker.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduler.executors.workers import Inline
from scheduler.planning.cohorts import group_of
from scheduler.planning.construct import Builder
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.progress import Tell
from scheduler.planning.proving import effort_for, prove
from scheduler.planning.swift.board import Board
from scheduler.planning.swift.diving import dived
from scheduler.planning.swift.layout import F_FROM, HEADS, LEEWAY, WHOLE
from scheduler.planning.swift.reseat import reseat
from scheduler.planning.swift.work import Work
from scheduler.planning.units import unit_of

COOLING = 54
"""Steps of a leg; at each the heat falls by a twentieth, to a sixteenth in all."""
LINES = (1, 2)
"""Plans that are annealed side by side, and how many times the heat each gets: no one heat suits every round."""
OPENINGS = (2, 1, 4)
"""Discounts on opening with which starts are built, of 64: whoever comes first opens for those who follow."""


class Swift:
    """One search."""

    def __init__(
        self,
        problem: Problem,
        seed: int,
        work: Work,
        tell: Tell,
        stop: Callable[[], bool],
    ) -> None:
        self.problem, self.seed, self.work, self.tell, self.stop = problem, seed, work, tell, stop
        self.bound, self.cost, self.ended = problem.hopeless_cost, 1 << 60, False
        self.left: int | None = None

    def run(self) -> tuple[Draft, int]:
        """Return the best draft and the bound."""
        if not any(self.problem.hopeful(p) for p in range(len(self.problem.parties))):
            return Draft.empty(self.problem), self.bound
        board = self.start()
        with ThreadPoolExecutor(1 + len(LINES)) as pool:
            proof = pool.submit(self.prove, board.best)
            try:
                board = self.improved(board, pool)
                proof.result()
            finally:
                self.ended = True
        self.tell("bound", 1, 1, board.best, self.bound)
        return board.checked(), min(self.bound, board.best)

    def prove(self, known: int) -> None:
        """Raise the bound, towards the cost of the first plan."""

        def told(_stage: str, _done: int, _total: int, /, *figures: int | None) -> None:
            self.bound = max(self.bound, figures[1] or 0)

        effort = effort_for(len(self.problem.parties))
        self.bound = max(self.bound, prove(self.problem, known, effort, lambda: self.ended or self.stop(), told))

    def improved(self, board: Board, pool: ThreadPoolExecutor) -> Board:
        """Return the best of the plans that start from one and go their own ways."""
        best = board
        for leg in range(self.work.legs):
            draft = (board if self.work.anew and leg < self.work.legs - 1 else best).draft()
            lines = [Board(self.problem, draft, self.seed + 2 * leg + hot, best) for hot in LINES]
            self.leg(lines, leg, pool)
            # One after the other, because a model takes more memory than all else.
            done = [reseat(line, self.work.reseat, self.stop) for line in lines]
            best = min([best, *done], key=lambda line: line.best)
            self._say(leg + 1, 0, best)
            if self.stop():
                break
        return best

    def leg(self, lines: list[Board], leg: int, pool: ThreadPoolExecutor) -> None:
        """Cool down once; the last time from less, to polish the best of the others."""
        heat = self.work.heat / (4 if 0 < leg == self.work.legs - 1 else 1)
        moves, size = self.work.moves // COOLING, self.work.size
        for step in range(COOLING):
            steps = [pool.submit(line.anneal, moves, heat * hot, size) for line, hot in zip(lines, LINES, strict=True)]
            for one in steps:
                one.result()
            heat *= 0.95
            self._say(leg, step + 1, min(lines, key=lambda line: line.best))
            if self.stop():
                return

    def _say(self, leg: int, step: int, line: Board) -> None:
        if line.best < self.cost:
            self.cost, self.left = line.best, line.left
        self.tell("improve", leg * COOLING + step, self.work.legs * COOLING, self.cost, self.bound, self.left)

    def start(self) -> Board:
        """Return the cheapest of a quick start, one by linear models, and some that look at the prices of the models."""
        first, unusual = self.first()
        deep = self.better(first, unusual, Inline())
        best = deep
        for cut, order in product(OPENINGS, _orders(deep)):
            if self.stop():
                break
            board = Board(self.problem, unusual, self.seed, deep)
            board.build(order, cut, WHOLE)
            best = min(best, board, key=lambda one: one.best)
            self._begun(best)
        return best

    def first(self) -> tuple[Board, Draft]:
        """Seat those the kernels do not move, then everybody else one after another; return also the seats of the former."""
        blank = Board(self.problem, Draft.empty(self.problem), self.seed)
        still = self._still(blank)
        unusual = self._unusual(still) if still else Draft.empty(self.problem)
        board = Board(self.problem, unusual, self.seed, blank)
        board.build(_orders(blank)[0], 1)
        self._begun(board)
        return board, unusual

    def better(self, first: Board, unusual: Draft, executor: Executor) -> Board:
        """Return the plan of linear models where it is better."""

        def told(done: int, total: int) -> None:
            self.tell("start", done, total + 1, first.best, self.bound, first.left)

        deep = dived(first, unusual, executor, told, self.stop)
        best = deep if deep is not None and deep.best < first.best else first
        self._begun(best)
        return best

    def _begun(self, best: Board) -> None:
        self.tell("start", 1, 1, best.best, self.bound, best.left)

    def _still(self, board: Board) -> list[tuple[int, ...]]:
        """Return whom the kernels do not move: single parties, and groups that are kept in one session, each whole."""
        found: dict[tuple[str, int], list[int]] = {}
        for unit in board.units:
            for p in unit.parties if not unit.moves else ():
                group_id = group_of(self.problem, p)
                whole = self.problem.together.get(group_id) == "session"
                found.setdefault((group_id, -1) if whole else ("", p), []).append(p)
        return [tuple(members) for members in found.values()]

    def _unusual(self, still: list[tuple[int, ...]]) -> Draft:
        builder = Builder(self.problem)
        units = sorted(
            (unit_of(self.problem, parties) for parties in still),
            key=lambda u: (min((len(d) for d in u.domains), default=0), u.parties),
        )
        for unit in units:
            builder.insert(unit, (1, 8))
        return builder.draft()


def _orders(board: Board) -> list[npt.NDArray[Any]]:
    """Return orders in which to seat: the largest first, then those with the fewest days, then by number, or near ones together."""
    who, movers = board.given.who[board.movers], board.movers
    home = board.given.fare[movers].argmin(axis=1)
    return [
        movers[np.lexsort((movers, who[:, LEEWAY], -who[:, HEADS]))],
        movers[np.lexsort((movers, who[:, F_FROM], home, who[:, LEEWAY], -who[:, HEADS]))],
    ]
