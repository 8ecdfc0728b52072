"""Whoever cannot be seated is told the right rule, in the words of the field: names, not ids, where there are names."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from scheduler.domain.calendar import Slot
from scheduler.domain.rounds import Policy
from scheduler.domain.wording import component_words
from scheduler.errors import Text
from scheduler.planning.problem import Problem
from scheduler.planning.screen import hopeless
from scheduler.planning.solve import solve
from tests.build import BOTH, MONDAY, PRACTICAL, THEORY, a_component, a_party, a_room, a_round

NAMED = (
    a_component("theory", name=Text("理论考试", "Theory")),
    a_component("practical", name=Text("实际操作", "Practical")),
)
UNORDERED = (a_component("theory"), a_component("practical", after=()))


def told(round_):
    found = hopeless(Problem.of(round_))
    return [(reason.rule, reason.what.en) for reasons in found.values() for reason in reasons]


def test_one_sitting_a_day_and_one_day_only():
    round_ = a_round(days=1, policy=Policy(max_sittings_per_day=1))
    assert [rule for rule, _ in told(round_)] == ["sittings-per-day"]
    assert told(replace(round_, policy=Policy())) == []
    assert told(replace(round_, policy=Policy(max_sittings_per_day=2))) == []


def test_one_sitting_a_day_without_an_order():
    round_ = a_round(days=1, components=UNORDERED, policy=Policy(max_sittings_per_day=1))
    assert [rule for rule, _ in told(round_)] == ["sittings-per-day"]
    (left,) = solve(round_, seed=1).unplaced
    assert [reason.rule for reason in left.reasons] == ["sittings-per-day"]


def test_a_gap_that_no_two_slots_have_is_a_matter_of_order():
    round_ = a_round(days=1, policy=Policy(order_gap_min=24 * 60, max_sittings_per_day=1))
    assert [rule for rule, _ in told(round_)] == ["component-order"]


def test_slots_that_overlap_are_a_matter_of_time():
    noon = (Slot("d0am", MONDAY, time(9), time(12)), Slot("d0noon", MONDAY, time(11), time(14)))
    round_ = a_round(days=1, slots=noon, components=UNORDERED)
    assert [rule for rule, _ in told(round_)] == ["candidate-free"]


def test_a_round_without_slots_is_not_short_of_suitable_rooms():
    assert [rule for rule, _ in told(a_round(slots=()))] == ["room-open", "room-open"]
    assert [rule for rule, _ in told(a_round(slots=(), rooms=()))] == ["room-suits", "room-suits"]


def test_components_are_called_by_name():
    round_ = a_round(components=NAMED, rooms=(a_room("shop"),))
    assert told(round_) == [("room-suits", "Theory: no room suits the component and trade")]


def test_whoever_found_the_only_day_full_hears_of_the_daily_limit():
    """p2 could sit either component on its own on the day that p1 leaves free; one day is too few."""
    rooms = (a_room("hall", places=1), a_room("shop", places=1))
    parties = [a_party("p1", [THEORY]), a_party("p2")]
    slots = a_round(days=2).slots[1:]
    round_ = a_round(parties, rooms=rooms, slots=slots, policy=Policy(max_sittings_per_day=1, order_days_max=0))
    assert {u.party_id: [r.rule for r in u.reasons] for u in solve(round_, seed=1).unplaced} == {
        "p2": ["sittings-per-day"]
    }


@pytest.mark.parametrize(
    ("name", "other", "told_as"),
    [
        (Text("理论", "Theory"), Text("实操", "Practical"), Text("理论", "Theory")),
        (Text("理论", "Theory"), Text("理论", "Safety"), Text(f"理论（{THEORY}）", f"Theory ({THEORY})")),
        (Text("", ""), Text("", ""), Text(THEORY, THEORY)),
        (Text("理论", ""), Text("实操", "Practical"), Text("理论", "理论")),
    ],
)
def test_a_name_stands_alone_where_it_is_clear(name, other, told_as):
    one, two = a_component("theory", name=name), a_component("practical", name=other)
    assert component_words(one, [one, two]) == told_as
    assert {one.id, two.id} == set(BOTH) == {THEORY, PRACTICAL}
