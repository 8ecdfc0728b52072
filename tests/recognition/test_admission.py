"""Admission rules, notices and ticket numbers: dated data that an office puts its own words over."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.errors import InputError
from scheduler.recognition.shelf import load_catalogue

DATED = 'in_force_from = 2020-01-01\nsource = "ours"\nmark = "seen"\n'


def own(folder, text):
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return load_catalogue(folder)


def test_what_is_shipped_says_when_to_come_and_what_to_bring():
    catalogue = load_catalogue()
    (rule,) = catalogue.admissions
    assert (rule.arrive_min, rule.enter_min, rule.late_min, rule.papers_min) == (30, 15, 30, 40)
    assert {notice.sort for notice in catalogue.notices} == {"bring", "rule"}
    assert all(notice.edition.source and notice.edition.in_force(date(2026, 6, 1)) for notice in catalogue.notices)


def test_an_office_has_its_own_times_notices_and_numbers(tmp_path):
    catalogue = own(
        tmp_path,
        f'[[admission]]\nid = "every-component"\nkinds = ["theory"]\narrive_min = 60\nenter_min = 20\nlate_min = 10\npapers_min = 40\n{DATED}'
        f'[[notice]]\nid = "bring-pen"\nsort = "bring"\ntext = {{ zh = "铅笔", en = "a pencil" }}\nkinds = []\n{DATED}'
        f'[[ticket_number]]\nid = "ticket"\ntemplate = "T{{year}}{{serial:05}}"\n{DATED}',
    )
    (rule,) = catalogue.admissions
    assert (rule.arrive_min, rule.late_min) == (60, 10)
    assert [n.text.zh for n in catalogue.notices if n.id == "bring-pen"] == ["铅笔"]
    assert [n.kinds for n in catalogue.notices if n.id == "bring-pen"] == [()]
    assert [one.template for one in catalogue.ticket_rules] == ["T{year}{serial:05}"]


@pytest.mark.parametrize("template", ["{year}{month}", "{serial:04}{year}", "{name}{serial}", "{year", "{year} {serial}", "{serial:04}x"])  # fmt: skip
def test_a_rule_of_ticket_numbers_ends_with_the_serial(tmp_path, template):
    with pytest.raises(InputError) as refusal:
        own(tmp_path, f'[[ticket_number]]\nid = "ticket"\ntemplate = "{template}"\n{DATED}')
    assert [finding.rule for finding in refusal.value.findings] == ["catalogue-range"]
    assert "{serial:04}" in refusal.value.findings[0].expected.zh
