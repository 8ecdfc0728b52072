"""The bound by prices: never above the optimum, and close to it where rounds are simple."""

from __future__ import annotations

import pytest

from scheduler.planning.bounds import relaxed_bound
from scheduler.planning.cohorts import cohorts_of
from scheduler.planning.problem import Problem
from scheduler.planning.solve import solve
from tests.benchmarks.rounds import college_round, location_round, region_round
from tests.planning.small_rounds import small_round


def bound_of(round_, known, rounds=150):
    problem = Problem.of(round_)
    cohorts = cohorts_of(problem, range(len(problem.parties)))
    placed = sum(c.size * c.heads for c in cohorts)
    hopeless = int(problem.heads.sum()) - placed
    return relaxed_bound(problem, cohorts, known, rounds) + hopeless * problem.policy.weights.unplaced


@pytest.mark.parametrize("seed", range(12))
def test_never_above_the_proven_optimum(seed):
    round_ = small_round(seed, 6)
    plan = solve(round_)
    # A known cost far above lets the prices go astray; the bound must hold all the same.
    assert plan.bound == plan.cost
    assert bound_of(round_, plan.cost * 3 + 1000) <= plan.cost


def test_never_above_the_known_cost():
    assert bound_of(college_round(60), 100) == 100


@pytest.mark.parametrize(
    ("round_", "share"),
    [(college_round(60), 0.95), (region_round(30), 0.95), (location_round(50, 10), 0.97)],
    ids=lambda r: getattr(r, "id", ""),
)
def test_close_to_the_optimum(round_, share):
    plan = solve(round_)
    assert plan.gap == 0.0
    assert share * plan.cost <= bound_of(round_, plan.cost, 300) <= plan.cost
