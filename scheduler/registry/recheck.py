"""The re-check: everything the ledger claims, computed again from what is stored, line by line and byte by byte.

Used by ``store.ledger.findings``. It repairs nothing, and shares only the way a line is digested with the code that writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlmodel import Session, col, select

from scheduler.domain.certificates import Certificate, Standing
from scheduler.errors import Finding, RegistryError, Text, Where
from scheduler.registry import guards, mapping
from scheduler.registry.chain import NO_LINE, STANDING_AFTER, line_digest
from scheduler.registry.tables import CertificateRow, CounterRow, EndingRow, EntryRow, FileRow, LedgerRow, NumberRow

_HINT = Text(
    "停止发证，保留现场，用备份和打印清单核对", "stop issuing, keep everything as it is, compare with backups and lists"
)


def findings(session: Session) -> list[Finding]:
    """Return what does not hold: the chain first, then certificates, files, standings and guards."""
    unguarded = [
        _finding("registry-guard-missing", f"保护触发器缺失：{name}", f"guard {name} is missing", name)
        for name in guards.missing(session.connection())
    ]
    parts = (_chain, _certificates, _standings, _endings, _files)
    return [*(finding for part in parts for finding in part(session)), *unguarded]


def _chain(session: Session) -> Iterator[Finding]:
    sequence, previous = 0, NO_LINE
    for row in session.exec(select(LedgerRow).order_by(col(LedgerRow.sequence)).execution_options(yield_per=500)):
        subject = f"{row.sequence} {row.number}"
        if row.sequence != sequence + 1:
            zh, en = f"第 {sequence} 行之后是第 {row.sequence} 行", f"line {row.sequence} follows line {sequence}"
            yield _finding("ledger-gap", f"台账缺行：{zh}", f"lines are missing: {en}", subject)
        if row.previous != previous:
            yield _finding("ledger-chain", "与上一行的链接断开", "the link to the line before is broken", subject)
        if line_digest(mapping.ledger_value(row)) != row.digest:
            yield _finding("ledger-digest", "本行内容与摘要不符", "the line does not match its digest", subject)
        sequence, previous = row.sequence, row.digest
    counted = session.exec(select(CounterRow.last).where(CounterRow.scope == "/ledger")).first()
    if counted != sequence:
        zh, en = f"台账末行为 {sequence}，计数为 {counted}", f"the last line is {sequence}, the counter says {counted}"
        yield _finding("ledger-counter", zh, en, str(sequence))


def _certificates(session: Session) -> Iterator[Finding]:
    issued = {row.sequence: row for row in session.exec(select(LedgerRow).where(LedgerRow.event == "issued"))}
    entries = {row[0]: row[1] for row in session.exec(select(EntryRow.id, EntryRow.round_id))}
    for row in session.exec(select(CertificateRow).order_by(col(CertificateRow.sequence))):
        line = issued.pop(row.sequence, None)
        if line is None:
            yield _finding("certificate-not-in-ledger", "证书没有台账行", "no ledger line issued it", row.number)
        elif _digest(row.document) != line.record_sha256 or not _agrees(row, line):
            yield _finding(
                "certificate-altered", "证书记录与台账不符", "the record differs from the ledger", row.number
            )
        if entries.get(row.entry_id) != row.round_id:
            yield _finding("certificate-without-entry", "证书没有对应的报名", "its entry is missing", row.number)
    for line in issued.values():
        yield _finding("ledger-without-certificate", "台账行没有证书", "the line has no certificate", line.number)


def _agrees(row: CertificateRow, line: LedgerRow) -> bool:
    """Tell whether the key columns of a certificate say what its document and its ledger line say."""
    try:
        kept: Certificate = mapping.from_document(Certificate, row.document)
    except RegistryError:
        return False
    columns = (row.sequence, row.number, row.award_id, row.entry_id, row.sha256)
    document = (kept.sequence, kept.number, kept.award_id, kept.entry_id, kept.sha256)
    return (
        columns == document == (line.sequence, line.number, line.award_id, line.entry_id, line.sha256)
        and kept.round_id == row.round_id
    )


def _standings(session: Session) -> Iterator[Finding]:
    """Compare each standing with the last line that speaks of the certificate's file."""
    # A voided number that no certificate bears has no file.
    ended_files = (LedgerRow.event != "issued", LedgerRow.sha256 != "")
    ends = select(LedgerRow).where(*ended_files).order_by(col(LedgerRow.sequence))
    ended = {line.sha256: STANDING_AFTER.get(line.event) for line in session.exec(ends)}
    for row in session.exec(select(CertificateRow).order_by(col(CertificateRow.sequence))):
        if ended.pop(row.sha256, Standing.VALID) != row.standing:
            yield _finding(
                "certificate-standing", "证书状态与台账不符", "its standing differs from the ledger", row.number
            )
    for sha256 in ended:
        yield _finding("ledger-without-certificate", "注销行没有证书", "a withdrawal names no certificate", sha256)


def _endings(session: Session) -> Iterator[Finding]:
    """Compare each reason with the digest in its line, and each voided number with the line that voided it."""
    reasons = {row.sequence: row.document for row in session.exec(select(EndingRow))}
    voided = {
        (row.number, row.award_id) for row in session.exec(select(NumberRow).where(NumberRow.standing == "voided"))
    }
    records = {row.sha256: row.document for row in session.exec(select(CertificateRow))}
    for line in session.exec(select(LedgerRow).where(LedgerRow.event != "issued").order_by(col(LedgerRow.sequence))):
        # Lines from before reasons were kept digest the certificate's own record.
        record = reasons.pop(line.sequence, None) or records.get(line.sha256, "")
        if _digest(record) != line.record_sha256:
            yield _finding("ending-altered", "注销事由与台账不符", "the reason differs from the ledger", line.number)
        if not line.sha256 and (line.number, line.award_id) not in voided:
            yield _finding("number-revived", "作废的编号被改为可用", "a voided number was made free again", line.number)
        voided.discard((line.number, line.award_id))
    for number, _ in sorted(voided):
        yield _finding("number-not-in-ledger", "编号作废没有台账行", "no ledger line voided this number", number)
    for sequence in sorted(reasons):
        yield _finding("ending-without-line", "注销事由没有台账行", "a reason without a ledger line", str(sequence))


def _files(session: Session) -> Iterator[Finding]:
    """Read one file at a time: a large ledger's files do not fit into memory."""
    digests = {
        row[0]: (row[1], row[2])
        for row in session.exec(select(CertificateRow.sequence, CertificateRow.sha256, CertificateRow.number))
    }
    for sequence in session.exec(select(FileRow.sequence).order_by(col(FileRow.sequence))).all():
        sha256, number = digests.pop(sequence, ("", str(sequence)))
        if not sha256:
            yield _finding("file-without-certificate", "文件没有证书", "a file without a certificate", number)
            continue
        content = session.exec(select(FileRow.content).where(FileRow.sequence == sequence)).one()
        if _digest(content) != sha256:
            yield _finding("file-altered", "证书文件与摘要不符", "the file does not match its digest", number)
    for _, number in digests.values():
        yield _finding("file-missing", "证书文件缺失", "the file is missing", number)


def _digest(content: object) -> str:
    """Digest what stands in a cell; a tampering hand may have left another type there than the schema says."""
    return hashlib.sha256(content if isinstance(content, bytes) else str(content).encode()).hexdigest()


def _finding(rule: str, zh: str, en: str, subject: str) -> Finding:
    return Finding(rule, Text(zh, en), Where(subject=subject), hint=_HINT)
