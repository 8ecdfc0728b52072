"""Seeded rounds of any size for benchmarks and property tests: towns, sites, two trades, windows, patterns, a few groups."""

from __future__ import annotations

import math
import random
from datetime import date, time, timedelta

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import Component, ComponentKind, Duty, RoomKind, Staffing
from scheduler.domain.people import Examiner, Recusal
from scheduler.domain.places import Institution, Room, Site
from scheduler.domain.rounds import Group, Party, Policy, Round, Waiver

FIRST_ON = date(2026, 6, 1)
TIMES = ((time(8, 0), time(10, 30)), (time(11, 0), time(13, 30)), (time(14, 30), time(17, 0)))
TRADES = ("low-voltage", "fusion-welding")
THEORY = Staffing(Duty.INVIGILATE, at_least=2, per_candidates=15, room_limit=30)
PRACTICAL = Staffing(Duty.ASSESS, at_least=3, per_candidates=5)


def components_of(trade: str) -> tuple[Component, Component]:
    """Return theory and practical of a trade."""
    theory = Component(f"{trade}/theory", ComponentKind.THEORY, RoomKind.THEORY_ROOM, trade, 90, THEORY)
    practical = Component(
        f"{trade}/practical", ComponentKind.PRACTICAL, RoomKind.WORKSHOP, trade, 45, PRACTICAL, after=(theory.id,)
    )
    return theory, practical


def slots_of(days: int) -> tuple[Slot, ...]:
    """Return three slots a day."""
    return tuple(
        Slot(f"d{day + 1:02}-{n + 1}", FIRST_ON + timedelta(days=day), *TIMES[n])
        for day in range(days)
        for n in range(3)
    )


def college_round(candidates: int, days: int = 3, seed: int = 1) -> Round:
    """Return a college's round: one campus, two institutions, few kinds of candidates, little time."""
    chance = random.Random(f"college-{candidates}-{seed}")
    components = [c for trade in TRADES for c in components_of(trade)]
    rooms = [
        Room(f"t{n}", "campus", RoomKind.THEORY_ROOM, 30, accessible=n == 0)
        for n in range(max(1, -(-candidates // 120)))
    ]
    stations = max(1, -(-candidates // 110))
    rooms += [
        Room(f"w{n}-{t[:2]}", "campus", RoomKind.WORKSHOP, 10, (t,), accessible=True)
        for t in TRADES
        for n in range(stations)
    ]
    bodies = ("institution-a", "institution-b")
    examiners = [
        Examiner(
            f"e{n:02}",
            bodies[n % 2],
            (Duty.ASSESS, Duty.INVIGILATE),
            (TRADES[n // 2 % 2],),
            max_per_day=3,
            max_per_week=15,
        )
        for n in range(max(8, -(-candidates // 12)))
    ]
    parties = []
    for n in range(candidates):
        theory, practical = components_of(TRADES[n % 2])
        due = (practical.id,) if chance.random() < 0.1 else (theory.id, practical.id)
        parties.append(Party(f"c{n:04}", due, institution_id="institution-a" if chance.random() < 0.6 else ""))
    return Round(
        f"college-{candidates}-{seed}", Window(FIRST_ON, FIRST_ON + timedelta(days=days - 1)), slots_of(days),
        tuple(Institution(b, b) for b in bodies), (Site("campus", bodies[0]),), tuple(rooms), tuple(components),
        tuple(parties), tuple(examiners), policy=Policy(independent_per=15),
    )  # fmt: skip


def region_round(candidates: int, seed: int = 1) -> Round:
    """Return a region's round: towns, several sites, windows and patterns that make most candidates differ."""
    chance = random.Random(f"region-{candidates}-{seed}")
    days = max(4, min(25, round(3 + candidates**0.36)))
    slots = slots_of(days)
    n_sites = max(2, round(candidates**0.25))
    bodies = [f"institution-{n + 1}" for n in range(max(2, min(6, n_sites)))]
    size = 45 * math.sqrt(n_sites)
    towns = [(chance.uniform(0, size), chance.uniform(0, size)) for _ in range(n_sites + 1)]
    sites = [Site(f"s{n}", bodies[n % len(bodies)], x_km=towns[n][0], y_km=towns[n][1]) for n in range(n_sites)]
    rooms = _rooms(chance, sites, candidates, len(slots))
    examiners = _examiners(chance, bodies, slots, candidates, days)
    parties, groups = _parties(chance, candidates, towns, slots, days, bodies)
    recusals = tuple(
        Recusal(chance.choice(examiners).id, chance.choice(parties).id, "relative") for _ in range(candidates // 50)
    )
    return Round(
        f"region-{candidates}-{seed}", Window(FIRST_ON, FIRST_ON + timedelta(days=days - 1)), slots,
        tuple(Institution(b, b) for b in bodies), tuple(sites), tuple(rooms),
        tuple(c for trade in TRADES for c in components_of(trade)), tuple(parties), tuple(examiners),
        groups=groups, recusals=recusals, policy=Policy(order_days_max=7),
    )  # fmt: skip


def _rooms(chance: random.Random, sites: list[Site], candidates: int, n_slots: int) -> list[Room]:
    halls = max(len(sites), round(candidates / 30 / (n_slots * 0.24)))
    shops = max(len(sites), round(candidates / 2 / 19 / (n_slots * 0.28)))
    rooms = [
        Room(
            f"t{n:02}",
            sites[n % len(sites)].id,
            RoomKind.THEORY_ROOM,
            chance.choice((24, 30, 40)),
            (),
            n == 0 or chance.random() < 0.5,
        )
        for n in range(halls)
    ]
    for trade in TRADES:
        rooms += [
            Room(
                f"w{n:02}-{trade[:2]}",
                sites[n % len(sites)].id,
                RoomKind.WORKSHOP,
                chance.randint(4, 12),
                (trade,),
                n == 0 or chance.random() < 0.6,
            )
            for n in range(shops)
        ]
    return rooms


def _examiners(
    chance: random.Random, bodies: list[str], slots: tuple[Slot, ...], candidates: int, days: int
) -> list[Examiner]:
    need = candidates / 30 * 2 + candidates / 15 * 4.2
    number = max(3 * len(bodies), math.ceil(need / (days / 7 * 6 * 0.5)), 8)
    examiners = []
    for n in range(number):
        trades = TRADES if chance.random() < 0.3 else (TRADES[n // len(bodies) % 2],)
        away = {FIRST_ON + timedelta(days=day) for day in range(days) if chance.random() < 0.12}
        closed = tuple(slot.id for slot in slots if slot.on in away)
        examiners.append(
            Examiner(
                f"e{n:03}",
                bodies[n % len(bodies)],
                (Duty.ASSESS, Duty.INVIGILATE),
                trades,
                closed,
                2,
                6,
                chance.random() < 0.8,
            )
        )
    return examiners


def _parties(
    chance: random.Random, candidates: int, towns, slots, days: int, bodies: list[str]
) -> tuple[list[Party], tuple[Group, ...]]:
    parties: list[Party] = []
    groups: list[Group] = []
    while len(parties) < candidates:
        theory, practical = components_of(chance.choice(TRADES))
        due = chance.choices(((theory.id, practical.id), (theory.id,), (practical.id,)), (75, 12, 13))[0]
        x, y = chance.choice(towns)
        early = chance.randrange(0, max(1, days // 2))
        late = min(days - 1, early + chance.choice((days // 2 + 1, days * 3 // 4, days)))
        pattern = chance.choices(("all", "no mornings", "weekdays"), (65, 15, 20))[0]
        closed = tuple(
            s.id
            for s in slots
            if (pattern == "no mornings" and s.start.hour < 10) or (pattern == "weekdays" and s.on.weekday() > 4)
        )
        size = chance.randint(3, 6) if chance.random() < 0.04 and candidates - len(parties) > 6 else 1
        if size > 1:
            groups.append(Group(f"g{len(groups)}", chance.choice(("session", "site"))))
        body = chance.choice(bodies) if chance.random() < 0.7 else ""
        for _ in range(size):
            parties.append(
                Party(
                    f"c{len(parties):05}", due, 1, groups[-1].id if size > 1 else "", body, "", x, y, {},
                    FIRST_ON + timedelta(days=early), FIRST_ON + timedelta(days=late), closed, size == 1 and chance.random() < 0.03,
                )
            )  # fmt: skip
    return parties, tuple(groups)


def location_round(customers: int, facilities: int, seed: int = 1) -> Round:
    """Return a single-source location problem in the words of a round: one component, fares, openings, no examiners."""
    chance = random.Random(f"location-{customers}-{facilities}-{seed}")
    component = Component(
        "exam", ComponentKind.OTHER, RoomKind.THEORY_ROOM, "low-voltage", 60, Staffing(Duty.INVIGILATE, 0, 1)
    )
    spots = [(chance.uniform(0, 100), chance.uniform(0, 100)) for _ in range(facilities)]
    heads = [chance.randint(5, 35) for _ in range(customers)]
    each = math.ceil(sum(heads) * chance.uniform(2.0, 3.0) / facilities)
    rooms = [
        Room(
            f"f{n:03}",
            f"s{n:03}",
            RoomKind.THEORY_ROOM,
            max(35, round(each * chance.uniform(0.7, 1.3))),
            opening_cost=chance.randint(200, 600),
        )
        for n in range(facilities)
    ]
    parties = []
    for n in range(customers):
        x, y = chance.uniform(0, 100), chance.uniform(0, 100)
        fares = {f"s{k:03}": round(math.hypot(x - a, y - b) * heads[n] / 10) for k, (a, b) in enumerate(spots)}
        parties.append(Party(f"c{n:04}", ("exam",), heads[n], fares=fares))
    return Round(
        f"location-{customers}-{facilities}-{seed}", Window(FIRST_ON, FIRST_ON), slots_of(1)[:1], (Institution("i", "i"),),
        tuple(Site(f"s{n:03}", "i") for n in range(facilities)), tuple(rooms), (component,), tuple(parties),
        policy=Policy(examiners_on=False),
    )  # fmt: skip


def allotment_round(candidates: int = 62_000, sites: int = 143, fill: float = 0.997, seed: int = 1) -> Round:
    """Return an allotment of schools' candidates to sites at schools, nearly full, with every rule of such a day.

    Each school's candidates are a group in fragments of 10 to 200; nobody sits at the own school or at a site barred for the
    group, no two schools exchange candidates, nobody travels more than 30 km except those named, of a few small schools far outside.
    One room in fifty has a waiver for ten more seats. ``fill`` is the share of the seats that the candidates take.
    """
    chance = random.Random(f"allotment-{candidates}-{sites}-{seed}")
    component = Component(
        "exam", ComponentKind.OTHER, RoomKind.THEORY_ROOM, "low-voltage", 60, Staffing(Duty.INVIGILATE, 0, 1)
    )
    sizes = _school_sizes(chance, candidates)
    hosts = sorted(chance.sample(range(len(sizes)), sites))
    towns = [(chance.gauss(0, 8), chance.gauss(0, 6)) for _ in range(max(2, sites // 8))]
    homes = [(x + chance.gauss(0, 1.5), y + chance.gauss(0, 1.5)) for x, y in (chance.choice(towns) for _ in sizes)]
    outside = sorted(set(range(len(sizes))) - set(hosts), key=lambda n: (sizes[n], n))
    far = set(outside[: max(1, len(sizes) // 100)])
    for n in far:
        homes[n] = (homes[n][0] + 45, homes[n][1])
    weights = [chance.uniform(0.6, 1.6) for _ in hosts]
    seats = math.floor(candidates / fill)
    places = [math.floor(seats * w / sum(weights)) for w in weights]
    places[0] += seats - sum(places)
    waived = range(0, sites, 50)
    slot = slots_of(1)[0]
    groups, parties = [], []
    for n, size in enumerate(sizes):
        barred = (f"s{chance.choice(hosts):04}",) if chance.random() < 0.1 else ()
        groups.append(Group(f"g{n:04}", "fragments", fragment_min=10, fragment_max=200, barred_site_ids=barred))
        parties += [
            Party(
                f"c{n:04}-{k:03}", (component.id,), 1, f"g{n:04}", f"i{n:04}", "", *homes[n], travel_exception=n in far
            )
            for k in range(size)
        ]
    return Round(
        f"allotment-{candidates}-{sites}-{seed}", Window(FIRST_ON, FIRST_ON), (slot,),
        tuple(Institution(f"i{n:04}", f"school {n}") for n in range(len(sizes))),
        tuple(Site(f"s{n:04}", f"i{n:04}", x_km=homes[n][0], y_km=homes[n][1]) for n in hosts),
        tuple(
            Room(f"r{n:04}", f"s{n:04}", RoomKind.THEORY_ROOM, q - 10 * (k in waived))
            for k, (n, q) in enumerate(zip(hosts, places, strict=True))
        ),
        (component,), tuple(parties), groups=tuple(groups),
        waivers=tuple(Waiver(f"r{hosts[k]:04}", slot.id, 10, "hall beside the school") for k in waived),
        policy=Policy(
            examiners_on=False, max_travel_km=30, road_factor=1.25, bar_own_institution=True, no_mutual_exchange=True
        ),
    )  # fmt: skip


def _school_sizes(chance: random.Random, candidates: int) -> list[int]:
    """Return how many candidates each school sends: 10 or more, a hundred on average."""
    sizes: list[int] = []
    while sum(sizes) < candidates:
        size, left = min(700, max(10, round(chance.lognormvariate(4.3, 0.7)))), candidates - sum(sizes)
        sizes.append(size if left - size >= 10 or size == left else left)
    return sizes
