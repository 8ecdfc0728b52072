"""Polish: the solver's model over few: of the affected alone, of those who might make way, of crews that cannot be filled singly.

Used by the replan after its cheap steps. Whatever comes out is worth no more than what went in.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.planning.cohorts import cohorts_of, group_of
from scheduler.planning.cpsat import Effort, run
from scheduler.planning.draft import Draft, cost
from scheduler.planning.improve import Search, build
from scheduler.planning.model import Scope
from scheduler.planning.problem import Problem
from scheduler.planning.replan.eject import DEPTH
from scheduler.planning.replan.seating import MODEL_COLUMNS, Case, columns_of, lawful, left
from scheduler.planning.table import IntArray

WORK = 2.0
"""Deterministic units of each model."""
GIVEN_UP = 1_000
"""Cost units of a duty of the kept plan that is given up so that another session is staffed; an examiner costs a tenth."""


def polish(case: Case, draft: Draft, seed: int, left_s: float | None) -> Draft:
    """Return a draft that is worth no more, in which nobody but the affected sits elsewhere.

    Args:
        case: What may change.
        draft: Where everybody is now.
        seed: Seed of the solver.
        left_s: Seconds left, None without a limit.
    """
    cohorts = cohorts_of(case.problem, _free(case, draft), case.homes)
    if not cohorts:
        return draft
    everywhere = np.ones(len(case.problem.table), dtype=np.bool_)
    search = Search(case.problem, draft, seed, case.homes, _prices(case, case.problem.policy.move_cost))
    model = build(search, Scope(tuple(cohorts), draft, everywhere))
    answer = run(model.cp, Effort(WORK, seed, left_s))
    if answer.found:
        better = model.read(answer.solver)
        if (lawful(case, better).at == better.at).all():
            search.offer(better)
    return search.best


def _free(case: Case, draft: Draft) -> list[int]:
    """Return the affected, but of groups that are kept together only those affected as a whole."""
    problem, mine = case.problem, case.mine
    staying = {group_of(problem, p) for p in draft.placed().tolist() if p not in mine}
    return sorted(p for p in mine if not group_of(problem, p) or group_of(problem, p) not in staying)


def _prices(case: Case, others: int) -> IntArray:
    """Return what moving out of a session costs, by party: the policy's for the affected, another for the others."""
    prices = np.full(len(case.problem.parties), others, dtype=np.int64)
    prices[sorted(case.mine)] = case.problem.policy.move_cost
    return prices


def make_way(case: Case, draft: Draft, seed: int, left_s: float | None) -> tuple[Draft, dict[int, int]]:
    """Seat those still left over by one model of all who compete with them: most seated first, then fewest moved.

    Duties may change hands where that seats somebody.

    Returns:
        The draft, unchanged where nobody more could be seated, and by party that made way one of those it was for.
    """
    waiting = left(case, draft)
    who = _competing(case, draft, {p for unit in waiting for p in unit.parties}) if waiting else []
    if not who:
        return draft, {}
    # Each outweighs all of the next together: somebody seated, somebody moved, a duty given up, the costs.
    duty = max(1, cost(case.problem, draft))
    moving = duty * (1 + sum(map(len, case.problem.held.values())))
    weights = replace(case.problem.policy.weights, unplaced=(DEPTH + 1) * moving)
    policy = replace(case.problem.policy, weights=weights)
    problem = replace(case.problem, round_=replace(case.problem.round_, policy=policy), held={})
    search = Search(problem, draft, seed, case.homes, _prices(case, moving))
    others = [p for p in who if p not in case.mine]
    apart = [[p for p in who if p in case.mine], *([p] for p in others)]
    cohorts = tuple(cohort for some in apart for cohort in cohorts_of(problem, some, case.homes))
    everywhere = np.ones(len(problem.table), dtype=np.bool_)
    scope = Scope(cohorts, draft, everywhere, duties=case.problem.held, duty_cost=duty, once=frozenset(others))
    model = build(search, scope)
    answer = run(model.cp, Effort(WORK, seed, left_s))
    better = model.read(answer.solver) if answer.found else draft
    seated = sorted(set(draft.left().tolist()) - set(better.left().tolist()))
    if not seated or len(better.left()) >= len(draft.left()):
        return draft, {}
    away = ((better.at != case.homes) & (case.homes >= 0)).any(axis=1)
    gone = [p for p in np.flatnonzero(away).tolist() if p not in case.mine]
    return better, {p: _for_whom(case, better, p, seated) for p in gone}


def _competing(case: Case, draft: Draft, waiting: set[int]) -> list[int]:
    """Return those who wait and whoever sits where they could, everybody where that is a small model; groups as a whole."""
    problem = case.problem
    everyone = [p for p in range(len(problem.parties)) if problem.hopeful(p)]
    if columns_of(problem, everyone) <= MODEL_COLUMNS:
        return everyone
    wanted = np.zeros(len(problem.table), dtype=np.int64)
    for p in waiting:
        for domain in problem.domains[p]:
            wanted[domain] += 1
    who, size = set(waiting), columns_of(problem, waiting)
    for s in np.argsort(-wanted, kind="stable")[: int((wanted > 0).sum())].tolist():
        here = {p for p in draft.members(s).tolist() if not group_of(problem, p)} - who
        size += columns_of(problem, here)
        if size > MODEL_COLUMNS:
            break
        who |= here
    return sorted(who)


def _for_whom(case: Case, draft: Draft, p: int, seated: list[int]) -> int:
    """Return one who was seated and sits where a party sat before, else the first."""
    home = case.homes[p]
    return next((x for x in seated if np.isin(draft.at[x], home[home >= 0]).any()), seated[0])


def share(problem: Problem, draft: Draft, session: int, seed: int) -> dict[int, tuple[int, ...]] | None:
    """Staff a session that no free examiner can complete, by changes among the crews of its day.

    Returns:
        The crews of that day with the fewest duties given up, or None where there is no way.
    """
    used = draft.in_use()
    beside = used[problem.table.day[used] == problem.table.day[session]].tolist()
    nobody = np.zeros(len(problem.table), dtype=np.bool_)
    kept = {s: draft.staff.get(s, ()) for s in beside}
    scope = Scope((), draft, nobody, crews=tuple(sorted({session, *beside})), duties=kept, duty_cost=GIVEN_UP)
    model = build(Search(problem, draft, seed), scope)
    answer = run(model.cp, Effort(WORK / 4, seed))
    if not answer.found:
        return None
    staff = model.read(answer.solver).staff
    return {s: staff[s] for s in scope.crews}
