"""Planted faults of rooms, slots and places."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from scheduler.domain.catalogue import RoomKind
from tests.planning.planting import in_order, moved, with_sitting


def sitters(plan):
    by_session = defaultdict(list)
    for sitting in plan.sittings:
        by_session[sitting.session_id].append(sitting)
    return by_session


def two_sessions_in_a_room(round_, plan):
    """The second session of a component moves onto the first, each with its own people."""
    for one in plan.sessions:
        for other in plan.sessions:
            if one.id < other.id:
                return moved(plan, other, one.slot_id, one.room_id), "room-once"
    return None


def session_in_a_closed_room(round_, plan):
    closed = {(room.id, slot_id) for room in round_.rooms for slot_id in room.closed_slot_ids}
    closed |= {(opening.room_id, opening.slot_id) for opening in round_.openings if opening.closed}
    for room_id, slot_id in sorted(closed):
        for session in plan.sessions:
            return moved(plan, session, slot_id, room_id), "room-open"
    return None


def session_in_the_wrong_kind_of_room(round_, plan):
    kinds = {component.id: component.room_kind for component in round_.components}
    for session in plan.sessions:
        for room in round_.rooms:
            if room.kind is not kinds[session.component_id]:
                return moved(plan, session, room_id=room.id), "room-suits"
    return None


def session_in_an_unequipped_room(round_, plan):
    components = {component.id: component for component in round_.components}
    for session in plan.sessions:
        component = components[session.component_id]
        for room in round_.rooms:
            if room.kind is component.room_kind and room.trade_ids and component.trade_id not in room.trade_ids:
                return moved(plan, session, room_id=room.id), "room-suits"
    return None


def a_turn_after_closing_time(round_, plan):
    return plan.sittings and (with_sitting(plan, plan.sittings[0], turn=500), "slot-long-enough")


def place_taken_twice(round_, plan):
    for group in sitters(plan).values():
        if len(group) > 1:
            one, other = group[:2]
            return with_sitting(plan, other, turn=one.turn, place=one.place), "place-capacity"
    return None


def extra_places(round_, session):
    return sum(w.places for w in round_.waivers if (w.room_id, w.slot_id) == (session.room_id, session.slot_id))


def place_beyond_the_last(round_, plan):
    places = {room.id: room.places for room in round_.rooms}
    sessions = {session.id: session for session in plan.sessions}
    for sitting in plan.sittings:
        session = sessions[sitting.session_id]
        last = places[session.room_id] + extra_places(round_, session)
        return with_sitting(plan, sitting, place=last + 1), "place-capacity"
    return None


def place_nought(round_, plan):
    return plan.sittings and (with_sitting(plan, plan.sittings[-1], place=0), "place-capacity")


def second_turn_in_a_theory_room(round_, plan):
    theory = {room.id for room in round_.rooms if room.kind is RoomKind.THEORY_ROOM}
    sessions = {session.id for session in plan.sessions if session.room_id in theory}
    for sitting in plan.sittings:
        if sitting.session_id in sessions:
            return with_sitting(plan, sitting, turn=2), "place-capacity"
    return None


def more_people_than_the_room_allows(round_, plan):
    """Everybody who sits a component crowds into one of its sessions, turn 1, each at an own place as far as there are any."""
    components = {component.id: component for component in round_.components}
    rooms = {room.id: room for room in round_.rooms}
    for session in plan.sessions:
        limit = components[session.component_id].staffing.room_limit
        most = min(rooms[session.room_id].places, limit or rooms[session.room_id].places) + extra_places(
            round_, session
        )
        crowd = [sitting for sitting in plan.sittings if sitting.component_id == session.component_id]
        if len(crowd) > most:
            place = {(s.party_id, s.member): n % rooms[session.room_id].places + 1 for n, s in enumerate(crowd)}
            sittings = tuple(
                replace(s, session_id=session.id, turn=1, place=place[s.party_id, s.member]) if s in crowd else s
                for s in plan.sittings
            )
            return replace(plan, sittings=sittings), "place-capacity"
    return None


def sitting_in_a_session_of_another_component(round_, plan):
    for sitting in plan.sittings:
        for session in plan.sessions:
            if session.component_id != sitting.component_id:
                return with_sitting(plan, sitting, session_id=session.id), "one-component"
    return None


def others_in_reserved_places(round_, plan):
    """Every other candidate of the component crowds into a session with reserved places."""
    parties = {party.id: party for party in round_.parties}
    for row in round_.reservations:
        for session in plan.sessions:
            if session.room_id != row.room_id or row.slot_id not in {"", session.slot_id}:
                continue
            others = [
                s
                for s in plan.sittings
                if s.component_id == session.component_id
                and not (
                    row.group_id in {"", parties[s.party_id].group_id}
                    and row.institution_id in {"", parties[s.party_id].institution_id}
                )
            ]
            places = next(room.places for room in round_.rooms if room.id == row.room_id)
            if len(others) > places + extra_places(round_, session) - row.places:
                crowd = {id(s) for s in others}
                sittings = tuple(
                    replace(s, session_id=session.id, turn=1) if id(s) in crowd else s for s in plan.sittings
                )
                return in_order(replace(plan, sittings=sittings)), "reservation"
    return None


def locked_party_moved(round_, plan):
    """The locked sitting leaves what its lock holds: another session, another turn, or another place."""
    sessions = {session.id: session for session in plan.sessions}
    for lock in round_.locks:
        for sitting in plan.sittings:
            if (sitting.party_id, sitting.component_id, sitting.member) != (lock.party_id, lock.component_id, 1):
                continue
            if lock.turn is not None:
                return with_sitting(plan, sitting, turn=sitting.turn + 1), "lock"
            if lock.place is not None:
                return with_sitting(plan, sitting, place=sitting.place + 1), "lock"
            held = sessions[sitting.session_id]
            other = next((s for s in round_.slots if s.id != held.slot_id), None)
            if lock.slot_id is not None and other is not None:
                return moved(plan, held, other.id), "lock"
            room = next((r for r in round_.rooms if r.id != held.room_id), None)
            if lock.room_id is not None and room is not None:
                return moved(plan, held, room_id=room.id), "lock"
    return None


PLACE_FAULTS = (
    two_sessions_in_a_room,
    session_in_a_closed_room,
    session_in_the_wrong_kind_of_room,
    session_in_an_unequipped_room,
    a_turn_after_closing_time,
    place_taken_twice,
    place_beyond_the_last,
    place_nought,
    second_turn_in_a_theory_room,
    more_people_than_the_room_allows,
    sitting_in_a_session_of_another_component,
    others_in_reserved_places,
    locked_party_moved,
)
