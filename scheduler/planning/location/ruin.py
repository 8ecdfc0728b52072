"""Ruin and recreate on locations: empty a few neighbouring sessions, seat their people anew, keep it if cheap or by chance.

Used by the search. What it returns respects seats and choices. Chance is seeded and the number of moves is given.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from scheduler.planning.location.case import Case
from scheduler.planning.location.fast import compiled
from scheduler.planning.location.seating import State, Tables, below, draw, pull, put, state_of, worth
from scheduler.planning.table import BoolArray, IntArray

Room: TypeAlias = tuple[BoolArray, IntArray, IntArray, IntArray]
"""Sessions shut for one move; parties freed; where they sat; the state of chance."""
Pace: TypeAlias = tuple[int, float, float, int, int]
"""Moves, heat at first and at last, most parties freed, and what is waived for each candidate without a place."""
MOST_NEAR = 64
"""Cheapest sessions of a party that are looked at."""
GATHER = 0.002
"""How much of the heat a square of free seats is worth while somebody has no place: many in one session take a party, few in many take none."""
SWAPS = 40
"""Shifts and swaps tried for each ruin."""


@compiled
def free_some(tables: Tables, state: State, room: Room, most: int) -> tuple[int, int]:
    """Empty sessions around a random party; write whom, and where they sat; return how many and what is saved."""
    at, _, first, after, _ = state
    near, (shut, freed, left, seed) = tables[4], room
    nowhere, count, saved = len(shut) - 1, 0, 0
    target = 2 + below(seed, most)
    block = draw(seed) < 0.5
    centre = below(seed, len(at))
    if first[nowhere] >= 0 and draw(seed) < 0.5:
        centre = first[nowhere]
    for probe in range(16):
        i = at[centre] if probe == 0 else near[centre, int(draw(seed) ** 2 * near.shape[1])]
        if i < 0 or first[i] < 0:
            continue
        some = i == nowhere or draw(seed) < 0.5
        j = first[i]
        while j >= 0 and count < len(freed):
            follower = after[j]
            if not some or draw(seed) < 0.5:
                freed[count], left[count] = j, i
                count += 1
                saved += pull(tables, state, j)
            j = follower
        shut[i] = block and i != nowhere and draw(seed) < 0.5
        if count >= target:
            break
    return count, saved


@compiled
def arrange(tables: Tables, freed: IntArray, count: int, seed: IntArray) -> IntArray:
    """Return the freed parties in one of four orders: by chance, big ones, dear ones, those with most to lose first."""
    cost, heads, near = tables[0], tables[3], tables[4]
    how, nowhere = draw(seed), cost.shape[1] - 1
    key = np.empty(count)
    for k in range(count):
        j = freed[k]
        if how < 0.35:
            key[k] = draw(seed)
        elif how < 0.65:
            key[k] = -heads[j] * (0.8 + 0.4 * draw(seed))
        elif how < 0.8:
            key[k] = -cost[j, near[j, 0]]
        else:
            key[k] = min(cost[j, near[j, 0]], cost[j, nowhere]) - min(
                cost[j, near[j, 1 % near.shape[1]]], cost[j, nowhere]
            )
    return freed[:count][np.argsort(key, kind="mergesort")]


@compiled
def seat_again(tables: Tables, state: State, shut: BoolArray, order: IntArray, seed: IntArray) -> int:
    """Seat parties one by one where it looks cheapest; return what it costs."""
    cost, opening, seats, heads, near = tables
    nowhere, spent, how = len(shut) - 1, 0, draw(seed)
    share = 1.0 if how < 0.3 else 0.5 if how < 0.45 else 0.25 if how < 0.65 else 0.1 if how < 0.85 else 0.03
    for j in order:
        best, cheapest = nowhere, float(cost[j, nowhere])
        for i in near[j]:
            if shut[i] or state[1][i] + heads[j] > seats[i] or draw(seed) < 0.01:
                continue
            price = cost[j, i] + (share * opening[i] if state[2][i] < 0 else 0.0)
            if price < cheapest:
                best, cheapest = i, price
        spent += put(tables, state, j, best)
    return spent


@compiled
def exchange(tables: Tables, state: State, heat: float, seed: IntArray) -> int:
    """Move one party, or swap two; return the change of cost, 0 when nothing was worth it."""
    cost, opening, seats, heads, near = tables
    at, load, first, after, _ = state
    j = below(seed, len(at))
    i, a = near[j, int(draw(seed) ** 2 * near.shape[1])], at[j]
    if i == a:
        return 0
    limit = -heat * math.log(1.0 - draw(seed))
    gather = heat * GATHER if first[len(seats) - 1] >= 0 else 0.0
    free_a, free_i = seats[a] - load[a], seats[i] - load[i]
    if load[i] + heads[j] <= seats[i]:
        alone = first[a] == j and after[j] < 0
        change = cost[j, i] - cost[j, a] + (opening[i] if first[i] < 0 else 0) - (opening[a] if alone else 0)
        if change - gather * heads[j] * (free_a - free_i + heads[j]) * (a < len(seats) - 1) > limit:
            return 0
        return -pull(tables, state, j) + put(tables, state, j, i)
    if first[i] < 0:
        return 0
    k, skip = first[i], below(seed, 8)
    while skip > 0:
        k = after[k] if after[k] >= 0 else first[i]
        skip -= 1
    change = cost[j, i] - cost[j, a] + cost[k, a] - cost[k, i]
    more = heads[j] - heads[k]
    if a < len(seats) - 1 and change - gather * more * (free_a - free_i + more) > limit:
        return 0
    if (
        (a == len(seats) - 1 and change > limit)
        or load[i] - heads[k] + heads[j] > seats[i]
        or load[a] - heads[j] + heads[k] > seats[a]
    ):
        return 0
    change = -pull(tables, state, j) - pull(tables, state, k)
    return change + put(tables, state, j, i) + put(tables, state, k, a)


@compiled
def replace(tables: Tables, state: State, room: Room) -> tuple[int, int]:
    """Close one session in favour of an empty one, its people first; return how many moved and the change of cost."""
    cost, _, seats, heads, near = tables
    _, freed, left, seed = room
    at, load, first, after, _ = state
    nowhere, centre = len(seats) - 1, below(seed, len(at))
    a = at[centre]
    b = near[centre, below(seed, near.shape[1])]
    if nowhere in (a, b) or first[b] >= 0:
        return 0, 0
    count, change, j = 0, 0, first[a]
    while j >= 0 and count < len(freed):
        follower = after[j]
        change -= pull(tables, state, j)
        freed[count], left[count] = j, a
        count += 1
        j = follower
    if draw(seed) < 0.5:
        # Someone of another session may use what becomes free.
        c = at[freed[0]] if at[freed[0]] >= 0 else near[freed[0], below(seed, near.shape[1])]
        j = first[c] if c not in (a, nowhere) else -1
        while j >= 0 and count < len(freed):
            follower = after[j]
            change -= pull(tables, state, j)
            freed[count], left[count] = j, c
            count += 1
            j = follower
    for k in np.argsort(-heads[freed[:count]], kind="mergesort"):
        j, best, cheapest = freed[k], nowhere, cost[freed[k], nowhere]
        for i in near[j]:
            if i != a and (first[i] >= 0 or i == b) and load[i] + heads[j] <= seats[i] and cost[j, i] < cheapest:
                best, cheapest = i, cost[j, i]
        change += put(tables, state, j, best)
    return count, change


@compiled
def anneal(tables: Tables, start: IntArray, pace: Pace, seed: IntArray) -> IntArray:
    """Return the best seating met in so many moves that cool from one heat to another.

    The tables ask less than the true price for a candidate without a place, so that the search may pass through such
    seatings; ``waived`` is what they leave out for each, and counts for what is best.
    """
    moves, first, last, most, waived = pace
    state = state_of(start, tables[3], len(tables[1]))
    total, load, nowhere = worth(tables, state), state[1], len(tables[1]) - 1
    best, lowest = start.copy(), total + waived * load[nowhere]
    shut = np.zeros(len(tables[1]), dtype=np.bool_)
    freed, left = np.empty(4 * most + 8, dtype=np.int64), np.empty(4 * most + 8, dtype=np.int64)
    room = (shut, freed, left, seed)
    for move in range(moves):
        heat = first * (last / first) ** (move / moves)
        if draw(seed) < 0.3:
            count, change = replace(tables, state, room)
        else:
            count, saved = free_some(tables, state, room, most)
            change = seat_again(tables, state, shut, arrange(tables, freed, count, seed), seed) - saved
            for k in range(count):
                shut[left[k]] = False
        if change <= -heat * math.log(1.0 - draw(seed)):
            total += change
        else:
            for k in range(count):
                pull(tables, state, freed[k])
            for k in range(count):
                put(tables, state, freed[k], left[k])
        if total + waived * load[nowhere] < lowest:
            best, lowest = state[0].copy(), total + waived * load[nowhere]
        for _ in range(SWAPS):
            total += exchange(tables, state, heat, seed)
        if total + waived * load[nowhere] < lowest:
            best, lowest = state[0].copy(), total + waived * load[nowhere]
    return best


def shaken(case: Case, start: IntArray, moves: int, heat: tuple[float, float], seed: int, *, soft: int = 4) -> IntArray:
    """Return the best seating found from a start by so many moves.

    Args:
        case: The tables.
        start: A seating that respects seats and choices.
        moves: Ruins, each followed by forty shifts or swaps.
        heat: Cost units a move may lose at first and at last, about; above 0.
        seed: Of chance.
        soft: A candidate without a place costs so many times the average candidate while the search is on its way.
    """
    heads = max(1, int(case.heads.sum()))
    hard = int(case.cost[:, -1].sum()) // heads
    soft = max(
        1, min(hard, soft * int(case.cost[:, :-1].min(axis=1).sum() + case.opening[np.unique(start)].sum()) // heads)
    )
    cost = case.cost.copy()
    cost[:, -1] = soft * case.heads
    tables = (cost, case.opening, case.seats, case.heads, np.ascontiguousarray(case.near[:, :MOST_NEAR]))
    most = max(8, min(60, len(case.heads) // 4))
    chance = np.array([seed * 7919 + 12345], dtype=np.int64)
    return anneal(tables, start, (moves, *heat, most, hard - soft), chance)


@compiled
def filled(tables: Tables, seed: IntArray) -> IntArray:
    """Return a first seating: everybody in one of the four orders, where it looks cheapest."""
    _, opening, _, heads, _ = tables
    everyone = np.arange(len(heads))
    state = state_of(np.full(len(heads), -1, dtype=np.int64), heads, len(opening))
    shut = np.zeros(len(opening), dtype=np.bool_)
    seat_again(tables, state, shut, arrange(tables, everyone, len(everyone), seed), seed)
    return state[0]


def settled(case: Case, chosen: IntArray, moves: int, heat: tuple[float, float], seed: int) -> IntArray:
    """Return a good seating in some of the sessions only.

    Args:
        case: The tables.
        chosen: Sessions that may be used, ascending.
        moves: Ruins, each followed by forty shifts or swaps.
        heat: As in ``shaken``.
        seed: Of chance.
    """
    columns = np.append(chosen[chosen != case.nowhere], case.nowhere)
    part = Case(np.ascontiguousarray(case.cost[:, columns]), case.opening[columns], case.seats[columns], case.heads)
    near = np.ascontiguousarray(part.near[:, :MOST_NEAR])
    start = filled(
        (part.cost, part.opening, part.seats, part.heads, near), np.array([seed * 104729 + 7], dtype=np.int64)
    )
    return columns[shaken(part, start, moves, heat, seed)]
