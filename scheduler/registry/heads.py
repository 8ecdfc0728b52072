"""Tree heads in one transaction: the head of today, the heads given out, and proofs about single lines and earlier heads.

Reached as ``store.heads``. Signing is not done here; what stands in files beside the database is the office's matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlmodel import Session, col, select

from scheduler.domain.heads import Acknowledged, HeadRecord
from scheduler.errors import NotFound, Text
from scheduler.registry import mapping, merkle
from scheduler.registry.chain import line_content
from scheduler.registry.tables import CertificateRow, HeadRow, LedgerRow

_GIVEN, _LOST = "given", "lost"


class Heads:
    """The Merkle tree over the ledger, and every head of it that left the house."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def tree(self) -> merkle.Peaks:
        """Return the tree of today, grown from the last head given out."""
        last = self.last()
        peaks = merkle.Peaks(last.head.size, tuple(map(bytes.fromhex, last.peaks))) if last else merkle.Peaks()
        for leaf in self.leaves(after=peaks.size):
            peaks.add(leaf)
        return peaks

    def roots(self, sizes: Collection[int]) -> dict[int, str]:
        """Return the root at each size, computed from the first line on; sizes beyond the ledger are left out."""
        peaks, found = merkle.Peaks(), {0: merkle.EMPTY.hex()}
        for leaf in self.leaves():
            peaks.add(leaf)
            if peaks.size in sizes:
                found[peaks.size] = peaks.head().hex()
        return {size: found[size] for size in sizes if size in found}

    def leaves(self, after: int = 0) -> Iterator[bytes]:
        """Yield the leaf hashes of all lines after one, in order."""
        rows = select(LedgerRow).where(col(LedgerRow.sequence) > after).order_by(col(LedgerRow.sequence))
        for row in self._session.exec(rows.execution_options(yield_per=500)):
            yield merkle.leaf(line_content(mapping.ledger_value(row)))

    def inclusion(self, sequence: int, size: int) -> list[bytes]:
        """Return the proof that a line stands in the tree of a size.

        Raises:
            NotFound: the tree of that size, or the ledger, does not reach so far.
        """
        leaves = list(self.leaves())
        if not 1 <= sequence <= size <= len(leaves):
            raise _too_far(size, len(leaves))
        return merkle.inclusion(leaves[:size], sequence - 1)

    def consistency(self, before: int, size: int) -> list[bytes]:
        """Return the proof that the tree of one size is the beginning of that of a later one.

        Raises:
            NotFound: the ledger does not reach so far.
        """
        leaves = list(self.leaves())
        if not 0 <= before <= size <= len(leaves):
            raise _too_far(size, len(leaves))
        return merkle.consistency(leaves[:size], before)

    def give(self, record: HeadRecord) -> None:
        """Keep a head that is given out."""
        self._add(_GIVEN, record.head.size, record.head.root, mapping.to_document(record))

    def acknowledge(self, lost: Acknowledged) -> None:
        """Keep that a head was lost, and who said so."""
        self._add(_LOST, lost.size, lost.root, mapping.to_document(lost))

    def given(self) -> list[HeadRecord]:
        """Return the heads given out, oldest first."""
        return [mapping.from_document(HeadRecord, document) for document in self._documents(_GIVEN)]

    def acknowledged(self) -> list[Acknowledged]:
        """Return the lost heads that somebody answered for, oldest first."""
        return [mapping.from_document(Acknowledged, document) for document in self._documents(_LOST)]

    def last(self) -> HeadRecord | None:
        """Return the head given out last; None before the first."""
        rows = select(HeadRow.document).where(HeadRow.kind == _GIVEN).order_by(col(HeadRow.id).desc()).limit(1)
        document = self._session.exec(rows).first()
        return None if document is None else mapping.from_document(HeadRecord, document)

    def batch(self, batch_id: str) -> HeadRecord:
        """Return one head by the name of its manifest.

        Raises:
            NotFound: no such manifest was given out.
        """
        for record in self.given():
            if record.id == batch_id:
                return record
        raise NotFound(
            Text(f"没有发证批 {batch_id}", f"there is no batch {batch_id}"),
            hint=Text(
                "批号即 manifests 文件夹中清单的文件名", "a batch is named as its manifest in the folder manifests"
            ),
        )

    def unbatched(self, round_id: str) -> list[int]:
        """Return the lines of a round's certificates that no batch lists yet, in order."""
        listed = {sequence for record in self.given() for sequence in record.sequences}
        rows = select(CertificateRow.sequence).where(CertificateRow.round_id == round_id)
        return sorted(set(self._session.exec(rows)) - listed)

    def _add(self, kind: str, size: int, root: str, document: str) -> None:
        self._session.add(HeadRow(kind=kind, size=size, root=root, document=document))
        self._session.flush()

    def _documents(self, kind: str) -> list[str]:
        return list(self._session.exec(select(HeadRow.document).where(HeadRow.kind == kind).order_by(col(HeadRow.id))))


def _too_far(size: int, lines: int) -> NotFound:
    return NotFound(
        Text(f"台账只有 {lines} 行，没有第 {size} 行", f"the ledger has {lines} lines and no line {size}"),
        hint=Text("核对行号和树头", "check the line and the tree head"),
    )
