"""How fast signed certificates are made, beside peers: ``./run bench issuance [--quick] [--seed N] [--json FILE]``.

One line for each engine, each in a process of its own on one core; see papers.py for what is timed. ``x2`` is two such
processes at once, each on a core of its own. ``issue`` is the whole verb on all cores: orders read, certificates made in
processes of our own, entered in the ledger, copied to the folder. ``pixels`` compares stamped with drawn pages at 150 dpi.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from tests.benchmarks.papers import ENGINES, City

Row = dict[str, Any]
COLUMNS = {
    "engine": 20, "certificates": 12, "per_second": 10, "cpu_ms": 8, "kib": 7, "peak_mib": 8, "first_s": 7, "wall_s": 7,
}  # fmt: skip
FULL = {
    "scheduler": 1_000,
    "scheduler unproofed": 1_000,
    "scheduler drawing": 1_000,
    "typst": 1_000,
    "weasyprint": 40,
    "pixels": 30,
    "issue": 1_650,
}
QUICK = {
    "scheduler": 200,
    "scheduler unproofed": 200,
    "scheduler drawing": 200,
    "typst": 200,
    "weasyprint": 6,
    "pixels": 4,
    "issue": 60,
}
PACKAGES = ("weasyprint", "pikepdf", "uharfbuzz", "zxing-cpp", "cryptography", "typst")


def one_core(engine: str, certificates: int, seed: int, core: int | None = None) -> subprocess.Popen[str]:
    """Start the measuring of an engine on one core."""
    words = [
        sys.executable,
        "-m",
        "tests.benchmarks.papers",
        engine,
        str(certificates),
        str(seed),
        str(time.monotonic()),
    ]
    usable = sorted(os.sched_getaffinity(0))
    chosen = usable[-1] if core is None else usable[core]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=lambda: os.sched_setaffinity(0, {chosen}),  # noqa: PLW1509 - no threads here
    )  # fmt: skip


def row_of(process: subprocess.Popen[str]) -> Row:
    """Wait for a row."""
    said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(process.returncode)
    row: Row = json.loads(said.splitlines()[-1])
    return row


def two_cores(certificates: int, seed: int) -> Row:
    """Measure ours on two cores at once; nothing is shared."""
    rows = [row_of(process) for process in [one_core("scheduler", certificates, seed + n, n) for n in range(2)]]
    return {
        **rows[0], "engine": "scheduler x2", "certificates": sum(row["certificates"] for row in rows),
        "per_second": round(sum(row["per_second"] for row in rows), 1),
        "peak_mib": sum(row["peak_mib"] for row in rows), "first_s": max(row["first_s"] for row in rows),
        "wall_s": max(row["wall_s"] for row in rows),
    }  # fmt: skip


def whole_verb(candidates: int, seed: int) -> Row:
    """Issue a city's month from one end to the other."""
    from scheduler.office.issue import issue
    from tests.benchmarks.city import ISSUED_ON, ROUND, city_office

    with tempfile.TemporaryDirectory() as folder:
        office = city_office(Path(folder) / "city", candidates, seed=seed)
        before, began = time.process_time(), time.monotonic()
        report = issue(office, round_id=ROUND, issued_on=ISSUED_ON)
        wall = time.monotonic() - began
        if report.findings:
            raise SystemExit(report.findings[0].in_("en"))
    # In a process of its own (see main), so that no other engine's processes are among its children.
    mine, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in (mine, theirs)) - before
    return {
        "case": f"city-{candidates}", "engine": f"issue, {len(os.sched_getaffinity(0))} cores",
        "certificates": report.issued, "per_second": round(report.issued / wall, 1),
        "cpu_ms": round(1000 * cpu / report.issued, 2), "peak_mib": max(mine.ru_maxrss, theirs.ru_maxrss) // 1024,
        "wall_s": round(wall, 1), "seed": seed,
    }  # fmt: skip


def pixels(certificates: int, seed: int) -> Row:
    """Count the pixels in which stamped pages differ from drawn ones."""
    from PIL import Image, ImageChops

    def drawn(pdf: bytes) -> Image.Image:
        done = subprocess.run(["pdftoppm", "-r", "150", "-png", "-"], input=pdf, capture_output=True, check=True)
        return Image.open(io.BytesIO(done.stdout)).convert("RGB")

    differing = pages = 0
    with tempfile.TemporaryDirectory() as folder:
        city = City(Path(folder) / "city", certificates, seed)
        city.open()
        for face, job in islice(city.faces(), certificates):
            signed, finish, _ = city.bench._signed(face, job)
            data = city.bench._issuer.paper(signed, photo=job.photo)
            template = f"certificates/{face.template}"
            stamped = city.bench._printed(template, data, finish)
            if stamped.drawn_because:
                raise SystemExit(stamped.drawn_because)
            pair = (drawn(stamped.pdf), drawn(city.bench._stamper.draw(template, data, finish)))
            colours = ImageChops.difference(*pair).convert("L").histogram()
            differing, pages = differing + sum(colours[1:]), pages + 1
    return {
        "case": "pixels",
        "engine": "stamped against drawn",
        "certificates": pages,
        "pixels": differing,
        "seed": seed,
    }


def rows(sizes: dict[str, int], seed: int) -> Iterator[Row]:
    """Yield every row, as it is measured."""
    for engine in ENGINES:
        yield row_of(one_core(engine, sizes[engine], seed))
    if len(os.sched_getaffinity(0)) > 1:
        yield two_cores(sizes["scheduler"], seed)
    words = [sys.executable, "-m", "tests.benchmarks.issuance", "--verb", str(sizes["issue"]), "--seed", str(seed)]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    yield row_of(subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=paths))
    if shutil.which("pdftoppm"):
        yield pixels(sizes["pixels"], seed)


def machine() -> str:
    """Return what the figures were measured on."""
    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
                  if line.startswith("model name")), platform.processor())  # fmt: skip
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}"


def shown(found: Iterable[Row]) -> list[Row]:
    """Print each row as it comes; return them all."""
    print("".join(f"{name:>{width + 1}}" for name, width in COLUMNS.items()))
    kept = []
    for row in found:
        kept.append(row)
        if "pixels" in row:
            print(f"\n{row['engine']}: {row['pixels']} differing pixels at 150 dpi on {row['certificates']} pages")
        else:
            print("".join(f"{row.get(name, ''):>{width + 1}}" for name, width in COLUMNS.items()), flush=True)
    return kept


def verdicts(found: list[Row]) -> Iterator[str]:
    """Yield each figure that was asked for, with what it must be; rates by processor time, which a busy machine leaves alone."""
    by = {row["engine"]: row for row in found}
    ours, bare, drawn = by["scheduler"], by["scheduler unproofed"], by["scheduler drawing"]
    rate = 1000 / ours["cpu_ms"]
    naive, typst = (by[name]["cpu_ms"] for name in ("weasyprint", "typst"))
    for said, value, fine in (
        ("signed, with credential, read back; a second and core: must 50, aim 150", f"{rate:.0f}", rate >= 50),
        ("the same, not read back, as peers", f"{1000 / bare['cpu_ms']:.0f}", True),
        (
            "against naive WeasyPrint: must 20 x, aim 60 x",
            f"{naive / bare['cpu_ms']:.1f} x",
            naive / bare["cpu_ms"] >= 20,
        ),
        (
            "against typst, compiler reused; ours signs, attaches, and prepares what typst gets ready-made: must 1 x, aim 2.5 x",
            f"{typst / bare['cpu_ms']:.2f} x",
            typst > bare["cpu_ms"],
        ),
        (
            "the same where both only draw, from the same data, unsigned: must 1 x, aim 2.5 x",
            f"{typst / drawn['cpu_ms']:.2f} x",
            typst > drawn["cpu_ms"],
        ),
        ("KiB each: must 200, aim 165", f"{ours['kib']}", ours["kib"] <= 200),
        (f"peak MiB for {ours['certificates']}: must 400, aim 260", f"{ours['peak_mib']}", ours["peak_mib"] <= 400),
        ("first certificate, cold, s: must 6, aim 3", f"{ours['first_s']}", ours["first_s"] <= 6),
    ):
        yield f"{'ok  ' if fine else 'MISS'} {value:>8}  {said}"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a minute instead of ten")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the rows here")
    parser.add_argument("--verb", type=int, help=argparse.SUPPRESS)
    wishes = parser.parse_args()
    if wishes.verb:
        print(json.dumps(whole_verb(wishes.verb, wishes.seed)))
        return
    print(f"{machine()}\nseed {wishes.seed}")
    found = shown(rows(QUICK if wishes.quick else FULL, wishes.seed))
    print("\n".join(verdicts(found)))
    if wishes.json:
        wishes.json.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
