"""Ejection: somebody who is not affected makes way, but only where that seats somebody who would have no place.

Used by the replan after the affected were seated. One step first, then two, then three; what seats nobody is undone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scheduler.planning.cohorts import group_of
from scheduler.planning.construct import Builder
from scheduler.planning.draft import Draft
from scheduler.planning.replan.seating import Case, lawful, left
from scheduler.planning.table import BoolArray, IntArray
from scheduler.planning.units import Unit, unit_of

DEPTH = 3
"""Most people who make way for one."""
WIDTH = (0, 16, 48, 600)
"""People tried at each step, by the steps that are left, counted from the last: the last step of one tries most."""
TRIES = 6_000
"""People tried in all; to look for whom to ask counts as ten."""
LEAST_TRIES = 60
"""People tried for one at each depth, however many wait, as long as any are left."""


class Ejection:
    """A search for people who can make way."""

    def __init__(self, case: Case, draft: Draft, stop: Callable[[], bool]) -> None:
        self.case, self.problem, self.stop = case, case.problem, stop
        self.builder: Builder = case.builder(draft)
        self.mine = case.mine
        self.moved: dict[int, int] = {}
        """Whoever made way, with the party it was for."""
        self.tries, self.budget = 0, TRIES

    def seat(self, waiting: list[Unit]) -> None:
        """Seat as many of those who wait as can be."""
        for depth in range(1, DEPTH + 1):
            each = max(LEAST_TRIES, TRIES // (DEPTH * max(1, len(waiting))))
            rest = []
            for unit in waiting:
                self.tries, moved = min(each, self.budget), list[int]()
                before = self.builder.save()
                seated = not self.stop() and (self._with_group(unit, moved) or self._make_way([unit], depth, moved))
                if seated and self._is_lawful():
                    self.moved |= dict.fromkeys(moved, unit.parties[0])
                else:
                    self.builder.restore(before)
                    rest.append(unit)
            waiting = rest

    def _is_lawful(self) -> bool:
        draft = self.builder.draft()
        return bool((lawful(self.case, draft).at == draft.at).all())

    def _with_group(self, unit: Unit, moved: list[int]) -> bool:
        """Move the group of somebody who is to be with it to where all of them have seats."""
        group_id, problem = group_of(self.problem, unit.parties[0]), self.problem
        if not group_id or problem.together[group_id] == "fragments":
            return False
        members = [p for p, party in enumerate(problem.parties) if party.group_id == group_id]
        staying = [p for p in members if p not in self.mine and self.builder.at[p].max() >= 0]
        if not staying or any(p in self.moved for p in staying):
            return False
        before = self.builder.save()
        everyone = tuple(sorted({*unit.parties, *(p for p in members if self.builder.at[p].max() >= 0)}))
        self.builder.remove([p for p in everyone if p not in unit.parties])
        whole = problem.together[group_id] == "session"
        groups = [everyone] if whole else [(p,) for p in everyone]
        if all(self.builder.insert(unit_of(problem, parties)) for parties in groups):
            moved += staying
            return True
        self.builder.restore(before)
        return False

    def _make_way(self, waiting: list[Unit], depth: int, moved: list[int]) -> bool:
        """Seat everybody who waits, taking out at most so many more; leaves a mess when it fails."""
        while waiting and self.builder.insert(waiting[0]):
            waiting = waiting[1:]
        if not waiting:
            return True
        if not depth or self.tries < 0:
            return False
        for p in self._in_the_way(waiting[0], moved, last=depth == 1)[: WIDTH[-depth]]:
            self._spend(1)
            if self.tries < 0:
                return False
            before = self.builder.save()
            self.builder.remove([p])
            moved.append(p)
            if self._make_way([*waiting, unit_of(self.problem, (p,))], depth - 1, moved):
                return True
            moved.pop()
            self.builder.restore(before)
        return False

    def _in_the_way(self, unit: Unit, moved: list[int], *, last: bool) -> list[int]:
        """Return whom to ask to make way: those in full sessions that would complete a way, who have most other choices.

        At the last step they must have a session with seats to go to.
        """
        self._spend(10)
        found: dict[int, int] = {}
        for j, reachable in enumerate(self._reachable(unit)):
            domain = unit.domains[j]
            over = self.builder.heads[domain] + unit.heads[j] - self.problem.table.capacity[domain]
            full = domain[reachable & (over > 0) & (self.builder.rivals_open[domain] == 0)]
            who, where = (
                np.nonzero(np.isin(self.builder.at, full)) if len(full) else (np.zeros(0, int), np.zeros(0, int))
            )
            for p, k in zip(who.tolist(), where.tolist(), strict=True):
                if p not in found and p not in moved and self._may_move(p):
                    found[p] = self._choices(p, k)
        return sorted((p for p, n in found.items() if n or not last), key=lambda p: (-found[p], p))

    def _spend(self, tries: int) -> None:
        self.tries -= tries
        self.budget -= tries

    def _may_move(self, p: int) -> bool:
        party = self.problem.parties[p]
        return p not in self.mine and p not in self.moved and party.group_id not in self.problem.together

    def _choices(self, p: int, k: int) -> int:
        """Return in how many other sessions a party could sit the component it gives up, by seats alone."""
        domain, heads = self.problem.domains[p][k], self.problem.heads[p]
        fits = self.builder.heads[domain] + heads <= self.problem.table.capacity[domain]
        fits &= (self.builder.rivals_open[domain] == 0) & (domain != self.builder.at[p, k])
        return int(fits.sum())

    def _reachable(self, unit: Unit) -> list[BoolArray]:
        """Tell by component and choice whether the unit's other components have a session with seats that goes with it."""
        spare = [self._spare(unit, j, domain) for j, domain in enumerate(unit.domains)]
        if len(unit.domains) != 2 or not unit.order:
            return [np.ones(len(domain), dtype=np.bool_) for domain in unit.domains]
        first, then = unit.domains if unit.order == ((0, 1),) else unit.domains[::-1]
        fits = self.problem.in_sequence(first, then)
        early, late = (spare[0], spare[1]) if unit.order == ((0, 1),) else (spare[1], spare[0])
        # Where neither component has seats, both are asked for.
        none = not (fits & early[:, None]).any() and not (fits & late[None, :]).any()
        rows = np.any(fits & (late[None, :] | none), axis=1)
        columns = np.any(fits & (early[:, None] | none), axis=0)
        return [rows, columns] if unit.order == ((0, 1),) else [columns, rows]

    def _spare(self, unit: Unit, j: int, domain: IntArray) -> BoolArray:
        fits: BoolArray = self.builder.heads[domain] + unit.heads[j] <= self.problem.table.capacity[domain]
        fits &= self.builder.rivals_open[domain] == 0
        return fits


def eject(case: Case, draft: Draft, stop: Callable[[], bool]) -> tuple[Draft, dict[int, int]]:
    """Seat those of the affected who have no place, others making way.

    Returns:
        The draft, and by party that made way the party it was for.
    """
    waiting = left(case, draft)
    if not waiting:
        return draft, {}
    search = Ejection(case, draft, stop)
    search.seat(waiting)
    return search.builder.draft(), search.moved


def back(case: Case, draft: Draft, moved: dict[int, int]) -> tuple[Draft, dict[int, int]]:
    """Put everybody back who made way and no longer has to."""
    builder, still = case.builder(draft), dict(moved)
    for p in sorted(p for p in moved if not group_of(case.problem, p)):
        before = builder.save()
        builder.remove([p])
        home = case.homes[p, : len(case.problem.due[p])].tolist()
        if builder.place(unit_of(case.problem, (p,)), home):
            del still[p]
        else:
            builder.restore(before)
    return (builder.draft(), still) if len(still) < len(moved) else (draft, still)
