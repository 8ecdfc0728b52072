from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.entries import CarriedPass
from scheduler.errors import errors_in
from scheduler.recognition.assess import assess
from tests.recognition.build import DAY, OWN_NO, a_held, an_entry


def rules(findings):
    return [finding.rule for finding in findings]


def carried(**changes):
    fields = {
        "component_id": "low-voltage-5/theory",
        "award_id": "low-voltage-electrician",
        "pts": 85.0,
        "passed_on": date(2026, 1, 20),
        "good_until": date(2027, 1, 19),
    }
    return CarriedPass(**fields | changes)


LOW = ("low-voltage-electrician", "electrician-5")


def test_nothing_held_everything_due_and_the_statement_says_so(catalogue):
    made, findings = assess(an_entry("low-voltage-5", LOW), catalogue, DAY)
    assert findings == []
    assert [s.zh for s in made.sentences] == [
        "核定日期2026年6月8日。申报人报名参加低压电工作业与电工五级/初级工联合考评，申请取得特种作业操作证（低压电工作业）、电工五级/初级工职业技能等级证书。",
        "申请特种作业操作证（低压电工作业）没有免训依据，须按规定完成安全技术培训。",
        "本次报名没有免考或成绩保留的科目。",
        "须参加理论考试，用于申请特种作业操作证（低压电工作业）、电工五级/初级工职业技能等级证书。",
        "须参加实际操作考试，用于申请特种作业操作证（低压电工作业）、电工五级/初级工职业技能等级证书。",
    ]


def test_rule_seven_is_worded_with_row_and_clause_and_a_masked_number(catalogue):
    held = a_held("special-equipment-welder")
    made, findings = assess(an_entry("fusion-welding-3", ("fusion-welding", "welder-3"), [held]), catalogue, DAY)
    assert findings == []
    zh = [s.zh for s in made.sentences]
    assert (
        "依据《关于推进职业技能证书互通互认的通知》（2026年1月9日）第一部分第（二）项及附件第7号，申报人持有有效的特种设备安全管理和作业人员证"
        "（特种设备焊接作业），证书编号990*************71，申请特种作业操作证（熔化焊接与热切割作业）免考理论考试。"
    ) in zh
    assert (
        "依据《关于推进职业技能证书互通互认的通知》（2026年1月9日）第二部分第（一）项及附件第7号，所持特种设备安全管理和作业人员证（特种设备焊接作业）"
        "视同达到焊工四级/中级工水平，可按规定申报焊工三级/高级工职业技能等级认定。"
    ) in zh
    assert "仍须参加理论考试，用于申请焊工三级/高级工职业技能等级证书。" in zh
    assert not any(OWN_NO in s.zh + s.en for s in made.sentences)


def test_carried_pass_spares_the_component_for_its_award_only(catalogue):
    made, findings = assess(an_entry("low-voltage-5", LOW, carried=(carried(),)), catalogue, DAY)
    assert findings == []
    assert [(d.component_id, d.award_ids) for d in made.due] == [
        ("low-voltage-5/theory", ("electrician-5",)),
        ("low-voltage-5/practical", LOW),
    ]
    assert (
        "申请特种作业操作证（低压电工作业）的理论考试已于2026年1月20日合格（85分），成绩保留至2027年1月19日，本次不再考。"
        in [s.zh for s in made.sentences]
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"good_until": date(2026, 6, 7)},
        {"pts": 79.5},
        {"passed_on": date(2026, 6, 9)},
        {"component_id": "low-voltage-4/theory"},
    ],
    ids=["lapsed", "below the pass mark", "of tomorrow", "of another scheme"],
)
def test_carried_pass_that_is_not_good_spares_nothing_and_says_why(changes, catalogue):
    made, findings = assess(an_entry("low-voltage-5", LOW, carried=(carried(**changes),)), catalogue, DAY)
    assert [d.award_ids for d in made.due] == [LOW, LOW]
    assert rules(findings) == ["carried-not-good"]


def test_carried_pass_holds_on_its_last_day(catalogue):
    entry = an_entry("low-voltage-5", LOW, carried=(carried(good_until=DAY),))
    assert [d.award_ids for d in assess(entry, catalogue, DAY)[0].due] == [LOW[1:], LOW]


def test_nothing_due_is_an_error(catalogue):
    passed = (carried(award_id="fusion-welding", component_id="fusion-welding-5/practical"),)
    entry = an_entry("fusion-welding-5", ("fusion-welding",), [a_held("special-equipment-welder")], carried=passed)
    made, findings = assess(entry, catalogue, DAY)
    assert made.due == ()
    assert rules(errors_in(findings)) == ["nothing-due"]
    assert "没有须参加的科目。" in [s.zh for s in made.sentences]


@pytest.mark.parametrize(("level", "held", "opens"), [
    (5, (), True), (4, (), False),
    (4, ("electrician-5",), True), (4, ("electrician-3",), True), (3, ("electrician-5",), False), (3, ("electrician-4",), True),
    (4, ("welder-5",), False),
    (4, ("low-voltage-electrician",), True), (3, ("low-voltage-electrician",), False),
    (4, ("high-voltage-electrician",), True), (3, ("high-voltage-electrician",), True),
    (4, ("fusion-welding",), False), (3, ("electrician-5", "low-voltage-electrician"), False),
])  # fmt: skip
def test_levels_open_by_certificate_or_equivalence_of_the_same_occupation(level, held, opens, catalogue):
    entry = an_entry(f"construction-electrician-{level}", (f"electrician-{level}",), [a_held(h) for h in held])
    _, findings = assess(entry, catalogue, DAY)
    assert rules(errors_in(findings)) == ([] if opens else ["level-not-open"])


def test_an_award_earned_in_the_same_exam_opens_no_level(catalogue):
    _, findings = assess(an_entry("low-voltage-4", ("low-voltage-electrician", "electrician-4")), catalogue, DAY)
    assert rules(findings) == ["level-not-open"]


def test_years_of_work_are_asked_for_only_where_switched_on(catalogue):
    entry = an_entry("low-voltage-4", ("electrician-4",), [a_held()])
    assert assess(entry, catalogue, DAY)[1] == []
    on = replace(catalogue, switches_on=("years-of-work",))
    assert rules(assess(entry, on, DAY)[1]) == ["years-of-work"]


@pytest.mark.parametrize(("on", "young"), [(date(2026, 6, 7), True), (date(2026, 6, 8), False)])
def test_age_counts_on_the_day(on, young, catalogue):
    entry = an_entry("low-voltage-5", LOW, born_on=date(2008, 6, 8))
    assert rules(assess(entry, catalogue, on)[1]) == (["under-age"] if young else [])


def test_scheme_and_award_must_be_there(catalogue):
    made, findings = assess(an_entry("no-such-scheme"), catalogue, DAY)
    assert (made.due, rules(findings)) == ((), ["scheme-unknown"])
    made, findings = assess(an_entry("low-voltage-5", ("construction-electrician", "electrician-5")), catalogue, DAY)
    assert rules(findings) == ["award-not-in-scheme"]
    assert [d.award_ids for d in made.due] == [("electrician-5",)] * 2


def test_a_scheme_before_its_day_is_an_error(catalogue):
    assert rules(assess(an_entry("low-voltage-5", LOW), catalogue, date(2026, 1, 8))[1]) == ["scheme-not-in-force"]
    assert assess(an_entry("low-voltage-5", LOW), catalogue, date(2026, 1, 9))[1] == []


@pytest.mark.parametrize(("changes", "rule"), [
    ({"award_id": "crane-driver"}, "held-award-unknown"),
    ({"valid_from": date(2026, 6, 9)}, "held-not-yet-valid"),
    ({"valid_until": date(2026, 6, 7)}, "held-expired"),
    ({"standing": "cancelled"}, "held-cancelled"),
    ({"number": f"T{OWN_NO}0"}, "held-number-pattern"),
])  # fmt: skip
def test_certificate_that_does_not_count_is_named_with_its_reason_in_both_languages(changes, rule, catalogue):
    made, findings = assess(an_entry(held=[a_held(**changes)]), catalogue, DAY)
    assert (rules(findings), made.waivers) == ([rule], ())
    assert findings[0].severity == "warning"
    assert findings[0].where.subject == "陈启明"
    assert OWN_NO not in findings[0].in_("zh") + findings[0].in_("en")


def test_first_and_last_day_of_a_certificate_count(catalogue):
    assert assess(an_entry(held=[a_held(valid_from=DAY, valid_until=DAY)]), catalogue, DAY)[0].waivers != ()


def test_file_number_of_special_equipment_is_a_good_number(catalogue):
    entry = an_entry(
        "fusion-welding-5", ("fusion-welding",), [a_held("special-equipment-welder", number="TS420500123456")]
    )
    assert len(assess(entry, catalogue, DAY)[0].exemptions) == 1


def test_two_rules_for_one_award_give_one_waiver_by_the_lower_row_and_all_exemptions(catalogue):
    held = [a_held("special-equipment-welder"), a_held("construction-welder")]
    made, findings = assess(an_entry("fusion-welding-5", ("fusion-welding",), held), catalogue, DAY)
    assert findings == []
    assert [w.recognition_id for w in made.waivers] == ["2026-01-09/6"]
    assert [e.recognition_id for e in made.exemptions] == ["2026-01-09/7"]


def test_award_already_held_is_pointed_out(catalogue):
    _, findings = assess(an_entry("low-voltage-5", LOW, [a_held()]), catalogue, DAY)
    assert rules(findings) == ["award-already-held"]


def test_certificate_of_another_occupation_is_pointed_out_for_a_level(catalogue):
    _, findings = assess(an_entry("low-voltage-4", ("electrician-4",), [a_held("fusion-welding")]), catalogue, DAY)
    assert rules(findings) == ["level-not-open", "no-such-rule"]


def test_assessing_again_judges_the_exam_day(catalogue):
    entry = an_entry(
        "fusion-welding-5", ("fusion-welding",), [a_held("special-equipment-welder", valid_until=date(2026, 6, 10))]
    )
    first, _ = assess(entry, catalogue, DAY)
    second, findings = assess(entry, catalogue, date(2026, 6, 11))
    assert (len(first.due), len(second.due), rules(findings)) == (1, 2, ["held-expired"])
    assert second.assessed_on == date(2026, 6, 11)


@pytest.mark.parametrize(
    ("scheme_id", "award_id", "row"),
    [
        ("special-equipment-4", "special-equipment-welder", 5),
        ("construction-welder-4", "construction-welder", 4),
        ("fusion-welding-4", "welder-4", 4),
    ],
)
def test_level_is_cited_by_the_row_applied(scheme_id, award_id, row, catalogue):
    made, _ = assess(an_entry(scheme_id, (award_id,), [a_held("fusion-welding")]), catalogue, DAY)
    assert [e.recognition_id for e in made.equivalences] == [f"2026-01-09/{row}"]


def test_number_of_another_level_opens_nothing(catalogue):
    held = a_held("electrician-4", number="S000042000001235000096")
    _, findings = assess(an_entry("low-voltage-3", ("electrician-3",), [held]), catalogue, DAY)
    assert rules(findings) == ["level-not-open", "held-number-pattern"]


def test_old_qualification_number_opens_the_next_level(catalogue):
    held = a_held("electrician-4", number="0842000000400123", valid_from=date(2008, 5, 1), valid_until=None)
    assert assess(an_entry("low-voltage-3", ("electrician-3",), [held]), catalogue, DAY)[1] == []
