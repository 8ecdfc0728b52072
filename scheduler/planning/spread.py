"""Limits of shares, days, groups and exchange as the solver sees them, and what a draft costs beyond them.

Used by draft, model and start. The audit counts the same things in its own way.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from scheduler.planning.problem import Problem
from scheduler.planning.table import BoolArray, IntArray


def fragment_limits(problem: Problem, group_id: str, c: int) -> tuple[int, int]:
    """Return the fewest and the most candidates of a group that may sit a component at a site they sit it at all."""
    group = next(group for group in problem.round_.groups if group.id == group_id)
    due = sum(
        int(problem.heads[p])
        for p, party in enumerate(problem.parties)
        if party.group_id == group_id and problem.components[c].id in party.component_ids
    )
    return min(group.fragment_min, due), due if group.fragment_max is None else group.fragment_max


def exchanges(problem: Problem, at: IntArray) -> set[tuple[int, int]]:
    """Return the pairs of who trained and who examines, two different institutions, of everyone seated."""
    p, j = np.nonzero(at >= 0)
    trained, host = problem.trained_by[p], problem.host[problem.table.site[at[p, j]]]
    other = (trained >= 0) & (trained != host)
    return set(zip(trained[other].tolist(), host[other].tolist(), strict=True))


def seats_due(problem: Problem) -> int:
    """Return the seats everybody due would take."""
    return sum(party.head_count * len(party.component_ids) for party in problem.round_.parties)


def shares(problem: Problem) -> list[tuple[BoolArray, int]]:
    """Return for each share the sites of its institution and the seats they may take for nothing."""
    due = seats_due(problem)
    number = {name: n for n, name in enumerate(problem.institution_ids)}
    return [
        (problem.host == number.get(share.institution_id, -1), -(-share.percent * due // 100))
        for share in problem.round_.shares
    ]


def day_limit(problem: Problem) -> int:
    """Return the seats that a day may take for nothing."""
    round_ = problem.round_
    shut = {(opening.room_id, opening.slot_id) for opening in round_.openings if opening.closed}
    shut |= {(room.id, slot_id) for room in round_.rooms for slot_id in room.closed_slot_ids}
    days = {
        slot.on
        for slot in round_.slots
        if slot.on in round_.window and any((room.id, slot.id) not in shut for room in round_.rooms)
    }
    return -(-round_.policy.day_tolerance_percent * seats_due(problem) // (100 * max(1, len(days))))


def over_shares(problem: Problem, heads: IntArray) -> int:
    """Return the seats beyond the shares, given the candidates of every session."""
    at_site = np.bincount(problem.table.site, heads, len(problem.site_ids)).astype(np.int64)
    return sum(max(0, int(at_site[mask].sum()) - free) for mask, free in shares(problem))


def over_days(problem: Problem, heads: IntArray) -> int:
    """Return the seats beyond what days may take, given the candidates of every session."""
    if not len(problem.table):
        return 0
    by_day = np.bincount(problem.table.day, heads).astype(np.int64)
    return int(np.maximum(0, by_day - day_limit(problem)).sum())


def over_average(problem: Problem, staff: dict[int, tuple[int, ...]]) -> int:
    """Return the duties beyond the average, rounded up."""
    if not problem.examiners:
        return 0
    duties = Counter(e for crew in staff.values() for e in crew)
    average = -(-duties.total() // len(problem.examiners))
    return sum(max(0, n - average) for n in duties.values())


def further_sessions(problem: Problem, at: IntArray) -> int:
    """Return the sessions of each group beyond its first, for each component."""
    found: dict[tuple[str, int], set[int]] = {}
    for p, j in zip(*np.nonzero(at >= 0), strict=True):
        group_id = problem.parties[p].group_id
        if group_id:
            found.setdefault((group_id, problem.due[p][j]), set()).add(int(at[p, j]))
    return sum(len(sessions) - 1 for sessions in found.values())
