"""A peer: alike candidates counted, alike rooms counted, examiners counted; the whole model given to a solver as it is.

Types of candidates flow through kinds of sessions; running totals keep the order of components, which is exact for alike
candidates, matched first in, first out. Whoever goes on to the second component at the same site on the same day does so in
one flow of its own, because that saves a trip. Examiners are numbers, limited by slot, day and week; ``naming`` calls them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.planning.problem import Problem
from tests.benchmarks.peers.sums import Sums


class NotForThisPeer(Exception):
    """The round has rules which this model does not know."""


@dataclass
class Kinds:
    """Kinds of sessions: same component, site, slot, size, price and access; arrays by kind."""

    of: np.ndarray
    """Kind of each session."""
    first: np.ndarray
    """A session of each kind."""
    number: np.ndarray
    """Sessions of each kind."""


@dataclass
class Flow:
    """Columns of one type, and what each of them means."""

    members: list[int]
    parts: list[tuple[np.ndarray, np.ndarray]]
    """For each component due the columns, and the kind of each."""
    both: tuple[np.ndarray, np.ndarray, np.ndarray] | None
    """Columns of those who sit both in one trip, and the two kinds of each."""


class Aggregate:
    """The model of a round: ``sums`` for a solver, ``disaggregate`` for what it answers."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.sums = problem, Sums()
        _refuse_unknown_rules(problem)
        self.kinds = kinds = _kinds(problem)
        self.table = {name: getattr(problem.table, name)[kinds.first] for name in problem.table.__slots__}
        self._openings()
        self._pools()
        self.left: list[int] = []
        self.flows = [self._flow(key, members) for key, members in self._types().items()]

    def _types(self) -> dict[tuple, list[int]]:
        found: dict[tuple, list[int]] = {}
        for p in range(len(self.problem.parties)):
            if self.problem.hopeful(p) and _orderable(self.problem, p):
                kinds = tuple(self._whole_kinds(domain) for domain in self.problem.domains[p])
                key = kinds, tuple(self.problem.precedences(p)), self.problem.fares[p].tobytes()
                found.setdefault((*key, int(self.problem.wait_from[p])), []).append(p)
        return found

    def _whole_kinds(self, domain: np.ndarray) -> tuple[int, ...]:
        kinds, counts = np.unique(self.kinds.of[domain], return_counts=True)
        if (counts != self.kinds.number[kinds]).any():
            raise NotForThisPeer("somebody may sit in some rooms of a kind only")
        return tuple(kinds.tolist())

    def _openings(self) -> None:
        """Open sessions, and call examiners for them; where the least number always does, they are part of the price."""
        problem, sums, table = self.problem, self.sums, self.table
        price = problem.policy.weights.examiner
        staffing = [problem.components[c].staffing for c in table["component"]]
        on = problem.policy.examiners_on
        least = np.array([max(one.at_least, problem.min_institutions) if on else 0 for one in staffing])
        ratio = np.array([one.per_candidates for one in staffing])
        fixed = least * ratio >= table["capacity"] if on else np.ones(len(least), dtype=bool)
        self.opened = sums.columns(table["opening"] + np.where(fixed, least, 0) * price, self.kinds.number)
        self.seats = sums.rows(len(least), None, 0)
        sums.put(self.seats, self.opened, -table["capacity"])
        most = -(-table["capacity"] // ratio) * self.kinds.number
        self.called, self.calls = self.opened.copy(), least.copy()
        some = np.flatnonzero(~fixed)
        self.called[some] = sums.columns(np.full(len(some), price), most[some])
        self.calls[some] = 1
        self.ratios = np.full(len(least), -1)
        self.ratios[some] = sums.rows(len(some), None, 0)
        sums.put(self.ratios[some], self.called[some], -ratio[some])
        enough = sums.rows(len(some), None, 0)
        sums.put(enough, self.opened[some], least[some])
        sums.put(enough, self.called[some], -1)

    def _pools(self) -> None:
        """Limit examiners by slot, day and week: of each component, and of all together."""
        problem, table = self.problem, self.table
        if not problem.policy.examiners_on:
            return
        days = np.array([slot.on.toordinal() for slot in problem.slots])
        per_day = np.array([e.max_per_day for e in problem.examiners])
        per_week = np.array([e.max_per_week for e in problem.examiners])
        every = sorted(set(table["component"].tolist()))
        for some in [*([c] for c in every), every]:
            here = np.isin(table["component"], some)
            able = np.zeros((len(problem.examiners), len(problem.slots)), dtype=bool)
            for k in np.flatnonzero(here):
                able[:, table["slot"][k]] |= problem.eligible[:, self.kinds.first[k]]
            for t in range(len(problem.slots)):
                self._limit(here & (table["slot"] == t), int(able[:, t].sum()))
            served = {d: np.minimum(per_day, able[:, days == d].sum(axis=1)) for d in sorted(set(days.tolist()))}
            for d, most in served.items():
                self._limit(here & (days[table["slot"]] == d), int(most.sum()))
            for week in sorted(set(problem.week.tolist())):
                most = sum(served[d] for d in sorted(set(days[problem.week == week].tolist())))
                self._limit(here & (problem.week[table["slot"]] == week), int(np.minimum(per_week, most).sum()))

    def _limit(self, kinds: np.ndarray, most: int) -> None:
        if kinds.any():
            row = self.sums.rows(1, None, most)
            self.sums.put(np.repeat(row, kinds.sum()), self.called[kinds], self.calls[kinds])

    def _flow(self, key: tuple, members: list[int]) -> Flow:
        (domains, order, _, wait_from), sums, weights = key, self.sums, self.problem.policy.weights
        size, fares, table = len(members), self.problem.fares[members[0]], self.table
        left = sums.columns(np.array([weights.unplaced]), size)
        self.left.append(int(left[0]))
        demands, parts = [], []
        for j, domain in enumerate(domains):
            kinds = np.array(domain)
            costs = fares[table["site"][kinds]]
            if j == len(domains) - 1:
                costs = costs + weights.wait_day * (table["day"][kinds] - wait_from) + weights.extra_trip * j
            columns = sums.columns(costs, size)
            demand = sums.rows(1, size, size)
            sums.put(demand, left, 1)
            self._sit(columns, kinds, demand)
            demands.append(demand)
            parts.append((columns, kinds))
        both = None
        if order:
            early, late = self._one_trip(parts[0][1], parts[1][1])
            costs = fares[table["site"][early]] + weights.wait_day * (table["day"][early] - wait_from)
            both = sums.columns(costs, size), early, late
            self._sit(both[0], early, demands[0])
            self._sit(both[0], late, demands[1])
            self._in_order(parts, size)
        return Flow(members, parts, both)

    def _sit(self, columns: np.ndarray, kinds: np.ndarray, demand: np.ndarray) -> None:
        sums, asked = self.sums, self.ratios[kinds] >= 0
        sums.put(np.repeat(demand, len(columns)), columns, 1)
        sums.put(self.seats[kinds], columns, 1)
        sums.put(self.ratios[kinds[asked]], columns[asked], 1)

    def _one_trip(self, early: np.ndarray, late: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        table, gap = self.table, self.problem.policy.order_gap_min
        fits = table["site"][early][:, None] == table["site"][late]
        fits &= table["day"][early][:, None] == table["day"][late]
        fits &= table["end"][early][:, None] + gap <= table["start"][late]
        i, j = np.nonzero(fits)
        return early[i], late[j]

    def _in_order(self, parts: list[tuple[np.ndarray, np.ndarray]], size: int) -> None:
        """At no time have more sat the second than the first; nor, some days later, fewer."""
        sums, table, policy = self.sums, self.table, self.problem.policy
        slots, totals = [], []
        for columns, kinds in parts:
            at, place = np.unique(table["slot"][kinds], return_inverse=True)
            total, rows = sums.columns(np.zeros(len(at)), size), sums.rows(len(at), 0, 0)
            sums.put(rows, total, 1)
            sums.put(rows[1:], total[:-1], -1)
            sums.put(rows[place], columns, -1)
            slots.append([self.problem.slots[t] for t in at])
            totals.append(total)
        ends = np.array([(s.ends_at - self.problem.slots[0].starts_at).total_seconds() for s in slots[0]])
        starts = np.array([(s.starts_at - self.problem.slots[0].starts_at).total_seconds() for s in slots[1]])
        done = np.searchsorted(ends + policy.order_gap_min * 60, starts, side="right")
        for late, n in zip(totals[1], done.tolist(), strict=True):
            self._not_more(late, totals[0][n - 1] if n else None)
        if policy.order_days_max is not None:
            first, second = ([s.on.toordinal() for s in some] for some in slots)
            due = np.searchsorted(second, np.array(first) + policy.order_days_max, side="right")
            for early, n in zip(totals[0], due.tolist(), strict=True):
                if n < len(second):
                    self._not_more(early, totals[1][n - 1] if n else None)

    def _not_more(self, one: int, than: int | None) -> None:
        row = self.sums.rows(1, None, 0)
        self.sums.put(row, np.array([one]), 1)
        if than is not None:
            self.sums.put(row, np.array([than]), -1)

    def disaggregate(self, values: np.ndarray) -> np.ndarray:
        """Return the session of each party and component that an answer means, -1 where it leaves somebody out."""
        numbers = np.rint(values).astype(int)
        at = np.full((len(self.problem.parties), max(map(len, self.problem.due))), -1)
        queues: dict[int, list[tuple[int, int]]] = {}
        for flow in self.flows:
            for p, kinds in zip(flow.members, self._ways(flow, numbers), strict=False):
                for j, kind in enumerate(kinds):
                    queues.setdefault(kind, []).append((p, j))
        for kind, queue in queues.items():
            rooms = np.flatnonzero(self.kinds.of == kind)
            for n, (p, j) in enumerate(queue):
                at[p, j] = rooms[n // self.table["capacity"][kind]]
        return at

    def _ways(self, flow: Flow, numbers: np.ndarray) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = []
        if flow.both is not None:
            for column, early, late in zip(*(one.tolist() for one in flow.both), strict=True):
                found += [(early, late)] * numbers[column]
        rows = [
            sorted(
                (k for column, k in zip(columns, kinds.tolist(), strict=True) for _ in range(numbers[column])),
                key=lambda k: (self.table["slot"][k], k),
            )
            for columns, kinds in flow.parts
        ]
        return found + list(zip(*rows, strict=True))


def _orderable(problem: Problem, p: int) -> bool:
    return all(
        problem.in_sequence(problem.domains[p][i], problem.domains[p][j]).any() for i, j in problem.precedences(p)
    )


def _kinds(problem: Problem) -> Kinds:
    table = problem.table
    access = np.array([problem.rooms[r].accessible for r in table.room], dtype=np.int64)
    keys = np.column_stack((table.component, table.site, table.slot, table.capacity, table.opening, access))
    _, first, of, number = np.unique(keys, axis=0, return_index=True, return_inverse=True, return_counts=True)
    return Kinds(of.ravel(), first, number)


def _refuse_unknown_rules(problem: Problem) -> None:
    round_, table = problem.round_, problem.table
    weights = round_.policy.weights
    known = (
        (problem.heads == 1).all()
        and (table.turns == 1).all()
        and problem.slot_overlaps.sum() == len(problem.slots)
        and len(set(zip(table.room.tolist(), table.slot.tolist(), strict=True))) == len(table)
        and not (round_.reservations or round_.locks or round_.examiner_locks or problem.together or problem.rows)
        and not (weights.share_over or weights.day_peak or weights.unfair or weights.group_session)
        and all(len(due) == 1 or tuple(problem.precedences(p)) == ((0, 1),) for p, due in enumerate(problem.due))
    )
    if not known:
        raise NotForThisPeer("the round has rules that the aggregated model does not know")
