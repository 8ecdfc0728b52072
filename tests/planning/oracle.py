"""The cheapest plan of a tiny round by trying everything, from Round values alone: the model's second opinion."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations, product

from scheduler.domain.calendar import gap_minutes
from scheduler.domain.catalogue import Duty, RoomKind


def cheapest(round_):
    """The least cost of any plan of a round without locks, reservations and coordinates' limits."""
    best = math.inf
    for choice in product(*(_ways(round_, party) for party in round_.parties)):
        rooms = _rooms(round_, choice)
        if rooms is not None:
            cost = sum(cost for cost, _ in choice) + sum(_opening(round_, key) for key in rooms)
            if cost < best:
                crews = _crews(round_, sorted(rooms), rooms, {}, 0, best - cost)
                if crews is not None:
                    best = cost + crews
    return best


def _ways(round_, party):
    """Every way of a party through its components, with its own cost; the last is no place at all."""
    components = {c.id: c for c in round_.components}
    options = [
        [
            (room, slot, components[cid])
            for room in round_.rooms
            for slot in round_.slots
            if _fits(round_, party, components[cid], room, slot)
        ]
        for cid in party.component_ids
    ]
    ways = [
        (_own(round_, party, way), tuple((party, *one) for one in way))
        for way in product(*options)
        if _in_order(round_, way)
    ]
    return [*ways, (round_.policy.weights.unplaced * party.head_count, ())]


def _fits(round_, party, component, room, slot):
    opening = {(o.room_id, o.slot_id): o for o in round_.openings}.get((room.id, slot.id))
    return (
        room.kind is component.room_kind
        and (not room.trade_ids or component.trade_id in room.trade_ids)
        and slot.on in round_.window
        and slot.id not in (*room.closed_slot_ids, *party.unavailable_slot_ids)
        and not (opening and opening.closed)
        and _capacity(round_, component, room, slot) >= party.head_count
        and (party.earliest_on or slot.on) <= slot.on <= (party.latest_on or slot.on)
        and (room.accessible or not party.accessible)
    )


def _turn(component, room):
    limit = component.staffing.room_limit
    return room.places if limit is None else min(limit, room.places)


def _capacity(round_, component, room, slot):
    if slot.minutes < component.minutes:
        return 0
    change = round_.policy.changeover_min
    turns = 1 if room.kind is RoomKind.THEORY_ROOM else (slot.minutes + change) // (component.minutes + change)
    if room.kind is RoomKind.WORKSHOP and room.max_turns is not None:
        turns = min(turns, room.max_turns)
    return turns * _turn(component, room)


def _in_order(round_, way):
    for (_, s, a), (_, t, b) in product(way, way):
        if a is not b and s.overlaps(t):
            return False
        if a.id in b.after:
            late = round_.policy.order_days_max is not None and (t.on - s.on).days > round_.policy.order_days_max
            if gap_minutes(s, t) < round_.policy.order_gap_min or late:
                return False
    return True


def _own(round_, party, way):
    weights, sites = round_.policy.weights, {s.id: s for s in round_.sites}
    stated = {(d.origin_id, d.site_id): d.km for d in round_.distances}
    trips = {(slot.on, room.site_id) for room, slot, _ in way}
    cost = weights.extra_trip * party.head_count * (len(trips) - 1)
    for _, site_id in trips:
        km = stated.get((party.origin_id, site_id))
        if km is None and party.x_km is not None:
            km = round_.policy.road_factor * math.hypot(
                party.x_km - sites[site_id].x_km, party.y_km - sites[site_id].y_km
            )
        cost += party.fares.get(site_id, party.head_count * weights.km * math.floor((km or 0) + 0.5))
    start = max(round_.window.first_on, party.earliest_on or round_.window.first_on)
    return cost + weights.wait_day * party.head_count * (max(s.on for _, s, _ in way) - start).days


def _rooms(round_, choice):
    """Who sits in which room, slot and component; None where they do not fit."""
    held = {}
    for party, room, slot, component in (one for _, way in choice for one in way):
        held.setdefault((room.id, slot.id, component.id), []).append(party)
    rooms, slots = {r.id: r for r in round_.rooms}, {s.id: s for s in round_.slots}
    components = {c.id: c for c in round_.components}
    for (r, s, c), people in held.items():
        if sum(p.head_count for p in people) > _capacity(round_, components[c], rooms[r], slots[s]):
            return None
    if any(a[0] == b[0] and slots[a[1]].overlaps(slots[b[1]]) for a, b in combinations(held, 2)):
        return None
    kept = {g.id: g.together for g in round_.groups if g.together != "none"}
    places = Counter()
    for g, c, _ in {
        (p.group_id, key[2], key[:2] if kept[p.group_id] == "session" else rooms[key[0]].site_id)
        for key, people in held.items()
        for p in people
        if p.group_id in kept
    }:
        places[g, c] += 1
    return None if any(n > 1 for n in places.values()) else held


def _opening(round_, key):
    room = next(r for r in round_.rooms if r.id == key[0])
    said = {(o.room_id, o.slot_id): o.cost for o in round_.openings}.get(key[:2])
    by_kind = (
        round_.policy.weights.theory_session
        if room.kind is RoomKind.THEORY_ROOM
        else round_.policy.weights.workshop_session
    )
    return said if said is not None else room.opening_cost if room.opening_cost is not None else by_kind


def _crews(round_, keys, held, serving, spent, limit):
    """The least cost of examiners for these sessions, or None when it cannot be had below the limit."""
    if spent >= limit:
        return None
    if not keys or not round_.policy.examiners_on:
        return spent
    slots = {s.id: s for s in round_.slots}
    slot, best = slots[keys[0][1]], None
    free = [e for e in round_.examiners if _may_serve(e, slot, serving.get(e.id, []))]
    for size in range(1, len(free) + 1):
        for crew in combinations(free, size):
            if _crew_holds(round_, keys[0], held[keys[0]], crew):
                after = {**serving, **{e.id: [*serving.get(e.id, []), slot] for e in crew}}
                found = _crews(round_, keys[1:], held, after, spent + size * round_.policy.weights.examiner, limit)
                if found is not None:
                    best, limit = found, found
    return best


def _may_serve(examiner, slot, served):
    return (
        slot.id not in examiner.unavailable_slot_ids
        and not any(slot.overlaps(other) for other in served)
        and sum(other.on == slot.on for other in served) < examiner.max_per_day
        and sum(other.week() == slot.week() for other in served) < examiner.max_per_week
    )


def _crew_holds(round_, key, people, crew):
    component = next(c for c in round_.components if c.id == key[2])
    room = next(r for r in round_.rooms if r.id == key[0])
    staffing, heads = component.staffing, sum(p.head_count for p in people)
    assess = staffing.duty is Duty.ASSESS
    if any(
        staffing.duty not in e.duties or (assess and e.trade_ids and component.trade_id not in e.trade_ids)
        for e in crew
    ):
        return False
    if len(crew) < max(staffing.at_least, math.ceil(min(heads, _turn(component, room)) / staffing.per_candidates)):
        return False
    if assess and not any(e.may_lead for e in crew):
        return False
    if len({e.institution_id for e in crew}) < min(
        round_.policy.min_institutions, len({e.institution_id for e in round_.examiners})
    ):
        return False
    recused = {(r.examiner_id, r.party_id) for r in round_.recusals}
    if any((e.id, p.id) in recused for e in crew for p in people):
        return False
    trained = Counter()
    for p in people:
        trained[p.institution_id] += p.head_count
    trained.pop("", None)
    return all(
        sum(e.institution_id != i for e in crew) >= max(1, math.ceil(n / round_.policy.independent_per))
        for i, n in trained.items()
    )
