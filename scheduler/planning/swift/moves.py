"""Kernels of ruin and recreate: empty a few sessions, seat their people again at other prices, keep it by annealing.

Everything is counted in whole numbers and drawn from a generator of our own, so the same seed gives the same plan anywhere.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.swift.choosing import cheapest
from scheduler.planning.swift.crewing import spare
from scheduler.planning.swift.jit import inlined, inner, jit
from scheduler.planning.swift.layout import (
    ACCEPTED,
    BEST,
    CHANGED,
    CHOICES,
    CLOSED,
    COST,
    CREW,
    DAY,
    DAY_COUNT,
    DIRTY,
    DIRTY_PARTIES,
    DIRTY_SESSIONS,
    DUE,
    F_FROM,
    FIRST,
    GUIDED,
    HELD,
    KEYS,
    LEEWAY,
    LEFT,
    LEFT_AT,
    LOGGED,
    MEM,
    MOVER,
    MOVES,
    MOVES_DONE,
    NEAR,
    NEVER,
    OUTSIDE,
    PARTIES,
    SEEN,
    SESSIONS,
    SHUT,
    SHUTTING,
    SITE,
    SPOT,
    TAKEN,
    TOUCHED,
    WHOLE,
    Given,
    Now,
    Task,
)  # fmt: skip
from scheduler.planning.swift.loading import load
from scheduler.planning.swift.seating import (
    leave,
    own_cost,
    place,
    reprice,
    session_cost,
    touch,
    undo,
)  # fmt: skip

MOST = 400
"""Parties in one move at most."""


@inlined
def draw(y: Now, n: int) -> int:
    """Return a whole number from 0 to n - 1."""
    v = y.rng[0]
    v ^= v >> np.uint64(12)
    v ^= v << np.uint64(25)
    v ^= v >> np.uint64(27)
    y.rng[0] = v
    return int((v * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(33)) % n


@inner
def patience(y: Now) -> float:
    """Return -ln(u) of a random u, by additions, multiplications and divisions alone, so that machines agree."""
    u = (draw(y, 1 << 30) + 0.5) / (1 << 30)
    twos = 0
    while u < 0.5:
        u *= 2.0
        twos += 1
    z = (1.0 - u) / (1.0 + u)
    q = z * z
    return 0.6931471805599453 * twos + 2.0 * z * (1.0 + q * (1 / 3 + q * (0.2 + q * (1 / 7 + q * (1 / 9)))))


@inlined
def take(x: Given, y: Now, c: int) -> None:
    """Take a party out of its sessions for this move, once."""
    k = y.sums[TAKEN]
    if y.book[c, SEEN] == y.sums[MOVES_DONE] or k >= MOST or x.who[c, MOVES] == 0:
        return
    y.book[c, SEEN] = y.sums[MOVES_DONE]
    y.gone[k, 0] = c
    y.sums[TAKEN] = k + 1
    y.gone[k, 2] = -1
    for j in range(x.who[c, DUE]):
        s = y.at[c, j]
        y.gone[k, 1 + j] = s
        if s >= 0:
            touch(x, y, s)
            leave(x, y, c, j)


@inlined
def shut(y: Now, s: int) -> None:
    """Close a session to everybody until the end of this move."""
    if y.ses[s, SHUT] == 0:
        y.ses[s, SHUT] = 1
        y.lists[SHUTTING, y.sums[CLOSED]] = s
        y.sums[CLOSED] += 1
    y.price[s, 0] = NEVER


@inlined
def empty(x: Given, y: Now, s: int, closing: bool) -> None:  # noqa: FBT001
    """Take everybody, or a quarter of the times only some, out of a session, and perhaps close it."""
    held = y.ses[s, HELD]
    start = x.at[x.rule[MEM] + s]
    number = held
    part = draw(y, 4) == 0
    if part:
        number = 1 + draw(y, held)
    shift = draw(y, held)
    first = y.sums[TAKEN]
    for k in range(number):
        y.lists[KEYS, k] = y.mem[start + (k + shift) % held]
    for k in range(min(number, MOST)):
        take(x, y, y.lists[KEYS, k])
    if not part and closing and y.ses[s, HELD] == 0 and y.sums[TAKEN] > first:
        shut(y, s)


@inner
def ruin(x: Given, y: Now, size: int) -> int:
    """Empty sessions near a random party's; return the site in the middle."""
    if y.sums[LEFT] > 0 and draw(y, 16) == 0:
        c = y.lists[OUTSIDE, draw(y, y.sums[LEFT])]
    else:
        c = x.items[x.at[x.rule[MOVER]] + draw(y, x.at[x.rule[MOVER] + 1] - x.at[x.rule[MOVER]])]
    s = y.at[c, x.who[c, DUE] - 1] if draw(y, 5) < 3 else y.at[c, 0]
    d = x.who[c, FIRST]
    inside = s >= 0
    if not inside:
        take(x, y, c)
        s = x.items[x.at[x.rule[CHOICES] + d] + draw(y, x.at[x.rule[CHOICES] + d + 1] - x.at[x.rule[CHOICES] + d])]
    site, day = x.tab[s, SITE], x.tab[s, DAY]
    days = x.rule[DAY_COUNT]
    reach = draw(y, 6)
    first, last = max(0, day - reach), min(days - 1, day + reach)
    sites = 1 + draw(y, x.at[x.rule[NEAR] + 1] - x.at[x.rule[NEAR]])
    target = 3 + draw(y, size)
    closing = draw(y, 1024)
    for probe in range(41):
        if probe > 0:
            if y.sums[TAKEN] >= target:
                break
            spot = x.items[x.at[x.rule[NEAR] + site] + draw(y, sites)] * days + first + draw(y, last - first + 1)
            size = x.at[x.rule[SPOT] + spot + 1] - x.at[x.rule[SPOT] + spot]
            s = x.items[x.at[x.rule[SPOT] + spot] + draw(y, size)] if size > 0 else -1
        if (probe > 0 or inside) and s >= 0 and y.ses[s, HELD] > 0:
            empty(x, y, s, draw(y, 1024) < closing)
    return site


@inner
def settle(x: Given, y: Now) -> None:
    """Release examiners whom the sessions of this move no longer need."""
    for k in range(y.sums[TOUCHED]):
        spare(x, y, y.log[k, 0])


@inner
def arrange(x: Given, y: Now, site: int) -> None:
    """Order the parties taken out, in one of four ways."""
    mode = draw(y, 20)
    for k in range(y.sums[TAKEN]):
        c = y.gone[k, 0]
        chance = draw(y, 1 << 16)
        if mode < 7:
            y.lists[KEYS, k] = chance
        elif mode < 12:
            y.lists[KEYS, k] = (x.who[c, LEEWAY] << 16) + chance
        elif mode < 16:
            y.lists[KEYS, k] = ((x.who[c, F_FROM] + (0 if x.who[c, DUE] > 1 else 1000)) << 16) + chance
        else:
            y.lists[KEYS, k] = (-x.fare[c, site] << 16) + chance
    for k in range(1, y.sums[TAKEN]):
        key, c, a, b = y.lists[KEYS, k], y.gone[k, 0], y.gone[k, 1], y.gone[k, 2]
        j = k - 1
        while j >= 0 and y.lists[KEYS, j] > key:
            y.lists[KEYS, j + 1] = y.lists[KEYS, j]
            for n in range(3):
                y.gone[j + 1, n] = y.gone[j, n]
            j -= 1
        y.lists[KEYS, j + 1] = key
        y.gone[j + 1, 0], y.gone[j + 1, 1], y.gone[j + 1, 2] = c, a, b


@inner
def seat(x: Given, y: Now, c: int) -> bool:
    """Seat one party as cheaply as can be; False when it stays out."""
    for _ in range(6):
        cost, a, b = cheapest(x, y, c)
        if cost >= NEVER:
            return False
        failed = place(x, y, c, a, b)
        if failed < 0:
            return True
        shut(y, failed)
    return False


@inner
def recreate(x: Given, y: Now, site: int) -> None:
    """Seat the parties taken out at discounts drawn once."""
    arrange(x, y, site)
    r = draw(y, 10)
    opening = WHOLE if r < 2 else (19 if r < 4 else (8 if r < 7 else 3))
    r = draw(y, 10)
    calling = WHOLE if r < 5 else (32 if r < 8 else 13)
    hidden = draw(y, 1 << 20) * 2 + 1 if draw(y, 2) else 0
    if y.sums[GUIDED] and draw(y, 4) == 0:
        reprice(x, y, (opening >> 3, calling >> 3, WHOLE), hidden)
    else:
        reprice(x, y, (opening, calling, 0), hidden)
    for k in range(y.sums[TAKEN]):
        seat(x, y, y.gone[k, 0])


@inner
def change(x: Given, y: Now) -> int:
    """Return what this move adds to the cost."""
    delta = 0
    for k in range(y.sums[TOUCHED]):
        delta += session_cost(x, y, y.log[k, 0]) - y.log[k, 1]
    for k in range(y.sums[TAKEN]):
        c = y.gone[k, 0]
        second = y.at[c, 1] if x.who[c, DUE] > 1 else -1
        delta += own_cost(x, c, y.at[c, 0], second) - own_cost(x, c, y.gone[k, 1], y.gone[k, 2])
    return delta


@inner
def commit(y: Now, delta: int) -> None:
    """Keep a move, and remember the plan if it is the best so far."""
    for k in range(y.sums[TAKEN]):
        c = y.gone[k, 0]
        if y.book[c, DIRTY] == 0:
            y.book[c, DIRTY] = 1
            y.lists[PARTIES, y.sums[DIRTY_PARTIES]] = c
            y.sums[DIRTY_PARTIES] += 1
        if y.at[c, 0] < 0 and y.book[c, LEFT_AT] < 0:
            y.book[c, LEFT_AT] = y.sums[LEFT]
            y.lists[OUTSIDE, y.sums[LEFT]] = c
            y.sums[LEFT] += 1
        elif y.at[c, 0] >= 0 and y.book[c, LEFT_AT] >= 0:
            y.sums[LEFT] -= 1
            other = y.lists[OUTSIDE, y.sums[LEFT]]
            y.lists[OUTSIDE, y.book[c, LEFT_AT]] = other
            y.book[other, LEFT_AT] = y.book[c, LEFT_AT]
            y.book[c, LEFT_AT] = -1
    for k in range(y.sums[TOUCHED]):
        s = y.log[k, 0]
        if y.ses[s, CHANGED] == 0:
            y.ses[s, CHANGED] = 1
            y.lists[SESSIONS, y.sums[DIRTY_SESSIONS]] = s
            y.sums[DIRTY_SESSIONS] += 1
    y.sums[COST] += delta
    y.sums[ACCEPTED] += 1
    if y.sums[COST] < y.sums[BEST]:
        remember(y)


@inner
def remember(y: Now) -> None:
    """Copy what has changed since the best plan into it."""
    y.sums[BEST] = y.sums[COST]
    for k in range(y.sums[DIRTY_PARTIES]):
        c = y.lists[PARTIES, k]
        y.book[c, DIRTY] = 0
        for j in range(y.at.shape[1]):
            y.top[c, j] = y.at[c, j]
    for k in range(y.sums[DIRTY_SESSIONS]):
        s = y.lists[SESSIONS, k]
        y.ses[s, CHANGED] = 0
        y.top_crew[s, 0] = y.ses[s, CREW]
        for j in range(y.ses[s, CREW]):
            y.top_crew[s, 1 + j] = y.crew[s, j]
    y.sums[DIRTY_PARTIES] = 0
    y.sums[DIRTY_SESSIONS] = 0


@inner
def end(y: Now) -> None:
    """Reopen what this move closed, and forget it."""
    for k in range(y.sums[CLOSED]):
        y.ses[y.lists[SHUTTING, k], SHUT] = 0
    for k in range(y.sums[TOUCHED]):
        y.ses[y.log[k, 0], LOGGED] = 0
    y.sums[CLOSED] = 0
    y.sums[TOUCHED] = 0
    y.sums[TAKEN] = 0


@jit
def work(x: Given, y: Now, task: Task) -> None:
    """Do a task: bring seats, seat parties in an order and keep what comes out, make moves.

    One long function, because every kernel is compiled again with whatever calls it.
    """
    if len(task.seats):
        load(x, y, task)
    for n in range(0, len(task.order), MOST):
        y.sums[MOVES_DONE] += 1
        reprice(x, y, (task.opening, WHOLE - task.guide, task.guide), 0)
        for k in range(n, min(n + MOST, len(task.order))):
            take(x, y, task.order[k])
            seat(x, y, task.order[k])
        settle(x, y)
        commit(y, change(x, y))
        end(y)
    for _ in range(task.moves):
        y.sums[MOVES_DONE] += 1
        site = ruin(x, y, task.size)
        settle(x, y)
        recreate(x, y, site)
        settle(x, y)
        delta = change(x, y)
        if delta <= task.heat * patience(y):
            commit(y, delta)
        else:
            undo(x, y)
        end(y)
