"""For every hard rule the smallest plan that keeps it and the smallest that breaks it, and nothing else.

Used by the tests of the audit and of the model: one edit, of the plan or of what the round asks, tells the two apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Duty
from scheduler.domain.people import Recusal
from scheduler.domain.rounds import ExaminerLock, Group, Lock, Policy, Reservation, Round
from scheduler.domain.sessions import CostLine, Plan, Session
from tests.build import MONDAY, PRACTICAL, THEORY, a_component, a_party, a_plan, a_room, a_round, settled
from tests.planning.planting import (
    in_order,
    moved,
    session_of,
    sitting_of,
    split_off,
    with_session,
    with_sitting,
    without_party,
)


@dataclass(frozen=True)
class Example:
    """One rule, kept and broken."""

    rule: str
    round_kept: Round
    kept: Plan
    round_broken: Round
    broken: Plan


EXAMPLES: dict[str, Example] = {}
"""By rule id; a further example of the same rule stands under ``rule/variant``."""


def example(rule: str, variant: str = "") -> Callable[[Callable[[], tuple[Round, Plan, Round, Plan]]], None]:
    """Register the example a function builds: round and plan that keep, round and plan that break."""

    def register(build: Callable[[], tuple[Round, Plan, Round, Plan]]) -> None:
        round_kept, kept, round_broken, broken = build()
        if rule != "cost-true":
            broken = settled(round_broken, broken)
        EXAMPLES[f"{rule}/{variant}" if variant else rule] = Example(rule, round_kept, kept, round_broken, broken)

    return register


def theory_only(*ids: str, **changes):
    return [a_party(id_, [THEORY], **changes) for id_ in ids]


def asked(round_: Round, **changes) -> tuple[Round, Plan, Round, Plan]:
    """The same plan, and a round that asks for more."""
    plan = a_plan(round_)
    return round_, plan, replace(round_, **changes), plan


def with_first_examiner(round_: Round, **changes) -> tuple[Round, Plan, Round, Plan]:
    return asked(round_, examiners=(replace(round_.examiners[0], **changes), *round_.examiners[1:]))


@example("known-ids")
def _():
    round_ = a_round(theory_only("p1"))
    plan = a_plan(round_)
    session = plan.sessions[0]
    return round_, plan, round_, with_session(plan, session, examiner_ids=(*session.examiner_ids, "e99"))


@example("room-once")
def _():
    overlapping = Slot("d0noon", MONDAY, time(11), time(13))
    round_ = a_round(theory_only("p1", "p2"), rooms=(a_room("hall", places=1),))
    round_ = replace(round_, slots=(*round_.slots, overlapping))
    plan = a_plan(round_)
    second = replace(session_of(plan, "d0pm.hall"), examiner_ids=("e3", "e4"))
    apart = with_session(plan, session_of(plan, "d0pm.hall"), examiner_ids=second.examiner_ids)
    return round_, settled(round_, apart), round_, moved(apart, session_of(apart, "d0pm.hall"), "d0noon")


@example("room-open")
def _():
    round_ = a_round(theory_only("p1"))
    return asked(round_, rooms=(a_room("hall", closed_slot_ids=("d0am",)), a_room("shop")))


@example("room-suits")
def _():
    round_ = a_round(theory_only("p1"))
    plan = a_plan(round_)
    return round_, plan, round_, moved(plan, plan.sessions[0], room_id="shop")


@example("slot-long-enough")
def _():
    return asked(a_round(theory_only("p1")), components=(a_component("theory", minutes=181), a_component("practical")))


@example("place-capacity")
def _():
    round_ = a_round(theory_only("p1", "p2"))
    plan = a_plan(round_)
    return round_, plan, round_, with_sitting(plan, sitting_of(plan, "p2", THEORY), place=1)


@example("one-component")
def _():
    round_ = a_round([*theory_only("p1", "p2"), a_party("p3", [PRACTICAL])])
    plan = a_plan(round_)
    shop = next(session for session in plan.sessions if session.component_id == PRACTICAL)
    return round_, plan, round_, with_sitting(plan, sitting_of(plan, "p2", THEORY), session_id=shop.id)


@example("all-or-unplaced")
def _():
    round_ = a_round(theory_only("p1", "p2"))
    plan = a_plan(round_)
    return round_, plan, round_, without_party(plan, "p2")


@example("one-session-each")
def _():
    round_ = a_round(theory_only("p1", head_count=2))
    plan = a_plan(round_)
    other = Session("d0pm.hall", THEORY, "hall", "d0pm", plan.sessions[0].examiner_ids)
    return round_, plan, round_, split_off(plan, sitting_of(plan, "p1", THEORY, 2), other)


@example("component-order")
def _():
    round_ = a_round()
    plan = a_plan(round_)
    return round_, plan, round_, moved(plan, session_of(plan, "d0am.hall"), "d1am")


@example("candidate-free")
def _():
    round_ = a_round(components=(a_component("theory"), a_component("practical", after=())))
    plan = a_plan(round_)
    for session in plan.sessions:
        if session.component_id == PRACTICAL:
            plan = with_session(plan, session, examiner_ids=("e3", "e4", "e5"), lead_id="e3")
        else:
            plan = with_session(plan, session, examiner_ids=("e1", "e2"), lead_id=None)
    plan = settled(round_, plan)
    return round_, plan, round_, moved(plan, plan.sessions[1], plan.sessions[0].slot_id)


@example("candidate-available")
def _():
    return asked(a_round(theory_only("p1")), parties=tuple(theory_only("p1", unavailable_slot_ids=("d0am",))))


@example("deadline")
def _():
    return asked(a_round(theory_only("p1")), parties=tuple(theory_only("p1", earliest_on=MONDAY.replace(day=2))))


@example("accessibility")
def _():
    round_ = a_round(theory_only("p1", accessible=True))
    return asked(round_, rooms=(a_room("hall", accessible=False), a_room("shop")))


@example("group-together")
def _():
    round_ = a_round(theory_only("p1", "p2", group_id="g"), groups=(Group("g", "session"),))
    plan = a_plan(round_)
    other = Session("d0pm.hall", THEORY, "hall", "d0pm", plan.sessions[0].examiner_ids)
    return round_, plan, round_, split_off(plan, sitting_of(plan, "p2", THEORY), other)


@example("travel-limit")
def _():
    round_ = a_round(theory_only("p1", x_km=8.0, y_km=0.0), policy=Policy(max_travel_km=10.0))
    return asked(round_, parties=tuple(theory_only("p1", x_km=8.1, y_km=0.0)))


@example("examiner-count")
def _():
    round_ = a_round(theory_only("p1"), policy=Policy(min_institutions=1))
    plan = a_plan(round_)
    return round_, plan, round_, with_session(plan, plan.sessions[0], examiner_ids=("e1",))


@example("examiner-qualified")
def _():
    return with_first_examiner(a_round(theory_only("p1")), duties=(Duty.ASSESS,))


@example("examiner-available")
def _():
    return with_first_examiner(a_round(theory_only("p1")), unavailable_slot_ids=("d0am",))


@example("examiner-free")
def _():
    rooms = (a_room("hall", places=1), a_room("hall2", places=1))
    round_ = a_round(theory_only("p1", "p2"), rooms=rooms)
    plan = a_plan(round_)
    other = session_of(plan, "d0am.hall2")
    return round_, plan, round_, with_session(plan, other, examiner_ids=session_of(plan, "d0am.hall").examiner_ids)


@example("examiner-day-limit")
def _():
    return with_first_examiner(a_round(examiners=3), max_per_day=1)


@example("examiner-week-limit")
def _():
    return with_first_examiner(a_round(examiners=3), max_per_week=1)


@example("recusal-person")
def _():
    return asked(a_round(theory_only("p1")), recusals=(Recusal("e1", "p1", "relative"),))


@example("recusal-institution")
def _():
    round_ = a_round(theory_only("p1", institution_id="alpha"), policy=Policy(min_institutions=1))
    plan = a_plan(round_)
    return round_, plan, round_, with_session(plan, plan.sessions[0], examiner_ids=("e1", "e3"))


@example("joint-institutions")
def _():
    round_ = a_round(theory_only("p1"))
    plan = a_plan(round_)
    return round_, plan, round_, with_session(plan, plan.sessions[0], examiner_ids=("e1", "e3"))


@example("session-lead")
def _():
    round_ = a_round([a_party("p1", [PRACTICAL])])
    plan = a_plan(round_)
    return round_, plan, round_, with_session(plan, plan.sessions[0], lead_id=None)


@example("reservation")
def _():
    kept_for = Reservation("hall", 1, group_id="g")
    round_ = a_round(
        theory_only("p1", "p2"),
        rooms=(a_room("hall", places=2),),
        groups=(Group("g", "none"),),
        reservations=(kept_for,),
    )
    plan = a_plan(round_)
    moving = sitting_of(plan, "p2", THEORY)
    together = with_sitting(plan, moving, session_id="d0am.hall", place=2)
    used = tuple(session for session in together.sessions if session.id == "d0am.hall")
    return round_, plan, round_, in_order(replace(together, sessions=used))


@example("lock")
def _():
    round_ = a_round(theory_only("p1"), locks=(Lock("p1", THEORY, slot_id="d0am"),))
    plan = a_plan(round_)
    return round_, plan, round_, moved(plan, plan.sessions[0], "d0pm")


@example("lock", "room")
def _():
    rooms = (a_room("hall"), a_room("hall2"))
    round_ = a_round(theory_only("p1"), rooms=rooms, locks=(Lock("p1", THEORY, room_id="hall"),))
    plan = a_plan(round_)
    return round_, plan, round_, moved(plan, plan.sessions[0], room_id="hall2")


@example("lock", "place")
def _():
    round_ = a_round(theory_only("p1"), locks=(Lock("p1", THEORY, place=1),))
    plan = a_plan(round_)
    return round_, plan, round_, with_sitting(plan, plan.sittings[0], place=2)


@example("lock", "turn")
def _():
    round_ = a_round([a_party("p1", [PRACTICAL])], locks=(Lock("p1", PRACTICAL, turn=1),))
    plan = a_plan(round_)
    return round_, plan, round_, with_sitting(plan, plan.sittings[0], turn=2)


@example("lock", "examiner")
def _():
    round_ = a_round(theory_only("p1"), examiner_locks=(ExaminerLock("hall", "d0am", "e1"),))
    plan = a_plan(round_)
    return round_, plan, round_, with_session(plan, plan.sessions[0], examiner_ids=("e2", "e3"))


@example("session-used")
def _():
    round_ = a_round(theory_only("p1"))
    plan = a_plan(round_)
    idle = Session("d1am.hall", THEORY, "hall", "d1am", ("e1", "e2"))
    return round_, plan, round_, replace(plan, sessions=(*plan.sessions, idle))


@example("cost-true")
def _():
    round_ = a_round(theory_only("p1"))
    plan = a_plan(round_)
    cheaper = tuple(CostLine(line.term, line.amount - (line.term == "opening")) for line in plan.costs)
    return round_, plan, round_, replace(plan, costs=cheaper)
