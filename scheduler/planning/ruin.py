"""Ruin and recreate: empty a few sessions, seat their people again in another order and at other prices, keep what costs less.

Used between the start and the solver's neighbourhoods: cheap moves by the hundred. No solver here.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np

from scheduler.planning.cohorts import group_of
from scheduler.planning.construct import Builder
from scheduler.planning.draft import Draft, cost
from scheduler.planning.lawful import offenders, watched
from scheduler.planning.problem import Problem
from scheduler.planning.table import BoolArray
from scheduler.planning.units import Unit, units_of
from scheduler.planning.ways import Ways

PRICES = ((1, 1), (1, 1), (1, 3), (1, 8), (1, 20))
"""Fractions of opening costs that count in one move: the lower, the sooner a session is opened for those who follow."""


LURED = 0.5
"""Share of moves that open some other session instead of one they emptied."""
KEPT_WAYS = 30_000_000
"""Pairs of sessions whose costs are kept in memory, 8 bytes each."""


class Ruin:
    """Moves on one draft, some of which are taken although they cost a little more."""

    def __init__(
        self,
        problem: Problem,
        draft: Draft,
        seed: int,
        *,
        units: list[Unit] | None = None,
        worth: Callable[[Draft], int] | None = None,
    ) -> None:
        self.problem, self.chance = problem, random.Random(seed)
        self.builder = Builder(problem, draft, Ways(problem, KEPT_WAYS))
        self.worth = worth or (lambda draft: cost(problem, draft))
        """What is to fall: the cost, or more than that."""
        free = units_of(problem) if units is None else units
        self.unit_at: dict[int, Unit] = {p: unit for unit in free for p in unit.parties}
        self.free: list[int] | None = None if units is None else sorted(self.unit_at)
        """Parties that may move; None for all."""
        self.groups: dict[str, list[Unit]] = {}
        for unit in dict.fromkeys(self.unit_at.values()) if problem.together else ():
            if group_id := group_of(problem, unit.parties[0]):
                self.groups.setdefault(group_id, []).append(unit)
        self.watched = watched(problem)
        self.emptied: list[int] = []
        """Sessions the last ruin went for."""
        self.now = self.best_cost = self.worth(draft)
        self.best = draft

    def run(self, moves: int, most: int, heat: tuple[float, float], stop: Callable[[], bool]) -> Draft:
        """Make so many moves and return the best draft seen.

        Args:
            moves: How many.
            most: Most parties taken out in one.
            heat: Cost units a move may easily cost more, at the beginning and at the end.
            stop: Asked before every move.
        """
        for n in range(moves):
            if stop():
                break
            self._move(most, heat[0] * (heat[1] / heat[0]) ** (n / moves))
        return self.best

    def _move(self, most: int, warmth: float) -> None:
        builder, chance = self.builder, self.chance
        before = builder.save()
        units = self._ruined(most)
        builder.remove(p for unit in units for p in unit.parties)
        shut = self._shut() if chance.random() < 0.5 else None
        builder.lures = self._lures() if chance.random() < LURED else None
        price = chance.choice(PRICES)
        self._arrange(units)
        for unit in units:
            if not builder.insert(unit, price, shut) and shut is not None:
                builder.insert(unit, price)
        builder.lures = None
        draft = builder.draft()
        then = self.worth(draft)
        if self.watched and offenders(self.problem, draft.at, draft.staff):
            builder.restore(before)
            return
        if then > self.now - warmth * math.log(max(chance.random(), 1e-12)):
            builder.restore(before)
            return
        self.now = then
        if then < self.best_cost:
            self.best, self.best_cost = draft, then

    def _ruined(self, most: int) -> list[Unit]:
        """Choose units: those of some sessions close to each other, and some without a place."""
        builder, chance, table = self.builder, self.chance, self.problem.table
        if self.free is None:
            sessions = np.flatnonzero(builder.heads > 0)
        else:
            own = builder.at[self.free]
            sessions = np.unique(own[own >= 0])
        target = chance.randint(2, most)
        chosen: dict[tuple[int, ...], Unit] = {}
        left = [p for p in np.flatnonzero((builder.at < 0).all(axis=1)).tolist() if p in self.unit_at]
        for p in chance.sample(left, min(len(left), 5)):
            chosen[self.unit_at[p].parties] = self.unit_at[p]
        self.emptied = []
        if len(sessions):
            centre = int(chance.choice(sessions.tolist()))
            far = np.abs(table.day[sessions] - table.day[centre]) * chance.choice((0, 2, 5))
            far += np.where(table.site[sessions] == table.site[centre], 0, chance.choice((0, 5, 20)))
            far += np.where(table.component[sessions] == table.component[centre], 0, chance.choice((-5, 0, 8)))
            far = np.where(sessions == centre, -100, far + np.array([chance.randrange(10) for _ in sessions]))
            for s in sessions[np.argsort(far, kind="stable")].tolist():
                members = [p for p in np.flatnonzero((builder.at == s).any(axis=1)).tolist() if p in self.unit_at]
                if self.emptied and len(chosen) + len(members) > target:
                    members = chance.sample(members, max(0, min(len(members), target - len(chosen))))
                self.emptied.append(s)
                for p in members:
                    chosen[self.unit_at[p].parties] = self.unit_at[p]
                    for unit in self.groups.get(self.problem.parties[p].group_id, ()):
                        chosen[unit.parties] = unit
                if len(chosen) >= target:
                    break
        return list(chosen.values())

    def _shut(self) -> np.ndarray:
        return np.array([s for s in self.emptied if not self.builder.heads[s]], dtype=np.int64)

    def _lures(self) -> BoolArray:
        """Choose closed sessions of the components just emptied, to be tried instead."""
        table, builder, chance = self.problem.table, self.builder, self.chance
        lures = np.zeros(len(table), dtype=np.bool_)
        empty = [s for s in self.emptied if not builder.heads[s]]
        for s in chance.sample(empty, min(len(empty), chance.randint(1, 2))):
            same = (table.component == table.component[s]) & (builder.heads == 0) & (builder.rivals_open == 0)
            same[s] = False
            others = np.flatnonzero(same)
            if len(others):
                lures[int(chance.choice(others.tolist()))] = True
        return lures

    def _arrange(self, units: list[Unit]) -> None:
        chance = self.chance
        kind = chance.randrange(3)
        keys = {unit.parties: chance.random() for unit in units}
        if kind == 0:
            units.sort(key=lambda u: keys[u.parties])
        elif kind == 1:
            units.sort(key=lambda u: (-max(u.heads), sum(len(d) for d in u.domains), keys[u.parties]))
        else:
            units.sort(key=lambda u: (-len(u.due), -max(u.heads), keys[u.parties]))
