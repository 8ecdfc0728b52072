"""What is sat again, for which awards, until when, and what is carried into the next round."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from scheduler.domain.entries import CarriedPass
from scheduler.domain.results import Attendance
from scheduler.errors import Text
from scheduler.results.decide import decide
from scheduler.results.resits import carried
from tests.results.cases import DECIDED_ON, EM, HR, SCHEME, TR, an_entry, entitled, missed, sat, scheme_of

T, P = "x/theory", "x/practical"


def outcome_of(*marks, entry=None, entitlement=None, scheme=SCHEME):
    return decide(entry or an_entry(), scheme, entitlement or entitled(), marks, DECIDED_ON)


def test_all_earned_leaves_nothing_to_sit():
    assert outcome_of(sat(T, 80), sat(P, 80)).resits == ()


def test_one_resit_serves_all_awards_that_ask_for_it():
    (resit,) = outcome_of(sat(T, 50), sat(P, 80)).resits
    assert (resit.component_id, resit.award_ids) == (T, ("em", "hr"))
    assert resit.because == Text(
        "理论 50 分，低于本证书合格线 80 分；理论 50 分，低于本证书合格线 60 分；其他已合格科目的成绩保留至2027年6月9日",
        "theory 50, below the pass mark 80 of this award; theory 50, below the pass mark 60 of this award; "
        "what was passed stays good until 9 June 2027",
    )


def test_until_is_the_earliest_last_day_among_what_was_passed():
    (resit,) = outcome_of(sat(T, 50), sat(P, 80)).resits
    assert resit.until == date(2027, 6, 9)  # 12 months for em, 24 for hr
    (resit,) = outcome_of(sat(T, 50), sat(P, 80), entry=an_entry("hr")).resits
    assert resit.until == date(2028, 6, 9)


def test_nothing_passed_means_no_last_day():
    resits = outcome_of(sat(T, 10), sat(P, 10)).resits
    assert [(r.component_id, r.award_ids, r.until) for r in resits] == [
        (T, ("em", "hr"), None),
        (P, ("em", "hr", "tr"), None),
    ]


def test_short_month_ends_on_its_last_day():
    scheme = scheme_of(replace(EM, result_months=6))
    (resit,) = outcome_of(sat(T, 50), sat(P, 90, on=date(2026, 8, 31)), entry=an_entry("em"), scheme=scheme).resits
    assert resit.until == date(2027, 2, 28)


def test_mark_without_its_day_counts_from_the_decision():
    (resit,) = outcome_of(sat(T, 50), sat(P, 90, on=None), entry=an_entry("em")).resits
    assert resit.until == date(2027, 6, 12)


def test_carried_pass_sets_the_last_day():
    old = CarriedPass(T, "em", 82, date(2025, 9, 1), date(2026, 9, 1))
    (resit,) = outcome_of(sat(P, 70), entry=an_entry("em", carried=[old])).resits
    assert (resit.component_id, resit.until) == (P, date(2026, 9, 1))


def test_deferred_component_is_due_and_is_no_failure():
    resits = outcome_of(sat(T, 85), missed(P, Attendance.DEFERRED)).resits
    assert [(r.component_id, r.award_ids) for r in resits] == [(P, ("em", "hr", "tr"))]
    assert "缓考，不计为不合格" in resits[0].because.zh
    assert "not a failure" in resits[0].because.en


def test_absent_component_is_due():
    (resit,) = outcome_of(sat(T, 85), missed(P, Attendance.ABSENT)).resits
    assert resit.because.zh.startswith("实操缺考")


def test_veto_alone_brings_a_resit_for_that_award():
    (resit,) = outcome_of(sat(T, 85), sat(P, 90, vetoed="K3")).resits
    assert (resit.component_id, resit.award_ids) == (P, ("em",))


def test_barred_candidate_resits_only_where_the_rule_allows():
    barred = (sat(T, 85), missed(P, Attendance.BARRED))
    outcome = outcome_of(*barred)
    assert outcome.resits == ()
    assert "未允许补考，须重新报名" in outcome.verdicts[0].reasons[1].zh
    kind = scheme_of(EM, replace(HR, resit_if_barred=True), TR)
    (resit,) = outcome_of(*barred, scheme=kind).resits
    assert (resit.component_id, resit.award_ids) == (P, ("hr",))


def test_exempt_component_is_never_due():
    (resit,) = outcome_of(sat(P, 70), entry=an_entry("em"), entitlement=entitled(("em", T))).resits
    assert (resit.component_id, resit.until) == (P, None)


def test_passes_of_awards_not_earned_are_carried():
    outcome = outcome_of(sat(T, 85), sat(P, 70))
    assert carried(outcome, SCHEME) == (CarriedPass(T, "em", 85, date(2026, 6, 9), date(2027, 6, 9)),)


def test_next_round_with_the_carried_pass_earns_the_award():
    first = outcome_of(sat(T, 85), sat(P, 70))
    again = an_entry("em", carried=carried(first, SCHEME))
    second = outcome_of(sat(P, 80, on=date(2027, 6, 9)), entry=again)
    assert second.earned_ids == ("em",)
    too_late = outcome_of(sat(P, 80, on=date(2027, 6, 10)), entry=again)
    assert too_late.earned_ids == ()


def test_earlier_passes_stay_while_they_are_good():
    old = CarriedPass(T, "em", 82, date(2025, 9, 1), date(2026, 9, 1))
    gone = CarriedPass(T, "hr", 82, date(2024, 6, 1), date(2026, 6, 1))
    outcome = outcome_of(sat(P, 50), entry=an_entry("em", "hr", carried=[old, gone]))
    assert carried(outcome, SCHEME, [old, gone]) == (old,)


def test_nothing_is_carried_from_an_award_shut_by_barring():
    outcome = outcome_of(sat(T, 85), missed(P, Attendance.BARRED))
    assert carried(outcome, SCHEME) == ()
