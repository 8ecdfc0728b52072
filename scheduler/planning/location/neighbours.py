"""Neighbourhoods of a seating: a dozen sessions that share people, with the closed ones between them, as a case of their own.

Used by the search. Nothing is solved here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.planning.location.case import Case
from scheduler.planning.location.mip import Part
from scheduler.planning.location.prices import SCALE, Prices
from scheduler.planning.table import IntArray

MOST_OPEN, MOST_CLOSED, MOST_PARTIES = 10, 12, 90
SEATS_EACH = 8
"""Cheapest sessions of a neighbourhood that each party may choose."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A part of a case and where it stands in the whole."""

    part: Part
    parties: IntArray
    columns: IntArray
    """Session of each column of the part; the last stands for no place."""


def neighbourhood(
    case: Case, at: IntArray, prices: Prices, chance: np.random.Generator, other: Neighbourhood | None
) -> Neighbourhood:
    """Choose the sessions around a random party, none of another neighbourhood."""
    used = np.zeros(case.nowhere + 1, dtype=np.bool_)
    used[at] = True
    banned = np.zeros(case.nowhere + 1, dtype=np.bool_)
    if other is not None:
        banned[other.columns] = True
    banned[-1] = False
    nowhere = np.flatnonzero(at == case.nowhere)
    free = np.flatnonzero(~banned[at])
    centre = int(
        chance.choice(nowhere if len(nowhere) and other is None else free if len(free) else np.arange(len(at)))
    )
    order = _around(case, at, centre, chance)
    order = order[~banned[order] & (order != case.nowhere)]
    opened = order[used[order]][:MOST_OPEN]
    sizes = np.cumsum([int((at == i).sum()) for i in opened])
    opened = opened[: max(1, int(np.searchsorted(sizes, MOST_PARTIES)))]
    closed = order[~used[order]]
    closed = closed[np.argsort(-prices.surplus[closed[: 3 * MOST_CLOSED]], kind="stable")][:MOST_CLOSED]
    columns = np.append(np.sort(np.append(opened, closed)), case.nowhere)
    parties = np.flatnonzero(np.isin(at, opened))
    if other is None:
        parties = np.union1d(parties, nowhere[:5])
    return _part(case, at, prices, parties, columns)


def _around(case: Case, at: IntArray, centre: int, chance: np.random.Generator) -> IntArray:
    """Return sessions by how dear they are for the people around a party, with some chance in it."""
    near = case.near[centre, :3]
    friends = np.flatnonzero(np.isin(at, near[near != case.nowhere]) | (np.arange(len(at)) == centre))
    each = np.minimum(case.cost[friends, :-1], case.cost[friends, -1:]) / case.heads[friends, None]
    return np.argsort(each.mean(axis=0) * chance.uniform(0.8, 1.25, case.nowhere), kind="stable")


def _part(case: Case, at: IntArray, prices: Prices, parties: IntArray, columns: IntArray) -> Neighbourhood:
    part = Case(
        np.ascontiguousarray(case.cost[np.ix_(parties, columns)]), case.opening[columns], case.seats[columns].copy(),
        case.heads[parties],
    )  # fmt: skip
    part.seats[-1] = part.heads.sum()
    place = {int(i): n for n, i in enumerate(columns)}
    now = np.array([place[int(i)] for i in at[parties]], dtype=np.int64)
    dear = part.by_session * SCALE - prices.price[parties][None, :]
    dear[part.cost[:, -1][None, :] <= part.cost[:, :-1].T] = 1 << 60
    rank = np.argsort(np.argsort(dear, axis=0, kind="stable"), axis=0, kind="stable")
    seats = (rank < SEATS_EACH) & (dear < 1 << 60)
    placed = now < part.nowhere
    seats[now[placed], np.flatnonzero(placed)] = True
    return Neighbourhood(Part(part, seats, np.zeros(part.nowhere, dtype=np.bool_), part.worth(now)), parties, columns)


def seated_again(at: IntArray, where: Neighbourhood, inside: IntArray) -> IntArray:
    """Return a seating with the parties of a neighbourhood seated as it was solved."""
    found = at.copy()
    found[where.parties] = where.columns[inside]
    return found
