"""Numbered lists of messages in one transaction, and which of them were handed over. Reached as ``store.notices``."""

from __future__ import annotations

from sqlmodel import Session, col, select

from scheduler.domain.notices import NoticeList, NoticeMove
from scheduler.errors import Conflict, NotFound, Text
from scheduler.registry import mapping
from scheduler.registry.tables import NoticeListRow, NoticeMoveRow


class Notices:
    """Lists of all rounds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lists(self, round_id: str) -> list[NoticeList]:
        """Return a round's lists, sorted by number."""
        rows = select(NoticeListRow).where(NoticeListRow.round_id == round_id).order_by(col(NoticeListRow.number))
        return [mapping.from_document(NoticeList, row.document) for row in self._session.exec(rows)]

    def handed_over(self, round_id: str) -> dict[int, NoticeMove]:
        """Return which lists of a round were handed over, by number."""
        rows = select(NoticeMoveRow).where(NoticeMoveRow.round_id == round_id).order_by(col(NoticeMoveRow.number))
        return {row.number: mapping.from_document(NoticeMove, row.document) for row in self._session.exec(rows)}

    def add(self, made: NoticeList) -> None:
        """Keep a list for good.

        Raises:
            Conflict: Its number is taken.
        """
        self._session.add(NoticeListRow(round_id=made.round_id, number=made.number, document=mapping.to_document(made)))
        self._session.flush()

    def hand_over(self, move: NoticeMove) -> None:
        """Keep that a list was handed over.

        Raises:
            NotFound: No such list.
            Conflict: It was handed over before.
        """
        key = (move.round_id, move.number)
        if self._session.get(NoticeListRow, key) is None:
            raise NotFound(
                Text(
                    f"批次 {move.round_id} 没有第 {move.number} 号通知清单",
                    f"round {move.round_id} has no list {move.number}",
                ),
                hint=Text("先用 notices 生成", "make it with notices first"),
            )
        if self._session.get(NoticeMoveRow, key) is not None:
            raise Conflict(
                Text(f"第 {move.number} 号通知清单已登记移交", f"list {move.number} was handed over before"),
                hint=Text("同一清单只移交一次；变动另有新号", "a list is handed over once; changes get a new number"),
            )
        self._session.add(NoticeMoveRow(round_id=move.round_id, number=move.number, document=mapping.to_document(move)))
        self._session.flush()
