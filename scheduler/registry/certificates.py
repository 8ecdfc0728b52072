"""Certificates as they were issued: found by round, entry, number or digest, and their files byte for byte.

The reading half of ``store.ledger``; certificates come into being in the other half, nowhere else.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text
from sqlmodel import Session, col, select

from scheduler.domain.certificates import HELD, Certificate, LedgerEntry, Standing
from scheduler.errors import NotFound, Text
from scheduler.registry import mapping
from scheduler.registry.chain import PAUSES
from scheduler.registry.tables import CertificateRow, FileRow, LedgerRow
from scheduler.registry.tables_web import INQUIRY_CODE

_FEW = 50
"""Certificates up to which their own lines are looked up; for more all pauses are read."""


class Certificates:
    """Certificates of every standing, with their files."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def certificates(self, round_id: str | None = None) -> list[Certificate]:
        """Return the certificates of a round, or of all, sorted by ledger number; empty when there are none."""
        return self._read() if round_id is None else self._read(CertificateRow.round_id == round_id)

    def of_entry(self, entry_id: str) -> list[Certificate]:
        """Return an entry's certificates, sorted by ledger number; empty when there are none."""
        return self._read(CertificateRow.entry_id == entry_id)

    def granted_awards(self, entry_id: str) -> set[str]:
        """Return the awards for which an entry holds a certificate that is not withdrawn."""
        return {one.award_id for one in self.of_entry(entry_id) if one.standing in HELD}

    def settled_awards(self, entry_id: str) -> set[str]:
        """Return the awards that issuing leaves alone: a certificate is valid, or the last one was revoked."""
        last = {one.award_id: one.standing for one in self.of_entry(entry_id)}
        revoked = {award_id for award_id, standing in last.items() if standing is Standing.REVOKED}
        return self.granted_awards(entry_id) | revoked

    def certificate(self, number: str, award_id: str | None = None) -> list[Certificate]:
        """Return the certificates with a number, sorted by award and ledger number; empty when there is none.

        One number may stand on several: of one person's awards, or of one award withdrawn and issued again.
        """
        found = self._read(CertificateRow.number == number)
        wanted = [one for one in found if award_id in {None, one.award_id}]
        return sorted(wanted, key=lambda one: (one.award_id, one.sequence))

    def by_digest(self, sha256: str) -> Certificate | None:
        """Return the certificate whose file has this SHA-256 (hexadecimal); None when no such file was issued."""
        found = self._read(CertificateRow.sha256 == sha256.lower())
        return found[0] if found else None

    def by_inquiry_code(self, code: str) -> Certificate | None:
        """Return the certificate that bears an inquiry code; None when none does."""
        extract = text(INQUIRY_CODE[self._session.get_bind().dialect.name] + " = :code").bindparams(code=code)
        rows = select(CertificateRow.sequence).where(extract).order_by(col(CertificateRow.sequence))
        sequence = self._session.exec(rows).first()
        found = [] if sequence is None else self._read(CertificateRow.sequence == sequence)
        return found[0] if found else None

    def lines_of(self, number: str) -> list[LedgerEntry]:
        """Return every ledger line about a number, in order; empty when there is none."""
        rows = select(LedgerRow).where(LedgerRow.number == number).order_by(col(LedgerRow.sequence))
        return [mapping.ledger_value(row) for row in self._session.exec(rows)]

    def file(self, number: str, award_id: str) -> bytes:
        """Return the file of a certificate, byte for byte as issued; the last issued where there are several.

        Raises:
            NotFound: no such certificate.
        """
        found = self.certificate(number, award_id)
        rows = select(FileRow.content).where(FileRow.sequence == found[-1].sequence) if found else None
        content = None if rows is None else self._session.exec(rows).first()
        if content is None:
            raise no_certificate(number)
        return content

    def file_of(self, certificate: Certificate) -> bytes:
        """Return the file of one certificate of any standing, byte for byte as issued.

        Raises:
            NotFound: its file is not kept.
        """
        content = self._session.exec(select(FileRow.content).where(FileRow.sequence == certificate.sequence)).first()
        if content is None:
            raise no_certificate(certificate.number)
        return content

    def _read(self, *conditions: bool) -> list[Certificate]:
        rows = select(CertificateRow).where(*conditions).order_by(col(CertificateRow.sequence))
        found = [mapping.certificate_value(row) for row in self._session.exec(rows)]
        paused = self.suspended(found)
        return [replace(one, standing=Standing.SUSPENDED) if one.sha256 in paused else one for one in found]

    def suspended(self, certificates: list[Certificate]) -> set[str]:
        """Return which of some certificates are suspended, by the digests of their files; those that ended are not."""
        valid = {one.sha256: one.number for one in certificates if one.standing is Standing.VALID}
        if not valid:
            return set()
        lines = select(LedgerRow.sha256, LedgerRow.event).where(col(LedgerRow.event).in_(PAUSES))
        if len(valid) <= _FEW:
            lines = lines.where(col(LedgerRow.number).in_(set(valid.values())))
        last = {row[0]: row[1] for row in self._session.exec(lines.order_by(col(LedgerRow.sequence)))}
        return {sha256 for sha256 in valid if last.get(sha256) == "suspended"}


def no_certificate(number: str) -> NotFound:
    """Return the error for a number that the ledger does not know."""
    return NotFound(
        Text(f"台账中没有编号 {number} 的证书", f"the ledger knows no certificate with number {number}"),
        hint=Text("核对编号", "check the number"),
    )
