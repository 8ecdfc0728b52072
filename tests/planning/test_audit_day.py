"""Each rule of the day by the smallest example that keeps it and the smallest that breaks it; edits move nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from scheduler.domain.day import DayAct, DayEvent, in_force
from scheduler.domain.sessions import Session
from scheduler.domain.turns import turn_begins
from scheduler.planning import edits
from scheduler.planning.audit import audit
from scheduler.planning.audit_day import CHECKS, DayReading, audit_day, shifted
from tests.build import BOTH, PRACTICAL, THEORY, a_party, a_plan, a_room, a_round, a_slot, settled

ROUND = a_round([a_party(f"p{n}") for n in range(1, 7)], rooms=(a_room("hall"), a_room("shop"), a_room("shop2")))
PLAN = a_plan(ROUND)
SITTINGS = {(s.party_id, s.component_id): s for s in PLAN.sittings}


def an_event(act, party="p1", component=PRACTICAL, **changes):
    sitting = SITTINGS[party, component]
    session = next(s for s in PLAN.sessions if s.id == sitting.session_id)
    slot = next(s for s in ROUND.slots if s.id == session.slot_id)
    made = DayEvent(1, act, "2026-06-01T09:00:00+08:00", "w", "r", session.id, slot, 1)
    return replace(
        made, **{"party_id": party, "component_id": component, "turn": sitting.turn, "place": sitting.place, **changes}
    )


def broken(lost, added=None, party="p1", **changes):
    return an_event(DayAct.BROKEN, party, lost_min=lost, added_min=lost if added is None else added, **changes)


def found(*events, plan=PLAN, round_=ROUND):
    numbered = [replace(event, no=n) for n, event in enumerate(events, start=1)]
    return [finding.rule for finding in audit_day(round_, plan, numbered)]


def evening(start):
    """The round and plan in which the shop, or one of its examiners, has a session after the practical of the first day."""
    late = a_slot(0, "pm", id="late", start=start, end=time(21))
    round_ = replace(ROUND, slots=(*ROUND.slots, late))
    held = next(s for s in PLAN.sessions if s.id == SITTINGS["p1", PRACTICAL].session_id)
    return round_, held


def with_session(session):
    """A session more; nobody sits there, which is the audit's matter and not that of the day."""
    return replace(PLAN, sessions=(*PLAN.sessions, session))


EVENING, HELD = evening(time(17, 35))
NEXT_IN_ROOM = with_session(Session(f"late.{HELD.room_id}", PRACTICAL, HELD.room_id, "late"))
NEXT_OF_EXAMINER = with_session(Session("late.hall", THEORY, "hall", "late", HELD.examiner_ids[:1]))
TWO_TURNS = max(s.turn for s in PLAN.sittings if s.session_id == HELD.id)
NEXT_SITTING = replace(
    NEXT_OF_EXAMINER,
    sessions=(*PLAN.sessions, Session("late.hall", THEORY, "hall", "late")),
    sittings=tuple(
        replace(s, session_id="late.hall") if (s.party_id, s.component_id) == ("p1", THEORY) else s
        for s in PLAN.sittings
    ),
)
# The shop examines 60 minutes a turn from 13:30: two turns end at 15:30, 124 minutes before 17:35 would be reached.
CASES = {
    "day-seated": ([an_event(DayAct.ABSENT)], [an_event(DayAct.ABSENT, slot=a_slot(1))], PLAN, ROUND),
    "day-once": (
        [an_event(DayAct.ABSENT), an_event(DayAct.ABSENT, "p2")],
        [an_event(DayAct.ABSENT), an_event(DayAct.DEFERRED)],
        PLAN,
        ROUND,
    ),
    "absent-has-follower": ([an_event(DayAct.ABSENT)], [an_event(DayAct.ABSENT, component=THEORY)], PLAN, ROUND),
    "deferral-order": (
        [an_event(DayAct.DEFERRED), an_event(DayAct.DEFERRED, component=THEORY)],
        [an_event(DayAct.DEFERRED, component=THEORY)],
        PLAN,
        ROUND,
    ),
    "added-within-lost": ([broken(20, 20)], [broken(20, 21)], PLAN, ROUND),
    "added-time-fits": ([broken(60)], [broken(60), broken(60), broken(6)], NEXT_IN_ROOM, EVENING),
}


@pytest.mark.parametrize("rule", CASES)
def test_the_smallest_example_keeps_and_the_smallest_breaks(rule):
    keeps, breaks, plan, round_ = CASES[rule]
    assert rule not in found(*keeps, plan=plan, round_=round_)
    assert rule in found(*breaks, plan=plan, round_=round_)


def test_every_rule_of_the_day_has_its_examples():
    assert CASES.keys() == CHECKS.keys()


@pytest.mark.parametrize(
    ("plan", "who"), [(NEXT_IN_ROOM, "room"), (NEXT_OF_EXAMINER, "examiner"), (NEXT_SITTING, "candidate")]
)
def test_added_time_that_does_not_fit_says_what_it_runs_into(plan, who):
    # The candidate sits in the first turn, and the room is busy until the second has ended.
    until = [60] * (3 if who == "candidate" else 2) + [6]
    (finding,) = [
        f
        for f in audit_day(EVENING, plan, [replace(broken(n), no=i) for i, n in enumerate(until, 1)])
        if f.rule == "added-time-fits" and who in f.what.en
    ]
    assert "17:35" in finding.what.en
    fewer = found(*(broken(n) for n in until[:-1]), broken(6, 5), plan=plan, round_=EVENING)
    assert "added-time-fits" not in fewer


def test_minutes_that_run_past_the_slot_alone_are_told_and_allowed():
    most = [replace(broken(60), no=n) for n in range(1, 5)]
    assert [(f.rule, f.severity) for f in audit_day(ROUND, PLAN, most)] == [("added-time-past-slot", "warning")]


def test_later_turns_shift_by_the_longest_added_time_of_the_turns_before():
    assert TWO_TURNS == 2
    reading = DayReading(ROUND, PLAN, (broken(10),))
    first = [s.party_id for s in PLAN.sittings if s.session_id == HELD.id and s.turn == 1]
    (moved,) = shifted(reading, broken(15, party=first[1], no=2))
    assert [str(at.time()) for at in moved[1:]] == ["14:40:00", "14:45:00"]
    (only,) = shifted(reading, broken(5, party=first[0], no=2))
    assert str(only[2].time()) == "14:45:00"
    slot = a_slot(0, "pm")
    assert turn_begins(slot, 3, minutes=60, changeover_min=10, added_min={1: 5, 3: 50}).time() == time(15, 55)


def test_a_withdrawn_event_holds_no_more():
    events = [replace(an_event(DayAct.ABSENT), no=1), replace(an_event(DayAct.WITHDRAWN), no=2, withdraws=1)]
    assert in_force(events) == []
    assert audit_day(ROUND, PLAN, [*events, replace(an_event(DayAct.DEFERRED), no=3)]) == []


def test_an_edit_moves_nobody_else():
    crew = HELD.examiner_ids
    spare = next(e.id for e in ROUND.examiners if e.id not in crew)
    swapped = edits.settled(ROUND, edits.with_examiner(ROUND, PLAN, HELD.id, HELD.lead_id or crew[0], spare))
    (now,) = [s for s in swapped.sessions if s.id == HELD.id]
    assert set(now.examiner_ids) == {spare, *crew} - {HELD.lead_id}
    assert now.lead_id in now.examiner_ids
    assert swapped.sittings == PLAN.sittings
    moved = edits.settled(ROUND, edits.with_room(ROUND, PLAN, HELD.id, "shop2"))
    assert audit(ROUND, moved) == []
    assert {(s.party_id, s.turn, s.place) for s in moved.sittings} == {
        (s.party_id, s.turn, s.place) for s in PLAN.sittings
    }
    assert edits.settled(ROUND, edits.with_room(ROUND, moved, f"{HELD.slot_id}.shop2", HELD.room_id)) == edits.settled(
        ROUND, PLAN
    )


def test_a_smaller_room_reseats_only_whose_place_it_lacks():
    small = replace(ROUND, rooms=(*ROUND.rooms[:2], a_room("shop2", places=3)))
    moved = edits.with_room(small, PLAN, HELD.id, "shop2")
    kept = {s.party_id: s.place for s in PLAN.sittings if s.session_id == HELD.id}
    for sitting in (s for s in moved.sittings if s.component_id == PRACTICAL):
        assert sitting.place == kept[sitting.party_id] or kept[sitting.party_id] > 3
    # Four sat in the first turn; three places hold three, and the audit says so.
    assert [f.rule for f in audit(small, edits.settled(small, moved))] == ["place-capacity", "place-capacity"]


def test_a_sitting_that_leaves_and_comes_back_is_the_plan_of_before():
    party = a_party("p1", (THEORY,))
    left = replace(ROUND, parties=(party, *ROUND.parties[1:]))
    without = edits.settled(left, edits.without(PLAN, "p1", PRACTICAL))
    assert audit(left, without) == []
    assert edits.settled(ROUND, edits.with_sittings_of(without, PLAN, "p1", PRACTICAL)) == edits.settled(ROUND, PLAN)
    alone = a_round([a_party("p1", BOTH)])
    empty = edits.without(a_plan(alone), "p1", PRACTICAL)
    assert {s.component_id for s in empty.sessions} == {THEORY}
    assert edits.settled(alone, edits.with_sittings_of(empty, a_plan(alone), "p1", PRACTICAL)) == edits.settled(
        alone, a_plan(alone)
    )


def test_what_an_edit_breaks_is_told_apart_from_what_was_broken_before():
    busy = replace(ROUND.examiners[0], unavailable_slot_ids=tuple(s.id for s in ROUND.slots))
    round_ = replace(ROUND, examiners=(busy, *ROUND.examiners[1:]))
    serving = [s for s in PLAN.sessions if busy.id in s.examiner_ids]
    broken_, stood = edits.brought(round_, PLAN, settled(round_, PLAN))
    assert (broken_, {f.rule for f in stood}) == ([], {"examiner-available"})
    assert len(stood) == len(serving)
    unfit = edits.settled(round_, edits.with_examiner(round_, PLAN, HELD.id, HELD.examiner_ids[0], "nobody"))
    new, _ = edits.brought(round_, PLAN, unfit)
    assert "known-ids" in {f.rule for f in new}
