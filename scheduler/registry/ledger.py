"""The ledger in one transaction: serials, grants with their files, and the chained lines that vouch for them.

Reached as ``store.ledger``. A grant, its files and its lines are written together or not at all; nothing here is ever taken back.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as sa_select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from scheduler.domain.certificates import Certificate, Ending, Grant, LedgerEntry, Standing
from scheduler.errors import Conflict, Finding, RegistryError, Text
from scheduler.registry import mapping, recheck
from scheduler.registry.certificates import Certificates, no_certificate
from scheduler.registry.chain import STANDING_AFTER, chained
from scheduler.registry.rounds import known_entry
from scheduler.registry.tables import (
    CertificateRow,
    CounterRow,
    EndingRow,
    EntryRow,
    FileRow,
    LedgerRow,
    NumberRow,
    table_of,
)

_LINES = "/ledger"
_COUNTERS = table_of(CounterRow)
_STEP = (
    update(_COUNTERS)
    .where(_COUNTERS.c.scope == bindparam("wanted"))
    .values(last=_COUNTERS.c.last + 1)
    .returning(_COUNTERS.c.last)
)
_LAST_LINE = sa_select(table_of(LedgerRow)).order_by(table_of(LedgerRow).c.sequence.desc()).limit(1)
_ADD_LINE, _ADD_CERTIFICATE, _ADD_FILE = (insert(table_of(row)) for row in (LedgerRow, CertificateRow, FileRow))
Event = Literal["voided", "revoked", "replaced"]
Pause = Literal["suspended", "lifted"]


class Ledger(Certificates):
    """The certificates, and the only road by which one comes into being or ends."""

    def __init__(self, session: Session) -> None:
        """Read and write in one transaction."""
        super().__init__(session)
        self._locked = False

    def next_serial(self, scope: str) -> int:
        """Return the next serial of a numbering scope: 1, 2, 3 … without gaps.

        The number belongs to the transaction, or the part of it: undone, the same number comes again. A caller that
        gives up a number it took must therefore give up the transaction or part.

        Raises:
            RegistryError: the scope is empty or reserved.
        """
        return self.next_serials([scope])[0]

    def next_serials(self, scopes: Sequence[str]) -> list[int]:
        """Return the next serial of each scope, in order; a scope named twice gives two. See next_serial.

        Raises:
            RegistryError: a scope is empty or reserved.
        """
        for scope in scopes:
            if not scope or scope == _LINES:
                raise RegistryError(Text(f"编号范围无效：{scope!r}", f"not a numbering scope: {scope!r}"))
        # The ledger's row first, always: two writers that lock in the same order never wait for each other in a ring.
        self._lock()
        return [self._advance(scope) for scope in scopes]

    def last_serial(self, scope: str) -> int:
        """Return the last serial given in a numbering scope, 0 where none was; takes and locks nothing."""
        return self._session.exec(select(CounterRow.last).where(CounterRow.scope == scope)).first() or 0

    def next_sequence(self) -> int:
        """Return the number of the ledger's next line.

        The first certificate of the next grant carries it, the others the numbers that follow. Nothing is used up
        before add_grant writes, and no other writer comes between in this transaction.
        """
        last = self._last_line()
        return 1 if last is None else last.sequence + 1

    def add_grant(self, grant: Grant, files: Mapping[str, bytes], at: str) -> list[LedgerEntry]:
        """Write every certificate of a grant with its file and its ledger line.

        Args:
            files: the bytes of each certificate's file, by file name.
            at: moment in ISO 8601 with zone.

        Returns:
            The new lines, in the grant's order; empty when the grant holds no certificate.

        Raises:
            NotFound: no such entry.
            Conflict: an award was issued already, a number is taken, a sequence is not the next, or a file is not
                the one whose digest its certificate carries.
            RegistryError: the value cannot be kept.
        """
        entry = known_entry(self._session, grant.entry_id)
        last, lines = self._last_line(), []
        # A caller may catch the Conflict and go on: even then no half of a pair stays.
        with self._session.begin_nested():
            for certificate in grant.certificates:
                content = files.get(certificate.file_name)
                _refuse_mismatch(certificate, entry, content, 1 if last is None else last.sequence + 1)
                self._refuse_taken(certificate, entry)
                last = self._write(certificate, content or b"", at, last)
                lines.append(last)
        return lines

    def withdraw(self, certificate: Certificate, event: Event, at: str, ending: Ending | None = None) -> LedgerEntry:
        """End a certificate's standing and say so in a new ledger line; its number and file stay.

        Args:
            at: moment in ISO 8601 with zone.
            ending: why, kept beside the line and digested in it.

        Raises:
            NotFound: it was never issued.
            Conflict: it is not valid any more, or is suspended and was to be replaced.
        """
        last = self._last_line()
        row = self._standing_row(certificate)
        if event == "replaced":
            self._refuse_pause(row, suspended=True)
        record = row.document if ending is None else mapping.to_document(ending)
        line = chained(_line(certificate, event, at, _digest(record.encode())), last)
        self._append(line)
        if ending is not None:
            self._session.add(EndingRow(sequence=line.sequence, document=record))
        row.standing = str(STANDING_AFTER[event])
        self._session.flush()
        return line

    def pause(self, certificate: Certificate, event: Pause, at: str, ending: Ending) -> LedgerEntry:
        """Suspend a certificate or lift its suspension, in a new ledger line; number, award and file stay taken.

        Args:
            at: moment in ISO 8601 with zone.
            ending: why, kept beside the line and digested in it.

        Raises:
            NotFound: it was never issued.
            Conflict: it is not valid any more, is suspended already, or has no suspension to lift.
        """
        last = self._last_line()
        self._refuse_pause(self._standing_row(certificate), suspended=event == "suspended")
        record = mapping.to_document(ending)
        line = chained(_line(certificate, event, at, _digest(record.encode())), last)
        self._append(line)
        self._session.add(EndingRow(sequence=line.sequence, document=record))
        self._session.flush()
        return line

    def void_number(self, number: str, award_id: str, entry_id: str, at: str, ending: Ending) -> LedgerEntry:
        """Write the line that a number was voided before any certificate bore it; `Numbers.void` keeps the number itself."""
        record = mapping.to_document(ending)
        line = LedgerEntry(0, at, "voided", number, award_id, entry_id, "", "", "", _digest(record.encode()))
        line = chained(line, self._last_line())
        self._append(line)
        self._session.add(EndingRow(sequence=line.sequence, document=record))
        self._session.flush()
        return line

    def ending(self, sequence: int) -> Ending | None:
        """Return why a line ended what it names; None where the line is no ending, or was written before reasons were."""
        row = self._session.get(EndingRow, sequence)
        return None if row is None else mapping.from_document(Ending, row.document)

    def endings(self) -> dict[int, Ending]:
        """Return every reason kept, by the line that ended something."""
        return {
            row.sequence: mapping.from_document(Ending, row.document) for row in self._session.exec(select(EndingRow))
        }

    def replace(
        self, old: Sequence[Certificate], grant: Grant, files: Mapping[str, bytes], at: str, ending: Ending
    ) -> None:
        """Put new certificates of an entry in the place of old ones: the old are ended first, then the new are issued.

        Args:
            old: valid certificates, in the grant's order; their lines come first.
            grant: as many certificates of the same awards; the first carries the sequence after the old ones' lines.
            files: the bytes of each new file, by file name.
            at: moment in ISO 8601 with zone.
            ending: why; each old certificate's names its successor.

        Raises:
            Conflict: an old certificate is not valid any more, or as `add_grant`. Nothing is kept then.
        """
        with self._session.begin_nested():
            for before, after in zip(old, grant.certificates, strict=True):
                self.withdraw(before, "replaced", at, dataclasses.replace(ending, replaced_by=after.sequence))
            self.add_grant(grant, files, at)

    def lines(self, after: int = 0, until: int | None = None) -> Iterator[LedgerEntry]:
        """Yield the ledger's lines after one and up to another, in order, without loading them at once."""
        rows = select(LedgerRow).where(col(LedgerRow.sequence) > after).order_by(col(LedgerRow.sequence))
        if until is not None:
            rows = rows.where(col(LedgerRow.sequence) <= until)
        for row in self._session.exec(rows.execution_options(yield_per=500)):
            yield mapping.ledger_value(row)

    def last(self) -> LedgerEntry | None:
        """Return the last line; its digest vouches for all before it. None in an empty ledger."""
        # Columns instead of the row: it is asked for with every certificate.
        found = self._session.execute(_LAST_LINE).mappings().first()
        return None if found is None else LedgerEntry(**found)

    def findings(self) -> list[Finding]:
        """Recompute everything the ledger claims and return what does not hold; empty when all does."""
        return recheck.findings(self._session)

    def _last_line(self) -> LedgerEntry | None:
        """Lock the ledger against other writers, then return its last line."""
        self._lock()
        return self.last()

    def _lock(self) -> None:
        """Lock the ledger until this transaction ends."""
        if not self._locked:
            self._session.exec(select(CounterRow.last).where(CounterRow.scope == _LINES).with_for_update()).one()
            self._locked = True

    def _advance(self, scope: str) -> int:
        stepped: int | None = self._session.execute(_STEP, {"wanted": scope}).scalar_one_or_none()
        if stepped is not None:
            return stepped
        try:
            with self._session.begin_nested():
                self._session.add(CounterRow(scope=scope, last=1))
        except IntegrityError:
            # Another writer opened the scope between the two statements, so the counter is there now.
            again: int = self._session.execute(_STEP, {"wanted": scope}).scalar_one()
            return again
        return 1

    def _write(self, certificate: Certificate, content: bytes, at: str, last: LedgerEntry | None) -> LedgerEntry:
        row = mapping.certificate_row(certificate)
        line = chained(_line(certificate, "issued", at, _digest(row.document.encode())), last)
        self._append(line)
        # Statements instead of rows kept in the session: they take a third of the time, and files are large.
        self._session.execute(_ADD_CERTIFICATE, row.model_dump())
        self._session.execute(_ADD_FILE, {"sequence": line.sequence, "content": content})
        return line

    def _append(self, line: LedgerEntry) -> None:
        self._session.flush()
        self._session.execute(_ADD_LINE, mapping.ledger_row(line).model_dump())
        if self._advance(_LINES) != line.sequence:
            raise Conflict(
                Text("台账计数与台账末行不符", "the ledger's counter and its last line differ"),
                hint=Text(
                    "停止发证，用 scheduler check 核查台账", "stop issuing and examine the ledger with scheduler check"
                ),
            )

    def _standing_row(self, certificate: Certificate) -> CertificateRow:
        row = self._session.get(CertificateRow, certificate.sequence)
        if row is None or (row.number, row.award_id) != (certificate.number, certificate.award_id):
            raise no_certificate(certificate.number)
        if row.standing != Standing.VALID:
            raise _changed(row, Text("已失效", "is not valid any more"))
        return row

    def _refuse_pause(self, row: CertificateRow, *, suspended: bool) -> None:
        """Raise Conflict where a certificate is suspended, or where it is not."""
        if bool(self.suspended([mapping.certificate_value(row)])) is suspended:
            raise _changed(row, Text("已暂停", "is suspended") if suspended else Text("没有暂停", "is not suspended"))

    def _refuse_taken(self, certificate: Certificate, entry: EntryRow) -> None:
        awarded = select(CertificateRow.number).where(
            CertificateRow.entry_id == entry.id,
            CertificateRow.award_id == certificate.award_id,
            CertificateRow.standing == str(Standing.VALID),
        )
        number = self._session.exec(awarded).first()
        if number is not None:
            raise Conflict(
                Text(
                    f"{certificate.face.name} 的该证书已发放，编号 {number}",
                    f"{certificate.face.name} holds this award already, number {number}",
                ),
                hint=Text(
                    "已发证书不会重复发放；补发须先注销原证书",
                    "a certificate is issued once; cancel the old one before reissuing",
                ),
            )
        holders = (
            select(CertificateRow, EntryRow.candidate_id)
            .join(EntryRow, col(EntryRow.id) == col(CertificateRow.entry_id))
            .where(CertificateRow.number == certificate.number)
        )
        for row, candidate_id in self._session.exec(holders):
            same_award = row.award_id == certificate.award_id and row.standing == Standing.VALID
            if same_award or candidate_id != entry.candidate_id:
                raise _taken(certificate.number)
        kept = self._session.get(NumberRow, (certificate.number, certificate.award_id))
        if kept is not None and (kept.standing != "open" or kept.entry_id != entry.id):
            raise _taken(certificate.number)


def _changed(row: CertificateRow, how: Text) -> Conflict:
    return Conflict(
        Text(f"证书 {row.number} {how.zh}", f"certificate {row.number} {how.en}"),
        hint=Text("重新列出后再试；台账未改动", "list it again and retry; the ledger is as it was"),
    )


def _taken(number: str) -> Conflict:
    return Conflict(
        Text(f"编号 {number} 已被占用", f"number {number} is taken"),
        hint=Text("核对编号表或编号规则", "check the numbers sheet or the numbering rule"),
    )


def _refuse_mismatch(certificate: Certificate, entry: EntryRow, content: bytes | None, sequence: int) -> None:
    """Raise Conflict unless a certificate fits its entry, its file and its place in the ledger."""
    faults = (
        (certificate.entry_id != entry.id or certificate.round_id != entry.round_id, "报名或批次", "entry or round"),
        (certificate.standing is not Standing.VALID, "证书状态", "standing"),
        (certificate.sequence != sequence, f"台账序号（应为 {sequence}）", f"ledger number (expected {sequence})"),
        (content is None or certificate.sha256 != _digest(content), "文件摘要", "digest of the file"),
    )
    for wrong, zh, en in faults:
        if wrong:
            raise Conflict(
                Text(f"证书 {certificate.number} 的{zh}不符", f"certificate {certificate.number}: wrong {en}"),
                hint=Text("重新发证；台账未改动", "issue again; the ledger is as it was"),
            )


def _line(
    certificate: Certificate, event: Literal["issued"] | Event | Pause, at: str, record_sha256: str
) -> LedgerEntry:
    return LedgerEntry(
        sequence=0,
        at=at,
        event=event,
        number=certificate.number,
        award_id=certificate.award_id,
        entry_id=certificate.entry_id,
        sha256=certificate.sha256,
        previous="",
        digest="",
        record_sha256=record_sha256,
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
