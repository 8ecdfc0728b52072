"""Small edits of a plan, for examples and planted faults; each returns a new plan and keeps the lists sorted."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.sessions import Plan, Session, Sitting


def in_order(plan: Plan) -> Plan:
    """The plan with its lists sorted as the product sorts them."""
    return replace(
        plan,
        sessions=tuple(sorted(plan.sessions, key=lambda s: s.id)),
        sittings=tuple(sorted(plan.sittings, key=lambda s: (s.party_id, s.component_id, s.member))),
    )


def with_session(plan: Plan, session: Session, **changes: object) -> Plan:
    """The plan with fields of one session changed."""
    return replace(plan, sessions=tuple(replace(s, **changes) if s is session else s for s in plan.sessions))


def with_sitting(plan: Plan, sitting: Sitting, **changes: object) -> Plan:
    """The plan with fields of one sitting changed."""
    return replace(plan, sittings=tuple(replace(s, **changes) if s is sitting else s for s in plan.sittings))


def without_party(plan: Plan, party_id: str) -> Plan:
    """The plan without any sitting of a party; its sessions stay."""
    return replace(plan, sittings=tuple(s for s in plan.sittings if s.party_id != party_id))


def moved(plan: Plan, session: Session, slot_id: str | None = None, room_id: str | None = None) -> Plan:
    """The plan with a whole session in another slot or room, its people with it."""
    slot_id, room_id = slot_id or session.slot_id, room_id or session.room_id
    new_id = f"{slot_id}.{room_id}"
    plan = with_session(plan, session, id=new_id, slot_id=slot_id, room_id=room_id)
    sittings = tuple(replace(s, session_id=new_id) if s.session_id == session.id else s for s in plan.sittings)
    return in_order(replace(plan, sittings=sittings))


def joined(plan: Plan, host: Session, guest: Session) -> Plan:
    """The plan with one session's people in another's room and slot, on the places after its own, before the same team."""
    taken = sum(sitting.session_id == host.id for sitting in plan.sittings)
    places = {id(s): taken + n for n, s in enumerate((s for s in plan.sittings if s.session_id == guest.id), 1)}
    sittings = tuple(
        replace(s, session_id=host.id, place=places[id(s)]) if id(s) in places else s for s in plan.sittings
    )
    ids = sorted({*host.component_ids, *guest.component_ids})
    mixed = replace(host, component_id=ids[0], also_ids=tuple(ids[1:]))
    sessions = tuple(mixed if s is host else s for s in plan.sessions if s is not guest)
    return in_order(replace(plan, sessions=sessions, sittings=sittings))


def session_of(plan: Plan, session_id: str) -> Session:
    """The session with an id."""
    return next(session for session in plan.sessions if session.id == session_id)


def sitting_of(plan: Plan, party_id: str, component_id: str, member: int = 1) -> Sitting:
    """The sitting of a party's member."""
    key = party_id, component_id, member
    return next(s for s in plan.sittings if (s.party_id, s.component_id, s.member) == key)


def split_off(plan: Plan, sitting: Sitting, session: Session, place: int = 1) -> Plan:
    """The plan with a session more, into which one sitting moves."""
    plan = with_sitting(plan, sitting, session_id=session.id, place=place)
    return in_order(replace(plan, sessions=(*plan.sessions, session)))
