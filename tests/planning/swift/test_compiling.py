"""Compiling: each kernel once, whatever constants it is called with; old code is forgotten."""

from __future__ import annotations

from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.swift import jit, moves, seating
from scheduler.planning.swift.board import Board
from tests.benchmarks.rounds import region_round


def test_no_kernel_is_compiled_twice():
    problem = Problem.of(region_round(30))
    board = Board(problem, Draft.empty(problem), 3)
    board.build(board.movers, 8)
    board.anneal(10, 30, 5)
    Board(problem, board.draft(), 4).anneal(10, 30.5, 5)
    board.taking(board.draft())
    assert len(moves.work.signatures) == 1
    assert max(len(kernel.signatures) for kernel in (moves.draw, seating.leave, seating.sit)) <= 1


def test_code_compiled_from_other_sources_is_deleted(tmp_path):
    for name in ("swift-1-old", "swift-1-new", "other"):
        (tmp_path / name).mkdir()
    jit._forget(tmp_path, tmp_path / "swift-1-new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "swift-1-new"]
