"""Public single-source location instances with published optima, larger ones of the same kind, and allotments: one table.

Run as ``python -m tests.benchmarks.public_instances --folder FOLDER [--some] [--large] [--json FILE]``. Every instance is said
as a round, solved by ``solve`` and judged by ``audit``. The folder has ``holmberg/`` and ``diaz/``, each with files ``p1``,
``p2``, ... and ``optima.txt``, one value a line. They are no part of this project, as nobody states a licence for them; both
sets are in the repository Oscar-Oliveira/OR-Datasets on GitHub, Facility-Location/SSCFLP/original, as Lib_2 (Holmberg,
Rönnqvist and Yuan 1999) and Lib_1 (Díaz and Fernández 2002). What follows the last number expected of a file is ignored.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from datetime import time as clock
from functools import partial
from pathlib import Path

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import Component, ComponentKind, Duty, RoomKind, Staffing
from scheduler.domain.places import Institution, Room, Site
from scheduler.domain.rounds import Party, Policy, Round
from scheduler.planning.audit import audit
from scheduler.planning.solve import solve
from tests.benchmarks.rounds import allotment_round

DAY = date(2026, 6, 1)
EXAM = Component("exam", ComponentKind.OTHER, RoomKind.THEORY_ROOM, "low-voltage", 60, Staffing(Duty.INVIGILATE, 0, 1))


SOME = {f"holmberg p{k}" for k in (1, 24, 30, 51, 58, 71)} | {f"diaz p{k}" for k in (1, 7, 20, 33, 44, 49, 55)}


@dataclass(frozen=True, slots=True)
class Instance:
    """One line of the table; the round is made when its turn comes."""

    name: str
    made: Callable[[], Round]
    optimum: int | None = None


def a_round(id_: str, sessions: list[tuple[int, int]], heads: list[int], fares: list[list[int]]) -> Round:
    """Say an instance as a round: a facility is a room with places and opening cost, a customer a party with fares."""
    rooms = tuple(
        Room(f"f{i:04}", f"s{i:04}", RoomKind.THEORY_ROOM, places, opening_cost=price)
        for i, (places, price) in enumerate(sessions)
    )
    parties = tuple(
        Party(f"c{j:04}", ("exam",), heads[j], fares={f"s{i:04}": fare for i, fare in enumerate(row)})
        for j, row in enumerate(fares)
    )
    return Round(
        id_, Window(DAY, DAY), (Slot("d0", DAY, clock(9), clock(11)),), (Institution("i", "i"),),
        tuple(Site(room.site_id, "i") for room in rooms), rooms, (EXAM,), parties, policy=Policy(examiners_on=False),
    )  # fmt: skip


def numbers(file: Path) -> Iterator[int]:
    """Yield the numbers of a file, some of which are written ``49.``."""
    return (round(float(word)) for word in file.read_text(encoding="ascii").split())


def holmberg(file: Path) -> Round:
    """Read facilities, customers, (places, price) of each facility, heads, then a row of fares for each facility."""
    read = numbers(file)
    n, m = next(read), next(read)
    sessions = [(next(read), next(read)) for _ in range(n)]
    heads = [next(read) for _ in range(m)]
    by_session = [[next(read) for _ in range(m)] for _ in range(n)]
    return a_round(f"holmberg-{file.name}", sessions, heads, [list(row) for row in zip(*by_session, strict=True)])


def diaz(file: Path) -> Round:
    """Read customers, facilities, a row of fares for each customer, heads, prices, places."""
    read = numbers(file)
    m, n = next(read), next(read)
    fares = [[next(read) for _ in range(n)] for _ in range(m)]
    heads = [next(read) for _ in range(m)]
    prices = [next(read) for _ in range(n)]
    return a_round(f"diaz-{file.name}", [(next(read), price) for price in prices], heads, fares)


def spots(chance: random.Random, number: int, towns: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return places of the unit square, all over it, or around towns where there are any."""
    if not towns:
        return [(chance.random(), chance.random()) for _ in range(number)]
    return [(chance.gauss(x, 0.05), chance.gauss(y, 0.05)) for x, y in (chance.choice(towns) for _ in range(number))]


def generated(facilities: int, customers: int, ratio: float, seed: int, clustered: bool) -> Round:
    """Return an instance after Cornuéjols, Sridharan and Thizy (1991): seats are ``ratio`` times the heads."""
    chance = random.Random(f"{facilities}-{customers}-{ratio}-{seed}-{clustered}")
    towns = [(chance.random(), chance.random()) for _ in range(8)] if clustered else []
    sites, homes = spots(chance, facilities, towns), spots(chance, customers, towns)
    heads = [chance.randint(5, 35) for _ in range(customers)]
    places = [chance.randint(10, 160) for _ in range(facilities)]
    prices = [round(chance.uniform(0, 90) + chance.uniform(100, 110) * math.sqrt(q)) for q in places]
    factor = ratio * sum(heads) / sum(places)
    sessions = [(max(36, round(q * factor)), price) for q, price in zip(places, prices, strict=True)]
    fares = [[round(10 * math.dist(home, site) * h) for site in sites] for home, h in zip(homes, heads, strict=True)]
    kind = "clustered" if clustered else "uniform"
    return a_round(f"{facilities}x{customers} r{ratio:g} {kind} {seed}", sessions, heads, fares)


def whole_groups(candidates: int = 62_000, sites: int = 143, fill: float = 0.997, seed: int = 1) -> Round:
    """Return a tight allotment that splits nobody: schools' groups of 20 to 700 from towns to sites nearby, ``fill`` of all places needed."""
    chance = random.Random(f"allotment-{candidates}-{sites}-{seed}")
    towns = [(chance.uniform(0, 200), chance.uniform(0, 150)) for _ in range(sites // 3)]
    heads: list[int] = []
    while sum(heads) < candidates:
        size = min(700, max(20, round(chance.lognormvariate(4.3, 0.7))))
        left = candidates - sum(heads)
        heads.append(size if left - size >= 20 or size == left else left)
    homes = [tuple(chance.gauss(x, 4) for x in chance.choice(towns)) for _ in heads]
    places = [tuple(chance.gauss(x, 6) for x in towns[n % len(towns)]) for n in range(sites)]
    weights = [chance.uniform(0.6, 1.6) for _ in range(sites)]
    seats = [int(sum(heads) / fill * w / sum(weights)) for w in weights]
    seats[0] += max(0, math.floor(sum(heads) / fill) - sum(seats))
    seats[max(range(sites), key=lambda i: seats[i])] += max(0, max(heads) - max(seats))
    fares = [
        [round(h * math.dist(home, place) * 1.25) for place in places] for home, h in zip(homes, heads, strict=True)
    ]
    return a_round(f"allotment {candidates} to {sites} at {fill:.1%}", [(q, 0) for q in seats], heads, fares)


def instances(folder: Path | None, large: bool) -> Iterator[Instance]:
    """Yield public instances first, then generated ones."""
    for name, reader in (("holmberg", holmberg), ("diaz", diaz)):
        if folder is None or not (folder / name).is_dir():
            continue
        optima = list(numbers(folder / name / "optima.txt"))
        for k, optimum in enumerate(optima, 1):
            yield Instance(f"{name} p{k}", partial(reader, folder / name / f"p{k}"), optimum)
    shapes = [(80, 400, 3), (100, 1000, 5), (300, 300, 5), (300, 300, 20), (1000, 1000, 10), (1000, 1000, 20)]
    for facilities, customers, ratio in shapes if large else ():
        for kind in ("uniform", "clustered") if facilities < 1000 else ("uniform",):
            made = partial(generated, facilities, customers, ratio, 1, kind == "clustered")
            yield Instance(f"{facilities}x{customers} r{ratio} {kind}", made)
    if large:
        yield Instance("whole groups, 62,000 to 143", whole_groups)
        yield Instance("allotment, 62,000 to 143", allotment_round)


def main() -> None:
    """Solve and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--folder", type=Path, help="with holmberg/ and diaz/")
    words.add_argument("--some", action="store_true", help="a dozen of the public instances")
    words.add_argument("--large", action="store_true", help="generated instances as well")
    words.add_argument("--only", default="", help="instances whose name begins so")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--json", type=Path, help="write the rows there as well")
    chosen = words.parse_args()
    if chosen.folder is None or not all((chosen.folder / name).is_dir() for name in ("holmberg", "diaz")):
        print("holmberg/ and diaz/ are absent: give their folder with --folder; --help says where to find them")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {chosen.seed}")
    print(
        f"{'instance':30} {'optimum':>9} {'cost':>9} {'bound':>9} {'gap':>8} {'unplaced':>8} {'faults':>6} {'wall s':>7} {'cpu s':>7}"
    )
    rows = []
    for one in instances(chosen.folder, chosen.large):
        if one.name.startswith(chosen.only) and (one.name in SOME or not chosen.some):
            rows.append(row(one, chosen.seed))
            print(line(rows[-1]), flush=True)
    known = [one for one in rows if one["optimum"] is not None]
    at, proven = (sum(bool(one[key]) for one in known) for key in ("at_optimum", "proven"))
    print(f"{len(known)} with a published optimum: {at} at it, {proven} proven")
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def row(one: Instance, seed: int) -> dict[str, object]:
    """Solve one instance and return what came of it; reading and making it is not timed."""
    round_ = one.made()
    began, cpu = time.perf_counter(), time.process_time()
    plan = solve(round_, seed=seed)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    left = {who.party_id for who in plan.unplaced}
    return {
        "case": one.name, "optimum": one.optimum, "cost": plan.cost, "bound": plan.bound, "gap": plan.gap,
        "unplaced": sum(party.head_count for party in round_.parties if party.id in left),
        "faults": len(audit(round_, plan)), "proven": plan.bound == plan.cost, "at_optimum": plan.cost == one.optimum,
        "wall_s": round(wall, 1), "cpu_s": round(cpu, 1), "seed": seed,
    }  # fmt: skip


def line(found: dict[str, object]) -> str:
    """Return a row as a line of the table."""
    verdict = "" if found["optimum"] is None else "at the optimum" if found["at_optimum"] else "ABOVE"
    proven = "proven" if found["proven"] else ""
    return (
        f"{found['case']:30} {found['optimum'] or '':>9} {found['cost']:9} {found['bound']:9} {found['gap']:8.3%} "
        f"{found['unplaced']:8} {found['faults']:6} {found['wall_s']:7} {found['cpu_s']:7} {verdict} {proven}"
    )


if __name__ == "__main__":
    main()
