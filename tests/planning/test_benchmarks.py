"""The benchmark of planning: peers state the same problem, rows say what happened, plans do not depend on the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.domain.rounds import Group
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.solve import solve
from tests.benchmarks import planning
from tests.benchmarks.exam_rounds import exam_round
from tests.benchmarks.peers import sums
from tests.benchmarks.peers.aggregate import Aggregate, NotForThisPeer
from tests.benchmarks.peers.judged import judged
from tests.benchmarks.peers.naming import named

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def dozen():
    return exam_round(12, 2)


@pytest.mark.parametrize("solver", [sums.by_cpsat, sums.by_scip, sums.by_highs])
def test_an_aggregated_peer_finds_the_optimum_that_we_prove(dozen, solver):
    plan, problem = solve(dozen), Problem.of(dozen)
    model = Aggregate(problem)
    found = solver(model.sums, model.left, 20.0, 1)
    row = judged(problem, named(problem, model.disaggregate(found.values), 5.0, 1))
    assert row == {"placed": 12, "unplaced": 0, "cost": plan.cost}
    assert (plan.bound, round(found.bound)) == (plan.cost, plan.cost)


def test_an_aggregated_peer_refuses_rules_it_does_not_know(dozen):
    party = replace(dozen.parties[0], group_id="g")
    with pytest.raises(NotForThisPeer):
        Aggregate(Problem.of(replace(dozen, groups=(Group("g"),), parties=(party, *dozen.parties[1:]))))


def test_sessions_that_cannot_be_staffed_lose_their_candidates(dozen):
    problem = Problem.of(dozen)
    model = Aggregate(problem)
    at = model.disaggregate(sums.by_highs(model.sums, model.left, 20.0, 1).values)
    tired = Problem.of(replace(dozen, examiners=tuple(replace(e, max_per_week=1) for e in dozen.examiners)))
    row = judged(tired, named(tired, at, 5.0, 1))
    assert (0 < row["unplaced"] < 12, "note" in row) == (True, False)


def test_judged_tells_an_unlawful_plan(dozen):
    problem = Problem.of(dozen)
    at = Draft.empty(problem).at
    first = next(p for p in range(12) if len(problem.due[p]) == 1)
    at[first, 0] = problem.domains[first][0][0]
    row = judged(problem, Draft(at, {int(at[first, 0]): ()}))
    assert (row["placed"], row["note"].startswith("unlawful")) == (1, True)


def test_medians_and_verdicts():
    rows = [
        {
            "case": "exam-200", "engine": "scheduler", "candidates": 200, "seed": seed, "first_plan_s": first, "cost": cost,
            "bound": 100, "gap": cost / 100 - 1, "placed": 200, "unplaced": 0, "hopeless": 0, "wall_s": 20.0, "cpu_s": 9.0,
            "peak_mib": 180,
        }
        for seed, first, cost in ((1, 0.5, 104), (2, 3.0, 106), (3, 0.7, 120))
    ]  # fmt: skip
    row = planning.middle(rows)
    assert (row["cost"], row["first_plan_s"], row["seeds"]) == (106, 0.7, 3)
    assert [holds for _, holds in planning.verdicts(row)] == [True, True, True, True, True]
    assert dict(planning.verdicts(row | {"gap": 0.08}))["gap 7.0% (aim 4.0%)"] is False
    assert dict(planning.verdicts(row | {"peak_mib": 191}))["200 MB"] is False
    missing = planning.middle([rows[0], rows[1] | {"cost": None}])
    assert (missing["cost"], "DOES NOT HOLD" in planning.line(missing | {"gap": None})) == (None, True)


def test_exponent_of_the_cost_per_candidate():
    rows = [{"candidates": n, "cost": 7 * n**1.25} for n in (1_000, 5_000, 100_000)]
    assert planning.exponent(rows, "cost") == pytest.approx(0.25)


def test_curve_and_comparison_are_worded():
    def row(case, engine, candidates, cost):
        return {"case": case, "engine": engine, "candidates": candidates, "cost": cost, "bound": cost, "cpu_s": 0.0}

    lines = [
        row("exam-1000", "scheduler", 1_000, 90_000), row("exam-1000", "flat-cpsat", 1_000, 80_000),
        row("exam-20000", "scheduler", 20_000, 1_800_000), row("exam-20000", "aggregate-scip", 20_000, None),
    ]  # fmt: skip
    cost, bound = planning.curve(lines)
    assert cost == "# cost per candidate (cost units): 1,000: 90, 20,000: 90; exponent +0.000"
    assert bound.startswith("# bound per candidate")
    assert planning.against_peers(lines) == [
        "# exam-1000: ours 90,000, best peer flat-cpsat 80,000: NOT BELOW",
        "# exam-20000: ours 1,800,000, no peer found a plan",
    ]


def test_a_peer_that_breaks_down_says_so():
    row = planning.run("exam-12", "aggregate-nonsense", 1, 1.0)
    assert (row.get("cost"), row["note"].startswith("broke down with code 1: ")) == (None, True)


def digests(folder, *environments):
    """Return the digests that processes with these environments print, all at once."""
    words = ["-m", "tests.benchmarks.digests", "--case", "region-12", "--case", "kernel-exam-200", "--seeds", "1"]
    files = [folder / f"{n}.json" for n in range(len(environments))]
    running = [
        subprocess.Popen(
            [sys.executable, *words, "--json", str(file)], cwd=ROOT, stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )
        for file, environment in zip(files, environments, strict=True)
    ]  # fmt: skip
    assert [process.wait(240) for process in running] == [0] * len(running)
    return [[row["sha256"] for row in json.loads(file.read_text())] for file in files]


def test_plan_files_do_not_depend_on_the_process(tmp_path):
    here = {"PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "LC_ALL": "C", "TZ": "UTC"}
    there = {"PYTHONHASHSEED": "4711", "OMP_NUM_THREADS": "4", "NUMBA_NUM_THREADS": "2", "TZ": "Asia/Shanghai"}
    one, two = digests(tmp_path, here, there | {"LC_ALL": "zh_CN.UTF-8", "OPENBLAS_NUM_THREADS": "3"})
    assert one == two
    assert len(set(one)) == 2


def test_the_first_plan_does_not_wait_for_the_solver():
    """Importing ortools' CP-SAT takes a second, most of it for pandas."""
    words = "import sys, scheduler.planning.solve; print({'ortools.sat', 'pandas', 'numba'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "set()"
