"""Market: prices of seats driven towards balance, as a start for the model of a large round. Whole numbers throughout.

Used by the proof. Where seats are lacking the price rises, where they are left over it falls.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scheduler.planning.proving.compiled import Compiled
from scheduler.planning.proving.supply import States
from scheduler.planning.proving.value import SCALE, Prices
from scheduler.planning.table import IntArray

FINE = 256
"""Parts of a seat in which the direction is kept."""
STEP, SHRINK, PATIENCE = 0.1, 0.8, 15
"""Length of the first steps; what is left of it after so many without success. Found by trial on 1,000 and 20,000."""


def market_prices(demand: Compiled, states: States, rounds: int, known: int, stop: Callable[[], bool]) -> Prices:
    """Return the best prices after so many adjustments towards a known cost, in parts of ``SCALE``."""
    floor = floors(states, demand.size)
    size = np.array([kind.size for kind in demand.kinds], dtype=np.int64)
    left_out = np.array([kind.unplaced for kind in demand.kinds], dtype=np.int64) * SCALE
    price, best, most = floor, floor, -(1 << 60)
    smooth = np.zeros(demand.size, dtype=np.int64)
    step, idle = STEP, 0
    for _ in range(rounds):
        if stop():
            break
        found = demand.found(price)
        lost, offered = _sold(states, price, floor, wanted := demand.seats_wanted(found))
        value = int((size * np.minimum(found[:, 0], left_out)).sum()) + lost
        idle += 1
        if value > most:
            most, best, idle = value, price, 0
        if idle >= PATIENCE:
            step, idle, price, smooth = step * SHRINK, 0, best, np.zeros_like(smooth)
            continue
        smooth = smooth * 9 // 10 + (wanted - offered) * FINE
        length = step * max(known - value, known * 0.002) * FINE / max(1, int((smooth * smooth).sum()))
        price = np.maximum(floor, price + np.rint(length * smooth).astype(np.int64))
    return Prices.of(best)


def _sold(states: States, price: IntArray, floor: IntArray, wanted: IntArray) -> tuple[int, IntArray]:
    """Return what rooms lose, and the seats they offer by session; those at their floor offer what is wanted."""
    s = states.session
    loss = states.cost * SCALE - price[s] * states.seats
    order = np.lexsort((loss, states.cell))
    best = order[np.flatnonzero(np.diff(states.cell[order], prepend=-1))]
    best = best[loss[best] < 0]
    offered = np.zeros(len(price), dtype=np.int64)
    offered[s[best]] = states.seats[best]
    most = np.zeros(len(price), dtype=np.int64)
    np.maximum.at(most, s, states.seats)
    offered = np.where(price <= floor, np.minimum(wanted, most), offered)
    return int(loss[best].sum()), offered


def floors(states: States, size: int) -> IntArray:
    """Return the price of a seat below which a session never opens, by session."""
    floor = np.full(size, 1 << 60, dtype=np.int64)
    np.minimum.at(floor, states.session, -(-states.cost * SCALE // states.seats))
    result: IntArray = np.where(floor == 1 << 60, 0, floor)
    return result
