"""Seats by lot: lawful, reproducible, kept for whoever did not move."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.lots import Lot
from scheduler.domain.rounds import Group, Lock, Policy
from scheduler.planning.audit import audit
from scheduler.planning.lots import draw, order
from tests.build import PRACTICAL, THEORY, a_party, a_plan, a_round


def people(n, **changes):
    return [a_party(f"p{k:02d}", **changes) for k in range(n)]


def lot(round_, plan, seed, before=None):
    return Lot(round_.id, 1, seed, "", "", draw(round_, plan, seed, before))


def at(seats, component_id=THEORY):
    return {seat.party_id: (seat.session_id, seat.turn, seat.place) for seat in seats if seat.component_id == component_id}  # fmt: skip


def test_everybody_gets_another_lawful_seat_in_the_same_session_and_turn():
    round_ = a_round(people(10))
    plan = a_plan(round_)
    drawn = lot(round_, plan, 1)
    seated = drawn.seated(plan)
    assert audit(round_, plan) == []
    assert audit(round_, seated) == []
    assert {s.how for s in drawn.seats} == {"drawn"}
    assert [replace(s, place=0) for s in seated.sittings] == [replace(s, place=0) for s in plan.sittings]
    assert sum(a.place != b.place for a, b in zip(plan.sittings, seated.sittings, strict=True)) > 5


def test_the_same_seed_draws_the_same_lot_and_another_another():
    round_ = a_round(people(10))
    plan = a_plan(round_)
    lots = [draw(round_, plan, seed) for seed in (5, 5, 6)]
    assert lots[0] == lots[1] != lots[2]
    # Whoever has the seed can draw it again with any tool that knows SHA-256.
    session, turn, _ = at(lots[0])["p00"]
    by_hand = sorted((party for party in at(lots[0])), key=lambda p: order(5, session, turn, f"{p}|{THEORY}|1"))
    assert [p for p, _ in sorted(at(lots[0]).items(), key=lambda pair: pair[1])] == by_hand


def test_every_place_falls_to_everybody_in_some_lot():
    round_ = a_round(people(3, component_ids=(THEORY,)))
    plan = a_plan(round_)
    places = [at(draw(round_, plan, seed)) for seed in range(60)]
    assert {(p, place) for one in places for p, (_, _, place) in one.items()} == {(f"p0{k}", n) for k in range(3) for n in (1, 2, 3)}  # fmt: skip


def test_a_locked_place_stays():
    base = a_round(people(8))
    plan = a_plan(base)
    here = next(s for s in plan.sittings if (s.party_id, s.component_id) == ("p03", THEORY))
    round_ = replace(base, locks=(Lock("p03", THEORY, place=here.place),))
    for seed in range(20):
        seats = draw(round_, plan, seed)
        mine = next(s for s in seats if (s.party_id, s.component_id) == ("p03", THEORY))
        assert (mine.place, mine.how) == (here.place, "locked")


def test_a_group_keeps_its_places_in_a_row():
    parties = [replace(p, group_id="g" if n % 3 else "h" if n % 2 else "") for n, p in enumerate(people(9))]
    round_ = a_round(parties, groups=(Group("g", "none"), Group("h", "none")), policy=Policy(group_seats=True))
    plan = a_plan(replace(round_, policy=Policy()))
    plan = Lot("", 1, 0, "", "", draw(round_, plan, 0)).seated(plan)
    for seed in range(20):
        seated = lot(round_, plan, seed).seated(plan)
        assert [f for f in audit(round_, seated) if f.rule == "group-seats"] == []


def test_who_did_not_move_keeps_the_seat_and_the_others_draw_what_is_left():
    ten = a_round(people(10, component_ids=(THEORY,)))
    first = lot(ten, a_plan(ten), 1)
    eleven = a_round(people(11, component_ids=(THEORY,))[1:])  # p00 has gone, p10 is new
    plan = a_plan(eleven)
    second = lot(eleven, plan, 2, first)
    kept, now = at(first.seats), at(second.seats)
    assert {p: now[p] for p in now if p != "p10"} == {p: kept[p] for p in kept if p != "p00"}
    assert [s.how for s in second.seats if s.party_id == "p10"] == ["drawn"]
    assert audit(eleven, second.seated(plan)) == []


def test_a_kept_seat_beyond_the_room_is_drawn_anew():
    wide = a_round(people(4, component_ids=(THEORY,)))
    first = lot(wide, a_plan(wide), 3)
    plan = a_plan(wide)
    moved = replace(first, seats=tuple(replace(s, place=s.place + 10) for s in first.seats))
    seats = draw(wide, plan, 4, moved)  # the hall has twelve places
    assert {s.how for s in seats if s.place <= 2 and s.place not in (11, 12)} <= {"drawn"}
    assert all(s.place <= 12 for s in seats)
    assert len({s.place for s in seats}) == 4
    assert sum(s.how == "kept" for s in seats) == 2


def test_turns_of_a_workshop_are_drawn_apart():
    round_ = a_round(people(8))
    plan = a_plan(round_)
    seats = [s for s in draw(round_, plan, 9) if s.component_id == PRACTICAL]
    for key in {(s.session_id, s.turn) for s in seats}:
        places = sorted(s.place for s in seats if (s.session_id, s.turn) == key)
        assert places == sorted(s.place for s in plan.sittings if (s.session_id, s.turn) == key)
