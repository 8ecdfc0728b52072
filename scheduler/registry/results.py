"""Marks and outcomes in one transaction; a mark that is replaced stays in the history.

Reached as ``store.results``. No verdict is reached here.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, select

from scheduler.domain.results import ComponentMark, Outcome
from scheduler.errors import NotFound, Text
from scheduler.registry import mapping
from scheduler.registry.rounds import Change, known_entry
from scheduler.registry.tables import EntryRow, MarkHistoryRow, MarkRow, OutcomeRow


class Results:
    """Marks and outcomes of all entries."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def compare_mark(self, mark: ComponentMark) -> Change:
        """Tell what putting a mark would do, without doing it."""
        row = self._session.get(MarkRow, (mark.entry_id, mark.component_id))
        if row is None:
            return "new"
        return "same" if mapping.mark_value(row) == mark else "changed"

    def put_marks(self, marks: Iterable[ComponentMark], *, at: str = "") -> list[Change]:
        """Keep marks, one for each entry and component; a mark replaced moves to the history.

        Args:
            at: moment in ISO 8601 with zone, kept with what is replaced.

        Returns:
            What each mark changed, in the order given.

        Raises:
            NotFound: a mark names an entry that does not exist.
            RegistryError: a value cannot be kept.
        """
        return [self._put_mark(mark, at) for mark in marks]

    def marks(self, entry_id: str) -> list[ComponentMark]:
        """Return the marks that count of one entry, sorted by component; empty when there are none."""
        rows = select(MarkRow).where(MarkRow.entry_id == entry_id).order_by(MarkRow.component_id)
        return [mapping.mark_value(row) for row in self._session.exec(rows)]

    def marks_of_round(self, round_id: str) -> list[ComponentMark]:
        """Return the marks that count of a whole round, sorted by entry and component."""
        rows = (
            select(MarkRow)
            .join(EntryRow, col(EntryRow.id) == col(MarkRow.entry_id))
            .where(EntryRow.round_id == round_id)
            .order_by(MarkRow.entry_id, MarkRow.component_id)
        )
        return [mapping.mark_value(row) for row in self._session.exec(rows)]

    def mark_history(self, entry_id: str, component_id: str) -> list[tuple[str, ComponentMark]]:
        """Return the marks that were replaced with the moment it happened, oldest first."""
        rows = (
            select(MarkHistoryRow)
            .where(MarkHistoryRow.entry_id == entry_id, MarkHistoryRow.component_id == component_id)
            .order_by(col(MarkHistoryRow.id))
        )
        return [(row.replaced_at, mapping.mark_value(row)) for row in self._session.exec(rows)]

    def put_outcome(self, outcome: Outcome) -> Change:
        """Keep the outcome of an entry in place of an earlier one, and tell what that changed.

        Raises:
            NotFound: no such entry.
            RegistryError: the value cannot be kept.
        """
        known_entry(self._session, outcome.entry_id)
        row = self._session.get(OutcomeRow, outcome.entry_id)
        if row is not None and mapping.outcome_value(row) == outcome:
            return "same"
        self._session.merge(mapping.outcome_row(outcome))
        self._session.flush()
        return "new" if row is None else "changed"

    def outcome(self, entry_id: str) -> Outcome:
        """Return the outcome of an entry.

        Raises:
            NotFound: nothing was decided yet.
        """
        row = self._session.get(OutcomeRow, entry_id)
        if row is None:
            raise NotFound(
                Text(f"报名 {entry_id} 尚无考核结果", f"entry {entry_id} has no outcome yet"),
                hint=Text("请先用 record 登记成绩", "record its marks first"),
            )
        return mapping.outcome_value(row)

    def outcomes(self, round_id: str) -> list[Outcome]:
        """Return a round's outcomes, sorted by entry id; empty before marks are recorded."""
        rows = (
            select(OutcomeRow)
            .join(EntryRow, col(EntryRow.id) == col(OutcomeRow.entry_id))
            .where(EntryRow.round_id == round_id)
            .order_by(OutcomeRow.entry_id)
        )
        return [mapping.outcome_value(row) for row in self._session.exec(rows)]

    def _put_mark(self, mark: ComponentMark, at: str) -> Change:
        known_entry(self._session, mark.entry_id)
        change = self.compare_mark(mark)
        if change == "same":
            return change
        kept = self._session.get(MarkRow, (mark.entry_id, mark.component_id))
        if kept is not None:
            self._session.add(
                MarkHistoryRow(
                    entry_id=kept.entry_id, component_id=kept.component_id, replaced_at=at, document=kept.document
                )
            )
        self._session.merge(mapping.mark_row(mark))
        self._session.flush()
        return change
