"""Re-seating: the cheapest seats for everybody in the sessions and at the crews a plan has, by a linear model.

Used by the search between its legs. Openings and examiners are sunk, so only travel, trips and waiting count. The model
knows nothing of recusals: the board mends crews when it takes the answer, and whoever then has no seat looks for one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.swift.arrays import Moved
from scheduler.planning.swift.board import Board
from scheduler.planning.swift.layout import NEED
from scheduler.planning.swift.seatmodel import Kind, taken
from scheduler.planning.table import BoolArray, IntArray

WAYS = 60
"""Cheapest ways of each kind of party that are looked at, besides those it has."""


def reseat(board: Board, most: int, stop: Callable[[], bool]) -> Board:
    """Return a board with everybody re-seated, or the same where that is no better.

    Args:
        board: Its best plan is re-seated.
        most: Parties in one model; 0 for no model. More are re-seated site by site, and then day by day.
        stop: Asked before each model.
    """
    draft = board.checked()
    movers = set(board.movers.tolist())
    single = [
        unit.parties[0] for n, unit in enumerate(board.units) if n in movers and _alone(board.problem, unit, draft)
    ]
    if not most or not single:
        return board
    table = board.problem.table
    people = np.array(single, dtype=np.int64)
    at = draft.at[people, 0]
    for order in ((table.day[at], table.site[at]), (table.site[at], table.day[at])):
        parties = people[np.lexsort((people, *order))].tolist()
        for start in range(0, len(parties), most):
            if stop():
                return board
            _block(board, draft, [p for p in parties[start : start + most] if draft.at[p, 0] >= 0])
        if len(parties) <= most:
            break
    better = board.taking(draft)
    return better if better.best < board.best else board


def _alone(problem: Problem, unit: Moved, draft: Draft) -> bool:
    p = unit.parties[0]
    return len(unit.parties) == 1 and int(problem.heads[p]) == 1 and bool(draft.at[p, 0] >= 0)


def _block(board: Board, draft: Draft, parties: list[int]) -> None:
    """Re-seat some parties in the draft; those the model could only split lose their seats."""
    problem = board.problem
    if not parties:
        return
    room = _room(board, draft)
    here = draft.at[parties]
    np.add.at(room, here[here >= 0], 1)
    kinds = _kinds(problem, draft, parties, room > 0)
    for kind, chosen in taken(kinds, room):
        draft.at[kind.members] = -1
        draft.at[kind.members[: len(chosen)], : chosen.shape[1]] = chosen


def _room(board: Board, draft: Draft) -> IntArray:
    """Return how many more candidates each session in use takes with the examiners it has; 0 for the others."""
    problem, need = board.problem, board.given.need
    room = np.zeros(len(problem.table), dtype=np.int64)
    heads = draft.heads(problem)
    for s, crew in draft.staff.items():
        enough = need[board.given.tab[s, NEED], 1:] <= len(crew)
        room[s] = min(int(enough.sum()), int(problem.table.capacity[s])) - heads[s]
        if problem.rows.get(s):
            room[s] = 0
    return np.maximum(room, 0)


def _kinds(problem: Problem, draft: Draft, parties: list[int], open_: BoolArray) -> list[Kind]:
    found: dict[tuple[object, ...], list[int]] = {}
    for p in sorted(parties):
        domains = tuple(id(domain) for domain in problem.domains[p])
        key = (
            domains,
            problem.fares[p].tobytes(),
            int(problem.wait_from[p]),
            int(problem.trained_by[p]),
            problem.recused[p],
        )
        found.setdefault(key, []).append(p)
    ways: dict[object, IntArray] = {}
    for (same, *_), members in found.items():
        if same not in ways:
            ways[same] = _ways(problem, [domain[open_[domain]] for domain in problem.domains[members[0]]])
    return [_kind(problem, draft, members, ways[one[0]]) for one, members in found.items()]


def _ways(problem: Problem, domains: list[IntArray]) -> IntArray:
    """Return all ways through one or two components, a session of each in a row."""
    if len(domains) == 1:
        return domains[0][:, None]
    i, j = np.nonzero(problem.in_sequence(domains[0], domains[1]))
    return np.column_stack((domains[0][i], domains[1][j]))


def _kind(problem: Problem, draft: Draft, members: list[int], ways: IntArray) -> Kind:
    """Return the ways that equal parties have, and the cheapest others."""
    table, weights, p = problem.table, problem.policy.weights, members[0]
    fare, first, last = problem.fares[p][table.site], ways[:, 0], ways[:, -1]
    cost = fare[first] + weights.wait_day * (table.day[last] - int(problem.wait_from[p]))
    if ways.shape[1] > 1:
        apart = (table.site[first] != table.site[last]) | (table.day[first] != table.day[last])
        cost = cost + apart * (fare[last] + weights.extra_trip)
    has = draft.at[members]
    kept = np.isin(first * len(table) + last, has[:, 0] * len(table) + has[:, ways.shape[1] - 1])
    kept[np.argsort(cost, kind="stable")[:WAYS]] = True
    return Kind(np.array(members, dtype=np.int64), ways[kept], cost[kept])
