"""Moves: what a replan changed, person by person and duty by duty, each with its reason.

Used by the replan once the plan is written; reads the two plans and what was found out on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.sessions import DutyMoved, Move, Moved, Plan, Reason, Replanned
from scheduler.planning.changes import changes, duty_changes
from scheduler.planning.replan.reasons import because


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out, by ids."""

    parties: Mapping[str, Reason]
    """Why a party is affected, or was moved."""
    seats: Mapping[str, Reason]
    """Why a party that stays changes its place."""
    lost: Mapping[tuple[str, str], Reason]
    """Why an examiner cannot keep a duty, by session and examiner."""


def told(before: Plan, after: Plan, found: Found, move_cost: int) -> Replanned:
    """Return every move and every change of duty with its reason, and what moving costs."""
    listed = changes(before, after)
    moves = tuple(Moved(m.party_id, m.component_id, _reason(m, after, found)) for m in listed)
    sittings = _elsewhere(before, after)
    return Replanned(moves, tuple(_duties(before, after, found)), sittings, move_cost * sittings)


def _reason(move: Move, after: Plan, found: Found) -> Reason:
    if move.kind == "dropped" and move.party_id not in found.parties:
        gone = move.party_id not in {sitting.party_id for sitting in after.sittings}
        return because("withdrawn" if gone else "no-longer-due")
    stays = move.before and move.after and move.before.session_id == move.after.session_id
    own = found.seats.get(move.party_id) if stays else None
    return own or found.parties.get(move.party_id) or because("place-taken")


def _elsewhere(before: Plan, after: Plan) -> int:
    """Return how many candidates' sittings are in another session than before."""
    was = {(s.party_id, s.component_id, s.member): s.session_id for s in before.sittings}
    return sum(was.get((s.party_id, s.component_id, s.member), s.session_id) != s.session_id for s in after.sittings)


def _duties(before: Plan, after: Plan, found: Found) -> list[DutyMoved]:
    rows = duty_changes(before, after)
    was, is_now = {s.id for s in before.sessions}, {s.id for s in after.sessions}
    out: dict[str, list[str]] = {}
    for row in rows:
        if row.kind == "released" and row.session_id in is_now:
            out.setdefault(row.session_id, []).append(row.examiner_id)
    told_rows = []
    for row in rows:
        if row.kind == "called":
            gone = out.get(row.session_id, [])
            if row.session_id not in was:
                reason = because("session-opened")
            else:
                reason = because("replaces", gone.pop(0)) if gone else because("session-changed")
        else:
            closed = because("session-closed") if row.session_id not in is_now else because("duties-shared")
            reason = found.lost.get((row.session_id, row.examiner_id), closed)
        told_rows.append(DutyMoved(row.session_id, row.examiner_id, row.kind, reason))
    return told_rows
