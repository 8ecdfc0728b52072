"""The best parties for one session at given prices: a knapsack, exact in whole numbers.

Used by the prices. Profits, heads and seats are whole; so is every value returned.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.location.fast import compiled
from scheduler.planning.table import IntArray

MOST_WORK = 4_000_000
"""Items times seats beyond which only the fractional bound is taken."""


@compiled
def by_ratio(profit: IntArray, heads: IntArray, items: IntArray) -> IntArray:
    """Return items from the best profit per head."""
    ratio = np.empty(len(items))
    for k in range(len(items)):
        ratio[k] = -profit[items[k]] / heads[items[k]]
    return items[np.argsort(ratio, kind="mergesort")]


@compiled
def relaxed(profit: IntArray, heads: IntArray, order: IntArray, seats: int) -> int:
    """Return the profit of filling seats in this order, the last party in part; a bound from above."""
    value, free = 0, seats
    for k in order:
        if heads[k] > free:
            return int(value + profit[k] * free // heads[k] + 1)
        value += profit[k]
        free -= heads[k]
    return value


@compiled
def packed(profit: IntArray, heads: IntArray, order: IntArray, seats: int, taken: IntArray) -> int:
    """Return the best profit and write the number of items taken and the items into ``taken``, from index 1."""
    value = np.zeros(seats + 1, dtype=np.int64)
    took = np.zeros((len(order), seats + 1), dtype=np.bool_)
    for n in range(len(order)):
        gain, size = profit[order[n]], heads[order[n]]
        for room in range(seats, size - 1, -1):
            if value[room - size] + gain > value[room]:
                value[room] = value[room - size] + gain
                took[n, room] = True
    room, count = seats, 0
    for n in range(len(order) - 1, -1, -1):
        if took[n, room]:
            count += 1
            taken[count] = order[n]
            room -= heads[order[n]]
    taken[0] = count
    return int(value[seats])


@compiled
def best_load(profit: IntArray, heads: IntArray, seats: int, least: int, taken: IntArray) -> int:
    """Return the best profit of a session, and in ``taken`` how many and which parties bring it.

    Args:
        profit: By party.
        heads: By party.
        seats: Of the session.
        least: Profit below which the parties do not matter; then a bound from above is returned and nobody is taken.
        taken: Room for one number more than there are parties.
    """
    items = np.empty(len(profit), dtype=np.int64)
    count, total, value = 0, 0, 0
    for k in range(len(profit)):
        if profit[k] > 0 and heads[k] <= seats:
            items[count] = k
            count += 1
            total += heads[k]
            value += int(profit[k])
    taken[0] = 0
    if value <= least:
        return value
    items = items[:count]
    if total > seats:
        items = by_ratio(profit, heads, items)
        bound = relaxed(profit, heads, items, seats)
        if bound <= least:
            return bound
        if count * seats <= MOST_WORK:
            return packed(profit, heads, items, seats, taken)
        value = bound
    free = seats
    for item in items:
        if heads[item] <= free:
            taken[0] += 1
            taken[taken[0]] = item
            free -= heads[item]
    return value
