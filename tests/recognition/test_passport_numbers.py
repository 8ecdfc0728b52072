"""A certificate whose number is the holder's document number can be numbered for every kind of document."""

from __future__ import annotations

import re

import pytest

from scheduler.recognition.shelf import load_catalogue

PERSONAL = ("low-voltage-electrician", "high-voltage-electrician", "fusion-welding", "special-equipment-welder")


@pytest.mark.parametrize("award_id", PERSONAL)
@pytest.mark.parametrize(
    ("document_no", "fits"),
    [("990101199001011234", True), ("E12345678", True), ("99010119900101123", False), ("e12345678", False)],
)
def test_identity_cards_and_passports_fit_and_a_digit_short_does_not(award_id, document_no, fits):
    (_, rule), *_ = load_catalogue().award(award_id).number_rules
    assert bool(re.fullmatch(rule.pattern, rule.template.format(document_no=document_no))) is fits
