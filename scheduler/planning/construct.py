"""Constructive start: one unit after another into the sessions that cost least just then, examiners called at once.

Fast, repeatable, never wrong; how good is the improvement's matter. No solver here.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from scheduler.planning.cohorts import group_of
from scheduler.planning.draft import Draft
from scheduler.planning.examiners import Duties
from scheduler.planning.lawful import offenders, open_fragments, watched
from scheduler.planning.problem import Problem
from scheduler.planning.spread import fragment_limits
from scheduler.planning.table import BoolArray, IntArray
from scheduler.planning.units import Unit, unit_of, units_of
from scheduler.planning.ways import NEVER, Ways, compatible, trip_cost

BEAM = 192
"""Partial ways kept while a unit's components are seated one after another."""


class Builder:
    """A draft in the making."""

    def __init__(self, problem: Problem, draft: Draft | None = None, ways: Ways | None = None) -> None:
        self.problem, self.ways = problem, ways or Ways(problem, 0)
        start = draft or Draft.empty(problem)
        self.at, self.staff = start.at.copy(), dict(start.staff)
        self.heads = start.heads(problem)
        self.rivals_open = np.zeros(len(problem.table), dtype=np.int64)
        self.lures: BoolArray | None = None
        """Sessions that cost nothing to open just now, so that a move tries them."""
        self.homes: IntArray | None = None
        """Sessions by party and position that cost ``Policy.move_cost`` to leave, -1 where none; None where nobody is kept."""
        self.crew_size = np.zeros(len(problem.table), dtype=np.int64)
        self.duties = Duties(problem)
        self.trained: dict[int, dict[int, int]] = {}
        for s, members in start.by_session():
            self.rivals_open[problem.rivals(s)] += 1
            self.duties.change(s, self.staff.get(s, ()), 1)
            self.crew_size[s] = len(self.staff.get(s, ()))
            self.trained[s] = self._trainers(members)
        self.group_at: dict[tuple[str, int], list[int]] = {}
        """Sessions of a group bound to sites, by group and component, one for each candidate."""
        self.group_due: dict[tuple[str, int], int] = {}
        self.exchanged: Counter[tuple[int, int]] = Counter()
        """Seats by who trained and who examines, where two institutions must not examine each other's candidates."""
        for p in start.placed().tolist():
            self._note_group(p)
            self._note_exchange(p, 1)
        staffing = [c.staffing for c in problem.components]
        self._least = np.array([max(1, x.at_least, problem.min_institutions) for x in staffing], dtype=np.int64)
        self._per = np.array([x.per_candidates for x in staffing], dtype=np.int64)

    def draft(self) -> Draft:
        """Return what has been built."""
        return Draft(self.at.copy(), {int(s): self.staff.get(int(s), ()) for s in np.unique(self.at[self.at >= 0])})

    def save(self) -> tuple[Any, ...]:
        """Return a copy of everything a move changes."""
        trained = {s: dict(by) for s, by in self.trained.items()}
        groups = {key: list(sessions) for key, sessions in self.group_at.items()}, Counter(self.exchanged)
        state = groups, self.at.copy(), dict(self.staff), self.heads.copy(), self.rivals_open.copy(), trained
        return (*state, self.duties.save(), self.crew_size.copy())

    def restore(self, saved: tuple[Any, ...]) -> None:
        """Undo all that happened since ``save``."""
        groups, self.at, self.staff, self.heads, self.rivals_open, self.trained, duties, self.crew_size = saved
        self.group_at, self.exchanged = groups
        self.duties.restore(duties)

    def insert(self, unit: Unit, discount: tuple[int, int] = (1, 1), shut: IntArray | None = None) -> bool:
        """Seat a unit where it costs least; False when it fits nowhere.

        Args:
            unit: Whom.
            discount: Fraction of opening costs that counts, numerator and denominator; less than one opens sessions
                for those who follow.
            shut: Sessions not to be used.
        """
        unit = self._at_group_site(unit)
        banned = np.zeros(len(self.problem.table), dtype=np.bool_)
        if shut is not None:
            banned[shut] = True
        for _ in range(12):
            way = self._cheapest(unit, discount, banned)
            if way is None:
                return False
            failed = self._seat(unit, way)
            if failed is None:
                return True
            banned[failed] = True
        return False

    def place(self, unit: Unit, way: Sequence[int]) -> bool:
        """Seat a unit in these sessions, one for each component due; False, and nothing changed, where one cannot be."""
        unit, banned = self._at_group_site(unit), np.zeros(len(self.problem.table), dtype=np.bool_)
        price = [self.prices(unit, j)[unit.domains[j] == s] for j, s in enumerate(way)]
        if any(not len(one) or one[0] >= NEVER for one in price):
            return False
        only = replace(unit, domains=tuple(np.array([s]) for s in way), narrowed=True)
        return self._cheapest(only, (1, 1), banned) is not None and self._seat(unit, way) is None

    def prices(self, unit: Unit, j: int) -> IntArray:
        """Return for each choice of a component what a unit there adds in sessions and examiners, ``NEVER`` where it has no room."""
        return self._price(unit, j, (1, 1), np.zeros(len(self.problem.table), dtype=np.bool_))

    def remove(self, parties: Iterable[int]) -> None:
        """Take parties out; sessions left empty are closed, and examiners no longer needed released."""
        problem = self.problem
        touched: set[int] = set()
        for p in parties:
            self._note_group(p, leaves=True)
            self._note_exchange(p, -1)
            for s in [int(s) for s in self.at[p] if s >= 0]:
                touched.add(s)
                self.heads[s] -= problem.heads[p]
                self.trained[s][int(problem.trained_by[p])] -= int(problem.heads[p])
                if not self.heads[s]:
                    self.rivals_open[problem.rivals(s)] -= 1
                    self.duties.change(s, self.staff.pop(s, ()), -1)
                    self.crew_size[s] = 0
                    del self.trained[s]
            self.at[p] = -1
        for s in sorted(touched & self.trained.keys()) if problem.policy.examiners_on else ():
            if self.crew_size[s] > problem.need(s, int(self.heads[s])):
                self._recrew(s, self.duties.without_spare(s, self.staff[s], self.trained[s]))

    def obstacle(self, session: int, party: int) -> str:
        """Return the rule that keeps one more party out of a session just now, empty when none does."""
        problem, component = self.problem, int(self.problem.table.component[session])
        if self.heads[session] + problem.heads[party] > problem.table.capacity[session]:
            return "place-capacity"
        if self.rivals_open[session]:
            return "room-once"
        here = np.flatnonzero((self.at == session).any(axis=1))
        for row in problem.rows.get(session, ()):
            if row.weight[here].sum() + row.weight[party] > row.limit:
                return row.rule
        if self._exchanging([party], np.array([session]))[0]:
            return "no-mutual-exchange"
        group_id = group_of(problem, party)
        if problem.together.get(group_id) == "fragments":
            unit = self._at_group_site(unit_of(problem, (party,)))
            if session not in unit.domains[unit.due.index(component)]:
                return "group-together"
            group_id = ""
        for other in np.flatnonzero([bool(group_id) and one.group_id == group_id for one in problem.parties]).tolist():
            if component in problem.due[other] and self.at[other, 0] >= 0:
                there = int(self.at[other, problem.due[other].index(component)])
                sites = problem.together[group_id] == "site"
                if problem.table.site[there] != problem.table.site[session] if sites else there != session:
                    return "group-together"
        return "" if self._crew(session, [party]) is not None else "examiner-count"

    def _price(self, unit: Unit, j: int, discount: tuple[int, int], banned: BoolArray) -> IntArray:
        """Return for each choice of a component what seating the unit there adds in sessions and examiners."""
        problem, table, choice = self.problem, self.problem.table, unit.domains[j]
        now, then = self.heads[choice], self.heads[choice] + unit.heads[j]
        fits = (then <= table.capacity[choice]) & (self.rivals_open[choice] == 0) & ~banned[choice]
        if self.exchanged:
            fits &= ~self._exchanging(unit.parties, choice)
        price = np.where(now == 0, table.opening[choice], 0)
        if problem.policy.examiners_on:
            component = table.component[choice]
            per_turn = table.per_turn[choice]
            need = np.maximum(self._least[component], -(-np.minimum(then, per_turn) // self._per[component]))
            have = self.crew_size[choice]
            fits &= need - have <= self.duties.spare[choice]
            price = price + problem.policy.weights.examiner * np.maximum(0, need - have)
        for n, s in enumerate(choice.tolist()) if problem.rows else ():
            fits[n] = fits[n] and self._rows_hold(s, unit, unit.due[j])
        price = price * discount[0] // discount[1]
        if self.lures is not None:
            price = np.where(self.lures[choice], 0, price)
        if self.homes is not None:
            price = price + self._away(self.homes, unit, j)
        return np.where(fits, price, NEVER)

    def _away(self, homes: IntArray, unit: Unit, j: int) -> IntArray:
        """Return for each choice of a component what moving there costs."""
        found = np.zeros(len(unit.domains[j]), dtype=np.int64)
        for p in (p for p in unit.parties if unit.due[j] in self.problem.due[p]):
            home = homes[p, self.problem.due[p].index(unit.due[j])]
            if home >= 0:
                found += np.where(unit.domains[j] == home, 0, self.problem.policy.move_cost * self.problem.heads[p])
        return found

    def _rows_hold(self, session: int, unit: Unit, component: int) -> bool:
        rows = self.problem.rows.get(session, ())
        here = np.flatnonzero((self.at == session).any(axis=1)) if rows else ()
        coming = [p for p in unit.parties if component in self.problem.due[p]]
        return all(row.weight[here].sum() + row.weight[coming].sum() <= row.limit for row in rows)

    def _cheapest(self, unit: Unit, discount: tuple[int, int], banned: BoolArray) -> list[int] | None:
        """Search the components one after another, keeping the best partial ways."""
        own = self.ways.of(unit)
        if own is not None:
            whole = own + self._price(unit, 0, discount, banned)[:, None] + self._price(unit, 1, discount, banned)
            first, second = divmod(int(whole.argmin()), whole.shape[1])
            found = [int(unit.domains[0][first]), int(unit.domains[1][second])]
            return found if whole[first, second] < NEVER else None
        ways = np.zeros((1, 0), dtype=np.int64)
        spent = np.zeros(1, dtype=np.int64)
        for j, choice in enumerate(unit.domains):
            price = self._price(unit, j, discount, banned)
            open_ = price < NEVER
            spots, price = choice[open_], price[open_]
            if not len(spots):
                return None
            whole = spent[:, None] + price[None, :] + trip_cost(self.problem, unit, ways, j, spots)
            whole[~compatible(self.problem, unit, ways, j, spots)] = NEVER
            ending = j == len(unit.domains) - 1
            best = np.array([whole.argmin()]) if ending else np.argsort(whole, axis=None, kind="stable")[:BEAM]
            best = best[whole.ravel()[best] < NEVER]
            if not len(best):
                return None
            row, column = np.unravel_index(best, whole.shape)
            ways, spent = np.column_stack([ways[row], spots[column]]), whole[row, column]
        return [int(s) for s in ways[0]]

    def _seat(self, unit: Unit, way: Sequence[int]) -> int | None:
        """Seat a unit and call its examiners; on failure return the session that could not be staffed, all undone."""
        problem = self.problem
        crews: dict[int, tuple[int, ...]] = {}
        for j, s in enumerate(way):
            coming = [p for p in unit.parties if unit.due[j] in problem.due[p]]
            crew = self._crew(s, coming)
            if crew is None:
                for done, earlier in crews.items():
                    self._recrew(done, earlier)
                return s
            crews[s] = self.staff.get(s, ())
            self._recrew(s, crew)
        for j, s in enumerate(way):
            for p in (p for p in unit.parties if unit.due[j] in problem.due[p]):
                self._sit(p, problem.due[p].index(unit.due[j]), s)
        for p in unit.parties:
            self._note_group(p)
            self._note_exchange(p, 1)
        return None

    def _note_exchange(self, p: int, by: int) -> None:
        """Count or forget who examines a party that somebody else trained."""
        trainer, problem = int(self.problem.trained_by[p]), self.problem
        for s in self.at[p].tolist() if problem.policy.no_mutual_exchange and trainer >= 0 else ():
            host = int(problem.host[problem.table.site[s]])
            if s >= 0 and host != trainer:
                self.exchanged[trainer, host] += by * int(problem.heads[p])

    def _exchanging(self, parties: Sequence[int], choice: IntArray) -> BoolArray:
        """Tell by choice whether its host has candidates of its own examined by one of the parties' trainers."""
        host = self.problem.host[self.problem.table.site[choice]]
        trainers = {int(self.problem.trained_by[p]) for p in parties} - {-1}
        barred = [i for (i, j), n in self.exchanged.items() if n > 0 and j in trainers]
        found: BoolArray = np.isin(host, barred)
        return found

    def _note_group(self, p: int, *, leaves: bool = False) -> None:
        """Remember where a party of a group kept at one site sits, or forget it."""
        group_id = self.problem.parties[p].group_id
        if self.problem.together.get(group_id) not in {"site", "fragments"} or self.at[p, 0] < 0:
            return
        for c, s in zip(self.problem.due[p], self.at[p].tolist(), strict=False):
            here = self.group_at.setdefault((group_id, c), [])
            for _ in range(int(self.problem.heads[p])):
                if leaves:
                    here.remove(s)
                else:
                    here.append(s)

    def _at_group_site(self, unit: Unit) -> Unit:
        """Narrow a unit's choices to the site its group has already, or to where a fragment of it may be."""
        group_id = self.problem.parties[unit.parties[0]].group_id
        if self.problem.together.get(group_id) == "fragments":
            return self._at_fragments(unit, group_id)
        if self.problem.together.get(group_id) != "site":
            return unit
        site, domains = self.problem.table.site, list(unit.domains)
        for j, c in enumerate(unit.due):
            there = self.group_at.get((group_id, c))
            if there:
                domains[j] = domains[j][site[domains[j]] == site[there[0]]]
        return replace(unit, domains=tuple(domains), narrowed=True)

    def _at_fragments(self, unit: Unit, group_id: str) -> Unit:
        site, domains = self.problem.table.site, list(unit.domains)
        for j, c in enumerate(unit.due):
            here = self.group_at.get((group_id, c), [])
            due = self._group_heads(group_id, c)
            limits, counts = fragment_limits(self.problem, group_id, c), Counter(int(site[s]) for s in here)
            joining, fresh = open_fragments(limits, unit.heads[j], due - len(here) - unit.heads[j], counts)
            at = site[domains[j]]
            fits = np.isin(at, sorted(joining)) | (fresh & ~np.isin(at, sorted(counts)))
            domains[j] = domains[j][fits]
        return replace(unit, domains=tuple(domains), narrowed=True)

    def _group_heads(self, group_id: str, c: int) -> int:
        """Return the candidates of a group who have choices and are due for a component."""
        if (group_id, c) not in self.group_due:
            members = [p for p, party in enumerate(self.problem.parties) if party.group_id == group_id]
            due = [p for p in members if c in self.problem.due[p] and self.problem.hopeful(p)]
            self.group_due[group_id, c] = int(self.problem.heads[due].sum())
        return self.group_due[group_id, c]

    def _crew(self, session: int, coming: list[int]) -> tuple[int, ...] | None:
        if not self.problem.policy.examiners_on:
            return ()
        trained = dict(self.trained.get(session, {}))
        for body, heads in self._trainers(coming).items():
            trained[body] = trained.get(body, 0) + heads
        barred: set[int] = set()
        if self.problem.recusing:
            present = np.flatnonzero((self.at == session).any(axis=1)).tolist()
            barred = {e for p in [*present, *coming] for e in self.problem.recused[p]}
        return self.duties.enough(session, self.staff.get(session, ()), trained, barred)

    def _recrew(self, session: int, crew: tuple[int, ...]) -> None:
        before = self.staff.get(session, ())
        if before != crew:
            self.duties.change(session, before, -1)
            self.duties.change(session, crew, 1)
            self.staff[session] = crew
            self.crew_size[session] = len(crew)

    def _sit(self, p: int, position: int, session: int) -> None:
        if not self.heads[session]:
            self.rivals_open[self.problem.rivals(session)] += 1
        self.at[p, position] = session
        self.heads[session] += self.problem.heads[p]
        here = self.trained.setdefault(session, {})
        body = int(self.problem.trained_by[p])
        here[body] = here.get(body, 0) + int(self.problem.heads[p])

    def _trainers(self, parties: Iterable[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for p in parties:
            body = int(self.problem.trained_by[p])
            found[body] = found.get(body, 0) + int(self.problem.heads[p])
        return found


def start(
    problem: Problem,
    order: random.Random | None = None,
    discount: tuple[int, int] = (1, 1),
) -> Draft:
    """Seat all units, the hardest first; equally hard ones in the order of their parties, or shuffled.

    Args:
        problem: The round.
        order: Shuffles units of about the same difficulty.
        discount: Fraction of opening costs that counts.
    """
    builder = Builder(problem)
    units = units_of(problem)
    rank = {unit.parties: (order.random() if order else 0.0) for unit in units}
    units.sort(key=lambda unit: (*_difficulty(unit), rank[unit.parties], unit.parties))
    for unit in units:
        if not builder.insert(unit, discount):
            _insert_parts(builder, unit, discount)
    if watched(problem):
        _mend(builder, units, discount)
    return builder.draft()


def _mend(builder: Builder, units: list[Unit], discount: tuple[int, int]) -> None:
    """Take out whoever breaks a rule that steps may break, seat them once more where that is lawful, else leave them out."""
    problem = builder.problem
    for again in (True, False):
        out: set[int] = set()
        while wrong := offenders(problem, builder.at, builder.staff):
            whole = {p for unit in units if wrong & set(unit.parties) for p in unit.parties if builder.at[p].max() >= 0}
            builder.remove(sorted(whole))
            out |= whole
        for unit in units if again else ():
            if out & set(unit.parties):
                builder.insert(unit, discount)


def _difficulty(unit: Unit) -> tuple[int, int]:
    fewest = min((len(domain) for domain in unit.domains), default=0)
    return -len(unit.parties), fewest.bit_length() * 8 - min(7, max(unit.heads).bit_length())


def _insert_parts(builder: Builder, unit: Unit, discount: tuple[int, int]) -> None:
    """Seat as much of a group as fits one session: members that fit least are left, the others stay together."""
    members = sorted(unit.parties, key=lambda p: (int(builder.problem.heads[p]), p))
    while len(members) > 1:
        members.pop()
        if builder.insert(unit_of(builder.problem, tuple(sorted(members))), discount):
            return
