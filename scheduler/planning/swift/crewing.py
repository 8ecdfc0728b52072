"""Kernels that call examiners to a session and release them: named, eligible, free, least loaded, always enough.

Used by the moves. A session is never short: where nobody can be called, nobody is seated.
"""

from __future__ import annotations

from scheduler.planning.swift.jit import inlined, inner
from scheduler.planning.swift.layout import (
    ABLE,
    ASSESSED,
    BAR,
    BARRING,
    BEFORE_CREW,
    BUSY,
    BY_DAY,
    BY_WEEK,
    CHOICE,
    CLASH,
    CLASS,
    CREW,
    E_THERE,
    HELD,
    LEADS,
    LOCK,
    MARK,
    MAX_DAY,
    MAX_WEEK,
    MEM,
    MIN_BODIES,
    NEED,
    PER_BODY,
    POOL,
    SENT_BY,
    SLOT,
    SLOTS,
    STAFFED,
    T_DAY,
    T_WEEK,
    W_END,
    W_START,
    Given,
    N,
    Now,
)  # fmt: skip

LOOKED_AT = 24
"""Examiners compared for one call; more would not be fairer, only slower."""
# What a crew lacks.
NOTHING, OUTSIDER, BODIES, LEADER, NUMBER = range(5)


@inner
def serve(x: Given, y: Now, e: int, s: int, by: int) -> None:
    """Book (+1) or release (-1) an examiner in a session."""
    t = x.tab[s, SLOT]
    for k in range(x.at[x.rule[CLASH] + t], x.at[x.rule[CLASH] + t + 1]):
        y.duty[e, x.rule[BUSY] + x.items[k]] += by
    y.duty[e, x.rule[BY_DAY] + x.times[t, T_DAY]] += by
    week = x.times[t, T_WEEK]
    y.duty[e, x.rule[BY_WEEK] + week] += by
    week_fine = y.duty[e, x.rule[BY_WEEK] + week] < x.ex[e, MAX_WEEK]
    slots = x.rule[SLOTS]
    for u in range(x.times[t, W_START], x.times[t, W_END]):
        fine = 0
        if (
            week_fine
            and x.ex[e, E_THERE + u]
            and y.duty[e, x.rule[BUSY] + u] == 0
            and y.duty[e, x.rule[BY_DAY] + x.times[u, T_DAY]] < x.ex[e, MAX_DAY]
        ):
            fine = 1
        if fine != y.duty[e, u]:
            for k in range(x.at[x.rule[ABLE] + e], x.at[x.rule[ABLE] + e + 1]):
                y.tally[x.items[k] * slots + u] += fine - y.duty[e, u]
            y.duty[e, u] = fine


@inner
def join(x: Given, y: Now, e: int, s: int) -> None:
    """Add an examiner to a crew."""
    y.crew[s, y.ses[s, CREW]] = e
    y.ses[s, CREW] += 1
    serve(x, y, e, s, 1)


@inner
def release(x: Given, y: Now, s: int) -> None:
    """Let the whole crew go."""
    for k in range(y.ses[s, CREW]):
        serve(x, y, y.crew[s, k], s, -1)
    y.ses[s, CREW] = 0


@inlined
def lack(x: Given, y: Now, s: int) -> tuple[int, int]:
    """Return what a crew lacks for the candidates of its session, and for ``OUTSIDER`` the institution."""
    size = y.ses[s, CREW]
    for i in range(y.body.shape[1]):
        heads = y.body[s, i]
        if heads > 0:
            outside = 0
            for k in range(size):
                if x.ex[y.crew[s, k], SENT_BY] != i:
                    outside += 1
            if outside * x.rule[PER_BODY] < heads:
                return OUTSIDER, i
    bodies = 0
    leads = 0
    for k in range(size):
        e = y.crew[s, k]
        leads += x.ex[e, LEADS]
        new = 1
        for j in range(k):
            if x.ex[y.crew[s, j], SENT_BY] == x.ex[e, SENT_BY]:
                new = 0
        bodies += new
    if bodies < x.rule[MIN_BODIES]:
        return BODIES, 0
    if x.tab[s, ASSESSED] and leads == 0:
        return LEADER, 0
    if size < x.need[x.tab[s, NEED], y.ses[s, N]]:
        return NUMBER, 0
    return NOTHING, 0


@inlined
def _bar(x: Given, y: Now, s: int) -> int:
    """Mark the examiners whom somebody in a session must not meet; return the mark."""
    y.tally[-1] += 1
    tick = y.tally[-1]
    if y.ses[s, BARRING] > 0:
        for k in range(x.at[x.rule[MEM] + s], x.at[x.rule[MEM] + s] + y.ses[s, HELD]):
            c = y.mem[k]
            for n in range(x.at[x.rule[BAR] + c], x.at[x.rule[BAR] + c + 1]):
                y.tally[x.rule[MARK] + x.items[n]] = tick
    return tick


@inner
def _pick(x: Given, y: Now, s: int, what: tuple[int, int], tick: int) -> int:
    """Return the examiner to call next, -1 when nobody helps."""
    kind, body = what
    t = x.tab[s, SLOT]
    start, end = x.at[x.rule[POOL] + x.tab[s, CLASS]], x.at[x.rule[POOL] + x.tab[s, CLASS] + 1]
    size = end - start
    if size == 0:
        return -1
    found = 0
    chosen = -1
    least = 1 << 60
    shift = (s * 7919) % size
    for k in range(size):
        at = start + k + shift
        e = x.items[at if at < end else at - size]
        if y.duty[e, t] == 0 or y.tally[x.rule[MARK] + e] == tick:
            continue
        own = x.ex[e, SENT_BY]
        known = 0
        leads = 0
        for j in range(y.ses[s, CREW]):
            if x.ex[y.crew[s, j], SENT_BY] == own:
                known = 1
            leads |= x.ex[y.crew[s, j], LEADS]
        if (kind == OUTSIDER and own == body) or (kind == BODIES and known) or (kind == LEADER and not x.ex[e, LEADS]):
            continue
        spare = 1 if x.ex[e, LEADS] and (leads or not x.tab[s, ASSESSED]) else 0
        load = y.duty[e, x.rule[BY_WEEK] + x.times[t, T_WEEK]] * 16 + y.duty[e, x.rule[BY_DAY] + x.times[t, T_DAY]]
        worth = ((((y.body[s, own] * 2 + known) * 2 + spare) << 20) + x.ex[e, CHOICE]) * 4096 + load
        if worth < least:
            least = worth
            chosen = e
        found += 1
        if found >= LOOKED_AT:
            break
    return chosen


@inner
def _fill(x: Given, y: Now, s: int, tick: int) -> bool:
    """Call examiners until a crew lacks nothing; False when somebody is missing."""
    t = x.tab[s, SLOT]
    for k in range(x.at[x.rule[LOCK] + s], x.at[x.rule[LOCK] + s + 1]):
        e = x.items[k]
        inside = False
        for j in range(y.ses[s, CREW]):
            inside |= y.crew[s, j] == e
        if not inside:
            if y.duty[e, t] == 0 or y.tally[x.rule[MARK] + e] == tick:
                return False
            join(x, y, e, s)
    while True:
        what = lack(x, y, s)
        if what[0] == NOTHING:
            return True
        if y.ses[s, CREW] >= y.crew.shape[1]:
            return False
        e = _pick(x, y, s, what, tick)
        if e < 0:
            return False
        join(x, y, e, s)


@inlined
def staff(x: Given, y: Now, s: int) -> bool:
    """Make a crew satisfy every rule for the candidates now in its session; False, and the old crew, when it cannot be."""
    if x.rule[STAFFED] == 0 or y.ses[s, N] == 0:
        return True
    size = y.ses[s, CREW]
    tick = _bar(x, y, s)
    keep = size > 0
    if y.ses[s, BARRING] > 0:
        for k in range(size):
            keep &= y.tally[x.rule[MARK] + y.crew[s, k]] != tick
    if keep:
        what = lack(x, y, s)
        if what[0] == NOTHING:
            return True
        keep = what[0] == NUMBER
    for k in range(size):
        y.lists[BEFORE_CREW, k] = y.crew[s, k]
    for anew in range(2):
        if anew:
            release(x, y, s)
        if (anew or keep) and _fill(x, y, s, tick):
            return True
    release(x, y, s)
    for k in range(size):
        join(x, y, y.lists[BEFORE_CREW, k], s)
    return False


@inner
def spare(x: Given, y: Now, s: int) -> None:
    """Release whoever is not needed for the candidates now in a session."""
    if y.ses[s, N] == 0:
        release(x, y, s)
        return
    k = y.ses[s, CREW] - 1
    while k >= 0 and y.ses[s, CREW] > x.need[x.tab[s, NEED], y.ses[s, N]]:
        e = y.crew[s, k]
        locked = False
        for j in range(x.at[x.rule[LOCK] + s], x.at[x.rule[LOCK] + s + 1]):
            locked |= x.items[j] == e
        if not locked:
            last = y.ses[s, CREW] - 1
            y.crew[s, k] = y.crew[s, last]
            y.ses[s, CREW] = last
            if lack(x, y, s)[0] == NOTHING:
                serve(x, y, e, s, -1)
            else:
                y.crew[s, last] = y.crew[s, k]
                y.crew[s, k] = e
                y.ses[s, CREW] = last + 1
        k -= 1
