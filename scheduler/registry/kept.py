"""Hand-overs of certificates and files that are kept, in one transaction. Reached as ``store.kept``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from scheduler.domain.kept import Handover, KeptFile
from scheduler.registry import mapping
from scheduler.registry.tables import HandoverRow, KeptFileRow

_AT_ONCE = 500
"""Paths asked for in one query; databases limit how many."""


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

    def digests(self, paths: Sequence[str]) -> dict[str, str]:
        """Return the SHA-256 of each of these files as last entered; those that never were are left out."""
        found: dict[str, str] = {}
        for part in (paths[n : n + _AT_ONCE] for n in range(0, len(paths), _AT_ONCE)):
            rows = select(KeptFileRow.path, KeptFileRow.sha256).where(col(KeptFileRow.path).in_(part))
            found |= dict(self._session.exec(rows.order_by(col(KeptFileRow.id))).all())
        return found

    def keep(self, files: Iterable[KeptFile]) -> None:
        """Enter files; a later entry of the same path takes the place of the one before."""
        rows = (KeptFileRow(path=f.path, sha256=f.sha256, document=mapping.to_document(f)) for f in files)
        self._session.add_all(rows)
        self._session.flush()
