"""Identity numbers and credit codes, against python-stdnum as an independent judge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from scheduler.domain.identity import (
    DocumentKind,
    IdentityDocument,
    credit_check_character,
    credit_code_good,
    document_faults,
    id_check_digit,
    known_division,
    mask,
)

CITIZEN, PERMIT, PASSPORT = DocumentKind.CITIZEN_ID, DocumentKind.RESIDENCE_PERMIT, DocumentKind.PASSPORT


def number(first_17: str) -> str:
    return first_17 + id_check_digit(first_17)


@given(st.text("0123456789", min_size=17, max_size=17))
def test_check_digit_agrees_with_stdnum(first_17: str) -> None:
    assert id_check_digit(first_17) == mod_11_2.calc_check_digit(first_17)


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_credit_character_agrees_with_stdnum(first_17: str) -> None:
    assert credit_check_character(first_17) == uscc.calc_check_digit(first_17)


@pytest.mark.parametrize(
    ("kind", "text", "faults"),
    [
        (CITIZEN, number("99010119900307101"), []),
        (CITIZEN, number("99010119900307101")[:17], ["shape"]),
        (CITIZEN, "99010119900307101x", ["shape"]),
        (CITIZEN, number("99010119901307101"), ["birth"]),
        (CITIZEN, number("99010119900230101"), ["birth"]),
        (CITIZEN, number("81000019900307101"), ["kind"]),
        (PERMIT, number("81000019900307101"), []),
        (PERMIT, number("82000019900307101"), []),
        (PERMIT, number("83000019900307101"), []),
        (PERMIT, number("99010119900307101"), ["kind"]),
        (PASSPORT, "E12345678", []),
        (PASSPORT, "E1234-5678", ["shape"]),
        (PASSPORT, "E1", ["shape"]),
    ],
)
def test_document_faults(kind: DocumentKind, text: str, faults: list[str]) -> None:
    assert document_faults(kind, text) == faults


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(at: int, shift: int) -> None:
    good = number("99010119900307101")
    bad = good[:at] + str((int(good[at]) + shift) % 10) + good[at + 1 :]
    assert document_faults(CITIZEN, bad)


def test_birth_and_sex_stand_in_the_number() -> None:
    document = IdentityDocument(CITIZEN, number("99010119900307101"))
    assert (str(document.born_on), document.sex) == ("1990-03-07", "男")
    assert IdentityDocument(CITIZEN, number("99010119900307102")).sex == "女"
    assert IdentityDocument(PASSPORT, "E12345678").born_on is None


def test_mask_keeps_three_and_two() -> None:
    assert mask("990101199003071014") == "990*************14"
    assert mask("E12345") == "****45"
    assert mask("A") == "A"


def test_unassigned_division_is_known_to_be_unknown() -> None:
    assert known_division("110101")
    assert not known_division("990101")


@pytest.mark.parametrize("code", ["", "91350100M000100Y4", "91350100M000100Y4I", "O1350100M000100Y43"])
def test_bad_credit_codes(code: str) -> None:
    assert not credit_code_good(code)


def test_good_credit_code() -> None:
    assert credit_code_good("91350100M000100Y43")
