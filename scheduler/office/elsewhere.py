"""What a plan shares with other published rounds at the same time: people, examiners, rooms.

Used by publish. Each round is planned alone, so that only here a clash between two of them can be seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.domain.calendar import Slot
from scheduler.domain.rounds import RoundSetup
from scheduler.domain.sessions import Plan
from scheduler.errors import Finding, Text, Where
from scheduler.registry.store import Store

WORDS = {
    "candidate": Text("考生", "candidate"),
    "examiner": Text("考评员", "examiner"),
    "room": Text("考场", "room"),
}


@dataclass(frozen=True, slots=True)
class _Use:
    """Somebody or something taken for one slot."""

    kind: str
    key: str
    """What is the same in both rounds: the person, or site and id together."""
    name: str
    slot: Slot


def clashes(store: Store, round_id: str, plan: Plan) -> list[Finding]:
    """Return a warning for each person or room that another published round uses at the same time, sorted."""
    taken: dict[tuple[str, str], list[tuple[str, Slot]]] = {}
    for other in store.rounds.round_ids():
        published = store.plans.published(other) if other != round_id else None
        for use in _uses(store, other, published.plan) if published else ():
            taken.setdefault((use.kind, use.key), []).append((other, use.slot))
    found = {
        (use.kind, use.name, use.slot.id, other): _clash(use, other, slot)
        for use in (_uses(store, round_id, plan) if taken else ())
        for other, slot in taken.get((use.kind, use.key), ())
        if slot.overlaps(use.slot)
    }
    return [found[key] for key in sorted(found)]


def _uses(store: Store, round_id: str, plan: Plan) -> Iterator[_Use]:
    setup = store.rounds.setup(round_id)
    slots = {slot.id: slot for slot in setup.slots}
    entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
    places, bodies = _places(setup), {institution.id: institution.name for institution in setup.institutions}
    examiners = {e.id: (f"{e.id} {e.name} {bodies.get(e.institution_id, '')}", e.name or e.id) for e in setup.examiners}
    # A slot, room or examiner may have left the set-up since; what is gone clashes with nothing.
    sessions = {session.id: session for session in plan.sessions if session.slot_id in slots}
    for session in sessions.values():
        slot = slots[session.slot_id]
        if session.room_id in places:
            yield _Use("room", *places[session.room_id], slot)
        for examiner_id in session.examiner_ids:
            if examiner_id in examiners:
                yield _Use("examiner", *examiners[examiner_id], slot)
    for sitting in plan.sittings:
        entry, kept = entries.get(sitting.party_id), sessions.get(sitting.session_id)
        if entry is not None and kept is not None:
            yield _Use("candidate", entry.candidate.id, entry.candidate.name, slots[kept.slot_id])


def _places(setup: RoundSetup) -> dict[str, tuple[str, str]]:
    sites = {site.id: site.name or site.id for site in setup.sites}
    return {
        room.id: (f"{sites.get(room.site_id, '')} {room.id}", f"{sites.get(room.site_id, '')} {room.id}")
        for room in setup.rooms
    }


def _clash(use: _Use, other: str, slot: Slot) -> Finding:
    when = f"{use.slot.on} {use.slot.start:%H:%M}"
    what, word = (
        Text("同一时间在另一已发布批次中已有安排", "is taken at the same time in another published round"),
        WORDS[use.kind],
    )
    return Finding(
        "busy-in-another-round",
        Text(f"{word.zh} {use.name} {what.zh}", f"{word.en} {use.name} {what.en}"),
        Where(subject=f"{other} {slot.id}"),
        said=when,
        hint=Text(
            "调整其中一个批次的时段，或在批次设置中标为不可用",
            "move one of the rounds, or mark the slot as not available",
        ),
        severity="warning",
    )
