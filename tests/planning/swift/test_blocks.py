"""Large rounds block by block: the plan does not depend on who does the work, and no two blocks take the same examiner."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from scheduler.domain.rounds import Reservation, Round
from scheduler.domain.sessions import CostLine, Making, Plan
from scheduler.executors.workers import Inline, Workers
from scheduler.planning import engines, swift
from scheduler.planning.audit import audit
from scheduler.planning.draft import cost, costs
from scheduler.planning.finish import sessions_of
from scheduler.planning.planfile import plan_bytes
from scheduler.planning.problem import Problem
from scheduler.planning.proving import Effort, prove
from scheduler.planning.roundfile import round_digest
from scheduler.planning.screen import hopeless, leftovers
from scheduler.planning.seats import sittings_of
from scheduler.planning.solve import solve
from scheduler.planning.swift import blocks_search, diving
from scheduler.planning.swift import layout as at
from scheduler.planning.swift.blocks import Blocks, Epochs
from scheduler.planning.swift.blocks_cut import Cutter
from scheduler.planning.swift.blocks_search import Divided
from scheduler.planning.swift.board import Board
from scheduler.planning.swift.stages import Swift
from tests.benchmarks.exam_rounds import exam_round
from tests.benchmarks.rounds import region_round

EPOCHS = Epochs(number=2, block=90, moves=8, cooling=6, heat=30.0, size=25, reseat=60)
WORK = swift.Work(moves=0, legs=0, heat=0.0, size=25)


def planned(round_: Round, executor: Executor, watch=lambda *_: None) -> Plan:
    problem = Problem.of(round_)
    draft, bound = Divided(problem, 1, WORK, watch, lambda: False, epochs=EPOCHS, executor=executor).run()
    lines = tuple(CostLine(term, amount) for term, amount in costs(problem, draft).items())
    left = leftovers(problem, draft, hopeless(problem))
    sittings = sittings_of(problem, draft)
    return Plan(
        round_.id,
        round_digest(round_),
        sessions_of(problem, draft),
        sittings,
        left,
        lines,
        bound,
        Making(1, "", (), ()),
    )


@pytest.fixture(autouse=True, scope="module")
def small_models() -> Iterator[None]:
    """Begin with the models of several blocks, and prove little, as in the largest rounds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diving, "ONE_MODEL", 100)
        patch.setattr(diving, "BLOCK", 150)
        patch.setattr(blocks_search, "effort_for", lambda _: Effort(0, 40, 0, 0.0, 0, 0))
        yield


@pytest.fixture(scope="module")
def round_() -> Round:
    return exam_round(400)


@pytest.fixture(scope="module")
def inline(round_: Round) -> bytes:
    return plan_bytes(planned(round_, Inline()))


def test_blocks_improve_the_start_and_the_audit_finds_nothing(round_: Round, inline: bytes) -> None:
    plan = planned(round_, Inline())
    problem = Problem.of(round_)
    start = Swift(problem, 1, WORK, lambda *_: None, lambda: False).start()
    assert audit(round_, plan) == []
    assert plan.unplaced == ()
    assert 0 < plan.bound <= plan.cost < start.best * 0.97
    assert plan_bytes(plan) == inline


def test_any_executor_makes_the_same_plan(round_: Round, inline: bytes) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert plan_bytes(planned(round_, pool)) == inline


def test_two_processes_make_the_same_plan_though_both_are_killed(round_: Round, inline: bytes) -> None:
    with Workers(2) as workers:
        killed: list[int] = []

        def kill(stage: str, *_: object) -> None:
            if stage == "improve" and not killed:
                killed.extend(workers.pids)
                for pid in killed:
                    os.kill(pid, signal.SIGKILL)

        assert plan_bytes(planned(round_, workers, kill)) == inline
        assert len(killed) == 2
        assert not set(killed) & set(workers.pids)


def test_a_pool_that_breaks_changes_nothing(round_: Round, inline: bytes) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        killed: list[int] = []

        def kill(stage: str, *_: object) -> None:
            if stage == "improve" and not killed:
                killed.extend(pool._processes)
                os.kill(killed[0], signal.SIGKILL)

        assert plan_bytes(planned(round_, pool, kill)) == inline
        assert killed


def cutters(round_: Round, block: int) -> list[Cutter]:
    problem = Problem.of(round_)
    board = Board(problem, Swift(problem, 1, WORK, lambda *_: None, lambda: False).start().draft(), 1)
    blocks = Blocks(board, EPOCHS, Inline())
    load = np.bincount(blocks.standing.seats[:, 0], minlength=len(problem.table))
    return [
        Cutter(
            board.given, blocks.standing, blocks.map.drawn(load, block, random.Random(n)), blocks.extent, blocks.guide
        )
        for n in range(4)
    ]


@pytest.mark.parametrize("block", [40, 90])
def test_a_free_examiner_is_free_in_one_block_and_everybody_moves_in_one(round_: Round, block: int) -> None:
    slots = len(round_.slots)
    for cutter in cutters(round_, block):
        free = np.zeros((len(round_.examiners), slots), dtype=int)
        moved = np.zeros(len(round_.parties), dtype=int)
        sessions: list[int] = []
        for n in range(cutter.number):
            cut = cutter.cut(n)
            if cut is None:
                continue
            task, names = cut
            rights = task.given.ex[:, at.E_THERE :] > 0
            busy = task.booked[:, task.given.rule[at.BUSY] :][:, :slots] > 0
            np.add.at(free, names.examiners, (rights & ~busy).astype(int))
            moved[names.units[names.moving]] += 1
            sessions += names.sessions.tolist()
        assert cutter.number > 2
        assert free.max() == 1
        assert moved.max() == 1
        assert moved.mean() > 0.5
        assert len(sessions) == len(set(sessions))


def test_borders_move_between_epochs(round_: Round) -> None:
    maps = {cutter.block.tobytes() for cutter in cutters(round_, 90)}
    assert len(maps) > 1


def test_further_limits_and_groups_hold_across_blocks() -> None:
    base = region_round(300, 3)
    room = next(room for room in base.rooms if not room.trade_ids)
    kept = Reservation(room.id, 5, institution_id=base.institutions[0].id)
    round_ = replace(base, reservations=(kept,))
    plan = planned(round_, Inline())
    assert audit(round_, plan) == []
    assert plan.bound <= plan.cost
    problem = Problem.of(round_)
    draft, _ = Divided(problem, 1, WORK, lambda *_: None, lambda: False, epochs=EPOCHS, executor=Inline()).run()
    assert cost(problem, draft) == plan.cost


def test_a_search_that_is_stopped_has_a_whole_plan(round_: Round) -> None:
    told: list[str] = []
    problem = Problem.of(round_)

    def tell(stage: str, *_: object) -> None:
        told.append(stage)

    search = Divided(problem, 1, WORK, tell, lambda: told.count("improve") > 1, epochs=EPOCHS, executor=Inline())
    draft, bound = search.run()
    assert told.count("improve") == 2
    assert bound <= cost(problem, draft)
    assert len(draft.left()) == 0


def test_a_cluster_makes_the_same_plan_and_outlives_its_workers(round_: Round, inline: bytes) -> None:
    pytest.importorskip("distributed")
    from distributed import LocalCluster

    from scheduler.executors.cluster import connected

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster:
        killed: list[int] = []

        def kill(stage: str, *_: object) -> None:
            if stage == "improve" and not killed:
                killed.extend(worker.process.process.pid for worker in cluster.workers.values())
                os.kill(killed[0], signal.SIGKILL)

        with connected(cluster.scheduler_address) as executor:
            assert plan_bytes(planned(round_, executor, kill)) == inline
        assert killed


class Counting(Inline):
    tasks = 0

    def submit(self, fn, /, *args, **kwargs):
        self.tasks += 1
        return super().submit(fn, *args, **kwargs)


def test_solve_hands_the_blocks_of_a_large_round_to_the_executor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "MANY_PARTIES", 50)
    monkeypatch.setattr(swift, "ONE_BOARD", 50)
    monkeypatch.setattr(swift, "work_for", lambda _: WORK)
    monkeypatch.setattr("scheduler.planning.swift.blocks.epochs_for", lambda _: EPOCHS)
    round_, executor = exam_round(300), Counting()
    plan = solve(round_, executor=executor)
    assert executor.tasks > EPOCHS.number * 2
    with ThreadPoolExecutor(2) as threads:
        assert plan_bytes(solve(round_, executor=threads)) == plan_bytes(plan)


def test_a_proof_is_the_same_beside_the_search_and_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks_search, "effort_for", lambda _: Effort(20_000_000, 0, 0, 1.0, 0))
    round_ = exam_round(200)
    alone = planned(round_, Inline())
    with ThreadPoolExecutor(2) as threads:
        assert planned(round_, threads).bound == alone.bound
    assert alone.bound > prove(Problem.of(round_), alone.cost, Effort(0, 20, 0, 0.0, 0, 0))


def test_workers_end_with_whoever_hired_them() -> None:
    code = (
        "import os, signal\nfrom scheduler.executors.workers import Workers\nimport time\n"
        "workers = Workers(1)\nbusy = workers.submit(time.sleep, 60)\n"
        "while not workers.pids:\n    time.sleep(0.05)\n"
        "print(workers.pids[0], flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path.cwd())
    worker = Path("/proc") / told.stdout.strip()
    for _ in range(600):
        if not worker.exists():
            return
        time.sleep(0.05)
    os.kill(int(worker.name), signal.SIGKILL)
    raise AssertionError("the worker lives on")
