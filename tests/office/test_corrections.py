"""Correction of an entry: every certificate of it is superseded together, and what corrects nothing is refused."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.domain.certificates import Standing
from scheduler.errors import Conflict, InputError, NotFound
from scheduler.office.correct import Correction, correct
from scheduler.office.issue import issue
from scheduler.office.verify import verify
from tests.office.books import ROUND
from tests.office.conftest import endings, entries_of, ledger_of, named, rules, sound, standings

ON = date(2026, 6, 30)
OTHER_ID = "990103199507221852"
"""Another good number in the unassigned division."""


def test_correction_supersedes_all_certificates_of_the_entry_together(office_at) -> None:
    office = office_at("issued")
    entry = entries_of(office)["龚䶮"]
    old = named(office, "龚䶮")
    wish = Correction(name="龚一鸣")
    shown = correct(office, entry.id, reason="姓名登记有误", correction=wish)
    assert (shown.done, len(shown.affected), len(shown.changes)) == (False, 3, 3)
    assert {(was, now) for _, _, was, now in shown.changes} == {("龚䶮", "龚一鸣")}
    assert entries_of(office)["龚䶮"] == entry
    done = correct(office, entry.id, reason="姓名登记有误", correction=wish, yes=True)
    assert [(c.number, c.award_id, c.issued_on) for c in done.issued] == [
        (c.number, c.award_id, c.issued_on) for c in old
    ]
    assert {standings(office)[c.sequence] for c in old} == {Standing.REPLACED}
    assert entries_of(office)["龚一鸣"].id == entry.id
    for path, paper in zip(done.paths, done.issued, strict=True):
        assert verify(office, path).valid
        assert paper.face.name == "龚一鸣"
        assert "更正换发" in paper.face.remark
    assert [endings(office)[n].replaced_by for n in (9, 10, 11)] == [12, 13, 14]
    assert issue(office, round_id=ROUND, issued_on=ON).issued == 0
    sound(office)


def test_corrected_document_number_changes_the_numbers_made_of_it(office_at) -> None:
    office = office_at("issued")
    entry = entries_of(office)["龚䶮"]
    done = correct(office, entry.id, reason="证件号码登记有误", correction=Correction(document_no=OTHER_ID), yes=True)
    numbers = {c.award_id: c.number for c in done.issued}
    assert numbers["low-voltage-electrician"] == f"T{OTHER_ID}"
    assert numbers["electrician-5"] in {c.number for c in ledger_of(office) if c.face.name == "龚䶮"}
    after = entries_of(office)["龚䶮"]
    assert (after.id, after.candidate.document.number) == (entry.id, OTHER_ID)
    assert all(OTHER_ID not in before + now for _, _, before, now in done.changes)
    sound(office)


@pytest.mark.parametrize(
    ("correction", "error", "rule"),
    [
        (Correction(), InputError, "nothing-to-correct"),
        (Correction(name="龚䶮"), InputError, "nothing-to-correct"),
        (Correction(document_no="990103199507221773"), InputError, "id-number-check-digit"),
    ],
)
def test_corrections_that_correct_nothing_are_refused(office_at, correction, error, rule) -> None:
    office = office_at("issued")
    entry = entries_of(office)["龚䶮"]
    with pytest.raises(error) as refusal:
        correct(office, entry.id, reason="登记有误", correction=correction, yes=True)
    assert rules(refusal.value.findings) == [rule]
    assert set(standings(office).values()) == {Standing.VALID}


def test_document_of_somebody_else_in_the_round_is_refused_and_nothing_changes(office_at) -> None:
    office = office_at("issued")
    people = entries_of(office)
    taken = people["何勇阳"].candidate.document.number
    before = office.registry.counts()
    with pytest.raises(Conflict):
        correct(office, people["龚䶮"].id, reason="登记有误", correction=Correction(document_no=taken), yes=True)
    assert office.registry.counts() == before
    assert entries_of(office) == people


def test_correction_before_issue_is_not_this_verb(office_at) -> None:
    office = office_at("few")
    with pytest.raises(NotFound) as refusal:
        correct(office, entries_of(office)["龚䶮"].id, reason="登记有误", correction=Correction(name="龚"), yes=True)
    assert rules(refusal.value.findings) == ["nothing-issued"]
