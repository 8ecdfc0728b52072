"""Kernels that seat one party in a session or take it out, and keep the prices of seats true.

Used by the moves. What a session costs is counted when a move ends; here only who sits where.
"""

from __future__ import annotations

from scheduler.planning.swift.crewing import join, release, staff
from scheduler.planning.swift.jit import inlined, inner
from scheduler.planning.swift.layout import (
    BAR,
    BARRING,
    CAPACITY,
    CREW,
    CUT_CALL,
    CUT_OPEN,
    DAY,
    DUE,
    GUIDE,
    HEADS,
    HELD,
    HIDING,
    LOGGED,
    MEM,
    NEED,
    NEVER,
    OPENING,
    RIVAL,
    RIVALS,
    ROW,
    ROW_WEIGHT,
    SENT,
    SENT_HEADS,
    SHUT,
    SITE,
    TAKEN,
    TOUCHED,
    USED,
    W_EXAMINER,
    W_EXTRA,
    W_UNPLACED,
    W_WAIT,
    WAIT_FROM,
    WHOLE,
    Given,
    N,
    Now,
)  # fmt: skip


@inlined
def session_cost(x: Given, y: Now, s: int) -> int:
    """Return what a session costs as it stands."""
    cost = y.ses[s, CREW] * x.rule[W_EXAMINER]
    if y.ses[s, N] > 0:
        cost += x.tab[s, OPENING]
    return cost


@inlined
def refresh(x: Given, y: Now, s: int) -> None:
    """Price one more candidate in a session at the discounts of the moment; one session in 32 may be hidden."""
    n = y.ses[s, N]
    hidden = y.sums[HIDING] and ((s * 2654435 + y.sums[HIDING]) >> 7) & 31 == 0
    if n >= x.tab[s, CAPACITY] or y.ses[s, SHUT] or y.ses[s, RIVALS] > 0 or hidden:
        y.price[s, 0] = NEVER
        return
    more = max(0, x.need[x.tab[s, NEED], n + 1] - y.ses[s, CREW])
    y.price[s, 1] = more
    price = more * x.rule[W_EXAMINER]
    if n == 0:
        price = (price + x.tab[s, OPENING]) * y.sums[CUT_OPEN]
    else:
        price *= y.sums[CUT_CALL]
    y.price[s, 0] = (price + y.price[s, 2] * y.sums[GUIDE]) // WHOLE


@inner
def reprice(x: Given, y: Now, cut: tuple[int, int, int], hiding: int) -> None:
    """Price every session at new discounts on openings and on further examiners, and a weight of the known prices."""
    y.sums[CUT_OPEN], y.sums[CUT_CALL], y.sums[GUIDE] = cut
    y.sums[HIDING] = hiding
    for s in range(len(y.ses)):
        refresh(x, y, s)


@inlined
def touch(x: Given, y: Now, s: int) -> None:
    """Note how a session stood before this move."""
    if y.ses[s, LOGGED] == 0:
        y.ses[s, LOGGED] = 1
        k = y.sums[TOUCHED]
        y.log[k, 0] = s
        y.log[k, 1] = session_cost(x, y, s)
        y.log[k, 2] = y.ses[s, CREW]
        for j in range(y.ses[s, CREW]):
            y.log[k, 3 + j] = y.crew[s, j]
        y.sums[TOUCHED] = k + 1


@inlined
def sit(x: Given, y: Now, c: int, j: int, s: int) -> None:
    """Put a party into a session, whatever the crew; the price is left as it was."""
    y.at[c, j] = s
    y.pos[c, j] = y.ses[s, HELD]
    y.mem[x.at[x.rule[MEM] + s] + y.ses[s, HELD]] = c
    y.ses[s, HELD] += 1
    if y.ses[s, HELD] == 1:
        for k in range(x.at[x.rule[RIVAL] + s], x.at[x.rule[RIVAL] + s + 1]):
            y.ses[x.items[k], RIVALS] += 1
            refresh(x, y, x.items[k])
    _count(x, y, c, s, 1)


@inlined
def leave(x: Given, y: Now, c: int, j: int) -> None:
    """Take a party out of a session, whatever the crew; the price is left as it was."""
    s = y.at[c, j]
    y.at[c, j] = -1
    y.ses[s, HELD] -= 1
    last = y.mem[x.at[x.rule[MEM] + s] + y.ses[s, HELD]]
    y.mem[x.at[x.rule[MEM] + s] + y.pos[c, j]] = last
    for k in range(y.at.shape[1]):
        if y.at[last, k] == s:
            y.pos[last, k] = y.pos[c, j]
    if y.ses[s, HELD] == 0:
        for k in range(x.at[x.rule[RIVAL] + s], x.at[x.rule[RIVAL] + s + 1]):
            y.ses[x.items[k], RIVALS] -= 1
            refresh(x, y, x.items[k])
    _count(x, y, c, s, -1)


@inlined
def _count(x: Given, y: Now, c: int, s: int, by: int) -> None:
    heads = x.who[c, HEADS] * by
    y.ses[s, N] += heads
    for k in range(x.at[x.rule[SENT] + c], x.at[x.rule[SENT] + c + 1]):
        y.body[s, x.items[k]] += by * x.items[k + x.rule[SENT_HEADS]]
    if x.at[x.rule[BAR] + c + 1] > x.at[x.rule[BAR] + c]:
        y.ses[s, BARRING] += by
    for k in range(x.at[x.rule[ROW] + s], x.at[x.rule[ROW] + s + 1]):
        y.tally[x.rule[USED] + k] += by * x.weight[x.items[k + x.rule[ROW_WEIGHT]], c]


@inlined
def own_cost(x: Given, c: int, a: int, b: int) -> int:
    """Return travel, extra trip and waiting of a party that sits these sessions; the penalty where it sits none."""
    heads = x.who[c, HEADS]
    if a < 0:
        return heads * x.rule[W_UNPLACED]
    cost = x.fare[c, x.tab[a, SITE]]
    day = x.tab[a, DAY]
    if b >= 0:
        if x.tab[b, DAY] != day or x.tab[b, SITE] != x.tab[a, SITE]:
            cost += x.fare[c, x.tab[b, SITE]] + heads * x.rule[W_EXTRA]
        day = x.tab[b, DAY]
    return cost + heads * x.rule[W_WAIT] * (day - x.who[c, WAIT_FROM])


@inlined
def place(x: Given, y: Now, c: int, a: int, b: int) -> int:
    """Seat a party and staff its sessions; return -1, or the session that could not be staffed, all undone."""
    for j in range(2):
        s = b if j else a
        if s < 0:
            break
        touch(x, y, s)
        sit(x, y, c, j, s)
        if not staff(x, y, s):
            for k in range(j, -1, -1):
                leave(x, y, c, k)
                back(x, y, b if k else a)
            return s
        refresh(x, y, s)
    return -1


@inlined
def back(x: Given, y: Now, s: int) -> None:
    """Close a session again that a failed attempt has left empty."""
    if y.ses[s, N] == 0:
        release(x, y, s)
    refresh(x, y, s)


@inner
def undo(x: Given, y: Now) -> None:
    """Bring back parties and crews as they were before this move."""
    for k in range(y.sums[TAKEN]):
        c = y.gone[k, 0]
        for j in range(x.who[c, DUE]):
            if y.at[c, j] >= 0:
                leave(x, y, c, j)
    for k in range(y.sums[TAKEN]):
        c = y.gone[k, 0]
        for j in range(x.who[c, DUE]):
            if y.gone[k, 1 + j] >= 0:
                sit(x, y, c, j, y.gone[k, 1 + j])
    for k in range(y.sums[TOUCHED]):
        release(x, y, y.log[k, 0])
    for k in range(y.sums[TOUCHED]):
        s = y.log[k, 0]
        for j in range(y.log[k, 2]):
            join(x, y, y.log[k, 3 + j], s)
