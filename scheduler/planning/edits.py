"""Small edits of a finished plan: one examiner, one room, one sitting, one place. Nobody else moves, and no solver is asked.

Used by the office on the exam day. What comes out is judged by the audit like any other plan; nothing here judges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Moved, Plan, Reason, Replanned, Session, Sitting
from scheduler.errors import Finding
from scheduler.planning.audit import audit
from scheduler.planning.changes import changes, duty_changes
from scheduler.planning.recount import recount
from scheduler.planning.roundfile import round_digest


def settled(round_: Round, plan: Plan) -> Plan:
    """Return a plan as one of this round as it is now: digest, slots and costs are taken anew; nothing is proven of it."""
    used = {session.slot_id for session in plan.sessions}
    slots = tuple(sorted((slot for slot in round_.slots if slot.id in used), key=lambda slot: slot.id))
    known = {party.id for party in round_.parties}
    left = tuple(row for row in plan.unplaced if row.party_id in known)
    made = replace(
        plan, round_digest=round_digest(round_), slots=slots, unplaced=left, bound=None, replanned=None, costs=()
    )
    return replace(made, costs=recount(round_, made))


def brought(round_: Round, before: Plan, after: Plan) -> tuple[list[Finding], list[Finding]]:
    """Audit an edit: what it breaks, and what was broken before it and is still.

    Args:
        round_: The round as it holds with the edit.
        before: The plan that was edited.
        after: The edited plan, settled.
    """
    old = {_key(finding) for finding in audit(round_, settled(round_, before))}
    found = audit(round_, after)
    return [f for f in found if _key(f) not in old], [f for f in found if _key(f) in old]


def _key(finding: Finding) -> tuple[str, str | None, str]:
    return finding.rule, finding.where.subject, finding.what.en


def with_examiner(round_: Round, plan: Plan, session_id: str, out: str, in_: str) -> Plan:
    """Return the plan in which another examiner serves in a session; who leads goes on, or who may of those there now.

    Args:
        round_: Tells who may lead.
        plan: The plan in force.
        session_id: One of its sessions.
        out: Who served; stays away.
        in_: Who serves instead.
    """
    may_lead = {examiner.id for examiner in round_.examiners if examiner.may_lead}

    def changed(session: Session) -> Session:
        crew = tuple(sorted({*session.examiner_ids, in_} - {out}))
        lead = session.lead_id
        if lead == out:
            lead = in_ if in_ in may_lead else next((e for e in crew if e in may_lead), None)
        return replace(session, examiner_ids=crew, lead_id=lead)

    return _with_session(plan, session_id, changed)


def with_room(round_: Round, plan: Plan, session_id: str, room_id: str) -> Plan:
    """Return the plan in which a session is held in another room in the same slot.

    Everybody keeps the turn, and the place where the new room has one of that number; the others take the first free ones.
    """
    (session,) = (one for one in plan.sessions if one.id == session_id)
    new_id = f"{session.slot_id}.{room_id}"
    room = next((one for one in round_.rooms if one.id == room_id), None)
    places = room.places if room else 0
    taken: dict[int, set[int]] = defaultdict(set)
    for sitting in plan.sittings:
        if sitting.session_id == session_id and sitting.place <= places:
            taken[sitting.turn].add(sitting.place)

    def moved(sitting: Sitting) -> Sitting:
        if sitting.session_id != session_id:
            return sitting
        place = sitting.place
        if place > places:
            free = (n for n in range(1, places + 1) if n not in taken[sitting.turn])
            place = next(free, sitting.place)  # where none is left the audit says so
            taken[sitting.turn].add(place)
        return replace(sitting, session_id=new_id, place=place)

    plan = _with_session(plan, session_id, lambda one: replace(one, id=new_id, room_id=room_id))
    in_order = sorted(plan.sittings, key=lambda s: (s.session_id, s.turn, s.place))
    return _with_sittings(plan, [moved(sitting) for sitting in in_order])


def with_place(plan: Plan, sitting: Sitting, place: int) -> Plan:
    """Return the plan in which one sitting takes another place of its turn."""
    return _with_sittings(plan, [replace(s, place=place) if s == sitting else s for s in plan.sittings])


def without(plan: Plan, party_id: str, component_id: str) -> Plan:
    """Return the plan without a party's sitting of one component; a session that nobody sits in any more goes."""
    kept = [s for s in plan.sittings if (s.party_id, s.component_id) != (party_id, component_id)]
    sat = {(s.session_id, s.component_id) for s in kept}
    sessions = []
    for session in plan.sessions:
        here = tuple(id_ for id_ in session.component_ids if (session.id, id_) in sat)
        if here:
            sessions.append(replace(session, component_id=here[0], also_ids=here[1:]))
    return _with_sittings(replace(plan, sessions=tuple(sessions)), kept)


def with_sittings_of(plan: Plan, before: Plan, party_id: str, component_id: str) -> Plan:
    """Return the plan with a party's sitting of one component as an earlier plan had it, its session with it if that is gone."""
    back = [s for s in before.sittings if (s.party_id, s.component_id) == (party_id, component_id)]
    sessions = {session.id: session for session in plan.sessions}
    for sitting in back:
        (old,) = (session for session in before.sessions if session.id == sitting.session_id)
        now = sessions.get(old.id)
        if now is None:
            sessions[old.id] = replace(old, component_id=component_id, also_ids=())
        elif component_id not in now.component_ids:
            examined = tuple(sorted((*now.component_ids, component_id)))
            sessions[old.id] = replace(now, component_id=examined[0], also_ids=examined[1:])
    made = replace(plan, sessions=tuple(sessions[key] for key in sorted(sessions)))
    return _with_sittings(made, [*plan.sittings, *back])


def _with_session(plan: Plan, session_id: str, change: Callable[[Session], Session]) -> Plan:
    sessions = (change(one) if one.id == session_id else one for one in plan.sessions)
    return replace(plan, sessions=tuple(sorted(sessions, key=lambda one: one.id)))


def _with_sittings(plan: Plan, sittings: Iterable[Sitting]) -> Plan:
    return replace(plan, sittings=tuple(sorted(sittings, key=lambda s: (s.party_id, s.component_id, s.member))))


def explained(round_: Round, before: Plan, after: Plan, reason: Reason) -> Plan:
    """Return an edited plan that says of every move and changed duty why, and what moving counts for."""
    moves = changes(before, after)
    duties = tuple(replace(duty, reason=reason) for duty in duty_changes(before, after))
    was = {(s.party_id, s.component_id, s.member): s.session_id for s in before.sittings}
    keys = ((was.get((s.party_id, s.component_id, s.member), s.session_id), s.session_id) for s in after.sittings)
    elsewhere = sum(old != new for old, new in keys)
    told = tuple(Moved(move.party_id, move.component_id, reason) for move in moves)
    return replace(
        after,
        replanned=Replanned(told, duties, elsewhere, elsewhere * round_.policy.move_cost),
        making=replace(after.making, engine="day"),
    )
