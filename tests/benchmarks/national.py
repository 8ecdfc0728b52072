"""A national month: 340 cities, 1.2 million candidates. ``python -m tests.benchmarks.national [--cities N] [--json FILE]``.

Nobody sits in another city, so every city is a round of its own and a month is as many tasks as there are cities. Some
cities of each class are planned and timed, the rest is extrapolated from their mean; the table says which is which.

Source of the sizes: 14.665 million people were evaluated in 2022, 1.22 million a month; Beijing's special operations of
November 2023, 20,033 bookings; Xiangyang, 25,588 exams in 2024, 2,132 a month. The classes between are ours.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from statistics import mean

from tests.benchmarks.exam_rounds import exam_round, month_round


@dataclass(frozen=True, slots=True)
class CityClass:
    """Cities of one size."""

    name: str
    candidates: int
    number: int


CLASSES = (
    CityClass("capital", 20_033, 4),
    CityClass("metropolis", 9_000, 30),
    CityClass("large", 5_000, 106),
    CityClass("middle", 2_132, 100),
    CityClass("small", 1_067, 100),
)


@dataclass(frozen=True, slots=True)
class City:
    """One city, planned."""

    name: str
    seed: int
    candidates: int
    unplaced: int
    cost: int
    bound: int
    wall_s: float
    cpu_s: float
    """Of all processes."""
    peak_mib: int
    """Of all processes, each at its own peak: no less than what was in use at any moment."""


def planned(name: str, candidates: int, seed: int) -> City:
    """Plan one city in this process and those it starts."""
    from scheduler.executors.workers import cores
    from scheduler.planning.solve import solve

    round_ = month_round(seed) if name == "capital" else exam_round(candidates, seed)
    began, used = time.perf_counter(), _cpu_s()
    plan = solve(round_, seed=seed)
    wall, cpu = time.perf_counter() - began, _cpu_s() - used
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = (own + child * cores()) // 1024
    return City(name, seed, len(round_.parties), len(plan.unplaced), plan.cost, plan.bound or 0, wall, cpu, peak)


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def table(cities: list[City]) -> list[str]:
    """Return the lines of the table: what was measured by class, and what all cities would come to."""
    lines = [
        f"{'class':>10} {'cities':>6} {'measured':>8} {'candidates':>10} {'unplaced':>8} {'gap':>7} {'wall s':>8} {'CPU s':>8} {'ms/cand':>8} {'peak MiB':>8}"
    ]
    for kind in CLASSES:
        found = [city for city in cities if city.name == kind.name]
        if found:
            cost, bound = sum(city.cost for city in found), sum(city.bound for city in found)
            cpu = mean(city.cpu_s for city in found)
            lines.append(
                f"{kind.name:>10} {kind.number:>6} {len(found):>8} {kind.candidates:>10,} {mean(c.unplaced for c in found):>8.1f} "
                f"{cost / bound - 1:>7.2%} {mean(c.wall_s for c in found):>8.1f} {cpu:>8.1f} {cpu / kind.candidates * 1000:>8.2f} "
                f"{max(c.peak_mib for c in found):>8}"
            )
    return [*lines, *extrapolated(cities)]


def extrapolated(cities: list[City]) -> list[str]:
    """Return what a month would come to if every city were like those of its class that were measured."""
    by_class = {kind: [city for city in cities if city.name == kind.name] for kind in CLASSES}
    left = [kind.name for kind, found in by_class.items() if not found]
    if left:
        return [f"not extrapolated: nothing was measured of {', '.join(left)}"]

    def total(of: str, pick=mean) -> float:
        return sum(kind.number * pick([getattr(city, of) for city in found]) for kind, found in by_class.items())

    heads = sum(kind.number * kind.candidates for kind in CLASSES)
    number = sum(kind.number for kind in CLASSES)
    gap = total("cost") / total("bound") - 1
    hours = [total("cpu_s", pick) / 3600 for pick in (min, mean, max)]
    return [
        f"extrapolated from {len(cities)} of {number} cities to all, {heads:,} candidates (every class at the mean of its measured cities):",
        (
            f"  CPU {hours[1]:.1f} h (fastest and slowest of each class: {hours[0]:.1f} to {hours[2]:.1f} h); "
            f"on 2 cores {hours[1] / 2:.1f} h, on 64 {hours[1] * 60 / 64:.0f} min, not counting idle cores"
        ),
        f"  gap {gap:.2%}, unplaced {total('unplaced'):.0f}; no more memory than its largest city on each machine",
    ]


def main(arguments: list[str] | None = None) -> int:
    """Plan some cities of each class, print the table."""
    parser = argparse.ArgumentParser(prog="national", description=__doc__.splitlines()[0])
    parser.add_argument("--cities", type=int, default=1, help="cities to plan of each class")
    parser.add_argument("--only", nargs="+", choices=[kind.name for kind in CLASSES], help="only these classes")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first city of each class")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    print(
        f"# {platform.machine()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, "
        f"ortools {version('ortools')}, numpy {version('numpy')}, seeds {asked.seed} to {asked.seed + asked.cities - 1}"
    )
    cities = []
    for kind in reversed(CLASSES):
        for seed in range(asked.seed, asked.seed + asked.cities if not asked.only or kind.name in asked.only else 0):
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                cities.append(pool.submit(planned, kind.name, kind.candidates, seed).result())
            print(f"# measured: {cities[-1]}", flush=True)
    print("\n".join(table(cities)))
    if asked.json:
        asked.json.write_text(json.dumps([asdict(city) for city in cities], indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
