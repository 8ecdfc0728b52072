"""A neighbourhood frees whole groups: a model that sees half of one would seat it apart from the other half."""

from __future__ import annotations

import random

import numpy as np
import pytest

from scheduler.domain.rounds import Group
from scheduler.planning.draft import Draft
from scheduler.planning.improve import Search, _neighbourhood
from scheduler.planning.pace import Near
from scheduler.planning.problem import Problem
from tests.build import THEORY, a_party, a_room, a_round


@pytest.mark.parametrize("seed", range(6))
def test_whoever_has_no_place_is_freed_with_the_group(seed):
    """Two of three sit on the first day, the third nowhere; others sit on the second day."""
    parties = [a_party(f"p{n}", [THEORY], group_id="g" if n < 3 else "") for n in range(7)]
    round_ = a_round(parties, rooms=(a_room("hall"),), groups=(Group("g", "session"),))
    problem = Problem.of(round_)
    at = np.full((7, 1), -1)
    at[:2], at[3:] = 0, len(problem.table) - 1
    search = Search(problem, Draft(at, {}), seed)
    freed, _ = _neighbourhood(search, random.Random(seed), Near(1, 2, 1.0))
    assert {0, 1, 2} <= set(freed)
