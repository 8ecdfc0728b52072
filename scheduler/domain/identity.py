"""Numbers that name people and bodies: identity documents and credit codes, checked and masked.

Every floor uses it; numbers of certificates are patterns in the catalogue, not here.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PERMIT_DIVISIONS = frozenset({"810000", "820000", "830000"})
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# GB/T 2260 two-digit codes of provinces; 99 is unassigned and names nobody, which is why invented people live there.
PROVINCE_CODES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()  # noqa: SIM905 - read as one line
)


class DocumentKind(StrEnum):
    """Kind of identity document (证件类型)."""

    CITIZEN_ID = "citizen_id"
    """居民身份证, GB 11643."""
    RESIDENCE_PERMIT = "residence_permit"
    """港澳台居民居住证: same 18 characters, divisions 810000, 820000, 830000."""
    PASSPORT = "passport"
    """护照: 5 to 17 letters and digits."""


Fault = Literal["shape", "birth", "check-digit", "kind"]


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """One identity document: its kind and number."""

    kind: DocumentKind
    number: str
    """Upper case, without spaces."""

    @property
    def born_on(self) -> date | None:
        """Return the birth date inside the number; None for a passport."""
        return None if self.kind is DocumentKind.PASSPORT else _birth_date(self.number)

    @property
    def sex(self) -> Literal["男", "女"] | None:
        """Return the sex inside the number (odd sequence: male); None for a passport."""
        if self.kind is DocumentKind.PASSPORT:
            return None
        return "男" if int(self.number[16]) % 2 else "女"

    def masked(self) -> str:
        """Return the number with only its first three and last two characters."""
        return mask(self.number)

    def person_id(self) -> str:
        """Return a stable key of the person: 16 hexadecimal digits of a SHA-256."""
        return hashlib.sha256(f"{self.kind}:{self.number}".encode()).hexdigest()[:16]


def mask(number: str) -> str:
    """Keep the first three and last two characters; shorter numbers keep only the last two."""
    if len(number) < 8:
        return "*" * max(0, len(number) - 2) + number[-2:]
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def document_faults(kind: DocumentKind, number: str) -> list[Fault]:
    """Return what is wrong with a number, worst first; empty when it is good.

    Source: GB 11643 (18 characters, ISO 7064 MOD 11-2); residence permits of Hong Kong, Macao and Taiwan residents.
    """
    if kind is DocumentKind.PASSPORT:
        return [] if re.fullmatch(r"[A-Z0-9]{5,17}", number) else ["shape"]
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return ["shape"]
    if (number[:6] in _PERMIT_DIVISIONS) != (kind is DocumentKind.RESIDENCE_PERMIT):
        return ["kind"]
    faults: list[Fault] = []
    if _birth_date(number) is None:
        faults.append("birth")
    if id_check_digit(number[:17]) != number[17]:
        faults.append("check-digit")
    return faults


def id_check_digit(first_17: str) -> str:
    """Return the 18th character of an identity number.

    Source: GB 11643, ISO 7064 MOD 11-2.
    """
    return _CHECKS[sum(w * int(d) for w, d in zip(_WEIGHTS, first_17, strict=True)) % 11]


def known_division(number: str) -> bool:
    """Tell whether the first two digits are a province's; an unknown one is a warning, never a refusal."""
    return number[:2] in PROVINCE_CODES


def credit_code_good(code: str) -> bool:
    """Tell whether a unified social credit code has 18 allowed characters and the right check character.

    Source: GB 32100-2015.
    """
    if len(code) != 18 or any(c not in _CREDIT_ALPHABET for c in code):
        return False
    return credit_check_character(code[:17]) == code[17]


def credit_check_character(first_17: str) -> str:
    """Return the 18th character of a unified social credit code (MOD 31)."""
    total = sum(_CREDIT_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first_17))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
