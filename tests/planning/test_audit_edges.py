"""The audit where a rule begins to bite: one keeping and one breaking plan a step apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from scheduler.domain.catalogue import Duty, Staffing
from scheduler.domain.rounds import (
    Group,
    Lock,
    Policy,
)
from scheduler.domain.sessions import Sitting
from scheduler.planning.audit import audit
from tests.build import (
    PRACTICAL,
    THEORY,
    a_component,
    a_party,
    a_plan,
    a_room,
    a_round,
    a_slot,
    an_examiner,
    settled,
)
from tests.planning.planting import moved, session_of, with_session


def broken_rules(round_, plan):
    return {finding.rule for finding in audit(round_, settled(round_, plan))}


@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        (Policy(order_gap_min=90), set()),
        (Policy(order_gap_min=91), {"component-order"}),
        (Policy(order_days_max=0), set()),
    ],
)
def test_gap_between_components_counts_to_the_minute(policy, rules):
    """Theory ends at 12:00, the practical begins at 13:30."""
    plan = a_plan(a_round())
    assert broken_rules(a_round(policy=policy), plan) == rules


def test_days_between_components_are_counted():
    round_ = a_round(policy=Policy(order_days_max=1), days=3)
    plan = a_plan(round_)
    practical = session_of(plan, "d0pm.shop")
    assert broken_rules(round_, moved(plan, practical, "d1pm")) == set()
    assert broken_rules(round_, moved(plan, practical, "d2pm")) == {"component-order"}


@pytest.mark.parametrize(("heads", "examiners", "rules"), [(16, 2, set()), (17, 2, {"examiner-count"}), (17, 3, set())])
def test_examiners_by_started_ratio(heads, examiners, rules):
    staffing = Staffing(Duty.INVIGILATE, at_least=2, per_candidates=8, room_limit=30)
    round_ = a_round(
        [a_party("p1", [THEORY], head_count=heads)],
        rooms=(a_room("hall", places=30),),
        components=(a_component("theory", staffing=staffing),),
    )
    plan = a_plan(round_)
    assert (
        broken_rules(round_, with_session(plan, plan.sessions[0], examiner_ids=("e1", "e2", "e3")[:examiners])) == rules
    )


def test_room_limit_of_the_component_holds_below_the_places_of_the_room():
    round_ = a_round([a_party("p1", [THEORY], head_count=30)], rooms=(a_room("hall", places=40),))
    plan = a_plan(round_)
    assert broken_rules(round_, plan) == set()
    one_more = replace(round_, parties=(a_party("p1", [THEORY], head_count=31),))
    crowded = replace(plan, sittings=(*plan.sittings, Sitting("p1", THEORY, "d0am.hall", 1, 31, 31)))
    assert broken_rules(one_more, crowded) == {"place-capacity"}


def test_only_the_largest_turn_counts_for_examiners():
    """Four workstations, three turns: twelve candidates need no more examiners than four at a time."""
    round_ = a_round([a_party(f"p{n}", [PRACTICAL]) for n in range(12)], rooms=(a_room("shop", max_turns=3),))
    plan = a_plan(round_)
    assert [(len(plan.sessions), max(s.turn for s in plan.sittings))] == [(1, 3)]
    assert broken_rules(round_, with_session(plan, plan.sessions[0], examiner_ids=("e1", "e2", "e3"))) == set()


@pytest.mark.parametrize(
    ("heads", "outside", "rules"), [(15, 1, set()), (16, 1, {"recusal-institution"}), (16, 2, set())]
)
def test_independent_examiners_by_started_fifteen(heads, outside, rules):
    round_ = a_round(
        [a_party("p1", [THEORY], head_count=heads, institution_id="alpha")],
        rooms=(a_room("hall", places=30),),
        examiners=8,
    )
    plan = a_plan(round_)
    staff = tuple(sorted(("e1", "e3", "e5", *("e2", "e4")[:outside])))
    assert broken_rules(round_, with_session(plan, plan.sessions[0], examiner_ids=staff)) == rules


def test_joint_session_asks_for_no_more_institutions_than_there_are():
    round_ = a_round([a_party("p1", [THEORY])], policy=Policy(min_institutions=3))
    assert broken_rules(round_, a_plan(round_)) == set()


def test_weeks_are_iso_weeks():
    """Sunday and Monday are in different weeks."""
    slots = tuple(a_slot(day) for day in (6, 7))
    staff = [an_examiner(n, max_per_week=1) for n in (1, 2)]
    people = [a_party("p1", [THEORY], head_count=12), a_party("p2", [THEORY])]
    round_ = a_round(people, days=8, slots=slots, examiners=staff)
    plan = a_plan(round_)
    assert [session.slot_id for session in plan.sessions] == ["d6am", "d7am"]
    assert broken_rules(round_, plan) == set()


def test_touching_slots_do_not_overlap():
    slots = (a_slot(0), a_slot(0, "pm", start=time(12), end=time(16)))
    round_ = a_round(slots=slots, examiners=3)
    assert broken_rules(round_, a_plan(round_)) == set()
    earlier = replace(round_, slots=(slots[0], replace(slots[1], start=time(11, 59))))
    assert broken_rules(earlier, a_plan(round_)) == {"candidate-free", "component-order", "examiner-free"}


def test_site_group_may_use_several_rooms_of_one_site():
    rooms = (a_room("hall", places=1), a_room("hall2", places=1), a_room("far", site_id="south", places=1))
    people = [a_party(f"p{n}", [THEORY], group_id="crew") for n in range(2)]
    round_ = a_round(people, rooms=rooms)
    plan = a_plan(round_)
    assert {session.room_id for session in plan.sessions} == {"far", "hall"}
    kept = replace(round_, groups=(Group("crew", "site"),))
    assert broken_rules(kept, plan) == {"group-together"}
    near = moved(plan, session_of(plan, "d0am.far"), room_id="hall2")
    assert broken_rules(kept, near) == set()
    assert broken_rules(replace(round_, groups=(Group("crew", "session"),)), near) == {"group-together"}


def test_unplaced_member_does_not_split_a_group():
    people = [a_party("p1", [THEORY], group_id="crew"), a_party("p2", [THEORY], group_id="crew", head_count=99)]
    round_ = a_round(people)
    plan = a_plan(round_)
    assert [unplaced.party_id for unplaced in plan.unplaced] == ["p2"]
    assert broken_rules(replace(round_, groups=(Group("crew", "session"),)), plan) == set()


def test_unknown_distance_breaks_a_limit_and_a_fare_does_not_mend_it():
    round_ = a_round([a_party("p1", [THEORY], fares={"north": 5})])
    assert broken_rules(replace(round_, policy=Policy(max_travel_km=10.0)), a_plan(round_)) == {"travel-limit"}


def test_leader_must_be_one_of_the_examiners_even_in_a_theory_room():
    round_ = a_round([a_party("p1", [THEORY])])
    plan = a_plan(round_)
    assert broken_rules(round_, with_session(plan, plan.sessions[0], lead_id="e6")) == {"session-lead"}


def test_an_unplaced_locked_party_is_lawful():
    round_ = a_round([a_party("p1", [THEORY], head_count=99)], locks=(Lock("p1", THEORY, slot_id="d0am"),))
    plan = a_plan(round_)
    assert (len(plan.unplaced), broken_rules(round_, plan)) == (1, set())
