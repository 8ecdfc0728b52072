"""What a certificate is worth on a day, and how much of its holder's name is told. Used by verify and inquire."""

from __future__ import annotations

from datetime import date

from scheduler.domain.certificates import Certificate, Standing


def standing_on(certificate: Certificate, day: date) -> Standing:
    """Return what a certificate is worth on a day; expiry needs no event in the ledger."""
    over = certificate.valid_until is not None and certificate.valid_until < day
    return Standing.EXPIRED if over and certificate.standing is Standing.VALID else certificate.standing


def masked_name(name: str) -> str:
    """Return a name with its first character only."""
    return name[:1] + "*" * (len(name) - 1)
