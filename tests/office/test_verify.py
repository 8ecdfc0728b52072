"""Verify: a file by its digest, a number by the ledger, and what either is worth on a day."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from scheduler.domain.certificates import Certificate, Standing
from scheduler.office.desk import Office
from scheduler.office.standing import standing_on
from scheduler.office.verify import verify
from tests.office.conftest import ledger_of, open_at, rules

SKILL, QUALIFICATION = "electrician-5", "low-voltage-electrician"


def one_of(office: Office, award_id: str, name: str = "龚䶮") -> Certificate:
    (found,) = [c for c in ledger_of(office) if (c.award_id, c.face.name) == (award_id, name)]
    return found


def file_of(office: Office, certificate: Certificate) -> Path:
    return Path(office.settings.out_folder) / "certificates" / certificate.file_name


def test_issued_file_is_genuine_under_any_name(office_at, tmp_path: Path) -> None:
    office = office_at("issued")
    paper = one_of(office, SKILL)
    copy = shutil.copy(file_of(office, paper), tmp_path / "扫描件 1.bin")
    found = verify(office, copy)
    facts = dict(found.facts)
    assert (found.valid, found.findings) == (True, ())
    assert (facts["number"], facts["award_id"], facts["sha256"]) == (paper.number, SKILL, paper.sha256)
    assert (facts["name"], facts["standing"], facts["ledger_line"]) == ("龚*", "valid", str(paper.sequence))


def test_identity_number_is_masked_wherever_the_number_holds_it(office_at) -> None:
    office = office_at("issued")
    paper = one_of(office, QUALIFICATION)
    for said in (file_of(office, paper), paper.number):
        found = verify(office, said)
        assert found.valid
        assert "990103199507221772" not in str(found)
        assert "龚䶮" not in str(found)


def test_number_alone_is_found_however_it_is_typed(office_at) -> None:
    office = office_at("issued")
    paper = one_of(office, SKILL)
    found = verify(office, f" {paper.number.lower()} ")
    assert (found.valid, dict(found.facts)["award_id"]) == (True, SKILL)


@pytest.mark.parametrize("said", ["S000099010199999999", "x" * 5000, "何勇阳", ""])
def test_number_that_was_never_issued_is_not_valid(office_at, said: str) -> None:
    found = verify(office_at("issued"), said)
    assert (found.valid, rules(found.findings), found.facts) == (False, ["number-not-in-ledger"], ())


def test_missing_file_is_told_from_a_number(office_at, tmp_path: Path) -> None:
    found = verify(office_at("issued"), tmp_path / "none.pdf")
    assert (found.valid, rules(found.findings)) == (False, ["no-such-file"])


def test_altered_file_is_told_by_the_number_it_bears(office_at) -> None:
    office = office_at("issued")
    path = file_of(office, one_of(office, SKILL))
    path.write_bytes(path.read_bytes() + b"\n%")
    found = verify(office, path)
    assert (found.valid, rules(found.findings)) == (False, ["altered-paper"])


def test_files_of_one_office_are_strangers_to_another(office_at, stages, tmp_path: Path) -> None:
    office = office_at("issued")
    shutil.copytree(stages("few"), tmp_path / "other")
    with open_at(tmp_path / "other") as other:
        found = verify(other, file_of(office, one_of(office, SKILL)))
        assert (found.valid, rules(found.findings)) == (False, ["not-issued-here"])


@pytest.mark.parametrize(("event", "rule"), [("revoked", "certificate-revoked"), ("voided", "certificate-cancelled")])
def test_withdrawn_certificate_is_known_and_not_valid(office_at, event, rule: str) -> None:
    office = office_at("issued")
    paper = one_of(office, SKILL)
    with office.registry.transaction() as store:
        store.ledger.withdraw(paper, event, office.now())
    for said in (file_of(office, paper), paper.number):
        found = verify(office, said)
        assert (found.valid, rules(found.findings)) == (False, [rule])
        assert dict(found.facts)["number"] == paper.number


def test_certificate_expires_by_itself(office_at) -> None:
    paper = one_of(office_at("issued"), QUALIFICATION)
    assert paper.valid_until == date(2032, 6, 29)
    assert verify(office_at(day=date(2032, 6, 29)), paper.number).valid
    late = office_at(day=date(2032, 6, 30))
    found = verify(late, file_of(late, paper))
    assert (found.valid, rules(found.findings)) == (False, ["certificate-expired"])
    assert dict(found.facts)["standing"] == Standing.EXPIRED
    assert verify(late, one_of(late, SKILL).number).valid  # a skill level has no end
    assert standing_on(paper, date(2032, 6, 30)) is Standing.EXPIRED
