"""The tree: equal to trying everything from any beginning, bounds that hold at every part, loads listed without a gap."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scheduler.planning.location.choice import Limits, choose_loads
from scheduler.planning.location.loads import END, FREE, SHUT, best_loads, loads_within, table_of
from scheduler.planning.location.master import Master
from scheduler.planning.location.prices import SCALE, Market
from scheduler.planning.location.tree import Tree
from tests.planning.location.test_location import a_case, cheapest


def grown(case, at, work=5.0, stop=lambda: False):
    told = []
    tree = Tree(case, at)
    tree.grow(Market(case).first(), work, stop, lambda one: told.append((one.bound, one.cost)))
    return tree, told


@pytest.mark.parametrize("seed", range(24))
def test_tiny_cases_are_proven_from_the_worst_beginning(seed):
    case = a_case(seed + 300, tight=(0.7, 1.0, 1.5)[seed % 3], unplaced=(5, 40)[seed % 2])
    best = cheapest(case)
    tree, told = grown(case, np.full(len(case.heads), case.nowhere))
    assert (tree.cost, tree.bound, case.worth(tree.at)) == (best, best, best)
    assert case.fits(tree.at)
    assert all(bound <= best <= cost for bound, cost in told)
    assert told == sorted(told, key=lambda pair: (pair[0], -pair[1]))


@pytest.mark.parametrize("seed", range(6))
def test_larger_cases_are_proven_as_a_mixed_integer_solver_proves_them(seed):
    case = a_case(seed + 500, parties=14, sessions=5, tight=1.05)
    tree, _ = grown(case, np.full(14, case.nowhere), work=20.0)
    loads = [
        (i, parties)
        for i in range(case.nowhere)
        for size in range(1, 15)
        for parties in itertools.combinations(range(14), size)
        if case.heads[list(parties)].sum() <= case.seats[i] and (case.cost[list(parties), i] < case.cost[list(parties), -1]).all()
    ]  # fmt: skip
    sits = np.zeros((len(loads), 14), dtype=np.bool_)
    for row, (_, parties) in zip(sits, loads, strict=True):
        row[list(parties)] = True
    everything = int(case.cost[:, -1].sum()) + 1
    chosen = choose_loads(case, np.array([i for i, _ in loads]), sits, Limits(everything, 10**6))
    assert chosen.proven
    assert tree.bound == tree.cost == case.worth(chosen.at)


@pytest.mark.parametrize("fault", ["no work", "stopped", "no numbers"])
def test_what_is_not_searched_is_not_proven(fault, monkeypatch):
    case = a_case(515, parties=14, sessions=5, tight=1.05)
    optimum = grown(case, np.full(14, case.nowhere), work=20.0)[0].cost
    if fault == "no numbers":
        monkeypatch.setattr(Master, "solve", lambda _: None)
    work = 0.0 if fault == "no work" else 5.0
    tree, _ = grown(case, np.full(14, case.nowhere), work, (lambda: True) if fault == "stopped" else (lambda: False))
    assert tree.bound <= optimum < tree.cost


def test_every_load_of_enough_profit_is_listed_once():
    chance = np.random.default_rng(4)
    for _ in range(30):
        profit, heads = chance.integers(-30, 90, 9), chance.integers(1, 9, 9)
        seats, least = int(chance.integers(5, 30)), int(chance.integers(1, 150))
        found = np.empty((600, 10), dtype=np.int64)
        count = loads_within(profit, heads, seats, least, (10**6, found))
        listed = sorted(tuple(np.flatnonzero(row)) for row in table_of(found[:count], 9))
        ways = (c for size in range(1, 10) for c in itertools.combinations(range(9), size))
        wanted = [c for c in ways if heads[list(c)].sum() <= seats and profit[list(c)].sum() >= least]
        assert listed == sorted(wanted)
        assert count < 2 or loads_within(profit, heads, seats, least, (10**6, found[: count - 1])) == -1


def test_best_loads_are_the_best_of_every_session():
    case = a_case(77, parties=8, sessions=4)
    fares = (case.by_session * SCALE, case.opening[:-1] * SCALE, case.seats[:-1], case.heads)
    price = np.append(np.random.default_rng(2).integers(0, 80, 8) * SCALE, 7 * SCALE)
    decided = np.array([FREE, SHUT, FREE, FREE])
    surplus, load = np.zeros(4, dtype=np.int64), np.full((4, 9), END, dtype=np.int64)
    value = best_loads(fares, price, decided, surplus, load)
    for i in (0, 2, 3):
        ways = (c for size in range(9) for c in map(list, itertools.combinations(range(8), size)))
        gain = max((price[c] - fares[0][i, c]).sum() for c in ways if case.heads[c].sum() <= case.seats[i])
        assert surplus[i] == gain - fares[1][i] + price[-1]
        mine = load[i, : np.argmax(load[i] == END)]
        assert (price[mine] - fares[0][i, mine]).sum() == gain
    assert (surplus[1], load[1, 0]) == (0, END)
    assert value == price[:-1].sum() - np.maximum(surplus, 0).sum()


def test_forgotten_loads_can_come_back(monkeypatch):
    monkeypatch.setattr("scheduler.planning.location.master.COLUMNS_A_ROW", 1)
    for seed in range(4):
        case = a_case(seed + 700, parties=12, sessions=5, tight=1.1)
        tree, _ = grown(case, np.full(12, case.nowhere), work=20.0)
        plain = Tree(case, np.full(12, case.nowhere))
        monkeypatch.setattr("scheduler.planning.location.master.COLUMNS_A_ROW", 15)
        plain.grow(Market(case).first(), 20.0, lambda: False, lambda _: None)
        assert (tree.cost, tree.bound) == (plain.cost, plain.bound)
        assert tree.cost == tree.bound
