"""The map of blocks: which sites and weeks are planned together in one epoch.

Used by the cutting. Every session belongs to exactly one block; each epoch draws another map, so that borders move.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduler.planning.swift import layout as at
from scheduler.planning.swift.layout import Given
from scheduler.planning.table import IntArray

CLOSE = 4
"""Cheapest sites of a unit between which it may be moved with little loss."""
SAMPLE = 20_000
"""Units looked at to find out which sites share their people."""


@dataclass(frozen=True, slots=True)
class Map:
    """What does not change from epoch to epoch."""

    kin: IntArray
    """By pair of sites: units to whom both are close."""
    site: IntArray
    """Site of each session."""
    week: IntArray
    """Week of each session."""

    @classmethod
    def of(cls, x: Given, reach: npt.NDArray[Any]) -> Map:
        """Return the map of a round; ``reach`` says by unit and site whether it may go there."""
        site = x.tab[:, at.SITE].astype(np.int64)
        return cls(_kin(x, reach), site, x.times[x.tab[:, at.SLOT], at.T_WEEK].astype(np.int64))

    def drawn(self, load: IntArray, size: int, chance: random.Random) -> IntArray:
        """Return the block of each session.

        Args:
            load: Candidates by session.
            size: Candidates of a block, about; a single site in a single week is never divided.
            chance: Where the first cluster begins, and where weeks are parted.
        """
        by_site = np.bincount(self.site, load, len(self.kin)).astype(np.int64)
        block = np.zeros(len(self.site), dtype=np.int64)
        number = 0
        for cluster in _clusters(self.kin, by_site, size, chance):
            inside = np.flatnonzero(np.isin(self.site, cluster))
            parts = _weeks(self.week[inside], load[inside], size, chance)
            block[inside] = number + parts
            number += int(parts.max(initial=0)) + 1
        return block


def _kin(x: Given, reach: npt.NDArray[Any]) -> IntArray:
    step = max(1, len(x.fare) // SAMPLE)
    allowed = reach[::step]
    fare = np.where(allowed, x.fare[::step], at.NEVER)
    close = np.zeros(fare.shape, dtype=np.int64)
    cheapest = np.argsort(fare, axis=1, kind="stable")[:, :CLOSE]
    np.put_along_axis(close, cheapest, 1, axis=1)
    close *= allowed
    found: IntArray = close.T @ close
    return found


def _clusters(kin: IntArray, load: IntArray, size: int, chance: random.Random) -> list[list[int]]:
    """Join sites that share people until a cluster is large enough; what remains small joins its next of kin."""
    left = list(range(len(kin)))
    chance.shuffle(left)
    found: list[list[int]] = []
    while left:
        cluster = [left.pop(0)]
        while left and load[cluster].sum() < size:
            shared = kin[left][:, cluster].sum(axis=1)
            share = shared * 1000 // np.maximum(1, kin[left].sum(axis=1))
            best = int(np.argmax(share))
            if not shared[best] or load[cluster].sum() + load[left[best]] > size * 3 // 2:
                break
            cluster.append(left.pop(best))
        found.append(cluster)
    return _joined(found, kin, load, size)


def _joined(clusters: list[list[int]], kin: IntArray, load: IntArray, size: int) -> list[list[int]]:
    large = [cluster for cluster in clusters if load[cluster].sum() * 3 >= size]
    for cluster in clusters:
        if load[cluster].sum() * 3 >= size:
            continue
        fits = [n for n, other in enumerate(large) if load[other + cluster].sum() <= size * 3 // 2]
        if fits:
            large[max(fits, key=lambda n: (int(kin[np.ix_(cluster, large[n])].sum()), -n))] += cluster
        else:
            large.append(cluster)
    return [sorted(cluster) for cluster in large]


def _weeks(week: IntArray, load: IntArray, size: int, chance: random.Random) -> IntArray:
    """Part the sessions of a cluster by weeks where they hold too many for one block."""
    total = int(load.sum())
    if total * 2 <= size * 3:
        return np.zeros(len(week), dtype=np.int64)
    by_week = np.bincount(week, load).astype(np.int64)
    shift = chance.randrange(size)
    part = (np.cumsum(by_week) - by_week // 2 + shift) // size
    return np.unique(part, return_inverse=True)[1].reshape(-1).astype(np.int64)[week]
