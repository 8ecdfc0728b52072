"""What every drill prints: the machine, the seed, one table of figures, and the exit code they come to."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

Row = Mapping[str, object]
"""Figures of one case. ``faults`` must be 0; ``control_failed``, where there is one, must be more than 0 in some row."""


def asked(about: str, *, small: int, full: int, what: str) -> argparse.Namespace:
    """Read the arguments of a drill; ``full`` is what the drill does unless told otherwise."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--trials", type=int, default=full, metavar="N", help=f"{what}; {full:,} unless told otherwise")
    size.add_argument("--small", dest="trials", action="store_const", const=small, help=f"only {small:,}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    return parser.parse_args()


def machine() -> str:
    """Name the machine in one line."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} of {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def run(drill: Callable[[int, int], Iterator[Row]], given: argparse.Namespace) -> None:
    """Run a drill, print its rows as they come, and end the process: 0 when nothing was wrong, else 1."""
    began, rows = time.monotonic(), []
    print(f"machine: {machine()}\nseed: {given.seed}", flush=True)
    for row in drill(given.trials, given.seed):
        rows.append(dict(row))
        print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    spent = [sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"{time.monotonic() - began:.0f} s, {sum(spent):.0f} s of processor time", flush=True)
    if given.json:
        head = {"machine": machine(), "seed": given.seed}
        given.json.write_text(json.dumps({**head, "rows": rows}, ensure_ascii=False, indent=1))
    sys.exit(is_bad(rows))


def is_bad(rows: list[Row]) -> bool:
    """Tell whether something was wrong, or the control saw nothing."""
    controls = [row["control_failed"] for row in rows if "control_failed" in row]
    return any(row["faults"] for row in rows) or (bool(controls) and not any(controls))
