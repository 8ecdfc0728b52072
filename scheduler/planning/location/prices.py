"""Prices of a place by Lagrangian relaxation: a proven bound, and what each session and each seat costs beyond it.

Every party pays its price and may sit in any number of sessions; every session takes those who bring it most. Whatever the
prices, no seating costs less than both together. All values are whole multiples of a cost unit divided by ``SCALE``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scheduler.planning.location.case import Case
from scheduler.planning.location.fast import compiled
from scheduler.planning.location.knapsack import best_load, by_ratio
from scheduler.planning.table import IntArray

SCALE = 512
PATIENCE = 12
"""Adjustments without a better bound after which prices move less."""
Goods: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]
"""Costs by session and party, opening costs, seats, heads, and the highest price of each party, scaled."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The best prices met, and what they prove."""

    price: IntArray
    """By party, scaled."""
    value: int
    """Scaled: no seating costs less."""
    surplus: IntArray
    """What each session takes beyond its opening cost, from above; negative where it does not pay. Scaled."""
    step: float

    @property
    def bound(self) -> int:
        """Return the bound in cost units, rounded up: costs are whole."""
        return -(-self.value // SCALE)


@compiled
def clear(goods: Goods, price: IntArray, seated: IntArray, surplus: IntArray) -> int:
    """Return the value at these prices; write how often each party sits, and what each session takes beyond its cost."""
    by_session, opening, seats, heads, _ = goods
    sessions, parties = by_session.shape
    value = price.sum()
    seated[:] = 0
    profit = np.empty(parties, dtype=np.int64)
    taken = np.empty(parties + 1, dtype=np.int64)
    for i in range(sessions):
        for j in range(parties):
            profit[j] = price[j] - SCALE * by_session[i, j]
        least = SCALE * opening[i]
        surplus[i] = best_load(profit, heads, seats[i], least, taken) - least
        if surplus[i] > 0:
            value -= surplus[i]
            for k in range(1, taken[0] + 1):
                seated[taken[k]] += 1
    return int(value)


@compiled
def adjust(goods: Goods, start: IntArray, pace: tuple[float, int, int]) -> tuple[int, IntArray, IntArray, float]:
    """Move prices towards a known cost; return the best value with its prices and surpluses, and the last step.

    A value at or above the known cost ends it at once: nothing better is to be had.
    """
    step, known, rounds = pace
    most = goods[4]
    sessions, parties = goods[0].shape
    price, best_price = start.copy(), start.copy()
    seated, surplus = np.zeros(parties, dtype=np.int64), np.zeros(sessions, dtype=np.int64)
    best_surplus = surplus.copy()
    course, best, since = np.zeros(parties), -(1 << 60), 0
    for _ in range(rounds):
        value = clear(goods, price, seated, surplus)
        since += 1
        if value > best:
            if value > best + abs(best) // 20_000:
                since = 0
            best, best_price, best_surplus = value, price.copy(), surplus.copy()
            if best >= known:
                break
        if since >= PATIENCE:
            step, since = step * 0.7, 0
            price = best_price.copy()
        lack = 0.0
        size = 0.0
        for j in range(parties):
            miss = 1.0 - seated[j]
            if miss > 0 and price[j] >= most[j]:
                miss = 0.0
            course[j] = miss + 0.4 * course[j]
            lack += miss * course[j]
            size += course[j] * course[j]
        if size <= 0:
            break
        move = step * max(known * 1.0005 - value, float(SCALE)) / max(size, lack)
        for j in range(parties):
            price[j] = min(most[j], max(0, price[j] + int(np.rint(move * course[j]))))
    return best, best_price, best_surplus, step


@compiled
def seat_extras(
    goods: Goods,
    price: IntArray,
    surplus: IntArray,
    room: int,
) -> npt.NDArray[np.bool_]:
    """Return by session and party whether a seat can be part of a seating that costs at most so much beyond the bound."""
    by_session, opening, seats, heads, _ = goods
    sessions, parties = by_session.shape
    kept = np.zeros((sessions, parties), dtype=np.bool_)
    profit, items = np.empty(parties, dtype=np.int64), np.empty(parties, dtype=np.int64)
    for i in range(sessions):
        if -surplus[i] > room:
            continue
        count = 0
        for j in range(parties):
            profit[j] = price[j] - SCALE * by_session[i, j]
            if profit[j] > 0 and heads[j] <= seats[i]:
                items[count] = j
                count += 1
        order = by_ratio(profit, heads, items[:count])
        now = max(0, surplus[i])
        for j in range(parties):
            free, value = seats[i] - heads[j], profit[j]
            if free < 0:
                continue
            for k in order:
                if k == j:
                    continue
                if heads[k] > free:
                    value += profit[k] * free // heads[k] + 1
                    break
                value += profit[k]
                free -= heads[k]
            kept[i, j] = now - (value - SCALE * opening[i]) <= room
    return kept


class Market:
    """A case with its tables as the compiled functions want them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        most = case.cost[:, -1] * SCALE
        self.goods = (case.by_session, case.opening[:-1], case.seats[:-1], case.heads, most)

    def first(self) -> Prices:
        """Return the prices of full sessions: each party's cheapest seat with its share of the opening."""
        case = self.case
        share = case.opening / np.maximum(case.seats, 1)
        full = (case.cost + share[None, :] * case.heads[:, None]).min(axis=1)
        price = np.minimum(np.floor(full * SCALE).astype(np.int64), self.goods[4])
        nothing = np.zeros(case.nowhere, dtype=np.int64)
        return Prices(price, 0, nothing, 1.0)

    def better(self, prices: Prices, known: int, rounds: int) -> Prices:
        """Return better prices after so many adjustments, driven towards a known cost in cost units."""
        value, price, surplus, step = adjust(self.goods, prices.price, (prices.step, known * SCALE, rounds))
        if value <= prices.value:
            return Prices(prices.price, prices.value, prices.surplus, float(step))
        return Prices(price, int(value), surplus, float(step))

    def seats_worth(self, prices: Prices, known: int) -> npt.NDArray[np.bool_]:
        """Return by session and party the seats that may be part of a seating that costs less than a known one."""
        room = (known - 1) * SCALE - prices.value
        return seat_extras(self.goods, prices.price, prices.surplus, room)
