"""Places for one late candidate: the costs are the audited plans' difference, and what is said to break nothing breaks nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.rounds import Group, Policy
from scheduler.planning.audit import audit
from scheduler.planning.changes import changes
from scheduler.planning.insertion import adopted
from scheduler.planning.recount import recount
from scheduler.planning.solve import solve
from scheduler.planning.suggest import suggest
from tests.build import MONDAY, PRACTICAL, THEORY, a_party, a_plan, a_room, a_round
from tests.planning.small_rounds import small_round

MORNINGS = ("d0am", "d1am")


def late(round_, party):
    """A round and a plan of it made before the party registered."""
    return replace(round_, parties=(*round_.parties, party)), a_plan(round_)


def hall(places, *open_slots):
    closed = tuple(s for s in ("d0am", "d0pm", "d1am", "d1pm") if s not in open_slots)
    return a_room("hall", places=places, closed_slot_ids=closed)


def test_an_open_session_with_a_place_comes_first():
    round_, plan = late(a_round([a_party("p1", [THEORY])]), a_party("p2", [THEORY]))
    found = suggest(round_, plan, "p2").ranked
    assert [s.session_id for s in found[0].sittings] == ["d0am.hall"]
    assert (found[0].opens, found[0].calls, found[0].moves, found[0].breaks) == ((), (), (), ())
    assert len(found) == 4
    assert all(one.opens and len(one.calls) == 2 for one in found[1:])
    assert [one.cost for one in found] == sorted(one.cost for one in found)


def test_the_last_place_is_had_by_moving_somebody_and_who_is_named():
    stays = a_party("p1", [THEORY])
    comes = a_party("p2", [THEORY], unavailable_slot_ids=("d1am",))
    round_, plan = late(a_round([stays], rooms=(hall(1, *MORNINGS),)), comes)
    best = suggest(round_, plan, "p2").ranked[0]
    assert [s.session_id for s in best.sittings] == ["d0am.hall"]
    assert [(m.party_id, m.after.session_id) for m in best.moves] == [("p1", "d1am.hall")]
    assert best.breaks == ()
    assert "moves p1" in best.what.en


def test_what_breaks_a_rule_comes_last_and_says_which():
    comes = a_party("p2", [THEORY], latest_on=MONDAY)
    round_, plan = late(a_round([a_party("p1", [THEORY], latest_on=MONDAY)], rooms=(hall(1, *MORNINGS),)), comes)
    found = suggest(round_, plan, "p2").ranked
    assert {finding.rule for one in found for finding in one.breaks} == {"deadline", "place-capacity"}
    assert all(len({finding.rule for finding in one.breaks}) == 1 for one in found)
    assert all("breaks" in one.what.en and "违反" in one.what.zh for one in found)


def test_no_more_than_asked_for():
    round_, plan = late(a_round([a_party("p1", [THEORY])]), a_party("p2", [THEORY]))
    assert len(suggest(round_, plan, "p2", top=2).ranked) == 2


def test_unknown_party_is_not_known():
    round_ = a_round()
    assert suggest(round_, a_plan(round_), "nobody").known is False


def test_a_late_member_of_a_class_goes_where_the_class_is():
    crew = [a_party(f"p{n}", [THEORY], group_id="crew") for n in (1, 2)]
    round_, plan = late(a_round(crew, groups=(Group("crew", "session"),)), a_party("p3", [THEORY], group_id="crew"))
    assert [[s.session_id for s in one.sittings] for one in suggest(round_, plan, "p3").ranked] == [["d0am.hall"]]


def test_a_mixed_hall_has_a_place_for_another_trade():
    high = replace(a_round().components[0], id="high/theory")
    base = a_round([a_party("p1", [THEORY])], rooms=(hall(2, "d0am"),), policy=Policy(mixed_theory=True))
    base = replace(base, components=(*base.components, high))
    round_, plan = late(base, a_party("p2", ["high/theory"]))
    best = suggest(round_, plan, "p2").ranked[0]
    assert (best.breaks, best.opens) == ((), ())
    assert [session.also_ids for session in best.plan.sessions] == [(THEORY,)]


@pytest.mark.parametrize("seed", range(8))
def test_costs_are_the_difference_of_audited_plans(seed):
    round_ = small_round(seed)
    plan = solve(round_, time_limit_s=1.0)
    for party_id in (round_.parties[0].id, *[one.party_id for one in plan.unplaced][:1]):
        base = adopted(round_, plan)
        for one in suggest(round_, plan, party_id, top=4).ranked:
            found = [finding.rule for finding in audit(round_, one.plan)]
            assert found == [finding.rule for finding in one.breaks]
            before, after = recount(round_, base), recount(round_, one.plan)
            assert [c.amount for c in one.costs] == [b.amount - a.amount for a, b in zip(before, after, strict=True)]
            moved = {move.party_id for move in changes(base, one.plan)} - {party_id}
            assert moved == {move.party_id for move in one.moves}


def test_practical_follows_theory_in_every_suggestion():
    round_, plan = late(a_round([a_party("p1")], days=3), a_party("p2", latest_on=MONDAY + timedelta(days=1)))
    for one in suggest(round_, plan, "p2", top=20).ranked:
        if not one.breaks:
            assert [s.component_id for s in one.sittings] == [THEORY, PRACTICAL]
