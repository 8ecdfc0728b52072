"""Choices: where each party may sit each due component, by every rule that only removes choices.

Used by the problem. A party without a choice is the screening's matter.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scheduler.domain.catalogue import Component
from scheduler.domain.rounds import Lock, Party, Round
from scheduler.planning.quota import Row
from scheduler.planning.table import BoolArray, IntArray, Places, SessionTable


class Choices:
    """Where a party may sit a component; equal parties share one array."""

    def __init__(
        self,
        round_: Round,
        places: Places,
        table: SessionTable,
        rows: Mapping[int, tuple[Row, ...]],
    ) -> None:
        self.table, self.rows, self.first = table, rows, round_.window.first_on
        self.slot_ids = np.array([slot.id for slot in places.slots])
        self.room_ids = np.array([room.id for room in places.rooms])
        self.accessible = np.array([room.accessible for room in places.rooms], dtype=bool)
        extra = {(waiver.room_id, waiver.slot_id): waiver.places for waiver in round_.waivers}
        spots = zip(table.room.tolist(), table.slot.tolist(), strict=True)
        self.places = np.array(
            [places.rooms[r].places + extra.get((places.rooms[r].id, places.slots[t].id), 0) for r, t in spots],
            dtype=np.int64,
        )
        """Places of each session, waivers counted."""
        self.locks: dict[tuple[str, str], list[Lock]] = {}
        for lock in round_.locks:
            self.locks.setdefault((lock.party_id, lock.component_id), []).append(lock)
        self.known: dict[tuple[object, ...], IntArray] = {}

    def of(self, index: int, party: Party, component: Component, c: int, reach: BoolArray) -> IntArray:
        """Return the sessions of a component that a party may sit in, ascending."""
        locks = tuple(self.locks.get((party.id, component.id), ()))
        dates = (party.earliest_on, party.latest_on, tuple(sorted(party.unavailable_slot_ids)), party.accessible)
        key = (c, dates, party.head_count, reach.tobytes(), locks)
        if key not in self.known:
            self.known[key] = self._search(party, c, reach, locks)
        found = self.known[key]
        if not self.rows:
            return found
        fits = [all(row.weight[index] <= row.limit for row in self.rows.get(int(s), ())) for s in found]
        kept: IntArray = found[np.array(fits, dtype=bool)]
        return kept

    def _search(self, party: Party, c: int, reach: BoolArray, locks: tuple[Lock, ...]) -> IntArray:
        table = self.table
        fits = (table.component == c) & reach[table.site] & (table.capacity >= party.head_count)
        if party.earliest_on:
            fits &= table.day >= (party.earliest_on - self.first).days
        if party.latest_on:
            fits &= table.day <= (party.latest_on - self.first).days
        if party.unavailable_slot_ids:
            fits &= ~np.isin(self.slot_ids, party.unavailable_slot_ids)[table.slot]
        if party.accessible:
            fits &= self.accessible[table.room]
        for lock in locks:
            if lock.slot_id is not None:
                fits &= (self.slot_ids == lock.slot_id)[table.slot]
            if lock.room_id is not None:
                fits &= (self.room_ids == lock.room_id)[table.room]
            if lock.turn is not None:
                fits &= table.turns >= lock.turn
            if lock.place is not None:
                fits &= self.places >= lock.place
        return np.flatnonzero(fits).astype(np.int64)
