"""Planted shortages whose smallest repair is known; each repair told is proven by a plan that the audit passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.rounds import Opening, Policy, Reservation
from scheduler.planning.audit import audit
from scheduler.planning.extras import Extra, with_extras
from scheduler.planning.insertion import adopted
from scheduler.planning.repair import repairs
from scheduler.planning.solve import solve
from tests.build import MONDAY, PRACTICAL, THEORY, a_component, a_party, a_plan, a_room, a_round, an_examiner
from tests.planning.small_rounds import small_round

SLOTS = ("d0am", "d0pm", "d1am", "d1pm")


def only(id_, places, *open_slots, **changes):
    return a_room(id_, places=places, closed_slot_ids=tuple(s for s in SLOTS if s not in open_slots), **changes)


def theory(*ids, **changes):
    return [a_party(id_, [THEORY], **changes) for id_ in ids]


def things(repair):
    return [(e.kind, e.room_id or e.component_id, e.amount) for e in repair.extras]


def proven(round_, plan=None):
    """Every repair of a round, each checked: its plan passes the audit of the round with its extras and seats whom it says."""
    plan = plan or a_plan(round_)
    before = {one.party_id for one in adopted(round_, plan).unplaced}
    found = repairs(round_, plan)
    for repair, made in found:
        assert audit(with_extras(round_, repair.extras), made) == []
        after = {one.party_id for one in made.unplaced}
        assert (set(repair.seated), set(repair.left)) == (before - after, after)
    return [repair for repair, _ in found]


def test_nothing_to_repair_where_everybody_has_a_place():
    assert proven(a_round()) == []


def test_one_seat():
    round_ = a_round(theory("p1", "p2", "p3", latest_on=MONDAY), rooms=(only("hall", 2, "d0am"),))
    best = proven(round_)[0]
    assert things(best) == [("places", "hall", 1)]
    assert (best.seated, best.left, best.moved) == (("p3",), (), ())


def test_two_stations_in_two_turns_each():
    """Six wait; four hours hold four turns of an hour, so two workstations more seat eight."""
    people = [a_party(f"p{n}", [PRACTICAL]) for n in range(10)]
    round_ = a_round(
        people, rooms=(only("shop", 1, "d0pm"),), components=(a_component("theory"), a_component("practical"))
    )
    assert things(proven(round_)[0]) == [("places", "shop", 2)]


def test_one_day_of_one_examiner():
    examiners = [an_examiner(1), an_examiner(2), an_examiner(4, unavailable_slot_ids=("d0am", "d0pm"))]
    people = [a_party("p1", [PRACTICAL], latest_on=MONDAY)]
    best = proven(a_round(people, examiners=examiners))[0]
    assert things(best) == [("examiners", PRACTICAL, 1)]
    assert best.extras[0].on == MONDAY


def test_one_day_of_deadline():
    people = theory("p1", latest_on=MONDAY)
    rooms = (only("hall", 30, "d1am"),)
    found = proven(a_round(people, rooms=rooms))
    late = [repair for repair in found if things(repair) == [("deadline", "", 1)]]
    assert [(e.on, e.party_ids) for repair in late for e in repair.extras] == [(MONDAY + timedelta(days=1), ("p1",))]


def test_a_room_where_the_law_allows_no_more_seats():
    """A hall of 30 in its only slot: a 31st candidate needs another hall, or an open day."""
    people = theory(*(f"p{n:02}" for n in range(31)), latest_on=MONDAY)
    round_ = a_round(people, days=1, rooms=(a_room("hall", places=30, closed_slot_ids=("d0pm",)),))
    assert things(proven(round_)[0]) == [("open", "hall", 1)]
    single = replace(round_, slots=round_.slots[:1], rooms=(a_room("hall", places=30),))
    assert things(proven(single)[0]) == [("room", "hall", 1)]


def test_a_closed_option_is_opened():
    people = theory("p1", latest_on=MONDAY)
    round_ = a_round(people, rooms=(only("hall", 30, "d0am"),), openings=(Opening("hall", "d0am", closed=True),))
    assert things(proven(round_)[0]) == [("open", "hall", 1)]


def test_planning_again_is_said_to_be_enough_where_it_is():
    round_ = a_round(theory("p1", "p2"))
    late = a_plan(replace(round_, parties=round_.parties[:1]))
    assert things(proven(round_, late)[0]) == []


def test_moving_one_is_said_to_be_enough_where_it_is():
    stays, comes = theory("p1"), theory("p2", unavailable_slot_ids=("d1am",))
    round_ = a_round([*stays, *comes], rooms=(only("hall", 1, "d0am", "d1am"),))
    best = proven(round_, a_plan(replace(round_, parties=tuple(stays))))[0]
    assert (things(best), best.moved) == ([], ("p1",))


def test_both_a_seat_and_a_station():
    people = [a_party("p1"), a_party("p2")]
    round_ = a_round(people, days=1, rooms=(only("hall", 1, "d0am"), only("shop", 1, "d0pm")), policy=Policy())
    short = replace(round_, components=(a_component("theory"), a_component("practical", minutes=240)))
    assert things(proven(short)[0]) == [("places", "hall", 1), ("places", "shop", 1)]


def test_reserved_places_do_not_hide_the_shortage():
    rooms = (only("hall", 2, "d0am"),)
    round_ = a_round(theory("p1"), rooms=rooms, reservations=(Reservation("hall", 2, institution_id="beta"),))
    assert things(proven(round_)[0]) == [("places", "hall", 1)]


def test_what_nothing_can_mend_is_not_claimed():
    """Barred from the only site: neither places nor days nor examiners help."""
    round_ = a_round(theory("p1", "p2", barred_site_ids=("north",)))
    assert proven(round_) == []


def test_one_who_cannot_be_helped_does_not_hide_the_others():
    people = [*theory("p1", "p2", latest_on=MONDAY), *theory("p3", barred_site_ids=("north",))]
    best = proven(a_round(people, rooms=(only("hall", 1, "d0am"),)))[0]
    assert (things(best), best.left) == ([("places", "hall", 1)], ("p3",))


@pytest.mark.parametrize("seed", range(6))
def test_repairs_of_small_rounds_are_proven(seed):
    round_ = small_round(seed, 10)
    tight = replace(round_, rooms=tuple(replace(room, places=1) for room in round_.rooms), locks=(), reservations=())
    proven(tight, solve(tight, time_limit_s=0.5))


def test_extras_are_what_they_say():
    round_ = a_round(examiners=2)
    more = Extra("examiners", 2, on=MONDAY, component_id=PRACTICAL, institution_ids=("alpha", "beta"))
    grown = with_extras(round_, (Extra("places", 3, "hall"), Extra("room", 2, "shop"), more))
    assert [(room.id, room.places) for room in grown.rooms] == [("hall", 15), ("shop", 4), ("shop+1", 4), ("shop+2", 4)]
    assert [x.unavailable_slot_ids for x in grown.examiners[2:]] == [("d1am", "d1pm")] * 2
