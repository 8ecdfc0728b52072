"""What changed between two plans of one round, for each party and component, and for each duty.

Used when a plan is published, so that people who must be told can be told. Reads plans alone.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from scheduler.domain.calendar import Slot
from scheduler.domain.sessions import DutyMoved, Move, Plan, Sitting

_Place = tuple[str, str, Slot | None, int, int]
"""Room, slot, when the slot is if that has changed, turn, place."""


def changes(before: Plan, after: Plan) -> list[Move]:
    """Compare two plans; the session's room and slot, the day and hours of the slot, the turn and the place count.

    Returns:
        One move for each party and component that is new, moved or dropped, sorted by party and component. For a party of
        several, the sittings shown are those of the first member who differs. Reasons are those of a replan, where the later
        plan has any.
    """
    was_at = {slot.id: slot for slot in before.slots}
    shifted = {slot.id for slot in after.slots if was_at.get(slot.id, slot) != slot}
    old, new = _seats(before, shifted), _seats(after, shifted)
    why = {(m.party_id, m.component_id): m.reason for m in after.replanned.moves} if after.replanned else {}
    moves = []
    for party_id, component_id in sorted(old.keys() | new.keys()):
        differing = _first_difference(old.get((party_id, component_id), {}), new.get((party_id, component_id), {}))
        if differing is not None:
            was, is_now = differing
            kind: Literal["new", "moved", "dropped"] = "moved"
            if (party_id, component_id) not in old:
                kind = "new"
            elif (party_id, component_id) not in new:
                kind = "dropped"
            moves.append(Move(party_id, component_id, kind, was, is_now, why.get((party_id, component_id))))
    return moves


def duty_changes(before: Plan, after: Plan) -> list[DutyMoved]:
    """Compare who serves where; sorted by session and examiner, with the reasons of a replan where there are any."""
    old, new = _duties(before), _duties(after)
    why = {(d.session_id, d.examiner_id): d.reason for d in after.replanned.duties} if after.replanned else {}
    found = []
    for duty in sorted(old ^ new):
        kind: Literal["called", "released"] = "called" if duty in new else "released"
        found.append(DutyMoved(*duty, kind, why.get(duty)))
    return found


def _duties(plan: Plan) -> set[tuple[str, str]]:
    return {(session.id, examiner_id) for session in plan.sessions for examiner_id in session.examiner_ids}


_Seats = dict[int, tuple[Sitting, _Place]]


def _seats(plan: Plan, shifted: set[str]) -> dict[tuple[str, str], _Seats]:
    times = {slot.id: slot for slot in plan.slots if slot.id in shifted}
    where = {session.id: (session.room_id, session.slot_id) for session in plan.sessions}
    seats: dict[tuple[str, str], _Seats] = defaultdict(dict)
    for sitting in plan.sittings:
        room_id, slot_id = where.get(sitting.session_id, (sitting.session_id, ""))
        place = (room_id, slot_id, times.get(slot_id), sitting.turn, sitting.place)
        seats[sitting.party_id, sitting.component_id][sitting.member] = (sitting, place)
    return seats


def _first_difference(old: _Seats, new: _Seats) -> tuple[Sitting | None, Sitting | None] | None:
    for member in sorted(old.keys() | new.keys()):
        was, is_now = old.get(member), new.get(member)
        if was is None or is_now is None or was[1] != is_now[1]:
            return (was[0] if was else None, is_now[0] if is_now else None)
    return None
