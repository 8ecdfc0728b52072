"""Value: what every plan costs at least at given prices, in whole numbers, so that it holds exactly; and ways worth adding.

Used by the proof. The prices may come from anywhere, rounded; only how high the value is depends on them.
Everybody pays a seat's price and takes the cheapest way; sessions sell seats and open only as a whole with whole crews; limits
on sums, and the rule that who sits in a session has it opened, are charged for. Both sides at their cheapest cost no more
than any plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from scheduler.planning.proving.kinds import NOWHERE, Kind, WayList, Ways
from scheduler.planning.proving.supply import States
from scheduler.planning.table import IntArray

SCALE = 1 << 14
"""Prices are whole multiples of a cost unit divided by this."""


@dataclass(slots=True)
class Prices:
    """Prices by session, in parts of ``SCALE``."""

    seat: IntArray
    """Of a seat, 0 or more."""
    opening: IntArray
    """Added to the cost of opening; may be negative."""
    crew: IntArray
    """Added to the cost of each examiner; may be negative."""
    fixed: int = 0
    """What limits on sums bring or cost in any case."""
    links: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By kind: sessions, and what each of its parties pays there for having it opened. All of the kind together are worth
    that to the session."""

    @classmethod
    def of(cls, seat: IntArray) -> Prices:
        """Return prices of seats alone."""
        return cls(seat, np.zeros_like(seat), np.zeros_like(seat))

    def halfway(self, other: Prices) -> Prices:
        """Return prices of seats half as far from others; everything else as there."""
        return Prices((self.seat + other.seat) // 2, other.opening, other.crew, other.fixed, other.links)


@dataclass(frozen=True, slots=True)
class Offer:
    """The cheapest ways of a kind at prices."""

    kind: int
    cost: tuple[int, ...]
    """What each costs with its seats, in parts of ``SCALE``."""
    way: tuple[tuple[int, int, int], ...]
    """Sessions and own cost of each, the cheapest first."""


class Demand(Protocol):
    """Whatever finds cheapest ways."""

    def offers(self, prices: Prices, most: int) -> Iterator[Offer]:
        """Yield for every kind its cheapest ways, so many at most; the first is the cheapest there is."""


class Listed:
    """Looks through lists of all ways."""

    def __init__(self, kinds: list[Kind], ways: WayList) -> None:
        self.kinds = kinds
        self.ways = [ways.of(kind) for kind in kinds]

    def offers(self, prices: Prices, most: int) -> Iterator[Offer]:
        """Yield for every kind its cheapest ways, so many at most."""
        for k, (kind, ways) in enumerate(zip(self.kinds, self.ways, strict=True)):
            if not len(ways.cost):
                yield Offer(k, (kind.unplaced * SCALE,), ())
                continue
            cost = _priced(kind, ways, prices, prices.links.get(k, ()))
            best = np.argpartition(cost, most)[:most] if len(cost) > most else np.arange(len(cost))
            best = best[np.lexsort((best, cost[best]))]
            found = zip(ways.first[best].tolist(), ways.second[best].tolist(), ways.cost[best].tolist(), strict=True)
            yield Offer(k, tuple(cost[best].tolist()), tuple(found))


def _priced(kind: Kind, ways: Ways, prices: Prices, links: list[tuple[int, int]] | tuple[()]) -> IntArray:
    seat = prices.seat * kind.heads
    for session, price in links:
        seat[session] += price
    cost = ways.cost * SCALE + seat[ways.first]
    if ways.second[0] != NOWHERE:
        cost += seat[ways.second]
    return cost


def supply_value(states: States, prices: Prices, examiner: int) -> int:
    """Return what all rooms lose at most, 0 or less."""
    s = states.session
    each = np.maximum(prices.crew[s], -examiner * SCALE)  # a plan may call more examiners than it needs
    loss = states.cost * SCALE + prices.opening[s] + each * states.crew - prices.seat[s] * states.seats
    best = np.zeros(states.cells, dtype=np.int64)
    np.minimum.at(best, states.cell, loss)
    return int(best.sum())


def demand_value(kinds: list[Kind], offers: list[Offer]) -> int:
    """Return what everybody pays at least."""
    return sum(kinds[offer.kind].size * min(offer.cost[0], kinds[offer.kind].unplaced * SCALE) for offer in offers)
