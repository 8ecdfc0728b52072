"""Seat limits of a session beyond its capacity, as weighted rows: reservations, and locks on turns and places.

Used by the problem and through it by model, start and search. A row says: the weights of the parties sitting here add up to no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from scheduler.domain.calendar import Slot
from scheduler.domain.places import Room
from scheduler.domain.rounds import Party, Reservation, Round
from scheduler.planning.table import IntArray, Places, SessionTable


@dataclass(frozen=True, slots=True)
class Row:
    """One limit of one session."""

    rule: str
    limit: int
    weight: IntArray
    """What each party takes of the limit when it sits here, by party index."""


def beneficiary(reservation: Reservation) -> tuple[str, str]:
    """Return for whom places are kept."""
    return reservation.group_id, reservation.institution_id


def benefits(party: Party, kept_for: tuple[str, str]) -> bool:
    """Tell whether a party may take places kept for a group, an institution's candidates, or both."""
    group_id, institution_id = kept_for
    return (not group_id or party.group_id == group_id) and (
        not institution_id or party.institution_id == institution_id
    )


def kept_places(round_: Round, room: Room, slot: Slot) -> dict[tuple[str, str], int]:
    """Return the places kept in each turn of a session, by beneficiary."""
    kept: dict[tuple[str, str], int] = {}
    for reservation in round_.reservations:
        if reservation.room_id == room.id and reservation.slot_id in {"", slot.id} and reservation.places > 0:
            kept[beneficiary(reservation)] = kept.get(beneficiary(reservation), 0) + reservation.places
    return dict(sorted(kept.items()))


def seat_rows(
    round_: Round, parties: tuple[Party, ...], places: Places, table: SessionTable
) -> dict[int, tuple[Row, ...]]:
    """Return the rows of every session that has any."""
    makers: list[_Reserved | _Locked] = [_Reserved(round_, parties)] if round_.reservations else []
    if any(lock.turn is not None or lock.place is not None for lock in round_.locks):
        makers.append(_Locked(round_, parties))
    found = {}
    for s in range(len(table)) if makers else ():
        rows = [row for maker in makers for row in maker.rows(places, table, s)]
        if rows:
            found[s] = tuple(rows)
    return found


class _Reserved:
    """Whoever benefits from none of a set of reservations may not take any of their places (Hall's condition)."""

    def __init__(self, round_: Round, parties: tuple[Party, ...]) -> None:
        self.round_, self.parties = round_, parties
        self.known: dict[frozenset[tuple[str, str]], IntArray] = {}

    def rows(self, places: Places, table: SessionTable, s: int) -> list[Row]:
        kept = kept_places(self.round_, places.rooms[table.room[s]], places.slots[table.slot[s]])
        turns, per_turn = int(table.turns[s]), int(table.per_turn[s])
        found = []
        for size in range(1, len(kept) + 1):
            for some in combinations(kept, size):
                left = max(0, per_turn - sum(kept[who] for who in some))
                found.append(Row("reservation", turns * left, self._weight(frozenset(some))))
        return found

    def _weight(self, some: frozenset[tuple[str, str]]) -> IntArray:
        if some not in self.known:
            outside = [0 if any(benefits(p, who) for who in some) else p.head_count for p in self.parties]
            self.known[some] = np.array(outside, dtype=np.int64)
        return self.known[some]


class _Locked:
    """Parties locked to the same turn share its places; those locked to one place take turns on it."""

    def __init__(self, round_: Round, parties: tuple[Party, ...]) -> None:
        index = {party.id: p for p, party in enumerate(parties)}
        self.size = len(parties)
        self.by_turn: dict[tuple[str, int], set[int]] = {}
        self.by_place: dict[tuple[str, int, int], set[int]] = {}
        for lock in round_.locks:
            p = index.get(lock.party_id)
            if p is None:
                continue
            if lock.turn is not None:
                self.by_turn.setdefault((lock.component_id, lock.turn), set()).add(p)
            if lock.place is not None:
                self.by_place.setdefault((lock.component_id, lock.place, lock.turn or 0), set()).add(p)
                self.by_place.setdefault((lock.component_id, lock.place, 0), set()).add(p)

    def rows(self, places: Places, table: SessionTable, s: int) -> list[Row]:
        component_id = places.components[table.component[s]].id
        found = []
        for (cid, _), who in sorted(self.by_turn.items()):
            if cid == component_id:
                found.append(Row("lock", int(table.per_turn[s]), self._weight(who)))
        for (cid, _, turn), who in sorted(self.by_place.items()):
            limit = 1 if turn else int(table.turns[s])
            if cid == component_id and len(who) > limit:
                found.append(Row("lock", limit, self._weight(who)))
        return found

    def _weight(self, who: set[int]) -> IntArray:
        """Weigh each party 1: a locked turn or place is that of its first member."""
        weight = np.zeros(self.size, dtype=np.int64)
        weight[sorted(who)] = 1
        return weight
