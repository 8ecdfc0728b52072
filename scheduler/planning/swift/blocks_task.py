"""The task of a worker: anneal and re-seat one block. A pure function of what it is given, on any machine.

Used by the epochs, through an executor. Nothing here knows the round the block was cut from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from scheduler.planning.swift import layout, moves
from scheduler.planning.swift.blocks_cut import Block, Standing
from scheduler.planning.swift.blocks_seats import reseated
from scheduler.planning.swift.board import NOTHING, blank, count_free
from scheduler.planning.swift.layout import Given
from scheduler.planning.table import IntArray


@dataclass(frozen=True, slots=True)
class Effort:
    """What is done with a block."""

    moves: int
    """Moves at each temperature."""
    heats: tuple[float, ...]
    """Temperatures, in cost units."""
    size: int
    """Units in a move, at most about."""
    reseat: int
    """Units re-seated in one linear model; 0 for none."""
    settled: bool
    """Whether the best plan counts; else the one in which the moves ended, from which the next epoch goes on."""
    seed: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker gives back."""

    standing: Standing
    saved: int
    """By how much the block costs less than before; may be negative where the best plan does not count."""


def work(block: Block, effort: Effort, stop: Callable[[], bool] = lambda: False) -> Answer:
    """Improve a block.

    Args:
        block: As cut from the round.
        effort: Counted work.
        stop: Asked between temperatures; a worker elsewhere cannot be asked, so only a search in one process gives it.

    Raises:
        ArithmeticError: The kernels have lost count, which is a fault of theirs.
    """
    block = _writable(block)
    plot = Plot(block, effort.seed)
    before = plot.cost
    for heat in effort.heats:
        plot.anneal(effort.moves, heat, effort.size)
        if stop():
            break
    standing, after = plot.best() if effort.settled else plot.current()
    if effort.reseat and not stop():
        standing, after = _better(block, (standing, after), effort)
    return Answer(standing, before - after)


def _writable(block: Block) -> Block:
    """Return a block whose arrays may be written: those that come over a network may not, and compile differently."""
    given = Given(*(np.require(one, requirements=["C", "W"]) for one in block.given))
    standing = Standing(
        *(np.require(one, requirements=["C", "W"]) for one in (block.standing.seats, block.standing.crews))
    )
    return replace(block, given=given, standing=standing)


def _better(block: Block, found: tuple[Standing, int], effort: Effort) -> tuple[Standing, int]:
    seats = reseated(block.given, found[0], effort.reseat)
    plot = Plot(replace(block, standing=Standing(seats, found[0].crews)), effort.seed, mending=True)
    other = plot.best()
    return other if other[1] < found[1] else found


class Plot:
    """The plan of a block in the making."""

    def __init__(self, block: Block, seed: int, *, mending: bool = False) -> None:
        self.given = x = block.given
        self.now = y = blank(x, block.extent, seed)
        y.price[:, 2] = block.guide
        y.sums[layout.GUIDED] = int(block.guide.any())
        self._book(block.booked)
        seats, crews = block.standing.seats, block.standing.crews
        moves.work(x, y, NOTHING._replace(seats=seats, crews=crews, mending=int(mending)))
        self._note()
        outside = y.lists[layout.OUTSIDE, : y.sums[layout.LEFT]].copy()
        if mending and len(outside):
            y.sums[layout.BEST] = 1 << 60
            moves.work(x, y, NOTHING._replace(order=outside, opening=8))

    @property
    def cost(self) -> int:
        """Return what the moving units and all sessions of the plan in hand cost."""
        return int(self.now.sums[layout.COST])

    def anneal(self, number: int, heat: float, size: int) -> None:
        """Make so many moves at one temperature."""
        moves.work(self.given, self.now, NOTHING._replace(moves=number, heat=heat, size=size))

    def best(self) -> tuple[Standing, int]:
        """Return the best plan so far and what it costs."""
        y = self.now
        return self._counted(Standing(y.top.copy(), y.top_crew.copy()), int(y.sums[layout.BEST]))

    def current(self) -> tuple[Standing, int]:
        """Return the plan in hand and what it costs."""
        y = self.now
        crews = np.column_stack((y.ses[:, layout.CREW], y.crew))
        return self._counted(Standing(y.at.copy(), crews), int(y.sums[layout.COST]))

    def _counted(self, standing: Standing, said: int) -> tuple[Standing, int]:
        counted = cost(self.given, standing)
        if counted != said:
            raise ArithmeticError(f"the kernels count {said}, the block costs {counted}")
        return standing, said

    def _book(self, booked: IntArray) -> None:
        """Count duties elsewhere, and who is free beside them."""
        x, y = self.given, self.now
        slots = len(x.times)
        y.duty[:, slots:] = booked[:, slots:]
        day = y.duty[:, x.rule[layout.BY_DAY] + x.times[:, layout.T_DAY]] < x.ex[:, [layout.MAX_DAY]]
        week = y.duty[:, x.rule[layout.BY_WEEK] + x.times[:, layout.T_WEEK]] < x.ex[:, [layout.MAX_WEEK]]
        idle = y.duty[:, x.rule[layout.BUSY] : x.rule[layout.BUSY] + slots] == 0
        y.duty[:, :slots] = (x.ex[:, layout.E_THERE :] > 0) & day & week & idle
        count_free(x, y.duty, y.tally)

    def _note(self) -> None:
        x, y = self.given, self.now
        left = np.flatnonzero((x.who[:, layout.MOVES] > 0) & (y.at[:, 0] < 0))
        y.lists[layout.OUTSIDE, : len(left)] = left
        y.book[:, layout.LEFT_AT] = -1
        y.book[left, layout.LEFT_AT] = np.arange(len(left))
        y.sums[layout.LEFT] = len(left)
        y.top[:] = y.at
        y.top_crew[:, 0] = y.ses[:, layout.CREW]
        y.top_crew[:, 1:] = y.crew
        y.sums[layout.COST] = y.sums[layout.BEST] = cost(x, Standing(y.top, y.top_crew))


def cost(x: Given, standing: Standing) -> int:
    """Return what the moving units and all sessions of a block cost, counted anew."""
    rule, seats = x.rule, standing.seats
    used = np.unique(seats[seats >= 0])
    total = int(x.tab[used, layout.OPENING].sum()) + int(standing.crews[:, 0].sum()) * int(rule[layout.W_EXAMINER])
    moving = x.who[:, layout.MOVES] > 0
    who, fare, a = x.who[moving].astype(np.int64), x.fare[moving], seats[moving, 0]
    heads = who[:, layout.HEADS]
    placed = a >= 0
    b = np.where((who[:, layout.DUE] > 1) & placed, seats[moving, 1], -1)
    last = np.where(b >= 0, b, a)
    row = np.arange(len(a))
    site, day = x.tab[:, layout.SITE], x.tab[:, layout.DAY]
    own = fare[row, site[a]] + heads * rule[layout.W_WAIT] * (day[last] - who[:, layout.WAIT_FROM])
    apart = (b >= 0) & ((site[b] != site[a]) | (day[b] != day[a]))
    own += np.where(apart, fare[row, site[b]] + heads * rule[layout.W_EXTRA], 0)
    return total + int(np.where(placed, own, heads * rule[layout.W_UNPLACED]).sum())
