"""What was handed out and what is kept: hand-overs of certificates (发放登记), and files with the day until which they stay (留存).

Used by the registry, which keeps them, and by the office. Nothing here reads a clock or a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Handover:
    """One certificate given to one receiver (发放)."""

    sequence: int
    """Ledger number of the certificate; a reissued one has its own."""
    round_id: str
    given_on: date
    way: str
    """现场领取, 代领, 邮寄, 单位代发, or what else the list said."""
    receiver: str
    phone: str
    address: str
    courier_no: str
    remark: str
    at: str
    """When it was entered, ISO 8601 with zone."""
    who: str
    """Who entered it."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file below the office's output folder that is kept for some time (留存文件)."""

    path: str
    """Relative to the output folder, with forward slashes."""
    kind: str
    round_id: str
    """Empty where it is of no single round."""
    sha256: str
    made_on: date
    electronic_until: date | None
    """Last day on which the file must be there; None: for good."""
    paper_until: date | None
    """Last day on which its printed and signed form must be there; None: for good."""
    source: str
    """Which fact of the data decided, and how sure it is."""
