"""Planted faults of allotment, mixing and rotation; each needs a round that asks for its rule."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

from scheduler.domain.catalogue import RoomKind
from tests.planning.planting import in_order, moved, with_session


def _institution_of(round_):
    sites = {site.id: site.institution_id for site in round_.sites}
    return {room.id: sites[room.site_id] for room in round_.rooms}


def _sent_to(round_, plan, wrong, rule):
    """Move the session of some party to the first room that is wrong for the party."""
    parties = {party.id: party for party in round_.parties}
    sessions = {session.id: session for session in plan.sessions}
    for sitting in plan.sittings:
        for room in round_.rooms:
            if wrong(parties[sitting.party_id], room):
                return moved(plan, sessions[sitting.session_id], room_id=room.id), rule
    return None


def party_at_a_barred_site(round_, plan):
    return _sent_to(round_, plan, lambda party, room: room.site_id in party.barred_site_ids, "barred-site")


def group_at_a_barred_site(round_, plan):
    barred = {group.id: group.barred_site_ids for group in round_.groups}
    return _sent_to(round_, plan, lambda party, room: room.site_id in barred.get(party.group_id, ()), "barred-site")


def party_at_its_own_school(round_, plan):
    hosts = _institution_of(round_) if round_.policy.bar_own_institution else {}
    return (
        _sent_to(round_, plan, lambda party, room: party.institution_id == hosts.get(room.id, ""), "own-institution")
        if hosts
        else None
    )


def schools_that_examine_each_other(round_, plan):
    """Two parties trained by two institutions change sides."""
    if not round_.policy.no_mutual_exchange:
        return None
    hosts, sessions = _institution_of(round_), {session.id: session for session in plan.sessions}
    school = {party.id: party.institution_id for party in round_.parties if party.institution_id}
    for sitting in plan.sittings:
        own, host = school.get(sitting.party_id, ""), hosts[sessions[sitting.session_id].room_id]
        if not own or own == host:
            continue
        for other in plan.sittings:
            room = next((room for room in round_.rooms if hosts[room.id] == own), None)
            if school.get(other.party_id) == host and other.session_id != sitting.session_id and room is not None:
                return moved(plan, sessions[other.session_id], room_id=room.id), "no-mutual-exchange"
    return None


def two_components_on_a_day(round_, plan):
    """Every session of a party moves into one day."""
    most, sessions = round_.policy.max_sittings_per_day, {session.id: session for session in plan.sessions}
    by_party = defaultdict(dict)
    for sitting in plan.sittings:
        by_party[sitting.party_id][sitting.component_id] = sitting.session_id
    for held in by_party.values() if most is not None else ():
        if len(held) > most:
            first = sessions[min(held.values())].slot_id
            rooms = [room.id for room in round_.rooms]
            for session_id, room_id in zip(sorted(held.values()), rooms, strict=False):
                now = next(s for s in plan.sessions if s.id == session_id)
                plan = moved(plan, now, slot_id=first, room_id=room_id) if now.slot_id != first else plan
            return plan, "sittings-per-day"
    return None


def _fragments(round_, plan):
    """Groups split by rule, a component of each, and their sittings."""
    group_of = {party.id: party.group_id for party in round_.parties}
    by_group = defaultdict(list)
    for sitting in plan.sittings:
        by_group[group_of[sitting.party_id], sitting.component_id].append(sitting)
    split = {group.id: group for group in round_.groups if group.together == "fragments"}
    return [(split[id_], sittings) for (id_, _), sittings in by_group.items() if id_ in split]


def _elsewhere(round_, plan, one):
    """The plan with one sitting in a new session at another site, in the same slot."""
    sites = {room.id: room.site_id for room in round_.rooms}
    session = next(s for s in plan.sessions if s.id == one.session_id)
    for room in round_.rooms:
        id_ = f"{session.slot_id}.{room.id}"
        if room.site_id != sites[session.room_id] and all(s.id != id_ for s in plan.sessions):
            new = replace(session, id=id_, room_id=room.id)
            sittings = tuple(replace(s, session_id=id_) if s is one else s for s in plan.sittings)
            return in_order(replace(plan, sessions=(*plan.sessions, new), sittings=sittings))
    return None


def one_of_a_group_sent_away(round_, plan):
    for group, sittings in _fragments(round_, plan):
        if group.fragment_min > 1 and len(sittings) > 1:
            spoilt = _elsewhere(round_, plan, sittings[0])
            return spoilt and (spoilt, "group-together")
    return None


def group_crowded_at_one_site(round_, plan):
    for group, sittings in _fragments(round_, plan):
        if group.fragment_max is not None and len(sittings) > group.fragment_max:
            here = {id(s) for s in sittings}
            all_ = tuple(replace(s, session_id=sittings[0].session_id) if id(s) in here else s for s in plan.sittings)
            return replace(plan, sittings=all_), "group-together"
    return None


def workshop_that_mixes(round_, plan):
    kinds = {room.id: room.kind for room in round_.rooms}
    for session in plan.sessions:
        for component in round_.components:
            if kinds[session.room_id] is RoomKind.WORKSHOP and component.id != session.component_id:
                first, second = sorted((session.component_id, component.id))
                return with_session(plan, session, component_id=first, also_ids=(second,)), "mixed-theory"
    return None


def component_listed_twice(round_, plan):
    for session in plan.sessions:
        return with_session(plan, session, also_ids=(session.component_id,)), "mixed-theory"
    return None


def mixed_session_without_takers(round_, plan):
    for session in plan.sessions if round_.policy.mixed_theory else ():
        for component in round_.components:
            if component.id not in session.component_ids:
                also = tuple(sorted((*session.also_ids, component.id)))
                return with_session(plan, session, also_ids=also), "session-used"
    return None


def examiner_who_never_moves_on(round_, plan):
    """One examiner serves at one institution on every day it has sessions, and nowhere else."""
    most, hosts = round_.policy.max_consecutive_at, _institution_of(round_)
    if most is None or not round_.policy.examiners_on or not round_.examiners:
        return None
    days = {slot.id: slot.on for slot in round_.slots}
    by_host = defaultdict(set)
    for session in plan.sessions:
        by_host[hosts[session.room_id]].add(days[session.slot_id])
    host = next((host for host, seen in sorted(by_host.items()) if len(seen) > most), None)
    who = round_.examiners[0].id
    for session in plan.sessions if host is not None else ():
        team = set(session.examiner_ids) - {who} | ({who} if hosts[session.room_id] == host else set())
        plan = with_session(plan, session, examiner_ids=tuple(sorted(team)))
    return (plan, "examiner-rotation") if host is not None else None


def team_that_stays(round_, plan):
    if not round_.policy.rotate_half or not round_.policy.examiners_on:
        return None
    starts = {slot.id: slot.starts_at for slot in round_.slots}
    rooms = Counter(session.room_id for session in plan.sessions if session.examiner_ids)
    for room_id, n in rooms.items():
        if n > 1:
            held = sorted((s for s in plan.sessions if s.room_id == room_id), key=lambda s: starts[s.slot_id])
            return with_session(plan, held[1], examiner_ids=held[0].examiner_ids), "team-rotation"
    return None


ALLOTMENT_FAULTS = (
    party_at_a_barred_site,
    group_at_a_barred_site,
    party_at_its_own_school,
    schools_that_examine_each_other,
    two_components_on_a_day,
    one_of_a_group_sent_away,
    group_crowded_at_one_site,
    workshop_that_mixes,
    component_listed_twice,
    mixed_session_without_takers,
    examiner_who_never_moves_on,
    team_that_stays,
)
