"""Solve: a Round in, a Plan out. Small rounds to proven optimality, larger ones built, improved and bounded.

Used by the office and by whoever wants the bare solver. The plan passes the audit or is not handed over.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from scheduler.domain.catalogue import Duty
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import CostLine, Making, Plan, Session
from scheduler.errors import PlanRejected, Text
from scheduler.planning.bounds import relaxed_bound
from scheduler.planning.cohorts import Cohort, cohorts_of
from scheduler.planning.construct import start
from scheduler.planning.cpsat import Effort
from scheduler.planning.draft import Draft, cost, costs
from scheduler.planning.engines import handed_over
from scheduler.planning.improve import Interrupted, Search, columns, neighbourhoods, reseat, whole
from scheduler.planning.mixing import mixing
from scheduler.planning.pace import Pace, pace_of
from scheduler.planning.problem import Problem
from scheduler.planning.proving import effort_for, prove
from scheduler.planning.roundfile import round_digest
from scheduler.planning.ruin import Ruin
from scheduler.planning.screen import hopeless, leftovers
from scheduler.planning.seats import session_id, sittings_of
from scheduler.planning.table import IntArray

logger = logging.getLogger(__name__)

ENGINE = "scheduler-1"
DISCOUNTS = ((1, 1), (1, 10), (1, 10), (1, 4), (1, 10), (1, 20))
"""Fractions of opening costs that count in each of the starts."""
MOST = 30
"""Most parties taken out in one move."""
SEATS_ALONE = 1_000
"""Seat variables from which seating anew in the sessions in use is a smaller model of its own."""
PARTS = 10
"""Reports of progress on each of these ways."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the search tells while it works."""

    stage: str
    """``screen``, ``start``, ``exact``, ``improve``, ``bound`` or ``seats``."""
    done: int
    total: int
    """Steps of this stage; 0 when not known."""
    cost: int | None
    bound: int | None


def solve(
    round_: Round,
    *,
    seed: int = 1,
    time_limit_s: float | None = None,
    keep: Plan | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Plan a round.

    Args:
        round_: Free of dangling ids, as ``roundfile.round_findings`` checks.
        seed: Same round, seed and package versions give the same plan, byte for byte, unless ``time_limit_s`` is given.
        time_limit_s: Seconds after which the best plan so far is returned; None stops on deterministic work.
        keep: An earlier plan from which as few people as possible are moved.
        progress: Called at every stage and better plan; Ctrl-C ends the search and keeps the best so far.

    Returns:
        A plan in which whoever has no place is listed with reasons; ``bound`` is proven.

    Raises:
        PlanRejected: The audit refuses the plan, which is a fault of this engine.
    """
    deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
    tell = _teller(progress)
    tell("screen", 0, 0, None, None)
    mixed = mixing(round_)
    problem, keep = Problem.of(mixed.round_), mixed.into(keep)
    known = hopeless(problem)
    kept = _kept_sessions(problem, keep) if keep else None
    kept_cost = max(1, problem.policy.weights.unplaced // 5) if keep else 0
    search = Search(problem, Draft.empty(problem), seed, kept, kept_cost, deadline, tell)
    search.loose = None if mixed.complete else Problem.of(mixed.loosened())
    try:
        _search(search)
    except (KeyboardInterrupt, Interrupted):
        logger.info("interrupted; the best plan so far is kept")
    tell("seats", 0, 0, search.cost, search.bound)
    bound = min(search.bound, cost(problem, search.best))
    settings = {"engine": ENGINE, "time_limit_s": "none" if time_limit_s is None else f"{time_limit_s:g}"}
    settings["keep"] = "yes" if keep else "no"
    plan = Plan(
        round_.id,
        round_digest(round_),
        _sessions(problem, search.best),
        sittings_of(problem, search.best, keep),
        leftovers(problem, search.best, known),
        tuple(CostLine(term, amount) for term, amount in costs(problem, search.best).items()),
        bound,
        Making(
            seed,
            ENGINE,
            (("numpy", version("numpy")), ("ortools", version("ortools"))),
            tuple(sorted(settings.items())),
        ),
    )
    plan = mixed.back(plan, round_)
    _judge(round_, plan)
    return plan


def _search(search: Search) -> None:
    """Build, then improve as far as the size of the round allows, and prove what can be proven."""
    problem = search.problem
    search.bound = _hopeless_cost(problem)
    everyone = cohorts_of(problem, range(len(problem.parties)), search.kept)
    size = columns(everyone, np.ones(len(problem.table), dtype=np.bool_))
    if handed_over(search, size):
        return
    pace = pace_of(len(problem.parties), size)
    starts = _starts(search, pace)
    if not size or search.over():
        return
    _bound(search, pace.first_prices, everyone)
    _shake(search, pace, starts)
    _bound(search, pace.prices, everyone)
    if (
        pace.first_exact
        and not search.over()
        and _exact(search, Effort(pace.first_exact, search.seed, search.left_s()))
    ):
        return
    if size > SEATS_ALONE and not search.over():
        reseat(search, Effort(0.5, search.seed, search.left_s()))
    neighbourhoods(search, pace.near)
    if pace.last_exact and not search.over():
        _exact(search, Effort(pace.last_exact, search.seed, search.left_s()))
    _prove(search)


def _starts(search: Search, pace: Pace) -> list[Draft]:
    """Build several starts and return the best of them, cheapest first."""
    chance = random.Random(search.seed)
    found = []
    for n, discount in enumerate(DISCOUNTS):
        draft = start(search.problem, chance if n else None, discount)
        found.append((search.worth(draft), n, draft))
        search.offer(draft)
        search.tell("start", n + 1, len(DISCOUNTS), search.cost, search.bound)
        if search.late():
            break
    return [draft for _, _, draft in sorted(found, key=lambda one: one[:2])[: pace.restarts]]


def _shake(search: Search, pace: Pace, starts: list[Draft]) -> None:
    """Ruin and recreate: from each of the best starts, then once more from the best of all."""
    if search.kept is not None or search.over():
        return
    legs = [(draft, pace.hot) for draft in starts]
    for n, (draft, heat) in enumerate([*legs, (None, pace.warm)]):
        ruin = Ruin(search.problem, draft or search.best, search.seed + n)
        fall = (heat[1] / heat[0]) ** (1 / PARTS)
        for part in range(PARTS):
            falling = heat[0] * fall**part, heat[0] * fall ** (part + 1)
            search.offer(ruin.run(pace.moves // PARTS, MOST, falling, search.over))
            search.tell("improve", n * PARTS + part + 1, (len(legs) + 1) * PARTS, search.cost, search.bound)
            if search.over():
                return


def _bound(search: Search, rounds: int, everyone: list[Cohort]) -> None:
    """Prove what prices can prove; a kept plan's cost of moving is no part of it."""
    if not rounds or search.over():
        return
    search.tell("bound", 0, 0, search.cost, search.bound)
    hopeless_cost = _hopeless_cost(search.problem)
    known = cost(search.problem, search.best) - hopeless_cost
    proven = relaxed_bound(search.loose or search.problem, everyone, known, rounds, search.late) + hopeless_cost
    search.bound = max(search.bound, proven)
    search.tell("bound", 1, 1, search.cost, search.bound)


def _prove(search: Search) -> None:
    """Prove by branching on openings what prices could not; not where rooms and teams may be shared in ways unforeseen."""
    if search.loose is None and not search.over():
        problem, known = search.problem, cost(search.problem, search.best)
        proven = prove(problem, known, effort_for(len(problem.parties)), search.late, search.tell)
        search.bound = max(search.bound, proven)


def _exact(search: Search, effort: Effort) -> bool:
    """Solve everything in one model; tell whether the best draft is proven."""
    search.tell("exact", 0, 0, search.cost, search.bound)
    answer = whole(search, effort)
    if search.kept is None and search.loose is None:
        search.bound = max(search.bound, _rounded(answer.bound) + _hopeless_cost(search.problem))
    return (answer.optimal and search.kept is None) or search.over()


def _rounded(bound: float) -> int:
    """Return the least whole cost not excluded by a bound of whole numbers found in floating point."""
    return int(np.ceil(bound - 1e-6)) if np.isfinite(bound) else 0


def _hopeless_cost(problem: Problem) -> int:
    left = [p for p in range(len(problem.parties)) if not problem.hopeful(p)]
    return int(problem.heads[left].sum()) * problem.policy.weights.unplaced


def _kept_sessions(problem: Problem, keep: Plan) -> IntArray:
    """Return the sessions of an earlier plan that still exist, by party and position; -1 where none."""
    index = {(session_id(problem, s), int(problem.table.component[s])): s for s in range(len(problem.table))}
    component = {c.id: n for n, c in enumerate(problem.components)}
    party = {p.id: n for n, p in enumerate(problem.parties)}
    kept = Draft.empty(problem).at
    for sitting in keep.sittings:
        p, c = party.get(sitting.party_id, -1), component.get(sitting.component_id, -1)
        if p >= 0 and c in problem.due[p]:
            position = problem.due[p].index(c)
            s = index.get((sitting.session_id, c), -1)
            kept[p, position] = s if s in problem.domains[p][position] else -1
    return kept


def _sessions(problem: Problem, draft: Draft) -> tuple[Session, ...]:
    found = []
    for s in draft.in_use().tolist():
        component = problem.components[problem.table.component[s]]
        crew = [problem.examiners[e] for e in draft.staff.get(s, ())]
        leads = [e.id for e in crew if e.may_lead] if component.staffing.duty is Duty.ASSESS else []
        room, slot = problem.rooms[problem.table.room[s]], problem.slots[problem.table.slot[s]]
        names = tuple(sorted(e.id for e in crew))
        found.append(Session(session_id(problem, s), component.id, room.id, slot.id, names, min(leads, default=None)))
    return tuple(sorted(found, key=lambda session: session.id))


def _teller(progress: Callable[[Progress], None] | None) -> Callable[[str, int, int, int | None, int | None], None]:
    def tell(stage: str, done: int, total: int, worth: int | None, bound: int | None) -> None:
        if progress is not None:
            progress(Progress(stage, done, total, worth, bound))

    return tell


def _judge(round_: Round, plan: Plan) -> None:
    from scheduler.planning.audit import audit

    findings = audit(round_, plan)
    if findings:
        what = Text(
            "求解器产生的方案未通过核查，这是本程序的错误",
            "the audit refuses the solver's plan: a fault of this program",
        )
        raise PlanRejected(what, findings)
