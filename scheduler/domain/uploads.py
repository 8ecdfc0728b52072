"""Upload (数据上报): records of certificates for the national network, in frozen batches, and what became of each.

Used by the registry, which keeps them, and by the office. Nothing here reads a clock or a database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from scheduler.domain.calendar import Window, add_months
from scheduler.errors import InputError, Text

RecordState = Literal["prepared", "handed_over", "accepted", "rejected", "withdrawn"]
"""待报, 已报送, 已接收, 已退回, 已撤回."""
PENDING: frozenset[RecordState] = frozenset({"prepared", "handed_over"})
"""States in which it is not known yet what becomes of a record."""
UploadAct = Literal["prepared", "handed_over", "withdrawn", "receipt"]


class RecordKind(StrEnum):
    """Data type of a batch (数据类型)."""

    NEW = "new"
    """新增: issued in the quarter, never uploaded."""
    LATE = "late"
    """补报: issued in an earlier quarter, never uploaded."""
    CORRECTED = "corrected"
    """更正: what was uploaded does not hold any more."""


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """What is told of one certificate."""

    root: int
    """Ledger number of the first certificate under this number; a corrected or reissued one has the same root."""
    version: int
    """1 for the first record of a certificate that is accepted, 2 for the correction of it, and so on."""
    sequence: int
    """Ledger number of the certificate that is told of."""
    entry_id: str
    award_id: str
    kind: RecordKind
    cells: tuple[str, ...]
    """The eleven columns in the order of the sheet; for a certificate that ended, as they were accepted."""
    ended: Literal["", "revoked", "cancelled"] = ""
    """Empty while the certificate holds."""
    before: tuple[str, ...] = ()
    """The eleven columns as they were accepted before; empty unless it is a correction."""
    reason: str = ""
    """Why there is a correction, by the ledger."""


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record in the outbox (报送台账)."""

    id: int
    batch_id: str
    state: RecordState
    record: UploadRecord


@dataclass(frozen=True, slots=True)
class UploadBatch:
    """A frozen file for one issuing institution and one data type (报送批)."""

    id: str
    """Such as ``2026Q2-001``."""
    quarter: str
    issuer: str
    kind: RecordKind
    made_at: str
    who: str
    records: int
    file_name: str
    sha256: str
    """Digest of the workbook, hexadecimal."""

    @property
    def made_on(self) -> date:
        """Return the day it was made, where it was made."""
        return datetime.fromisoformat(self.made_at).date()


@dataclass(frozen=True, slots=True)
class UploadMove:
    """Something done to a batch."""

    at: str
    who: str
    act: UploadAct
    batch_id: str
    detail: str = ""
    """To whom, why, or from which file."""
    results: tuple[tuple[int, bool, str], ...] = ()
    """Of a receipt: id of each record, whether it was accepted, and the reason where it was not."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of a year (季度)."""

    year: int
    number: int
    """1 to 4."""

    @property
    def window(self) -> Window:
        """Return its first and last day."""
        first = date(self.year, 3 * self.number - 2, 1)
        return Window(first, date.fromordinal(add_months(first, 3).toordinal() - 1))

    def __str__(self) -> str:
        """Return it as people write it: 2026Q2."""
        return f"{self.year}Q{self.number}"


def quarter_of(words: str) -> Quarter:
    """Read a quarter, such as ``2026Q2``.

    Raises:
        InputError: It is none.
    """
    found = re.fullmatch(r"(20\d{2})-?[Qq]([1-4])", words.strip())
    if found is None:
        raise InputError(
            Text(f"季度无法识别：{words}", f"this is no quarter: {words}"),
            hint=Text("写作 2026Q2", "write it as 2026Q2"),
        )
    return Quarter(int(found[1]), int(found[2]))
