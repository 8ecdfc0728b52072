"""The outbox of one transaction: batches, their records, and what became of them. Reached as ``store.uploads``.

What is to be uploaded is decided by the office under the write lock; the database lets no record of a certificate live twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from sqlmodel import Session, col, select

from scheduler.domain.uploads import KeptRecord, RecordState, UploadBatch, UploadMove, UploadRecord
from scheduler.errors import Conflict, NotFound, Text
from scheduler.registry import mapping
from scheduler.registry.tables import UploadBatchRow, UploadMoveRow, UploadRecordRow

_NEXT: dict[str, RecordState] = {"handed_over": "prepared", "withdrawn": "prepared"}


class Uploads:
    """Batches of all quarters."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def batches(self, quarter: str | None = None) -> list[UploadBatch]:
        """Return the batches of a quarter, or all, sorted by id."""
        rows = select(UploadBatchRow).order_by(col(UploadBatchRow.id))
        if quarter is not None:
            rows = rows.where(UploadBatchRow.quarter == quarter)
        return [mapping.from_document(UploadBatch, row.document) for row in self._session.exec(rows)]

    def batch(self, batch_id: str) -> UploadBatch:
        """Return one batch; raises NotFound."""
        row = self._session.get(UploadBatchRow, batch_id)
        if row is None:
            raise NotFound(
                Text(f"没有报送批 {batch_id}", f"there is no batch {batch_id}"),
                hint=Text("不带参数运行 upload 可列出各批", "run upload without options to list them"),
            )
        return mapping.from_document(UploadBatch, row.document)

    def records(self, batch_id: str | None = None) -> list[KeptRecord]:
        """Return the records of a batch, or all, in the order they were made."""
        rows = select(UploadRecordRow).order_by(col(UploadRecordRow.id))
        if batch_id is not None:
            rows = rows.where(UploadRecordRow.batch_id == batch_id)
        return [_kept(row) for row in self._session.exec(rows)]

    def moves(self, batch_id: str) -> list[UploadMove]:
        """Return what was done to a batch, in order."""
        rows = select(UploadMoveRow).where(UploadMoveRow.batch_id == batch_id).order_by(col(UploadMoveRow.id))
        return [mapping.from_document(UploadMove, row.document) for row in self._session.exec(rows)]

    def add(self, batch: UploadBatch, records: Sequence[UploadRecord]) -> None:
        """Keep a batch with its records, prepared.

        Raises:
            Conflict: A record of one of the certificates is live already; nothing was kept.
        """
        self._session.add(
            UploadBatchRow(
                id=batch.id,
                quarter=batch.quarter,
                issuer=batch.issuer,
                sha256=batch.sha256,
                document=mapping.to_document(batch),
            )
        )
        self._session.flush()
        self._session.add_all(
            UploadRecordRow(
                batch_id=batch.id,
                root=one.root,
                version=one.version,
                state="prepared",
                document=mapping.to_document(one),
            )
            for one in records
        )
        self._note(UploadMove(batch.made_at, batch.who, "prepared", batch.id))

    def move(self, move: UploadMove) -> None:
        """Hand a whole batch over, or withdraw it.

        Raises:
            NotFound: No such batch.
            Conflict: It is not waiting any more.
        """
        self.batch(move.batch_id)
        rows = self._rows(move.batch_id)
        if any(row.state != _NEXT[move.act] for row in rows):
            raise Conflict(
                Text(f"报送批 {move.batch_id} 已报送或已撤回", f"batch {move.batch_id} was handed over or withdrawn"),
                hint=Text("不带参数运行 upload 查看各批状态", "run upload without options to see what became of it"),
            )
        self._set(rows, cast("RecordState", move.act))
        self._note(move)

    def answer(self, move: UploadMove) -> None:
        """Keep what a receipt says of records that were handed over.

        Raises:
            Conflict: One of them was answered before, or never handed over.
        """
        said = {id_: accepted for id_, accepted, _ in move.results}
        rows = [row for row in self._rows(move.batch_id) if row.id in said]
        if len(rows) != len(said) or any(row.state != "handed_over" for row in rows):
            raise Conflict(Text("回执所指的记录不是已报送待回执的", "a record of the receipt does not wait for one"))
        for row in rows:
            row.state = "accepted" if said[cast("int", row.id)] else "rejected"
        self._note(move)

    def _rows(self, batch_id: str) -> list[UploadRecordRow]:
        return list(self._session.exec(select(UploadRecordRow).where(UploadRecordRow.batch_id == batch_id)))

    @staticmethod
    def _set(rows: Iterable[UploadRecordRow], state: RecordState) -> None:
        for row in rows:
            row.state = state

    def _note(self, move: UploadMove) -> None:
        self._session.add(UploadMoveRow(batch_id=move.batch_id, act=move.act, document=mapping.to_document(move)))
        self._session.flush()


def _kept(row: UploadRecordRow) -> KeptRecord:
    record = mapping.from_document(UploadRecord, row.document)
    return KeptRecord(cast("int", row.id), row.batch_id, cast("RecordState", row.state), record)
