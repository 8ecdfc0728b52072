"""Allotment by counts: every rule kept by the audit's word, bounds no plan is below, as cheap as the general search, same twice."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from scheduler.domain.rounds import Group, Round
from scheduler.planning import location
from scheduler.planning.audit import audit
from scheduler.planning.draft import cost
from scheduler.planning.location import allot, counts
from scheduler.planning.location.allot import filled, lawful
from scheduler.planning.location.flow import Flow
from scheduler.planning.planfile import plan_bytes
from scheduler.planning.problem import Problem
from scheduler.planning.solve import solve
from tests.benchmarks.rounds import allotment_round


def searched(problem: Problem):
    return location.search(problem, 1, 1.0, lambda *_: None, lambda: False)


def few_schools(seed: int, together: str = "fragments", least: int = 2) -> Round:
    """Return three schools of three or four candidates each, all of them with a site, nearly full."""
    chance = random.Random(seed)
    made = allotment_round(900, 3, 0.95, seed)
    names = sorted(room.site_id[1:] for room in made.rooms)
    sizes = {name: chance.randint(3, 4) for name in names}
    parties = tuple(p for p in made.parties if int(p.id[-3:]) < sizes.get(p.institution_id[1:], 0))
    return replace(
        made,
        parties=parties,
        rooms=tuple(replace(room, places=-(-len(parties) // 3) + 1) for room in made.rooms),
        waivers=(),
        groups=tuple(Group(f"g{name}", together, fragment_min=least, fragment_max=3) for name in names),
        policy=replace(made.policy, max_travel_km=None),
    )


def cheapest(problem: Problem, together: str) -> int:
    """Return the least cost of any plan, by trying all: how many of each school sit at each site."""
    schools = sorted({party.institution_id for party in problem.parties})
    hosts = [problem.institution_ids[problem.host[s]] for s in problem.table.site]
    options = []
    for school in schools:
        members = [p for p, party in enumerate(problem.parties) if party.institution_id == school]
        fares = [int(problem.fares[members[0], site]) for site in problem.table.site]
        ways = [
            way for way in itertools.product(range(len(members) + 1), repeat=len(hosts)) if sum(way) <= len(members)
        ]
        ways = [way for way in ways if not any(n and host == school for n, host in zip(way, hosts, strict=True))]
        if together == "fragments":
            ways = [way for way in ways if all(n in (0, 2, 3) for n in way)]
        elif together != "none":
            ways = [way for way in ways if sum(n > 0 for n in way) <= 1]
        left = 5000 * len(members)
        options.append(
            [(way, left + sum(n * (fare - 5000) for n, fare in zip(way, fares, strict=True))) for way in ways]
        )
    best = 10**9
    for chosen in itertools.product(*options):
        loads = [sum(n) for n in zip(*(way for way, _ in chosen), strict=True)]
        pairs = {
            (school, host)
            for school, (way, _) in zip(schools, chosen, strict=True)
            for n, host in zip(way, hosts, strict=True)
            if n
        }
        if all(n <= q for n, q in zip(loads, problem.table.capacity, strict=True)) and not any(
            pair[::-1] in pairs for pair in pairs
        ):
            opened = sum(int(c) for n, c in zip(loads, problem.table.opening, strict=True) if n)
            best = min(best, opened + sum(price for _, price in chosen))
    return best


def test_allotment_keeps_every_rule_and_seats_nearly_everybody():
    round_ = allotment_round(800, 5)
    plan = solve(round_)
    assert audit(round_, plan) == []
    assert len(plan.unplaced) <= 15
    assert plan.bound is not None
    assert 0 < plan.bound <= plan.cost
    assert plan_bytes(solve(round_)) == plan_bytes(plan)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("together", ["fragments", "site", "session", "none"])
def test_small_allotments_end_at_the_optimum_and_prove_it(seed: int, together: str):
    problem = Problem.of(few_schools(seed, together))
    draft, bound = searched(problem)
    assert bound == cost(problem, draft) == cheapest(problem, together)


@pytest.mark.parametrize("seed", range(3))
def test_steps_and_mending_alone_stay_lawful_and_above_the_bound(seed: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(allot, "MOST_WHOLE", 0)
    problem = Problem.of(few_schools(seed))
    draft, bound = searched(problem)
    best = cheapest(problem, "fragments")
    assert bound <= best <= cost(problem, draft) <= best + 5000 * 4


def test_two_schools_do_not_examine_each_other():
    made = few_schools(1)
    problem = Problem.of(made)
    draft, _ = searched(problem)
    pairs = {
        (party.institution_id, made_host(problem, int(draft.at[p, 0])))
        for p, party in enumerate(problem.parties)
        if draft.at[p, 0] >= 0
    }
    assert pairs
    assert not [pair for pair in pairs if pair[0] != pair[1] and pair[::-1] in pairs]


def made_host(problem: Problem, session: int) -> str:
    return problem.institution_ids[problem.host[problem.table.site[session]]]


def test_counts_that_break_rules_are_taken_back_and_seats_filled_again():
    found = counts.counts_of(Problem.of(few_schools(2)))
    assert found is not None
    for piece in found.pieces[:1]:
        wrong = np.zeros(len(found.cohort), dtype=np.int64)
        wrong[piece.pairs[0]] = piece.least - 1
        assert not lawful(found, wrong).any()
        assert filled(found, lawful(found, wrong)).sum() > piece.least


def pushed_out(found: counts.Counts, count: np.ndarray) -> Iterator[np.ndarray]:
    """Yield counts in which one sits where another could not go without a chain: one left out, one seat free elsewhere."""
    for pair in np.flatnonzero(count):
        for other in np.flatnonzero((found.session == found.session[pair]) & (found.cohort != found.cohort[pair])):
            for gone in np.flatnonzero((found.cohort == found.cohort[other]) & (count > 0)):
                wrong = count.copy()
                wrong[[pair, other, gone]] += (-1, 1, -1)
                still = (wrong == lawful(found, wrong)).all() and gone != other
                if still and filled(found, wrong).sum() == wrong.sum() < count.sum():
                    yield wrong


def test_who_is_left_out_gets_a_place_through_a_chain_of_changes():
    found = counts.counts_of(Problem.of(allotment_round(1500, 8, 0.99, 3)))
    assert found is not None
    count, _ = allot.allotted(found, lambda *_: None, lambda: False)
    each = np.full((len(found.cohorts), len(found.problem.table)), np.inf)
    each[found.cohort, found.session] = found.cost / found.heads[found.cohort]
    wrong = next(pushed_out(found, count))
    better = allot.placed(found, wrong, each, lambda: False)
    assert better.sum() >= count.sum() > wrong.sum()
    assert (better == lawful(found, better)).all()
    assert (allot.placed(found, wrong, each, lambda: True) == wrong).all()


def test_bound_of_the_first_prices_is_near_the_linear_model():
    found = counts.counts_of(Problem.of(allotment_round(600, 5)))
    assert found is not None
    flow = Flow(found)
    assert flow.solved() is not None
    assert flow.result is not None
    linear = flow.result.objective_value()
    assert 0.98 * linear < flow.bound() <= linear + 1


def test_rounds_with_other_ties_are_declined():
    made = allotment_round(800, 5)
    assert location.applies(Problem.of(made))
    weights = replace(made.policy.weights, share_over=3)
    assert not location.applies(Problem.of(replace(made, policy=replace(made.policy, weights=weights))))
    assert not location.applies(Problem.of(replace(made, parties=())))
