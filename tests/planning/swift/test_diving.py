from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from scheduler.executors.workers import Inline
from scheduler.planning import swift
from scheduler.planning.draft import Draft, cost
from scheduler.planning.problem import Problem
from scheduler.planning.swift import diving
from scheduler.planning.swift.diving import dived
from scheduler.planning.swift.stages import Swift
from tests.benchmarks.exam_rounds import exam_round
from tests.benchmarks.rounds import region_round
from tests.planning.swift.test_swift import with_locks

WORK = swift.Work(moves=0, legs=0, heat=0.0, size=25)


def begun(round_):
    problem = Problem.of(round_)
    first, still = Swift(problem, 1, WORK, lambda *_: None, lambda: False).first()
    return problem, first, still


def deep(first, still, executor=None, told=lambda *_: None):
    return dived(first, still, executor or Inline(), told, lambda: False)


def test_the_models_make_a_better_start():
    problem, first, still = begun(exam_round(400))
    board = deep(first, still)
    assert board.best < first.best * 0.95
    assert board.left == 0
    assert cost(problem, board.checked()) == board.best


def test_models_of_blocks_make_a_whole_plan_on_any_executor(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(diving, "ONE_MODEL", 100)
    monkeypatch.setattr(diving, "BLOCK", 150)
    _, first, still = begun(exam_round(400))
    steps: list[tuple[int, int]] = []
    board = deep(first, still, told=lambda *step: steps.append(step))
    assert board.best < first.best
    assert steps[-1][0] == steps[-1][1] == len(steps) > 1
    with ThreadPoolExecutor(2) as threads:
        again = deep(first, still, threads)
    assert (again.draft().at == board.draft().at).all()


def test_whoever_stays_keeps_the_seat():
    _, first, still = begun(with_locks(exam_round(200)))
    stays = still.at[:, 0] >= 0
    assert stays.any()
    assert (deep(first, still).draft().at[stays] == still.at[stays]).all()


def test_of_two_sessions_that_overlap_in_a_room_the_larger_stays():
    problem = Problem.of(region_round(60))
    s = next(s for s in range(len(problem.table)) if len(problem.rivals(s)))
    other = int(problem.rivals(s)[0])
    draft = Draft.empty(problem)
    draft.at[:2, 0], draft.at[2, 0] = other, s
    diving._part_rivals(problem, draft, Draft.empty(problem))
    assert draft.at[:3, 0].tolist() == [other, other, -1]


def test_a_wish_to_stop_leaves_the_plain_start():
    _, first, still = begun(exam_round(200))
    assert dived(first, still, Inline(), lambda *_: None, lambda: True) is None
