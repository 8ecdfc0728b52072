"""Keeping and breaking examples of the rules of allotment, mixing, waivers and rotation; registered beside the others.

Used by the tests of the audit and of the model, as ``examples_of_rules``.
"""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.catalogue import Duty, Staffing
from scheduler.domain.rounds import Group, Lock, Policy, Reservation, Waiver
from tests.build import PRACTICAL, THEORY, a_component, a_party, a_plan, a_room, a_round, settled
from tests.planning.examples_of_rules import asked, example, theory_only
from tests.planning.planting import joined, moved, session_of, sitting_of, with_session, with_sitting

HIGH_THEORY = "high-voltage-5/theory"


def high_theory(**changes):
    return a_component("theory", id=HIGH_THEORY, trade_id="high-voltage", **changes)


def mixed(**changes):
    """A round that allows mixing, and its plan with two trades in one theory room."""
    component = changes.pop("component", high_theory())
    parties = [*theory_only("p1", "p2"), a_party("p3", [HIGH_THEORY])]
    components = (a_component("theory"), a_component("practical"), component)
    round_ = a_round(parties, components=components, policy=Policy(mixed_theory=True), **changes)
    plan = a_plan(round_)
    host, guest = (next(s for s in plan.sessions if s.component_id == id_) for id_ in (THEORY, HIGH_THEORY))
    return round_, settled(round_, joined(plan, host, guest))


def two_sites(*parties, **changes):
    """One theory room at each site; p1 and those after it are locked to the rooms given."""
    rooms = (a_room("hall"), a_room("far-hall", site_id="south"))
    locks = tuple(Lock(party.id, THEORY, room_id=room_id) for party, room_id in parties)
    return a_round([party for party, _ in parties], rooms=rooms, locks=locks, **changes)


def spread(group, *rooms):
    """Candidates of one group, each locked to a room."""
    return two_sites(
        *((a_party(f"p{n}", [THEORY], group_id="g"), room) for n, room in enumerate(rooms)), groups=(group,)
    )


@example("mixed-theory")
def _():
    round_, plan = mixed()
    return round_, plan, replace(round_, policy=Policy()), plan


@example("mixed-theory", "order")
def _():
    round_, plan = mixed()
    session = plan.sessions[0]
    return round_, plan, round_, with_session(plan, session, component_id=THEORY, also_ids=(HIGH_THEORY,))


@example("room-suits", "mixed")
def _():
    round_, plan = mixed()
    return round_, plan, replace(round_, rooms=(a_room("hall", trade_ids=("low-voltage",)), a_room("shop"))), plan


@example("session-used", "mixed")
def _():
    round_, plan = mixed()
    alone = a_plan(replace(round_, parties=tuple(theory_only("p1"))))
    idle = with_session(alone, alone.sessions[0], component_id=HIGH_THEORY, also_ids=(THEORY,))
    return round_, plan, replace(round_, parties=tuple(theory_only("p1"))), idle


@example("place-capacity", "mixed-limit")
def _():
    """Two and one in a room of twelve; the stricter of the two components allows two."""
    round_, plan = mixed()
    strict = high_theory(staffing=Staffing(Duty.INVIGILATE, at_least=2, per_candidates=15, room_limit=2))
    return round_, plan, replace(round_, components=(a_component("theory"), a_component("practical"), strict)), plan


@example("examiner-count", "mixed")
def _():
    """Three candidates before two invigilators; the stricter component asks one for each."""
    round_, plan = mixed()
    strict = high_theory(staffing=Staffing(Duty.INVIGILATE, at_least=2, per_candidates=1, room_limit=30))
    return round_, plan, replace(round_, components=(a_component("theory"), a_component("practical"), strict)), plan


@example("slot-long-enough", "mixed")
def _():
    round_, plan = mixed()
    long = high_theory(minutes=181)
    return round_, plan, replace(round_, components=(a_component("theory"), a_component("practical"), long)), plan


@example("place-capacity", "waiver")
def _():
    """Two sit in a room of one place, by waiver; without it they may not."""
    wide = a_round(theory_only("p1", "p2"), rooms=(a_room("hall", places=2),))
    plan = a_plan(wide)
    narrow = replace(wide, rooms=(a_room("hall", places=1),))
    allowed = replace(narrow, waivers=(Waiver("hall", "d0am", 1, "市人社局 2026-05-20 批复"),))
    return allowed, settled(allowed, plan), narrow, plan


@example("place-capacity", "waiver-slot")
def _():
    """The waiver holds in its own slot only."""
    round_ = a_round(
        theory_only("p1", "p2"), rooms=(a_room("hall", places=1),), waivers=(Waiver("hall", "d0am", 1, "批复"),)
    )
    wide = a_plan(replace(round_, rooms=(a_room("hall", places=2),), waivers=()))
    kept = settled(round_, wide)
    return round_, kept, round_, moved(kept, kept.sessions[0], "d0pm")


@example("sittings-per-day")
def _():
    return asked(a_round(), policy=Policy(max_sittings_per_day=1))


@example("group-together", "site")
def _():
    group = Group("g", "site")
    return asked(spread(replace(group, together="none"), "hall", "far-hall"), groups=(group,))


@example("group-together", "fragment-too-small")
def _():
    group = Group("g", "fragments", fragment_min=1, fragment_max=2)
    return asked(
        spread(replace(group, together="none"), "hall", "hall", "far-hall"), groups=(replace(group, fragment_min=2),)
    )


@example("group-together", "fragment-too-large")
def _():
    group = Group("g", "fragments", fragment_min=1, fragment_max=2)
    return asked(
        spread(replace(group, together="none"), "hall", "hall", "far-hall"), groups=(replace(group, fragment_max=1),)
    )


@example("barred-site")
def _():
    return asked(a_round(theory_only("p1")), parties=tuple(theory_only("p1", barred_site_ids=("north",))))


@example("barred-site", "group")
def _():
    round_ = a_round(theory_only("p1", group_id="g"), groups=(Group("g", "none"),))
    return asked(round_, groups=(Group("g", "none", barred_site_ids=("north",)),))


@example("own-institution")
def _():
    return asked(a_round(theory_only("p1", institution_id="alpha")), policy=Policy(bar_own_institution=True))


@example("no-mutual-exchange")
def _():
    of_alpha, of_beta = (a_party(id_, [THEORY], institution_id=i) for id_, i in (("p1", "alpha"), ("p2", "beta")))
    return asked(two_sites((of_alpha, "far-hall"), (of_beta, "hall")), policy=Policy(no_mutual_exchange=True))


@example("travel-limit", "exception")
def _():
    """Both sites lie beyond the limit; a party named for it may go to the nearer one, north, and to no other."""
    party = a_party("p1", [THEORY], x_km=10.0, y_km=0.0, travel_exception=True)
    rooms = (a_room("hall"), a_room("far-hall", site_id="south"))
    round_ = a_round([party], rooms=(rooms[0],), policy=Policy(max_travel_km=5.0))
    plan = a_plan(replace(round_, policy=Policy()))
    round_ = replace(round_, rooms=rooms)
    kept = settled(round_, plan)
    return round_, kept, round_, moved(kept, kept.sessions[0], room_id="far-hall")


@example("travel-limit", "unnamed")
def _():
    """The exception holds for whom it names."""
    party = a_party("p1", [THEORY], x_km=10.0, y_km=0.0, travel_exception=True)
    round_ = a_round([party], policy=Policy(max_travel_km=5.0))
    plan = settled(round_, a_plan(replace(round_, policy=Policy())))
    return round_, plan, replace(round_, parties=(replace(party, travel_exception=False),)), plan


def two_days(**changes):
    """One theory session on each of two days, with the only two examiners there are."""
    locks = (Lock("p1", THEORY, slot_id="d0am"), Lock("p2", THEORY, slot_id="d1am"))
    return a_round(theory_only("p1", "p2"), locks=locks, examiners=2, **changes)


@example("examiner-rotation")
def _():
    return asked(two_days(), policy=Policy(max_consecutive_at=1))


@example("team-rotation")
def _():
    return asked(two_days(), policy=Policy(rotate_half=True))


@example("team-rotation", "half")
def _():
    """One of two stays, which is half; both stay, which is more."""
    round_ = replace(two_days(policy=Policy(rotate_half=True)), examiners=a_round(examiners=4).examiners)
    plan = a_plan(replace(round_, policy=Policy()))
    first, second = session_of(plan, "d0am.hall"), session_of(plan, "d1am.hall")
    kept = with_session(with_session(plan, first, examiner_ids=("e1", "e2")), second, examiner_ids=("e1", "e4"))
    again = session_of(kept, "d1am.hall")
    return round_, settled(round_, kept), round_, with_session(kept, again, examiner_ids=("e1", "e2"))


@example("one-component", "mixed")
def _():
    """Somebody sits a practical among theories; the session does not examine it."""
    round_, _ = mixed()
    practical = a_round(
        [*round_.parties, a_party("p4", [PRACTICAL])], components=round_.components, policy=round_.policy
    )
    seated = a_plan(practical)
    host, guest = (next(s for s in seated.sessions if s.component_id == id_) for id_ in (THEORY, HIGH_THEORY))
    kept = settled(practical, joined(seated, host, guest))
    shop = next(s for s in kept.sessions if s.component_id == PRACTICAL)
    return practical, kept, practical, with_sitting(kept, sitting_of(kept, "p2", THEORY), session_id=shop.id)


def in_a_row(*groups, **changes):
    """Candidates in one theory session, in places 1 and on, each of a group or of none."""
    parties = [a_party(f"p{n}", [THEORY], group_id=group) for n, group in enumerate(groups)]
    named = tuple(Group(group, "none") for group in sorted(set(groups) - {""}))
    return a_round(parties, groups=named, **changes)


@example("group-seats")
def _():
    """p1 of no group sits in place 2, between p0 and p2 of a group; in place 3 nobody minds."""
    round_ = in_a_row("g", "", "g", policy=Policy(group_seats=True))
    plan = a_plan(round_)
    apart = with_sitting(plan, sitting_of(plan, "p1", THEORY), place=4)
    return round_, apart, round_, plan


@example("group-seats", "locked")
def _():
    """Whoever has the place by a lock may sit among others."""
    round_ = in_a_row("g", "", "g", policy=Policy(group_seats=True), locks=(Lock("p1", THEORY, place=2),))
    return asked(round_, locks=())


def shop_round(*parties, **changes):
    return a_round([a_party(id_, [PRACTICAL], **more) for id_, more in parties], **changes)


@example("component-order", "gap")
def _():
    """Theory ends at noon and the practical begins at half past one: 90 minutes."""
    round_ = a_round(days=1, policy=Policy(order_gap_min=90))
    return asked(round_, policy=Policy(order_gap_min=91))


@example("component-order", "days")
def _():
    """Theory on the first day, the practical on the next."""
    locks = (Lock("p1", THEORY, slot_id="d0am"), Lock("p1", PRACTICAL, slot_id="d1am"))
    return asked(a_round(locks=locks, policy=Policy(order_days_max=1)), policy=Policy(order_days_max=0))


@example("place-capacity", "stations-times-turns")
def _():
    """Eight candidates at four workstations in two turns; a workshop of one turn holds four."""
    round_ = shop_round(*((f"p{n}", {}) for n in range(8)))
    plan = a_plan(round_)
    return round_, plan, replace(round_, rooms=(a_room("hall"), a_room("shop", max_turns=1))), plan


@example("slot-long-enough", "turns")
def _():
    """Four turns of an hour fit into the afternoon; with ten minutes between them they do not."""
    round_ = shop_round(*((f"p{n}", {}) for n in range(16)), slots=a_round(days=1).slots[1:])
    return asked(round_, policy=Policy(changeover_min=10))


@example("reservation", "institution")
def _():
    """One of two places is kept for candidates of beta; two of alpha's take both."""
    kept = Reservation("hall", 1, institution_id="beta")
    of_alpha, of_beta = (a_party(f"p{n}", [THEORY], institution_id=i) for n, i in enumerate(("alpha", "beta")))
    round_ = a_round([of_alpha, of_beta], rooms=(a_room("hall", places=2),), reservations=(kept,))
    return asked(round_, parties=(of_alpha, replace(of_beta, institution_id="alpha")))


@example("recusal-institution", "counted")
def _():
    """Alpha trained both candidates and sends an examiner all the same: one of two comes from outside, enough for two."""
    parties = theory_only("p1", "p2", institution_id="alpha")
    return asked(a_round(parties, policy=Policy(independent_per=2)), policy=Policy(independent_per=1))
