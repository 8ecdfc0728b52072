"""Re-seating within a block: the cheapest seats for everybody in the sessions and at the crews the plan has.

Used by the task of a worker. Openings and examiners are sunk, so only travel, trips and waiting count; recusals are the
board's, which mends crews when it takes the answer.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.swift import layout as at
from scheduler.planning.swift.blocks_cut import Standing
from scheduler.planning.swift.layout import Given
from scheduler.planning.swift.seatmodel import Kind, taken
from scheduler.planning.table import BoolArray, IntArray

WAYS = 40
"""Cheapest ways of each kind of unit that are looked at, besides those it has."""


def reseated(x: Given, standing: Standing, most: int) -> IntArray:
    """Return the seats of everybody, re-seated in models of so many units; who the models split has none."""
    seats = standing.seats.copy()
    single = (x.who[:, at.MOVES] > 0) & (x.who[:, at.HEADS] == 1) & (seats[:, 0] >= 0)
    units = np.flatnonzero(single)
    units = units[np.lexsort((units, x.tab[seats[units, 0], at.DAY], x.tab[seats[units, 0], at.SITE]))]
    follows = _follows(x)
    for start in range(0, len(units), most):
        _seat(x, Standing(seats, standing.crews), np.sort(units[start : start + most]), follows)
    return seats


def _follows(x: Given) -> BoolArray:
    """Tell by pair of slots whether a second component may be sat in the later after a first in the earlier."""
    slots, day = len(x.times), x.times[:, at.T_DAY]
    apart = day[None, :] - day[:, None]
    found: BoolArray = (apart > 0) & (apart <= x.rule[at.DAYS_MAX])
    for t in range(slots):
        start = x.rule[at.BEFORE] + t
        found[x.items[x.at[start] : x.at[start + 1]], t] = True
    return found


def _seat(x: Given, standing: Standing, units: IntArray, follows: BoolArray) -> None:
    seats = standing.seats
    room = _room(x, standing)
    here = seats[units]
    np.add.at(room, here[here >= 0], 1)
    ways: dict[tuple[int, ...], IntArray] = {}
    kinds = []
    for members in _alike(x, units):
        same = tuple(x.who[members[0], [at.DUE, at.FIRST, at.SECOND]].tolist())
        if same not in ways:
            ways[same] = _ways(x, same, room > 0, follows)
        kinds.append(_kind(x, seats, members, ways[same]))
    for kind, chosen in taken(kinds, room):
        seats[kind.members] = -1
        seats[kind.members[: len(chosen)], : chosen.shape[1]] = chosen


def _room(x: Given, standing: Standing) -> IntArray:
    """Return how many more candidates each session in use takes with the examiners it has; 0 for the others."""
    unit, component = np.nonzero(standing.seats >= 0)
    heads = np.zeros(len(x.tab), dtype=np.int64)
    np.add.at(heads, standing.seats[unit, component], x.who[unit, at.HEADS])
    enough = (x.need[x.tab[:, at.NEED], 1:] <= standing.crews[:, [0]]).sum(axis=1)
    room = np.minimum(enough, x.tab[:, at.CAPACITY]) - heads
    limited = np.diff(x.at[x.rule[at.ROW] : x.rule[at.ROW] + len(x.tab) + 1]) > 0
    room[limited | (heads == 0)] = 0
    return np.maximum(room, 0)


def _alike(x: Given, units: IntArray) -> list[IntArray]:
    """Return units that may do the same at the same cost, with the same trainers and recusals."""
    found: dict[tuple[object, ...], list[int]] = {}
    for n in units.tolist():
        lists = [
            x.items[x.at[x.rule[family] + n] : x.at[x.rule[family] + n + 1]].tobytes() for family in (at.SENT, at.BAR)
        ]
        own = x.who[n, [at.DUE, at.FIRST, at.SECOND, at.WAIT_FROM]].tobytes()
        found.setdefault((own, x.fare[n].tobytes(), *lists), []).append(n)
    return [np.array(members, dtype=np.int64) for members in found.values()]


def _ways(x: Given, same: tuple[int, ...], open_: BoolArray, follows: BoolArray) -> IntArray:
    """Return all ways through one or two components, a session of each in a row."""
    due, *domains = same
    first = _choices(x, domains[0], open_)
    if due == 1:
        return first[:, None]
    second = _choices(x, domains[1], open_)
    slot = x.tab[:, at.SLOT]
    i, j = np.nonzero(follows[slot[first][:, None], slot[second][None, :]])
    return np.column_stack((first[i], second[j]))


def _kind(x: Given, seats: IntArray, members: IntArray, ways: IntArray) -> Kind:
    """Return the ways that equal units have, and the cheapest others."""
    n = int(members[0])
    site, day = x.tab[:, at.SITE], x.tab[:, at.DAY].astype(np.int64)
    fare, first, last = x.fare[n][site], ways[:, 0], ways[:, -1]
    cost = fare[first] + int(x.rule[at.W_WAIT]) * (day[last] - x.who[n, at.WAIT_FROM])
    if ways.shape[1] > 1:
        apart = (site[first] != site[last]) | (day[first] != day[last])
        cost = cost + apart * (fare[last] + int(x.rule[at.W_EXTRA]))
    has, size = seats[members], len(x.tab)
    kept = np.isin(first * size + last, has[:, 0] * size + has[:, ways.shape[1] - 1])
    kept[np.argsort(cost, kind="stable")[:WAYS]] = True
    return Kind(members, ways[kept], cost[kept])


def _choices(x: Given, domain: int, open_: BoolArray) -> IntArray:
    found: IntArray = x.items[x.at[x.rule[at.CHOICES] + domain] : x.at[x.rule[at.CHOICES] + domain + 1]]
    return found[open_[found]]
