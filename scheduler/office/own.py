"""Whose rows somebody may see (数据范围): a clerk the own institution's, an examiner nobody's entry, the others all."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.entries import Entry
from scheduler.domain.sessions import Plan, Session
from scheduler.domain.users import Role, User


def own_entries(viewer: User | None, entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that somebody may see, in their order; all where a program on the office's machine asks."""
    if viewer is not None and viewer.role is Role.EXAMINER:
        return []
    clerk = viewer is not None and viewer.role is Role.CLERK
    return [one for one in entries if not clerk or (viewer and one.institution_id == viewer.subject_id)]


def own_sessions(viewer: User | None, plan: Plan) -> list[Session]:
    """Return the sessions of a plan that somebody may see: an examiner those they serve in, the others all."""
    examiner = viewer is not None and viewer.role is Role.EXAMINER
    return [one for one in plan.sessions if not examiner or (viewer and viewer.subject_id in one.examiner_ids)]


def sees_drafts(viewer: User | None) -> bool:
    """Tell whether somebody may see plans that are not published."""
    return viewer is None or viewer.role not in {Role.CLERK, Role.EXAMINER}
