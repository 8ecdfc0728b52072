"""Public single-source location instances with proven optima, larger ones of the same kind, and a tight allotment: one table.

Run as ``python -m tests.benchmarks.public_instances --folder FOLDER``; the folder has ``holmberg/`` and ``diaz/`` with their
``optima.txt``. Without it only the generated instances are solved.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from datetime import time as clock
from pathlib import Path

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import Component, ComponentKind, Duty, RoomKind, Staffing
from scheduler.domain.places import Institution, Room, Site
from scheduler.domain.rounds import Party, Policy, Round
from scheduler.planning import location
from scheduler.planning.draft import Draft, cost
from scheduler.planning.problem import Problem

DAY = date(2026, 6, 1)
EXAM = Component("exam", ComponentKind.OTHER, RoomKind.THEORY_ROOM, "low-voltage", 60, Staffing(Duty.INVIGILATE, 0, 1))


@dataclass(frozen=True, slots=True)
class Instance:
    """One line of the table."""

    name: str
    round_: Round
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


def allotment(candidates: int = 62_000, sites: int = 143, fill: float = 0.997, seed: int = 1) -> Round:
    """Return a tight allotment: schools' groups of 20 to 700 from towns to sites nearby, ``fill`` of all places needed."""
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
        optima = list(numbers(folder / name / "optima.txt")) if folder and (folder / name).is_dir() else []
        if folder and not optima:
            print(f"no {name}/ in {folder}: left out")
        for k, optimum in enumerate(optima, 1):
            yield Instance(f"{name} p{k}", reader(folder / name / f"p{k}"), optimum)
    if large:
        shapes = [(80, 400, 3), (100, 1000, 5), (300, 300, 5), (300, 300, 20), (1000, 1000, 10), (1000, 1000, 20)]
        for facilities, customers, ratio in shapes:
            for clustered in (False, True) if facilities < 1000 else (False,):
                made = generated(facilities, customers, ratio, 1, clustered)
                yield Instance(made.id, made)
        made = allotment()
        yield Instance(made.id, made)


def faults(problem: Problem, draft: Draft) -> int:
    """Count broken rules by plain sums: seats, and seats outside of a party's choices."""
    over = int((draft.heads(problem) > problem.table.capacity).sum())
    strange = sum(1 for p in draft.placed().tolist() if int(draft.at[p, 0]) not in problem.domains[p][0].tolist())
    return over + strange


def main() -> None:
    """Solve and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--folder", type=Path, help="with holmberg/ and diaz/")
    words.add_argument("--work", type=float, default=30.0)
    words.add_argument("--large", action="store_true", help="generated instances as well")
    words.add_argument("--only", default="", help="instances whose name begins so")
    chosen = words.parse_args()
    if chosen.folder is None or not chosen.folder.is_dir():
        print("the folder of public instances is absent; give it with --folder")
    print(
        f"{'instance':34} {'optimum':>9} {'cost':>9} {'bound':>9} {'gap':>8} {'unplaced':>8} {'faults':>6} {'wall s':>7} {'cpu s':>7}"
    )
    for one in instances(chosen.folder, chosen.large or chosen.folder is None):
        if one.name.startswith(chosen.only):
            line(one, chosen.work)


def line(one: Instance, work: float) -> None:
    """Solve one instance and print its line."""
    began, cpu = time.perf_counter(), time.process_time()
    problem = Problem.of(one.round_)
    if not location.applies(problem):
        print(f"{one.name:34} is no matter of locations only")
        return
    draft, bound = location.search(problem, 1, work, lambda *_: None, lambda: False)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    worth, left = cost(problem, draft), int(problem.heads[draft.left()].sum())
    known = "" if one.optimum is None else f"{one.optimum}"
    verdict = "" if one.optimum is None else (" at the optimum" if worth == one.optimum else " ABOVE")
    print(
        f"{one.name:34} {known:>9} {worth:9} {bound:9} {(worth - bound) / max(1, bound):8.3%} {left:8} "
        f"{faults(problem, draft):6} {wall:7.1f} {cpu:7.1f}{verdict}{', proven' if worth == bound else ''}",
        flush=True,
    )


if __name__ == "__main__":
    main()
