"""Solve: optimal where small, always audited, the same plan twice, few moves when a plan is kept."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.rounds import Group, Lock, Policy, Reservation
from scheduler.errors import PlanRejected
from scheduler.planning import solve as solving
from scheduler.planning.audit import audit
from scheduler.planning.planfile import plan_bytes
from scheduler.planning.recount import recount
from scheduler.planning.solve import Progress, solve
from tests.benchmarks.rounds import college_round, location_round, region_round
from tests.build import BOTH, PRACTICAL, THEORY, a_party, a_room, a_round, a_slot, an_examiner
from tests.planning.oracle import cheapest
from tests.planning.small_rounds import small_round

PLACED = {1: 2, 2: 2, 3: 2, 9: 2, 11: 3, 16: 2, 21: 3, 23: 2, 27: 2, 33: 2}
"""Parties at least placed in the tiny rounds, so that they do not agree on nobody."""


def tiny(seed):
    round_ = small_round(seed, 3)
    return replace(
        round_, locks=(), reservations=(), examiner_locks=(), slots=round_.slots[:4], examiners=round_.examiners[:5],
        rooms=round_.rooms[:4], policy=replace(round_.policy, max_travel_km=None),
    )  # fmt: skip


@pytest.mark.parametrize("seed", ORACLE_SEEDS := (1, 2, 3, 9, 10, 11, 12, 13, 16, 17, 18, 21, 22, 23, 27, 33))
def test_tiny_rounds_cost_what_trying_everything_finds(seed):
    round_ = tiny(seed)
    plan = solve(round_)
    assert (plan.cost, plan.bound) == (cheapest(round_), plan.cost)
    assert len(plan.placed_ids()) >= PLACED.get(seed, 0)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(2, 9))
def test_every_plan_passes_the_audit_and_adds_up(seed, parties):
    round_ = small_round(seed, parties)
    plan = solve(round_)
    assert audit(round_, plan) == []
    assert plan.costs == recount(round_, plan)
    assert plan.bound <= plan.cost
    assert {u.party_id for u in plan.unplaced} | set(plan.placed_ids()) == {p.id for p in round_.parties}
    assert all(u.reasons and all(r.what.zh and r.what.en for r in u.reasons) for u in plan.unplaced)


def test_pilot_size_is_proven_optimal():
    plan = solve(college_round(17))
    assert (len(plan.placed_ids()), plan.gap) == (17, 0.0)


def test_county_is_placed_and_bounded():
    plan = solve(region_round(60))
    assert len(plan.placed_ids()) == 60
    assert 0 < plan.bound <= plan.cost <= 5400


@pytest.mark.slow
def test_college_is_placed_and_bounded():
    plan = solve(college_round(440))
    assert len(plan.placed_ids()) == 440
    assert plan.gap < 0.05


def test_same_round_and_seed_give_the_same_bytes():
    round_ = small_round(5, 14)
    assert plan_bytes(solve(round_, seed=3)) == plan_bytes(solve(round_, seed=3))


def test_order_of_the_rows_does_not_matter():
    round_ = region_round(12)
    turned = replace(round_, parties=round_.parties[::-1], rooms=round_.rooms[::-1], examiners=round_.examiners[::-1])
    one, other = solve(round_), solve(turned)
    assert (one.sessions, one.sittings, one.cost) == (other.sessions, other.sittings, other.cost)


def test_location_problem_without_examiners_is_proven():
    plan = solve(location_round(50, 10))
    assert (len(plan.placed_ids()), plan.gap) == (50, 0.0)
    assert {s.examiner_ids for s in plan.sessions} == {()}


def test_kept_plan_moves_nobody_when_someone_comes_later():
    round_ = college_round(40)
    first = solve(replace(round_, parties=round_.parties[:36]))
    again = solve(round_, keep=first)
    before = {(s.party_id, s.component_id, s.member): s for s in first.sittings}
    assert len(again.placed_ids()) == 40
    assert [s for s in again.sittings if before.get((s.party_id, s.component_id, s.member), s) != s] == []
    assert again.bound <= again.cost


def test_kept_plan_moves_only_those_whose_slot_is_gone():
    round_ = college_round(40, days=4)
    first = solve(round_)
    gone = max(s.slot_id for s in first.sessions)
    closed = replace(round_, slots=tuple(s for s in round_.slots if s.id != gone))
    hit = {s.party_id for s in first.sittings if s.session_id.startswith(gone)}
    again = solve(closed, keep=first)
    where = {(s.party_id, s.component_id): s.session_id for s in first.sittings}
    moved = {s.party_id for s in again.sittings if where[s.party_id, s.component_id] != s.session_id}
    assert len(again.placed_ids()) == 40
    assert moved == hit


def test_time_limit_is_recorded_and_kept():
    news = []
    plan = solve(region_round(200), time_limit_s=0.5, progress=news.append)
    assert dict(plan.making.settings)["time_limit_s"] == "0.5"
    assert audit(region_round(200), plan) == []
    assert [n.stage for n in news][:2] == ["screen", "start"]


def test_interruption_keeps_the_best_so_far():
    def stop(news: Progress) -> None:
        if news.stage == "improve":
            raise KeyboardInterrupt

    round_ = region_round(100)
    plan = solve(round_, progress=stop)
    assert audit(round_, plan) == []
    assert plan.placed_ids()


def test_progress_never_rises():
    news = []
    plan = solve(region_round(20), progress=news.append)
    costs = [n.cost for n in news if n.cost is not None and n.stage in {"start", "improve", "seats"}]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == plan.cost
    assert news[-1].stage == "seats"


def test_plan_that_fails_the_audit_is_never_handed_over(monkeypatch):
    monkeypatch.setattr(solving, "leftovers", lambda *_: ())
    with pytest.raises(PlanRejected) as refused:
        solve(a_round([a_party("p1", (THEORY,), accessible=True)], rooms=(a_room("hall", accessible=False),)))
    assert {f.rule for f in refused.value.findings} == {"all-or-unplaced", "cost-true"}


def test_nobody_to_seat_is_a_plan():
    plan = solve(a_round([]))
    assert (plan.sessions, plan.unplaced, plan.cost, plan.bound) == ((), (), 0, 0)


def test_group_kept_in_one_session_is_not_split():
    people = [a_party(f"p{n}", BOTH, group_id="g" if n < 4 else "") for n in range(8)]
    plan = solve(a_round(people, groups=(Group("g", "session"),)))
    of_group = {s.session_id for s in plan.sittings if s.component_id == PRACTICAL and s.party_id < "p4"}
    assert (len(plan.placed_ids()), len(of_group)) == (8, 1)


def test_group_too_large_for_any_session_is_seated_as_far_as_it_fits():
    people = [a_party(f"p{n}", (THEORY,), group_id="g") for n in range(14)]
    plan = solve(a_round(people, groups=(Group("g", "session"),)))
    assert (len(plan.placed_ids()), len({s.session_id for s in plan.sittings})) == (12, 1)
    assert {r.rule for u in plan.unplaced for r in u.reasons} == {"place-capacity", "group-together"}


def test_locked_place_and_reserved_places_are_honoured():
    people = [a_party(f"p{n}", (THEORY,)) for n in range(10)]
    locks = (Lock("p7", THEORY, place=1), Lock("p3", THEORY, slot_id="d1am"))
    kept = (Reservation("hall", 9, group_id="vip"),)
    plan = solve(a_round(people, locks=locks, reservations=kept))
    seats = {s.party_id: s for s in plan.sittings}
    assert seats["p7"].place == 1
    assert seats["p3"].session_id == "d1am.hall"
    assert max(sum(s.session_id == o.session_id for o in plan.sittings) for s in plan.sittings) == 3


def test_too_few_examiners_leave_people_unplaced_and_say_so():
    plan = solve(a_round([a_party("p1", (THEORY,))], examiners=1))
    assert [(u.party_id, [r.rule for r in u.reasons]) for u in plan.unplaced] == [("p1", ["examiner-count"])]
    assert plan.bound == plan.cost == 5000


def test_two_turns_of_a_workshop_are_filled_in_order():
    people = [a_party(f"p{n}", (PRACTICAL,)) for n in range(6)]
    plan = solve(a_round(people, days=1, rooms=(a_room("shop"),), slots=(a_slot(0, "pm"),), examiners=6))
    assert [(s.turn, s.place) for s in plan.sittings] == [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2)]


def test_examiners_switched_off_names_nobody():
    plan = solve(a_round([a_party("p1")], examiners=0, policy=Policy(examiners_on=False)))
    assert len(plan.placed_ids()) == 1
    assert [(s.examiner_ids, s.lead_id) for s in plan.sessions] == [((), None)] * 2


def test_lead_is_one_who_may_lead():
    examiners = [an_examiner(n, may_lead=n == 5) for n in range(1, 7)]
    plan = solve(a_round([a_party("p1", (PRACTICAL,))], examiners=examiners))
    assert [s.lead_id for s in plan.sessions] == ["e5"]


def test_control_c_inside_the_solver_keeps_the_best_so_far():
    stages = []

    def interrupt(news: Progress) -> None:
        stages.append(news.stage)
        if news.stage == "exact" and stages.count("exact") == 1:
            threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()

    round_ = region_round(30)
    plan = solve(round_, progress=interrupt)
    assert (len(plan.placed_ids()), stages[-1]) == (30, "seats")
    assert audit(round_, plan) == []
