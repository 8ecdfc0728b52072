"""One row of the planning benchmark, in a process of its own: ``python -m tests.benchmarks.measure CASE ENGINE SEED LIMIT BEGAN``.

Times run from the start of the process, so that imports and compiling count; only making the round does not. Memory is the
peak of this process and of its largest child together, processor time that of all of them. The row is printed as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from scheduler.domain.rounds import Round
from tests.benchmarks.exam_rounds import SIZES, exam_round, month_round
from tests.benchmarks.rounds import college_round, location_round, region_round

EXAMS = (12, 24, 30, *sorted(SIZES)[1:])
CASES: dict[str, Callable[[int], Round]] = {
    **{f"exam-{n}": lambda seed, n=n: exam_round(n, seed) for n in EXAMS},
    "exam-month": month_round,
    "college-17": lambda seed: college_round(17, seed=seed),
    "college-440": lambda seed: college_round(440, seed=seed),
    **{f"region-{n}": lambda seed, n=n: region_round(n, seed) for n in (12, 60, 200, 440, 1000)},
    "location-50x10": lambda seed: location_round(50, 10, seed),
    "location-100x20": lambda seed: location_round(100, 20, seed),
}
PEERS = {"flat-cpsat": 1_000, "aggregate-cpsat": 5_000, "aggregate-scip": 5_000, "aggregate-highs": 5_000}
"""Peers, and the most candidates they are given; beyond that building their models alone would take longer than our plan."""
WORKERS = 8
"""Of CP-SAT, for peers."""
PEER_GIB = 8
"""Memory a peer may ask for."""
NAMING_S = 20.0
"""For a peer's examiners, each week."""

Row = dict[str, Any]


class Watch:
    """Seconds since the process began, the making of the round left out."""

    def __init__(self, began: float) -> None:
        self.began = began

    def s(self) -> float:
        return time.monotonic() - self.began

    def pause(self, make: Callable[[], Any]) -> Any:
        before = time.monotonic()
        made = make()
        self.began += time.monotonic() - before
        return made


def ours(round_: Round, seed: int, limit_s: float, watch: Watch) -> Row:
    """Plan with the product; a limit of 0 is none."""
    from scheduler.planning.problem import Problem
    from scheduler.planning.progress import Progress
    from scheduler.planning.screen import hopeless
    from scheduler.planning.solve import solve

    left: list[tuple[float, int]] = []

    def progress(news: Progress) -> None:
        if news.unplaced is not None and (not left or news.unplaced < left[-1][1]):
            left.append((watch.s(), news.unplaced))

    plan = solve(round_, seed=seed, time_limit_s=limit_s or None, progress=progress)
    row = spent(watch)
    heads = {party.id: party.head_count for party in round_.parties}
    unplaced = sum(heads[one.party_id] for one in plan.unplaced)
    problem = Problem.of(round_)
    lost = int(problem.heads[list(hopeless(problem))].sum())
    complete = [at for at, number in [*left, (row["wall_s"], unplaced)] if number <= lost]
    return row | {
        "placed": sum(heads[p] for p in plan.placed_ids()), "unplaced": unplaced, "hopeless": lost, "cost": plan.cost,
        "bound": plan.bound, "first_plan_s": complete[0] if complete else None,
    }  # fmt: skip


def peer(round_: Round, name: str, seed: int, limit_s: float, watch: Watch) -> Row:
    """Let a peer plan: its draft, judged by our audit and recount."""
    import numpy as np

    from scheduler.planning.problem import Problem
    from scheduler.planning.screen import hopeless
    from tests.benchmarks.peers import sums
    from tests.benchmarks.peers.aggregate import Aggregate
    from tests.benchmarks.peers.flat import FlatAnswer
    from tests.benchmarks.peers.judged import judged
    from tests.benchmarks.peers.naming import named

    began = watch.s()
    resource.setrlimit(resource.RLIMIT_AS, (PEER_GIB << 30, PEER_GIB << 30))
    problem = Problem.of(round_)
    lost = int(problem.heads[list(hopeless(problem))].sum())
    draft = None
    if name == "flat-cpsat":
        flat = FlatAnswer(problem, limit_s, seed, WORKERS, lost)
        draft, bound, first_s, built = flat.draft if flat.found else None, flat.bound, flat.first_plan_s, began
    else:
        model = Aggregate(problem)
        built = watch.s()
        solve = {"cpsat": sums.by_cpsat, "scip": sums.by_scip, "highs": sums.by_highs}[name.removeprefix("aggregate-")]
        found = solve(model.sums, model.left, limit_s - (built - began), seed)
        proven = int(np.ceil(found.bound - 1e-6)) if np.isfinite(found.bound) else 0
        bound = max(0, proven) + lost * problem.policy.weights.unplaced
        first_s = found.first_s
        if found.values is not None:
            draft = named(problem, model.disaggregate(found.values), NAMING_S, seed)
    row: Row = {"hopeless": lost, "bound": bound, "first_plan_s": None if first_s is None else first_s + built}
    if draft is None:
        return row | {"note": f"no plan in {limit_s:.0f} s"}
    row |= judged(problem, draft)
    return row | ({"bound": min(bound, row["cost"])} if bound else {})


def auditing(round_: Round, seed: int) -> Row:
    """Build a plan with as little work as there is, and audit it: the wall time is the audit's alone."""
    from scheduler.planning import swift
    from scheduler.planning.audit import audit
    from scheduler.planning.problem import Problem
    from tests.benchmarks.peers.judged import plan_of

    problem = Problem.of(round_)
    draft, _ = swift.search(problem, seed, swift.work_for(len(problem.parties)), lambda *_: None, lambda: True)
    plan = plan_of(problem, draft)
    before = time.perf_counter(), time.process_time()
    faults = audit(round_, plan)
    row = {"wall_s": time.perf_counter() - before[0], "cpu_s": time.process_time() - before[1], "cost": plan.cost}
    row |= {"placed": len(plan.placed_ids()), "unplaced": len(plan.unplaced)}
    return row | ({"note": f"{len(faults)} findings"} if faults else {})


def spent(watch: Watch) -> Row:
    """Return what has been used so far."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return {"wall_s": watch.s(), "cpu_s": cpu, "peak_mib": round((own.ru_maxrss + children.ru_maxrss) / 1024)}


def measured(case: str, engine: str, seed: int, limit_s: float, began: float) -> Row:
    """Return one row."""
    watch = Watch(began)
    round_ = watch.pause(lambda: CASES[case](seed))
    if engine == "scheduler":
        row = ours(round_, seed, limit_s, watch)
    elif engine == "audit":
        row = auditing(round_, seed)
    else:
        row = peer(round_, engine, seed, limit_s, watch)
    row = spent(watch) | row
    heads = sum(party.head_count for party in round_.parties)
    row |= {name: round(value, 2) for name, value in row.items() if name.endswith("_s") and value is not None}
    return {"case": case, "engine": engine, "candidates": heads, "seed": seed, **row}


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]))))
