"""The proof: never above the cost of a plan, whatever the prices; equal to the optimum where only seats and crews matter."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from scheduler.domain.rounds import Waiver
from scheduler.planning.problem import Problem
from scheduler.planning.proving import Effort, prove
from scheduler.planning.proving.compiled import Compiled
from scheduler.planning.proving.kinds import WayList, kinds_of
from scheduler.planning.proving.prover import Prover
from scheduler.planning.proving.supply import counts, pools, states_of
from scheduler.planning.proving.value import SCALE, Listed, Prices, demand_value, supply_value
from scheduler.planning.solve import solve
from tests.benchmarks.exam_rounds import exam_round
from tests.benchmarks.rounds import college_round
from tests.planning.small_rounds import small_round

FULL = Effort(10**7, 0, 10, 0.5, 40)
UNLISTED = Effort(0, 60, 0, 0.0, 0)


@cache
def planned(seed):
    """A small round, every other one with waivers, and its proven plan."""
    round_ = small_round(seed, 6)
    if seed % 2:
        waivers = tuple(Waiver(room.id, slot.id, 1, "leave") for room in round_.rooms for slot in round_.slots[::2])
        round_ = replace(round_, locks=(), waivers=waivers)
    plan = solve(round_)
    assert plan.bound == plan.cost
    return round_, plan


@pytest.mark.parametrize("seed", range(6))
def test_never_above_the_proven_optimum(seed):
    round_, plan = planned(seed)
    for effort in (FULL, UNLISTED):
        assert prove(Problem.of(round_), plan.cost * 3 + 1000, effort) <= plan.cost


@pytest.mark.parametrize("seed", range(2, 5))
def test_equal_to_the_optimum_where_nothing_is_left_out(seed):
    round_ = exam_round(12, seed)
    plan = solve(round_)
    assert prove(Problem.of(round_), plan.cost * 2, FULL) == plan.cost == plan.bound


def test_never_above_any_plan_at_any_prices():
    """Prices of seats, of limits in both directions and of links at random: only the value may suffer, never its truth."""
    for seed in range(6):
        round_, plan = planned(seed)
        problem = Problem.of(round_)
        kinds = kinds_of(problem)
        if not kinds:
            continue
        states, listed = states_of(problem, kinds), Listed(kinds, WayList(problem))
        values = [_random_value(problem, kinds, states, listed, seed * 100 + n) for n in range(40)]
        assert problem.hopeless_cost * SCALE + max(values) <= plan.cost * SCALE
        assert len(set(values)) > 20


def _random_value(problem, kinds, states, listed, seed):
    chance, size = np.random.default_rng(seed), len(problem.table)
    prices = Prices.of(chance.integers(0, 200 * SCALE, size) * (chance.random(size) < 0.7))
    for pool in pools(problem):
        if chance.random() < 0.2:
            price = int(chance.integers(0, 50 * SCALE))
            prices.crew[pool.sessions] += price
            prices.fixed -= price * pool.most
    for k, kind in enumerate(kinds):
        for s in listed.ways[k].first[:3].tolist():
            price = int(chance.integers(0, 30 * SCALE))
            prices.links.setdefault(k, []).append((s, price))
            prices.opening[s] -= price * kind.size
    return _value(problem, kinds, states, listed, prices)


def _value(problem, kinds, states, demand, prices):
    supplied = supply_value(states, prices, problem.policy.weights.examiner)
    return demand_value(kinds, list(demand.offers(prices, 2))) + supplied + prices.fixed


@pytest.mark.parametrize("round_", [exam_round(200, 3), college_round(60)], ids=lambda r: r.id)
def test_compiled_and_listed_ways_are_worth_the_same(round_):
    heads = random.Random(5)
    parties = tuple(replace(party, head_count=heads.choice((1, 1, 2, 3))) for party in round_.parties)
    problem = Problem.of(replace(round_, parties=parties))
    kinds = [kind for kind in kinds_of(problem) if kind.parts == 1]
    states, chance = states_of(problem, kinds), np.random.default_rng(1)
    listed, compiled = Listed(kinds, WayList(problem)), Compiled(problem, kinds)
    for _ in range(3):
        prices = Prices.of(chance.integers(0, 60 * SCALE, len(problem.table)))
        found = list(compiled.offers(prices, 1))
        assert _value(problem, kinds, states, listed, prices) == _value(problem, kinds, states, compiled, prices)
        for offer in found:
            (first, second, cost), heads = offer.way[0], kinds[offer.kind].heads
            seats = int(prices.seat[first]) + (int(prices.seat[second]) if second >= 0 else 0)
            assert offer.cost[0] == cost * SCALE + seats * heads


def test_pools_hold_for_audited_plans_and_counts_are_of_all_sessions():
    for seed in range(6):
        round_, plan = planned(seed)
        problem = Problem.of(round_)
        crews = {(s.room_id, s.slot_id, s.component_id): len(s.examiner_ids) for s in plan.sessions}
        table = problem.table
        names = [
            (
                problem.rooms[table.room[s]].id,
                problem.slots[table.slot[s]].id,
                problem.components[table.component[s]].id,
            )
            for s in range(len(table))
        ]
        called = np.array([crews.get(name, 0) for name in names])
        assert called.sum() == sum(crews.values())
        for pool in pools(problem):
            assert called[pool.sessions].sum() <= pool.most
        states = states_of(problem, kinds_of(problem))
        for level in counts(problem, states):
            for crew in (False, True) if round_.policy.examiners_on else (False,):
                summed = np.concatenate([s.sessions for s in level if s.crews == crew])
                assert sorted(summed.tolist()) == np.unique(states.session).tolist()


def test_branching_raises_the_bound_and_two_proofs_agree():
    problem = Problem.of(exam_round(12, 4))
    relaxed = prove(problem, 10**6, Effort(10**7, 0, 0, 0.0, 0))
    assert (
        relaxed
        < prove(problem, 10**6, Effort(10**7, 0, 20, 0.5, 12))
        == prove(problem, 10**6, Effort(10**7, 0, 20, 0.5, 12))
    )


def test_unlisted_ways_prove_as_much_as_listed_ones():
    problem = Problem.of(exam_round(200, 1))
    listed, unlisted = (prove(problem, 10**6, Effort(most, 60, 0, 0.0, 0)) for most in (10**7, 0))
    assert abs(listed - unlisted) <= 2


def test_stops_when_asked_and_never_exceeds_the_known_cost():
    problem = Problem.of(exam_round(12, 4))
    assert prove(problem, 10**6, FULL, stop=lambda: True) == problem.hopeless_cost
    assert prove(problem, 100, FULL) == 100
    asked = iter([False] * 8)
    early = prove(problem, 10**6, FULL, stop=lambda: next(asked, True))
    assert problem.hopeless_cost <= early <= prove(problem, 10**6, FULL)


def test_prices_are_of_seats_and_some_cost():
    problem = Problem.of(exam_round(30, 1))
    proof = Prover(problem, Effort(10**7, 0, 0, 0.0, 0))
    told = []
    bound = proof.prove(10**6, lambda: False, lambda *told_: told.append(told_))
    assert (proof.prices() >= 0).all()
    assert proof.prices().max() > 5
    assert told[-1] == ("bound", 0, 0, 10**6, bound)
