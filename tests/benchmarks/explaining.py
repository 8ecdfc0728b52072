"""How fast a shortage is explained and repaired: ``python -m tests.benchmarks.explaining [--quick] [--json FILE]``.

Provincial rounds with a planted shortage: nine in ten welding workstations are gone, or all rooms of one institution are
closed. A plan is built first and is not part of the times. Every repair told is audited once more here.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Making, Plan
from tests.benchmarks.exam_rounds import exam_round

COLUMNS = ("case", "candidates", "hopeless", "unplaced", "screen_s", "explain_s", "seated", "left", "extras", "audited", "peak_mib", "seed")  # fmt: skip
SIZES = (1_000, 5_000, 20_000)
STATIONS = 0.12
"""Part of the welding workstations that is left."""


def short_of_stations(candidates: int, seed: int) -> Round:
    """Return a round with few welding workstations."""
    round_ = exam_round(candidates, seed)
    rooms = [
        replace(room, places=max(1, int(room.places * STATIONS))) if room.trade_ids == ("welding",) else room
        for room in round_.rooms
    ]
    return replace(round_, rooms=tuple(rooms))


def one_institution_closed(candidates: int, seed: int) -> Round:
    """Return a round in which the first institution's rooms are closed in every slot."""
    round_ = exam_round(candidates, seed)
    hosts = {site.id: site.institution_id for site in round_.sites}
    first = round_.institutions[0].id
    every = tuple(slot.id for slot in round_.slots)
    rooms = [replace(room, closed_slot_ids=every) if hosts[room.site_id] == first else room for room in round_.rooms]
    return replace(round_, rooms=tuple(rooms))


CASES = {"stations": short_of_stations, "closed": one_institution_closed}


def built(round_: Round, seed: int) -> Plan:
    """Return a plan as the fast search starts with it; whoever has no place has none by construction, not by thrift."""
    from scheduler.planning import swift
    from scheduler.planning.construct import Builder
    from scheduler.planning.insertion import Insertion
    from scheduler.planning.swift.work import Work

    empty = Plan(round_.id, "", (), (), (), (), None, Making(seed, "start"))
    insertion = Insertion(round_, empty)
    work = Work(1, 1, 30.0, 25)
    draft, _ = swift.search(insertion.problem, seed, work, lambda *_: None, lambda: True)
    insertion.builder = Builder(insertion.problem, draft)
    return insertion.plan()


def row(case: str, candidates: int, seed: int) -> dict[str, object]:
    """Return one row of the table."""
    from scheduler.planning.audit import audit
    from scheduler.planning.explain import before, explain
    from scheduler.planning.extras import with_extras
    from scheduler.planning.repair import repairs

    round_ = CASES[case](candidates, seed)
    plan = built(round_, seed)
    began = time.perf_counter()
    hopeless = before(round_)
    screened = time.perf_counter()
    explained = explain(round_, plan)
    ended = time.perf_counter()
    best = explained.repairs[0] if explained.repairs else None
    again = next((made for repair, made in repairs(round_, plan) if repair == best), None)
    clean = again is not None and best is not None and audit(with_extras(round_, best.extras), again) == []
    return {
        "case": case,
        "candidates": candidates,
        "hopeless": len(hopeless.parties),
        "unplaced": len(plan.unplaced),
        "screen_s": round(screened - began, 2),
        "explain_s": round(ended - screened, 2),
        "seated": len(best.seated) if best else 0,
        "left": len(best.left) if best else len(plan.unplaced),
        "extras": len(best.extras) if best else 0,
        "audited": clean,
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "seed": seed,
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the table; write it as JSON too where asked."""
    parser = argparse.ArgumentParser(prog="explaining", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 candidates only")
    parser.add_argument("--size", type=int, action="append", help="only this size; may be repeated")
    parser.add_argument("--case", action="append", choices=sorted(CASES), help="only this shortage")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"# {machine}, ortools {version('ortools')}, numpy {version('numpy')}")
    print("  ".join(f"{column:>10}" for column in COLUMNS), flush=True)
    found = []
    for size in asked.size or (SIZES[:1] if asked.quick else SIZES):
        for case in asked.case or sorted(CASES):
            for seed in asked.seeds:
                found.append(row(case, size, seed))
                print("  ".join(f"{found[-1][column]!s:>10}" for column in COLUMNS), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
