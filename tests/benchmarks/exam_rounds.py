"""Seeded provincial rounds of 12 to 100,000 candidates, and a month the size of Beijing's; for benchmarks.

Towns of unequal size, three slots a day, theory rooms of 30 that mix all trades, workshops of two trades, practicals after
theory within seven days, windows, weekday patterns, training institutions, examiners with days off. Costs: 300 a theory
session, 400 a practical, 120 an examiner, 40 a further trip, 2 a day of waiting, 1 a kilometre, 5,000 a candidate unplaced.

The prototypes of the planning engine were measured on such rounds. What differs here, so that their figures can be read beside these:

- Left out: 30 a seat over 110 % of an institution's share (``Weights.share_over`` says it, the fast search does not know it yet);
  how far an examiner travels (130 km; ours may be called everywhere); the price of splitting an employer's people.
- Looser: the nearest sites are counted for theory and each trade and then allowed for all of them; two sites on one day are
  allowed, at the price of a further trip; one outside examiner for each started 15 of an institution's candidates, in
  practicals too (there 5).
- Each trade has at least four examiners, so that the smallest rounds can be held at all.
- The same by other means: a workshop's stations times rounds are places of one turn, so that a practical's examiners follow
  all its candidates.
"""

from __future__ import annotations

import math
from datetime import date, time, timedelta

import numpy as np

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import Component, ComponentKind, Duty, RoomKind, Staffing
from scheduler.domain.people import Examiner
from scheduler.domain.places import Institution, Room, Site
from scheduler.domain.rounds import Distance, Party, Policy, Round

SIZES = {12: (2, 2, 5), 200: (3, 3, 10), 1000: (5, 4, 15), 5000: (10, 6, 25), 20000: (24, 8, 40), 100000: (60, 12, 60)}
"""Towns, institutions and days by candidates."""
MONTH = 20_033, (16, 9, 7), 27
"""Candidates; towns, institutions, days; sites: the size of Beijing's November 2023."""
FIRST_ON = date(2026, 6, 1)
TIMES = ((time(8, 0), time(10, 30)), (time(11, 0), time(13, 30)), (time(14, 30), time(17, 0)))
GROUPS = ("electrical", "welding")
THEORY = Component(
    "theory", ComponentKind.THEORY, RoomKind.THEORY_ROOM, "", 90, Staffing(Duty.INVIGILATE, 2, 15, room_limit=30)
)
PRACTICALS = tuple(
    Component(g, ComponentKind.PRACTICAL, RoomKind.WORKSHOP, g, 150, Staffing(Duty.ASSESS, 3, 5), after=("theory",))
    for g in GROUPS
)
FEWEST = 4
"""Examiners of each trade, at least."""
FAR = 10_000.0
"""Every distance that is stated is in reach; those that are not stated are out of reach."""


def exam_round(candidates: int, seed: int = 1) -> Round:
    """Return a round of one of the sizes; others take the days and towns of the next larger one."""
    size = next(at for at in sorted(SIZES) if at >= min(candidates, 100_000))
    return _round(f"exam-{candidates}-{seed}", candidates, SIZES[size], np.random.default_rng([candidates, seed]))


def month_round(seed: int = 1) -> Round:
    """Return a month of seven days with 20,033 candidates on 27 sites."""
    candidates, shape, sites = MONTH
    return _round(f"month-{seed}", candidates, shape, np.random.default_rng([candidates, seed]), sites)


def _round(
    name: str, candidates: int, shape: tuple[int, int, int], chance: np.random.Generator, sites: int | None = None
) -> Round:
    n_towns, n_bodies, days = shape
    towns = chance.uniform(0, 45 * math.sqrt(n_towns), (n_towns, 2))
    share = 1 / np.arange(1, n_towns + 1) ** 0.8
    share /= share.sum()
    homes = (
        towns[:, None] + np.concatenate([np.zeros((n_towns, 1, 2)), chance.normal(0, 9, (n_towns, 2, 2))], axis=1)
    ).reshape(-1, 2)
    slots = tuple(
        Slot(f"d{d + 1:02}-{n + 1}", FIRST_ON + timedelta(days=d), *TIMES[n]) for d in range(days) for n in range(3)
    )
    bodies = [f"institution-{n + 1:02}" for n in range(n_bodies)]
    spots, rooms = _places(chance, candidates, towns, share, slots, n_bodies, sites)
    places = tuple(Site(f"s{n:02}", bodies[n % n_bodies]) for n in range(len(spots)))
    km = np.rint(np.linalg.norm(homes[:, None] - spots[None], axis=2) * 1.25).astype(int)
    near = _near(km, rooms)
    distances = tuple(
        Distance(f"h{h:03}", places[s].id, float(km[h, s])) for h in range(len(homes)) for s in sorted(near[h])
    )
    trainers = np.argsort(np.linalg.norm(towns[:, None] - spots[None], axis=2), axis=1)[:, :3] % n_bodies
    parties = _parties(chance, candidates, days, share, trainers, bodies, slots)
    examiners = _examiners(chance, candidates, days, bodies, slots)
    return Round(
        name, Window(FIRST_ON, FIRST_ON + timedelta(days=days - 1)), slots, tuple(Institution(b, b) for b in bodies),
        places, tuple(rooms), (THEORY, *PRACTICALS), parties, examiners, distances=distances,
        policy=Policy(order_days_max=7, max_travel_km=FAR),
    )  # fmt: skip


def _places(chance, candidates, towns, share, slots, n_bodies, sites):
    """Return where sites are, and their rooms: theory everywhere, workshops of each trade at most sites, or several at some."""
    sittings, hours = 0.875 * candidates, len(slots) * 0.8
    shops = [max(2, round(sittings * part / (19 * hours * 0.35))) for part in (0.55, 0.45)]
    number = sites or max(n_bodies, round(max(shops) * 1.15))
    at = np.concatenate(
        [np.arange(min(number, len(towns))), chance.choice(len(towns), max(0, number - len(towns)), p=share)]
    )[:number]
    spots = towns[at] + chance.normal(0, 3, (number, 2))
    halls = np.ones(number, dtype=int)
    for s in chance.choice(number, max(0, round(sittings / 30 / (hours * 0.30)) - number)):
        halls[s] += 1
    open_weekends = chance.random(number) < 0.5
    holiday, off = int(len(slots) / 3 * 0.55), chance.random(number) < 0.7
    rooms, best = [], chance.random(number) < 0.6
    best[0] = True
    for s in range(number):
        closed = tuple(
            slot.id for t, slot in enumerate(slots)
            if (slot.on.weekday() > 4 and not open_weekends[s]) or (off[s] and 0 <= t // 3 - holiday < (3 if len(slots) > 36 else 1))
        )  # fmt: skip
        rooms += [
            Room(f"s{s:02}-t{n:02}", f"s{s:02}", RoomKind.THEORY_ROOM, 30, (), n == 0 and bool(best[s]), closed)
            for n in range(halls[s])
        ]
    shut = {room.site_id: room.closed_slot_ids for room in rooms}
    for g, name in enumerate(GROUPS):
        at = sorted(chance.choice(number, shops[g], replace=shops[g] > number).tolist())
        for n, s in enumerate(at):
            places = int(chance.integers(4, 13)) * int(chance.integers(2, 4))
            reached = n == 0 or chance.random() < 0.7
            rooms.append(
                Room(f"s{s:02}-w{g}{at[:n].count(s)}", f"s{s:02}", RoomKind.WORKSHOP, places, (name,), reached, shut[f"s{s:02}"], max_turns=1)
            )  # fmt: skip
    return spots, rooms


def _near(km, rooms) -> list[set[int]]:
    """Return the sites each home may be sent to: for each kind of room the three nearest, and two more within 100 km."""
    found: list[set[int]] = [set() for _ in km]
    for kind in ((), *((g,) for g in GROUPS)):
        having = np.array(sorted({int(room.site_id[1:]) for room in rooms if room.trade_ids == kind}))
        for home, row in enumerate(km):
            ranked = having[np.argsort(row[having], kind="stable")][:5]
            found[home] |= {int(s) for n, s in enumerate(ranked) if n < 3 or row[s] <= 100}
    return found


def _parties(chance, n, days, share, trainers, bodies, slots) -> tuple[Party, ...]:
    town = chance.choice(len(share), n, p=share)
    home = town * 3 + chance.choice(3, n, p=[0.6, 0.2, 0.2])
    group = (chance.random(n) > 0.55).astype(int)
    needs = chance.choice(3, n, p=[0.75, 0.125, 0.125])
    step = 7 if days > 12 else 3
    early = chance.integers(0, max(1, (days - (10 if days > 12 else 5)) // step), n) * step
    late = np.minimum(days - 1, early + chance.choice([10, 17, 24], n, p=[0.3, 0.4, 0.3]))
    pattern = chance.choice(4, n, p=[0.55, 0.2, 0.1, 0.15])
    accessible = chance.random(n) < 0.03
    trained = np.where(chance.random(n) < 0.75, trainers[town, chance.integers(0, trainers.shape[1], n)], -1)
    # Employers send a fifth of the candidates, 4 to 24 alike.
    sent = chance.permutation(n)[: n // 5] if n > 12 else np.zeros(0, dtype=int)
    while len(sent):
        team, sent = np.split(sent, [min(len(sent), int(chance.integers(4, 25)))])
        for one in (home, group, needs, early, late, pattern, trained):
            one[team] = one[team[0]]
        accessible[team] = False
    away = [
        tuple(s.id for s in slots if (k == 1 and s.on.weekday() > 4) or (k == 2 and s.on.weekday() < 4) or (k == 3 and s.start.hour < 10))
        for k in range(4)
    ]  # fmt: skip
    due = [((("theory", g)), ("theory",), (g,)) for g in GROUPS]
    return tuple(
        Party(
            f"c{c:06}", due[group[c]][needs[c]], 1, "", bodies[trained[c]] if trained[c] >= 0 else "", f"h{home[c]:03}",
            None, None, {}, FIRST_ON + timedelta(days=int(early[c])), FIRST_ON + timedelta(days=int(late[c])),
            away[pattern[c]], bool(accessible[c]),
        )
        for c in range(n)
    )  # fmt: skip


def _examiners(chance, candidates, days, bodies, slots) -> tuple[Examiner, ...]:
    sittings = 0.875 * candidates
    need = sittings / 30 * 2 + sittings / 19 * 4.4
    number = max(len(bodies) * 3, math.ceil(need / (days / 7 * 6 * 0.8 * 0.62)))
    skill, free = chance.random(number), chance.random((number, days)) < 0.85
    able = np.array([skill < 0.62, skill >= 0.42])
    for row in able:
        row[np.flatnonzero(~row)[: max(0, FEWEST - row.sum())]] = True
    found = []
    for e in range(number):
        trades = tuple(g for g, row in zip(GROUPS, able, strict=True) if row[e])
        away = tuple(s.id for t, s in enumerate(slots) if not free[e, t // 3])
        found.append(Examiner(f"e{e:04}", bodies[e % len(bodies)], (Duty.ASSESS, Duty.INVIGILATE), trades, away))
    return tuple(found)
