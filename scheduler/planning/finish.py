"""Finish: a draft written out as a plan, and judged by the audit before anybody sees it.

Used by the solve and the replan. No search here.
"""

from __future__ import annotations

from importlib.metadata import version

from scheduler.domain.catalogue import Duty
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import CostLine, Making, Plan, Session, Unplaced
from scheduler.errors import PlanRejected, Text
from scheduler.planning.draft import Draft, costs
from scheduler.planning.problem import Problem
from scheduler.planning.roundfile import round_digest
from scheduler.planning.seats import session_id, sittings_of

ENGINE = "scheduler-1"


def written(
    round_: Round, problem: Problem, draft: Draft, unplaced: tuple[Unplaced, ...], *, keep: Plan | None = None
) -> Plan:
    """Return a draft as a plan, without a bound and without how it was made.

    Args:
        round_: The round as its owner wrote it.
        problem: The round as it was planned.
        draft: Where everyone sits.
        unplaced: Whoever does not.
        keep: An earlier plan whose seats are kept.
    """
    used = {int(problem.table.slot[s]) for s in draft.in_use()}
    return Plan(
        round_.id,
        round_digest(round_),
        sessions_of(problem, draft),
        sittings_of(problem, draft, keep),
        unplaced,
        tuple(CostLine(term, amount) for term, amount in costs(problem, draft).items()),
        None,
        Making(0, ENGINE),
        tuple(sorted((problem.slots[t] for t in used), key=lambda slot: slot.id)),
    )


def making(seed: int, time_limit_s: float | None, **settings: str) -> Making:
    """Return how a plan was made: seed, engine, versions and settings."""
    settings |= {"engine": ENGINE, "time_limit_s": "none" if time_limit_s is None else f"{time_limit_s:g}"}
    versions = (("numpy", version("numpy")), ("ortools", version("ortools")))
    return Making(seed, ENGINE, versions, tuple(sorted(settings.items())))


def judge(round_: Round, plan: Plan) -> None:
    """Let the audit judge a plan of our own.

    Raises:
        PlanRejected: It refuses the plan, which is a fault of the engine.
    """
    from scheduler.planning.audit import audit

    findings = audit(round_, plan)
    if findings:
        what = Text(
            "求解器产生的方案未通过核查，这是本程序的错误",
            "the audit refuses the solver's plan: a fault of this program",
        )
        raise PlanRejected(what, findings)


def sessions_of(problem: Problem, draft: Draft) -> tuple[Session, ...]:
    """Return the sessions in use with their crews, by id."""
    found = []
    for s in draft.in_use().tolist():
        component = problem.components[problem.table.component[s]]
        crew = [problem.examiners[e] for e in draft.staff.get(s, ())]
        leads = [e.id for e in crew if e.may_lead] if component.staffing.duty is Duty.ASSESS else []
        room, slot = problem.rooms[problem.table.room[s]], problem.slots[problem.table.slot[s]]
        names = tuple(sorted(e.id for e in crew))
        found.append(Session(session_id(problem, s), component.id, room.id, slot.id, names, min(leads, default=None)))
    return tuple(sorted(found, key=lambda session: session.id))
