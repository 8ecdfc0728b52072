"""SHA-256 of plan files for fixed rounds and seeds, to compare two machines: ``./run bench digests [--quick] [--json FILE]``.

On the other machine: ``./run bench digests --against FILE``; exit code 1 when a plan differs. Plan files name the versions of
the solver and of numpy, so machines with other versions differ by right. ``kernel`` cases are the compiled searches with
little work, which ``--quick`` can afford; the others are whole plannings.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from scheduler.domain.rounds import Round
from scheduler.planning import location, swift
from scheduler.planning.planfile import plan_bytes
from scheduler.planning.problem import Problem
from scheduler.planning.solve import solve
from tests.benchmarks.exam_rounds import exam_round
from tests.benchmarks.peers.judged import plan_of
from tests.benchmarks.rounds import college_round, location_round, region_round

LITTLE = swift.Work(moves=2_000, legs=1, heat=40.0, size=25, reseat=500)
LITTLE_LOCATION = 0.5
WIDTHS = {"case": 18, "seed": 4, "sha256": 64, "wall_s": 7}


def planned(round_: Round, seed: int) -> bytes:
    """Return the plan file of a whole planning."""
    return plan_bytes(solve(round_, seed=seed))


def by_kernel(round_: Round, seed: int) -> bytes:
    """Return the plan file of a compiled search with little work."""
    problem = Problem.of(round_)
    if location.applies(problem):
        draft, _ = location.search(problem, seed, LITTLE_LOCATION, lambda *_: None, lambda: False)
    else:
        draft, _ = swift.search(problem, seed, LITTLE, lambda *_: None, lambda: False)
    return plan_bytes(plan_of(problem, draft))


CASES: dict[str, Callable[[int], bytes]] = {
    "exam-12": lambda seed: planned(exam_round(12, seed), seed),
    "region-12": lambda seed: planned(region_round(12, seed), seed),
    "college-17": lambda seed: planned(college_round(17, seed=seed), seed),
    "kernel-exam-200": lambda seed: by_kernel(exam_round(200, seed), seed),
    "kernel-location": lambda seed: by_kernel(location_round(60, 12, seed), seed),
    "exam-30": lambda seed: planned(exam_round(30, seed), seed),
    "region-60": lambda seed: planned(region_round(60, seed), seed),
    "location-50x10": lambda seed: planned(location_round(50, 10, seed), seed),
    "exam-200": lambda seed: planned(exam_round(200, seed), seed),
    "exam-1000": lambda seed: planned(exam_round(1_000, seed), seed),
    "exam-5000": lambda seed: planned(exam_round(5_000, seed), seed),
}
QUICK = tuple(CASES)[:5]


def main(arguments: list[str] | None = None) -> int:
    """Print the digests; compare them where asked."""
    parser = argparse.ArgumentParser(
        prog="digests", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="five small cases")
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this case; may be repeated")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--json", type=Path, help="write the rows")
    parser.add_argument("--against", type=Path, help="rows of another machine to compare with")
    asked = parser.parse_args(arguments)
    libraries = ", ".join(f"{name} {version(name)}" for name in ("ortools", "numpy", "numba"))
    print(f"# {platform.system()} {platform.machine()}, Python {platform.python_version()}, {libraries}")
    print("  ".join(f"{name:{width}}" for name, width in WIDTHS.items()).rstrip(), flush=True)
    other = json.loads(asked.against.read_text(encoding="utf-8")) if asked.against else []
    known = {(row["case"], row["seed"]): row["sha256"] for row in other}
    rows, differing = [], 0
    for case in asked.case or (QUICK if asked.quick else CASES):
        for seed in asked.seeds:
            began = time.perf_counter()
            digest = hashlib.sha256(CASES[case](seed)).hexdigest()
            rows.append({"case": case, "seed": seed, "sha256": digest, "wall_s": round(time.perf_counter() - began, 1)})
            verdict = {None: "", digest: "  the same"}.get(known.get((case, seed)), "  DIFFERS")
            differing += verdict == "  DIFFERS"
            print("  ".join(f"{rows[-1][name]:{width}}" for name, width in WIDTHS.items()) + verdict, flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
