"""Drafts are free, a published plan is frozen."""

from __future__ import annotations

import pytest

from scheduler.errors import Conflict, NotFound, StalePlan
from tests.registry.values import AT, ROUND, a_plan, enrol

LATER = "2026-06-11T10:00:00+08:00"


@pytest.fixture
def plans(registry):
    enrol(registry)
    with registry.transaction() as store:
        yield store.plans


def states(plans):
    return [(plan.version, plan.state) for plan in plans.versions(ROUND)]


def test_versions_count_up_within_the_round(plans):
    first, second = plans.add_draft(a_plan(), AT), plans.add_draft(a_plan(seed=2), LATER)
    assert [(p.version, p.state, p.plan, p.made_at, p.published_at) for p in (first, second)] == [
        (1, "draft", a_plan(), AT, None),
        (2, "draft", a_plan(seed=2), LATER, None),
    ]
    assert plans.version(ROUND) == second
    assert plans.version(ROUND, 1) == first
    assert plans.versions(ROUND) == [first, second]
    assert plans.published(ROUND) is None


def test_what_is_not_there_is_said(plans):
    for ask in (lambda: plans.version(ROUND), lambda: plans.version(ROUND, 3), lambda: plans.publish(ROUND, 3, AT)):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(NotFound):
        plans.add_draft(a_plan("2027-01"), AT)
    with pytest.raises(NotFound):
        plans.add_draft(a_plan(), AT, based_on=1)
    assert plans.versions("2027-01") == []


def test_publishing_supersedes_the_version_before(plans):
    plans.add_draft(a_plan(), AT)
    first = plans.publish(ROUND, 1, LATER)
    assert (first.state, first.published_at, plans.published(ROUND)) == ("published", LATER, first)
    plans.add_draft(a_plan(seed=2), AT, based_on=1)
    assert plans.publish(ROUND, 2, LATER) == plans.published(ROUND)
    assert states(plans) == [(1, "superseded"), (2, "published")]


def test_a_draft_made_before_another_was_published_is_stale(plans):
    for seed in (1, 2):
        plans.add_draft(a_plan(seed=seed), AT)
    plans.publish(ROUND, 2, LATER)
    with pytest.raises(StalePlan):
        plans.publish(ROUND, 1, LATER)
    plans.add_draft(a_plan(seed=3), AT, based_on=2)
    plans.add_draft(a_plan(seed=4), AT, based_on=2)
    plans.publish(ROUND, 3, LATER)
    with pytest.raises(StalePlan):
        plans.publish(ROUND, 4, LATER)
    assert states(plans) == [(1, "draft"), (2, "superseded"), (3, "published"), (4, "draft")]


def test_only_drafts_are_published_and_only_published_ones_built_on(plans):
    plans.add_draft(a_plan(), AT)
    with pytest.raises(Conflict):
        plans.add_draft(a_plan(), AT, based_on=1)
    plans.publish(ROUND, 1, LATER)
    with pytest.raises(Conflict):
        plans.publish(ROUND, 1, LATER)
