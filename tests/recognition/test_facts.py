"""What the law decides, read back from the shipped data."""

from __future__ import annotations

import re
from datetime import date

import pytest

from scheduler.domain.catalogue import AwardKind, ComponentKind, Duty, Mark
from scheduler.recognition.shelf import load_catalogue

CATALOGUE = load_catalogue()
FACTS = {
    "document_no": "99010119900101001X", "institution_code": "S0000", "province_code": "42", "province_mark": "鄂", "city_mark": "E",
    "site_serial": "000123", "year": 2026, "yy": "26", "serial": 58,
}  # fmt: skip


def marks(scheme_id, award_id):
    scheme = CATALOGUE.scheme(scheme_id)
    return {
        str(scheme.component(m.component_id).kind): (m.pass_pts, m.vetoes_count)
        for m in scheme.award(award_id).pass_marks
    }


@pytest.mark.parametrize(("scheme_id", "award_id", "wanted", "months"), [
    ("low-voltage-4", "low-voltage-electrician", {"theory": (80, False), "practical": (80, True)}, 12),
    ("high-voltage-3", "high-voltage-electrician", {"theory": (80, False), "practical": (80, True)}, 12),
    ("fusion-welding-5", "fusion-welding", {"theory": (80, False), "practical": (80, True)}, 12),
    ("construction-electrician-5", "construction-electrician", {"theory": (60, False), "practical": (70, False)}, 12),
    ("construction-welder-3", "construction-welder", {"theory": (60, False), "practical": (70, False)}, 12),
    ("special-equipment-4", "special-equipment-welder", {"theory": (70, False), "hot_work": (70, False), "practical": (70, False)}, 12),
    ("low-voltage-4", "electrician-4", {"theory": (60, False), "practical": (60, False)}, 24),
    ("special-equipment-4", "welder-4", {"theory": (60, False), "practical": (60, False)}, 24),
    ("yichang-three", "construction-training-electrician", {"theory": (60, False), "practical": (60, False)}, 12),
])  # fmt: skip
def test_pass_marks_vetoes_and_how_long_results_hold(scheme_id, award_id, wanted, months):
    assert marks(scheme_id, award_id) == wanted
    assert CATALOGUE.scheme(scheme_id).award(award_id).result_months == months


def test_all_awards_and_schemes_of_the_product_are_there():
    levels = [f"{name}-{level}" for name in ("electrician", "welder") for level in (5, 4, 3, 2, 1)]
    operations = [
        "low-voltage-electrician",
        "high-voltage-electrician",
        "fusion-welding",
        "construction-electrician",
        "construction-welder",
        "special-equipment-welder",
    ]
    assert [a.id for a in CATALOGUE.awards] == [*operations, *levels, "construction-training-electrician"]
    names = (
        "low-voltage",
        "high-voltage",
        "construction-electrician",
        "fusion-welding",
        "construction-welder",
        "special-equipment",
    )
    assert [s.id for s in CATALOGUE.schemes] == [
        *(f"{name}-{level}" for name in names for level in (5, 4, 3)),
        "yichang-three",
    ]
    issuers = [a.issuer for a in CATALOGUE.scheme("yichang-three").awards]
    assert issuers == ["implementing_department", "certification_institution", "training_body"]


def test_practical_items_weigh_as_the_standard_says():
    practical = CATALOGUE.scheme("low-voltage-5").component("low-voltage-5/practical")
    assert [(i.id, i.full_pts, i.veto) for i in practical.items] == [
        ("K1", 20, True),
        ("K2", 40, True),
        ("K3", 20, True),
        ("K4", 20, True),
    ]
    assert CATALOGUE.scheme("construction-welder-5").component("construction-welder-5/practical").items == ()


def test_joined_components_take_the_longest_time_and_the_strictest_staffing():
    scheme = CATALOGUE.scheme("special-equipment-3")
    assert [(str(c.kind), c.minutes, c.staffing.room_limit) for c in scheme.components] == [
        ("theory", 120, 30),
        ("hot_work", 60, 30),
        ("practical", 180, 20),
    ]
    assert scheme.components[-1].after == ("special-equipment-3/theory", "special-equipment-3/hot_work")
    for scheme in CATALOGUE.schemes:
        for component in scheme.components:
            duty, least, ratio = (
                (Duty.ASSESS, 3, 5) if component.kind is ComponentKind.PRACTICAL else (Duty.INVIGILATE, 2, 15)
            )
            assert (component.staffing.duty, component.staffing.at_least, component.staffing.per_candidates) == (
                duty,
                least,
                ratio,
            )
            if component.kind is ComponentKind.PRACTICAL:
                assert f"{scheme.id}/theory" in component.after


@pytest.mark.parametrize("award_id", ["low-voltage-electrician", "high-voltage-electrician", "fusion-welding"])
def test_the_review_ends_with_order_19(award_id):
    award = CATALOGUE.award(award_id)
    before, after = award.validity_on(date(2026, 5, 31)), award.validity_on(date(2026, 6, 1))
    assert (before.months, before.review_months, before.edition.mark) == (72, 36, Mark.SEEN)
    assert (after.months, after.review_months, after.edition.mark) == (72, None, Mark.INFERRED)


@pytest.mark.parametrize(
    ("award_id", "months"),
    [("construction-electrician", 24), ("special-equipment-welder", 48), ("electrician-3", None)],
)
def test_other_validities(award_id, months):
    assert CATALOGUE.award(award_id).validity_on(date(2026, 6, 8)).months == months


@pytest.mark.parametrize(("award_id", "number", "unique"), [
    ("fusion-welding", "T99010119900101001X", False),
    ("construction-electrician", "鄂E012026000058", True),
    ("construction-welder", "鄂E992026000058", True),
    ("special-equipment-welder", "99010119900101001X", False),
    ("electrician-4", "S000042000123264000058", True),
    ("welder-1", "S000042000123261000058", True),
    ("construction-training-electrician", "PX420001232026000058", True),
])  # fmt: skip
def test_numbers_are_made_as_the_rules_say(award_id, number, unique):
    award = CATALOGUE.award(award_id)
    rule = award.number_rule_on(date(2026, 6, 8))
    assert rule.template.format_map(FACTS | {"level": award.level, "trade_code": award.trade_code}) == number
    assert re.fullmatch(rule.pattern, number)
    assert (rule.unique, rule.imported) == (unique, False)


def test_serials_of_a_level_are_counted_by_site_year_and_level():
    award = CATALOGUE.award("welder-3")
    assert award.number_rule_on(date(2026, 6, 8)).scope.format_map(FACTS | {"level": 3}) == "S000042000123263"
    assert len("S000042000123263000058") == 22


def test_old_qualification_numbers_are_known_and_never_issued():
    old = CATALOGUE.award("electrician-5").number_rule_on(date(2018, 5, 1))
    assert (old.pattern, old.imported, old.template) == (r"^\d{16}$", True, "")


def test_rules_begin_with_the_circular_and_there_are_seven():
    assert [
        (r.id, r.edition.in_force(date(2026, 1, 8)), r.edition.in_force(date(2026, 1, 9)))
        for r in CATALOGUE.recognitions
    ] == [(f"2026-01-09/{row}", False, True) for row in range(1, 8)]
    assert [r.row for r in CATALOGUE.recognitions if r.regional] == [4]
    assert [r.row for r in CATALOGUE.recognitions if not r.training_waived] == [5]


def test_only_the_invented_region_issues_the_construction_welder():
    assert CATALOGUE.issuing_regions == (("construction-welder", "9901"),)
    assert [e.mark for e in CATALOGUE.region_editions] == [Mark.NOT_FOUND]
    assert not CATALOGUE.issues_in("construction-welder", "420500")
    assert CATALOGUE.issues_in("construction-welder", "990100", date(2026, 1, 9))
    assert not CATALOGUE.issues_in("construction-welder", "990100", date(2026, 1, 8))


def test_levels_have_words_and_no_expiry():
    levels = [a for a in CATALOGUE.awards if a.kind is AwardKind.SKILL_LEVEL]
    assert [a.level for a in levels] == [5, 4, 3, 2, 1] * 2
    assert CATALOGUE.scheme("low-voltage-4").name.zh == "低压电工作业与电工四级/中级工联合考评"
