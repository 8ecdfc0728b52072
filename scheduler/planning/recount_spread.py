"""Counts behind the soft rules of spread and fairness: shares, days, examiners' load, groups.

Used by the recount alone. Every average is rounded up, so that an even plan costs nothing.
"""

from __future__ import annotations

from collections import Counter

from scheduler.planning.audit_reading import Reading


def seats_due(reading: Reading) -> int:
    """Return the seats everybody due would take: one for each candidate and component."""
    return sum(party.head_count * len(party.component_ids) for party in reading.round.parties)


def beyond_shares(reading: Reading) -> int:
    """Return the seats taken at institutions' sites beyond their shares of the seats due."""
    due = seats_due(reading)
    taken = Counter(
        site.institution_id
        for seated in reading.seated
        if (site := reading.sites.get(seated.held.room.site_id)) is not None
    )
    return sum(max(0, taken[share.institution_id] - -(-share.percent * due // 100)) for share in reading.round.shares)


def beyond_days(reading: Reading) -> int:
    """Return the seats taken on days beyond the tolerated multiple of the average over open days."""
    shut = {(opening.room_id, opening.slot_id) for opening in reading.round.openings if opening.closed}
    shut |= {(room.id, slot_id) for room in reading.round.rooms for slot_id in room.closed_slot_ids}
    open_days = {
        slot.on
        for slot in reading.round.slots
        if slot.on in reading.round.window and any((room.id, slot.id) not in shut for room in reading.round.rooms)
    }
    each = reading.policy.day_tolerance_percent * seats_due(reading)
    most = -(-each // (100 * max(1, len(open_days))))
    taken = Counter(seated.held.slot.on for seated in reading.seated)
    return sum(max(0, n - most) for n in taken.values())


def beyond_average(reading: Reading) -> int:
    """Return the duties of examiners beyond the average of all examiners of the round."""
    if not reading.policy.examiners_on or not reading.examiners:
        return 0
    known = reading.examiners.keys()
    duties = Counter(
        examiner_id for session in reading.plan.sessions for examiner_id in set(session.examiner_ids) & known
    )
    average = -(-duties.total() // len(known))
    return sum(max(0, n - average) for n in duties.values())


def further_sessions(reading: Reading) -> int:
    """Return the sessions of each group beyond its first, for each component."""
    sessions: dict[tuple[str, str], set[str]] = {}
    for seated in reading.seated:
        if seated.party.group_id:
            key = seated.party.group_id, seated.sitting.component_id
            sessions.setdefault(key, set()).add(seated.sitting.session_id)
    return sum(len(ids) - 1 for ids in sessions.values())
