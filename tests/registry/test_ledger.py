"""Serials, grants, files, withdrawals: all of it or nothing, and never twice."""

# ruff: noqa: PT012 - a transaction is the statement under test

from __future__ import annotations

import dataclasses

import pytest

from scheduler.domain.certificates import Standing
from scheduler.errors import Conflict, NotFound, RegistryError
from scheduler.registry.chain import NO_LINE, line_digest
from tests.registry.values import AT, ROUND, a_certificate, a_pair, an_entry, enrol, issue

ALICE, BOB = an_entry(1), an_entry(2)
LOW, SKILL = ALICE.award_ids


@pytest.fixture
def issued(registry):
    enrol(registry, ALICE, BOB)
    return issue(registry, ALICE)


def refused(registry, change, entry=BOB):
    """Try to issue a changed pair, and make sure that nothing at all was kept."""
    before = registry.counts()
    with pytest.raises(Conflict) as refusal, registry.transaction() as store:
        grant, files = a_pair(store, entry)
        store.ledger.add_grant(*change(grant, files), AT)
    assert registry.counts() == before
    return str(refusal.value)


def with_second(grant, **changes):
    first, second = grant.certificates
    return dataclasses.replace(grant, certificates=(first, dataclasses.replace(second, **changes)))


def test_a_pair_is_written_with_files_and_chained_lines(registry, issued):
    grant, files = issued
    issue(registry, BOB)
    with registry.transaction(write=False) as store:
        ledger = store.ledger
        lines = list(ledger.lines())
        assert ledger.certificates(ROUND)[:2] == list(grant.certificates)
        assert ledger.certificates() == ledger.certificates(ROUND)
        assert ledger.certificates("2027-01") == []
        assert ledger.of_entry(ALICE.id) == list(grant.certificates)
        assert ledger.granted_awards(ALICE.id) == {LOW, SKILL}
        assert ledger.granted_awards("nobody") == set()
        for certificate in grant.certificates:
            content = files[certificate.file_name]
            assert ledger.file(certificate.number, certificate.award_id) == content
            assert ledger.by_digest(certificate.sha256.upper()) == certificate
            assert ledger.certificate(certificate.number) == [certificate]
            assert ledger.certificate(certificate.number, "welder-5") == []
        assert ledger.by_digest("0" * 64) is None
        assert ledger.last() == lines[-1]
        assert ledger.findings() == []
        with pytest.raises(NotFound):
            ledger.file("1", LOW)
    assert [line.sequence for line in lines] == [1, 2, 3, 4]
    assert [line.previous for line in lines] == [NO_LINE, *(line.digest for line in lines[:-1])]
    assert all(line.digest == line_digest(line) for line in lines)
    assert [(line.number, line.sha256, line.at) for line in lines[:2]] == [
        (c.number, c.sha256, AT) for c in grant.certificates
    ]


def test_serials_have_no_gaps_even_when_a_transaction_fails(registry):
    with registry.transaction() as store:
        assert [store.ledger.next_serial("S1") for _ in range(3)] == [1, 2, 3]
        assert store.ledger.next_serial("S2") == 1
    with pytest.raises(KeyError), registry.transaction() as store:
        assert store.ledger.next_serial("S1") == 4
        raise KeyError
    with registry.transaction() as store:
        with pytest.raises(KeyError), store.part():
            assert (store.ledger.next_serial("S1"), store.ledger.next_serial("S3")) == (4, 1)
            raise KeyError
        assert (store.ledger.next_serial("S1"), store.ledger.next_serial("S3")) == (4, 1)


@pytest.mark.parametrize("scope", ["", "/ledger"])
def test_reserved_scopes_are_refused(registry, scope):
    with pytest.raises(RegistryError), registry.transaction() as store:
        store.ledger.next_serial(scope)


def test_an_award_is_issued_once(registry, issued):
    number = issued[0].certificates[0].number
    assert number in refused(registry, lambda grant, files: (grant, files), entry=ALICE)


def test_a_file_that_is_not_the_one_proofed_is_refused(registry, issued):
    refused(registry, lambda grant, files: (grant, {}))
    refused(registry, lambda grant, files: (grant, {name: content + b" " for name, content in files.items()}))
    refused(registry, lambda grant, files: (with_second(grant, sha256="0" * 64), files))


def test_a_certificate_of_another_entry_round_or_place_is_refused(registry, issued):
    for changes in ({"entry_id": ALICE.id}, {"round_id": "2027-01"}, {"sequence": 9}, {"standing": Standing.EXPIRED}):
        refused(registry, lambda grant, files, changes=changes: (with_second(grant, **changes), files))
    with pytest.raises(NotFound), registry.transaction() as store:
        grant, files = a_pair(store, an_entry(7))
        store.ledger.add_grant(grant, files, AT)


def test_half_a_pair_never_stays_even_if_the_caller_goes_on(registry, issued):
    with registry.transaction() as store:
        grant, files = a_pair(store, BOB)
        with pytest.raises(Conflict):
            store.ledger.add_grant(with_second(grant, sequence=9), files, AT)
        assert store.ledger.of_entry(BOB.id) == []
        assert len(store.ledger.add_grant(grant, files, AT)) == 2
    with registry.transaction(write=False) as store:
        assert store.ledger.findings() == []


def test_one_number_may_name_several_awards_of_one_person_only(registry, issued):
    def numbered(store, entry, number, *awards):
        first = store.ledger.next_sequence()
        contents = [f"{entry.id} {award}".encode() for award in awards]
        papers = [a_certificate(entry, award, number, first + n, contents[n]) for n, award in enumerate(awards)]
        files = {paper.file_name: content for paper, content in zip(papers, contents, strict=True)}
        return store.ledger.add_grant(type(issued[0])(entry.id, tuple(papers)), files, AT)

    with registry.transaction() as store:
        numbered(store, BOB, "T990000", "fusion-welding", "high-voltage-electrician")
        found = store.ledger.certificate("T990000")
        assert [one.award_id for one in found] == ["fusion-welding", "high-voltage-electrician"]
    for entry, award in ((ALICE, "low-voltage-electrician-2"), (BOB, "fusion-welding")):
        with pytest.raises(Conflict), registry.transaction() as store:
            numbered(store, entry, "T990000", award)


def test_a_withdrawn_certificate_keeps_number_and_file_and_may_follow_another(registry, issued):
    old = issued[0].certificates[0]
    with registry.transaction() as store:
        line = store.ledger.withdraw(old, "revoked", AT)
        assert (line.sequence, line.event, line.number) == (3, "revoked", old.number)
        assert store.ledger.certificate(old.number)[0].standing is Standing.REVOKED
        assert store.ledger.granted_awards(ALICE.id) == {SKILL}
        with pytest.raises(Conflict):
            store.ledger.withdraw(old, "voided", AT)
        with pytest.raises(NotFound):
            store.ledger.withdraw(dataclasses.replace(old, number="1"), "voided", AT)
        # Reissued under the same number, as special-operation certificates are.
        content = b"new paper"
        new = a_certificate(ALICE, LOW, old.number, store.ledger.next_sequence(), content)
        store.ledger.add_grant(dataclasses.replace(issued[0], certificates=(new,)), {new.file_name: content}, AT)
        assert [c.standing for c in store.ledger.certificate(old.number)] == [Standing.REVOKED, Standing.VALID]
        assert store.ledger.file(old.number, LOW) == content
        assert store.ledger.findings() == []


def test_a_grant_without_certificates_writes_nothing(registry, issued):
    with registry.transaction() as store:
        assert store.ledger.add_grant(dataclasses.replace(issued[0], certificates=()), {}, AT) == []
    assert registry.counts()["ledger"] == 2


def test_a_college_round_of_pairs_with_full_size_files(registry):
    entries = [an_entry(n) for n in range(20)]
    enrol(registry, *entries)
    for entry in entries:
        issue(registry, entry, size=150_000)
    with registry.transaction(write=False) as store:
        assert store.ledger.findings() == []
        assert len(store.ledger.certificates(ROUND)) == 40
