"""Field: the sessions that parties without a place could sit in beside a kept plan, and those there could be with something more.

Used by the elastic model and the shortages. Examiners are counted by slot, day and week, not named.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

import numpy as np

from scheduler.domain.fitness import qualified
from scheduler.domain.rounds import Round
from scheduler.planning.construct import Builder
from scheduler.planning.extras import Extra, copies, copy_id
from scheduler.planning.insertion import Insertion, Spot, spots_of
from scheduler.planning.problem import Problem
from scheduler.planning.table import BoolArray, IntArray

OPEN, SHUT, COPY, TAKEN = range(4)
"""What a session is: to be had, in a closed room, in a room there is not, in a room used for something else at the time."""


class Field:
    """Sessions and examiners beside a kept plan."""

    def __init__(self, insertion: Insertion, left: list[int], *, wider: bool, later: bool) -> None:
        """Look at a plan.

        Args:
            insertion: The plan, kept.
            left: Parties without a place.
            wider: Whether closed rooms, and rooms there could be, are looked at.
            later: Whether the parties' last days are left out of account.
        """
        self.insertion, self.real = insertion, insertion.problem
        self.builder: Builder = insertion.builder
        round_ = insertion.mixed.round_
        ids = {self.real.parties[p].id for p in left}
        parties = [party for party in round_.parties if party.id in ids]
        if later:
            parties = [replace(party, latest_on=None) for party in parties]
        narrowed = replace(
            round_,
            parties=tuple(parties),
            policy=replace(round_.policy, examiners_on=False),
            reservations=(),
            locks=tuple(lock for lock in round_.locks if lock.party_id in ids),
        )
        self.copied = _worth_copying(round_) if wider else ()
        self.problem = Problem.of(
            _wide(narrowed, self.copied, sum(p.head_count for p in parties)) if wider else narrowed
        )
        self._sessions(round_)
        self._examiners()

    def _sessions(self, round_: Round) -> None:
        problem, table = self.problem, self.problem.table
        real_rooms = {room.id: room for room in round_.rooms}
        known = spots_of(self.real)
        extra = {(waiver.room_id, waiver.slot_id): waiver.places for waiver in round_.waivers}
        shut = {(o.room_id, o.slot_id) for o in round_.openings if o.closed}
        shut |= {(room.id, slot_id) for room in round_.rooms for slot_id in room.closed_slot_ids}
        size = len(table)
        self.state = np.zeros(size, dtype=np.int64)
        self.capacity, self.heads, self.crew = (np.zeros(size, dtype=np.int64) for _ in range(3))
        held = self._held()
        for (room_id, slot_id, component_id), s in spots_of(problem).items():
            component = problem.components[table.component[s]]
            real = known.get((room_id, slot_id, component_id))
            if real is not None:
                self.heads[s], self.crew[s] = self.builder.heads[real], self.builder.crew_size[real]
            room = real_rooms.get(room_id)
            places = (room or problem.rooms[table.room[s]]).places
            each = min(places, component.staffing.room_limit or places) + extra.get((room_id, slot_id), 0)
            self.capacity[s] = each * table.turns[s]
            if room is None:
                self.state[s] = COPY
            elif (room_id, slot_id) in shut:
                self.state[s] = SHUT
            elif not self.heads[s] and any(problem.slot_overlaps[table.slot[s]][t] for t in held[room_id]):
                self.state[s] = TAKEN
        self.free = np.where(self.state == OPEN, np.maximum(0, self.capacity - self.heads), 0)

    def _held(self) -> dict[str, list[int]]:
        """Return the slots in which each room is in use."""
        slots = {slot.id: t for t, slot in enumerate(self.problem.slots)}
        found: dict[str, list[int]] = defaultdict(list)
        for s in np.flatnonzero(self.builder.heads).tolist():
            table = self.real.table
            slot = self.real.slots[table.slot[s]].id
            found[self.real.rooms[table.room[s]].id].append(slots[slot])
        return found

    def _examiners(self) -> None:
        """Count who is free, by component and slot, by component and day, by component and week."""
        real, duties = self.real, self.builder.duties
        able = np.array([[qualified(e, c) for e in real.examiners] for c in self.problem.components], dtype=np.bool_)
        self.able: BoolArray = able.reshape(len(self.problem.components), len(real.examiners))
        there = np.array(
            [[slot.id not in e.unavailable_slot_ids for slot in real.slots] for e in real.examiners], dtype=np.bool_
        )
        self.there: BoolArray = there.reshape(len(real.examiners), len(real.slots)) & duties.free
        self.day, self.week = duties.day, real.week
        self.day_left = np.minimum(duties.max_day - duties.by_day, _count(self.there, self.day, duties.by_day.shape[1]))
        weekly = _count(self.there, self.week, duties.by_week.shape[1])
        self.week_left = np.minimum(duties.max_week - duties.by_week, weekly)

    def latest(self, p: int) -> date | None:
        """Return the last day on which a party of the field may sit anything, as the round says."""
        return self.real.parties[self.insertion.index[self.problem.parties[p].id]].latest_on

    def mates(self, group_id: str, component_id: str) -> list[Spot]:
        """Return where those of a group sit a component who have a place."""
        real, at = self.real, self.builder.at
        found = set()
        for q, party in enumerate(real.parties):
            if party.group_id == group_id and at[q].max() >= 0:
                found |= {int(s) for s in at[q] if s >= 0}
        table = real.table
        return [
            (real.rooms[table.room[s]].id, real.slots[table.slot[s]].id, component_id)
            for s in sorted(found)
            if real.components[table.component[s]].id == component_id
        ]

    def spare(self, c: int, t: int) -> int:
        """Return how many examiners of a component are free in a slot; 0 where they could not make a team by themselves."""
        who = self.able[c] & self.there[:, t]
        bodies = len(set(self.real.sent_by[who].tolist()))
        leads = any(self.real.examiners[int(e)].may_lead for e in np.flatnonzero(who))
        return int(who.sum()) if bodies >= self.real.min_institutions and leads else 0

    def need(self, s: int, heads: int) -> int:
        """Return how many examiners a session of so many candidates takes."""
        if not self.real.policy.examiners_on or heads <= 0:
            return 0
        staffing = self.problem.components[self.problem.table.component[s]].staffing
        at_once = min(heads, -(-int(self.capacity[s]) // max(1, int(self.problem.table.turns[s]))))
        return int(max(staffing.at_least, -(-at_once // staffing.per_candidates), self.real.min_institutions))


def _count(there: BoolArray, group: IntArray, size: int) -> IntArray:
    found = np.zeros((len(there), size), dtype=np.int64)
    for t, g in enumerate(group.tolist()):
        found[:, g] += there[:, t]
    return found


def _worth_copying(round_: Round) -> tuple[str, ...]:
    """Return one room of each site, kind and trades, the largest: another like it may help where more places may not."""
    best: dict[tuple[object, ...], tuple[int, str]] = {}
    for room in sorted(round_.rooms, key=lambda room: room.id):
        key = room.site_id, room.kind, room.trade_ids, room.accessible
        if key not in best or room.places > best[key][0]:
            best[key] = room.places, room.id
    return tuple(sorted(id_ for _, id_ in best.values()))


def _wide(round_: Round, copied: tuple[str, ...], heads: int) -> Round:
    """Return the round with all rooms open, as large as anybody could want, and one more of each worth copying."""
    more = [room for id_ in copied for room in copies(round_, Extra("room", 1, id_))]
    taken = {room.id for room in round_.rooms}
    rooms = [replace(room, closed_slot_ids=(), places=room.places + heads) for room in round_.rooms]
    rooms += [room for room in more if room.id not in taken]
    openings = tuple(replace(one, closed=False) for one in round_.openings)
    return replace(round_, rooms=tuple(rooms), openings=openings)


def like(room_id: str, copied: tuple[str, ...]) -> str:
    """Return the room that a copy is a copy of, the room itself where it is none."""
    return next((id_ for id_ in copied if copy_id(id_, 1) == room_id), room_id)
