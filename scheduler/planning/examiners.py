"""Calling examiners one session at a time: the first who fit, scarce ones spared. Used while a draft is built.

The model calls them better and all at once; this makes sure that a start has them at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from scheduler.domain.catalogue import Duty
from scheduler.planning.problem import Problem
from scheduler.planning.rotation import duty_rows
from scheduler.planning.table import BoolArray


class Duties:
    """Who is still free, while sessions are opened and closed."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        size, slots = len(problem.examiners), len(problem.slots)
        days = sorted({slot.on for slot in problem.slots})
        self.day = np.array([days.index(slot.on) for slot in problem.slots], dtype=np.int64)
        self.week = problem.week
        self.max_day = np.array([e.max_per_day for e in problem.examiners], dtype=np.int64)[:, None]
        self.max_week = np.array([e.max_per_week for e in problem.examiners], dtype=np.int64)[:, None]
        self.choice = problem.eligible.sum(axis=1)
        self.busy = np.zeros((size, slots), dtype=np.int64)
        """Sessions of each examiner that overlap a slot."""
        self.by_day = np.zeros((size, len(days)), dtype=np.int64)
        self.by_week = np.zeros((size, int(problem.week.max(initial=0)) + 1), dtype=np.int64)
        self.teams: dict[int, tuple[int, ...]] = {}
        """Who serves in each session."""
        self.free: BoolArray = (self.max_day > 0) & (self.max_week > 0) & np.ones((size, slots), dtype=np.bool_)
        """Whether an examiner could serve once more in a slot."""
        self.spare = (problem.eligible & self.free[:, problem.table.slot]).sum(axis=0)
        """How many could serve in each session now."""

    def change(self, session: int, crew: tuple[int, ...], by: int) -> None:
        """Book (+1) or release (-1) the examiners of a session."""
        if not crew:
            return
        if by > 0:
            self.teams[session] = crew
        else:
            self.teams.pop(session, None)
        who, slot = list(crew), int(self.problem.table.slot[session])
        eligible, slots = self.problem.eligible[who], self.problem.table.slot
        self.spare = self.spare - (eligible & self.free[who][:, slots]).sum(axis=0)
        self.busy[who] += by * self.problem.slot_overlaps[slot]
        self.by_day[who, self.day[slot]] += by
        self.by_week[who, self.week[slot]] += by
        day_fine = (self.by_day[who] < self.max_day[who])[:, self.day]
        week_fine = (self.by_week[who] < self.max_week[who])[:, self.week]
        self.free[who] = (self.busy[who] == 0) & day_fine & week_fine
        self.spare = self.spare + (eligible & self.free[who][:, slots]).sum(axis=0)

    def save(self) -> tuple[Any, ...]:
        """Return a copy of who is booked."""
        return self.busy.copy(), self.by_day.copy(), self.by_week.copy(), self.free.copy(), self.spare, dict(self.teams)

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Go back to what ``save`` returned; the copy is used up."""
        self.busy, self.by_day, self.by_week, self.free, self.spare, self.teams = saved

    def available(self, session: int) -> BoolArray:
        """Tell who could serve in a session now."""
        free: BoolArray = self.problem.eligible[:, session] & self.free[:, self.problem.table.slot[session]]
        most = self.problem.policy.max_consecutive_at
        for e in np.flatnonzero(free).tolist() if most is not None else ():
            rows = duty_rows(self.problem, {**self.teams, session: (e,)}, e)
            free[e] = max(rows.values(), default=0) <= (most or 0)
        return free

    def enough(
        self, session: int, crew: tuple[int, ...], trained: Mapping[int, int], barred: set[int]
    ) -> tuple[int, ...] | None:
        """Return a crew that satisfies every rule for these candidates, or None when nobody fits.

        Args:
            session: Where.
            crew: Who serves already; those not barred stay.
            trained: Candidates by training institution, -1 for none.
            barred: Examiners who must not meet one of them.
        """
        around = self._around(session)
        chosen = [e for e in crew if e not in barred]
        wanted = self.problem.locked_examiners.get(session, ())
        settled = len(chosen) == len(crew) > 0 and set(wanted) <= set(chosen)
        if settled and next(self._unmet(session, chosen, trained), None) is None:
            return crew
        free = self.available(session)
        for e in wanted:
            if e in barred or (e not in chosen and not free[e]):
                return None
        chosen += [e for e in wanted if e not in chosen]
        spare = [int(e) for e in np.flatnonzero(free) if e not in barred and e not in chosen]
        while (fits := next(self._unmet(session, chosen, trained), None)) is not None:
            best = min(
                (e for e in spare if fits(e)),
                key=lambda e: (sum(e in team for team in around), *self._price(e, chosen, trained)),
                default=None,
            )
            if best is None:
                return None
            spare.remove(best)
            chosen.append(best)
        if 2 * len(around[1] & set(chosen)) > len(around[1]) > 0:
            return None
        return tuple(sorted(chosen))

    def _around(self, session: int) -> tuple[set[int], set[int]]:
        """Return the teams before and after a session in its room, both empty where teams need not change."""
        table, slots = self.problem.table, self.problem.slots
        if not self.problem.policy.rotate_half:
            return set(), set()
        room, here = table.room[session], slots[table.slot[session]]
        others = [
            (slots[table.slot[s]], team) for s, team in self.teams.items() if table.room[s] == room and s != session
        ]
        before = max(
            (one for one in others if one[0].starts_at < here.starts_at), key=lambda one: one[0].starts_at, default=None
        )
        after = min(
            (one for one in others if one[0].starts_at > here.starts_at), key=lambda one: one[0].starts_at, default=None
        )
        return (set(before[1]) if before else set()), (set(after[1]) if after else set())

    def without_spare(self, session: int, crew: tuple[int, ...], trained: Mapping[int, int]) -> tuple[int, ...]:
        """Return a crew without those it can spare for these candidates."""
        chosen = list(crew)
        for e in crew:
            fewer = [other for other in chosen if other != e]
            locked = e in self.problem.locked_examiners.get(session, ())
            if not locked and next(self._unmet(session, fewer, trained), None) is None:
                chosen = fewer
        return tuple(chosen)

    def _price(self, e: int, chosen: list[int], trained: Mapping[int, int]) -> tuple[int, ...]:
        problem = self.problem
        body = int(problem.sent_by[e])
        known = any(int(problem.sent_by[other]) == body for other in chosen)
        leads = int(problem.examiners[e].may_lead and any(problem.examiners[o].may_lead for o in chosen))
        return trained.get(body, 0), int(known), leads, int(self.choice[e]), int(self.by_day[e].sum()), e

    def _unmet(self, session: int, chosen: list[int], trained: Mapping[int, int]) -> Iterator[Callable[[int], bool]]:
        """Yield, for each rule not yet satisfied, who would help."""
        problem = self.problem
        bodies = [int(problem.sent_by[e]) for e in chosen]

        def not_from(*some: int) -> Callable[[int], bool]:
            return lambda e: int(problem.sent_by[e]) not in some

        for i, heads in sorted(trained.items()):
            outside = sum(1 for body in bodies if body != i)
            if i >= 0 and outside * problem.policy.independent_per < heads:
                yield not_from(i)
        if len(set(bodies)) < problem.min_institutions:
            yield not_from(*bodies)
        duty = problem.components[problem.table.component[session]].staffing.duty
        if duty is Duty.ASSESS and not any(problem.examiners[e].may_lead for e in chosen):
            yield lambda e: problem.examiners[e].may_lead
        before = self._around(session)[0]
        if 2 * len(before & set(chosen)) > len(chosen):
            yield lambda e: e not in before
        if len(chosen) < problem.need(session, sum(trained.values())):
            yield lambda _e: True
