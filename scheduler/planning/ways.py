"""Ways: what it costs a unit to go through its components, and which sessions can follow each other. No prices of sessions here.

Used by the constructive start and the moves; ways of two components are kept, because they are asked for again and again.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.problem import Problem
from scheduler.planning.table import BoolArray, IntArray
from scheduler.planning.units import Unit

NEVER = 1 << 40
"""Cost of what cannot be; sums of several stay exact."""


class Ways:
    """Costs of all ways of units with two components, as far as memory was granted."""

    def __init__(self, problem: Problem, most: int) -> None:
        self.problem, self.left = problem, most
        self.known: dict[tuple[int, ...], IntArray] = {}

    def of(self, unit: Unit) -> IntArray | None:
        """Return the cost by session of the first and of the second component, None where it is not kept.

        A way that cannot be costs ``NEVER``; a group kept at one site narrows its choices and is not kept.
        """
        if len(unit.domains) != 2 or unit.narrowed:
            return None
        found = self.known.get(unit.parties)
        if found is None:
            first, second = unit.domains
            self.left -= len(first) * len(second)
            if self.left < 0 or not len(first) or not len(second):
                return None
            start = trip_cost(self.problem, unit, np.zeros((1, 0), dtype=np.int64), 0, first)[0]
            found = start[:, None] + trip_cost(self.problem, unit, first[:, None], 1, second)
            found[~compatible(self.problem, unit, first[:, None], 1, second)] = NEVER
            self.known[unit.parties] = found
        return found


def compatible(problem: Problem, unit: Unit, ways: IntArray, j: int, choice: IntArray) -> BoolArray:
    """Tell by way and choice whether order and time let the unit sit the next component there."""
    fine = np.ones((len(ways), len(choice)), dtype=np.bool_)
    slots, rooms = problem.table.slot, problem.table.room
    for i in range(j) if len(unit.parties) > 1 else ():
        beside = problem.slot_overlaps[slots[ways[:, i]][:, None], slots[choice][None, :]]
        fine &= ~(beside & (rooms[ways[:, i]][:, None] == rooms[choice][None, :]))
    for i, k in unit.order:
        if k == j and i < j:
            fine &= problem.in_sequence(ways[:, i], choice)
        elif i == j and k < j:
            fine &= problem.in_sequence(choice, ways[:, k]).T
    for i, k in unit.apart:
        if k == j:
            fine &= ~problem.slot_overlaps[slots[ways[:, i]][:, None], slots[choice][None, :]]
    most, day = problem.policy.max_sittings_per_day, problem.table.day
    for positions, *_ in unit.profiles if most is not None else ():
        before = [i for i in positions if i < j]
        if j in positions and len(before) >= (most or 1):
            same = np.stack([day[ways[:, i]][:, None] == day[choice][None, :] for i in before]).sum(axis=0)
            fine &= same < (most or 1)
    return fine


def trip_cost(problem: Problem, unit: Unit, ways: IntArray, j: int, choice: IntArray) -> IntArray:
    """Return by way and choice what travel, extra trips and waiting are added."""
    table, weights = problem.table, problem.policy.weights
    added = np.zeros((len(ways), len(choice)), dtype=np.int64)
    site, day = table.site[choice], table.day[choice]
    for positions, fares, heads, wait_from in unit.profiles:
        if j not in positions:
            continue
        before = [i for i in positions if i < j]
        known = np.zeros_like(added, dtype=np.bool_)
        for i in before:
            same = (table.site[ways[:, i]][:, None] == site) & (table.day[ways[:, i]][:, None] == day)
            known |= same
        trip = fares[site] + (weights.extra_trip * heads if before else 0)
        added += np.where(known, 0, trip[None, :])
        since = np.full(len(ways), wait_from, dtype=np.int64)
        for i in before:
            since = np.maximum(since, table.day[ways[:, i]])
        added += weights.wait_day * heads * np.maximum(0, day[None, :] - since[:, None])
    return added
