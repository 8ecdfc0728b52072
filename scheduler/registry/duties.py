"""Answers of examiners in one transaction; append-only. Reached as ``store.duties``. What they mean is judged elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, select

from scheduler.domain.duties import Reply
from scheduler.registry import mapping
from scheduler.registry.rounds import known_round
from scheduler.registry.tables import DutyReplyRow


class Duties:
    """What examiners answered, of all rounds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def replies(self, round_id: str) -> list[Reply]:
        """Return a round's answers in the order they were recorded; empty when there are none, or no such round."""
        rows = select(DutyReplyRow).where(DutyReplyRow.round_id == round_id).order_by(col(DutyReplyRow.id))
        return [mapping.from_document(Reply, row.document) for row in self._session.exec(rows)]

    def record(self, round_id: str, replies: Iterable[Reply]) -> None:
        """Keep answers, in their order.

        Raises:
            NotFound: no such round.
            RegistryError: a value cannot be kept.
        """
        known_round(self._session, round_id, lock=True)
        for reply in replies:
            document = mapping.to_document(reply)
            self._session.add(DutyReplyRow(round_id=round_id, examiner_id=reply.examiner_id, document=document))
            self._session.flush()
