from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.planning.problem import Problem
from scheduler.planning.proving import dive_effort
from scheduler.planning.proving.dive import dive
from scheduler.planning.proving.part import part_of
from tests.benchmarks.exam_rounds import exam_round


def seated(problem: Problem, taken=None, effort=None):
    nobody = np.zeros(len(problem.table), dtype=np.int64)
    found = dive(problem, effort or dive_effort(), nobody if taken is None else taken, 100 * len(problem.parties))
    assert found is not None
    return found


def test_everybody_sits_where_they_may_and_no_session_is_overfull():
    problem = Problem.of(exam_round(300, 3))
    seats = seated(problem).seats
    assert (seats[:, 0] >= 0).mean() > 0.95
    for p, (first, second) in enumerate(seats.tolist()):
        chosen = [first, second][: len(problem.due[p])] if first >= 0 else []
        assert all(s in problem.domains[p][j] for j, s in enumerate(chosen))
        assert len(chosen) < 2 or problem.in_sequence(np.array([first]), np.array([second]))[0, 0]
    heads = np.bincount(seats[seats >= 0], minlength=len(problem.table))
    assert (heads <= problem.table.capacity).all()


def test_seats_taken_already_stay_free_for_those_who_have_them():
    problem = Problem.of(exam_round(300, 3))
    seats = seated(problem).seats
    full = int(np.bincount(seats[seats >= 0]).argmax())
    taken = np.zeros(len(problem.table), dtype=np.int64)
    taken[full] = problem.table.capacity[full] - 1
    assert (seated(problem, taken).seats == full).sum() <= 1 < (seats == full).sum()


def test_where_ways_are_too_many_to_list_the_cheapest_are_looked_for():
    problem = Problem.of(exam_round(300, 3))
    found = seated(problem, effort=replace(dive_effort(), listed=0))
    assert (found.seats[:, 0] >= 0).mean() > 0.95
    heads = np.bincount(found.seats[found.seats >= 0], minlength=len(problem.table))
    assert (heads <= problem.table.capacity).all()
    assert (heads > 0).sum() <= (np.bincount(seated(problem).seats.ravel() + 1) > 0).sum() * 2


def test_seats_that_are_wanted_have_a_price():
    found = seated(Problem.of(exam_round(300, 3)))
    assert (found.prices >= 0).all()
    assert found.prices[found.seats[found.seats >= 0]].mean() > 1


def test_a_part_speaks_of_sessions_by_its_own_numbers_and_translates_them():
    problem = Problem.of(exam_round(300, 3))
    sessions = np.flatnonzero(problem.table.site <= 1)
    parties = np.flatnonzero([all(np.isin(d, sessions).any() for d in domains) for domains in problem.domains])[::2]
    part = part_of(problem, parties, sessions)
    seats = part.whole(seated(part.problem).seats)
    assert (seats[:, 0] >= 0).mean() > 0.9
    for p, row in zip(parties.tolist(), seats.tolist(), strict=True):
        assert all(s < 0 or s in domain for s, domain in zip(row, problem.domains[p], strict=False))
    assert np.isin(seats[seats >= 0], sessions).all()


def test_a_dive_that_is_stopped_or_has_nobody_finds_nothing():
    problem = Problem.of(exam_round(60))
    nobody = np.zeros(len(problem.table), dtype=np.int64)
    assert dive(problem, dive_effort(), nobody, 1, lambda: True) is None
    empty = part_of(problem, np.zeros(0, dtype=np.int64), np.arange(len(problem.table)))
    assert dive(empty.problem, dive_effort(), nobody, 1) is None
