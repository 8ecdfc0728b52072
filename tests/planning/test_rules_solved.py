"""No plan that the audit accepts costs less than the solver's: tiny rounds of allotment, mixing and rotation, tried out in full."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import chain, combinations, product

import pytest

from scheduler.domain.catalogue import Duty, Staffing
from scheduler.domain.rounds import Group, Lock, Policy, Share, Waiver, Weights
from scheduler.domain.sessions import Plan, Reason, Session, Sitting, Unplaced
from scheduler.errors import Text, errors_in
from scheduler.planning.audit import audit
from scheduler.planning.mixing import mixing
from scheduler.planning.recount import recount
from scheduler.planning.roundfile import round_digest, round_findings
from scheduler.planning.solve import solve
from tests.build import BOTH, PRACTICAL, THEORY, a_component, a_party, a_room, a_round, an_examiner
from tests.planning.examples_of_allotment import HIGH_THEORY

WHY = (Reason("place-capacity", Text("没有席位", "no place")),)


def plan_of(round_, made, ways, teams=None):
    """The plan in which each party goes its way, a tuple of component, room and slot each; None leaves it out."""
    seats, sittings = {}, []
    for party, way in zip(round_.parties, ways, strict=True):
        for component_id, room_id, slot_id in way or ():
            here = seats.setdefault((room_id, slot_id), [])
            for member in range(1, party.head_count + 1):
                here.append(component_id)
                id_ = f"{slot_id}.{room_id}"
                sittings.append(Sitting(party.id, component_id, id_, 1, len(here), member))
    sessions = []
    for (room_id, slot_id), examined in seats.items():
        first, *also = sorted(set(examined))
        team = (teams or {}).get((room_id, slot_id), ())
        sessions.append(Session(f"{slot_id}.{room_id}", first, room_id, slot_id, team, None, tuple(also)))
    out = [Unplaced(party.id, WHY) for party, way in zip(round_.parties, ways, strict=True) if way is None]
    plan = Plan(
        round_.id,
        round_digest(round_),
        tuple(sorted(sessions, key=lambda s: s.id)),
        tuple(sorted(sittings, key=lambda s: (s.party_id, s.component_id, s.member))),
        tuple(out),
        (),
        None,
        made.making,
    )
    return replace(plan, costs=recount(round_, plan))


def all_ways(round_, party):
    kinds = {component.id: component.room_kind for component in round_.components}
    options = [
        [(id_, room.id, slot.id) for room in round_.rooms if room.kind is kinds[id_] for slot in round_.slots]
        for id_ in party.component_ids
    ]
    return [None, *product(*options)]


def cheapest(round_, made):
    """The cost of the cheapest lawful plan, by trying every way of every party."""
    best = made.cost
    for ways in product(*(all_ways(round_, party) for party in round_.parties)):
        plan = plan_of(round_, made, ways)
        if plan.cost < best and not audit(round_, plan):
            best = plan.cost
    return best


def allotment_round(seed):
    """Three or four parties of two schools, a hall at each of two sites and one workshop, and some of the rules."""
    chance = random.Random(f"allotment-{seed}")
    some = lambda share=0.5: chance.random() < share  # noqa: E731
    parties = [
        a_party(
            f"p{n}",
            chance.choice(((THEORY,), (THEORY,), (HIGH_THEORY,), BOTH if n == 0 else (THEORY,))),
            group_id=chance.choice(("", "g", "g")),
            institution_id=chance.choice(("", "alpha", "beta")),
            x_km=chance.choice((0.0, 15.0, 60.0)),
            y_km=0.0,
            barred_site_ids=chance.choice(((), (), ("north",), ("south",))),
            travel_exception=some(),
        )
        for n in range(chance.randint(3, 4))
    ]
    least = chance.randint(1, 3)
    kind = chance.choice(("fragments", "fragments", "site", "session", "none"))
    group = Group("g", kind, fragment_min=least, fragment_max=chance.choice((None, least, least + 1)))
    group = group if kind == "fragments" else Group("g", kind)
    return a_round(
        parties,
        days=2,
        slots=a_round(days=2).slots[:3],
        rooms=(a_room("hall", places=chance.randint(1, 3)), a_room("far", site_id="south", places=2), a_room("shop")),
        components=(a_component("theory"), a_component("practical"), a_component("theory", id=HIGH_THEORY)),
        groups=(replace(group, barred_site_ids=("south",) if some(0.2) else ()),),
        waivers=(Waiver("hall", "d0am", chance.randint(1, 2), "批复"),) if some(0.3) else (),
        shares=(Share("alpha", chance.choice((0, 40, 60))), Share("beta", 30)) if some() else (),
        examiners=0,
        policy=Policy(
            examiners_on=False,
            max_travel_km=chance.choice((None, 20.0, 50.0)),
            max_sittings_per_day=chance.choice((None, 1, 2)),
            bar_own_institution=some(0.3),
            no_mutual_exchange=some(),
            mixed_theory=some(),
            day_tolerance_percent=chance.choice((100, 125)),
            weights=Weights(
                unplaced=chance.choice((100, 1000)),
                share_over=chance.choice((0, 70)),
                day_peak=chance.choice((0, 90)),
                group_session=chance.choice((0, 40)),
            ),
        ),
    )


@pytest.mark.parametrize("seed", range(14))
def test_no_lawful_seating_costs_less(seed):
    round_ = allotment_round(seed)
    assert errors_in(round_findings(round_)) == []
    made = solve(round_, seed=1)
    best = cheapest(round_, made)
    assert made.bound <= best
    assert made.cost == best or not mixing(round_).complete


def rotation_round(seed):
    """Three or four candidates, each locked to a session, and three or four examiners who must take turns."""
    chance = random.Random(f"rotation-{seed}")
    slots, halls = ("d0am", "d0pm", "d1am", "d1pm", "d2am"), ("hall", "hall", "far")
    spots = sorted({(chance.choice(slots), chance.choice(halls)) for _ in range(4)})
    parties = [a_party(f"p{n}", [THEORY]) for n in range(len(spots))]
    away = [an_examiner(n, unavailable_slot_ids=tuple(chance.sample(slots, 1))) for n in range(1, chance.randint(4, 5))]
    return a_round(
        parties,
        days=3,
        rooms=(a_room("hall"), a_room("far", site_id="south")),
        locks=tuple(Lock(f"p{n}", THEORY, *spot) for n, spot in enumerate(spots)),
        examiners=away,
        policy=Policy(
            min_institutions=chance.choice((1, 2)),
            max_consecutive_at=chance.choice((None, 1, 2)),
            rotate_half=chance.random() < 0.6,
            weights=Weights(unplaced=600, examiner=100, unfair=chance.choice((0, 35))),
        ),
    )


@pytest.mark.parametrize("seed", range(6))
def test_no_lawful_calling_costs_less(seed):
    round_ = rotation_round(seed)
    made = solve(round_, seed=1)
    names = [examiner.id for examiner in round_.examiners]
    teams = list(chain.from_iterable(combinations(names, n) for n in (2, 3)))
    for placed in product((True, False), repeat=len(round_.parties)):
        ways = [
            ((THEORY, lock.room_id, lock.slot_id),) if sits else None
            for lock, sits in zip(round_.locks, placed, strict=True)
        ]
        spots = [(lock.room_id, lock.slot_id) for lock, sits in zip(round_.locks, placed, strict=True) if sits]
        bare = plan_of(round_, made, ways).cost
        for some in product(teams, repeat=len(spots)):
            if bare + 100 * sum(map(len, some)) >= made.cost:
                continue
            plan = plan_of(round_, made, ways, dict(zip(spots, some, strict=True)))
            assert plan.cost >= made.cost or audit(round_, plan), plan.sessions


def test_two_trades_share_a_theory_room_and_its_team():
    parties = [a_party(f"p{n}", [THEORY if n % 2 else HIGH_THEORY]) for n in range(6)]
    components = (a_component("theory"), a_component("practical"), a_component("theory", id=HIGH_THEORY))
    round_ = a_round(parties, components=components, policy=Policy(mixed_theory=True))
    plan = solve(round_, seed=1)
    assert [(s.component_id, s.also_ids, len(s.examiner_ids)) for s in plan.sessions] == [(HIGH_THEORY, (THEORY,), 2)]
    assert (plan.cost, plan.bound) == (300 + 240, 540)
    assert {(s.party_id, s.component_id) for s in plan.sittings} == {(p.id, p.component_ids[0]) for p in parties}
    apart = solve(replace(round_, policy=Policy()), seed=1)
    assert apart.cost == 2 * 540 + 2 * 0


def test_theories_of_unlike_length_share_a_room_where_the_same_slots_hold_both():
    long = a_component("theory", id=HIGH_THEORY, minutes=100)
    parties = [a_party("p1", [THEORY]), a_party("p2", [HIGH_THEORY])]
    round_ = a_round(parties, components=(a_component("theory"), a_component("practical"), long))
    plan = solve(replace(round_, policy=Policy(mixed_theory=True)), seed=1)
    assert [session.also_ids for session in plan.sessions] == [(THEORY,)]
    assert (plan.cost, plan.bound) == (540, 540)


def test_theories_of_unlike_rooms_keep_their_own_and_claim_no_more_than_is_proven():
    """One may be examined in either room, the other in one of them: they could share it, which no bound may overlook."""
    high = a_component("theory", id=HIGH_THEORY, trade_id="high-voltage")
    rooms = (a_room("hall", trade_ids=("low-voltage",)), a_room("hall2"))
    parties = [a_party("p1", [THEORY]), a_party("p2", [HIGH_THEORY])]
    components = (a_component("theory"), a_component("practical"), high)
    plan = solve(a_round(parties, rooms=rooms, components=components, policy=Policy(mixed_theory=True)), seed=1)
    assert [session.also_ids for session in plan.sessions] == [(), ()]
    assert plan.bound <= 540 < plan.cost


def test_unlike_theories_share_a_room_at_the_strictest_ratio_where_that_is_cheaper():
    """Two invigilators for up to fifteen, or one for each three: six candidates ask for two either way, seven for three."""
    lax = Staffing(Duty.INVIGILATE, at_least=2, per_candidates=15, room_limit=30)
    components = (
        a_component("theory", staffing=lax),
        a_component("practical"),
        a_component("theory", id=HIGH_THEORY, staffing=replace(lax, per_candidates=3, room_limit=9)),
    )
    for n, teams in ((6, [2]), (7, [3]), (12, [2, 2])):
        parties = [a_party(f"p{k}", [HIGH_THEORY if k < 3 else THEORY]) for k in range(n)]
        round_ = a_round(parties, components=components, policy=Policy(mixed_theory=True, min_institutions=1))
        plan = solve(round_, seed=1)
        assert audit(round_, plan) == []
        assert sorted(len(s.examiner_ids) for s in plan.sessions) == teams, n
        assert plan.bound <= plan.cost == 300 * len(teams) + 120 * sum(teams)


def test_whoever_is_left_out_of_a_mixed_round_hears_of_the_own_component():
    parties = [a_party("p1", [THEORY]), a_party("p2", [HIGH_THEORY], head_count=99)]
    components = (a_component("theory"), a_component("practical"), a_component("theory", id=HIGH_THEORY))
    plan = solve(a_round(parties, components=components, policy=Policy(mixed_theory=True)), seed=1)
    (left,) = plan.unplaced
    assert [(reason.rule, HIGH_THEORY in reason.what.en) for reason in left.reasons] == [("place-capacity", True)]


def test_a_group_sits_side_by_side():
    """Others come before and after in the list; the group's places follow each other all the same."""
    parties = [a_party(f"p{n}", [THEORY], group_id="g" if n in {0, 3, 5} else "") for n in range(6)]
    plan = solve(a_round(parties, groups=(Group("g", "none"),)), seed=1)
    places = sorted(s.place for s in plan.sittings if s.party_id in {"p0", "p3", "p5"})
    assert places == list(range(places[0], places[0] + 3))


def test_every_reason_of_a_bar_is_named():
    rooms = (a_room("hall"), a_room("shop"))
    barred = a_party("p1", [THEORY], barred_site_ids=("north",))
    own = a_party("p2", [PRACTICAL], institution_id="alpha")
    plan = solve(a_round([barred, own], rooms=rooms, policy=Policy(bar_own_institution=True)), seed=1)
    assert {u.party_id: [r.rule for r in u.reasons] for u in plan.unplaced} == {
        "p1": ["barred-site"],
        "p2": ["own-institution"],
    }
