"""Loads: who sits together in one session. The best load of every session at given prices, and all that come close to it.

Used by the tree. Profits, heads, seats and costs are whole numbers; nothing here is rounded.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from scheduler.planning.location.fast import compiled
from scheduler.planning.location.knapsack import best_load
from scheduler.planning.table import BoolArray, IntArray

Fares: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]
"""Costs by session and party and opening costs, both scaled; seats; heads."""
SHUT, FREE, OPEN = -1, 0, 1
"""What is decided of a session."""
END = -1
"""Stands after the last party of a load."""


@compiled
def best_loads(fares: Fares, price: IntArray, decided: IntArray, surplus: IntArray, load: IntArray) -> int:
    """Return what the parties pay less what the sessions take beyond their costs; write each session's surplus and best load.

    Args:
        fares: Of the case.
        price: What each party pays, and last what is paid for each session that is open; scaled.
        decided: Of each session: shut, free or open.
        surplus: Room for one number a session.
        load: Room for parties and ``END``, by session.
    """
    cost, opening, seats, heads = fares
    sessions, parties = cost.shape
    value = price[:parties].sum()
    profit, taken = np.empty(parties, dtype=np.int64), np.empty(parties + 1, dtype=np.int64)
    for i in range(sessions):
        load[i, 0] = END
        surplus[i] = 0
        if decided[i] == SHUT:
            continue
        for j in range(parties):
            profit[j] = price[j] - cost[i, j]
        surplus[i] = best_load(profit, heads, seats[i], -1, taken) - opening[i] + price[parties]
        load[i, : taken[0]] = taken[1 : taken[0] + 1]
        load[i, taken[0]] = END
        if surplus[i] > 0 or decided[i] == OPEN:
            value -= surplus[i]
    return int(value)


def table_of(loads: IntArray, parties: int) -> BoolArray:
    """Return loads, one a row and closed by ``END``, as a table by load and party."""
    within = np.cumsum(loads == END, axis=1) == 0
    table = np.zeros((len(loads), parties), dtype=np.bool_)
    row, column = np.nonzero(within)
    table[row, loads[row, column]] = True
    return table


@compiled
def _reach(profit: IntArray, heads: IntArray, items: IntArray, seats: int) -> int:
    """Return a profit that no choice of these items, from the best profit per head, is above."""
    value, free = 0, seats
    for j in items:
        if profit[j] <= 0:
            break
        if heads[j] > free:
            return int(value + profit[j] * free // heads[j] + 1)
        value += profit[j]
        free -= heads[j]
    return value


@compiled
def loads_within(profit: IntArray, heads: IntArray, seats: int, least: int, pace: tuple[int, IntArray]) -> int:
    """Write every load of at least so much profit, one a row, and return their number; -1 when there is no end to them.

    Args:
        profit: By party; may be negative.
        heads: By party.
        seats: Of the session.
        least: Profit of the loads wanted.
        pace: Most choices looked at, and the room for loads: parties and ``END``, by row.
    """
    most, found = pace
    items = np.argsort(-profit / heads, kind="mergesort")
    items = items[heads[items] <= seats]
    chosen = np.empty(len(items) + 1, dtype=np.int64)
    count, depth, at, value, free = 0, 0, 0, 0, seats
    for _ in range(most):
        if value + _reach(profit, heads, items[at:], free) >= least:
            if at < len(items):
                j = items[at]
                if heads[j] <= free:
                    chosen[depth] = at
                    depth += 1
                    value += profit[j]
                    free -= heads[j]
                at += 1
                continue
            if depth and value >= least:
                if count == len(found) or depth >= found.shape[1]:
                    return -1
                for n in range(depth):
                    found[count, n] = items[chosen[n]]
                found[count, depth] = END
                count += 1
        if not depth:
            return count
        depth -= 1
        at = chosen[depth]
        value -= profit[items[at]]
        free += heads[items[at]]
        at += 1
    return -1
