"""Certificate, Grant, Standing: what was printed that day, never a pointer to a person who may change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from scheduler.domain.catalogue import AwardKind
from scheduler.errors import Finding


class Standing(StrEnum):
    """What a certificate is worth today (证书状态)."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    """撤销."""
    CANCELLED = "cancelled"
    """注销."""
    REPLACED = "replaced"
    """补发或更正后由新证书取代."""
    SUSPENDED = "suspended"
    """暂停: not valid until the suspension is lifted; number and award stay taken meanwhile."""


HELD = frozenset({Standing.VALID, Standing.SUSPENDED})
"""Standings of a certificate that has not ended: nothing else is issued in its place."""


@dataclass(frozen=True, slots=True)
class Face:
    """The plain data drawn on one certificate (证书内容): words as printed, in order."""

    template: str
    """Folder under ``templates/certificates/``."""
    kind: AwardKind
    award_id: str
    number: str
    title: str
    title_en: str
    name: str
    fields: tuple[tuple[str, str, str, str], ...]
    """Rows as printed: key, Chinese label, English label, value."""
    statement: str
    statement_en: str
    issuer: str
    issuer_en: str
    issued_on: date
    issued_words: str
    """Date of issue as printed, such as 2026年6月18日."""
    inquiry_code: str
    """80 random bits, base32; the second factor of an inquiry."""
    verify_address: str
    """Address of the inquiry, with number and inquiry code; no identity number."""
    inquiry_lines: tuple[str, ...]
    """Addresses printed at the foot."""
    remark: str = ""
    """Printed below the addresses, such as 补发 with the day and the print serial; empty on a first paper."""
    code: str = ""
    """Signed text for the QR code (二维码凭证); empty where the office has no key for it."""

    @property
    def qr(self) -> str:
        """Return what the QR code says: the signed text, or the address where there is none."""
        return self.code or self.verify_address


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate as issued: its face, its file's digest, its place in the ledger."""

    number: str
    award_id: str
    entry_id: str
    round_id: str
    face: Face
    sha256: str
    """Digest of the whole file, hexadecimal."""
    file_name: str
    issued_on: date
    valid_from: date
    valid_until: date | None
    sequence: int
    """Number of the ledger entry, from 1, without gaps."""
    standing: Standing = Standing.VALID
    print_serial: str = ""
    """Print serial (印刷流水号) of the sheet it was reissued on; empty for a first paper."""
    key_ids: tuple[str, ...] = ()
    """Keys that signed file, code and credential: the first eight bytes of each public key's SHA-256, hexadecimal."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """An award applied for and not issued, with the finding that says why."""

    award_id: str
    because: Finding


@dataclass(frozen=True, slots=True)
class Grant:
    """The certificates issued together to one entry (发证); usually a pair."""

    entry_id: str
    certificates: tuple[Certificate, ...]
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger (发证台账): chained, so that no line can be changed or taken out unseen."""

    sequence: int
    at: str
    """Moment in ISO 8601 with zone."""
    event: Literal["issued", "voided", "revoked", "replaced", "suspended", "lifted"]
    number: str
    award_id: str
    entry_id: str
    sha256: str
    """Digest of the certificate's file."""
    previous: str
    """Digest of the line before; 64 zeros for the first."""
    digest: str
    """SHA-256 over all the other fields."""
    record_sha256: str = ""
    """Digest of the certificate's record: its face, dates and file name as issued."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a number or certificate came to its end or was paused (注销、撤销、补发、更正、暂停、恢复的事由), digested in its ledger line."""

    kind: Literal["revocation", "void", "reissue", "correction", "suspension", "lifting"]
    reason: str
    who: str
    """Name of the person or script that acted."""
    replaced_by: int | None = None
    """Ledger number of the certificate that took its place."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What a paper or number turned out to be (验真结果): facts and findings, never an exception."""

    valid: bool
    facts: tuple[tuple[str, str], ...]
    """Pairs of key and value: number, award, name (masked), issued_on, standing, sha256."""
    findings: tuple[Finding, ...]
