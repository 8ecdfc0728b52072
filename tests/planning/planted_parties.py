"""Planted faults of what parties are promised."""

from __future__ import annotations

import math
from dataclasses import replace

from tests.planning.planting import moved, split_off, with_sitting


def _free_option(round_, plan, session):
    """A room and slot without a session, of the same room as ``session`` where one is left."""
    used = {(s.room_id, s.slot_id) for s in plan.sessions}
    options = [(room.id, slot.id) for room in round_.rooms for slot in round_.slots if (room.id, slot.id) not in used]
    options.sort(key=lambda option: option[0] != session.room_id)
    return options[0] if options else None


def _alone(round_, plan, sitting):
    """One sitting leaves its session for a new one of the same component."""
    held = next(session for session in plan.sessions if session.id == sitting.session_id)
    option = _free_option(round_, plan, held)
    if option is None:
        return None
    room_id, slot_id = option
    new = replace(held, id=f"{slot_id}.{room_id}", room_id=room_id, slot_id=slot_id)
    return split_off(plan, sitting, new)


def _ordered_pairs(round_, plan):
    """Sessions of an earlier and a later component that share a party, with the party."""
    components = {component.id: component for component in round_.components}
    sessions = {session.id: session for session in plan.sessions}
    seats = {}
    for sitting in plan.sittings:
        if sitting.member == 1:
            seats.setdefault(sitting.party_id, {})[sitting.component_id] = sessions[sitting.session_id]
    for party_id, by_component in seats.items():
        for component_id, later in by_component.items():
            for earlier_id in components[component_id].after:
                if earlier_id in by_component:
                    yield party_id, by_component[earlier_id], later


def member_in_another_session(round_, plan):
    for sitting in plan.sittings:
        if sitting.member > 1:
            spoilt = _alone(round_, plan, sitting)
            return spoilt and (spoilt, "one-session-each")
    return None


def practical_before_theory(round_, plan):
    for _, earlier, later in _ordered_pairs(round_, plan):
        last = max(round_.slots, key=lambda slot: (slot.on, slot.end))
        if last.id != later.slot_id:
            return moved(plan, earlier, slot_id=last.id), "component-order"
    return None


def practical_during_theory(round_, plan):
    for _, earlier, later in _ordered_pairs(round_, plan):
        return moved(plan, earlier, slot_id=later.slot_id), "component-order"
    return None


def party_in_two_sessions_at_a_time(round_, plan):
    for _, earlier, later in _ordered_pairs(round_, plan):
        return moved(plan, later, slot_id=earlier.slot_id), "candidate-free"
    return None


def _session_where(round_, plan, wrong, rule):
    """Move the session of some party to the first slot that is wrong for the party."""
    parties = {party.id: party for party in round_.parties}
    sessions = {session.id: session for session in plan.sessions}
    for sitting in plan.sittings:
        for slot in round_.slots:
            if wrong(parties[sitting.party_id], slot):
                return moved(plan, sessions[sitting.session_id], slot_id=slot.id), rule
    return None


def party_that_cannot_come(round_, plan):
    return _session_where(
        round_, plan, lambda party, slot: slot.id in party.unavailable_slot_ids, "candidate-available"
    )


def party_before_its_earliest_day(round_, plan):
    return _session_where(
        round_, plan, lambda p, slot: p.earliest_on is not None and slot.on < p.earliest_on, "deadline"
    )


def party_after_its_latest_day(round_, plan):
    return _session_where(round_, plan, lambda p, slot: p.latest_on is not None and slot.on > p.latest_on, "deadline")


def accessible_party_up_the_stairs(round_, plan):
    needing = {party.id for party in round_.parties if party.accessible}
    sessions = {session.id: session for session in plan.sessions}
    for room in round_.rooms:
        for sitting in plan.sittings:
            if not room.accessible and sitting.party_id in needing:
                return moved(plan, sessions[sitting.session_id], room_id=room.id), "accessibility"
    return None


def split_group(round_, plan):
    kept = {group.id: group.together for group in round_.groups if group.together != "none"}
    group_of = {party.id: party.group_id for party in round_.parties}
    sites = {room.id: room.site_id for room in round_.rooms}
    rooms = {session.id: session.room_id for session in plan.sessions}
    for one in plan.sittings:
        mates = [
            s
            for s in plan.sittings
            if s.component_id == one.component_id
            and s.party_id != one.party_id
            and group_of[s.party_id] == group_of[one.party_id]
        ]
        if not mates or group_of[one.party_id] not in kept:
            continue
        if kept[group_of[one.party_id]] == "session":
            spoilt = _alone(round_, plan, one)
            return spoilt and (spoilt, "group-together")
        here = sites[rooms[one.session_id]]
        far = next((s for s in plan.sessions if sites[s.room_id] != here and s.component_id == one.component_id), None)
        if far is not None:
            return with_sitting(plan, one, session_id=far.id), "group-together"
    return None


def trip_too_far(round_, plan):
    limit = round_.policy.max_travel_km
    sites = {site.id: site for site in round_.sites}
    roads = {(d.origin_id, d.site_id): d.km for d in round_.distances}
    parties = {party.id: party for party in round_.parties}
    sessions = {session.id: session for session in plan.sessions}
    for sitting in plan.sittings if limit is not None else ():
        party = parties[sitting.party_id]
        for room in round_.rooms:
            km, site = roads.get((party.origin_id, room.site_id)), sites[room.site_id]
            if km is None and party.x_km is not None and site.x_km is not None:
                km = round_.policy.road_factor * math.dist((party.x_km, party.y_km), (site.x_km, site.y_km))
            if km is None or km > limit:
                return moved(plan, sessions[sitting.session_id], room_id=room.id), "travel-limit"
    return None


PARTY_FAULTS = (
    member_in_another_session,
    practical_before_theory,
    practical_during_theory,
    party_in_two_sessions_at_a_time,
    party_that_cannot_come,
    party_before_its_earliest_day,
    party_after_its_latest_day,
    accessible_party_up_the_stairs,
    split_group,
    trip_too_far,
)
