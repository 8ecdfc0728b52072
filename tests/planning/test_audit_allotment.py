"""Finer points of allotment, mixing, rotation and spread, each told apart by one number."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.catalogue import Duty, Staffing
from scheduler.domain.places import Institution, Site
from scheduler.domain.rounds import Group, Lock, Opening, Policy, Reservation, Share, Waiver, Weights
from scheduler.planning.audit import audit
from scheduler.planning.recount import recount
from tests.build import BOTH, MONDAY, THEORY, a_component, a_party, a_plan, a_room, a_round, an_examiner, settled
from tests.planning.examples_of_allotment import HIGH_THEORY, mixed, spread
from tests.planning.planting import moved, session_of, with_session, with_sitting


def broken_rules(round_, plan):
    return {finding.rule for finding in audit(round_, settled(round_, plan))}


def fragments(least, most=None):
    return (Group("g", "fragments", fragment_min=least, fragment_max=most),)


@pytest.mark.parametrize(
    ("least", "most", "rules"),
    [
        (1, 2, set()),
        (2, 2, {"group-together"}),
        (1, 1, {"group-together"}),
        (1, None, set()),
        (4, None, {"group-together"}),
    ],
)
def test_fragments_are_counted_in_candidates_by_site(least, most, rules):
    """Two of three sit at the north, one at the south."""
    round_ = spread(Group("g", "none"), "hall", "hall", "far-hall")
    plan = a_plan(round_)
    assert broken_rules(replace(round_, groups=fragments(least, most)), plan) == rules


def test_a_group_smaller_than_a_fragment_stays_whole():
    round_ = spread(Group("g", "none"), "hall", "hall")
    assert broken_rules(replace(round_, groups=fragments(5, 9)), a_plan(round_)) == set()
    apart = spread(Group("g", "none"), "hall", "far-hall")
    assert broken_rules(replace(apart, groups=fragments(5, 9)), a_plan(apart)) == {"group-together"}


def test_a_fragment_too_small_because_members_have_no_place_is_broken():
    round_ = spread(Group("g", "none"), "hall", "hall")
    more = replace(round_, parties=(*round_.parties, a_party("big", [THEORY], group_id="g", head_count=99)))
    plan = a_plan(more)
    assert [unplaced.party_id for unplaced in plan.unplaced] == ["big"]
    assert broken_rules(replace(more, groups=fragments(3)), plan) == {"group-together"}
    assert broken_rules(replace(more, groups=fragments(2)), plan) == set()


FAR = {"x_km": 10.0, "y_km": 0.0}
LIMITED = Policy(max_travel_km=5.0)


def nearest(party, **changes):
    """A round in which everything lies beyond the limit, north at 12.5 km and south at 56 km, and the party's plan at the south."""
    rooms = (a_room("hall"), a_room("far-hall", site_id="south"))
    round_ = a_round([party], rooms=rooms, **changes)
    free = replace(round_, rooms=rooms[1:], openings=(), parties=(replace(party, barred_site_ids=()),), policy=Policy())
    return replace(round_, policy=replace(round_.policy, max_travel_km=5.0)), a_plan(free)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, {"travel-limit"}),
        ({"openings": tuple(Opening("hall", id_, closed=True) for id_ in ("d0am", "d0pm", "d1am", "d1pm"))}, set()),
        ({"openings": (Opening("hall", "d0am", closed=True),)}, {"travel-limit"}),
    ],
)
def test_the_nearest_site_is_the_nearest_that_is_open_at_all(changes, rules):
    round_, plan = nearest(a_party("p1", [THEORY], travel_exception=True, **FAR), **changes)
    assert broken_rules(round_, plan) == rules


def test_the_nearest_site_is_one_where_the_party_may_be_examined():
    barred = a_party("p1", [THEORY], travel_exception=True, barred_site_ids=("north",), **FAR)
    assert broken_rules(*nearest(barred)) == set()
    own = a_party("p1", [THEORY], travel_exception=True, institution_id="alpha", **FAR)
    assert broken_rules(*nearest(own)) == {"travel-limit"}
    assert broken_rules(*nearest(own, policy=Policy(bar_own_institution=True))) == set()


def test_an_exception_does_not_open_sites_of_unknown_distance():
    party = a_party("p1", [THEORY], travel_exception=True)
    round_ = a_round([party], policy=LIMITED)
    assert broken_rules(round_, a_plan(replace(round_, policy=Policy()))) == {"travel-limit"}


def test_equally_near_sites_are_all_allowed():
    party = a_party("p1", [THEORY], travel_exception=True, **FAR)
    sites = (Site("north", "alpha", x_km=0.0, y_km=0.0), Site("south", "beta", x_km=20.0, y_km=0.0))
    round_, plan = nearest(party, sites=sites)
    assert broken_rules(round_, plan) == set()


def test_one_way_exchange_is_lawful():
    rooms = (a_room("hall"), a_room("far-hall", site_id="south"))
    parties = [a_party("p1", [THEORY], institution_id="alpha"), a_party("p2", [THEORY], institution_id="beta")]
    locks = tuple(Lock(id_, THEORY, room_id="far-hall") for id_ in ("p1", "p2"))
    round_ = a_round(parties, rooms=rooms, locks=locks, policy=Policy(no_mutual_exchange=True))
    assert broken_rules(round_, a_plan(round_)) == set()


def test_sittings_a_day_are_counted_by_day():
    round_ = a_round()
    plan = a_plan(round_)
    for most, rules in ((1, {"sittings-per-day"}), (2, set())):
        assert broken_rules(replace(round_, policy=Policy(max_sittings_per_day=most)), plan) == rules
    next_day = moved(plan, session_of(plan, "d0pm.shop"), "d1pm")
    assert broken_rules(replace(round_, policy=Policy(max_sittings_per_day=1)), next_day) == set()


def test_a_mixed_room_shares_its_places():
    round_, plan = mixed()
    third = next(sitting for sitting in plan.sittings if sitting.party_id == "p3")
    assert broken_rules(round_, with_sitting(plan, third, place=1)) == {"place-capacity"}


def test_every_duty_of_a_mixed_room_is_asked_of_every_examiner():
    staffing = Staffing(Duty.ASSESS, at_least=2, per_candidates=15, room_limit=30)
    round_, plan = mixed()
    assessed = a_component("theory", id=HIGH_THEORY, trade_id="high-voltage", staffing=staffing)
    components = (*round_.components[:2], assessed)
    assert broken_rules(replace(round_, components=components), plan) == {"examiner-qualified", "session-lead"}
    able = tuple(an_examiner(n, trade_ids=("low-voltage", "high-voltage")) for n in range(1, 7))
    led = with_session(plan, plan.sessions[0], lead_id=plan.sessions[0].examiner_ids[0])
    assert broken_rules(replace(round_, components=components, examiners=able), led) == set()


def test_reserved_places_are_kept_from_the_other_trade_of_a_mixed_room():
    round_, plan = mixed(rooms=(a_room("hall", places=3), a_room("shop")), groups=(Group("g", "none"),))
    assert broken_rules(round_, plan) == set()
    assert broken_rules(replace(round_, reservations=(Reservation("hall", 1, "g"),)), plan) == {"reservation"}


def test_a_waiver_raises_the_limit_of_the_component_too():
    round_ = a_round([a_party("p1", [THEORY], head_count=31)], rooms=(a_room("hall", places=31),))
    allowed = replace(round_, waivers=(Waiver("hall", "d0am", 1, "批复"),))
    plan = a_plan(allowed)
    assert (plan.unplaced, broken_rules(allowed, plan)) == ((), set())
    assert broken_rules(round_, plan) == {"place-capacity"}
    assert [unplaced.party_id for unplaced in a_plan(round_).unplaced] == ["p1"]


def rotating(*slot_rooms, **policy):
    """One candidate in each slot and room given, before the same two examiners, three days in all."""
    parties = [a_party(f"p{n}", [THEORY]) for n in range(len(slot_rooms))]
    locks = tuple(Lock(f"p{n}", THEORY, slot_id, room_id) for n, (slot_id, room_id) in enumerate(slot_rooms))
    rooms = (a_room("hall"), a_room("hall2"), a_room("far-hall", site_id="south"))
    round_ = a_round(parties, days=3, rooms=rooms, locks=locks, examiners=2)
    return replace(round_, policy=Policy(**policy)), a_plan(round_)


@pytest.mark.parametrize(
    ("sessions", "most", "rules"),
    [
        ((("d0am", "hall"), ("d0pm", "hall")), 1, set()),
        ((("d0am", "hall"), ("d1am", "hall2")), 1, {"examiner-rotation"}),
        ((("d0am", "hall"), ("d1am", "hall2")), 2, set()),
        ((("d0am", "hall"), ("d2am", "hall")), 1, {"examiner-rotation"}),
        ((("d0am", "hall"), ("d1am", "far-hall"), ("d2am", "hall")), 1, set()),
        ((("d0am", "hall"), ("d1am", "hall"), ("d1pm", "far-hall"), ("d2am", "hall")), 1, set()),
    ],
)
def test_duty_days_in_a_row_end_with_a_duty_elsewhere_only(sessions, most, rules):
    assert broken_rules(*rotating(*sessions, max_consecutive_at=most)) == rules


@pytest.mark.parametrize(
    ("teams", "rules"),
    [
        ((("e1", "e2"), ("e1", "e2")), {"team-rotation"}),
        ((("e1", "e2"), ("e1", "e4")), set()),
        ((("e1", "e2"), ("e1", "e2", "e3")), {"team-rotation"}),
        ((("e1", "e2"), ("e1", "e2", "e3", "e4")), set()),
        ((("e1", "e2", "e3", "e4"), ("e1", "e2")), {"team-rotation"}),
        ((("e1", "e2"), ("e3", "e4"), ("e1", "e2")), set()),
    ],
)
def test_half_of_a_team_is_new_against_the_session_before(teams, rules):
    slots = ("d0am", "d1am", "d2am")[: len(teams)]
    round_, plan = rotating(*((slot_id, "hall") for slot_id in slots), rotate_half=True)
    round_ = replace(round_, examiners=a_round(examiners=4).examiners)
    for slot_id, team in zip(slots, teams, strict=True):
        plan = with_session(plan, session_of(plan, f"{slot_id}.hall"), examiner_ids=team)
    assert broken_rules(round_, plan) == rules


def test_teams_of_different_rooms_may_be_the_same():
    assert broken_rules(*rotating(("d0am", "hall"), ("d1am", "hall2"), rotate_half=True)) == set()


def amounts(round_):
    return {line.term: line.amount for line in recount(round_, a_plan(round_))}


def weighted(**weights):
    return Policy(weights=Weights(**weights))


def test_seats_over_a_share_are_counted_from_the_seats_due():
    """Five seats are due, all at alpha's site; thirty per cent of five is one and a half, so two are free."""
    parties = [a_party("p1"), a_party("p2", head_count=1), a_party("p3", [THEORY])]
    round_ = a_round(parties, shares=(Share("alpha", 30), Share("beta", 70)), policy=weighted(share_over=10))
    assert amounts(round_)["share-over"] == 10 * 3
    assert "share-over" not in amounts(replace(round_, policy=Policy()))


def test_seats_over_the_tolerated_day_are_counted():
    """Eight seats due on two open days of three: four a day, five with a quarter more; all eight sit on the first."""
    rooms = tuple(a_room(id_, closed_slot_ids=("d2am", "d2pm")) for id_ in ("hall", "shop"))
    parties = [a_party(f"p{n}", BOTH) for n in range(4)]
    round_ = a_round(parties, days=3, rooms=rooms, policy=weighted(day_peak=7))
    assert amounts(round_)["day-peak"] == 7 * 3
    assert (
        amounts(replace(round_, policy=Policy(day_tolerance_percent=200, weights=Weights(day_peak=7))))["day-peak"] == 0
    )


def test_duties_over_the_average_are_counted():
    """Six examiners share four duties, so one each is fair; two of them serve twice."""
    round_, plan = rotating(("d0am", "hall"), ("d1am", "hall"))
    round_ = replace(round_, examiners=a_round(examiners=6).examiners, policy=weighted(unfair=9))
    assert {line.term: line.amount for line in recount(round_, plan)}["unfair-load"] == 9 * 2
    off = replace(round_, policy=Policy(examiners_on=False, weights=Weights(unfair=9)))
    assert {line.term: line.amount for line in recount(off, plan)}["unfair-load"] == 0


def test_further_sessions_of_a_group_are_counted_by_component():
    """Three theory sessions of the class are two too many, its practical session is one."""
    rooms = (a_room("hall", places=1), a_room("hall2", places=1), a_room("hall3", places=1), a_room("shop"))
    people = [a_party(f"p{n}", group_id="class") for n in range(3)] + [a_party("p9", [THEORY])]
    round_ = a_round(
        people, rooms=rooms, groups=(Group("class", "none"),), policy=weighted(group_session=4), examiners=9
    )
    assert amounts(round_)["group-spread"] == 4 * 2


def test_cost_lines_follow_the_weights():
    round_ = a_round(policy=weighted(unfair=1, day_peak=1))
    plan = a_plan(round_)
    assert [line.term for line in plan.costs][6:] == ["day-peak", "unfair-load"]
    assert broken_rules(round_, plan) == set()
    dropped = replace(plan, costs=plan.costs[:6])
    assert {finding.rule for finding in audit(round_, dropped)} == {"cost-true"}


def test_three_institutions_may_pass_their_candidates_round():
    """Alpha's go to beta, beta's to gamma, gamma's to alpha: nobody examines each other."""
    bodies = ("alpha", "beta", "gamma")
    sites = tuple(Site(f"of-{body}", body) for body in bodies)
    rooms = tuple(a_room(f"hall-{body}", site_id=f"of-{body}") for body in bodies)
    parties = [a_party(f"p-{body}", [THEORY], institution_id=body) for body in bodies]
    locks = tuple(Lock(f"p-{body}", THEORY, room_id=f"hall-{bodies[(n + 1) % 3]}") for n, body in enumerate(bodies))
    round_ = a_round(
        parties,
        institutions=tuple(Institution(body, body) for body in bodies),
        sites=sites,
        rooms=rooms,
        locks=locks,
        policy=Policy(no_mutual_exchange=True, bar_own_institution=True),
    )
    assert broken_rules(round_, a_plan(round_)) == set()


def test_a_party_barred_from_everywhere_is_unplaced_and_lawful():
    party = a_party("p1", barred_site_ids=("north", "south"), latest_on=MONDAY + timedelta(days=1))
    round_ = a_round([party])
    plan = a_plan(round_)
    assert (len(plan.unplaced), broken_rules(round_, plan)) == (1, set())
