"""A round and a plan read side by side, and the register of audit checks.

Used by the audit's files only. Nothing of the model stands here: plain dictionaries over Round and Plan, so that a slip in the
solver's integers cannot hide.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Component, Staffing
from scheduler.domain.places import Room
from scheduler.domain.rounds import Group, Party, Round
from scheduler.domain.sessions import Plan, Session, Sitting
from scheduler.errors import Text


class Held(NamedTuple):
    """A session with what its ids name."""

    session: Session
    component: Component
    room: Room
    slot: Slot
    components: tuple[Component, ...]
    """All that is examined there; more than one in a mixed theory room."""


class Seated(NamedTuple):
    """A sitting with its party and session."""

    sitting: Sitting
    party: Party
    held: Held


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check found, before it is worded as a finding."""

    subject: str
    what: Text
    said: str | None = None
    expected: Text | None = None


class Reading:
    """A round and a plan, indexed once. What an unknown id names is left out here; ``known-ids`` reports it."""

    def __init__(self, round_: Round, plan: Plan) -> None:
        self.round = round_
        self.plan = plan
        self.policy = round_.policy
        self.slots = {slot.id: slot for slot in round_.slots}
        self.rooms = {room.id: room for room in round_.rooms}
        self.sites = {site.id: site for site in round_.sites}
        self.components = {component.id: component for component in round_.components}
        self.parties = {party.id: party for party in round_.parties}
        self.examiners = {examiner.id: examiner for examiner in round_.examiners}
        self.groups: dict[str, Group] = {group.id: group for group in round_.groups}
        self.extra = {(waiver.room_id, waiver.slot_id): waiver.places for waiver in round_.waivers}
        """Places beyond the room's own that a waiver allows, by room and slot."""

    @cached_property
    def held(self) -> list[Held]:
        """Every session whose component, room and slot are known."""
        known = []
        for session in self.plan.sessions:
            component = self.components.get(session.component_id)
            room, slot = self.rooms.get(session.room_id), self.slots.get(session.slot_id)
            if component is not None and room is not None and slot is not None:
                also = (self.components.get(id_) for id_ in session.also_ids)
                all_ = (component, *(one for one in also if one is not None))
                known.append(Held(session, component, room, slot, all_))
        return known

    @cached_property
    def seated(self) -> list[Seated]:
        """Every sitting whose party and session are known."""
        sessions: dict[str, Held] = {}
        for held in self.held:
            sessions.setdefault(held.session.id, held)
        known = []
        for sitting in self.plan.sittings:
            party, its_session = self.parties.get(sitting.party_id), sessions.get(sitting.session_id)
            if party is not None and its_session is not None:
                known.append(Seated(sitting, party, its_session))
        return known

    @cached_property
    def by_session(self) -> dict[str, list[Seated]]:
        """Known sittings by session id."""
        groups: dict[str, list[Seated]] = defaultdict(list)
        for seated in self.seated:
            groups[seated.sitting.session_id].append(seated)
        return groups

    @cached_property
    def by_party(self) -> dict[str, list[Seated]]:
        """Known sittings by party id."""
        groups: dict[str, list[Seated]] = defaultdict(list)
        for seated in self.seated:
            groups[seated.party.id].append(seated)
        return groups

    @cached_property
    def unplaced_ids(self) -> set[str]:
        """Ids that stand among the unplaced."""
        return {unplaced.party_id for unplaced in self.plan.unplaced}

    @cached_property
    def opening_costs(self) -> dict[tuple[str, str], int | None]:
        """What the round says a session costs, by room and slot; None where it says only whether it is closed."""
        return {(opening.room_id, opening.slot_id): opening.cost for opening in self.round.openings}

    @cached_property
    def _roads(self) -> dict[tuple[str, str], float]:
        return {(distance.origin_id, distance.site_id): distance.km for distance in self.round.distances}

    def km(self, party: Party, site_id: str) -> float | None:
        """Return the length of one trip in kilometres; None when nothing says it."""
        given = self._roads.get((party.origin_id, site_id))
        if given is not None:
            return given
        site = self.sites.get(site_id)
        if site is None or site.x_km is None or site.y_km is None or party.x_km is None or party.y_km is None:
            return None
        return self.policy.road_factor * math.hypot(party.x_km - site.x_km, party.y_km - site.y_km)

    def places(self, held: Held) -> int:
        """Return the number of places a session has in one turn, waivers counted."""
        return held.room.places + self.extra.get((held.room.id, held.slot.id), 0)

    def at_once(self, held: Held) -> int:
        """Return the most candidates a session may hold in one turn, waivers counted."""
        limit = strictest(held.components).room_limit
        extra = self.extra.get((held.room.id, held.slot.id), 0)
        return extra + (held.room.places if limit is None else min(held.room.places, limit))


def strictest(components: tuple[Component, ...]) -> Staffing:
    """Return the staffing that satisfies all components of one session: most examiners, fewest candidates."""
    if len(components) == 1:
        return components[0].staffing
    asked = [component.staffing for component in components]
    return Staffing(
        duty=asked[0].duty,
        at_least=max(one.at_least for one in asked),
        per_candidates=min(one.per_candidates for one in asked),
        room_limit=min((one.room_limit for one in asked if one.room_limit is not None), default=None),
    )


Check = Callable[[Reading], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Registered:
    """A check and the one thing to do about what it finds."""

    check: Check
    hint: Text


CHECKS: dict[str, Registered] = {}


def checks(rule_id: str, zh: str, en: str) -> Callable[[Check], Check]:
    """Register the check of one hard rule, with its hint in both languages."""

    def register(check: Check) -> Check:
        CHECKS[rule_id] = Registered(check, Text(zh, en))
        return check

    return register
