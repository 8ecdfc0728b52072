"""Tree: branch and bound on sums that are whole numbers in every plan: openings and examiners, from coarse to fine.

Used by the proof. Each part's bound is a value in whole numbers; columns and cuts found in one part serve all others.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from scheduler.planning.problem import Problem
from scheduler.planning.proving.master import INFINITY
from scheduler.planning.proving.relaxing import Relaxation
from scheduler.planning.proving.supply import Sum, counts

WHOLE = 0.02
"""Sums nearer than this to a whole number are not split."""
CUTS, GAIN = 2, 5.0
"""Rounds of cuts in each part, and cost units a round must gain for another."""


@dataclass(frozen=True, slots=True)
class Split:
    """A sum that may be at most, or at least, a whole number."""

    number: int
    part: float


@dataclass(order=True, slots=True)
class Node:
    """A part of all plans, to be split."""

    bound: int
    number: int
    limits: dict[int, tuple[float, float]] = field(compare=False)
    """Limits of sums by number."""
    split: Split = field(compare=False)


class Tree:
    """Branch and bound."""

    def __init__(self, problem: Problem, relaxation: Relaxation, known: int, stop: Callable[[], bool]) -> None:
        self.relaxation, self.known, self.stop = relaxation, known, stop
        self.levels: list[list[tuple[Sum, int | None]]] = [
            [(one, None) for one in level] for level in counts(problem, relaxation.states)
        ]
        self.entered: dict[int, tuple[float, float]] = {}
        self.done = known
        """Least bound of the parts that need no splitting."""
        self.heap: list[Node] = []

    def grow(self, root: int, most: int, tell: Callable[[int, int], None]) -> int:
        """Split until so many parts were looked at or nothing below the known cost is left; return the least bound.

        Args:
            root: Bound of the whole, as the relaxation has it now.
            most: Parts to look at.
            tell: Told how many were, and the bound so far.
        """
        looked = 0
        self._keep(root, 0, {})
        while self.heap and self.heap[0].bound < self.done and looked < most and not self.stop():
            node = heapq.heappop(self.heap)
            low, high = node.limits.get(node.split.number, (-INFINITY, INFINITY))
            at = math.floor(node.split.part)
            for limits in ((low, at), (at + 1, high)):
                looked += 1
                self._look({**node.limits, node.split.number: limits}, node.bound, looked)
            tell(looked, self.bound)
        return self.bound

    @property
    def bound(self) -> int:
        """Return what every plan costs at least, or the known cost."""
        return min(self.done, self.heap[0].bound) if self.heap else self.done

    def _look(self, limits: dict[int, tuple[float, float]], bound: int, number: int) -> None:
        master = self.relaxation.master
        for one in self.entered:
            master.limit(one, -INFINITY, INFINITY)
        for one, (low, high) in limits.items():
            master.limit(one, low, high)
        self.entered = limits
        self._keep(max(bound, self.relaxation.tighten(self.known, CUTS, GAIN, self.stop)), number, limits)

    def _keep(self, bound: int, number: int, limits: dict[int, tuple[float, float]]) -> None:
        """Note a part just relaxed for splitting, or its bound where it needs none."""
        split = self._split() if bound < self.known else None
        if split is None:
            self.done = min(self.done, bound)
        else:
            heapq.heappush(self.heap, Node(bound, number, limits, split))

    def _split(self) -> Split | None:
        """Return, of the coarsest sums that are not whole, the one farthest from being so."""
        master = self.relaxation.master
        opened, crews = master.opened(crews=False), master.opened(crews=True)
        for level in self.levels:
            parts = np.array([(crews if s.crews else opened)[s.sessions].sum() + master.invented(n) for s, n in level])
            off = np.abs(parts - np.rint(parts))
            chosen = int(np.argmax(off))
            if off[chosen] > WHOLE:
                of, number = level[chosen]
                if number is None:
                    number = master.add_sum(of)
                    level[chosen] = of, number
                return Split(number, float(parts[chosen]))
        return None
