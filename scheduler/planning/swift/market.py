"""Kernels of the bound by seat prices: what everybody pays at most, what sessions lose at most, and how prices move.

Used by the bound. Values are whole numbers, so the bound is exact; only the direction of the next step is not.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scheduler.planning.swift.choosing import cheapest
from scheduler.planning.swift.jit import jit
from scheduler.planning.swift.layout import Given, Now

# Entries of Market.pace: length of the next step; what is left of it after steps without success; of the direction before,
# how much is kept; how many such steps; and how many there were.
STEP, SHRINK, KEPT, PATIENCE, IDLE = range(5)


class Market(NamedTuple):
    """What is bought and sold."""

    kinds: npt.NDArray[Any]
    """By kind of party: how many, and what leaving one of them out costs."""
    cost: npt.NDArray[Any]
    """What a session costs, by row and candidates."""
    row: npt.NDArray[Any]
    """Row of each session."""
    most: npt.NDArray[Any]
    """Most candidates each session could have."""
    floor: npt.NDArray[Any]
    """Price below which no session opens."""
    best: npt.NDArray[Any]
    lack: npt.NDArray[Any]
    smooth: npt.NDArray[Any]
    value: npt.NDArray[Any]
    """Best value so far; one entry."""
    pace: npt.NDArray[Any]


@jit
def demand(x: Given, y: Now, m: Market) -> int:
    """Send every kind of party its cheapest way at the prices, or leave it out; count the seats asked for."""
    value = 0
    for k in range(len(m.kinds)):
        cost, a, b = cheapest(x, y, k)
        if cost >= m.kinds[k, 1]:
            value += m.kinds[k, 0] * m.kinds[k, 1]
            continue
        value += m.kinds[k, 0] * cost
        m.lack[a] += m.kinds[k, 0]
        if b >= 0:
            m.lack[b] += m.kinds[k, 0]
    return value


@jit
def supply(y: Now, m: Market) -> int:
    """Open every session as far as it pays; take the seats it offers off the seats asked for."""
    value = 0
    for s in range(len(m.most)):
        price = y.price[s, 0]
        best = 0
        chosen = 0
        for n in range(1, m.most[s] + 1):
            loss = m.cost[m.row[s], n] - price * n
            if loss < best:
                best = loss
                chosen = n
        value += best
        # At the price of a full session all numbers up to the best do as well: offer what is asked for.
        if price > m.floor[s]:
            m.lack[s] -= chosen
        else:
            m.lack[s] -= min(m.lack[s], m.most[s])
    return value


@jit
def climb(x: Given, y: Now, m: Market, rounds: int, known: int) -> None:
    """Adjust prices so many times towards the cost of a plan in hand; ``m.best`` holds the best prices.

    The direction is the seats lacking, smoothed; its length aims at the gap that is left, and shrinks without success.
    """
    for _ in range(rounds):
        for s in range(len(m.most)):
            m.lack[s] = 0
        value = demand(x, y, m)
        value += supply(y, m)
        m.pace[IDLE] += 1
        if value > m.value[0]:
            m.value[0] = value
            m.pace[IDLE] = 0
            for s in range(len(m.most)):
                m.best[s] = y.price[s, 0]
        if m.pace[IDLE] >= m.pace[PATIENCE]:
            m.pace[IDLE] = 0
            m.pace[STEP] *= m.pace[SHRINK]
            for s in range(len(m.most)):
                y.price[s, 0] = m.best[s]
                m.smooth[s] = 0.0
            continue
        norm = 1e-9
        for s in range(len(m.most)):
            m.smooth[s] = m.pace[KEPT] * m.smooth[s] + m.lack[s]
            norm += m.smooth[s] * m.smooth[s]
        length = m.pace[STEP] * max(known - value, known * 0.002) / norm
        for s in range(len(m.most)):
            y.price[s, 0] = max(m.floor[s], y.price[s, 0] + np.int64(np.rint(length * m.smooth[s])))
