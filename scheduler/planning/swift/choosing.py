"""Kernels that look for the cheapest way of one party through its one or two components at the prices of the moment.

Here most of the time of a search goes: prices are kept ready in ``Now.price``, and what is rarely so is asked last.
"""

from __future__ import annotations

from scheduler.planning.swift.jit import inlined
from scheduler.planning.swift.layout import (
    BEFORE,
    CAPACITY,
    CHOICES,
    CLASS,
    CREW,
    CUT_CALL,
    CUT_OPEN,
    DAY,
    DAYS,
    DAYS_MAX,
    DUE,
    F_FROM,
    F_TO,
    FIRST,
    GUIDE,
    HEADS,
    NEED,
    NEVER,
    OPENING,
    ROUND,
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
    WHOLE,
    Given,
    N,
    Now,
)  # fmt: skip


@inlined
def _price(x: Given, y: Now, c: int, s: int, alone: bool) -> int:  # noqa: FBT001
    """Return the price of a seat for a party, or of the seats for a group; ``NEVER`` where none is to be had."""
    price = y.price[s, 0]
    if alone or price >= NEVER:
        return price
    n = y.ses[s, N] + x.who[c, HEADS]
    if n > x.tab[s, CAPACITY]:
        return NEVER
    price = max(0, x.need[x.tab[s, NEED], n] - y.ses[s, CREW]) * x.rule[W_EXAMINER]
    if y.ses[s, N] == 0:
        price = (price + x.tab[s, OPENING]) * y.sums[CUT_OPEN]
    else:
        price *= y.sums[CUT_CALL]
    return (price + x.who[c, HEADS] * y.price[s, 2] * y.sums[GUIDE]) // WHOLE


@inlined
def _fits(x: Given, y: Now, c: int, s: int) -> bool:
    """Tell whether enough examiners are free for a session with one party more, and further limits hold."""
    more = y.price[s, 1]
    if x.who[c, HEADS] > 1:
        more = x.need[x.tab[s, NEED], y.ses[s, N] + x.who[c, HEADS]] - y.ses[s, CREW]
    if more > 0 and more > y.tally[x.tab[s, CLASS]]:
        return False
    for k in range(x.at[x.rule[ROW] + s], x.at[x.rule[ROW] + s + 1]):
        if y.tally[x.rule[USED] + k] + x.weight[x.items[k + x.rule[ROW_WEIGHT]], c] > x.items[k]:
            return False
    return True


@inlined
def cheapest(x: Given, y: Now, c: int) -> tuple[int, int, int]:
    """Return cost and sessions of the cheapest way; ``NEVER`` and -1 where there is none."""
    if x.who[c, DUE] == 1:
        return _single(x, y, c)
    if not _first(x, y, c):
        return NEVER, -1, -1
    _bridge(x, y, c)
    return _second(x, y, c)


@inlined
def _single(x: Given, y: Now, c: int) -> tuple[int, int, int]:
    best = NEVER
    chosen = -1
    d = x.who[c, FIRST]
    alone = x.who[c, HEADS] == 1
    each = x.who[c, HEADS] * x.rule[W_WAIT]
    since = x.who[c, WAIT_FROM]
    for k in range(x.at[x.rule[CHOICES] + d], x.at[x.rule[CHOICES] + d + 1]):
        s = x.items[k]
        price = _price(x, y, c, s, alone)
        if price < best:
            price += x.fare[c, x.tab[s, SITE]] + each * (x.tab[s, DAY] - since)
            if price < best and _fits(x, y, c, s):
                best = price
                chosen = s
    return best, chosen, -1


@inlined
def _first(x: Given, y: Now, c: int) -> bool:
    """Price the first component by site and slot, and by slot with the fare; tell whether there is any seat."""
    d = x.who[c, FIRST]
    alone = x.who[c, HEADS] == 1
    for t in range(x.at[x.rule[DAYS] + x.who[c, F_FROM]], x.at[x.rule[DAYS] + x.who[c, F_TO] + 1]):
        y.when[t, SLOT_BEST] = NEVER
    y.sums[ROUND] += 1
    tick = y.sums[ROUND]
    slots = x.rule[SLOTS]
    some = False
    for k in range(x.at[x.rule[CHOICES] + d], x.at[x.rule[CHOICES] + d + 1]):
        s = x.items[k]
        price = _price(x, y, c, s, alone)
        if price >= NEVER:
            continue
        site, t = x.tab[s, SITE], x.tab[s, SLOT]
        cell = site * slots + t
        if (y.cell[cell, 2] != tick or price < y.cell[cell, 0]) and _fits(x, y, c, s):
            some = True
            y.cell[cell, 0] = price
            y.cell[cell, 1] = s
            y.cell[cell, 2] = tick
            price += x.fare[c, site]
            if price < y.when[t, SLOT_BEST]:
                y.when[t, SLOT_BEST] = price
                y.when[t, SLOT_FIRST] = s
    return some


@inlined
def _bridge(x: Given, y: Now, c: int) -> None:
    """For each slot of the second component find the cheapest first one that may precede it, anywhere."""
    first, last = x.who[c, F_FROM], x.who[c, F_TO]
    done = x.at[x.rule[DAYS] + first]
    via = -1
    for day in range(x.who[c, S_FROM], x.who[c, S_TO] + 1):
        since = x.at[x.rule[DAYS] + max(first, day - x.rule[DAYS_MAX])]
        until = x.at[x.rule[DAYS] + max(first, min(last + 1, day))]
        if via < since:
            # The cheapest lies too far back: look again through those that do not.
            via = -1
            done = since
        for t in range(max(done, since), until):
            if y.when[t, SLOT_BEST] < NEVER and (via < 0 or y.when[t, SLOT_BEST] <= y.when[via, SLOT_BEST]):
                via = t
        done = max(done, until)
        inside = first <= day <= last
        for t in range(x.at[x.rule[DAYS] + day], x.at[x.rule[DAYS] + day + 1]):
            y.when[t, SLOT_TRIP] = NEVER if via < 0 else y.when[via, SLOT_BEST]
            y.when[t, SLOT_VIA] = -1 if via < 0 else y.when[via, SLOT_FIRST]
            if inside:
                for k in range(x.at[x.rule[BEFORE] + t], x.at[x.rule[BEFORE] + t + 1]):
                    u = x.items[k]
                    if y.when[u, SLOT_BEST] < y.when[t, SLOT_TRIP]:
                        y.when[t, SLOT_TRIP] = y.when[u, SLOT_BEST]
                        y.when[t, SLOT_VIA] = y.when[u, SLOT_FIRST]


@inlined
def _second(x: Given, y: Now, c: int) -> tuple[int, int, int]:
    e = x.who[c, SECOND]
    alone = x.who[c, HEADS] == 1
    each = x.who[c, HEADS] * x.rule[W_WAIT]
    extra = x.who[c, HEADS] * x.rule[W_EXTRA]
    since = x.who[c, WAIT_FROM]
    slots, tick = x.rule[SLOTS], y.sums[ROUND]
    best = NEVER
    early = late = -1
    for k in range(x.at[x.rule[CHOICES] + e], x.at[x.rule[CHOICES] + e + 1]):
        s = x.items[k]
        price = _price(x, y, c, s, alone)
        if price >= best:
            continue
        site, t = x.tab[s, SITE], x.tab[s, SLOT]
        price += x.fare[c, site] + each * (x.tab[s, DAY] - since)
        if price >= best:
            continue
        total, via = price + extra + y.when[t, SLOT_TRIP], y.when[t, SLOT_VIA]
        for n in range(x.at[x.rule[BEFORE] + t], x.at[x.rule[BEFORE] + t + 1]):
            cell = site * slots + x.items[n]
            if y.cell[cell, 2] == tick and price + y.cell[cell, 0] < total:
                total, via = price + y.cell[cell, 0], y.cell[cell, 1]
        if total < best and _fits(x, y, c, s):
            best = total
            early, late = via, s
    return best, early, late
