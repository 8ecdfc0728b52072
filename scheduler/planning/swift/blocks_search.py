"""Search of large rounds: a start from models of blocks, then epochs of blocks, while another worker proves the bound.

Used through ``swift.search``.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from scheduler.executors.workers import Chain, Inline
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.progress import Tell
from scheduler.planning.proving import Effort, effort_for, prove
from scheduler.planning.swift.blocks import Blocks, Epochs
from scheduler.planning.swift.board import Board
from scheduler.planning.swift.reseat import reseat
from scheduler.planning.swift.stages import Swift
from scheduler.planning.swift.work import Work

WHOLE = 8_000
"""Parties up to which everybody is re-seated in one model at the end, across the borders of the blocks."""


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
        first, unusual = self.first()
        proof = self._proof(first.best)
        self._proven(proof, first.best)
        board = self.better(first, unusual, self.executor)
        self._anneal(board, proof)
        if len(self.problem.parties) <= WHOLE:
            board = reseat(board, WHOLE, self.stop)
        while proof.wait(self.stop):
            self._proven(proof, board.best, alone=True)
        return board.checked(), min(self.bound, board.best)

    def _proof(self, known: int) -> Chain[int]:
        """Return the work on the bound; only in this process it can be asked to stop."""
        stop = (self.stop,) if isinstance(self.executor, Inline) else ()
        effort = effort_for(len(self.problem.parties))
        return Chain(self.executor, proved, (self.problem, known, effort, *stop), 1)

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

    def _proven(self, proof: Chain[int], known: int, *, alone: bool = False) -> None:
        """Note what has been proven meanwhile, and have the next part begun; in this process only when ``alone``."""
        if isinstance(self.executor, Inline) and not alone:
            return
        before = proof.done
        self.bound = max(self.bound, proof.latest() or 0)
        if proof.done > before:
            self.tell("bound", proof.done, proof.steps, known, self.bound)


def proved(
    problem: Problem, known: int, effort: Effort, stop: Callable[[], bool] = lambda: False
) -> tuple[tuple[Problem, int, Effort], int]:
    """Prove a bound in one step; return what was given, and the bound."""
    return (problem, known, effort), prove(problem, known, effort, stop)
