"""How fast the papers of an exam month are made: ``./run bench dayprint [--quick] [--json FILE]``.

The city of ``fixtures/city``: 1,650 candidates, four sites, 167 sessions, a photo each; ``--quick`` two of its rooms only. One line for the tickets alone and one for every paper, each in a process of its own, from ``scheduler admit`` as a
coordinator types it, seats drawn by lot included; then every ticket is read back and counted. Memory is the peak of the largest of
the command's processes, of which there are three on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.planned import FIXTURES, ROUNDS, planned_office

Row = dict[str, Any]
COLUMNS = {"case": 10, "candidates": 11, "files": 7, "pages": 7, "wall_s": 7, "cpu_s": 7, "per_second": 11, "mib": 7, "peak_mib": 9}  # fmt: skip
QUICK_ROOMS = 2


def measured(case: str, folder: Path, words: list[str]) -> Row:
    """Make papers by the command; return what it took."""
    command = [
        sys.executable,
        "-m",
        "scheduler",
        "admit",
        ROUNDS["city"],
        "--json",
        "--office",
        str(folder / "office.toml"),
    ]
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads(done.stdout)["report"]
    papers = [file for file in report["files"] if file["kind"] != "bundle"]
    root = Path(report["folder"])
    assert sum(file["entries"] for file in papers if file["kind"] == "tickets") in {0, report["candidates"]}
    _read_back(root, report)
    pages = sum(file["pages"] for file in papers)
    return {
        "case": case,
        "candidates": report["candidates"],
        "files": len(papers),
        "pages": pages,
        "wall_s": round(wall, 1),
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "per_second": round(pages / wall, 1),
        "mib": round(sum(path.stat().st_size for path in root.rglob("*.pdf")) / 2**20, 1),
        "peak_mib": round(after.ru_maxrss / 1024),
    }


def _read_back(root: Path, report: dict[str, Any]) -> None:
    """Count the pages of each bundle and the ticket numbers on all tickets with another library."""
    for file in report["files"]:
        if file["kind"] == "bundle":
            told = subprocess.run(["pdfinfo", root / file["file"]], capture_output=True, text=True, check=True).stdout
            assert f"Pages:           {file['pages']}\n" in told
    tickets = [file for file in report["files"] if file["kind"] == "tickets"]
    texts = [
        subprocess.run(
            ["pdftotext", "-raw", root / file["file"], "-"], capture_output=True, text=True, check=True
        ).stdout
        for file in tickets
    ]
    numbers = {line for text in texts for line in text.splitlines() if len(line) == 12 and line.isdecimal()}
    assert len(numbers) == (report["candidates"] if tickets else 0)


def rows(folder: Path, *, quick: bool) -> list[Row]:
    """Return the rows of the table."""
    photos = folder / "photos"
    if not photos.is_dir():
        subprocess.run([sys.executable, FIXTURES / "make.py", "--photos", photos], check=True)
    with planned_office("city", folder) as office, office.registry.transaction(write=False) as store:
        rooms = sorted(room.id for room in store.rounds.setup(ROUNDS["city"]).rooms)[:QUICK_ROOMS]
    chosen = [word for room in rooms for word in ("--room", room)] if quick else []
    return [
        measured("tickets", folder, ["--papers", "tickets", "--seed", "1", *chosen]),
        measured("all", folder, chosen),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="./run bench dayprint", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        table = rows(Path(name) / "desk", quick=asked.quick)
    print(f"{len(os.sched_getaffinity(0))} cores, Python {sys.version.split()[0]}")
    print("  ".join(f"{column:>{width}}" for column, width in COLUMNS.items()))
    for row in table:
        print("  ".join(f"{row[column]:>{width}}" for column, width in COLUMNS.items()))
    if asked.json:
        asked.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
