"""The catalogue of rules, the audit, the model and the examples speak of the same rules."""

from __future__ import annotations

import pytest

from scheduler.domain.rounds import Weights
from scheduler.planning.audit import audit
from scheduler.planning.audit_reading import CHECKS
from scheduler.planning.rules import BY_ID, RULES, terms
from tests.planning import examples_of_allotment
from tests.planning.examples_of_rules import EXAMPLES

assert examples_of_allotment.__doc__, "importing it registers its examples"

HARD = {rule.id for rule in RULES if rule.kind == "hard"}


def test_ids_are_unique():
    assert len(BY_ID) == len(RULES)


def test_every_hard_rule_has_one_check_and_one_example():
    assert set(CHECKS) == HARD
    assert {example.rule for example in EXAMPLES.values()} == HARD
    assert HARD - set(EXAMPLES) == set()


def test_soft_rules_are_the_cost_terms():
    every = Weights(share_over=1, day_peak=1, unfair=1, group_session=1)
    assert tuple(rule.id for rule in RULES if rule.kind == "soft") == terms(every)
    assert terms(Weights()) == ("unplaced", "opening", "examiners", "travel", "extra-trip", "wait")
    assert terms(Weights(day_peak=3))[6:] == ("day-peak",)


def test_every_rule_has_both_wordings():
    assert [rule.id for rule in RULES if not rule.wording.zh.strip() or not rule.wording.en.strip()] == []


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_keeping_example_passes(name):
    example = EXAMPLES[name]
    assert [str(finding) for finding in audit(example.round_kept, example.kept)] == []


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_breaking_example_breaks_this_rule_alone(name):
    example = EXAMPLES[name]
    findings = audit(example.round_broken, example.broken)
    assert {finding.rule for finding in findings} == {example.rule}
    assert all(finding.what.zh and finding.what.en and finding.hint and finding.where.subject for finding in findings)


def test_model_covers_the_same_rules():
    from scheduler.planning import constraints, objective

    assert set(constraints.HARD) | set(constraints.BUILT_IN) == HARD
    assert set(constraints.HARD) & set(constraints.BUILT_IN) == set()
    assert tuple(objective.SOFT) == tuple(rule.id for rule in RULES if rule.kind == "soft")
