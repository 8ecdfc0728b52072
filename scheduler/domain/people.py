"""People: Candidate, HeldCertificate, Examiner, Recusal. Values only; masks live here because papers and logs share them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from scheduler.domain.catalogue import Duty
from scheduler.domain.identity import IdentityDocument

Sex = Literal["男", "女"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """The person who is examined (考生 / 申报人)."""

    id: str
    """Key inside the registry; made from the identity document, never printed."""
    name: str
    """Exactly as on the identity document."""
    document: IdentityDocument
    sex: Sex
    born_on: date
    employer: str = ""
    phone: str = ""
    education: str = ""
    photo: str = ""
    """File name below the office's photo folder; empty when none was given."""


@dataclass(frozen=True, slots=True)
class HeldCertificate:
    """A certificate the candidate brings (已持证书)."""

    award_id: str
    number: str
    valid_from: date
    valid_until: date | None
    """Last day in force; None where it has no end."""
    holder_document_no: str
    """Identity number printed on it; must be the candidate's."""
    standing: Literal["valid", "revoked", "cancelled"] = "valid"

    def valid_on(self, day: date) -> bool:
        """Tell whether it is lawful and in force on a day."""
        in_time = self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
        return in_time and self.standing == "valid"


@dataclass(frozen=True, slots=True)
class Examiner:
    """An examiner (考评员) or invigilator (监考员); one person may do both."""

    id: str
    institution_id: str
    duties: tuple[Duty, ...]
    trade_ids: tuple[str, ...] = ()
    """Trades the examiner may assess; invigilation asks for none."""
    unavailable_slot_ids: tuple[str, ...] = ()
    max_per_day: int = 2
    max_per_week: int = 6
    """Sessions, both."""
    may_lead: bool = True
    """Whether the examiner may lead an assessing team (考评组长)."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Recusal:
    """An examiner who must not meet a candidate (回避)."""

    examiner_id: str
    party_id: str
    reason: Literal["relative", "own_trainee", "other"]
    note: str = ""
