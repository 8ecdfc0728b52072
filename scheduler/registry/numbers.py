"""Certificate numbers that are spoken for: allocated ones without gaps, imported ones once, each borne or voided with a reason.

Reached as ``store.numbers``. What a number looks like is the catalogue's matter; here only whose it is, and what became of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlmodel import Session, col, select

from scheduler.domain.certificates import Ending, LedgerEntry
from scheduler.domain.numbers import KeptNumber
from scheduler.errors import Conflict, Finding, Text, Where
from scheduler.registry import mapping
from scheduler.registry.ledger import Ledger
from scheduler.registry.rounds import Change
from scheduler.registry.tables import CertificateRow, CounterRow, EntryRow, NumberRow


class Numbers:
    """Numbers of all rounds."""

    def __init__(self, session: Session, ledger: Ledger) -> None:
        self._session = session
        self._ledger = ledger

    def find(self, number: str) -> list[KeptNumber]:
        """Return every award for which a number is kept, sorted by award; empty when it is not."""
        return self._read(NumberRow.number == number)

    def find_one(self, number: str, award_id: str) -> KeptNumber | None:
        """Return a number kept for an award; None when it is not."""
        row = self._session.get(NumberRow, (number, award_id))
        return None if row is None else mapping.number_value(row)

    def waiting(self, entry_id: str, award_id: str) -> KeptNumber | None:
        """Return the open number that waits for an entry's certificate of an award; None when none does.

        Of several, the one kept first: a stop between number and certificate leaves the number to be used again.
        """
        found = self._read(NumberRow.entry_id == entry_id, NumberRow.award_id == award_id, NumberRow.standing == "open")
        free = [kept for kept in found if not self._borne(kept)]
        return min(free, key=lambda kept: (kept.at, kept.serial or 0, kept.number), default=None)

    def of_round(self, round_id: str) -> list[KeptNumber]:
        """Return the numbers kept for a round's entries, sorted by award and number."""
        of_round = select(EntryRow.id).where(EntryRow.round_id == round_id)
        return self._read(col(NumberRow.entry_id).in_(of_round))  # type: ignore[arg-type]  # columns compare to more than truth

    def keep(self, kept: KeptNumber) -> None:
        """Set a number aside.

        Raises:
            Conflict: somebody has it already.
        """
        if self._session.get(NumberRow, (kept.number, kept.award_id)) is not None:
            raise Conflict(
                Text(f"编号 {kept.number} 已被占用", f"number {kept.number} is taken"),
                hint=Text("核对编号表或编号规则", "check the numbers sheet or the numbering rule"),
            )
        self._session.add(mapping.number_row(kept))
        self._session.flush()

    def put_imported(self, kept: KeptNumber) -> Change:
        """Keep a number from outside in place of the one that waited for the same entry and award, and tell what that changed.

        Raises:
            Conflict: somebody has it already.
        """
        before = self.waiting(kept.entry_id, kept.award_id)
        if before is not None and (before.number, before.issued_on) == (kept.number, kept.issued_on):
            return "same"
        if before is not None:
            self._session.delete(self._session.get(NumberRow, (before.number, before.award_id)))
            self._session.flush()
        self.keep(kept)
        return "new" if before is None else "changed"

    def void(self, kept: KeptNumber, entry_id: str, at: str, ending: Ending) -> LedgerEntry:
        """Void a number that no certificate bears, and say so in the ledger.

        Args:
            entry_id: for whom it was kept, or to whom it would have gone.
            at: moment in ISO 8601 with zone.
            ending: why.

        Raises:
            Conflict: a certificate bears it, or it was voided before.
        """
        row = self._session.get(NumberRow, (kept.number, kept.award_id))
        if row is None or row.standing != "open" or self._borne(kept):
            raise Conflict(
                Text(
                    f"编号 {kept.number} 已用于证书或已作废", f"number {kept.number} is on a certificate, or was voided"
                ),
                hint=Text("重新列出后再试；台账未改动", "list it again and retry; the ledger is as it was"),
            )
        line = self._ledger.void_number(kept.number, kept.award_id, entry_id, at, ending)
        row.standing = "voided"
        if row.origin == "lost":
            row.scope, row.serial = kept.scope, kept.serial
        self._session.flush()
        return line

    def findings(self) -> list[Finding]:
        """Return what does not hold: gaps among allocated serials; and as warnings, numbers that still wait for a certificate."""
        return [*self._gaps(), *self._open()]

    def _gaps(self) -> Iterator[Finding]:
        serials: dict[str, list[int]] = defaultdict(list)
        for scope, serial in self._session.exec(select(NumberRow.scope, NumberRow.serial)):
            if serial is not None:
                serials[scope].append(serial)
        last = {row.scope: row.last for row in self._session.exec(select(CounterRow))}
        for scope, found in sorted(serials.items()):
            # Numbers given away before this table existed are on certificates; the account begins where the table does.
            missing = set(range(min(found), last.get(scope, 0) + 1)) - set(found)
            if missing or max(found) > last.get(scope, 0):
                said = ", ".join(map(str, sorted(missing)[:10])) or str(max(found))
                zh, en = f"{scope} 的流水号有缺口或超出计数", f"serials of {scope} have gaps, or pass the counter"
                hint = Text("停止发证，用备份核对", "stop issuing and compare with a backup")
                yield Finding("number-gap", Text(zh, en), Where(subject=scope), said=said, hint=hint)

    def _open(self) -> Iterator[Finding]:
        borne = set(self._session.exec(select(CertificateRow.number, CertificateRow.award_id)).all())
        allocated = self._read(NumberRow.origin == "allocated", NumberRow.standing == "open")
        for kept in allocated:
            if (kept.number, kept.award_id) not in borne:
                yield Finding(
                    "number-open",
                    Text("编号已分配，但还没有证书", "the number was allocated, but no certificate bears it yet"),
                    Where(subject=f"{kept.number} {kept.award_id}"),
                    hint=Text(
                        "再次运行 issue；不再需要的用 scheduler void 作废",
                        "run issue again; void it with scheduler void if it is not wanted any more",
                    ),
                    severity="warning",
                )

    def _borne(self, kept: KeptNumber) -> bool:
        bearing = select(CertificateRow.sequence).where(
            CertificateRow.number == kept.number, CertificateRow.award_id == kept.award_id
        )
        return self._session.exec(bearing).first() is not None

    def _read(self, *conditions: bool) -> list[KeptNumber]:
        rows = select(NumberRow).where(*conditions).order_by(NumberRow.award_id, NumberRow.number)
        return [mapping.number_value(row) for row in self._session.exec(rows)]
