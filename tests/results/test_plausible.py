"""Marks that cannot be true are named, one finding a fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.results import AssessorMark, Attendance, ComponentMark, ItemMark
from scheduler.results.decide import mark_findings
from tests.results.cases import PRACTICAL, THEORY, missed, sat

P = "x/practical"
GOOD_ITEMS = (ItemMark("K1", 18), ItemMark("K2", 35.5), ItemMark("K3", 17), ItemMark("K4", 15))
GOOD = replace(sat(P, 85.5), items=GOOD_ITEMS)
THREE = tuple(AssessorMark(f"E{n}", pts) for n, pts in enumerate((80, 85, 84)))


def rules(mark, component=PRACTICAL):
    return [finding.rule for finding in mark_findings(mark, component)]


@pytest.mark.parametrize(
    "mark",
    [
        GOOD,
        sat(P, 0),
        sat(P, 100),
        missed(P, Attendance.ABSENT),
        replace(sat(P, 83), assessors=THREE),
        sat(P, 90, vetoed="K3"),
    ],
)
def test_mark_that_can_be_true_has_no_finding(mark):
    assert rules(mark) == []


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        (sat(P, -0.5), ["mark-range"]),
        (sat(P, 100.5), ["mark-range"]),
        (sat(P, float("nan")), ["mark-range"]),
        (sat(P, float("inf")), ["mark-range"]),
        (ComponentMark("r-p1", P, Attendance.PRESENT), ["mark-missing"]),
        (replace(missed(P, Attendance.ABSENT), pts=0.0), ["mark-without-presence"]),
        (replace(missed(P, Attendance.DEFERRED), items=GOOD_ITEMS), ["mark-without-presence"]),
        (replace(GOOD, pts=86), ["mark-items-sum"]),
        (replace(GOOD, items=GOOD_ITEMS[:3]), ["mark-item-missing"]),
        (replace(GOOD, items=(*GOOD_ITEMS, ItemMark("K9", 0))), ["mark-item-unknown"]),
        (replace(GOOD, items=(*GOOD_ITEMS, ItemMark("K1", 0))), ["mark-item-twice"]),
        (replace(GOOD, items=(ItemMark("K1", 21), *GOOD_ITEMS[1:])), ["mark-range"]),
        (sat(P, 90, vetoed="K2"), ["mark-veto"]),
        (replace(sat(P, 84), assessors=THREE), ["mark-mean"]),
        (replace(sat(P, 80), assessors=THREE[:1]), ["mark-assessors-few"]),
        (replace(sat(P, 83), assessors=(*THREE[:2], AssessorMark("E0", 84))), ["mark-assessor-twice"]),
        (replace(sat(P, 83), assessors=(*THREE[:2], AssessorMark("E2", 184))), ["mark-range"]),
        (sat("x/theory", 80), ["mark-component"]),
    ],
)
def test_each_fault_is_named(mark, found):
    assert rules(mark) == found


def test_finding_says_what_was_read_and_expected():
    (finding,) = mark_findings(replace(GOOD, pts=86), PRACTICAL)
    assert (finding.said, finding.expected.zh, finding.where.subject) == ("86", "分项合计 85.5 分", "r-p1")
    assert (
        finding.in_("en")
        == "r-p1: practical differs from the sum of its items; read '86'; expected the items' sum 85.5 [mark-items-sum]"
    )


def test_theory_has_no_item_to_veto():
    mark = replace(sat("x/theory", 90), items=(ItemMark("K3", 20, vetoed=True),))
    assert rules(mark, THEORY) == ["mark-item-unknown", "mark-veto"]


def test_too_few_assessors_is_a_warning_only():
    (finding,) = mark_findings(replace(sat(P, 80), assessors=THREE[:1]), PRACTICAL)
    assert finding.severity == "warning"


def test_mean_of_thirds_agrees_within_two_decimals():
    three = tuple(AssessorMark(f"E{n}", pts) for n, pts in enumerate((79, 80, 80)))
    assert rules(replace(sat(P, 79.67), assessors=three)) == []
    assert rules(replace(sat(P, 80), assessors=three)) == ["mark-mean"]
