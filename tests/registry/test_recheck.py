"""Whatever is changed behind the registry's back, guards switched off, the re-check tells."""

from __future__ import annotations

import pytest

from scheduler.domain.certificates import Ending
from scheduler.domain.numbers import KeptNumber
from scheduler.registry import guards
from tests.registry.values import AT, an_entry, enrol, issue

LEDGER = ("at", "event", "number", "award_id", "entry_id", "sha256", "record_sha256", "previous", "digest")
CERTIFICATE = ("number", "award_id", "entry_id", "round_id", "sha256", "standing")

TAMPERED = {
    **{f"ledger.{column}": (f"UPDATE ledger SET {column} = 'x' WHERE sequence = 3", None) for column in LEDGER},
    **{f"certificate.{c}": (f"UPDATE certificates SET {c} = 'x' WHERE sequence = 3", None) for c in CERTIFICATE},
    "ledger.sequence": ("UPDATE ledger SET sequence = 99 WHERE sequence = 3", "ledger-gap"),
    "line gone": ("DELETE FROM ledger WHERE sequence = 2", "ledger-gap"),
    "last line gone": ("DELETE FROM ledger WHERE sequence = 9", "ledger-counter"),
    "first line gone": ("DELETE FROM ledger WHERE sequence = 1", "ledger-gap"),
    "counter set back": ("UPDATE counters SET last = 1 WHERE scope = '/ledger'", "ledger-counter"),
    "counter gone": ("DELETE FROM counters WHERE scope = '/ledger'", "ledger-counter"),
    "name changed": (
        "UPDATE certificates SET document = replace(document, '男', '女') || ' ' WHERE sequence = 1",
        "certificate-altered",
    ),
    "document broken": ("UPDATE certificates SET document = '{' WHERE sequence = 1", "certificate-altered"),
    "certificate gone": ("DELETE FROM certificates WHERE sequence = 3", "ledger-without-certificate"),
    "withdrawn certificate gone": ("DELETE FROM certificates WHERE sequence = 1", "ledger-without-certificate"),
    "certificate slipped in": (
        "INSERT INTO certificates SELECT 50, 'N', award_id, 'E', round_id, 'S', standing, document FROM certificates LIMIT 1",
        "certificate-not-in-ledger",
    ),
    "revived": ("UPDATE certificates SET standing = 'valid' WHERE sequence = 1", "certificate-standing"),
    "quietly revoked": ("UPDATE certificates SET standing = 'revoked' WHERE sequence = 3", "certificate-standing"),
    "file changed": ("UPDATE certificate_files SET content = content || x'20' WHERE sequence = 3", "file-altered"),
    "file gone": ("DELETE FROM certificate_files WHERE sequence = 3", "file-missing"),
    "file slipped in": ("INSERT INTO certificate_files VALUES (50, x'00')", "file-without-certificate"),
    "reason changed": ("UPDATE endings SET document = replace(document, '伪造', '误发')", "ending-altered"),
    "reason gone": ("DELETE FROM endings WHERE sequence = 8", "ending-altered"),
    "reason slipped in": ("INSERT INTO endings VALUES (1, '{}')", "ending-without-line"),
    "voided number revived": ("UPDATE numbers SET standing = 'open'", "number-revived"),
    "number voided in silence": (
        "INSERT INTO numbers SELECT 'X', award_id, entry_id, origin, at, scope, 2, issued_on, source, 'voided' FROM numbers",
        "number-not-in-ledger",
    ),
    "entry gone": ("DELETE FROM entries", "certificate-without-entry"),
    "entry moved": ("UPDATE entries SET round_id = 'x'", "certificate-without-entry"),
}


@pytest.fixture
def full(registry, raw):
    """Three pairs, the first certificate revoked, another with a reason, a number voided, and every guard switched off and on again by the tampering hand."""
    entries = [an_entry(n) for n in range(3)]
    enrol(registry, *entries)
    grants = [issue(registry, entry)[0] for entry in entries]
    with registry.transaction() as store:
        store.ledger.withdraw(grants[0].certificates[0], "revoked", AT)
        store.ledger.withdraw(grants[2].certificates[0], "revoked", AT, Ending("revocation", "伪造材料", "王"))
        kept = KeptNumber("N1", "electrician-5", entries[0].id, "allocated", AT, "S", 1)
        store.numbers.keep(kept)
        store.numbers.void(kept, entries[0].id, AT, Ending("void", "打印时损坏", "王"))
    return raw


def findings(registry):
    with registry.transaction(write=False) as store:
        return store.ledger.findings()


def test_an_honest_ledger_has_no_findings(registry, full):
    assert findings(registry) == []


@pytest.mark.parametrize(("statement", "rule"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found(registry, full, statement, rule):
    full.tamper(statement)
    found = findings(registry)
    assert found
    assert rule is None or rule in {finding.rule for finding in found}
    assert all(finding.in_("zh") and finding.in_("en") for finding in found)


def test_a_line_recomputed_after_a_change_breaks_the_one_after_it(registry, full):
    from scheduler.registry import mapping, tables
    from scheduler.registry.chain import line_digest

    with registry.transaction(write=False) as store:
        line = list(store.ledger.lines())[3]
    row = tables.LedgerRow(**{**mapping.ledger_row(line).model_dump(), "at": "x"})
    digest = line_digest(mapping.ledger_value(row))
    full.tamper(f"UPDATE ledger SET at = 'x', digest = '{digest}' WHERE sequence = 4")
    assert [(f.rule, f.where.subject.split()[0]) for f in findings(registry)] == [("ledger-chain", "5")]


def test_a_missing_guard_is_found(registry, full):
    full.without(next(guard for guard in guards.ALL if guard.name == "ledger_no_update"))
    assert [(f.rule, f.where.subject) for f in findings(registry)] == [("registry-guard-missing", "ledger_no_update")]
