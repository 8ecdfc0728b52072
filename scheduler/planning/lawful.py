"""What a start or a move may break although every step was allowed: fragments left too small, exchange, rotation.

Used by the start and the search, never by the audit. Other rules hold at every step.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from scheduler.planning.problem import Problem
from scheduler.planning.rotation import Staff, duty_rows, teams_before
from scheduler.planning.spread import exchanges, fragment_limits
from scheduler.planning.table import IntArray


def watched(problem: Problem) -> bool:
    """Tell whether the round has a rule that steps may break."""
    policy = problem.policy
    rotating = policy.max_consecutive_at is not None or policy.rotate_half
    return policy.no_mutual_exchange or rotating or "fragments" in problem.together.values()


def offenders(problem: Problem, at: IntArray, staff: Staff) -> set[int]:
    """Return parties without whom the rules would hold, or hold sooner; empty when they do."""
    if not len(problem.table):
        return set()
    found = _fragments(problem, at) | _exchanging(problem, at)
    sessions = _unrested(problem, staff) | _unchanged(problem, staff)
    if sessions:
        found |= set(np.flatnonzero(np.isin(at, sorted(sessions)).any(axis=1)).tolist())
    return found


def _fragments(problem: Problem, at: IntArray) -> set[int]:
    kept = {group_id for group_id, kind in problem.together.items() if kind == "fragments"}
    there: dict[tuple[str, int, int], list[int]] = {}
    for p, party in enumerate(problem.parties) if kept else ():
        for c, s in zip(problem.due[p], at[p].tolist(), strict=False) if party.group_id in kept else ():
            if s >= 0:
                there.setdefault((party.group_id, c, int(problem.table.site[s])), []).append(p)
    found: set[int] = set()
    for (group_id, c, _), members in there.items():
        least, most = fragment_limits(problem, group_id, c)
        if not least <= int(problem.heads[members].sum()) <= most:
            found.update(members)
    return found


def _exchanging(problem: Problem, at: IntArray) -> set[int]:
    if not problem.policy.no_mutual_exchange:
        return set()
    pairs = exchanges(problem, at)
    mutual = {min(pair, pair[::-1]) for pair in pairs if pair[::-1] in pairs}
    host = np.where(at >= 0, problem.host[problem.table.site[at]], -1)
    found: set[int] = set()
    for one, other in mutual:
        sides = [
            np.flatnonzero((problem.trained_by == i) & (host == j).any(axis=1)) for i, j in ((one, other), (other, one))
        ]
        found.update(min(sides, key=lambda side: (int(problem.heads[side].sum()), tuple(side))).tolist())
    return found


def _unrested(problem: Problem, staff: Staff) -> set[int]:
    most, table = problem.policy.max_consecutive_at, problem.table
    found: set[int] = set()
    for e in sorted({e for team in staff.values() for e in team}) if most is not None else ():
        for (host, day), length in duty_rows(problem, staff, e).items():
            if length == (most or 0) + 1:
                found |= {
                    s
                    for s, team in staff.items()
                    if e in team and table.day[s] == day and problem.host[table.site[s]] == host
                }
    return found


def _unchanged(problem: Problem, staff: Staff) -> set[int]:
    found = set()
    for s, team in staff.items() if problem.policy.rotate_half else ():
        before, _ = teams_before(problem, staff, int(problem.table.room[s]), int(problem.table.slot[s]))
        if 2 * len(before & set(team)) > len(team):
            found.add(s)
    return found


def open_fragments(limits: tuple[int, int], heads: int, rest: int, at_sites: Counter[int]) -> tuple[set[int], bool]:
    """Tell where more of a group may go, so that those still to come can fill fragments of the size allowed.

    Args:
        limits: Fewest and most candidates at a site.
        heads: Candidates who come now.
        rest: Candidates of the group still to come after them.
        at_sites: Candidates of the group already there, by site.

    Returns:
        Sites with a fragment that they may join, and whether they may begin a new one.
    """
    least, most = limits
    joining = {
        site
        for site, n in at_sites.items()
        if n + heads <= most and _fills(limits, rest, {**at_sites, site: n + heads})
    }
    if any(n < least for n in at_sites.values()):
        small = {site for site in joining if at_sites[site] < least}
        return small or joining, False
    fresh = heads <= most and _fills(limits, rest, {**at_sites, -1: heads})
    if not joining and not fresh:
        joining = {site for site, n in at_sites.items() if n + heads <= most}
    return joining, fresh


def _fills(limits: tuple[int, int], rest: int, at_sites: dict[int, int]) -> bool:
    """Tell whether so many more can join fragments and begin new ones, all in the end of a size allowed."""
    least, most = limits
    wanted = sum(max(0, least - n) for n in at_sites.values())
    room = sum(max(0, most - n) for n in at_sites.values())
    if rest < wanted:
        return False
    if rest <= room:
        return True
    fewest, free = rest - room, rest - wanted
    return any(max(fewest, k * least) <= min(free, k * most) for k in range(1, -(-free // max(1, least)) + 1))
