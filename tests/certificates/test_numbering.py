from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.certificates.numbering import Year, facts_for, number, number_findings, series
from scheduler.domain.catalogue import NumberRule
from scheduler.errors import IssuanceError, Where
from tests.certificates.people import BUREAU, CENTRE, CONSTRUCTION, HOUSING, ISSUED, LOW, SKILL, an_entry

LEVEL_RULE = NumberRule(
    r"[YS]\d{4}\d{2}\d{6}\d{2}[1-5]\d{6}",
    "{institution_code}{province_code}{site_serial}{year:02}{level}{serial:06d}",
    "{institution_code}{province_code}{site_serial}{year:02}{level}",
)
PERSON_RULE = NumberRule(r"T\d{17}[\dX]", "T{document_no}", "", unique=False)
HOUSING_RULE = NumberRule(
    r"[一-龥][A-Z]\d{2}(19|20)\d{2}\d{6}",
    "{province_mark}{city_mark}{trade_code}{year}{serial:06d}",
    "{province_mark}{city_mark}{trade_code}{year}",
)
FACTS = facts_for(an_entry(), SKILL, CENTRE, ISSUED)


def test_skill_level_number_has_its_seven_parts():
    assert number(LEVEL_RULE, FACTS, 482) == "S000099000123263000482"
    assert series(LEVEL_RULE, FACTS) == "S000099000123263"


def test_number_of_a_person_counts_nothing():
    facts = facts_for(an_entry(), LOW, BUREAU, ISSUED)
    assert (series(PERSON_RULE, facts), number(PERSON_RULE, facts)) == ("", "T990101199310212191")


def test_construction_number_has_four_digits_of_the_year():
    facts = facts_for(an_entry(), CONSTRUCTION, HOUSING, ISSUED)
    assert number(HOUSING_RULE, facts, 7) == "云A012026000007"


def test_scope_keeps_years_and_levels_apart():
    next_year = facts_for(an_entry(), SKILL, CENTRE, date(2027, 1, 4))
    other_level = facts_for(an_entry(), replace(SKILL, level=4), CENTRE, ISSUED)
    assert len({series(LEVEL_RULE, facts) for facts in (FACTS, next_year, other_level)}) == 3


def test_missing_facts_are_all_named():
    facts = facts_for(an_entry(), SKILL, replace(CENTRE, number_code="", site_serial=""), ISSUED)
    with pytest.raises(IssuanceError) as refused:
        number(LEVEL_RULE, facts, 1)
    assert [(f.rule, f.where.path) for f in refused.value.findings] == [
        ("number-fact-missing", "institution_code"),
        ("number-fact-missing", "site_serial"),
    ]
    assert "机构代码" in refused.value.findings[0].what.zh
    with pytest.raises(IssuanceError):
        series(LEVEL_RULE, facts)


def test_serial_is_asked_for_where_the_rule_counts():
    with pytest.raises(IssuanceError) as refused:
        number(LEVEL_RULE, FACTS)
    assert [f.where.path for f in refused.value.findings] == ["serial"]


@pytest.mark.parametrize("serial", [0, -1, 1_000_000, 10**9])
def test_serial_outside_its_digits_is_refused(serial):
    with pytest.raises(IssuanceError) as refused:
        number(LEVEL_RULE, FACTS, serial)
    assert refused.value.findings[0].rule == "number-serial-range"
    assert refused.value.findings[0].expected.en == "1 to 999999"


def test_last_serial_is_still_good():
    assert number(LEVEL_RULE, FACTS, 999_999).endswith("999999")


def test_number_that_breaks_its_own_pattern_is_refused():
    facts = facts_for(an_entry(), SKILL, replace(CENTRE, site_serial="12"), ISSUED)
    with pytest.raises(IssuanceError) as refused:
        number(LEVEL_RULE, facts, 1)
    assert refused.value.findings[0].rule == "number-pattern"
    assert refused.value.findings[0].said == "S00009912263000001"


def test_imported_numbers_are_never_made_but_checked():
    rule = replace(LEVEL_RULE, imported=True)
    with pytest.raises(IssuanceError) as refused:
        number(rule, FACTS, 1)
    assert refused.value.findings[0].rule == "number-imported"
    assert number_findings(rule, "S000099000123263000482") == []
    [finding] = number_findings(rule, "S00009900012326300048", Where(row=7))
    assert (finding.rule, finding.where.row) == ("number-pattern", 7)


def test_trailing_line_break_is_no_part_of_a_number():
    assert number_findings(LEVEL_RULE, "S000099000123263000482\n")


@pytest.mark.parametrize(("spec", "words"), [("", "2026"), ("02", "26"), ("02d", "26"), ("04d", "2026"), ("d", "2026")])
def test_year_words(spec, words):
    assert format(Year(2026), spec) == words
    assert format(Year(2009), "02") == "09"
