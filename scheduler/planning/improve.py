"""Improvement: the whole round in one model where that is small, else one neighbourhood after another, always from a full hint.

Used by the solve. A draft goes in, one that costs no more comes out.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np

from scheduler.planning.cohorts import cohorts_of, group_of
from scheduler.planning.constraints import apply_hard
from scheduler.planning.cpsat import Answer, Effort, run
from scheduler.planning.draft import Draft, cost
from scheduler.planning.model import PlanModel, Scope
from scheduler.planning.objective import apply_soft
from scheduler.planning.pace import Near
from scheduler.planning.problem import Problem
from scheduler.planning.progress import Tell
from scheduler.planning.table import BoolArray, IntArray


class Interrupted(Exception):
    """Ctrl-C during the search; the best draft so far stands."""


@dataclass(slots=True)
class Search:
    """The best draft so far, and what is known of the cost."""

    problem: Problem
    best: Draft
    seed: int
    kept: IntArray | None = None
    """Sessions of the plan to be kept."""
    kept_cost: IntArray | None = None
    """Cost units of each candidate's sitting moved out of them, by party; None where nobody is kept."""
    deadline: float | None = None
    """Moment of the monotonic clock, only where the user gave a time limit."""
    tell: Tell = lambda *_: None
    bound: int = 0
    loose: Problem | None = None
    """A cheaper problem whose bound is proven for the round, where this problem's own would not be."""
    executor: Executor | None = None
    """Where parts of a large round are planned; None for processes of our own."""
    cost: int = field(init=False)

    def __post_init__(self) -> None:
        """Count the first draft."""
        self.cost = self.worth(self.best)

    def worth(self, draft: Draft) -> int:
        """Return the cost of a draft, with the price of moving people where a plan is kept."""
        moved = 0
        if self.kept is not None and self.kept_cost is not None:
            away = (draft.at != self.kept) & (self.kept >= 0) & (draft.at >= 0)
            moved = int((away.sum(axis=1) * self.problem.heads * self.kept_cost).sum())
        return cost(self.problem, draft) + moved

    def offer(self, draft: Draft) -> bool:
        """Take a draft if it costs less; tell whether it was."""
        worth = self.worth(draft)
        if worth >= self.cost:
            return False
        self.best, self.cost = draft, worth
        return True

    def left_s(self) -> float | None:
        """Return the seconds left, None without a time limit."""
        return None if self.deadline is None else self.deadline - time.monotonic()

    def late(self) -> bool:
        """Tell whether the clock has run out."""
        left = self.left_s()
        return left is not None and left <= 0

    def over(self) -> bool:
        """Tell whether the clock has run out or nothing is left to gain."""
        return self.late() or (self.kept is None and self.cost <= self.bound)


def build(search: Search, scope: Scope) -> PlanModel:
    """State the model of a scope, hinted with the best draft."""
    model = PlanModel(search.problem, scope, search.kept_cost)
    apply_hard(model)
    apply_soft(model)
    model.hint(search.best)
    return model


def whole(search: Search, effort: Effort, aside: int = 0) -> Answer:
    """Solve the whole round in one model; its bound is proven for the round without what hopeless parties cost, ``aside``."""
    cohorts = cohorts_of(search.problem, range(len(search.problem.parties)), search.kept)
    everywhere = np.ones(len(search.problem.table), dtype=np.bool_)
    model = build(search, Scope(tuple(cohorts), search.best, everywhere))

    def tell(value: float, bound: float) -> None:
        proven = int(bound) + aside if search.kept is None and search.loose is None else 0
        search.tell("exact", 0, 0, min(search.cost, int(value) + aside), max(search.bound, proven))

    answer = run(model.cp, effort, tell)
    if answer.found:
        search.offer(model.read(answer.solver))
    if answer.interrupted:
        raise Interrupted
    return answer


def reseat(search: Search, effort: Effort) -> None:
    """Seat everyone anew in the sessions in use, and call their examiners anew."""
    allowed = np.zeros(len(search.problem.table), dtype=np.bool_)
    allowed[search.best.in_use()] = True
    cohorts = cohorts_of(search.problem, search.best.placed().tolist(), search.kept)
    model = build(search, Scope(tuple(cohorts), search.best, allowed))
    answer = run(model.cp, effort)
    if answer.found:
        search.offer(model.read(answer.solver))
    if answer.interrupted:
        raise Interrupted


def neighbourhoods(search: Search, pace: Near) -> None:
    """Free a few sessions at a time and seat their people anew, so often as the pace says."""
    chance = random.Random(search.seed)
    for n in range(pace.rounds):
        if search.over():
            return
        freed, allowed = _neighbourhood(search, chance, pace)
        cohorts = cohorts_of(search.problem, freed, search.kept)
        if not cohorts:
            continue
        model = build(search, Scope(tuple(cohorts), search.best, allowed))
        answer = run(model.cp, Effort(pace.work, search.seed + n, search.left_s()))
        if answer.found and search.offer(model.read(answer.solver)):
            search.tell("improve", n + 1, pace.rounds, search.cost, search.bound)
        if answer.interrupted:
            raise Interrupted


def _neighbourhood(search: Search, chance: random.Random, pace: Near) -> tuple[list[int], BoolArray]:
    """Choose whom to free and where they may go: some sessions close to each other, and whoever has no place."""
    problem, draft, table = search.problem, search.best, search.problem.table
    in_use = draft.in_use()
    freed: set[int] = set()
    hopeful_left = [int(p) for p in draft.left() if problem.hopeful(int(p))]
    if hopeful_left:
        chance.shuffle(hopeful_left)
        freed |= _with_groups(problem, hopeful_left[: max(1, pace.parties // 4)])
    emptied: list[int] = []
    if len(in_use):
        centre = int(chance.choice(in_use.tolist()))
        if hopeful_left:
            domain = problem.domains[hopeful_left[0]][0]
            busy = [int(s) for s in in_use if np.isin(problem.by_room[int(table.room[s])], domain).any()]
            centre = chance.choice(busy) if busy else centre
        far = _distance(problem, centre, in_use, chance)
        for s in in_use[np.argsort(far, kind="stable")].tolist():
            members = _with_groups(problem, draft.members(s).tolist())
            if len(freed | members) > pace.parties and emptied:
                break
            freed |= members
            emptied.append(s)
    allowed = np.zeros(len(table), dtype=np.bool_)
    allowed[in_use] = True
    near = np.isin(table.site, table.site[emptied]) if emptied else np.ones(len(table), dtype=np.bool_)
    days = {int(d) + k for d in table.day[emptied] for k in (-1, 0, 1)} if emptied else set(table.day.tolist())
    closed = np.flatnonzero(near & np.isin(table.day, sorted(days)) & ~allowed)
    allowed[closed] = True
    own = draft.at[sorted(freed)]
    allowed[own[own >= 0]] = True
    return sorted(freed), allowed


def _distance(problem: Problem, centre: int, sessions: IntArray, chance: random.Random) -> IntArray:
    """Return how far sessions are from one: by component, site and day, with some chance in it."""
    table = problem.table
    apart = np.abs(table.day[sessions] - table.day[centre]) * 4
    apart += np.where(table.site[sessions] == table.site[centre], 0, chance.choice((0, 6, 12)))
    apart += np.where(table.component[sessions] == table.component[centre], 0, chance.choice((-4, 3, 8)))
    noise = np.array([chance.randrange(12) for _ in sessions], dtype=np.int64)
    return np.where(sessions == centre, -100, apart + noise)


def _with_groups(problem: Problem, parties: list[int]) -> set[int]:
    groups = {group_of(problem, p) for p in parties} - {""}
    return set(parties) | {p for p, party in enumerate(problem.parties) if party.group_id in groups}
