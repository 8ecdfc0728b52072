"""Location: equal to trying everything on tiny cases, bounds that hold, seatings that keep to seats and choices, same twice."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest

from scheduler.domain.calendar import Slot
from scheduler.domain.rounds import Group
from scheduler.planning import location
from scheduler.planning.draft import cost
from scheduler.planning.location.case import BARRED, Case, case_of
from scheduler.planning.location.hunt import Hunt
from scheduler.planning.location.prices import SCALE, Market
from scheduler.planning.location.ruin import settled, shaken
from scheduler.planning.problem import Problem
from tests.benchmarks.public_instances import DAY, a_round, clock, generated


def a_case(seed, parties=6, sessions=3, tight=1.2, unplaced=40):
    chance = random.Random(seed)
    heads = np.array([chance.randint(1, 9) for _ in range(parties)])
    seats = np.array(
        [max(1, round(heads.sum() * tight / sessions * chance.uniform(0.6, 1.4))) for _ in range(sessions)]
    )
    price = np.array([[chance.randint(0, 60) for _ in range(sessions)] for _ in heads])
    price[heads[:, None] > seats[None, :]] = BARRED
    left = unplaced * heads
    price[price >= left[:, None]] = BARRED
    opening = np.array([chance.randint(0, 90) for _ in range(sessions)] + [0])
    return Case(np.hstack([price, left[:, None]]), opening, np.append(seats, heads.sum()), heads)


def cheapest(case):
    ways = itertools.product(range(case.nowhere + 1), repeat=len(case.heads))
    return min(case.worth(at) for at in map(np.array, ways) if case.fits(at))


def hunted(case, seed=1, work=2.0):
    hunt = Hunt(case, seed, lambda *_: None, lambda: False)
    hunt.run(work)
    return hunt


@pytest.mark.parametrize("seed", range(12))
def test_tiny_cases_end_at_the_optimum_and_prove_it(seed):
    case = a_case(seed, tight=(0.7, 1.0, 1.5)[seed % 3], unplaced=(5, 40)[seed % 2])
    best, hunt = cheapest(case), hunted(case)
    assert case.fits(hunt.at)
    assert (case.worth(hunt.at), hunt.cost, hunt.bound) == (best, best, best)


@pytest.mark.parametrize("seed", range(8))
def test_prices_never_prove_more_than_the_optimum(seed):
    case = a_case(seed + 50, unplaced=(5, 40)[seed % 2])
    best, market = cheapest(case), Market(case)
    prices = market.first()
    for _ in range(10):
        prices = market.better(prices, best * 2, 10)
        assert prices.bound <= best
    assert prices.bound > 0


@pytest.mark.parametrize("seed", range(8))
def test_seats_of_an_optimum_are_kept_when_others_are_dropped(seed):
    case = a_case(seed + 80)
    best, market = cheapest(case), Market(case)
    prices = market.better(market.first(), best, 100)
    kept, surely = market.seats_worth(prices, best + 1), prices.surplus > best * SCALE - prices.value
    ways = map(np.array, itertools.product(range(case.nowhere + 1), repeat=len(case.heads)))
    optima = [at for at in ways if case.fits(at) and case.worth(at) == best]
    for at in optima:
        assert all(kept[i, j] for j, i in enumerate(at) if i != case.nowhere)
        assert set(np.flatnonzero(surely)) <= set(at)


@pytest.mark.parametrize("seed", range(4))
def test_compiled_search_respects_seats_and_choices(seed):
    case = a_case(seed, parties=40, sessions=8, tight=1.02)
    for at in (
        settled(case, np.arange(5), 300, (20.0, 1.0), seed),
        shaken(case, np.full(40, 8), 300, (20.0, 1.0), seed),
    ):
        assert case.fits(at)


def test_search_is_the_same_twice_and_audit_clean():
    problem = Problem.of(generated(10, 30, 3, 1, clustered=True))
    first, bound = location.search(problem, 3, 2.0, lambda *_: None, lambda: False)
    again, same = location.search(problem, 3, 2.0, lambda *_: None, lambda: False)
    assert bound == same <= cost(problem, first)
    assert first.at.tolist() == again.at.tolist()
    assert (first.heads(problem) <= problem.table.capacity).all()
    assert len(first.left()) == 0


def test_search_that_is_stopped_at_once_still_returns_a_draft():
    problem = Problem.of(generated(10, 30, 3, 1, clustered=False))
    draft, bound = location.search(problem, 1, 2.0, lambda *_: None, lambda: True)
    assert 0 <= bound <= cost(problem, draft)


def test_costs_of_the_case_are_those_of_the_draft():
    problem = Problem.of(generated(6, 12, 3, 2, clustered=False))
    case = case_of(problem)
    draft, _ = location.search(problem, 1, 1.0, lambda *_: None, lambda: False)
    at = np.where(draft.at[:, 0] < 0, case.nowhere, draft.at[:, 0])
    assert case.worth(at) == cost(problem, draft)


def test_whoever_fits_nowhere_is_left_out_and_the_rest_seated():
    round_ = a_round("r", [(10, 100), (10, 120)], [8, 8, 30], [[1, 5], [5, 1], [0, 0]])
    problem = Problem.of(round_)
    draft, bound = location.search(problem, 1, 1.0, lambda *_: None, lambda: False)
    assert draft.at[:, 0].tolist() == [0, 1, -1]
    assert bound == cost(problem, draft) == 222 + 30 * 5000


def test_rounds_of_another_kind_are_not_hunted():
    plain = generated(4, 8, 3, 1, clustered=False)
    assert location.unlike(Problem.of(plain))
    together = tuple(replace(party, group_id="g") for party in plain.parties)
    overlapping = (*plain.slots, Slot("d1", DAY, clock(10), clock(12)))
    for other in (
        replace(plain, parties=together, groups=(Group("g", "session"),)),
        replace(plain, slots=overlapping),
        replace(plain, parties=()),
    ):
        assert not location.unlike(Problem.of(other))
    staffed = replace(plain, policy=replace(plain.policy, examiners_on=True))
    assert not location.unlike(replace(Problem.of(plain), round_=staffed))
