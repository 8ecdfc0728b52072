"""Seat numbers: kept from an earlier plan as long as the groups that must sit side by side still do."""

from __future__ import annotations

import numpy as np
import pytest

from scheduler.domain.rounds import Group, Lock, Policy
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.seats import sittings_of
from tests.build import THEORY, a_party, a_plan, a_round


@pytest.mark.parametrize(
    ("policy", "locks", "places"),
    [
        (Policy(), (), [1, 2, 3, 4]),
        (Policy(group_seats=True), (), [3, 1, 4, 2]),
        (Policy(group_seats=True), (Lock("p1", THEORY, place=2),), [1, 2, 3, 4]),
    ],
    ids=["kept", "numbered-anew", "locked"],
)
def test_kept_seats_give_way_to_groups_that_sit_side_by_side(policy, locks, places):
    """p0 and p2 are of a group; in the earlier plan p1, of none, sits between them."""
    parties = [a_party(f"p{n}", [THEORY], group_id="g" if n in {0, 2} else "") for n in range(4)]
    before = a_plan(a_round(parties, groups=(Group("g", "none"),)))
    assert [s.place for s in before.sittings] == [1, 2, 3, 4]
    problem = Problem.of(a_round(parties, groups=(Group("g", "none"),), policy=policy, locks=locks))
    made = sittings_of(problem, Draft(np.zeros((4, 1), dtype=np.int64), {}), before)
    seats = {s.party_id: s.place for s in made}
    assert [seats[f"p{n}"] for n in range(4)] == places
