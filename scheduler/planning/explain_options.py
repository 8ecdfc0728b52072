"""Options of a party for a component, a room in a slot each, and the rules that block them, by plain counting.

Used by the explanation alone. The plan stands as it is: what others hold is taken, what is left can be had.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Component, RoomKind
from scheduler.domain.places import Room
from scheduler.domain.rounds import Lock, Party
from scheduler.planning.audit_allotment import nearest_sites
from scheduler.planning.audit_reading import Held, Reading, strictest
from scheduler.planning.explain_crews import Crews
from scheduler.planning.rules import RULES

_RANK = {rule.id: n for n, rule in enumerate(RULES)}
UNSTAFFED = frozenset(
    {
        "examiner-count",
        "examiner-rotation",
        "team-rotation",
        "recusal-person",
        "recusal-institution",
        "joint-institutions",
        "session-lead",
    }
)
"""Rules that more examiners would satisfy."""


@dataclass(frozen=True, slots=True)
class Option:
    """One room in one slot for one component, and what keeps a party from it."""

    component_id: str
    room_id: str
    slot_id: str
    blocked_by: tuple[str, ...]
    """Rule ids in the order of the catalogue; empty when nothing does."""
    short: int = 0
    """Places or examiners missing, where that is what blocks; else 0."""


@dataclass(frozen=True, slots=True)
class _Spot:
    component: Component
    room: Room
    slot: Slot
    coming: tuple[Party, ...]
    """Who would come: the party, and those of its group who must come with it."""

    @property
    def heads(self) -> int:
        """Return the number of candidates who would come."""
        return sum(party.head_count for party in self.coming)


class Options:
    """Every option of every party against one plan, indexed once."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.crews = Crews(reading)
        self.closed = {(o.room_id, o.slot_id) for o in reading.round.openings if o.closed}
        self.closed |= {(room.id, slot_id) for room in reading.round.rooms for slot_id in room.closed_slot_ids}
        self.held_at = {(held.room.id, held.slot.id): held for held in reading.held}
        self.known: dict[tuple[str, str], list[Option]] = {}
        self.judged = 0
        """Options judged so far."""
        self.nearest: dict[tuple[str, str], set[str]] = {}
        self._slots = sorted(reading.round.slots, key=lambda slot: (slot.on, slot.start, slot.id))
        self._rooms = sorted(reading.round.rooms, key=lambda room: room.id)
        self._singled_out = {recusal.party_id for recusal in reading.round.recusals}
        self._singled_out |= {lock.party_id for lock in reading.round.locks}

    def of(self, party: Party, component: Component) -> list[Option]:
        """Return the options of a party: rooms of the component's kind in every slot, by slot and room."""
        # Parties that differ in nothing but their id share the answer; one with a recusal or a lock stands for itself.
        key = component.id, repr(party if party.id in self._singled_out else replace(party, id=""))
        if key not in self.known:
            rooms = [room for room in self._rooms if room.kind is component.room_kind]
            coming = {room.site_id: self._coming(party, component, room.site_id) for room in rooms}
            spots = (_Spot(component, room, slot, coming[room.site_id]) for slot in self._slots for room in rooms)
            self.known[key] = [self._judge(party, spot) for spot in spots]
            self.judged += len(self.known[key])
        return self.known[key]

    def turns(self, component: Component, room: Room, slot: Slot) -> int:
        """Return how many turns fit, 0 when not one does."""
        if slot.minutes < component.minutes:
            return 0
        if room.kind is RoomKind.THEORY_ROOM:
            return 1
        changeover = self.reading.policy.changeover_min
        turns = (slot.minutes + changeover) // max(1, component.minutes + changeover)
        return turns if room.max_turns is None else min(turns, room.max_turns)

    def places_left(self, component: Component, room: Room, slot: Slot) -> int:
        """Return the free places in all turns; 0 where another session is in the way or nothing fits."""
        held = self.held_at.get((room.id, slot.id))
        if self._other_session(component, room, slot):
            return 0
        taken = len(self.reading.by_session.get(held.session.id, ())) if held else 0
        limit = strictest((component, *(held.components if held else ()))).room_limit
        at_once = self.reading.extra.get((room.id, slot.id), 0) + min(room.places, limit or room.places)
        return max(0, at_once * self.turns(component, room, slot) - taken)

    def _coming(self, party: Party, component: Component, site_id: str) -> tuple[Party, ...]:
        """Return the party and who must come with it: its group where that is whole, the first fragment at a new site."""
        group = self.reading.groups.get(party.group_id)
        if group is None or group.together in {"none", "site"}:
            return (party,)
        mates = [mate for mate in self._by_group[group.id] if component.id in mate.component_ids]
        if group.together == "session":
            return (party,) if self._mates_at(party, component.id) else tuple(mates)
        coming, heads = [party], party.head_count + self._heads_at(group.id, component.id, site_id)
        waiting = (mate for mate in mates if mate.id != party.id and mate.id not in self.reading.by_party)
        while heads < group.fragment_min and (mate := next(waiting, None)) is not None:
            coming.append(mate)
            heads += mate.head_count
        return tuple(coming)

    def _judge(self, party: Party, spot: _Spot) -> Option:
        rules = self._place_rules(party, spot).union(*(self._party_rules(one, spot) for one in spot.coming))
        short = self._places_short(spot) if rules == {"place-capacity"} else 0
        if self.reading.policy.examiners_on and "slot-long-enough" not in rules and "room-once" not in rules:
            staffing, missing = self.crews.judge(spot.component, spot.room, spot.slot, spot.coming)
            short = missing if not rules else short
            rules |= staffing
        ordered = tuple(sorted(rules, key=_RANK.__getitem__))
        return Option(spot.component.id, spot.room.id, spot.slot.id, ordered, short)

    def _place_rules(self, party: Party, spot: _Spot) -> set[str]:
        component, room, slot = spot.component, spot.room, spot.slot
        rules = set()
        if room.trade_ids and component.trade_id not in room.trade_ids:
            rules.add("room-suits")
        if (room.id, slot.id) in self.closed or slot.on not in self.reading.round.window:
            rules.add("room-open")
        if self.turns(component, room, slot) == 0:
            rules.add("slot-long-enough")
        elif self._other_session(component, room, slot):
            rules.add("room-once")
        else:
            left = self.places_left(component, room, slot)
            if left < spot.heads:
                rules.add("place-capacity")
            elif left - self._kept_for_others(party, spot) < spot.heads:
                rules.add("reservation")
        return rules

    def _places_short(self, spot: _Spot) -> int:
        turns = self.turns(spot.component, spot.room, spot.slot)
        return -(-(spot.heads - self.places_left(spot.component, spot.room, spot.slot)) // max(1, turns))

    def _other_session(self, component: Component, room: Room, slot: Slot) -> bool:
        mixing = self.reading.policy.mixed_theory and room.kind is RoomKind.THEORY_ROOM
        return any(
            held.slot.overlaps(slot) and (held.slot.id != slot.id or not (mixing or component in held.components))
            for held in self._sessions_of_day.get((room.id, slot.on), ())
        )

    def _kept_for_others(self, party: Party, spot: _Spot) -> int:
        """Return the reserved places that this party may not take and their own people have not taken yet."""
        turns, kept = self.turns(spot.component, spot.room, spot.slot), 0
        held = self.held_at.get((spot.room.id, spot.slot.id))
        sitters = self.reading.by_session.get(held.session.id, ()) if held else ()
        for row in self.reading.round.reservations:
            if row.room_id != spot.room.id or row.slot_id not in {"", spot.slot.id}:
                continue
            whose = [p for p in (party, *(s.party for s in sitters)) if row.group_id in {"", p.group_id}]
            own = [p for p in whose if row.institution_id in {"", p.institution_id}]
            if party not in own:
                kept += max(0, turns * row.places - len(own))
        return kept

    def _party_rules(self, party: Party, spot: _Spot) -> set[str]:
        room, slot = spot.room, spot.slot
        rules = set()
        if slot.id in party.unavailable_slot_ids:
            rules.add("candidate-available")
        if not (party.earliest_on or slot.on) <= slot.on <= (party.latest_on or slot.on):
            rules.add("deadline")
        if party.accessible and not room.accessible:
            rules.add("accessibility")
        rules |= self._site_rules(party, spot.component, room.site_id)
        for lock in self._locks.get((party.id, spot.component.id), ()):
            if lock.slot_id not in {None, slot.id} or lock.room_id not in {None, room.id}:
                rules.add("lock")
        if self._splits(party, spot):
            rules.add("group-together")
        return rules

    def _site_rules(self, party: Party, component: Component, site_id: str) -> set[str]:
        policy, own = self.reading.policy, party.institution_id
        group = self.reading.groups.get(party.group_id)
        host = self.reading.sites[site_id].institution_id if site_id in self.reading.sites else ""
        km = self.reading.km(party, site_id) if policy.max_travel_km is not None else None
        rules = set()
        if site_id in party.barred_site_ids + (group.barred_site_ids if group is not None else ()):
            rules.add("barred-site")
        if policy.bar_own_institution and own and own == host:
            rules.add("own-institution")
        if policy.no_mutual_exchange and own and own != host and (host, own) in self._exchanged:
            rules.add("no-mutual-exchange")
        too_far = policy.max_travel_km is not None and (km is None or km > policy.max_travel_km)
        if too_far and not (party.travel_exception and site_id in self._nearest(party, component)):
            rules.add("travel-limit")
        return rules

    def _nearest(self, party: Party, component: Component) -> set[str]:
        key = party.id, component.id
        if key not in self.nearest:
            self.nearest[key] = nearest_sites(self.reading, party, component)
        return self.nearest[key]

    def _splits(self, party: Party, spot: _Spot) -> bool:
        """Tell whether the party would sit apart from its group, or in a fragment of a size not allowed."""
        group = self.reading.groups.get(party.group_id)
        if group is None or group.together == "none":
            return False
        if group.together == "fragments":
            heads = self._heads_at(group.id, spot.component.id, spot.room.site_id) + spot.heads
            due = [mate for mate in self._by_group[group.id] if spot.component.id in mate.component_ids]
            least = min(group.fragment_min, sum(mate.head_count for mate in due))
            return heads < least or (group.fragment_max is not None and heads > group.fragment_max)
        mates = self._mates_at(party, spot.component.id)
        here = spot.room.site_id if group.together == "site" else f"{spot.slot.id}.{spot.room.id}"
        return bool(mates) and mates != {here}

    def _heads_at(self, group_id: str, component_id: str, site_id: str) -> int:
        """Return how many of a group sit a component at a site."""
        return sum(
            self.reading.parties[id_].head_count
            for id_ in self._group_places.get((group_id, component_id), {}).get(site_id, ())
        )

    @cached_property
    def _exchanged(self) -> set[tuple[str, str]]:
        """Who trained and who examines, of every sitting."""
        sites = self.reading.sites
        return {
            (party.institution_id, sites[held.room.site_id].institution_id)
            for _, party, held in self.reading.seated
            if party.institution_id and held.room.site_id in sites
        }

    def _mates_at(self, party: Party, component_id: str) -> set[str]:
        """Return the sessions, or sites, at which others of a group kept together sit a component."""
        if party.group_id not in self._together:
            return set()
        return {place for place, who in self._group_places[party.group_id, component_id].items() if who - {party.id}}

    @cached_property
    def _together(self) -> dict[str, str]:
        return {group.id: group.together for group in self.reading.round.groups if group.together != "none"}

    @cached_property
    def _group_places(self) -> dict[tuple[str, str], dict[str, set[str]]]:
        places: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for sitting, party, held in self.reading.seated:
            if party.group_id in self._together:
                site = self._together[party.group_id] in {"site", "fragments"}
                place = held.room.site_id if site else f"{held.slot.id}.{held.room.id}"
                places[party.group_id, sitting.component_id][place].add(party.id)
        return places

    @cached_property
    def _by_group(self) -> dict[str, list[Party]]:
        groups = defaultdict(list)
        for party in self.reading.round.parties:
            groups[party.group_id].append(party)
        return groups

    @cached_property
    def _locks(self) -> dict[tuple[str, str], list[Lock]]:
        locks = defaultdict(list)
        for lock in self.reading.round.locks:
            locks[lock.party_id, lock.component_id].append(lock)
        return locks

    @cached_property
    def _sessions_of_day(self) -> dict[tuple[str, date], list[Held]]:
        """Return the sessions of each room and day; slots overlap on one day only."""
        sessions = defaultdict(list)
        for held in self.reading.held:
            sessions[held.room.id, held.slot.on].append(held)
        return sessions
