"""Planted faults of examiners; with examiners switched off none applies."""

from __future__ import annotations

from collections import Counter, defaultdict

from scheduler.domain.catalogue import Duty
from tests.planning.planting import with_session


def _staffed(round_, plan):
    """Sessions with their component, while examiners count at all."""
    components = {component.id: component for component in round_.components}
    return [(s, components[s.component_id]) for s in plan.sessions] if round_.policy.examiners_on else []


def _with(plan, session, *examiner_ids):
    return with_session(plan, session, examiner_ids=tuple(sorted({*session.examiner_ids, *examiner_ids})))


def one_examiner_too_few(round_, plan):
    rooms = {room.id: room for room in round_.rooms}
    heads = Counter(sitting.session_id for sitting in plan.sittings)
    for session, component in _staffed(round_, plan):
        staffing, places = component.staffing, rooms[session.room_id].places
        at_once = min(heads[session.id], places, staffing.room_limit or places)
        needed = max(staffing.at_least, -(-at_once // staffing.per_candidates))
        if needed > 0:
            return with_session(plan, session, examiner_ids=session.examiner_ids[: needed - 1]), "examiner-count"
    return None


def no_examiner_at_all(round_, plan):
    for session, _ in _staffed(round_, plan):
        return with_session(plan, session, examiner_ids=(), lead_id=None), "examiner-count"
    return None


def examiner_without_the_duty(round_, plan):
    for session, component in _staffed(round_, plan):
        for examiner in round_.examiners:
            if component.staffing.duty not in examiner.duties:
                return _with(plan, session, examiner.id), "examiner-qualified"
    return None


def examiner_of_another_trade(round_, plan):
    for session, component in _staffed(round_, plan):
        for examiner in round_.examiners:
            other = examiner.trade_ids and component.trade_id not in examiner.trade_ids
            if component.staffing.duty is Duty.ASSESS and Duty.ASSESS in examiner.duties and other:
                return _with(plan, session, examiner.id), "examiner-qualified"
    return None


def examiner_who_is_away(round_, plan):
    for session, _ in _staffed(round_, plan):
        for examiner in round_.examiners:
            if session.slot_id in examiner.unavailable_slot_ids:
                return _with(plan, session, examiner.id), "examiner-available"
    return None


def examiner_in_two_sessions_at_a_time(round_, plan):
    slots = {slot.id: slot for slot in round_.slots}
    for one, _ in _staffed(round_, plan):
        for other in plan.sessions:
            if one.id < other.id and slots[one.slot_id].overlaps(slots[other.slot_id]) and one.examiner_ids:
                return _with(plan, other, one.examiner_ids[0]), "examiner-free"
    return None


def examiner_named_twice(round_, plan):
    for session, _ in _staffed(round_, plan):
        if session.examiner_ids:
            return with_session(
                plan, session, examiner_ids=(session.examiner_ids[0], *session.examiner_ids)
            ), "examiner-free"
    return None


def _overworked(round_, plan, span, most, rule):
    """One examiner is added to every session of a span until the limit is passed."""
    slots = {slot.id: slot for slot in round_.slots}
    spans = defaultdict(list)
    for session, _ in _staffed(round_, plan):
        spans[span(slots[session.slot_id])].append(session)
    for sessions in spans.values():
        for examiner in round_.examiners:
            if len(sessions) > most(examiner):
                for session in sessions:
                    plan = _with(plan, session, examiner.id)
                return plan, rule
    return None


def examiner_overworked_in_a_day(round_, plan):
    return _overworked(round_, plan, lambda slot: slot.on, lambda x: x.max_per_day, "examiner-day-limit")


def examiner_overworked_in_a_week(round_, plan):
    return _overworked(round_, plan, lambda slot: slot.week(), lambda x: x.max_per_week, "examiner-week-limit")


def relative_as_examiner(round_, plan):
    at = {(sitting.party_id, sitting.session_id) for sitting in plan.sittings}
    for session, _ in _staffed(round_, plan):
        for recusal in round_.recusals:
            if (recusal.party_id, session.id) in at:
                return _with(plan, session, recusal.examiner_id), "recusal-person"
    return None


def only_examiners_of_the_candidates_school(round_, plan):
    schools = {party.id: party.institution_id for party in round_.parties if party.institution_id}
    sent_by = {examiner.id: examiner.institution_id for examiner in round_.examiners}
    sessions = {session.id: session for session, _ in _staffed(round_, plan)}
    for sitting in plan.sittings:
        session, school = sessions.get(sitting.session_id), schools.get(sitting.party_id)
        if session is not None and school is not None:
            own = tuple(id_ for id_ in session.examiner_ids if sent_by[id_] == school)
            return with_session(plan, session, examiner_ids=own), "recusal-institution"
    return None


def examiners_of_one_institution(round_, plan):
    sent_by = {examiner.id: examiner.institution_id for examiner in round_.examiners}
    if round_.policy.min_institutions < 2 or len(set(sent_by.values())) < 2:
        return None
    for session, _ in _staffed(round_, plan):
        first = sent_by[session.examiner_ids[0]]
        own = tuple(id_ for id_ in session.examiner_ids if sent_by[id_] == first)
        return with_session(plan, session, examiner_ids=own), "joint-institutions"
    return None


def _assessed(round_, plan):
    return [session for session, component in _staffed(round_, plan) if component.staffing.duty is Duty.ASSESS]


def no_leader(round_, plan):
    for session in _assessed(round_, plan):
        return with_session(plan, session, lead_id=None), "session-lead"
    return None


def leader_from_elsewhere(round_, plan):
    for session in _assessed(round_, plan):
        for examiner in round_.examiners:
            if examiner.id not in session.examiner_ids:
                return with_session(plan, session, lead_id=examiner.id), "session-lead"
    return None


def leader_who_may_not_lead(round_, plan):
    for session in _assessed(round_, plan):
        for examiner in round_.examiners:
            if not examiner.may_lead:
                session_ids = tuple(sorted({*session.examiner_ids, examiner.id}))
                return with_session(plan, session, examiner_ids=session_ids, lead_id=examiner.id), "session-lead"
    return None


def locked_examiner_sent_home(round_, plan):
    locked = {(lock.room_id, lock.slot_id): lock.examiner_id for lock in round_.examiner_locks}
    for session, _ in _staffed(round_, plan):
        gone = locked.get((session.room_id, session.slot_id))
        if gone is not None:
            left = tuple(id_ for id_ in session.examiner_ids if id_ != gone)
            return with_session(plan, session, examiner_ids=left), "lock"
    return None


EXAMINER_FAULTS = (
    one_examiner_too_few,
    no_examiner_at_all,
    examiner_without_the_duty,
    examiner_of_another_trade,
    examiner_who_is_away,
    examiner_in_two_sessions_at_a_time,
    examiner_named_twice,
    examiner_overworked_in_a_day,
    examiner_overworked_in_a_week,
    relative_as_examiner,
    only_examiners_of_the_candidates_school,
    examiners_of_one_institution,
    no_leader,
    leader_from_elsewhere,
    leader_who_may_not_lead,
    locked_examiner_sent_home,
)
