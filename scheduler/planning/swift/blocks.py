"""Blocks: a large round planned region by region, with other borders in every epoch, by any number of workers.

Used by the search for rounds too large for one board. Tasks are pure functions of what they are given, and a block holds what
no other block of its epoch may touch; so the plan is the same whoever does the work, in whatever order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import accumulate, repeat
from operator import mul

import numpy as np

from scheduler.executors.workers import done
from scheduler.planning.swift import layout as at
from scheduler.planning.swift.blocks_cut import Block, Cutter, Names, Standing
from scheduler.planning.swift.blocks_map import Map
from scheduler.planning.swift.blocks_task import Effort, work
from scheduler.planning.swift.board import Board, Extent, crew_size


@dataclass(frozen=True, slots=True)
class Epochs:
    """How a large round is divided, and how the work on it is spread."""

    number: int
    """Epochs; each draws another map and cools on from the one before."""
    block: int
    """Candidates of a block, about."""
    moves: int
    """Ruin-and-recreate moves for each candidate, in all."""
    cooling: int
    """Temperatures in all."""
    heat: float
    """First temperature, in cost units; each further one is a twentieth lower."""
    size: int
    """Parties in a move, at most about."""
    reseat: int
    """Parties re-seated in one linear model in the last epoch; 0 for none."""

    def heats(self, number: int) -> tuple[float, ...]:
        """Return the temperatures of an epoch."""
        # By multiplications alone, on which all machines agree.
        steps = list(accumulate(repeat(0.95, self.cooling - 1), mul, initial=self.heat))
        return tuple(steps[len(steps) * number // self.number : len(steps) * (number + 1) // self.number])


def epochs_for(parties: int) -> Epochs:
    """Return the work for so many parties; for each of them it is never more than in a smaller round."""
    moves = 240 if parties <= 8_000 else (100 if parties <= 40_000 else 60)
    return Epochs(
        number=9,
        block=3_000,
        moves=moves,
        cooling=54,
        heat=12.0,
        size=25,
        reseat=3_000,
    )


class Blocks:
    """The plan of a large round, improved epoch by epoch."""

    def __init__(self, board: Board, epochs: Epochs, executor: Executor) -> None:
        problem, x, y = board.problem, board.given, board.now
        self.given, self.epochs, self.executor, self.seed = x, epochs, executor, board.seed
        self.standing = Standing(y.top.copy(), y.top_crew.copy())
        self.cost, self.guide = board.best, y.price[:, 2].copy()
        self.extent = Extent(y.at.shape[1], max(1, len(problem.institution_ids)), crew_size(problem, x))
        self.map = Map.of(x, problem.reach[[unit.parties[0] for unit in board.units]])
        self.chance = random.Random(board.seed)

    def epoch(self, number: int, tell: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
        """Plan every block of a new map once.

        Args:
            number: From 0 to ``Epochs.number`` - 1, in this order.
            tell: Told blocks done and blocks in all.
            stop: Asked between blocks; True gives up those not yet done.
        """
        first = self.standing.seats[:, 0]
        seated = first >= 0
        load = np.bincount(first[seated], self.given.who[seated, at.HEADS], len(self.given.tab)).astype(np.int64)
        block = self.map.drawn(load, self.epochs.block, self.chance)
        cutter = Cutter(self.given, self.standing, block, self.extent, self.guide)
        after = self.standing.copy()
        tasks = self._tasks(cutter, number)
        for n, (names, answer) in enumerate(done(self.executor, work, tasks, stop)):
            names.enter(answer.standing, after)
            self.cost -= answer.saved
            tell(n + 1, cutter.number)
        self.standing = after

    def _tasks(self, cutter: Cutter, epoch: int) -> Iterator[tuple[Names, tuple[Block, Effort]]]:
        heats = self.epochs.heats(epoch)
        wanted, last = self.epochs, epoch == self.epochs.number - 1
        for n in cutter.largest_first():
            cut = cutter.cut(n)
            if cut is not None:
                block, names = cut
                moves = -(-int(names.moving.sum()) * wanted.moves // wanted.cooling)
                seed = (self.seed * 1_000 + epoch) * 100_000 + n
                yield names, (block, Effort(moves, heats, wanted.size, wanted.reseat if last else 0, last, seed))
