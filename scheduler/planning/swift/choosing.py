"""Kernels that look for the cheapest way of one party through its one or two components at the prices of the moment."""

from __future__ import annotations

from scheduler.planning.swift.jit import inlined, inner
from scheduler.planning.swift.layout import (
    BEFORE,
    CAPACITY,
    CHOICES,
    CLASS,
    CREW,
    DAY,
    DAYS,
    DAYS_MAX,
    DUE,
    F_FROM,
    F_TO,
    FIRST,
    HEADS,
    NEED,
    NEVER,
    ROW,
    ROW_WEIGHT,
    S_FROM,
    S_TO,
    SECOND,
    SITE,
    SLOT,
    SLOT_BEST,
    SLOT_FIRST,
    SLOT_TRIP,
    SLOT_VIA,
    SLOTS,
    USED,
    W_EXAMINER,
    W_EXTRA,
    W_WAIT,
    WAIT_FROM,
    Given,
    N,
    Now,
)  # fmt: skip

WHOLE = 64
"""Discounts are whole numbers of this."""


@inlined
def _seat(x: Given, y: Now, c: int, s: int, cut: tuple[int, int, int]) -> int:
    """Return the discounted price of a seat, ``NEVER`` where none is to be had.

    ``cut`` holds the discount on opening, that on further examiners, and a number that hides one session in 32, or 0.
    """
    price = y.price[s, 0]
    if price >= NEVER:
        return NEVER
    extra = y.price[s, 1]
    heads = x.who[c, HEADS]
    if heads > 1:
        n = y.ses[s, N] + heads
        if n > x.tab[s, CAPACITY]:
            return NEVER
        more = max(0, x.need[x.tab[s, NEED], n] - y.ses[s, CREW])
        price += (more - extra) * x.rule[W_EXAMINER]
        extra = more
    if price > 0:
        if extra > y.tally[x.tab[s, CLASS]]:
            return NEVER
        price = price * (cut[0] if y.ses[s, N] == 0 else cut[1]) // WHOLE
    if cut[2] and ((s * 2654435 + cut[2]) >> 7) & 31 == 0:
        return NEVER
    for k in range(x.at[x.rule[ROW] + s], x.at[x.rule[ROW] + s + 1]):
        if y.tally[x.rule[USED] + k] + x.weight[x.items[k + x.rule[ROW_WEIGHT]], c] > x.items[k]:
            return NEVER
    return price


@inner
def cheapest(x: Given, y: Now, c: int, cut: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return cost and sessions of the cheapest way; ``NEVER`` and -1 where there is none."""
    if x.who[c, DUE] == 1:
        return _single(x, y, c, cut)
    d = x.who[c, FIRST]
    early = _first(x, y, c, cut)
    found = (NEVER, -1, -1)
    if early:
        _bridge(x, y, c)
        found = _second(x, y, c, cut)
    for k in range(x.at[x.rule[CHOICES] + d], x.at[x.rule[CHOICES] + d + 1]):
        s = x.items[k]
        y.cell[x.tab[s, SITE] * x.rule[SLOTS] + x.tab[s, SLOT]] = NEVER
    return found


@inner
def _single(x: Given, y: Now, c: int, cut: tuple[int, int, int]) -> tuple[int, int, int]:
    best = NEVER
    chosen = -1
    d = x.who[c, FIRST]
    each = x.who[c, HEADS] * x.rule[W_WAIT]
    for k in range(x.at[x.rule[CHOICES] + d], x.at[x.rule[CHOICES] + d + 1]):
        s = x.items[k]
        price = _seat(x, y, c, s, cut)
        if price < NEVER:
            price += x.fare[c, x.tab[s, SITE]] + each * (x.tab[s, DAY] - x.who[c, WAIT_FROM])
            if price < best:
                best = price
                chosen = s
    return best, chosen, -1


@inner
def _first(x: Given, y: Now, c: int, cut: tuple[int, int, int]) -> bool:
    """Price the first component by site and slot, and by slot with the fare; tell whether there is any seat."""
    d = x.who[c, FIRST]
    for t in range(x.at[x.rule[DAYS] + x.who[c, F_FROM]], x.at[x.rule[DAYS] + x.who[c, F_TO] + 1]):
        y.when[t, SLOT_BEST] = NEVER
    slots = x.rule[SLOTS]
    some = False
    for k in range(x.at[x.rule[CHOICES] + d], x.at[x.rule[CHOICES] + d + 1]):
        s = x.items[k]
        price = _seat(x, y, c, s, cut)
        if price < NEVER:
            some = True
            site, t = x.tab[s, SITE], x.tab[s, SLOT]
            cell = site * slots + t
            if price < y.cell[cell, 0]:
                y.cell[cell, 0] = price
                y.cell[cell, 1] = s
            price += x.fare[c, site]
            if price < y.when[t, SLOT_BEST]:
                y.when[t, SLOT_BEST] = price
                y.when[t, SLOT_FIRST] = s
    return some


@inner
def _bridge(x: Given, y: Now, c: int) -> None:
    """For each slot of the second component find the cheapest first one that may precede it, anywhere."""
    first, last = x.who[c, F_FROM], x.who[c, F_TO]
    for day in range(x.who[c, S_FROM], x.who[c, S_TO] + 1):
        best = NEVER
        chosen = -1
        since = max(first, day - x.rule[DAYS_MAX])
        until = min(last + 1, day)
        if since < until:
            for t in range(x.at[x.rule[DAYS] + since], x.at[x.rule[DAYS] + until]):
                if y.when[t, SLOT_BEST] < best:
                    best = y.when[t, SLOT_BEST]
                    chosen = y.when[t, SLOT_FIRST]
        inside = first <= day <= last
        for t in range(x.at[x.rule[DAYS] + day], x.at[x.rule[DAYS] + day + 1]):
            y.when[t, SLOT_TRIP] = best
            y.when[t, SLOT_VIA] = chosen
            if inside:
                for k in range(x.at[x.rule[BEFORE] + t], x.at[x.rule[BEFORE] + t + 1]):
                    u = x.items[k]
                    if y.when[u, SLOT_BEST] < y.when[t, SLOT_TRIP]:
                        y.when[t, SLOT_TRIP] = y.when[u, SLOT_BEST]
                        y.when[t, SLOT_VIA] = y.when[u, SLOT_FIRST]


@inner
def _second(x: Given, y: Now, c: int, cut: tuple[int, int, int]) -> tuple[int, int, int]:
    e = x.who[c, SECOND]
    each = x.who[c, HEADS] * x.rule[W_WAIT]
    extra = x.who[c, HEADS] * x.rule[W_EXTRA]
    slots = x.rule[SLOTS]
    best = NEVER
    early = late = -1
    for k in range(x.at[x.rule[CHOICES] + e], x.at[x.rule[CHOICES] + e + 1]):
        s = x.items[k]
        price = _seat(x, y, c, s, cut)
        if price >= best:
            continue
        site, t = x.tab[s, SITE], x.tab[s, SLOT]
        fare = x.fare[c, site]
        price += fare + each * (x.tab[s, DAY] - x.who[c, WAIT_FROM])
        if price >= best:
            continue
        if price + extra + y.when[t, SLOT_TRIP] < best:
            best = price + extra + y.when[t, SLOT_TRIP]
            early, late = y.when[t, SLOT_VIA], s
        for n in range(x.at[x.rule[BEFORE] + t], x.at[x.rule[BEFORE] + t + 1]):
            cell = site * slots + x.items[n]
            if price + y.cell[cell, 0] < best:
                best = price + y.cell[cell, 0]
                early, late = y.cell[cell, 1], s
    return best, early, late
