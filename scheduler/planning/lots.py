"""Drawing seats by lot: who sits at which of the planned places, within each session and turn.

Used by the office before papers are printed. The order is that of SHA-256 digests of the seed with whom it is about, so that
anybody can draw the same lot again with any tool, and nobody's seat hangs on who else was in the list.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from scheduler.domain.lots import DrawnSeat, Lot
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Sitting

_Key = tuple[str, str, int]

BY_PEOPLE = frozenset({"by hand", "day"})
"""Engines of plans that people made from one in force: a place that differs from the lot was given on purpose."""


def draw(round_: Round, plan: Plan, seed: int, before: Lot | None = None) -> tuple[DrawnSeat, ...]:
    """Return everybody's place, sorted by session, turn and place.

    A locked place stays. Who is still in the same session and turn as in the lot before keeps the place drawn then, or the one
    to which people moved them since, unless a group's places would no longer follow each other; the others draw among the
    places that are left.

    Args:
        round_: The round of the plan.
        plan: A plan that the audit finds good.
        seed: 0 or more.
        before: The lot of the version before; None where there was none.
    """
    drawing = _Drawing(round_, plan, seed, before)
    turns: dict[tuple[str, int], list[Sitting]] = defaultdict(list)
    for sitting in plan.sittings:
        turns[sitting.session_id, sitting.turn].append(sitting)
    seats = [seat for key in sorted(turns) for seat in drawing.turn(turns[key])]
    return tuple(sorted(seats, key=lambda seat: (seat.session_id, seat.turn, seat.place)))


def order(seed: int, session_id: str, turn: int, who: str) -> str:
    """Return by what somebody is sorted in a draw: the SHA-256 of ``seed|session|turn|who``, hexadecimal."""
    return hashlib.sha256(f"{seed}|{session_id}|{turn}|{who}".encode()).hexdigest()


class _Drawing:
    """What one draw of a plan goes by."""

    def __init__(self, round_: Round, plan: Plan, seed: int, before: Lot | None) -> None:
        self._seed, self._grouped = seed, round_.policy.group_seats
        self._groups = {party.id: party.group_id for party in round_.parties}
        self._locked = {(lock.party_id, lock.component_id) for lock in round_.locks if lock.place is not None}
        # Those with a locked turn may sit apart from their group, as the audit has it.
        self._apart = {
            (lock.party_id, lock.component_id)
            for lock in round_.locks
            if lock.turn is not None or lock.place is not None
        }
        self._before = {_key(seat): seat for seat in (before.seats if before else ())}
        self._limits = _limits(round_, plan)
        self._by_people = plan.making.engine in BY_PEOPLE

    def turn(self, sittings: Sequence[Sitting]) -> list[DrawnSeat]:
        """Return the seats of one session and turn."""
        fixed = {_key(s): s.place for s in sittings if (s.party_id, s.component_id) in self._locked}
        kept = self._kept(sittings, fixed)
        seats = self._drawn(sittings, fixed, kept)
        if kept and self._grouped and not self._together(seats):
            seats = self._drawn(sittings, fixed, {})
        return seats

    def _kept(self, sittings: Sequence[Sitting], fixed: Mapping[_Key, int]) -> dict[_Key, int]:
        found: dict[_Key, int] = {}
        taken = set(fixed.values())
        for sitting in sittings:
            was = self._before.get(_key(sitting))
            same = was is not None and (was.session_id, was.turn) == (sitting.session_id, sitting.turn)
            if was is None or not same or _key(sitting) in fixed:
                continue
            place = sitting.place if self._by_people else was.place
            if place not in taken and place <= self._limits[sitting.session_id]:
                found[_key(sitting)] = place
                taken.add(place)
        return found

    def _drawn(
        self, sittings: Sequence[Sitting], fixed: Mapping[_Key, int], kept: Mapping[_Key, int]
    ) -> list[DrawnSeat]:
        taken = {*fixed.values(), *kept.values()}
        free = sorted({sitting.place for sitting in sittings} - taken)
        others = sorted((s for s in sittings if _key(s) not in fixed and _key(s) not in kept), key=self._rank)
        places = {**fixed, **kept, **dict(zip(map(_key, others), free, strict=False))}
        return [
            DrawnSeat(*_key(s), s.session_id, s.turn, places[_key(s)], _how(_key(s), fixed, kept)) for s in sittings
        ]

    def _rank(self, sitting: Sitting) -> tuple[str, str]:
        """Return where somebody comes in the draw; a group whose places follow each other draws as one."""
        own = self._lot(sitting, f"{sitting.party_id}|{sitting.component_id}|{sitting.member}")
        group_id = self._groups.get(sitting.party_id, "")
        together = self._grouped and group_id and (sitting.party_id, sitting.component_id) not in self._apart
        return (self._lot(sitting, f"group {group_id}") if together else own), own

    def _lot(self, sitting: Sitting, who: str) -> str:
        return order(self._seed, sitting.session_id, sitting.turn, who)

    def _together(self, seats: Sequence[DrawnSeat]) -> bool:
        """Tell whether the places of each group follow each other."""
        row = [
            self._groups.get(seat.party_id, "")
            for seat in sorted(seats, key=lambda seat: seat.place)
            if (seat.party_id, seat.component_id) not in self._apart
        ]
        begun: set[str] = set()
        for before, group_id in zip(["", *row], row, strict=False):
            if group_id and group_id != before and group_id in begun:
                return False
            begun.add(group_id)
        return True


def _limits(round_: Round, plan: Plan) -> dict[str, int]:
    """Return the highest place that may be taken in each session."""
    rooms = {room.id: room.places for room in round_.rooms}
    most = {component.id: component.staffing.room_limit for component in round_.components}
    limits = {}
    for session in plan.sessions:
        bounds = [bound for one in session.component_ids if (bound := most.get(one)) is not None]
        extra = sum(w.places for w in round_.waivers if (w.room_id, w.slot_id) == (session.room_id, session.slot_id))
        limits[session.id] = min([rooms.get(session.room_id, 0), *bounds]) + extra
    return limits


def _key(one: Sitting | DrawnSeat) -> _Key:
    return one.party_id, one.component_id, one.member


def _how(key: _Key, fixed: Mapping[_Key, int], kept: Mapping[_Key, int]) -> str:
    return "locked" if key in fixed else "kept" if key in kept else "drawn"
