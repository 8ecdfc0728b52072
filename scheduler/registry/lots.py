"""Lots drawn and ticket numbers given, in one transaction; append-only. Reached as ``store.lots``.

`store.plans` returns every version with the places drawn for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, func, select

from scheduler.domain.lots import Lot, Ticket
from scheduler.errors import Conflict, Text
from scheduler.registry import mapping
from scheduler.registry.rounds import known_round
from scheduler.registry.tables import LotRow, TicketRow


class Lots:
    """The lots and tickets of all rounds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lot(self, round_id: str, version: int) -> Lot | None:
        """Return the lot drawn for a version; None before it was drawn."""
        row = self._session.get(LotRow, (round_id, version))
        return None if row is None else mapping.from_document(Lot, row.document)

    def before(self, round_id: str, version: int) -> Lot | None:
        """Return the last lot drawn for an earlier version; None where there is none."""
        rows = select(LotRow).where(LotRow.round_id == round_id, LotRow.version < version)
        row = self._session.exec(rows.order_by(col(LotRow.version).desc())).first()
        return None if row is None else mapping.from_document(Lot, row.document)

    def keep(self, lot: Lot) -> None:
        """Keep a lot for good; raises Conflict where one was drawn for the version before."""
        known_round(self._session, lot.round_id, lock=True)
        if self.lot(lot.round_id, lot.version) is not None:
            raise Conflict(
                Text(
                    f"批次 {lot.round_id} 第 {lot.version} 版已抽签定位，不能重抽",
                    f"seats of round {lot.round_id} version {lot.version} were drawn by lot before and are not drawn again",
                )
            )
        self._session.add(LotRow(round_id=lot.round_id, version=lot.version, document=mapping.to_document(lot)))
        self._session.flush()

    def tickets(self, round_id: str) -> dict[str, str]:
        """Return the ticket numbers of a round by entry."""
        rows = select(TicketRow).where(TicketRow.round_id == round_id).order_by(col(TicketRow.number))
        return {row.entry_id: row.number for row in self._session.exec(rows)}

    def last_number(self, prefix: str, length: int) -> str:
        """Return the highest ticket number of a length that begins so, of any round; empty where there is none."""
        alike = col(TicketRow.number).startswith(prefix, autoescape=True)
        rows = select(func.max(TicketRow.number)).where(alike, func.length(TicketRow.number) == length)
        return self._session.exec(rows).one() or ""

    def give(self, tickets: Iterable[Ticket]) -> None:
        """Keep new ticket numbers; the database refuses one that is given already."""
        for one in tickets:
            self._session.add(TicketRow(number=one.number, round_id=one.round_id, entry_id=one.entry_id, at=one.at))
        self._session.flush()
