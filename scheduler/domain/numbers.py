"""KeptNumber: a certificate number set aside for somebody before a certificate bears it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Origin = Literal["allocated", "imported", "lost"]


@dataclass(frozen=True, slots=True)
class KeptNumber:
    """A certificate number (证书编号) that is spoken for: allocated by the office, or come in from outside."""

    number: str
    award_id: str
    entry_id: str
    """Whose it is; empty for a number that a lost part of the ledger had given away."""
    origin: Origin
    at: str
    """Moment in ISO 8601 with zone."""
    scope: str = ""
    """Counter that an allocated number's serial came from."""
    serial: int | None = None
    """From 1, without gaps in its scope; None for numbers from outside."""
    issued_on: date | None = None
    """Date printed on the certificate, where it came in with the number."""
    source: str = ""
    """File and row it was read from, for people."""
    standing: Literal["open", "voided"] = "open"
    """Open numbers are borne by a certificate or wait for one; a voided number never comes again."""
