"""The inquiry under load: ``./run bench inquiry [--quick] [--json FILE]``. 200 requests a second on loopback, p99 below 100 ms.

The server is ``scheduler serve`` as users start it, in a process of its own; the client asks at a steady rate, so that a slow
answer does not slow the asking down, and counts the wait for it. Half of the requests are right (number and name, or code),
half are wrong in one of the two ways, each from its own address, so that no limit steps in. A status other than 200 and 404,
or another number of answers, is an error. Exit code 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from pathlib import Path

from scheduler.domain.certificates import Certificate
from tests.benchmarks.webload import at_rate, issued_desk, serving
from tests.drills.figures import machine

RATE, P99_MS = 200, 100
Row = dict[str, object]


def requests(papers: list[Certificate], count: int) -> list[tuple[dict[str, str], str]]:
    """Return inquiries in turn: by name, with a wrong name, by code, of an absent number."""
    made = []
    for n in range(count):
        paper = papers[n // 4 % len(papers)]
        absent = f"S{n:021d}"
        said = (
            {"number": paper.number, "name": paper.face.name},
            {"number": absent, "name": paper.face.name},
            {"code": paper.face.inquiry_code},
            {"number": f"{absent}X", "name": paper.face.name},
        )[n % 4]
        made.append((said, f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"))
    return made


def measured(port: int, papers: list[Certificate], rate: int, seconds: int) -> Row:
    """Ask for some seconds and return one row."""
    asked = requests(papers, rate * seconds)
    answered = asyncio.run(at_rate(port, rate, asked))
    wanted = [404 if n % 2 else 200 for n in range(len(asked))]
    errors = sum(status != want for (status, _), want in zip(answered, wanted, strict=True))
    times = sorted(1000 * spent for _, spent in answered)
    cuts = statistics.quantiles(times, n=1000)
    return {
        "case": f"inquiry-{rate}", "engine": "scheduler serve", "requests": len(asked), "per_second": rate, "errors": errors,
        "p50_ms": round(cuts[499], 1), "p99_ms": round(cuts[989], 1), "max_ms": round(times[-1], 1),
    }  # fmt: skip


def rows(rate: int, seconds: int) -> list[Row]:
    """Make an office, serve it, and measure."""
    with tempfile.TemporaryDirectory() as folder:
        papers = issued_desk(Path(folder))
        with serving(Path(folder)) as port:
            measured(port, papers, 20, 1)  # warm
            return [measured(port, papers, rate, seconds)]


def main(arguments: list[str] | None = None) -> int:
    """Print the row; 1 when it misses a bound."""
    parser = argparse.ArgumentParser(prog="inquiry", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10 seconds instead of 60")
    parser.add_argument("--rate", type=int, default=RATE, help="requests a second")
    parser.add_argument("--json", type=Path, help="write the rows")
    asked = parser.parse_args(arguments)
    print(f"machine: {machine()}", flush=True)
    found = rows(asked.rate, 10 if asked.quick else 60)
    for row in found:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return int(any(row["errors"] or float(str(row["p99_ms"])) > P99_MS for row in found))


if __name__ == "__main__":
    sys.exit(main())
