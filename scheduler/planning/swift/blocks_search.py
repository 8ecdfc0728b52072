"""Search of large rounds: one start, then epochs of blocks, while another worker proves the bound.

Used through ``swift.search``.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.progress import Tell
from scheduler.planning.swift.blocks import Blocks, Epochs
from scheduler.planning.swift.board import Board
from scheduler.planning.swift.bounds_prices import PriceBound
from scheduler.planning.swift.stages import Swift
from scheduler.planning.swift.work import Work
from scheduler.planning.workers import Chain

PARTS = 10
"""Parts in which the bound is proven; a search that is stopped has those that are done."""


class Divided(Swift):
    """One search."""

    def __init__(
        self,
        problem: Problem,
        seed: int,
        work: Work,
        tell: Tell,
        stop: Callable[[], bool],
        *,
        epochs: Epochs,
        executor: Executor,
    ) -> None:
        super().__init__(problem, seed, work, tell, stop)
        self.epochs, self.executor = epochs, executor

    def run(self) -> tuple[Draft, int]:
        """Return the best draft and the bound."""
        if not any(self.problem.hopeful(p) for p in range(len(self.problem.parties))):
            return Draft.empty(self.problem), self.bound
        board = self.start()
        rounds = -(-self.work.prices // PARTS)
        proof = Chain(self.executor, climbed, (PriceBound(self.problem), rounds, board.best), PARTS)
        self._proven(proof, board.best)
        self._anneal(board, proof)
        while proof.wait(self.stop):
            self._proven(proof, board.best)
        return board.checked(), min(self.bound, board.best)

    def _anneal(self, board: Board, proof: Chain[int]) -> None:
        """Leave the best plan of all epochs on the board."""
        blocks = Blocks(board, self.epochs, self.executor)
        for epoch in range(self.epochs.number):

            def tell(done: int, total: int, epoch: int = epoch) -> None:
                self._proven(proof, min(board.best, blocks.cost))
                share = (epoch * total + done, self.epochs.number * total)
                self.tell("improve", *share, min(board.best, blocks.cost), self.bound, board.left)

            blocks.epoch(epoch, tell, self.stop)
            if blocks.cost < board.best:
                board.adopt(blocks.standing.seats, blocks.standing.crews, blocks.cost)
            if self.stop():
                return

    def _proven(self, proof: Chain[int], known: int) -> None:
        """Note what has been proven meanwhile, and have the next part begun."""
        before = proof.done
        self.bound = max(self.bound, proof.latest() or 0)
        if proof.done > before:
            self.tell("bound", proof.done, PARTS, known, self.bound)


def climbed(market: PriceBound, rounds: int, known: int) -> tuple[tuple[PriceBound, int, int], int]:
    """Raise a bound; return what the next step is given, and what is proven."""
    proven = market.climb(rounds, known)
    return (market, rounds, known), proven
