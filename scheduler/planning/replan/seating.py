"""Seating: the affected, and nobody else, into the sessions where they cost least just now.

Used by the replan. Cheap orders and discounts first, then ruin and recreate among the affected. No solver here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from scheduler.planning.cohorts import group_of
from scheduler.planning.construct import Builder
from scheduler.planning.draft import Draft, cost
from scheduler.planning.lawful import offenders, watched
from scheduler.planning.problem import Problem
from scheduler.planning.progress import Tell
from scheduler.planning.ruin import Ruin
from scheduler.planning.table import IntArray
from scheduler.planning.units import Unit, unit_of

DISCOUNTS = ((1, 1), (1, 4), (1, 20))
"""Fractions of opening costs that count while the affected are inserted: the lower, the sooner a session is opened for several."""
MOST = 12
"""Most parties taken out in one move."""
MOVES_EACH, MOVES_MORE, MOST_MOVES = 5, 200, 3_000
"""Moves for each affected party, as many as for so many at one and a half each, and in all."""
HEAT = (60.0, 4.0)
"""Cost units a move may easily cost more, at the beginning and at the end."""
PARTS = 10
MODEL_COLUMNS = 4_000
"""Seat variables of one model at most; beyond, ruin and recreate found as good and sooner."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a replan may change."""

    problem: Problem
    homes: IntArray
    """Sessions by party and position that cost something to leave, -1 where none."""
    base: Draft
    """Whoever stays, with their examiners."""
    units: tuple[Unit, ...]
    """The affected who have choices."""

    @property
    def mine(self) -> set[int]:
        """Return the affected who have choices."""
        return {p for unit in self.units for p in unit.parties}

    def worth(self, draft: Draft) -> int:
        """Return the cost of a draft and of moving people."""
        return cost(self.problem, draft) + self.problem.policy.move_cost * self.away(draft)

    def away(self, draft: Draft) -> int:
        """Return how many candidates' sittings are not where they could have stayed."""
        gone = (draft.at != self.homes) & (self.homes >= 0) & (draft.at >= 0)
        return int((gone.sum(axis=1) * self.problem.heads).sum())

    def elsewhere(self, draft: Draft) -> list[int]:
        """Return whoever is not affected and does not sit where they sat."""
        gone = (draft.at != self.base.at).any(axis=1) & (self.base.at[:, 0] >= 0)
        return np.flatnonzero(gone).tolist()

    def builder(self, draft: Draft) -> Builder:
        """Return a builder on a draft that charges for moving."""
        builder = Builder(self.problem, draft)
        builder.homes = self.homes
        return builder


def units_among(problem: Problem, base: Draft, affected: set[int]) -> tuple[Unit, ...]:
    """Return what is seated as one: parties, and groups of one session that are affected as a whole.

    Whoever joins a group that stays may only go where the group is.
    """
    gathered: dict[tuple[str, int], list[int]] = {}
    for p in sorted(affected):
        if problem.hopeful(p):
            group_id = group_of(problem, p)
            whole = problem.together.get(group_id) == "session"
            gathered.setdefault((group_id, 0) if whole else ("", p), []).append(p)
    units: list[Unit] = []
    for (group_id, _), members in sorted(gathered.items()):
        there = _sessions_of(problem, base, group_id) if group_id else {}
        if there:
            units += [_joining(unit_of(problem, (p,)), there) for p in members]
        else:
            units.append(unit_of(problem, tuple(members)))
    return tuple(units)


def _sessions_of(problem: Problem, base: Draft, group_id: str) -> dict[int, int]:
    """Return the session of a group by component, as far as members stay."""
    found = {}
    for p, party in enumerate(problem.parties):
        if party.group_id == group_id:
            found.update({c: s for c, s in zip(problem.due[p], base.at[p].tolist(), strict=False) if s >= 0})
    return found


def _joining(unit: Unit, there: dict[int, int]) -> Unit:
    domains = [d[d == there[c]] if c in there else d for c, d in zip(unit.due, unit.domains, strict=True)]
    return replace(unit, domains=tuple(domains))


def seat(
    case: Case, seed: int, tell: Tell, stop: Callable[[], bool], offer: Callable[[Draft], None] = lambda _: None
) -> Draft:
    """Return the cheapest draft found that leaves whoever stays in place; some of the affected may be left over.

    Args:
        case: What may change.
        seed: Shuffles orders and moves.
        tell: Told after every step.
        stop: Asked between steps.
        offer: Given every better draft as soon as it is there.
    """
    if not case.units:
        return case.base
    chance, best, least = random.Random(seed), case.base, case.worth(case.base)
    for n, discount in enumerate(DISCOUNTS):
        draft = lawful(case, _inserted(case, discount, chance if n else None))
        if case.worth(draft) < least:
            best, least = draft, case.worth(draft)
            offer(best)
        tell("insert", n + 1, len(DISCOUNTS), least, None)
        if stop():
            return best
    if len(case.units) < 2 and not left(case, best):
        return best
    for better in _shaken(case, best, seed, tell, stop):
        best = better
        offer(best)
    return best


def _inserted(case: Case, discount: tuple[int, int], chance: random.Random | None) -> Draft:
    builder = case.builder(case.base)
    keys = {unit.parties: (chance.random() if chance else 0.0) for unit in case.units}
    fewest = {u.parties: min((len(d) for d in u.domains), default=0).bit_length() for u in case.units}
    for unit in sorted(case.units, key=lambda u: (-len(u.parties), fewest[u.parties], keys[u.parties], u.parties)):
        builder.insert(unit, discount)
    return builder.draft()


def _shaken(case: Case, draft: Draft, seed: int, tell: Tell, stop: Callable[[], bool]) -> Iterator[Draft]:
    """Yield the best draft after every part of ruin and recreate."""
    ruin = Ruin(case.problem, draft, seed, units=list(case.units), worth=case.worth)
    ruin.builder.homes = case.homes
    units = len(case.units)
    moves = min(MOST_MOVES, MOVES_EACH * units, MOVES_MORE + 3 * units // 2)
    fall = (HEAT[1] / HEAT[0]) ** (1 / PARTS)
    for part in range(PARTS):
        yield ruin.run(max(1, moves // PARTS), MOST, (HEAT[0] * fall**part, HEAT[0] * fall ** (part + 1)), stop)
        tell("improve", part + 1, PARTS, ruin.best_cost, None)
        if stop():
            return


def lawful(case: Case, draft: Draft) -> Draft:
    """Leave out those of the affected by whom a rule is broken that single steps do not see."""
    if not watched(case.problem):
        return draft
    mine = {p: unit for unit in case.units for p in unit.parties}
    builder = case.builder(draft)
    while wrong := offenders(case.problem, builder.at, builder.staff) & mine.keys():
        out = {p for w in wrong for p in mine[w].parties if (builder.at[p] >= 0).any()}
        if not out:
            break
        builder.remove(sorted(out))
    return builder.draft()


def columns_of(problem: Problem, parties: Iterable[int]) -> int:
    """Return how many choices parties have in all, at least as many as a model of them has seat variables."""
    return sum(len(domain) for p in parties for domain in problem.domains[p])


def left(case: Case, draft: Draft) -> list[Unit]:
    """Return the affected who have choices and no place."""
    nobody = set(np.flatnonzero((draft.at < 0).all(axis=1)).tolist())
    return [unit for unit in case.units if unit.parties[0] in nobody]
