"""Hand-overs of certificates and files that are kept, in one transaction. Reached as ``store.kept``."""

from __future__ import annotations

from sqlmodel import Session, col, select

from scheduler.domain.kept import Handover, KeptFile
from scheduler.registry import mapping
from scheduler.registry.tables import HandoverRow, KeptFileRow


class Kept:
    """What left the office, and what stays in it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def handovers(self, round_id: str) -> dict[int, Handover]:
        """Return what was handed to whom in a round, by the certificate's ledger number."""
        rows = select(HandoverRow).where(HandoverRow.round_id == round_id).order_by(col(HandoverRow.sequence))
        return {row.sequence: mapping.from_document(Handover, row.document) for row in self._session.exec(rows)}

    def hand_over(self, given: Handover) -> None:
        """Keep that a certificate was handed to somebody.

        Raises:
            Conflict: It was handed over before.
        """
        self._session.add(
            HandoverRow(sequence=given.sequence, round_id=given.round_id, document=mapping.to_document(given))
        )
        self._session.flush()

    def files(self) -> list[KeptFile]:
        """Return the files kept, as last entered, sorted by path."""
        rows = self._session.exec(select(KeptFileRow).order_by(col(KeptFileRow.id)))
        last = {row.path: row.document for row in rows}
        return [mapping.from_document(KeptFile, last[path]) for path in sorted(last)]

    def file(self, path: str) -> KeptFile | None:
        """Return a file as last entered; None where it never was."""
        rows = select(KeptFileRow).where(KeptFileRow.path == path).order_by(col(KeptFileRow.id).desc())
        row = self._session.exec(rows).first()
        return None if row is None else mapping.from_document(KeptFile, row.document)

    def keep(self, file: KeptFile) -> None:
        """Enter a file; a later entry of the same path takes the place of this one."""
        self._session.add(KeptFileRow(path=file.path, sha256=file.sha256, document=mapping.to_document(file)))
        self._session.flush()
