"""What people must be told when a plan changes."""

from __future__ import annotations

from dataclasses import replace

from scheduler.planning.changes import changes
from tests.build import PRACTICAL, THEORY, a_party, a_plan, a_round
from tests.planning.planting import moved, session_of, sitting_of, with_session, with_sitting, without_party

ROUND = a_round([a_party("p1"), a_party("p2", [THEORY]), a_party("p3", [THEORY], head_count=3)])
PLAN = a_plan(ROUND)


def told(before, after):
    return [(move.party_id, move.component_id, move.kind) for move in changes(before, after)]


def test_equal_plans_move_nobody():
    assert changes(PLAN, replace(PLAN, sittings=PLAN.sittings[::-1], bound=1)) == []


def test_new_and_dropped():
    fewer = without_party(PLAN, "p1")
    assert told(PLAN, fewer) == [("p1", PRACTICAL, "dropped"), ("p1", THEORY, "dropped")]
    assert told(fewer, PLAN) == [("p1", PRACTICAL, "new"), ("p1", THEORY, "new")]
    assert changes(PLAN, fewer)[0].after is None


def test_another_place_slot_or_room_is_a_move_with_both_sittings():
    sitting = sitting_of(PLAN, "p2", THEORY)
    elsewhere = with_sitting(PLAN, sitting, place=9)
    assert [(m.before, m.after) for m in changes(PLAN, elsewhere)] == [(sitting, replace(sitting, place=9))]
    later = moved(PLAN, session_of(PLAN, "d0am.hall"), "d1am")
    assert told(PLAN, later) == [("p1", THEORY, "moved"), ("p2", THEORY, "moved"), ("p3", THEORY, "moved")]


def test_a_session_under_another_name_in_the_same_room_and_slot_moves_nobody():
    session = session_of(PLAN, "d0am.hall")
    renamed = with_session(PLAN, session, id="morning")
    sittings = tuple(replace(s, session_id="morning") if s.session_id == session.id else s for s in renamed.sittings)
    assert changes(PLAN, replace(renamed, sittings=sittings)) == []


def test_other_examiners_move_nobody():
    session = session_of(PLAN, "d0am.hall")
    assert changes(PLAN, with_session(PLAN, session, examiner_ids=("e5", "e6"))) == []


def test_one_member_of_a_party_who_moves_moves_the_party():
    last = sitting_of(PLAN, "p3", THEORY, 3)
    assert [(m.kind, m.before) for m in changes(PLAN, with_sitting(PLAN, last, place=11))] == [("moved", last)]
    without_last = replace(PLAN, sittings=tuple(s for s in PLAN.sittings if s is not last))
    assert [(m.kind, m.before, m.after) for m in changes(PLAN, without_last)] == [("moved", last, None)]


def test_two_members_who_swap_places_have_moved():
    one, two = sitting_of(PLAN, "p3", THEORY, 1), sitting_of(PLAN, "p3", THEORY, 2)
    swapped = with_sitting(PLAN, one, place=two.place)
    swapped = with_sitting(swapped, sitting_of(swapped, "p3", THEORY, 2), place=one.place)
    assert told(PLAN, swapped) == [("p3", THEORY, "moved")]
