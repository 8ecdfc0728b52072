"""The catalogue of rules, the audit, the model and the examples speak of the same rules."""

from __future__ import annotations

import pytest

from scheduler.planning.audit import audit
from scheduler.planning.audit_reading import CHECKS
from scheduler.planning.recount import TERMS
from scheduler.planning.rules import BY_ID, RULES
from tests.planning.examples_of_rules import EXAMPLES

HARD = {rule.id for rule in RULES if rule.kind == "hard"}


def test_ids_are_unique():
    assert len(BY_ID) == len(RULES)


def test_every_hard_rule_has_one_check_and_one_example():
    assert set(CHECKS) == HARD
    assert set(EXAMPLES) == HARD


def test_soft_rules_are_the_cost_terms():
    assert {rule.id for rule in RULES if rule.kind == "soft"} == set(TERMS)


def test_every_rule_has_both_wordings():
    assert [rule.id for rule in RULES if not rule.wording.zh.strip() or not rule.wording.en.strip()] == []


@pytest.mark.parametrize("rule", sorted(HARD))
def test_keeping_example_passes(rule):
    example = EXAMPLES[rule]
    assert [str(finding) for finding in audit(example.round_kept, example.kept)] == []


@pytest.mark.parametrize("rule", sorted(HARD))
def test_breaking_example_breaks_this_rule_alone(rule):
    example = EXAMPLES[rule]
    findings = audit(example.round_broken, example.broken)
    assert {finding.rule for finding in findings} == {rule}
    assert all(finding.what.zh and finding.what.en and finding.hint and finding.where.subject for finding in findings)


def test_model_covers_the_same_rules():
    from scheduler.planning import constraints, objective

    assert set(constraints.HARD) | set(constraints.BUILT_IN) == HARD
    assert set(constraints.HARD) & set(constraints.BUILT_IN) == set()
    assert set(objective.SOFT) == set(TERMS)
