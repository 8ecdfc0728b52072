"""Events of exam days in one transaction; append-only. Reached as ``store.days``. What may be entered is judged elsewhere."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session, col, select

from scheduler.domain.day import DayEvent
from scheduler.registry import mapping
from scheduler.registry.rounds import known_round
from scheduler.registry.tables import DayEventRow


class Days:
    """What happened on the days of all rounds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def events(self, round_id: str) -> list[DayEvent]:
        """Return a round's events in the order they were entered; empty when there are none, or no such round."""
        rows = select(DayEventRow).where(DayEventRow.round_id == round_id).order_by(col(DayEventRow.no))
        return [mapping.from_document(DayEvent, row.document) for row in self._session.exec(rows)]

    def record(self, round_id: str, event: DayEvent) -> DayEvent:
        """Enter an event under the round's next number, and return it with that.

        Raises:
            NotFound: no such round.
            RegistryError: the value cannot be kept.
        """
        known_round(self._session, round_id, lock=True)
        numbered = replace(event, no=len(self.events(round_id)) + 1)
        document = mapping.to_document(numbered)
        self._session.add(DayEventRow(round_id=round_id, no=numbered.no, act=str(event.act), document=document))
        self._session.flush()
        return numbered
