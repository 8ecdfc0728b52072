"""The figures of a plan: fill, load of days, travel, load of examiners. Values in, figures out; nothing is drawn or read here."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from scheduler.domain.calendar import Slot, in_order
from scheduler.domain.catalogue import Component, ComponentKind, Duty, RoomKind
from scheduler.domain.figures import Cell, Figure, share
from scheduler.domain.places import Room, Site
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Session, Sitting
from scheduler.errors import Text
from scheduler.phrases import phrase
from scheduler.planning.table import turns_of
from scheduler.planning.travel import kilometres

BANDS = 10
"""Bands of fill rates, each so many per cent wide."""
ROUND_WIDTHS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)
"""Kilometres that a class of the travel figure may be wide."""
CLASSES = 12
"""Most classes of the travel figure."""


@dataclass(frozen=True)
class Held:
    """One session of the plan with what it names."""

    session: Session
    slot: Slot
    room: Room
    components: tuple[Component, ...]
    used: int
    """Candidates seated."""
    offered: int
    """Seats or workstations times the turns that fit, after the limits of room and component."""


@dataclass(frozen=True)
class Reading:
    """A plan beside its round."""

    round: Round
    plan: Plan

    @cached_property
    def by_session(self) -> dict[str, list[Sitting]]:
        """Return the sittings of each session."""
        found: dict[str, list[Sitting]] = defaultdict(list)
        for sitting in self.plan.sittings:
            found[sitting.session_id].append(sitting)
        return found

    @cached_property
    def slots(self) -> dict[str, Slot]:
        """Return slots by id: as they were when the plan was made, where it says so."""
        return {slot.id: slot for slot in (*self.round.slots, *self.plan.slots)}

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Return sites by id."""
        return {site.id: site for site in self.round.sites}

    @cached_property
    def held(self) -> list[Held]:
        """Return the sessions by day, start, slot and room."""
        rooms = {room.id: room for room in self.round.rooms}
        components = {component.id: component for component in self.round.components}
        order = {slot.id: n for n, slot in enumerate(in_order(self.slots.values()))}
        found = []
        for session in sorted(self.plan.sessions, key=lambda one: (order[one.slot_id], one.room_id, one.id)):
            room, slot = rooms[session.room_id], self.slots[session.slot_id]
            examined = tuple(components[id_] for id_ in session.component_ids)
            used = len(self.by_session.get(session.id, ()))
            found.append(Held(session, slot, room, examined, used, self._offered(examined, room, slot)))
        return found

    def _offered(self, components: Iterable[Component], room: Room, slot: Slot) -> int:
        changeover = self.round.policy.changeover_min
        more = sum(w.places for w in self.round.waivers if (w.room_id, w.slot_id) == (room.id, slot.id))
        limits = [c.staffing.room_limit for c in components if c.staffing.room_limit is not None]
        turns = min(turns_of(component, room, slot, changeover) for component in components)
        return (min([room.places, *limits]) + more) * max(1, turns)

    def site_of(self, held: Held) -> str:
        """Return the name of a session's site, its id where it has none."""
        return self.name_of(held.room.site_id)

    def name_of(self, site_id: str) -> str:
        """Return the name of a site, its id where it has none."""
        return self.sites[site_id].name or site_id


def plan_figures(round_: Round, plan: Plan) -> list[Figure]:
    """Return the figures of a plan, each sorted as its first columns say."""
    reading = Reading(round_, plan)
    return [
        _sessions(reading),
        _rooms(reading),
        _sites(reading),
        _bands(reading),
        _days(reading),
        _travel(reading),
        _examiners(reading),
        _loads(reading),
        _institutions(reading),
    ]


def _filled(rows: Iterable[Held]) -> tuple[int, int, int, float | None]:
    """Return sessions, seats used, seats offered and the share."""
    several = list(rows)
    used, offered = sum(one.used for one in several), sum(one.offered for one in several)
    return len(several), used, offered, share(used, offered)


def _seats() -> tuple[tuple[str, Text], ...]:
    return ("used", phrase("Seats used")), ("offered", phrase("Seats offered")), ("rate", phrase("Fill rate"))


def _sessions(reading: Reading) -> Figure:
    columns = (
        ("date", phrase("Date")), ("slot", phrase("Slot")), ("site", phrase("Site")), ("room", phrase("Room")),
        ("component", phrase("Component")), *_seats(),
    )  # fmt: skip
    rows = [
        (
            one.slot.on.isoformat(), one.slot.id, reading.site_of(one), one.room.id, "+".join(c.id for c in one.components),
            one.used, one.offered, share(one.used, one.offered),
        )
        for one in reading.held
    ]  # fmt: skip
    return Figure("fill-sessions", phrase("Fill rate by session"), columns, tuple(rows))


def _rooms(reading: Reading) -> Figure:
    columns = (
        ("room", phrase("Room")), ("site", phrase("Site")), ("kind", phrase("Kind of room")), ("sessions", phrase("Sessions")), *_seats(),
    )  # fmt: skip
    kinds = {RoomKind.THEORY_ROOM: phrase("Theory room"), RoomKind.WORKSHOP: phrase("Workshop")}
    by_room: dict[str, list[Held]] = defaultdict(list)
    for one in reading.held:
        by_room[one.room.id].append(one)
    rows = [
        (room.id, reading.name_of(room.site_id), kinds[room.kind].zh, *_filled(by_room.get(room.id, ())))
        for room in sorted(reading.round.rooms, key=lambda room: (room.site_id, room.id))
    ]
    return Figure("fill-rooms", phrase("Fill rate by room"), columns, tuple(rows))


def _sites(reading: Reading) -> Figure:
    columns = (("site", phrase("Site")), ("name", phrase("Name of site")), ("sessions", phrase("Sessions")), *_seats())
    by_site: dict[str, list[Held]] = defaultdict(list)
    for one in reading.held:
        by_site[one.room.site_id].append(one)
    rows = [
        (site.id, reading.name_of(site.id), *_filled(by_site.get(site.id, ())))
        for site in sorted(reading.round.sites, key=lambda site: site.id)
    ]
    return Figure("fill-sites", phrase("Fill rate by site"), columns, tuple(rows))


def _bands(reading: Reading) -> Figure:
    columns = (
        ("from", phrase("Above, per cent")), ("to", phrase("Up to, per cent")), ("sessions", phrase("Sessions")),
    )  # fmt: skip
    width = 100 // BANDS
    found = Counter(min(BANDS - 1, (100 * one.used - 1) // one.offered // width) for one in reading.held if one.used)
    rows = tuple((n * width, (n + 1) * width, found[n]) for n in range(BANDS))
    return Figure("fill-bands", phrase("Sessions by fill rate"), columns, rows)


def _days(reading: Reading) -> Figure:
    columns = (
        ("date", phrase("Date")), ("sessions", phrase("Sessions")), ("candidates", phrase("Candidates")),
        ("theory", phrase("Theory sittings")), ("practical", phrase("Practical sittings")),
        ("other", phrase("Other sittings")), ("sittings", phrase("Sittings")), ("examiners", phrase("Examiners on duty")),
    )  # fmt: skip
    kinds = {component.id: component.kind for component in reading.round.components}
    by_day: dict[date, list[Held]] = defaultdict(list)
    for one in reading.held:
        by_day[one.slot.on].append(one)
    rows = []
    for on, held in sorted(by_day.items()):
        sittings = [s for one in held for s in reading.by_session.get(one.session.id, ())]
        of = Counter(kinds[sitting.component_id] for sitting in sittings)
        theory, practical = of[ComponentKind.THEORY], of[ComponentKind.PRACTICAL]
        people = {(s.party_id, s.member) for s in sittings}
        called = {id_ for one in held for id_ in one.session.examiner_ids}
        counted = len(held), len(people), theory, practical, len(sittings) - theory - practical
        rows.append((on.isoformat(), *counted, len(sittings), len(called)))
    return Figure("load-by-day", phrase("Load of each day"), columns, tuple(rows))


def trips_of(reading: Reading) -> list[float | None]:
    """Return the kilometres, one way, of every trip of every candidate: one for each day and site; None where not known."""
    where = {one.session.id: (one.slot.on, one.room.site_id) for one in reading.held}
    parties = {party.id: party for party in reading.round.parties}
    stated = {(row.origin_id, row.site_id): row.km for row in reading.round.distances}
    trips = sorted({(s.party_id, s.member, *where[s.session_id]) for s in reading.plan.sittings})
    return [
        kilometres(reading.round, parties[party_id], reading.sites[site_id], stated)
        for party_id, _, _, site_id in trips
        if party_id in parties
    ]


def _travel(reading: Reading) -> Figure:
    columns = (("from", phrase("From, km")), ("to", phrase("Below, km")), ("trips", phrase("Trips, one way")))
    known = [km for km in trips_of(reading) if km is not None]
    farthest = max(known, default=0.0)
    width = next((w for w in ROUND_WIDTHS if farthest < w * CLASSES), math.floor(farthest / CLASSES) + 1)
    found = Counter(int(km // width) for km in known)
    rows = tuple((n * width, (n + 1) * width, found[n]) for n in range(max(found, default=-1) + 1))
    return Figure("travel", phrase("Travel of candidates"), columns, rows)


@dataclass(frozen=True, slots=True)
class Load:
    """What one examiner does in a plan."""

    assessing: int
    invigilating: int
    busiest_day: int
    """Most sessions on one day."""
    busiest_week: int

    @property
    def total(self) -> int:
        """Return all sessions."""
        return self.assessing + self.invigilating


def loads_of(reading: Reading) -> dict[str, Load]:
    """Return the load of every examiner of the round, called or not, sorted by id."""
    duties: dict[str, list[Held]] = {examiner.id: [] for examiner in reading.round.examiners}
    for one in reading.held:
        for id_ in one.session.examiner_ids:
            duties.setdefault(id_, []).append(one)
    found = {}
    for id_, held in sorted(duties.items()):
        assessing = sum(any(c.staffing.duty is Duty.ASSESS for c in one.components) for one in held)
        day = max(Counter(one.slot.on for one in held).values(), default=0)
        week = max(Counter(one.slot.week() for one in held).values(), default=0)
        found[id_] = Load(assessing, len(held) - assessing, day, week)
    return found


def _examiners(reading: Reading) -> Figure:
    columns = (
        ("examiner", phrase("Examiner id")), ("name", phrase("Name")), ("institution", phrase("Institution")),
        ("assessing", phrase("Sessions assessed")), ("invigilating", phrase("Sessions invigilated")),
        ("total", phrase("Sessions")), ("day", phrase("Most in a day")), ("day_limit", phrase("Limit of a day")),
        ("week", phrase("Most in a week")), ("week_limit", phrase("Limit of a week")),
    )  # fmt: skip
    known = {examiner.id: examiner for examiner in reading.round.examiners}
    bodies = {institution.id: institution.name for institution in reading.round.institutions}
    rows = []
    for id_, load in loads_of(reading).items():
        one = known.get(id_)
        whose: tuple[Cell, Cell] = (one.name, bodies.get(one.institution_id, one.institution_id)) if one else ("", "")
        limits: tuple[Cell, Cell] = (one.max_per_day, one.max_per_week) if one else (None, None)
        counted = load.assessing, load.invigilating, load.total
        rows.append((id_, *whose, *counted, load.busiest_day, limits[0], load.busiest_week, limits[1]))
    return Figure("examiners", phrase("Load of each examiner"), columns, tuple(rows))


def _loads(reading: Reading) -> Figure:
    columns = (("sessions", phrase("Sessions")), ("examiners", phrase("Examiners")))
    found = Counter(load.total for load in loads_of(reading).values())
    rows = tuple((n, found[n]) for n in range(max(found, default=-1) + 1))
    return Figure("examiner-load", phrase("Examiners by sessions"), columns, rows)


def _institutions(reading: Reading) -> Figure:
    columns = (
        ("institution", phrase("Institution")), ("examiners", phrase("Examiners")), ("sessions", phrase("Sessions")),
        ("mean", phrase("Mean")), ("least", phrase("Least")), ("most", phrase("Most")),
    )  # fmt: skip
    home = {examiner.id: examiner.institution_id for examiner in reading.round.examiners}
    bodies = {institution.id: institution.name for institution in reading.round.institutions}
    by_body: dict[str, list[int]] = defaultdict(list)
    for id_, load in loads_of(reading).items():
        by_body[home.get(id_, "")].append(load.total)
    rows = [
        (bodies.get(id_, id_), len(each), sum(each), round(statistics.fmean(each), 2), min(each), max(each))
        for id_, each in sorted(by_body.items())
    ]
    return Figure("examiner-institutions", phrase("Load by institution"), columns, tuple(rows))
