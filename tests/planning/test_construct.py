"""The constructive start, its moves, and the draft's own cost: always a plan, never a wrong one."""

from __future__ import annotations

import random

import pytest

from scheduler.domain.rounds import Group
from scheduler.planning.construct import Builder, start
from scheduler.planning.draft import Draft, cost, costs
from scheduler.planning.problem import Problem
from scheduler.planning.ruin import Ruin
from scheduler.planning.units import units_of
from tests.benchmarks.rounds import college_round, region_round
from tests.build import PRACTICAL, THEORY, a_party, a_round
from tests.planning.small_rounds import small_round


@pytest.mark.parametrize("round_", [college_round(440), region_round(200), region_round(1000)], ids=lambda r: r.id)
def test_start_places_everyone(round_):
    assert start(Problem.of(round_)).left().tolist() == []


def test_start_repeats_itself_and_shuffles_by_seed():
    problem = Problem.of(region_round(60))
    one, again = (start(problem, random.Random(4)) for _ in range(2))
    assert (one.at == again.at).all()
    assert one.staff == again.staff
    assert (one.at != start(problem, random.Random(5)).at).any()


def test_removing_everyone_closes_every_session_and_frees_every_examiner():
    problem = Problem.of(region_round(60))
    builder = Builder(problem, start(problem))
    builder.remove(range(60))
    fresh = Builder(problem)
    assert builder.draft().in_use().tolist() == []
    assert (builder.heads == 0).all()
    assert (builder.rivals_open == 0).all()
    assert (builder.duties.free == fresh.duties.free).all()
    assert (builder.duties.spare == fresh.duties.spare).all()


def test_restoring_undoes_a_move():
    problem = Problem.of(region_round(60))
    draft = start(problem)
    builder = Builder(problem, draft)
    saved = builder.save()
    builder.remove(range(20))
    for unit in units_of(problem)[:5]:
        builder.insert(unit, (1, 10))
    builder.restore(saved)
    assert (builder.draft().at == draft.at).all()
    assert builder.draft().staff == draft.staff
    assert cost(problem, builder.draft()) == cost(problem, draft)


def test_moves_never_lose_the_best():
    problem = Problem.of(region_round(60))
    draft = start(problem)
    best = Ruin(problem, draft, 1).run(60, 20, (300.0, 1.0), lambda: False)
    assert cost(problem, best) < cost(problem, draft)
    assert best.left().tolist() == []


def test_draft_counts_as_the_contract_says():
    people = [a_party("p1", (THEORY, PRACTICAL), head_count=2, x_km=0.0, y_km=3.6), a_party("p2", (THEORY,))]
    problem = Problem.of(a_round(people))
    table = problem.table
    draft = Draft.empty(problem)
    theory = next(s for s in range(len(table)) if problem.slots[table.slot[s]].id == "d0am" and table.room[s] == 0)
    practical = next(s for s in range(len(table)) if problem.slots[table.slot[s]].id == "d1pm" and table.room[s] == 1)
    draft.at[0] = theory, practical
    draft.staff.update({theory: (0, 1), practical: (0, 1, 2)})
    # 3.6 km x 1.25 = 4.5, rounded half up to 5; two heads, two trips.
    wanted = {"unplaced": 5000, "opening": 700, "examiners": 600, "travel": 20, "extra-trip": 80, "wait": 4}
    assert costs(problem, draft) == wanted


def test_group_at_one_site_follows_its_first_party():
    people = [a_party(f"p{n}", (THEORY,), group_id="g") for n in range(14)]
    problem = Problem.of(a_round(people, groups=(Group("g", "site"),)))
    draft = start(problem)
    assert draft.left().tolist() == []
    assert len(set(problem.table.site[draft.at[:, 0]].tolist())) == 1


@pytest.mark.parametrize("seed", range(6))
def test_start_of_wild_rounds_breaks_no_capacity(seed):
    problem = Problem.of(small_round(seed, 12))
    draft = start(problem)
    assert (draft.heads(problem) <= problem.table.capacity).all()
    assert set(draft.staff) == set(draft.in_use().tolist())
