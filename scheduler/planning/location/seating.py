"""A seating that changes: who sits where, the load and the people of each session; a move is a handful of additions.

Used by the compiled search. ``State`` is a tuple because compiled functions take tuples of arrays as they are.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from scheduler.planning.location.fast import compiled
from scheduler.planning.table import IntArray

State: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]
"""Session of each party; load of each session; its first party; the next and the previous party of each party, -1 at the ends."""
Tables: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray, IntArray]
"""Costs by party and session, opening costs, seats, heads, as in ``Case``; the nearest sessions of each party."""


@compiled
def state_of(at: IntArray, heads: IntArray, sessions: int) -> State:
    """Return the state of a seating; -1 is nowhere at all and on no list."""
    load = np.zeros(sessions, dtype=np.int64)
    first = np.full(sessions, -1, dtype=np.int64)
    after = np.full(len(at), -1, dtype=np.int64)
    before = np.full(len(at), -1, dtype=np.int64)
    state = (np.full(len(at), -1, dtype=np.int64), load, first, after, before)
    for j in range(len(at)):
        if at[j] >= 0:
            join(state, j, at[j], heads[j])
    return state


@compiled
def join(state: State, j: int, i: int, heads: int) -> None:
    """Put a party that sits nowhere into a session."""
    at, load, first, after, before = state
    at[j], after[j], before[j] = i, first[i], -1
    if first[i] >= 0:
        before[first[i]] = j
    first[i] = j
    load[i] += heads


@compiled
def leave(state: State, j: int, heads: int) -> None:
    """Take a party out of its session."""
    at, load, first, after, before = state
    i = at[j]
    if before[j] >= 0:
        after[before[j]] = after[j]
    else:
        first[i] = after[j]
    if after[j] >= 0:
        before[after[j]] = before[j]
    at[j] = -1
    load[i] -= heads


@compiled
def put(tables: Tables, state: State, j: int, i: int) -> int:
    """Seat a party that sits nowhere; return what it costs, the opening of an empty session included."""
    cost, opening, _, heads, _ = tables
    price = cost[j, i] + (opening[i] if state[2][i] < 0 else 0)
    join(state, j, i, heads[j])
    return int(price)


@compiled
def pull(tables: Tables, state: State, j: int) -> int:
    """Take a party out; return what it saves, the opening of a session left empty included."""
    cost, opening, _, heads, _ = tables
    i = state[0][j]
    leave(state, j, heads[j])
    return int(cost[j, i] + (opening[i] if state[2][i] < 0 else 0))


@compiled
def worth(tables: Tables, state: State) -> int:
    """Return the cost of a state in which everybody has a session, be it the one that stands for none."""
    total = 0
    for j in range(len(state[0])):
        total += tables[0][j, state[0][j]]
    for i in range(len(tables[1])):
        if state[2][i] >= 0:
            total += tables[1][i]
    return total


@compiled
def draw(seed: IntArray) -> float:
    """Return the next number from 0 to 1 of a linear congruence of 48 bits."""
    seed[0] = (seed[0] * 25214903917 + 11) & 0xFFFFFFFFFFFF
    return float((seed[0] >> 8) / 1099511627776.0)


@compiled
def below(seed: IntArray, number: int) -> int:
    """Return a whole number from 0 to one less than this."""
    return int(draw(seed) * number)
