"""Marks with their history, outcomes."""

from __future__ import annotations

import pytest

from scheduler.errors import NotFound
from tests.registry.values import AT, ROUND, a_mark, a_setup, an_entry, an_outcome, enrol

THEORY, PRACTICAL = "low-voltage-5/theory", "low-voltage-5/practical"


@pytest.fixture
def results(registry):
    enrol(registry, an_entry(), an_entry(2))
    with registry.transaction() as store:
        yield store.results


def test_marks_come_back_sorted_and_equal(results):
    one, two = a_mark(an_entry(), 80), a_mark(an_entry(), 79.5, PRACTICAL)
    other = a_mark(an_entry(2))
    assert results.put_marks([one, two, other]) == ["new"] * 3
    assert results.marks(an_entry().id) == [two, one]
    everyone = sorted([one, two, other], key=lambda mark: (mark.entry_id, mark.component_id))
    assert results.marks_of_round(ROUND) == everyone
    assert results.marks_of_round("2027-01") == results.marks("nobody") == []


def test_a_mark_replaced_stays_in_the_history(results):
    first, second, third = (a_mark(an_entry(), pts) for pts in (59, 60, 61))
    assert results.put_marks([first, first]) == ["new", "same"]
    assert results.compare_mark(second) == "changed"
    assert results.put_marks([second], at=AT) == ["changed"]
    assert results.put_marks([third]) == ["changed"]
    assert results.marks(an_entry().id) == [third]
    assert results.mark_history(an_entry().id, THEORY) == [(AT, first), ("", second)]
    assert results.mark_history(an_entry().id, PRACTICAL) == []


def test_a_mark_or_outcome_of_nobody_is_refused(results):
    with pytest.raises(NotFound):
        results.put_marks([a_mark(an_entry(7))])
    with pytest.raises(NotFound):
        results.put_outcome(an_outcome(an_entry(7)))
    with pytest.raises(NotFound):
        results.outcome(an_entry().id)


def test_outcomes_come_back_sorted_and_equal(registry, results):
    passed, failed = an_outcome(an_entry()), an_outcome(an_entry(2), earned=False)
    assert [results.put_outcome(one) for one in (failed, passed, passed)] == ["new", "new", "same"]
    assert results.outcome(an_entry().id) == passed
    assert results.outcomes(ROUND) == sorted([passed, failed], key=lambda one: one.entry_id)
    assert results.put_outcome(an_outcome(an_entry(), earned=False)) == "changed"
    assert results.outcome(an_entry().id) == an_outcome(an_entry(), earned=False)
    assert results.outcomes("2027-01") == []


def test_history_of_another_round_is_left_alone(registry):
    enrol(registry, an_entry())
    with registry.transaction() as store:
        store.rounds.save_setup(a_setup("2025-06"))
        store.rounds.put_entry(an_entry(round_id="2025-06"))
        store.results.put_marks([a_mark(an_entry()), a_mark(an_entry(round_id="2025-06"), 10)])
        assert store.results.marks_of_round(ROUND) == [a_mark(an_entry())]
