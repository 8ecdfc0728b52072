"""Numbers that are spoken for: one holder each, without gaps, borne by a certificate or voided with a reason."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.certificates import Ending, Grant, Standing
from scheduler.domain.numbers import KeptNumber
from scheduler.errors import Conflict
from scheduler.registry.store import open_registry
from tests.registry.values import AT, ROUND, a_certificate, an_entry, enrol

ALICE, BOB = an_entry(1), an_entry(2)
LOW, SKILL = ALICE.award_ids
WHY = Ending("void", "打印时损坏", "王")


def kept(number, entry=ALICE, award_id=SKILL, origin="allocated", **changes):
    made = KeptNumber(number, award_id, entry.id, origin, AT)
    return dataclasses.replace(made, **changes)


@pytest.fixture
def people(registry):
    enrol(registry, ALICE, BOB)
    return registry


def bear(store, number, entry=ALICE, award_id=SKILL):
    sequence, content = store.ledger.next_sequence(), f"{number} {store.ledger.next_sequence()}".encode()
    certificate = a_certificate(entry, award_id, number, sequence, content)
    store.ledger.add_grant(Grant(entry.id, (certificate,)), {certificate.file_name: content}, AT)
    return certificate


def test_a_number_waits_until_a_certificate_bears_it(people):
    with people.transaction() as store:
        store.numbers.keep(kept("N1", serial=1, scope="S"))
        assert store.numbers.waiting(ALICE.id, SKILL).number == "N1"
        assert store.numbers.waiting(ALICE.id, LOW) is None
        assert store.numbers.waiting(BOB.id, SKILL) is None
        bear(store, "N1")
        assert store.numbers.waiting(ALICE.id, SKILL) is None
        assert [one.number for one in store.numbers.of_round(ROUND)] == ["N1"]


def test_a_number_set_aside_for_one_cannot_be_issued_to_another(people):
    with people.transaction() as store:
        store.numbers.keep(kept("N1"))
        with pytest.raises(Conflict):
            store.numbers.keep(kept("N1", BOB))
        with pytest.raises(Conflict):
            bear(store, "N1", BOB)
        assert store.ledger.certificates() == []


def test_a_voided_number_never_comes_again(people):
    with people.transaction() as store:
        store.numbers.keep(kept("N1"))
        line = store.numbers.void(kept("N1"), ALICE.id, AT, WHY)
        assert (line.event, line.number, line.sha256) == ("voided", "N1", "")
        assert store.ledger.ending(line.sequence) == WHY
        with pytest.raises(Conflict):
            bear(store, "N1")
        with pytest.raises(Conflict):
            store.numbers.keep(kept("N1"))
        with pytest.raises(Conflict):
            store.numbers.void(kept("N1"), ALICE.id, AT, WHY)
        assert store.ledger.findings() == []


def test_a_number_on_a_certificate_is_not_voided_behind_its_back(people):
    with people.transaction() as store:
        store.numbers.keep(kept("N1"))
        bear(store, "N1")
        with pytest.raises(Conflict):
            store.numbers.void(kept("N1"), ALICE.id, AT, WHY)


def test_an_imported_number_is_replaced_until_it_is_borne(people):
    first, second = (kept(n, origin="imported", issued_on=date(2026, 6, 30)) for n in ("I1", "I2"))
    with people.transaction() as store:
        assert store.numbers.put_imported(first) == "new"
        assert store.numbers.put_imported(first) == "same"
        assert store.numbers.put_imported(second) == "changed"
        assert store.numbers.find("I1") == []
        store.numbers.put_imported(kept("I1", BOB, origin="imported"))
        bear(store, "I2")
        with pytest.raises(Conflict):
            store.numbers.put_imported(second)
        assert store.numbers.find_one("I2", SKILL).issued_on == date(2026, 6, 30)


def test_a_serial_left_out_is_found(people, raw):
    with people.transaction() as store:
        for serial in (1, 2, 3):
            assert store.ledger.next_serial("S") == serial
            store.numbers.keep(kept(f"N{serial}", serial=serial, scope="S"))
        assert {finding.rule for finding in store.numbers.findings()} == {"number-open"}
        for serial in (1, 2, 3):
            store.numbers.void(kept(f"N{serial}"), ALICE.id, AT, WHY)
        assert store.numbers.findings() == []
    raw.tamper("DELETE FROM numbers WHERE number = 'N2'")
    with people.transaction(write=False) as store:
        (gap,) = [finding for finding in store.numbers.findings() if finding.rule == "number-gap"]
        assert (gap.where.subject, gap.said) == ("S", "2")


ACTS = st.lists(st.sampled_from(["issue", "abort", "void", "revoke", "reissue"]), max_size=12)


@settings(max_examples=40, deadline=None)
@given(acts=ACTS)
def test_after_any_history_each_number_is_issued_or_voided_with_a_reason(acts, tmp_path_factory):
    address = str(tmp_path_factory.mktemp("history") / "r.db")
    with open_registry(address) as registry:
        enrol(registry, ALICE)
        for act in acts:
            _act(registry, act)
        with registry.transaction(write=False) as store:
            assert store.ledger.findings() == []
            assert [f for f in store.numbers.findings() if f.severity == "error"] == []
            numbers = {one.number: one.standing for one in store.numbers.of_round(ROUND)}
            borne = {c.number for c in store.ledger.certificates()}
            reasons = {line.number for line in store.ledger.lines() if store.ledger.ending(line.sequence)}
            assert sorted(numbers) == [f"N{serial:03d}" for serial in range(1, len(numbers) + 1)]
            assert all((number in borne) != (standing == "voided") for number, standing in numbers.items())
            assert {number for number, standing in numbers.items() if standing == "voided"} <= reasons


def _act(registry, act):
    try:
        with registry.transaction() as store:
            valid = [c for c in store.ledger.certificates() if c.standing is Standing.VALID]
            if act in {"issue", "abort", "void"} and not valid:
                serial = store.ledger.next_serial("S")
                store.numbers.keep(kept(f"N{serial:03d}", serial=serial, scope="S"))
                if act == "abort":
                    int("")
                if act == "void":
                    store.numbers.void(kept(f"N{serial:03d}"), ALICE.id, AT, WHY)
                else:
                    bear(store, f"N{serial:03d}")
            elif act == "revoke" and valid:
                store.ledger.withdraw(valid[0], "revoked", AT, Ending("revocation", "误发", "王"))
            elif act == "reissue" and valid:
                content = f"again {store.ledger.next_sequence()}".encode()
                new = a_certificate(ALICE, SKILL, valid[0].number, store.ledger.next_sequence() + 1, content)
                ending = Ending("reissue", "遗失", "王")
                store.ledger.replace(valid, Grant(ALICE.id, (new,)), {new.file_name: content}, AT, ending)
    except ValueError:  # the transaction that was given up
        assert act == "abort"
