"""How good and how fast plans are, beside peers: ``./run bench planning [--quick] [--size N ...] [--seeds N ...] [--json FILE]``.

One line for each case and engine, medians over the seeds; every run in a process of its own. Ours stops on counted work;
peers, on the first seed only, get ten times our time up to 200 candidates, three times at 1,000, our time at 5,000, never
more than ``--peer-seconds``, and are not given more. Their plans are judged by our audit and recount, examiners named.
``first s`` is when the first plan was there in which everybody sits who can be seated. The wall time of ``audit`` is the
audit's alone.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.measure import CASES, EXAMS, PEER_GIB, PEERS, WORKERS, Row

COLUMNS = {
    "case": 16, "engine": 15, "candidates": 10, "first_plan_s": 12, "cost": 11, "bound": 11, "gap": 7, "unplaced": 8,
    "hopeless": 8, "wall_s": 8, "cpu_s": 8, "peak_mib": 8, "seeds": 5,
}  # fmt: skip
MEDIANS = ("first_plan_s", "cost", "bound", "gap", "placed", "unplaced", "hopeless", "wall_s", "cpu_s", "peak_mib")
SLACK_S = 180.0
"""What a peer may need beyond its limit, for its model, its last steps and its examiners, before it is ended."""
QUICK = (
    ("exam-12", "scheduler", 0.0),
    ("exam-12", "aggregate-cpsat", 3.0),
    ("exam-200", "scheduler", 25.0),
    ("exam-200", "flat-cpsat", 6.0),
    ("exam-200", "aggregate-cpsat", 6.0),
)
"""Cases, engines, seconds; all else is left to the whole benchmark."""
BESIDE = ("replanning", "explaining", "national", "digests")
"""Other benchmarks of planning."""


@dataclass(frozen=True)
class Must:
    """What issue 3 asks for; MB are millions of bytes."""

    first_s: float = math.inf
    gap: float = math.inf
    wall_s: float = math.inf
    mb: float = math.inf
    aim: float = 0.0


MUSTS = {
    **{f"exam-{n}": Must(1, 0.0, 20) for n in (12, 24, 30)},
    "exam-200": Must(1, 0.07, 30, 200, 0.04),
    "exam-1000": Must(2, 0.02, 60, 300, 0.012),
    "exam-5000": Must(15, 0.035, 180, 1500, 0.02),
    "exam-20000": Must(45, 0.065, 300, 1500, 0.03),
    "exam-month": Must(45, 0.065, 300, 1500, 0.03),
    "exam-100000": Must(120, 0.12, 900, 3000, 0.05),
}
AUDIT_MUST_S = 20.0


def run(case: str, engine: str, seed: int, limit_s: float) -> Row:
    """Return the row of one run; a peer that breaks down or does not end says so."""
    words = [sys.executable, "-m", "tests.benchmarks.measure", case, engine, str(seed), str(limit_s)]
    most = limit_s + SLACK_S if engine in PEERS else None
    row: Row = {"case": case, "engine": engine, "seed": seed}
    try:
        done = subprocess.run([*words, str(time.monotonic())], capture_output=True, timeout=most, check=False)
    except subprocess.TimeoutExpired:
        return row | {"note": f"ended from outside after {most:.0f} s"}
    if done.returncode == 0:
        row = json.loads(done.stdout.splitlines()[-1])
    else:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [""]
        row["note"] = f"broke down with code {done.returncode}: {last[0][:120]}"
    cost, bound = row.get("cost"), row.get("bound")
    row["gap"] = round((cost - bound) / bound, 4) if cost is not None and bound else None
    return row


def middle(rows: list[Row]) -> Row:
    """Return the medians of some seeds' rows; nothing where a seed has nothing."""
    found = dict(rows[0])
    for column in MEDIANS:
        values = [row.get(column) for row in rows]
        found[column] = None if None in values else median(values)
    return found | {"seeds": len(rows), "note": "; ".join(sorted({row["note"] for row in rows if row.get("note")}))}


def verdicts(row: Row) -> list[tuple[str, bool]]:
    """Return what the issue asks of a row of ours, and whether it holds."""
    if row["engine"] == "audit":
        return [(f"{AUDIT_MUST_S:g} s", row.get("wall_s") is not None and row["wall_s"] <= AUDIT_MUST_S)]
    must = MUSTS.get(row["case"])
    if must is None or row["engine"] != "scheduler":
        return []

    def within(column: str, most: float) -> bool:
        return row.get(column) is not None and row[column] <= most

    megabytes = most_mb = None
    if row.get("peak_mib") is not None:
        megabytes, most_mb = row["peak_mib"] * 1.048576, must.mb
    return [
        (f"first {must.first_s:g} s", within("first_plan_s", must.first_s)),
        (f"gap {must.gap:.1%} (aim {must.aim:.1%})", within("gap", must.gap)),
        ("only hopeless unplaced", row.get("unplaced") is not None and row["unplaced"] <= row["hopeless"]),
        (f"{must.wall_s:g} s", within("wall_s", must.wall_s)),
        *([(f"{must.mb:g} MB", megabytes is not None and megabytes <= most_mb)] if must.mb < math.inf else []),
    ]


def line(row: Row) -> str:
    """Return a row as a line of the table."""
    cells = []
    for column, width in COLUMNS.items():
        value = row.get(column)
        if value is None:
            said = "-"
        elif column == "gap":
            said = f"{value:.2%}"
        elif isinstance(value, float):
            said = f"{value:,.2f}" if column.endswith("_s") else f"{value:,.0f}"
        else:
            said = f"{value:,}" if isinstance(value, int) else str(value)
        cells.append(f"{said:<{width}}" if column in {"case", "engine"} else f"{said:>{width}}")
    told = [f"{asked}: {'holds' if holds else 'DOES NOT HOLD'}" for asked, holds in verdicts(row)]
    return "  ".join([*cells, "; ".join([*told, *([row["note"]] if row.get("note") else [])])]).rstrip()


def planned(asked: argparse.Namespace) -> Iterator[list[Row]]:
    """Yield the rows of each line of the table."""
    if asked.quick:
        for case, engine, limit_s in QUICK:
            if asked.peers or engine == "scheduler":
                yield [run(case, engine, asked.seeds[0], limit_s)]
        return
    for case in asked.case or [f"exam-{size}" for size in asked.size]:
        rows = [run(case, "scheduler", seed, 0.0) for seed in asked.seeds]
        yield rows
        candidates, wall_s = rows[0].get("candidates"), rows[0].get("wall_s")
        for name, most in PEERS.items() if asked.peers and candidates else ():
            if candidates <= most:
                times = 10 if candidates <= 200 else 3 if candidates <= 1_000 else 1
                yield [run(case, name, asked.seeds[0], round(min(asked.peer_seconds, max(10.0, times * wall_s)), 1))]
        if case == "exam-100000":
            yield [run(case, "audit", asked.seeds[0], 0.0)]


def exponent(rows: Iterable[Row], column: str) -> float:
    """Return the slope of a column's value per candidate over candidates, both in logarithms, by least squares."""
    points = [(math.log(row["candidates"]), math.log(row[column] / row["candidates"])) for row in rows]
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def curve(lines: list[Row]) -> list[str]:
    """Return how cost and work per candidate change with the number of candidates."""
    sizes = [f"exam-{n}" for n in EXAMS if n >= 1_000]
    rows = [row for row in lines if row["case"] in sizes and row["engine"] == "scheduler" and row.get("cost")]
    if len(rows) < 2:
        return []
    found = []
    for column, unit in (("cost", "cost units"), ("bound", "cost units"), ("cpu_s", "processor seconds")):
        if not all(row.get(column) for row in rows):
            continue
        each = ", ".join(f"{row['candidates']:,}: {row[column] / row['candidates']:,.4g}" for row in rows)
        found.append(f"# {column} per candidate ({unit}): {each}; exponent {exponent(rows, column):+.3f}")
    return found


def against_peers(lines: list[Row]) -> list[str]:
    """Return whether our plan costs less than every peer's, by case."""
    found = []
    for own in (row for row in lines if row["engine"] == "scheduler" and row.get("cost") is not None):
        rivals = [row for row in lines if row["case"] == own["case"] and row["engine"] in PEERS]
        costs = {row["engine"]: row["cost"] for row in rivals if row.get("cost") is not None}
        if not costs:
            found += [f"# {own['case']}: ours {own['cost']:,.0f}, no peer found a plan"] if rivals else []
            continue
        name, best = min(costs.items(), key=lambda one: one[1])
        verdict = "below every peer" if own["cost"] < best else "as good" if own["cost"] == best else "NOT BELOW"
        found.append(f"# {own['case']}: ours {own['cost']:,.0f}, best peer {name} {best:,.0f}: {verdict}")
    return found


def heading(asked: argparse.Namespace) -> str:
    """Return machine, versions and what is asked."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    libraries = ", ".join(f"{name} {version(name)}" for name in ("ortools", "numpy", "numba"))
    return (
        f"# {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, {libraries}\n"
        f"# seeds {' '.join(map(str, asked.seeds))}; peers: CP-SAT with {WORKERS} workers, {PEER_GIB} GiB each"
    )


def options(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="planning", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = [str(n) for n in EXAMS[:-1]] + ["month", str(EXAMS[-1])]
    parser.add_argument("--quick", action="store_true", help="12 and 200 candidates with time limits, within a minute")
    parser.add_argument("--size", nargs="+", choices=sizes, default=sizes, help="candidates of the provincial rounds")
    parser.add_argument("--case", action="append", choices=sorted(CASES), help="this case instead; may be repeated")
    parser.add_argument("--seeds", type=int, nargs="+", default=None, help="default: 1 2 3; with --quick: 1")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--peer-seconds", type=float, default=600.0, help="most seconds a peer gets")
    parser.add_argument("--beside", action="store_true", help=f"then run {', '.join(BESIDE)} as well")
    parser.add_argument("--json", type=Path, help="write the rows of all runs")
    asked = parser.parse_args(arguments)
    asked.seeds = asked.seeds or ([1] if asked.quick else [1, 2, 3])
    return asked


def main(arguments: list[str] | None = None) -> int:
    """Print the table; write its rows as JSON too where asked."""
    asked = options(arguments)
    print(heading(asked))
    print("  ".join(f"{name:{'<' if name in {'case', 'engine'} else '>'}{width}}" for name, width in COLUMNS.items()))
    rows: list[Row] = []
    lines: list[Row] = []
    for some in planned(asked):
        rows += some
        lines.append(middle(some))
        print(line(lines[-1]), flush=True)
        if asked.json:
            asked.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print("\n".join([*curve(lines), *against_peers(lines)]))
    for name in BESIDE if asked.beside else ():
        if find_spec(f"tests.benchmarks.{name}"):
            print(f"\n# {name}", flush=True)
            quick: list[Any] = ["--quick"] if asked.quick else []
            subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}", *quick], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
