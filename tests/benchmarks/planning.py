"""How good and how fast plans are, beside a flat peer: ``python -m tests.benchmarks.planning [--quick] [--json FILE]``.

Every row runs in a process of its own, so that its memory is its own. Plans of ours pass the audit inside ``solve``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from scheduler.domain.rounds import Round
from tests.benchmarks.rounds import college_round, location_round, region_round

COLUMNS = (
    "case",
    "engine",
    "candidates",
    "placed",
    "unplaced",
    "hopeless",
    "cost",
    "bound",
    "gap",
    "first_plan_s",
    "wall_s",
    "peak_mib",
    "seed",
)
CASES: dict[str, Callable[[int], Round]] = {
    "region-12": lambda seed: region_round(12, seed),
    "region-60": lambda seed: region_round(60, seed),
    "region-200": lambda seed: region_round(200, seed),
    "college-17": lambda seed: college_round(17, seed=seed),
    "college-440": lambda seed: college_round(440, seed=seed),
    "region-440": lambda seed: region_round(440, seed),
    "region-1000": lambda seed: region_round(1000, seed),
    "location-50x10": lambda seed: location_round(50, 10, seed),
    "location-100x20": lambda seed: location_round(100, 20, seed),
}
QUICK = (("region-12", 2.0), ("region-60", 2.0), ("region-200", 3.0), ("college-440", 5.0))
"""Cases and the seconds their peer gets."""
FULL = tuple((case, 60.0) for case in CASES)


def run(case: str, engine: str, seed: int, limit_s: float) -> dict[str, object]:
    """Return one row of the table."""
    round_ = CASES[case](seed)
    row = _ours(round_, seed) if engine == "scheduler" else _flat(round_, seed, limit_s)
    heads = sum(party.head_count for party in round_.parties)
    cost, bound = row["cost"], row["bound"]
    gap = round((cost - bound) / bound, 4) if bound else None
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    row |= {"case": case, "engine": engine, "candidates": heads, "gap": gap, "peak_mib": peak, "seed": seed}
    return {column: row[column] for column in COLUMNS}


def _ours(round_: Round, seed: int) -> dict[str, object]:
    from scheduler.planning.problem import Problem
    from scheduler.planning.screen import hopeless
    from scheduler.planning.solve import Progress, solve

    began, first = time.perf_counter(), []

    def progress(news: Progress) -> None:
        if news.stage == "start" and not first:
            first.append(time.perf_counter() - began)

    plan = solve(round_, seed=seed, progress=progress)
    wall = time.perf_counter() - began
    heads = {party.id: party.head_count for party in round_.parties}
    problem = Problem.of(round_)
    return {
        "placed": sum(heads[p] for p in plan.placed_ids()),
        "unplaced": sum(heads[u.party_id] for u in plan.unplaced),
        "hopeless": int(problem.heads[list(hopeless(problem))].sum()),
        "cost": plan.cost,
        "bound": plan.bound,
        "first_plan_s": round(first[0], 2),
        "wall_s": round(wall, 1),
    }


def _flat(round_: Round, seed: int, limit_s: float) -> dict[str, object]:
    from scheduler.planning.problem import Problem
    from scheduler.planning.screen import hopeless
    from tests.benchmarks.peers.flat import FlatAnswer

    problem = Problem.of(round_)
    answer = FlatAnswer(problem, limit_s, seed)
    return {
        "placed": int(problem.heads[answer.draft.placed()].sum()),
        "unplaced": int(problem.heads[answer.draft.left()].sum()),
        "hopeless": int(problem.heads[list(hopeless(problem))].sum()),
        "cost": answer.cost,
        "bound": answer.bound,
        "first_plan_s": None if answer.first_plan_s is None else round(answer.first_plan_s, 2),
        "wall_s": round(answer.wall_s, 1),
    }


def rows(cases: tuple[tuple[str, float], ...], seeds: list[int]) -> Iterator[dict[str, object]]:
    """Yield the rows of all cases, ours before the peer's."""
    for case, limit_s in cases:
        for seed in seeds:
            for engine in ("scheduler", "flat-cpsat"):
                with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                    yield pool.submit(run, case, engine, seed, limit_s).result()


def main(arguments: list[str] | None = None) -> int:
    """Print the table; write it as JSON too where asked."""
    parser = argparse.ArgumentParser(prog="planning", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="four cases within a minute")
    parser.add_argument("--case", action="append", choices=sorted(CASES), help="only this case; may be repeated")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    cases = tuple((c, s) for c, s in FULL if c in asked.case) if asked.case else (QUICK if asked.quick else FULL)
    print(
        f"# {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ortools {version('ortools')}, numpy {version('numpy')}"
    )
    print("  ".join(f"{column:>12}" for column in COLUMNS), flush=True)
    found = []
    for row in rows(cases, asked.seeds):
        found.append(row)
        print("  ".join(f"{row[column] if row[column] is not None else '-':>12}" for column in COLUMNS), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
