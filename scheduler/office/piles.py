"""The order in which certificates are printed (打印分组): by room and seat, by institution, or by employer.

Used by print_batch. It knows what registration and the published plan say, and nothing of paper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.catalogue import RoomKind
from scheduler.domain.certificates import Certificate
from scheduler.domain.entries import Entry
from scheduler.domain.rounds import RoundSetup
from scheduler.domain.sessions import Plan, Session, Sitting
from scheduler.registry.store import Store

By = Literal["room", "institution", "employer"]
NOT_PLANNED, NO_INSTITUTION, NO_EMPLOYER = "未排考 not in the plan", "无培训机构 no institution", "未填单位 no employer"
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Piled:
    """A certificate with its pile and its place in it."""

    certificate: Certificate
    pile: str
    """Name of the room with its session, of the institution or employer."""
    seat: str
    """Seat or workstation in the published plan; empty where there is none or another order was asked for."""


def piled(store: Store, round_id: str, certificates: Sequence[Certificate], by: By) -> list[Piled]:
    """Return certificates in the order in which they are printed; those of one person stay together.

    By room it is the theory room of the published plan, or the workshop of who sat no theory; those that no plan seats
    come last, as do those without institution or employer.
    """
    setup = store.rounds.setup(round_id)
    entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
    find = _by_room(store, setup) if by == "room" else _by_name(setup, by)
    found = []
    for certificate in certificates:
        key, pile, seat = find(entries[certificate.entry_id])
        found.append(((*key, certificate.entry_id, certificate.sequence), Piled(certificate, pile, seat)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _by_name(setup: RoundSetup, by: By) -> Callable[[Entry], tuple[Key, str, str]]:
    names = {institution.id: institution.name for institution in setup.institutions}

    def find(entry: Entry) -> tuple[Key, str, str]:
        if by == "employer":
            name, none = entry.candidate.employer, NO_EMPLOYER
        else:
            name, none = names.get(entry.institution_id, entry.institution_id), NO_INSTITUTION
        return (not name, name), name or none, ""

    return find


def _by_room(store: Store, setup: RoundSetup) -> Callable[[Entry], tuple[Key, str, str]]:
    published = store.plans.published(setup.id)
    first = _first_sittings(setup, store.lots.seated(published)) if published else {}
    rooms, slots = {room.id: room for room in setup.rooms}, {slot.id: slot for slot in setup.slots}
    sites = {site.id: site.name or site.id for site in setup.sites}

    def find(entry: Entry) -> tuple[Key, str, str]:
        if entry.id not in first:
            return (True, "", "", "", 0, 0), NOT_PLANNED, ""
        session, sitting = first[entry.id]
        room, slot = rooms[session.room_id], slots[session.slot_id]
        site, name = sites.get(room.site_id, room.site_id), room.name or room.id
        pile = f"{site} {name} {slot.starts_at:%Y-%m-%d %H:%M}"
        return (False, site, room.id, slot.starts_at.isoformat(), sitting.turn, sitting.place), pile, str(sitting.place)

    return find


def _first_sittings(setup: RoundSetup, plan: Plan) -> dict[str, tuple[Session, Sitting]]:
    """Return for each entry the sitting by which it is found: the first in a theory room, else the first of all.

    Rooms and slots that have left the set-up since the plan was published seat nobody.
    """
    kinds, slots = {room.id: room.kind for room in setup.rooms}, {slot.id: slot for slot in setup.slots}
    sessions = {s.id: s for s in plan.sessions if s.room_id in kinds and s.slot_id in slots}
    found: dict[str, tuple[tuple[bool, str, str], Session, Sitting]] = {}
    for sitting in plan.sittings:
        session = sessions.get(sitting.session_id)
        if session is None:
            continue
        workshop = kinds[session.room_id] is not RoomKind.THEORY_ROOM
        key = (workshop, slots[session.slot_id].starts_at.isoformat(), sitting.component_id)
        if sitting.party_id not in found or key < found[sitting.party_id][0]:
            found[sitting.party_id] = (key, session, sitting)
    return {party_id: (session, sitting) for party_id, (_, session, sitting) in found.items()}
