"""Who else could serve, and which other rooms would do: each tried as an edit of the plan in force and audited before it is told.

Used by the verbs of the day. The nearest come first; no solver is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scheduler.domain.places import Site
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Session
from scheduler.errors import Text
from scheduler.planning.edits import brought, settled, with_examiner, with_room

TOLD, TRIED = 5, 40
"""Substitutes told, and tried, at most."""


@dataclass(frozen=True, slots=True)
class Substitute:
    """Somebody who could serve instead, or a room that would do; every rule holds with it."""

    id: str
    words: Text
    """Name, institution or site, distance, and what else speaks for it."""


def other_examiners(round_: Round, plan: Plan, session: Session, out: str) -> list[Substitute]:
    """Return examiners who are free and may serve in a session instead of one of its own, the nearest first."""
    slots = {slot.id: slot for slot in round_.slots}
    sites = {site.id: site for site in round_.sites}
    here = sites[next(room.site_id for room in round_.rooms if room.id == session.room_id)]
    duty = {component.id: component.staffing.duty for component in round_.components}[session.component_id]
    slot, bodies = slots[session.slot_id], {one.id: one.name for one in round_.institutions}
    busy: dict[str, list[str]] = {}
    for other in plan.sessions:
        if other.slot_id in slots and slots[other.slot_id].on == slot.on:
            for examiner_id in other.examiner_ids:
                busy.setdefault(examiner_id, []).append(other.slot_id)
    ranked = []
    for one in round_.examiners:
        taken = any(slots[slot_id].overlaps(slot) for slot_id in busy.get(one.id, ()))
        if one.id == out or taken or duty not in one.duties or slot.id in one.unavailable_slot_ids:
            continue
        km = _nearest(here, (site for site in round_.sites if site.institution_id == one.institution_id))
        load = len(busy.get(one.id, ()))
        body = bodies.get(one.institution_id, one.institution_id)
        words = Text(
            f"{one.name} {one.id}（{body}{_km(km).zh}，当日另有 {load} 场）",
            f"{one.name} {one.id} ({body}{_km(km).en}, {load} other sessions that day)",
        )
        ranked.append(((km, load, one.id), Substitute(one.id, words)))
    edit = lambda id_: with_examiner(round_, plan, session.id, out, id_)  # noqa: E731 - one of two edits, by name
    return _lawful(round_, plan, [one for _, one in sorted(ranked, key=lambda pair: pair[0])], edit)


def other_rooms(round_: Round, plan: Plan, session: Session) -> list[Substitute]:
    """Return rooms to which a session could move in its slot, those of the same site first, then the nearest."""
    slots = {slot.id: slot for slot in round_.slots}
    rooms, sites = {room.id: room for room in round_.rooms}, {site.id: site for site in round_.sites}
    old, slot = rooms[session.room_id], slots[session.slot_id]
    kind = {component.id: component.room_kind for component in round_.components}[session.component_id]
    taken = {s.room_id for s in plan.sessions if s.slot_id in slots and slots[s.slot_id].overlaps(slot)}
    ranked = []
    for room in round_.rooms:
        if room.id in taken or room.kind is not kind:
            continue
        km = 0.0 if room.site_id == old.site_id else _nearest(sites[old.site_id], [sites[room.site_id]])
        site = sites[room.site_id]
        words = Text(
            f"{room.name} {room.id}（{site.name or site.id}{_km(km).zh}，{room.places} 个考位）",
            f"{room.name} {room.id} ({site.name or site.id}{_km(km).en}, {room.places} places)",
        )
        ranked.append(((room.site_id != old.site_id, km, room.id), Substitute(room.id, words)))
    edit = lambda id_: with_room(round_, plan, session.id, id_)  # noqa: E731 - as above
    return _lawful(round_, plan, [one for _, one in sorted(ranked, key=lambda pair: pair[0])], edit)


def _lawful(round_: Round, plan: Plan, ranked: list[Substitute], edit: Callable[[str], Plan]) -> list[Substitute]:
    found: list[Substitute] = []
    for one in ranked[:TRIED]:
        broken, _ = brought(round_, plan, settled(round_, edit(one.id)))
        if not broken:
            found.append(one)
        if len(found) == TOLD:
            break
    return found


def _nearest(here: Site, sites: Iterable[Site]) -> float:
    found = math.inf
    for site in sites:
        if site.id == here.id:
            return 0.0
        if None not in {here.x_km, here.y_km, site.x_km, site.y_km}:
            found = min(found, math.dist((here.x_km or 0, here.y_km or 0), (site.x_km or 0, site.y_km or 0)))
    return found


def _km(km: float) -> Text:
    return Text("", "") if math.isinf(km) or km == 0 else Text(f"，{km:.0f} 公里", f", {km:.0f} km")
