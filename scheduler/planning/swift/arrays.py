"""Arrays: a round as the kernels read it, made once from the problem.

Used by the board. Units are single parties, or groups kept in one session; whoever is neither is seated beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scheduler.domain.catalogue import Duty
from scheduler.domain.fitness import qualified
from scheduler.planning.cohorts import group_of
from scheduler.planning.problem import Problem
from scheduler.planning.swift import layout as at
from scheduler.planning.swift.layout import Given
from scheduler.planning.table import IntArray
from scheduler.planning.units import unit_of

NEIGHBOURS = 6
"""Sites among which one move works."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What the kernels seat as one."""

    parties: tuple[int, ...]
    domains: tuple[IntArray, ...]
    moves: bool
    """False for those seated beforehand, who stay."""


def units(problem: Problem) -> list[Moved]:
    """Return everybody with choices, ordered by first party; only who goes through one or two components is moved."""
    groups: dict[str, list[int]] = {}
    found = []
    between = overnight(problem)
    for p in range(len(problem.parties)):
        if not problem.hopeful(p):
            continue
        group_id = group_of(problem, p)
        if problem.together.get(group_id) == "session":
            groups.setdefault(group_id, []).append(p)
        else:
            moves = not group_id and between and simple(problem, p)
            found.append(Moved((p,), problem.domains[p], moves))
    for members in groups.values():
        unit = unit_of(problem, tuple(members))
        alike = len(unit.profiles) == 1 and all(len(problem.due[p]) == len(unit.due) for p in members)
        whole = all(len(domain) for domain in unit.domains)
        if alike and whole and between and all(simple(problem, p) for p in members):
            found.append(Moved(tuple(members), unit.domains, moves=True))
        else:
            found += [Moved((p,), problem.domains[p], moves=False) for p in members]
    return sorted(found, key=lambda unit: unit.parties)


def simple(problem: Problem, p: int) -> bool:
    """Tell whether a party goes through one component, or two in order, without a place of its own."""
    due = len(problem.due[p])
    ordered = due == 1 or (due == 2 and next(problem.precedences(p), None) == (0, 1))
    return ordered and problem.parties[p].id not in problem.seat_locked


def overnight(problem: Problem) -> bool:
    """Tell whether the minutes asked between two components always lie between two days."""
    starts = [slot.start.hour * 60 + slot.start.minute for slot in problem.slots]
    ends = [slot.end.hour * 60 + slot.end.minute for slot in problem.slots]
    return not starts or min(starts) + 1440 - max(ends) >= problem.policy.order_gap_min


class Lists:
    """Families of lists, one after another; ``layout`` says where each begins."""

    def __init__(self) -> None:
        self.base = np.zeros(32, dtype=np.int64)
        self.bounds: list[npt.NDArray[Any]] = []
        self.items: list[npt.NDArray[Any]] = []
        self.at = self.size = 0

    def add(self, family: int, lists: Sequence[Sequence[int] | npt.NDArray[Any]]) -> int:
        """Add a family; return how many items came before it."""
        sizes = np.fromiter((len(one) for one in lists), dtype=np.int64, count=len(lists))
        flat = [np.asarray(one, dtype=np.int64) for one in lists if len(one)]
        return self.put(family, np.cumsum(sizes), np.concatenate(flat) if flat else np.zeros(0, dtype=np.int64))

    def put(self, family: int, ends: npt.NDArray[Any], items: npt.NDArray[Any]) -> int:
        """Add a family whose lists end where ``ends`` says."""
        before = self.size
        self._bound(family, np.concatenate([[0], ends]) + before)
        self.items.append(items.astype(np.int64, copy=False))
        self.size += len(items)
        return before

    def bound(self, family: int, bounds: npt.NDArray[Any]) -> None:
        """Add bounds whose items lie elsewhere."""
        self._bound(family, bounds)

    def _bound(self, family: int, bounds: npt.NDArray[Any]) -> None:
        self.base[family] = self.at
        self.bounds.append(bounds.astype(np.int64))
        self.at += len(bounds)


def given_of(problem: Problem, seated: list[Moved]) -> Given:
    """Return the round for the kernels."""
    table, found = problem.table, Lists()
    days = int(table.day.max(initial=0)) + 1
    spans, ids = _domains(problem, seated, found)
    who = _who(problem, seated, spans, ids)
    kinds, need = _needs(problem)
    assessed = np.array([c.staffing.duty is Duty.ASSESS for c in problem.components], dtype=np.int64)
    slots = len(problem.slots)
    tab = np.column_stack(
        (table.component * slots + table.slot, table.site, table.slot, table.day, table.capacity, table.opening, kinds, assessed[table.component])
    )  # fmt: skip
    fare = problem.fares
    if len(seated) != len(fare) or any(len(unit.parties) > 1 for unit in seated):
        fare = np.array([fare[list(unit.parties)].sum(axis=0) for unit in seated], dtype=np.int64).reshape(
            -1, fare.shape[1]
        )
    times, days = _calendar(problem, days, found)
    _places(problem, days, found)
    found.add(at.MOVER, [[n for n, unit in enumerate(seated) if unit.moves]])
    found.bound(at.MEM, np.concatenate([[0], np.cumsum(np.minimum(table.capacity, len(seated)))]))
    _pools(problem, found)
    rule = found.base
    _rule(problem, rule)
    rule[at.DAY_COUNT] = days
    rule[at.SENT_HEADS] = _sent(problem, seated, found)
    found.add(at.BAR, [sorted({e for p in unit.parties for e in problem.recused[p]}) for unit in seated])
    found.add(at.LOCK, [problem.locked_examiners.get(s, ()) for s in range(len(table))])
    weight = _rows(problem, seated, found)
    _offsets(problem, days, rule)
    return Given(
        tab.astype(np.int32), np.concatenate(found.bounds), np.concatenate(found.items), who, fare, need, times,
        _examiners(problem), weight, rule,
    )  # fmt: skip


def _offsets(problem: Problem, days: int, rule: npt.NDArray[Any]) -> None:
    """Say where each part of the tables of examiners begins."""
    slots, classes = len(problem.slots), len(problem.components) * len(problem.slots)
    rule[at.BUSY], rule[at.BY_DAY], rule[at.BY_WEEK] = slots, 2 * slots, 2 * slots + days
    limits = sum(len(rows) for rows in problem.rows.values())
    # Limits are counted by the place of their item.
    rule[at.USED] = classes - rule[at.USED]
    rule[at.MARK] = classes + limits


def _domains(problem: Problem, seated: list[Moved], found: Lists) -> tuple[npt.NDArray[Any], dict[int, int]]:
    """Add each different set of choices once, by site and slot; return their days, and which object is which."""
    ids: dict[int, int] = {}
    domains: list[IntArray] = []
    for unit in seated:
        for domain in unit.domains:
            if id(domain) not in ids:
                ids[id(domain)] = len(domains)
                domains.append(domain)
    site, day = problem.table.site, problem.table.day
    ends = np.cumsum([len(domain) for domain in domains]).astype(np.int64)
    flat = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    span = np.zeros((max(1, len(domains)), 2), dtype=np.int32)
    for n, domain in enumerate(domains):
        flat[ends[n] - len(domain) : ends[n]] = domain[np.argsort(site[domain], kind="stable")]
        if len(domain):
            span[n] = day[domain[0]], day[domain[-1]]
    found.put(at.CHOICES, ends, flat)
    return span, ids


def _who(problem: Problem, seated: list[Moved], span: npt.NDArray[Any], ids: dict[int, int]) -> npt.NDArray[Any]:
    who = np.zeros((len(seated), 11), dtype=np.int32)
    for n, unit in enumerate(seated):
        p = unit.parties[0]
        first = ids[id(unit.domains[0])]
        second = ids[id(unit.domains[1])] if len(unit.domains) > 1 else first
        heads = int(problem.heads[list(unit.parties)].sum()) if len(unit.parties) > 1 else int(problem.heads[p])
        leeway = min(span[first, 1] - span[first, 0], span[second, 1] - span[second, 0])
        who[n] = (
            len(unit.domains), first, second, problem.wait_from[p], unit.moves, heads, leeway, *span[first], *span[second],
        )  # fmt: skip
    return who


def _needs(problem: Problem) -> tuple[IntArray, npt.NDArray[Any]]:
    """Return the kind of each session, and by kind and candidates how many examiners are needed."""
    table = problem.table
    most = int(table.capacity.max(initial=0))
    keys = np.column_stack((table.component, table.per_turn, table.capacity)).reshape(-1, 3)
    kinds, number = np.unique(keys, axis=0, return_inverse=True)
    need = np.zeros((max(1, len(kinds)), most + 2), dtype=np.int64)
    for k, (component, per_turn, _) in enumerate(kinds.tolist() if problem.policy.examiners_on else ()):
        staffing = problem.components[component].staffing
        heads = np.minimum(np.arange(1, most + 2), per_turn)
        least = max(staffing.at_least, problem.min_institutions)
        need[k, 1:] = np.maximum(least, -(-heads // staffing.per_candidates))
    return number.reshape(-1).astype(np.int64), need


def _places(problem: Problem, days: int, found: Lists) -> None:
    """Add what lies beside what: sessions that exclude each other, sessions of a site and day, sites by nearness."""
    table = problem.table
    size = len(table)
    alone = len(np.unique(table.room * (len(problem.slots) + 1) + table.slot)) == size
    if alone and not (problem.slot_overlaps.sum(axis=1) > 1).any():
        found.put(at.RIVAL, np.zeros(size, dtype=np.int64), np.zeros(0, dtype=np.int32))
    else:
        found.add(at.RIVAL, [problem.rivals(s) for s in range(size)])
    spot = table.site * days + table.day
    order = np.argsort(spot, kind="stable")
    found.put(at.SPOT, np.searchsorted(spot[order], np.arange(1, len(problem.site_ids) * days + 1)), order)
    found.add(at.NEAR, list(_near(problem)))


def _calendar(problem: Problem, days: int, found: Lists) -> tuple[npt.NDArray[Any], int]:
    """Add which slots meet and follow each other; return day and week of each with the slots of its week, and all days."""
    first = problem.round_.window.first_on
    day = np.maximum(0, np.array([(slot.on - first).days for slot in problem.slots], dtype=np.int64))
    week, gap = problem.week, problem.policy.order_gap_min
    starts, ends = np.searchsorted(week, week), np.searchsorted(week, week, side="right")
    minutes = [(s.start.hour * 60 + s.start.minute, s.end.hour * 60 + s.end.minute) for s in problem.slots]
    days = max(days, int(day.max(initial=0)) + 1)
    of_day = np.searchsorted(day, np.arange(days + 1))
    before = [
        [u for u in range(of_day[d], of_day[d + 1]) if minutes[u][1] + gap <= minutes[t][0]]
        for t, d in enumerate(day.tolist())
    ]
    found.bound(at.DAYS, of_day)
    found.add(at.BEFORE, before)
    found.add(at.CLASH, [np.flatnonzero(row) for row in problem.slot_overlaps])
    return np.column_stack((day, week, starts, ends)).astype(np.int32), days


def _pools(problem: Problem, found: Lists) -> None:
    """Add the components of each examiner, and the examiners of each component and slot."""
    able, there = abilities(problem)
    found.add(at.ABLE, [np.flatnonzero(row) for row in able])
    found.add(
        at.POOL, [np.flatnonzero(able[:, c] & there[:, t]) for c in range(able.shape[1]) for t in range(there.shape[1])]
    )


def abilities(problem: Problem) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Tell who is qualified for which component, and who is available in which slot."""
    size = len(problem.examiners)
    able = np.array([[qualified(e, c) for c in problem.components] for e in problem.examiners], dtype=bool)
    there = np.ones((size, len(problem.slots)), dtype=bool)
    slot_no = {slot.id: t for t, slot in enumerate(problem.slots)}
    for n, examiner in enumerate(problem.examiners):
        away = [slot_no[slot_id] for slot_id in examiner.unavailable_slot_ids if slot_id in slot_no]
        there[n, away] = False
        if min(examiner.max_per_day, examiner.max_per_week) <= 0:
            there[n] = False
    return able.reshape(size, len(problem.components)), there


def _sent(problem: Problem, seated: list[Moved], found: Lists) -> int:
    """Add who trained the candidates of each unit; return how far on their numbers stand."""
    trained, heads = problem.trained_by.tolist(), problem.heads.tolist()
    bodies: list[list[int]] = []
    numbers: list[list[int]] = []
    for unit in seated:
        by: dict[int, int] = {}
        for p in unit.parties if problem.policy.examiners_on else ():
            if trained[p] >= 0:
                by[trained[p]] = by.get(trained[p], 0) + heads[p]
        bodies.append(list(by))
        numbers.append(list(by.values()))
    return -found.add(at.SENT, bodies) + found.add(at.SENT_HEADS, numbers)


def _examiners(problem: Problem) -> npt.NDArray[Any]:
    able, there = abilities(problem)
    found = [
        (int(problem.sent_by[n]), int(e.may_lead), e.max_per_day, e.max_per_week, int(able[n].sum()))
        for n, e in enumerate(problem.examiners)
    ]
    return np.column_stack((np.array(found, dtype=np.int32).reshape(-1, 5), there)).astype(np.int32)


def _rows(problem: Problem, seated: list[Moved], found: Lists) -> npt.NDArray[Any]:
    """Add the limits of each session and the numbers of their weightings; return the weightings by unit."""
    number: dict[int, int] = {}
    weights: list[IntArray] = []
    limits: list[list[int]] = []
    numbers: list[list[int]] = []
    for s in range(len(problem.table)):
        rows = problem.rows.get(s, ())
        for row in rows:
            if id(row.weight) not in number:
                number[id(row.weight)] = len(weights)
                weights.append(np.array([row.weight[list(unit.parties)].sum() for unit in seated], dtype=np.int64))
        limits.append([row.limit for row in rows])
        numbers.append([number[id(row.weight)] for row in rows])
    before = found.add(at.ROW, limits)
    found.base[at.USED] = before
    found.base[at.ROW_WEIGHT] = found.add(at.ROW_WEIGHT, numbers) - before
    return np.array(weights, dtype=np.int64).reshape(-1, len(seated))


def _near(problem: Problem) -> npt.NDArray[Any]:
    """Rank sites by how alike they are in the fares of a sample of the parties: what is near costs the same."""
    sample = problem.fares[:: max(1, len(problem.fares) // 400)]
    apart = np.array([np.abs(sample - sample[:, [n]]).sum(axis=0) for n in range(len(problem.site_ids))])
    apart = apart.reshape(len(problem.site_ids), -1)
    apart[np.arange(len(apart)), np.arange(len(apart))] = -1
    return np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBOURS].astype(np.int32)


def _rule(problem: Problem, rule: npt.NDArray[Any]) -> None:
    weights, policy = problem.policy.weights, problem.policy
    staffed = policy.examiners_on
    days = policy.order_days_max if policy.order_days_max is not None else 1 << 20
    rule[at.W_EXAMINER : at.W_UNPLACED + 1] = weights.examiner, weights.extra_trip, weights.wait_day, weights.unplaced
    rule[at.PER_BODY], rule[at.MIN_BODIES] = max(1, policy.independent_per), problem.min_institutions if staffed else 0
    rule[at.DAYS_MAX], rule[at.SLOTS], rule[at.STAFFED] = days, len(problem.slots), int(staffed)
