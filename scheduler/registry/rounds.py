"""Rounds and entries in one transaction: set-ups, applications, entitlement statements.

Reached as ``store.rounds``. What may be entered is judged elsewhere; here only keys are guarded.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from sqlmodel import Session, col, select

from scheduler.domain.entries import Entitlement, Entry
from scheduler.domain.rounds import RoundSetup
from scheduler.errors import Conflict, NotFound, Text
from scheduler.registry import mapping
from scheduler.registry.tables import EntitlementRow, EntryRow, RoundRow

Change = Literal["new", "changed", "same"]
"""What a write does, or would do, to what is kept."""


class Rounds:
    """Rounds with their set-ups, entries and entitlement statements."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def compare_setup(self, setup: RoundSetup) -> Change:
        """Tell what saving a set-up would do, without doing it."""
        row = self._session.get(RoundRow, setup.id)
        if row is None:
            return "new"
        return "same" if mapping.setup_value(row) == setup else "changed"

    def save_setup(self, setup: RoundSetup) -> Change:
        """Keep a set-up under its id and tell what that changed.

        Raises:
            RegistryError: the value cannot be kept.
        """
        change = self.compare_setup(setup)
        if change != "same":
            self._session.merge(mapping.setup_row(setup))
            self._session.flush()
        return change

    def setup(self, round_id: str) -> RoundSetup:
        """Return a round's set-up.

        Raises:
            NotFound: no such round.
        """
        return mapping.setup_value(known_round(self._session, round_id))

    def round_ids(self) -> list[str]:
        """Return the ids of all rounds, sorted; empty in a new registry."""
        return list(self._session.exec(select(RoundRow.id).order_by(RoundRow.id)))

    def entries(self, round_id: str) -> list[Entry]:
        """Return a round's entries, sorted by id; empty when there are none, or no such round."""
        rows = select(EntryRow).where(EntryRow.round_id == round_id).order_by(EntryRow.id)
        return [mapping.entry_value(row) for row in self._session.exec(rows)]

    def entry(self, entry_id: str) -> Entry:
        """Return one entry.

        Raises:
            NotFound: no such entry.
        """
        return mapping.entry_value(known_entry(self._session, entry_id))

    def compare_entry(self, entry: Entry) -> Change:
        """Tell what putting an entry would do, without doing it."""
        row = self._session.get(EntryRow, entry.id)
        if row is None:
            return "new"
        return "same" if mapping.entry_value(row) == entry else "changed"

    def put_entry(self, entry: Entry) -> Change:
        """Keep an entry, new or changed, and tell which.

        Raises:
            NotFound: its round has no set-up.
            Conflict: the id belongs to another person or round, or the person has another entry in this round.
            RegistryError: the value cannot be kept.
        """
        known_round(self._session, entry.round_id)
        change = self.compare_entry(entry)
        if change == "same":
            return change
        self._refuse_other_person(entry)
        self._session.merge(mapping.entry_row(entry))
        self._session.flush()
        return change

    def correct_entry(self, entry: Entry) -> None:
        """Keep an entry whose candidate's data were corrected, the identity document included; id and round stay.

        Raises:
            NotFound: no such entry.
            Conflict: it belongs to another round, or the document belongs to another entry of the round.
        """
        if known_entry(self._session, entry.id).round_id != entry.round_id:
            raise Conflict(Text(f"报名编号 {entry.id} 已属于另一批次", f"entry {entry.id} belongs to another round"))
        self._refuse_second_entry(entry)
        self._session.merge(mapping.entry_row(entry))
        self._session.flush()

    def by_document(self, round_id: str, document_no: str) -> Entry | None:
        """Return the entry of whoever has this document number, the first by id; None when there is none."""
        rows = (
            select(EntryRow)
            .where(EntryRow.round_id == round_id, EntryRow.document_no == document_no)
            .order_by(EntryRow.id)
        )
        row = self._session.exec(rows).first()
        return None if row is None else mapping.entry_value(row)

    def elsewhere(self, candidate_id: str, not_round: str) -> list[Entry]:
        """Return a person's entries in all rounds but one, sorted by round and id."""
        rows = (
            select(EntryRow)
            .where(EntryRow.candidate_id == candidate_id, EntryRow.round_id != not_round)
            .order_by(EntryRow.round_id, EntryRow.id)
        )
        return [mapping.entry_value(row) for row in self._session.exec(rows)]

    def put_entitlement(self, entitlement: Entitlement) -> None:
        """Keep an entitlement statement as the one that counts; earlier ones stay readable.

        Raises:
            NotFound: no such entry.
        """
        known_entry(self._session, entitlement.entry_id)
        last = self._entitlement(entitlement.entry_id, None)
        if last is None or mapping.entitlement_value(last) != entitlement:
            self._session.add(mapping.entitlement_row(entitlement))
            self._session.flush()

    def entitlement(self, entry_id: str, assessed_on: date | None = None) -> Entitlement:
        """Return the statement written last, or the last one that judged a given day.

        Raises:
            NotFound: none was written.
        """
        row = self._entitlement(entry_id, assessed_on)
        if row is None:
            raise NotFound(
                Text(f"报名 {entry_id} 没有应考与免考说明", f"entry {entry_id} has no entitlement statement"),
                hint=Text("请先用 enrol 读入报名表", "read its registration with enrol first"),
            )
        return mapping.entitlement_value(row)

    def entitlements(self, round_id: str) -> dict[str, Entitlement]:
        """Return the statement that counts of every entry in a round, by entry id, in order of it."""
        rows = (
            select(EntitlementRow)
            .join(EntryRow, col(EntryRow.id) == col(EntitlementRow.entry_id))
            .where(EntryRow.round_id == round_id)
            .order_by(EntitlementRow.entry_id, col(EntitlementRow.id))
        )
        last = {row.entry_id: row for row in self._session.exec(rows)}
        return {entry_id: mapping.entitlement_value(row) for entry_id, row in last.items()}

    def _entitlement(self, entry_id: str, assessed_on: date | None) -> EntitlementRow | None:
        rows = select(EntitlementRow).where(EntitlementRow.entry_id == entry_id)
        if assessed_on is not None:
            rows = rows.where(EntitlementRow.assessed_on == assessed_on)
        return self._session.exec(rows.order_by(col(EntitlementRow.id).desc())).first()

    def _refuse_other_person(self, entry: Entry) -> None:
        kept = self._session.get(EntryRow, entry.id)
        if kept is not None and (kept.round_id, kept.candidate_id) != (entry.round_id, entry.candidate.id):
            raise Conflict(
                Text(
                    f"报名编号 {entry.id} 已属于另一人或另一批次",
                    f"entry {entry.id} belongs to another person or round",
                )
            )
        self._refuse_second_entry(entry)

    def _refuse_second_entry(self, entry: Entry) -> None:
        same_person = select(EntryRow.id).where(
            EntryRow.round_id == entry.round_id,
            EntryRow.candidate_id == entry.candidate.id,
            EntryRow.id != entry.id,
        )
        other = self._session.exec(same_person).first()
        if other is not None:
            raise Conflict(
                Text(
                    f"{entry.candidate.name} 在批次 {entry.round_id} 已有报名 {other}",
                    f"{entry.candidate.name} has entry {other} in round {entry.round_id} already",
                ),
                hint=Text("同一批次每人只保留一条报名", "keep one entry for each person and round"),
            )


def known_round(session: Session, round_id: str, *, lock: bool = False) -> RoundRow:
    """Return a round's row, locked where asked; raises NotFound."""
    row = session.get(RoundRow, round_id, with_for_update=lock or None)
    if row is None:
        raise NotFound(
            Text(f"没有批次 {round_id}", f"there is no round {round_id}"),
            hint=Text("请先用 prepare 读入批次设置表", "prepare the round's set-up workbook first"),
        )
    return row


def known_entry(session: Session, entry_id: str) -> EntryRow:
    """Return an entry's row; raises NotFound."""
    row = session.get(EntryRow, entry_id)
    if row is None:
        raise NotFound(Text(f"没有报名 {entry_id}", f"there is no entry {entry_id}"))
    return row
