"""Which session of a later plan is which of an earlier one: an event in somebody's calendar moves with it instead of doubling.

Used by the calendars. Reads plans alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from scheduler.domain.sessions import Plan, Session


def lineage(plans: Sequence[tuple[int, Plan]]) -> list[dict[str, str]]:
    """Return, for each plan in the order published, the lasting name of each of its sessions.

    A session that keeps room and slot keeps its name. Of the others, one that shares a component and more than half of its
    candidates with a session that is gone takes that one's name over; the rest are new, and no name is given twice.

    Args:
        plans: Pairs of version and plan, in the order they were published.
    """
    found: list[dict[str, str]] = []
    given: set[str] = set()
    before: Plan | None = None
    for version, plan in plans:
        old = found[-1] if found else {}
        names = {session.id: old[session.id] for session in plan.sessions if session.id in old}
        if before is not None:
            names |= _moved(before, plan, old, set(names))
        for session in plan.sessions:
            if session.id not in names:
                names[session.id] = session.id if session.id not in given else f"{session.id}~{version}"
        given |= set(names.values())
        found.append(names)
        before = plan
    return found


def _moved(before: Plan, after: Plan, old: dict[str, str], kept: set[str]) -> dict[str, str]:
    """Return the names that sessions of the later plan take over, the most alike first."""
    was, now = _people(before), _people(after)
    gone = [session for session in before.sessions if session.id not in kept]
    pairs = []
    for session in after.sessions:
        if session.id in kept:
            continue
        for other in gone:
            both = len(was[other.id] & now[session.id])
            if _alike(session, other) and both * 2 > len(now[session.id]):
                pairs.append((-both, session.id, other.id))
    names: dict[str, str] = {}
    for _, session_id, other_id in sorted(pairs):
        if session_id not in names and old[other_id] not in names.values():
            names[session_id] = old[other_id]
    return names


def _alike(one: Session, other: Session) -> bool:
    return bool(set(one.component_ids) & set(other.component_ids))


def _people(plan: Plan) -> dict[str, set[tuple[str, int]]]:
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for sitting in plan.sittings:
        found[sitting.session_id].add((sitting.party_id, sitting.member))
    return found
