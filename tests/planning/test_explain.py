"""Whoever has no place hears why, which options there are, and what would be enough; what is said to be enough is enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.people import Recusal
from scheduler.domain.rounds import Group, Lock, Policy, Reservation, Waiver
from scheduler.planning.explain import before, explain
from tests.build import MONDAY, PRACTICAL, THEORY, a_component, a_party, a_plan, a_room, a_round, an_examiner

ONE_HALL = (a_room("hall", places=1, closed_slot_ids=("d0pm", "d1am", "d1pm")),)


def theory(*ids, **changes):
    return [a_party(id_, [THEORY], **changes) for id_ in ids]


def explained(round_, party_id):
    view = explain(round_, a_plan(round_), party_id).parties[0]
    assert view.state == "unplaced"
    return view


def blocks_of(view, component_id=THEORY):
    component = next(c for c in view.components if c.component_id == component_id)
    return {block.rule: (block.options, block.alone) for block in component.blocks}


def test_everybody_placed_is_said_so():
    round_ = a_round()
    said = explain(round_, a_plan(round_))
    assert (said.parties, said.shortages, said.additions) == ((), (), ())
    assert said.sentences[0].en == "everybody has a place"


def test_placed_party_hears_where_it_sits():
    round_ = a_round()
    view = explain(round_, a_plan(round_), "p1").parties[0]
    assert (view.state, len(view.sittings)) == ("placed", 2)
    assert view.sentences[0].en == f"party p1 sits {THEORY} on 2026-06-01 09:00-12:00 in room hall, turn 1, place 1"


def test_unknown_party_is_missing():
    round_ = a_round()
    assert explain(round_, a_plan(round_), "nobody").parties[0].state == "missing"


def test_full_room_counts_options_and_asks_for_one_place():
    round_ = a_round(theory("p1", "p2"), rooms=ONE_HALL)
    view = explained(round_, "p2")
    assert (view.components[0].options, view.components[0].free) == (4, 0)
    assert blocks_of(view) == {"place-capacity": (1, 1), "room-open": (3, 3)}
    assert {(a.rule, a.slot_id, a.amount) for a in view.additions} == {
        ("place-capacity", "d0am", 1),
        ("room-open", "d0pm", 1),
        ("room-open", "d1am", 1),
        ("room-open", "d1pm", 1),
    }


CASES = {
    "candidate-available": a_round(theory("p1", unavailable_slot_ids=("d0am",)), rooms=ONE_HALL),
    "deadline": a_round(theory("p1", earliest_on=MONDAY + timedelta(days=1)), rooms=ONE_HALL),
    "accessibility": a_round(theory("p1", accessible=True), rooms=(replace(ONE_HALL[0], accessible=False),)),
    "travel-limit": a_round(theory("p1", x_km=99.0, y_km=0.0), rooms=ONE_HALL, policy=Policy(max_travel_km=50.0)),
    "lock": a_round(theory("p1"), rooms=ONE_HALL, locks=(Lock("p1", THEORY, slot_id="d0pm"),)),
    "room-suits": a_round(theory("p1"), rooms=(replace(ONE_HALL[0], trade_ids=("welding",)),)),
    "slot-long-enough": a_round(theory("p1"), rooms=ONE_HALL, components=(a_component("theory", minutes=500),)),
    "reservation": a_round(
        theory("p1"), rooms=ONE_HALL, groups=(Group("g", "none"),), reservations=(Reservation("hall", 1, "g"),)
    ),
    "recusal-person": a_round(
        theory("p1"),
        rooms=ONE_HALL,
        examiners=3,
        recusals=(Recusal("e1", "p1", "relative"), Recusal("e3", "p1", "relative")),
        policy=Policy(min_institutions=1),
    ),
    "examiner-count": a_round(theory("p1"), rooms=ONE_HALL, examiners=1),
    "joint-institutions": a_round(
        theory("p1"),
        rooms=ONE_HALL,
        examiners=[an_examiner(1), an_examiner(3), an_examiner(2, unavailable_slot_ids=("d0am",))],
    ),
    "barred-site": a_round(theory("p1", barred_site_ids=("north",)), rooms=ONE_HALL),
    "own-institution": a_round(
        theory("p1", institution_id="alpha"), rooms=ONE_HALL, policy=Policy(bar_own_institution=True)
    ),
    "examiner-rotation": a_round(
        theory("p0", "p1"),
        rooms=(a_room("hall", places=1, closed_slot_ids=("d0pm", "d1pm")),),
        locks=(Lock("p0", THEORY, slot_id="d0am"),),
        examiners=3,
        policy=Policy(max_consecutive_at=1, min_institutions=1),
    ),
    "team-rotation": a_round(
        theory("p0", "p1"),
        rooms=(a_room("hall", places=1, closed_slot_ids=("d0pm", "d1pm")),),
        locks=(Lock("p0", THEORY, slot_id="d0am"),),
        examiners=2,
        policy=Policy(rotate_half=True),
    ),
    "session-lead": a_round(
        [a_party("p1", [PRACTICAL])], examiners=[an_examiner(n, may_lead=False) for n in (1, 2, 3)]
    ),
}


@pytest.mark.parametrize("rule", sorted(CASES))
def test_the_rule_that_blocks_alone_is_named_and_could_be_satisfied(rule):
    view = explained(CASES[rule], "p1")
    assert {block.rule: block.alone for block in view.components[0].blocks}[rule] > 0
    assert rule in {addition.rule for addition in view.additions}
    assert all(addition.what.zh and addition.what.en for addition in view.additions)


def test_a_trip_too_far_is_open_to_whom_the_exception_names():
    """The hall lies 62 km off; the limit is 50."""
    far = theory("p1", x_km=50.0, y_km=0.0, travel_exception=True)
    round_ = a_round(far, rooms=ONE_HALL, policy=Policy(max_travel_km=50.0))
    view = explain(round_, a_plan(replace(round_, parties=())), "p1").parties[0]
    assert view.components[0].free == 1
    unnamed = replace(round_, parties=tuple(theory("p1", x_km=50.0, y_km=0.0)))
    assert explained(unnamed, "p1").components[0].free == 0


def test_an_exchange_that_would_be_mutual_is_named():
    rooms = (ONE_HALL[0], replace(ONE_HALL[0], id="far-hall", site_id="south"))
    parties = [*theory("p1", institution_id="alpha"), *theory("p2", institution_id="beta", barred_site_ids=("south",))]
    locks = (Lock("p1", THEORY, room_id="far-hall"),)
    round_ = a_round(parties, rooms=rooms, locks=locks, policy=Policy(no_mutual_exchange=True))
    assert blocks_of(explained(round_, "p2"))["no-mutual-exchange"] == (4, 1)


def test_a_waiver_frees_a_place():
    round_ = a_round(theory("p1", "p2"), rooms=ONE_HALL)
    plan = a_plan(round_)
    allowed = replace(round_, waivers=(Waiver("hall", "d0am", 1, "批复"),))
    assert [explain(r, plan, "p2").parties[0].components[0].free for r in (round_, allowed)] == [0, 1]


def test_a_mixed_room_has_places_for_another_trade():
    high = a_component("theory", id="high/theory")
    parties = [*theory("p1"), a_party("p2", ["high/theory"])]
    hall = (a_room("hall", places=2, closed_slot_ids=("d0pm", "d1am", "d1pm")),)
    round_ = a_round(parties, components=(a_component("theory"), high), rooms=hall)
    plan = a_plan(round_)
    assert set(blocks_of(explained(round_, "p2"), "high/theory")) == {"room-once", "room-open"}
    allowed = replace(round_, policy=Policy(mixed_theory=True))
    assert explain(allowed, plan, "p2").parties[0].components[0].free == 1


def test_a_fragment_needs_places_for_its_fewest():
    """Two places where three of the class must come together; one more would do."""
    crew = theory("p1", "p2", "p3", "p4", group_id="crew")
    hall = a_room("hall", places=2, closed_slot_ids=("d0pm", "d1am", "d1pm"))
    groups = (Group("crew", "fragments", fragment_min=3, fragment_max=4),)
    view = explained(a_round(crew, rooms=(hall,), groups=groups), "p1")
    assert {(a.rule, a.amount) for a in view.additions if a.slot_id == "d0am"} == {("place-capacity", 1)}


def test_one_more_than_a_fragment_may_hold_is_named():
    crew = theory("p1", "p2", "p3", group_id="crew")
    round_ = a_round(crew, rooms=ONE_HALL, groups=(Group("crew", "fragments", fragment_max=2),))
    wide = replace(round_, rooms=(replace(ONE_HALL[0], places=5),))
    view = explain(wide, a_plan(wide), "p3").parties[0]
    assert (view.state, view.components[0].free) == ("unplaced", 0)
    assert blocks_of(view)["group-together"] == (4, 1)


def test_two_free_slots_on_one_day_are_not_enough_where_one_sitting_a_day_is_allowed():
    one_day = a_round(days=1, policy=Policy(max_sittings_per_day=1))
    view = explained(one_day, "p1")
    assert [component.free for component in view.components] == [2, 2]
    assert "free places, but never" in view.sentences[1].en
    assert "plan again" in explain(replace(one_day, policy=Policy()), a_plan(one_day), "p1").parties[0].sentences[1].en


def applied(round_, addition):
    """The round with an addition made, for the kinds that a round can be changed by."""
    rooms = {room.id: room for room in round_.rooms}
    room = rooms[addition.room_id]
    if addition.rule == "place-capacity":
        rooms[room.id] = replace(room, places=room.places + addition.amount)
    elif addition.rule == "room-open":
        rooms[room.id] = replace(room, closed_slot_ids=tuple(s for s in room.closed_slot_ids if s != addition.slot_id))
    elif addition.rule == "room-once":
        rooms["new"] = replace(room, id="new")
    elif addition.rule == "accessibility":
        rooms[room.id] = replace(room, accessible=True)
    elif addition.rule in {"examiner-count", "joint-institutions", "recusal-institution", "session-lead"}:
        new = [an_examiner(90 + n, institution_id=f"new{n}") for n in range(addition.amount)]
        return replace(round_, examiners=(*round_.examiners, *new))
    elif addition.rule == "candidate-available":
        freed = [replace(p, unavailable_slot_ids=()) if p.id in addition.party_ids else p for p in round_.parties]
        return replace(round_, parties=tuple(freed))
    else:
        raise AssertionError(addition.rule)
    return replace(round_, rooms=tuple(rooms.values()))


SHORT = (
    a_round(theory("p1", "p2", "p3"), rooms=ONE_HALL),
    a_round(
        theory("p1", "p2", head_count=2), rooms=(a_room("hall", places=3, closed_slot_ids=("d0pm", "d1am", "d1pm")),)
    ),
    a_round([a_party("p1"), a_party("p2", accessible=True)], rooms=(a_room("hall"), a_room("shop", accessible=False))),
    a_round([a_party("p1"), a_party("p2")], days=1, rooms=(a_room("hall", places=1), a_room("shop", places=1))),
    a_round(
        [a_party("p1")], examiners=4, days=1, policy=Policy(min_institutions=3), rooms=(a_room("hall"), a_room("shop"))
    ),
    a_round([a_party(f"p{n}") for n in range(5)], examiners=2),
    a_round([a_party("p1", institution_id="alpha")], examiners=[an_examiner(n) for n in (1, 3, 5, 7)]),
)


@pytest.mark.parametrize("round_", SHORT, ids=range(len(SHORT)))
def test_every_single_addition_seats_the_parties_it_names(round_):
    """Checked by seating again: what is kept fixed is the plan's own greedy order, with the helped party last."""
    plan = a_plan(round_)
    said = explain(round_, plan)
    assert [view.party_id for view in said.parties] == [unplaced.party_id for unplaced in plan.unplaced]
    for addition in said.additions:
        for party_id in addition.party_ids:
            placed = {sitting.party_id for sitting in plan.sittings}
            people = sorted((p for p in round_.parties if p.id in placed | {party_id}), key=lambda p: p.id == party_id)
            helped = a_plan(replace(applied(round_, addition), parties=tuple(people)))
            assert helped.unplaced == (), (addition, party_id)


def test_additions_are_found_where_one_is_enough():
    assert all(explain(round_, a_plan(round_)).additions for round_ in SHORT[:4])


def test_no_addition_where_two_things_are_missing():
    party = a_party("p1", [THEORY], accessible=True, latest_on=MONDAY - timedelta(days=1))
    view = explained(a_round([party], rooms=(a_room("hall", accessible=False),)), "p1")
    assert view.additions == ()
    assert {option.blocked_by for option in view.components[0].nearest} == {("deadline", "accessibility")}


def test_shortage_counts_places_by_day_and_site():
    round_ = a_round(theory("p1", "p2", "p3"), rooms=ONE_HALL)
    said = explain(round_, a_plan(round_))
    total, row = said.shortages
    assert (total.component_id, total.on, total.waiting) == (THEORY, None, 2)
    assert (row.on, row.site_id, row.waiting, row.places, row.examiners) == (MONDAY, "north", 2, 2, 0)


def test_shortage_counts_examiners():
    round_ = a_round([a_party("p1", [PRACTICAL])], examiners=2, days=1)
    row = explain(round_, a_plan(round_)).shortages[1]
    assert (row.trade_id, row.places, row.examiners) == ("low-voltage", 0, 1)


def test_group_needs_room_for_all_of_it():
    crew = theory("p1", "p2", "p3", group_id="crew")
    hall = a_room("hall", places=2, closed_slot_ids=("d0pm", "d1am", "d1pm"))
    view = explained(a_round(crew, rooms=(hall,), groups=(Group("crew", "session"),)), "p1")
    assert {(a.rule, a.amount) for a in view.additions if a.slot_id == "d0am"} == {("place-capacity", 1)}


def test_free_places_left_by_the_plan_are_pointed_out():
    round_ = a_round(theory("p1", "p2"))
    alone = a_plan(replace(round_, parties=round_.parties[:1]))
    view = explain(round_, alone, "p2").parties[0]
    assert (view.state, view.components[0].free) == ("missing", 4)
    assert "plan again" in view.sentences[1].en


def test_free_places_in_the_wrong_order_are_said_to_be_so():
    rooms = (a_room("hall", closed_slot_ids=("d0am", "d0pm", "d1am")), a_room("shop", closed_slot_ids=("d1pm",)))
    view = explained(a_round(rooms=rooms), "p1")
    assert [component.free for component in view.components] == [1, 3]
    assert "never in the required order" in view.sentences[1].en
    assert {(a.rule, a.component_id) for a in view.additions} == {("room-open", THEORY)}


def test_many_equal_parties_are_explained_alike():
    round_ = a_round(theory(*(f"p{n:03}" for n in range(600))), rooms=ONE_HALL)
    said = explain(round_, a_plan(round_))
    assert len(said.parties) == 500
    assert "99 of them" in said.sentences[1].en
    assert said.parties[7].components == said.parties[8].components


def test_a_rule_that_blocks_everything_is_said_alone_with_what_to_do():
    far = a_round(theory("p1", x_km=99.0, y_km=0.0, unavailable_slot_ids=("d0am",)), policy=Policy(max_travel_km=50.0))
    said = [sentence.zh for sentence in explained(far, "p1").sentences]
    assert any("单程距离不得超过上限" in words for words in said)
    assert not any("不能到场" in words for words in said)
    assert any(words.startswith("→ 放宽批次的最远路程") for words in said)


def test_an_unknown_distance_is_told_from_a_long_one():
    lost = a_round(theory("p1", x_km=None, y_km=None), policy=Policy(max_travel_km=50.0))
    assert any("距离不明" in sentence.zh for sentence in explained(lost, "p1").sentences)


def test_before_planning_says_who_is_hopeless_and_why():
    people = [*theory("p1", barred_site_ids=("north",)), *theory("p2"), *theory("p3", accessible=True)]
    said = before(a_round(people, rooms=(replace(ONE_HALL[0], accessible=False),)))
    assert [(one.party_id, [reason.rule for reason in one.reasons]) for one in said.parties] == [
        ("p1", ["barred-site"]),
        ("p3", ["accessibility"]),
    ]
    assert said.sentences[0].en.startswith("candidates without a place whatever is planned: 2 (")
    assert before(a_round(theory("p1"))).parties == ()


@pytest.mark.parametrize(("most", "days", "rules"), [(1, 1, ["sittings-per-day"]), (1, 2, None), (None, 1, None)])
def test_one_sitting_a_day_is_named_where_that_alone_is_in_the_way(most, days, rules):
    said = before(a_round(days=days, policy=Policy(max_sittings_per_day=most)))
    assert [[reason.rule for reason in one.reasons] for one in said.parties] == ([rules] if rules else [])


def test_an_order_that_cannot_be_is_still_named_where_one_sitting_a_day_is_asked_for():
    rooms = (a_room("hall", closed_slot_ids=("d0am", "d0pm")), a_room("shop", closed_slot_ids=("d1am", "d1pm")))
    said = before(a_round(rooms=rooms, policy=Policy(max_sittings_per_day=1)))
    assert [[reason.rule for reason in one.reasons] for one in said.parties] == [["component-order"]]


def test_the_smallest_addition_is_told_with_its_proof():
    said = explain(*shortage_of_one())
    assert [(e.kind, e.amount) for e in said.repairs[0].extras] == [("places", 1)]
    told = [sentence.en for sentence in said.sentences]
    assert any(line.startswith("repair 1: with these additions, everybody has a place") for line in told)
    assert "  + 1 more seat in room hall of site north (from 2 to 3)" in told


def test_what_is_not_proven_is_not_told():
    round_ = a_round(theory("p1", barred_site_ids=("north",)))
    said = explain(round_, a_plan(round_))
    assert said.repairs == ()
    assert "no verified repair" in said.sentences[-1].en


def shortage_of_one():
    round_ = a_round(theory("p1", "p2", "p3", latest_on=MONDAY), days=1, rooms=(replace(ONE_HALL[0], places=2),))
    return round_, a_plan(round_)
