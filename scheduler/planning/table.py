"""SessionTable: every session that could be opened, one row each, and what a room and a slot make of a component.

Used by the problem and the screening. People are not looked at here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Component, RoomKind
from scheduler.domain.fitness import suits
from scheduler.domain.places import Room
from scheduler.domain.rounds import Opening, Round

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SessionTable:
    """Every session that could be opened: a component in a room and slot. One row each, in order of slot, room, component."""

    component: IntArray
    room: IntArray
    slot: IntArray
    site: IntArray
    day: IntArray
    """Days since the first day of the window."""
    start: IntArray
    """Minutes since the first midnight of the window."""
    end: IntArray
    turns: IntArray
    per_turn: IntArray
    """Most candidates at the same time."""
    capacity: IntArray
    """Most candidates in all turns."""
    opening: IntArray
    """Cost of opening it."""

    def __len__(self) -> int:
        """Return the number of potential sessions."""
        return len(self.component)


@dataclass(frozen=True)
class Places:
    """What the columns of a session table point at."""

    components: tuple[Component, ...]
    rooms: tuple[Room, ...]
    slots: tuple[Slot, ...]

    @cached_property
    def room_no(self) -> dict[str, int]:
        """Return the index of each room id."""
        return {room.id: r for r, room in enumerate(self.rooms)}

    @cached_property
    def slot_no(self) -> dict[str, int]:
        """Return the index of each slot id."""
        return {slot.id: t for t, slot in enumerate(self.slots)}


def turns_of(component: Component, room: Room, slot: Slot, changeover_min: int) -> int:
    """Return how many turns of a component fit into a slot in a room, 0 when not even one does."""
    if slot.minutes < component.minutes:
        return 0
    if room.kind is RoomKind.THEORY_ROOM:
        return 1
    fit = (slot.minutes + changeover_min) // max(1, component.minutes + changeover_min)
    return fit if room.max_turns is None else min(fit, room.max_turns)


def opening_cost(round_: Round, room: Room, opening: Opening | None) -> int:
    """Return what one session in a room costs: said for the option, else for the room, else for its kind."""
    if opening is not None and opening.cost is not None:
        return opening.cost
    if room.opening_cost is not None:
        return room.opening_cost
    weights = round_.policy.weights
    return weights.theory_session if room.kind is RoomKind.THEORY_ROOM else weights.workshop_session


def session_table(round_: Round, places: Places) -> SessionTable:
    """Return every session that rooms, slots and openings allow for the components that are due."""
    wanted = {cid for party in round_.parties for cid in party.component_ids}
    openings = {(o.room_id, o.slot_id): o for o in round_.openings}
    extra = {(waiver.room_id, waiver.slot_id): waiver.places for waiver in round_.waivers}
    first, sites = round_.window.first_on, {sid: n for n, sid in enumerate(sorted(site.id for site in round_.sites))}
    found = []
    for t, slot in enumerate(places.slots):
        day = (slot.on - first).days
        start, end = (day * 1440 + at.hour * 60 + at.minute for at in (slot.start, slot.end))
        for r, room in enumerate(places.rooms):
            opening = openings.get((room.id, slot.id))
            shut = (
                slot.on not in round_.window
                or slot.id in room.closed_slot_ids
                or (opening is not None and opening.closed)
            )
            for c, component in enumerate(places.components) if not shut else ():
                k = turns_of(component, room, slot, round_.policy.changeover_min)
                if component.id in wanted and k > 0 and suits(component, room):
                    limit = component.staffing.room_limit
                    each = room.places if limit is None else min(room.places, limit)
                    each += extra.get((room.id, slot.id), 0)
                    cost = opening_cost(round_, room, opening)
                    found.append((c, r, t, sites[room.site_id], day, start, end, k, each, each * k, cost))
    return SessionTable(*np.array(found, dtype=np.int64).reshape(-1, 11).T)


def only(table: SessionTable, keep: BoolArray) -> SessionTable:
    """Return the rows of a table that are kept."""
    return SessionTable(*(getattr(table, name)[keep] for name in SessionTable.__slots__))
