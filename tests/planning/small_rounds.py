"""Seeded small rounds in which every rule of the catalogue has something to say; tiny ones for the oracle."""

from __future__ import annotations

import random
from datetime import date, time, timedelta

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import Component, ComponentKind, Duty, RoomKind, Staffing
from scheduler.domain.people import Examiner, Recusal
from scheduler.domain.places import Institution, Room, Site
from scheduler.domain.rounds import (
    Distance,
    ExaminerLock,
    Group,
    Lock,
    Opening,
    Party,
    Policy,
    Reservation,
    Round,
    Weights,
)
from scheduler.errors import errors_in
from scheduler.planning.roundfile import round_findings

FIRST_ON = date(2026, 6, 5)  # a Friday, so that windows cross a week
TRADES = ("low-voltage", "fusion-welding")
HOURS = ((time(8), time(10)), (time(9), time(11, 30)), (time(10), time(12)), (time(13), time(17)), (time(14), time(16)))


def small_round(seed: int, parties: int = 8) -> Round:
    """Return a round with about everything in it, free of faults; some parties may have no place anywhere."""
    for attempt in range(50):
        round_ = _small_round(random.Random(f"small-{seed}-{parties}-{attempt}"), parties)
        if not errors_in(round_findings(round_)):
            return round_
    raise AssertionError(f"no faultless round for seed {seed}")


def _small_round(chance: random.Random, size: int) -> Round:
    days = chance.randint(2, 5)
    hours = sorted(chance.sample(range(len(HOURS)), chance.randint(2, 3)))
    slots = tuple(Slot(f"d{d}h{h}", FIRST_ON + timedelta(days=d), *HOURS[h]) for d in range(days) for h in hours)
    bodies = ("alpha", "beta", "gamma")[: chance.randint(1, 3)]
    sites = tuple(
        Site(f"s{n}", chance.choice(bodies), x_km=n * 20.0, y_km=chance.choice((0.0, 15.0)))
        for n in range(chance.randint(1, 3))
    )
    components = tuple(c for trade in TRADES for c in _components(chance, trade))
    rooms = _rooms(chance, sites, slots)
    groups = tuple(Group(f"g{n}", kind) for n, kind in enumerate(("session", "site", "none")))
    people = tuple(_party(chance, n, components, bodies, slots, days) for n in range(size))
    examiners = tuple(_examiner(chance, n, bodies, slots) for n in range(chance.randint(5, 12)))
    some = lambda share: chance.random() < share  # noqa: E731
    return Round(
        f"small-{chance.randrange(10**6)}",
        Window(FIRST_ON, FIRST_ON + timedelta(days=days - 1)),
        slots,
        tuple(Institution(b, b) for b in ("alpha", "beta", "gamma")),
        sites,
        rooms,
        components,
        people,
        examiners,
        groups,
        tuple({(e.id, p.id): Recusal(e.id, p.id, "relative") for e, p in ((chance.choice(examiners), chance.choice(people)) for _ in range(chance.randint(0, 3)))}.values()),
        tuple(Distance("o1", site.id, chance.choice((4.5, 12.0, 40.0))) for site in sites) if some(0.5) else (),
        tuple({(r.id, t.id): Opening(r.id, t.id, chance.choice((None, 0, 77, 900)), some(0.3)) for r, t in ((chance.choice(rooms), chance.choice(slots)) for _ in range(3))}.values()) if some(0.5) else (),
        _reservations(chance, rooms, slots) if some(0.4) else (),
        _locks(chance, people, rooms, slots) if some(0.4) else (),
        tuple(ExaminerLock(chance.choice(rooms).id, chance.choice(slots).id, chance.choice(examiners).id) for _ in range(1)) if some(0.4) else (),
        _policy(chance),
    )  # fmt: skip


def _components(chance: random.Random, trade: str) -> list[Component]:
    invigilate = Staffing(
        Duty.INVIGILATE, chance.choice((0, 1, 2)), chance.choice((2, 15)), chance.choice((None, 4, 30))
    )
    assess = Staffing(Duty.ASSESS, chance.choice((1, 2)), chance.choice((2, 5)))
    theory = Component(f"{trade}/theory", ComponentKind.THEORY, RoomKind.THEORY_ROOM, trade, 90, invigilate)
    hot = Component(f"{trade}/hot_work", ComponentKind.HOT_WORK, RoomKind.THEORY_ROOM, trade, 60, invigilate)
    before = (theory.id, hot.id) if chance.random() < 0.9 else ()
    practical = Component(
        f"{trade}/practical",
        ComponentKind.PRACTICAL,
        RoomKind.WORKSHOP,
        trade,
        chance.choice((45, 100)),
        assess,
        before,
    )
    return [theory, hot, practical]


def _rooms(chance: random.Random, sites: tuple[Site, ...], slots: tuple[Slot, ...]) -> tuple[Room, ...]:
    rooms = []
    for n in range(chance.randint(3, 6)):
        kind = (RoomKind.THEORY_ROOM, RoomKind.WORKSHOP)[n % 2]
        trades = chance.choice(((), (), ("low-voltage",))) if kind is RoomKind.WORKSHOP else ()
        closed = (chance.choice(slots).id,) if chance.random() < 0.3 else ()
        rooms.append(
            Room(
                f"r{n}",
                chance.choice(sites).id,
                kind,
                chance.randint(2, 6),
                trades,
                chance.random() < 0.6,
                closed,
                chance.choice((None, None, 150)),
                chance.choice((None, 1, 2)),
            )
        )
    return tuple(rooms)


def _party(
    chance: random.Random,
    n: int,
    components: tuple[Component, ...],
    bodies: tuple[str, ...],
    slots: tuple[Slot, ...],
    days: int,
) -> Party:
    theory, hot, practical = components[:3] if chance.random() < 0.7 else components[3:]
    due = chance.choice(
        ((theory, practical), (theory, practical), (theory,), (practical,), (theory, hot, practical), (hot, theory))
    )
    early = FIRST_ON + timedelta(days=chance.randrange(days)) if chance.random() < 0.2 else None
    late = FIRST_ON + timedelta(days=chance.randrange(days)) if chance.random() < 0.2 else None
    late = None if early and late and late < early else late
    x, y = (chance.choice((0.0, 10.0, 33.0)), 5.0) if chance.random() < 0.8 else (None, None)
    fares = {"s0": chance.randrange(50)} if chance.random() < 0.2 else {}
    away = tuple(sorted(s.id for s in chance.sample(slots, chance.randint(0, 2)))) if chance.random() < 0.4 else ()
    return Party(
        f"p{n}", tuple(c.id for c in due), chance.choice((1, 1, 1, 1, 2, 3)), chance.choice(("", "", "", "g0", "g1", "g2")),
        chance.choice(("", *bodies)), chance.choice(("", "o1")), x, y, fares, early, late, away, chance.random() < 0.15,
    )  # fmt: skip


def _examiner(chance: random.Random, n: int, bodies: tuple[str, ...], slots: tuple[Slot, ...]) -> Examiner:
    duties = chance.choice(
        ((Duty.ASSESS, Duty.INVIGILATE), (Duty.ASSESS, Duty.INVIGILATE), (Duty.INVIGILATE,), (Duty.ASSESS,))
    )
    away = (chance.choice(slots).id,) if chance.random() < 0.3 else ()
    trades = chance.choice(((), TRADES, ("low-voltage",)))
    return Examiner(
        f"e{n}",
        bodies[n % len(bodies)],
        duties,
        trades,
        away,
        chance.choice((1, 2, 3)),
        chance.choice((2, 4, 6)),
        chance.random() < 0.7,
    )


def _reservations(chance: random.Random, rooms: tuple[Room, ...], slots: tuple[Slot, ...]) -> tuple[Reservation, ...]:
    room = chance.choice(rooms)
    first = Reservation(room.id, 1, institution_id="alpha")
    return (
        (first, Reservation(room.id, 1, group_id="g2", slot_id=chance.choice(slots).id))
        if chance.random() < 0.5
        else (first,)
    )


def _locks(
    chance: random.Random, people: tuple[Party, ...], rooms: tuple[Room, ...], slots: tuple[Slot, ...]
) -> tuple[Lock, ...]:
    locks = []
    for party in chance.sample(people, min(2, len(people))):
        what = chance.randrange(4)
        component_id = chance.choice(party.component_ids)
        if what == 0:
            locks.append(Lock(party.id, component_id, slot_id=chance.choice(slots).id))
        elif what == 1:
            locks.append(Lock(party.id, component_id, room_id=chance.choice(rooms).id))
        elif what == 2:
            locks.append(Lock(party.id, component_id, place=chance.randint(1, 3)))
        else:
            locks.append(Lock(party.id, component_id, turn=1, place=chance.choice((None, 2))))
    return tuple(locks)


def _policy(chance: random.Random) -> Policy:
    weights = Weights(
        km=chance.choice((0, 1, 3)), extra_trip=chance.choice((0, 40)), wait_day=chance.choice((0, 2, 30))
    )
    return Policy(
        chance.random() < 0.8, chance.choice((1, 2, 2, 3)), chance.choice((1, 3, 15)), chance.choice((0, 30, 120)),
        chance.choice((None, None, 0, 2)), chance.choice((0, 10)), chance.choice((None, None, None, 40.0)), 1.25, weights,
    )  # fmt: skip
