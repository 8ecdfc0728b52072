"""Elastic model: the least that would have to be added so that everybody without a place could be seated beside the others.

Used by repairs, which make a plan of the answer and let the audit judge it: what stands here is only a proposal. Examiners are
counted by slot, day and week; seats, openings and order are exact up to the number of ways looked at.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from scheduler.domain.catalogue import RoomKind
from scheduler.planning.elastic_field import COPY, OPEN, SHUT, Field, like
from scheduler.planning.elastic_rows import Rows
from scheduler.planning.elastic_ways import Kind, kinds_of
from scheduler.planning.extras import Extra
from scheduler.planning.insertion import Spot

UNIT = 1_000
"""Cost of one point of smallness; what travel adds decides only between equals."""
POINTS = {"seat": 10, "station": 20, "room": 300, "open": 40, "examiners": 15, "deadline": 4}
"""How large an addition is: a seat or workstation, a room, a room open for a day, an examiner's day, a candidate's day."""
SHORT = 2_000 * UNIT
FINE = 1_500
"""Ways up to which openings and crews are looked at one by one."""
WHOLE = 120
"""Parts of an examiner."""


@dataclass(frozen=True, slots=True)
class _Crew:
    """What a session takes of examiners: columns, and the parts of an examiner that each stands for."""

    session: int
    parts: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What would have to be added, and who would then sit where."""

    extras: tuple[Extra, ...]
    ways: dict[str, tuple[Spot, ...]]
    """A session for each component due, by party, of a group kept in one session its first; a room there is not yet bears
    the id of its copy."""
    short: int
    """Candidates that could not be seated even so."""


def ask(field: Field, allowed: frozenset[str], *, wary: bool) -> Answer:
    """Ask for the least additions.

    Args:
        field: What there is and could be.
        allowed: Kinds of extras that may be proposed.
        wary: Whether free places and examiners are left out of account, because rules the model does not know hold them back.
    """
    return _Elastic(field, allowed, wary=wary).answer()


class _Elastic:
    def __init__(self, field: Field, allowed: frozenset[str], *, wary: bool) -> None:
        self.field, self.allowed, self.wary = field, allowed, wary
        self.rows = Rows()
        self.extras: dict[tuple[str, str, object], int] = {}
        self.seats: dict[int, list[tuple[int, int]]] = defaultdict(list)
        """Columns that take seats of a session, and how many."""
        self.ways: list[tuple[Kind, list[int]]] = []
        self.short: list[tuple[int, Kind]] = []
        self.opened: dict[int, int] = {}
        """Column that says whether a session takes place or grows, by session."""
        self.free = np.zeros_like(field.free) if wary else field.free
        self.fine = True
        """Whether openings and crews of sessions are whole numbers of their own; else what candidates take of them on average."""

    def answer(self) -> Answer:
        field, table = self.field, self.field.problem.table
        usable = (self.free > 0) | np.array([bool(self._gains(s)) for s in range(len(table))], dtype=np.bool_)
        for kind in kinds_of(field, usable, late="deadline" in self.allowed):
            self._kind(kind)
        self.fine = len(self.rows.cost) <= FINE
        crews = [self._session(s) for s in sorted(self.seats)]
        self._one_at_a_time()
        self._pools(crews)
        values = self.rows.solved()
        return Answer((), {}, -1) if values is None else self._read(values)

    def _kind(self, kind: Kind) -> None:
        columns = []
        for way, late, trip in zip(kind.ways.tolist(), kind.late.tolist(), kind.trips.tolist(), strict=True):
            cost = max(kind.heads) * late * POINTS["deadline"] * UNIT + trip
            column = self.rows.add(cost, len(kind.units))
            for s, heads in zip(way, kind.heads, strict=True):
                self.seats[s].append((column, heads))
            columns.append(column)
        short = self.rows.add(SHORT * max(kind.heads), len(kind.units))
        self.rows.equal([(column, 1) for column in (*columns, short)], len(kind.units))
        self.ways.append((kind, columns))
        self.short.append((short, kind))

    def _gains(self, s: int) -> list[tuple[str, str, object, int]]:
        """Return what would make places in a session: kind, room, day, and places for one."""
        field, table = self.field, self.field.problem.table
        room, turns = field.problem.rooms[table.room[s]], int(table.turns[s])
        limit = field.problem.components[table.component[s]].staffing.room_limit
        state = field.state[s]
        if state == OPEN and "places" in self.allowed and (limit is None or field.capacity[s] < limit * turns):
            return [("places", room.id, None, turns)]
        if state == SHUT and "open" in self.allowed:
            return [("open", room.id, field.problem.slots[table.slot[s]].on, int(field.capacity[s]))]
        if state == COPY and "room" in self.allowed:
            return [("room", like(room.id, field.copied), None, int(field.capacity[s]))]
        return []

    def _extra(self, kind: str, subject: str, on: object) -> int:
        """Return the column of an extra."""
        key = kind, subject, on
        if key not in self.extras:
            points = POINTS.get(kind, 0)
            if kind == "places":
                room = next(room for room in self.field.problem.rooms if room.id == subject)
                points = POINTS["seat" if room.kind is RoomKind.THEORY_ROOM else "station"]
            most = {"open": 1, "room": 20}.get(kind, 1_000)
            self.extras[key] = self.rows.add(points * UNIT, most)
        return self.extras[key]

    def _session(self, s: int) -> _Crew:
        """Hold what is seated in a session to its places; return what it takes of examiners."""
        load, state = self.seats[s], self.field.state[s]
        more = [(self._extra(kind, room, on), -places) for kind, room, on, places in self._gains(s)]
        limit = self.field.problem.components[self.field.problem.table.component[s]].staffing.room_limit
        self.rows.at_most([*load, *more], int(self.free[s]))
        if more and limit is not None and state == OPEN:
            turns = int(self.field.problem.table.turns[s])
            self.rows.at_most(load, limit * turns - int(self.field.heads[s]))
        if not self.fine:
            return _Crew(s, [(column, self._part(s, heads)) for column, heads in load])
        self.opened[s] = self.rows.add(0, 20 if state == COPY else 1)
        most = sum(max(kind.heads) * len(kind.units) for kind, _ in self.ways)
        self.rows.at_most([*load, (self.opened[s], -(int(self.field.capacity[s]) if state == COPY else most))], 0)
        return self._crew(s, load)

    def _crew(self, s: int, load: list[tuple[int, int]]) -> _Crew:
        """Return the further examiners of a session as a column of their own: as many as it takes to open, or by the ratio."""
        field, rows = self.field, self.rows
        if not field.real.policy.examiners_on:
            return _Crew(s, [])
        crew, here, per = rows.add(0, 1_000), int(field.crew[s]), self._ratio(s)
        least = max(1, field.need(s, 1)) if not here or self.wary else 0
        rows.at_most([(self.opened[s], least), (crew, -1)], 0)
        if field.heads[s] < field.capacity[s] // max(1, int(field.problem.table.turns[s])):
            rows.at_most([*load, (crew, -per)], per * here - int(field.heads[s]))
        return _Crew(s, [(crew, WHOLE)])

    def _part(self, s: int, heads: int) -> int:
        """Return about how many examiners so many candidates take of a session, in parts of ``WHOLE``."""
        field, per = self.field, self._ratio(s)
        if not field.real.policy.examiners_on or (field.crew[s] * per >= field.capacity[s] and not self.wary):
            return 0
        least = 0 if field.crew[s] else field.need(s, 1)
        return math.ceil(WHOLE * heads * max(least / max(1, int(field.capacity[s])), 1 / per))

    def _ratio(self, s: int) -> int:
        """Return the candidates of one examiner; whoever trained them all may send nobody, so that ratio counts as well."""
        staffing = self.field.problem.components[self.field.problem.table.component[s]].staffing
        return int(max(1, min(staffing.per_candidates, self.field.real.policy.independent_per)))

    def _one_at_a_time(self) -> None:
        """Let one component at a time use a room that several could."""
        field, table, found = self.field, self.field.problem.table, defaultdict(list)
        for s in sorted(self.seats):
            if not field.heads[s]:
                found[int(table.room[s]), int(table.slot[s])].append(s)
        for some in found.values():
            if len(some) < 2:
                continue
            gains = self._gains(some[0])
            more = [(self._extra(kind, room, on), -places) for kind, room, on, places in gains]
            if not self.fine:
                load = [term for s in some for term in self.seats[s]]
                self.rows.at_most([*load, *more], int(self.free[some].max()))
            elif field.state[some[0]] == COPY and more:
                self.rows.at_most([*((self.opened[s], 1) for s in some), (more[0][0], -1)], 0)
            else:
                self.rows.at_most([(self.opened[s], 1) for s in some], 1)

    def _pools(self, crews: list[_Crew]) -> None:
        """Hold the further examiners of all sessions to who is free, by slot, day and week."""
        field, table = self.field, self.field.problem.table
        slots = field.problem.slots
        by: dict[tuple[str, int, int], list[tuple[int, int]]] = defaultdict(list)
        for crew in crews:
            c, t = int(table.component[crew.session]), int(table.slot[crew.session])
            for key in (
                ("slot", c, t),
                ("slot", -1, t),
                ("day", c, int(field.day[t])),
                ("week", c, int(field.week[t])),
            ):
                by[key] += [(column, part) for column, part in crew.parts if part]
        place = {"slot": np.arange(len(slots)), "day": field.day, "week": field.week}
        every = sorted({int(table.component[crew.session]) for crew in crews})
        for (kind, c, n), parts in sorted(by.items()):
            days = [slot.on for t, slot in enumerate(slots) if place[kind][t] == n]
            most = 1 if kind == "slot" else 2
            terms, components = list(parts), [c] if c >= 0 else every
            if "examiners" in self.allowed:
                for on in dict.fromkeys(days):
                    ids = [field.problem.components[one].id for one in components]
                    terms += [(self._extra("examiners", id_, on), -most * WHOLE) for id_ in ids]
            self.rows.at_most(terms, 0 if self.wary else WHOLE * self._pool(kind, c, n, components))

    def _pool(self, kind: str, c: int, n: int, components: Iterable[int]) -> int:
        field = self.field
        if kind == "slot" and c >= 0:
            return field.spare(c, n)
        able = field.able[list(components)].any(axis=0)
        if kind == "slot":
            return int((able & field.there[:, n]).sum())
        left = field.day_left if kind == "day" else field.week_left
        return int(np.maximum(0, left[able, n]).sum())

    def _read(self, values: np.ndarray) -> Answer:
        amounts = {key: math.ceil(values[column] - 1e-6) for key, column in self.extras.items()}
        extras = [
            self._made(kind, subject, on, amount)
            for (kind, subject, on), amount in sorted(
                amounts.items(), key=lambda one: (one[0][0], one[0][1], str(one[0][2]))
            )
            if amount > 0
        ]
        ways: dict[str, tuple[Spot, ...]] = {}
        late: dict[date, list[str]] = defaultdict(list)
        for kind, columns in self.ways:
            for unit, n in zip(kind.units, _dealt(values[columns], len(kind.units)), strict=False):
                ids = [self.field.problem.parties[p].id for p in unit.parties]
                ways[ids[0]] = tuple(self._spot(int(s)) for s in kind.ways[n])
                if kind.late[n]:
                    late[self._last(kind.ways[n])] += ids
        extras += [Extra("deadline", 1, on=on, party_ids=tuple(sorted(ids))) for on, ids in sorted(late.items())]
        short = sum(round(values[column]) * max(kind.heads) for column, kind in self.short)
        return Answer(tuple(extras), ways, int(short))

    def _made(self, kind: str, subject: str, on: object, amount: int) -> Extra:
        day = on if isinstance(on, date) else None
        if kind == "examiners":
            return Extra("examiners", amount, on=day, component_id=subject, institution_ids=self._senders(amount))
        if kind == "open":
            return Extra("open", 1, room_id=subject, on=day)
        return Extra("room" if kind == "room" else "places", amount, room_id=subject)

    def _senders(self, amount: int) -> tuple[str, ...]:
        """Return institutions for new examiners, those first that trained the fewest who wait and send the fewest.

        An institution that sent nobody before may raise how many a session needs: it is asked only where that cannot be, or
        where nothing else helped.
        """
        real = self.field.real
        sending = {examiner.institution_id for examiner in real.examiners}
        every = {institution.id for institution in real.round_.institutions}
        known = self.wary or not sending or len(sending) >= real.policy.min_institutions
        bodies = sorted(every if known else sending)
        trained = [party.institution_id for party in self.field.problem.parties]
        sent = [examiner.institution_id for examiner in real.examiners]
        bodies.sort(key=lambda body: (trained.count(body), sent.count(body), body))
        return tuple(bodies[n % len(bodies)] for n in range(amount))

    def _spot(self, s: int) -> Spot:
        problem = self.field.problem
        table = problem.table
        return (
            problem.rooms[table.room[s]].id,
            problem.slots[table.slot[s]].id,
            problem.components[table.component[s]].id,
        )

    def _last(self, way: np.ndarray) -> date:
        days = int(self.field.problem.table.day[way].max())
        return self.field.problem.round_.window.first_on + timedelta(days=days)


def _dealt(values: np.ndarray, parties: int) -> list[int]:
    """Deal parties to ways in proportion; may be fewer than there are parties."""
    ends = np.floor(np.cumsum(values) + 0.5 - 1e-9).astype(int)
    counts = np.diff(np.concatenate([[0], np.minimum(ends, parties)]))
    return [n for n, count in enumerate(counts.tolist()) for _ in range(count)]
