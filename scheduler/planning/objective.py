"""Soft rules in the model: one function a rule, each adding its cost. Weights stand in the round's policy.

Used wherever a model is solved. ``draft.costs`` counts the same terms on the result.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scheduler.planning.model import Linear, PlanModel, Seats, total, weighted
from scheduler.planning.objective_spread import SPREAD

SOFT: dict[str, Callable[[PlanModel], None]] = {}
"""Cost terms by id, in the order of the catalogue."""


def rule(rule_id: str) -> Callable[[Callable[[PlanModel], None]], Callable[[PlanModel], None]]:
    """Register a function as the model's form of a soft rule."""

    def register(function: Callable[[PlanModel], None]) -> Callable[[PlanModel], None]:
        SOFT[rule_id] = function
        return function

    return register


@rule("unplaced")
def unplaced(m: PlanModel) -> None:
    """Each candidate without a place."""
    for seats in m.seats:
        m.charge(seats.left, m.problem.policy.weights.unplaced * seats.cohort.heads)


@rule("opening")
def opening(m: PlanModel) -> None:
    """Each session that is opened."""
    for s, opened in m.open.items():
        m.charge(opened, int(m.problem.table.opening[s]))


@rule("examiners")
def examiners(m: PlanModel) -> None:
    """Each examiner in each session."""
    for serving in m.serving.values():
        for _, call in serving:
            m.charge(call, m.problem.policy.weights.examiner)


@rule("travel")
def travel(m: PlanModel) -> None:
    """Each trip; what is done on one day at one site is one trip."""
    table = m.problem.table
    for seats in m.seats:
        fares = m.problem.fares[seats.cohort.first]
        for (_, site), visit in seats.trips.items():
            m.charge(visit, int(fares[site]))
        for sit in seats.sit if not seats.trips else ():
            for s, count in sit.items():
                m.charge(count, int(fares[table.site[s]]))
        for (site, _, _), count in seats.joint.items():
            m.charge(count, -int(fares[site]))


@rule("extra-trip")
def extra_trip(m: PlanModel) -> None:
    """Each trip after a party's first."""
    for seats in m.seats:
        each = m.problem.policy.weights.extra_trip * seats.cohort.heads
        if seats.trips:
            m.charge(total(seats.trips.values()) + seats.left - 1, each)
        elif len(seats.cohort.due) > 1:
            m.charge(seats.cohort.size - seats.left - total(seats.joint.values()), each)


@rule("wait")
def wait(m: PlanModel) -> None:
    """Each day from the first possible to the last sitting."""
    for seats in m.seats:
        each = m.problem.policy.weights.wait_day * seats.cohort.heads
        first = int(m.problem.wait_from[seats.cohort.first])
        m.charge(_last_days(m, seats) - first * (seats.cohort.size - seats.left), each)


SOFT |= SPREAD


def trips_counted(m: PlanModel) -> None:
    """Tie trips of single parties to their sittings; needed by travel and extra trips alike."""
    table = m.problem.table
    for seats in m.seats:
        for sit in seats.sit if seats.trips else ():
            there: dict[tuple[int, int], list[Linear]] = {}
            for s, count in sit.items():
                there.setdefault((int(table.day[s]), int(table.site[s])), []).append(count)
            for key, counts in there.items():
                m.cp.add(total(counts) <= seats.trips[key])
        for j, sit in enumerate(seats.sit) if seats.joint else ():
            places: dict[tuple[int, int], list[Linear]] = {}
            for s, count in sit.items():
                places.setdefault((int(table.site[s]), int(table.slot[s])), []).append(count)
            for (site, slot), counts in places.items():
                joint = [v for (where, *when), v in seats.joint.items() if (where, when[j]) == (site, slot)]
                m.cp.add(total(joint) <= total(counts))


def staying(m: PlanModel) -> None:
    """Price every sitting that leaves the session of the plan to be kept, and every duty given up; no part of a plan's cost."""
    price = np.zeros(len(m.problem.parties), dtype=np.int64) if m.kept_cost is None else m.kept_cost
    for seats in m.seats:
        each = int(price[seats.cohort.first]) * seats.cohort.heads
        if seats.cohort.first in m.scope.once:
            _staying_whole(m, seats, each)
            continue
        for kept, sit in zip(seats.cohort.kept, seats.sit, strict=True):
            for s, count in sit.items() if kept >= 0 else ():
                m.charge(count, each * (s != kept))
    for s, crew in sorted(m.scope.duties.items()):
        calls = {one.first: call for one, call in m.serving.get(s, ())}
        for e in crew:
            if e in calls:
                m.charge(calls[e], -m.scope.duty_cost)
                m.offset += m.scope.duty_cost


def _staying_whole(m: PlanModel, seats: Seats, each: int) -> None:
    """Price a party that moves once, whatever moves of it."""
    p, kept = seats.cohort.first, np.array(seats.cohort.kept, dtype=np.int64)
    away = m.cp.new_bool_var(f"away{p}")
    for home, sit in zip(seats.cohort.kept, seats.sit, strict=True):
        for s, count in sit.items() if home >= 0 else ():
            if s != home:
                m.cp.add(count <= away)
    m.charge(away, each)
    m.states.append((away, lambda draft: int(((draft.at[p, : len(kept)] != kept) & (kept >= 0)).any())))


def apply_soft(m: PlanModel) -> None:
    """Add every soft rule to a model and state the objective."""
    trips_counted(m)
    for add in SOFT.values():
        add(m)
    staying(m)
    m.finish()


def _last_days(m: PlanModel, seats: Seats) -> Linear:
    """Return the sum of the last days of a cohort's placed parties."""
    day = m.problem.table.day
    position = seats.cohort.last_position
    if position is not None:
        return weighted((count, int(day[s])) for s, count in seats.sit[position].items())
    # Several components may be last only in cohorts of one; see cohorts._key.
    last = m.cp.new_int_var(0, int(day.max()), f"last{seats.cohort.first}")
    for sit in seats.sit:
        m.cp.add(last >= weighted((count, int(day[s])) for s, count in sit.items()))
    m.last_days.append((last, seats.cohort.first))
    return last
