"""A verdict per award: each by its own pass marks and vetoes, with its reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.catalogue import PassMark
from scheduler.domain.entries import CarriedPass
from scheduler.domain.results import Attendance, ComponentMark
from scheduler.errors import InputError, Text
from scheduler.results.decide import decide
from tests.results.cases import DECIDED_ON, EM, HR, SCHEME, TR, an_entry, entitled, missed, sat, scheme_of

T, P = "x/theory", "x/practical"


def verdicts(*marks, entry=None, entitlement=None, scheme=SCHEME):
    return decide(entry or an_entry(), scheme, entitlement or entitled(), marks, DECIDED_ON)


@pytest.mark.parametrize(
    ("theory", "practical", "vetoed", "earned"),
    [
        (80, 80, "", ("em", "hr", "tr")),
        (79.99, 80, "", ("hr", "tr")),
        (80, 79, "", ("hr", "tr")),
        (100, 100, "K3", ("hr", "tr")),
        (100, 100, "K1", ("em", "hr", "tr")),  # K1 is no veto item; mark_findings says so before anything is recorded
        (59, 60, "", ("tr",)),
        (80, 59, "", ()),
        (0, 0, "", ()),
    ],
)
def test_awards_are_earned_by_their_own_pass_marks(theory, practical, vetoed, earned):
    assert verdicts(sat(T, theory), sat(P, practical, vetoed=vetoed)).earned_ids == earned


def test_reason_below_the_pass_mark_names_points_and_mark():
    em = verdicts(sat(T, 78), sat(P, 88)).verdicts[0]
    assert em.reasons == (
        Text("理论 78 分，低于本证书合格线 80 分", "theory 78, below the pass mark 80 of this award"),
        Text("实操 88 分，达到本证书合格线 80 分", "practical 88, reaches the pass mark 80 of this award"),
    )


def test_points_just_below_are_never_shown_as_the_pass_mark():
    assert "79.99 分，低于" in verdicts(sat(T, 79.996), sat(P, 88)).verdicts[0].reasons[0].zh


def test_sum_of_decimals_counts_as_the_points_it_means():
    theory = sum([26.6, 26.7, 26.7 - 1e-12])
    assert theory < 80
    assert verdicts(sat(T, theory), sat(P, 80)).earned_ids == ("em", "hr", "tr")


def test_veto_fails_only_the_awards_for_which_vetoes_count():
    outcome = verdicts(sat(T, 90), sat(P, 90, vetoed="K3"))
    assert [v.earned for v in outcome.verdicts] == [False, True, True]
    assert outcome.verdicts[0].reasons[1].zh == "实操 90 分，但否决项“第3项”未通过，本证书该科目不合格"
    assert "不计否决" in outcome.verdicts[1].reasons[1].zh


@pytest.mark.parametrize(
    ("how", "word"), [(Attendance.ABSENT, "缺考"), (Attendance.BARRED, "取消考试资格"), (Attendance.DEFERRED, "缓考")]
)
def test_component_not_sat_earns_nothing_that_needs_it(how, word):
    outcome = verdicts(sat(P, 90), missed(T, how))
    assert outcome.earned_ids == ("tr",)
    assert word in outcome.verdicts[0].reasons[0].zh


def test_component_without_a_mark_is_not_met():
    outcome = verdicts(sat(P, 90))
    assert outcome.earned_ids == ("tr",)
    assert outcome.verdicts[1].reasons[0] == Text("理论尚无成绩", "theory: no mark yet")


def test_present_without_points_is_not_met():
    present = ComponentMark("r-p1", T, Attendance.PRESENT)
    assert verdicts(present, sat(P, 90)).earned_ids == ("tr",)


def test_exempt_component_counts_as_met_for_that_award_only():
    outcome = verdicts(sat(P, 90), entitlement=entitled(("em", T)))
    assert outcome.earned_ids == ("em", "tr")
    assert outcome.verdicts[0].reasons[0] == Text(
        "理论免考：依据互认规则 2026-01-09/7（第一部分（二））",
        "theory: exempt by recognition rule 2026-01-09/7 (part 1(2))",
    )


def test_carried_pass_counts_until_its_last_day_for_its_award():
    good = CarriedPass(T, "em", 85, date(2025, 6, 9), date(2026, 6, 9))
    assert verdicts(sat(P, 90), entry=an_entry(carried=[good])).earned_ids == ("em", "tr")
    late = replace(good, good_until=date(2026, 6, 8))
    outcome = verdicts(sat(P, 90), entry=an_entry(carried=[late]))
    assert outcome.earned_ids == ("tr",)
    assert "已于2026年6月8日到期" in outcome.verdicts[0].reasons[0].zh


def test_failed_resit_does_not_take_a_carried_pass_away():
    good = CarriedPass(T, "em", 85, date(2025, 12, 9), date(2026, 12, 9))
    assert "em" in verdicts(sat(T, 10), sat(P, 90), entry=an_entry(carried=[good])).earned_ids


@pytest.mark.parametrize("awards", [(EM,), (EM, HR), (EM, HR, TR), (TR,)])
def test_one_two_and_three_awards(awards):
    entry = an_entry(*(award.award_id for award in awards))
    outcome = verdicts(sat(T, 80), sat(P, 80), entry=entry, scheme=scheme_of(*awards))
    assert outcome.earned_ids == tuple(award.award_id for award in awards)


def test_only_awards_applied_for_are_decided_in_the_schemes_order():
    outcome = verdicts(sat(T, 80), sat(P, 80), entry=an_entry("tr", "em"))
    assert [v.award_id for v in outcome.verdicts] == ["em", "tr"]


def test_marks_of_others_are_left_aside():
    other = replace(sat(T, 90), entry_id="r-p2")
    assert verdicts(other, sat(P, 90)).earned_ids == ("tr",)
    assert len(verdicts(other, sat(P, 90)).marks) == 1


def test_two_marks_for_one_component_are_refused():
    with pytest.raises(InputError, match="多个成绩"):
        verdicts(sat(T, 50), sat(T, 90))


def test_entitlement_of_another_entry_is_refused():
    with pytest.raises(InputError, match="不属于"):
        verdicts(entitlement=replace(entitled(), entry_id="r-p2"))


@pytest.mark.parametrize("asked", [(), (*EM.pass_marks, PassMark("x/hot_work", 70))])
def test_award_is_never_earned_for_want_of_something_to_pass(asked):
    scheme = scheme_of(replace(EM, pass_marks=asked))
    with pytest.raises(InputError, match="合格条件"):
        verdicts(sat(T, 100), sat(P, 100), entry=an_entry("em"), scheme=scheme)


def test_award_the_scheme_cannot_earn_is_refused():
    with pytest.raises(KeyError):
        verdicts(entry=an_entry("xx"))


points = st.one_of(st.integers(0, 100).map(float), st.floats(0, 100))
attendances = st.sampled_from([Attendance.ABSENT, Attendance.BARRED, Attendance.DEFERRED])


@st.composite
def some_marks(draw):
    marks = []
    for component_id in (T, P):
        how = draw(st.sampled_from(["sat", "sat", "vetoed", "missed", "none"]))
        if how in {"sat", "vetoed"}:
            vetoed = "K3" if how == "vetoed" and component_id == P else ""
            marks.append(sat(component_id, draw(points), vetoed=vetoed))
        elif how == "missed":
            marks.append(missed(component_id, draw(attendances)))
    return marks


exempt = st.lists(st.sampled_from([("em", T), ("em", P), ("hr", T)]), unique=True)
passes = st.lists(
    st.builds(
        CarriedPass,
        st.sampled_from([T, P]),
        st.sampled_from(["em", "hr", "tr"]),
        st.just(80.0),
        st.just(date(2025, 8, 1)),
        st.dates(date(2026, 5, 1), date(2026, 8, 1)),
    ),
    max_size=3,
)


@given(some_marks(), exempt, passes, st.data())
def test_raising_a_mark_never_loses_an_award(marks, spared, carried, data):
    raised = [m if m.pts is None else replace(m, pts=data.draw(st.floats(m.pts, 100))) for m in marks]
    entry, entitlement = an_entry(carried=carried), entitled(*spared)
    before = verdicts(*marks, entry=entry, entitlement=entitlement)
    after = verdicts(*raised, entry=entry, entitlement=entitlement)
    assert set(before.earned_ids) <= set(after.earned_ids)


@given(some_marks(), exempt, passes)
def test_award_is_earned_exactly_when_every_needed_component_is_met(marks, spared, carried):
    outcome = verdicts(*marks, entry=an_entry(carried=carried), entitlement=entitled(*spared))
    by_id = {mark.component_id: mark for mark in marks}
    for award in SCHEME.awards:
        needed = {m.component_id for m in award.pass_marks}
        last = max((m.sat_on for c, m in by_id.items() if c in needed and m.sat_on), default=DECIDED_ON)
        met = [
            (award.award_id, asked.component_id) in spared
            or any(
                (c.award_id, c.component_id) == (award.award_id, asked.component_id) and c.good_until >= last
                for c in carried
            )
            or _passes(by_id.get(asked.component_id), asked)
            for asked in award.pass_marks
        ]
        assert (award.award_id in outcome.earned_ids) == all(met)


def _passes(mark, asked):
    if mark is None or mark.pts is None or round(mark.pts, 6) < asked.pass_pts:
        return False
    return not (asked.vetoes_count and any(item.vetoed and item.item_id == "K3" for item in mark.items))


@given(some_marks(), exempt, passes)
def test_order_of_marks_is_irrelevant(marks, spared, carried):
    entry, entitlement = an_entry(carried=carried), entitled(*spared)
    forth = verdicts(*marks, entry=entry, entitlement=entitlement)
    assert forth == verdicts(*reversed(marks), entry=entry, entitlement=entitlement)


@given(some_marks(), exempt, passes)
def test_resits_are_the_components_not_met_of_awards_not_earned(marks, spared, carried):
    outcome = verdicts(*marks, entry=an_entry(carried=carried), entitlement=entitled(*spared))
    named = {award_id for resit in outcome.resits for award_id in resit.award_ids}
    assert named.isdisjoint(outcome.earned_ids)
    barred = any("取消考试资格" in r.zh for v in outcome.verdicts for r in v.reasons)
    if not barred:
        assert named == {"em", "hr", "tr"} - set(outcome.earned_ids)
