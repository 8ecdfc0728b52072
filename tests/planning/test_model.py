"""The model: hints are whole and accepted, cohorts and crews lose nothing, scopes leave the rest alone."""

from __future__ import annotations

import numpy as np
import pytest

from scheduler.planning.cohorts import cohorts_of, seat_pairs
from scheduler.planning.constraints import BUILT_IN, HARD
from scheduler.planning.construct import start
from scheduler.planning.cpsat import Effort, run
from scheduler.planning.draft import cost
from scheduler.planning.improve import Search, build
from scheduler.planning.model import PlanModel, Scope
from scheduler.planning.problem import Problem
from tests.benchmarks.rounds import college_round, region_round
from tests.planning.small_rounds import small_round


def everything(problem):
    return np.ones(len(problem.table), dtype=np.bool_)


def test_rules_are_modelled_once_or_hold_by_construction():
    assert set(HARD) & set(BUILT_IN) == set()


@pytest.mark.parametrize(
    "round_", [region_round(30), college_round(60), *(small_round(n, 8) for n in range(8))], ids=lambda r: r.id
)
def test_a_start_is_a_solution_of_the_model_at_its_own_cost(round_):
    problem = Problem.of(round_)
    search = Search(problem, start(problem), 1)
    everyone = tuple(cohorts_of(problem, range(len(problem.parties))))
    model = build(search, Scope(everyone, search.best, everything(problem)))
    hint = model.cp.proto.solution_hint
    for n in range(len(hint.vars)):
        variable = model.cp.get_int_var_from_proto_index(hint.vars[n])
        model.cp.add(variable == hint.values[n])
    answer = run(model.cp, Effort(2.0, 1))
    hopeless = sum(int(problem.heads[p]) for p in range(len(problem.parties)) if not problem.hopeful(p))
    assert answer.optimal
    assert round(answer.solver.objective_value) + hopeless * problem.policy.weights.unplaced == search.cost
    assert len(hint.vars) >= len(model.open) + len(model.seats)


def test_equal_parties_become_one_cohort():
    problem = Problem.of(college_round(440))
    cohorts = cohorts_of(problem, range(440))
    assert sum(cohort.size for cohort in cohorts) == 440
    assert len(cohorts) == 8


def test_pairs_share_trips_first_then_first_in_first_out():
    problem = Problem.of(college_round(17))
    table = problem.table
    first = [s for s in range(len(table)) if problem.components[table.component[s]].id == "low-voltage/theory"]
    then = [s for s in range(len(table)) if problem.components[table.component[s]].id == "low-voltage/practical"]
    early, late = first[0], first[-2]
    after_early = next(s for s in then if table.start[s] >= table.end[early])
    last = then[-1]
    trip = (int(table.site[early]), int(table.slot[early]), int(table.slot[after_early]))
    pairs = seat_pairs(problem, [{early: 2, late: 1}, {after_early: 1, last: 2}], {trip: 1})
    assert sorted(pairs) == sorted([(early, after_early), (early, last), (late, last)])


def test_a_part_is_improved_and_the_rest_stays():
    problem = Problem.of(region_round(60))
    draft = start(problem)
    search = Search(problem, draft, 1)
    freed = draft.members(int(draft.in_use()[0])).tolist()
    groups = {problem.parties[p].group_id for p in freed} - {""}
    freed = sorted({*freed, *(p for p in range(60) if problem.parties[p].group_id in groups)})
    model = build(search, Scope(tuple(cohorts_of(problem, freed)), search.best, everything(problem)))
    after = model.read(run(model.cp, Effort(0.5, 1)).solver)
    others = np.setdiff1d(np.arange(60), freed)
    assert (after.at[others] == draft.at[others]).all()
    assert cost(problem, after) <= cost(problem, draft)


def test_sessions_of_those_who_stay_keep_their_examiners_out_of_reach():
    problem = Problem.of(region_round(30))
    draft = start(problem)
    model = PlanModel(problem, Scope((), draft, everything(problem)))
    assert (model.open, model.busy) == ({}, draft.staff)
