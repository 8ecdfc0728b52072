"""Board: the plan on which the kernels move, and the way from a draft to it and back.

Used by the search. The cost the kernels keep is counted again from the draft whenever one is taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scheduler.planning.draft import Draft, cost
from scheduler.planning.problem import Problem
from scheduler.planning.swift import layout, moves
from scheduler.planning.swift.arrays import Moved, given_of, units
from scheduler.planning.swift.layout import (
    BEST,
    COST,
    CREW,
    GUIDED,
    HEADS,
    LEFT,
    LEFT_AT,
    MOVER,
    NEVER,
    OUTSIDE,
    Given,
    Now,
    Task,
)

NOTHING = Task(
    seats=np.zeros((0, 2), dtype=np.int64), crews=np.zeros((0, 2), dtype=np.int64), mending=0,
    order=np.zeros(0, dtype=np.int64), opening=0, guide=0, moves=0, heat=1.0, size=1,
)  # fmt: skip
"""The task of which each one is a copy."""


class Board:
    """One plan in the making."""

    def __init__(self, problem: Problem, start: Draft, seed: int, like: Board | None = None) -> None:
        self.problem, self.seed = problem, seed
        self.units: list[Moved] = like.units if like else units(problem)
        self.given: Given = like.given if like else given_of(problem, self.units)
        self.now = empty(problem, self.given, max(2, start.at.shape[1]), seed)
        if like:
            self.guide(like.now.price[:, 2])
        self._load(start, mending=False)

    def guide(self, prices: npt.NDArray[Any]) -> None:
        """Let moves look at what a seat in each session is worth, in cost units; all 0 for nothing known."""
        self.now.price[:, 2] = np.rint(prices)
        self.now.sums[GUIDED] = int(self.now.price[:, 2].any())

    def _load(self, start: Draft, *, mending: bool) -> None:
        seats = np.full(self.now.at.shape, -1, dtype=np.int64)
        seats[:, : start.at.shape[1]] = start.at[[unit.parties[0] for unit in self.units]]
        crews = np.zeros(self.now.top_crew.shape, dtype=np.int64)
        for s, crew in start.staff.items():
            crews[s, 0] = len(crew)
            crews[s, 1 : 1 + len(crew)] = crew
        self._work(NOTHING._replace(seats=seats, crews=crews, mending=int(mending)))
        self._note()

    def _note(self) -> None:
        """Take the plan as it stands for the best, and list who is left out."""
        y = self.now
        left = [n for n in self.movers.tolist() if y.at[n, 0] < 0]
        y.lists[OUTSIDE, : len(left)] = left
        y.book[:, LEFT_AT] = -1
        y.book[left, LEFT_AT] = np.arange(len(left))
        y.sums[LEFT] = len(left)
        y.top[:] = y.at
        y.top_crew[:, 0] = y.ses[:, CREW]
        y.top_crew[:, 1:] = y.crew
        y.sums[COST] = y.sums[BEST] = cost(self.problem, self.draft())

    def taking(self, draft: Draft) -> Board:
        """Return a board with another draft: crews mended, and whoever has no seat seated anew."""
        board = Board(self.problem, Draft.empty(self.problem), self.seed + 1, self)
        board._load(draft, mending=True)
        y = board.now
        outside = y.lists[OUTSIDE, : y.sums[LEFT]].copy()
        if len(outside):
            board.build(outside, 8)
        return board

    def build(self, order: npt.NDArray[Any], opening: int, guide: int = 0) -> None:
        """Seat units in an order; the outcome becomes the best.

        Args:
            order: Numbers of units.
            opening: Discount on opening, in parts of ``WHOLE``.
            guide: Weight of the prices known, in parts of ``WHOLE``.
        """
        self.now.sums[BEST] = 1 << 60
        self._work(NOTHING._replace(order=order.astype(np.int64), opening=opening, guide=guide))

    def anneal(self, number: int, heat: float, size: int) -> None:
        """Make so many moves at one temperature."""
        if len(self.movers):
            self._work(NOTHING._replace(moves=number, heat=float(heat), size=size))

    def _work(self, task: Task) -> None:
        moves.work(self.given, self.now, task)

    @property
    def movers(self) -> npt.NDArray[Any]:
        """Return the units the kernels may move."""
        start = self.given.rule[MOVER]
        return self.given.items[self.given.at[start] : self.given.at[start + 1]]

    @property
    def best(self) -> int:
        """Return the cost of the best plan so far."""
        return int(self.now.sums[BEST])

    @property
    def left(self) -> int:
        """Return the candidates without a place in the best plan so far."""
        seated = self.now.top[:, 0] >= 0
        return int(self.problem.heads.sum() - self.given.who[seated, HEADS].sum())

    def draft(self) -> Draft:
        """Return the best plan so far."""
        draft = Draft.empty(self.problem)
        for n, unit in enumerate(self.units):
            draft.at[list(unit.parties)] = self.now.top[n, : draft.at.shape[1]]
        crews = self.now.top_crew
        for s in draft.in_use().tolist():
            draft.staff[s] = tuple(sorted(crews[s, 1 : 1 + crews[s, 0]].tolist()))
        return draft

    def checked(self) -> Draft:
        """Return the best plan so far, its cost counted again.

        Raises:
            ArithmeticError: The kernels have lost count, which is a fault of theirs.
        """
        draft = self.draft()
        counted = cost(self.problem, draft)
        if counted != self.best:
            raise ArithmeticError(f"the kernels count {self.best}, the plan costs {counted}")
        return draft


def empty(problem: Problem, x: Given, width: int, seed: int) -> Now:
    """Return the plan that seats nobody, for so many components at most."""
    sessions, people, slots, size = len(x.tab), len(x.who), len(x.times), len(problem.examiners)
    crew = _crew_size(problem, x)
    parties = int(x.at[x.rule[layout.MEM] + sessions])
    duty = np.zeros((size, int(x.rule[layout.BY_WEEK]) + int(problem.week.max(initial=0)) + 1), dtype=np.int32)
    duty[:, :slots] = x.ex[:, layout.E_THERE :]
    tally = np.zeros(int(x.rule[layout.MARK]) + size + 1, dtype=np.int64)
    pools = x.rule[layout.POOL]
    classes = len(problem.components) * slots
    tally[:classes] = np.diff(x.at[pools : pools + classes + 1])
    cell = np.full((len(problem.site_ids) * slots, 3), 0, dtype=np.int64)
    long = max(moves.MOST, people, size, sessions, int(problem.table.capacity.max(initial=0))) + 8
    book = np.zeros((people, 3), dtype=np.int32)
    book[:, :2] = -1
    return Now(
        _whole(sessions, 8), _whole(sessions, 3), _short(sessions, max(1, len(problem.institution_ids))),
        _whole(sessions, crew), _whole(people, width) - 1, _whole(people, width), book, _whole(parties),
        duty, tally, np.array([_mixed(seed)], dtype=np.uint64), cell, _whole(slots, 4) + NEVER,
        _whole(sessions + 1, 3 + crew), _whole(moves.MOST + 1, 3), _whole(6, long), _whole(16),
        _whole(people, width) - 1, _whole(sessions, crew + 1),
    )  # fmt: skip


def _crew_size(problem: Problem, x: Given) -> int:
    """Return how many examiners any session could ever call for."""
    most = int(problem.table.capacity.max(initial=0)) // int(x.rule[layout.PER_BODY])
    locked = max((len(crew) for crew in problem.locked_examiners.values()), default=0)
    size = int(x.need.max(initial=0)) + most + problem.min_institutions + locked + 4
    return max(1, min(size, len(problem.examiners)))


def _mixed(seed: int) -> int:
    return ((seed + 1) * 0x9E3779B97F4A7C15) & ((1 << 64) - 1) or 1


def _short(*shape: int) -> npt.NDArray[Any]:
    return np.zeros(shape, dtype=np.int32)


def _whole(*shape: int) -> npt.NDArray[Any]:
    return np.zeros(shape, dtype=np.int64)
