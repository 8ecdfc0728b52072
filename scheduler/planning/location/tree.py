"""The tree: branch and price. Proves a small case, or finds what is cheaper than the seating in hand.

Used by the hunt. Prices come from the linear model of loads, bounds from whole numbers alone. First the number of open
sessions is branched on, then sessions, then who sits where; a part with few loads left is solved whole.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from scheduler.planning.location.case import BARRED, Case
from scheduler.planning.location.choice import Limits, choose_loads
from scheduler.planning.location.loads import END, FREE, OPEN, SHUT, Fares, best_loads, loads_within, table_of
from scheduler.planning.location.master import Duals, Floats, Master
from scheduler.planning.location.prices import SCALE, Prices
from scheduler.planning.table import BoolArray, IntArray

LEAST_PART = 1e-3
"""Parts of a session or of a seat that count as none."""
SURE = 0.4
"""Part from which the branch that opens or seats is entered first."""
ROUNDS = 80
"""Solutions of the linear model in one part of the tree."""
NEAR_ENOUGH = SCALE // 5
"""Distance of bound and linear model at which a part is priced well enough."""
SMOOTHED = 0.6
"""Weight of the best prices so far against those of the linear model; tames them."""
PICKED, MOST_PICKED = 100, 3000
"""Parts after which a seating is made of the loads known, and most loads for that."""
WIDEST = 64
"""Most parties of a load listed, and one more."""
MOST_LOADS, MOST_NODES = 6000, 300
"""Loads of a part that is solved whole, and nodes of the solve; more take longer than branching on."""
MOST_CHOICES = 3_000_000
"""Choices looked at for each session of a part that is solved whole."""
NARROW = 80
"""Distance from bound to cost, cost units, below which it is tried."""
PIVOT_WORK, PASS_WORK, LOAD_WORK = 3e-8, 8e-3, 2e-5
"""Units of work of a pivot and row, of pricing all sessions once with its share of the model, and of a load to choose from."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the tree."""

    bound: int
    """Scaled: nothing in it costs less."""
    decided: IntArray
    """Of each session: shut, free or open."""
    least: int
    most: int
    """Sessions open, at least and at most."""
    barred: BoolArray
    """By session and party: may not sit there."""
    price: IntArray
    """What each party pays, and last what is paid for each open session; scaled."""


@dataclass(frozen=True, slots=True)
class Priced:
    """What the linear model made of a part."""

    value: int
    """Scaled: proven at these prices."""
    price: IntArray
    """As in a part."""
    surplus: IntArray
    """What each session takes beyond its cost at these prices, scaled."""
    settled: bool = False
    """Whether no load is missing from the linear model."""


class Tree:
    """The parts still open, the best seating and the best bound."""

    def __init__(self, case: Case, at: IntArray) -> None:
        """Plant a tree under a seating."""
        self.case, self.at, self.cost = case, at, case.worth(at)
        self.bound = 0
        """Cost units: nothing costs less."""
        self.master = Master(case, self.cost)
        for i in range(case.nowhere):
            # The empty load keeps the model feasible where a session has to be open.
            self.master.add(i, np.empty(0, dtype=np.int64))
            self.master.add(i, np.flatnonzero(at == i))
        self.unproven = case.worth(at) * SCALE
        """Scaled: least bound of the parts given up."""
        self.fares = (case.by_session * SCALE, case.opening[:-1] * SCALE, case.seats[:-1], case.heads)
        self.most = case.cost[:, -1] * SCALE
        self.passes = self.chosen = self.parts = 0
        self.surplus = np.zeros(case.nowhere, dtype=np.int64)
        self.load = np.full((case.nowhere, len(case.heads) + 1), END, dtype=np.int64)

    @property
    def work(self) -> float:
        """Return the work done."""
        return self.master.work * PIVOT_WORK + self.passes * PASS_WORK + self.chosen * LOAD_WORK

    def grow(self, prices: Prices, work: float, stop: Callable[[], bool], tell: Callable[[Tree], None]) -> None:
        """Branch until nothing cheaper can be left, the work is done or the caller stops it.

        Args:
            prices: To begin with.
            work: Units, about seconds of one core.
            stop: Asked before each part.
            tell: Hears of each part.
        """
        sessions = self.case.nowhere
        root = Part(
            prices.value, np.full(sessions, FREE), 0, sessions, self.case.by_session >= BARRED, np.append(prices.price, 0)
        )  # fmt: skip
        waiting, at_once, number = [(root.bound, 0, root)], None, 0
        while (at_once or waiting) and not stop() and self.work < work:
            part = at_once or heapq.heappop(waiting)[-1]
            at_once, children = None, self.branches(part)
            for second, child in enumerate(children):
                number += 1
                if second:
                    heapq.heappush(waiting, (child.bound, -number, child))
                else:
                    at_once = child
            still = [self.unproven, *(entry[0] for entry in waiting[:1]), *([at_once.bound] if at_once else [])]
            self.bound = max(self.bound, min(self.cost, -(-min(still) // SCALE)))
            tell(self)

    def branches(self, part: Part) -> list[Part]:
        """Return what is left of a part, the half to enter first before the other; nothing where it is done with."""
        self.parts += 1
        part = self.with_enough_seats(part)
        if self.closed(part.bound) or not self.possible(part):
            return []
        priced = self.priced(part)
        if priced is None:
            self.unproven = min(self.unproven, part.bound)
            return []
        if self.closed(priced.value):
            return []
        room = (self.cost - 1) * SCALE - priced.value
        free, decided = part.decided == FREE, part.decided.copy()
        decided[free & (-priced.surplus > room)] = SHUT
        decided[free & (priced.surplus > room)] = OPEN
        part = replace(part, bound=max(part.bound, priced.value), decided=decided, price=priced.price)
        opened, share = self.master.taken()
        self.offer_whole(share)
        if self.parts % PICKED == 1:
            self.pick(priced)
        if self.closed(part.bound):
            return []
        doubt = np.where(decided == FREE, np.minimum(opened, 1 - opened), 0.0)
        if not self.whole_number(opened.sum()):
            return list(self.by_number(part, float(opened.sum())))
        if doubt.max() > LEAST_PART:
            session = int(np.argmax(doubt * np.sqrt(self.case.opening[:-1] + 1)))
            return list(self.by_session(part, session, likely=opened[session] >= SURE))
        if self.solved_whole(part, priced):
            return []
        # Loads were missing still: the same part again, with those found by now.
        return list(self.by_seat(part, opened, share)) if priced.settled else [part]

    def closed(self, bound: int) -> bool:
        """Tell whether a bound leaves nothing cheaper than the seating in hand."""
        return -(-bound // SCALE) >= self.cost

    def with_enough_seats(self, part: Part) -> Part:
        """Open the sessions without which there are too few seats for those who cannot be left out."""
        seats = np.where(part.decided == SHUT, 0, self.case.seats[:-1])
        needed = self.case.heads[self.case.cost[:, -1] >= self.cost].sum()
        must = (part.decided == FREE) & (seats.sum() - seats < needed)
        bound = part.bound if seats.sum() >= needed else self.cost * SCALE
        return replace(part, bound=bound, decided=np.where(must, OPEN, part.decided))

    def possible(self, part: Part) -> bool:
        """Tell whether as many sessions can be open as the part asks for."""
        opened, shut = ((part.decided == way).sum() for way in (OPEN, SHUT))
        return bool(opened <= part.most and len(part.decided) - shut >= part.least)

    def priced(self, part: Part) -> Priced | None:
        """Return the best prices found for a part, None when the linear model gave none; ``master.taken`` speaks of it."""
        fares = (np.where(part.barred, BARRED, self.fares[0]), *self.fares[1:])
        self.master.trim(part.price[:-1] / SCALE)
        self.master.enter(part.decided, part.barred, part.least, part.most)
        best = self.valued(part, fares, part.price)
        for _ in range(ROUNDS):
            if self.closed(best.value):
                break
            duals = self.master.solve() or self.master.solve()
            if duals is None:
                return None
            wanted, weight, news = np.append(duals.party, duals.opened) * SCALE, SMOOTHED, 0
            while not news and not self.closed(best.value):
                price = np.rint(weight * best.price + (1 - weight) * wanted).astype(np.int64)
                price[:-1] = np.minimum(price[:-1], self.most)
                found = self.valued(part, fares, price)
                news = self.added(duals)
                best = max(best, found, key=lambda one: one.value)
                if not weight:
                    break
                weight = weight / 2 if weight > SMOOTHED / 4 else 0.0
            if not news or duals.cost * SCALE - best.value < NEAR_ENOUGH:
                return replace(best, settled=True)
        return best

    def valued(self, part: Part, fares: Fares, price: IntArray) -> Priced:
        """Return what these prices prove of a part; ``load`` holds the best load of each session."""
        surplus = np.zeros(self.case.nowhere, dtype=np.int64)
        value = best_loads(fares, price, part.decided, surplus, self.load)
        self.passes += 1
        counted = int(price[-1]) * (part.least if price[-1] > 0 else part.most)
        return Priced(value + counted, price, surplus)

    def added(self, duals: Duals) -> int:
        """Give the model the best loads that make it cheaper; return how many."""
        ends = np.argmax(self.load == END, axis=1)
        return sum(self.master.worth_adding(duals, i, self.load[i, :end]) for i, end in enumerate(ends.tolist()) if end)

    def offer(self, at: IntArray) -> None:
        """Keep a seating if it is allowed and the best."""
        if self.case.fits(at) and (cost := self.case.worth(at)) < self.cost:
            self.at, self.cost = at, cost

    def offer_whole(self, share: Floats) -> None:
        """Keep what the linear model says where it says it wholly."""
        most = share.max(axis=0)
        if (np.minimum(most, 1 - most) < 1e-6).all():
            self.offer(np.where(most > 0.5, share.argmax(axis=0), self.case.nowhere))

    def pick(self, priced: Priced) -> None:
        """Choose among the loads known that come nearest to paying."""
        master = self.master
        near = master.nearest(priced.price[:-1] / SCALE, MOST_PICKED)
        near = near[~master.shut[near] & master.sits[near].any(axis=1)]
        limits = Limits(self.cost, MOST_NODES, covered=True)
        chosen = choose_loads(self.case, master.session[near], master.sits[near], limits)
        self.chosen += len(near)
        if chosen.at is not None:
            self.offer(chosen.at)

    def solved_whole(self, part: Part, priced: Priced) -> bool:
        """Choose among all loads that anything cheaper can hold, where they are few; tell whether the part is done with."""
        room = (self.cost - 1) * SCALE - priced.value
        if room > NARROW * SCALE:
            return False
        cost = np.where(part.barred, BARRED, self.fares[0])
        found = np.empty((MOST_LOADS, WIDEST), dtype=np.int64)
        session, sits = [np.empty(0, dtype=np.int64)], [np.empty((0, len(self.case.heads)), dtype=np.bool_)]
        left = MOST_LOADS
        for i in np.flatnonzero(part.decided != SHUT).tolist():
            gain = priced.surplus[i] if part.decided[i] == OPEN else max(0, priced.surplus[i])
            least = self.fares[1][i] - priced.price[-1] + gain - room
            pace = (MOST_CHOICES, found[:left])
            count = loads_within(priced.price[:-1] - cost[i], self.case.heads, self.case.seats[i], least, pace)
            if count < 0:
                self.chosen += MOST_LOADS - left
                return False
            session.append(np.full(count, i))
            sits.append(table_of(found[:count], len(self.case.heads)))
            left -= count
        self.chosen += MOST_LOADS - left
        limits = Limits(self.cost, MOST_NODES, part.decided == OPEN, part.least, part.most)
        chosen = choose_loads(self.case, np.concatenate(session), np.concatenate(sits), limits)
        if chosen.at is not None:
            self.offer(chosen.at)
        return chosen.proven

    @staticmethod
    def whole_number(number: float) -> bool:
        """Tell whether a number is whole but for rounding."""
        return abs(number - round(number)) <= LEAST_PART

    def by_number(self, part: Part, opened: float) -> Iterator[Part]:
        """Give the part with more open sessions and the part with fewer."""
        fewer = int(np.floor(opened))
        both = [replace(part, least=max(part.least, fewer + 1)), replace(part, most=min(part.most, fewer))]
        return iter(both if opened - fewer > 1 - SURE * 1.75 else both[::-1])

    def by_session(self, part: Part, session: int, *, likely: bool) -> Iterator[Part]:
        """Give the part with a session open and the part with it shut."""
        for way in (OPEN, SHUT) if likely else (SHUT, OPEN):
            decided = part.decided.copy()
            decided[session] = way
            yield replace(part, decided=decided)

    def by_seat(self, part: Part, opened: Floats, share: Floats) -> Iterator[Part]:
        """Give the part with a party in a session or nowhere else, and the part with it elsewhere; else decide a session."""
        doubt = np.where(part.barred, 0.0, np.minimum(share, 1 - share)) * self.case.heads
        if doubt.max() <= LEAST_PART:
            # The linear model takes whole loads and the bound is still below: the numbers are too close to tell.
            free = np.flatnonzero(part.decided == FREE)
            if not len(free):
                self.unproven = min(self.unproven, part.bound)
                return
            yield from self.by_session(part, int(free[0]), likely=bool(opened[free[0]] >= SURE))
            return
        session, party = np.unravel_index(int(np.argmax(doubt)), doubt.shape)
        here, elsewhere = part.barred.copy(), part.barred.copy()
        here[:, party] = True
        here[session, party] = False
        elsewhere[session, party] = True
        both = [replace(part, barred=here), replace(part, barred=elsewhere)]
        yield from both if share[session, party] >= SURE else both[::-1]
