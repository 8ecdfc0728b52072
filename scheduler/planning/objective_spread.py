"""Soft rules of shares, days, examiners' load and groups in the model: one function a rule, as in ``objective``.

Used through ``objective``. A rule whose weight is 0 adds nothing.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from scheduler.planning import spread
from scheduler.planning.draft import Draft
from scheduler.planning.model import Linear, PlanModel, Variable, total, weighted
from scheduler.planning.table import BoolArray


def share_over(m: PlanModel) -> None:
    """Each seat at an institution's sites beyond its share."""
    weight = m.problem.policy.weights.share_over
    for n, (mask, free) in enumerate(spread.shares(m.problem)) if weight else ():
        _charge_beyond(m, f"share{n}", mask[m.problem.table.site], free, weight)


def day_peak(m: PlanModel) -> None:
    """Each seat on a day beyond what it may take."""
    weight, day = m.problem.policy.weights.day_peak, m.problem.table.day
    free = spread.day_limit(m.problem) if weight else 0
    for one in sorted(set(day.tolist())) if weight else ():
        _charge_beyond(m, f"day{one}", day == one, free, weight)


def _charge_beyond(m: PlanModel, name: str, rows: BoolArray, free: int, weight: int) -> None:
    """Charge the candidates in some sessions, whoever stays included, beyond a number."""
    moving = [(count, cohort.heads) for s in m.open if rows[s] for cohort, count in m.here[s]]
    stays = int(m.fixed_heads[rows].sum())
    if not moving:
        m.offset += weight * max(0, stays - free)
        return
    over = m.cp.new_int_var(0, spread.seats_due(m.problem), f"over-{name}")
    m.cp.add(over >= weighted(moving) + stays - free)
    m.charge(over, weight)
    m.states.append((over, lambda draft: max(0, int(draft.heads(m.problem)[rows].sum()) - free)))


def unfair_load(m: PlanModel) -> None:
    """Each duty of an examiner beyond the average of all, rounded up; equal examiners share theirs evenly."""
    weight, examiners = m.problem.policy.weights.unfair, len(m.problem.examiners)
    if not weight or not examiners:
        return
    stays = np.zeros(examiners, dtype=np.int64)
    for team in m.busy.values():
        stays[list(team)] += 1
    calls = [call for serves in m.serve for call in serves.values()]
    average = m.cp.new_int_var(0, len(m.problem.table), "average")
    m.cp.add(examiners * average <= total(calls) + int(stays.sum()) + examiners - 1)
    m.states.append((average, partial(_average, m)))
    members: list[tuple[int, ...]] = [crew.examiners for crew in m.crews]
    called = {e for some in members for e in some}
    rest = [(e,) for e in np.flatnonzero(stays).tolist() if e not in called]
    for n, some in enumerate([*members, *rest]):
        own: list[Variable] = list(m.serve[n].values()) if n < len(members) else []
        over = m.cp.new_int_var(0, len(m.problem.table) * len(some), f"over-load{some[0]}")
        m.cp.add(over >= total(own) + int(stays[list(some)].sum()) - len(some) * average)
        m.charge(over, weight)
        m.states.append((over, partial(_over_average, m, some)))


def _average(m: PlanModel, draft: Draft) -> int:
    return -(-sum(len(team) for team in draft.staff.values()) // len(m.problem.examiners))


def _over_average(m: PlanModel, some: tuple[int, ...], draft: Draft) -> int:
    duties = sum(len(set(some) & set(team)) for team in draft.staff.values())
    return max(0, duties - len(some) * _average(m, draft))


def group_spread(m: PlanModel) -> None:
    """Each session of a group beyond its first, for each component."""
    weight, problem = m.problem.policy.weights.group_session, m.problem
    if not weight:
        return
    counts: dict[tuple[str, int], dict[int, list[tuple[Variable, int]]]] = {}
    for seats in m.seats:
        group_id = problem.parties[seats.cohort.first].group_id
        for c, sit in zip(seats.cohort.due, seats.sit, strict=True) if group_id else ():
            for s, count in sit.items():
                counts.setdefault((group_id, c), {}).setdefault(s, []).append((count, seats.cohort.size))
    fixed: dict[tuple[str, int], set[int]] = {}
    for p, j in zip(*np.nonzero(m.fixed.at >= 0), strict=True):
        if group_id := problem.parties[p].group_id:
            fixed.setdefault((group_id, problem.due[p][j]), set()).add(int(m.fixed.at[p, j]))
    for key in sorted({*counts, *fixed}):
        there = fixed.get(key, set())
        m.offset += weight * (len(there) - bool(there))
        used = [_used(m, key, s, some) for s, some in sorted(counts.get(key, {}).items()) if s not in there]
        m.charge(total(used), weight)
        if used and not there:
            some_sit = m.cp.new_bool_var(f"sits{key[1]}.{key[0]}")
            m.cp.add(total(used) >= some_sit)
            m.charge(some_sit, -weight)
            m.states.append((some_sit, partial(_sits, m, key, None)))


def _used(m: PlanModel, key: tuple[str, int], s: int, counts: list[tuple[Variable, int]]) -> Linear:
    used = m.cp.new_bool_var(f"spread{key[1]}.{s}.{key[0]}")
    for count, size in counts:
        m.cp.add(count <= size * used)
    m.states.append((used, partial(_sits, m, key, s)))
    return used


def _sits(m: PlanModel, key: tuple[str, int], s: int | None, draft: Draft) -> int:
    """Tell whether anybody of a group sits a component, in a session or anywhere."""
    group_id, c = key
    for p, party in enumerate(m.problem.parties):
        if party.group_id == group_id and c in m.problem.due[p]:
            there = int(draft.at[p, m.problem.due[p].index(c)])
            if there >= 0 and s in {None, there}:
                return 1
    return 0


SPREAD = {"share-over": share_over, "day-peak": day_peak, "unfair-load": unfair_load, "group-spread": group_spread}
